// Standard streams, made when they are asked for. What is written is written at once; a tool keeps it (`capture`).
const { os } = internal;
const loop = require('internal/loop');

// sinks[fd](bytes or text): where output goes instead, when it is kept.
const sinks = [];
exports.sinks = sinks;

exports.write = (fd, data) => {
  if (sinks[fd])
    sinks[fd](data);
  else
    os.write(fd, data);
};

// May what goes there be in colours?
exports.hasColors = (fd) => !sinks[fd] && (os.env().FORCE_COLOR !== undefined || require('tty').isatty(fd));

exports.streams = {}; // process.stdout and process.stderr, once they are there

exports.output = (fd) => {
  const { Writable } = require('stream');
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, done) {
      try {
        exports.write(fd, typeof chunk === 'string' && encoding !== 'utf8' && encoding !== 'utf-8'
          ? Buffer.from(chunk, encoding) : chunk);
        done();
      } catch (e) {
        done(e);
      }
    },
  });
  stream.fd = fd;
  stream._type = 'fs';
  const isTerminal = require('tty').isatty(fd);
  stream.isTTY = isTerminal || undefined;
  if (isTerminal) {
    stream.columns = Number(process.env.COLUMNS) || 80;
    stream.rows = Number(process.env.LINES) || 24;
    stream.getColorDepth = () => (process.env.NO_COLOR ? 1 : 8);
    stream.hasColors = () => !process.env.NO_COLOR;
    stream.getWindowSize = () => [stream.columns, stream.rows];
  }
  stream.destroySoon = stream.destroy = () => stream;
  exports.streams[fd] = stream;
  return stream;
};

let input; // bytes for standard input, where a tool was given some
exports.setInput = (bytes) => { input = bytes; };
exports.takeInput = () => {
  const bytes = input;
  input = bytes && Buffer.alloc(0);
  return bytes;
};

const CHUNK = 65536;

exports.stdin = () => {
  const { Readable } = require('stream');
  let isWatching = false;
  const read = (stream) => {
    const chunk = Buffer.alloc(CHUNK);
    let n;
    try {
      n = internal.fs.read(0, chunk, 0, CHUNK, -1);
    } catch (e) {
      if (e.code === 'EAGAIN')
        return true;
      stream.destroy(e);
      return false;
    }
    if (n === 0) {
      stream.push(null);
      return false;
    }
    return stream.push(chunk.subarray(0, n));
  };
  const stop = () => {
    if (isWatching)
      loop.unwatch(loop.READABLE, 0);
    isWatching = false;
  };
  const stream = new Readable({
    read() {
      if (input !== undefined) {
        this.push(input);
        this.push(null);
        input = undefined;
        return;
      }
      if (isWatching)
        return;
      isWatching = true;
      loop.watch(loop.READABLE, 0, () => {
        if (!read(stream))
          stop();
      });
    },
    destroy(error, done) {
      stop();
      done(error);
    },
  });
  stream.fd = 0;
  stream.isTTY = require('tty').isatty(0) || undefined;
  stream.setRawMode = () => stream;
  stream.ref = stream.unref = () => stream;
  const pause = stream.pause;
  stream.pause = () => {
    stop();
    return pause.call(stream);
  };
  return stream;
};
