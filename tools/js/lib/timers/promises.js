const timers = require('timers');

function abortable(signal, resolve, reject, start, stop) {
  const { AbortError } = require('internal/errors');
  if (signal?.aborted)
    return reject(new AbortError(undefined, { cause: signal.reason }));
  const onAbort = () => {
    stop();
    reject(new AbortError(undefined, { cause: signal.reason }));
  };
  start(() => {
    signal?.removeEventListener('abort', onAbort);
    resolve();
  });
  signal?.addEventListener('abort', onAbort, { once: true });
}

exports.setTimeout = (ms, value, { signal, ref = true } = {}) => new Promise((resolve, reject) => {
  let timer;
  abortable(signal, () => resolve(value), reject, (done) => {
    timer = timers.setTimeout(done, ms);
    if (!ref)
      timer.unref();
  }, () => timers.clearTimeout(timer));
});

exports.setImmediate = (value, { signal, ref = true } = {}) => new Promise((resolve, reject) => {
  let immediate;
  abortable(signal, () => resolve(value), reject, (done) => {
    immediate = timers.setImmediate(done);
    if (!ref)
      immediate.unref();
  }, () => timers.clearImmediate(immediate));
});

exports.setInterval = async function* (ms, value, options) {
  for (;;) {
    yield await exports.setTimeout(ms, value, options);
  }
};

exports.scheduler = {
  wait: (ms, options) => exports.setTimeout(ms, undefined, options),
  yield: () => exports.setImmediate(),
};
