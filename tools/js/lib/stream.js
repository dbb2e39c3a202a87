// The module `stream`.
const {
  Stream, getDefaultHighWaterMark, setDefaultHighWaterMark, destroyer, isReadable,
} = require('internal/streams/base');
const { Readable } = require('internal/streams/readable');
const { Writable } = require('internal/streams/writable');
const { Duplex, Transform, PassThrough } = require('internal/streams/duplex');
const { eos, checkedAddAbortSignal } = require('internal/streams/eos');
const { pipeline } = require('internal/streams/pipeline');
const { Buffer } = require('buffer');

require('internal/streams/operators').install(Readable.prototype);

// Two duplexes, each reading what is written to the other.
function duplexPair(options) {
  const make = () => {
    let other = null, waiting = null;
    const side = new Duplex({ ...options, read() {
      const f = waiting;
      waiting = null;
      f?.();
    }, write(chunk, encoding, callback) {
      other.put(chunk, callback);
    }, final(callback) {
      other.side.on('end', callback);
      other.side.push(null);
    } });
    const half = { side, put(chunk, callback) {
      if (chunk.length === 0) {
        globalThis.process.nextTick(callback);
      } else {
        side.push(chunk);
        waiting = callback;
      }
    }, connect(to) {
      other = to;
    } };
    return half;
  };
  const a = make(), b = make();
  a.connect(b);
  b.connect(a);
  return [a.side, b.side];
}

module.exports = Stream;
Object.assign(Stream, {
  isDestroyed: (s) => s ? Boolean(s.destroyed || s._readableState?.destroyed || s._writableState?.destroyed) : null,
  isDisturbed: (s) => Boolean(s && (s.readableDidRead || s.readableAborted || s.locked)),
  isErrored: (s) => Boolean(s && (s._readableState?.errored || s._writableState?.errored)),
  isReadable: (s) => s?.readable == null ? null : isReadable(s) && s.readable && !s._readableState?.endEmitted &&
    !s.destroyed && !s._readableState?.errored,
  isWritable: (s) => s?.writable == null ? null : s.writable,
  Readable,
  Writable,
  Duplex,
  Transform,
  PassThrough,
  pipeline,
  addAbortSignal: checkedAddAbortSignal,
  finished: eos,
  destroy(stream, error) {
    destroyer(stream, error);
    return stream;
  },
  compose: (...streams) => require('internal/streams/compose').compose(...streams),
  setDefaultHighWaterMark,
  getDefaultHighWaterMark,
  Stream,
  duplexPair,
  _isArrayBufferView: ArrayBuffer.isView,
  _isUint8Array: (v) => v instanceof Uint8Array,
  _uint8ArrayToBuffer: (v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength),
});
Object.defineProperty(Stream, 'promises', { configurable: true, enumerable: true,
  get: () => require('stream/promises') });
const custom = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(pipeline, custom, { enumerable: true, get: () => require('stream/promises').pipeline });
Object.defineProperty(eos, custom, { enumerable: true, get: () => require('stream/promises').finished });
