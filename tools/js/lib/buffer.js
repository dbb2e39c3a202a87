// Bytes: class Buffer, and around it the encodings of text. What touches many bytes is C (internal.text).
const { text, core } = internal;
const { codes } = require('internal/errors');
const { validateNumber, validateInteger, validateString, validateArray } = require('internal/validators');

const MAX_LENGTH = 4294967296;
const MAX_STRING_LENGTH = 536870888;
const customInspect = Symbol.for('nodejs.util.inspect.custom');

// The numbers internal.text knows encodings by.
const UTF8 = 0, UTF16LE = 1, LATIN1 = 2, ASCII = 3, HEX = 4, BASE64 = 5, BASE64URL = 6;
const encodings = {
  __proto__: null,
  'utf8': UTF8, 'utf-8': UTF8, 'ucs2': UTF16LE, 'ucs-2': UTF16LE, 'utf16le': UTF16LE, 'utf-16le': UTF16LE,
  'latin1': LATIN1, 'binary': LATIN1, 'ascii': ASCII, 'hex': HEX, 'base64': BASE64, 'base64url': BASE64URL,
};

// The number of an encoding's name, undefined when there is none such.
function encodingNumber(name) {
  return encodings[name] ?? encodings[`${name}`.toLowerCase()];
}

function knownEncoding(name) {
  const n = encodingNumber(name);
  if (n === undefined)
    throw new codes.ERR_UNKNOWN_ENCODING(name);
  return n;
}

const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const isUint8Array = (v) => tagOf.call(v) === 'Uint8Array';

function isAnyArrayBuffer(v) {
  const c = core.classOf(v);
  return c === 'ArrayBuffer' || c === 'SharedArrayBuffer';
}

function needBytes(v, name) {
  if (!isUint8Array(v))
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['Buffer', 'Uint8Array'], v);
}

const validateOffset = (v, name, min = 0, max = MAX_LENGTH) => validateInteger(v, name, min, max);

class FastBuffer extends Uint8Array {}

// What the engine says of too much memory is an InternalError; JavaScript knows a RangeError.
function allocate(n) {
  try {
    return new FastBuffer(n);
  } catch {
    throw new RangeError('Array buffer allocation failed');
  }
}

let didWarn = false;
function Buffer(arg, encodingOrOffset, length) {
  if (!didWarn) {
    didWarn = true;
    globalThis.process?.emitWarning?.('Buffer() is deprecated due to security and usability issues. Please use ' +
      'the Buffer.alloc(), Buffer.allocUnsafe(), or Buffer.from() methods instead.', 'DeprecationWarning', 'DEP0005');
  }
  if (typeof arg !== 'number')
    return Buffer.from(arg, encodingOrOffset, length);
  if (typeof encodingOrOffset === 'string')
    throw new codes.ERR_INVALID_ARG_TYPE('string', 'string', arg);
  return Buffer.alloc(arg);
}
Object.setPrototypeOf(Buffer, Uint8Array);
Buffer.prototype = FastBuffer.prototype;
Object.defineProperty(Buffer, 'prototype', { enumerable: false });
Object.defineProperty(FastBuffer.prototype, 'constructor',
  { value: Buffer, writable: true, configurable: true, enumerable: false });
Object.defineProperty(Buffer, Symbol.species, { configurable: true, enumerable: false, get: () => FastBuffer });

function fromString(s, encoding) {
  const n = typeof encoding === 'string' && encoding.length > 0 ? knownEncoding(encoding) : UTF8;
  return s.length === 0 ? new FastBuffer() : new FastBuffer(text.encode(s, n));
}

function fromArrayLike(from) {
  if (from.length <= 0)
    return new FastBuffer();
  if (isUint8Array(from)) {
    const to = allocate(from.length);
    text.copy(to, 0, from, 0, from.length);
    return to;
  }
  return new FastBuffer(Array.isArray(from) ? from : Array.prototype.slice.call(from));
}

function fromArrayBuffer(from, offset, length) {
  offset = +offset || 0;
  const most = from.byteLength - offset;
  if (most < 0)
    throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('offset');
  if (length === undefined) {
    length = most;
  } else {
    length = +length;
    if (length > most)
      throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('length');
    if (!(length > 0))
      length = 0;
  }
  return new FastBuffer(from, offset, length);
}

function fromObject(from) {
  if (from.length !== undefined || isAnyArrayBuffer(from.buffer))
    return typeof from.length === 'number' ? fromArrayLike(from) : new FastBuffer();
  return from.type === 'Buffer' && Array.isArray(from.data) ? fromArrayLike(from.data) : undefined;
}

Buffer.poolSize = 8192;

Buffer.from = function from(value, encodingOrOffset, length) {
  if (typeof value === 'string')
    return fromString(value, encodingOrOffset);
  if (typeof value === 'object' && value !== null) {
    if (isAnyArrayBuffer(value))
      return fromArrayBuffer(value, encodingOrOffset, length);
    const primitive = value.valueOf && value.valueOf();
    if (primitive != null && primitive !== value && (typeof primitive === 'string' || typeof primitive === 'object'))
      return Buffer.from(primitive, encodingOrOffset, length);
    const b = fromObject(value);
    if (b)
      return b;
    if (typeof value[Symbol.toPrimitive] === 'function') {
      const s = value[Symbol.toPrimitive]('string');
      if (typeof s === 'string')
        return fromString(s, encodingOrOffset);
    }
  }
  throw new codes.ERR_INVALID_ARG_TYPE('first argument',
    ['string', 'Buffer', 'ArrayBuffer', 'Array', 'Array-like Object'], value);
};

Buffer.copyBytesFrom = function copyBytesFrom(view, offset, length) {
  if (tagOf.call(view) === undefined)
    throw new codes.ERR_INVALID_ARG_TYPE('view', ['TypedArray'], view);
  if (offset !== undefined)
    validateInteger(offset, 'offset', 0);
  if (length !== undefined)
    validateInteger(length, 'length', 0);
  const from = offset ?? 0;
  const part = view.subarray(from, length === undefined ? view.length : from + length);
  return fromArrayLike(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
};

Buffer.of = function of(...items) {
  return new FastBuffer(items);
};

Buffer.alloc = function alloc(size, fill, encoding) {
  validateNumber(size, 'size', 0, MAX_LENGTH);
  const b = allocate(size);
  return fill !== undefined && fill !== 0 && size > 0 ? fillBytes(b, fill, encoding) : b;
};

Buffer.allocUnsafe = function allocUnsafe(size) {
  validateNumber(size, 'size', 0, MAX_LENGTH);
  return allocate(size);
};

Buffer.allocUnsafeSlow = function allocUnsafeSlow(size) {
  validateNumber(size, 'size', 0, MAX_LENGTH);
  return allocate(size);
};

function SlowBuffer(size) {
  validateNumber(size, 'size', 0, MAX_LENGTH);
  return allocate(size);
}
Object.setPrototypeOf(SlowBuffer.prototype, Uint8Array.prototype);
Object.setPrototypeOf(SlowBuffer, Uint8Array);

Buffer.isBuffer = function isBuffer(b) {
  return b instanceof Buffer;
};

Buffer.compare = function compare(buf1, buf2) {
  needBytes(buf1, 'buf1');
  needBytes(buf2, 'buf2');
  return buf1 === buf2 ? 0 : text.compare(buf1, buf2);
};

Buffer.isEncoding = function isEncoding(encoding) {
  return typeof encoding === 'string' && encoding.length !== 0 && encodingNumber(encoding) !== undefined;
};

Buffer.concat = function concat(list, length) {
  validateArray(list, 'list');
  if (list.length === 0)
    return new FastBuffer();
  if (length === undefined) {
    length = 0;
    for (const b of list)
      length += b?.length ? b.length : 0;
  } else {
    validateOffset(length, 'length');
  }
  const to = allocate(length);
  let at = 0;
  for (let i = 0; i < list.length; i++) {
    needBytes(list[i], `list[${i}]`);
    at += text.copy(to, at, list[i], 0, list[i].length);
  }
  return to;
};

// How many bytes of base64 these many characters are, as Node guesses it from the end alone.
function base64Length(s) {
  let n = s.length;
  if (s.charCodeAt(n - 1) === 0x3D)
    n--;
  if (n > 1 && s.charCodeAt(n - 1) === 0x3D)
    n--;
  return Math.floor(n * 3 / 4);
}

Buffer.byteLength = function byteLength(string, encoding) {
  if (typeof string !== 'string') {
    if (ArrayBuffer.isView(string) || isAnyArrayBuffer(string))
      return string.byteLength;
    throw new codes.ERR_INVALID_ARG_TYPE('string', ['string', 'Buffer', 'ArrayBuffer'], string);
  }
  switch (encoding && encodingNumber(encoding)) {
    case UTF16LE: return string.length * 2;
    case LATIN1: case ASCII: return string.length;
    case HEX: return string.length >>> 1;
    case BASE64: case BASE64URL: return base64Length(string);
    default: return text.byteLength(string);
  }
};

// The index a (perhaps negative) argument of slice stands for.
function sliceIndex(at, n) {
  at = Math.trunc(at) || 0;
  if (at < 0)
    return Math.max(at + n, 0);
  return Math.min(at, n);
}

function fillBytes(b, value, offset, end, encoding) {
  if (typeof value === 'string') {
    if (offset === undefined || typeof offset === 'string') {
      encoding = offset;
      offset = undefined;
    } else if (typeof end === 'string') {
      encoding = end;
      end = b.length;
    }
    const n = encoding ? encodingNumber(encoding) : UTF8;
    if (n === undefined) {
      validateString(encoding, 'encoding');
      throw new codes.ERR_UNKNOWN_ENCODING(encoding);
    }
    encoding = n;
  }
  if (offset === undefined) {
    offset = 0;
    end = b.length;
  } else {
    validateOffset(offset, 'offset');
    if (end === undefined)
      end = b.length;
    else
      validateOffset(end, 'end', 0, b.length);
    if (offset >= end)
      return b;
  }
  let pattern = value;
  if (typeof value === 'string')
    pattern = value.length === 0 ? 0 : text.encode(value, encoding);
  else if (!isUint8Array(value))
    return Uint8Array.prototype.fill.call(b, value & 255, offset, end);
  if (pattern === 0)
    return Uint8Array.prototype.fill.call(b, 0, offset, end);
  if (pattern.byteLength === 0)
    throw new codes.ERR_INVALID_ARG_VALUE('value', value);
  text.fill(b, offset, end, pattern);
  return b;
}

// Where the search of Buffer.indexOf begins: an index, or what is returned at once below 0 (as ~result).
function searchStart(n, offset, needle, forward) {
  if (offset < 0)
    return offset + n >= 0 ? offset + n : forward || needle === 0 ? 0 : -1;
  if (offset + needle <= n)
    return offset;
  return needle === 0 ? n : forward ? -1 : n - 1;
}

function find(b, value, offset, encoding, forward) {
  needBytes(b, 'buffer');
  if (typeof offset === 'string') {
    encoding = offset;
    offset = undefined;
  }
  offset = Math.max(-0x80000000, Math.min(0x7FFFFFFF, +offset));
  offset = Number.isNaN(offset) ? (forward ? 0 : b.length) : Math.trunc(offset);
  let needle, unit = 1;
  if (typeof value === 'number') {
    needle = new Uint8Array([value]);
  } else {
    const n = encoding === undefined ? UTF8 : encodingNumber(encoding);
    if (typeof value === 'string')
      needle = new Uint8Array(text.encode(value, knownEncoding(encoding ?? 'utf8')));
    else if (isUint8Array(value))
      needle = value;
    else
      throw new codes.ERR_INVALID_ARG_TYPE('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
    unit = n === UTF16LE ? 2 : 1;
  }
  const start = searchStart(b.length, offset, needle.length, forward);
  if (needle.length === 0 && typeof value !== 'number')
    return start;
  return start < 0 ? -1 : text.find(b, needle, unit, start, !forward);
}

const toInteger = (v) => Math.trunc(+v) || 0;

const methods = {
  copy(target, targetStart, sourceStart, sourceEnd) {
    needBytes(this, 'source');
    needBytes(target, 'target');
    targetStart = toInteger(targetStart);
    if (targetStart < 0)
      throw new codes.ERR_OUT_OF_RANGE('targetStart', '>= 0', targetStart);
    sourceStart = toInteger(sourceStart);
    if (sourceStart < 0 || sourceStart > this.length)
      throw new codes.ERR_OUT_OF_RANGE('sourceStart', `>= 0 && <= ${this.length}`, sourceStart);
    sourceEnd = sourceEnd === undefined ? this.length : toInteger(sourceEnd);
    if (sourceEnd < 0)
      throw new codes.ERR_OUT_OF_RANGE('sourceEnd', '>= 0', sourceEnd);
    return text.copy(target, targetStart, this, sourceStart, sourceEnd);
  },

  toString(encoding, start, end) {
    const n = this.length;
    if (arguments.length === 0)
      return text.decode(this, 0, n, UTF8);
    if (start >= n)
      return '';
    start = start <= 0 ? 0 : Math.trunc(start) || 0;
    end = end === undefined || end > n ? n : Math.trunc(end) || 0;
    return end <= start ? '' : text.decode(this, start, end, encoding === undefined ? UTF8 : knownEncoding(encoding));
  },

  equals(otherBuffer) {
    needBytes(this, 'this');
    needBytes(otherBuffer, 'otherBuffer');
    return this === otherBuffer ||
      this.byteLength === otherBuffer.byteLength && text.compare(this, otherBuffer) === 0;
  },

  compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
    needBytes(this, 'this');
    needBytes(target, 'target');
    if (targetStart !== undefined)
      validateOffset(targetStart, 'targetStart');
    if (targetEnd !== undefined)
      validateOffset(targetEnd, 'targetEnd', 0, target.length);
    if (sourceStart !== undefined)
      validateOffset(sourceStart, 'sourceStart');
    if (sourceEnd !== undefined)
      validateOffset(sourceEnd, 'sourceEnd', 0, this.length);
    const a = Uint8Array.prototype.subarray.call(this, sourceStart ?? 0, Math.max(sourceStart ?? 0, sourceEnd ?? this.length));
    const b = Uint8Array.prototype.subarray.call(target, targetStart ?? 0, Math.max(targetStart ?? 0, targetEnd ?? target.length));
    return text.compare(a, b);
  },

  indexOf(value, byteOffset, encoding) {
    return find(this, value, byteOffset, encoding, true);
  },

  lastIndexOf(value, byteOffset, encoding) {
    return find(this, value, byteOffset, encoding, false);
  },

  includes(value, byteOffset, encoding) {
    return find(this, value, byteOffset, encoding, true) !== -1;
  },

  fill(value, offset, end, encoding) {
    return fillBytes(this, value, offset, end, encoding);
  },

  write(string, offset, length, encoding) {
    if (offset === undefined) {
      offset = 0;
      length = this.length;
    } else if (length === undefined && typeof offset === 'string') {
      encoding = offset;
      offset = 0;
      length = this.length;
    } else {
      validateOffset(offset, 'offset', 0, this.length);
      const rest = this.length - offset;
      if (length === undefined) {
        length = rest;
      } else if (typeof length === 'string') {
        encoding = length;
        length = rest;
      } else {
        validateOffset(length, 'length', 0, this.length);
        length = Math.min(length, rest);
      }
    }
    return writeText(this, string, offset, length, encoding ? knownEncoding(encoding) : UTF8);
  },

  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  },

  subarray(start, end) {
    const n = this.length;
    start = sliceIndex(start, n);
    end = end === undefined ? n : sliceIndex(end, n);
    return new FastBuffer(this.buffer, this.byteOffset + start, end > start ? end - start : 0);
  },

  slice(start, end) {
    return this.subarray(start, end);
  },

  swap16() {
    return swap(this, 2);
  },

  swap32() {
    return swap(this, 4);
  },

  swap64() {
    return swap(this, 8);
  },
};

function swap(b, size) {
  if (b.length % size !== 0)
    throw new codes.ERR_INVALID_BUFFER_SIZE(`${size * 8}-bits`);
  text.swap(b, size);
  return b;
}

function writeText(b, string, offset, length, encoding) {
  if (typeof string !== 'string')
    throw Object.assign(new TypeError('argument must be a string'), { code: 'ERR_INVALID_ARG_TYPE' });
  return text.write(b, offset, offset + length, string, encoding);
}

function define(name, value) {
  Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true, enumerable: true });
}

for (const name of Object.keys(methods))
  define(name, methods[name]);
define('toLocaleString', methods.toString);

// asciiSlice, asciiWrite, …
for (const [name, encoding] of Object.entries(
  { ascii: ASCII, base64: BASE64, base64url: BASE64URL, latin1: LATIN1, hex: HEX, ucs2: UTF16LE, utf8: UTF8 })) {
  define(`${name}Slice`, function(start = 0, end = this.length) {
    if (end > this.length && end > start || start > this.length)
      throw Object.assign(new RangeError('Index out of range'), { code: 'ERR_OUT_OF_RANGE' });
    return text.decode(this, start, end, encoding);
  });
  define(`${name}Write`, function(string, offset = 0, length = this.length - offset) {
    if (typeof string === 'string' && offset > this.length)
      throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('offset');
    return writeText(this, string, offset, length, encoding);
  });
}

// ---- numbers: each form (bits as in bind_text.c) gives a method to read and one to write ----

const SIGNED = 16, BIG_ENDIAN = 32, FLOAT = 64, BIGINT = 128;

// Why there is no number at `offset`.
function badOffset(b, offset, size) {
  validateNumber(offset, 'offset');
  badBounds(offset, b.length - size, 'offset', 0);
}

function badBounds(v, most, name, least) {
  if (Math.floor(v) !== v) {
    validateNumber(v, name);
    throw new codes.ERR_OUT_OF_RANGE(name, 'an integer', v);
  }
  if (most < 0)
    throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
  throw new codes.ERR_OUT_OF_RANGE(name, `>= ${least} and <= ${most}`, v);
}

function read(b, offset, form) {
  const v = text.read(b, offset, form);
  if (v === undefined)
    badOffset(b, offset, form & 15);
  return v;
}

function badValue(v, min, max, size) {
  let range = `>= ${min} and <= ${max}`;
  if (size > 4) {
    const n = size === 8 ? 'n' : '', bits = size * 8;
    range = min ? `>= -(2${n} ** ${bits - 1}${n}) and < 2${n} ** ${bits - 1}${n}` : `>= 0${n} and < 2${n} ** ${bits}${n}`;
  }
  throw new codes.ERR_OUT_OF_RANGE('value', range, v);
}

function write(b, value, offset, form) {
  const size = form & 15;
  if (form & BIGINT) {
    const max = form & SIGNED ? 0x7FFFFFFFFFFFFFFFn : 0xFFFFFFFFFFFFFFFFn, min = form & SIGNED ? -max - 1n : 0n;
    if (value > max || value < min)
      badValue(value, min, max, size);
    if (typeof value !== 'bigint')
      throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
  } else {
    value = +value;
    if (!(form & FLOAT)) {
      const all = 2 ** (8 * size), max = form & SIGNED ? all / 2 - 1 : all - 1, min = form & SIGNED ? -all / 2 : 0;
      if (value > max || value < min)
        badValue(value, min, max, size);
    }
  }
  if (!text.writeNumber(b, value, offset, form))
    badOffset(b, offset, size);
  return offset + size;
}

function defineNumber(name, form, alias = name) {
  const readName = `read${name}`, writeName = `write${name}`;
  const f = {
    [readName](offset = 0) {
      return read(this, offset, form);
    },
    [writeName](value, offset = 0) {
      return write(this, value, offset, form);
    },
  };
  define(readName, f[readName]);
  define(`read${alias}`, f[readName]);
  define(writeName, f[writeName]);
  define(`write${alias}`, f[writeName]);
}

// readUIntLE and the like, of 1 to 6 bytes.
function defineVariable(name, form, alias = name) {
  const readName = `read${name}`, writeName = `write${name}`;
  const formOf = (offset, byteLength) => {
    if (offset === undefined)
      throw new codes.ERR_INVALID_ARG_TYPE('offset', 'number', offset);
    if (!(byteLength >= 1 && byteLength <= 6 && Number.isInteger(byteLength)))
      badBounds(byteLength, 6, 'byteLength', 1);
    return form | byteLength;
  };
  const f = {
    [readName](offset, byteLength) {
      return read(this, offset, formOf(offset, byteLength));
    },
    [writeName](value, offset, byteLength) {
      return write(this, value, offset, formOf(0, byteLength));
    },
  };
  define(readName, f[readName]);
  define(`read${alias}`, f[readName]);
  define(writeName, f[writeName]);
  define(`write${alias}`, f[writeName]);
}

defineNumber('UInt8', 1, 'Uint8');
defineNumber('Int8', 1 | SIGNED);
for (const [end, order] of [['LE', 0], ['BE', BIG_ENDIAN]]) {
  defineNumber(`UInt16${end}`, 2 | order, `Uint16${end}`);
  defineNumber(`UInt32${end}`, 4 | order, `Uint32${end}`);
  defineNumber(`Int16${end}`, 2 | order | SIGNED);
  defineNumber(`Int32${end}`, 4 | order | SIGNED);
  defineNumber(`BigUInt64${end}`, 8 | order | BIGINT, `BigUint64${end}`);
  defineNumber(`BigInt64${end}`, 8 | order | BIGINT | SIGNED);
  defineNumber(`Float${end}`, 4 | order | FLOAT);
  defineNumber(`Double${end}`, 8 | order | FLOAT);
  defineVariable(`UInt${end}`, order, `Uint${end}`);
  defineVariable(`Int${end}`, order | SIGNED);
}

// ---- the rest ----

Object.defineProperty(Buffer.prototype, 'parent', { enumerable: true, get() {
  return this instanceof Buffer ? this.buffer : undefined;
} });
Object.defineProperty(Buffer.prototype, 'offset', { enumerable: true, get() {
  return this instanceof Buffer ? this.byteOffset : undefined;
} });

let inspectMax = 50;

function inspectBuffer(depth, context) {
  const shown = Math.min(inspectMax, this.length), more = this.length - inspectMax;
  let s = text.decode(this, 0, shown, HEX).replace(/(.{2})/g, '$1 ').trim();
  if (more > 0)
    s += ` ... ${more} more byte${more > 1 ? 's' : ''}`;
  if (context) {
    const extras = { __proto__: null };
    let any = false;
    for (const k of context.showHidden ? Reflect.ownKeys(this) : Object.keys(this)) {
      if (typeof k === 'string' && /^(0|[1-9]\d*)$/.test(k)) continue;
      extras[k] = this[k];
      any = true;
    }
    if (any) {
      const options = { ...context, breakLength: Infinity, compact: true };
      s += (this.length ? ', ' : '') + require('internal/inspect').inspect(extras, options).slice(27, -2);
    }
  }
  let name = 'Buffer';
  try {
    name = this.constructor.name;
  } catch { /* somebody's getter */ }
  return `<${name} ${s}>`;
}
Object.defineProperty(Buffer.prototype, customInspect,
  { value: inspectBuffer, writable: true, configurable: true, enumerable: true });
define('inspect', inspectBuffer);

const needBytesOrBuffer = (v) => {
  if (tagOf.call(v) === undefined && !isAnyArrayBuffer(v))
    throw new codes.ERR_INVALID_ARG_TYPE('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], v);
};

const needAttached = (v) => {
  if ((v.buffer ?? v).detached)
    throw new codes.ERR_INVALID_STATE('Cannot validate on a detached buffer');
};

function isUtf8(input) {
  needBytesOrBuffer(input);
  needAttached(input);
  return text.isUtf8(input);
}

function isAscii(input) {
  needBytesOrBuffer(input);
  needAttached(input);
  return text.isAscii(input);
}

function transcode(source, fromEncoding, toEncoding) {
  needBytes(source, 'source');
  if (source.length === 0)
    return Buffer.alloc(0);
  const from = encodingNumber(fromEncoding), to = encodingNumber(toEncoding);
  if (!(from <= ASCII && to <= ASCII)) {
    const e = new Error('Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]');
    e.code = 'U_ILLEGAL_ARGUMENT_ERROR';
    e.errno = 1;
    throw e;
  }
  let s = text.decode(source, 0, source.length, from);
  if (from === ASCII)
    s = text.decode(source, 0, source.length, LATIN1).replace(/[\x80-\xFF]/g, '\uFFFD');
  if (to === LATIN1 || to === ASCII)
    s = s.replace(to === ASCII ? /[^\0-\x7F]/gu : /[^\0-\xFF]/gu, '?');
  return fromString(s, toEncoding);
}

const invalidCharacter = (message) => new DOMException(message, 'InvalidCharacterError');

function btoa(input) {
  if (arguments.length === 0)
    throw new codes.ERR_MISSING_ARGS('input');
  input = `${input}`;
  if (/[^\0-\xFF]/.test(input))
    throw invalidCharacter('Invalid character');
  const bytes = text.encode(input, LATIN1);
  return text.decode(bytes, 0, bytes.byteLength, BASE64);
}

function atob(input) {
  if (arguments.length === 0)
    throw new codes.ERR_MISSING_ARGS('input');
  const all = `${input}`.replace(/[\t\n\f\r ]+/g, ''), s = all.replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(s))
    throw invalidCharacter('Invalid character');
  if (s.length % 4 === 1)
    throw invalidCharacter('The string to be decoded is not correctly encoded.');
  if (all !== s && all.length % 4 !== 0)
    throw invalidCharacter('Invalid character');
  const bytes = text.encode(s, BASE64);
  return text.decode(bytes, 0, bytes.byteLength, LATIN1);
}

module.exports = {
  Buffer,
  SlowBuffer,
  transcode,
  isUtf8,
  isAscii,
  kMaxLength: MAX_LENGTH,
  kStringMaxLength: MAX_STRING_LENGTH,
  btoa,
  atob,
};

Object.defineProperties(module.exports, {
  constants: { enumerable: true, value: Object.defineProperties({}, {
    MAX_LENGTH: { enumerable: true, value: MAX_LENGTH },
    MAX_STRING_LENGTH: { enumerable: true, value: MAX_STRING_LENGTH },
  }) },
  INSPECT_MAX_BYTES: { enumerable: true, configurable: true, get: () => inspectMax, set(v) {
    validateNumber(v, 'INSPECT_MAX_BYTES', 0);
    inspectMax = v;
  } },
});

for (const name of ['Blob', 'resolveObjectURL', 'File']) {
  Object.defineProperty(module.exports, name, { enumerable: true, configurable: true,
    get: () => require('internal/blob')[name] });
}
