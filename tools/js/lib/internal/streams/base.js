// What all streams share: the oldest class Stream, sizes, how streams are constructed and destroyed.
const EE = require('events');
const { codes, aggregateTwoErrors } = require('internal/errors');

const nextTick = (f, ...args) => globalThis.process.nextTick(f, ...args);
const kConstruct = Symbol('kConstruct'), kDestroy = Symbol('kDestroy');

function encodingOf(name = 'utf8') {
  if (name && !globalThis.Buffer.isEncoding(name))
    throw new codes.ERR_UNKNOWN_ENCODING(name);
  return name || 'utf8';
}

function Stream(options) {
  EE.call(this, options);
}
Object.setPrototypeOf(Stream.prototype, EE.prototype);
Object.setPrototypeOf(Stream, EE);

function prepend(emitter, event, f) {
  if (typeof emitter.prependListener === 'function')
    emitter.prependListener(event, f);
  else
    emitter.on(event, f);
}

// Of streams that are neither Readable nor Writable.
Stream.prototype.pipe = function(dest, options) {
  const source = this;
  let didEnd = false;
  const onData = (chunk) => {
    if (dest.writable && dest.write(chunk) === false && source.pause)
      source.pause();
  };
  const onDrain = () => {
    if (source.readable && source.resume)
      source.resume();
  };
  const onEnd = () => {
    if (!didEnd) {
      didEnd = true;
      dest.end();
    }
  };
  const onClose = () => {
    if (!didEnd) {
      didEnd = true;
      if (typeof dest.destroy === 'function')
        dest.destroy();
    }
  };
  const onError = function(e) {
    cleanup();
    if (EE.listenerCount(this, 'error') === 0)
      this.emit('error', e);
  };
  const all = [[source, 'data', onData], [dest, 'drain', onDrain], [source, 'end', cleanup], [source, 'close', cleanup],
    [dest, 'close', cleanup]];
  if (!dest._isStdio && options?.end !== false)
    all.push([source, 'end', onEnd], [source, 'close', onClose]);
  function cleanup() {
    for (const [s, name, f] of [...all, [source, 'error', onError], [dest, 'error', onError]])
      s.removeListener(name, f);
  }
  for (const [s, name, f] of all)
    s.on(name, f);
  prepend(source, 'error', onError);
  prepend(dest, 'error', onError);
  dest.emit('pipe', source);
  return dest;
};

Stream.prototype.eventNames = function eventNames() {
  return EE.prototype.eventNames.call(this).filter((k) => this._events[k] !== undefined);
};

// ---- sizes ----

let byteDefault = 16 * 1024, objectDefault = 16;

const getDefaultHighWaterMark = (objectMode) => objectMode ? objectDefault : byteDefault;

function setDefaultHighWaterMark(objectMode, value) {
  require('internal/validators').validateInteger(value, 'value', 0);
  if (objectMode)
    objectDefault = value;
  else
    byteDefault = value;
}

function highWaterMarkOf(objectMode, options, key, isDuplex) {
  const n = options?.highWaterMark != null ? options.highWaterMark : isDuplex ? options?.[key] : null;
  if (n == null)
    return getDefaultHighWaterMark(objectMode);
  if (!Number.isInteger(n) || n < 0)
    throw new codes.ERR_INVALID_ARG_VALUE(isDuplex ? `options.${key}` : 'options.highWaterMark', n);
  return n;
}

// ---- the end of a stream ----

const states = (s) => [s._readableState, s._writableState].filter(Boolean);

function note(stream, error) {
  if (!error)
    return;
  for (const s of states(stream))
    s.errored ||= error;
}

function destroy(error, callback) {
  const all = states(this), s = this._writableState || this._readableState;
  if (all.some((x) => x.destroyed)) {
    if (typeof callback === 'function')
      callback();
    return this;
  }
  note(this, error);
  for (const x of all)
    x.destroyed = true;
  if (s.constructed)
    destroyNow(this, error, callback);
  else
    this.once(kDestroy, (e) => destroyNow(this, aggregateTwoErrors(e, error), callback));
  return this;
}

function destroyNow(self, error, callback) {
  let called = false;
  function onDestroy(e) {
    if (called)
      return;
    called = true;
    note(self, e);
    for (const s of states(self))
      s.closed = true;
    if (typeof callback === 'function')
      callback(e);
    nextTick(e ? emitErrorAndClose : emitClose, self, e);
  }
  try {
    self._destroy(error || null, onDestroy);
  } catch (e) {
    onDestroy(e);
  }
}

function emitErrorAndClose(self, error) {
  emitError(self, error);
  emitClose(self);
}

function emitClose(self) {
  const all = states(self);
  for (const s of all)
    s.closeEmitted = true;
  if (all.some((s) => s.emitClose))
    self.emit('close');
}

function emitError(self, error) {
  const all = states(self);
  if (all.some((s) => s.errorEmitted))
    return;
  for (const s of all)
    s.errorEmitted = true;
  self.emit('error', error);
}

function undestroy() {
  const r = this._readableState, w = this._writableState;
  for (const s of states(this)) {
    Object.assign(s, { constructed: true, closed: false, closeEmitted: false, destroyed: false, errored: null,
      errorEmitted: false });
  }
  if (r)
    Object.assign(r, { reading: false, ended: r.readable === false, endEmitted: r.readable === false });
  if (w) {
    const isOff = w.writable === false;
    Object.assign(w, { finalCalled: false, prefinished: false, ended: isOff, ending: isOff, finished: isOff });
  }
}

function errorOrDestroy(stream, error, sync) {
  const all = states(stream);
  if (all.some((s) => s.destroyed))
    return;
  if (all.some((s) => s.autoDestroy)) {
    stream.destroy(error);
  } else if (error) {
    note(stream, error);
    if (sync)
      nextTick(emitError, stream, error);
    else
      emitError(stream, error);
  }
}

// Run _construct before anything else; `then` afterwards.
function construct(stream, then) {
  if (typeof stream._construct !== 'function')
    return;
  for (const s of states(stream))
    s.constructed = false;
  stream.once(kConstruct, then);
  if (stream.listenerCount(kConstruct) > 1) // a duplex's other half
    return;
  nextTick(constructNow, stream);
}

function constructNow(stream) {
  let called = false;
  function onConstruct(error) {
    if (called) {
      errorOrDestroy(stream, error ?? new codes.ERR_MULTIPLE_CALLBACK());
      return;
    }
    called = true;
    const all = states(stream);
    for (const s of all)
      s.constructed = true;
    if (all.some((s) => s.destroyed))
      stream.emit(kDestroy, error);
    else if (error)
      errorOrDestroy(stream, error, true);
    else
      stream.emit(kConstruct);
  }
  try {
    stream._construct((error) => nextTick(onConstruct, error));
  } catch (error) {
    nextTick(onConstruct, error);
  }
}

// End a stream of whatever kind.
function destroyer(stream, error) {
  if (!stream || isDestroyed(stream))
    return;
  if (!error && !isFinished(stream))
    error = new (require('internal/errors').AbortError)();
  if (typeof stream.destroy === 'function')
    stream.destroy(error);
  else if (typeof stream.close === 'function')
    stream.close();
  else if (error)
    nextTick(() => stream.emit?.('error', error));
}

// ---- what a stream is ----

const isStream = (v) => Boolean(v && (v._readableState || v._writableState ||
  typeof v.write === 'function' && typeof v.on === 'function' ||
  typeof v.pipe === 'function' && typeof v.on === 'function'));
const isReadable = (v) => Boolean(v && typeof v.pipe === 'function' && typeof v.on === 'function' &&
  (!v._writableState || v._readableState?.readable !== false) && (!v._writableState || v._readableState));
const isWritable = (v) => Boolean(v && typeof v.write === 'function' && typeof v.on === 'function' &&
  (!v._readableState || v._writableState?.writable !== false));
const isDestroyed = (v) => Boolean(v.destroyed || v._writableState?.destroyed || v._readableState?.destroyed);

function isReadableFinished(v, strict = true) {
  if (!isReadable(v))
    return null;
  const s = v._readableState;
  if (s?.errored)
    return false;
  return Boolean(s?.endEmitted || !strict && s?.ended && s.length === 0);
}

function isWritableFinished(v, strict = true) {
  if (!isWritable(v))
    return null;
  if (v.writableFinished === true)
    return true;
  const s = v._writableState;
  if (s?.errored)
    return false;
  return Boolean(s?.finished || !strict && s?.ended && s.length === 0);
}

function isFinished(v) {
  return isDestroyed(v) || (isReadableFinished(v, false) ?? true) && (isWritableFinished(v, false) ?? true);
}

module.exports = {
  Stream, encodingOf, nextTick, prepend, getDefaultHighWaterMark, setDefaultHighWaterMark, highWaterMarkOf, destroy, undestroy,
  errorOrDestroy, construct, destroyer, isStream, isReadable, isWritable, isDestroyed, isReadableFinished,
  isWritableFinished,
};
