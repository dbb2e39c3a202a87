// What runs once, when the snapshot is made: the loader of the library's own files, the globals, and the
// ways a process begins (`tool`, `program`, `own`: main.c).
const { core } = internal;

const cache = Object.create(null);

// A file of the library by its name ("fs", "internal/loop"); undefined: there is none.
function load(name) {
  const known = cache[name];
  if (known)
    return known.exports;
  const fn = core.library(name);
  if (fn === undefined)
    return undefined;
  const m = cache[name] = { exports: {} };
  fn.call(undefined, m.exports, load, m, internal);
  return m.exports;
}

// ---- globals ------------------------------------------------------------------------------------------------

// What for … in finds of the globals, as in Node.
const SEEN = ['global', 'clearImmediate', 'setImmediate', 'clearInterval', 'clearTimeout', 'setInterval', 'setTimeout',
  'queueMicrotask', 'structuredClone', 'atob', 'btoa', 'performance', 'fetch', 'crypto'];

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: SEEN.includes(name) });
}

// Made at the first use.
function lazily(name, file, key = name) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: SEEN.includes(name),
    get() {
      const value = key === null ? load(file) : load(file)[key];
      define(name, value);
      return value;
    },
    set(value) { define(name, value); },
  });
}

define('global', globalThis);
Object.defineProperty(globalThis, Symbol.toStringTag, { value: 'global', configurable: true });
load('internal/stack');
const loop = load('internal/loop');
const timers = load('timers');
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'])
  define(name, timers[name]);
define('queueMicrotask', function queueMicrotask(callback) {
  if (typeof callback !== 'function') {
    const { codes } = load('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
  }
  core.queue(loop.bound(callback));
});
for (const name of ['mark', 'measure', 'getEntries', 'getEntriesByName', 'getEntriesByType', 'clearMarks', 'clearMeasures', 'timerify', 'eventLoopUtilization']) {
  Object.defineProperty(performance, name, { writable: true, configurable: true, enumerable: true,
    value(...args) { return load('perf_hooks').performance[name](...args); } });
}
for (const name of ['PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure', 'PerformanceObserver', 'PerformanceObserverEntryList'])
  lazily(name, 'perf_hooks');
lazily('tools', 'internal/tools');
for (const name of ['process', 'console'])
  lazily(name, name, null);
for (const name of ['Buffer', 'atob', 'btoa', 'Blob', 'File'])
  lazily(name, 'buffer');
for (const name of ['URL', 'URLSearchParams'])
  lazily(name, 'url');
for (const name of ['TextEncoder', 'TextDecoder'])
  lazily(name, 'internal/encoding');
for (const name of ['AbortController', 'AbortSignal'])
  lazily(name, 'internal/abort');
for (const name of ['EventTarget', 'Event', 'CustomEvent'])
  lazily(name, 'internal/event_target');
for (const name of ['fetch', 'Request', 'Response', 'Headers', 'FormData'])
  lazily(name, 'internal/fetch');
for (const name of ['ReadableStream', 'WritableStream', 'TransformStream', 'TextEncoderStream', 'TextDecoderStream',
  'CompressionStream', 'DecompressionStream', 'CountQueuingStrategy', 'ByteLengthQueuingStrategy', 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader',
  'ReadableStreamDefaultController', 'ReadableByteStreamController', 'WritableStreamDefaultWriter',
  'WritableStreamDefaultController', 'TransformStreamDefaultController'])
  lazily(name, 'stream/web');
lazily('structuredClone', 'internal/structured_clone');
for (const name of ['MessageChannel', 'MessageEvent', 'MessagePort', 'BroadcastChannel'])
  lazily(name, 'internal/message_channel');
lazily('Intl', 'internal/intl', null);
for (const name of ['crypto', 'Crypto', 'CryptoKey', 'SubtleCrypto'])
  lazily(name, 'internal/webcrypto');

// What is said as in some place of the world, which the engine has not; its own stays where a sandbox asks for nothing special.
function saying(prototype, methods) {
  for (const name of Object.keys(methods))
    Object.defineProperty(prototype, name, { value: methods[name], writable: true, configurable: true, enumerable: false });
}
const numberOf = Number.prototype.valueOf, bigintOf = BigInt.prototype.valueOf, timeOf = Date.prototype.getTime;
saying(Number.prototype, { toLocaleString(...args) { return load('internal/intl_number').toLocaleString(numberOf.call(this), args[1]); } });
saying(BigInt.prototype, { toLocaleString(...args) { return load('internal/intl_number').toLocaleString(bigintOf.call(this), args[1]); } });
saying(Date.prototype, {
  toLocaleString(...args) { return load('internal/intl_date').toLocaleString(timeOf.call(this), args[1], 'any', 'all'); },
  toLocaleDateString(...args) { return load('internal/intl_date').toLocaleString(timeOf.call(this), args[1], 'date', 'date'); },
  toLocaleTimeString(...args) { return load('internal/intl_date').toLocaleString(timeOf.call(this), args[1], 'time', 'time'); },
});
saying(String.prototype, {
  localeCompare(that, ...more) {
    if (this === undefined || this === null)
      throw new TypeError('String.prototype.localeCompare called on null or undefined');
    const a = `${this}`, b = `${that}`;
    return more[1] === undefined ? load('internal/collate').compare(a, b) : new (load('internal/intl').Collator)(...more).compare(a, b);
  },
});

// Helpers of iterators call each other without a look at the stack; as functions of JavaScript they get one.
{
  const prototype = Object.getPrototypeOf([].values().map(() => 0));
  const native = prototype.next, { apply } = Reflect;
  Object.defineProperty(prototype, 'next', { writable: true, configurable: true, enumerable: false,
    value: { next() { return apply(native, this, []); } }.next });
}

core.setRejectionTracker(loop.track);
const loader = load('internal/loader');
core.setModuleHooks(loader.hookResolve, loader.hookLoad, loader.hookMeta);

// What most programs use is loaded here, so that it is part of the snapshot.
for (const name of ['process', 'path', 'internal/stdio', 'internal/run', 'internal/tools', 'console'])
  load(name);

const run = load('internal/run');
run.warm();
exports.tool = run.tool;
exports.program = run.program;
exports.own = () => load('internal/own').run();
