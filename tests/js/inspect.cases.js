//== primitives
console.log(1, -0, 0, NaN, Infinity, 1e21, 1e-7, 123456789.123, 'a', true, null, undefined, 10n, -5n, Symbol('x'), Symbol(), Symbol.iterator);
//== primitives in an array
console.log([1, -0, 0, NaN, 'a', true, null, undefined, 10n, Symbol('x'), Symbol('a\nb')]);
//== strings in quotes
console.log(["a'b", 'a"b', `a'b"c`, `a'b"c\`d`, "a'${b}\"", 'tab\there', 'nl\nthere', '\x00\x01\x7f\x9f', 'back\\slash', '\u{1f600}', 'é', '']);
//== lone surrogates
console.log(['\ud800', 'a\udc00b', '\ud83d\ude00', "it's \ud800"]);
//== long string alone
console.log(['x'.repeat(200)]);
//== long string with lines
console.log({ s: 'line one of some length\nline two of some length\nline three of some length that is longer\n' });
//== string with lines short
console.log({ s: 'a\nb' }, ['x\ny\n']);
//== string very long
console.log([('y'.repeat(10100))]);
//== empty things
console.log({}, [], new Map(), new Set(), '', [[]], [{}], { a: {} }, { a: [] });
//== nested depth
console.log({ a: { b: { c: { d: 1 } } } }, [[[[1]]]], { a: [{ b: [{}] }] });
//== nested depth arrays
console.log([[[[[]]]]], [[[{}]]], { a: { b: { c: [] } } }, { a: { b: { c: new Map([[1, 2]]) } } });
//== nested depth of classes
class Foo { constructor() { this.x = 1; } }
console.log({ a: { b: { c: new Foo() } } }, { a: { b: { c: Object.create(null) } } }, { a: { b: { c: new Map(), d: () => 1, e: new Date(0), f: /x/g } } });
//== keys
console.log({ a: 1, 'b-c': 2, 3: 4, 'x y': 5, _d: 6, $e: 7, "it's": 8, [Symbol('s')]: 9, ['__proto__']: 10, é: 11, '': 12 });
//== key symbols
console.log({ [Symbol()]: 1, [Symbol('a b')]: { x: 1 }, [Symbol.for('z')]: 2, [Symbol('new\nline')]: 3 });
//== non-enumerable is hidden
const o = {}; Object.defineProperty(o, 'h', { value: 1 }); o.v = 2; console.log(o);
//== showHidden
const o = {}; Object.defineProperty(o, 'h', { value: 1 }); o.v = 2; Object.defineProperty(o, Symbol('hs'), { value: 3 });
console.log(require('util').inspect(o, { showHidden: true }), require('util').inspect([1, 2], { showHidden: true }));
//== showHidden as an argument
const util = require('util'); console.log(util.inspect({ a: { b: { c: { d: 1 } } } }, false, null), util.inspect([1], true), util.inspect({ a: { b: 1 } }, false, 0, true));
//== getters
console.log({ get a() { return 1; }, set b(v) {}, get c() { return 1; }, set c(v) {} });
//== getters shown
const util = require('util');
const o = { get a() { return 1; }, get o() { return { x: 1 }; }, get n() { return null; }, get t() { throw new Error('bad'); }, set b(v) {}, get c() { return 'str'; }, set c(v) {} };
for (const getters of [true, 'get', 'set', false]) console.log(util.inspect(o, { getters }));
//== functions
console.log(function f() {}, () => {}, async function g() {}, function* h() {}, async function* i() {}, class A {}, class extends Array {}, class B extends Map {}, Math.max, Map);
//== functions in an object
console.log({ f() {}, g: () => {}, h: async () => {}, *i() {}, async *j() {}, k: class {}, l: class L {}, m: function () {} });
//== functions with properties
function f() {} f.a = 1; f.b = { c: 2 }; console.log(f, [f]);
class A { static x = 1; } console.log(A, { A });
const g = () => {}; g.toString = () => 'no'; console.log(g);
//== bound functions
console.log(function abc() {}.bind(null), (() => {}).bind(null));
//== functions with a null prototype
const f = function named() {}; Object.setPrototypeOf(f, null); console.log(f); class C {} Object.setPrototypeOf(C, null); console.log(C);
//== classes
class A {} class B extends A {} class C extends B { constructor() { super(); this.a = 1; } }
console.log(new A(), new B(), new C(), A, B, C, [A], { B });
//== class with a toStringTag
class A { get [Symbol.toStringTag]() { return 'tagged'; } } class B extends A { constructor() { super(); this.v = 1; } }
console.log(new A(), new B(), { [Symbol.toStringTag]: 'own' }, Object.create({ [Symbol.toStringTag]: 'inherited' }));
//== class fields and accessors
class P { #secret = 1; pub = 2; get acc() { return 3; } static s = 4; } console.log(new P(), P);
//== anonymous classes
console.log(new (class {})(), new (class { constructor() { this.a = 1; } })(), new (class extends Array {})(), class {});
//== null prototypes
const n = Object.create(null); console.log(n); n.a = 1; console.log(n, [n], { n });
const m = new Map([[1, 2]]); Object.setPrototypeOf(m, null); console.log(m);
const s = new Set([1, 2]); Object.setPrototypeOf(s, null); console.log(s);
const a = [1, 2]; Object.setPrototypeOf(a, null); console.log(a);
const d = new Date(0); Object.setPrototypeOf(d, null); console.log(d);
const r = /x/g; Object.setPrototypeOf(r, null); console.log(r);
//== null prototypes of more
const t = new Uint8Array([1, 2]); Object.setPrototypeOf(t, null); console.log(t);
class Foo { constructor() { this.a = 1; } } const f = Object.create(Object.create(null)); f.x = 1; console.log(f);
const p = Promise.resolve(4); Object.setPrototypeOf(p, null); console.log(p);
//== prototypes without constructor
const base = { inherited: 1 }; const o = Object.create(base); o.own = 2; console.log(o);
const q = Object.create({ constructor: 1 }); console.log(q); console.log(Object.create(Object.create(Foo2.prototype))); function Foo2() {}
//== the constructor property
console.log({ constructor: 'x' }, { constructor: function Fake() {} }, Object.create({ constructor: function Real() {} }));
//== function instances
function Old() { this.a = 1; } Old.prototype.m = function () {}; console.log(new Old(), Old.prototype, Old);
function Sub() { Old.call(this); } require('util').inherits(Sub, Old); console.log(new Sub());
//== prototypes themselves
class A { m() {} } console.log(A.prototype, Object.prototype, Array.prototype, Map.prototype, Date.prototype, Function.prototype);
class B extends A {} console.log(B.prototype, Error.prototype, TypeError.prototype, RegExp.prototype, Promise.prototype);
//== circular
const a = { x: 1 }; a.self = a; console.log(a); const b = [1]; b.push(b); console.log(b); const m = new Map(); m.set('m', m); console.log(m);
//== circular, two
const a = {}; a.a = a; a.b = {}; a.b.inner = a.b; a.b.obj = a; console.log(a); console.log([a]);
//== circular, deep
const x = { l1: { l2: { l3: {} } } }; x.l1.l2.up = x.l1; x.l1.l2.top = x; console.log(x);
//== circular class and set
class N { constructor() { this.me = this; this.list = [this]; } } console.log(new N()); const s = new Set(); s.add(s); console.log(s);
//== circular function
function f() {} f.f = f; console.log(f); const e = { toString: () => 1 }; e.e = [e, e]; console.log(e);
//== the same twice is no circle
const a = { v: 1 }; console.log({ a, b: a, c: [a, a] });
//== arrays, holes
console.log([1, , 3], [, ], [, , ], [1, , , 4, , ], new Array(5), Object.assign([1, 2], { x: 1 }), Object.assign([, 1], { k: 'v', '-1': 2 }));
//== arrays, many holes
const a = []; a[10] = 1; a[200] = 2; console.log(a); const b = new Array(3); b[1] = undefined; console.log(b);
//== arrays, more than 100
console.log(Array.from({ length: 101 }, (_, i) => i)); console.log(Array.from({ length: 102 }, (_, i) => 'item' + i));
//== arrays with holes and more than 100
const a = Array.from({ length: 150 }, (_, i) => i); delete a[50]; delete a[120]; console.log(a);
//== arrays of numbers
for (const n of [6, 7, 8, 10, 16, 17, 26, 27, 50, 100]) console.log(Array.from({ length: n }, (_, i) => i));
//== arrays of big numbers
console.log(Array.from({ length: 30 }, (_, i) => i ** 5), Array.from({ length: 30 }, (_, i) => i / 7), Array.from({ length: 20 }, (_, i) => -i * 1000));
//== arrays of bigints
console.log(Array.from({ length: 30 }, (_, i) => BigInt(i) ** 9n));
//== arrays of words
console.log('the quick brown fox jumps over the lazy dog and runs away from it all into the woods'.split(' '));
//== arrays of words of different length
console.log(['a', 'bb', 'ccc', 'a much longer entry than the others are', 'd', 'ee', 'fff', 'gggg', 'h']);
//== arrays mixed
console.log([1, 'a', 2, 'b', 3, 'c', 4, 'd', 5, null, undefined, true, false]);
//== arrays of arrays
console.log([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12], [13, 14]]); console.log(Array.from({ length: 12 }, (_, i) => [i, i * 2, i * 3]));
//== arrays of objects
console.log(Array.from({ length: 8 }, (_, i) => ({ id: i, name: 'n' + i }))); console.log(Array.from({ length: 3 }, (_, i) => ({ id: i, tags: ['x', 'y'], nested: { deep: { er: 1 } } })));
//== arrays of strings with wide characters
console.log(['日本語', 'abc', '한국어', 'def', '中文', 'ghi', 'jk', 'l', 'mno']); console.log(['é', 'ü', 'e\u0301', 'a', 'b', 'c', 'd', 'e']);
//== arrays of emoji
console.log(['😀', '😁', 'x', '🎉', 'y', 'zz', '✅', '❌', '⚠']);
//== array subclass
class Arr extends Array {} const a = Arr.from([1, 2, 3]); console.log(a, new Arr(), new Arr(3)); a.extra = 1; console.log(a);
//== line breaking of objects
console.log({ aaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbb: 2, cccccccccccccccccc: 3, d: 4 }); console.log({ aaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbb: 2, cccccccccccccccccc: 3, ddddddd: 4, e: 5 });
//== line breaking at the edge
for (let n = 50; n < 80; n++) console.log({ a: 'x'.repeat(n) }, ['y'.repeat(n)], { a: 1, b: 'z'.repeat(n - 10) });
//== line breaking of nested
console.log({ name: 'package', version: '1.0.0', scripts: { test: 'node test.js', build: 'tsc -p .' }, dependencies: { a: '^1.0.0', b: '^2.0.0', c: '^3.0.0' }, files: ['lib', 'README.md'] });
//== compact of 3 levels
console.log({ a: { b: { c: {} } } }, { a: { b: { c: { } } }, x: 1 }, [{ a: [{ b: 1 }] }], { a: [[1, 2, [3, 4, [5]]]] });
//== option compact
const util = require('util'); const o = { a: { b: { c: [1, 2, { d: 3 }] } }, s: 'str', l: [1, 2, 3, 4, 5, 6, 7, 8], m: new Map([['k', { v: 1 }]]) };
for (const compact of [true, false, 0, 1, 2, 3, 5]) console.log(util.inspect(o, { compact, depth: 9 }));
//== option compact true with long
const util = require('util'); const o = { aaaaaaaaaaaaaaaaaaaaaa: 'b'.repeat(40), ccccccccccccccc: { ddddddddddddddd: 'e'.repeat(50) }, f: [1, 2, 3], g: new Set(['h'.repeat(80)]) };
console.log(util.inspect(o, { compact: true })); console.log(util.inspect(o, { compact: true, breakLength: 40 })); console.log(util.inspect(o, { compact: false, breakLength: 40 }));
//== option breakLength
const util = require('util'); const o = { a: 1, b: 'two', c: [3, 4, 5], d: { e: 'f' } };
for (const breakLength of [1, 10, 20, 30, 40, 60, 80, Infinity]) console.log(util.inspect(o, { breakLength }));
//== option depth
const util = require('util'); const o = { a: { b: { c: { d: { e: { f: 1 } } } } } }; for (const depth of [-1, 0, 1, 2, 3, 4, 10, null, Infinity]) console.log(util.inspect(o, { depth }));
//== option sorted
const util = require('util'); const o = { b: 1, a: 2, c: [3, 1, 2], m: new Map([['z', 1], ['y', 2]]), s: new Set([3, 1, 2]) };
console.log(util.inspect(o, { sorted: true })); console.log(util.inspect(o, { sorted: (x, y) => x < y ? 1 : -1 })); console.log(util.inspect(Object.assign([3, 2, 1], { z: 1, y: 2 }), { sorted: true }));
//== option maxArrayLength
const util = require('util'); for (const maxArrayLength of [0, 1, 2, 3, null, Infinity, -1]) console.log(util.inspect([1, 2, 3], { maxArrayLength }), util.inspect(new Set([1, 2, 3]), { maxArrayLength }), util.inspect(new Map([[1, 2], [3, 4]]), { maxArrayLength }), util.inspect(new Uint8Array(4), { maxArrayLength }), util.inspect([, 1, , 2], { maxArrayLength }));
//== option maxStringLength
const util = require('util'); for (const maxStringLength of [0, 1, 2, 3, null, 4]) console.log(util.inspect('abc', { maxStringLength }), util.inspect({ a: 'abcdef' }, { maxStringLength }));
//== option numericSeparator
const util = require('util'); console.log(util.inspect([1, 999, 1000, 123456789, -123456.789012, 1234.5678, 1e21, 1e300, NaN, -0, 123456789123n, -1000n, 0.0001234], { numericSeparator: true })); console.log(util.inspect({ a: 1000000 }, { numericSeparator: true }));
//== option colors
const util = require('util'); console.log(util.inspect({ a: 1, b: 'x', c: true, d: null, e: undefined, f: Symbol('s'), g: 1n, h: new Date(0), i: /x/, j() {}, k: class A {}, l: [1, 'a'], m: new Map([[1, 'a']]), n: { o: { p: { q: 1 } } }, 'r-s': 1, [Symbol('t')]: 2 }, { colors: true }));
//== option colors in arrays
const util = require('util'); console.log(util.inspect(Array.from({ length: 30 }, (_, i) => i), { colors: true })); console.log(util.inspect('abcdefghijklmnop'.split(''), { colors: true }));
//== option colors, circular and special
const util = require('util'); const a = [1, , 3]; a.self = a; console.log(util.inspect(a, { colors: true }), util.inspect({ get x() { return 1; }, set x(v) {} }, { colors: true, getters: true }), util.inspect(Promise.resolve(1), { colors: true }), util.inspect(new ArrayBuffer(2), { colors: true }));
//== option customInspect false
const util = require('util'); const o = { [util.inspect.custom]() { return 'C'; } }; console.log(util.inspect(o), util.inspect(o, { customInspect: false }));
//== option showProxy
const util = require('util'); const p = new Proxy({ a: 1 }, { get: () => 2 }); console.log(p, util.inspect(p, { showProxy: true }), util.inspect([p], { showProxy: 1 }), util.inspect({ a: { b: { c: p } } }, { showProxy: true }));
//== proxies
console.log(new Proxy([1, 2], {}), new Proxy(function f() {}, {}), new Proxy(class A {}, {}), new Proxy(new Map([[1, 2]]), {}), new Proxy(new Proxy({ x: 1 }, {}), {}));
const r = Proxy.revocable({}, {}); r.revoke(); console.log(r.proxy, [r.proxy]);
//== proxy traps are not run
const p = new Proxy({ a: 1 }, { get() { throw new Error('no'); }, ownKeys() { throw new Error('no'); }, getOwnPropertyDescriptor() { throw new Error('no'); }, has() { throw new Error('no'); }, getPrototypeOf() { throw new Error('no'); } }); console.log(p);
//== maps and sets
console.log(new Map([['a', 1], [{ k: 1 }, [1, 2]], [null, undefined]]), new Set(['a', { b: 1 }, [1], 'c']), new Map([[new Map([[1, 2]]), new Set([1])]]));
//== maps and sets, big
console.log(new Set(Array.from({ length: 120 }, (_, i) => i))); console.log(new Map(Array.from({ length: 110 }, (_, i) => [i, 'v' + i])));
//== maps and sets with properties
const m = new Map([[1, 2]]); m.x = 'y'; console.log(m); const s = new Set(); s.y = 1; console.log(s); class M extends Map {} console.log(new M(), new M([[1, 2]])); class S extends Set {} console.log(new S([1]));
//== maps nested
console.log(new Map([['a', new Map([['b', new Map([['c', new Map([['d', 1]])]])]])]])); console.log(new Map([['k', { long: 'x'.repeat(40), other: 'y'.repeat(40) }]]));
//== weak collections
console.log(new WeakMap(), new WeakSet(), new WeakMap([[{}, 1]]), { w: new WeakSet() });
//== iterators
console.log([][Symbol.iterator](), 'a'[Symbol.iterator](), (function* () {})(), (async function* () {})(), 'a'.matchAll(/a/g), [1].entries());
//== map and set iterators
const m = new Map([['a', 1], ['b', { c: 2 }]]); console.log(m.keys(), m.values(), m.entries(), m[Symbol.iterator]()); const s = new Set([1, 'x']); console.log(s.values(), s.entries(), s.keys());
//== map iterators in the middle
const m = new Map([['a', 1], ['b', 2], ['c', 3]]); const it = m.keys(); it.next(); console.log(it); it.next(); it.next(); console.log(it); console.log(it.next(), it); const e = m.entries(); e.next(); console.log(e, [...e]);
//== map iterators with deleted entries
const m = new Map([['a', 1], ['b', 2], ['c', 3]]); const it = m.keys(); m.delete('b'); console.log(it); m.set('d', 4); console.log(it); m.clear(); console.log(it);
//== typed arrays
console.log(new Uint8Array([1, 2, 3]), new Int16Array(2), new Float32Array([1.5, -0, NaN]), new Float64Array(0), new BigInt64Array([1n, -2n]), new Uint8ClampedArray([300, -1]), new BigUint64Array(1));
//== typed arrays, long
console.log(new Uint8Array(150).map((_, i) => i), new Float64Array(30).map((_, i) => i / 3));
//== typed arrays with hidden
console.log(require('util').inspect(new Uint8Array(2), { showHidden: true }), require('util').inspect({ a: new Uint16Array([1]) }, { showHidden: true }));
//== typed array subclass and properties
class U extends Uint8Array {} console.log(new U(3)); const u = new Uint8Array(1); u.x = 1; console.log(u);
//== array buffers
console.log(new ArrayBuffer(0), new ArrayBuffer(4), new Uint8Array([1, 2, 255, 16]).buffer, new SharedArrayBuffer(2), { b: new ArrayBuffer(60) }, new ArrayBuffer(120));
//== data views
console.log(new DataView(new ArrayBuffer(3)), new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2));
//== dates
console.log(new Date(0), new Date(NaN), [new Date(1e12)], { d: new Date(1e12) }, new Date(-1), new Date(8.64e15)); const d = new Date(0); d.x = 1; console.log(d); class D extends Date {} console.log(new D(0));
//== regular expressions
console.log(/a/, /b/gi, [/c/], new RegExp('d/e', 'u'), { r: /f/ }); const r = /x/; r.a = 1; console.log(r); class R extends RegExp {} console.log(new R('z'));
//== match results
console.log('abc'.match(/b/), 'abc'.match(/(?<n>b)(c)?/), 'aXbX'.match(/X/g), 'a'.match(/z/)); console.log([...'a1b2'.matchAll(/[a-z](\d)/g)]);
//== boxed primitives
console.log(new Number(1), new Number(-0), new String('abc'), new Boolean(false), Object(1n), Object(Symbol('s'))); const s = new String('ab'); s.x = 1; console.log(s, [s]); class N extends Number {} console.log(new N(3)); class S extends String {} console.log(new S('q'));
//== promises
const p = Promise.resolve({ a: 1 }), q = new Promise(() => {}), r = Promise.reject(new RangeError('x')); r.catch(() => {}); console.log(p, q, Promise.resolve(4), [p], Promise.resolve(Promise.resolve(2)), (async () => 'v')());
const t = Promise.reject(3); t.catch(() => {}); console.log(t); p.prop = 1; console.log(p); class MyP extends Promise {} console.log(MyP.resolve(1));
//== arguments
(function () { console.log(arguments); })(1, 'a', {}); (function () { console.log(arguments); })(); (() => { })(); (function () { console.log([arguments]); })([1]);
//== globals
console.log(Math, JSON, Reflect); console.log(Symbol, Object, Array, Proxy, parseInt, globalThis === this);
//== generators
const g = (function* gen() { yield 1; })(); console.log(g, g.next(), g); console.log(Object.getPrototypeOf(g));
//== objects with toString and valueOf
console.log({ toString() { return 'custom'; } }, { valueOf: () => 3 }, `${{ toString: () => 't' }}`);
//== toJSON is not used
console.log({ toJSON() { return 'J'; }, a: 1 });
//== custom inspect
const util = require('util');
class Box { constructor(v) { this.v = v; } [util.inspect.custom](depth, options, inspect) { if (depth < 0) return options.stylize('[Box]', 'special'); return `Box< ${inspect(this.v, { ...options, depth: options.depth === null ? null : options.depth - 1 })} >`; } }
console.log(new Box(true), new Box({ a: { b: { c: {} } } }), { b: new Box([1]) }, [[[[new Box(1)]]]]);
//== custom inspect: values that are no strings
const c = Symbol.for('nodejs.util.inspect.custom'); console.log({ [c]: () => 42 }, { [c]: () => ({ x: 1 }) }, { [c]: () => null }, { [c]: () => undefined }, { a: { [c]: () => ['l'] } }, { [c]() { return this; }, y: 1 }, { [c]: 5 });
//== custom inspect: lines are indented
const c = Symbol.for('nodejs.util.inspect.custom'); console.log({ a: { [c]: () => 'one\ntwo' }, b: [{ [c]: () => 'x\ny' }] });
//== custom inspect: what it gets
const c = Symbol.for('nodejs.util.inspect.custom'); const o = { [c](depth, options, inspect) { return `${depth} ${Object.keys(options).sort()} ${typeof inspect} ${options.extra}`; } };
const util = require('util'); console.log(util.inspect(o, { extra: 'yes' })); console.log(util.inspect({ a: { o } }, { depth: 5 })); console.log(util.inspect(o, { depth: null }), util.inspect([o], { showHidden: true, compact: 1 }));
//== custom inspect: inherited options
const c = Symbol.for('nodejs.util.inspect.custom'); const util = require('util'); const o = { [c](d, options) { return util.inspect({ x: { y: 1 } }, options) + d + options.depth; } }; console.log(o, [o], { a: { b: o } });
//== custom inspect on a class
const c = Symbol.for('nodejs.util.inspect.custom'); class T { static [c]() { return 'static T'; } [c]() { return 'inst'; } } console.log(T, new T(), T.prototype, [T]); class U extends T {} console.log(U, new U());
//== defaultOptions
const util = require('util'); const old = { ...util.inspect.defaultOptions }; console.log(old); util.inspect.defaultOptions.depth = 0; console.log({ a: { b: 1 } }); util.inspect.defaultOptions = { depth: 2, compact: false }; console.log({ a: { b: 1 } }); Object.assign(util.inspect.defaultOptions, old); console.log({ a: 1 });
//== defaultOptions must be an object
try { require('util').inspect.defaultOptions = null; } catch (e) { console.log(e.message, e.code); } try { require('util').inspect.defaultOptions = 'x'; } catch (e) { console.log(e.message); }
//== colors and styles
const util = require('util'); console.log(util.inspect.colors, util.inspect.styles); console.log(util.inspect.colors.grey, util.inspect.colors.crossedout, util.inspect.colors.bgGrey);
//== objects with long keys
console.log({ ['k'.repeat(100)]: 1 }, { ['k'.repeat(100)]: { a: 1 } }, { a: { ['long key '.repeat(10)]: [1, 2, 3] } });
//== many properties
console.log(Object.fromEntries(Array.from({ length: 30 }, (_, i) => ['key' + i, i]))); console.log(Object.fromEntries(Array.from({ length: 5 }, (_, i) => ['key' + i, i])));
//== six and seven entries
console.log([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7], ['a', 'b', 'c', 'd', 'e', 'f'], ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
//== undefined and null entries in columns
console.log([undefined, null, undefined, null, undefined, null, undefined, 1]); console.log(Array(10).fill(undefined), Array(10).fill(null), Array(10).fill(true));
//== functions in columns
console.log([() => 1, () => 2, function a() {}, class B {}, Math.min, Math.max, parseInt, isNaN]);
//== columns inside of objects
console.log({ list: Array.from({ length: 40 }, (_, i) => i), deep: { list: Array.from({ length: 20 }, (_, i) => 'w' + i) } }); console.log({ a: { b: { c: Array.from({ length: 10 }, (_, i) => i) } } });
//== a matrix
console.log(Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => i * j))); console.log(Array.from({ length: 3 }, () => Array(20).fill(0)));
//== JSON-like data
console.log(JSON.parse('{"users":[{"id":1,"name":"Ann","roles":["admin","dev"],"address":{"city":"Oslo","geo":{"lat":59.9,"lng":10.7}}},{"id":2,"name":"Bob","roles":[],"address":null}],"total":2,"next":null}'));
//== deep JSON-like data
console.log(JSON.parse('{"a":[{"b":{"c":{"d":[1,2,{"e":3}]}}},[[[1]]],{"f":[]}],"g":"' + 'h'.repeat(90) + '"}'));
//== nested in sets and maps
console.log(new Set([[1, 2, 3], { a: { b: { c: 1 } } }]), new Map([[{ a: 1 }, { b: { c: { d: 1 } } }]])); console.log([new Set([new Set([new Set([1])])])]);
//== object with many kinds
console.log({ num: 1, str: 'two', arr: [1, 2], obj: { a: 1 }, fn() {}, date: new Date(0), re: /x/, map: new Map([[1, 2]]), set: new Set([1]), nul: null, und: undefined, sym: Symbol('q'), big: 1n, err: undefined, nan: NaN });
//== entries of Object.entries
console.log(Object.entries({ a: 1, b: [2, 3], c: { d: 4 } }), Object.getOwnPropertyDescriptors({ get a() { return 1; }, b: 2 }));
//== frozen, sealed
console.log(Object.freeze({ a: 1 }), Object.freeze([1, 2]));
//== %s
console.log('%s', 'a', 1); console.log('%s %s', -0, 12n); console.log('%s', { a: { b: { c: 1 } } }); console.log('%s', [1, [2, [3]]]); console.log('%s', () => 5); console.log('%s', class A {}); console.log('%s', Symbol('x')); console.log('%s', null, undefined); console.log('%s', new Date(0)); console.log('%s', { toString() { return 'ts'; } }); console.log('%s', new (class X { toString() { return 'X!'; } })()); console.log('%s', new (class Y {})()); console.log('%s', Object.create(null)); console.log('%s', new Map([[1, 2]])); console.log('%s', new String('boxed'));
//== %s with errors
console.log('%s', new (class MyE extends Error { toString() { return 'my!'; } })('x')); console.log('%s', { [Symbol.toPrimitive]: () => 'prim' }); class Z extends Date { [Symbol.toPrimitive]() { return 'zz'; } } console.log('%s', new Z(0)); console.log('%s %s', true, false);
//== %d %i %f
console.log('%d', 42, '%d'); console.log('%d %d %d %d', '42', 'x', 1.5, 10n); console.log('%i %i %i %i', 42.9, '42.5px', 'x', 7n); console.log('%f %f %f', '3.14abc', 2, 'x'); console.log('%d %i %f', Symbol('a'), Symbol('b'), Symbol('c')); console.log('%d', {}, '%i', []); console.log('%d %d', -0, null); console.log('%i', -0);
//== %j
console.log('%j', { a: [1, 'x'] }); console.log('%j', undefined); console.log('%j %j', 'str', 5); const c = {}; c.c = c; console.log('%j', c); console.log('%j', { toJSON() { return 'tj'; } }); console.log('%j', Symbol('x'), () => 1);
//== %o %O
console.log('%O', { a: { b: { c: { d: 1 } } } }); console.log('%o', { a: [1, 2], b: 'x' }); console.log('%o', [1, [2, [3, [4, [5]]]]]); console.log('%O', 'str', '%o', 5); console.log('%o', 'str');
//== %c %% and others
console.log('%c styled', 'color: red'); console.log('100%', 5); console.log('%%', 1); console.log('%% %s', 'x'); console.log('%', 1); console.log('%x %y', 1); console.log('a%', 'b%s', 'c'); console.log('%s'); console.log('%s %s', 'one'); console.log('%%%s%%', 'mid'); console.log('%%'); console.log('%% only'); console.log('%s%', 'a', 'b'); console.log('50%% off', 'now');
//== format with rest
console.log('a', 'b', { c: 1 }, [2]); console.log({ c: 1 }, 'str', 'with %s', 'x'); console.log(1, '%s', 2); console.log('x', undefined, null, 5n, Symbol('y')); console.log(); console.log(''); console.log('', ''); console.log(' ', 'a'); console.log([], '', {});
//== util.format
const util = require('util'); console.log(util.format('%s:%s', 'foo'), util.format('%s:%s', 'foo', 'bar', 'baz'), util.format(1, 2, 3), util.format('%% %s'), util.format(), util.format('a'), util.format(null), util.format('%s', ''), util.format({}), util.format('%d', '0x10'), util.format('%s', -0), util.format('%i', '0x10'), util.format('%O %o'));
//== util.formatWithOptions
const util = require('util'); console.log(util.formatWithOptions({ compact: true }, 'See object %O', { foo: 42 }), util.formatWithOptions({ colors: true }, 'x %s %d %j', 'a', 1, {}), util.formatWithOptions({ colors: true }, { a: 1 }, 'b', 5), util.formatWithOptions({ depth: 0 }, { a: { b: 1 } }), util.formatWithOptions({ numericSeparator: true }, '%d %s %i', 12345, 12345, 12345.678));
try { util.formatWithOptions(null, 'a'); } catch (e) { console.log(e.message); }
//== errors without stacks
const f = new TypeError('t'); f.stack = 'custom stack'; console.log(f); const g = new Error('x'); g.stack = ''; console.log(g);
//== errors in brackets
const mk = (E, m) => { const e = new E(m); e.stack = e.name + ': ' + m; return e; }; console.log(mk(Error, 'a'), [mk(TypeError, 'b')], { e: mk(RangeError, 'multi\nline') });
//== errors with properties
const e = new Error('boo'); e.stack = 'Error: boo\n    at f (file.js:1:2)\n    at g (file.js:3:4)'; e.code = 'E_X'; e.info = { a: [1] }; console.log(e); console.log([e]); console.log({ a: { e } });
//== errors with causes
const mk = (E, m, o) => { const e = new E(m, o); e.stack = `${e.name}: ${m}\n    at f (file.js:1:2)`; return e; }; console.log(mk(Error, 'outer', { cause: mk(TypeError, 'inner') })); console.log(mk(Error, 'o', { cause: 'text' })); console.log(mk(Error, 'o', { cause: { a: 1 } })); console.log(mk(Error, 'o', { cause: undefined })); console.log(mk(Error, 'o', { cause: mk(Error, 'p', { cause: mk(Error, 'q', { cause: mk(Error, 'r') }) }) }));
//== errors with common lines
const a = new Error('inner'); a.stack = 'Error: inner\n    at a (x.js:1:1)\n    at c (x.js:3:3)\n    at d (x.js:4:4)\n    at e (x.js:5:5)\n    at f (x.js:6:6)'; const b = new Error('outer', { cause: a }); b.stack = 'Error: outer\n    at b (x.js:2:2)\n    at c (x.js:3:3)\n    at d (x.js:4:4)\n    at e (x.js:5:5)\n    at f (x.js:6:6)'; console.log(b);
//== aggregate errors
const a = new Error('one'); a.stack = 'Error: one\n    at x (f.js:1:1)'; const g = new AggregateError([a, 'two', { three: 3 }], 'all'); g.stack = 'AggregateError: all\n    at y (f.js:2:2)'; console.log(g); const h = new AggregateError([]); h.stack = 'AggregateError\n    at z (f.js:1:1)'; console.log(h);
//== error classes
class MyError extends Error { constructor(m) { super(m); this.name = 'MyError'; } } const e = new MyError('m'); e.stack = 'MyError: m\n    at f (a.js:1:1)'; console.log(e); class Plain extends Error {} const p = new Plain('m'); p.stack = 'Error: m\n    at f (a.js:1:1)'; console.log(p);
class VError extends TypeError {} const v = new VError('m'); v.stack = 'TypeError: m\n    at f (a.js:1:1)'; console.log(v); class Foo extends Error {} const foo = new Foo(); foo.stack = 'Error\n    at f (a.js:1:1)'; console.log(foo);
//== error names
const e = new Error('m'); e.stack = 'Error: m\n    at f (a.js:1:1)'; e.name = 'Changed'; console.log(e); const g = new Error('m'); g.stack = 'Error: m\n    at f (a.js:1:1)'; g.message = 'other'; console.log(g); const h = new Error('m'); h.stack = 'Error: m\n    at f (a.js:1:1)'; Object.defineProperty(h, 'name', { value: 'Hidden' }); console.log(h); const i = new Error('m'); i.stack = 'Error: m\n    at f (a.js:1:1)'; i.name = undefined; console.log(i);
//== error null prototype and tags
const e = new Error('m'); e.stack = 'Error: m\n    at f (a.js:1:1)'; Object.setPrototypeOf(e, null); console.log(e); class T extends Error { get [Symbol.toStringTag]() { return 'tag'; } } const t = new T('m'); t.stack = 'Error: m\n    at f (a.js:1:1)'; console.log(t);
//== error message with several lines
const e = new Error('line1\nline2\n    at fake'); e.stack = 'Error: line1\nline2\n    at fake\n    at f (a.js:1:1)'; console.log(e); console.log({ nested: { e } });
//== errors first line of a fresh one
for (const e of [new Error('a'), new TypeError('b'), new (class X extends Error {})('c'), new RangeError(), Object.assign(new Error('d'), { name: 'Named' })]) console.log(require('util').inspect(e).split('\n')[0]);
//== errors of a fresh class
class ValidationError extends Error { constructor(m, field) { super(m); this.name = 'ValidationError'; this.field = field; } } const s = require('util').inspect(new ValidationError('bad', 'f')); console.log(s.split('\n')[0], '…', s.split('\n').slice(-3).join('\n').replace(/ *at .*\n?/g, ''));
//== errors of node
for (const f of [() => require('util').promisify(1), () => require('util').inherits(), () => require('util').parseArgs({ args: ['--x'] }), () => require('util').stripVTControlCharacters(5)]) try { f(); } catch (e) { console.log(require('util').inspect(e).split('\n')[0], Object.keys(e), e.name, String(e), e.constructor === TypeError, Object.prototype.toString.call(e)); }
//== error keys
console.log(Object.keys(new Error('a')), Object.getOwnPropertyNames(new Error('a', { cause: 1 })).filter((k) => k !== 'stack'));
//== error-like objects
console.log({ name: 'Error', message: 'x', stack: 'y' }, Object.create(Error.prototype), Object.create(TypeError.prototype, { message: { value: 'm' } }));
//== objects with getters that throw
class A { get x() { throw new Error('no'); } } console.log(new A(), { get y() { throw new Error('n'); } });
//== symbol toStringTag forms
console.log(Object.assign(Object.create({ [Symbol.toStringTag]: 'T' }), { a: 1 }), Object.create(null, { [Symbol.toStringTag]: { value: 'N' } }), new (class Foo { get [Symbol.toStringTag]() { return 'Foo'; } })(), new (class Foo extends Map { get [Symbol.toStringTag]() { return 'bar'; } })());
//== toStringTag on functions and arrays
const f = () => {}; Object.defineProperty(f, Symbol.toStringTag, { value: 'ft' }); console.log(f); const a = [1]; Object.defineProperty(a, Symbol.toStringTag, { value: 'at' }); console.log(a); const d = new Date(0); Object.defineProperty(d, Symbol.toStringTag, { value: 'dt' }); console.log(d);
//== extends null
class N extends null { static s() {} } console.log(N); function F() {} F.prototype = null; console.log(new F());
//== showHidden of prototypes
class A { constructor() { this.own = 1; } get acc() { return 2; } method() {} } class B extends A { get more() { return 1; } } console.log(require('util').inspect(new A(), { showHidden: true }), require('util').inspect(new B(), { showHidden: true }), require('util').inspect(new B(), { showHidden: true, getters: true }));
//== showHidden of built-ins
console.log(require('util').inspect(new Map([[1, 2]]), { showHidden: true }), require('util').inspect(new Set([1]), { showHidden: true }), require('util').inspect(new Date(0), { showHidden: true }), require('util').inspect(/x/, { showHidden: true }), require('util').inspect('s', { showHidden: true }), require('util').inspect([[1], 2], { showHidden: true }), require('util').inspect(Symbol('x'), true));
//== showHidden and map iterators, strings
console.log(require('util').inspect(new String('abc'), { showHidden: true }), require('util').inspect(Object(5), { showHidden: true }), require('util').inspect(new Map([[{ a: 1 }, [2]]]).entries(), { showHidden: true }));
//== deep recursion
let o = {}; for (let i = 0; i < 30; i++) o = { o }; console.log(require('util').inspect(o, { depth: Infinity }).length, require('util').inspect(o, { depth: 5 }));
//== a linked list
let l = null; for (let i = 0; i < 10; i++) l = { value: i, next: l }; console.log(l); console.dir(l, { depth: null });
//== a tree
const t = (d) => d ? { l: t(d - 1), r: t(d - 1), v: d } : null; console.log(t(4)); console.log(require('util').inspect(t(3), { depth: 9, compact: 1 }));
//== console.dir
console.dir({ a: { b: { c: { d: 1 } } } }); console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); console.dir('str'); console.dir({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'C', a: 1 }); console.dir([1], { colors: true }); console.dirxml({ a: 1 }, [2]);
//== console.group
console.group('G'); console.log('in'); console.group(); console.log('deep\nlines', { a: 'x'.repeat(70), b: 1 }); console.groupEnd(); console.info('back'); console.groupEnd(); console.log('out'); console.groupEnd(); console.groupCollapsed('C', 1); console.log([1]); console.groupEnd();
//== console.count
console.count(); console.count(); console.count('x'); console.count('default'); console.countReset(); console.count(); console.countReset('nope'); console.count(5); console.count(undefined); console.count(null);
//== console.assert
console.assert(true, 'no'); console.log(console.assert.name, console.log.name, typeof console.error, console.log.length);
//== console.table
console.table([{ a: 1, b: 'x' }, { a: 2, c: true }]); console.table([[1, 2], [3, 4, 5]]); console.table([1, 'two', { three: 3 }]); console.table(new Map([['k', 1], ['l', { m: 2 }]])); console.table(new Set([1, 'b'])); console.table({ r1: { c: 1 }, r2: { c: 2 } }); console.table([]); console.table({}); console.table(5); console.table('s'); console.table(null);
//== console.table with columns
console.table([{ a: 1, b: 2 }, { a: 3, b: 4 }], ['b']); console.table([{ a: 1 }], ['zz']); console.table([[1, 2]], ['1']); console.table([1, 2], ['a']); try { console.table([], 'x'); } catch (e) { console.log(e.message); }
//== console.table of nested
console.table([{ a: { b: 1, c: { d: 2 } }, l: [1, 2, 3, 4, 5] }, { a: { p: 1, q: 2, r: 3 }, l: [] }]); console.table([{ f() {}, d: new Date(0), n: null, u: undefined, s: Symbol('x') }]); console.table([['日本', 'abc'], ['é', 'd']]);
//== console.table of iterators
const m = new Map([['k', 1], ['l', 2]]); console.table(m.entries()); console.table(m.keys()); console.table(new Set([5]).values()); console.table([new Map([[1, 2]])]);
//== Console class
const { Console } = console; const lines = []; const c = new Console({ stdout: { write: (s) => lines.push(s), removeListener() {}, listenerCount: () => 1 }, stderr: { write: (s) => lines.push('E' + s), removeListener() {}, listenerCount: () => 1 } }); c.log('a %s', 'b', { c: 1 }); c.error('err'); c.warn({ x: 1 }); c.group('g'); c.log('in'); c.groupEnd(); c.table([[1]]); c.count(); c.dir({ a: 1 }); c.assert(false, 'why', 5); c.assert(0); c.assert(false, { a: 1 }); console.log(lines); console.log(c instanceof Console, console instanceof Console, {} instanceof Console);
//== Console options
const { Console } = require('console'); const out = []; const stdout = { write: (s) => out.push(s), removeListener() {}, listenerCount: () => 1 }; const c = new Console({ stdout, inspectOptions: { depth: 0, compact: false }, groupIndentation: 4 }); c.log({ a: { b: 1 } }); c.group(); c.log('x'); c.groupEnd(); new Console({ stdout, colorMode: true }).log({ a: 1 }); Console(stdout).log('called'); console.log(out);
for (const f of [() => new Console(), () => new Console({}), () => new Console({ stdout, stderr: 5 }), () => new Console({ stdout, colorMode: 'x' }), () => new Console({ stdout, groupIndentation: -1 }), () => new Console({ stdout, groupIndentation: 'a' }), () => new Console({ stdout, inspectOptions: 1 }), () => new Console({ stdout, colorMode: true, inspectOptions: { colors: true } })]) try { f(); console.log('ok'); } catch (e) { console.log(e.code, e.message); }
//== console is a namespace
console.log(Object.prototype.toString.call(console), Object.keys(console).slice(0, 5), String(console)); const { log } = console; log('detached'); [1, 2].forEach(console.log);
//== console.time labels
console.time('t'); console.timeEnd('nope'); console.log(typeof console.timeLog);
//== extra options are kept for custom inspect
const util = require('util'); class A { [util.inspect.custom](d, o) { return JSON.stringify([o.mine, o.depth, o.colors]); } } console.log(util.inspect(new A(), { mine: 5 }), util.inspect({ a: new A() }, { mine: [1], depth: 3 }));
//== domexception
const e = new DOMException('m', 'AbortError'); console.log(require('util').inspect(e).split('\n')[0], e instanceof Error, Object.keys(e), e.code); console.log(require('util').inspect(new DOMException('x')).split('\n')[0]); console.log(DOMException);
console.log(Object.prototype.toString.call(e), typeof e.stack);
//== assertion error printed in nested
const assert = require('assert'); try { assert.deepStrictEqual([1, 2], [1, 3]); } catch (e) { console.log({ e: e.message, g: e.generatedMessage }); }
//== error in array keys
const e = new Error('x'); e.stack = 'Error: x\n    at f (a.js:1:1)'; e[Symbol('s')] = 1; Object.defineProperty(e, 'hidden', { value: 1 }); console.log([e], require('util').inspect(e, { showHidden: true }));
//== console prototype tamper
Object.prototype.zzz = 1; console.log({ a: 1 }, [1]); delete Object.prototype.zzz; const k = console.log; console.log(k === console.log, console.hasOwnProperty('log'));
//== tampered globals
const push = Array.prototype.push; console.log([1, 2, { a: 1 }]); Array.prototype.x = 5; console.log([1, 2], { a: [1] }); delete Array.prototype.x; 
//== symbol.species & co
class A extends Array { static get [Symbol.species]() { return Object; } } console.log(A.from([1, 2, 3]), new A(3).fill(0));
//== getter on array index
const a = [1, 2, 3]; Object.defineProperty(a, 1, { get() { return 5; }, enumerable: true }); console.log(a); Object.defineProperty(a, 0, { value: 9, enumerable: false }); console.log(a);
//== array with huge length
const a = []; a.length = 4294967295; console.log(a); a[4294967294] = 1; console.log(a); a[4294967295] = 2; console.log(a); a['01'] = 3; console.log(a);
//== array negative and float keys
const a = [1]; a[-1] = 2; a[1.5] = 3; a['x'] = 4; a[Symbol('q')] = 5; console.log(a, a.length);
//== typed array in class
class Buf extends Uint8Array { constructor() { super(3); this.meta = { a: 1 }; } } console.log(new Buf(), [new Buf()]);
//== date invalid in object and subclass tags
console.log({ d: new Date(NaN) }, [new Date(NaN)], Object.assign(new Date(NaN), { a: 1 }));
//== very long single words in arrays
console.log(['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(30)], ['a'.repeat(20), 'b'.repeat(20), 'c'.repeat(20)], Array.from({ length: 8 }, (_, i) => 'x'.repeat(i * 3)));
//== strings with ansi in arrays
console.log(Array.from({ length: 10 }, (_, i) => `\x1b[3${i % 8}mc${i}\x1b[39m`));
//== util.inspect with getters and circular
const o = { get me() { return o; }, get arr() { return [1, o]; } }; console.log(require('util').inspect(o, { getters: true }));
//== object with numeric-like keys order
console.log({ b: 1, 2: 2, a: 3, 1: 4, '-1': 5, '01': 6, 4294967295: 7, 4294967294: 8 });
//== instanceof traps
class Weird { static [Symbol.hasInstance]() { return false; } } console.log(new Weird()); class Thrower { static [Symbol.hasInstance]() { throw new Error('x'); } } console.log(new Thrower());
//== constructor name not a string
class S { static name = 5; } console.log(new S()); function F() {} Object.defineProperty(F, 'name', { value: '' }); console.log(new F(), F); class G { static name() {} } console.log(new G(), G);
//== class with static block and toString
class A { static toString() { return 'class?'; } } console.log(A, `${A}`); class /* c */ B /* d */ extends A /* e */ { } console.log(B); console.log(class { static { this.q = 1; } });
//== class-like function texts
console.log(function classy() {}, { class() {} }.class, { classX() {} }.classX, class{}, class$);
function class$() {}
//== objects that inherit from arrays and maps
console.log(Object.create([]), Object.create([1, 2]), Object.create(new Map([[1, 2]])), Object.create(new Date(0)), Object.create(/x/), Object.create(() => {}));
//== set prototype of plain to class
class K {} const o = { a: 1 }; Object.setPrototypeOf(o, K.prototype); console.log(o); const m = new Map([[1, 2]]); Object.setPrototypeOf(m, K.prototype); console.log(m); const a = [1]; Object.setPrototypeOf(a, K.prototype); console.log(a); const fn = () => {}; Object.setPrototypeOf(fn, K.prototype); console.log(fn); const d = new Date(0); Object.setPrototypeOf(d, K.prototype); console.log(d); const p = Promise.resolve(1); Object.setPrototypeOf(p, K.prototype); console.log(p); const s = new Set([1]); Object.setPrototypeOf(s, Object.prototype); console.log(s); const e = new Error('q'); e.stack = 'Error: q\n    at x (y:1:1)'; Object.setPrototypeOf(e, K.prototype); console.log(e); const n = new Number(3); Object.setPrototypeOf(n, K.prototype); console.log(n); const r = /x/; Object.setPrototypeOf(r, Object.prototype); console.log(r); const u = new Uint8Array(2); Object.setPrototypeOf(u, K.prototype); console.log(u);
//== errors set to Object.prototype
const e = new Error('q'); e.stack = 'Error: q\n    at x (y:1:1)'; Object.setPrototypeOf(e, Object.prototype); console.log(e, [e]);
//== error with non-string message, name, stack
const e = new Error('q'); e.stack = 'Error: q\n    at x (y:1:1)'; e.message = 5; console.log(e); const f = new Error('q'); f.stack = 'Error: q\n    at x (y:1:1)'; f.name = 5; console.log(f); const g = new Error('z'); g.stack = 'Error: z\n    at x (y:1:1)'; g.message = { a: 1 }; console.log(g); const h = new Error(''); h.stack = 'Error\n    at x (y:1:1)'; console.log(h); h.name = ''; console.log(h); const i = new Error('i'); i.stack = 'Error: i\n    at x (y:1:1)'; i.name = null; console.log(i); const j = new Error('j'); j.stack = 'Error: j\n    at x (y:1:1)'; j.errors = [1, 2]; j.cause = null; console.log(j);
//== error own cause enumerable
const e = new Error('q'); e.stack = 'Error: q\n    at x (y:1:1)'; e.cause = new Error('c'); e.cause.stack = 'Error: c\n    at x (y:1:1)'; console.log(e); Object.defineProperty(e, 'cause', { get() { throw new Error('no'); } }); console.log(e);
//== number formats
console.log([1e21, 1e-7, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789012345680000, 0.000001, 1e-6, 100, 2 ** 53, -1e-10, 1.5e300, 4.35, 0.5, 1e100]);
//== bigints
console.log([0n, -1n, 2n ** 64n, -(2n ** 100n)], { b: 5n }, new Map([[1n, 2n]]), new Set([3n]), Object(4n));
//== symbols
console.log([Symbol('a b'), Symbol(''), Symbol(), Symbol.for('x'), Symbol.asyncIterator], { s: Symbol('q') }, Symbol('new\nline'));
//== nested promises, maps in promises
console.log(Promise.resolve([1, { a: new Map([['x', Promise.resolve(1)]]) }])); const p = Promise.reject({ a: { b: { c: 1 } } }); p.catch(() => {}); console.log(p); console.log({ p: Promise.resolve('x'.repeat(80)) });
//== weakref, finalization
console.log(new WeakRef({ a: 1 }), new FinalizationRegistry(() => {}));
//== console.log many
console.log('%s is %d years and %i months, %f %j %o %O %%', 'Bob', 42, 3.7, 1.5, { a: 1 }, [1], { b: 2 }, 'extra');
//== util.inspect on primitives with options
const i = require('util').inspect; console.log(i('a', { colors: true }), i(5, { colors: true }), i(null, { colors: true }), i(undefined, { colors: true }), i(Symbol('x'), { colors: true }), i(1n, { colors: true }), i(true, { colors: true }), i('x'.repeat(20), { maxStringLength: 3 }), i('a\nb', { compact: false, breakLength: 3 }), i('abc\ndefghijklmnopqrstuvwxyz\n', { breakLength: 10 }));
//== util.inspect stylize option
const i = require('util').inspect; console.log(i({ a: 1, b: 'x' }, { stylize: (s, t) => `<${t}:${s}>` }));
//== util.inspect odd options
const i = require('util').inspect; for (const o of [null, undefined, 5, 'str', [], () => {}, { depth: undefined }, { breakLength: undefined }, { compact: undefined }, { maxArrayLength: undefined }, { maxArrayLength: NaN }, { depth: '1' }, { depth: NaN }, { compact: 'x' }]) try { console.log(i({ a: { b: { c: { d: 1 } } }, l: [1, 2, 3], s: 'str' }, o)); } catch (e) { console.log(e.message); }
//== a million entries
const big = new Array(1e6).fill(7); console.log(require('util').inspect(big).length, require('util').inspect(new Uint8Array(1e6)).length, require('util').isDeepStrictEqual(big, big.slice()));
