// Cases of zlib: there and back with every setting. How well something is compressed depends on the version of zlib,
// so what is compared is what comes out again.

//== gzip and gunzip: empty
const z = require('zlib');
const b = Buffer.alloc(0);
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: one byte
const z = require('zlib');
const b = Buffer.from('a');
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: text
const z = require('zlib');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: zeros
const z = require('zlib');
const b = Buffer.alloc(100000);
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: noise
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and gunzip: lines
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.gzipSync(b);
console.log(z.gunzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.gunzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: empty
const z = require('zlib');
const b = Buffer.alloc(0);
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: one byte
const z = require('zlib');
const b = Buffer.from('a');
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: text
const z = require('zlib');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: zeros
const z = require('zlib');
const b = Buffer.alloc(100000);
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: noise
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and inflate: lines
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.deflateSync(b);
console.log(z.inflateSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflate(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: empty
const z = require('zlib');
const b = Buffer.alloc(0);
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: one byte
const z = require('zlib');
const b = Buffer.from('a');
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: text
const z = require('zlib');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: zeros
const z = require('zlib');
const b = Buffer.alloc(100000);
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: noise
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflateRaw and inflateRaw: lines
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.deflateRawSync(b);
console.log(z.inflateRawSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflateRaw(b, (e, q) => {
  console.log(e, q.equals(p));
  z.inflateRaw(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: empty
const z = require('zlib');
const b = Buffer.alloc(0);
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: one byte
const z = require('zlib');
const b = Buffer.from('a');
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: text
const z = require('zlib');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: zeros
const z = require('zlib');
const b = Buffer.alloc(100000);
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: noise
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== brotliCompress and brotliDecompress: lines
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.brotliCompressSync(b);
console.log(z.brotliDecompressSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.brotliCompress(b, (e, q) => {
  console.log(e, q.equals(p));
  z.brotliDecompress(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: empty
const z = require('zlib');
const b = Buffer.alloc(0);
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: one byte
const z = require('zlib');
const b = Buffer.from('a');
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: text
const z = require('zlib');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: zeros
const z = require('zlib');
const b = Buffer.alloc(100000);
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: noise
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip and unzip: lines
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.gzipSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.gzip(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: empty
const z = require('zlib');
const b = Buffer.alloc(0);
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: one byte
const z = require('zlib');
const b = Buffer.from('a');
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: text
const z = require('zlib');
const b = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(50));
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: zeros
const z = require('zlib');
const b = Buffer.alloc(100000);
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: noise
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 2654435761 >>> 13) & 255));
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== deflate and unzip: lines
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * i} of it`).join('\n'));
const p = z.deflateSync(b);
console.log(z.unzipSync(p).equals(b), p.length <= b.length + 100, Buffer.isBuffer(p));
z.deflate(b, (e, q) => {
  console.log(e, q.equals(p));
  z.unzip(q, (e2, r) => console.log(e2, r.equals(b)));
});

//== gzip { level: 0 }
const z = require('zlib');
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 0 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.gzipSync('x'.repeat(300), { level: 0 })));

//== gzip { level: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { level: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 9 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { level: -1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: -1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { memLevel: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { memLevel: 1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { memLevel: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { memLevel: 9 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { windowBits: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { windowBits: 9 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 9, chunkSize: 64 }).length);

//== gzip { windowBits: 12 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { windowBits: 12 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 1 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 2 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 2 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 3 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 3 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { strategy: 4 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { strategy: 4 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { chunkSize: 64 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { chunkSize: 64 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { chunkSize: 1000000 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { chunkSize: 1000000 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== gzip { level: 0, chunkSize: 100 }
const z = require('zlib');
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.gzipSync(b, { level: 0, chunkSize: 100 });
console.log(z.gunzipSync(p).equals(b));
console.log(z.gunzipSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.gzipSync('x'.repeat(300), { level: 0, chunkSize: 100 })));

//== deflate { level: 0 }
const z = require('zlib');
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 0 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateSync('x'.repeat(300), { level: 0 })));

//== deflate { level: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { level: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 9 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { level: -1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: -1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { memLevel: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { memLevel: 1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { memLevel: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { memLevel: 9 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { windowBits: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { windowBits: 9 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 9, chunkSize: 64 }).length);

//== deflate { windowBits: 12 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { windowBits: 12 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 1 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 2 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 2 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 3 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 3 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { strategy: 4 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { strategy: 4 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { chunkSize: 64 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { chunkSize: 64 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { chunkSize: 1000000 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { chunkSize: 1000000 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflate { level: 0, chunkSize: 100 }
const z = require('zlib');
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateSync(b, { level: 0, chunkSize: 100 });
console.log(z.inflateSync(p).equals(b));
console.log(z.inflateSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateSync('x'.repeat(300), { level: 0, chunkSize: 100 })));

//== deflateRaw { level: 0 }
const z = require('zlib');
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 0 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateRawSync('x'.repeat(300), { level: 0 })));

//== deflateRaw { level: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { level: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 9 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { level: -1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: -1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { memLevel: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { memLevel: 1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { memLevel: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { memLevel: 9 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { windowBits: 9 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { windowBits: 9 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 9, chunkSize: 64 }).length);

//== deflateRaw { windowBits: 12 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { windowBits: 12 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 1 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 1 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 2 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 2 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 3 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 3 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { strategy: 4 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { strategy: 4 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { chunkSize: 64 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { chunkSize: 64 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { chunkSize: 1000000 }
const z = require('zlib');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { chunkSize: 1000000 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);

//== deflateRaw { level: 0, chunkSize: 100 }
const z = require('zlib');
const hex = (b) => b.toString('hex');
const b = Buffer.from('abc'.repeat(2000) + 'the quick brown fox');
const p = z.deflateRawSync(b, { level: 0, chunkSize: 100 });
console.log(z.inflateRawSync(p).equals(b));
console.log(z.inflateRawSync(p, { windowBits: 15, chunkSize: 64 }).length);
console.log(hex(z.deflateRawSync('x'.repeat(300), { level: 0, chunkSize: 100 })));

//== brotli quality 0
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 0 }, { [z.constants.BROTLI_PARAM_QUALITY]: 0, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 0, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 0, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 1
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 1 }, { [z.constants.BROTLI_PARAM_QUALITY]: 1, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 1, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 1, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 2
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 2 }, { [z.constants.BROTLI_PARAM_QUALITY]: 2, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 2, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 2, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 3
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 3 }, { [z.constants.BROTLI_PARAM_QUALITY]: 3, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 3, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 3, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 4
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 4 }, { [z.constants.BROTLI_PARAM_QUALITY]: 4, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 4, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 4, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 5
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 5 }, { [z.constants.BROTLI_PARAM_QUALITY]: 5, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 5, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 5, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 6
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 6 }, { [z.constants.BROTLI_PARAM_QUALITY]: 6, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 6, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 6, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 7
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 7 }, { [z.constants.BROTLI_PARAM_QUALITY]: 7, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 7, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 7, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 8
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 8 }, { [z.constants.BROTLI_PARAM_QUALITY]: 8, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 8, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 8, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 9
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 9 }, { [z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 9, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 10
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 10, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 10, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 10, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}

//== brotli quality 11
const z = require('zlib');
const b = Buffer.from(Array.from({ length: 3000 }, (_, i) => `row ${i % 97} with ${i * i}`).join('\n'));
for (const params of [{ [z.constants.BROTLI_PARAM_QUALITY]: 11 }, { [z.constants.BROTLI_PARAM_QUALITY]: 11, [z.constants.BROTLI_PARAM_LGWIN]: 10 }, { [z.constants.BROTLI_PARAM_QUALITY]: 11, [z.constants.BROTLI_PARAM_MODE]: 1, [z.constants.BROTLI_PARAM_SIZE_HINT]: b.length }, { [z.constants.BROTLI_PARAM_QUALITY]: 11, [z.constants.BROTLI_PARAM_LGWIN]: 24 }]) {
  const p = z.brotliCompressSync(b, { params });
  console.log(z.brotliDecompressSync(p).equals(b), p.length < b.length / 2);
}
