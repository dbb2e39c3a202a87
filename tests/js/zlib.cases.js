// Cases of zlib: each is run by node and by the guest, which must print the same. How well something is compressed
// depends on the version of zlib, so what is compared is what comes out again.

//== gzip and gunzip: empty
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(0);
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: one byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('a');
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: text
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(100000);
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: noise
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: lines
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: empty
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(0);
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: one byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('a');
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: text
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(100000);
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: noise
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: lines
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: empty
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(0);
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: one byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('a');
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: text
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(100000);
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: noise
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: lines
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: empty
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(0);
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: one byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('a');
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: text
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(100000);
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: noise
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: lines
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: empty
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(0);
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: one byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('a');
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: text
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(100000);
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: noise
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: lines
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: empty
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(0);
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: one byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('a');
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: text
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.alloc(100000);
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: noise
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: lines
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip { level: 0 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 0 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.gzipSync('x'.repeat(300), { level: 0 })));

//== gzip { level: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { level: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 9 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { level: -1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: -1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { memLevel: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { memLevel: 1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { memLevel: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { memLevel: 9 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { windowBits: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { windowBits: 9 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 9, chunkSize: 64 }).length);

//== gzip { windowBits: 12 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { windowBits: 12 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 2 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 2 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 3 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 3 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 4 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 4 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { chunkSize: 64 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { chunkSize: 64 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { chunkSize: 1000000 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { chunkSize: 1000000 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { level: 0, chunkSize: 100 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 0, chunkSize: 100 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.gzipSync('x'.repeat(300), { level: 0, chunkSize: 100 })));

//== deflate { level: 0 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 0 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateSync('x'.repeat(300), { level: 0 })));

//== deflate { level: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { level: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 9 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { level: -1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: -1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { memLevel: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { memLevel: 1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { memLevel: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { memLevel: 9 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { windowBits: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { windowBits: 9 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 9, chunkSize: 64 }).length);

//== deflate { windowBits: 12 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { windowBits: 12 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 2 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 2 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 3 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 3 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 4 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 4 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { chunkSize: 64 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { chunkSize: 64 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { chunkSize: 1000000 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { chunkSize: 1000000 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { level: 0, chunkSize: 100 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 0, chunkSize: 100 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateSync('x'.repeat(300), { level: 0, chunkSize: 100 })));

//== deflateRaw { level: 0 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 0 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateRawSync('x'.repeat(300), { level: 0 })));

//== deflateRaw { level: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { level: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 9 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { level: -1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: -1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { memLevel: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { memLevel: 1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { memLevel: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { memLevel: 9 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { windowBits: 9 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { windowBits: 9 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 9, chunkSize: 64 }).length);

//== deflateRaw { windowBits: 12 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { windowBits: 12 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 1 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 2 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 2 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 3 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 3 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 4 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 4 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { chunkSize: 64 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { chunkSize: 64 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { chunkSize: 1000000 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { chunkSize: 1000000 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { level: 0, chunkSize: 100 }
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 0, chunkSize: 100 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateRawSync('x'.repeat(300), { level: 0, chunkSize: 100 })));

//== brotli quality 0
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 0 }, { [z.constants.BROTLI_PARAM_QUALITY]: 0, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 0, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 0, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 1
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 1 }, { [z.constants.BROTLI_PARAM_QUALITY]: 1, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 1, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 1, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 2
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 2 }, { [z.constants.BROTLI_PARAM_QUALITY]: 2, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 2, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 2, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 3
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 3 }, { [z.constants.BROTLI_PARAM_QUALITY]: 3, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 3, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 3, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 4
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 4 }, { [z.constants.BROTLI_PARAM_QUALITY]: 4, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 4, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 4, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 5
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 5 }, { [z.constants.BROTLI_PARAM_QUALITY]: 5, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 5, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 5, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 6
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 6 }, { [z.constants.BROTLI_PARAM_QUALITY]: 6, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 6, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 6, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 7
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 7 }, { [z.constants.BROTLI_PARAM_QUALITY]: 7, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 7, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 7, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 8
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 8 }, { [z.constants.BROTLI_PARAM_QUALITY]: 8, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 8, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 8, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 9
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 9 }, { [z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 10
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 10, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 10, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 10, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 11
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 11 }, { [z.constants.BROTLI_PARAM_QUALITY]: 11, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 11, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 11, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli: other encoders' streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
t(() => z.brotliDecompressSync(Buffer.from('iwCAAw==', 'base64')));
t(() => z.brotliDecompressSync(Buffer.from('CwWASGVsbG8gd29ybGQhAw==', 'base64')).toString());
t(() => z.brotliDecompressSync(Buffer.from('1b2200f0250072904280c9472d3a805a49f101', 'hex')).toString());
t(() => z.brotliDecompressSync(Buffer.from('3b', 'hex')));
t(() => z.brotliDecompressSync(Buffer.from('06', 'hex')));

//== brotli: broken streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
for (let i = 0; i < 256; i++)
  t(() => hex(z.brotliDecompressSync(Buffer.from([i, i * 7 & 255, 0x80, i ^ 85, 3, 255, 1]))));

//== inflateRaw: broken streams
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
for (let i = 0; i < 256; i++)
  t(() => hex(z.inflateRawSync(Buffer.from([i, i * 7 & 255, 0x80, i ^ 85, 3, 255, 1]))));

//== every bit of a gzip wrong
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const g = z.gzipSync('hello hello hello hello');
for (let i = 0; i < g.length * 8; i++) {
  const b = Buffer.from(g);
  b[i >> 3] ^= 1 << (i & 7);
  t(() => z.gunzipSync(b).toString('latin1'));
}

//== every bit of a zlib stream wrong
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync('x'));
t(() => z.gunzipSync(Buffer.from('x')));
t(() => z.gunzipSync(gz.subarray(0, 10)));
t(() => z.gunzipSync(gz.subarray(0, gz.length-1)));
t(() => z.gunzipSync(Buffer.alloc(0)));

//== members behind each other
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync(Buffer.concat([gz, gz])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.alloc(10)])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.from('xxxxxxxxxxx')])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.from([0x1f, 0x8b, 0xff, 0xff])])).toString());
t(() => z.gunzipSync(Buffer.concat([gz, Buffer.from([0x1f])])).toString());

//== unzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.unzipSync(gz).toString());
t(() => z.unzipSync(z.deflateSync('abc')).toString());
t(() => z.unzipSync(z.deflateRawSync('abc')).toString());
t(() => z.unzipSync(Buffer.from([0x1f])));
t(() => z.unzipSync(Buffer.from([0x1f, 0x8c])));

//== wrong format
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.inflateSync(gz));
t(() => z.inflateRawSync(gz));
t(() => z.inflateSync(Buffer.from([0x78])));
t(() => z.inflateRawSync(Buffer.from([0xff])));

//== broken gzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
{ const b=Buffer.from(gz); b[b.length-5]^=1; t(() => z.gunzipSync(b)); b[b.length-5]^=1; b[b.length-2]^=1; t(() => z.gunzipSync(b)); b[2]=7; t(() => z.gunzipSync(b)); b[2]=8;b[3]=0xff; t(() => z.gunzipSync(b));}

//== dictionary
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.inflateSync(z.deflateSync('abc', {dictionary:Buffer.from('abc')})));
t(() => z.inflateSync(z.deflateSync('abc', {dictionary:Buffer.from('abc')}), {dictionary:Buffer.from('abd')}));
t(() => z.inflateSync(z.deflateSync('abc', {dictionary:Buffer.from('abc')}), {dictionary:Buffer.from('abc')}).toString());
t(() => z.inflateRawSync(z.deflateRawSync('abcabcabc', {dictionary:Buffer.from('abc')}), {dictionary:Buffer.from('abc')}).toString());
t(() => z.inflateRawSync(z.deflateRawSync('abcabcabc', {dictionary:Buffer.from('abc')})).toString());

//== brotli: errors
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.brotliDecompressSync(Buffer.from('hello')));
t(() => z.brotliDecompressSync(Buffer.alloc(0)));
t(() => z.brotliDecompressSync(z.brotliCompressSync('hello')).toString());
t(() => z.brotliDecompressSync(z.brotliCompressSync('hello').subarray(0, 4)).toString());
t(() => z.brotliDecompressSync(Buffer.concat([z.brotliCompressSync('hello'), Buffer.from('x')])).toString());

//== maxOutputLength
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync(gz, {maxOutputLength:5}));
t(() => z.gunzipSync(gz, {maxOutputLength:11}).toString());
t(() => z.gunzipSync(gz, {maxOutputLength:0}));
t(() => z.gunzipSync(gz, {maxOutputLength:'x'}));
t(() => z.brotliDecompressSync(z.brotliCompressSync('hello'), {maxOutputLength:2}));

//== arguments of the functions
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.gzipSync());
t(() => z.gzipSync(1));
t(() => z.gzipSync(null));
t(() => z.gzipSync({}));
t(() => z.gzipSync(new ArrayBuffer(3)).length);

//== options of zlib
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.gunzipSync(gz.subarray(0, 15), {finishFlush:z.constants.Z_SYNC_FLUSH}).toString());
t(() => z.deflateSync('a'.repeat(100), {finishFlush:z.constants.Z_SYNC_FLUSH}).toString('hex'));

//== options of brotli
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.crc32('hello'));
t(() => z.crc32(Buffer.from('hello'), 5));
t(() => z.crc32(1));
t(() => z.crc32('a', -1));
t(() => z.crc32('a', 'x'));

//== arguments with a callback
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const gz = z.gzipSync('hello world');
t(() => z.gzip('a'));
t(() => z.gzip(1, ()=>{}));
t(() => z.gzip('a', {level:10}, ()=>{}));
t(() => z.gzip('a', {}, 1));

//== info
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
t(() => Object.keys(z.gzipSync('a', { info: true })).join());
t(() => z.gzipSync('abc', { info: true }).engine.constructor.name);
t(() => z.gzipSync('abc', { info: true }).engine.bytesWritten);
t(() => z.gunzipSync(z.gzipSync('abc', { info: true }).buffer).toString());
t(() => z.brotliDecompressSync(z.brotliCompressSync('abc', { info: true }).buffer).toString());
z.gzip('abc', { info: true }, (e, r) => console.log(Object.keys(r).join(), r.engine.constructor.name, r.engine.bytesWritten));

//== names
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
console.log(Object.keys(z).join());
console.log(JSON.stringify({ ...z.constants, ZLIB_VERNUM: 0 }));
console.log(JSON.stringify(z.codes));
console.log(z.Z_OK, z.Z_BEST_COMPRESSION, z.constants.Z_OK, z.codes.Z_OK, z.codes['-3'], Object.isFrozen(z.codes));

//== constants cannot be changed
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
z.constants.Z_OK = 5;
console.log(z.constants.Z_OK);
try { (() => { 'use strict'; z.constants.Z_OK = 5; })(); } catch (e) { console.log(e.name); }

//== empty input
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
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
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
t(() => z.gunzipSync(z.gzipSync(new Uint16Array([1, 2, 3]))));
t(() => z.gunzipSync(z.gzipSync(new DataView(new ArrayBuffer(5), 1, 3))));
t(() => z.gunzipSync(z.gzipSync(new ArrayBuffer(3))));
t(() => z.gunzipSync(z.gzipSync('ä€😀')).toString());
t(() => z.gunzipSync(new Uint8Array(z.gzipSync('x')).buffer).toString());

//== streams Gzip and Gunzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const big = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const a = z.createGzip({ chunkSize: 64 });
const b = z.createGunzip({ chunkSize: 64 });
const out = [];
b.on('data', (x) => out.push(x)).on('end', () => console.log(Buffer.concat(out).equals(big), a.bytesWritten, a.constructor.name, a instanceof z.Gzip));
a.pipe(b);
for (let i = 0; i < big.length; i += 1000)
  a.write(big.subarray(i, i + 1000));
a.end();

//== pipeline Gzip and Gunzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createGzip(), z.createGunzip(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams Deflate and Inflate
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const big = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const a = z.createDeflate({ chunkSize: 64 });
const b = z.createInflate({ chunkSize: 64 });
const out = [];
b.on('data', (x) => out.push(x)).on('end', () => console.log(Buffer.concat(out).equals(big), a.bytesWritten, a.constructor.name, a instanceof z.Deflate));
a.pipe(b);
for (let i = 0; i < big.length; i += 1000)
  a.write(big.subarray(i, i + 1000));
a.end();

//== pipeline Deflate and Inflate
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createDeflate(), z.createInflate(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams DeflateRaw and InflateRaw
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const big = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const a = z.createDeflateRaw({ chunkSize: 64 });
const b = z.createInflateRaw({ chunkSize: 64 });
const out = [];
b.on('data', (x) => out.push(x)).on('end', () => console.log(Buffer.concat(out).equals(big), a.bytesWritten, a.constructor.name, a instanceof z.DeflateRaw));
a.pipe(b);
for (let i = 0; i < big.length; i += 1000)
  a.write(big.subarray(i, i + 1000));
a.end();

//== pipeline DeflateRaw and InflateRaw
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createDeflateRaw(), z.createInflateRaw(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams BrotliCompress and BrotliDecompress
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const big = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const a = z.createBrotliCompress({ chunkSize: 64 });
const b = z.createBrotliDecompress({ chunkSize: 64 });
const out = [];
b.on('data', (x) => out.push(x)).on('end', () => console.log(Buffer.concat(out).equals(big), a.bytesWritten, a.constructor.name, a instanceof z.BrotliCompress));
a.pipe(b);
for (let i = 0; i < big.length; i += 1000)
  a.write(big.subarray(i, i + 1000));
a.end();

//== pipeline BrotliCompress and BrotliDecompress
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createBrotliCompress(), z.createBrotliDecompress(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams Gzip and Unzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const big = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const a = z.createGzip({ chunkSize: 64 });
const b = z.createUnzip({ chunkSize: 64 });
const out = [];
b.on('data', (x) => out.push(x)).on('end', () => console.log(Buffer.concat(out).equals(big), a.bytesWritten, a.constructor.name, a instanceof z.Gzip));
a.pipe(b);
for (let i = 0; i < big.length; i += 1000)
  a.write(big.subarray(i, i + 1000));
a.end();

//== pipeline Gzip and Unzip
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createGzip(), z.createUnzip(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== stream errors
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const g = z.createGunzip();
g.on('error', (e) => console.log('error', e.code, e.errno, e.message)).on('close', () => console.log('close', g._closed, g.destroyed));
g.on('data', () => {});
g.end('not gzip at all');

//== stream cut
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const h = z.createGunzip();
h.on('error', (e) => console.log('error', e.code, e.message)).on('data', (d) => console.log(d.toString()));
h.end(z.gzipSync('truncated').subarray(0, 20));

//== stream with trailing zeros
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const h = z.createGunzip();
const p = z.gzipSync('trailing');
h.on('data', (d) => console.log(d.toString())).on('end', () => console.log('end', h.bytesWritten === p.length));
h.end(Buffer.concat([p, Buffer.alloc(5)]));

//== stream byte by byte
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const h = z.createUnzip();
const out = [];
h.on('data', (d) => out.push(d)).on('end', () => console.log(Buffer.concat(out).toString()));
for (const b of Buffer.concat([z.gzipSync('one '), z.gzipSync('two')]))
  h.write(Buffer.of(b));
h.end();

//== flush
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const f = z.createDeflate();
const out = [];
f.on('data', (d) => out.push(d));
f.write('abc');
f.flush(() => console.log(z.inflateSync(Buffer.concat(out), { finishFlush: z.constants.Z_SYNC_FLUSH }).toString()));

//== flush with a kind
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const f = z.createGzip();
let n = 0;
f.on('data', (d) => { n += d.length; });
f.write('abc', () => f.flush(z.constants.Z_SYNC_FLUSH, () => { console.log(n > 10); f.end(); f.flush(() => console.log('ended')); }));

//== params
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const p = z.createDeflateRaw({ level: 9 });
const out = [];
p.on('data', (d) => out.push(d)).on('end', () => console.log(z.inflateRawSync(Buffer.concat(out)).length));
p.write('a'.repeat(1000));
p.params(0, 0, (e) => { console.log(e); p.end('b'.repeat(1000)); });
t(() => p.params(10, 0));
t(() => p.params(0, 'x'));

//== close
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const c = z.createGzip();
c.on('close', () => console.log('close event'));
c.close(() => console.log('closed'));
console.log(c.destroyed);

//== classes
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
t(() => z.Gzip().constructor.name);
t(() => new z.Inflate() instanceof z.Inflate);
t(() => new z.Inflate() instanceof z.Gzip);
t(() => new z.Deflate() instanceof require('stream').Transform);
t(() => new z.Gzip({ level: 11 }));
t(() => z.createGzip({ chunkSize: 1 }));
t(() => new z.BrotliCompress({ params: { 99: 1 } }));
t(() => z.createInflate({ dictionary: 1 }));
t(() => z.createGzip().bytesWritten);
t(() => z.createGzip()._closed);

//== promises
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const { promisify } = require('util');
(async () => {
  const p = await promisify(z.gzip)('abc', { level: 9 });
  console.log((await promisify(z.gunzip)(p)).toString());
  console.log((await promisify(z.brotliDecompress)(await promisify(z.brotliCompress)('abc'))).toString());
  await promisify(z.inflate)('x').catch((e) => console.log(e.code, e.message));
})();

//== callbacks come later
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
z.gzip('a', () => console.log('second'));
console.log('first');

//== callback errors
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
z.gunzip('abc', (e, b) => console.log(e.code, e.errno, e.message, b));
z.gunzip(z.gzipSync('abcdef'), { maxOutputLength: 3 }, (e, b) => console.log(e.code, e.message, b));
z.brotliDecompress(Buffer.from('ffffffff', 'hex'), (e, b) => console.log(e.code, e.errno, e.message, b));
z.inflate(z.deflateSync('abc', { dictionary: Buffer.from('abc') }), (e) => console.log(e.code, e.message));

//== a bomb is stopped
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
const bomb = z.gzipSync(Buffer.alloc(20e6));
t(() => z.gunzipSync(bomb, { maxOutputLength: 1e6 }));
const b2 = z.brotliCompressSync(Buffer.alloc(20e6), { params: { [z.constants.BROTLI_PARAM_QUALITY]: 1 } });
t(() => z.brotliDecompressSync(b2, { maxOutputLength: 1e6 }));
z.unzip(bomb, { maxOutputLength: 1000 }, (e) => console.log(e.code));

//== async iteration
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, Object.keys(e).join()); }
}
const hex = (b) => b.toString('hex');
(async () => {
  const g = z.createGunzip();
  g.end(z.gzipSync('iterate'));
  let s = '';
  for await (const d of g)
    s += d;
  console.log(s);
})();
