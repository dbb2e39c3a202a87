//== mock
const { mock } = require('node:test');
const f = mock.fn((a, b) => a + b), o = { n: 1, m(x) { return x + this.n; }, get g() { return 5; } };
f(1, 2); f.mock.mockImplementationOnce(() => 'once'); console.log(f(), f(3, 4), f.mock.callCount(), f.mock.calls.map((c) => [c.arguments, c.result]));
const m = mock.method(o, 'm', () => 'mocked', { times: 2 }); console.log(o.m(1), o.m(1), o.m(1), m.mock.callCount(), m.mock.calls[0].this === o);
mock.getter(o, 'g', () => 6); console.log(o.g); mock.restoreAll(); console.log(o.g, f(1, 1));
const C = mock.fn(class A { constructor() { this.x = 1; } }); console.log(new C().x, C.mock.calls[0].result.x);
const bad = mock.fn(() => { throw new Error('x'); }); try { bad(); } catch { console.log(bad.mock.calls[0].error.message, bad.mock.calls[0].result); }
for (const x of [() => mock.fn(5), () => mock.method(o, 'nothing'), () => mock.method(5, 'a'), () => mock.method(o, 5), () => mock.fn(() => {}, { times: 0 })]) try { x(); console.log('no'); } catch (e) { console.log(e.code); }
//== order without results
process.stdout.write = () => true; // times are in what is told
const { test, describe, it, before, after, beforeEach, afterEach } = require('node:test'), log = [];
before(() => log.push('B')); after(() => log.push('A')); beforeEach(() => log.push('be')); afterEach(() => log.push('ae'));
describe('s', () => { log.push('collect'); before(() => log.push('sB')); afterEach(() => log.push('sae')); it('x', () => log.push('x')); describe('n', () => { it('y', async () => log.push('y')); }); });
test('t', async (t) => { t.before(() => log.push('tB')); t.after(() => log.push('tA')); log.push('t'); await t.test('u', (u) => log.push(u.fullName)); await t.test('v', { skip: true }, () => log.push('never')); });
test('cb', (t, done) => setImmediate(() => { log.push(t.name); done(); }));
log.push('main'); process.on('exit', (code) => require('fs').writeSync(1, `${code} ${log.join()}\n`));
//== mock timers
const { mock } = require('node:test'); const log = [];
mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1000 });
setTimeout((a) => log.push(a, Date.now()), 50, 'late'); const i = setInterval(() => log.push('tick'), 20); console.log(Date.now(), new Date().getTime());
mock.timers.tick(19); console.log(log.join()); mock.timers.tick(31); console.log(log.join()); clearInterval(i); mock.timers.tick(100); console.log(log.join(), Date.now()); mock.timers.reset(); console.log(Date.now() > 1e12);
