// Streams made of others: compose() and Duplex.from().
const { codes, AbortError } = require('internal/errors');
const { nextTick, destroyer, isStream, isReadable, isWritable } = require('internal/streams/base');
const { eos } = require('internal/streams/eos');
const { Readable, from } = require('internal/streams/readable');
const { Duplex } = require('internal/streams/duplex');

const isNode = (v) => isStream(v) && typeof v.on === 'function';

// One Duplex of a readable and a writable stream, either may be missing.
function pair({ readable, writable }) {
  const r = readable && typeof readable.read !== 'function' ? Readable.wrap(readable) : readable, w = writable;
  let onFinish, onDrain, onReadable, onClose;
  const d = new Duplex({
    readableObjectMode: Boolean(r?.readableObjectMode), writableObjectMode: Boolean(w?.writableObjectMode),
    readable: Boolean(r), writable: Boolean(w),
  });
  function done(e) {
    const f = onClose;
    onClose = null;
    if (f)
      f(e);
    else if (e)
      d.destroy(e);
  }
  if (w) {
    eos(w, { readable: false }, (e) => {
      if (e)
        destroyer(r, e);
      done(e);
    });
    d._write = (chunk, encoding, callback) => {
      if (w.write(chunk, encoding))
        callback();
      else
        onDrain = callback;
    };
    d._final = (callback) => {
      w.end();
      onFinish = callback;
    };
    w.on('drain', () => {
      const f = onDrain;
      onDrain = null;
      f?.();
    });
    w.on('finish', () => {
      const f = onFinish;
      onFinish = null;
      f?.();
    });
  }
  if (r) {
    eos(r, { writable: false }, (e) => {
      if (e)
        destroyer(r, e);
      done(e);
    });
    r.on('readable', () => {
      const f = onReadable;
      onReadable = null;
      f?.();
    });
    r.on('end', () => d.push(null));
    d._read = () => {
      for (;;) {
        const chunk = r.read();
        if (chunk === null) {
          onReadable = d._read;
          return;
        }
        if (!d.push(chunk))
          return;
      }
    };
  }
  d._destroy = (error, callback) => {
    if (!error && onClose !== null && (r && !r.readableEnded || w && !w.writableFinished))
      error = new AbortError();
    onReadable = onDrain = onFinish = null;
    if (onClose === null) {
      callback(error);
    } else {
      onClose = callback;
      destroyer(w, error);
      destroyer(r, error);
    }
  };
  return d;
}

// A function of an async iterable as the iterable it makes and the stream that feeds it.
function feed(f) {
  let resolveNext, promise = new Promise((resolve) => { resolveNext = resolve; });
  const controller = new AbortController(), { signal } = controller;
  const value = f(async function* () {
    for (;;) {
      const current = promise;
      promise = null;
      const { chunk, done, callback } = await current;
      nextTick(callback);
      if (done)
        return;
      if (signal.aborted)
        throw new AbortError(undefined, { cause: signal.reason });
      promise = new Promise((resolve) => { resolveNext = resolve; });
      yield chunk;
    }
  }(), { signal });
  return {
    value,
    write(chunk, encoding, callback) {
      resolveNext({ chunk, done: false, callback });
    },
    final(callback) {
      resolveNext({ done: true, callback });
    },
    destroy(error, callback) {
      controller.abort();
      callback(error);
    },
  };
}

function duplexFrom(body, name = 'body') {
  if (body instanceof Duplex)
    return body;
  if (isNode(body) && !(isReadable(body) && isWritable(body)))
    return isWritable(body) ? pair({ writable: body }) : pair({ readable: body });
  if (isNode(body))
    return pair({ readable: body, writable: body });
  if (typeof body === 'function') {
    const { value, write, final, destroy } = feed(body);
    if (value?.[Symbol.asyncIterator] || value?.[Symbol.iterator]) {
      const d = from(value, { objectMode: true });
      return asDuplex(d, { write, final, destroy });
    }
    if (typeof value?.then === 'function') {
      let d;
      const promise = value.then((v) => {
        if (v != null)
          throw new codes.ERR_INVALID_RETURN_VALUE('nully', 'body', v);
      }, (e) => destroyer(d, e));
      return d = new Duplex({ objectMode: true, readable: false, write, final(callback) {
        final(() => promise.then(() => nextTick(callback, null), (e) => nextTick(callback, e)));
      }, destroy });
    }
    throw new codes.ERR_INVALID_RETURN_VALUE('Iterable, AsyncIterable or AsyncFunction', name, value);
  }
  if (typeof body?.arrayBuffer === 'function')
    return duplexFrom(body.arrayBuffer());
  if (typeof body?.getReader === 'function')
    return pair({ readable: Readable.fromWeb(body) });
  if (typeof body?.getWriter === 'function')
    return pair({ writable: require('internal/streams/writable').Writable.fromWeb(body) });
  if (body?.[Symbol.asyncIterator] || body?.[Symbol.iterator])
    return asDuplex(from(body, { objectMode: true }), null);
  if (typeof body?.writable === 'object' || typeof body?.readable === 'object') {
    const side = (v) => v && (isNode(v) ? v : duplexFrom(v));
    return pair({ readable: side(body.readable), writable: side(body.writable) });
  }
  if (typeof body?.then === 'function') {
    const d = new Duplex({ objectMode: true, writable: false, read() {} });
    body.then((v) => {
      if (v != null)
        d.push(v);
      d.push(null);
    }, (e) => destroyer(d, e));
    return d;
  }
  throw new codes.ERR_INVALID_ARG_TYPE(name, ['Blob', 'ReadableStream', 'WritableStream', 'Stream', 'Iterable',
    'AsyncIterable', 'Function', '{ readable, writable } pair', 'Promise'], body);
}

// A duplex that reads from r and, where there is a sink, writes to that.
function asDuplex(r, sink) {
  if (!sink)
    return pair({ readable: r });
  const d = new Duplex({ objectMode: true, highWaterMark: 1, write: sink.write, final: sink.final, read() {
    r.resume();
  }, destroy(error, callback) {
    sink.destroy(error, () => {
      destroyer(r, error);
      callback(error);
    });
  } });
  r.on('data', (chunk) => {
    if (!d.push(chunk))
      r.pause();
  });
  r.pause();
  r.on('end', () => d.push(null));
  r.on('error', (e) => d.destroy(e));
  return d;
}

function compose(...streams) {
  if (streams.length === 0)
    throw new codes.ERR_MISSING_ARGS('streams');
  if (streams.length === 1)
    return duplexFrom(streams[0]);
  const original = [...streams];
  if (typeof streams[0] === 'function')
    streams[0] = duplexFrom(streams[0]);
  const last = streams.length - 1;
  if (typeof streams[last] === 'function')
    streams[last] = duplexFrom(streams[last]);
  for (let n = 0; n < streams.length; ++n) {
    if (!isNode(streams[n]))
      continue;
    if (n < last && !isReadable(streams[n]))
      throw new codes.ERR_INVALID_ARG_VALUE(`streams[${n}]`, original[n], 'must be readable');
    if (n > 0 && !isWritable(streams[n]))
      throw new codes.ERR_INVALID_ARG_VALUE(`streams[${n}]`, original[n], 'must be writable');
  }
  let d; // eslint-disable-line prefer-const
  const tail = require('internal/streams/pipeline').pipeline(...streams, (e) => {
    if (e)
      d.destroy(e);
  });
  const head = streams[0];
  d = pair({ readable: isReadable(tail) ? tail : undefined, writable: isWritable(head) ? head : undefined });
  return d;
}

function composeOne(stream, options) {
  if (options?.signal)
    require('internal/streams/eos').addAbortSignal(options.signal, this);
  if (isNode(stream) && !isWritable(stream))
    throw new codes.ERR_INVALID_ARG_VALUE('stream', stream, 'must be writable');
  return compose(this, stream);
}

module.exports = { compose, composeOne, duplexFrom };
