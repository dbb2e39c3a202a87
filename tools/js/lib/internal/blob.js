// Blob and File: bytes that do not change, in one piece.
const { text, core } = internal;
const { codes } = require('internal/errors');

const customInspect = Symbol.for('nodejs.util.inspect.custom');
const UTF8 = 0;

let bytesOf, isBlob, make;

function typeOf(type) {
  type = `${type}`;
  return /[^\x20-\x7E]/.test(type) ? '' : type.toLowerCase();
}

// The bytes of one part.
function partOf(part, endings) {
  if (isBlob(part))
    return bytesOf(part);
  if (ArrayBuffer.isView(part))
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  const c = core.classOf(part);
  if (c === 'ArrayBuffer' || c === 'SharedArrayBuffer')
    return new Uint8Array(part);
  let s = `${part}`;
  if (endings === 'native')
    s = s.replace(/\r\n?/g, '\n');
  return new Uint8Array(text.encode(s, UTF8));
}

class Blob {
  #bytes;
  #type = '';

  static {
    isBlob = (v) => typeof v === 'object' && v !== null && #bytes in v;
    bytesOf = (v) => v.#bytes;
    make = (bytes, type) => {
      const b = new Blob();
      b.#bytes = bytes;
      b.#type = typeOf(type);
      return b;
    };
  }

  constructor(sources = [], options = {}) {
    if (sources === null || typeof sources !== 'object' && typeof sources !== 'function' ||
        typeof sources[Symbol.iterator] !== 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('sources', 'a sequence', sources);
    if (options != null && typeof options !== 'object' && typeof options !== 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'a dictionary', options);
    const type = options?.type ?? '', endings = options?.endings ?? 'transparent';
    if (endings !== 'transparent' && endings !== 'native')
      throw new codes.ERR_INVALID_ARG_VALUE('options.endings', endings);
    const parts = Array.from(sources, (part) => partOf(part, endings));
    let n = 0;
    for (const p of parts)
      n += p.length;
    const all = new Uint8Array(n);
    n = 0;
    for (const p of parts) {
      all.set(p, n);
      n += p.length;
    }
    this.#bytes = all;
    this.#type = typeOf(type);
  }

  static #of(v) {
    if (!isBlob(v))
      throw new codes.ERR_INVALID_THIS('Blob');
    return v;
  }

  get size() {
    return Blob.#of(this).#bytes.length;
  }
  get type() {
    return Blob.#of(this).#type;
  }

  slice(start = 0, end = this.size, type = '') {
    const bytes = Blob.#of(this).#bytes;
    return make(bytes.subarray(Math.trunc(start) || 0, Math.trunc(end) || 0), type);
  }

  async arrayBuffer() {
    return Blob.#of(this).#bytes.slice().buffer;
  }
  async bytes() {
    return Blob.#of(this).#bytes.slice();
  }
  async text() {
    const { TextDecoder } = require('internal/encoding');
    return new TextDecoder().decode(Blob.#of(this).#bytes);
  }

  stream() {
    const bytes = Blob.#of(this).#bytes;
    let at = 0;
    return new (require('stream/web').ReadableStream)({ type: 'bytes', pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      controller.enqueue(bytes.slice(at, at += 65536));
    } });
  }

  [customInspect](depth, options) {
    return inspectAs(this, { size: this.size, type: this.type }, depth, options);
  }
}

function inspectAs(self, shown, depth, options) {
  if (depth < 0)
    return self;
  const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
  return `${self.constructor.name} ${require('internal/inspect').inspect(shown, inner)}`;
}

class File extends Blob {
  #name;
  #lastModified;

  constructor(fileBits, fileName, options = {}) {
    if (arguments.length < 2)
      throw new codes.ERR_MISSING_ARGS('fileBits', 'fileName');
    super(fileBits, options);
    const { lastModified } = options ?? {};
    this.#name = `${fileName}`.toWellFormed();
    this.#lastModified = lastModified === undefined ? Date.now() : Math.trunc(+lastModified) || 0;
  }
  get name() {
    return this.#name;
  }
  get lastModified() {
    return this.#lastModified;
  }
  [customInspect](depth, options) {
    return inspectAs(this, { size: this.size, type: this.type, name: this.#name, lastModified: this.#lastModified },
      depth, options);
  }
}

for (const [C, names, tag] of [[Blob, ['size', 'type', 'slice', 'stream', 'text', 'arrayBuffer', 'bytes'], 'Blob'],
  [File, ['name', 'lastModified'], 'File']]) {
  for (const k of names)
    Object.defineProperty(C.prototype, k, { enumerable: true });
  Object.defineProperty(C.prototype, Symbol.toStringTag, { configurable: true, value: tag });
}

// ---- blob: URLs of this process ----

const urls = new Map();

function createObjectURL(blob) {
  if (!isBlob(blob))
    throw new codes.ERR_INVALID_ARG_TYPE('obj', 'Blob', blob);
  const id = require('crypto').randomUUID();
  urls.set(id, blob);
  return `blob:nodedata:${id}`;
}

function revokeObjectURL(url) {
  urls.delete(`${url}`.slice('blob:nodedata:'.length));
}

function resolveObjectURL(url) {
  const m = /^blob:nodedata:([^#?]*)/.exec(`${url}`);
  return m ? urls.get(m[1]) : undefined;
}

module.exports = { Blob, File, isBlob, createObjectURL, revokeObjectURL, resolveObjectURL, bytesOfBlob: bytesOf };
