// descriptors.mjs - what a descriptor of a process can be, with the files of the kernel among it: each an open file with as many
// owners as descriptors.
import { E, TYPE, fail } from './memory_fs.mjs';
import { Kernel } from './kernel.mjs';

export const PIPE_MAX = 64 << 20;
const SIGPIPE = 13;
const RIGHTS = 0xfffffffn;
const RIGHT_WRITE = 1n << 6n;
const utf8 = new TextEncoder();

/** The kinds of open files in one call. */
export function files(call, kernel) {
  /** What cannot be read, written or placed. */
  class Open {
    constructor() {
      this.owners = 1;
      this.type = TYPE.UNKNOWN;
      this.flags = 0;
    }

    share() {
      this.owners++;
      return this;
    }

    release() {
      if (--this.owners === 0) {
        this.closed();
      }
    }

    closed() {}
    read() { return fail(E.BADF); }
    write() { return fail(E.BADF); }
    size() { return 0; }

    /** A function of preview1 but read, write and close. */
    other(name, a, wasi) {
      const v = wasi.view();
      switch (name) {
        case 'fd_fdstat_get':
          wasi.bytes(a[1], 24).fill(0);
          v.setUint8(a[1], this.type);
          v.setUint16(a[1] + 2, this.flags, true);
          v.setBigUint64(a[1] + 8, this.rights ?? RIGHTS, true);
          v.setBigUint64(a[1] + 16, this.type === TYPE.DIRECTORY ? RIGHTS : 0n, true);
          return E.SUCCESS;
        case 'fd_fdstat_set_flags':
          this.flags = a[1];
          return E.SUCCESS;
        case 'fd_filestat_get':
          return putStat(wasi, a[1], this.type, this.size());
        case 'fd_prestat_get':
        case 'fd_prestat_dir_name':
          return E.BADF;
        case 'fd_seek':
        case 'fd_tell':
          return E.SPIPE;
        case 'fd_sync':
        case 'fd_datasync':
          return E.INVAL;
        default:
          return name.startsWith('path_') || name === 'fd_readdir' ? E.NOTDIR : E.NOTSUP;
      }
    }
  }

  /** Bytes that are there from the start: the input of the call, a program's file. */
  class Bytes extends Open {
    constructor(bytes, type = TYPE.UNKNOWN) {
      super();
      Object.assign(this, { bytes, type, at: 0 });
      this.rights = 0x200042n | (type === TYPE.FILE ? 0x24n : 0n);
    }

    size() { return this.type === TYPE.FILE ? this.bytes.length : 0; }

    read(to, at) {
      const from = at === null ? this.at : Number(at);
      const part = this.bytes.subarray(from, from + to.length);
      to.set(part);
      this.at += at === null ? part.length : 0;
      return part.length;
    }

    other(name, a, wasi) {
      if (this.type === TYPE.FILE && (name === 'fd_seek' || name === 'fd_tell')) {
        if (name === 'fd_seek') {
          const at = Number(a[1]) + [0, this.at, this.bytes.length][a[2]];
          this.at = at >= 0 ? at : fail(E.INVAL);
        }
        wasi.view().setBigUint64(a[name === 'fd_seek' ? 3 : 1], BigInt(this.at), true);
        return E.SUCCESS;
      }
      return super.other(name, a, wasi);
    }
  }

  class Output extends Open {
    constructor(sink) {
      super();
      this.sink = sink;
      this.rights = 0x200042n;
    }

    write(bytes) { return this.sink.write(bytes); }
  }

  class PipeEnd extends Open {
    constructor(pipe, writes) {
      super();
      Object.assign(this, { pipe, writes });
      this.rights = 0x200042n;
    }

    closed() {
      this.pipe[this.writes ? 'writers' : 'readers']--;
      if (this.pipe.readers === 0) {
        this.pipe.parts = [];
      }
    }

    read(to, at, more) {
      const { pipe } = this;
      if (this.writes || at !== null) {
        fail(this.writes ? E.BADF : E.SPIPE);
      }
      if (pipe.size === 0 && !more) {
        call.feed(pipe);
      }
      let sum = 0;
      while (sum < to.length && pipe.parts.length > 0) {
        const part = pipe.parts[0].subarray(0, to.length - sum);
        to.set(part, sum);
        sum += part.length;
        if (part.length === pipe.parts[0].length) {
          pipe.parts.shift();
        } else {
          pipe.parts[0] = pipe.parts[0].subarray(part.length);
        }
      }
      pipe.size -= sum;
      if (sum === 0 && pipe.cut) {
        fail(E.IO);
      }
      return sum;
    }

    write(bytes, at, process) {
      const { pipe } = this;
      if (!this.writes || at !== null) {
        fail(!this.writes ? E.BADF : E.SPIPE);
      }
      if (pipe.readers === 0) {
        brokenPipe(process);
      }
      if (pipe.size + bytes.length > PIPE_MAX) {
        pipe.cut = true;
        brokenPipe(process);
      }
      const last = pipe.parts[pipe.parts.length - 1];
      if (pipe.room >= bytes.length && last) { // small writes share a piece
        pipe.buffer.set(bytes, pipe.buffer.length - pipe.room);
        pipe.parts[pipe.parts.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + bytes.length);
      } else {
        pipe.buffer = new Uint8Array(Math.max(bytes.length, 65536));
        pipe.buffer.set(bytes);
        pipe.parts.push(pipe.buffer.subarray(0, bytes.length));
        pipe.room = pipe.buffer.length;
      }
      pipe.room -= bytes.length;
      pipe.size += bytes.length;
      return bytes.length;
    }
  }

  class Device extends Open {
    constructor(name) {
      super();
      this.name = name;
      this.type = TYPE.CHARACTER;
    }

    read(to) {
      if (this.name === 'null') {
        return 0;
      }
      to.fill(0);
      for (let at = 0; this.name.endsWith('random') && at < to.length; at += 65536) {
        crypto.getRandomValues(to.subarray(at, at + 65536));
      }
      return to.length;
    }

    write(bytes) { return this.name === 'full' ? fail(E.NOSPC) : bytes.length; }

    other(name, a, wasi) {
      if (name === 'fd_seek' || name === 'fd_tell') {
        wasi.view().setBigUint64(a[name === 'fd_seek' ? 3 : 1], 0n, true);
        return E.SUCCESS;
      }
      return super.other(name, a, wasi);
    }
  }

  /** A descriptor of the kernel. */
  class File extends Open {
    constructor(fd, preopen) {
      super();
      Object.assign(this, { fd, preopen: preopen && utf8.encode(preopen) });
    }

    closed() {
      if (!this.preopen) {
        kernel.close(this.fd);
      }
    }

    read(to, at) { return kernel.move(false, this.fd, to, at); }
    write(bytes, at) { return kernel.move(true, this.fd, bytes, at); }

    other(name, a, wasi) {
      if (name.startsWith('fd_prestat')) {
        return prestat(this, name, a, wasi);
      }
      const { buffer } = wasi.memory();
      const error = kernel.call(name, a, buffer, (n) => wasi.file(n).fd ?? fail(E.XDEV));
      if (name === 'path_open' && error === 0) {
        const fd = wasi.put(new File(Kernel.answer(buffer, a[8])), 0);
        wasi.view().setUint32(a[8], fd, true);
      }
      return error;
    }
  }

  /** A directory that is made up: `/`, and `/bin` with the programs. */
  class Made extends Open {
    constructor(preopen, list, find) {
      super();
      Object.assign(this, { preopen: utf8.encode(preopen), list, find });
      this.type = TYPE.DIRECTORY;
    }

    other(name, a, wasi) {
      if (name.startsWith('fd_prestat')) {
        return prestat(this, name, a, wasi);
      }
      if (name === 'fd_readdir') {
        return putEntries(wasi, a, this.list());
      }
      if (name === 'path_open') {
        const changes = a[4] & ~2 || a[5] & RIGHT_WRITE;
        const file = this.lookup(wasi.path(a[2], a[3]), wasi) ?? fail(changes ? E.PERM : E.NOENT);
        if (changes && (file instanceof Made || file.type === TYPE.FILE)) {
          fail(E.PERM);
        }
        if (file.type !== TYPE.DIRECTORY && a[4] & 2) {
          fail(E.NOTDIR);
        }
        wasi.view().setUint32(a[8], wasi.put(file.share(), 0), true);
        return E.SUCCESS;
      }
      if (name === 'path_filestat_get') {
        const file = this.lookup(wasi.path(a[2], a[3]), wasi) ?? fail(E.NOENT);
        return file.other('fd_filestat_get', [0, a[4]], wasi);
      }
      return name.startsWith('path_') ? E.PERM : super.other(name, a, wasi);
    }

    lookup(path, wasi) {
      return path === '.' ? this : this.find(path.replace(/^(\.\/)+/, ''), wasi);
    }
  }

  const preopens = kernel.preopens().map(([fd, name]) => new File(fd, name));
  const program = (name) => call.programs.has(name) && new Bytes(call.programs.get(name), TYPE.FILE);
  const bin = new Made('/bin', () => [...call.programs.keys()].sort().map((name) => [name, TYPE.FILE]), (name) => program(name) || null);
  const top = new Made('/', () => preopens.map((file) => [new TextDecoder().decode(file.preopen).slice(1), TYPE.DIRECTORY]), (path, wasi) => {
    const [, name] = /^dev\/(.*)$/.exec(path) ?? [];
    const number = { stdin: 0, stdout: 1, stderr: 2 }[name] ?? (/^fd\/\d{1,4}$/.test(name ?? '') ? Number(name.slice(3)) : null);
    if (number !== null) {
      const { fds } = wasi.process;
      return (fds[number]?.preopen && fds[number + 256]) || fds[number] || null;
    }
    return ['null', 'zero', 'full', 'random', 'urandom'].includes(name) ? new Device(name) : null;
  });
  preopens.push(bin);

  return {
    Bytes,
    Output,
    addPreopens(fds) {
      [...preopens, top].forEach((file, i) => {
        fds[3 + i] = file.share();
      });
    },
    pipe() {
      const pipe = { parts: [], size: 0, readers: 1, writers: 1, cut: false, buffer: null, room: 0 };
      return [new PipeEnd(pipe, false), new PipeEnd(pipe, true)];
    },
  };
}

function prestat(file, name, a, wasi) {
  if (!file.preopen) {
    return E.BADF;
  }
  if (name === 'fd_prestat_get') {
    wasi.view().setUint32(a[1], 0, true);
    wasi.view().setUint32(a[1] + 4, file.preopen.length, true);
  } else {
    wasi.bytes(a[1], Math.min(a[2], file.preopen.length)).set(file.preopen.subarray(0, a[2]));
  }
  return E.SUCCESS;
}

function putStat(wasi, at, type, size) {
  wasi.bytes(at, 64).fill(0);
  wasi.view().setUint8(at + 16, type);
  wasi.view().setBigUint64(at + 24, 1n, true);
  wasi.view().setBigUint64(at + 32, BigInt(size), true);
  return E.SUCCESS;
}

function putEntries(wasi, [, at, size, cookie, ret], entries) {
  let used = 0;
  const all = [['.', TYPE.DIRECTORY], ['..', TYPE.DIRECTORY], ...entries];
  for (let i = Number(cookie); i < all.length && used < size; i++) {
    const name = utf8.encode(all[i][0]);
    const entry = new Uint8Array(24 + name.length);
    const v = new DataView(entry.buffer);
    v.setBigUint64(0, BigInt(i + 1), true);
    v.setUint32(16, name.length, true);
    v.setUint8(20, all[i][1]);
    entry.set(name, 24);
    const part = entry.subarray(0, size - used);
    wasi.bytes(at + used, part.length).set(part);
    used += part.length;
  }
  wasi.view().setUint32(ret, used, true);
  return E.SUCCESS;
}

/** A writer has nobody who reads: it is ended, unless it catches that. */
function brokenPipe(process) {
  process.signal(SIGPIPE);
  fail(E.PIPE);
}
