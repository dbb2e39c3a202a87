//== Readable: pushing and flowing
const { Readable } = require('stream'); const log = (...a) => console.log(...a);
const r = new Readable({ read() {} }); r.push('a'); r.push(Buffer.from('b')); r.push(new Uint8Array([99])); r.push(null);
r.on('data', (c) => log('data', c)); r.on('end', () => log('end', r.readableEnded)); r.on('close', () => log('close', r.destroyed)); log(r.readableFlowing, r.readableLength, r.readable);
//== Readable: _read
const { Readable } = require('stream'); let n = 0;
const r = new Readable({ highWaterMark: 4, read(size) { console.log('read', size); this.push(n++ < 3 ? 'xy' + n : null); } });
r.on('data', (c) => console.log(String(c))).on('end', () => console.log('end'));
//== Readable: readable event
const { Readable } = require('stream'); const r = new Readable({ read() {} });
r.on('readable', () => { let c; console.log('readable'); while ((c = r.read()) !== null) console.log('got', c.toString()); }); r.on('end', () => console.log('end')); r.push('abc'); setTimeout(() => { r.push('def'); r.push(null); }, 5);
//== Readable: read(n) and unshift
const { Readable } = require('stream'); const r = new Readable({ read() {} }); r.push('abcdef'); r.push('ghi'); console.log(String(r.read(2)), String(r.read(5)), r.read(9), String(r.read(1)), r.readableLength); r.unshift('zz'); console.log(String(r.read())); r.push(null); console.log(r.read()); r.on('end', () => console.log('end')); r.resume();
//== Readable: encoding
const { Readable } = require('stream'); const r = new Readable({ read() {} }); r.setEncoding('utf8'); const b = Buffer.from('h\u00e9\u20ac'); for (const x of b) r.push(Buffer.from([x])); r.push(null); r.on('data', (c) => console.log(JSON.stringify(c))); console.log(r.readableEncoding);
const q = new Readable({ encoding: 'hex', read() { this.push('hi'); this.push(null) } }); q.on('data', (c) => console.log(c));
//== Readable: object mode
const { Readable } = require('stream'); const r = new Readable({ objectMode: true, read() {} }); r.push({ a: 1 }); r.push(0); r.push(''); r.push(false); console.log(r.readableLength, r.readableHighWaterMark, r.readableObjectMode); r.push(null); r.on('data', (c) => console.log('d', c)); r.on('end', () => console.log('end'));
//== Readable: errors
const { Readable } = require('stream'); const on = (r, t) => r.on('error', (e) => console.log(t, e.name, e.code, e.message)).on('close', () => console.log(t, 'close'));
on(new Readable({ read() { this.push(5) } }), 1).resume(); on(new Readable({ read() { throw new Error('x') } }), 2).resume(); on(new Readable(), 3).resume(); const r = on(new Readable({ read() {} }), 4); r.push(null); r.push('a'); const q = on(new Readable({ read() {} }), 5); q.destroy(new Error('d')); console.log(q.push('x'), q.destroyed, q.errored.message);
for (const o of [{ highWaterMark: -1 }, { highWaterMark: 'a' }, { highWaterMark: 1.5 }]) try { new Readable(o) } catch (e) { console.log(e.code, e.message) }
//== Readable: pause and resume
const { Readable } = require('stream'); const r = Readable.from(['a', 'b', 'c']); r.on('data', (c) => { console.log(c); r.pause(); console.log(r.isPaused()); setTimeout(() => r.resume(), 1) }); r.on('pause', () => console.log('pause')).on('resume', () => console.log('resume')).on('end', () => console.log('end'));
//== Readable.from
const { Readable } = require('stream'); (async () => {
for (const v of [[1, 2], 'abc', new Set([1]), (function* () { yield 1; yield 2 })(), (async function* () { yield 'x' })(), [Promise.resolve(5)], Buffer.from('hi'), new Map([[1, 2]])]) { const out = []; for await (const x of Readable.from(v)) out.push(x); console.log(out); }
for (const v of [null, 5, {}]) try { Readable.from(v) } catch (e) { console.log(e.code, e.message) }
try { for await (const x of Readable.from([1, null])) console.log(x) } catch (e) { console.log(e.code) }
const g = (async function* () { try { yield 1; yield 2 } finally { console.log('cleanup') } })(); for await (const x of Readable.from(g)) { console.log(x); break; }
try { for await (const x of Readable.from((function* () { yield 1; throw new Error('gen') })())) console.log(x) } catch (e) { console.log(e.message) }
})();
//== Readable: async iteration
const { Readable } = require('stream'); (async () => {
const r = new Readable({ read() { this.push('a'); this.push(null) } }); for await (const c of r) console.log(c); console.log(r.destroyed, r.readableEnded);
const q = new Readable({ read() { this.destroy(new Error('boom')) } }); try { for await (const c of q) console.log(c) } catch (e) { console.log(e.message) }
const s = Readable.from([1, 2, 3]); for await (const c of s) break; console.log(s.destroyed); const t = Readable.from([1, 2, 3]); for await (const c of t.iterator({ destroyOnReturn: false })) break; console.log(t.destroyed); for await (const c of t) console.log(c);
const u = new Readable({ read() {} }); setTimeout(() => u.destroy(), 1); try { for await (const c of u); } catch (e) { console.log(e.code) } })();
//== Writable: basics
const { Writable } = require('stream'); const log = (...a) => console.log(...a);
const w = new Writable({ write(c, e, cb) { log('write', c, e); cb() }, final(cb) { log('final'); cb() } });
log(w.write('a', () => log('cb a'))); w.write(Buffer.from('b')); w.write('c', 'latin1'); w.end('d', () => log('end cb')); w.on('finish', () => log('finish')).on('close', () => log('close')).on('prefinish', () => log('prefinish')); log(w.writable, w.writableEnded, w.writableFinished, w.writableLength);
//== Writable: asynchronous, drain, order
const { Writable } = require('stream'); const log = (...a) => console.log(...a);
const w = new Writable({ highWaterMark: 3, write(c, e, cb) { log('write', String(c)); setTimeout(cb, 1) } });
for (const x of ['a', 'b', 'c', 'd']) log(x, w.write(x, () => log('cb', x)), w.writableLength, w.writableNeedDrain); w.on('drain', () => { log('drain'); w.end() }); w.on('finish', () => log('finish')).on('close', () => log('close'));
//== Writable: writev and cork
const { Writable } = require('stream'); const log = (...a) => console.log(...a);
const w = new Writable({ writev(chunks, cb) { log('writev', chunks.map((c) => [String(c.chunk), c.encoding])); cb() } }); w.cork(); w.write('a'); w.write('b', 'utf8', () => log('cb')); log(w.writableCorked, w.writableLength); w.uncork(); w.write('c'); w.end(); w.on('finish', () => log('finish'));
const x = new Writable({ write(c, e, cb) { log('w', String(c)); process.nextTick(cb) }, writev(cs, cb) { log('v', cs.length); process.nextTick(cb) } }); x.write('1'); x.write('2'); x.write('3'); x.end();
//== Writable: errors
const { Writable } = require('stream'); const log = (...a) => console.log(...a); const on = (w, t) => w.on('error', (e) => log(t, e.name, e.code, e.message)).on('close', () => log(t, 'close')).on('finish', () => log(t, 'finish'));
let w = on(new Writable({ write(c, e, cb) { cb(new Error('w')) } }), 1); w.write('a', (e) => log('cb', e.message)); w.write('b', (e) => log('cb2', e.message));
w = on(new Writable({ write(c, e, cb) { cb() } }), 2); w.end(); w.write('x', (e) => log('cb3', e.code));
w = on(new Writable({ write(c, e, cb) { cb() } }), 3); w.destroy(); w.write('x', (e) => log('cb4', e.code)); w.end((e) => log('cb5', e.code));
w = on(new Writable(), 4); try { w.write('a') } catch (e) { log(e.code) }
w = on(new Writable({ write(c, e, cb) { cb(); cb() } }), 5); w.write('x');
w = on(new Writable({ write(c, e, cb) { cb() }, final(cb) { cb(new Error('f')) } }), 6); w.end((e) => log('cb6', e.message));
w = on(new Writable({ write(c, e, cb) { cb() } }), 7); for (const v of [null, 5, undefined, {}]) try { w.write(v) } catch (e) { log(e.code, e.message) } try { w.write('a', 'nope') } catch (e) { log(e.code) } try { w.setDefaultEncoding('x') } catch (e) { log(e.code) }
w = on(new Writable({ write(c, e, cb) { cb() } }), 8); w.end(() => log('e1')); w.end((e) => log('e2', e && e.code)); w.on('finish', () => w.end((e) => log('e3', e.code)));
w = on(new Writable({ write(c, e, cb) { cb() } }), 9); w.pipe();
//== Writable: object mode and decodeStrings
const { Writable } = require('stream'); const w = new Writable({ objectMode: true, write(c, e, cb) { console.log(c, e); cb() } }); w.write({ a: 1 }); w.write('s'); w.write(5); w.write(undefined); try { w.write(null) } catch (e) { console.log(e.code) }
const x = new Writable({ decodeStrings: false, write(c, e, cb) { console.log(c, e); cb() } }); x.write('s'); x.write('6162', 'hex'); x.setDefaultEncoding('latin1'); x.write('q');
//== construct
const { Writable, Readable } = require('stream'); const log = (...a) => console.log(...a);
const w = new Writable({ construct(cb) { log('construct'); setTimeout(cb, 2) }, write(c, e, cb) { log('write', String(c)); cb() } }); w.write('a'); w.end(); w.on('finish', () => log('finish'));
new Readable({ construct(cb) { cb(new Error('c')) }, read() { log('never') } }).on('error', (e) => log(e.message)).on('close', () => log('close')).resume();
new Readable({ construct(cb) { log('rc'); cb() }, read() { log('read'); this.push(null) } }).on('end', () => log('end')).resume();
//== destroy
const { Writable, Readable, Duplex } = require('stream'); const log = (...a) => console.log(...a);
const r = new Readable({ read() {}, destroy(e, cb) { log('destroy', e && e.message); cb(e) } }); r.on('close', () => log('close')).on('error', (e) => log('error', e.message)).on('end', () => log('end')); log(r.destroy(new Error('x')) === r, r.destroyed); r.destroy(new Error('y')); log(r.readable, r.readableAborted);
const w = new Writable({ write() {}, destroy(e, cb) { cb(new Error('other')) } }); w.on('error', (e) => log(e.message)); w.write('a', (e) => log('never')); w.write('b', (e) => log('b', e.code)); w.destroy(); log(w.writableAborted);
const d = new Duplex({ emitClose: false, read() {}, write() {} }); d.on('close', () => log('no')); d.destroy(); log(d.destroyed, d.closed); process.nextTick(() => log(d.closed));
const q = new Readable({ autoDestroy: false, read() { this.push(null) } }); q.on('end', () => setImmediate(() => log(q.destroyed))).resume();
//== pipe
const { Writable, Readable, PassThrough } = require('stream'); const log = (...a) => console.log(...a);
const r = Readable.from(['a', 'b', 'c']); const w = new Writable({ highWaterMark: 1, write(c, e, cb) { log('w', String(c)); setTimeout(cb, 1) } }); w.on('pipe', (s) => log('pipe', s === r)).on('unpipe', (s) => log('unpipe', s === r)).on('finish', () => log('finish')); log(r.pipe(w) === w);
const p = new PassThrough(); p.pipe(new PassThrough()).pipe(new Writable({ write(c, e, cb) { log('chain', String(c)); cb() } })).on('finish', () => log('chain finish')); p.write('x'); p.end('y');
//== pipe: end false, unpipe, two destinations, error
const { Writable, Readable } = require('stream'); const log = (...a) => console.log(...a); const sink = (n) => new Writable({ write(c, e, cb) { log(n, String(c)); cb() } }).on('finish', () => log(n, 'finish'));
const a = sink('a'); Readable.from(['1']).pipe(a, { end: false }); setTimeout(() => a.end('later'), 80);
const r = Readable.from(['x', 'y']); r.pipe(sink('b')); r.pipe(sink('c')); const s = new Readable({ read() {} }); const d = sink('d'); s.pipe(d); s.push('1'); setTimeout(() => { s.unpipe(d); s.push('2'); log(s.readableFlowing, s._readableState.pipes.length) }, 2);
const bad = new Writable({ write(c, e, cb) { cb(new Error('bad')) } }); bad.on('error', (e) => log('error', e.message)).on('unpipe', () => log('unpiped')); Readable.from(['q']).pipe(bad);
//== Duplex
const { Duplex } = require('stream'); const log = (...a) => console.log(...a);
const d = new Duplex({ read() { this.push('r'); this.push(null) }, write(c, e, cb) { log('w', String(c)); cb() } }); d.on('data', (c) => log('d', String(c))).on('end', () => log('end')).on('finish', () => log('finish')).on('close', () => log('close')); d.end('z');
const h = new Duplex({ allowHalfOpen: false, read() { this.push(null) }, write(c, e, cb) { cb() } }); h.on('finish', () => log('half finish')).on('end', () => log('half end')).resume();
const n = new Duplex({ readable: false, write(c, e, cb) { cb() } }); log(n.readable, n.writable); n.end(); n.on('close', () => log('n close')); const o = new Duplex({ readableObjectMode: true, writableHighWaterMark: 5, read() {}, write() {} }); log(o.readableObjectMode, o.writableObjectMode, o.writableHighWaterMark, o.readableHighWaterMark, o instanceof require('stream').Writable, o instanceof require('stream').Readable);
//== Transform
const { Transform } = require('stream'); const log = (...a) => console.log(...a);
const t = new Transform({ transform(c, e, cb) { cb(null, String(c).toUpperCase()) }, flush(cb) { this.push('!'); cb(null, '?') } }); t.on('data', (c) => log(String(c))).on('end', () => log('end')).on('finish', () => log('finish')).on('close', () => log('close')); t.write('a'); t.write('b'); t.end('c');
const u = new Transform({ transform(c, e, cb) { cb(new Error('t')) } }); u.on('error', (e) => log(e.message)).on('close', () => log('uclose')); u.write('x');
const v = new Transform({ objectMode: true, transform(c, e, cb) { this.push(c); this.push(c * 2); cb() } }); v.on('data', (c) => log(c)); v.write(1); v.end(5); try { new Transform().on('error', (e) => log(e.code)).write('a') } catch (e) { log(e.code) }
class Up extends Transform { _transform(c, e, cb) { cb(null, c + '+') } _flush(cb) { cb() } } const x = new Up(); x.end('s'); x.on('data', (c) => log(String(c)));
//== Transform: back pressure
const { Transform } = require('stream'); const t = new Transform({ highWaterMark: 2, transform(c, e, cb) { console.log('t', String(c)); cb(null, c) } }); for (const x of ['a', 'b', 'c', 'd', 'e']) console.log(x, t.write(x)); setTimeout(() => { console.log(t.readableLength, t.writableLength); t.on('data', (c) => console.log('d', String(c))); t.end(); t.on('end', () => console.log('end')) }, 2);
//== finished
const { Writable, Readable, finished, Duplex, PassThrough } = require('stream'); const log = (...a) => console.log(...a);
const r = Readable.from(['a']); finished(r, (e) => log('r', e)); r.resume(); const w = new Writable({ write(c, e, cb) { cb() } }); finished(w, (e) => log('w', e)); w.end(); const d = new Readable({ read() {} }); finished(d, (e) => log('d', e.code)); d.destroy(); const x = new Readable({ read() {} }); x.on('error', () => {}); finished(x, (e) => log('x', e.message)); x.destroy(new Error('boo'));
const p = new PassThrough(); finished(p, { readable: false }, (e) => log('p', e)); p.end(); const q = new PassThrough(); const off = finished(q, () => log('never')); off(); q.destroy();
require('stream/promises').finished(Readable.from([]).resume()).then(() => log('promise')); const ac = new AbortController(); finished(new PassThrough(), { signal: ac.signal }, (e) => log('abort', e.name)); ac.abort();
for (const a of [[5, () => 1], [r], [r, {}, 5], [{}, () => 1]]) try { finished(...a) } catch (e) { log(e.code) }
const done = Readable.from([]); done.resume().on('close', () => finished(done, (e) => log('already', e)));
//== pipeline
const { Writable, Readable, pipeline, PassThrough, Transform } = require('stream'); const log = (...a) => console.log(...a); const sink = (n) => new Writable({ write(c, e, cb) { log(n, String(c)); cb() } });
pipeline(Readable.from(['a', 'b']), new PassThrough(), sink('s'), (e) => log('done', e)); pipeline(Readable.from(['a']), new Transform({ transform(c, e, cb) { cb(new Error('mid')) } }), sink('t'), (e) => log('t', e.message));
pipeline(['x', 'y'], async function* (src) { for await (const c of src) yield c + '1' }, sink('g'), (e) => log('g', e)); pipeline(Readable.from(['1', '2']), async (src) => { let n = 0; for await (const c of src) n += Number(c); return n }, (e, v) => log('value', e, v)); pipeline(async function* () { yield 'q' }, sink('f'), (e) => log('f', e)); pipeline(async function* () { throw new Error('src') }, sink('h'), (e) => log('h', e.message));
const r = new Readable({ read() {} }); pipeline(r, sink('i'), (e) => log('i', e.code, r.destroyed)); r.destroy(); const s = sink('j'); const k = new Readable({ read() {} }); pipeline(k, s, (e) => log('j', e.code, k.destroyed)); s.destroy();
for (const a of [[() => 1], [Readable.from([])], [Readable.from([]), sink('z')], []]) try { pipeline(...a) } catch (e) { log(e.code) }
//== pipeline promises
const { pipeline } = require('stream/promises'); const { Readable, Writable } = require('stream'); const log = (...a) => console.log(...a); (async () => {
log(await pipeline(Readable.from(['a']), async function* (s) { for await (const c of s) yield c.toUpperCase() }, async (s) => { const o = []; for await (const c of s) o.push(c); return o }));
try { await pipeline(Readable.from(['a']), new Writable({ write(c, e, cb) { cb(new Error('no')) } })) } catch (e) { log(e.message) }
const ac = new AbortController(); setTimeout(() => ac.abort(), 2); try { await pipeline(new Readable({ read() {} }), new Writable({ write() {} }), { signal: ac.signal }) } catch (e) { log(e.name, e.code) }
const w = new Writable({ write(c, e, cb) { log(String(c)); cb() } }); await pipeline(Readable.from(['k']), w, { end: false }); log(w.writableEnded); w.end('l'); })();
//== operators
const { Readable } = require('stream'); const log = (...a) => console.log(...a); (async () => { const r = () => Readable.from([1, 2, 3, 4]);
log(await r().map((x) => x * 2).toArray(), await r().filter((x) => x % 2).toArray(), await r().take(2).toArray(), await r().drop(2).toArray(), await r().flatMap((x) => [x, x]).toArray(), await r().reduce((a, b) => a + b), await r().reduce((a, b) => a + b, 10), await r().some((x) => x > 3), await r().every((x) => x > 3), await r().find((x) => x > 2), await r().map(async (x) => x + 1, { concurrency: 2 }).toArray());
await r().forEach((x) => log(x)); try { await Readable.from([]).reduce((a) => a) } catch (e) { log(e.code) } try { r().map(5) } catch (e) { log(e.code) } try { await r().map(() => { throw new Error('m') }).toArray() } catch (e) { log(e.message) } try { r().take(-1) } catch (e) { log(e.code) } log(await r().asIndexedPairs().toArray()); })();
//== compose and Duplex.from
const { Readable, Duplex, compose, Transform, PassThrough } = require('stream'); const log = (...a) => console.log(...a); (async () => {
const up = new Transform({ transform(c, e, cb) { cb(null, String(c).toUpperCase()) } }); const c = compose(up, new PassThrough()); c.end('abc'); for await (const x of c) log(String(x));
const f = compose(async function* (s) { for await (const x of s) yield String(x) + '!' }); f.end('q'); for await (const x of f) log(String(x)); log(await Duplex.from(['a', 'b']).toArray(), await Duplex.from(Promise.resolve('p')).toArray());
log(await Readable.from(['x', 'y']).compose(async function* (s) { for await (const x of s) yield x + x }).toArray()); try { Duplex.from(5) } catch (e) { log(e.code) } })();
//== addAbortSignal and signal option
const { Readable, addAbortSignal, Writable } = require('stream'); const log = (...a) => console.log(...a); const ac = new AbortController(); const r = addAbortSignal(ac.signal, new Readable({ read() {} })); r.on('error', (e) => log(e.name, e.code)).on('close', () => log('close')); const w = new Writable({ signal: ac.signal, write() {} }); w.on('error', (e) => log('w', e.name)); ac.abort(); try { addAbortSignal({}, r) } catch (e) { log(e.code) } try { addAbortSignal(ac.signal, {}) } catch (e) { log(e.code) }
//== default sizes and shape
const s = require('stream'); console.log(s.getDefaultHighWaterMark(false), s.getDefaultHighWaterMark(true), Object.keys(s).sort().join(), s === s.Stream, s.name, s.promises === require('stream/promises')); s.setDefaultHighWaterMark(false, 32); console.log(new s.Readable().readableHighWaterMark, new s.Writable().writableHighWaterMark); const r = s.Readable(); console.log(r instanceof s.Readable, r instanceof s, r instanceof require('events'));
//== util.inherits and old style
const { Readable, Writable, Transform } = require('stream'); const util = require('util'); function My(o) { Readable.call(this, o) } util.inherits(My, Readable); My.prototype._read = function() { this.push('m'); this.push(null) }; new My().on('data', (c) => console.log(String(c))); function W() { if (!(this instanceof W)) return new W(); Writable.call(this) } util.inherits(W, Writable); W.prototype._write = (c, e, cb) => { console.log('W', String(c)); cb() }; W().end('z');
//== consumers
const c = require('stream/consumers'); const { Readable } = require('stream'); (async () => { console.log(await c.text(Readable.from(['a', 'b'])), await c.json(Readable.from(['{"a":', '1}'])), await c.buffer(Readable.from([Buffer.from('hi'), Buffer.from('!')])), (await c.arrayBuffer(Readable.from([Buffer.from('x')]))).byteLength) })();
//== wrap and legacy streams
const { Readable, Stream } = require('stream'); const EE = require('events'); const old = new EE(); old.pause = old.resume = () => {}; const r = new Readable({ objectMode: true }).wrap(old); r.on('data', (c) => console.log(c)).on('end', () => console.log('end')); old.emit('data', 1); old.emit('data', 2); old.emit('end');
const src = new Stream(); src.readable = true; const got = []; const dst = new Stream(); dst.writable = true; dst.write = (c) => { got.push(c); return true }; dst.end = () => console.log(got); src.pipe(dst); src.emit('data', 'x'); src.emit('end');
//== many chunks
const { Readable, Transform, Writable, pipeline } = require('stream'); let n = 0, sum = 0; pipeline(new Readable({ objectMode: true, read() { this.push(n < 20000 ? n++ : null) } }), new Transform({ objectMode: true, transform(c, e, cb) { cb(null, c + 1) } }), new Writable({ objectMode: true, write(c, e, cb) { sum += c; cb() } }), (e) => console.log(e, sum)); const r = new Readable({ objectMode: true, read() {} }); for (let i = 0; i < 50000; i++) r.push(i); r.push(null); let k = 0; r.on('data', () => k++).on('end', () => console.log(k));
//== order of ticks between streams
const { Readable, Writable, Transform, PassThrough, Duplex } = require('stream'); const log = (...a) => console.log(...a);
const ev = (s, n) => { for (const e of ['readable', 'end', 'close', 'finish', 'prefinish', 'error', 'drain', 'pause', 'resume', 'pipe', 'unpipe']) if (e !== 'readable') s.on(e, () => log(n, e)); return s };
const a = ev(Readable.from(['x', 'y']), 'a'), t = ev(new PassThrough(), 't'), w = ev(new Writable({ write(c, e, cb) { log('w', String(c)); setImmediate(cb) } }), 'w'); a.pipe(t).pipe(w);
//== order with sync writes and end callbacks
const { Writable } = require('stream'); const log = (...a) => console.log(...a); const w = new Writable({ write(c, e, cb) { cb() }, final(cb) { process.nextTick(() => { log('final'); cb() }) } }); for (const e of ['finish', 'close', 'prefinish']) w.on(e, () => log(e)); w.write('a', () => log('wa')); process.nextTick(() => log('tick')); w.end('b', () => log('end')); Promise.resolve().then(() => log('job')); setImmediate(() => log('immediate'));
//== transform order
const { Transform } = require('stream'); const log = (...a) => console.log(...a); const t = new Transform({ transform(c, e, cb) { setImmediate(() => cb(null, c)) }, flush(cb) { log('flush'); setImmediate(cb) } }); for (const e of ['end', 'close', 'finish', 'prefinish']) t.on(e, () => log(e)); t.on('data', (c) => log('data', String(c))); t.write('1'); t.write('2'); t.end(() => log('end cb'));
//== readable with async push
const { Readable } = require('stream'); const log = (...a) => console.log(...a); let i = 0; const r = new Readable({ read() { log('read', i); setImmediate(() => this.push(i < 3 ? String(i++) : null)) } }); r.on('readable', () => { log('readable', r.readableLength); let c; while ((c = r.read(1)) !== null) log('chunk', String(c)) }); r.on('end', () => log('end')).on('close', () => log('close'));
//== read(0) and partial
const { Readable } = require('stream'); const log = (...a) => console.log(...a); const r = new Readable({ highWaterMark: 3, read(n) { log('read', n); } }); r.push('ab'); log(r.read(0), r.read(5), r.readableHighWaterMark, r.readableLength); r.push('cdef'); log(String(r.read(5))); r.push(null); log(r.read(5) && 1, r.read()); 
//== destroy in data
const { Readable } = require('stream'); const log = (...a) => console.log(...a); const r = Readable.from([1, 2, 3]); r.on('data', (x) => { log(x); if (x === 2) r.destroy() }).on('end', () => log('end')).on('close', () => log('close')); const q = new Readable({ read() {} }); q.on('error', (e) => log(e.message)).on('close', () => log('q')); q.destroy(new Error('a')); q.emit('error', new Error('manual'));
//== errors in pipe chain
const { Readable, Transform, Writable, pipeline } = require('stream'); const log = (...a) => console.log(...a); const mk = (n) => new Transform({ transform(c, e, cb) { cb(null, c) }, destroy(er, cb) { log('destroy', n, er && er.message); cb(er) } }); const a = mk('a'), b = mk('b'), c = mk('c'); pipeline(a, b, c, (e) => log('cb', e.message)); for (const [n, s] of Object.entries({ a, b, c })) s.on('close', () => log('close', n)).on('error', (e) => log('error', n, e.message)); a.write('x'); setImmediate(() => b.destroy(new Error('mid')));
//== writable state while writing
const { Writable } = require('stream'); const w = new Writable({ highWaterMark: 2, write(c, e, cb) { setImmediate(cb) } }); const s = () => console.log(w.writableLength, w.writableNeedDrain, w.writableEnded, w.writableFinished, w.writable, w._writableState.pendingcb); w.write('a'); s(); w.write('b'); s(); w.end(); s(); w.on('finish', s).on('close', s);
//== cork in nextTick
const { Writable } = require('stream'); const w = new Writable({ write(c, e, cb) { console.log('w', String(c)); cb() } }); w.cork(); w.write('1'); w.cork(); w.write('2'); w.uncork(); console.log(w.writableCorked); process.nextTick(() => { w.uncork(); w.cork(); w.end('3'); }); w.on('finish', () => console.log('fin'));
//== async iterator with errors and early data
const { PassThrough } = require('stream'); (async () => { const p = new PassThrough({ objectMode: true }); p.write(1); p.write(2); setTimeout(() => { p.write(3); p.end() }, 2); const o = []; for await (const x of p) o.push(x); console.log(o, p.destroyed); const q = new PassThrough(); q.write('a'); setTimeout(() => q.destroy(new Error('E')), 2); try { for await (const x of q) console.log(String(x)) } catch (e) { console.log(e.message) } })();
//== promisified
const util = require('util'), stream = require('stream'); (async () => { await util.promisify(stream.pipeline)(stream.Readable.from(['a']), new stream.PassThrough().resume()); console.log('p'); await util.promisify(stream.finished)(stream.Readable.from([]).resume()); console.log('f'); })();
//== emitter in stream subclass with captureRejections
const { Readable } = require('stream'); const r = new Readable({ captureRejections: true, read() { this.push('x'); this.push(null) } }); r.on('data', async () => { throw new Error('async') }); r.on('error', (e) => console.log(e.message)).on('close', () => console.log('close'));
//== Duplex.from pair and destroy
const { Duplex, Readable, Writable } = require('stream'); const got = []; const d = Duplex.from({ readable: Readable.from(['r1', 'r2']), writable: new Writable({ write(c, e, cb) { got.push(String(c)); cb() } }) }); d.on('data', (c) => console.log(String(c))).on('close', () => console.log('close', got)).on('finish', () => console.log('finish')); d.write('w1'); d.end('w2');
//== duplexPair
{ const { Readable, Writable } = require('stream'); for (const C of [Readable, Writable]) try { new C({ defaultEncoding: 'nope' }); } catch (e) { console.log(e.code); }
  const r = new Readable({ read() {} }), w = new Writable({ write() {} }); for (const s of [r, w]) s.on('error', (e) => console.log(e.name)), s[Symbol.asyncDispose]().then((v) => console.log(v, s.destroyed)); }
const { duplexPair } = require('stream'); const [a, b] = duplexPair(); b.on('data', (c) => { console.log('b', String(c)); b.write('re:' + c) }).on('end', () => { console.log('b end'); b.end() }); a.on('data', (c) => console.log('a', String(c))).on('end', () => console.log('a end')); a.write('1'); a.end('2');
//== isReadable and friends
const s = require('stream'); const r = s.Readable.from([]), w = new s.Writable({ write() {} }); console.log(s.isReadable(r), s.isReadable(w), s.isReadable({}), s.isErrored(r), s.isDisturbed(r), s.isDestroyed(r), s.isWritable(w)); r.resume(); r.on('close', () => console.log(s.isReadable(r), s.isDisturbed(r), s.isDestroyed(r)));
