// Cases of zlib: each is run by node and by the guest, which must print the same. How well something is compressed
// depends on the version of zlib, so what is compared is what comes out again.

//== brotli: other encoders' streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => z.brotliDecompressSync(Buffer.from('iwCAAw==', 'base64')));
t(() => z.brotliDecompressSync(Buffer.from('CwWASGVsbG8gd29ybGQhAw==', 'base64')).toString());
t(() => z.brotliDecompressSync(Buffer.from('1b2200f0250072904280c9472d3a805a49f101', 'hex')).toString());
t(() => z.brotliDecompressSync(Buffer.from('3b', 'hex')));
t(() => z.brotliDecompressSync(Buffer.from('06', 'hex')));

//== brotli: broken streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const hex = (b) => b.toString('hex');
for (let i = 0; i < 256; i++)
  t(() => hex(z.brotliDecompressSync(Buffer.from([i, i * 7 & 255, 0x80, i ^ 85, 3, 255, 1]))));

//== inflateRaw: broken streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const hex = (b) => b.toString('hex');
for (let i = 0; i < 256; i++)
  t(() => hex(z.inflateRawSync(Buffer.from([i, i * 7 & 255, 0x80, i ^ 85, 3, 255, 1]))));

//== every bit of a gzip wrong
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const g = z.gzipSync('hello hello hello hello');
for (let i = 0; i < g.length * 8; i++) {
  const b = Buffer.from(g);
  b[i >> 3] ^= 1 << (i & 7);
  t(() => z.gunzipSync(b).toString('latin1'));
}

//== every bit of a zlib stream wrong
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const hex = (b) => b.toString('hex');
const g = Buffer.from('789ccb48cdc9c9d721421200dba90985', 'hex');
for (let i = 0; i < g.length * 8; i++) {
  const b = Buffer.from(g);
  b[i >> 3] ^= 1 << (i & 7);
  t(() => hex(z.inflateSync(b)));
}

//== every bit of a brotli stream wrong
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const hex = (b) => b.toString('hex');
const g = Buffer.from('1b2200f0250072904280c9472d3a805a49f101', 'hex');
for (let i = 0; i < g.length * 8; i++) {
  const b = Buffer.from(g);
  b[i >> 3] ^= 1 << (i & 7);
  t(() => hex(z.brotliDecompressSync(b, { maxOutputLength: 100000 }).subarray(0, 100)));
}

//== cut streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const b = Buffer.from('some text, some more text, and the end');
for (const [c, d] of [['gzipSync', 'gunzipSync'], ['deflateSync', 'inflateSync'], ['deflateRawSync', 'inflateRawSync'], ['gzipSync', 'unzipSync']]) {
  const p = z[c](b);
  for (const n of [0, 1, 2, 3, 9, 10, 11, 15, 20])
    t(() => z[d](p.subarray(0, n)));
}
for (let n = 0; n < 15; n++)
  t(() => z.brotliDecompressSync(Buffer.from('1b2200f0250072904280c9472d3a805a49f101', 'hex').subarray(0, n)));

//== gunzip: errors
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync('x'));
t(() => z.gunzipSync(Buffer.from('x')));
t(() => z.gunzipSync(gz.subarray(0, 10)));
t(() => z.gunzipSync(gz.subarray(0, gz.length-1)));
t(() => z.gunzipSync(Buffer.alloc(0)));

//== members behind each other
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync(Buffer.concat([gz, gz])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.alloc(10)])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.from('xxxxxxxxxxx')])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.from([0x1f, 0x8b, 0xff, 0xff])])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.from([0x1f])])).toString());

//== unzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.unzipSync(gz).toString());
t(() => z.unzipSync(z.deflateSync('abc')).toString());
t(() => z.unzipSync(z.deflateRawSync('abc')).toString());
t(() => z.unzipSync(Buffer.from([0x1f])));
t(() => z.unzipSync(Buffer.from([0x1f, 0x8c])));

//== wrong format
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.inflateSync(gz));
t(() => z.inflateRawSync(gz));
t(() => z.inflateSync(Buffer.from([0x78])));
t(() => z.inflateRawSync(Buffer.from([0xff])));

//== broken gzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
{ const b=Buffer.from(gz); b[b.length-5]^=1; t(() => z.gunzipSync(b)); b[b.length-5]^=1; b[b.length-2]^=1; t(() => z.gunzipSync(b)); b[2]=7; t(() => z.gunzipSync(b)); b[2]=8;b[3]=0xff; t(() => z.gunzipSync(b));}

//== dictionary
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.inflateSync(z.deflateSync('abc', {dictionary:Buffer.from('abc')})));
t(() => z.inflateSync(z.deflateSync('abc', {dictionary:Buffer.from('abc')}), {dictionary:Buffer.from('abd')}));
t(() => z.inflateSync(z.deflateSync('abc', {dictionary:Buffer.from('abc')}), {dictionary:Buffer.from('abc')}).toString());
t(() => z.inflateRawSync(z.deflateRawSync('abcabcabc', {dictionary:Buffer.from('abc')}), {dictionary:Buffer.from('abc')}).toString());
t(() => z.inflateRawSync(z.deflateRawSync('abcabcabc', {dictionary:Buffer.from('abc')})).toString());

//== brotli: errors
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.brotliDecompressSync(Buffer.from('hello')));
t(() => z.brotliDecompressSync(Buffer.alloc(0)));
t(() => z.brotliDecompressSync(z.brotliCompressSync('hello')).toString());
t(() => z.brotliDecompressSync(z.brotliCompressSync('hello').subarray(0, 4)).toString());
t(() => z.brotliDecompressSync(Buffer.concat([z.brotliCompressSync('hello'), Buffer.from('x')])).toString());

//== maxOutputLength
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync(gz, {maxOutputLength:5}));
t(() => z.gunzipSync(gz, {maxOutputLength:11}).toString());
t(() => z.gunzipSync(gz, {maxOutputLength:0}));
t(() => z.gunzipSync(gz, {maxOutputLength:'x'}));
t(() => z.brotliDecompressSync(z.brotliCompressSync('hello'), {maxOutputLength:2}));

//== arguments of the functions
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gzipSync());
t(() => z.gzipSync(1));
t(() => z.gzipSync(null));
t(() => z.gzipSync({}));
t(() => z.gzipSync(new ArrayBuffer(3)).length);

//== options of zlib
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gzipSync('a', {level:10}));
t(() => z.gzipSync('a', {level:'1'}));
t(() => z.gzipSync('a', {level:1.5}));
t(() => z.gzipSync('a', {windowBits:7}));
t(() => z.gzipSync('a', {windowBits:0}));
t(() => z.gunzipSync(gz, {windowBits:0}).toString());
t(() => z.deflateRawSync('a', {windowBits:8}).toString('hex'));
t(() => z.gzipSync('a', {memLevel:0}));
t(() => z.gzipSync('a', {memLevel:10}));
t(() => z.gzipSync('a', {strategy:5}));
t(() => z.gzipSync('a', {chunkSize:63}));
t(() => z.gzipSync('a', {chunkSize:64}).length);
t(() => z.gzipSync('a', {chunkSize:Infinity}));
t(() => z.gzipSync('a', {flush:6}));
t(() => z.gzipSync('a', {finishFlush:-1}));
t(() => z.gzipSync('a', {dictionary:'x'}));
t(() => z.gzipSync('a', {dictionary:Buffer.from('abc')}).length);
t(() => z.gzipSync('a', 1).length);
t(() => z.gzipSync('a', 'x').length);
t(() => z.gzipSync('a', {level:undefined}).length);
t(() => z.gzipSync('a', {level:null}));

//== finishFlush
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync(gz.subarray(0, 15), {finishFlush:z.constants.Z_SYNC_FLUSH}).toString());
t(() => z.deflateSync('a'.repeat(100), {finishFlush:z.constants.Z_SYNC_FLUSH}).toString('hex'));

//== options of brotli
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.brotliCompressSync('a', {params:{99:1}}));
t(() => z.brotliCompressSync('a', {params:{1:'x'}}));
t(() => z.brotliCompressSync('a', {params:{1:100}}).length);
t(() => z.brotliCompressSync('a', {params:{2:5}}));
t(() => z.brotliCompressSync('a', {params:{[-1]:5}}));
t(() => z.brotliCompressSync('a', {params:{x:5}}));
t(() => z.brotliCompressSync('a', {params:5}).length);
t(() => z.brotliCompressSync('a', {flush:9}));
t(() => z.brotliCompressSync('a', {params:{[z.constants.BROTLI_PARAM_QUALITY]:true}}).length);

//== crc32
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.crc32('hello'));
t(() => z.crc32(Buffer.from('hello'), 5));
t(() => z.crc32(1));
t(() => z.crc32('a', -1));
t(() => z.crc32('a', 'x'));

//== info
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Object.keys(z.gzipSync('a', { info: true })).join());
t(() => z.gzipSync('abc', { info: true }).engine.constructor.name);
t(() => z.gzipSync('abc', { info: true }).engine.bytesWritten);
t(() => z.gunzipSync(z.gzipSync('abc', { info: true }).buffer).toString());
t(() => z.brotliDecompressSync(z.brotliCompressSync('abc', { info: true }).buffer).toString());
z.gzip('abc', { info: true }, (e, r) => console.log(Object.keys(r).join(), r.engine.constructor.name, r.engine.bytesWritten));

//== names
const z = require('zlib');
console.log(Object.keys(z).join());
console.log(JSON.stringify({ ...z.constants, ZLIB_VERNUM: 0 }));
console.log(JSON.stringify(z.codes));
console.log(z.Z_OK, z.Z_BEST_COMPRESSION, z.constants.Z_OK, z.codes.Z_OK, z.codes['-3'], Object.isFrozen(z.codes));

//== constants cannot be changed
const z = require('zlib');
z.constants.Z_OK = 5;
console.log(z.constants.Z_OK);
try { (() => { 'use strict'; z.constants.Z_OK = 5; })(); } catch (e) { console.log(e.name); }

//== empty input
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const hex = (b) => b.toString('hex');
t(() => hex(z.gzipSync('')));
t(() => hex(z.deflateSync('')));
t(() => hex(z.deflateRawSync('')));
t(() => hex(z.brotliCompressSync('')));
t(() => z.inflateRawSync(Buffer.from('0300', 'hex')));

//== short input
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const hex = (b) => b.toString('hex');
t(() => hex(z.gzipSync('hello')));
t(() => hex(z.deflateSync('hello')));
t(() => hex(z.deflateRawSync('hello')));
t(() => hex(z.deflateSync('x'.repeat(50), { level: 0 })));
t(() => hex(z.gzipSync('hello', { level: 9 })));
t(() => hex(z.gzipSync('hello', { level: 1 })));

//== kinds of input
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => z.gunzipSync(z.gzipSync(new Uint16Array([1, 2, 3]))));
t(() => z.gunzipSync(z.gzipSync(new DataView(new ArrayBuffer(5), 1, 3))));
t(() => z.gunzipSync(z.gzipSync(new ArrayBuffer(3))));
t(() => z.gunzipSync(z.gzipSync('ä€😀')).toString());
t(() => z.gunzipSync(new Uint8Array(z.gzipSync('x')).buffer).toString());

//== a bomb is stopped
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const bomb = z.gzipSync(Buffer.alloc(20e6));
t(() => z.gunzipSync(bomb, { maxOutputLength: 1e6 }));
const b2 = z.brotliCompressSync(Buffer.alloc(20e6), { params: { [z.constants.BROTLI_PARAM_QUALITY]: 1 } });
t(() => z.brotliDecompressSync(b2, { maxOutputLength: 1e6 }));
z.unzip(bomb, { maxOutputLength: 1000 }, (e) => console.log(e.code));
