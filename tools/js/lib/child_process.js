// Programs of the sandbox as children: each in a sandbox of its own with at most what this one has.
const { host } = internal;
const loop = require('internal/loop');
const EventEmitter = require('events');
const { Readable, Writable } = require('stream');

const SHELL = '/bin/sh';
const CHUNK = 65536;
const PIPE_MOST = 1 << 20; // bytes the results of the sync functions and exec hold by default

const error = (name, ...args) => {
  const { codes } = require('internal/errors');
  return new codes[name](...args);
};

const signalOf = (number) => {
  const { signals } = require('os').constants;
  return Object.keys(signals).find((name) => signals[name] === number) ?? null;
};

function signalNumber(signal) {
  if (signal === undefined || signal === null)
    return 15;
  const { signals } = require('os').constants;
  const number = typeof signal === 'number' ? signal : signals[String(signal).toUpperCase()];
  if (number === undefined)
    throw error('ERR_UNKNOWN_SIGNAL', signal);
  return number;
}

const withoutNul = (name, text) => {
  if (typeof text === 'string' && text.includes('\0'))
    throw error('ERR_INVALID_ARG_VALUE', name, text, 'must be a string without null bytes');
};

// What is wrong with the options.
function check(o) {
  const { validateAbortSignal, validateBoolean, validateInt32, validateString } = require('internal/validators');
  const is = (name, test) => o[name] === undefined || o[name] === null || test(o[name], `options.${name}`);
  if (o.cwd !== undefined && o.cwd !== null && typeof o.cwd !== 'string' && !(o.cwd instanceof Uint8Array) && !(o.cwd instanceof URL))
    throw error('ERR_INVALID_ARG_TYPE', 'options.cwd', ['string', 'Buffer', 'URL'], o.cwd);
  withoutNul('options.cwd', o.cwd);
  is('detached', validateBoolean);
  for (const name of ['uid', 'gid'])
    is(name, (v, full) => (v === (v | 0) ? undefined : validateInt32(v, full)));
  if (o.shell !== undefined && o.shell !== null && typeof o.shell !== 'boolean' && typeof o.shell !== 'string')
    throw error('ERR_INVALID_ARG_TYPE', 'options.shell', ['boolean', 'string'], o.shell);
  is('argv0', validateString);
  withoutNul('options.argv0', o.argv0);
  is('windowsHide', validateBoolean);
  if (o.timeout !== undefined && o.timeout !== null && !(Number.isInteger(o.timeout) && o.timeout >= 0))
    throw error('ERR_OUT_OF_RANGE', 'timeout', 'an unsigned integer', o.timeout);
  if (o.maxBuffer !== undefined && o.maxBuffer !== null && !(typeof o.maxBuffer === 'number' && o.maxBuffer >= 0))
    throw error('ERR_OUT_OF_RANGE', 'options.maxBuffer', 'a positive number', o.maxBuffer);
  is('signal', validateAbortSignal);
  is('killSignal', signalNumber);
}

function pick(file, args, options) {
  if (typeof file !== 'string')
    throw error('ERR_INVALID_ARG_TYPE', 'file', 'string', file);
  withoutNul('file', file);
  if (file === '')
    throw error('ERR_INVALID_ARG_VALUE', 'file', file, 'cannot be empty');
  if (!Array.isArray(args)) {
    if (args !== undefined && args !== null) {
      if (typeof args !== 'object')
        throw error('ERR_INVALID_ARG_TYPE', 'args', 'object', args);
      options = args;
    }
    args = [];
  }
  if (options !== undefined)
    require('internal/validators').validateObject(options, 'options');
  const o = { ...options };
  args = args.map(String);
  args.forEach((text, i) => withoutNul(`args[${i}]`, text));
  check(o);
  if (o.shell) {
    args = ['-c', [file, ...args].join(' ')];
    file = typeof o.shell === 'string' ? o.shell : SHELL;
  }
  return [file, args, o];
}

const CWD_KINDS = 2;

// Start it with descriptors `fds` ([child's, own, ...]); the pid.
function launch(file, args, o, fds) {
  const env = Object.entries(o.env ?? process.env).filter(([, v]) => v !== undefined).map(([k, v]) => `${k}=${v}`);
  const cwd = o.cwd === undefined ? process.cwd() : require('path').resolve(
    typeof o.cwd === 'string' ? o.cwd : require('url').fileURLToPath(o.cwd));
  try {
    if (internal.fs.kind(cwd) !== CWD_KINDS)
      throw Object.assign(new Error(), { code: 'ENOENT', errno: -2 });
    return host.start(file, [o.argv0 ?? file, ...args], env, cwd, fds, true);
  } catch (e) {
    const code = e.code;
    const failure = new Error(`spawn ${file} ${code}`);
    Object.assign(failure, { errno: e.errno, code, syscall: `spawn ${file}`, path: file, spawnargs: args });
    throw failure;
  }
}

const KINDS = ['pipe', 'overlapped', 'ignore', 'inherit', 'ipc'];

function stdioOf(stdio, n = 3) {
  let list = stdio ?? 'pipe';
  if (typeof list === 'string')
    list = [list, list, list];
  if (!Array.isArray(list))
    throw error('ERR_INVALID_ARG_VALUE', 'stdio', stdio);
  list = [...list];
  while (list.length < n)
    list.push(undefined);
  return list.map((one, i) => {
    if (one === undefined || one === null)
      return i < 3 ? 'pipe' : 'ignore';
    if (typeof one === 'number' || KINDS.includes(one))
      return one;
    if (typeof one.fd === 'number')
      return one.fd;
    throw error('ERR_INVALID_ARG_VALUE', 'stdio', one);
  });
}

function close(fd) {
  try {
    internal.fs.close(fd);
  } catch { /* closed before */ }
}

// Pipes for a child: [child's fd, own fd...] for launch, what stays here, and what is closed here once it runs.
function connect(kinds) {
  internal.host.catchPipe(); // a child may end before it has read all
  const fds = [], ours = [], theirs = [];
  let nowhere;
  kinds.forEach((kind, fd) => {
    ours.push(undefined);
    if (kind === 'pipe' || kind === 'overlapped') {
      const [reads, writes] = host.pipe(false);
      const [own, child] = fd === 0 ? [writes, reads] : [reads, writes];
      fds.push(fd, child);
      theirs.push(child);
      ours[fd] = own;
    } else if (kind === 'inherit' || typeof kind === 'number') {
      const from = kind === 'inherit' ? fd : kind;
      const { sinks } = require('internal/stdio');
      if (sinks[from]) { // what is written there is kept by this process
        const [reads, writes] = host.pipe(false);
        fds.push(fd, writes);
        theirs.push(writes);
        drain(reads, sinks[from]);
      } else {
        fds.push(fd, from);
      }
    } else if (kind === 'ignore') {
      nowhere ??= internal.fs.open('/dev/null', 2, 0o666);
      fds.push(fd, nowhere);
    }
  });
  if (nowhere !== undefined)
    theirs.push(nowhere);
  return { fds, ours, theirs };
}

// Read what comes from `fd` to its end.
function drain(fd, take, end = () => {}) {
  loop.watch(loop.READABLE, fd, () => {
    const bytes = readSome(fd);
    if (bytes === null)
      return;
    if (bytes.length === 0) {
      loop.unwatch(loop.READABLE, fd);
      close(fd);
      end();
    } else {
      take(bytes);
    }
  });
}

function readSome(fd) {
  const chunk = Buffer.allocUnsafe(CHUNK);
  try {
    return chunk.subarray(0, internal.fs.read(fd, chunk, 0, CHUNK, -1));
  } catch (e) {
    if (e.code === 'EAGAIN' || e.code === 'EINTR')
      return null;
    return chunk.subarray(0, 0);
  }
}

class FromChild extends Readable {
  constructor(fd) {
    super();
    this.fd = fd;
    this.watches = false;
  }
  _read() {
    if (this.watches || this.fd < 0)
      return;
    this.watches = true;
    loop.watch(loop.READABLE, this.fd, () => {
      const bytes = readSome(this.fd);
      if (bytes === null)
        return;
      if (bytes.length === 0) {
        this.end();
        this.push(null);
      } else if (!this.push(bytes)) {
        this.rest();
      }
    });
  }
  rest() {
    if (this.watches)
      loop.unwatch(loop.READABLE, this.fd);
    this.watches = false;
  }
  end() {
    this.rest();
    if (this.fd >= 0)
      close(this.fd);
    this.fd = -1;
  }
  _destroy(e, done) {
    this.end();
    done(e);
  }
  ref() { return this; }
  unref() { return this; }
}

class ToChild extends Writable {
  constructor(fd) {
    super({ decodeStrings: true });
    this.fd = fd;
  }
  _write(chunk, encoding, done) {
    let at = 0;
    const step = () => {
      loop.unwatch(loop.WRITABLE, this.fd);
      try {
        // No more at once than an empty pipe takes, so that this process never waits in a write.
        while (at < chunk.length) {
          const n = Math.min(chunk.length - at, CHUNK / 16);
          at += internal.fs.write(this.fd, chunk, at, n, -1);
          if (at < chunk.length) {
            loop.watch(loop.WRITABLE, this.fd, step);
            return;
          }
        }
        done();
      } catch (e) {
        done(e);
      }
    };
    loop.watch(loop.WRITABLE, this.fd, step);
  }
  end_() {
    if (this.fd < 0)
      return;
    loop.unwatch(loop.WRITABLE, this.fd);
    close(this.fd);
    this.fd = -1;
  }
  _final(done) {
    this.end_();
    done();
  }
  _destroy(e, done) {
    this.end_();
    done(e);
  }
  ref() { return this; }
  unref() { return this; }
}

class ChildProcess extends EventEmitter {
  constructor() {
    super();
    Object.assign(this, { pid: undefined, exitCode: null, signalCode: null, killed: false, connected: false,
      spawnfile: null, spawnargs: [], stdin: null, stdout: null, stderr: null, stdio: [] });
  }

  begin(file, args, o) {
    this.spawnfile = file;
    this.spawnargs = [o.argv0 ?? file, ...args];
    const pipes = connect(stdioOf(o.stdio));
    let failure;
    try {
      this.pid = launch(file, args, o, pipes.fds);
    } catch (e) {
      failure = e;
    }
    pipes.theirs.forEach(close);
    this.stdio = pipes.ours.map((fd, i) => (fd === undefined ? null : i === 0 ? new ToChild(fd) : new FromChild(fd)));
    [this.stdin, this.stdout, this.stderr] = this.stdio;
    if (this.stdin)
      this.stdin.on('error', (e) => { if (e.code !== 'EPIPE') this.emit('error', e); });
    if (failure) {
      for (const stream of this.stdio)
        stream?.destroy();
      process.nextTick(() => {
        this.emit('error', failure);
        this.emit('close', failure.errno, null);
      });
      return;
    }
    process.nextTick(() => this.emit('spawn'));
    this.open = this.stdio.slice(1).filter(Boolean).length;
    for (const stream of this.stdio.slice(1)) {
      stream?.once('close', () => {
        this.open--;
        this.over();
      });
    }
    loop.watch(loop.CHILD, this.pid, () => {
      const end = host.wait(this.pid, 0);
      if (end === null)
        return;
      loop.unwatch(loop.CHILD, this.pid);
      this.ended(end);
    });
  }

  ended([, kind, code, signal]) {
    if (kind === 1)
      this.signalCode = signalOf(signal);
    else
      this.exitCode = code;
    this.stdin?.destroy();
    this.hasEnded = true;
    this.emit('exit', this.exitCode, this.signalCode);
    for (const stream of this.stdio.slice(1)) { // what nobody reads would keep it from closing
      if (stream && stream.readableFlowing === null && stream.listenerCount('readable') === 0)
        stream.resume();
    }
    this.over();
  }

  over() {
    if (this.hasEnded && this.open <= 0 && !this.isClosed) {
      this.isClosed = true;
      process.nextTick(() => this.emit('close', this.exitCode, this.signalCode));
    }
  }

  kill(signal) {
    const number = signalNumber(signal);
    if (this.pid === undefined || this.hasEnded)
      return false;
    try {
      host.kill(this.pid, number);
    } catch (e) {
      if (e.code === 'ESRCH')
        return false;
      throw e;
    }
    if (number !== 0)
      this.killed = true;
    return true;
  }
  ref() {}
  unref() {}
  disconnect() {}
  [Symbol.dispose ?? Symbol('dispose')]() { this.kill(); }
}
for (const name of ['open', 'hasEnded', 'isClosed'])
  Object.defineProperty(ChildProcess.prototype, name, { writable: true, value: undefined, enumerable: false });

function spawn(...all) {
  const [file, args, o] = pick(...all);
  const child = new ChildProcess();
  const { signal } = o;
  if (signal?.aborted) {
    const { AbortError } = require('internal/errors');
    process.nextTick(() => {
      child.signalCode = signalOf(signalNumber(o.killSignal));
      child.emit('error', new AbortError(undefined, { cause: signal.reason }));
      child.emit('exit', null, child.signalCode);
      child.emit('close', null, child.signalCode);
    });
    return child;
  }
  child.begin(file, args, o);
  let timer;
  if (o.timeout > 0) {
    timer = setTimeout(() => child.kill(o.killSignal), o.timeout);
    child.once('exit', () => clearTimeout(timer));
  }
  if (signal) {
    const stop = () => {
      const { AbortError } = require('internal/errors');
      if (child.kill(o.killSignal))
        child.emit('error', new AbortError(undefined, { cause: signal.reason }));
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('exit', () => signal.removeEventListener('abort', stop));
  }
  return child;
}

function execFile(...all) {
  const callback = typeof all[all.length - 1] === 'function' ? all.pop() : undefined;
  if (all.length > 3 && all[3] !== undefined && all[3] !== null)
    require('internal/validators').validateFunction(all[3], 'callback');
  const [file, args, o] = pick(...all);
  const most = o.maxBuffer ?? PIPE_MOST;
  const encoding = 'encoding' in o ? o.encoding : 'utf8';
  const child = spawn(file, args, { ...o, shell: false, encoding: undefined });
  const kept = [[], []], sizes = [0, 0];
  let failure;
  const isText = Boolean(encoding) && encoding !== 'buffer' && Buffer.isEncoding(encoding);
  const streams = [child.stdout, child.stderr];
  const texts = () => kept.map((list, i) => (isText || streams[i]?.readableEncoding ? list.join('') : Buffer.concat(list)));
  streams.forEach((stream, i) => {
    if (isText)
      stream?.setEncoding(encoding);
    stream?.on('data', (chunk) => {
      const room = most - sizes[i];
      const size = typeof chunk === 'string' ? Buffer.byteLength(chunk, stream.readableEncoding) : chunk.length;
      kept[i].push(size > room ? chunk.slice(0, room) : chunk);
      sizes[i] += size;
      if (sizes[i] > most && !failure) {
        failure = error('ERR_CHILD_PROCESS_STDIO_MAXBUFFER', i ? 'stderr' : 'stdout');
        child.kill(o.killSignal);
      }
    });
  });
  child.on('error', (e) => { failure ??= e; });
  child.on('close', (code, signal) => {
    const [stdout, stderr] = texts();
    const command = [file, ...args].join(' ');
    let e = failure;
    if (!e && (code !== 0 || signal !== null)) {
      const shown = o.shell ? args[1] : command;
      e = new Error(`Command failed: ${shown}\n${stderr}`);
      Object.assign(e, { code: signal ? null : code, killed: child.killed, signal, cmd: shown });
    } else if (e) {
      e.cmd = o.shell ? args[1] : command;
    }
    callback?.(e ? Object.assign(e, callback.keeps ? { stdout, stderr } : {}) : null, stdout, stderr);
  });
  return child;
}

function exec(command, options, callback) {
  if (typeof options === 'function')
    [options, callback] = [undefined, options];
  if (typeof command !== 'string')
    throw error('ERR_INVALID_ARG_TYPE', 'command', 'string', command);
  return execFile(command, [], { ...options, shell: options?.shell || true }, callback);
}

// ---- synchronous ------------------------------------------------------------------------------------------------------

function inputOf(input, encoding) {
  if (input === undefined || input === null)
    return Buffer.alloc(0);
  if (typeof input === 'string')
    return Buffer.from(input, encoding && encoding !== 'buffer' ? encoding : 'utf8');
  if (!ArrayBuffer.isView(input))
    throw error('ERR_INVALID_ARG_TYPE', 'options.stdio[0]', ['Buffer', 'TypedArray', 'DataView', 'string'], input);
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

function spawnSync(...all) {
  const [file, args, o] = pick(...all);
  const kinds = stdioOf(o.stdio);
  const most = o.maxBuffer ?? PIPE_MOST;
  const pipes = connect(kinds);
  const result = { status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null };
  inputOf(o.input, o.encoding);
  try {
    result.pid = launch(file, args, o, pipes.fds);
  } catch (e) {
    pipes.theirs.forEach(close);
    pipes.ours.forEach((fd) => fd !== undefined && close(fd));
    e.message = e.message.replace(/^spawn /, 'spawnSync ');
    e.syscall = `spawnSync ${file}`;
    return { error: e, status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null };
  }
  pipes.theirs.forEach(close);
  let input = inputOf(o.input, o.encoding);
  const kept = pipes.ours.map(() => []), sizes = pipes.ours.map(() => 0);
  const until = o.timeout > 0 ? internal.os.ticks() / 1e6 + o.timeout : Infinity;
  let failure, end = null;
  const stop = (e) => {
    failure ??= e;
    try {
      host.kill(result.pid, signalNumber(o.killSignal));
    } catch { /* it has ended */ }
  };
  const open = new Set(pipes.ours.map((fd, i) => (fd === undefined ? -1 : i)).filter((i) => i >= 0));
  const shut = (i) => {
    close(pipes.ours[i]);
    open.delete(i);
  };
  if (open.has(0) && input.length === 0)
    shut(0);
  while (open.size || end === null) {
    const list = [...open];
    const subs = new Int32Array(2 * (list.length + 1));
    list.forEach((i, at) => subs.set([i === 0 ? loop.WRITABLE : loop.READABLE, pipes.ours[i]], 2 * at));
    if (end === null)
      subs.set([loop.CHILD, result.pid], 2 * list.length);
    const left = until === Infinity ? -1 : Math.max(0, until - internal.os.ticks() / 1e6);
    const ready = host.ready(end === null ? subs : subs.subarray(0, 2 * list.length), left);
    if (ready.length === 0 && left === 0) {
      if (failure)
        break;
      stop(Object.assign(new Error(`spawnSync ${file} ETIMEDOUT`), { errno: -110, code: 'ETIMEDOUT',
        syscall: `spawnSync ${file}`, path: file, spawnargs: args }));
      continue;
    }
    for (const at of ready) {
      const i = list[at];
      if (i === undefined) {
        end = host.wait(result.pid, 0);
        if (end !== null && open.has(0))
          shut(0);
      } else if (i === 0) {
        try {
          input = input.subarray(internal.fs.write(pipes.ours[0], input, 0, Math.min(input.length, CHUNK / 16), -1));
          if (input.length === 0)
            shut(0);
        } catch {
          shut(0);
        }
      } else if (open.has(i)) {
        const bytes = readSome(pipes.ours[i]);
        if (bytes === null)
          continue;
        if (bytes.length === 0) {
          shut(i);
          continue;
        }
        if (sizes[i] <= most)
          kept[i].push(bytes);
        sizes[i] += bytes.length;
        if (sizes[i] > most && !failure) {
          stop(Object.assign(new Error(`spawnSync ${file} ENOBUFS`), { errno: -105, code: 'ENOBUFS',
            syscall: `spawnSync ${file}`, path: file, spawnargs: args }));
        }
      }
    }
  }
  end ??= host.wait(result.pid, -1);
  for (const i of [...open])
    shut(i);
  if (end[1] === 1)
    result.signal = signalOf(end[3]);
  else
    result.status = end[2];
  const encoding = o.encoding;
  result.output = kinds.map((kind, i) => {
    if (i === 0 || pipes.ours[i] === undefined)
      return null;
    const bytes = Buffer.concat(kept[i]);
    return encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes;
  });
  [, result.stdout, result.stderr] = result.output;
  if (failure)
    result.error = failure;
  return result;
}

function orThrow(r, command, o) {
  if (o?.stdio === undefined && r.stderr?.length)
    require('internal/stdio').write(2, r.stderr);
  if (r.error)
    throw Object.assign(r.error, r);
  if (r.status !== 0) {
    const e = new Error(`Command failed: ${command}${r.stderr?.length ? `\n${r.stderr}` : ''}`);
    throw Object.assign(e, r);
  }
  return r.stdout;
}

function execFileSync(...all) {
  const [file, args, o] = pick(...all);
  return orThrow(spawnSync(file, args, { ...o, shell: false }), [file, ...args].join(' '), o);
}

function execSync(command, options) {
  if (typeof command !== 'string')
    throw error('ERR_INVALID_ARG_TYPE', 'command', 'string', command);
  const o = { ...options, shell: options?.shell || true };
  return orThrow(spawnSync(command, [], o), command, o);
}

const promisified = (fn) => (...args) => {
  const { promise, resolve, reject } = Promise.withResolvers();
  const callback = (e, stdout, stderr) => (e ? reject(e) : resolve({ stdout, stderr }));
  callback.keeps = true;
  promise.child = fn(...args, callback);
  return promise;
};
for (const fn of [exec, execFile])
  Object.defineProperty(fn, Symbol.for('nodejs.util.promisify.custom'), { value: promisified(fn), enumerable: false });

function fork(file, args, options) {
  if (typeof file !== 'string' && !(file instanceof Uint8Array) && !(file instanceof URL))
    throw error('ERR_INVALID_ARG_TYPE', 'modulePath', ['string', 'Buffer', 'URL'], file);
  if (args !== undefined && args !== null && !Array.isArray(args)) {
    require('internal/validators').validateObject(args, 'args');
    [args, options] = [[], args];
  }
  require('internal/validators').validateObject(options ??= {}, 'options');
  file = file instanceof URL ? require('url').fileURLToPath(file) : String(file);
  return spawn('node', [...(options.execArgv ?? process.execArgv), file, ...(args ?? [])],
    { stdio: options.silent ? 'pipe' : 'inherit', ...options, shell: false });
}

module.exports = { ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
