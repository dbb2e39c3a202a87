// finished(): tell when a stream has ended, failed or closed, however it does that; and abort signals.
const { codes, AbortError } = require('internal/errors');
const { validateFunction, validateObject, validateAbortSignal, validateBoolean } = require('internal/validators');
const { nextTick, isReadable, isWritable, isReadableFinished, isWritableFinished, isStream } =
  require('internal/streams/base');

const isRequest = (s) => s.setHeader && typeof s.abort === 'function';
const nop = () => {};
const isWeb = (s) => typeof s?.getReader === 'function' || typeof s?.getWriter === 'function';

function once(f) {
  let called = false;
  return function(...args) {
    if (!called) {
      called = true;
      f.apply(this, args);
    }
  };
}

function eos(stream, options, callback) {
  if (arguments.length === 2) {
    callback = options;
    options = {};
  } else if (options == null) {
    options = {};
  } else {
    validateObject(options, 'options');
  }
  validateFunction(callback, 'callback');
  validateAbortSignal(options.signal, 'options.signal');
  callback = once(callback);
  if (isWeb(stream))
    return eosWeb(stream, callback);
  if (!isStream(stream))
    throw new codes.ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);

  const readable = options.readable ?? isReadable(stream), writable = options.writable ?? isWritable(stream);
  const w = stream._writableState, r = stream._readableState;
  const onlegacyfinish = () => {
    if (!stream.writable)
      onfinish();
  };
  // Will there be a 'close' to wait for?
  let willEmitClose = Boolean((!w || w.autoDestroy) && (!r || r.autoDestroy) && (w || r) &&
    (w?.emitClose || r?.emitClose) && !(w || r).closed) &&
    isReadable(stream) === Boolean(readable) && isWritable(stream) === Boolean(writable);

  let writableFinished = isWritableFinished(stream, false);
  function onfinish() {
    writableFinished = true;
    if (stream.destroyed)
      willEmitClose = false;
    if (willEmitClose && (!stream.readable || readable))
      return;
    if (!readable || readableFinished)
      callback.call(stream);
  }

  let readableFinished = isReadableFinished(stream, false);
  function onend() {
    readableFinished = true;
    if (stream.destroyed)
      willEmitClose = false;
    if (willEmitClose && (!stream.writable || writable))
      return;
    if (!writable || writableFinished)
      callback.call(stream);
  }

  const onerror = (e) => callback.call(stream, e);
  let closed = Boolean(w?.closed || r?.closed);
  function onclose() {
    closed = true;
    const errored = w?.errored || r?.errored;
    if (errored && typeof errored !== 'boolean')
      return callback.call(stream, errored);
    if (readable && !readableFinished && isReadable(stream) && !isReadableFinished(stream, false))
      return callback.call(stream, new codes.ERR_STREAM_PREMATURE_CLOSE());
    if (writable && !writableFinished && !isWritableFinished(stream, false))
      return callback.call(stream, new codes.ERR_STREAM_PREMATURE_CLOSE());
    callback.call(stream);
  }
  function onclosed() {
    closed = true;
    const errored = w?.errored || r?.errored;
    if (errored && typeof errored !== 'boolean')
      return callback.call(stream, errored);
    callback.call(stream);
  }
  const onrequest = () => stream.req.on('finish', onfinish);

  const listeners = [];
  const listen = (name, f) => {
    stream.on(name, f);
    listeners.push([name, f]);
  };
  if (isRequest(stream)) {
    listen('complete', onfinish);
    if (!willEmitClose)
      listen('abort', onclose);
    if (stream.req)
      onrequest();
    else
      listen('request', onrequest);
  } else if (writable && !w) { // a stream of the first kind
    listen('end', onlegacyfinish);
    listen('close', onlegacyfinish);
  }
  if (!willEmitClose && typeof stream.aborted === 'boolean')
    listen('aborted', onclose);
  listen('end', onend);
  listen('finish', onfinish);
  if (options.error !== false)
    listen('error', onerror);
  listen('close', onclose);

  if (closed)
    nextTick(onclose);
  else if (w?.errorEmitted || r?.errorEmitted) {
    if (!willEmitClose)
      nextTick(onclosed);
  } else if (!readable && (!willEmitClose || stream.readable) && (writableFinished || stream.writable === false)) {
    nextTick(onclosed);
  } else if (!writable && (!willEmitClose || stream.writable) && (readableFinished || stream.readable === false)) {
    nextTick(onclosed);
  } else if (r && stream.req && stream.aborted) {
    nextTick(onclosed);
  }

  const cleanup = () => {
    callback = nop;
    for (const [name, f] of listeners)
      stream.removeListener(name, f);
  };
  if (options.signal && !closed) {
    const abort = () => {
      const end = callback; // cleanup takes it away
      cleanup();
      end.call(stream, new AbortError(undefined, { cause: options.signal.reason }));
    };
    if (options.signal.aborted) {
      nextTick(abort);
    } else {
      const original = callback;
      options.signal.addEventListener('abort', abort, { once: true });
      callback = once((...args) => {
        options.signal.removeEventListener('abort', abort);
        original.apply(stream, args);
      });
    }
  }
  return cleanup;
}

function eosWeb(stream, callback) {
  let done = (e) => nextTick(callback, e);
  require('internal/streams/web_adapters').closedOf(stream).then(() => done(), (e) => done(e));
  return () => {
    done = nop;
  };
}

function finished(stream, options) {
  let autoCleanup = false;
  options ??= {};
  if (options.cleanup) {
    validateBoolean(options.cleanup, 'cleanup');
    autoCleanup = options.cleanup;
  }
  return new Promise((resolve, reject) => {
    const cleanup = eos(stream, options, (e) => {
      if (autoCleanup)
        cleanup();
      if (e)
        reject(e);
      else
        resolve();
    });
  });
}

function addAbortSignal(signal, stream) {
  const onAbort = () => stream.destroy(new AbortError(undefined, { cause: signal.reason }));
  if (signal.aborted) {
    onAbort();
  } else {
    signal.addEventListener('abort', onAbort, { once: true });
    eos(stream, () => signal.removeEventListener('abort', onAbort));
  }
  return stream;
}

function checkedAddAbortSignal(signal, stream) {
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal))
    throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  if (!isStream(stream) && !isWeb(stream))
    throw new codes.ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);
  return addAbortSignal(signal, stream);
}

module.exports = { eos, finished, addAbortSignal, checkedAddAbortSignal };
