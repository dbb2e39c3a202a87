//== primitives and boxes
for (const v of [1, -0, NaN, 'x', true, null, undefined, 5n, new Number(5), new String('s'), new Boolean(false), Object(5n), new Date(5), new Date(NaN), /a.b/giu]) { const c = structuredClone(v); console.log(typeof c, c, c === v || Object.is(c, v)); }
const r = /x/g; r.lastIndex = 3; console.log(structuredClone(r).lastIndex);
//== collections
console.log(structuredClone({ a: 1, b: { c: [1, , 3] }, [Symbol('s')]: 5 }), structuredClone(new Map([[{ k: 1 }, new Set([1, [2]])]])), structuredClone(new (class A { constructor() { this.x = 1; } get y() { return 2; } })()), structuredClone(Object.create({ inherited: 1 })), structuredClone({ get g() { return 7; } }), structuredClone(Object.assign([1], { extra: 1 })), structuredClone(Object.defineProperty({}, 'hidden', { value: 1 })));
const s = {}; console.log((() => { const x = structuredClone({ a: s, b: s }); return x.a === x.b && x.a !== s; })());
const cyc = { n: 1 }; cyc.self = cyc; const m = new Map(); m.set('m', m); const c = structuredClone(cyc); console.log(c.self === c, structuredClone(m).get('m').size, c);
//== bytes
const b = new Uint8Array([1, 2, 3, 4]).buffer; const c = structuredClone({ u: new Uint8Array(b, 1, 2), d: new DataView(b, 2), f: new Float32Array(1), b }); console.log(c, c.u.buffer === c.b, c.d.buffer === c.b, c.b === b, structuredClone(Buffer.from('hi')), structuredClone(new BigInt64Array([5n])));
//== transfer
const b = new ArrayBuffer(4); new Uint8Array(b)[0] = 9; const u = new Uint8Array(b, 0, 2); const c = structuredClone({ u, b, m: new Map([['k', u]]) }, { transfer: [b] }); console.log(b.byteLength, u.length, c.u, c.b, c.u.buffer === c.b, c.m.get('k') === c.u);
const x = new ArrayBuffer(2); console.log(structuredClone(x, { transfer: [x] }).byteLength, x.byteLength); const y = new ArrayBuffer(3); console.log(structuredClone(1, { transfer: [y] }), y.byteLength); const z = new ArrayBuffer(3); try { structuredClone({ z, f() {} }, { transfer: [z] }) } catch (e) { console.log(e.name, z.byteLength) }
for (const t of [[1], 5, [{}], [b], null, undefined, []]) try { console.log(structuredClone(1, { transfer: t })) } catch (e) { console.log(e.name, e.code, e.message) } const q = new ArrayBuffer(1); try { structuredClone(1, { transfer: [q, q] }) } catch (e) { console.log(e.name, e.message) } try { structuredClone(b) } catch (e) { console.log(e.name, e.message) }
//== errors
for (const e of [new Error('m'), new TypeError('t', { cause: 5 }), new RangeError('r'), Object.assign(new Error('x'), { extra: 1 }), new (class My extends Error { name = 'My' })('my'), Object.assign(new Error('n'), { name: 'TypeError' }), new AggregateError([1], 'agg')]) { const c = structuredClone(e); console.log(c instanceof Error, c.constructor.name, c.name, c.message, c.cause, c.extra, c.errors, typeof c.stack, Object.keys(c)); }
//== what cannot be cloned
for (const v of [() => 1, Symbol('q'), new WeakMap(), new WeakSet(), Promise.resolve(), { f() {} }, [function foo(a) { return a; }], new Proxy({}, {}), structuredClone, class Z {}]) try { structuredClone(v); console.log('ok') } catch (e) { console.log(e.name, e.code, e instanceof DOMException, v === structuredClone || e.message) }
for (const a of [[], [1, 5], [1, 'x'], [1, null]]) try { console.log(structuredClone(...a)) } catch (e) { console.log(e.name, e.code, e.message) }
//== Blob
const show = async (b) => console.log(b.size, JSON.stringify(b.type), JSON.stringify(await b.text()), b); (async () => {
await show(new Blob()); await show(new Blob(['a', new Uint8Array([98]), new ArrayBuffer(1), new Blob(['c']), 5, null, {}], { type: 'Text/Plain' })); await show(new Blob(['a\r\nb'], { endings: 'native' })); const b = new Blob(['hello world']); await show(b.slice(0, 5)); await show(b.slice(-5)); await show(b.slice(3, -3, 'x/y')); await show(b.slice(20)); await show(new Blob(['\ud800'])); await show(new Blob(['x'], { type: 'a\u00e9' })); console.log(Buffer.from(await b.arrayBuffer()).toString(), Object.prototype.toString.call(b), structuredClone(b).size, (await b.slice(2).arrayBuffer()).byteLength);
for (const a of [[5], ['abc'], [null], [[], 5], [['a'], { endings: 'x' }], [{}]]) try { new Blob(...a); console.log('ok') } catch (e) { console.log(e.name, e.code, e.message) }
let s = ''; for await (const c of b.stream()) s += Buffer.from(c).toString(); console.log(s); })();
//== File
(async () => { const { File } = require('buffer'); const f = new File(['abc'], 'n.txt', { type: 'text/plain', lastModified: 5 }); console.log(f.name, f.lastModified, f.size, f.type, await f.text(), f instanceof Blob, Object.prototype.toString.call(f), f); for (const a of [[], [['a']]]) try { new File(...a) } catch (e) { console.log(e.code) } console.log(new File([], 'x', { lastModified: 'y' }).lastModified, typeof new File([], 'x').lastModified); })();
