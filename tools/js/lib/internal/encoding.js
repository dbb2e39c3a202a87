// TextEncoder and TextDecoder (https://encoding.spec.whatwg.org): UTF-8, UTF-16 and windows-1252, and the
// streams of both.
const { text, core } = internal;
const { codes } = require('internal/errors');

const UTF8 = 0, UTF16LE = 1, LATIN1 = 2;
const customInspect = Symbol.for('nodejs.util.inspect.custom');

const labels = {
  __proto__: null,
  'utf-8': 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8',
  'utf-16le': 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le',
  'utf-16be': 'unicodefffe utf-16be',
  'windows-1252': 'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 ' +
    'iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
};

function encodingOf(label) {
  const name = label.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase();
  for (const encoding in labels) {
    if (labels[encoding].split(' ').includes(name))
      return encoding;
  }
  return undefined;
}

// What windows-1252 has at 0x80 to 0x9F.
const windows1252 = '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

class TextEncoder {
  #brand;
  get encoding() {
    this.#brand;
    return 'utf-8';
  }
  encode(input = '') {
    this.#brand;
    return new Uint8Array(text.encode(`${input}`, UTF8));
  }
  encodeInto(src, dest) {
    this.#brand;
    if (typeof src !== 'string')
      throw new codes.ERR_INVALID_ARG_TYPE('src', 'string', src);
    if (core.classOf(dest) !== 'Uint8Array')
      throw new codes.ERR_INVALID_ARG_TYPE('dest', 'Uint8Array', dest);
    const [read, written] = text.encodeInto(src, dest);
    return { read, written };
  }
  [customInspect](depth, options) {
    this.#brand;
    return require('internal/inspect').inspect({ encoding: 'utf-8' }, options);
  }
}

// A Uint8Array of the bytes of a BufferSource.
function bytesOf(input) {
  if (ArrayBuffer.isView(input))
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  const c = core.classOf(input);
  if (c === 'ArrayBuffer' || c === 'SharedArrayBuffer')
    return new Uint8Array(input);
  const e = new TypeError(
    'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.');
  e.code = 'ERR_INVALID_ARG_TYPE'; // there is no list, but these are Node's words
  throw e;
}

function join(a, b) {
  const r = new Uint8Array(a.length + b.length);
  r.set(a);
  r.set(b, a.length);
  return r;
}

const none = new Uint8Array(0);

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #rest = none; // the beginning of a character
  #begun = false; // the place of the byte order mark has passed

  constructor(encoding = 'utf-8', options = {}) {
    encoding = `${encoding}`;
    if (options !== null && typeof options !== 'object')
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    this.#encoding = encodingOf(encoding);
    if (this.#encoding === undefined)
      throw new codes.ERR_ENCODING_NOT_SUPPORTED(encoding);
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding() {
    return this.#encoding;
  }
  get fatal() {
    return this.#fatal;
  }
  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  #invalid() {
    this.#rest = none;
    this.#begun = false;
    return new codes.ERR_ENCODING_INVALID_ENCODED_DATA(this.#encoding, undefined);
  }

  #utf8(bytes, isLast) {
    if (!isLast) {
      const k = text.unfinished(bytes);
      this.#rest = bytes.slice(bytes.length - k);
      bytes = bytes.subarray(0, bytes.length - k);
    }
    if (this.#fatal && !text.isUtf8(bytes))
      throw this.#invalid();
    return text.decode(bytes, 0, bytes.length, UTF8);
  }

  #utf16(bytes, isLast) {
    const isBig = this.#encoding === 'utf-16be';
    let n = bytes.length & ~1, s;
    if (!isLast && n > 0 && (bytes[n - (isBig ? 2 : 1)] & 0xFC) === 0xD8)
      n -= 2; // half of a pair
    if (!isLast)
      this.#rest = bytes.slice(n);
    if (isBig) {
      const swapped = bytes.slice(0, n);
      text.swap(swapped, 2);
      s = text.decode(swapped, 0, n, UTF16LE);
    } else {
      s = text.decode(bytes, 0, n, UTF16LE);
    }
    const isOdd = isLast && bytes.length % 2 === 1;
    if (this.#fatal && (isOdd || !s.isWellFormed()))
      throw this.#invalid();
    return s.toWellFormed() + (isOdd ? '\uFFFD' : '');
  }

  decode(input = none, options = {}) {
    let bytes = bytesOf(input);
    const isLast = !options?.stream;
    if (this.#rest.length > 0) {
      bytes = join(this.#rest, bytes);
      this.#rest = none;
    }
    let s;
    if (this.#encoding === 'windows-1252')
      s = text.decode(bytes, 0, bytes.length, LATIN1).replace(/[\x80-\x9F]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]);
    else
      s = this.#encoding === 'utf-8' ? this.#utf8(bytes, isLast) : this.#utf16(bytes, isLast);
    if (!this.#begun && s.length > 0) {
      this.#begun = true;
      if (!this.#ignoreBOM && this.#encoding !== 'windows-1252' && s.charCodeAt(0) === 0xFEFF)
        s = s.slice(1);
    }
    if (isLast)
      this.#begun = false;
    return s;
  }

  [customInspect](depth, options) {
    const shown = { fatal: this.#fatal, ignoreBOM: this.#ignoreBOM, encoding: this.#encoding };
    return `TextDecoder ${require('internal/inspect').inspect(shown, options)}`;
  }
}

function expose(C, name, names) {
  for (const k of names)
    Object.defineProperty(C.prototype, k, { enumerable: true });
  Object.defineProperty(C.prototype, Symbol.toStringTag, { configurable: true, value: name });
}
expose(TextEncoder, 'TextEncoder', ['encoding', 'encode', 'encodeInto']);
expose(TextDecoder, 'TextDecoder', ['encoding', 'fatal', 'ignoreBOM', 'decode']);

module.exports = { TextEncoder, TextDecoder, encodingOf };
