// processes.mjs - the import module `boxagnts` (docs/programs.md) in JavaScript: programs that start programs, on one thread.
//
//   const call = new Call({ kernel, programs: new Map([['sort', wasmBytes], ...]), stdin });
//   const { code } = call.run('bash', ['bash', '-c', 'sort <a | uniq -c'], { PWD: '/workspace' });
//
// A process that is started runs when it is waited for, or when somebody reads the pipe it writes: then from its beginning to its
// end, on top of who waits.  Nothing runs beside anything else.  So a pipe takes all that its writer has to say, up to
// PIPE_MAX; a writer with more is ended as if nobody read any more, and a reader that gets as far reads an I/O error.  Who waits
// for a process that waits for it in turn gets EDEADLK.
import { files } from './descriptors.mjs';
import { E, Errno, fail } from './memory_fs.mjs';
import { Exit, MemoryWasi, Sink } from './memory_wasi.mjs';
import { stubs } from './stubs.mjs';

const SIGKILL = 9;
const HARMLESS = new Set([17, 18, 19, 20, 21, 22, 23, 28]); // child, continue, the stopping ones, urgent, window
const PROCESSES_MAX = 10000;
const DEPTH_MAX = 40; // processes on top of each other: each has the engine's stack below it
const FD_ASIDE = 256;
const PATH_MAX = 4096;
const START_BACKGROUND = 1;
const FOREVER = 0xffffffffffffffffn;
export const KIND = { EXIT: 0, SIGNAL: 1, TRAP: 2, FAILED: 5 };

/** A process ends, and what runs on top of it with it. */
class Ended {
  constructor(process, kind, code, signal = 0) {
    Object.assign(this, { process, kind, code, signal });
  }
}

class Process {
  constructor(call, parent, name, args, env, cwd) {
    Object.assign(this, { call, parent, name, args, env, cwd });
    this.pid = ++call.lastPid;
    this.fds = [];
    this.state = 'new'; // then 'running', then an Ended
    this.children = [];
    this.caught = 0n;
    this.pending = 0n;
  }

  signal(number) {
    if (number === 0) {
      return;
    }
    if (number !== SIGKILL && this.caught >> BigInt(number) & 1n) {
      this.pending |= 1n << BigInt(number);
      return;
    }
    if (HARMLESS.has(number)) {
      return;
    }
    const ended = new Ended(this, KIND.SIGNAL, 128 + number, number);
    if (this.state !== 'new') {
      throw ended;
    }
    this.end(ended);
  }

  end(ended) {
    this.state = ended;
    this.fds.forEach((file) => file?.release());
    this.fds = [];
  }
}

export class Call {
  /** `programs`: name to the bytes of a module; several may share them.  `kernel`: the files.  `modules`: what is compiled of them, to
   *  be kept from call to call. */
  constructor({ kernel, programs, modules = new Map(), stdin = new Uint8Array(0), maxOutput = 64 << 20 }) {
    this.programs = programs;
    this.modules = modules;
    this.lastPid = 0;
    this.depth = 0;
    this.waiting = []; // processes that have not begun
    this.sinks = [new Sink(maxOutput), new Sink(maxOutput)];
    this.files = files(this, kernel);
    this.streams = [new this.files.Bytes(stdin), ...this.sinks.map((sink) => new this.files.Output(sink))];
  }

  /** Run program `name` to its end: {code, kind, stdout, stderr}. */
  run(name, args, env) {
    const first = new Process(this, null, name, args, env, '');
    first.fds = [...this.streams.map((file) => file.share())];
    this.files.addPreopens(first.fds);
    this.begin(first);
    const { code, kind } = first.state;
    return { code, kind, stdout: this.sinks[0].bytes(), stderr: this.sinks[1].bytes() };
  }

  module(name) {
    const bytes = this.programs.get(name);
    if (!bytes) {
      fail(E.NOENT);
    }
    if (!this.modules.has(bytes)) {
      try {
        this.modules.set(bytes, new WebAssembly.Module(bytes));
      } catch {
        fail(E.NOEXEC); // a component, or no module at all
      }
    }
    return this.modules.get(bytes);
  }

  /** Run a process that is new, on top of what runs. */
  begin(process) {
    this.waiting = this.waiting.filter((other) => other !== process);
    process.state = 'running';
    this.depth++;
    let ended = new Ended(process, KIND.EXIT, 0);
    try {
      process.wasi = new ProcessWasi(process);
      const module = this.module(process.name);
      const boxagnts = { ...stubs(module).boxagnts, ...host(process) };
      const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: process.wasi.imports, boxagnts });
      process.memory = instance.exports.memory;
      instance.exports._start();
    } catch (error) {
      ended = this.reason(process, error);
    } finally {
      this.depth--;
      process.end(ended.process === process ? ended : new Ended(process, ended.kind, ended.code, ended.signal));
    }
    if (ended.process !== process) {
      throw ended;
    }
  }

  reason(process, error) {
    if (error instanceof Ended) {
      return error;
    }
    if (error instanceof Exit) {
      return new Ended(process, KIND.EXIT, error.code & 255);
    }
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      return new Ended(process, KIND.TRAP, 132);
    }
    throw error;
  }

  /** Run what has to write into `pipe` before there is something to read. */
  feed(pipe) {
    while (pipe.size === 0 && pipe.writers > 0) {
      const writer = this.waiting.find((process) => process.fds.some((file) => file?.pipe === pipe && file.writes));
      if (!writer) {
        fail(E.DEADLK);
      }
      this.begin(writer);
    }
  }

  /** Run what was to run beside the others, as far as it has not: somebody sleeps. */
  idle() {
    for (let next; this.depth < DEPTH_MAX && (next = this.waiting.find(({ background }) => background));) {
      this.begin(next);
    }
  }

  start(parent, { flags, name, args, env, cwd, fds }) {
    const base = name.startsWith('/bin/') ? name.slice(5) : name;
    this.module(base);
    if (this.lastPid >= PROCESSES_MAX || this.depth >= DEPTH_MAX) {
      fail(E.AGAIN);
    }
    const child = new Process(this, parent, base, args, { ...env }, cwd || parent.cwd || parent.env.PWD || '/');
    if ('PWD' in env) {
      child.env.PWD = child.cwd;
    }
    const preopens = [];
    this.files.addPreopens(preopens);
    const given = fds.map(([to, own]) => [to, parent.fds[own] ?? fail(E.BADF)]);
    preopens.forEach((file, fd) => {
      child.fds[fd] = file;
    });
    for (const [to, file] of given) {
      child.fds[to >= 3 && to < preopens.length ? to + FD_ASIDE : to] = file.share();
    }
    child.background = Boolean(flags & START_BACKGROUND);
    parent.children.push(child);
    this.waiting.push(child);
    return child.pid;
  }

  /** A child that has ended, run first where it has not begun. */
  wait(process, pid, timeout) {
    const of = process.children.filter((child) => pid === -1 || child.pid === pid);
    if (of.length === 0) {
      fail(E.CHILD);
    }
    let child = of.find(({ state }) => state instanceof Ended);
    if (!child && timeout === 0n) {
      fail(E.TIMEDOUT);
    }
    if (!child) {
      child = of.find(({ state }) => state === 'new') ?? fail(E.DEADLK);
      this.begin(child);
    }
    process.children.splice(process.children.indexOf(child), 1);
    return child;
  }

  find(pid, from) {
    const seen = [];
    for (let at = from; at; at = at.parent) {
      seen.push(at);
    }
    const open = [seen[seen.length - 1]];
    while (open.length > 0) {
      const at = open.pop();
      if (at.pid === pid) {
        return at;
      }
      open.push(...at.children);
    }
    return fail(E.SRCH);
  }
}

/** The functions of `boxagnts` for one process. */
function host(process) {
  const { call } = process;
  const view = () => new DataView(process.memory.buffer);
  const text = (at, n) => new TextDecoder().decode(new Uint8Array(process.memory.buffer, at, n).slice());
  const pair = (at) => text(view().getUint32(at, true), view().getUint32(at + 4, true));
  const list = (at) => {
    const [from, n] = [view().getUint32(at, true), view().getUint32(at + 4, true)];
    return Array.from({ length: n }, (_, i) => pair(from + 8 * i));
  };

  const functions = {
    start(spec, ret) {
      const v = view();
      const [from, n] = [v.getUint32(spec + 40, true), v.getUint32(spec + 44, true)];
      const env = {};
      for (const entry of list(spec + 24)) {
        const [, name, value] = /^([^=]*)=?(.*)$/s.exec(entry);
        env[name] = value;
      }
      const pid = call.start(process, {
        flags: v.getUint32(spec + 4, true),
        name: pair(spec + 8),
        args: list(spec + 16),
        env,
        cwd: pair(spec + 32),
        fds: Array.from({ length: n }, (_, i) => [v.getInt32(from + 8 * i, true), v.getInt32(from + 8 * i + 4, true)]),
      });
      view().setInt32(ret, pid, true);
    },
    wait(pid, timeout, ret) {
      const child = call.wait(process, pid, BigInt.asUintN(64, timeout) === FOREVER ? FOREVER : timeout);
      const v = view();
      new Uint8Array(v.buffer, ret, 40).fill(0);
      [child.pid, child.state.kind, child.state.code, child.state.signal].forEach((value, i) => v.setInt32(ret + 4 * i, value, true));
    },
    kill(pid, signal) {
      const target = call.find(pid, process);
      if (target.state instanceof Ended) {
        return; // not waited for yet: it is still there
      }
      target.signal(signal);
      call.waiting = call.waiting.filter(({ state }) => state === 'new');
    },
    signals(caught, ret) {
      process.caught = BigInt.asUintN(64, caught) & ~(1n << BigInt(SIGKILL));
      view().setBigUint64(ret, process.pending, true);
      process.pending = 0n;
    },
    self(pid, parent) {
      view().setInt32(pid, process.pid, true);
      view().setInt32(parent, process.parent?.pid ?? 0, true);
    },
    cwd(to, room, ret) {
      const bytes = new TextEncoder().encode(process.cwd);
      if (bytes.length > room || bytes.length > PATH_MAX) {
        fail(E.NAMETOOLONG);
      }
      new Uint8Array(process.memory.buffer, to, bytes.length).set(bytes);
      view().setUint32(ret, bytes.length, true);
    },
    pipe(flags, ret) {
      const [reads, writes] = call.files.pipe();
      view().setInt32(ret, process.wasi.put(reads, 0), true);
      view().setInt32(ret + 4, process.wasi.put(writes, 0), true);
    },
    opened(to, n) {
      const bits = new Uint8Array(process.memory.buffer, to, n).fill(0);
      process.fds.forEach((file, fd) => {
        if (file && fd < 8 * n) {
          bits[fd >> 3] |= 1 << (fd & 7);
        }
      });
    },
    dup(fd, least, ret) {
      view().setInt32(ret, process.wasi.put(process.wasi.file(fd).share(), least), true);
    },
    dup_to(fd, to) {
      const file = process.wasi.file(fd).share();
      if (to < 0 || to > 65535) {
        file.release();
        fail(E.BADF);
      }
      process.fds[to]?.release();
      process.fds[to] = file;
    },
  };
  return Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, (...a) => {
    try {
      return f(...a) ?? 0;
    } catch (error) {
      if (error instanceof Errno) {
        return error.code;
      }
      throw error;
    }
  }]));
}

/** Preview1 for one process: its descriptors, and what is below them. */
class ProcessWasi extends MemoryWasi {
  constructor(process) {
    super({ fs: null, args: process.args, env: process.env, memory: () => process.memory });
    this.process = process;
    for (const name of Object.keys(this.imports)) {
      if (/^(fd|path)_/.test(name)) {
        this.imports[name] = (...a) => this.guarded('onFile', [name, a]);
      }
    }
  }

  file(n) {
    return this.process.fds[n] ?? fail(E.BADF);
  }

  /** The lowest free number from `least` on. */
  put(file, least) {
    let n = Math.max(0, least);
    while (this.process.fds[n]) {
      n++;
    }
    if (n > 65535) {
      file.release();
      fail(E.MFILE);
    }
    this.process.fds[n] = file;
    return n;
  }

  onFile(name, a) {
    const { fds } = this.process;
    switch (name) {
      case 'fd_close':
        this.file(a[0]).release();
        fds[a[0]] = undefined;
        return E.SUCCESS;
      case 'fd_renumber': {
        const file = this.file(a[0]);
        this.file(a[1]).release();
        fds[a[0]] = undefined;
        fds[a[1]] = file;
        return E.SUCCESS;
      }
      case 'fd_read':
      case 'fd_pread':
      case 'fd_write':
      case 'fd_pwrite':
        return this.move(name, a);
      default:
        // path_symlink has its directory behind the text
        return this.file(name === 'path_symlink' ? a[2] : a[0]).other(name, a, this);
    }
  }

  move(name, a) {
    const file = this.file(a[0]);
    const positioned = name.startsWith('fd_p');
    let at = positioned ? a[3] : null;
    let sum = 0;
    for (const vector of this.vectors(a[1], a[2])) {
      if (vector.length === 0) {
        continue;
      }
      const n = name.endsWith('read') ? file.read(vector, at, sum > 0) : file.write(vector, at, this.process);
      sum += n;
      at = positioned ? at + BigInt(n) : null;
      if (n < vector.length) {
        break;
      }
    }
    this.view().setUint32(a[positioned ? 4 : 3], sum, true);
    return E.SUCCESS;
  }

  poll_oneoff(from, to, n, at) {
    if (n > 0 && this.view().getUint8(from + 8) === 0) {
      this.process.call.idle();
    }
    return super.poll_oneoff(from, to, n, at);
  }
}
