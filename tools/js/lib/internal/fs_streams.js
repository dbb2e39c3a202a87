// Streams of files.
const { fs: sys } = internal;
const { Readable, Writable } = require('stream');
const loop = require('internal/loop');
const { error, flagsOf, modeOf, optionsOf, pathOf, fdOf, writeAll } = require('internal/fs_values');
const { validateFunction, validateInteger } = require('internal/validators');

// A turn later: callback(null, result), or what went wrong.
function later(callback, operation) {
  loop.later(() => {
    let r;
    try {
      r = operation();
    } catch (e) {
      callback(e);
      return;
    }
    callback(null, r);
  });
}

// What is given as `fs` instead of what the system does.
const given = (fs, name) => (fs && typeof fs[name] === 'function' ? fs[name].bind(fs) : undefined);

// What both have in the beginning: where from or to, whose it is, and the part of the file. Whatever is wrong with the
// options is told before there is a stream.
function facts(file, o, flags) {
  const r = { fd: null };
  if (o.fs !== undefined && o.fs !== null) {
    for (const name of ['open', 'close', flags === 'r' ? 'read' : 'write'])
      validateFunction(o.fs[name], `options.fs.${name}`);
  }
  if (o.fd === undefined || o.fd === null) {
    Object.assign(r, { path: pathOf(file), flags: o.flags ?? flags, mode: o.mode ?? 0o666 });
    flagsOf(r.flags, flags);
    modeOf(r.mode);
  } else if (typeof o.fd === 'number') {
    r.fd = fdOf(o.fd);
  } else if (typeof o.fd === 'object' && typeof o.fd.fd === 'number') {
    r.fd = o.fd.fd;
  } else {
    throw error('ERR_INVALID_ARG_TYPE', 'options.fd', ['number', 'FileHandle'], o.fd);
  }
  if (o.start !== undefined)
    validateInteger(o.start, 'start', 0);
  return Object.assign(r, { autoClose: o.autoClose ?? true, start: o.start, pos: o.start });
}

function begin(stream, o, facts) {
  Object.assign(stream, facts);
  Object.defineProperty(stream, 'own', { value: o.fs, enumerable: false });
  if (typeof o.fd === 'object' && o.fd !== null) {
    Object.defineProperty(stream, 'handle', { value: o.fd, enumerable: false });
    o.fd.once('close', () => stream.close());
  }
}

function open(callback) {
  if (this.fd !== null) {
    callback();
    return;
  }
  const opened = (e, fd) => {
    if (e) {
      callback(e);
      return;
    }
    this.fd = fd;
    callback();
    this.emit('open', fd);
    this.emit('ready');
  };
  const own = given(this.own, 'open');
  if (own)
    own(this.path, this.flags, this.mode, opened);
  else
    later(opened, () => sys.open(this.path, flagsOf(this.flags), modeOf(this.mode)));
}

function close(e, callback) {
  const { fd, handle } = this;
  this.fd = null;
  if (fd === null) {
    callback(e);
  } else if (handle) {
    handle.close().then(() => callback(e), (e2) => callback(e ?? e2));
  } else if (given(this.own, 'close')) {
    given(this.own, 'close')(fd, (e2) => callback(e ?? e2));
  } else {
    later((e2) => callback(e ?? e2), () => sys.close(fd));
  }
}

const optionsFor = (o) => ({ ...o, autoDestroy: o.autoClose ?? true, emitClose: o.emitClose ?? true, fd: undefined });

class ReadStream extends Readable {
  constructor(file, options) {
    const o = optionsOf(options, {});
    const all = facts(file, o, 'r');
    all.end = o.end ?? Infinity;
    if (all.end !== Infinity) {
      validateInteger(all.end, 'end', 0);
      if (all.start !== undefined && all.start > all.end)
        throw error('ERR_OUT_OF_RANGE', 'start', `<= "end" (here: ${all.end})`, all.start);
    }
    super({ highWaterMark: 64 * 1024, ...optionsFor(o) });
    begin(this, o, all);
    this.bytesRead = 0;
  }
  _read(n) {
    n = Math.min(n, this.pos === undefined ? this.end - this.bytesRead + 1 : this.end - this.pos + 1);
    if (n <= 0) {
      this.push(null);
      return;
    }
    const buffer = Buffer.allocUnsafeSlow(n);
    const done = (e, k = 0) => {
      if (e) {
        this.destroy(e);
        return;
      }
      this.bytesRead += k;
      if (this.pos !== undefined)
        this.pos += k;
      this.push(k ? buffer.subarray(0, k) : null);
    };
    const own = given(this.own, 'read');
    if (own)
      own(this.fd, buffer, 0, n, this.pos, done);
    else
      later(done, () => sys.read(this.fd, buffer, 0, n, this.pos ?? -1));
  }
  close(callback) {
    require('stream').finished(this, callback ?? (() => {}));
    this.destroy();
  }
  get pending() { return this.fd === null; }
}

class WriteStream extends Writable {
  constructor(file, options) {
    const o = optionsOf(options, {});
    const all = facts(file, o, 'w');
    super({ ...optionsFor(o), decodeStrings: true, defaultEncoding: o.encoding ?? 'utf8' });
    begin(this, o, all);
    this.bytesWritten = 0;
    Object.defineProperty(this, 'flushes', { value: Boolean(o.flush), enumerable: false });
    if (o.encoding)
      this.setDefaultEncoding(o.encoding);
  }
  _write(chunk, encoding, callback) {
    const done = (e, k = chunk.length) => {
      if (e) {
        callback(e);
        return;
      }
      this.bytesWritten += k;
      if (this.pos !== undefined)
        this.pos += k;
      callback();
    };
    const own = given(this.own, 'write');
    if (own)
      own(this.fd, chunk, 0, chunk.length, this.pos, done);
    else
      later((e) => done(e), () => writeAll(this.fd, chunk, this.pos ?? -1));
  }
  _writev(chunks, callback) {
    if (given(this.own, 'write')) {
      const [first, ...rest] = chunks;
      this._write(first.chunk, 'buffer', (e) => (e || !rest.length ? callback(e) : this._writev(rest, callback)));
      return;
    }
    this._write(Buffer.concat(chunks.map((c) => c.chunk)), 'buffer', callback);
  }
  _destroy(e, callback) {
    if (this.flushes && this.fd !== null && !e)
      sys.sync(this.fd);
    close.call(this, e, callback);
  }
  close(callback) {
    if (callback) {
      if (this.closed) {
        process.nextTick(callback);
        return;
      }
      this.on('close', callback);
    }
    if (!this.autoClose)
      this.on('finish', this.destroy);
    this.end();
  }
  get pending() { return this.fd === null; }
}
ReadStream.prototype._construct = WriteStream.prototype._construct = open;
ReadStream.prototype._destroy = close;
WriteStream.prototype.destroySoon = WriteStream.prototype.end;

// Both are called without `new` too.
const callable = (C) => new Proxy(C, { apply: (target, self, args) => new C(...args) });
module.exports = { ReadStream: callable(ReadStream), WriteStream: callable(WriteStream) };
