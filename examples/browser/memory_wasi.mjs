// memory_wasi.mjs - WASI preview1 over a MemoryFs, for one module: no network, no host, nothing but what it is given.
//
//   const wasi = new MemoryWasi({ fs, preopens: { '/workspace': '/workspace' }, stdin: bytes, memory: () => instance.exports.memory });
//   const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.imports });
//   const { code } = wasi.run(instance);    // wasi.stdout(), wasi.stderr(): bytes
import { E, Errno, TYPE, fail, now } from './memory_fs.mjs';

const RIGHT_READ = 1n << 1n;
const RIGHT_WRITE = 1n << 6n;
const RIGHTS_STREAM = 0x8600042n; // read, write, filestat_get, poll
const RIGHTS_ALL = 0xfffffffn;
const OPEN = { CREATE: 1, DIRECTORY: 2, EXCLUSIVE: 4, TRUNCATE: 8 };
const FLAG = { APPEND: 1, NONBLOCK: 4 };
const FILE_MAX = 2 ** 31;
const FDS_MAX = 1024;

export class Exit {
  constructor(code) {
    this.code = code;
  }
}

/** Bytes that are written, kept in pieces. */
export class Sink {
  constructor(max = 64 << 20) {
    this.parts = [];
    this.size = 0;
    this.max = max;
  }

  write(bytes) {
    if (this.size + bytes.length > this.max) {
      fail(E.NOSPC);
    }
    this.parts.push(bytes.slice());
    this.size += bytes.length;
    return bytes.length;
  }

  bytes() {
    const ret = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      ret.set(part, at);
      at += part.length;
    }
    return ret;
  }
}

const utf8 = new TextEncoder();

export class MemoryWasi {
  constructor({ fs, preopens = {}, args = [], env = {}, stdin = new Uint8Array(0), memory }) {
    this.fs = fs;
    this.memory = memory;
    this.args = args;
    this.env = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    this.input = { bytes: stdin, at: 0 };
    this.sinks = [null, new Sink(), new Sink()];
    this.fds = [{ stream: 0 }, { stream: 1 }, { stream: 2 }];
    for (const [name, path] of Object.entries(preopens)) {
      this.fds.push({ node: fs.directory(path), preopen: utf8.encode(name), flags: 0, rights: RIGHTS_ALL });
    }
    this.imports = {};
    for (const name of NAMES) {
      this.imports[name] = (...a) => this.guarded(name, a);
    }
  }

  guarded(name, a) {
    try {
      return this[name](...a) ?? E.SUCCESS;
    } catch (error) {
      if (error instanceof Errno) {
        return error.code;
      }
      if (error instanceof RangeError) {
        return 21; // an address outside of the guest's memory, EFAULT
      }
      throw error;
    }
  }

  /** Run `instance` to its end. */
  run(instance) {
    try {
      instance.exports._start();
      return { code: 0 };
    } catch (error) {
      if (error instanceof Exit) {
        return { code: error.code };
      }
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
        return { code: 132, trap: error.message };
      }
      throw error;
    }
  }

  stdout() {
    return this.sinks[1].bytes();
  }

  stderr() {
    return this.sinks[2].bytes();
  }

  // ---- the guest's memory ----

  view() {
    return new DataView(this.memory().buffer);
  }

  bytes(at, n) {
    return new Uint8Array(this.memory().buffer, at >>> 0, n >>> 0);
  }

  path(at, n) {
    let ret;
    try {
      ret = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(at, n));
    } catch (error) {
      if (error instanceof TypeError) {
        fail(E.ILSEQ);
      }
      throw error;
    }
    return ret.includes('\0') ? fail(E.INVAL) : ret;
  }

  vectors(at, n) {
    const v = this.view();
    return Array.from({ length: n }, (_, i) => this.bytes(v.getUint32(at + 8 * i, true), v.getUint32(at + 8 * i + 4, true)));
  }

  strings(list, at, buffer) {
    for (const text of list) {
      const bytes = utf8.encode(`${text}\0`);
      this.view().setUint32(at, buffer, true);
      this.bytes(buffer, bytes.length).set(bytes);
      at += 4;
      buffer += bytes.length;
    }
  }

  sizes(list, n, size) {
    this.view().setUint32(n, list.length, true);
    this.view().setUint32(size, list.reduce((sum, text) => sum + utf8.encode(text).length + 1, 0), true);
  }

  // ---- descriptors ----

  fd(n) {
    return this.fds[n] ?? fail(E.BADF);
  }

  open(fd) {
    for (let n = 0; n < FDS_MAX; n++) {
      if (!this.fds[n]) {
        this.fds[n] = fd;
        return n;
      }
    }
    return fail(E.MFILE);
  }

  file(n, right) {
    const fd = this.fd(n);
    if (fd.stream !== undefined) {
      fail(E.SPIPE);
    }
    if (fd.node.type === TYPE.DIRECTORY) {
      fail(right ? E.ISDIR : E.INVAL);
    }
    if (right && !(fd.rights & right)) {
      fail(E.BADF);
    }
    return fd;
  }

  dir(n) {
    const fd = this.fd(n);
    return fd.node?.type === TYPE.DIRECTORY ? fd.node : fail(E.NOTDIR);
  }

  // ---- arguments, clocks and the rest ----

  args_get(at, buffer) { this.strings(this.args, at, buffer); }
  args_sizes_get(n, size) { this.sizes(this.args, n, size); }
  environ_get(at, buffer) { this.strings(this.env, at, buffer); }
  environ_sizes_get(n, size) { this.sizes(this.env, n, size); }
  clock_res_get(id, at) { this.view().setBigUint64(at, 1000n, true); }

  clock_time_get(id, precision, at) {
    const ns = id === 0 ? now() : BigInt(Math.round(performance.now() * 1000)) * 1000n;
    this.view().setBigUint64(at, ns, true);
  }

  random_get(at, n) {
    for (let i = 0; i < n; i += 65536) {
      crypto.getRandomValues(this.bytes(at + i, Math.min(65536, n - i)));
    }
  }

  proc_exit(code) { throw new Exit(code); }
  proc_raise() { return E.NOSYS; }
  sched_yield() {}
  sock_accept() { return E.NOTSUP; }
  sock_recv() { return E.NOTSUP; }
  sock_send() { return E.NOTSUP; }
  sock_shutdown() { return E.NOTSUP; }

  poll_oneoff(from, to, n, at) {
    const v = this.view();
    if (n === 0) {
      fail(E.INVAL);
    }
    const waits = []; // [index, milliseconds]
    const ready = [];
    for (let i = 0; i < n; i++) {
      const sub = from + 48 * i;
      if (v.getUint8(sub + 8) !== 0) {
        ready.push(i);
      } else {
        const until = v.getBigUint64(sub + 24, true);
        const base = v.getUint32(sub + 16, true) === 0 ? now() : BigInt(Math.round(performance.now() * 1e6));
        waits.push([i, Number(v.getUint16(sub + 40, true) & 1 ? until - base : until) / 1e6]);
      }
    }
    if (ready.length === 0) {
      const shortest = Math.min(...waits.map(([, ms]) => ms));
      pause(shortest);
      ready.push(...waits.filter(([, ms]) => ms <= shortest).map(([i]) => i));
    }
    ready.forEach((i, k) => {
      const sub = from + 48 * i;
      const event = to + 32 * k;
      this.bytes(event, 32).fill(0);
      v.setBigUint64(event, v.getBigUint64(sub, true), true);
      v.setUint8(event + 10, v.getUint8(sub + 8));
      v.setBigUint64(event + 16, v.getUint8(sub + 8) === 0 ? 0n : 1n, true);
    });
    v.setUint32(at, ready.length, true);
  }

  // ---- descriptors, by number ----

  fd_advise(n) { this.file(n); }

  fd_allocate(n, at, size) {
    const { node } = this.file(n, RIGHT_WRITE);
    if (Number(at + size) > node.size) {
      this.fs.resize(node, Number(at + size));
    }
  }

  fd_close(n) {
    this.fd(n);
    this.fds[n] = undefined;
  }

  fd_datasync(n) { this.fd(n); }
  fd_sync(n) { this.fd(n); }

  fd_fdstat_get(n, at) {
    const fd = this.fd(n);
    const v = this.view();
    this.bytes(at, 24).fill(0);
    v.setUint8(at, fd.stream === undefined ? fd.node.type : TYPE.UNKNOWN);
    v.setUint16(at + 2, fd.flags ?? 0, true);
    v.setBigUint64(at + 8, fd.rights ?? RIGHTS_STREAM, true);
    v.setBigUint64(at + 16, fd.node?.type === TYPE.DIRECTORY ? RIGHTS_ALL : 0n, true);
  }

  fd_fdstat_set_flags(n, flags) { this.fd(n).flags = flags & (FLAG.APPEND | FLAG.NONBLOCK); }
  fd_fdstat_set_rights(n) { this.fd(n); }

  putStat(at, node) {
    const v = this.view();
    this.bytes(at, 64).fill(0);
    v.setBigUint64(at, 1n, true);
    v.setBigUint64(at + 8, BigInt(node.ino), true);
    v.setUint8(at + 16, node.type);
    v.setBigUint64(at + 24, BigInt(node.nlink), true);
    v.setBigUint64(at + 32, BigInt(node.type === TYPE.LINK ? utf8.encode(node.target).length : node.length()), true);
    v.setBigUint64(at + 40, node.atime, true);
    v.setBigUint64(at + 48, node.mtime, true);
    v.setBigUint64(at + 56, node.ctime, true);
  }

  fd_filestat_get(n, at) {
    const fd = this.fd(n);
    if (fd.stream === undefined) {
      this.putStat(at, fd.node);
    } else {
      this.bytes(at, 64).fill(0);
    }
  }

  fd_filestat_set_size(n, size) {
    const { node } = this.file(n, RIGHT_WRITE);
    if (size > BigInt(FILE_MAX)) {
      fail(E.FBIG);
    }
    this.fs.resize(node, Number(size));
    node.changed();
  }

  setTimes(node, atime, mtime, flags) {
    const t = now();
    if (flags & 3) {
      node.atime = flags & 2 ? t : atime;
    }
    if (flags & 12) {
      node.mtime = flags & 8 ? t : mtime;
    }
    node.ctime = t;
  }

  fd_filestat_set_times(n, atime, mtime, flags) {
    this.setTimes(this.fd(n).node ?? fail(E.BADF), atime, mtime, flags);
  }

  transfer(vectors, one) {
    let sum = 0;
    for (const vector of vectors) {
      const n = one(vector, sum);
      sum += n;
      if (n < vector.length) {
        break;
      }
    }
    return sum;
  }

  readNode(node, at, to) {
    const from = node.contents().subarray(Math.min(at, node.size), at + to.length);
    to.set(from);
    return from.length;
  }

  fd_read(n, at, count, ret) {
    const fd = this.fd(n);
    const vectors = this.vectors(at, count);
    let sum = 0;
    if (fd.stream === 0) {
      sum = this.transfer(vectors, (to) => {
        const from = this.input.bytes.subarray(this.input.at, this.input.at + to.length);
        to.set(from);
        this.input.at += from.length;
        return from.length;
      });
    } else if (fd.stream !== undefined) {
      fail(E.BADF);
    } else {
      const { node } = this.file(n, RIGHT_READ);
      sum = this.transfer(vectors, (to, before) => this.readNode(node, fd.at + before, to));
      fd.at += sum;
    }
    this.view().setUint32(ret, sum, true);
  }

  fd_pread(n, at, count, offset, ret) {
    const { node } = this.file(n, RIGHT_READ);
    const sum = this.transfer(this.vectors(at, count), (to, before) => this.readNode(node, Number(offset) + before, to));
    this.view().setUint32(ret, sum, true);
  }

  writeNode(node, at, from) {
    if (at + from.length > FILE_MAX) {
      fail(E.FBIG);
    }
    this.fs.writeAt(node, at, from);
    return from.length;
  }

  fd_write(n, at, count, ret) {
    const fd = this.fd(n);
    const vectors = this.vectors(at, count);
    let sum = 0;
    if (fd.stream) {
      sum = this.transfer(vectors, (from) => this.sinks[fd.stream].write(from));
    } else if (fd.stream === 0) {
      fail(E.BADF);
    } else {
      const { node } = this.file(n, RIGHT_WRITE);
      fd.at = fd.flags & FLAG.APPEND ? node.size : fd.at;
      sum = this.transfer(vectors, (from, before) => this.writeNode(node, fd.at + before, from));
      fd.at += sum;
    }
    this.view().setUint32(ret, sum, true);
  }

  fd_pwrite(n, at, count, offset, ret) {
    const { node } = this.file(n, RIGHT_WRITE);
    const sum = this.transfer(this.vectors(at, count), (from, before) => this.writeNode(node, Number(offset) + before, from));
    this.view().setUint32(ret, sum, true);
  }

  fd_seek(n, offset, whence, ret) {
    const fd = this.file(n);
    const base = whence === 0 ? 0 : whence === 1 ? fd.at : whence === 2 ? fd.node.size : fail(E.INVAL);
    const at = base + Number(offset);
    if (at < 0) {
      fail(E.INVAL);
    }
    fd.at = at;
    this.view().setBigUint64(ret, BigInt(at), true);
  }

  fd_tell(n, ret) { this.view().setBigUint64(ret, BigInt(this.file(n).at), true); }

  fd_prestat_get(n, at) {
    const { preopen } = this.fd(n);
    if (!preopen) {
      fail(E.BADF);
    }
    this.view().setUint32(at, 0, true);
    this.view().setUint32(at + 4, preopen.length, true);
  }

  fd_prestat_dir_name(n, at, size) {
    const { preopen } = this.fd(n);
    if (!preopen) {
      fail(E.BADF);
    }
    if (size < preopen.length) {
      fail(E.NAMETOOLONG);
    }
    this.bytes(at, preopen.length).set(preopen);
  }

  fd_renumber(from, to) {
    this.fd(to);
    this.fds[to] = this.fd(from);
    this.fds[from] = undefined;
  }

  fd_readdir(n, at, size, cookie, ret) {
    const fd = this.fd(n);
    const dir = this.dir(n);
    if (cookie === 0n || !fd.names) { // what is read is the directory as it was when reading began
      fd.names = [['.', dir.ino, dir.type], ['..', 0, TYPE.DIRECTORY],
        ...Array.from(dir.entries, ([name, node]) => [name, node.ino, node.type])];
    }
    let used = 0;
    for (let i = Number(cookie); i < fd.names.length && used < size; i++) {
      const name = utf8.encode(fd.names[i][0]);
      const entry = new Uint8Array(24 + name.length);
      const v = new DataView(entry.buffer);
      v.setBigUint64(0, BigInt(i + 1), true);
      v.setBigUint64(8, BigInt(fd.names[i][1]), true);
      v.setUint32(16, name.length, true);
      v.setUint8(20, fd.names[i][2]);
      entry.set(name, 24);
      const part = entry.subarray(0, size - used);
      this.bytes(at + used, part.length).set(part);
      used += part.length;
    }
    this.view().setUint32(ret, used, true);
  }

  // ---- paths ----

  path_open(n, lookup, at, size, how, base, inheriting, flags, ret) {
    const dir = this.dir(n);
    const found = this.fs.find(dir, this.path(at, size), Boolean(lookup & 1) && !(how & OPEN.EXCLUSIVE));
    let { node } = found;
    if (node && how & OPEN.EXCLUSIVE && how & OPEN.CREATE) {
      fail(E.EXIST);
    }
    if (!node && !(how & OPEN.CREATE)) {
      fail(E.NOENT);
    }
    if (!node && (found.slash || how & OPEN.DIRECTORY)) {
      fail(found.slash ? E.ISDIR : E.INVAL);
    }
    node ??= this.fs.make(found.dir, found.name, TYPE.FILE);
    if (node.type === TYPE.LINK) {
      fail(E.LOOP);
    }
    if (how & OPEN.DIRECTORY && node.type !== TYPE.DIRECTORY) {
      fail(E.NOTDIR);
    }
    if (node.type === TYPE.DIRECTORY && (base & RIGHT_WRITE || how & (OPEN.CREATE | OPEN.TRUNCATE))) {
      fail(E.ISDIR);
    }
    if (how & OPEN.TRUNCATE) {
      this.fs.resize(node, 0);
      node.changed();
    }
    const number = this.open({ node, at: 0, flags, rights: base & RIGHTS_ALL });
    this.view().setUint32(ret, number, true);
  }

  path_filestat_get(n, lookup, at, size, ret) {
    this.putStat(ret, this.fs.get(this.dir(n), this.path(at, size), Boolean(lookup & 1)));
  }

  path_filestat_set_times(n, lookup, at, size, atime, mtime, flags) {
    this.setTimes(this.fs.get(this.dir(n), this.path(at, size), Boolean(lookup & 1)), atime, mtime, flags);
  }

  path_readlink(n, at, size, to, room, ret) {
    const node = this.fs.get(this.dir(n), this.path(at, size), false);
    const target = node.type === TYPE.LINK ? utf8.encode(node.target).subarray(0, room) : fail(E.INVAL);
    this.bytes(to, target.length).set(target);
    this.view().setUint32(ret, target.length, true);
  }

  /** A name that is free. */
  free(n, at, size) {
    const found = this.fs.find(this.dir(n), this.path(at, size), false);
    return found.node ? fail(E.EXIST) : found;
  }

  path_create_directory(n, at, size) {
    const { dir, name } = this.free(n, at, size);
    this.fs.make(dir, name, TYPE.DIRECTORY);
  }

  path_symlink(from, fromSize, n, at, size) {
    const target = this.path(from, fromSize);
    const { dir, name, slash } = this.free(n, at, size);
    if (slash || target === '') {
      fail(E.NOENT);
    }
    if (target.startsWith('/')) {
      fail(E.PERM);
    }
    this.fs.makeLink(dir, name, target);
  }

  path_link(n, lookup, at, size, m, toAt, toSize) {
    const node = this.fs.get(this.dir(n), this.path(at, size), Boolean(lookup & 1));
    const { dir, name, slash } = this.free(m, toAt, toSize);
    if (node.type === TYPE.DIRECTORY || slash) {
      fail(slash ? E.NOENT : E.PERM);
    }
    this.fs.add(dir, name, node);
    node.nlink++;
    node.ctime = now();
  }

  path_unlink_file(n, at, size) {
    const { dir, name, node, slash } = this.fs.find(this.dir(n), this.path(at, size), false);
    if (!node || node.type === TYPE.DIRECTORY || slash) {
      fail(!node ? E.NOENT : node.type === TYPE.DIRECTORY ? E.ISDIR : E.NOTDIR);
    }
    this.fs.remove(dir, name);
  }

  path_remove_directory(n, at, size) {
    const path = this.path(at, size);
    const { dir, name, node } = this.fs.find(this.dir(n), path, false);
    if (!node || node.type !== TYPE.DIRECTORY) {
      fail(node ? E.NOTDIR : E.NOENT);
    }
    if (!dir || /(^|\/)\.\/*$/.test(path)) {
      fail(E.INVAL);
    }
    if (node.entries.size > 0) {
      fail(E.NOTEMPTY);
    }
    this.fs.remove(dir, name);
  }

  path_rename(n, at, size, m, toAt, toSize) {
    const from = this.fs.find(this.dir(n), this.path(at, size), false);
    const to = this.fs.find(this.dir(m), this.path(toAt, toSize), false);
    if (!from.node) {
      fail(E.NOENT);
    }
    if (!from.dir || !to.dir) {
      fail(E.INVAL);
    }
    if (from.node === to.node) {
      return;
    }
    const isDir = from.node.type === TYPE.DIRECTORY;
    if (isDir && this.contains(from.node, to.dir)) {
      fail(E.INVAL);
    }
    if (to.node) {
      if (isDir !== (to.node.type === TYPE.DIRECTORY)) {
        fail(isDir ? E.NOTDIR : E.ISDIR);
      }
      if (isDir && to.node.entries.size > 0) {
        fail(E.NOTEMPTY);
      }
      this.fs.remove(to.dir, to.name);
    } else if (to.slash && !isDir) {
      fail(E.NOTDIR);
    }
    from.dir.entries.delete(from.name);
    from.dir.changed();
    from.dir.nlink -= isDir ? 1 : 0;
    this.fs.add(to.dir, to.name, from.node);
    from.node.ctime = now();
  }

  contains(dir, other) {
    const open = [dir];
    while (open.length > 0) {
      const at = open.pop();
      if (at === other) {
        return true;
      }
      open.push(...[...at.entries.values()].filter((node) => node.type === TYPE.DIRECTORY));
    }
    return false;
  }
}

/** Wait on this thread; a page's own thread must not. */
export function pause(ms) {
  if (ms <= 0) {
    return;
  }
  if (typeof SharedArrayBuffer === 'function') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return;
  }
  for (const until = performance.now() + ms; performance.now() < until;) {
    // without shared memory there is no other way to wait
  }
}

const NAMES = Object.getOwnPropertyNames(MemoryWasi.prototype)
  .filter((name) => /^(args|environ|clock|random|proc|sched|sock|poll|fd|path)_/.test(name));
