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

function codec(name, make) {
  const C = { [name]: class {
    #inner;
    #coder;
    constructor(...args) {
      const { coder, transformer } = make(...args);
      this.#coder = coder;
      this.#inner = new writable.TransformStream(transformer);
      for (const k of name === 'TextDecoderStream' ? ['encoding', 'fatal', 'ignoreBOM'] : ['encoding'])
        Object.defineProperty(this, k, { configurable: true, enumerable: false, get: () => this.#coder[k] });
    }
    get readable() {
      return this.#inner.readable;
    }
    get writable() {
      return this.#inner.writable;
    }
  } }[name];
  expose(C, ['readable', 'writable'], name);
  return C;
}

const TextEncoderStream = codec('TextEncoderStream', () => {
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

const TextDecoderStream = codec('TextDecoderStream', (encoding = 'utf-8', options = {}) => {
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

module.exports = {
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
