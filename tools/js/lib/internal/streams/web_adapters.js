// Node's streams as the standard's, and the other way round.
const { Readable } = require('internal/streams/readable');
const { Writable } = require('internal/streams/writable');
const { Duplex } = require('internal/streams/duplex');
const { eos } = require('internal/streams/eos');
const { nextTick, destroyer } = require('internal/streams/base');
const { ReadableStream, coreOfReadable } = require('internal/streams/web_readable');
const { WritableStream, coreOfWritable } = require('internal/streams/web_writable');

function readableToWeb(stream, options = {}) {
  const objectMode = stream.readableObjectMode;
  let controller, wasCanceled = false;
  const r = new ReadableStream({
    start(c) {
      controller = c;
    },
    pull() {
      stream.resume();
    },
    cancel(reason) {
      wasCanceled = true;
      destroyer(stream, reason);
    },
  }, options.strategy ?? { highWaterMark: stream.readableHighWaterMark,
    size: objectMode ? undefined : (chunk) => chunk.byteLength ?? chunk.length });
  eos(stream, { writable: false }, (e) => {
    stream.on('error', () => {});
    if (e)
      controller.error(e);
    else if (!wasCanceled)
      controller.close();
  });
  stream.pause();
  stream.on('data', (chunk) => {
    if (Buffer.isBuffer(chunk) && !objectMode)
      chunk = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice();
    controller.enqueue(chunk);
    if (controller.desiredSize <= 0)
      stream.pause();
  });
  return r;
}

function readableFromWeb(web, options = {}) {
  const reader = web.getReader();
  let closed = false;
  const r = new Readable({
    ...options,
    read() {
      reader.read().then(({ value, done }) => r.push(done ? null : value), (e) => destroyer(r, e));
    },
    destroy(error, callback) {
      const end = () => nextTick(callback, error);
      if (closed)
        end();
      else
        reader.cancel(error).then(end, end);
    },
  });
  reader.closed.then(() => {
    closed = true;
  }, (e) => {
    closed = true;
    destroyer(r, e);
  });
  return r;
}

function writableToWeb(stream) {
  let controller, closing = null, waiting = null;
  const w = new WritableStream({
    start(c) {
      controller = c;
    },
    write(chunk) {
      if (stream.writableNeedDrain || !stream.write(chunk))
        return new Promise((resolve, reject) => { waiting = { resolve, reject }; });
      return undefined;
    },
    abort(reason) {
      destroyer(stream, reason);
    },
    close() {
      return new Promise((resolve, reject) => {
        closing = { resolve, reject };
        stream.end();
      });
    },
  }, { highWaterMark: stream.writableHighWaterMark,
    size: stream.writableObjectMode ? undefined : (chunk) => chunk.byteLength ?? chunk.length ?? 1 });
  stream.on('drain', () => {
    waiting?.resolve();
    waiting = null;
  });
  eos(stream, { readable: false }, (e) => {
    stream.on('error', () => {});
    if (e) {
      waiting?.reject(e);
      closing?.reject(e);
      controller.error(e);
    } else if (closing) {
      closing.resolve();
    } else {
      controller.error(new (require('internal/errors').AbortError)());
    }
  });
  return w;
}

function writableFromWeb(web, options = {}) {
  const writer = web.getWriter();
  let closed = false;
  const w = new Writable({
    decodeStrings: true,
    ...options,
    write(chunk, encoding, callback) {
      writer.ready.then(() => writer.write(chunk)).then(() => nextTick(callback), (e) => nextTick(callback, e));
    },
    final(callback) {
      writer.close().then(() => nextTick(callback), (e) => nextTick(callback, e));
    },
    destroy(error, callback) {
      const end = () => nextTick(callback, error);
      if (closed || !error)
        end();
      else
        writer.abort(error).then(end, end);
    },
  });
  writer.closed.then(() => {
    closed = true;
  }, (e) => {
    closed = true;
    destroyer(w, e);
  });
  return w;
}

const duplexToWeb = (s) => ({
  readable: s.readable ? readableToWeb(s) : new ReadableStream({ start: (c) => c.close() }),
  writable: writableToWeb(s),
});

const duplexFromWeb = (pair, options) => Duplex.from({
  readable: readableFromWeb(pair.readable, options), writable: writableFromWeb(pair.writable, options),
});

// A promise of the end of a stream of the standard's.
function closedOf(stream) {
  const core = coreOfReadable(stream) ?? coreOfWritable(stream);
  return new Promise((resolve, reject) => {
    const look = () => {
      if (core.state === 'closed')
        resolve();
      else if (core.state === 'errored')
        reject(core.error);
      else
        return false;
      return true;
    };
    if (look())
      return;
    for (const name of ['finish', 'fail', 'rejectCloseAndClosed']) {
      const before = core[name];
      if (before) {
        core[name] = function(...args) {
          const r = before.apply(core, args);
          look();
          return r;
        };
      }
    }
  });
}

module.exports = {
  readableToWeb, readableFromWeb, writableToWeb, writableFromWeb, duplexToWeb, duplexFromWeb, closedOf,
};
