// Duplex, Transform and PassThrough.
const { Readable } = require('internal/streams/readable');
const { Writable } = require('internal/streams/writable');
const { codes } = require('internal/errors');
const { highWaterMarkOf } = require('internal/streams/base');

function Duplex(options) {
  if (!(this instanceof Duplex))
    return new Duplex(options);
  Readable.call(this, options);
  Writable.call(this, options);
  this.allowHalfOpen = options?.allowHalfOpen !== false;
  if (options?.readable === false) {
    Object.assign(this._readableState, { readable: false, ended: true, endEmitted: true });
  }
  if (options?.writable === false) {
    Object.assign(this._writableState, { writable: false, ending: true, ended: true, finished: true });
  }
}
Object.setPrototypeOf(Duplex.prototype, Readable.prototype);
Object.setPrototypeOf(Duplex, Readable);
for (const k of Object.keys(Writable.prototype))
  Duplex.prototype[k] ??= Writable.prototype[k];
for (const k of ['write', 'end', 'destroy'])
  Duplex.prototype[k] = Writable.prototype[k];
for (const k of ['writable', 'writableHighWaterMark', 'writableObjectMode', 'writableBuffer', 'writableLength',
  'writableFinished', 'writableCorked', 'writableEnded', 'writableNeedDrain', 'writableAborted'])
  Object.defineProperty(Duplex.prototype, k, Object.getOwnPropertyDescriptor(Writable.prototype, k));
Object.defineProperty(Duplex.prototype, 'destroyed', {
  configurable: true,
  get() {
    return Boolean(this._readableState && this._writableState && this._readableState.destroyed &&
      this._writableState.destroyed);
  },
  set(v) {
    if (this._readableState && this._writableState)
      this._readableState.destroyed = this._writableState.destroyed = v;
  },
});
Duplex.from = (body) => require('internal/streams/compose').duplexFrom(body);
Duplex.toWeb = (s) => require('internal/streams/web_adapters').duplexToWeb(s);
Duplex.fromWeb = (pair, options) => require('internal/streams/web_adapters').duplexFromWeb(pair, options);

const kCallback = Symbol('kCallback');

function Transform(options) {
  if (!(this instanceof Transform))
    return new Transform(options);
  if (options && highWaterMarkOf(false, options, 'readableHighWaterMark', true) === 0) {
    options = { ...options, highWaterMark: null, readableHighWaterMark: 0,
      writableHighWaterMark: options.writableHighWaterMark || 0 };
  }
  Duplex.call(this, options);
  this._readableState.sync = false; // what _transform pushes is ready
  this[kCallback] = null;
  if (typeof options?.transform === 'function')
    this._transform = options.transform;
  if (typeof options?.flush === 'function')
    this._flush = options.flush;
  this.on('prefinish', prefinish);
}
Object.setPrototypeOf(Transform.prototype, Duplex.prototype);
Object.setPrototypeOf(Transform, Duplex);

function final(callback) {
  const end = (error, data) => {
    if (error) {
      if (callback)
        callback(error);
      else
        this.destroy(error);
      return;
    }
    if (data != null)
      this.push(data);
    this.push(null);
    if (callback)
      callback();
  };
  if (typeof this._flush === 'function' && !this.destroyed)
    this._flush(end);
  else
    end();
}

function prefinish() {
  if (this._final !== final)
    final.call(this);
}
Transform.prototype._final = final;

Transform.prototype._transform = function() {
  throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_transform()');
};

Transform.prototype._write = function(chunk, encoding, callback) {
  const r = this._readableState, w = this._writableState, length = r.length;
  this._transform(chunk, encoding, (error, value) => {
    if (error) {
      callback(error);
      return;
    }
    if (value != null)
      this.push(value);
    if (w.ended || length === r.length || r.length < r.highWaterMark)
      callback();
    else
      this[kCallback] = callback;
  });
};

Transform.prototype._read = function() {
  if (this[kCallback]) {
    const callback = this[kCallback];
    this[kCallback] = null;
    callback();
  }
};

function PassThrough(options) {
  if (!(this instanceof PassThrough))
    return new PassThrough(options);
  Transform.call(this, options);
}
Object.setPrototypeOf(PassThrough.prototype, Transform.prototype);
Object.setPrototypeOf(PassThrough, Transform);
PassThrough.prototype._transform = function(chunk, encoding, callback) {
  callback(null, chunk);
};

module.exports = { Duplex, Transform, PassThrough };
