//== what loops and callbacks consist of, at the limits
const odd = [0, -0, 1, -1, 2, 31, 32, 33, 2147483647, -2147483648, 4294967295, 0.5, -0.5, 1e300, NaN, Infinity, -Infinity, true, null, undefined, '3', 5n, {}, [7]];
const all = [];
for (const a of odd) {
  for (let i = 0; i < odd.length; i++) {
    const b = odd[i], r = [];
    for (let k = 0; k < 20; k++) {
      let v;
      try {
        switch (k) {
          case 0: v = a + b; break;
          case 1: v = a - b; break;
          case 2: v = a * b; break;
          case 3: v = a / b; break;
          case 4: v = a % b; break;
          case 5: v = a & b; break;
          case 6: v = a | b; break;
          case 7: v = a ^ b; break;
          case 8: v = a << b; break;
          case 9: v = a >> b; break;
          case 10: v = a >>> b; break;
          case 11: v = a < b; break;
          case 12: v = a <= b; break;
          case 13: v = a > b; break;
          case 14: v = a >= b; break;
          case 15: v = a == b; break;
          case 16: v = a === b; break;
          case 17: v = [-a, ~a, !a]; break;
          case 18: { let x = a, y = a, z = x++; y--; v = [x, y, z, ++x, --y]; break; }
          default: { let s = a; s += b; let t = a; t -= b; v = [s, t]; }
        }
      } catch (e) { v = e.name; }
      r.push(Object.is(v, -0) ? '-0' : typeof v === 'bigint' ? v + 'n' : String(v));
    }
    all.push(r.join(' '));
  }
}
console.log(require('crypto').createHash('sha256').update(all.join('\n')).digest('hex'), all.length, all[1], all[40]);
const kinds = [Array, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array];
const values = [1, -1, 300, 70000, 2147483648, 1.5, NaN, -0, '12', true, undefined, null, { valueOf() { return 9; } }, 5n, Symbol.iterator];
for (const Kind of kinds) {
  const out = [];
  for (let i = 0; i < values.length; i++) {
    const a = new Kind(3);
    for (let k = -1; k < 5; k++) {
      try { a[k] = values[i]; } catch (e) { out.push(e.name); }
      try { a['1'] = values[i]; } catch { }
    }
    let s = '';
    for (let k = -1; k < 6; k++) s += (Object.is(a[k], -0) ? '-0' : String(a[k])) + ',';
    out.push(s);
  }
  console.log(Kind.name, out.join(' '));
}
const frozen = Object.freeze([1, 2]), log = [];
for (let i = 0; i < 3; i++) { frozen[i] = 5; log.push(frozen[i]); }
(function () { 'use strict'; for (let i = 0; i < 3; i++) try { frozen[i] = 5; } catch (e) { log.push(e.name); } })();
for (let i = 0; i < 2; i++) { try { null[i] = 1; } catch (e) { log.push(e.name); } try { undefined[i] = 1; } catch (e) { log.push(e.name); } 'str'[i] = 1; (5)[i] = 1; const k = {}; k[{}] = i; k[i] = 2; k[Symbol.iterator] = 3; log.push(Object.keys(k).join()); }
for (let i = 0; i < 2; i++) try { x = i; let x; } catch (e) { log.push(e.name); }
for (let i = 0; i < 2; i++) try { i ? y : 0; const y = i; y = 2; } catch (e) { log.push(e.name); }
let fs = []; for (let i = 0; i < 3; i++) { let j = i; fs.push(() => [i, j++]); j += 10; }
log.push(fs.map((f) => f() + '' + f()));
let o = {}, p; for (let i = 0; i < 4; i++) { p = { o, i }; o = p; p = null; o = o.o; } log.push(Object.keys(o).length);
const grow = []; for (let i = 0; i < 40; i++) { grow[i] = i; grow[i * 2] = { i }; } let n = 0; for (let i = 0; i < grow.length; i++) if (grow[i] !== undefined) n++; log.push(n, grow.length);
label: for (let i = 0; i < 3; i++) { for (let j = 0; ; j++) { if (j > 2) continue label; if (i > 1) break label; try { if (j) continue; } finally { log.push(i + ':' + j); } } }
let w = 0; do { w += 2; } while (w < 9); while (w-- > 0); log.push(w);
const d = new Float64Array(4); for (let i = 0; i < 4; i++) d[i] = i / 2 + d[i - 1 < 0 ? 0 : i - 1]; log.push([...d].join());
console.log(log.join(' '));
const mixed = [3, -0, 2147483647, -2147483648, 0.5, NaN, '7', 'b', null, undefined, true, 5n, { v: 1 }, { get v() { return 2; } }, [4], { v: 'x' }];
let factor = 3;
const leaves = [(a) => a * factor, (a) => a - 1, (a) => a + a, (a, i) => i * a, (a) => a.v, (a, i, all) => all[i], (a, i, all) => all[i + 1], (a) => a < 3, (a) => (a > 1 ? a : 0), (a) => a === 3, (a) => a !== a,
  (a) => (a < 1 ? -1 : a > 1 ? 1 : 0), function (a) { return a; }, function () { return 1; }, (a, i) => late + i, class A {}, (a, b, c, d) => d, (a) => a.v.v, (a) => a[0], (a) => -a];
for (const f of leaves) { const r = []; for (let i = 0; i < mixed.length; i++) try { r.push([mixed[i]].map((a, n, m) => f.length < 4 && [a].map(f)[0])[0]); } catch (e) { r.push(e.name); } try { r.push(mixed.map(f)); } catch (e) { r.push(e.name); } console.log(f.length, r); }
let late = 1;
console.log([10, 9, 1, -0, 0, 2147483647, -2147483648, 1.5].sort((a, b) => a - b), [3, 1, 2].sort((a, b) => (a < b ? 1 : -1)), [{ v: 2 }, { v: 1 }].sort((a, b) => a.v - b.v), ['b', 'a'].sort((a, b) => (a < b ? -1 : 1)), [1, 2, 3].reduce((a, b) => a * b), [1, 2, 3].map((a) => a + late));

//== each iteration of a loop has variables of its own, however it ends
const made = (f) => console.log(f().map((g) => g()).join());
made(() => { const s = []; for (let i = 0; i < 6; i++) { s.push(() => i); if (i === 1) continue; } return s; });
made(() => { const s = []; for (let i = 0; i < 6; i++) { if (i % 2) { s.push(() => i); continue; } s.push(() => -i); } return s; });
made(() => { const s = []; o: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) { s.push(() => i * 10 + j); if (j === 1) continue o; } return s; });
made(() => { const s = []; for (let i = 0; i < 3; i++) { try { s.push(() => i); continue; } finally { s.push(() => i * 10); } } return s; });
made(() => { const s = []; for (let i = 0; i < 3; i++) { switch (i) { case 1: s.push(() => i); continue; default: s.push(() => i); } } return s; });
made(() => { const s = []; for (let i = 0; ; i++) { s.push(() => i); if (i < 3) continue; break; } return s; });
made(() => { const s = []; for (let i = 0, k = () => i; i < 3; i++) { s.push(k); s.push(() => i++); if (i) continue; } return s; });
made(() => { const s = []; for (const i of [1, 2, 3]) { s.push(() => i); if (i === 2) continue; } return s; });
