// StringDecoder: bytes to text piece by piece, characters never split.
const { text } = internal;
const { codes } = require('internal/errors');
const { Buffer } = require('buffer');

const names = {
  'utf8': 'utf8', 'utf-8': 'utf8', 'ucs2': 'utf16le', 'ucs-2': 'utf16le', 'utf16le': 'utf16le', 'utf-16le': 'utf16le',
  'latin1': 'latin1', 'binary': 'latin1', 'base64': 'base64', 'base64url': 'base64url', 'ascii': 'ascii', 'hex': 'hex',
};
const numbers = { utf8: 0, utf16le: 1, latin1: 2, ascii: 3, hex: 4, base64: 5, base64url: 6 };
const kRest = Symbol('kRest');

function StringDecoder(encoding) {
  const name = encoding ? names[`${encoding}`.toLowerCase()] : 'utf8';
  if (name === undefined)
    throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  this.encoding = name;
  Object.defineProperty(this, kRest, { value: Buffer.alloc(0), writable: true });
}

// How many bytes at the end wait for more.
function unfinished(encoding, bytes) {
  const n = bytes.length;
  switch (encoding) {
    case 'utf8':
      return text.unfinished(bytes);
    case 'utf16le': {
      const odd = n % 2;
      return n - odd >= 2 && (bytes[n - odd - 1] & 0xFC) === 0xD8 ? odd + 2 : odd;
    }
    case 'base64': case 'base64url':
      return n % 3;
    default:
      return 0;
  }
}

StringDecoder.prototype.write = function write(buf) {
  if (typeof buf === 'string')
    return buf;
  if (!ArrayBuffer.isView(buf))
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray', 'DataView'], buf);
  if (!this[kRest])
    throw new codes.ERR_INVALID_THIS('StringDecoder');
  let bytes = Buffer.from(buf.buffer, buf.byteOffset, buf.byteLength);
  if (this[kRest].length > 0)
    bytes = Buffer.concat([this[kRest], bytes]);
  const k = unfinished(this.encoding, bytes), n = bytes.length - k;
  this[kRest] = Buffer.from(bytes.subarray(n));
  return text.decode(bytes, 0, n, numbers[this.encoding]);
};

StringDecoder.prototype.end = function end(buf) {
  let r = buf === undefined ? '' : this.write(buf);
  const rest = this[kRest];
  if (rest.length > 0) {
    r += text.decode(rest, 0, this.encoding === 'utf16le' ? rest.length & ~1 : rest.length, numbers[this.encoding]);
    this[kRest] = Buffer.alloc(0);
  }
  return r;
};

StringDecoder.prototype.text = function(buf, offset) {
  this[kRest] = Buffer.alloc(0);
  return this.write(buf.slice(offset));
};

Object.defineProperties(StringDecoder.prototype, {
  lastNeed: { configurable: true, enumerable: true, get() {
    return needed(this) - this[kRest].length;
  } },
  lastTotal: { configurable: true, enumerable: true, get() {
    return needed(this);
  } },
  lastChar: { configurable: true, enumerable: true, get() {
    const b = Buffer.alloc(4);
    this[kRest].copy(b);
    return b;
  } },
});

// The size of the character that has begun.
function needed(d) {
  const rest = d[kRest];
  if (rest.length === 0)
    return 0;
  if (d.encoding === 'utf8')
    return rest[0] >= 0xF0 ? 4 : rest[0] >= 0xE0 ? 3 : 2;
  return d.encoding === 'utf16le' ? (rest.length > 1 ? 4 : 2) : 3;
}

module.exports = { StringDecoder };
