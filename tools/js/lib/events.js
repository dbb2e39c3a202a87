// EventEmitter, and what waits for events of emitters and of event targets.
const { codes, AbortError } = require('internal/errors');
const {
  validateFunction, validateNumber, validateInteger, validateAbortSignal, validateObject, validateBoolean,
} = require('internal/validators');

const kCapture = Symbol('kCapture');
const kShapeMode = Symbol('shapeMode');
const kErrorMonitor = Symbol('events.errorMonitor');
const kRejection = Symbol.for('nodejs.rejection');
const nextTick = (f, ...args) => globalThis.process.nextTick(f, ...args);

function EventEmitter(options) {
  EventEmitter.init.call(this, options);
}

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;
Object.defineProperty(EventEmitter.prototype, kCapture, { value: false, writable: true, enumerable: false });

let defaultMax = 10;

EventEmitter.init = function(options) {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
    this[kShapeMode] = false;
  } else {
    this[kShapeMode] = true;
  }
  this._maxListeners ||= undefined;
  if (options?.captureRejections) {
    validateBoolean(options.captureRejections, 'options.captureRejections');
    this[kCapture] = true;
  } else {
    this[kCapture] = EventEmitter.prototype[kCapture];
  }
};

const maxOf = (e) => e._maxListeners === undefined ? defaultMax : e._maxListeners;
const methods = EventEmitter.prototype;

methods.setMaxListeners = function setMaxListeners(n) {
  validateNumber(n, 'setMaxListeners', 0);
  this._maxListeners = n;
  return this;
};

methods.getMaxListeners = function getMaxListeners() {
  return maxOf(this);
};

// A listener that returned a promise: its rejection is an error of the emitter.
function watch(emitter, promise, type, args) {
  if (!emitter[kCapture])
    return;
  try {
    const then = promise.then;
    if (typeof then === 'function')
      then.call(promise, undefined, (e) => nextTick(onRejection, emitter, e, type, args));
  } catch (e) {
    emitter.emit('error', e);
  }
}

function onRejection(emitter, error, type, args) {
  if (typeof emitter[kRejection] === 'function') {
    emitter[kRejection](error, type, ...args);
    return;
  }
  const before = emitter[kCapture];
  try {
    emitter[kCapture] = false; // or this would go round
    emitter.emit('error', error);
  } finally {
    emitter[kCapture] = before;
  }
}

function throwUnhandled(error) {
  if (error instanceof Error)
    throw error;
  let text;
  try {
    text = require('internal/inspect').inspect(error);
  } catch {
    text = error;
  }
  const e = new codes.ERR_UNHANDLED_ERROR(text);
  e.context = error;
  throw e;
}

methods.emit = function emit(type, ...args) {
  const events = this._events;
  if (type === 'error') {
    if (events !== undefined && events[kErrorMonitor] !== undefined)
      this.emit(kErrorMonitor, ...args);
    if (events === undefined || events.error === undefined)
      throwUnhandled(args[0]);
  } else if (events === undefined) {
    return false;
  }
  const handler = events[type];
  if (handler === undefined)
    return false;
  if (typeof handler === 'function') {
    const r = handler.apply(this, args);
    if (r !== undefined && r !== null)
      watch(this, r, type, args);
    return true;
  }
  for (const f of handler.slice()) {
    const r = f.apply(this, args);
    if (r !== undefined && r !== null)
      watch(this, r, type, args);
  }
  return true;
};

function warnOfLeak(target, type, list, what = 'Use emitter.setMaxListeners() to increase limit') {
  list.warned = true;
  const w = new Error(`Possible EventEmitter memory leak detected. ${list.length} ${String(type)} listeners ` +
    `added to ${require('internal/inspect').inspect(target, { depth: -1 })}. MaxListeners is ${maxOf(target)}. ${what}`);
  w.name = 'MaxListenersExceededWarning';
  w.emitter = target;
  w.type = type;
  w.count = list.length;
  globalThis.process.emitWarning(w);
}

function add(target, type, listener, isFirst) {
  validateFunction(listener, 'listener');
  let events = target._events;
  if (events === undefined) {
    events = target._events = { __proto__: null };
    target._eventsCount = 0;
  } else if (events.newListener !== undefined) {
    target.emit('newListener', type, listener.listener ?? listener);
    events = target._events;
  }
  const list = events[type];
  if (list === undefined) {
    events[type] = listener;
    ++target._eventsCount;
    return target;
  }
  if (typeof list === 'function')
    events[type] = isFirst ? [listener, list] : [list, listener];
  else if (isFirst)
    list.unshift(listener);
  else
    list.push(listener);
  const max = maxOf(target);
  if (max > 0 && events[type].length > max && !events[type].warned)
    warnOfLeak(target, type, events[type]);
  return target;
}

methods.addListener = function addListener(type, listener) {
  return add(this, type, listener, false);
};

methods.on = methods.addListener;

methods.prependListener = function prependListener(type, listener) {
  return add(this, type, listener, true);
};

function onceWrapper(target, type, listener) {
  let fired = false;
  const wrapper = function(...args) {
    if (fired)
      return undefined;
    target.removeListener(type, wrapper);
    fired = true;
    return listener.apply(target, args);
  };
  Object.defineProperty(wrapper, 'name', { value: 'bound onceWrapper' });
  wrapper.listener = listener;
  return wrapper;
}

methods.once = function once(type, listener) {
  validateFunction(listener, 'listener');
  return this.on(type, onceWrapper(this, type, listener));
};

methods.prependOnceListener = function prependOnceListener(type, listener) {
  validateFunction(listener, 'listener');
  return this.prependListener(type, onceWrapper(this, type, listener));
};

methods.removeListener = function removeListener(type, listener) {
  validateFunction(listener, 'listener');
  const events = this._events, list = events?.[type];
  if (list === undefined)
    return this;
  if (list === listener || list.listener === listener) {
    this._eventsCount -= 1;
    if (this[kShapeMode]) {
      events[type] = undefined;
    } else if (this._eventsCount === 0) {
      this._events = { __proto__: null };
    } else {
      delete events[type];
      if (events.removeListener)
        this.emit('removeListener', type, list.listener || listener);
    }
  } else if (typeof list !== 'function') {
    const at = list.findLastIndex((f) => f === listener || f.listener === listener);
    if (at < 0)
      return this;
    list.splice(at, 1);
    if (list.length === 1)
      events[type] = list[0];
    if (events.removeListener !== undefined)
      this.emit('removeListener', type, listener);
  }
  return this;
};

methods.off = methods.removeListener;

methods.removeAllListeners = function removeAllListeners(type) {
  const events = this._events;
  if (events === undefined)
    return this;
  if (events.removeListener === undefined) { // nobody wants to know
    if (arguments.length === 0) {
      this._events = { __proto__: null };
      this._eventsCount = 0;
    } else if (events[type] !== undefined) {
      if (--this._eventsCount === 0)
        this._events = { __proto__: null };
      else
        delete events[type];
    }
    this[kShapeMode] = false;
    return this;
  }
  if (arguments.length === 0) {
    for (const key of Reflect.ownKeys(events)) {
      if (key !== 'removeListener')
        this.removeAllListeners(key);
    }
    this.removeAllListeners('removeListener');
    this._events = { __proto__: null };
    this._eventsCount = 0;
    this[kShapeMode] = false;
    return this;
  }
  const list = events[type];
  if (typeof list === 'function') {
    this.removeListener(type, list);
  } else if (list !== undefined) {
    for (let i = list.length - 1; i >= 0; i--)
      this.removeListener(type, list[i]);
  }
  return this;
};

function listOf(target, type, unwrap) {
  const list = target._events?.[type];
  if (list === undefined)
    return [];
  const all = typeof list === 'function' ? [list] : list.slice();
  return unwrap ? all.map((f) => f.listener || f) : all;
}

methods.listeners = function listeners(type) {
  return listOf(this, type, true);
};

methods.rawListeners = function rawListeners(type) {
  return listOf(this, type, false);
};

methods.listenerCount = function listenerCount(type, listener) {
  const all = listOf(this, type, false);
  return listener == null ? all.length : all.filter((f) => f === listener || f.listener === listener).length;
};

methods.eventNames = function eventNames() {
  return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
};

// ---- functions on emitters and event targets alike ----

const isTarget = (v) => typeof v?.addEventListener === 'function' && typeof v.on !== 'function';

function subscribe(emitter, name, listener, options) {
  if (typeof emitter?.on === 'function') {
    if (options?.once)
      emitter.once(name, listener);
    else
      emitter.on(name, listener);
  } else if (typeof emitter?.addEventListener === 'function') {
    emitter.addEventListener(name, listener, options);
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', emitter);
  }
}

function unsubscribe(emitter, name, listener, options) {
  if (typeof emitter?.removeListener === 'function')
    emitter.removeListener(name, listener);
  else if (typeof emitter?.removeEventListener === 'function')
    emitter.removeEventListener(name, listener, options);
  else
    throw new codes.ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', emitter);
}

async function once(emitter, name, options = {}) {
  validateObject(options, 'options');
  const signal = options?.signal;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
  return new Promise((resolve, reject) => {
    const onError = (e) => {
      emitter.removeListener(name, onEvent);
      signal?.removeEventListener('abort', onAbort);
      reject(e);
    };
    const onEvent = (...args) => {
      emitter.removeListener?.('error', onError);
      signal?.removeEventListener('abort', onAbort);
      resolve(args);
    };
    const onAbort = () => {
      unsubscribe(emitter, name, onEvent);
      unsubscribe(emitter, 'error', onError);
      reject(new AbortError(undefined, { cause: signal.reason }));
    };
    subscribe(emitter, name, onEvent, { once: true });
    if (name !== 'error' && typeof emitter.once === 'function')
      emitter.once('error', onError);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function on(emitter, event, options = {}) {
  validateObject(options, 'options');
  const signal = options.signal;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
  const high = options.highWaterMark ?? Number.MAX_SAFE_INTEGER, low = options.lowWaterMark ?? 1;
  validateInteger(high, 'options.highWaterMark', 1);
  validateInteger(low, 'options.lowWaterMark', 1);
  const values = [], waiting = [], subscribed = [];
  let error = null, finished = false, paused = false;

  const listen = (name, f, how) => {
    subscribe(emitter, name, f, how);
    subscribed.push([name, f, how]);
  };
  const close = () => {
    signal?.removeEventListener('abort', onAbort);
    for (const args of subscribed.splice(0))
      unsubscribe(emitter, ...args);
    finished = true;
    for (const w of waiting.splice(0))
      w.resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  };
  const onError = (e) => {
    if (waiting.length === 0)
      error = e;
    else
      waiting.shift().reject(e);
    close();
  };
  const onAbort = () => onError(new AbortError(undefined, { cause: signal.reason }));
  const onEvent = (...args) => {
    if (waiting.length > 0) {
      waiting.shift().resolve({ value: args, done: false });
      return;
    }
    values.push(args);
    if (!paused && values.length > high && emitter.pause) {
      paused = true;
      emitter.pause();
    }
  };

  const iterator = Object.setPrototypeOf({
    next() {
      if (values.length > 0) {
        const value = values.shift();
        if (paused && values.length < low) {
          emitter.resume();
          paused = false;
        }
        return Promise.resolve({ value, done: false });
      }
      if (error !== null) {
        const p = Promise.reject(error);
        error = null;
        return p;
      }
      if (finished)
        return close();
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return() {
      return close();
    },
    throw(e) {
      if (!e || !(e instanceof Error))
        throw new codes.ERR_INVALID_ARG_TYPE('EventEmitter.AsyncIterator', 'Error', e);
      onError(e);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  }, Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)));

  listen(event, onEvent);
  if (event !== 'error' && typeof emitter.on === 'function')
    listen('error', onError);
  for (const name of options.close ?? [])
    listen(name, close);
  signal?.addEventListener('abort', onAbort, { once: true });
  return iterator;
}

function getEventListeners(target, type) {
  if (typeof target?.listeners === 'function')
    return target.listeners(type);
  if (isTarget(target))
    return require('internal/event_target').listenersOf(target, type);
  throw new codes.ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], target);
}

function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === 'function')
    return maxOf(target);
  if (isTarget(target))
    return require('internal/event_target').maxListenersOf(target) ?? defaultMax;
  throw new codes.ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], target);
}

EventEmitter.setMaxListeners = function(n = defaultMax, ...targets) {
  validateNumber(n, 'setMaxListeners', 0);
  if (targets.length === 0)
    defaultMax = n;
  for (const target of targets) {
    if (isTarget(target))
      require('internal/event_target').setMaxListenersOf(target, n);
    else if (typeof target?.setMaxListeners === 'function')
      target.setMaxListeners(n);
    else
      throw new codes.ERR_INVALID_ARG_TYPE('eventTargets', ['EventEmitter', 'EventTarget'], target);
  }
};

function addAbortListener(signal, listener) {
  if (signal === undefined)
    throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  validateAbortSignal(signal, 'signal');
  validateFunction(listener, 'listener');
  let remove;
  if (signal.aborted) {
    globalThis.queueMicrotask(() => listener());
  } else {
    signal.addEventListener('abort', listener, { once: true });
    remove = () => signal.removeEventListener('abort', listener);
  }
  return {
    __proto__: null,
    [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
      remove?.();
    },
  };
}

module.exports = EventEmitter;
Object.assign(EventEmitter, {
  addAbortListener, once, on, getEventListeners, getMaxListeners, EventEmitter, usingDomains: false,
  captureRejectionSymbol: kRejection, errorMonitor: kErrorMonitor,
  listenerCount: (emitter, type) => typeof emitter.listenerCount === 'function' ? emitter.listenerCount(type) :
    methods.listenerCount.call(emitter, type),
});
Object.defineProperties(EventEmitter, {
  captureRejections: { configurable: true, enumerable: true, get: () => EventEmitter.prototype[kCapture], set(v) {
    validateBoolean(v, 'EventEmitter.captureRejections');
    EventEmitter.prototype[kCapture] = v;
  } },
  defaultMaxListeners: { enumerable: true, get: () => defaultMax, set(n) {
    validateNumber(n, 'defaultMaxListeners', 0);
    defaultMax = n;
  } },
  EventEmitterAsyncResource: { enumerable: true, configurable: true, get() {
    return class EventEmitterAsyncResource extends EventEmitter {};
  } },
});
