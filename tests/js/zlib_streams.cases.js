// Cases of zlib: streams, callbacks, promises.

//== arguments with a callback
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const gz = z.gzipSync('hello world');
t(() => z.gzip('a'));
t(() => z.gzip(1, ()=>{}));
t(() => z.gzip('a', {level:10}, ()=>{}));
t(() => z.gzip('a', {}, 1));

//== streams Gzip and Gunzip
const z = require('zlib');
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
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createGzip(), z.createGunzip(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams Deflate and Inflate
const z = require('zlib');
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
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createDeflate(), z.createInflate(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams DeflateRaw and InflateRaw
const z = require('zlib');
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
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createDeflateRaw(), z.createInflateRaw(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams BrotliCompress and BrotliDecompress
const z = require('zlib');
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
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createBrotliCompress(), z.createBrotliDecompress(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== streams Gzip and Unzip
const z = require('zlib');
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
const { pipeline, Readable, Writable } = require('stream');
let n = 0;
pipeline(Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, i))), z.createGzip(), z.createUnzip(), new Writable({ write(c, e, f) { n += c.length; f(); } }), (e) => console.log(e, n));

//== stream errors
const z = require('zlib');
const g = z.createGunzip();
g.on('error', (e) => console.log('error', e.code, e.errno, e.message)).on('close', () => console.log('close', g._closed, g.destroyed));
g.on('data', () => {});
g.end('not gzip at all');

//== stream cut
const z = require('zlib');
const h = z.createGunzip();
h.on('error', (e) => console.log('error', e.code, e.message)).on('data', (d) => console.log(d.toString()));
h.end(z.gzipSync('truncated').subarray(0, 20));

//== stream with trailing zeros
const z = require('zlib');
const h = z.createGunzip();
const p = z.gzipSync('trailing');
h.on('data', (d) => console.log(d.toString())).on('end', () => console.log('end', h.bytesWritten === p.length));
h.end(Buffer.concat([p, Buffer.alloc(5)]));

//== stream byte by byte
const z = require('zlib');
const h = z.createUnzip();
const out = [];
h.on('data', (d) => out.push(d)).on('end', () => console.log(Buffer.concat(out).toString()));
for (const b of Buffer.concat([z.gzipSync('one '), z.gzipSync('two')]))
  h.write(Buffer.of(b));
h.end();

//== flush
const z = require('zlib');
const f = z.createDeflate();
const out = [];
f.on('data', (d) => out.push(d));
f.write('abc');
f.flush(() => console.log(z.inflateSync(Buffer.concat(out), { finishFlush: z.constants.Z_SYNC_FLUSH }).toString()));

//== flush with a kind
const z = require('zlib');
const f = z.createGzip();
let n = 0;
f.on('data', (d) => { n += d.length; });
f.write('abc', () => f.flush(z.constants.Z_SYNC_FLUSH, () => { console.log(n > 10); f.end(); f.flush(() => console.log('ended')); }));

//== params
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
const p = z.createDeflateRaw({ level: 9 });
const out = [];
p.on('data', (d) => out.push(d)).on('end', () => console.log(z.inflateRawSync(Buffer.concat(out)).length));
p.write('a'.repeat(1000));
p.params(0, 0, (e) => { console.log(e); p.end('b'.repeat(1000)); });
t(() => p.params(10, 0));
t(() => p.params(0, 'x'));

//== close
const z = require('zlib');
const c = z.createGzip();
c.on('close', () => console.log('close event'));
c.close(() => console.log('closed'));
console.log(c.destroyed);

//== classes
const z = require('zlib');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
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
const { promisify } = require('util');
(async () => {
  const p = await promisify(z.gzip)('abc', { level: 9 });
  console.log((await promisify(z.gunzip)(p)).toString());
  console.log((await promisify(z.brotliDecompress)(await promisify(z.brotliCompress)('abc'))).toString());
  await promisify(z.inflate)('x').catch((e) => console.log(e.code, e.message));
})();

//== callbacks come later
const z = require('zlib');
z.gzip('a', () => console.log('second'));
console.log('first');

//== callback errors
const z = require('zlib');
z.gunzip('abc', (e, b) => console.log(e.code, e.errno, e.message, b));
z.gunzip(z.gzipSync('abcdef'), { maxOutputLength: 3 }, (e, b) => console.log(e.code, e.message, b));
z.brotliDecompress(Buffer.from('ffffffff', 'hex'), (e, b) => console.log(e.code, e.errno, e.message, b));
z.inflate(z.deflateSync('abc', { dictionary: Buffer.from('abc') }), (e) => console.log(e.code, e.message));

//== async iteration
const z = require('zlib');
(async () => {
  const g = z.createGunzip();
  g.end(z.gzipSync('iterate'));
  let s = '';
  for await (const d of g)
    s += d;
  console.log(s);
})();
