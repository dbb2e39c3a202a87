//== promisify
const { promisify } = require('util'); const f = promisify((a, b, cb) => cb(null, a + b)); console.log(await f(1, 2)); const g = promisify((cb) => cb(new Error('no'))); try { await g(); } catch (e) { console.log(e.message); } console.log(await promisify((cb) => cb(null, 1, 2, 3))(), await promisify(function (cb) { cb(null, this.x); }).call({ x: 'ctx' }));
//== promisify custom
const { promisify } = require('util'); function f() {} f[promisify.custom] = (x) => Promise.resolve('c' + x); console.log(await promisify(f)(1), promisify(f) === f[promisify.custom], promisify.custom); const g = promisify(function named(a, b) {}); console.log(g.name, g.length, promisify(g) === g);
for (const x of [1, null, undefined, 'a', {}]) try { promisify(x); } catch (e) { console.log(e.name, e.code, e.message); }
try { const h = () => {}; h[promisify.custom] = 5; promisify(h); } catch (e) { console.log(e.message); }
//== callbackify
const { callbackify } = require('util'); await new Promise((r) => callbackify(async (a) => a * 2)(4, (e, v) => { console.log(e, v); r(); })); await new Promise((r) => callbackify(async () => { throw new Error('x'); })((e, v) => { console.log(e.message, v); r(); })); await new Promise((r) => callbackify(async () => { throw null; })((e) => { console.log(e.code, e.message, e.reason); r(); }));
async function nm(a, b) {} console.log(callbackify(nm).name, callbackify(nm).length); for (const x of [1, null]) try { callbackify(x); } catch (e) { console.log(e.message); } try { callbackify(nm)(1); } catch (e) { console.log(e.message); }
//== deprecate
const { deprecate } = require('util'); const f = deprecate(function orig(a) { return a + 1; }, 'old', 'DEP1'); console.log(f(1), f.name, Object.getPrototypeOf(f).name); class A { constructor() { this.x = 1; } } const D = deprecate(A, 'old class'); console.log(new D() instanceof A, new D().x); try { deprecate(() => {}, 'm', 5); } catch (e) { console.log(e.message); }
//== inherits
const { inherits } = require('util'); function P() {} P.prototype.hi = () => 'hi'; function C() {} inherits(C, P); console.log(new C().hi(), C.super_ === P, Object.keys(C)); for (const a of [[null, P], [C, null], [C, {}], [undefined, undefined]]) try { inherits(...a); } catch (e) { console.log(e.code, e.message); }
//== types
const { types } = require('util'); const vs = { num: new Number(1), str: new String(''), bool: new Boolean(0), big: Object(1n), sym: Object(Symbol()), date: new Date(), re: /x/, err: new Error(), map: new Map(), set: new Set(), wm: new WeakMap(), ws: new WeakSet(), mi: new Map().keys(), si: new Set().values(), ai: [].values(), ab: new ArrayBuffer(1), sab: new SharedArrayBuffer(1), dv: new DataView(new ArrayBuffer(1)), u8: new Uint8Array(), u8c: new Uint8ClampedArray(), f32: new Float32Array(), b64: new BigInt64Array(), p: Promise.resolve(), px: new Proxy({}, {}), gen: (function* () {})(), agen: (async function* () {})(), gf: function* () {}, af: async () => {}, agf: async function* () {}, f: () => {}, args: (function () { return arguments; })(), o: {}, n: null, u: undefined, i: 5, fake: { [Symbol.toStringTag]: 'Date' }, oe: Object.create(Error.prototype) };
for (const k in types) console.log(k, Object.keys(vs).filter((v) => types[k](vs[v])).join());
//== old is functions
const u = require('util'); for (const k of ['isArray', 'isBoolean', 'isNull', 'isNullOrUndefined', 'isNumber', 'isString', 'isSymbol', 'isUndefined', 'isRegExp', 'isObject', 'isDate', 'isError', 'isFunction', 'isPrimitive']) console.log(k, [[], true, null, undefined, 1, 's', Symbol(), /x/, {}, new Date(), new Error(), () => {}, new (class extends Error {})()].map((v) => u[k](v) ? 1 : 0).join(''));
//== stripVTControlCharacters
const { stripVTControlCharacters: s } = require('util'); console.log(JSON.stringify([s('\x1b[31mred\x1b[39m'), s('\x1b[1;32mx\x1b[0m'), s('plain'), s('\x1b]8;;http://x\x07link\x1b]8;;\x07'), s('a\x1b[2Kb\x1b[10;20Hc'), s('\u009b31mq')])); try { s({}); } catch (e) { console.log(e.message); }
//== toUSVString
console.log(JSON.stringify(require('util').toUSVString('a\ud800b')), require('util').toUSVString(5));
//== styleText
const { styleText } = require('util'); console.log(JSON.stringify([styleText('red', 'x', { validateStream: false }), styleText(['bold', 'underline'], 'y', { validateStream: false }), styleText('red', 'plain')])); for (const f of [() => styleText('nope', 'x'), () => styleText('red', 5), () => styleText(['red', 'nope'], 'x'), () => styleText('red', 'x', { stream: {} })]) try { console.log(JSON.stringify(f())); } catch (e) { console.log(e.code, e.message.slice(0, 200)); }
//== getSystemErrorName
const u = require('util'); console.log(u.getSystemErrorName(-2), u.getSystemErrorName(-13), u.getSystemErrorName(-99999), u.getSystemErrorMap().get(-2), u.getSystemErrorMap().size, [...u.getSystemErrorMap().keys()].every((k) => k < 0)); for (const x of [2, 0, 'a', 1.5, null]) try { u.getSystemErrorName(x); } catch (e) { console.log(e.code, e.message); }
//== getSystemErrorMap
console.log(require('util').inspect(require('util').getSystemErrorMap(), { maxArrayLength: null }));
//== isDeepStrictEqual
const u = require('util').isDeepStrictEqual; console.log(u({ a: 1 }, { a: 1 }), u(1, '1'), u([1, 2], [1, 2]), u({ a: 1 }, { a: 1, b: undefined }), u(NaN, NaN), u(0, -0));
//== debuglog
const d = require('util').debuglog('foo'); d('hidden %d', 1); console.log(d.enabled, typeof d);
//== parseArgs, first example
const { parseArgs } = require('util'); console.log(parseArgs({ args: ['-f', '--bar', 'b'], options: { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' } } }));
//== parseArgs, tokens
const { parseArgs } = require('util'); console.log(parseArgs({ strict: false, tokens: true, args: ['-d', '--foo=1', '--user', 'pos', '-abc', '-xVAL', '--', '-z', 'q'], options: { a: { type: 'boolean', short: 'a' }, x: { type: 'string', short: 'x' }, user: { type: 'string' } } }));
//== parseArgs, no- example
const { parseArgs } = require('util'); const options = { color: { type: 'boolean' }, 'no-color': { type: 'boolean' }, logfile: { type: 'string' }, 'no-logfile': { type: 'boolean' } }; for (const args of [[], ['--no-logfile'], ['--logfile=test.log', '--color'], ['--no-logfile', '--logfile=test.log', '--color', '--no-color']]) { const { values, tokens } = parseArgs({ args, options, tokens: true }); console.log(values, tokens); }
//== parseArgs, values
const { parseArgs } = require('util'); const t = (c) => { try { console.log(parseArgs(c)); } catch (e) { console.log(e.name, e.code, e.message); } };
t({ args: ['--x', 'a', '--x=b', '-xc'], options: { x: { type: 'string', short: 'x', multiple: true } } }); t({ args: ['-vvv'], options: { v: { type: 'boolean', short: 'v', multiple: true } } }); t({ args: [], options: { d: { type: 'string', default: 'def' }, l: { type: 'string', multiple: true, default: ['a', 'b'] }, b: { type: 'boolean', default: true } } }); t({ args: ['--d', 'x'], options: { d: { type: 'string', default: 'def' } } }); t({ args: ['a', 'b'], allowPositionals: true }); t({ args: ['a', '--', '--b'], allowPositionals: true, tokens: true }); t({ args: ['--no-c'], options: { c: { type: 'boolean' } }, allowNegative: true }); t({ args: ['--no-c'], options: { c: { type: 'boolean' } } }); t({ args: ['--no-s'], options: { s: { type: 'string' } }, allowNegative: true }); t({ args: ['-abf', 'FILE'], options: { a: { type: 'boolean', short: 'a' }, b: { type: 'boolean', short: 'b' }, f: { type: 'string', short: 'f' } } }); t({ args: ['-abfFILE'], options: { a: { type: 'boolean', short: 'a' }, b: { type: 'boolean', short: 'b' }, f: { type: 'string', short: 'f' } } }); t({ args: ['--f='], options: { f: { type: 'string' } } }); t({ args: ['-'], allowPositionals: true }); t({ args: ['--f', '-'], options: { f: { type: 'string' } } }); t({ args: ['--'], options: {} }); t({ args: ['--__proto__=x'], strict: false }); t({ args: ['--f=a=b'], options: { f: { type: 'string' } } });
//== parseArgs, errors
const { parseArgs } = require('util'); const t = (c) => { try { console.log(parseArgs(c)); } catch (e) { console.log(e.name, e.code, e.message); } };
t({ args: ['--unknown'] }); t({ args: ['-u'] }); t({ args: ['pos'] }); t({ args: ['--unknown'], allowPositionals: true }); t({ args: ['--f'], options: { f: { type: 'string' } } }); t({ args: ['-f'], options: { f: { type: 'string', short: 'f' } } }); t({ args: ['--b=1'], options: { b: { type: 'boolean' } } }); t({ args: ['--f', '-x'], options: { f: { type: 'string' } } }); t({ args: ['-f', '--x'], options: { foo: { type: 'string', short: 'f' } } }); t({ args: 'x' }); t({ args: [], strict: 1 }); t({ args: [], options: [] }); t({ args: [], options: { a: 5 } }); t({ args: [], options: { a: {} } }); t({ args: [], options: { a: { type: 'int' } } }); t({ args: [], options: { a: { type: 'string', short: 'ab' } } }); t({ args: [], options: { a: { type: 'string', short: 5 } } }); t({ args: [], options: { a: { type: 'string', multiple: 'x' } } }); t({ args: [], options: { a: { type: 'string', default: 5 } } }); t({ args: [], options: { a: { type: 'boolean', default: 'x' } } }); t({ args: [], options: { a: { type: 'string', multiple: true, default: 'x' } } }); t({ args: [], options: { a: { type: 'string', multiple: true, default: ['x', 5] } } }); t({ args: [], allowPositionals: 'x' }); t({ args: [], tokens: 1 }); t({ args: [], allowNegative: 1 });
//== parseArgs, not strict
const { parseArgs } = require('util'); console.log(parseArgs({ strict: false, args: ['--foo', 'bar', '--baz=1', '-q', '-ab', 'pos'] }), parseArgs({ strict: false, args: ['--f'], options: { f: { type: 'string' } } }), parseArgs({ strict: false, args: ['--b=x'], options: { b: { type: 'boolean' } } }));
//== MIMEType
const { MIMEType, MIMEParams } = require('util'); const t = (s) => { try { const m = new MIMEType(s); console.log(String(m), m.type, m.subtype, m.essence, [...m.params], JSON.stringify(m)); } catch (e) { console.log(e.code, e.message); } };
for (const s of ['text/plain', 'text/javascript; charset=utf-8;source="value"', ' TEXT/HTML ;Charset="UTF-8"', 'text/plain;charset', 'text/plain;a=1;a=2', 'text/plain;q="a\\"b"', 'text/plain;q="unterminated', 'text/plain;x=', 'text/plain;=x', 'text', '/plain', 'text/', 'te xt/plain', 'text/pl ain', 'text/plain;a b=1;c=d', 'text/plain;a="b";c="d"x;e=f', '', 'text/plain;;;a=1', 'a/b;c="\\\\"', 'text/html ; q=1 ; r = 2']) t(s);
const m = new MIMEType('a/b'); m.type = 'X'; m.subtype = 'Y'; m.params.set('k', 'v w'); m.params.set('l', ''); console.log(String(m), m.params.get('k'), m.params.has('z'), m.params.get('z'), [...m.params.keys()], [...m.params.values()]); m.params.delete('k'); console.log(String(m)); for (const f of [() => m.type = '', () => m.subtype = 'a b', () => m.params.set('', 'x'), () => m.params.set('a', '\n')]) try { f(); } catch (e) { console.log(e.message); }
//== parseEnv
const { parseEnv } = require('util'); console.log(parseEnv('A=1\nB="x y" # c\nexport C=\'q\'\n#no\nD=a#b\nE=`m\nn`\nF = sp ace \nG="a\\nb"\nH\nI=\nJ= "q" \nK=\'a"b\'\nL="it\'s"\n\n  M=5\nN=a=b\n')); try { parseEnv(5); } catch (e) { console.log(e.message); }
//== aborted
const { aborted } = require('util'); try { await aborted(); } catch (e) { console.log(e.code, e.message); } try { await aborted({}, {}); } catch (e) { console.log(e.code, e.message); }
//== _extend
const u = require('util'); console.log(u._extend({ a: 1 }, { b: 2 }), u._extend({ a: 1 }, null), u._extend({ a: 1 }, 'x'));
//== error classes by code
const show = (f) => { try { f(); console.log('none'); } catch (e) { console.log(e.name, e.code, e.message, e.constructor.name, Object.keys(e)); } };
const p = require('util').promisify; for (const v of [null, undefined, 1, -0, NaN, Infinity, 1n, true, 'str', "it's", 'x'.repeat(40), Symbol('s'), {}, [], new Map(), Object.create(null), class K {}.prototype, new Date(0), /x/]) show(() => p(v)); show(() => require('util').inherits(1, () => {}));
//== exports of util
console.log(Object.keys(require('util')).filter((k) => !/^_|transferable/.test(k)).join());
//== exports of console
console.log(Object.keys(console).join());
//== the falsy rejection
require('util').callbackify(() => Promise.reject())((e) => console.log(e.code, e.reason, Object.keys(e))); for (let i = 0; i < 9; i++) await null;
