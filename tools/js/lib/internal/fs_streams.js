// Streams of files.
const { fs: sys } = internal;
const { Readable, Writable } = require('stream');
const { error, flagsOf, modeOf, optionsOf, pathOf, fdOf } = require('internal/fs_values');
const { validateFunction, validateInteger } = require('internal/validators');

// What moves the bytes: what is given as `fs`, the handle, or else the functions of fs as they are now, which programs replace.
function movers(stream) {
  const { own, handle } = stream;
  if (own || !handle)
    return own ?? require('fs');
  const done = (promise, name, callback) => promise.then((r) => callback(null, r[name]), callback);
  return {
    read: (fd, bytes, at, n, pos, callback) => done(handle.read(bytes, at, n, pos), 'bytesRead', callback),
    write: (fd, bytes, at, n, pos, callback) => done(handle.write(bytes, at, n, pos), 'bytesWritten', callback),
    writev: (fd, list, pos, callback) => done(handle.writev(list, pos), 'bytesWritten', callback),
    close: (fd, callback) => handle.close().then(() => callback(null), callback),
  };
}

// What both have in the beginning: where from or to, whose it is, and the part of the file. Whatever is wrong with the
// options is told before there is a stream.
function facts(file, o, flags) {
  const r = { fd: null };
  if (o.fs !== undefined && o.fs !== null) {
    const isWriter = flags !== 'r';
    for (const name of isWriter ? ['open', 'close'] : ['open', 'close', 'read'])
      validateFunction(o.fs[name], `options.fs.${name}`);
    if (isWriter) {
      for (const name of ['write', 'writev'].filter((n) => o.fs[n] || !o.fs[n === 'write' ? 'writev' : 'write']))
        validateFunction(o.fs[name], `options.fs.${name}`);
    }
    if (typeof o.fd === 'object' && o.fd !== null)
      throw error('ERR_METHOD_NOT_IMPLEMENTED', 'FileHandle with fs');
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
  return Object.assign(r, { start: o.start, pos: o.start });
}

function begin(stream, o, facts) {
  Object.assign(stream, facts);
  Object.defineProperty(stream, 'own', { value: o.fs, enumerable: false });
  if (typeof o.fd === 'object' && o.fd !== null) {
    Object.defineProperty(stream, 'handle', { value: o.fd, enumerable: false });
    o.fd.once('close', () => stream.close());
  }
}

// open() of a class of a program's own tells by events how it ended.
function begun(callback) {
  const own = this.open;
  if (own !== openAny) {
    const emit = this.emit;
    this.emit = function(name, ...args) {
      if (name === 'open' || name === 'error') {
        this.emit = emit;
        callback(name === 'open' ? null : args[0]);
        return name === 'open' ? emit.call(this, name, ...args) : true;
      }
      return emit.call(this, name, ...args);
    };
    this.open();
  } else if (this.fd !== null) {
    callback();
  } else {
    movers(this).open(this.path, this.flags, this.mode, (e, fd) => {
      if (e) {
        callback(e);
        return;
      }
      this.fd = fd;
      callback();
      this.emit('open', fd);
      this.emit('ready');
    });
  }
}

function openAny() {} // it is open, or on its way

function closed(e, callback) {
  const { fd } = this;
  if (fd === null) {
    callback(e);
    return;
  }
  movers(this).close(fd, (e2) => callback(e ?? e2));
  this.fd = null;
}

const optionsFor = (o) => ({ ...o, autoDestroy: o.autoClose ?? true, emitClose: o.emitClose ?? true, fd: undefined });

// Not a class, as programs call it with an object of theirs.
function ReadStream(file, options) {
  if (!(this instanceof ReadStream))
    return new ReadStream(file, options);
  const o = optionsOf(options, {});
  const all = facts(file, o, 'r');
  all.end = o.end ?? Infinity;
  if (all.end !== Infinity) {
    validateInteger(all.end, 'end', 0);
    if (all.start !== undefined && all.start > all.end)
      throw error('ERR_OUT_OF_RANGE', 'start', `<= "end" (here: ${all.end})`, all.start);
  }
  begin(this, o, all);
  this.bytesRead = 0;
  const given = optionsFor(o);
  given.highWaterMark = o.highWaterMark ?? 64 * 1024;
  Readable.call(this, given);
}
Object.setPrototypeOf(ReadStream.prototype, Readable.prototype);
Object.setPrototypeOf(ReadStream, Readable);

ReadStream.prototype._read = function(n) {
  n = Math.min(n, this.pos === undefined ? this.end - this.bytesRead + 1 : this.end - this.pos + 1);
  if (n <= 0) {
    this.push(null);
    return;
  }
  const buffer = Buffer.allocUnsafeSlow(n);
  movers(this).read(this.fd, buffer, 0, n, this.pos, (e, k = 0) => {
    if (e) {
      require('internal/streams/base').errorOrDestroy(this, e);
      return;
    }
    this.bytesRead += k;
    if (this.pos !== undefined)
      this.pos += k;
    this.push(k ? buffer.subarray(0, k) : null);
  });
};
ReadStream.prototype.close = function(callback) {
  require('stream').finished(this, callback ?? (() => {}));
  this.destroy();
};
ReadStream.prototype._destroy = closed;

function WriteStream(file, options) {
  if (!(this instanceof WriteStream))
    return new WriteStream(file, options);
  const o = optionsOf(options, {});
  const all = facts(file, o, 'w');
  begin(this, o, all);
  this.bytesWritten = 0;
  Object.defineProperty(this, 'flushes', { value: Boolean(o.flush), enumerable: false });
  const given = optionsFor(o);
  given.decodeStrings = true;
  given.defaultEncoding = o.encoding ?? 'utf8';
  Writable.call(this, given);
  const mover = movers(this);
  if (!mover.writev)
    this._writev = null;
}
Object.setPrototypeOf(WriteStream.prototype, Writable.prototype);
Object.setPrototypeOf(WriteStream, Writable);

// What is written in part is written on.
function moved(stream, e, k, left, again, callback) {
  if (e?.code === 'EAGAIN')
    [e, k] = [null, 0];
  if (e) {
    callback(e);
    return;
  }
  stream.bytesWritten += k;
  if (stream.pos !== undefined)
    stream.pos += k;
  if (k < left && !stream.destroyed)
    again(k);
  else
    callback();
}

WriteStream.prototype._write = function(chunk, encoding, callback) {
  const mover = movers(this);
  if (mover.write)
    mover.write(this.fd, chunk, 0, chunk.length, this.pos, (e, k) => moved(this, e, k ?? 0, chunk.length,
      (n) => this._write(chunk.subarray(n), encoding, callback), callback));
  else
    this._writev([{ chunk }], callback);
};
WriteStream.prototype._writev = function(chunks, callback) {
  const list = chunks.map((c) => c.chunk), n = list.reduce((sum, c) => sum + c.length, 0);
  movers(this).writev(this.fd, list, this.pos, (e, k) => moved(this, e, k ?? 0, n,
    (at) => this._writev([{ chunk: Buffer.concat(list).subarray(at) }], callback), callback));
};
WriteStream.prototype._destroy = function(e, callback) {
  if (this.flushes && this.fd !== null && !e)
    sys.sync(this.fd);
  closed.call(this, e, callback);
};
WriteStream.prototype.close = function(callback) {
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
};
WriteStream.prototype.destroySoon = WriteStream.prototype.end;

for (const [C, state] of [[ReadStream, '_readableState'], [WriteStream, '_writableState']]) {
  C.prototype.open = openAny;
  C.prototype._construct = begun;
  Object.defineProperties(C.prototype, {
    autoClose: { configurable: true, get() { return this[state].autoDestroy; }, set(v) { this[state].autoDestroy = v; } },
    pending: { configurable: true, get() { return this.fd === null; } },
  });
}

module.exports = { ReadStream, WriteStream };
