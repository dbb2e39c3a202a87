//== on, emit, off
const E = require('events'); const e = new E();
console.log(e.emit('x'), e.on('x', function(...a) { console.log('x', a, this === e) }) === e, e.emit('x', 1, 2), e.listenerCount('x'), e.eventNames());
const f = () => console.log('f'); e.addListener('y', f); e.on('y', f); e.emit('y'); e.off('y', f); e.emit('y'); e.removeListener('y', f); console.log(e.emit('y'), e.eventNames());
//== once and prepend
const E = require('events'); const e = new E(); const log = [];
e.on('a', () => log.push(1)); e.prependListener('a', () => log.push(0)); e.once('a', () => log.push(2)); e.prependOnceListener('a', () => log.push(-1)); e.emit('a'); e.emit('a'); console.log(log.join());
e.once('b', function(x) { console.log(this === e, x); e.emit('b', 2) }); e.emit('b', 1); console.log(e.listenerCount('b'));
//== removing while emitting
const E = require('events'); const e = new E(); const b = () => console.log('b'); e.on('x', () => { console.log('a'); e.off('x', b) }); e.on('x', b); e.emit('x'); e.emit('x');
const g = new E(); g.on('x', () => { g.on('x', () => console.log('late')); }); g.emit('x'); g.emit('x');
//== newListener and removeListener
const E = require('events'); const e = new E();
e.on('newListener', (n, f) => console.log('new', n, f.name)); e.on('removeListener', (n, f) => console.log('removed', n, f.name));
function foo() {} function bar() {} e.on('x', foo); e.once('x', bar); e.off('x', bar); e.removeAllListeners('x'); e.on('y', foo); e.removeAllListeners(); e.on('z', foo); console.log(e.eventNames());
const g = new E(); g.once('newListener', (n) => { if (n === 'x') g.on('x', () => console.log('B')) }); g.on('x', () => console.log('A')); g.emit('x');
//== error
const E = require('events'); const e = new E();
for (const v of ['str', undefined, null, 5, { a: 1 }]) try { e.emit('error', v) } catch (x) { console.log(x.name, x.code, x.message, x.context) }
e.on(E.errorMonitor, (x) => console.log('monitor', x.message)); try { e.emit('error', new Error('m')) } catch (x) { console.log('thrown', x.message) } e.on('error', (x) => console.log('handled', x.message)); console.log(e.emit('error', 'z2' && new Error('q')).toString());
//== arguments are checked
const E = require('events'); const e = new E();
for (const f of [() => e.on('x'), () => e.on('x', 5), () => e.once('x', null), () => e.off('x', {}), () => e.prependListener('x', 'a'), () => e.setMaxListeners(-1), () => e.setMaxListeners('a'), () => e.setMaxListeners(NaN), () => { E.defaultMaxListeners = -1 }, () => E.setMaxListeners(1, 5), () => new E({ captureRejections: 1 }), () => E.getEventListeners(5, 'x'), () => E.getMaxListeners({})]) try { f(); console.log('ok') } catch (x) { console.log(x.name, x.code, x.message) }
//== listeners and rawListeners
const E = require('events'); const e = new E(); const f = () => 1, g = () => console.log('g'); e.on('x', f); e.once('x', g); console.log(e.listeners('x')[1] === g, e.rawListeners('x')[1] === g, e.rawListeners('x')[1].listener === g, e.rawListeners('x')[1].name, e.listeners('y'), e.listenerCount('x', f), e.listenerCount('x', g), e.listenerCount('x', () => 2)); e.rawListeners('x')[1](); console.log(e.listenerCount('x'));
const s = Symbol('s'); e.on(s, f); console.log(e.eventNames(), E.listenerCount(e, s), E.getEventListeners(e, 'x').length);
//== removeAllListeners
const E = require('events'); const e = new E(); e.on('a', () => 1); e.on('a', () => 2); e.on('b', () => 3); console.log(e.removeAllListeners('a') === e, e.eventNames(), e.removeAllListeners().eventNames(), new E().removeAllListeners('q').eventNames());
//== classes and util.inherits
const E = require('events'); const util = require('util');
class A extends E { constructor() { super(); this.x = 1 } } const a = new A(); a.on('q', function() { console.log(this.x) }); a.emit('q'); console.log(a);
function Old() { E.call(this) } util.inherits(Old, E); const o = new Old(); o.on('w', () => console.log('w')); o.emit('w'); console.log(o instanceof E, Object.keys(o));
function NoInit() {} NoInit.prototype = Object.create(E.prototype); const n = new NoInit(); n.on('x', () => console.log('noinit')); n.emit('x');
const mixed = Object.assign({}, E.prototype); mixed.on('m', () => console.log('mixed')); mixed.emit('m');
//== statics
const E = require('events'); console.log(Object.keys(E).sort().join(), E.EventEmitter === E, E.defaultMaxListeners, E.usingDomains, E.captureRejections, String(E.errorMonitor), String(E.captureRejectionSymbol), new E().getMaxListeners(), E.getMaxListeners(new E().setMaxListeners(3)), E.getMaxListeners(new EventTarget()), new E());
//== max listeners warning
process.on('warning', (w) => console.log(w.name, w.message, w.count, w.type, w.emitter === e)); const E = require('events'); const e = new E(); for (let i = 0; i < 13; i++) e.on('x', () => 1); e.setMaxListeners(0); for (let i = 0; i < 13; i++) e.on('y', () => 1);
//== capture rejections
const E = require('events'); const e = new E({ captureRejections: true }); e.on('x', async (v) => { throw new Error('r' + v) }); e.on('error', (x) => console.log('error', x.message)); e.emit('x', 1);
const g = new E({ captureRejections: true }); g[Symbol.for('nodejs.rejection')] = (err, type, ...args) => console.log('sym', err.message, type, args); g.on('y', async () => { throw new Error('s') }); g.emit('y', 1, 2);
//== events.once
const { once, EventEmitter } = require('events');
(async () => {
  const e = new EventEmitter(); process.nextTick(() => e.emit('x', 1, 2)); console.log(await once(e, 'x'));
  process.nextTick(() => e.emit('error', new Error('bad'))); try { await once(e, 'x') } catch (x) { console.log(x.message) }
  process.nextTick(() => e.emit('error', new Error('v'))); console.log((await once(e, 'error'))[0].message);
  const ac = new AbortController(); process.nextTick(() => ac.abort()); try { await once(e, 'x', { signal: ac.signal }) } catch (x) { console.log(x.name, x.code, x.message) }
  try { await once(e, 'x', { signal: ac.signal }) } catch (x) { console.log(x.name, x.code, x.cause.name) }
  try { await once(e, 'x', { signal: 5 }) } catch (x) { console.log(x.name, x.code) } try { await once({}, 'x') } catch (x) { console.log(x.name, x.code, x.message) }
  const t = new EventTarget(); process.nextTick(() => t.dispatchEvent(new Event('y'))); console.log((await once(t, 'y'))[0].type); console.log(e.eventNames());
})();
//== events.on
const { on, EventEmitter } = require('events');
(async () => {
  const e = new EventEmitter(); process.nextTick(() => { e.emit('x', 1); e.emit('x', 2, 3); }); let n = 0;
  for await (const v of on(e, 'x')) { console.log(v); if (++n === 2) break; } console.log(e.listenerCount('x'), e.listenerCount('error'));
  process.nextTick(() => { e.emit('x', 1); e.emit('error', new Error('it')) }); try { for await (const v of on(e, 'x')) console.log(v) } catch (x) { console.log(x.message) }
  process.nextTick(() => { e.emit('x', 1); e.emit('end') }); for await (const v of on(e, 'x', { close: ['end'] })) console.log(v);
  const ac = new AbortController(); process.nextTick(() => { e.emit('x', 5); ac.abort() }); try { for await (const v of on(e, 'x', { signal: ac.signal })) console.log(v) } catch (x) { console.log(x.name) }
  const it = on(e, 'x'); e.emit('x', 7); console.log(await it.next()); const p = it.next(); it.return(); console.log(await p, await it.next()); try { it.throw() } catch (x) { console.log(x.code) }
})();
//== Event
const e = new Event('foo', { bubbles: true, cancelable: true }); console.log(e.type, e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.target, e.currentTarget, e.eventPhase, e.isTrusted, e.composedPath(), e.returnValue, e.cancelBubble, typeof e.timeStamp, Object.prototype.toString.call(e)); e.preventDefault(); console.log(e.defaultPrevented, e.returnValue); e.stopPropagation(); console.log(e.cancelBubble);
for (const f of [() => new Event(), () => new Event('a', 5), () => new Event(Symbol()), () => Event('a'), () => new CustomEvent(), () => new Event('a', null).type, () => new Event(undefined).type]) try { console.log(f()) } catch (x) { console.log(x.name, x.code) }
console.log(Event.AT_TARGET, e.BUBBLING_PHASE, new CustomEvent('c', { detail: { a: 1 } }).detail, new CustomEvent('c').detail, new CustomEvent('c') instanceof Event);
//== EventTarget
const t = new EventTarget(); const log = (...a) => console.log(...a);
const f = function(e) { log('f', e.type, this === t, e.target === t, e.currentTarget === t, e.eventPhase) }; t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', { handleEvent(e) { log('obj', e.type) } }); t.addEventListener('x', () => log('once'), { once: true });
const e = new Event('x'); log(t.dispatchEvent(e)); log(t.dispatchEvent(e), e.eventPhase, e.currentTarget, e.target === t); t.removeEventListener('x', f); t.dispatchEvent(new Event('x'));
t.addEventListener('y', (e) => { e.preventDefault(); e.stopImmediatePropagation() }); t.addEventListener('y', () => log('never')); log(t.dispatchEvent(new Event('y', { cancelable: true })), t.dispatchEvent(new Event('y')));
for (const f of [() => t.addEventListener('a'), () => t.addEventListener('a', 5), () => t.dispatchEvent({}), () => t.dispatchEvent(), () => EventTarget.prototype.addEventListener.call({}, 'a', console.log), () => t.addEventListener('a', null), () => t.removeEventListener('a', undefined), () => { t.addEventListener('r', (e) => t.dispatchEvent(e)); }]) try { log(f()) } catch (x) { log(x.name, x.code, x.message) }
const ac = new AbortController(); t.addEventListener('s', () => log('signal'), { signal: ac.signal }); t.dispatchEvent(new Event('s')); ac.abort(); t.dispatchEvent(new Event('s')); t.addEventListener('p', (e) => e.preventDefault(), { passive: true }); log(t.dispatchEvent(new Event('p', { cancelable: true })));
log(require('events').getEventListeners(t, 'x').length, t, new (class Foo extends EventTarget {})());
//== a listener that throws does not stop the others
process.on('uncaughtException', (e) => console.log('uncaught', e.message)); const t = new EventTarget(); t.addEventListener('x', () => { throw new Error('a') }); t.addEventListener('x', () => console.log('b')); console.log(t.dispatchEvent(new Event('x')));
//== AbortController
const ac = new AbortController(); const s = ac.signal; console.log(s.aborted, s.reason, s === ac.signal, s instanceof EventTarget, s instanceof AbortSignal);
s.onabort = function(e) { console.log('onabort', e.type, e.isTrusted, this === s) }; s.addEventListener('abort', () => console.log('listener')); ac.abort('why'); ac.abort('again'); console.log(s.aborted, s.reason); try { s.throwIfAborted() } catch (x) { console.log(x) }
const d = new AbortController(); d.abort(); console.log(d.signal.reason.name, d.signal.reason.message, d.signal.reason.code, d.signal.reason instanceof DOMException);
console.log(AbortSignal.abort().aborted, AbortSignal.abort(5).reason, AbortSignal.abort(undefined).reason.name, new AbortController(), s.onabort.name);
for (const f of [() => new AbortSignal(), () => AbortController(), () => AbortSignal.timeout(-1), () => AbortSignal.timeout('a'), () => AbortSignal.any(5), () => AbortSignal.any([5]), () => AbortSignal.timeout()]) try { f() } catch (x) { console.log(x.name, x.code, x.code && x.message) }
console.log(Object.prototype.toString.call(s), Object.prototype.toString.call(ac), Object.keys(AbortSignal.prototype).join(), Object.keys(AbortController.prototype).join());
//== AbortSignal.timeout and any
const s = AbortSignal.timeout(5); s.addEventListener('abort', () => console.log('timeout', s.reason.name, s.reason.message)); setTimeout(() => {}, 50);
const a = new AbortController(), b = new AbortController(); const any = AbortSignal.any([a.signal, b.signal]); any.addEventListener('abort', () => console.log('any', any.reason)); a.signal.addEventListener('abort', () => console.log('a')); const nested = AbortSignal.any([any]); nested.onabort = () => console.log('nested', nested.reason); a.abort('r'); b.abort('s'); console.log(any.reason, AbortSignal.any([]).aborted, AbortSignal.any([AbortSignal.abort(1), AbortSignal.abort(2)]).reason);
//== addAbortListener
const { addAbortListener } = require('events'); const ac = new AbortController(); addAbortListener(ac.signal, () => console.log('l')); ac.abort(); for (const f of [() => addAbortListener(), () => addAbortListener({}, () => 1), () => addAbortListener(ac.signal)]) try { f() } catch (x) { console.log(x.code, x.message) }
//== DOMException
const e = new DOMException('m', 'DataCloneError'); console.log(e.name, e.message, e.code, e instanceof Error, Object.prototype.toString.call(e), new DOMException().name, new DOMException('a').message, DOMException.DATA_CLONE_ERR, e.INDEX_SIZE_ERR, new DOMException('x', 'AbortError').code, new DOMException('x', 'Foo').code, String(e), typeof e.stack);
//== StringDecoder
const { StringDecoder } = require('string_decoder');
for (const enc of ['utf8', 'utf16le', 'base64', 'base64url', 'hex', 'latin1', 'ascii'])
  for (const h of ['61c3a9e282acf09f988062', '6100ac203dd800de', 'e2', 'f09f', '61ff62', 'eda080', 'c3c3a9', '3dd8', '00d8003dd8'])
    for (const k of [1, 2, 3, 5]) { const d = new StringDecoder(enc), b = Buffer.from(h, 'hex'); const out = []; for (let i = 0; i < b.length; i += k) out.push(d.write(b.subarray(i, i + k))); out.push(d.end()); console.log(enc, h, k, JSON.stringify(out.join('').toWellFormed())); }
const d = new StringDecoder(); console.log(d.encoding, d.write('str'), d.end(Buffer.from('x')), d.end(), new StringDecoder('UCS-2').encoding, new StringDecoder('binary').encoding);
for (const f of [() => new StringDecoder('nope'), () => new StringDecoder(5), () => d.write(5), () => d.write(null), () => d.write({})]) try { f() } catch (e) { console.log(e.name, e.code, e.message) }
d.write(Buffer.from([0xe2, 0x82])); console.log(d.lastNeed, d.lastTotal); console.log(d.write(Buffer.from([0xac])), d.lastNeed, d.write(new Uint16Array([0x6161])), d.write(new DataView(new ArrayBuffer(1))).length);
