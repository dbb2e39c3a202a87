//== a store follows promises, timers, ticks and microtasks
const { AsyncLocalStorage } = require('async_hooks');
const s = new AsyncLocalStorage();
const seen = [];
const at = (label) => seen.push(`${label}: ${s.getStore()}`);
process.on('exit', () => console.log(seen.sort().join('\n')));
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
at('outside');
s.run('one', async () => {
  at('inside');
  await null;
  at('after await');
  await sleep(1);
  at('after a timer');
  process.nextTick(() => at('tick'));
  queueMicrotask(() => at('microtask'));
  setImmediate(() => at('immediate'));
  setTimeout(() => at('timeout'), 5);
  const i = setInterval(() => { at('interval'); clearInterval(i); }, 3);
  await Promise.all([s.run('nested', async () => { await sleep(2); at('nested'); }), sleep(4)]);
  at('after both');
  require('fs').readFile('case.js', () => at('file'));
  await new Promise((resolve) => setTimeout(resolve, 10));
});
at('outside again');
setTimeout(() => at('of nobody'), 2);

//== two at once do not mix
const { AsyncLocalStorage } = require('async_hooks');
const s = new AsyncLocalStorage();
const work = async (name) => { for (let i = 0; i < 3; i++) { await new Promise((r) => setTimeout(r, 1)); if (s.getStore().name !== name) console.log('mixed'); } return s.getStore().name; };
Promise.all(['a', 'b', 'c'].map((name) => s.run({ name }, work, name))).then((r) => console.log(r, s.getStore()));

//== then, thenables, generators, errors
const { AsyncLocalStorage } = require('async_hooks');
const s = new AsyncLocalStorage();
const p = Promise.resolve();
s.run(1, () => { p.then(() => console.log('then', s.getStore())).finally(() => console.log('finally', s.getStore())); });
s.run(2, async () => { await { then(r) { r(); } }; console.log('thenable', s.getStore()); });
s.run(3, async () => { async function* g() { yield s.getStore(); await null; yield s.getStore(); } for await (const v of g()) console.log('generator', v); });
s.run(4, async () => { try { await Promise.reject(new Error('x')); } catch { console.log('caught', s.getStore()); } });
try { s.run(5, () => { throw new Error('sync'); }); } catch (e) { console.log(e.message, s.getStore()); }
let later; const waiting = new Promise((r) => { later = r; });
s.run(6, () => waiting.then(() => console.log('of the one who asked', s.getStore())));
s.run(7, () => later());

//== enterWith, exit, disable, snapshot, bind
const { AsyncLocalStorage, AsyncResource, executionAsyncId, triggerAsyncId, createHook } = require('async_hooks');
const s = new AsyncLocalStorage(), other = new AsyncLocalStorage();
s.run(1, () => { console.log(s.exit(() => s.getStore()), s.getStore(), other.getStore(), other.run(2, () => [s.getStore(), other.getStore()])); });
const run = s.run('kept', () => AsyncLocalStorage.snapshot());
console.log(run((a, b) => [s.getStore(), a, b], 1, 2), s.getStore());
const f = s.run('bound', () => AsyncLocalStorage.bind((x) => [s.getStore(), x]));
console.log(f(3));
const r = s.run('resource', () => new AsyncResource('Mine'));
console.log(r.runInAsyncScope(function (x) { return [this.y, x, s.getStore()]; }, { y: 1 }, 2), typeof r.asyncId(), typeof r.triggerAsyncId());
const b = AsyncResource.bind(function named(x, y) { return s.getStore(); });
console.log(b.length, b());
(async () => { s.enterWith('entered'); await null; console.log(s.getStore()); s.disable(); console.log(s.getStore()); })();
for (const g of [() => new AsyncResource(), () => new AsyncResource(''), () => AsyncResource.bind(1)]) { try { g(); } catch (e) { console.log(e.name, e.code, e.message); } }
console.log(typeof executionAsyncId(), typeof triggerAsyncId(), typeof createHook({}).enable().disable());

//== diagnostics_channel
const dc = require('diagnostics_channel');
const c = dc.channel('mine');
console.log(c.name, c.hasSubscribers, dc.hasSubscribers('mine'), c === dc.channel('mine'));
const f = (m, name) => console.log('got', m, name);
dc.subscribe('mine', f);
c.publish({ a: 1 });
console.log(c.hasSubscribers, dc.unsubscribe('mine', f), dc.unsubscribe('mine', f), c.hasSubscribers);
const t = dc.tracingChannel('work');
t.subscribe({ start: (m) => console.log('start', m), end: (m) => console.log('end', m.id, m.result), asyncStart: (m) => console.log('asyncStart', m), asyncEnd: (m) => console.log('asyncEnd', m), error: (m) => console.log('error', m.error.message) });
console.log(t.traceSync((x) => x * 2, { id: 1 }, null, 21));
try { t.traceSync(() => { throw new Error('no'); }, { id: 2 }); } catch (e) { console.log('thrown', e.message); }
t.tracePromise(async (x) => x + 1, { id: 3 }, null, 1).then((v) => { console.log('value', v);
  t.traceCallback((x, cb) => setImmediate(cb, null, x), 1, { id: 4 }, null, 5, (e, v) => console.log('called', e, v)); });
try { dc.channel(1); } catch (e) { console.log(e.code, e.message); }
const { AsyncLocalStorage } = require('async_hooks');
const s = new AsyncLocalStorage();
c.bindStore(s, (d) => d.store);
console.log(c.runStores({ store: 7 }, function (x) { return [s.getStore(), this.y, x]; }, { y: 1 }, 2));
