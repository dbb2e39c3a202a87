// What the files of fs share: constants, arguments and their checks, what a file is told to be.
const { fs: sys } = internal;
const path = require('path');
const { codes, uvException, AbortError } = require('internal/errors');
const { parseFileMode, validateAbortSignal, validateInteger, validateObject } = require('internal/validators');

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

const error = (name, ...args) => new codes[name](...args);

function pathOf(value, name = 'path') {
  if (value instanceof Uint8Array)
    value = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  else if (typeof value === 'object' && value !== null && value.href && value.protocol && value.auth === undefined)
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
  validateInteger(value, 'fd', 0, 2147483647);
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

const modeOf = (value, name = 'mode', otherwise = 0o666) => parseFileMode(value, name, otherwise);

// The third argument of access and the last of copyFile.
function bitsOf(mode) {
  if (mode === undefined || mode === null)
    return 0;
  if (typeof mode !== 'number')
    throw Object.assign(new TypeError('mode must be int32 or null/undefined'), { code: 'ERR_INVALID_ARG_TYPE' });
  if (mode < 0 || mode > 7)
    throw Object.assign(new RangeError('mode is out of range: >= 0 && <= 7'), { code: 'ERR_OUT_OF_RANGE' });
  return mode | 0;
}

function optionsOf(options, defaults) {
  if (options === undefined || options === null || typeof options === 'function')
    return defaults;
  if (typeof options === 'string')
    options = { encoding: options };
  if (typeof options !== 'object')
    throw error('ERR_INVALID_ARG_TYPE', 'options', ['string', 'Object'], options);
  const r = { ...defaults };
  for (const k in options) // what it inherits too
    r[k] = options[k];
  if (r.encoding && r.encoding !== 'buffer' && !Buffer.isEncoding(r.encoding))
    throw error('ERR_INVALID_ARG_VALUE', 'encoding', r.encoding, 'is invalid encoding');
  if (r.signal !== undefined)
    validateAbortSignal(r.signal, 'options.signal');
  return r;
}

function orAbort(signal) {
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
}

const isUtf8 = (encoding) => encoding === 'utf8' || encoding === 'utf-8';

function bytesOf(data, encoding = 'utf8', name = 'data') {
  if (typeof data === 'string')
    return isUtf8(encoding) ? data : Buffer.from(data, encoding);
  if (ArrayBuffer.isView(data))
    return viewOf(data);
  throw error('ERR_INVALID_ARG_TYPE', name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

const viewOf = (data) => (data instanceof Uint8Array ? data
  : new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

const encoded = (text, encoding) => (encoding === 'buffer' ? Buffer.from(text)
  : !encoding || isUtf8(encoding) ? text : Buffer.from(text).toString(encoding));

// A buffer, what part of it, and where in the file (-1: where it is), for internal.fs.read.
function readPart(buffer, offset, length, position) {
  if (offset === undefined)
    offset = 0;
  else
    validateInteger(offset, 'offset', 0);
  length |= 0;
  if (length === 0)
    return null;
  if (buffer.byteLength === 0)
    throw error('ERR_INVALID_ARG_VALUE', 'buffer', buffer, 'is empty and cannot be written');
  if (length < 0)
    throw error('ERR_OUT_OF_RANGE', 'length', '>= 0', length);
  if (offset + length > buffer.byteLength)
    throw error('ERR_OUT_OF_RANGE', 'length', `<= ${buffer.byteLength - offset}`, length);
  if (position === undefined || position === null)
    return [viewOf(buffer), offset, length, -1];
  if (typeof position === 'bigint') {
    if (position < -1n || position > 2n ** 63n - 1n - BigInt(length))
      throw error('ERR_OUT_OF_RANGE', 'position', `>= -1 && <= ${2n ** 63n - 1n - BigInt(length)}`, position);
  } else if (typeof position === 'number') {
    validateInteger(position, 'position', -1);
  } else {
    throw error('ERR_INVALID_ARG_TYPE', 'position', ['bigint', 'integer'], position);
  }
  return [viewOf(buffer), offset, length, Number(position)];
}

// The same for internal.fs.write, of text too.
function writePart(data, offset, length, position) {
  if (!ArrayBuffer.isView(data)) {
    if (typeof data !== 'string')
      throw error('ERR_INVALID_ARG_TYPE', 'buffer', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
    if (/^hex$/i.test(length) && data.length % 2)
      throw error('ERR_INVALID_ARG_VALUE', 'encoding', length, `is invalid for data of length ${data.length}`);
    const bytes = Buffer.from(data, Buffer.isEncoding(length) ? length : 'utf8');
    return [bytes, 0, bytes.length, typeof offset === 'number' && offset >= 0 ? offset : -1];
  }
  if (typeof offset === 'object' && offset !== null)
    ({ offset, length, position } = offset);
  offset ??= 0;
  validateInteger(offset, 'offset', 0);
  if (typeof length !== 'number')
    length = data.byteLength - offset;
  if (offset > data.byteLength)
    throw error('ERR_OUT_OF_RANGE', 'offset', `<= ${data.byteLength}`, offset);
  if (length > data.byteLength - offset)
    throw error('ERR_OUT_OF_RANGE', 'length', `<= ${data.byteLength - offset}`, length);
  if (length < 0)
    throw error('ERR_OUT_OF_RANGE', 'length', '>= 0', length);
  validateInteger(length, 'length', 0, 2147483647);
  return [viewOf(data), offset, length, typeof position === 'number' && position >= 0 ? position : -1];
}

function viewsOf(buffers) {
  if (!Array.isArray(buffers) || !buffers.every((b) => ArrayBuffer.isView(b)))
    throw error('ERR_INVALID_ARG_TYPE', 'buffers', 'ArrayBufferView[]', buffers);
  return buffers;
}

// Microseconds since 1970, of a number of seconds, its digits or a Date.
function timeOf(value) {
  if (typeof value === 'string' && +value == value) // as Node compares them: '' is 0
    value = +value;
  if (value instanceof Date)
    value = value.getTime() / 1000;
  else if (Number.isFinite(value) && value < 0)
    value = Date.now() / 1000;
  if (!Number.isFinite(value))
    throw error('ERR_INVALID_ARG_TYPE', 'time', ['Date', 'Time in seconds'], value);
  const s = Math.floor(value);
  return s * 1e6 + Math.trunc((value - s) * 1e6);
}

function ownerOf(id, name) {
  validateInteger(id, name, -1, 4294967295);
  return id;
}

const NUMBERS = { ENOENT: 2, EBADF: 9, EACCES: 13, EEXIST: 17, ENOTDIR: 20, EISDIR: 21, EINVAL: 22, ELOOP: 40 };

// A call of the system that failed, where this file knows it before the system does.
const fail = (code, syscall, from, to) => uvException({ errno: -NUMBERS[code], syscall, path: from, dest: to });

// What `operation` gives; where the system says no, under the name of another call.
function as(syscall, operation, from, to) {
  try {
    return operation();
  } catch (e) {
    throw typeof e.errno === 'number' ? uvException({ errno: e.errno, syscall, path: from, dest: to }) : e;
  }
}

// ---- what files are ---------------------------------------------------------------------------------------------

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

function statsOf(list, options) {
  return options?.bigint ? new BigIntStats(list) : new Stats(list);
}

class StatFs {
  constructor(one) {
    Object.assign(this, { type: one * one, bsize: one, blocks: one, bfree: one, bavail: one, files: one, ffree: one });
  }
}

const kType = Symbol('type');
const TYPES = { 1: 4, 2: 6, 4: 2, 8: 1, 10: 3 }; // of kinds (Linux's d_type) to UV_DIRENT_*

class Dirent {
  constructor(name, kind, parent) {
    this.name = name;
    this.parentPath = parent;
    this.path = parent;
    this[kType] = TYPES[kind] ?? 0;
  }
  isDirectory() { return this[kType] === 2; }
  isFile() { return this[kType] === 1; }
  isSymbolicLink() { return this[kType] === 3; }
  isBlockDevice() { return false; }
  isCharacterDevice() { return this[kType] === 6; }
  isFIFO() { return this[kType] === 4; }
  isSocket() { return false; }
}

// [name, kind] of what is in a directory, sorted.
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

// All below a directory: visit(path from there, kind, directory, name).
function walk(directory, prefix, visit) {
  for (const [name, kind] of listOf(directory)) {
    visit(prefix + name, kind, directory, name);
    if (kind === 4)
      walk(path.join(directory, name), prefix + name + '/', visit);
  }
}

function writeAll(fd, data, position) {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let done = 0; done < bytes.byteLength;)
    done += sys.write(fd, bytes, done, bytes.byteLength - done, position < 0 ? -1 : position + done);
}

const soon = (operation) => new Promise((resolve, reject) => {
  require('internal/loop').later(() => {
    try {
      resolve(operation());
    } catch (e) {
      reject(e);
    }
  });
});

module.exports = {
  S_IFMT, S_IFDIR, S_IFREG, S_IFLNK, constants, Stats, StatFs, Dirent, as, bitsOf, bytesOf, encoded, error, fail, fdOf, flagsOf,
  isUtf8, listOf, modeOf, optionsOf, orAbort, ownerOf, pathOf, readPart, soon, statsOf, timeOf, validateObject, viewsOf, walk,
  writeAll, writePart,
};
