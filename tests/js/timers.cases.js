//== the order of everything in a CommonJS script
setTimeout(() => console.log('timeout 0'), 0);
setTimeout(() => console.log('timeout 1'), 1);
setImmediate(() => console.log('immediate'));
process.nextTick(() => { console.log('tick 1'); process.nextTick(() => console.log('tick in tick')); Promise.resolve().then(() => console.log('micro in tick')); });
process.nextTick(() => console.log('tick 2'));
Promise.resolve().then(() => { console.log('micro 1'); process.nextTick(() => console.log('tick in micro')); Promise.resolve().then(() => console.log('micro in micro')); });
queueMicrotask(() => console.log('queued'));
(async () => { console.log('async begins'); await null; console.log('async goes on'); })();
console.log('end of script');

//== the order of everything in an ES module
const fs = require('fs');
fs.writeFileSync('m.mjs', `
setTimeout(() => console.log('timeout'), 0);
process.nextTick(() => console.log('tick'));
Promise.resolve().then(() => console.log('micro'));
queueMicrotask(() => console.log('queued'));
console.log('body');
await null;
console.log('after await');
process.nextTick(() => console.log('tick 2'));
await new Promise((r) => setTimeout(r, 5));
console.log('later');
process.nextTick(() => console.log('tick 3'));
Promise.resolve().then(() => console.log('micro 3'));
`);
import('./m.mjs').then(() => console.log('imported'));

//== ticks and microtasks between callbacks
setTimeout(() => { console.log('A'); process.nextTick(() => console.log('tick A')); Promise.resolve().then(() => console.log('micro A')); }, 1);
setTimeout(() => { console.log('B'); }, 1);
setTimeout(() => {
  setImmediate(() => { console.log('i1'); process.nextTick(() => console.log('tick i1')) });
  setImmediate(() => { console.log('i2'); });
}, 10);

//== ticks keep microtasks waiting, and the other way
process.nextTick(() => console.log('t1'));
Promise.resolve().then(() => console.log('m1')).then(() => console.log('m2')).then(() => console.log('m3'));
process.nextTick(() => { console.log('t2'); Promise.resolve().then(() => console.log('m from t2')); process.nextTick(() => console.log('t from t2')); });
process.nextTick(() => console.log('t3'));

//== many timers by time and by age
for (const ms of [30, 10, 20, 10, 1, 0, 30, 5])
  setTimeout((x) => console.log('after', x), ms, ms);

//== arguments
setTimeout((...a) => console.log(a), 1, 1, 'two', [3]);
setImmediate((...a) => console.log(a), 'x', 'y');
const i = setInterval((...a) => { console.log(a); clearInterval(i); }, 1, 'z');
process.nextTick((...a) => console.log(a), 1, 2);
setTimeout(function () { console.log(this.constructor.name, this === t); }, 2); const t = setTimeout(function () { console.log(this === t); }, 3);
setImmediate(function () { console.log(this.constructor.name); });
process.nextTick(function () { console.log(this === undefined || typeof this); });
queueMicrotask(function () { console.log(typeof this); });

//== wrong arguments
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
for (const v of [undefined, null, 1, 'code', {}]) {
  x(() => setTimeout(v)); x(() => setInterval(v, 1)); x(() => setImmediate(v)); x(() => queueMicrotask(v)); x(() => process.nextTick(v));
}
for (const v of [undefined, null, 0, 'x', {}, 12345, NaN, true, Symbol('a'), 1n])
  x(() => [clearTimeout(v), clearInterval(v)]);
x(() => [clearImmediate(), clearImmediate(null), clearImmediate({})]);

//== delays out of range
const say = (name) => () => console.log(name);
process.on('warning', (w) => console.log(w.name, w.message));
setTimeout(say('NaN'), NaN); setTimeout(say('neg'), -5); setTimeout(say('str'), '3'); setTimeout(say('undef')); setTimeout(say('obj'), {}); setTimeout(say('null'), null);
setTimeout(say('big'), 2 ** 31); setTimeout(say('inf'), Infinity); setTimeout(say('frac'), 1.9);
try { setTimeout(say('sym'), Symbol('x')); } catch (e) { console.log(e.name); }

//== clearing
const a = setTimeout(() => console.log('never'), 1);
clearTimeout(a); clearTimeout(a);
const b = setTimeout(() => console.log('never b'), 1);
clearInterval(b);
const c = setInterval(() => console.log('never c'), 1);
clearTimeout(c);
const d = setImmediate(() => console.log('never d'));
clearImmediate(d); clearImmediate(d);
const e = setTimeout(() => console.log('never e'), 1);
clearTimeout(+e);
const f = setTimeout(() => console.log('never f'), 1);
clearTimeout(String(+f));
const g = setTimeout(() => console.log('never g'), 1);
clearTimeout(`${g}`);
const h = setTimeout(() => console.log('never h'), 1);
h.close();
setTimeout(() => { clearTimeout(k); console.log('cleared k'); }, 1);
const k = setTimeout(() => console.log('never k'), 1);
setImmediate(() => clearImmediate(m));
const m = setImmediate(() => console.log('never m'));
let n = 0; const iv = setInterval(() => { n++; if (n === 3) { clearInterval(iv); console.log('three'); } }, 1);

//== objects of timers
const t = setTimeout(() => {}, 10);
console.log(t.constructor.name, t.hasRef(), t.unref() === t, t.hasRef(), t.ref() === t, t.hasRef(), t.refresh() === t, typeof +t, typeof t[Symbol.toPrimitive]());
console.log(t._idleTimeout, t._repeat, t._destroyed, typeof t._onTimeout);
clearTimeout(t);
console.log(t._destroyed, t.hasRef(), t.close() === t);
const i = setImmediate(() => {});
console.log(i.constructor.name, i.hasRef(), i.unref() === i, i.hasRef(), i.ref() === i);
const v = setInterval(() => {}, 7); console.log(v._repeat, v._idleTimeout); clearInterval(v);
console.log(setTimeout(() => {}, '12')._idleTimeout, setTimeout(() => {}, 2.5)._idleTimeout, setTimeout(() => {})._idleTimeout);

//== unref lets the process end
setTimeout(() => console.log('never'), 100000).unref();
setInterval(() => console.log('never'), 100000).unref();
setTimeout(() => console.log('at the end'), 5);

//== unref and ref again
const t = setTimeout(() => console.log('yes'), 5);
t.unref(); t.unref(); t.ref();
const u = setTimeout(() => console.log('no'), 5000);
u.ref(); u.unref();

//== an interval unrefs itself
let n = 0;
const t = setInterval(() => { console.log(++n); if (n === 3) t.unref(); }, 1);

//== refresh
let n = 0;
const t = setTimeout(() => { console.log('fired', ++n); if (n < 3) t.refresh(); }, 1);

//== refresh puts it off
const t = setTimeout(() => console.log('last'), 30);
setTimeout(() => t.refresh(), 20);
setTimeout(() => console.log('middle'), 40);

//== errors of callbacks are caught one by one
process.on('uncaughtException', (e) => console.log('caught', e.message));
setTimeout(() => { throw new Error('one'); }, 1);
setTimeout(() => console.log('still'), 1);
setTimeout(() => setImmediate(() => { throw new Error('three'); }), 5);
setTimeout(() => process.nextTick(() => { throw new Error('four'); }), 10);
setTimeout(() => queueMicrotask(() => { throw new Error('five'); }), 15);

//== an interval goes on after an error
process.on('uncaughtException', (e) => console.log('caught', e.message));
let n = 0;
const t = setInterval(() => { if (++n === 3) clearInterval(t); throw new Error('n' + n); }, 1);

//== timers/promises
const tp = require('timers/promises');
(async () => {
  console.log(await tp.setTimeout(1, 'value'), await tp.setTimeout(1), await tp.setImmediate('im'));
  let n = 0;
  for await (const v of tp.setInterval(1, 'tick')) { console.log(v, ++n); if (n === 3) break; }
  const ac = new AbortController();
  const p = tp.setTimeout(100000, 'x', { signal: ac.signal });
  ac.abort();
  await p.catch((e) => console.log(e.name, e.code, e.message, e.cause?.name));
  await tp.setTimeout(1, 'x', { signal: AbortSignal.abort('why') }).catch((e) => console.log(e.name, e.cause));
  await tp.setImmediate('x', { signal: AbortSignal.abort() }).catch((e) => console.log(e.name));
  await tp.setTimeout(1, 0, 'no').catch((e) => console.log(e.code, e.message));
  await tp.setTimeout(1, 0, { signal: 'no' }).catch((e) => console.log(e.code, e.message));
  await tp.setTimeout(1, 0, { ref: 'no' }).catch((e) => console.log(e.code, e.message));
  try { for await (const v of tp.setInterval(1, 1, { signal: AbortSignal.abort() })) console.log(v); } catch (e) { console.log(e.name); }
  const ac2 = new AbortController(); let k = 0;
  try { for await (const v of tp.setInterval(1, 'v', { signal: ac2.signal })) { if (++k === 2) ac2.abort(); } } catch (e) { console.log(k, e.name); }
  await tp.scheduler.wait(1); await tp.scheduler.yield();
  console.log(require('timers').promises === tp, Object.keys(tp).sort());
})();

//== an unrefed promise does not hold the process
require('timers/promises').setTimeout(100000, 'x', { ref: false }).then(console.log);
setTimeout(() => console.log('end'), 2);

//== promisify of timers
const { promisify } = require('util');
promisify(setTimeout)(1, 'v').then((x) => { console.log(x); return promisify(setImmediate)('w'); }).then(console.log);
console.log(require('timers').setTimeout === setTimeout, Object.keys(require('timers')).filter((k) => !k.startsWith('_') && !['active', 'unenroll', 'enroll'].includes(k)).sort());

//== a timer made in a timer waits for the next turn
setTimeout(() => { console.log(1); setTimeout(() => console.log(3), 0); setImmediate(() => console.log(2)); }, 1);

//== an immediate made in an immediate
let n = 0;
const next = () => { console.log('i', ++n); if (n < 4) setImmediate(next); };
setImmediate(next);
setImmediate(() => console.log('other'));

//== thousands of timers
let n = 0;
for (let i = 0; i < 5000; i++) setTimeout(() => { n++; }, i % 20);
setTimeout(() => console.log(n), 200);

//== properties of the globals
for (const n of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'])
  console.log(n, globalThis[n].name, JSON.stringify(Object.getOwnPropertyDescriptor(globalThis, n)));

//== Symbol.dispose of timers
const t = setTimeout(() => console.log('never'), 5);
console.log(typeof t[Symbol.dispose]);
if (t[Symbol.dispose]) t[Symbol.dispose]();

//== promise order with await and then
const log = (x) => console.log(x);
(async () => { log(1); await undefined; log(4); await new Promise((r) => { log(5); r(); }); log(8); })();
(async () => { log(2); await (async () => {})(); log(6); })();
Promise.resolve().then(() => log('5b')).then(() => log(7));
log(3);
