// The methods of arrays on Readable: map, filter, reduce…
const { codes, AbortError } = require('internal/errors');
const { validateObject, validateFunction, validateAbortSignal, validateInteger } = require('internal/validators');
const { Readable } = require('internal/streams/readable');

const kEmpty = Symbol('kEmpty'), kEnd = Symbol('kEof');

function check(f, options, name = 'fn') {
  validateFunction(f, name);
  if (options != null)
    validateObject(options, 'options');
  validateAbortSignal(options?.signal, 'options.signal');
}

function map(f, options) {
  check(f, options);
  let concurrency = 1;
  if (options?.concurrency != null)
    concurrency = Math.floor(options.concurrency);
  let highWaterMark = concurrency - 1;
  if (options?.highWaterMark != null)
    highWaterMark = Math.floor(options.highWaterMark);
  validateInteger(concurrency, 'options.concurrency', 1);
  validateInteger(highWaterMark, 'options.highWaterMark', 0);
  highWaterMark += concurrency;

  return async function* map() {
    const controller = new AbortController(), signal = options?.signal ?
      AbortSignal.any([options.signal, controller.signal]) : controller.signal;
    const stream = this, queue = [], signalOptions = { signal };
    let next, resume, done = false, running = 0;
    const onCatch = () => {
      done = true;
      afterOne();
    };
    const afterOne = () => {
      running -= 1;
      maybeResume();
    };
    const maybeResume = () => {
      if (resume && !done && running < concurrency && queue.length < highWaterMark) {
        resume();
        resume = null;
      }
    };
    async function pump() {
      try {
        for await (let v of stream) {
          if (done)
            return;
          if (signal.aborted)
            throw new AbortError();
          try {
            v = f(v, signalOptions);
            if (v === kEmpty)
              continue;
            v = Promise.resolve(v);
          } catch (e) {
            v = Promise.reject(e);
          }
          running += 1;
          v.then(afterOne, onCatch);
          queue.push(v);
          if (next) {
            next();
            next = null;
          }
          if (!done && (queue.length >= highWaterMark || running >= concurrency))
            await new Promise((resolve) => { resume = resolve; });
        }
        queue.push(kEnd);
      } catch (e) {
        const v = Promise.reject(e);
        v.then(afterOne, onCatch);
        queue.push(v);
      } finally {
        done = true;
        if (next) {
          next();
          next = null;
        }
      }
    }
    pump();
    try {
      for (;;) {
        while (queue.length > 0) {
          const v = await queue[0];
          if (v === kEnd)
            return;
          if (signal.aborted)
            throw new AbortError();
          if (v !== kEmpty)
            yield v;
          queue.shift();
          maybeResume();
        }
        await new Promise((resolve) => { next = resolve; });
      }
    } finally {
      done = true;
      controller.abort();
      if (resume) {
        resume();
        resume = null;
      }
    }
  }.call(this);
}

function filter(f, options) {
  check(f, options);
  return map.call(this, async (v, o) => await f(v, o) ? v : kEmpty, options);
}

async function some(f, options = undefined) {
  for await (const _ of filter.call(this, f, options)) // eslint-disable-line no-unused-vars
    return true;
  return false;
}

async function every(f, options = undefined) {
  validateFunction(f, 'fn');
  return !(await some.call(this, async (...args) => !(await f(...args)), options));
}

async function find(f, options) {
  for await (const r of filter.call(this, f, options))
    return r;
  return undefined;
}

async function forEach(f, options) {
  validateFunction(f, 'fn');
  for await (const _ of map.call(this, async (v, o) => { // eslint-disable-line no-unused-vars
    await f(v, o);
    return kEmpty;
  }, options));
}

async function reduce(reducer, initial, options) {
  check(reducer, options, 'reducer');
  let has = arguments.length > 1;
  if (options?.signal?.aborted) {
    const e = new AbortError(undefined, { cause: options.signal.reason });
    this.once('error', () => {});
    await require('internal/streams/eos').finished(this.destroy(e)).catch(() => {});
    throw e;
  }
  const controller = new AbortController(), { signal } = controller;
  options?.signal?.addEventListener('abort', () => controller.abort(), { once: true });
  let got = false;
  try {
    for await (const v of this) {
      got = true;
      if (options?.signal?.aborted)
        throw new AbortError();
      if (has) {
        initial = await reducer(initial, v, { signal });
      } else {
        initial = v;
        has = true;
      }
    }
    if (!got && !has) {
      const e = new TypeError('Reduce of an empty stream requires an initial value');
      e.code = 'ERR_MISSING_ARGS';
      throw e;
    }
  } finally {
    controller.abort();
  }
  return initial;
}

async function toArray(options) {
  if (options != null)
    validateObject(options, 'options');
  validateAbortSignal(options?.signal, 'options.signal');
  const r = [];
  for await (const v of this) {
    if (options?.signal?.aborted)
      throw new AbortError(undefined, { cause: options.signal.reason });
    r.push(v);
  }
  return r;
}

function flatMap(f, options) {
  const values = map.call(this, f, options);
  return async function* flatMap() {
    for await (const v of values)
      yield* v;
  }.call(this);
}

function toCount(n) {
  n = Number(n);
  if (Number.isNaN(n))
    return 0;
  if (n < 0)
    throw new codes.ERR_OUT_OF_RANGE('number', '>= 0', n);
  return n;
}

function drop(number, options = undefined) {
  if (options != null)
    validateObject(options, 'options');
  validateAbortSignal(options?.signal, 'options.signal');
  number = toCount(number);
  return async function* drop() {
    for await (const v of this) {
      if (options?.signal?.aborted)
        throw new AbortError();
      if (number-- <= 0)
        yield v;
    }
  }.call(this);
}

function takeSome(number, options = undefined) {
  if (options != null)
    validateObject(options, 'options');
  validateAbortSignal(options?.signal, 'options.signal');
  number = toCount(number);
  return async function* take() {
    if (options?.signal?.aborted)
      throw new AbortError();
    for await (const v of this) {
      if (options?.signal?.aborted)
        throw new AbortError();
      if (number-- > 0)
        yield v;
      if (number <= 0)
        return;
    }
  }.call(this);
}

function asIndexedPairs(options = undefined) {
  if (options != null)
    validateObject(options, 'options');
  return async function* asIndexedPairs() {
    let i = 0;
    for await (const v of this)
      yield [i++, v];
  }.call(this);
}

function install(to) {
  const define = (name, value) => Object.defineProperty(to, name,
    { value, writable: true, configurable: true, enumerable: false });
  for (const [name, f] of Object.entries({ asIndexedPairs, drop, filter, flatMap, map, take: takeSome })) {
    define(name, { [name](...args) {
      return Readable.from(f.apply(this, args));
    } }[name]);
  }
  define('compose', function compose(stream, options) {
    return require('internal/streams/compose').composeOne.call(this, stream, options);
  });
  for (const [name, f] of Object.entries({ every, forEach, reduce, toArray, some, find })) {
    define(name, { [name](...args) {
      return f.apply(this, args); // an async function: what is wrong rejects
    } }[name]);
  }
}

module.exports = { install };
