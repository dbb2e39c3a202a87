// Marks, measures and their observers (W3C "User Timing"), on the engine's clock.
const { codes } = require('internal/errors');
const { validateFunction, validateObject } = require('internal/validators');
const { performance } = globalThis;

const entries = [];
const observers = new Set();

class PerformanceEntry {
  constructor(name, entryType, startTime, duration) { Object.assign(this, { name, entryType, startTime, duration }); }
  toJSON() { return { ...this }; }
}
class PerformanceMark extends PerformanceEntry {
  constructor(name, options = {}) {
    const start = options?.startTime;
    if (start !== undefined && !(Number(start) >= 0))
      throw new codes.ERR_PERFORMANCE_INVALID_TIMESTAMP(start);
    super(`${name}`, 'mark', start ?? performance.now(), 0);
    this.detail = options?.detail === undefined || options.detail === null ? null : structuredClone(options.detail);
  }
}
class PerformanceMeasure extends PerformanceEntry {
  constructor(name, start, duration, detail) {
    super(name, 'measure', start, duration);
    this.detail = detail ?? null;
  }
}

function put(entry, isKept = true) {
  if (isKept)
    entries.push(entry);
  for (const o of observers)
    o._put(entry);
  return entry;
}

function timeOf(mark) {
  if (typeof mark === 'number') {
    if (!(mark >= 0))
      throw new codes.ERR_PERFORMANCE_INVALID_TIMESTAMP(mark);
    return mark;
  }
  const found = entries.findLast((e) => e.entryType === 'mark' && e.name === `${mark}`);
  if (!found)
    throw new DOMException(`The "${mark}" performance mark has not been set`, 'SyntaxError');
  return found.startTime;
}

const sorted = (list) => list.toSorted((a, b) => a.startTime - b.startTime);

const methods = {
  mark: (name, options) => put(new PerformanceMark(name, options)),
  measure(name, startOrOptions, endMark) {
    const o = startOrOptions !== null && typeof startOrOptions === 'object' ? startOrOptions : undefined;
    const { start = o ? undefined : startOrOptions, end = endMark, duration, detail } = o ?? {};
    const to = end !== undefined ? timeOf(end) : duration !== undefined && start !== undefined ? timeOf(start) + duration : performance.now();
    const from = start !== undefined ? timeOf(start) : duration !== undefined ? to - duration : 0;
    return put(new PerformanceMeasure(`${name}`, from, to - from, detail === undefined ? null : structuredClone(detail)));
  },
  getEntries: () => sorted(entries),
  getEntriesByName: (name, type) => sorted(entries.filter((e) => e.name === `${name}` && (type === undefined || e.entryType === type))),
  getEntriesByType: (type) => sorted(entries.filter((e) => e.entryType === type)),
  clearMarks(name) { clear('mark', name); },
  clearMeasures(name) { clear('measure', name); },
  clearResourceTimings() {},
  setResourceTimingBufferSize() {},
  eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
  timerify(fn) {
    validateFunction(fn, 'fn');
    return Object.defineProperties(function (...args) {
      const start = performance.now();
      const r = new.target ? Reflect.construct(fn, args) : Reflect.apply(fn, this, args);
      put(Object.assign(new PerformanceEntry(fn.name, 'function', start, performance.now() - start), { detail: args }), false);
      return r;
    }, { length: { value: fn.length, configurable: true }, name: { value: `timerified ${fn.name}`, configurable: true } });
  },
};

function clear(type, name) {
  for (let i = entries.length - 1; i >= 0; i--) {
    if (entries[i].entryType === type && (name === undefined || entries[i].name === `${name}`))
      entries.splice(i, 1);
  }
}

class PerformanceObserverEntryList {
  #list;
  constructor(list) { this.#list = sorted(list); }
  getEntries() { return [...this.#list]; }
  getEntriesByType(type) { return this.#list.filter((e) => e.entryType === type); }
  getEntriesByName(name, type) { return this.#list.filter((e) => e.name === name && (type === undefined || e.entryType === type)); }
}

class PerformanceObserver {
  static supportedEntryTypes = Object.freeze(['function', 'mark', 'measure']);
  #callback;
  #types = new Set();
  #list = [];
  constructor(callback) {
    validateFunction(callback, 'callback');
    this.#callback = callback;
  }
  observe(options = {}) {
    validateObject(options, 'options');
    if (options.entryTypes === undefined && options.type === undefined)
      throw new codes.ERR_MISSING_ARGS('options.entryTypes', 'options.type');
    if (options.entryTypes)
      this.#types = new Set(options.entryTypes);
    else
      this.#types.add(options.type);
    if (options.type && options.buffered)
      entries.filter((e) => e.entryType === options.type).forEach((e) => this._put(e));
    observers.add(this);
  }
  disconnect() {
    observers.delete(this);
    this.#list = [];
    this.#types.clear();
  }
  takeRecords() { return this.#list.splice(0); }
  _put(entry) {
    if (!this.#types.has(entry.entryType))
      return;
    if (this.#list.push(entry) === 1) {
      setImmediate(() => {
        if (this.#list.length)
          this.#callback(new PerformanceObserverEntryList(this.takeRecords()), this);
      });
    }
  }
}

for (const name of Object.keys(methods))
  Object.defineProperty(performance, name, { value: methods[name], writable: true, configurable: true, enumerable: true });

const none = () => { throw Object.assign(new Error('There are no histograms here'), { code: 'ERR_UNSUPPORTED' }); };

module.exports = { Performance: performance.constructor, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
  monitorEventLoopDelay: none, createHistogram: none, performance, constants: {} };
