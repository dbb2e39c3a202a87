// Compression: deflate, zlib and gzip by zlib, brotli by brotli. The functions run at once, those with a
// callback after this turn; a class loads `stream` when the first one is made.
const { codes } = require('internal/errors');
const { isBytes, toBuffer, bytesOf, callable, integer, later } = require('internal/codec');
const { zlib } = internal;

const constants = Object.create(null);
const names = `\
Z_NO_FLUSH 0, Z_PARTIAL_FLUSH 1, Z_SYNC_FLUSH 2, Z_FULL_FLUSH 3, Z_FINISH 4, Z_BLOCK 5, Z_OK 0, \
Z_STREAM_END 1, Z_NEED_DICT 2, Z_ERRNO -1, Z_STREAM_ERROR -2, Z_DATA_ERROR -3, Z_MEM_ERROR -4, \
Z_BUF_ERROR -5, Z_VERSION_ERROR -6, Z_NO_COMPRESSION 0, Z_BEST_SPEED 1, Z_BEST_COMPRESSION 9, \
Z_DEFAULT_COMPRESSION -1, Z_FILTERED 1, Z_HUFFMAN_ONLY 2, Z_RLE 3, Z_FIXED 4, Z_DEFAULT_STRATEGY 0, \
ZLIB_VERNUM 4896, DEFLATE 1, INFLATE 2, GZIP 3, GUNZIP 4, DEFLATERAW 5, INFLATERAW 6, UNZIP 7, \
BROTLI_DECODE 8, BROTLI_ENCODE 9, Z_MIN_WINDOWBITS 8, Z_MAX_WINDOWBITS 15, Z_DEFAULT_WINDOWBITS 15, \
Z_MIN_CHUNK 64, Z_MAX_CHUNK Infinity, Z_DEFAULT_CHUNK 16384, Z_MIN_MEMLEVEL 1, Z_MAX_MEMLEVEL 9, \
Z_DEFAULT_MEMLEVEL 8, Z_MIN_LEVEL -1, Z_MAX_LEVEL 9, Z_DEFAULT_LEVEL -1, BROTLI_OPERATION_PROCESS 0, \
BROTLI_OPERATION_FLUSH 1, BROTLI_OPERATION_FINISH 2, BROTLI_OPERATION_EMIT_METADATA 3, \
BROTLI_PARAM_MODE 0, BROTLI_MODE_GENERIC 0, BROTLI_MODE_TEXT 1, BROTLI_MODE_FONT 2, \
BROTLI_DEFAULT_MODE 0, BROTLI_PARAM_QUALITY 1, BROTLI_MIN_QUALITY 0, BROTLI_MAX_QUALITY 11, \
BROTLI_DEFAULT_QUALITY 11, BROTLI_PARAM_LGWIN 2, BROTLI_MIN_WINDOW_BITS 10, BROTLI_MAX_WINDOW_BITS 24, \
BROTLI_LARGE_MAX_WINDOW_BITS 30, BROTLI_DEFAULT_WINDOW 22, BROTLI_PARAM_LGBLOCK 3, \
BROTLI_MIN_INPUT_BLOCK_BITS 16, BROTLI_MAX_INPUT_BLOCK_BITS 24, \
BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING 4, BROTLI_PARAM_SIZE_HINT 5, BROTLI_PARAM_LARGE_WINDOW 6, \
BROTLI_PARAM_NPOSTFIX 7, BROTLI_PARAM_NDIRECT 8, BROTLI_DECODER_RESULT_ERROR 0, \
BROTLI_DECODER_RESULT_SUCCESS 1, BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT 2, \
BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT 3, BROTLI_DECODER_PARAM_DISABLE_RING_BUFFER_REALLOCATION 0, \
BROTLI_DECODER_PARAM_LARGE_WINDOW 1, BROTLI_DECODER_NO_ERROR 0, BROTLI_DECODER_SUCCESS 1, \
BROTLI_DECODER_NEEDS_MORE_INPUT 2, BROTLI_DECODER_NEEDS_MORE_OUTPUT 3, \
BROTLI_DECODER_ERROR_FORMAT_EXUBERANT_NIBBLE -1, BROTLI_DECODER_ERROR_FORMAT_RESERVED -2, \
BROTLI_DECODER_ERROR_FORMAT_EXUBERANT_META_NIBBLE -3, \
BROTLI_DECODER_ERROR_FORMAT_SIMPLE_HUFFMAN_ALPHABET -4, \
BROTLI_DECODER_ERROR_FORMAT_SIMPLE_HUFFMAN_SAME -5, BROTLI_DECODER_ERROR_FORMAT_CL_SPACE -6, \
BROTLI_DECODER_ERROR_FORMAT_HUFFMAN_SPACE -7, BROTLI_DECODER_ERROR_FORMAT_CONTEXT_MAP_REPEAT -8, \
BROTLI_DECODER_ERROR_FORMAT_BLOCK_LENGTH_1 -9, BROTLI_DECODER_ERROR_FORMAT_BLOCK_LENGTH_2 -10, \
BROTLI_DECODER_ERROR_FORMAT_TRANSFORM -11, BROTLI_DECODER_ERROR_FORMAT_DICTIONARY -12, \
BROTLI_DECODER_ERROR_FORMAT_WINDOW_BITS -13, BROTLI_DECODER_ERROR_FORMAT_PADDING_1 -14, \
BROTLI_DECODER_ERROR_FORMAT_PADDING_2 -15, BROTLI_DECODER_ERROR_FORMAT_DISTANCE -16, \
BROTLI_DECODER_ERROR_DICTIONARY_NOT_SET -19, BROTLI_DECODER_ERROR_INVALID_ARGUMENTS -20, \
BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES -21, BROTLI_DECODER_ERROR_ALLOC_TREE_GROUPS -22, \
BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MAP -25, BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_1 -26, \
BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_2 -27, BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES -30, \
BROTLI_DECODER_ERROR_UNREACHABLE -31`;
for (const entry of names.split(', ')) {
  const [name, value] = entry.split(' ');
  Object.defineProperty(constants, name, { value: Number(value), enumerable: true });
}

const codesOf = {};
for (const [name, value] of Object.entries(constants).slice(6, 15))
  codesOf[name] = value;
for (const [name, value] of Object.entries(codesOf))
  codesOf[value] = name;
Object.freeze(codesOf);

const KMAX = 2 ** 32;
const BROTLI_DECODE = 8;
const BROTLI_ENCODE = 9;
const Z_SYNC_FLUSH = 2;
const CHUNK_MAX = 1 << 20; // of memory taken at once; chunkSize may be any size

// ---- options ----------------------------------------------------------------------------------------------

function number(v, name, low, high, fallback) {
  if (v === undefined)
    return fallback;
  if (typeof v !== 'number')
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', v);
  if (Number.isNaN(v))
    return fallback;
  if (!Number.isFinite(v))
    throw new codes.ERR_OUT_OF_RANGE(name, 'a finite number', v);
  if (v < low || v > high)
    throw new codes.ERR_OUT_OF_RANGE(name, `>= ${low}${high === Infinity ? '' : ` and <= ${high}`}`, v);
  return v;
}

const unpacks = (mode) => mode === 2 || mode === 4 || mode === 7;

function zlibNumbers(mode, o) {
  let bits = o.windowBits;
  if ((bits === undefined || bits === null || bits === 0) && unpacks(mode)) {
    bits = 0;
  } else {
    bits = number(bits, 'options.windowBits', mode === 3 ? 9 : 8, 15, 15);
    if (bits === 8 && mode === 5) // zlib cannot
      bits = 9;
  }
  const level = number(o.level, 'options.level', -1, 9, -1);
  const memLevel = number(o.memLevel, 'options.memLevel', 1, 9, 8);
  const strategy = number(o.strategy, 'options.strategy', 0, 4, 0);
  if (o.dictionary !== undefined && !isBytes(o.dictionary)) {
    throw new codes.ERR_INVALID_ARG_TYPE('options.dictionary',
      ['Buffer', 'TypedArray', 'DataView', 'ArrayBuffer'], o.dictionary);
  }
  return [bits, level, memLevel, strategy];
}

function brotliNumbers(mode, o) {
  const all = new Array(10).fill(-1);
  const last = 8; // the encoder's, which Node lets pass for the decoder too
  for (const given of Object.keys(o.params || {})) {
    const key = +given;
    if (Number.isNaN(key) || key < 0 || key > last || all[key] !== -1)
      throw new codes.ERR_BROTLI_INVALID_PARAM(given);
    const v = o.params[given];
    if (typeof v !== 'number' && typeof v !== 'boolean')
      throw new codes.ERR_INVALID_ARG_TYPE('options.params[key]', 'number', v);
    all[key] = v >>> 0;
  }
  return all;
}

// What a stream of a mode is made of: the codec, and the settings of its user.
function prepare(mode, opts) {
  const o = opts || {};
  const isBrotli = mode >= BROTLI_DECODE;
  const numbers = isBrotli ? brotliNumbers(mode, o) : zlibNumbers(mode, o);
  while (numbers.length < 10)
    numbers.push(0);
  let handle;
  try {
    const dictionary = o.dictionary === undefined || isBrotli ? undefined : bytesOf(o.dictionary);
    handle = zlib.open(mode, numbers, dictionary);
  } catch (e) {
    if (e?.code === 'Z_NEED_DICT' || /dictionary/.test(e?.message))
      throw e;
    throw new codes.ERR_ZLIB_INITIALIZATION_FAILED();
  }
  const [most, finish] = isBrotli ? [3, 2] : [5, 4];
  return {
    handle,
    chunkSize: number(o.chunkSize, 'options.chunkSize', 64, Infinity, 16384),
    flush: number(o.flush, 'options.flush', 0, most, 0),
    finishFlush: number(o.finishFlush, 'options.finishFlush', 0, most, finish),
    fullFlush: number(o.fullFlush, 'options.fullFlush', 0, most, isBrotli ? 1 : 3),
    max: number(o.maxOutputLength, 'options.maxOutputLength', 1, KMAX, KMAX),
    info: o.info,
    level: numbers[1], strategy: numbers[3],
  };
}

// All of `bytes` at once: [output, bytes of input that were not looked at].
function runAll(handle, flush, bytes, chunkSize, max) {
  try {
    const [out, left] = zlib.all(handle, flush, bytes, Math.min(Math.floor(chunkSize), CHUNK_MAX), max);
    return [toBuffer(out), left];
  } catch (e) {
    if (e?.code === 'ERR_BUFFER_TOO_LARGE')
      throw new codes.ERR_BUFFER_TOO_LARGE(max);
    throw e;
  }
}

// ---- functions --------------------------------------------------------------------------------------------

function runSync(C, mode, buffer, opts) {
  const s = opts?.info ? undefined : prepare(mode, opts);
  const engine = s ? undefined : new C(opts);
  if (typeof buffer === 'string') {
    buffer = require('buffer').Buffer.from(buffer);
  } else if (!isBytes(buffer)) {
    throw new codes.ERR_INVALID_ARG_TYPE('buffer',
      ['string', 'Buffer', 'TypedArray', 'DataView', 'ArrayBuffer'], buffer);
  }
  if (engine)
    return { buffer: engine._processChunk(bytesOf(buffer), engine._finishFlushFlag), engine };
  return runAll(s.handle, s.finishFlush, bytesOf(buffer), s.chunkSize, s.max)[0];
}

function runLater(C, mode, buffer, opts, callback) {
  if (typeof opts === 'function')
    [callback, opts] = [opts, {}];
  const s = prepare(mode, opts);
  callable(callback);
  if (buffer === null)
    throw new codes.ERR_STREAM_NULL_VALUES();
  if (typeof buffer === 'string')
    buffer = require('buffer').Buffer.from(buffer);
  else if (!isBytes(buffer) && buffer !== undefined && typeof buffer !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], buffer);
  const bytes = isBytes(buffer) ? bytesOf(buffer) : new Uint8Array(0);
  const engine = s.info ? new C(opts) : undefined;
  later(() => {
    let r, left;
    try {
      [r, left] = runAll(s.handle, s.finishFlush, bytes, s.chunkSize, s.max);
    } catch (e) {
      callback(e);
      return;
    }
    if (engine)
      engine.bytesWritten = bytes.length - left;
    callback(null, engine ? { buffer: r, engine } : r);
  });
}

function crc32(data, value = 0) {
  if (typeof data !== 'string' && !ArrayBuffer.isView(data))
    throw new codes.ERR_INVALID_ARG_TYPE('data', ['Buffer', 'TypedArray', 'DataView', 'string'], data);
  integer(value, 'value', 0, 2 ** 32 - 1);
  return zlib.crc32(typeof data === 'string' ? data.toWellFormed() : bytesOf(data), value);
}

// ---- streams ----------------------------------------------------------------------------------------------

const kFlushFlag = Symbol('kFlushFlag');
const kError = Symbol('kError');

function ZlibBase(opts, mode) {
  const { Transform } = require('stream');
  if (Object.getPrototypeOf(ZlibBase.prototype) === Object.prototype) {
    Object.setPrototypeOf(ZlibBase.prototype, Transform.prototype);
    Object.setPrototypeOf(ZlibBase, Transform);
  }
  const s = prepare(mode, opts);
  let forStream = opts;
  if (opts && (opts.encoding || opts.objectMode || opts.writableObjectMode))
    forStream = { ...opts, encoding: null, objectMode: false, writableObjectMode: false };
  Transform.call(this, { autoDestroy: true, ...forStream });
  this.bytesWritten = 0;
  this._handle = s.handle;
  this._outBuffer = undefined; // made when there is something to put out
  this._outOffset = 0;
  this._chunkSize = s.chunkSize;
  this._defaultFlushFlag = s.flush;
  this._finishFlushFlag = s.finishFlush;
  this._defaultFullFlushFlag = s.fullFlush;
  this._info = s.info;
  this._maxOutputLength = s.max;
  if (mode < BROTLI_DECODE) {
    this._level = s.level;
    this._strategy = s.strategy;
  }
}

function method(C, name, value) {
  Object.defineProperty(C.prototype, name, { value, configurable: true, writable: true });
}
function getter(C, name, get) {
  Object.defineProperty(C.prototype, name, { get, configurable: true, enumerable: true });
}

getter(ZlibBase, '_closed', function () {
  return !this._handle;
});
getter(ZlibBase, 'bytesRead', function () {
  return this.bytesWritten;
});
method(ZlibBase, 'reset', function reset() {
  if (!this._handle)
    require('assert')(false, 'zlib binding closed');
  zlib.reset(this._handle);
});
method(ZlibBase, '_flush', function (callback) {
  this._transform(require('buffer').Buffer.alloc(0), '', callback);
});
method(ZlibBase, '_final', function (callback) {
  callback();
});
method(ZlibBase, 'flush', function flush(kind, callback) {
  if (typeof kind === 'function' || kind === undefined && !callback)
    [callback, kind] = [kind, this._defaultFullFlushFlag];
  if (this.writableFinished) {
    if (callback)
      process.nextTick(callback);
  } else if (this.writableEnded) {
    if (callback)
      this.once('end', callback);
  } else {
    const nothing = require('buffer').Buffer.alloc(0);
    nothing[kFlushFlag] = kind;
    this.write(nothing, '', callback);
  }
});
method(ZlibBase, 'close', function close(callback) {
  if (callback)
    require('stream').finished(this, callback);
  this.destroy();
});
method(ZlibBase, '_destroy', function (error, callback) {
  this._handle = null;
  callback(error);
});

// Of two flushes the one that flushes more; Z_BLOCK (5) does so little more than none.
const strengths = [0, 2, 3, 4, 5, 1];
const maxFlush = (a, b) => strengths[a] > strengths[b] ? a : b;

method(ZlibBase, '_transform', function (chunk, encoding, callback) {
  let flush = this._defaultFlushFlag;
  if (typeof chunk[kFlushFlag] === 'number')
    flush = chunk[kFlushFlag];
  if (this.writableEnded && this.writableLength === chunk.byteLength)
    flush = maxFlush(flush, this._finishFlushFlag);
  processChunk(this, chunk, flush, callback);
});
method(ZlibBase, '_processChunk', function (chunk, flush, callback) {
  if (typeof callback === 'function') {
    processChunk(this, chunk, flush, callback);
    return undefined;
  }
  const handle = this._handle;
  if (!handle)
    require('assert')(false, 'zlib binding closed');
  const bytes = bytesOf(chunk);
  const [r, left] = runAll(handle, flush, bytes, this._chunkSize, this._maxOutputLength);
  this.bytesWritten += bytes.length - left;
  this._handle = null;
  return r;
});

function processChunk(self, chunk, flush, callback) {
  later(step, self, bytesOf(chunk), 0, flush, callback);
}

// One room full of output, and again while it was full; as fast as the reader takes it.
function step(self, chunk, at, flush, callback) {
  if (!self._handle) {
    callback();
    return;
  }
  if (!self._outBuffer || self._outOffset >= self._outBuffer.length) {
    self._outBuffer = require('buffer').Buffer.allocUnsafeSlow(Math.min(self._chunkSize, CHUNK_MAX));
    self._outOffset = 0;
  }
  let left, room;
  try {
    [left, room] = zlib.run(self._handle, flush, chunk, at, self._outBuffer, self._outOffset);
  } catch (e) {
    self[kError] = e;
    self.destroy(e);
    return;
  }
  self.bytesWritten += chunk.length - left - at;
  const from = self._outOffset;
  const to = self._outBuffer.length - room;
  self._outOffset = to;
  const isFull = to > from && !self.push(self._outBuffer.slice(from, to));
  if (self.destroyed) {
    callback();
    return;
  }
  const again = () => later(step, self, chunk, chunk.length - left, flush, callback);
  if (room === 0 && isFull) {
    const read = self._read;
    self._read = function (n) {
      self._read = read;
      again();
      self._read(n);
    };
  } else if (room === 0) {
    again();
  } else {
    if (left > 0) // it is at its end, and wants no more
      self.push(null);
    callback();
  }
}

function Zlib(opts, mode) {
  ZlibBase.call(this, opts, mode);
}

method(Zlib, 'params', function params(level, strategy, callback) {
  level = number(level, 'level', -1, 9, -1);
  strategy = number(strategy, 'strategy', 0, 4, 0);
  if (this._level === level && this._strategy === strategy) {
    process.nextTick(callback);
    return;
  }
  this.flush(Z_SYNC_FLUSH, () => {
    if (!this._handle)
      require('assert')(false, 'zlib binding closed');
    try {
      zlib.params(this._handle, level, strategy);
    } catch (e) {
      this.destroy(e);
      return;
    }
    if (!this.destroyed) {
      this._level = level;
      this._strategy = strategy;
      callback?.();
    }
  });
});

function Brotli(opts, mode) {
  ZlibBase.call(this, opts, mode);
}

function derive(C, Base) {
  Object.setPrototypeOf(C.prototype, Base.prototype);
  Object.setPrototypeOf(C, Base);
}
derive(Zlib, ZlibBase);
derive(Brotli, Zlib);

// ---- all of them ------------------------------------------------------------------------------------------

module.exports = { crc32 };
const modes = [['Deflate', 1], ['Inflate', 2], ['Gzip', 3], ['Gunzip', 4], ['DeflateRaw', 5],
  ['InflateRaw', 6], ['Unzip', 7], ['BrotliCompress', BROTLI_ENCODE], ['BrotliDecompress', BROTLI_DECODE]];
const classes = {};
for (const [name, mode] of modes) {
  const C = classes[name] = { [name]: function (opts) {
    if (!(this instanceof C))
      return new C(opts);
    (mode >= BROTLI_DECODE ? Brotli : Zlib).call(this, opts, mode);
  } }[name];
  derive(C, mode >= BROTLI_DECODE ? Brotli : Zlib);
  module.exports[name] = C;
}
for (const name of ['Deflate', 'Gzip', 'DeflateRaw', 'Unzip', 'Inflate', 'Gunzip', 'InflateRaw',
  'BrotliCompress', 'BrotliDecompress']) {
  const C = classes[name];
  const [, mode] = modes.find(([n]) => n === name);
  const lower = name[0].toLowerCase() + name.slice(1);
  module.exports[lower] = function asyncBufferWrapper(buffer, opts, callback) {
    return runLater(C, mode, buffer, opts, callback);
  };
  module.exports[`${lower}Sync`] = function syncBufferWrapper(buffer, opts) {
    return runSync(C, mode, buffer, opts);
  };
}
for (const name of ['Deflate', 'Inflate', 'DeflateRaw', 'InflateRaw', 'Gzip', 'Gunzip', 'Unzip',
  'BrotliCompress', 'BrotliDecompress']) {
  Object.defineProperty(module.exports, `create${name}`, { enumerable: true, configurable: true,
    value: function (opts) {
      return new classes[name](opts);
    } });
}
Object.defineProperty(module.exports, 'constants', { enumerable: true, value: constants });
Object.defineProperty(module.exports, 'codes', { enumerable: true, value: codesOf });
for (const [name, value] of Object.entries(constants)) {
  if (!name.startsWith('BROTLI'))
    Object.defineProperty(module.exports, name, { value });
}
