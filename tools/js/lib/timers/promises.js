// Timers that are promises. What is wrong with their options rejects them.
const timers = require('timers');

function optionsOf(options) {
  const { validateAbortSignal, validateBoolean, validateObject } = require('internal/validators');
  if (options === undefined)
    return { ref: true };
  validateObject(options, 'options');
  const { signal, ref = true } = options;
  validateAbortSignal(signal, 'options.signal');
  validateBoolean(ref, 'options.ref');
  return { signal, ref };
}

const aborted = (signal) => {
  const { AbortError } = require('internal/errors');
  return new AbortError(undefined, { cause: signal.reason });
};

// The promise of a timer: start(done) makes it, stop(timer) takes it back.
async function wait(options, start, stop, value) {
  const { signal, ref } = optionsOf(options);
  if (signal?.aborted)
    throw aborted(signal);
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stop(timer);
      reject(aborted(signal));
    };
    const timer = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref)
      timer.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

exports.setTimeout = function setTimeout(ms, value, options) {
  return wait(options, (done) => timers.setTimeout(done, ms), timers.clearTimeout, value);
};

exports.setImmediate = function setImmediate(value, options) {
  return wait(options, timers.setImmediate, timers.clearImmediate, value);
};

exports.setInterval = async function* setInterval(ms, value, options) {
  const { signal, ref } = optionsOf(options);
  if (signal?.aborted)
    throw aborted(signal);
  let due = 0, wake;
  const timer = timers.setInterval(() => {
    due++;
    wake?.();
  }, ms);
  if (!ref)
    timer.unref();
  const onAbort = () => {
    timers.clearInterval(timer);
    wake?.();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal?.aborted) {
      if (due === 0)
        await new Promise((resolve) => { wake = resolve; });
      for (; due > 0; due--)
        yield value;
    }
    throw aborted(signal);
  } finally {
    timers.clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  }
};

exports.scheduler = {
  wait: (ms, options) => exports.setTimeout(ms, undefined, options),
  yield: () => exports.setImmediate(),
};
