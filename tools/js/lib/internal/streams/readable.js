// Readable: a source of chunks, pulled by read() and 'readable' or flowing by 'data'.
const EE = require('events');
const { Buffer } = require('buffer');
const { codes, aggregateTwoErrors } = require('internal/errors');
const {
  Stream, encodingOf, nextTick, prepend, highWaterMarkOf, destroy, undestroy, errorOrDestroy, construct, destroyer,
} = require('internal/streams/base');

const kPaused = Symbol('kPaused');
const nop = () => {};

function ReadableState(options, stream, isDuplex) {
  isDuplex ??= stream instanceof require('internal/streams/duplex').Duplex;
  this.objectMode = Boolean(options?.objectMode || isDuplex && options?.readableObjectMode);
  this.highWaterMark = highWaterMarkOf(this.objectMode, options, 'readableHighWaterMark', isDuplex);
  this.buffer = [];
  this.bufferIndex = 0;
  this.length = 0;
  this.pipes = [];
  this.flowing = null;
  this.ended = false;
  this.endEmitted = false;
  this.reading = false;
  this.constructed = true;
  this.sync = true;
  this.needReadable = false;
  this.emittedReadable = false;
  this.readableListening = false;
  this.resumeScheduled = false;
  this.errorEmitted = false;
  this.emitClose = options?.emitClose !== false;
  this.autoDestroy = options?.autoDestroy !== false;
  this.destroyed = false;
  this.errored = null;
  this.closed = false;
  this.closeEmitted = false;
  this.defaultEncoding = encodingOf(options?.defaultEncoding);
  this.awaitDrainWriters = new Set();
  this.readingMore = false;
  this.dataEmitted = false;
  this.decoder = null;
  this.encoding = null;
  this[kPaused] = null;
  if (options?.encoding)
    setDecoder(this, options.encoding);
}

function setDecoder(state, encoding) {
  const { StringDecoder } = require('string_decoder');
  state.decoder = new StringDecoder(encoding);
  state.encoding = state.decoder.encoding;
}

function Readable(options) {
  if (!(this instanceof Readable))
    return new Readable(options);
  const isDuplex = this instanceof require('internal/streams/duplex').Duplex;
  this._readableState = new ReadableState(options, this, isDuplex);
  if (options) {
    for (const k of ['read', 'destroy', 'construct']) {
      if (typeof options[k] === 'function')
        this[`_${k}`] = options[k];
    }
    if (options.signal && !isDuplex)
      require('internal/streams/eos').addAbortSignal(options.signal, this);
  }
  Stream.call(this, options);
  construct(this, () => {
    if (this._readableState.needReadable)
      maybeReadMore(this, this._readableState);
  });
}
Object.setPrototypeOf(Readable.prototype, Stream.prototype);
Object.setPrototypeOf(Readable, Stream);
Readable.ReadableState = ReadableState;

const proto = Readable.prototype;
proto.destroy = destroy;
proto._undestroy = undestroy;
proto._destroy = function(error, callback) {
  callback(error);
};
proto[EE.captureRejectionSymbol] = function(error) {
  this.destroy(error);
};
if (Symbol.asyncDispose) {
  proto[Symbol.asyncDispose] = function() {
    let error = null;
    if (!this.destroyed)
      this.destroy(error = this.readableEnded ? null : new (require('internal/errors').AbortError)());
    return new Promise((resolve, reject) => require('internal/streams/eos').eos(this,
      (e) => e && e !== error ? reject(e) : resolve(null)));
  };
}

// ---- the buffer ----

function shift(state) {
  const chunk = state.buffer[state.bufferIndex];
  state.buffer[state.bufferIndex++] = null;
  if (state.bufferIndex === state.buffer.length) {
    state.buffer.length = 0;
    state.bufferIndex = 0;
  } else if (state.bufferIndex > 1024) {
    state.buffer.splice(0, state.bufferIndex);
    state.bufferIndex = 0;
  }
  return chunk;
}

function unshift(state, chunk) {
  if (state.bufferIndex > 0)
    state.buffer[--state.bufferIndex] = chunk;
  else
    state.buffer.unshift(chunk);
}

const first = (state) => state.buffer[state.bufferIndex];

// n units from the front (n <= state.length).
function take(n, state) {
  if (state.length === 0)
    return null;
  if (state.objectMode)
    return shift(state);
  const join = (list) => state.decoder ? list.join('') : list.length === 1 ? list[0] : Buffer.concat(list);
  if (!n || n >= state.length) {
    const r = join(state.buffer.slice(state.bufferIndex));
    state.buffer.length = 0;
    state.bufferIndex = 0;
    return r;
  }
  const list = [];
  while (n > 0) {
    const chunk = first(state);
    if (chunk.length <= n) {
      list.push(shift(state));
      n -= chunk.length;
    } else {
      list.push(chunk.slice(0, n));
      state.buffer[state.bufferIndex] = chunk.slice(n);
      n = 0;
    }
  }
  return join(list);
}

// ---- pushing ----

proto.push = function(chunk, encoding) {
  return addAny(this, chunk, encoding, false);
};

proto.unshift = function(chunk, encoding) {
  return addAny(this, chunk, encoding, true);
};

function addAny(stream, chunk, encoding, toFront) {
  const state = stream._readableState;
  let error;
  if (!state.objectMode) {
    if (typeof chunk === 'string') {
      encoding ||= state.defaultEncoding;
      if (state.encoding !== encoding) {
        chunk = Buffer.from(chunk, encoding);
        if (toFront && state.encoding)
          chunk = chunk.toString(state.encoding); // it has been decoded
        else
          encoding = '';
      }
    } else if (ArrayBuffer.isView(chunk)) {
      if (!Buffer.isBuffer(chunk))
        chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      encoding = '';
    } else if (chunk != null) {
      error = new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk);
    }
  }
  if (error) {
    errorOrDestroy(stream, error);
  } else if (chunk === null) {
    state.reading = false;
    onEnd(stream, state);
  } else if (state.objectMode || chunk?.length > 0) {
    if (!addChunk(stream, state, chunk, encoding, toFront))
      return false;
  } else if (!toFront) {
    state.reading = false;
    maybeReadMore(stream, state);
  }
  return !state.ended && (state.length < state.highWaterMark || state.length === 0);
}

function addChunk(stream, state, chunk, encoding, toFront) {
  if (toFront) {
    if (state.endEmitted)
      errorOrDestroy(stream, new codes.ERR_STREAM_UNSHIFT_AFTER_END_EVENT());
    else if (state.destroyed || state.errored)
      return false;
    else
      put(stream, state, chunk, true);
  } else if (state.ended) {
    errorOrDestroy(stream, new codes.ERR_STREAM_PUSH_AFTER_EOF());
  } else if (state.destroyed || state.errored) {
    return false;
  } else {
    state.reading = false;
    if (state.decoder && !encoding) {
      chunk = state.decoder.write(chunk);
      if (!state.objectMode && chunk.length === 0) {
        maybeReadMore(stream, state);
        return true;
      }
    }
    put(stream, state, chunk, false);
  }
  return true;
}

function put(stream, state, chunk, toFront) {
  if (state.flowing && state.length === 0 && !state.sync && stream.listenerCount('data') > 0) {
    state.awaitDrainWriters.clear();
    state.dataEmitted = true;
    stream.emit('data', chunk);
  } else {
    state.length += state.objectMode ? 1 : chunk.length;
    if (toFront)
      unshift(state, chunk);
    else
      state.buffer.push(chunk);
    if (state.needReadable)
      emitReadable(stream);
  }
  maybeReadMore(stream, state);
}

function onEnd(stream, state) {
  if (state.ended)
    return;
  const rest = state.decoder?.end();
  if (rest?.length) {
    state.buffer.push(rest);
    state.length += state.objectMode ? 1 : rest.length;
  }
  state.ended = true;
  if (state.sync) {
    emitReadable(stream);
  } else {
    state.needReadable = false;
    state.emittedReadable = true;
    emitReadableNow(stream);
  }
}

proto.isPaused = function() {
  return this._readableState[kPaused] === true || this._readableState.flowing === false;
};

proto.setEncoding = function(encoding) {
  const state = this._readableState;
  setDecoder(state, encoding);
  let content = '';
  for (const chunk of state.buffer.slice(state.bufferIndex))
    content += state.decoder.write(chunk);
  state.buffer = content === '' ? [] : [content];
  state.bufferIndex = 0;
  state.length = content.length;
  return this;
};

// ---- reading ----

const MAX_HWM = 0x40000000;

function grownHighWaterMark(n) {
  if (n > MAX_HWM)
    throw new codes.ERR_OUT_OF_RANGE('size', '<= 1GiB', n);
  return 2 ** Math.ceil(Math.log2(n));
}

function howMuch(n, state) {
  if (n <= 0 || state.length === 0 && state.ended)
    return 0;
  if (state.objectMode)
    return 1;
  if (Number.isNaN(n))
    return state.flowing && state.length ? first(state).length : state.length;
  return n <= state.length ? n : state.ended ? state.length : 0;
}

proto.read = function(n) {
  const state = this._readableState;
  n = n === undefined ? NaN : Number.isInteger(n) ? n : Number.parseInt(n, 10);
  const wanted = n;
  if (n > state.highWaterMark)
    state.highWaterMark = grownHighWaterMark(n);
  if (n !== 0)
    state.emittedReadable = false;
  if (n === 0 && state.needReadable && (state.ended ||
      (state.highWaterMark !== 0 ? state.length >= state.highWaterMark : state.length > 0))) {
    if (state.length === 0 && state.ended)
      endReadable(this);
    else
      emitReadable(this);
    return null;
  }
  n = howMuch(n, state);
  if (n === 0 && state.ended) {
    if (state.length === 0)
      endReadable(this);
    return null;
  }
  const isLow = state.needReadable || state.length === 0 || state.length - n < state.highWaterMark;
  if (isLow && !state.ended && !state.reading && !state.destroyed && !state.errored && state.constructed) {
    state.reading = true;
    state.sync = true;
    if (state.length === 0)
      state.needReadable = true;
    try {
      this._read(state.highWaterMark);
    } catch (e) {
      errorOrDestroy(this, e);
    }
    state.sync = false;
    if (!state.reading)
      n = howMuch(wanted, state);
  }
  const r = n > 0 ? take(n, state) : null;
  if (r === null) {
    state.needReadable = state.length <= state.highWaterMark;
    n = 0;
  } else {
    state.length -= n;
    state.awaitDrainWriters.clear();
  }
  if (state.length === 0) {
    if (!state.ended)
      state.needReadable = true;
    if (wanted !== n && state.ended)
      endReadable(this);
  }
  if (r !== null && !state.errored && !state.closeEmitted) {
    state.dataEmitted = true;
    this.emit('data', r);
  }
  return r;
};

proto._read = function() {
  throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_read()');
};

function emitReadable(stream) {
  const state = stream._readableState;
  state.needReadable = false;
  if (!state.emittedReadable) {
    state.emittedReadable = true;
    nextTick(emitReadableNow, stream);
  }
}

function emitReadableNow(stream) {
  const state = stream._readableState;
  if (!state.destroyed && !state.errored && (state.length || state.ended)) {
    stream.emit('readable');
    state.emittedReadable = false;
  }
  state.needReadable = !state.flowing && !state.ended && state.length <= state.highWaterMark;
  flow(stream);
}

function maybeReadMore(stream, state) {
  if (!state.readingMore && state.constructed) {
    state.readingMore = true;
    nextTick(readMore, stream, state);
  }
}

function readMore(stream, state) {
  while (!state.reading && !state.ended &&
      (state.length < state.highWaterMark || state.flowing && state.length === 0)) {
    const before = state.length;
    stream.read(0);
    if (before === state.length)
      break;
  }
  state.readingMore = false;
}

function endReadable(stream) {
  const state = stream._readableState;
  if (!state.endEmitted) {
    state.ended = true;
    nextTick(emitEnd, state, stream);
  }
}

function emitEnd(state, stream) {
  if (state.errored || state.closeEmitted || state.endEmitted || state.length !== 0)
    return;
  state.endEmitted = true;
  stream.emit('end');
  if (stream.writable && stream.allowHalfOpen === false) {
    nextTick(() => {
      if (stream.writable && !stream.writableEnded && !stream.destroyed)
        stream.end();
    });
  } else if (state.autoDestroy) {
    const w = stream._writableState;
    if (!w || w.autoDestroy && (w.finished || w.writable === false))
      stream.destroy();
  }
}

// ---- pipes ----

proto.pipe = function(dest, options) {
  const src = this, state = this._readableState;
  let onDrain, isClean = false;
  state.pipes.push(dest);
  const doEnd = options?.end !== false && dest !== globalThis.process.stdout && dest !== globalThis.process.stderr;
  const endFn = doEnd ? onend : unpipe;
  if (state.endEmitted)
    nextTick(endFn);
  else
    src.once('end', endFn);
  dest.on('unpipe', onunpipe);
  function onunpipe(readable, info) {
    if (readable === src && info?.hasUnpiped === false) {
      info.hasUnpiped = true;
      cleanup();
    }
  }
  function onend() {
    dest.end();
  }
  function cleanup() {
    dest.removeListener('close', onclose);
    dest.removeListener('finish', onfinish);
    if (onDrain)
      dest.removeListener('drain', onDrain);
    dest.removeListener('error', onerror);
    dest.removeListener('unpipe', onunpipe);
    src.removeListener('end', onend);
    src.removeListener('end', unpipe);
    src.removeListener('data', ondata);
    isClean = true;
    if (onDrain && state.awaitDrainWriters.size > 0 && (!dest._writableState || dest._writableState.needDrain))
      onDrain();
  }
  function pause() {
    if (!isClean) {
      state.awaitDrainWriters.add(dest);
      src.pause();
    }
    if (!onDrain) {
      onDrain = () => {
        state.awaitDrainWriters.delete(dest);
        if (state.awaitDrainWriters.size === 0 && src.listenerCount('data'))
          src.resume();
      };
      dest.on('drain', onDrain);
    }
  }
  src.on('data', ondata);
  function ondata(chunk) {
    if (dest.write(chunk) === false)
      pause();
  }
  function onerror(e) {
    unpipe();
    dest.removeListener('error', onerror);
    if (dest.listenerCount('error') === 0) {
      const s = dest._writableState || dest._readableState;
      if (s && !s.errorEmitted)
        errorOrDestroy(dest, e);
      else
        dest.emit('error', e);
    }
  }
  prepend(dest, 'error', onerror);
  function onclose() {
    dest.removeListener('finish', onfinish);
    unpipe();
  }
  dest.once('close', onclose);
  function onfinish() {
    dest.removeListener('close', onclose);
    unpipe();
  }
  dest.once('finish', onfinish);
  function unpipe() {
    src.unpipe(dest);
  }
  dest.emit('pipe', src);
  if (dest.writableNeedDrain === true)
    pause();
  else if (!state.flowing)
    src.resume();
  return dest;
};

proto.unpipe = function(dest) {
  const state = this._readableState, info = { hasUnpiped: false };
  if (state.pipes.length === 0)
    return this;
  if (!dest) {
    const all = state.pipes;
    state.pipes = [];
    this.pause();
    for (const d of all)
      d.emit('unpipe', this, { hasUnpiped: false });
    return this;
  }
  const at = state.pipes.indexOf(dest);
  if (at < 0)
    return this;
  state.pipes.splice(at, 1);
  if (state.pipes.length === 0)
    this.pause();
  dest.emit('unpipe', this, info);
  return this;
};

// ---- flowing ----

proto.on = function(event, f) {
  const r = Stream.prototype.on.call(this, event, f), state = this._readableState;
  if (event === 'data') {
    state.readableListening = this.listenerCount('readable') > 0;
    if (state.flowing !== false)
      this.resume();
  } else if (event === 'readable' && !state.endEmitted && !state.readableListening) {
    state.readableListening = state.needReadable = true;
    state.flowing = false;
    state.emittedReadable = false;
    if (state.length)
      emitReadable(this);
    else if (!state.reading)
      nextTick(() => this.read(0));
  }
  return r;
};
proto.addListener = proto.on;

proto.removeListener = function(event, f) {
  const r = Stream.prototype.removeListener.call(this, event, f);
  if (event === 'readable')
    nextTick(updateListening, this);
  return r;
};
proto.off = proto.removeListener;

proto.removeAllListeners = function(event) {
  const r = Stream.prototype.removeAllListeners.apply(this, arguments);
  if (event === 'readable' || event === undefined)
    nextTick(updateListening, this);
  return r;
};

function updateListening(self) {
  const state = self._readableState;
  state.readableListening = self.listenerCount('readable') > 0;
  if (state.resumeScheduled && state[kPaused] === false)
    state.flowing = true;
  else if (self.listenerCount('data') > 0)
    self.resume();
  else if (!state.readableListening)
    state.flowing = null;
}

proto.resume = function() {
  const state = this._readableState;
  if (!state.flowing) {
    state.flowing = !state.readableListening;
    if (!state.resumeScheduled) {
      state.resumeScheduled = true;
      nextTick(resumeNow, this, state);
    }
  }
  state[kPaused] = false;
  return this;
};

function resumeNow(stream, state) {
  if (!state.reading)
    stream.read(0);
  state.resumeScheduled = false;
  stream.emit('resume');
  flow(stream);
  if (state.flowing && !state.reading)
    stream.read(0);
}

proto.pause = function() {
  if (this._readableState.flowing !== false) {
    this._readableState.flowing = false;
    this.emit('pause');
  }
  this._readableState[kPaused] = true;
  return this;
};

function flow(stream) {
  const state = stream._readableState;
  while (state.flowing && stream.read() !== null);
}

// A stream of the first kind (only 'data' and 'end') as a Readable.
proto.wrap = function(stream) {
  let paused = false;
  stream.on('data', (chunk) => {
    if (!this.push(chunk) && stream.pause) {
      paused = true;
      stream.pause();
    }
  });
  stream.on('end', () => this.push(null));
  stream.on('error', (e) => errorOrDestroy(this, e));
  stream.on('close', () => destroyer(this));
  stream.on('destroy', () => destroyer(this));
  this._read = () => {
    if (paused && stream.resume) {
      paused = false;
      stream.resume();
    }
  };
  for (const k of Object.keys(stream)) {
    if (this[k] === undefined && typeof stream[k] === 'function')
      this[k] = stream[k].bind(stream);
  }
  return this;
};

// ---- iterating ----

proto[Symbol.asyncIterator] = function() {
  return iterate(this);
};

proto.iterator = function(options) {
  if (options !== undefined)
    require('internal/validators').validateObject(options, 'options');
  return iterate(this, options);
};

function iterate(stream, options) {
  if (typeof stream.read !== 'function')
    stream = new Readable({ objectMode: true }).wrap(stream);
  const iterator = generate(stream, options);
  iterator.stream = stream;
  return iterator;
}

async function* generate(stream, options) {
  let callback = nop, error;
  function next(resolve) {
    if (this === stream) {
      callback();
      callback = nop;
    } else {
      callback = resolve;
    }
  }
  stream.on('readable', next);
  const cleanup = require('internal/streams/eos').eos(stream, { writable: false }, (e) => {
    error = e ? aggregateTwoErrors(error, e) : null;
    callback();
    callback = nop;
  });
  try {
    for (;;) {
      const chunk = stream.destroyed ? null : stream.read();
      if (chunk !== null)
        yield chunk;
      else if (error)
        throw error;
      else if (error === null)
        return;
      else
        await new Promise(next);
    }
  } catch (e) {
    error = aggregateTwoErrors(error, e);
    throw error;
  } finally {
    if ((error || options?.destroyOnReturn !== false) && (error === undefined || stream._readableState.autoDestroy)) {
      destroyer(stream, null);
    } else {
      stream.off('readable', next);
      cleanup();
    }
  }
}

// ---- properties ----

const getters = {
  readable: [function() {
    const r = this._readableState;
    return Boolean(r) && r.readable !== false && !r.destroyed && !r.errorEmitted && !r.endEmitted;
  }, function(v) {
    if (this._readableState)
      this._readableState.readable = Boolean(v);
  }],
  readableDidRead: [function() { return this._readableState.dataEmitted; }],
  readableAborted: [function() {
    const r = this._readableState;
    return Boolean(r.readable !== false && (r.destroyed || r.errored) && !r.endEmitted);
  }],
  readableHighWaterMark: [function() { return this._readableState.highWaterMark; }],
  readableBuffer: [function() { return this._readableState?.buffer; }],
  readableFlowing: [function() { return this._readableState.flowing; }, function(v) {
    if (this._readableState)
      this._readableState.flowing = v;
  }],
  readableLength: [function() { return this._readableState.length; }],
  readableObjectMode: [function() { return this._readableState ? this._readableState.objectMode : false; }],
  readableEncoding: [function() { return this._readableState ? this._readableState.encoding : null; }],
  errored: [function() { return this._readableState ? this._readableState.errored : null; }],
  closed: [function() { return this._readableState ? this._readableState.closed : false; }],
  destroyed: [function() { return this._readableState ? this._readableState.destroyed : false; }, function(v) {
    if (this._readableState)
      this._readableState.destroyed = v;
  }],
  readableEnded: [function() { return this._readableState ? this._readableState.endEmitted : false; }],
};
for (const [k, [get, set]] of Object.entries(getters))
  Object.defineProperty(proto, k, { configurable: true, enumerable: false, get, set });

Object.defineProperty(ReadableState.prototype, 'pipesCount', { get() {
  return this.pipes.length;
} });
Object.defineProperty(ReadableState.prototype, 'paused', { get() {
  return this[kPaused] !== false;
}, set(v) {
  this[kPaused] = Boolean(v);
} });

// ---- making one ----

Readable._fromList = take;
Readable.from = (iterable, options) => from(iterable, options);
Readable.wrap = (src, options) => new Readable({
  objectMode: src.readableObjectMode ?? src.objectMode ?? true, ...options,
  destroy(error, callback) {
    destroyer(src, error);
    callback(error);
  },
}).wrap(src);
Readable.toWeb = (stream, options) => require('internal/streams/web_adapters').readableToWeb(stream, options);
Readable.fromWeb = (stream, options) => require('internal/streams/web_adapters').readableFromWeb(stream, options);

function from(iterable, options) {
  if (typeof iterable === 'string' || iterable instanceof Buffer) {
    return new Readable({ objectMode: true, ...options, read() {
      this.push(iterable);
      this.push(null);
    } });
  }
  const isAsync = Boolean(iterable?.[Symbol.asyncIterator]);
  const make = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator];
  if (!make)
    throw new codes.ERR_INVALID_ARG_TYPE('iterable', ['Iterable'], iterable);
  const iterator = make.call(iterable);
  const readable = new Readable({ objectMode: true, highWaterMark: 1, ...options });
  let reading = false;
  readable._read = function() {
    if (!reading) {
      reading = true;
      next();
    }
  };
  readable._destroy = function(error, callback) {
    close(error).then(() => nextTick(callback, error), (e) => nextTick(callback, e || error));
  };
  async function close(error) {
    const hadError = error !== undefined && error !== null, hasThrow = typeof iterator.throw === 'function';
    if (hadError && hasThrow) {
      const { value, done } = await iterator.throw(error);
      await value;
      if (done)
        return;
    }
    if (typeof iterator.return === 'function') {
      const { value } = await iterator.return();
      await value;
    }
  }
  async function next() {
    for (;;) {
      try {
        const { value, done } = isAsync ? await iterator.next() : iterator.next();
        if (done) {
          readable.push(null);
        } else {
          const chunk = value && typeof value.then === 'function' ? await value : value;
          if (chunk === null) {
            reading = false;
            throw new codes.ERR_STREAM_NULL_VALUES();
          }
          if (readable.push(chunk))
            continue;
          reading = false;
        }
      } catch (e) {
        readable.destroy(e);
      }
      break;
    }
  }
  return readable;
}

module.exports = { Readable, from };
