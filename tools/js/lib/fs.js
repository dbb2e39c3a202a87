// Files. Each operation is a synchronous one below `sync`; callbacks and promises call it a turn later, in order.
const { fs: sys } = internal;
const path = require('path');

const S_IFMT = 0o170000, S_IFDIR = 0o040000, S_IFREG = 0o100000, S_IFLNK = 0o120000, S_IFCHR = 0o020000, S_IFIFO = 0o010000;

const constants = {
  F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, COPYFILE_FICLONE_FORCE: 4,
  UV_FS_COPYFILE_EXCL: 1, UV_FS_COPYFILE_FICLONE: 2, UV_FS_COPYFILE_FICLONE_FORCE: 4, UV_FS_O_FILEMAP: 0,
  UV_FS_SYMLINK_DIR: 1, UV_FS_SYMLINK_JUNCTION: 2,
  UV_DIRENT_UNKNOWN: 0, UV_DIRENT_FILE: 1, UV_DIRENT_DIR: 2, UV_DIRENT_LINK: 3, UV_DIRENT_FIFO: 4,
  UV_DIRENT_SOCKET: 5, UV_DIRENT_CHAR: 6, UV_DIRENT_BLOCK: 7,
  O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 0o100, O_EXCL: 0o200, O_NOCTTY: 0o400, O_TRUNC: 0o1000, O_APPEND: 0o2000,
  O_DIRECTORY: 0o200000, O_NOATIME: 0o1000000, O_NOFOLLOW: 0o400000, O_SYNC: 0o4010000, O_DSYNC: 0o10000,
  O_DIRECT: 0o40000, O_NONBLOCK: 0o4000,
  S_IFMT, S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK: 0o060000, S_IFIFO, S_IFLNK, S_IFSOCK: 0o140000,
  S_IRWXU: 0o700, S_IRUSR: 0o400, S_IWUSR: 0o200, S_IXUSR: 0o100, S_IRWXG: 0o70, S_IRGRP: 0o40, S_IWGRP: 0o20,
  S_IXGRP: 0o10, S_IRWXO: 7, S_IROTH: 4, S_IWOTH: 2, S_IXOTH: 1,
};

// ---- arguments --------------------------------------------------------------------------------------------------

const error = (name, ...args) => {
  const { codes } = require('internal/errors');
  return new codes[name](...args);
};

function pathOf(value, name = 'path') {
  if (value instanceof Uint8Array)
    value = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  else if (typeof value === 'object' && value !== null && value.href && value.protocol)
    value = require('url').fileURLToPath(value);
  if (typeof value !== 'string')
    throw error('ERR_INVALID_ARG_TYPE', name, ['string', 'Buffer', 'URL'], value);
  if (value.includes('\0'))
    throw error('ERR_INVALID_ARG_VALUE', name, value, 'must be a string, Uint8Array, or URL without null bytes');
  return value;
}

function fdOf(value) {
  if (typeof value !== 'number')
    throw error('ERR_INVALID_ARG_TYPE', 'fd', 'number', value);
  if (!Number.isInteger(value))
    throw error('ERR_OUT_OF_RANGE', 'fd', 'an integer', value);
  if (value < 0 || value > 2147483647)
    throw error('ERR_OUT_OF_RANGE', 'fd', '>= 0 && <= 2147483647', value);
  return value;
}

const FLAGS = {
  r: 0, rs: 0o4010000, sr: 0o4010000, 'r+': 2, 'rs+': 2 | 0o4010000, 'sr+': 2 | 0o4010000,
  w: 0o1101, wx: 0o1301, xw: 0o1301, 'w+': 0o1102, 'wx+': 0o1302, 'xw+': 0o1302,
  a: 0o2101, ax: 0o2301, xa: 0o2301, as: 0o2101, sa: 0o2101, 'a+': 0o2102, 'ax+': 0o2302, 'xa+': 0o2302, 'as+': 0o2102,
  'sa+': 0o2102,
};

function flagsOf(value, otherwise) {
  if (value === undefined || value === null)
    value = otherwise;
  if (typeof value === 'number')
    return value;
  if (!Object.hasOwn(FLAGS, value))
    throw error('ERR_INVALID_ARG_VALUE', 'flags', value);
  return FLAGS[value];
}

function modeOf(value, name = 'mode', otherwise = 0o666) {
  if (value === undefined || value === null)
    return otherwise;
  if (typeof value === 'string') {
    if (!/^[0-7]+$/.test(value))
      throw error('ERR_INVALID_ARG_VALUE', name, value, 'must be a 32-bit unsigned integer or an octal string');
    return parseInt(value, 8);
  }
  if (typeof value !== 'number')
    throw error('ERR_INVALID_ARG_TYPE', name, 'number', value);
  if (!Number.isInteger(value))
    throw error('ERR_OUT_OF_RANGE', name, 'an integer', value);
  if (value < 0 || value > 4294967295)
    throw error('ERR_OUT_OF_RANGE', name, '>= 0 && <= 4294967295', value);
  return value;
}

function optionsOf(options, defaults) {
  if (options === undefined || options === null || typeof options === 'function')
    return defaults;
  if (typeof options === 'string')
    options = { encoding: options };
  if (typeof options !== 'object')
    throw error('ERR_INVALID_ARG_TYPE', 'options', ['string', 'Object'], options);
  const r = { ...defaults, ...options };
  if (r.encoding && r.encoding !== 'buffer' && !Buffer.isEncoding(r.encoding))
    throw error('ERR_INVALID_ARG_VALUE', 'encoding', r.encoding, 'is invalid encoding');
  r.signal?.throwIfAborted();
  return r;
}

const isUtf8 = (encoding) => encoding === 'utf8' || encoding === 'utf-8';

function bytesOf(data, encoding = 'utf8', name = 'data') {
  if (typeof data === 'string')
    return isUtf8(encoding) ? data : Buffer.from(data, encoding);
  if (ArrayBuffer.isView(data))
    return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw error('ERR_INVALID_ARG_TYPE', name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

const encoded = (text, encoding) => (encoding === 'buffer' ? Buffer.from(text)
  : !encoding || isUtf8(encoding) ? text : Buffer.from(text).toString(encoding));

// ---- what files are -------------------------------------------------------------------------------------------------

class StatsBase {
  isDirectory() { return (Number(this.mode) & S_IFMT) === S_IFDIR; }
  isFile() { return (Number(this.mode) & S_IFMT) === S_IFREG; }
  isSymbolicLink() { return (Number(this.mode) & S_IFMT) === S_IFLNK; }
  isCharacterDevice() { return (Number(this.mode) & S_IFMT) === S_IFCHR; }
  isFIFO() { return (Number(this.mode) & S_IFMT) === S_IFIFO; }
  isBlockDevice() { return false; }
  isSocket() { return false; }
}

class Stats extends StatsBase {
  constructor([dev, mode, nlink, size, ino, ...times]) {
    super();
    Object.assign(this, { dev, mode, nlink, uid: 1000, gid: 1000, rdev: 0, blksize: 4096, ino, size,
      blocks: Math.ceil(size / 512) });
    [this.atimeMs, this.mtimeMs, this.ctimeMs] = times.map((ns) => Number(ns / 1000n) / 1000);
    this.birthtimeMs = this.ctimeMs;
    for (const name of ['atime', 'mtime', 'ctime', 'birthtime'])
      this[name] = new Date(Math.round(this[name + 'Ms']));
  }
}

class BigIntStats extends StatsBase {
  constructor([dev, mode, nlink, size, ino, ...times]) {
    super();
    const n = BigInt;
    Object.assign(this, { dev: n(dev), mode: n(mode), nlink: n(nlink), uid: 1000n, gid: 1000n, rdev: 0n, blksize: 4096n,
      ino: n(ino), size: n(size), blocks: n(Math.ceil(size / 512)) });
    const [atime, mtime, ctime] = times;
    const all = { atime, mtime, ctime, birthtime: ctime };
    for (const name in all)
      this[name + 'Ms'] = all[name] / 1000000n;
    for (const name in all)
      this[name + 'Ns'] = all[name];
    for (const name in all)
      this[name] = new Date(Number(all[name] / 1000000n));
  }
}

const statsOf = (list, options) => (options?.bigint ? new BigIntStats(list) : new Stats(list));

class Dirent {
  constructor(name, kind, parent) {
    this.name = name;
    this.parentPath = parent;
    this.path = parent;
    Object.defineProperty(this, 'kind', { value: kind, enumerable: false });
  }
  isDirectory() { return this.kind === 4; }
  isFile() { return this.kind === 8; }
  isSymbolicLink() { return this.kind === 10; }
  isBlockDevice() { return false; }
  isCharacterDevice() { return this.kind === 2; }
  isFIFO() { return this.kind === 1; }
  isSocket() { return false; }
}

function listOf(directory) {
  const flat = sys.list(directory);
  const r = [];
  for (let i = 0; i < flat.length; i += 2) {
    let kind = flat[i + 1];
    if (kind === 0) {
      const mode = sys.stat(path.join(directory, flat[i]), false, true)?.[1] ?? 0;
      kind = (mode & S_IFMT) >> 12;
    }
    r.push([flat[i], kind]);
  }
  return r.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
}

function walk(directory, prefix, visit, root) {
  for (const [name, kind] of listOf(directory)) {
    visit(prefix + name, kind, directory, name);
    if (kind === 4)
      walk(path.join(directory, name), prefix + name + '/', visit, root);
  }
}

class Dir {
  constructor(directory) {
    this.path = directory;
    Object.defineProperty(this, 'rest', { writable: true, value: listOf(directory) });
    Object.defineProperty(this, 'isClosed', { writable: true, value: false });
  }
  readSync() {
    if (this.isClosed)
      throw error('ERR_DIR_CLOSED');
    const next = this.rest.shift();
    return next ? new Dirent(next[0], next[1], this.path) : null;
  }
  read(callback) {
    return callback ? later(callback, () => this.readSync()) : soon(() => this.readSync());
  }
  closeSync() {
    if (this.isClosed)
      throw error('ERR_DIR_CLOSED');
    this.isClosed = true;
  }
  close(callback) {
    return callback ? later(callback, () => this.closeSync()) : soon(() => this.closeSync());
  }
  async* entries() {
    try {
      for (let e = this.readSync(); e; e = this.readSync())
        yield e;
    } finally {
      this.closeSync();
    }
  }
  [Symbol.asyncIterator]() { return this.entries(); }
}

// ---- operations -------------------------------------------------------------------------------------------------------

function fail(code, syscall, from, to) {
  const { errnoError } = require('internal/errors');
  return errnoError(code, syscall, from, to);
}


function copyBytes(from, to, isExclusive) {
  const bytes = sys.readFile(from);
  const fd = sys.open(to, isExclusive ? 0o1301 : 0o1101, 0o666);
  try {
    writeAll(fd, bytes, -1);
  } finally {
    sys.close(fd);
  }
}

function writeAll(fd, data, position) {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  let done = 0;
  while (done < bytes.byteLength) {
    done += sys.write(fd, bytes, done, bytes.byteLength - done, position < 0 ? -1 : position + done);
  }
}

function transferArguments(buffer, offset, length, position, isRead) {
  if (!ArrayBuffer.isView(buffer))
    throw error('ERR_INVALID_ARG_TYPE', 'buffer', ['Buffer', 'TypedArray', 'DataView'], buffer);
  if (typeof offset === 'object' && offset !== null)
    ({ offset, length, position } = offset);
  offset ??= 0;
  if (typeof offset !== 'number')
    throw error('ERR_INVALID_ARG_TYPE', 'offset', 'integer', offset);
  length ??= buffer.byteLength - offset;
  if (isRead && length === 0)
    return [buffer, 0, 0, -1];
  if (!Number.isInteger(offset))
    throw error('ERR_OUT_OF_RANGE', 'offset', 'an integer', offset);
  if (offset < 0 || offset > buffer.byteLength)
    throw error('ERR_OUT_OF_RANGE', 'offset', `>= 0 && <= ${buffer.byteLength}`, offset);
  if (length < 0 || length > buffer.byteLength - offset)
    throw error('ERR_OUT_OF_RANGE', 'length', `>= 0 && <= ${buffer.byteLength - offset}`, length);
  if (typeof position === 'bigint')
    position = Number(position);
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return [bytes, offset, length, typeof position === 'number' && position >= 0 ? position : -1];
}

function makeDirectories(directory) {
  const missing = [];
  let at = path.resolve(directory);
  for (; ;) {
    const kind = sys.kind(at);
    if (kind === 2)
      break;
    if (kind === 1)
      throw fail(missing.length ? 'ENOTDIR' : 'EEXIST', 'mkdir', directory);
    missing.push(at);
    const up = path.dirname(at);
    if (up === at)
      break;
    at = up;
  }
  for (const one of [...missing].reverse())
    sys.change(0, one);
  return missing.length ? missing[missing.length - 1] : undefined;
}

function removeTree(target) {
  const st = sys.stat(target, false);
  if ((st[1] & S_IFMT) !== S_IFDIR) {
    sys.change(2, target);
    return;
  }
  for (const [name] of listOf(target))
    removeTree(path.join(target, name));
  sys.change(1, target);
}

function copyTree(from, to, o) {
  if (o.filter && !o.filter(from, to))
    return;
  const st = new Stats(sys.stat(from, Boolean(o.dereference)));
  const there = sys.stat(to, false, true);
  if (st.isDirectory()) {
    if (!o.recursive)
      throw error('ERR_FS_EISDIR', from, to);
    if (there && !new Stats(there).isDirectory())
      throw error('ERR_FS_CP_DIR_TO_NON_DIR', from, to);
    if ((path.resolve(to) + '/').startsWith(path.resolve(from) + '/'))
      throw error('ERR_FS_CP_EINVAL', from, to);
    if (!there)
      makeDirectories(to);
    for (const [name] of listOf(from))
      copyTree(path.join(from, name), path.join(to, name), o);
    return;
  }
  if (there && new Stats(there).isDirectory())
    throw error('ERR_FS_CP_NON_DIR_TO_DIR', from, to);
  if (there && o.errorOnExist && o.force === false)
    throw error('ERR_FS_CP_EEXIST', from, to);
  if (there && o.force === false)
    return;
  makeDirectories(path.dirname(path.resolve(to)));
  if (st.isSymbolicLink()) {
    if (there)
      sys.change(2, to);
    sys.join(2, o.verbatimSymlinks ? sys.readlink(from) : path.resolve(path.dirname(from), sys.readlink(from)), to);
  } else {
    copyBytes(from, to, false);
  }
  if (o.preserveTimestamps)
    sys.setTimes(to, st.atimeMs, st.mtimeMs, true);
}

function timeOf(value) {
  if (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)))
    value = Number(value);
  if (typeof value === 'number' && Number.isFinite(value))
    return value < 0 ? Date.now() : value * 1000;
  if (value instanceof Date)
    return value.getTime();
  throw error('ERR_INVALID_ARG_TYPE', 'time', ['Date', 'Time in seconds'], value);
}

function real(file) {
  sys.stat(file, true); // throws where there is nothing
  let at = '', rest = path.resolve(file).split('/').filter(Boolean);
  for (let links = 0; rest.length;) {
    const next = at + '/' + rest.shift();
    if ((sys.stat(next, false)[1] & S_IFMT) !== S_IFLNK) {
      at = next;
      continue;
    }
    if (++links > 40)
      throw fail('ELOOP', 'realpath', file);
    rest = [...path.resolve(at || '/', sys.readlink(next)).split('/').filter(Boolean), ...rest];
    at = '';
  }
  return at || '/';
}


const sync = {
  access(file, mode) {
    file = pathOf(file);
    if (mode !== undefined && (typeof mode !== 'number' || mode < 0 || mode > 7))
      throw typeof mode === 'number' ? error('ERR_OUT_OF_RANGE', 'mode', 'an integer >= 0 && <= 7', mode)
        : error('ERR_INVALID_ARG_TYPE', 'mode', 'integer', mode);
    const st = sys.stat(file, true, true);
    if (st === null)
      throw fail('ENOENT', 'access', file);
    if (mode & 1 && (st[1] & S_IFMT) === S_IFREG && (st[1] & 0o111) === 0)
      throw fail('EACCES', 'access', file);
  },
  open(file, flags, mode) {
    return sys.open(pathOf(file), flagsOf(flags, 'r'), modeOf(mode));
  },
  close(fd) { sys.close(fdOf(fd)); },
  read(fd, buffer, offset, length, position) {
    fdOf(fd);
    const [bytes, ...rest] = transferArguments(buffer, offset, length, position, true);
    return rest[1] === 0 ? 0 : sys.read(fd, bytes, ...rest);
  },
  write(fd, data, offset, length, position) {
    fdOf(fd);
    if (typeof data === 'string') {
      const bytes = Buffer.from(data, typeof length === 'string' ? length : 'utf8');
      writeAll(fd, bytes, typeof offset === 'number' ? offset : -1);
      return bytes.length;
    }
    return sys.write(fd, ...transferArguments(data, offset, length, position, false));
  },
  readv(fd, buffers, position) {
    let n = 0;
    for (const b of buffers) {
      const k = sync.read(fd, b, 0, b.byteLength, typeof position === 'number' ? position + n : null);
      n += k;
      if (k < b.byteLength)
        break;
    }
    return n;
  },
  writev(fd, buffers, position) {
    let n = 0;
    for (const b of buffers)
      n += sync.write(fd, b, 0, b.byteLength, typeof position === 'number' ? position + n : null);
    return n;
  },
  readFile(file, options) {
    const o = optionsOf(options, { encoding: null, flag: 'r' });
    const from = typeof file === 'number' ? fdOf(file) : pathOf(file);
    const kept = from === 0 || from === '/dev/stdin' ? require('internal/stdio').takeInput() : undefined;
    if (kept)
      return o.encoding && o.encoding !== 'buffer' ? kept.toString(o.encoding) : kept;
    if (isUtf8(o.encoding))
      return sys.readText(from);
    const bytes = sys.readFile(from);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return o.encoding && o.encoding !== 'buffer' ? buffer.toString(o.encoding) : buffer;
  },
  writeFile(file, data, options, flag = 'w') {
    const o = optionsOf(options, { encoding: 'utf8', mode: 0o666, flag });
    const bytes = bytesOf(data, o.encoding ?? 'utf8');
    if (typeof file === 'number') {
      writeAll(fdOf(file), bytes, -1);
      return;
    }
    const fd = sys.open(pathOf(file), flagsOf(o.flag, flag), modeOf(o.mode));
    try {
      writeAll(fd, bytes, -1);
      if (o.flush)
        sys.sync(fd);
    } finally {
      sys.close(fd);
    }
  },
  appendFile(file, data, options) { sync.writeFile(file, data, options, 'a'); },
  stat(file, options) {
    const list = sys.stat(pathOf(file), true, options?.throwIfNoEntry === false);
    return list === null ? undefined : statsOf(list, options);
  },
  lstat(file, options) {
    const list = sys.stat(pathOf(file), false, options?.throwIfNoEntry === false);
    return list === null ? undefined : statsOf(list, options);
  },
  fstat: (fd, options) => statsOf(sys.fstat(fdOf(fd)), options),
  statfs(file, options) {
    sys.stat(pathOf(file), true);
    const n = options?.bigint ? BigInt : Number;
    return { type: n(0), bsize: n(4096), blocks: n(0), bfree: n(0), bavail: n(0), files: n(0), ffree: n(0) };
  },
  exists(file) {
    try {
      return sys.stat(pathOf(file), true, true) !== null;
    } catch {
      return false;
    }
  },
  readdir(directory, options) {
    const o = optionsOf(options, { encoding: 'utf8' });
    directory = pathOf(directory);
    const r = [];
    const visit = (name, kind, parent, last) => {
      r.push(o.withFileTypes ? new Dirent(encoded(last, o.encoding), kind, parent) : encoded(name, o.encoding));
    };
    if (o.recursive)
      walk(directory, '', visit);
    else
      for (const [name, kind] of listOf(directory))
        visit(name, kind, directory, name);
    return r;
  },
  opendir: (directory) => new Dir(pathOf(directory)),
  mkdir(directory, options) {
    const o = typeof options === 'object' && options !== null ? options : { mode: options };
    directory = pathOf(directory);
    if (o.recursive)
      return makeDirectories(directory);
    modeOf(o.mode);
    sys.change(0, directory);
    return undefined;
  },
  mkdtemp(prefix, options) {
    prefix = pathOf(prefix, 'prefix');
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    for (let tries = 0; ; tries++) {
      const random = new Uint8Array(6);
      internal.os.random(random);
      const name = prefix + [...random].map((b) => letters[b % letters.length]).join('');
      try {
        sys.change(0, name);
        return encoded(name, optionsOf(options, { encoding: 'utf8' }).encoding);
      } catch (e) {
        if (e.code !== 'EEXIST' || tries > 100)
          throw Object.assign(e, { message: e.message.replace(/mkdir '.*'/, `mkdtemp '${prefix}XXXXXX'`), syscall: 'mkdtemp' });
      }
    }
  },
  rmdir(directory, options) {
    directory = pathOf(directory);
    if (options?.recursive)
      removeTree(directory);
    else
      sys.change(1, directory);
  },
  rm(file, options = {}) {
    file = pathOf(file);
    const st = sys.stat(file, false, Boolean(options?.force));
    if (st === null)
      return;
    if ((st[1] & S_IFMT) === S_IFDIR && !options?.recursive)
      throw error('ERR_FS_EISDIR', file);
    removeTree(file);
  },
  unlink(file) { sys.change(2, pathOf(file)); },
  rename(from, to) { sys.join(0, pathOf(from, 'oldPath'), pathOf(to, 'newPath')); },
  link(from, to) { sys.join(1, pathOf(from, 'existingPath'), pathOf(to, 'newPath')); },
  symlink(target, file) { sys.join(2, pathOf(target, 'target'), pathOf(file)); },
  readlink: (file, options) => encoded(sys.readlink(pathOf(file)), optionsOf(options, { encoding: 'utf8' }).encoding),
  realpath: (file, options) => encoded(real(pathOf(file)), optionsOf(options, { encoding: 'utf8' }).encoding),
  copyFile(from, to, mode = 0) {
    from = pathOf(from, 'src');
    to = pathOf(to, 'dest');
    try {
      copyBytes(from, to, Boolean(mode & 1));
    } catch (e) {
      throw e.code ? fail(e.code, 'copyfile', from, to) : e;
    }
  },
  cp(from, to, options = {}) { copyTree(pathOf(from, 'src'), pathOf(to, 'dest'), { force: true, ...options }); },
  truncate(file, length = 0) {
    const fd = typeof file === 'number' ? file : sys.open(pathOf(file), 2, 0o666);
    try {
      sys.resize(fd, Math.max(0, length ?? 0));
    } finally {
      if (fd !== file)
        sys.close(fd);
    }
  },
  ftruncate(fd, length = 0) { sys.resize(fdOf(fd), Math.max(0, length ?? 0)); },
  fsync(fd) { sys.sync(fdOf(fd)); },
  fdatasync(fd) { sys.sync(fdOf(fd)); },
  utimes(file, atime, mtime) { sys.setTimes(pathOf(file), timeOf(atime), timeOf(mtime), true); },
  lutimes(file, atime, mtime) { sys.setTimes(pathOf(file), timeOf(atime), timeOf(mtime), false); },
  futimes(fd, atime, mtime) { sys.setTimes(fdOf(fd), timeOf(atime), timeOf(mtime), true); },
  // There are no modes and owners in WASI: what is there stays as it is, what is not there is told.
  chmod(file, mode) {
    modeOf(mode, 'mode');
    sys.stat(pathOf(file), true);
  },
  lchmod(file) { sys.stat(pathOf(file), false); },
  fchmod(fd) { sys.fstat(fdOf(fd)); },
  chown(file) { sys.stat(pathOf(file), true); },
  lchown(file) { sys.stat(pathOf(file), false); },
  fchown(fd) { sys.fstat(fdOf(fd)); },
};

// ---- callbacks and promises ----------------------------------------------------------------------------------------------

function later(callback, operation, ...more) {
  if (typeof callback !== 'function')
    throw error('ERR_INVALID_ARG_TYPE', 'cb', 'Function', callback);
  setImmediate(() => {
    let r;
    try {
      r = operation();
    } catch (e) {
      callback(e);
      return;
    }
    if (r === undefined)
      callback(null);
    else
      callback(null, r, ...more);
  });
}

const soon = (operation) => new Promise((resolve, reject) => {
  setImmediate(() => {
    try {
      resolve(operation());
    } catch (e) {
      reject(e);
    }
  });
});

const fs = { constants, Stats, Dirent, Dir, F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 };
const promises = { constants };


for (const [name, operation] of Object.entries(sync)) {
  fs[name + 'Sync'] = { [name + 'Sync']: (...args) => operation(...args) }[name + 'Sync'];
  fs[name] = {
    [name](...args) {
      const callback = args.pop();
      if (typeof callback !== 'function')
        throw error('ERR_INVALID_ARG_TYPE', 'cb', 'Function', callback);
      if (typeof args[0] !== 'string')
        typeof args[0] === 'number' ? fdOf(args[0]) : pathOf(args[0]);
      if (name === 'read' || name === 'write' || name === 'readv' || name === 'writev') {
        const buffer = ArrayBuffer.isView(args[1]) || Array.isArray(args[1]) || typeof args[1] === 'string'
          ? args[1] : args[1]?.buffer ?? Buffer.alloc(16384);
        if (buffer !== args[1])
          args.splice(1, 1, buffer, args[1]);
        later(callback, () => operation(...args), buffer);
      } else {
        later(callback, () => operation(...args));
      }
    },
  }[name];
  if (!/^f(?!ilter)|^(close|read|write|readv|writev|exists|open)$/.test(name) || name === 'open')
    promises[name] = { [name]: (...args) => soon(() => operation(...args)) }[name];
}
fs.exists = (file, callback) => { setImmediate(() => callback(sync.exists(file))); };
fs.exists[Symbol.for('nodejs.util.promisify.custom')] = (file) => soon(() => sync.exists(file));
fs.read[Symbol.for('nodejs.util.promisify.custom')] = (...args) => soon(() => ({ bytesRead: sync.read(...args), buffer: args[1] }));
fs.write[Symbol.for('nodejs.util.promisify.custom')] = (...args) => soon(() => ({ bytesWritten: sync.write(...args), buffer: args[1] }));
fs.realpathSync.native = fs.realpathSync;
fs.realpath.native = fs.realpath;

// ---- promises: handles -------------------------------------------------------------------------------------------------------

class FileHandle {
  constructor(fd) { Object.defineProperty(this, 'fd', { value: fd, writable: true, enumerable: false }); }
  async close() {
    if (this.fd < 0)
      return;
    const fd = this.fd;
    this.fd = -1;
    sync.close(fd);
  }
  async read(buffer, offset, length, position) {
    if (!ArrayBuffer.isView(buffer)) {
      const o = buffer ?? {};
      buffer = o.buffer ?? Buffer.alloc(16384);
      ({ offset, length, position } = o);
    }
    return { bytesRead: sync.read(this.#fd(), buffer, offset, length, position), buffer };
  }
  async write(data, ...rest) {
    return { bytesWritten: sync.write(this.#fd(), data, ...rest), buffer: data };
  }
  async readv(buffers, position) { return { bytesRead: sync.readv(this.#fd(), buffers, position), buffers }; }
  async writev(buffers, position) { return { bytesWritten: sync.writev(this.#fd(), buffers, position), buffers }; }
  async readFile(options) { return sync.readFile(this.#fd(), options); }
  async writeFile(data, options) { sync.writeFile(this.#fd(), data, options); }
  async appendFile(data, options) { sync.appendFile(this.#fd(), data, options); }
  async stat(options) { return sync.fstat(this.#fd(), options); }
  async truncate(length) { sync.ftruncate(this.#fd(), length); }
  async sync() { sync.fsync(this.#fd()); }
  async datasync() { sync.fsync(this.#fd()); }
  async utimes(atime, mtime) { sync.futimes(this.#fd(), atime, mtime); }
  async chmod() { this.#fd(); }
  async chown() { this.#fd(); }
  createReadStream(options) { return fs.createReadStream('', { ...options, fd: this }); }
  createWriteStream(options) { return fs.createWriteStream('', { ...options, fd: this }); }
  readLines(options) {
    return require('readline').createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }
  #fd() {
    if (this.fd < 0)
      throw fail('EBADF', 'read');
    return this.fd;
  }
  async [Symbol.asyncDispose ?? Symbol('asyncDispose')]() { await this.close(); }
}

const numberOf = (file) => (file instanceof FileHandle ? file.fd : file);
promises.open = (file, flags, mode) => soon(() => new FileHandle(sync.open(file, flags, mode)));
for (const name of ['readFile', 'writeFile', 'appendFile']) {
  promises[name] = {
    [name]: async (file, ...args) => {
      if (name === 'writeFile' && !(typeof args[0] === 'string' || ArrayBuffer.isView(args[0])) &&
          args[0] && (args[0][Symbol.asyncIterator] || args[0][Symbol.iterator])) {
        const parts = [];
        for await (const part of args[0])
          parts.push(typeof part === 'string' ? Buffer.from(part) : part);
        args[0] = Buffer.concat(parts);
      }
      return soon(() => sync[name](numberOf(file), ...args));
    },
  }[name];
}
promises.access = (file, mode) => soon(() => sync.access(file, mode));
promises.watch = () => { throw fail('ENOSYS', 'watch'); };
promises.glob = async function* (pattern, options) { yield* globAll(pattern, options); };
fs.glob = (pattern, options, callback) => later(callback ?? options, () => globAll(pattern, callback ? options : {}));
fs.globSync = (pattern, options) => globAll(pattern, options);
fs.watch = fs.watchFile = () => { throw fail('ENOSYS', 'watch'); };
fs.unwatchFile = () => {};

function globAll(pattern, options = {}) {
  const patterns = (Array.isArray(pattern) ? pattern : [pattern]).map((p) => new RegExp(`^${globSource(p)}$`));
  const r = [];
  walk(options.cwd ? pathOf(options.cwd) : '.', '', (name, kind, parent, last) => {
    if (patterns.some((p) => p.test(name)) && !options.exclude?.(options.withFileTypes ? new Dirent(last, kind, parent) : name))
      r.push(options.withFileTypes ? new Dirent(last, kind, parent) : name);
  });
  return r;
}

function globSource(pattern) {
  return pattern.replace(/^\.\//, '').replace(/\*\*\/|\*\*|\*|\?|\{|\}|,|\[!?|[.+^$()|\\]/g, (m) => ({
    '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': '|', '[': '[', '[!': '[^',
  })[m] ?? '\\' + m);
}

Object.defineProperty(fs, 'promises', { enumerable: true, configurable: true, get: () => promises });

// ---- streams ---------------------------------------------------------------------------------------------------------------

function streams() {
  const { Readable, Writable } = require('stream');

  class ReadStream extends Readable {
    constructor(file, options) {
      const o = optionsOf(options, { flags: 'r', highWaterMark: 64 * 1024 });
      super({ highWaterMark: o.highWaterMark, encoding: o.encoding, autoDestroy: true, emitClose: o.emitClose ?? true,
        signal: o.signal, objectMode: false });
      this.handle = o.fd instanceof FileHandle ? o.fd : undefined;
      this.fd = o.fd === undefined || o.fd === null ? null : numberOf(o.fd);
      this.path = this.fd === null ? pathOf(file) : file;
      this.flags = o.flags ?? 'r';
      this.mode = o.mode ?? 0o666;
      this.start = o.start;
      this.end = o.end ?? Infinity;
      this.pos = o.start;
      this.bytesRead = 0;
      this.autoClose = o.autoClose ?? true;
      if (this.start !== undefined && this.start > this.end)
        throw error('ERR_OUT_OF_RANGE', 'start', `<= "end" (here: ${this.end})`, this.start);
    }
    _construct(callback) {
      if (this.fd !== null) {
        callback();
        return;
      }
      later((e, fd) => {
        if (e) {
          callback(e);
          return;
        }
        this.fd = fd;
        callback();
        this.emit('open', fd);
        this.emit('ready');
      }, () => sync.open(this.path, this.flags, this.mode));
    }
    _read(n) {
      const left = this.pos === undefined ? this.end - this.bytesRead + 1 : this.end - this.pos + 1;
      n = Math.min(n, left);
      if (n <= 0) {
        this.push(null);
        return;
      }
      const buffer = Buffer.allocUnsafe(n);
      later((e, k = 0) => {
        if (e) {
          this.destroy(e);
          return;
        }
        this.bytesRead += k;
        if (this.pos !== undefined)
          this.pos += k;
        this.push(k ? buffer.subarray(0, k) : null);
      }, () => sys.read(this.fd, buffer, 0, n, this.pos ?? -1));
    }
    _destroy(e, callback) {
      closeStream(this, e, callback);
    }
    close(callback) {
      if (callback)
        this.once('close', callback);
      this.destroy();
    }
    get pending() { return this.fd === null; }
  }

  class WriteStream extends Writable {
    constructor(file, options) {
      const o = optionsOf(options, { flags: 'w', highWaterMark: 16384 });
      super({ highWaterMark: o.highWaterMark, decodeStrings: true, defaultEncoding: o.encoding ?? 'utf8',
        emitClose: o.emitClose ?? true, signal: o.signal, autoDestroy: true });
      this.handle = o.fd instanceof FileHandle ? o.fd : undefined;
      this.fd = o.fd === undefined || o.fd === null ? null : numberOf(o.fd);
      this.path = this.fd === null ? pathOf(file) : file;
      this.flags = o.flags ?? 'w';
      this.mode = o.mode ?? 0o666;
      this.start = o.start;
      this.pos = o.start;
      this.bytesWritten = 0;
      this.autoClose = o.autoClose ?? true;
    }
    _write(chunk, encoding, callback) {
      later((e) => {
        this.bytesWritten += e ? 0 : chunk.length;
        if (this.pos !== undefined)
          this.pos += chunk.length;
        callback(e);
      }, () => writeAll(this.fd, chunk, this.pos ?? -1));
    }
    close(callback) {
      if (callback) {
        if (this.closed)
          process.nextTick(callback);
        else
          this.once('close', callback);
      }
      this.end();
    }
    get pending() { return this.fd === null; }
  }
  WriteStream.prototype._construct = ReadStream.prototype._construct;
  WriteStream.prototype._destroy = ReadStream.prototype._destroy;
  WriteStream.prototype.destroySoon = WriteStream.prototype.end;

  function closeStream(stream, e, callback) {
    const fd = stream.fd;
    if (fd === null || !stream.autoClose) {
      callback(e);
      return;
    }
    stream.fd = null;
    later((e2) => callback(e ?? e2), () => {
      if (stream.handle)
        stream.handle.fd = -1;
      sys.close(fd);
    });
  }
  return { ReadStream, WriteStream };
}

let made;
for (const name of ['ReadStream', 'WriteStream']) {
  Object.defineProperty(fs, name, { enumerable: true, configurable: true, get: () => (made ??= streams())[name] });
}
fs.createReadStream = (file, options) => new fs.ReadStream(file, options);
fs.createWriteStream = (file, options) => new fs.WriteStream(file, options);
promises.FileHandle = FileHandle;

module.exports = fs;
