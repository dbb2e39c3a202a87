// mock.timers of node:test: a clock that stands until it is told to go on.
const { codes } = require('internal/errors');
const { validateNumber, validateObject, validateStringArray } = require('internal/validators');

const APIS = ['setTimeout', 'setInterval', 'setImmediate', 'Date'];
const state = (message) => Object.assign(new Error(`Invalid state: ${message}`), { code: 'ERR_INVALID_STATE' });

class MockTimers {
  #now = 0;
  #list = [];
  #made = 0;
  #undo;
  enable(options = { apis: APIS, now: 0 }) {
    if (this.#undo)
      throw state('MockTimers is already enabled!');
    validateObject(options, 'options');
    const { apis = APIS, now = 0 } = options;
    const at = now instanceof Date ? now.getTime() : now;
    validateNumber(at, 'options.now', 0);
    validateStringArray?.(apis, 'options.apis');
    for (const name of apis) {
      if (!APIS.includes(name))
        throw new codes.ERR_INVALID_ARG_VALUE('options.apis', name, `option ${name} is not supported`);
    }
    this.#now = at;
    const timers = require('timers'), own = this.#functions(), undo = [];
    for (const name of apis.flatMap((n) => (n === 'Date' ? n : [n, n.replace('set', 'clear')]))) {
      for (const target of name === 'Date' ? [globalThis] : [globalThis, timers]) {
        const was = Object.getOwnPropertyDescriptor(target, name);
        Object.defineProperty(target, name, { value: own[name], writable: true, configurable: true, enumerable: was.enumerable });
        undo.push(() => Object.defineProperty(target, name, was));
      }
    }
    this.#undo = undo;
  }
  #functions() {
    const add = (fn, ms, args, repeats) => {
      const after = Math.max(1, Math.trunc(ms) || 1);
      const timer = { at: this.#now + after, n: this.#made++, after: repeats ? after : undefined, fn, args,
        ref() { return this; }, unref() { return this; }, hasRef: () => true, refresh() { return this; },
        [Symbol.toPrimitive]() { return this.n; } };
      this.#list.push(timer);
      return timer;
    };
    const clear = (timer) => { this.#list = this.#list.filter((t) => t !== timer); };
    const RealDate = Date, clock = () => this.#now;
    const MockDate = function Date(...args) {
      if (!new.target)
        return new RealDate(clock()).toString();
      return Reflect.construct(RealDate, args.length ? args : [clock()], new.target === MockDate ? RealDate : new.target);
    };
    Object.setPrototypeOf(MockDate, RealDate);
    Object.defineProperties(MockDate, { prototype: { value: RealDate.prototype }, now: { value: function now() { return clock(); }, writable: true, configurable: true },
      isMock: { value: true } });
    return {
      setTimeout: (fn, ms, ...args) => add(fn, ms, args, false),
      setInterval: (fn, ms, ...args) => add(fn, ms, args, true),
      setImmediate: (fn, ...args) => { const t = add(fn, 1, args, false); t.at = this.#now; return t; },
      clearTimeout: clear, clearInterval: clear, clearImmediate: clear, Date: MockDate,
    };
  }
  #needs() {
    if (!this.#undo)
      throw state('You should enable MockTimers first by calling the .enable function');
  }
  #due(until) {
    let first;
    for (const t of this.#list) {
      if (t.at <= until && (!first || t.at < first.at || (t.at === first.at && t.n < first.n)))
        first = t;
    }
    return first;
  }
  tick(ms = 1) {
    this.#needs();
    if (!(ms >= 0))
      throw new codes.ERR_INVALID_ARG_VALUE('time', 'positive integer', ms);
    const until = this.#now + ms;
    for (let t; (t = this.#due(until));) {
      this.#now = Math.max(this.#now, t.at);
      if (t.after === undefined)
        this.#list.splice(this.#list.indexOf(t), 1);
      else
        t.at += t.after;
      t.fn(...t.args);
    }
    this.#now = until;
  }
  runAll() {
    this.#needs();
    const last = this.#list.reduce((most, t) => Math.max(most, t.at), this.#now);
    this.tick(last - this.#now);
  }
  setTime(ms = 0) {
    validateNumber(ms, 'time');
    this.#needs();
    this.#now = ms;
  }
  reset() {
    for (const undo of this.#undo ?? [])
      undo();
    this.#undo = undefined;
    this.#list = [];
    this.#now = 0;
  }
  [Symbol.dispose ?? Symbol.for('dispose')]() { this.reset(); }
}

module.exports = { MockTimers };
