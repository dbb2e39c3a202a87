//== reading
const fs = require('fs');
fs.writeFileSync('a', '0123456789');
const s = fs.createReadStream('a');
console.log(s.path, s.fd, s.flags, s.mode, s.pending, s.bytesRead, s.readableHighWaterMark, s.autoClose, s.start, s.end, s instanceof fs.ReadStream, s.constructor.name);
for (const e of ['open', 'ready', 'end', 'close']) s.on(e, (x) => console.log(e, typeof x));
s.on('data', (d) => console.log('data', d, s.bytesRead, s.pending));

//== parts of a file
const fs = require('fs');
fs.writeFileSync('a', '0123456789');
(async () => {
  for (const o of [{ start: 3 }, { end: 3 }, { start: 2, end: 4 }, { start: 9 }, { start: 10 }, { start: 100 }, { start: 4, end: 4 }, { highWaterMark: 3 }, { start: 1, end: 7, highWaterMark: 2 }, { encoding: 'hex' }, 'utf8', { end: 0 }]) {
    const parts = [];
    for await (const c of fs.createReadStream('a', o)) parts.push(String(c));
    console.log(JSON.stringify(o), parts);
  }
})();

//== errors of reading
const fs = require('fs');
const s = fs.createReadStream('none');
s.on('error', (e) => console.log('error', e.code, e.message, s.destroyed)); s.on('close', () => console.log('close')); s.on('open', () => console.log('never'));
fs.createReadStream('.').on('error', (e) => console.log(e.message)).on('data', () => {});
(async () => { try { for await (const c of fs.createReadStream('none2')) console.log(c); } catch (e) { console.log('caught', e.code); } })();

//== wrong options
const fs = require('fs');
const x = (f) => { try { f(); console.log('ok'); } catch (e) { console.log(e.name, e.code, e.message); } };
fs.writeFileSync('a', '');
x(() => fs.createReadStream()); x(() => fs.createReadStream(5)); x(() => fs.createReadStream('a', 5)); x(() => fs.createReadStream('a', 'nope')); x(() => fs.createReadStream('a', { start: 'x' })); x(() => fs.createReadStream('a', { end: 'x' })); x(() => fs.createReadStream('a', { start: 5, end: 2 })); x(() => fs.createReadStream('a', { start: -1 })); x(() => fs.createReadStream('a', { start: 1.5 })); x(() => fs.createReadStream('a', { fd: 'x' })); x(() => fs.createReadStream('a', { fs: 5 })); x(() => fs.createReadStream('a', { fs: { open: 5 } }));
x(() => fs.createWriteStream()); x(() => fs.createWriteStream('a', { start: 'x' })); x(() => fs.createWriteStream('a', { start: -1 })); x(() => fs.createWriteStream('a', 5)); x(() => fs.createWriteStream('a', { encoding: 'nope' }));

//== writing
const fs = require('fs');
const w = fs.createWriteStream('a');
console.log(w.path, w.fd, w.flags, w.mode, w.pending, w.bytesWritten, w.writableHighWaterMark, w.constructor.name);
for (const e of ['open', 'ready', 'finish', 'close']) w.on(e, (x) => console.log(e, typeof x, w.bytesWritten));
console.log(w.write('one '), w.write(Buffer.from('two ')), w.write('746872656520', 'hex'));
w.end('end', () => { console.log('ended', fs.readFileSync('a', 'utf8')); });

//== writing in modes
const fs = require('fs'), { once } = require('events');
(async () => {
  fs.writeFileSync('a', '0123456789');
  for (const [o, data] of [[{ flags: 'a' }, 'app'], [{ flags: 'r+', start: 3 }, 'XY'], [{ flags: 'r+' }, 'Z'], [{ encoding: 'hex' }, '4142'], ['latin1', 'é'], [{ flags: 'w', start: 2 }, 'q']]) {
    const w = fs.createWriteStream('a', o); w.end(data); await once(w, 'close'); console.log(JSON.stringify(o), fs.readFileSync('a'));
  }
  const w = fs.createWriteStream('a', { flags: 'wx' }); const [e] = await once(w, 'error'); console.log(e.code, e.message);
  const v = fs.createWriteStream('no/dir'); v.on('error', (e2) => console.log(e2.message)); v.on('close', () => console.log('closed')); v.write('x', (e3) => console.log('cb', e3?.code));
})();

//== pipes and pipelines
const fs = require('fs'), { pipeline } = require('stream'), { pipeline: p } = require('stream/promises'), zlib = require('zlib');
fs.writeFileSync('a', 'abc'.repeat(100000));
fs.createReadStream('a').pipe(fs.createWriteStream('b')).on('finish', async () => {
  console.log(fs.statSync('b').size, fs.readFileSync('a').equals(fs.readFileSync('b')));
  await p(fs.createReadStream('a'), zlib.createGzip(), fs.createWriteStream('a.gz')); await p(fs.createReadStream('a.gz'), zlib.createGunzip(), fs.createWriteStream('c'));
  console.log(fs.readFileSync('c').equals(fs.readFileSync('a')), fs.statSync('a.gz').size < 10000);
  pipeline(fs.createReadStream('none'), fs.createWriteStream('d'), (e) => console.log(e.code));
  await p(fs.createReadStream('a'), async function* (src) { for await (const c of src) yield c.toString().toUpperCase(); }, fs.createWriteStream('u')); console.log(fs.readFileSync('u', 'utf8').slice(0, 6));
});

//== descriptors
const fs = require('fs'), { once } = require('events');
(async () => {
  fs.writeFileSync('a', '0123456789');
  const fd = fs.openSync('a', 'r+');
  const r = fs.createReadStream(null, { fd, autoClose: false, start: 2, end: 3, encoding: 'utf8' });
  for await (const c of r) console.log(c);
  console.log(fs.fstatSync(fd).size);
  const w = fs.createWriteStream('ignored', { fd }); w.end('AB'); await once(w, 'close'); console.log(fs.readFileSync('a', 'utf8'));
  try { fs.fstatSync(fd); } catch (e) { console.log(e.code); }
})();

//== close and destroy
const fs = require('fs');
fs.writeFileSync('a', 'x'.repeat(200000));
const r = fs.createReadStream('a');
r.once('data', (d) => { console.log(d.length); r.close((e) => console.log('closed', e?.code)); });
r.on('end', () => console.log('never')); r.on('close', () => console.log('close event', r.destroyed));
const q = fs.createReadStream('a'); q.destroy(new Error('mine')); q.on('error', (e) => console.log(e.message));
const w = fs.createWriteStream('b'); w.write('x'); w.close((e) => { console.log('w closed', e, fs.readFileSync('b', 'utf8')); w.write('y', (e2) => console.log(e2.code)); }); w.on('error', (e) => console.log('w error', e.code));

//== signals
const fs = require('fs');
fs.writeFileSync('a', 'x');
const ac = new AbortController();
const r = fs.createReadStream('a', { signal: ac.signal }); r.on('error', (e) => console.log(e.name, e.code)); ac.abort();

//== a file system of the caller's
const fs = require('fs');
const log = [];
const own = { open: (p, f, m, cb) => { log.push('open'); fs.open(p, f, m, cb); }, read: (...a) => { log.push('read'); fs.read(...a); }, close: (fd, cb) => { log.push('close'); fs.close(fd, cb); } };
fs.writeFileSync('a', 'hello');
fs.createReadStream('a', { fs: own }).on('data', (d) => console.log(String(d))).on('close', () => console.log(log.join()));

//== backpressure of a writer
const fs = require('fs');
const w = fs.createWriteStream('a', { highWaterMark: 10 });
console.log(w.write('12345'), w.write('123456'), w.writableNeedDrain, w.writableLength);
w.on('drain', () => { console.log('drain', w.writableLength); w.end(); });
w.on('close', () => console.log(fs.statSync('a').size, w.bytesWritten));

//== lines of a file
const fs = require('fs'), readline = require('readline');
fs.writeFileSync('a', 'one\ntwo\r\nthree\n\nlast');
(async () => { for await (const l of readline.createInterface({ input: fs.createReadStream('a'), crlfDelay: Infinity })) console.log(JSON.stringify(l)); })();

//== called without new
const fs = require('fs');
fs.writeFileSync('a', 'x');
console.log(fs.ReadStream('a') instanceof fs.ReadStream, fs.WriteStream('b') instanceof fs.WriteStream);

//== replaced functions, and constructors of the old kind
const fs = require('fs');
fs.writeFileSync('a', 'hello');
const { read } = fs;
fs.read = (...args) => { console.log('read', args[4]); return read(...args); };
function Old(...args) { fs.ReadStream.call(this, ...args); }
Object.setPrototypeOf(Old.prototype, fs.ReadStream.prototype);
Old.prototype.open = function() { fs.open(this.path, this.flags, this.mode, (e, fd) => { if (e) { this.destroy(e); return; } this.fd = fd; this.emit('open', fd); }); };
const s = new Old('a', { __proto__: { start: 1, end: 3 } });
s.on('open', () => console.log('open')).on('data', (d) => console.log(String(d))).on('close', () => console.log('close', s.bytesRead, s.fd, s.autoClose));
try { fs.createWriteStream('b', { fs: { open() {}, close() {}, write: 1 } }); } catch (e) { console.log(e.code, e.message); }
