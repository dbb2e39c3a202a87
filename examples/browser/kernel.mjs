// kernel.mjs - the files of a call, shared by all of its processes: any implementation of WASI preview1, used through a memory of
// its own.  What one process opens, another can go on reading.
import { E, Errno } from './memory_fs.mjs';

const SCRATCH = 1 << 16; // paths and small answers, then data
const DATA = 1 << 20;

// The parameters of preview1's functions on descriptors and paths: f a descriptor of the kernel, v a value, p a path (address and
// length), b a place for bytes (address and length), a number: a place for so many bytes.
const CALLS = {
  fd_advise: 'f v v v', fd_allocate: 'f v v', fd_datasync: 'f', fd_sync: 'f', fd_fdstat_get: 'f 24', fd_fdstat_set_flags: 'f v',
  fd_filestat_get: 'f 64', fd_filestat_set_size: 'f v', fd_filestat_set_times: 'f v v v', fd_readdir: 'f b v 4', fd_seek: 'f v v 8',
  fd_tell: 'f 8', path_create_directory: 'f p', path_filestat_get: 'f v p 64', path_filestat_set_times: 'f v p v v v',
  path_link: 'f v p f p', path_open: 'f v p v v v v 4', path_readlink: 'f p b 4', path_remove_directory: 'f p',
  path_rename: 'f p f p', path_symlink: 'p f p', path_unlink_file: 'f p',
};

export class Kernel {
  /** `p1`: its functions, which read and write `memory`, of at least 32 pages. */
  constructor(p1, memory) {
    this.p1 = p1;
    this.memory = memory;
  }

  bytes(at, n) {
    return new Uint8Array(this.memory.buffer, at, n);
  }

  check(error) {
    if (error !== 0) {
      throw new Errno(error);
    }
  }

  /** The directories that are open from the start: [descriptor, name]. */
  preopens() {
    const ret = [];
    for (let fd = 3; this.p1.fd_prestat_get(fd, 0) === 0; fd++) {
      const n = new DataView(this.memory.buffer).getUint32(4, true);
      this.check(this.p1.fd_prestat_dir_name(fd, 8, n));
      ret.push([fd, new TextDecoder().decode(this.bytes(8, n).slice())]);
    }
    return ret;
  }

  /** Function `name` with the arguments `a` of a process whose memory is the ArrayBuffer `buffer`; `fdOf` gives the kernel's
   *  descriptor for one of the process.  The error number. */
  call(name, a, buffer, fdOf) {
    const args = [];
    const answers = []; // [address in the process, address here, bytes]
    let at = 0;
    let next = 0;
    let data = null;
    for (const kind of CALLS[name].split(' ')) {
      if (kind === 'f') {
        args.push(fdOf(a[next++]));
      } else if (kind === 'v') {
        args.push(a[next++]);
      } else if (kind === 'p') {
        const n = a[next + 1] >>> 0;
        if (at + n > SCRATCH - 256) {
          return E.NAMETOOLONG;
        }
        this.bytes(at, n).set(new Uint8Array(buffer, a[next] >>> 0, n));
        args.push(at, n);
        at += n;
        next += 2;
      } else if (kind === 'b') {
        const n = Math.min(a[next + 1] >>> 0, DATA);
        data = [a[next] >>> 0, SCRATCH, n];
        args.push(SCRATCH, n);
        next += 2;
      } else {
        at = (at + 7) & ~7;
        answers.push([a[next++] >>> 0, at, Number(kind)]);
        args.push(at);
        at += Number(kind);
      }
    }
    const error = this.p1[name](...args);
    if (error === 0 && data) {
      const [, here] = answers[answers.length - 1];
      data[2] = Math.min(data[2], new DataView(this.memory.buffer).getUint32(here, true));
      answers.push(data);
    }
    for (const [to, here, n] of error === 0 ? answers : []) {
      new Uint8Array(buffer, to, n).set(this.bytes(here, n));
    }
    return error;
  }

  /** The last answer of `call` for path_open: the descriptor, from the process's memory. */
  static answer(buffer, at) {
    return new DataView(buffer).getUint32(at >>> 0, true);
  }

  /** Read into, or write from, `bytes`; `at` is null for the descriptor's own place.  How many. */
  move(writes, fd, bytes, at) {
    const name = `fd_${at === null ? '' : 'p'}${writes ? 'write' : 'read'}`;
    let sum = 0;
    while (sum < bytes.length) {
      const part = bytes.subarray(sum, sum + DATA);
      const v = new DataView(this.memory.buffer);
      v.setUint32(0, SCRATCH, true);
      v.setUint32(4, part.length, true);
      if (writes) {
        this.bytes(SCRATCH, part.length).set(part);
      }
      const error = this.p1[name](fd, 0, 1, ...(at === null ? [] : [at + BigInt(sum)]), 8);
      if (error !== 0 && sum > 0) {
        break;
      }
      this.check(error);
      const n = new DataView(this.memory.buffer).getUint32(8, true);
      if (!writes) {
        part.set(this.bytes(SCRATCH, n));
      }
      sum += n;
      if (n < part.length) {
        break;
      }
    }
    if (bytes.length === 0 && at === null) {
      this.check(this.p1[name](fd, 0, 0, 8));
    }
    return sum;
  }

  close(fd) {
    return this.p1.fd_close(fd);
  }
}
