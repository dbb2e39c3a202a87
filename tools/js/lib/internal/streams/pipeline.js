// pipeline(): streams, iterables and functions one after the other; one fails, all are destroyed.
const { codes, AbortError } = require('internal/errors');
const { validateFunction, validateAbortSignal } = require('internal/validators');
const { nextTick, isStream, isReadable, isWritable, isDestroyed, isReadableFinished } = require('internal/streams/base');
const { eos } = require('internal/streams/eos');
const { Readable } = require('internal/streams/readable');
const { Duplex, PassThrough } = require('internal/streams/duplex');

const isNode = (v) => isStream(v) && typeof v.on === 'function';
const isIterable = (v) => v != null && (typeof v[Symbol.asyncIterator] === 'function' ||
  typeof v[Symbol.iterator] === 'function');
const isWebReadable = (v) => typeof v?.getReader === 'function';
const isWebWritable = (v) => typeof v?.getWriter === 'function';
const isTransformPair = (v) => isWebReadable(v?.readable) && isWebWritable(v?.writable);

// Watches a stream: {destroy(error), cleanup}.
function watch(stream, reading, writing) {
  let finished = false;
  stream.on('close', () => {
    finished = true;
  });
  const cleanup = eos(stream, { readable: reading, writable: writing }, (e) => {
    finished = !e;
  });
  return {
    destroy(error) {
      if (finished)
        return;
      finished = true;
      if (!isDestroyed(stream))
        stream.destroy(error || new codes.ERR_STREAM_DESTROYED('pipe'));
    },
    cleanup,
  };
}

// Write all that an iterable gives; `finish` is called once.
async function pump(iterable, writable, finish, end) {
  let error, onResolve = null;
  const resume = (e) => {
    if (e)
      error = e;
    if (onResolve) {
      const f = onResolve;
      onResolve = null;
      f();
    }
  };
  const wait = () => new Promise((resolve, reject) => {
    if (error) {
      reject(error);
    } else {
      onResolve = () => {
        if (error)
          reject(error);
        else
          resolve();
      };
    }
  });
  writable.on('drain', resume);
  const cleanup = eos(writable, { readable: false }, resume);
  try {
    if (writable.writableNeedDrain)
      await wait();
    for await (const chunk of iterable) {
      if (!writable.write(chunk))
        await wait();
    }
    if (end) {
      writable.end();
      await wait();
    }
    finish();
  } catch (e) {
    finish(error !== e && error ? require('internal/errors').aggregateTwoErrors(error, e) : e);
  } finally {
    cleanup();
    writable.off('drain', resume);
  }
}

async function pumpToWeb(iterable, writable, finish, end) {
  const writer = writable.getWriter();
  try {
    for await (const chunk of iterable) {
      await writer.ready;
      writer.write(chunk).catch(() => {});
    }
    await writer.ready;
    if (end)
      await writer.close();
    finish();
  } catch (e) {
    try {
      await writer.abort(e);
      finish(e);
    } catch (e2) {
      finish(e2);
    }
  }
}

function pipeline(...streams) {
  const callback = streams.pop();
  validateFunction(callback, 'streams[stream.length - 1]');
  let called = false;
  return pipelineOf(streams, (...args) => {
    if (!called) {
      called = true;
      callback(...args);
    }
  });
}

function pipelineOf(streams, callback, options) {
  if (streams.length === 1 && Array.isArray(streams[0]))
    streams = streams[0];
  if (streams.length < 2)
    throw new codes.ERR_MISSING_ARGS('streams');
  const controller = new AbortController(), { signal } = controller, outer = options?.signal;
  const lastCleanup = [];
  validateAbortSignal(outer, 'options.signal');
  const abort = () => finishOne(new AbortError(undefined, { cause: outer.reason }));
  if (outer)
    outer.addEventListener('abort', abort, { once: true });

  let error, value, waiting = 0;
  const destroys = [];
  const finish = (e) => finishOne(e, --waiting === 0);
  function finishOne(e, isFinal) {
    if (e && (!error || error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      error = e;
    if (!error && !isFinal)
      return;
    while (destroys.length)
      destroys.shift()(error);
    outer?.removeEventListener('abort', abort);
    controller.abort();
    if (isFinal) {
      if (!error)
        lastCleanup.forEach((f) => f());
      nextTick(callback, error, value);
    }
  }

  let ret;
  for (let i = 0; i < streams.length; i++) {
    const stream = streams[i], reading = i < streams.length - 1, writing = i > 0;
    const end = reading || options?.end !== false, isLast = i === streams.length - 1;
    if (isNode(stream)) {
      if (end) {
        const { destroy, cleanup } = watch(stream, reading, writing);
        destroys.push(destroy);
        if (isReadable(stream) && isLast)
          lastCleanup.push(cleanup);
      }
      // What is thrown while a stream is attached is not an event.
      const onError = (e) => {
        if (e && e.name !== 'AbortError' && e.code !== 'ERR_STREAM_PREMATURE_CLOSE')
          finish(e);
      };
      stream.on('error', onError);
      if (isReadable(stream) && isLast)
        lastCleanup.push(() => stream.removeListener('error', onError));
    }
    if (i === 0) {
      if (typeof stream === 'function') {
        ret = stream({ signal });
        if (!isIterable(ret))
          throw new codes.ERR_INVALID_RETURN_VALUE('Iterable, AsyncIterable or Stream', 'source', ret);
      } else if (isIterable(stream) || isNode(stream) || isTransformPair(stream)) {
        ret = stream;
      } else {
        ret = Duplex.from(stream);
      }
    } else if (typeof stream === 'function') {
      ret = stream(isTransformPair(ret) ? ret.readable : asIterable(ret), { signal });
      if (reading) {
        if (!isIterable(ret))
          throw new codes.ERR_INVALID_RETURN_VALUE('AsyncIterable', `transform[${i - 1}]`, ret);
      } else {
        ret = lastFunction(ret);
      }
    } else if (isNode(stream)) {
      attach(ret, stream, i, end);
      ret = stream;
    } else if (isWebWritable(stream) || isTransformPair(stream)) {
      waiting++;
      pumpToWeb(asIterable(isTransformPair(ret) ? ret.readable : ret), stream.writable ?? stream, finish, end);
      ret = stream;
    } else {
      ret = Duplex.from(stream);
    }
  }
  if (signal?.aborted || outer?.aborted)
    nextTick(abort);
  return ret;

  // The last function's result: a promise's value, or what an iterable gives, as a stream.
  function lastFunction(from) {
    const pass = new PassThrough({ objectMode: true });
    const then = from?.then;
    if (typeof then === 'function') {
      waiting++;
      then.call(from, (v) => {
        value = v;
        if (v != null)
          pass.write(v);
        if (options?.end !== false)
          pass.end();
        nextTick(finish);
      }, (e) => {
        pass.destroy(e);
        nextTick(finish, e);
      });
    } else if (isIterable(from)) {
      waiting++;
      pump(from, pass, finish, options?.end !== false);
    } else {
      throw new codes.ERR_INVALID_RETURN_VALUE('AsyncIterable or Promise', 'destination', from);
    }
    const { destroy, cleanup } = watch(pass, false, true);
    destroys.push(destroy);
    lastCleanup.push(cleanup);
    return pass;
  }

  function attach(from, to, i, end) {
    if (isNode(from)) {
      waiting += 2;
      const cleanup = pipe(from, to, finish, end);
      if (isReadable(to) && i === streams.length - 1)
        lastCleanup.push(cleanup);
    } else if (isTransformPair(from) || isWebReadable(from)) {
      waiting++;
      pump(from.readable ?? from, to, finish, end);
    } else if (isIterable(from)) {
      waiting++;
      pump(from, to, finish, end);
    } else {
      throw new codes.ERR_INVALID_ARG_TYPE('val', ['Readable', 'Iterable', 'AsyncIterable', 'ReadableStream',
        'TransformStream'], from);
    }
  }
}

// What a function is given to read from.
function asIterable(v) {
  if (isIterable(v))
    return v;
  return isNode(v) ? Readable.prototype[Symbol.asyncIterator].call(v) : v;
}

function pipe(src, dest, finish, end) {
  let ended = false;
  dest.on('close', () => {
    if (!ended)
      finish(new codes.ERR_STREAM_PREMATURE_CLOSE());
  });
  src.pipe(dest, { end: false }); // it is ended here, so that it is known
  if (end) {
    const endDest = () => {
      ended = true;
      dest.end();
    };
    if (isReadableFinished(src))
      nextTick(endDest);
    else
      src.once('end', endDest);
  } else {
    finish();
  }
  eos(src, { readable: true, writable: false }, (e) => {
    const r = src._readableState;
    if (e?.code === 'ERR_STREAM_PREMATURE_CLOSE' && r?.ended && !r.errored && !r.errorEmitted)
      src.once('end', finish).once('error', finish); // some streams close before they end
    else
      finish(e);
  });
  return eos(dest, { readable: false, writable: true }, finish);
}

function pipelinePromise(...streams) {
  return new Promise((resolve, reject) => {
    const last = streams[streams.length - 1];
    let options;
    if (last && typeof last === 'object' && !isNode(last) && !isIterable(last) && !isWebReadable(last) &&
        !isWebWritable(last) && !isTransformPair(last))
      options = streams.pop();
    pipelineOf(streams, (e, value) => {
      if (e)
        reject(e);
      else
        resolve(value);
    }, { signal: options?.signal, end: options?.end });
  });
}

module.exports = { pipeline, pipelinePromise, isWritable, isWebReadable, isWebWritable };
