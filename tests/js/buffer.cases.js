//== from strings in every encoding
for (const e of ['utf8', 'utf-8', 'UTF8', 'ucs2', 'UCS-2', 'utf16le', 'utf-16LE', 'latin1', 'binary', 'ascii', 'hex', 'base64', 'base64url'])
  for (const s of ['', 'a', 'hello', 'h\u00e9llo', '\u20ac', '\u{1F600}', '\ud800', 'a\udc00b', 'ff00', 'fFzz', 'abc', 'YWJj', 'YW-_', 'YQ==', ' Y Q = = ', '\u0100\u01ff'])
    console.log(e, JSON.stringify(s), Buffer.from(s, e).toString('hex'), Buffer.byteLength(s, e));
//== base64 that is not clean
for (const s of ['YQ==YQ==', 'YQ=YQ', 'Y Q=\n=YWJj', 'YWJjZ', 'YWJj\u0100ZGVm', 'a', 'a=', 'YW\u{1F600}Jj', '=YWJj', 'YWJjZA', 'YW-_', 'Y=WJj', 'YWI=YWI=', 'YWJj=ZGVm', 'YWJjZA==ZGVm', 'YQ===YQ', 'Y', 'YY=Y=Y=Y=', '', '====', '\n\n', 'YW*Jj!'])
  console.log(JSON.stringify(s), Buffer.from(s, 'base64'), Buffer.byteLength(s, 'base64'), Buffer.alloc(8).write(s, 'base64'), Buffer.from(s, 'base64url'));
//== hex that is not clean
for (const s of ['0', '00', '000', '0g', 'g0', 'abxxcd', 'AbCd', '\u0141\u0141', 'ab cd', '\u{1F600}'])
  console.log(JSON.stringify(s), Buffer.from(s, 'hex'), Buffer.byteLength(s, 'hex'), Buffer.alloc(8).write(s, 'hex'));
//== to strings in every encoding
const b = Buffer.from([0, 1, 0x61, 0x7f, 0x80, 0xe9, 0xff, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xc3]);
for (const e of [undefined, 'utf8', 'ucs2', 'utf16le', 'latin1', 'binary', 'ascii', 'hex', 'base64', 'base64url', 'HEX'])
  for (let i = 0; i <= b.length; i += 3)
    console.log(e, i, JSON.stringify(b.toString(e, i)), JSON.stringify(b.toString(e, 0, i)));
//== toString arguments
const b = Buffer.from('hello world');
for (const a of [[], [undefined], ['utf8', 1], ['utf8', -1], ['utf8', 3, 5], ['utf8', 5, 3], ['utf8', '2', '4'], ['utf8', 1.9, 3.9], ['utf8', NaN, NaN], ['utf8', 0, Infinity], ['utf8', -Infinity, 5], ['utf8', 20], ['utf8', 0, -1], [undefined, 2, 4], ['hex', 10]])
  console.log(JSON.stringify(b.toString(...a)));
try { b.toString('xx') } catch (e) { console.log(e.name, e.code, e.message) }
try { b.toString(null) } catch (e) { console.log(e.name, e.code, e.message) }
try { b.toString(5) } catch (e) { console.log(e.name, e.code, e.message) }
//== replacement in UTF-8
for (const h of ['c0', 'c080', 'c1bf', 'e0', 'e080', 'e0a0', 'e09fbf', 'eda080', 'edbfbf', 'eda080edb080', 'f0', 'f08080', 'f090', 'f09080', 'f0908080', 'f4908080', 'f48fbfbf', 'f5808080', 'f8', 'fe', 'ff', '80', 'bf', '61c3', '61c361', 'e282', 'e28261', 'e2ff', 'f09f98', 'f09f9861', 'f09f61', 'f061', 'efbbbf61', '6180', 'ffffff', 'e1a0c0', 'f1808080', 'f18080c0'])
  console.log(h, Buffer.from(Buffer.from(h, 'hex').toString()).toString('hex'));
//== alloc and fill
console.log(Buffer.alloc(3), Buffer.alloc(5, 'ab'), Buffer.alloc(5, 1), Buffer.alloc(5, 257), Buffer.alloc(3, -1), Buffer.alloc(5, Buffer.from('xyz')), Buffer.alloc(11, 'aGVsbG8gd29ybGQ=', 'base64'), Buffer.alloc(5, '\u20ac'), Buffer.alloc(4, ''), Buffer.alloc(3, 'a', 'latin1'), Buffer.alloc(6, '\u0222', 'utf16le'), Buffer.alloc(3, true), Buffer.alloc(3, null), Buffer.alloc(0, 'a'));
console.log(Buffer.alloc(3, new Uint8Array([1, 2])), Buffer.alloc(3, 1.9), Buffer.alloc(3, {}), Buffer.alloc(3, 'abcd'));
//== fill arguments
const f = (...a) => { const b = Buffer.alloc(6, '.'); try { console.log(b.fill(...a) === b, b.toString('latin1')) } catch (e) { console.log(e.name, e.code, e.message) } };
f('ab'); f('ab', 1); f('ab', 1, 4); f('abc', 'latin1'); f('6162', 'hex'); f('6162', 1, 'hex'); f('6162', 1, 3, 'hex'); f('zz', 'hex'); f(''); f('', 1, 3); f('a', -1); f('a', 7); f('a', 0, 7); f('a', 0, -1); f('a', 3, 2); f('a', '1'); f('a', 1, '2'); f(65, 1, 2); f(65.7); f(-1, 1); f('a', 0, 3, 'xx'); f('a', 'xx'); f('\u00e9'); f('\u00e9', 'latin1'); f(Buffer.alloc(0)); f(Buffer.from('xy'), 1); f('a', 1.5); f('a', {}); f(undefined); f('abcdefghijkl'); f('ab', NaN); f('a', 0, 3, 5);
//== concat
console.log(Buffer.concat([]), Buffer.concat([Buffer.from('a'), Buffer.from('bc')]), Buffer.concat([Buffer.from('abc')], 2), Buffer.concat([Buffer.from('abc')], 5), Buffer.concat([new Uint8Array([1, 2])]), Buffer.concat([Buffer.from('abc'), Buffer.from('def')], 4), Buffer.concat([Buffer.alloc(0)]));
for (const a of [['a'], [[1]], [[Buffer.alloc(1)], -1], [[Buffer.alloc(1)], 'a'], [[Buffer.alloc(1)], 1.5], [[Buffer.alloc(1), 'x']], [undefined]])
  try { console.log(Buffer.concat(...a)) } catch (e) { console.log(e.name, e.code, e.message) }
//== compare and equals
const A = Buffer.from('abc'), B = Buffer.from('abd'), C = Buffer.from('ab');
console.log(Buffer.compare(A, B), Buffer.compare(B, A), Buffer.compare(A, C), Buffer.compare(C, A), Buffer.compare(A, A), Buffer.compare(A, Buffer.from('abc')), A.equals(B), A.equals(Buffer.from('abc')), A.equals(new Uint8Array([97, 98, 99])), A.compare(B), [B, A, C].sort(Buffer.compare).join());
console.log(A.compare(Buffer.from('xxabcxx'), 2, 5), A.compare(Buffer.from('xxabcxx'), 2, 4), A.compare(B, 0, 2, 0, 2), A.compare(B, 3), A.compare(B, 0, 0), A.compare(B, 0, 3, 3), A.compare(B, 3, 3, 3, 3), A.compare(B, 2, 1));
for (const a of [[B, -1], [B, 0, 9], [B, 0, 1, -1], [B, 0, 1, 0, 9], [B, 'a'], [B, 9], ['a'], []])
  try { console.log(A.compare(...a)) } catch (e) { console.log(e.name, e.code, e.message) }
for (const f of [() => A.equals('abc'), () => Buffer.compare(A), () => Buffer.compare('a', A), () => A.equals()])
  try { console.log(f()) } catch (e) { console.log(e.name, e.code, e.message) }
//== byteLength and isEncoding
console.log(Buffer.byteLength('\u00bd + \u00bc = \u00be'), Buffer.byteLength(new ArrayBuffer(5)), Buffer.byteLength(new Uint16Array(3)), Buffer.byteLength(new DataView(new ArrayBuffer(9), 2)), Buffer.byteLength('abc', 'nope'), Buffer.byteLength('\ud800'), Buffer.byteLength('\u{1F600}'), Buffer.byteLength('', 'hex'));
for (const e of ['utf8', 'UTF-8', 'hex', 'utf-16le', 'ucs2', 'utf/8', '', 'not', null, undefined, {}, 'binary', 'BASE64url', 'latin1', 'utf16', 'utf-16']) console.log(e, Buffer.isEncoding(e));
for (const v of [5, null, undefined, {}, []]) try { Buffer.byteLength(v) } catch (e) { console.log(e.name, e.code, e.message) }
//== isBuffer
console.log(Buffer.isBuffer(Buffer.alloc(1)), Buffer.isBuffer(new Uint8Array(1)), Buffer.isBuffer('a'), Buffer.isBuffer({}), Buffer.isBuffer(null), Buffer.isBuffer(Buffer.prototype));
//== from arrays and objects
console.log(Buffer.from([1, 2, 3]), Buffer.from([257, -1, 1.9, '5', 'x', null, undefined, true]), Buffer.from({ length: 3, 0: 1, 1: 2 }), Buffer.from({ type: 'Buffer', data: [1, 2] }), Buffer.from(new Uint16Array([1, 258])), Buffer.from(new String('abc')), Buffer.from([]), Buffer.from({ length: -1 }), Buffer.from({ length: 'a' }), Buffer.from({ valueOf() { return 'vo' } }), Buffer.from({ [Symbol.toPrimitive]() { return 'tp' } }), Buffer.from(Buffer.from('xy')), Buffer.from(new Set([1])?.length === undefined ? [7] : []));
console.log(JSON.stringify(Buffer.from([1, 2])), Buffer.from(JSON.parse(JSON.stringify(Buffer.from('ok')))).toString(), JSON.stringify(Buffer.alloc(0)));
for (const v of [5, null, undefined, {}, true, Symbol.iterator, () => 1, 5n, new Map(), { type: 'Buffer' }, { valueOf() { return 5 } }, NaN])
  try { console.log(Buffer.from(v)) } catch (e) { console.log(e.name, e.code, e.message) }
//== from ArrayBuffer
const ab = new ArrayBuffer(6); new Uint8Array(ab).set([1, 2, 3, 4, 5, 6]);
for (const a of [[], [2], [2, 3], [6], [0, 0], ['2', '2'], [undefined, 3], [NaN, 2], [2, NaN], [1.5, 2], [2, -1], [7], [2, 5], [null, 2], [0, null], ['x']])
  try { console.log(Buffer.from(ab, ...a)) } catch (e) { console.log(e.name, e.code, e.message) }
const shared = Buffer.from(ab, 1, 2); shared[0] = 99; console.log(new Uint8Array(ab)[1], shared.buffer === ab, shared.byteOffset, shared.offset, shared.parent === ab);
//== copyBytesFrom
const u16 = new Uint16Array([0x102, 0x304, 0xffff]);
console.log(Buffer.copyBytesFrom(u16), Buffer.copyBytesFrom(u16, 1), Buffer.copyBytesFrom(u16, 1, 1), Buffer.copyBytesFrom(u16, 5), Buffer.copyBytesFrom(u16, 0, 9), Buffer.copyBytesFrom(new Uint8Array(0)));
for (const a of [[1], [u16, -1], [u16, 'a'], [u16, 0, -1], [u16, 1.5], [new ArrayBuffer(3)]]) try { console.log(Buffer.copyBytesFrom(...a)) } catch (e) { console.log(e.name, e.code, e.message) }
//== slice and subarray share memory
const b = Buffer.from('abcdef'), s = b.slice(1, 3); s[0] = 0x58; console.log(b.toString(), s.toString(), s.length, Buffer.isBuffer(s), Buffer.isBuffer(b.subarray(1)));
for (const a of [[], [2], [-2], [-2, -1], [1, -1], [3, 1], [9], [-9], [0, 99], ['1', '3'], [1.9, 3.9], [NaN], [undefined, 2], [null, 2], [1, null], [0, NaN], [-Infinity, Infinity]]) console.log(JSON.stringify(a), b.slice(...a).toString(), b.subarray(...a).toString());
console.log(Uint8Array.prototype.slice.call(b, 1, 3) instanceof Buffer, b.map((x) => x + 1) instanceof Buffer, b.filter((x) => x > 100).toString());
//== copy
const t = (a, n = 6) => { const to = Buffer.alloc(n, '.'); try { console.log(Buffer.from('abcdef').copy(to, ...a), to.toString()) } catch (e) { console.log(e.name, e.code, e.message) } };
t([]); t([1]); t([1, 2]); t([1, 2, 4]); t([9]); t([0, 6]); t([0, 7]); t([-1]); t([0, -1]); t([0, 0, -1]); t([0, 4, 2]); t([0, 0, 99]); t(['1', '2']); t([NaN, NaN]); t([1.9, 1.9]); t([], 3); t([2], 3); t([undefined, 3]); t([0, undefined, 2]); t([null, null, null]);
const o = Buffer.from('abcdef'); o.copy(o, 2, 0, 4); console.log(o.toString()); o.copy(o, 0, 2); console.log(o.toString());
for (const v of [1, null, undefined, 'a', [], new ArrayBuffer(3)]) try { o.copy(v) } catch (e) { console.log(e.name, e.code, e.message) }
const u = new Uint8Array(3); console.log(Buffer.from('xyz').copy(u), u.join());
//== write arguments
const w = (...a) => { const b = Buffer.alloc(6, '.'); try { console.log(b.write(...a), b.toString('latin1')) } catch (e) { console.log(e.name, e.code, e.message) } };
w('abc'); w('abc', 1); w('abc', 1, 2); w('abc', 1, 2, 'latin1'); w('abcdefgh'); w('abc', 4); w('6162', 'hex'); w('6162', 1, 'hex'); w('6162', 1, 1, 'hex'); w('abc', 6); w('abc', 7); w('abc', -1); w('abc', 0, 7); w('abc', 0, -1); w('abc', 3, 6); w('abc', 1.5); w('abc', '1'); w('abc', null); w('abc', 0, null); w('abc', undefined, 2); w('abc', 0, undefined, 'hex'); w(5); w(null); w(); w('abc', 'nope'); w('abc', 0, 'nope'); w('\u20ac\u20ac\u20ac'); w('ab\u20ac\u20ac'); w('\u{1F600}\u{1F600}'); w('abc', 1, 4, 'ucs2'); w('abc', 1, 5, 'ucs2'); w('\u00e9', 'latin1'); w('\u0141', 'latin1'); w('YWJj', 'base64'); w('YWJjZGVmZ2hp', 'base64'); w('YWJjZGVmZ2hp', 2, 2, 'base64'); w('', 0); w('abc', 0, 0); w('abc', {}); w('abc', 0, 3, ''); w('abc', 0, 3, null);
//== reading integers
const b = Buffer.from([0x80, 0xff, 0x12, 0x34, 0xfe, 0xdc, 0x01, 0x00, 0x7f]);
for (const n of ['UInt8', 'Int8', 'UInt16LE', 'UInt16BE', 'Int16LE', 'Int16BE', 'UInt32LE', 'UInt32BE', 'Int32LE', 'Int32BE', 'BigUInt64LE', 'BigUInt64BE', 'BigInt64LE', 'BigInt64BE', 'Uint8', 'Uint16LE', 'Uint16BE', 'Uint32LE', 'Uint32BE', 'BigUint64LE', 'BigUint64BE'])
  for (const o of [undefined, 0, 1, 4, 5, 6, 7, 8, 9, -1, 1.5, NaN, Infinity, '0', null, true, {}])
    try { console.log(n, o, b['read' + n](o)) } catch (e) { console.log(n, e.name, e.code, e.message) }
//== reading floats
const b = Buffer.from('000000000000f03f3ff00000000000007f800000ff8000007fc00000c2f6e979', 'hex');
for (let i = 0; i <= 24; i += 4) console.log(i, b.readFloatLE(i), b.readFloatBE(i), b.readDoubleLE(i), b.readDoubleBE(i));
for (const f of [() => b.readFloatLE(29), () => b.readDoubleLE(25), () => b.readFloatBE('a'), () => b.readDoubleBE(0.5), () => Buffer.alloc(2).readFloatLE(), () => b.readFloatLE(-1)]) try { console.log(f()) } catch (e) { console.log(e.name, e.code, e.message) }
//== variable length
const b = Buffer.from([0x80, 0xff, 0x12, 0x34, 0xfe, 0xdc, 0x01, 0x00, 0x7f]);
for (const n of ['UIntLE', 'UIntBE', 'IntLE', 'IntBE', 'UintLE', 'UintBE'])
  for (const o of [0, 1, 4, 8, 9, -1, undefined, '1', 1.5])
    for (const l of [1, 2, 3, 4, 5, 6, 0, 7, undefined, '2', 2.5])
      try { console.log(n, o, l, b['read' + n](o, l)) } catch (e) { console.log(n, o, l, e.name, e.code, e.message) }
//== writing integers
for (const n of ['UInt8', 'Int8', 'UInt16LE', 'UInt16BE', 'Int16LE', 'Int16BE', 'UInt32LE', 'UInt32BE', 'Int32LE', 'Int32BE', 'Uint8', 'Uint16LE', 'Uint32BE'])
  for (const v of [0, 1, 127, 128, 255, 256, -1, -128, -129, 32767, 32768, 65535, 65536, -32768, -32769, 2147483647, 2147483648, 4294967295, 4294967296, -2147483648, -2147483649, 1.9, -1.9, NaN, Infinity, '12', 'x', null, undefined, true, {}, 2 ** 53, -0.5, 255.5])
    { const b = Buffer.alloc(6); try { console.log(n, v, b['write' + n](v, 1), b) } catch (e) { console.log(n, e.name, e.code, e.message) } }
//== writing at bad places
for (const n of ['UInt8', 'Int16LE', 'UInt32BE', 'FloatLE', 'DoubleBE'])
  for (const o of [undefined, 0, 5, 6, 7, 8, 9, -1, 1.5, NaN, '0', null, Infinity])
    { const b = Buffer.alloc(8); try { console.log(n, o, b['write' + n](1, o), b) } catch (e) { console.log(n, o, e.name, e.code, e.message) } }
for (const n of ['UInt8', 'Int32LE', 'DoubleLE', 'BigInt64LE']) try { Buffer.alloc(0)['write' + n](n[0] === 'B' ? 1n : 1) } catch (e) { console.log(e.name, e.code, e.message) }
//== writing BigInts
for (const n of ['BigUInt64LE', 'BigUInt64BE', 'BigInt64LE', 'BigInt64BE'])
  for (const v of [0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n - 1n, 2n ** 64n, 0x0102030405060708n, 2n ** 100n])
    { const b = Buffer.alloc(9); try { console.log(n, v, b['write' + n](v, 1), b) } catch (e) { console.log(n, e.name, e.code, e.message) } }
try { Buffer.alloc(8).writeBigInt64LE(1) } catch (e) { console.log(e.name, e.message) }
//== writing floats
for (const v of [0, -0, 1, -1.5, 3.14, 1e40, -1e40, 1e-46, NaN, Infinity, '2.5', null, undefined]) { const b = Buffer.alloc(24); b.writeFloatLE(v); b.writeFloatBE(v, 4); b.writeDoubleLE(v, 8); console.log(v, b.writeDoubleBE(v, 16), b); }
//== writing variable length
for (const n of ['UIntLE', 'UIntBE', 'IntLE', 'IntBE'])
  for (const l of [1, 2, 3, 4, 5, 6])
    for (const v of [0, 1, 2 ** (8 * l) - 1, 2 ** (8 * l), 2 ** (8 * l - 1) - 1, 2 ** (8 * l - 1), -1, -(2 ** (8 * l - 1)), -(2 ** (8 * l - 1)) - 1, 0.5])
      { const b = Buffer.alloc(8); try { console.log(n, l, v, b['write' + n](v, 1, l), b) } catch (e) { console.log(n, l, e.name, e.code, e.message) } }
for (const a of [[1, 0], [1, 0, 7], [1, 0, 0], [1, undefined, 2], [1, 7, 2], [1, -1, 2], [1, 'a', 2], [1, 0, '2']]) try { console.log(Buffer.alloc(8).writeUIntBE(...a)) } catch (e) { console.log(e.name, e.code, e.message) }
//== indexOf strings
const b = Buffer.from('this is a buffer this is');
for (const a of [['is'], ['is', 3], ['is', -3], ['is', -99], ['is', 99], [''], ['', 5], ['', 99], ['', -1], ['buffer'], ['bufferx'], ['t', undefined], ['is', null], ['is', NaN], ['is', '4'], ['is', {}], ['is', []], ['is', 2.9], ['is', true], ['t', Infinity], ['t', -Infinity], ['6973', 'hex'], ['6973', 4, 'hex'], ['aXM=', 'base64'], ['is', 'latin1'], ['is', 'ascii']])
  console.log(JSON.stringify(a), b.indexOf(...a), b.lastIndexOf(...a), b.includes(...a));
//== indexOf bytes and buffers
const b = Buffer.from('abcabcabc\xff', 'latin1');
for (const a of [[97], [97, 1], [99 + 256], [97.9], [-159], [255], [200], [-1], [Buffer.from('bc')], [Buffer.from('bc'), 2], [Buffer.from('bc'), -3], [new Uint8Array([99, 97])], [Buffer.alloc(0)], [Buffer.alloc(0), 4], [Buffer.alloc(0), 40], [NaN], [Buffer.from('abcabcabcabcabcabc')]])
  console.log(b.indexOf(...a), b.lastIndexOf(...a), b.includes(...a));
for (const v of [null, undefined, {}, [], true, 5n, Symbol()]) try { console.log(b.indexOf(v)) } catch (e) { console.log(e.name, e.code, e.message) }
for (const f of [() => b.indexOf('a', 0, 'xx'), () => b.includes('a', 'xx'), () => b.indexOf(Buffer.from('a'), 0, 'xx')]) try { console.log(f()) } catch (e) { console.log(e.name, e.code, e.message) }
console.log(Buffer.alloc(0).indexOf(''), Buffer.alloc(0).lastIndexOf(''), Buffer.alloc(0).indexOf('a'), Buffer.alloc(0).lastIndexOf('a'), Buffer.alloc(0).indexOf(0));
//== indexOf UTF-16
const b = Buffer.from('\u039a\u0391\u03a3\u03a3\u0395', 'ucs2');
for (const a of [['\u03a3', 'ucs2'], ['\u03a3', 0, 'ucs2'], ['\u03a3', -4, 'ucs2'], ['\u03a3', 6, 'ucs2'], ['\u03a3', 7, 'ucs2'], ['\u03a3\u0395', -6, 'ucs2'], ['\u03a3', 'utf16le'], ['x', 'ucs2'], ['', 'ucs2'], ['\u03a3', 5, 'ucs2']]) console.log(JSON.stringify(a), b.indexOf(...a), b.lastIndexOf(...a));
console.log(Buffer.from('6100620061006200', 'hex').indexOf(Buffer.from('0062', 'hex'), 0, 'ucs2'), Buffer.from([0, 0x61, 0, 0x62]).indexOf('a', 'ucs2'));
//== lastIndexOf details
const b = Buffer.from('this buffer is a buffer');
console.log(b.lastIndexOf('this'), b.lastIndexOf('buffer'), b.lastIndexOf(Buffer.from('buffer')), b.lastIndexOf(97), b.lastIndexOf('yolo'), b.lastIndexOf('buffer', 5), b.lastIndexOf('buffer', 4), b.lastIndexOf('b', undefined), b.lastIndexOf('b', {}), b.lastIndexOf('b', null), b.lastIndexOf('b', []), b.lastIndexOf('buffer', -1), b.lastIndexOf('buffer', -30), b.lastIndexOf('', 3), b.lastIndexOf(''));
//== a long search is not quadratic
const b = Buffer.alloc(200000, 'a'), n = Buffer.alloc(100000, 'a'); n[99999] = 98; const m = Buffer.alloc(100000, 'a'); m[0] = 98;
console.log(b.indexOf(n), b.lastIndexOf(m), b.indexOf(n.toString('ucs2'), 0, 'ucs2'));
//== swap
const b = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
console.log(b.swap16(), b.swap32(), b.swap64(), b.swap16() === b, Buffer.alloc(0).swap64());
for (const f of ['swap16', 'swap32', 'swap64']) try { Buffer.alloc(3)[f]() } catch (e) { console.log(e.name, e.code, e.message) }
//== inspect
console.log(Buffer.from('hi'), Buffer.alloc(0), Buffer.alloc(50), Buffer.alloc(51), Buffer.alloc(52), Buffer.from('hi').inspect(), new (class X extends Uint8Array {})(0).length);
//== statics and shape
console.log(Object.keys(Buffer).join(), Buffer.name, Buffer.length, Buffer.poolSize, Object.getPrototypeOf(Buffer) === Uint8Array, Buffer.prototype.constructor === Buffer, Object.getPrototypeOf(Buffer.prototype) === Uint8Array.prototype, Buffer.from('a') instanceof Uint8Array, Buffer.from('a').constructor.name, Object.prototype.toString.call(Buffer.alloc(1)));
console.log(Object.getOwnPropertyNames(Buffer.prototype).sort().join());
console.log(Buffer.of(1, 2, 257), Buffer.of(), Buffer.allocUnsafe(0), Buffer.allocUnsafeSlow(2).length, require('buffer').kMaxLength, require('buffer').constants, require('buffer').kStringMaxLength, require('buffer').INSPECT_MAX_BYTES);
//== lengths of functions
console.log(['readUInt8', 'writeUInt8', 'readUIntLE', 'writeIntBE', 'toString', 'write', 'fill', 'indexOf', 'copy', 'equals', 'compare', 'slice', 'subarray', 'writeBigInt64BE', 'includes', 'lastIndexOf', 'swap16', 'toJSON'].map((n) => n + Buffer.prototype[n].length + Buffer.prototype[n].name).join());
console.log(['from', 'of', 'alloc', 'allocUnsafe', 'allocUnsafeSlow', 'isBuffer', 'compare', 'isEncoding', 'concat', 'byteLength'].map((n) => n + Buffer[n].length + Buffer[n].name).join());
//== sizes that are refused
for (const f of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) for (const v of [-1, 'a', null, undefined, NaN, 2 ** 53, {}, -Infinity, Infinity, 1n]) try { console.log(Buffer[f](v)) } catch (e) { console.log(f, e.name, e.code, e.message) }
console.log(Buffer.alloc(2.9).length, Buffer.alloc(-0).length);
//== the old constructor
console.log(Buffer('abc'), new Buffer(3), new Buffer([1, 2]), Buffer('6162', 'hex'), new Buffer(new ArrayBuffer(4), 1, 2));
for (const a of [[5, 'hex'], [-1], [null], []]) try { console.log(Buffer(...a)) } catch (e) { console.log(e.name, e.code, e.message) }
//== isUtf8 and isAscii
const { isUtf8, isAscii } = require('buffer');
for (const h of ['', '61', 'c3a9', 'c3', 'eda080', 'f09f9880', 'ff', '7f80', 'f4908080']) console.log(h, isUtf8(Buffer.from(h, 'hex')), isAscii(Buffer.from(h, 'hex')));
for (const v of ['a', null, [], {}]) try { isUtf8(v) } catch (e) { console.log(e.name, e.code, e.message) }
console.log(isUtf8(new ArrayBuffer(2)), isAscii(new Uint16Array([0x6161])));
//== transcode
const { transcode } = require('buffer');
for (const [f, t] of [['utf8', 'latin1'], ['utf8', 'ascii'], ['utf8', 'ucs2'], ['utf8', 'utf8'], ['latin1', 'utf8'], ['latin1', 'utf16le'], ['latin1', 'latin1'], ['ascii', 'utf8'], ['binary', 'ucs2']])
  console.log(f, t, transcode(Buffer.from('h\u00e9', f), f, t));
console.log(transcode(Buffer.from('\u20ac\u{1F600}x'), 'utf8', 'latin1'), transcode(Buffer.from('\u20ac'), 'utf8', 'ascii'), transcode(Buffer.from('\u20ac\u00e9', 'ucs2'), 'ucs2', 'latin1'), transcode(Buffer.from('\u20ac\u00e9', 'ucs2'), 'ucs2', 'utf8'), transcode(Buffer.alloc(0), 'utf8', 'ucs2'));
for (const a of [['a', 'utf8', 'latin1'], [Buffer.from('a'), 'hex', 'latin1'], [Buffer.from('a'), 'utf8', 'b']]) try { transcode(...a) } catch (e) { console.log(e.name, e.code, e.message) }
//== atob and btoa
for (const s of ['', 'a', 'ab', 'abc', 'abcd', '\u00ff\u00fe', '\0', 5, null, undefined, true, 'a\u0100', '\u{1F600}', {}]) try { console.log(JSON.stringify(btoa(s))) } catch (e) { console.log(e.name, e.code, e.message) }
for (const s of ['', 'YQ==', 'YQ', 'YWI=', 'YWJj', ' Y\nW J\tj ', 'YQ=', 'Y', 'YQ===', '=', '==', 'YWJj=', 'Y-_x', 'ab\u00e9d', '/+==', null, 12, 'ab\0d', 'YR==', 'YW\fI', 'YW\vI']) try { console.log(JSON.stringify(atob(s))) } catch (e) { console.log(e.name, e.code, e.message) }
for (const f of [atob, btoa]) try { f() } catch (e) { console.log(e.name, e.code, e.message) }
//== iteration
const b = Buffer.from('abc'); console.log([...b].join(), [...b.keys()].join(), [...b.entries()].join(), [...b.values()].join()); for (const x of b) console.log(x);
b[0] = 300; b[1] = -1; b[5] = 3; console.log(b, b[5], b.length, b.at(-1), b.includes(44), b.join('-'), b.reverse());
//== asciiSlice and friends
const b = Buffer.from('h\u00e9llo');
for (const n of ['ascii', 'latin1', 'utf8', 'hex', 'base64', 'base64url', 'ucs2']) { console.log(n, JSON.stringify(b[n + 'Slice']()), JSON.stringify(b[n + 'Slice'](1, 4)), JSON.stringify(b[n + 'Slice'](2, 1))); const w = Buffer.alloc(6); console.log(w[n + 'Write']('6162'), w, w[n + 'Write']('6162', 3), w, w[n + 'Write']('6162', 1, 2), w); }
for (const f of [() => b.utf8Slice(0, 99), () => b.hexWrite('00', 99), () => b.latin1Write(5), () => b.utf8Slice(7, 9)]) try { console.log(f()) } catch (e) { console.log(e.name, e.code, e.message) }
//== strings of every size survive
let s = ''; for (let i = 0; i < 3000; i++) s += String.fromCodePoint(i * 37 % 0xd000);
for (const e of ['utf8', 'ucs2']) console.log(Buffer.from(s, e).toString(e) === s, Buffer.from(s, e).length);
for (const e of ['hex', 'base64', 'base64url', 'latin1']) { const b = Buffer.from(s); console.log(Buffer.from(b.toString(e), e).equals(b)); }
const o = {}; o[Buffer.from('key', 'ucs2').toString('ucs2')] = 1; console.log(o.key, Buffer.from('k\u00e9y', 'ucs2').toString('ucs2') === 'k\u00e9y');
//== byte views of other kinds
console.log(Buffer.from(new Float32Array([1.5, 300])), Buffer.from(new Uint8ClampedArray([1, 2])), Buffer.concat([new Uint8Array(2), Buffer.from('a')]), Buffer.from(new BigInt64Array(0)));
//== toLocaleString and JSON
const b = Buffer.from('abc'); console.log(b.toLocaleString('hex'), JSON.stringify({ b }), b.toJSON(), String(b), `${b}`, b + '');
//== from shares nothing with its source
const a = Buffer.from('abc'), b = Buffer.from(a); b[0] = 1; console.log(a, b); const u = new Uint8Array([5, 6]); const c = Buffer.from(u); u[0] = 9; console.log(c, Buffer.from(u.buffer));
