// process: arguments and variables are fetched at their first use, and what asks the host is a function.
const { core, fs, host, os } = internal;
const loop = require('internal/loop');

let listeners; // an EventEmitter, made when somebody wants one

// From the first listener on the process itself is one.
function emitter() {
  if (!listeners) {
    const EventEmitter = require('events');
    for (const name of METHODS) {
      if (process[name] === stubs[name])
        delete process[name];
    }
    Object.setPrototypeOf(process, Object.create(EventEmitter.prototype));
    EventEmitter.call(process);
    listeners = process;
  }
  return listeners;
}
const METHODS = ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit', 'prependListener',
  'prependOnceListener', 'listeners', 'rawListeners', 'listenerCount', 'eventNames', 'setMaxListeners', 'getMaxListeners'];

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

const checks = () => require('internal/validators');
const wrong = (name, ...args) => {
  const { codes } = require('internal/errors');
  return new codes[name](...args);
};

let startTicks = 0;
let mask = 0o22;
let code; // exitCode
let saysWarnings = true, hasSaidHow = false;
const start = { argv: undefined, execArgv: [], env: undefined };

const reallyExit = (code) => os.exit(code ?? 0);
const process = {
  title: 'node',
  version: 'v20.20.2',
  versions: { node: '20.20.2', boxagnts: '1', quickjs: '0.17.0', zlib: '1.3.2', brotli: '1.2.1' },
  arch: 'wasm32',
  platform: 'linux',
  release: { name: 'node' },
  execPath: '/bin/node',
  get exitCode() { return code; },
  set exitCode(value) {
    if (value !== undefined && value !== null)
      checks().validateInteger(typeof value === 'string' && Number.isInteger(Number(value)) && value ? +value : value, 'code');
    code = value;
  },
  features: { inspector: false, debug: false, uv: false, ipv6: true, tls: false, typescript: 'strip' },
  config: { target_defaults: {}, variables: {} },
  _exiting: false,
  allowedNodeEnvironmentFlags: new Set(),

  nextTick: loop.nextTick,
  cwd: () => fs.cwd(),
  chdir(directory) {
    checks().validateString(directory, 'directory');
    const from = fs.cwd();
    try {
      fs.change(3, directory && require('path').resolve(directory));
    } catch (e) {
      const { uvException } = require('internal/errors');
      throw uvException({ errno: e.errno, syscall: 'chdir', path: from, dest: directory });
    }
  },
  exit(...args) {
    if (args.length)
      process.exitCode = args[0];
    finish();
    if (process.reallyExit !== reallyExit)
      process.reallyExit(exitCode());
    leave();
  },
  reallyExit,
  abort: () => os.exit(134),
  kill(pid, signal = 'SIGTERM') {
    if (pid != (pid | 0)) // as Node compares them: digits will do
      throw wrong('ERR_INVALID_ARG_TYPE', 'pid', 'number', pid);
    const number = typeof signal === 'number' ? signal : require('os').constants.signals[signal];
    if (number === undefined)
      throw wrong('ERR_UNKNOWN_SIGNAL', signal);
    host.kill(pid | 0, number);
    return true;
  },
  umask(value) {
    const old = mask;
    if (value !== undefined)
      mask = checks().parseFileMode(value, 'mask') & 0o777;
    return old;
  },
  getuid: () => 1000, geteuid: () => 1000, getgid: () => 1000, getegid: () => 1000, getgroups: () => [1000],
  uptime: () => (os.ticks() - startTicks) / 1e9,
  hrtime(since) {
    const now = os.ticks();
    let s = Math.floor(now / 1e9), ns = Math.floor(now % 1e9);
    if (since !== undefined) {
      checks().validateArray(since, 'time');
      if (since.length !== 2)
        throw wrong('ERR_OUT_OF_RANGE', 'time', 2, since.length);
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
    if (since) {
      checks().validateObject(since, 'prevValue');
      for (const name of ['user', 'system']) {
        checks().validateNumber(since[name], `prevValue.${name}`);
        if (!(since[name] >= 0 && since[name] <= Number.MAX_SAFE_INTEGER))
          throw Object.assign(wrong('ERR_INVALID_ARG_VALUE', `prevValue.${name}`, since[name]), { name: 'RangeError' });
      }
    }
    const [user, system] = os.cpu();
    return { user: user - (since ? since.user : 0), system: system - (since ? since.system : 0) };
  },
  emitWarning(warning, type, code) {
    let detail;
    if (type !== null && typeof type === 'object' && !Array.isArray(type))
      ({ type, code, detail } = type);
    else if (typeof type === 'function')
      type = code = undefined;
    if (type !== undefined)
      checks().validateString(type, 'type');
    if (typeof code === 'function')
      code = undefined;
    else if (code !== undefined)
      checks().validateString(code, 'code');
    if (typeof warning === 'string') {
      warning = Object.assign(new Error(warning), { name: String(type || 'Warning') });
      if (code !== undefined)
        warning.code = code;
      if (typeof detail === 'string')
        warning.detail = detail;
    } else if (!(warning instanceof Error)) {
      throw wrong('ERR_INVALID_ARG_TYPE', 'warning', ['Error', 'string'], warning);
    }
    if (warning.name === 'DeprecationWarning') {
      if (process.noDeprecation)
        return;
      if (process.throwDeprecation)
        loop.nextTick(() => { throw warning; });
    }
    loop.nextTick(() => {
      say(warning);
      listeners?.emit('warning', warning);
    });
  },
  getBuiltinModule: (name) => require('internal/loader').builtin(name),
  binding() { throw new Error('No such module'); },
  setUncaughtExceptionCaptureCallback(fn) {
    if (fn !== null && typeof fn !== 'function')
      throw wrong('ERR_INVALID_ARG_TYPE', 'fn', ['Function', 'null'], fn);
    if (fn !== null && capture !== null)
      throw wrong('ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET');
    capture = fn;
  },
  hasUncaughtExceptionCaptureCallback: () => capture !== null,
  getActiveResourcesInfo: () => [],
  constrainedMemory: () => 0,
  get connected() { return false; },
};

// A warning goes to standard error, whoever else hears of it.
function say(warning) {
  if (!saysWarnings)
    return;
  const label = warning.code ? `[${warning.code}] ` : '';
  let own;
  try {
    own = `${warning.toString()}`;
  } catch {
    own = `${warning.name}: ${warning.message}`;
  }
  let text = `(node:${process.pid}) ${label}${own}\n`;
  if (typeof warning.detail === 'string')
    text += warning.detail + '\n';
  if (!hasSaidHow)
    text += `(Use \`node --trace-${warning.name === 'DeprecationWarning' ? 'deprecation' : 'warnings'} ...\` to show where the ` +
      'warning was created)\n';
  hasSaidHow = true;
  require('internal/stdio').write(2, text);
}
for (const name of ['_rawDebug', 'assert', 'availableMemory', 'loadEnvFile', 'openStdin', 'setSourceMapsEnabled'])
  process[name] = (...args) => require('internal/process_rare')[name](...args);
process.hrtime.bigint = () => BigInt(Math.floor(os.ticks()));
process.memoryUsage.rss = () => core.memory()[0];
let capture = null;

const stubs = {};
for (const name of METHODS)
  process[name] = stubs[name] = (...args) => require('events').prototype[name].apply(emitter(), args);

Object.defineProperties(process, {
  env: lazily('env', () => environment(Object.assign(os.env(), start.env))),
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
  const code = Number(process.exitCode || 0);
  return Number.isInteger(code) ? code & 255 : 1;
}

let hasEnded = false;
function finish() {
  if (hasEnded)
    return;
  hasEnded = true;
  process._exiting = true;
  if (listeners || process.emit !== stubs.emit)
    process.emit('exit', Number(process.exitCode || 0));
}

module.exports = process;

// For the library: what the beginning of a process sets, what its end needs.
Object.defineProperty(process, Symbol.for('boxagnts.internal'), {
  value: {
    exitCode,
    leave,
    setLeave(fn) { onLeave = fn; },
    setEnv(values) { start.env = values; },
    begin(argv, execArgv = []) {
      startTicks = os.ticks();
      start.argv = argv;
      start.execArgv = execArgv;
    },
    finish,
    silence() { saysWarnings = false; },
    beforeExit: () => listeners?.emit('beforeExit', exitCode()),
    hasListener: (name) => (listeners?.listenerCount(name) ?? 0) > 0,
    emit: (...args) => emitter().emit(...args),
    // Handled by the user's code?
    uncaught(error, origin) {
      if (listeners?.listenerCount('uncaughtExceptionMonitor'))
        listeners.emit('uncaughtExceptionMonitor', error, origin);
      if (capture !== null) {
        capture(error);
        return true;
      }
      return Boolean(listeners?.emit('uncaughtException', error, origin));
    },
  },
});
