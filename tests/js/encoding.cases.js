//== TextEncoder
const e = new TextEncoder();
console.log(e.encoding, e.encode('h\u00e9\u20ac\u{1F600}'), e.encode(), e.encode('\ud800x\udc00'), e.encode(undefined), e.encode(null), e.encode(5), e.encode('').constructor.name);
for (let [s, n] of [['abc', 2], ['abc', 5], ['\u20ac\u20ac', 4], ['\u{1F600}x', 3], ['\u{1F600}x', 4], ['\u{1F600}x', 9], ['\ud800', 3], ['', 3], ['a\u00e9', 2]]) { const d = new Uint8Array(n); console.log(JSON.stringify(s), e.encodeInto(s, d), d); }
for (const f of [() => e.encodeInto(5, new Uint8Array(1)), () => e.encodeInto('a', []), () => TextEncoder()]) try { f() } catch (x) { console.log(x.name, x.code) }
console.log(Object.prototype.toString.call(e));
//== TextDecoder labels
for (const l of ['utf8', 'UTF-8', ' utf-8\n', 'unicode-1-1-utf-8', 'utf-16', 'utf-16le', 'ucs-2', 'utf-16be', 'latin1', 'ascii', 'iso-8859-1', 'windows-1252', 'us-ascii', 'nope', '', 'utf\0', undefined, null, 5]) try { const d = new TextDecoder(l); console.log(l, d.encoding, d.fatal, d.ignoreBOM) } catch (e) { console.log(l, e.name, e.code, e.message) }
//== TextDecoder UTF-8
const d = new TextDecoder();
for (const h of ['', '616263', 'c3a9', 'efbbbf61', 'efbbbfefbbbf61', 'ff', 'e282', 'f09f9880', 'eda080', 'c080', 'f4908080', '61e28262', 'efbb', 'efbbbf']) {
  console.log(h, JSON.stringify(d.decode(Buffer.from(h, 'hex'))), JSON.stringify(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(h, 'hex'))));
  try { console.log(JSON.stringify(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(h, 'hex')))) } catch (e) { console.log(e.name, e.code, e.message) } }
//== TextDecoder stream
for (const whole of ['61c3a962e282ac63f09f988064', 'efbbbf61', 'e2828261', 'f09f61', 'ffc3'])
  for (const k of [1, 2, 3]) { const d = new TextDecoder(), b = Buffer.from(whole, 'hex'); const out = []; for (let i = 0; i < b.length; i += k) out.push(d.decode(b.subarray(i, i + k), { stream: true })); out.push(d.decode()); console.log(whole, k, JSON.stringify(out.join('|').replace(/\|+/g, '|'))); }
//== TextDecoder UTF-16
for (const h of ['6100e900', 'fffe6100', '3dd800de', '3dd8', '00dc6100', '61', '610062'])
  { console.log(h, JSON.stringify(new TextDecoder('utf-16le').decode(Buffer.from(h, 'hex')))); try { console.log(JSON.stringify(new TextDecoder('utf-16le', { fatal: true }).decode(Buffer.from(h, 'hex')))) } catch (e) { console.log(e.name, e.code, e.message) } }
console.log(new TextDecoder('utf-16be').decode(Buffer.from('0061d83dde00', 'hex')));
{ const d = new TextDecoder('utf-16le'), b = Buffer.from('a\u{1F600}b', 'ucs2'); let s = ''; for (const x of b) s += d.decode(new Uint8Array([x]), { stream: true }); console.log(s + d.decode()); }
//== TextDecoder input
const d = new TextDecoder();
console.log(d.decode(new ArrayBuffer(2)).length, d.decode(new Uint16Array([0x6161])), d.decode(new DataView(new Uint8Array([98, 99]).buffer, 1)), JSON.stringify(d.decode()), d.decode(Buffer.from('x')));
for (const v of ['a', 5, null, {}, []]) try { d.decode(v) } catch (e) { console.log(e.name, e.code, e.message) }
console.log(Object.prototype.toString.call(d));
//== windows-1252
console.log(new TextDecoder('latin1').decode(Buffer.from([0x61, 0xe9, 0xff])) === 'a\u00e9\u00ff', new TextDecoder('latin1').encoding);
//== inspect
console.log(new TextEncoder()); console.log(new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true }).fatal);
