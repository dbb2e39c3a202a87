const loop = require('internal/loop');

const LONGEST = 2147483647;
const { apply } = Reflect;
let ids = 1;
const known = new Map(); // id: Timeout, for clearTimeout(id)

function check(callback) {
  if (typeof callback !== 'function') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
  }
}

class Timeout {
  constructor(callback, ms, args, repeats) {
    ms *= 1;
    if (!(ms >= 1 && ms <= LONGEST)) {
      if (ms > LONGEST) {
        process.emitWarning(`${ms} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`,
          'TimeoutOverflowWarning');
      }
      ms = 1;
    }
    Object.defineProperties(this, {
      due: { writable: true }, age: { writable: true }, at: { writable: true },
      alive: { writable: true, value: true }, counted: { writable: true, value: true }, id: { writable: true },
    });
    this._idleTimeout = ms;
    this._onTimeout = loop.bound(callback);
    this._timerArgs = args;
    this._repeat = repeats ? ms : null;
    this._destroyed = false;
    loop.ref();
    loop.arm(this, Math.trunc(ms));
  }

  run() {
    if (this._repeat === null)
      this.end();
    try {
      apply(this._onTimeout, this, this._timerArgs);
    } finally {
      if (this.alive && this._repeat !== null)
        loop.arm(this, Math.trunc(this._repeat));
    }
  }

  end() {
    if (!this.alive)
      return;
    this.alive = false;
    this._destroyed = true;
    loop.disarm(this);
    if (this.counted)
      loop.unref();
    if (this.id !== undefined)
      known.delete(this.id);
  }

  ref() {
    if (this.alive && !this.counted)
      loop.ref();
    this.counted = true;
    return this;
  }

  unref() {
    if (this.alive && this.counted)
      loop.unref();
    this.counted = false;
    return this;
  }

  hasRef() { return this.counted; }

  // Counts from now on; one that has come already does so again.
  refresh() {
    if (this.alive) {
      loop.disarm(this);
    } else if (this._idleTimeout < 0) {
      return this;
    } else {
      this.alive = true;
      this._destroyed = false;
      if (this.counted)
        loop.ref();
    }
    loop.arm(this, Math.trunc(this._idleTimeout));
    return this;
  }

  close() {
    clearTimeout(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    if (this.id === undefined) {
      this.id = ids++;
      if (this.alive)
        known.set(this.id, this);
    }
    return this.id;
  }
}

class Immediate {
  constructor(callback, args) {
    this._onImmediate = loop.bound(callback);
    this._argv = args;
    Object.defineProperty(this, 'cleared', { writable: true, value: false });
    Object.defineProperty(this, 'counted', { writable: true, value: true });
    loop.ref();
    loop.immediates.add(this);
  }

  run() {
    this.end();
    apply(this._onImmediate, this, this._argv);
  }

  end() {
    if (!this.cleared && this.counted)
      loop.unref();
    this.cleared = true;
  }

  ref() {
    if (!this.cleared && !this.counted)
      loop.ref();
    this.counted = true;
    return this;
  }

  unref() {
    if (!this.cleared && this.counted)
      loop.unref();
    this.counted = false;
    return this;
  }

  hasRef() { return !this.cleared && this.counted; }
}

function setTimeout(callback, ms, ...args) {
  check(callback);
  return new Timeout(callback, ms, args, false);
}

function setInterval(callback, ms, ...args) {
  check(callback);
  return new Timeout(callback, ms, args, true);
}

function setImmediate(callback, ...args) {
  check(callback);
  return new Immediate(callback, args);
}

function clearTimeout(timer) {
  if (typeof timer === 'number' || typeof timer === 'string')
    timer = known.get(Number(timer));
  if (!(timer instanceof Timeout))
    return;
  timer.end();
  timer._idleTimeout = -1;
}

function clearInterval(timer) { clearTimeout(timer); }

function clearImmediate(immediate) {
  if (immediate instanceof Immediate)
    immediate.end();
}

if (Symbol.dispose) {
  Timeout.prototype[Symbol.dispose] = function () { clearTimeout(this); };
  Immediate.prototype[Symbol.dispose] = function () { clearImmediate(this); };
}

const timers = module.exports = {
  setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval,
  get promises() { return require('timers/promises'); },
};
for (const name of ['setTimeout', 'setImmediate', 'setInterval']) {
  Object.defineProperty(timers[name], Symbol.for('nodejs.util.promisify.custom'),
    { enumerable: true, get: () => timers.promises[name] });
}
