// Files. An operation takes its arguments, throws what is wrong with them, and gives what does it: at once for the
// function of the name with Sync, a turn later for that with a callback and for the promise.
const { fs: sys } = internal;
const path = require('path');
const loop = require('internal/loop');
const v = require('internal/fs_values');
const { as, encoded, error, fail, fdOf, flagsOf, modeOf, optionsOf, pathOf, statsOf, writeAll } = v;
const tree = (name) => (...args) => require('internal/fs_tree')[name](...args);

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function copyBytes(from, to, isExclusive) {
  const bytes = sys.readFile(from);
  const fd = sys.open(to, isExclusive ? 0o1301 : 0o1101, 0o666);
  try {
    writeAll(fd, bytes, -1);
  } finally {
    sys.close(fd);
  }
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
  if (missing.length === 0)
    return undefined;
  const first = missing[missing.length - 1];
  return directory[0] === '/' ? first : path.relative(sys.cwd(), first);
}

function makeTemporary(prefix) {
  for (let tries = 0; ; tries++) {
    const random = new Uint8Array(6);
    internal.os.random(random);
    const name = prefix + Array.from(random, (b) => LETTERS[b % LETTERS.length]).join('');
    try {
      as('mkdtemp', () => sys.change(0, name), prefix + 'XXXXXX');
      return name;
    } catch (e) {
      if (e.code !== 'EEXIST' || tries > 100)
        throw e;
    }
  }
}

// An absolute target leads out of what WASI lets a link say: it becomes the way there from the link.
function makeLink(target, file) {
  try {
    sys.join(2, target, file);
  } catch (e) {
    if (e.code !== 'EPERM' || target[0] !== '/')
      throw e;
    as('symlink', () => sys.join(2, path.relative(path.dirname(path.resolve(file)), target) || '.', file), target, file);
  }
}

function real(file) {
  let at = '', rest = path.resolve(file).split('/').filter(Boolean);
  for (let links = 0; rest.length;) {
    const next = at + '/' + rest.shift();
    if ((sys.stat(next, false)[1] & v.S_IFMT) !== v.S_IFLNK) {
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

// There are no modes and owners in WASI: what is there stays as it is, what is not there is told.
const changesNothing = (name, follows) => (file) => () => { as(name, () => sys.stat(file, follows), file); };

function statOf(file, follows, options) {
  file = pathOf(file);
  return () => {
    if (options?.throwIfNoEntry !== false)
      return statsOf(sys.stat(file, follows), options);
    try {
      return statsOf(sys.stat(file, follows), options);
    } catch (e) {
      if (e.code === 'ENOENT')
        return undefined;
      throw e;
    }
  };
}

function directoryMode(options) {
  if (typeof options === 'number' || typeof options === 'string')
    return void modeOf(options);
  if (options?.recursive !== undefined && typeof options.recursive !== 'boolean')
    throw error('ERR_INVALID_ARG_TYPE', 'options.recursive', 'boolean', options.recursive);
  if (options?.mode !== undefined)
    modeOf(options.mode);
}

function removal(file, options, isDirectory) {
  const { validateBoolean, validateInt32, validateUint32 } = require('internal/validators');
  const o = { force: false, recursive: false, retryDelay: 100, maxRetries: 0 };
  if (options !== undefined) {
    v.validateObject(options, 'options');
    Object.assign(o, options);
  }
  validateBoolean(o.recursive, 'options.recursive');
  validateInt32(o.retryDelay, 'options.retryDelay', 0);
  validateUint32(o.maxRetries, 'options.maxRetries');
  validateBoolean(o.force, 'options.force');
  return tree('remove')(file, o, isDirectory);
}

const ops = {
  access(file, mode) {
    file = pathOf(file);
    const bits = v.bitsOf(mode);
    return () => {
      const st = as('access', () => sys.stat(file, true), file);
      if (bits & 1 && (st[1] & v.S_IFMT) === v.S_IFREG && (st[1] & 0o111) === 0)
        throw fail('EACCES', 'access', file);
    };
  },
  exists(file) {
    file = pathOf(file);
    return () => {
      try {
        return file !== '' && sys.stat(file, true, true) !== null;
      } catch {
        return false;
      }
    };
  },
  open(file, flags, mode) {
    file = pathOf(file);
    flags = flagsOf(flags, 'r');
    mode = modeOf(mode);
    return () => sys.open(file, flags, mode);
  },
  close(fd) {
    fdOf(fd);
    return () => sys.close(fd);
  },
  read(fd, buffer, ...rest) {
    fdOf(fd);
    require('internal/validators').validateBuffer(buffer);
    let [offset, length, position] = rest;
    if (rest.length <= 1 || (typeof offset === 'object' && offset !== null)) {
      if (offset !== undefined)
        v.validateObject(offset, 'options', 1);
      ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset ?? {});
    }
    const part = v.readPart(buffer, offset, length, position);
    return () => (part === null ? 0 : sys.read(fd, ...part));
  },
  write(fd, data, offset, length, position) {
    fdOf(fd);
    const part = v.writePart(data, offset, length, position);
    return () => sys.write(fd, ...part);
  },
  readv(fd, buffers, position) {
    fdOf(fd);
    v.viewsOf(buffers);
    return () => {
      let n = 0;
      for (const b of buffers) {
        const k = ops.read(fd, b, 0, b.byteLength, typeof position === 'number' ? position + n : null)();
        n += k;
        if (k < b.byteLength)
          break;
      }
      return n;
    };
  },
  writev(fd, buffers, position) {
    fdOf(fd);
    v.viewsOf(buffers);
    return () => {
      let n = 0;
      for (const b of buffers)
        n += ops.write(fd, b, 0, b.byteLength, typeof position === 'number' ? position + n : null)();
      return n;
    };
  },
  readFile(file, options) {
    const o = optionsOf(options, { encoding: null, flag: 'r' });
    const flags = flagsOf(o.flag, 'r');
    const isFd = file === (file | 0);
    const from = isFd ? fdOf(file) : pathOf(file);
    return () => {
      v.orAbort(o.signal);
      const kept = from === 0 || from === '/dev/stdin' ? require('internal/stdio').takeInput() : undefined;
      if (kept)
        return o.encoding && o.encoding !== 'buffer' ? kept.toString(o.encoding) : kept;
      let at = from;
      if (isFd)
        sys.fstat(from);
      else if (flags !== 0)
        at = sys.open(from, flags, 0o666);
      try {
        if (v.isUtf8(o.encoding))
          return sys.readText(at);
        const bytes = sys.readFile(at);
        const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        return o.encoding && o.encoding !== 'buffer' ? buffer.toString(o.encoding) : buffer;
      } finally {
        if (at !== from)
          sys.close(at);
      }
    };
  },
  writeFile(file, data, options, flag = 'w') {
    const o = optionsOf(options, { encoding: 'utf8', mode: 0o666, flag });
    const bytes = v.bytesOf(data, o.encoding ?? 'utf8');
    const isFd = file === (file | 0);
    const to = isFd ? fdOf(file) : pathOf(file);
    const flags = flagsOf(o.flag, flag), mode = modeOf(o.mode);
    return () => {
      v.orAbort(o.signal);
      const fd = isFd ? to : sys.open(to, flags, mode);
      try {
        writeAll(fd, bytes, -1);
        if (o.flush)
          sys.sync(fd);
      } finally {
        if (!isFd)
          sys.close(fd);
      }
    };
  },
  appendFile: (file, data, options) => ops.writeFile(file, data, options, 'a'),
  stat: (file, options) => statOf(file, true, options),
  lstat: (file, options) => statOf(file, false, options),
  fstat(fd, options) {
    fdOf(fd);
    return () => statsOf(sys.fstat(fd), options);
  },
  statfs(file, options) {
    file = pathOf(file);
    return () => {
      as('statfs', () => sys.stat(file, true), file);
      const r = new v.StatFs(options?.bigint ? 0n : 0);
      r.bsize = options?.bigint ? 4096n : 4096;
      return r;
    };
  },
  readdir(directory, options) {
    const o = optionsOf(options, { encoding: 'utf8' });
    directory = pathOf(directory);
    return () => {
      const r = [];
      const visit = (name, kind, parent, last) => {
        r.push(o.withFileTypes ? new v.Dirent(encoded(last, o.encoding), kind, parent) : encoded(name, o.encoding));
      };
      if (o.recursive) {
        v.walk(directory, '', visit);
      } else {
        for (const [name, kind] of v.listOf(directory))
          visit(name, kind, directory, name);
      }
      return r;
    };
  },
  opendir(directory, options) {
    directory = pathOf(directory);
    const o = optionsOf(options, { encoding: 'utf8' });
    if (o.bufferSize !== undefined)
      require('internal/validators').validateUint32(o.bufferSize, 'options.bufferSize', true);
    return () => tree('openDirectory')(directory, o);
  },
  mkdir(directory, options) {
    directoryMode(options);
    directory = pathOf(directory);
    return () => {
      if (options?.recursive)
        return makeDirectories(directory);
      sys.change(0, directory);
      return undefined;
    };
  },
  mkdtemp(prefix, options) {
    const { encoding } = optionsOf(options, { encoding: 'utf8' });
    prefix = pathOf(prefix, 'prefix');
    return () => encoded(makeTemporary(prefix), encoding);
  },
  rmdir(directory, options) {
    directory = pathOf(directory);
    return options?.recursive ? removal(directory, { ...options, force: false }, true) : () => sys.change(1, directory);
  },
  rm: (file, options) => removal(pathOf(file), options, false),
  unlink(file) {
    file = pathOf(file);
    return () => sys.change(2, file);
  },
  rename(from, to) {
    from = pathOf(from, 'oldPath');
    to = pathOf(to, 'newPath');
    return () => sys.join(0, from, to);
  },
  link(from, to) {
    from = pathOf(from, 'existingPath');
    to = pathOf(to, 'newPath');
    return () => sys.join(1, from, to);
  },
  symlink(target, file, type) {
    if (type !== undefined && type !== null && !['dir', 'file', 'junction'].includes(type))
      throw error('ERR_FS_INVALID_SYMLINK_TYPE', type);
    target = pathOf(target, 'target');
    file = pathOf(file);
    return () => makeLink(target, file);
  },
  readlink(file, options) {
    const { encoding } = optionsOf(options, { encoding: 'utf8' });
    file = pathOf(file, 'oldPath');
    return () => encoded(sys.readlink(file), encoding);
  },
  realpath(file, options) {
    const { encoding } = optionsOf(options, { encoding: 'utf8' });
    file = typeof file === 'number' ? String(file) : pathOf(file);
    return () => encoded(real(file), encoding);
  },
  copyFile(from, to, mode) {
    from = pathOf(from, 'src');
    to = pathOf(to, 'dest');
    const bits = v.bitsOf(mode);
    return () => as('copyfile', () => copyBytes(from, to, Boolean(bits & 1)), from, to);
  },
  cp: (from, to, options) => tree('copy')(from, to, options, ops),
  truncate(file, length) {
    if (typeof file === 'number')
      return ops.ftruncate(file, length);
    file = pathOf(file);
    return () => {
      const fd = sys.open(file, 2, 0o666);
      try {
        if (length !== undefined)
          require('internal/validators').validateInteger(length, 'len');
        sys.resize(fd, Math.max(0, length ?? 0));
      } finally {
        sys.close(fd);
      }
    };
  },
  ftruncate(fd, length = 0) {
    fdOf(fd);
    require('internal/validators').validateInteger(length, 'len');
    return () => sys.resize(fd, Math.max(0, length));
  },
  fsync(fd) {
    fdOf(fd);
    return () => sys.sync(fd);
  },
  fdatasync(fd) {
    fdOf(fd);
    return () => as('fdatasync', () => sys.sync(fd));
  },
  utimes: (file, atime, mtime) => setTimes(pathOf(file), atime, mtime, true),
  lutimes: (file, atime, mtime) => setTimes(pathOf(file), atime, mtime, false),
  futimes: (fd, atime, mtime) => setTimes(fdOf(fd), atime, mtime, true),
  chmod(file, mode) {
    file = pathOf(file);
    require('internal/validators').parseFileMode(mode, 'mode');
    return changesNothing('chmod', true)(file);
  },
  fchmod(fd, mode) {
    fdOf(fd);
    require('internal/validators').parseFileMode(mode, 'mode');
    return () => { as('fchmod', () => sys.fstat(fd)); };
  },
  chown(file, uid, gid) {
    file = pathOf(file);
    v.ownerOf(uid, 'uid');
    v.ownerOf(gid, 'gid');
    return changesNothing('chown', true)(file);
  },
  lchown(file, uid, gid) {
    file = pathOf(file);
    v.ownerOf(uid, 'uid');
    v.ownerOf(gid, 'gid');
    return changesNothing('lchown', false)(file);
  },
  fchown(fd, uid, gid) {
    fdOf(fd);
    v.ownerOf(uid, 'uid');
    v.ownerOf(gid, 'gid');
    return () => { as('fchown', () => sys.fstat(fd)); };
  },
};

function setTimes(file, atime, mtime, follows) {
  atime = v.timeOf(atime);
  mtime = v.timeOf(mtime);
  return () => sys.setTimes(file, atime, mtime, follows);
}

// ---- callbacks ------------------------------------------------------------------------------------------------------

function callbackOf(value) {
  if (typeof value !== 'function')
    throw error('ERR_INVALID_ARG_TYPE', 'cb', 'Function', value);
  return value;
}

function later(callback, operation, ...more) {
  loop.later(() => {
    let r;
    try {
      r = operation();
    } catch (e) {
      callback(e);
      return;
    }
    if (typeof r?.then === 'function') // of copying with a filter that takes its time
      r.then(() => process.nextTick(callback, null), (e) => process.nextTick(callback, e));
    else if (r === undefined)
      callback(null);
    else
      callback(null, r, ...more);
  });
}

const fs = { constants: v.constants, Stats: v.Stats, Dirent: v.Dirent, F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 };

// How many arguments come before the callback at most; 1 where nothing is said.
const BEFORE = { access: 2, appendFile: 3, chmod: 2, chown: 3, copyFile: 3, cp: 3, fchmod: 2, fchown: 3, fstat: 2, ftruncate: 2,
  futimes: 3, lchown: 3, link: 2, lstat: 2, lutimes: 3, mkdir: 2, mkdtemp: 2, open: 3, opendir: 2, readdir: 2, readFile: 2,
  readlink: 2, realpath: 2, rename: 2, rm: 2, rmdir: 2, stat: 2, statfs: 2, symlink: 3, truncate: 2, utimes: 3, writeFile: 3 };

for (const [name, operation] of Object.entries(ops)) {
  fs[name + 'Sync'] = { [name + 'Sync']: (...args) => operation(...args)() }[name + 'Sync'];
  const before = BEFORE[name] ?? 1;
  fs[name] = {
    [name](...args) {
      let at = args.findIndex((a) => typeof a === 'function');
      if (at < 0)
        at = before;
      const callback = callbackOf(args[at]);
      later(callback, operation(...args.slice(0, at)));
    },
  }[name];
}

fs.opendirSync = function opendirSync(...args) { return as('opendir', ops.opendir(...args)); };
fs.existsSync = function existsSync(file) {
  try {
    return ops.exists(file)();
  } catch {
    return false;
  }
};
fs.exists = function exists(file, callback) {
  callbackOf(callback);
  const found = fs.existsSync(file);
  loop.later(() => callback(found));
};
fs.close = function close(fd, callback = (e) => { if (e) throw e; }) {
  later(callbackOf(callback), ops.close(fd));
};
fs.cp = function cp(from, to, options, callback = options) {
  later(callbackOf(callback), tree('copyLater')(from, to, callback === options ? undefined : options, ops));
};

fs.read = function read(fd, buffer, offset, length, position, callback) {
  fdOf(fd);
  const n = arguments.length;
  if (n <= 4) {
    let o = offset;
    callback = length;
    if (n === 4) {
      v.validateObject(o, 'options', 1);
    } else if (n === 3 && ArrayBuffer.isView(buffer)) {
      [o, callback] = [undefined, offset];
    } else if (n === 3) {
      [o, callback] = [buffer, offset];
      buffer = o?.buffer === undefined ? Buffer.alloc(16384) : o.buffer;
    } else {
      [o, callback, buffer] = [undefined, buffer, Buffer.alloc(16384)];
    }
    if (o !== undefined)
      v.validateObject(o, 'options', 1);
    ({ offset = 0, length = buffer?.byteLength - offset, position = null } = o ?? {});
  }
  require('internal/validators').validateBuffer(buffer);
  callbackOf(callback);
  later(callback, ops.read(fd, buffer, offset ?? 0, length, position), buffer);
};
fs.write = function write(fd, data, ...rest) {
  const callback = callbackOf(rest.findLast((a) => typeof a === 'function') ?? rest[0]);
  later(callback, ops.write(fd, data, ...rest.filter((a) => a !== callback)), data);
};
for (const name of ['readv', 'writev']) {
  fs[name] = {
    [name](fd, buffers, position, callback = position) {
      later(callbackOf(callback), ops[name](fd, buffers, position), buffers);
    },
  }[name];
}

const custom = Symbol.for('nodejs.util.promisify.custom');
const promised = (fn, make) => Object.defineProperty(fn, custom, { value: Object.defineProperty(make, 'name', { value: fn.name, configurable: true }),
  enumerable: false });
promised(fs.exists, (file) => v.soon(() => fs.existsSync(file)));
for (const [name, count, what] of [['read', 'bytesRead', 'buffer'], ['write', 'bytesWritten', 'buffer'],
  ['readv', 'bytesRead', 'buffers'], ['writev', 'bytesWritten', 'buffer']]) {
  promised(fs[name], (...args) => new Promise((resolve, reject) => {
    fs[name](...args, (e, n, data) => (e ? reject(e) : resolve({ [count]: n, [what]: data })));
  }));
}
fs.realpathSync.native = (...args) => fs.realpathSync(...args);
fs.realpath.native = (...args) => fs.realpath(...args);

fs.globSync = (pattern, options) => tree('glob')(pattern, options);
fs.glob = (pattern, options, callback = options) => {
  later(callbackOf(callback), () => tree('glob')(pattern, callback === options ? undefined : options));
};
fs.openAsBlob = async function openAsBlob(file, { type = '' } = {}) {
  file = pathOf(file);
  return new Blob([await v.soon(ops.readFile(file))], { type });
};
fs.watch = fs.watchFile = function watch() { throw error('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'fs.watch'); };
fs.unwatchFile = function unwatchFile() {};
fs.lchmod = fs.lchmodSync = undefined; // as on Linux
fs._toUnixTimestamp = (time) => v.timeOf(time) / 1e6;

// ---- what is made when it is asked for --------------------------------------------------------------------------------

for (const [name, file] of [['Dir', 'tree'], ['ReadStream', 'streams'], ['WriteStream', 'streams'],
  ['FileReadStream', 'streams'], ['FileWriteStream', 'streams']]) {
  Object.defineProperty(fs, name, { enumerable: true, configurable: true,
    get: () => require('internal/fs_' + file)[name.replace('File', '')],
    set(value) { Object.defineProperty(fs, name, { value, writable: true, enumerable: true, configurable: true }); } });
}
fs.createReadStream = function createReadStream(file, options) { return new fs.ReadStream(file, options); };
fs.createWriteStream = function createWriteStream(file, options) { return new fs.WriteStream(file, options); };
Object.defineProperty(fs, 'promises', { enumerable: true, configurable: true, get: () => require('fs/promises') });
Object.defineProperty(fs, Symbol.for('boxagnts.internal'), { value: ops });

module.exports = fs;
