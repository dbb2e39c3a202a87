const Mocha = require('mocha'), sinon = require('sinon'), { EventEmitter } = require('events');
const m = new Mocha({ reporter: class { constructor(runner) {
  runner.on('pass', (t) => console.log('pass', t.fullTitle())).on('fail', (t, e) => console.log('fail', t.fullTitle(), e.message)).on('pending', (t) => console.log('pending', t.title));
} } });
const s = Mocha.Suite.create(m.suite, 'a suite');
s.addTest(new Mocha.Test('spies', () => { const spy = sinon.spy(); new EventEmitter().on('x', spy).emit('x', 1); sinon.assert.calledWith(spy, 1); }));
s.addTest(new Mocha.Test('clocks', () => { const c = sinon.useFakeTimers(5); let n = 0; setInterval(() => n++, 10); c.tick(35); c.restore(); if (n !== 3) throw new Error(n); }));
s.addTest(new Mocha.Test('waits', async () => { await new Promise((r) => setTimeout(r, 5)); throw new Error('no'); }));
s.addTest(new Mocha.Test('later'));
m.run((failures) => console.log(failures));
