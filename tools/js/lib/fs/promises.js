// Promises of what fs does, and handles of open files.
const EventEmitter = require('events');
const fs = require('fs');
const v = require('internal/fs_values');
const { constants, error, pathOf, soon } = v;
const ops = fs[Symbol.for('boxagnts.internal')];

// Is it more than one piece of what is to be written?
const isMany = (data) => typeof data === 'object' && data !== null && !ArrayBuffer.isView(data) &&
  (typeof data[Symbol.asyncIterator] === 'function' || typeof data[Symbol.iterator] === 'function');

async function writeMany(data, o, write) {
  for await (const part of data) {
    v.orAbort(o.signal);
    await write(v.bytesOf(part, o.encoding ?? 'utf8'));
  }
}

class FileHandle extends EventEmitter {
  #fd;
  #isClosing;
  #isRead = false;
  constructor(fd) {
    super();
    this.#fd = fd;
  }
  get fd() { return this.#fd; }

  // What `operation` does, a turn later, while the file is open.
  async #do(name, make) {
    if (this.#fd < 0)
      throw Object.assign(new Error('file closed'), { code: 'EBADF', syscall: name });
    return soon(make(this.#fd));
  }
  async close() {
    if (this.#fd < 0)
      return this.#isClosing;
    const fd = this.#fd;
    this.#fd = -1;
    this.#isClosing = soon(ops.close(fd));
    await this.#isClosing;
    this.emit('close');
  }
  // Its number belongs to whoever asked from now on.
  [Symbol.for('boxagnts.release')]() { this.#fd = -1; }

  async read(buffer, ...rest) {
    if (!ArrayBuffer.isView(buffer)) {
      if (buffer !== undefined)
        v.validateObject(buffer, 'options', 1);
      const { buffer: given = Buffer.alloc(16384), offset = 0, length = given.byteLength - offset, position = null } = buffer ?? {};
      buffer = given;
      rest = [offset, length, position];
    } else if (rest.length < 2 && (typeof rest[0] === 'object' || rest[0] === undefined)) {
      const { offset = 0, length = buffer.byteLength - offset, position = null } = rest[0] ?? {};
      rest = [offset, length, position];
    }
    rest[0] ??= 0;
    rest[1] ??= buffer.byteLength - rest[0];
    return { __proto__: null, bytesRead: await this.#do('read', (fd) => ops.read(fd, buffer, ...rest)), buffer };
  }
  async write(data, ...rest) {
    if (ArrayBuffer.isView(data) && data.byteLength === 0)
      return { __proto__: null, bytesWritten: 0, buffer: data };
    return { __proto__: null, bytesWritten: await this.#do('write', (fd) => ops.write(fd, data, ...rest)), buffer: data };
  }
  async readv(buffers, position) {
    return { __proto__: null, bytesRead: await this.#do('readv', (fd) => ops.readv(fd, buffers, position)), buffers };
  }
  async writev(buffers, position) {
    return { __proto__: null, bytesWritten: await this.#do('writev', (fd) => ops.writev(fd, buffers, position)), buffers };
  }
  readFile(options) { return this.#do('readFile', (fd) => ops.readFile(fd, options)); }
  async writeFile(data, options) {
    const o = v.optionsOf(options, { encoding: 'utf8' });
    if (isMany(data))
      return writeMany(data, o, (part) => this.#do('writeFile', (fd) => ops.writeFile(fd, part)));
    return this.#do('writeFile', (fd) => ops.writeFile(fd, data, options));
  }
  appendFile(data, options) { return this.writeFile(data, options); }
  stat(options) { return this.#do('fstat', (fd) => ops.fstat(fd, options)); }
  truncate(length) { return this.#do('ftruncate', (fd) => ops.ftruncate(fd, length)); }
  sync() { return this.#do('fsync', (fd) => ops.fsync(fd)); }
  datasync() { return this.#do('fdatasync', (fd) => ops.fdatasync(fd)); }
  utimes(atime, mtime) { return this.#do('futimes', (fd) => ops.futimes(fd, atime, mtime)); }
  chmod(mode) { return this.#do('fchmod', (fd) => ops.fchmod(fd, mode)); }
  chown(uid, gid) { return this.#do('fchown', (fd) => ops.fchown(fd, uid, gid)); }
  createReadStream(options) { return fs.createReadStream('', { ...options, fd: this }); }
  createWriteStream(options) { return fs.createWriteStream('', { ...options, fd: this }); }
  readLines(options) {
    return require('readline').createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }
  readableWebStream() {
    if (this.#fd < 0)
      throw error('ERR_INVALID_STATE', 'The FileHandle is closed');
    if (this.#isRead)
      throw error('ERR_INVALID_STATE', 'The FileHandle is locked');
    this.#isRead = true;
    return new ReadableStream({
      type: 'bytes',
      pull: async (controller) => {
        const { bytesRead, buffer } = await this.read(new Uint8Array(65536));
        if (bytesRead)
          controller.enqueue(buffer.subarray(0, bytesRead));
        else
          controller.close();
      },
    });
  }
  async [Symbol.asyncDispose ?? Symbol('asyncDispose')]() { await this.close(); }
}

const promises = { constants };
for (const name of ['access', 'copyFile', 'opendir', 'rename', 'truncate', 'rm', 'rmdir', 'mkdir', 'readdir', 'readlink', 'symlink',
  'lstat', 'stat', 'statfs', 'link', 'unlink', 'chmod', 'lchown', 'chown', 'utimes', 'lutimes', 'realpath', 'mkdtemp'])
  promises[name] = { [name]: async (...args) => soon(ops[name](...args)) }[name];

Object.assign(promises, {
  async cp(from, to, options) { return soon(require('internal/fs_tree').copyLater(from, to, options, ops)); },
  async open(file, flags, mode) { return new FileHandle(await soon(ops.open(file, flags, mode))); },
  async readFile(file, options) {
    if (file instanceof FileHandle)
      return file.readFile(options);
    if (typeof file === 'number')
      pathOf(file);
    return soon(ops.readFile(file, options));
  },
  async writeFile(file, data, options, flag = 'w') {
    if (file instanceof FileHandle)
      return file.writeFile(data, options);
    if (typeof file === 'number')
      pathOf(file);
    if (!isMany(data)) {
      await soon(ops.writeFile(file, data, options, flag));
      v.orAbort(options?.signal);
      return undefined;
    }
    const o = v.optionsOf(options, { encoding: 'utf8', mode: 0o666, flag });
    v.orAbort(o.signal);
    const handle = await promises.open(file, o.flag, o.mode);
    try {
      await handle.writeFile(data, options);
    } finally {
      await handle.close();
    }
    return undefined;
  },
  async appendFile(file, data, options) { return promises.writeFile(file, data, options, 'a'); },
  async lchmod() { throw error('ERR_METHOD_NOT_IMPLEMENTED', 'lchmod()'); },
  watch() { throw error('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'fs.watch'); },
  async* glob(pattern, options) { yield* fs.globSync(pattern, options); },
});
Object.defineProperty(promises, 'FileHandle', { value: FileHandle, enumerable: false });

module.exports = promises;
