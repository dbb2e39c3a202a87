// Writable: a sink of chunks, one _write at a time.
const EE = require('events');
const { Buffer } = require('buffer');
const { codes, AbortError } = require('internal/errors');
const {
  Stream, encodingOf, nextTick, highWaterMarkOf, destroy, undestroy, errorOrDestroy, construct,
} = require('internal/streams/base');

const kOnFinished = Symbol('kOnFinished');
const nop = () => {};

function WritableState(options, stream, isDuplex) {
  isDuplex ??= stream instanceof require('internal/streams/duplex').Duplex;
  this.objectMode = Boolean(options?.objectMode || isDuplex && options?.writableObjectMode);
  this.highWaterMark = highWaterMarkOf(this.objectMode, options, 'writableHighWaterMark', isDuplex);
  this.finalCalled = false;
  this.needDrain = false;
  this.ending = false;
  this.ended = false;
  this.finished = false;
  this.destroyed = false;
  this.decodeStrings = options?.decodeStrings !== false;
  this.defaultEncoding = encodingOf(options?.defaultEncoding);
  this.length = 0;
  this.writing = false;
  this.corked = 0;
  this.sync = true;
  this.bufferProcessing = false;
  this.onwrite = (error) => onWrite(stream, error);
  this.writecb = null;
  this.writelen = 0;
  this.afterWriteTickInfo = null;
  this.afterWritePending = false;
  this.buffered = [];
  this.bufferedIndex = 0;
  this.pendingcb = 0;
  this.constructed = true;
  this.prefinished = false;
  this.errorEmitted = false;
  this.emitClose = options?.emitClose !== false;
  this.autoDestroy = options?.autoDestroy !== false;
  this.errored = null;
  this.closed = false;
  this.closeEmitted = false;
  this[kOnFinished] = [];
}

WritableState.prototype.getBuffer = function getBuffer() {
  return this.buffered.slice(this.bufferedIndex);
};
Object.defineProperty(WritableState.prototype, 'bufferedRequestCount', { get() {
  return this.buffered.length - this.bufferedIndex;
} });

function Writable(options) {
  const isDuplex = this instanceof require('internal/streams/duplex').Duplex;
  if (!isDuplex && !Function.prototype[Symbol.hasInstance].call(Writable, this))
    return new Writable(options);
  this._writableState = new WritableState(options, this, isDuplex);
  if (options) {
    for (const k of ['write', 'writev', 'destroy', 'final', 'construct']) {
      if (typeof options[k] === 'function')
        this[`_${k}`] = options[k];
    }
    if (options.signal)
      require('internal/streams/eos').addAbortSignal(options.signal, this);
  }
  Stream.call(this, options);
  construct(this, () => {
    const state = this._writableState;
    if (!state.writing)
      clearBuffer(this, state);
    finishMaybe(this, state);
  });
}
Object.setPrototypeOf(Writable.prototype, Stream.prototype);
Object.setPrototypeOf(Writable, Stream);
Writable.WritableState = WritableState;
Object.defineProperty(Writable, Symbol.hasInstance, { value: function(v) {
  if (Function.prototype[Symbol.hasInstance].call(this, v))
    return true;
  return this === Writable && v?._writableState instanceof WritableState;
} });

const proto = Writable.prototype;

proto.pipe = function() {
  errorOrDestroy(this, new codes.ERR_STREAM_CANNOT_PIPE());
};

// True or false as write() says it, or an error.
function writeAny(stream, chunk, encoding, callback) {
  const state = stream._writableState;
  if (typeof callback !== 'function')
    callback = nop;
  if (chunk === null)
    throw new codes.ERR_STREAM_NULL_VALUES();
  if (!state.objectMode) {
    if (!encoding)
      encoding = state.defaultEncoding;
    else if (encoding !== 'buffer' && !Buffer.isEncoding(encoding))
      throw new codes.ERR_UNKNOWN_ENCODING(encoding);
    if (typeof chunk === 'string') {
      if (state.decodeStrings) {
        chunk = Buffer.from(chunk, encoding);
        encoding = 'buffer';
      }
    } else if (ArrayBuffer.isView(chunk)) {
      if (!Buffer.isBuffer(chunk))
        chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      encoding = 'buffer';
    } else {
      throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk);
    }
  }
  const error = state.ending ? new codes.ERR_STREAM_WRITE_AFTER_END() :
    state.destroyed ? new codes.ERR_STREAM_DESTROYED('write') : undefined;
  if (error) {
    nextTick(callback, error);
    errorOrDestroy(stream, error, true);
    return error;
  }
  state.pendingcb++;
  return writeOrBuffer(stream, state, chunk, encoding, callback);
}

proto.write = function(chunk, encoding, callback) {
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  return writeAny(this, chunk, encoding, callback) === true;
};

proto.cork = function() {
  this._writableState.corked++;
};

proto.uncork = function() {
  const state = this._writableState;
  if (state.corked) {
    state.corked--;
    if (!state.writing)
      clearBuffer(this, state);
  }
};

proto.setDefaultEncoding = function(encoding) {
  if (typeof encoding === 'string')
    encoding = encoding.toLowerCase();
  if (!Buffer.isEncoding(encoding))
    throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  this._writableState.defaultEncoding = encoding;
  return this;
};

function writeOrBuffer(stream, state, chunk, encoding, callback) {
  const length = state.objectMode ? 1 : chunk.length;
  state.length += length;
  const r = state.length < state.highWaterMark;
  if (!r)
    state.needDrain = true;
  if (state.writing || state.corked || state.errored || !state.constructed)
    state.buffered.push({ chunk, encoding, callback });
  else
    doWrite(stream, state, false, length, chunk, encoding, callback, true);
  return r && !state.errored && !state.destroyed;
}

function doWrite(stream, state, isVector, length, chunk, encoding, callback, isFirst) {
  state.writelen = length;
  state.writecb = callback;
  state.writing = true;
  state.sync = true;
  if (state.destroyed && !isFirst)
    state.onwrite(new codes.ERR_STREAM_DESTROYED('write'));
  else if (isVector)
    stream._writev(chunk, state.onwrite);
  else
    stream._write(chunk, encoding, state.onwrite);
  state.sync = false;
}

function onWrite(stream, error) {
  const state = stream._writableState, { sync, writecb: callback } = state;
  if (typeof callback !== 'function') {
    errorOrDestroy(stream, new codes.ERR_MULTIPLE_CALLBACK());
    return;
  }
  state.writing = false;
  state.writecb = null;
  state.length -= state.writelen;
  state.writelen = 0;
  if (error) {
    state.errored ||= error;
    if (stream._readableState)
      stream._readableState.errored ||= error;
    if (sync)
      nextTick(onWriteError, stream, state, error, callback);
    else
      onWriteError(stream, state, error, callback);
    return;
  }
  if (state.buffered.length > state.bufferedIndex)
    clearBuffer(stream, state);
  if (!sync) {
    afterWrite(stream, state, 1, callback);
  } else if (callback === nop) { // nobody waits: no tick but for 'drain'
    if (state.needDrain && state.length === 0 && !state.afterWritePending) {
      state.afterWritePending = true;
      nextTick(afterWrite, stream, state, 1, callback);
    } else {
      state.pendingcb--;
      if (state.ending)
        finishMaybe(stream, state, true);
    }
  } else if (state.afterWriteTickInfo?.callback === callback) {
    state.afterWriteTickInfo.count++;
  } else {
    state.afterWritePending = true;
    const info = state.afterWriteTickInfo = { count: 1, callback };
    nextTick(() => {
      state.afterWriteTickInfo = null;
      afterWrite(stream, state, info.count, callback);
    });
  }
}

function onWriteError(stream, state, error, callback) {
  --state.pendingcb;
  callback(error);
  errorBuffer(state);
  errorOrDestroy(stream, error);
}

function afterWrite(stream, state, count, callback) {
  state.afterWritePending = false;
  if (!state.ending && !stream.destroyed && state.length === 0 && state.needDrain) {
    state.needDrain = false;
    stream.emit('drain');
  }
  while (count-- > 0) {
    state.pendingcb--;
    callback(null);
  }
  if (state.destroyed)
    errorBuffer(state);
  if (state.ending)
    finishMaybe(stream, state, true);
}

function resetBuffer(state) {
  state.buffered = [];
  state.bufferedIndex = 0;
}

// Nothing of what waits will be written.
function errorBuffer(state) {
  if (state.writing)
    return;
  for (let n = state.bufferedIndex; n < state.buffered.length; ++n) {
    const { chunk, callback } = state.buffered[n];
    state.length -= state.objectMode ? 1 : chunk.length;
    callback(state.errored ?? new codes.ERR_STREAM_DESTROYED('write'));
  }
  for (const f of state[kOnFinished].splice(0))
    f(state.errored ?? new codes.ERR_STREAM_DESTROYED('end'));
  resetBuffer(state);
}

function clearBuffer(stream, state) {
  if (state.corked || state.bufferProcessing || state.destroyed || !state.constructed)
    return;
  const { buffered } = state;
  let i = state.bufferedIndex;
  const count = buffered.length - i;
  if (!count)
    return;
  state.bufferProcessing = true;
  if (count > 1 && stream._writev) {
    state.pendingcb -= count - 1;
    const chunks = buffered.slice(i);
    const callback = chunks.every((x) => x.callback === nop) ? nop : (error) => {
      for (const x of chunks)
        x.callback(error);
    };
    chunks.allBuffers = chunks.every((x) => x.encoding === 'buffer');
    doWrite(stream, state, true, state.length, chunks, '', callback);
    resetBuffer(state);
  } else {
    do {
      const { chunk, encoding, callback } = buffered[i];
      buffered[i++] = null;
      doWrite(stream, state, false, state.objectMode ? 1 : chunk.length, chunk, encoding, callback);
    } while (i < buffered.length && !state.writing);
    if (i === buffered.length) {
      resetBuffer(state);
    } else if (i > 256) {
      buffered.splice(0, i);
      state.bufferedIndex = 0;
    } else {
      state.bufferedIndex = i;
    }
  }
  state.bufferProcessing = false;
}

proto._write = function(chunk, encoding, callback) {
  if (!this._writev)
    throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_write()');
  this._writev([{ chunk, encoding }], callback);
};
proto._writev = null;

proto.end = function(chunk, encoding, callback) {
  const state = this._writableState;
  let error;
  if (typeof chunk === 'function') {
    callback = chunk;
    chunk = encoding = null;
  } else if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  if (chunk !== null && chunk !== undefined) {
    const r = writeAny(this, chunk, encoding);
    if (r instanceof Error)
      error = r;
  }
  if (state.corked) {
    state.corked = 1;
    this.uncork();
  }
  if (error) {
    // that has been told
  } else if (!state.errored && !state.ending) {
    state.ending = true;
    finishMaybe(this, state, true);
    state.ended = true;
  } else if (state.finished) {
    error = new codes.ERR_STREAM_ALREADY_FINISHED('end');
  } else if (state.destroyed) {
    error = new codes.ERR_STREAM_DESTROYED('end');
  }
  if (typeof callback === 'function') {
    if (error || state.errored)
      nextTick(callback, error || state.errored);
    else if (state.finished)
      nextTick(callback);
    else
      state[kOnFinished].push(callback);
  }
  return this;
};

function needFinish(state) {
  return state.ending && !state.destroyed && state.constructed && state.length === 0 && !state.errored &&
    state.buffered.length === 0 && !state.finished && !state.writing && !state.errorEmitted && !state.closeEmitted;
}

function callFinal(stream, state) {
  let called = false;
  function onFinish(error) {
    if (called) {
      errorOrDestroy(stream, error ?? new codes.ERR_MULTIPLE_CALLBACK());
      return;
    }
    called = true;
    state.pendingcb--;
    if (error) {
      for (const f of state[kOnFinished].splice(0))
        f(error);
      errorOrDestroy(stream, error, state.sync);
    } else if (needFinish(state)) {
      state.prefinished = true;
      stream.emit('prefinish');
      state.pendingcb++;
      nextTick(finish, stream, state);
    }
  }
  state.sync = true;
  state.pendingcb++;
  try {
    stream._final(onFinish);
  } catch (error) {
    onFinish(error);
  }
  state.sync = false;
}

function prefinish(stream, state) {
  if (state.prefinished || state.finalCalled)
    return;
  if (typeof stream._final === 'function' && !state.destroyed) {
    state.finalCalled = true;
    callFinal(stream, state);
  } else {
    state.prefinished = true;
    stream.emit('prefinish');
  }
}

function finishMaybe(stream, state, sync) {
  if (!needFinish(state))
    return;
  prefinish(stream, state);
  if (state.pendingcb !== 0)
    return;
  if (sync) {
    state.pendingcb++;
    nextTick(() => {
      if (needFinish(state))
        finish(stream, state);
      else
        state.pendingcb--;
    });
  } else if (needFinish(state)) {
    state.pendingcb++;
    finish(stream, state);
  }
}

function finish(stream, state) {
  state.pendingcb--;
  state.finished = true;
  for (const f of state[kOnFinished].splice(0))
    f(null);
  stream.emit('finish');
  if (state.autoDestroy) {
    const r = stream._readableState;
    if (!r || r.autoDestroy && (r.endEmitted || r.readable === false))
      stream.destroy();
  }
}

proto.destroy = function(error, callback) {
  const state = this._writableState;
  if (!state.destroyed && (state.bufferedIndex < state.buffered.length || state[kOnFinished].length))
    nextTick(errorBuffer, state);
  destroy.call(this, error, callback);
  return this;
};
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
      this.destroy(error = this.writableFinished ? null : new AbortError());
    return new Promise((resolve, reject) => require('internal/streams/eos').eos(this,
      (e) => e && e !== error ? reject(e) : resolve(null)));
  };
}

const getters = {
  closed: [function() { return this._writableState ? this._writableState.closed : false; }],
  destroyed: [function() { return this._writableState ? this._writableState.destroyed : false; }, function(v) {
    if (this._writableState)
      this._writableState.destroyed = v;
  }],
  writable: [function() {
    const w = this._writableState;
    return Boolean(w) && w.writable !== false && !w.destroyed && !w.errored && !w.ending && !w.ended;
  }, function(v) {
    if (this._writableState)
      this._writableState.writable = Boolean(v);
  }],
  writableFinished: [function() { return this._writableState ? this._writableState.finished : false; }],
  writableObjectMode: [function() { return this._writableState ? this._writableState.objectMode : false; }],
  writableBuffer: [function() { return this._writableState && this._writableState.getBuffer(); }],
  writableEnded: [function() { return this._writableState ? this._writableState.ending : false; }],
  writableNeedDrain: [function() {
    const w = this._writableState;
    return Boolean(w) && !w.destroyed && !w.ending && w.needDrain;
  }],
  writableHighWaterMark: [function() { return this._writableState?.highWaterMark; }],
  writableCorked: [function() { return this._writableState ? this._writableState.corked : 0; }],
  writableLength: [function() { return this._writableState?.length; }],
  errored: [function() { return this._writableState ? this._writableState.errored : null; }],
  writableAborted: [function() {
    const w = this._writableState;
    return Boolean(w.writable !== false && (w.destroyed || w.errored) && !w.finished);
  }],
};
for (const [k, [get, set]] of Object.entries(getters))
  Object.defineProperty(proto, k, { configurable: true, enumerable: false, get, set });

Writable.toWeb = (stream) => require('internal/streams/web_adapters').writableToWeb(stream);
Writable.fromWeb = (stream, options) => require('internal/streams/web_adapters').writableFromWeb(stream, options);

module.exports = { Writable };
