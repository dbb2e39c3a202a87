// The module `stream/web`.
const readable = require('internal/streams/web_readable');
const writable = require('internal/streams/web_writable');
const { codes } = require('internal/errors');
const { expose } = readable;

function strategy(name, size) {
  const C = { [name]: class {
    #highWaterMark;
    constructor(init) {
      if (init === null || typeof init !== 'object' && typeof init !== 'function')
        throw new codes.ERR_INVALID_ARG_TYPE('init', 'Object', init);
      if (init.highWaterMark === undefined)
        throw new codes.ERR_MISSING_OPTION('init.highWaterMark');
      this.#highWaterMark = +init.highWaterMark;
    }
    get highWaterMark() {
      return this.#highWaterMark;
    }
    get size() {
      this.#highWaterMark;
      return size;
    }
  } }[name];
  expose(C, ['highWaterMark', 'size'], name);
  return C;
}

function codec(name, fields, make) {
  const C = { [name]: class {
    #inner;
    #coder;
    constructor(...args) {
      const { coder, transformer } = make(...args);
      this.#coder = coder;
      this.#inner = new writable.TransformStream(transformer);
    }
    static of(stream, k) {
      if (typeof stream !== 'object' || stream === null || !(#coder in stream))
        throw new codes.ERR_INVALID_THIS(name);
      return stream.#coder[k];
    }
    get readable() {
      return this.#inner.readable;
    }
    get writable() {
      return this.#inner.writable;
    }
  } }[name];
  const { of } = C;
  delete C.of;
  for (const k of fields)
    Object.defineProperty(C.prototype, k, { configurable: true, get() { return of(this, k); } });
  expose(C, [...fields, 'readable', 'writable'], name);
  return C;
}

const TextEncoderStream = codec('TextEncoderStream', ['encoding'], () => {
  const coder = new (require('internal/encoding').TextEncoder)();
  let high = ''; // half of a pair that the next chunk may finish
  return { coder, transformer: {
    transform(chunk, controller) {
      let s = high + `${chunk}`;
      high = /[\uD800-\uDBFF]$/.test(s) ? s.slice(-1) : '';
      s = s.slice(0, s.length - high.length);
      if (s)
        controller.enqueue(coder.encode(s));
    },
    flush(controller) {
      if (high)
        controller.enqueue(coder.encode(high));
    },
  } };
});

const TextDecoderStream = codec('TextDecoderStream', ['encoding', 'fatal', 'ignoreBOM'], (encoding = 'utf-8', options = {}) => {
  const coder = new (require('internal/encoding').TextDecoder)(encoding, options);
  return { coder, transformer: {
    transform(chunk, controller) {
      const s = coder.decode(chunk, { stream: true });
      if (s)
        controller.enqueue(s);
    },
    flush(controller) {
      const s = coder.decode();
      if (s)
        controller.enqueue(s);
    },
  } };
});

// What a stream of zlib makes of the chunks.
const compressing = (name, kinds) => codec(name, [], (format) => {
  if (!Object.hasOwn(kinds, format))
    throw new codes.ERR_INVALID_ARG_VALUE('format', format, `must be one of: ${Object.keys(kinds).map((k) => `'${k}'`).join(', ')}`);
  const z = require('zlib')[kinds[format]]();
  let to;
  z.on('data', (bytes) => to.enqueue(new Uint8Array(bytes)));
  const step = (run) => new Promise((resolve, reject) => {
    z.once('error', reject);
    run((e) => (e ? reject(e) : resolve()));
  });
  return { coder: {}, transformer: {
    start(controller) { to = controller; },
    transform(chunk) {
      if (!ArrayBuffer.isView(chunk) && !(chunk instanceof ArrayBuffer))
        throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'], chunk);
      const bytes = ArrayBuffer.isView(chunk) ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.from(chunk);
      return step((done) => z.write(bytes, done));
    },
    flush: () => step((done) => { z.once('end', done); z.end(); }),
  } };
});

module.exports = {
  CompressionStream: compressing('CompressionStream', { 'deflate': 'createDeflate', 'deflate-raw': 'createDeflateRaw', 'gzip': 'createGzip' }),
  DecompressionStream: compressing('DecompressionStream', { 'deflate': 'createInflate', 'deflate-raw': 'createInflateRaw', 'gzip': 'createGunzip' }),
  ReadableStream: readable.ReadableStream,
  ReadableStreamDefaultReader: readable.ReadableStreamDefaultReader,
  ReadableStreamBYOBReader: readable.ReadableStreamBYOBReader,
  ReadableByteStreamController: readable.ReadableByteStreamController,
  ReadableStreamDefaultController: readable.ReadableStreamDefaultController,
  TransformStream: writable.TransformStream,
  TransformStreamDefaultController: writable.TransformStreamDefaultController,
  WritableStream: writable.WritableStream,
  WritableStreamDefaultController: writable.WritableStreamDefaultController,
  WritableStreamDefaultWriter: writable.WritableStreamDefaultWriter,
  ByteLengthQueuingStrategy: strategy('ByteLengthQueuingStrategy', function size(chunk) {
    return chunk.byteLength;
  }),
  CountQueuingStrategy: strategy('CountQueuingStrategy', function size() {
    return 1;
  }),
  TextEncoderStream,
  TextDecoderStream,
};
