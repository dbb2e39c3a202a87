// process: arguments and variables are fetched at their first use, and what asks the host is a function.
const { core, fs, host, os } = internal;
const loop = require('internal/loop');

let listeners; // an EventEmitter, made when somebody wants one
const emitter = () => (listeners ??= new (require('events'))());

const lazily = (name, make) => ({
  configurable: true,
  enumerable: true,
  get() {
    const value = make();
    Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: true });
    return value;
  },
  set(value) {
    Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: true });
  },
});

let startTicks = 0;
const start = { argv: undefined, execArgv: [] };

const process = {
  title: 'node',
  version: 'v20.20.2',
  versions: { node: '20.20.2', boxagnts: '1', quickjs: '0.17.0', zlib: '1.3.2', brotli: '1.2.1' },
  arch: 'wasm32',
  platform: 'linux',
  release: { name: 'node' },
  execPath: '/bin/node',
  exitCode: undefined,
  features: { inspector: false, debug: false, uv: false, ipv6: true, tls: false, typescript: 'strip' },
  config: { target_defaults: {}, variables: {} },
  allowedNodeEnvironmentFlags: new Set(),

  nextTick: loop.nextTick,
  cwd: () => fs.cwd(),
  chdir(directory) {
    if (typeof directory !== 'string') {
      const { codes } = require('internal/errors');
      throw new codes.ERR_INVALID_ARG_TYPE('directory', 'string', directory);
    }
    fs.change(3, directory);
  },
  exit(code) {
    if (code !== undefined)
      process.exitCode = code;
    finish();
    leave();
  },
  reallyExit: (code) => os.exit(code ?? 0),
  abort: () => os.exit(134),
  kill(pid, signal = 'SIGTERM') {
    const numbers = require('os').constants.signals;
    const number = typeof signal === 'number' ? signal : numbers[signal];
    if (number === undefined) {
      const { codes } = require('internal/errors');
      throw new codes.ERR_UNKNOWN_SIGNAL(signal);
    }
    host.kill(pid, number);
    return true;
  },
  umask: () => 0o22,
  getuid: () => 1000, geteuid: () => 1000, getgid: () => 1000, getegid: () => 1000, getgroups: () => [1000],
  uptime: () => (os.ticks() - startTicks) / 1e9,
  hrtime(since) {
    const now = os.ticks();
    let s = Math.floor(now / 1e9), ns = Math.floor(now % 1e9);
    if (since !== undefined) {
      s -= since[0];
      ns -= since[1];
      if (ns < 0) {
        s--;
        ns += 1e9;
      }
    }
    return [s, ns];
  },
  memoryUsage() {
    const [allocated, used] = core.memory();
    return { rss: allocated, heapTotal: allocated, heapUsed: used, external: 0, arrayBuffers: 0 };
  },
  resourceUsage() {
    const [user, system] = os.cpu();
    return { userCPUTime: user, systemCPUTime: system, maxRSS: core.memory()[0] / 1024 };
  },
  cpuUsage(since) {
    const [user, system] = os.cpu();
    return { user: user - (since ? since.user : 0), system: system - (since ? since.system : 0) };
  },
  emitWarning(warning, type = 'Warning', code) {
    if (typeof type === 'object' && type !== null)
      ({ type = 'Warning', code } = type);
    const error = warning instanceof Error ? warning : Object.assign(new Error(warning), { name: type });
    const label = typeof code === 'string' ? `[${code}] ` : '';
    if (listeners?.listenerCount('warning')) {
      loop.nextTick(() => emitter().emit('warning', error));
      return;
    }
    process.stderr.write(`(node:${process.pid}) ${label}${error.name}: ${error.message}\n`);
  },
  getBuiltinModule: (name) => require('internal/loader').builtin(name),
  binding() { throw new Error('No such module'); },
  setUncaughtExceptionCaptureCallback(fn) { capture = fn; },
  hasUncaughtExceptionCaptureCallback: () => capture !== null,
  get connected() { return false; },
};
process.hrtime.bigint = () => BigInt(Math.floor(os.ticks()));
process.memoryUsage.rss = () => core.memory()[0];
let capture = null;

for (const name of ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit',
  'prependListener', 'prependOnceListener', 'listeners', 'rawListeners', 'listenerCount', 'eventNames',
  'setMaxListeners', 'getMaxListeners']) {
  process[name] = (...args) => {
    const r = emitter()[name](...args);
    return r === listeners ? process : r;
  };
}

Object.defineProperties(process, {
  env: lazily('env', () => environment(os.env())),
  argv: lazily('argv', () => start.argv ?? ['/bin/node', ...os.args().slice(1)]),
  execArgv: lazily('execArgv', () => start.execArgv),
  argv0: lazily('argv0', () => 'node'),
  pid: { enumerable: true, get: () => host.self()[0] },
  ppid: { enumerable: true, get: () => host.self()[1] },
  stdin: lazily('stdin', () => require('internal/stdio').stdin()),
  stdout: lazily('stdout', () => require('internal/stdio').output(1)),
  stderr: lazily('stderr', () => require('internal/stdio').output(2)),
  [Symbol.toStringTag]: { value: 'process', configurable: true },
});

// What is put in becomes a string, as in a process's environment.
function environment(values) {
  return new Proxy(values, {
    set(target, name, value) {
      if (typeof name === 'symbol' || typeof value === 'symbol')
        throw new TypeError('Cannot convert a Symbol value to a string');
      target[name] = String(value);
      return true;
    },
    defineProperty(target, name, descriptor) {
      if ('value' in descriptor)
        descriptor = { ...descriptor, value: String(descriptor.value) };
      return Reflect.defineProperty(target, name, descriptor);
    },
  });
}

// ---- the end --------------------------------------------------------------------------------------------

let onLeave; // instead of ending at once: what a tool has to say before
function leave() {
  if (onLeave)
    onLeave(exitCode());
  os.exit(exitCode());
}

function exitCode() {
  const code = Number(process.exitCode ?? 0);
  return Number.isInteger(code) ? code & 255 : 1;
}

let hasEnded = false;
function finish() {
  if (hasEnded)
    return;
  hasEnded = true;
  if (listeners?.listenerCount('exit'))
    listeners.emit('exit', exitCode());
}

module.exports = process;

// For the library: what the beginning of a process sets, what its end needs.
Object.defineProperty(process, Symbol.for('boxagnts.internal'), {
  value: {
    exitCode,
    leave,
    setLeave(fn) { onLeave = fn; },
    begin(argv, execArgv = []) {
      startTicks = os.ticks();
      start.argv = argv;
      start.execArgv = execArgv;
    },
    finish,
    beforeExit: () => listeners?.emit('beforeExit', exitCode()),
    hasListener: (name) => (listeners?.listenerCount(name) ?? 0) > 0,
    emit: (...args) => emitter().emit(...args),
    // Handled by the user's code?
    uncaught(error, origin) {
      if (capture !== null) {
        capture(error);
        return true;
      }
      if (listeners?.listenerCount('uncaughtExceptionMonitor'))
        listeners.emit('uncaughtExceptionMonitor', error, origin);
      return Boolean(listeners?.emit('uncaughtException', error, origin));
    },
  },
});
