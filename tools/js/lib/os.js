const { os: sys } = internal;

const signals = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9,
  SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGSTKFLT: 16, SIGCONT: 18,
  SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27,
  SIGWINCH: 28, SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
};

const os = {
  EOL: '\n',
  devNull: '/dev/null',
  constants: {
    signals,
    get errno() { return require('internal/errnos').numbers ?? {}; },
    priority: { PRIORITY_LOW: 19, PRIORITY_BELOW_NORMAL: 10, PRIORITY_NORMAL: 0, PRIORITY_ABOVE_NORMAL: -7,
      PRIORITY_HIGH: -14, PRIORITY_HIGHEST: -20 },
  },
  arch: () => 'wasm32',
  machine: () => 'wasm32',
  platform: () => 'linux',
  type: () => 'Linux',
  release: () => '1',
  version: () => 'BoxAgnts 1',
  hostname: () => 'sandbox',
  endianness: () => 'LE',
  homedir: () => process.env.HOME ?? '/workspace',
  tmpdir: () => (process.env.TMPDIR ?? process.env.TMP ?? process.env.TEMP ?? '/tmp').replace(/(.)\/$/, '$1'),
  uptime: () => Math.floor(sys.ticks() / 1e7) / 100,
  loadavg: () => [0, 0, 0],
  totalmem: () => 4 * 1024 ** 3,
  freemem: () => 4 * 1024 ** 3 - internal.core.memory()[0],
  cpus: () => [{ model: 'WebAssembly', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
  availableParallelism: () => 1,
  networkInterfaces: () => ({}),
  getPriority: () => 0,
  setPriority() {},
  userInfo: () => ({ __proto__: null, uid: 1000, gid: 1000, username: 'user', homedir: os.homedir(), shell: '/bin/bash' }),
};
for (const name of ['arch', 'platform', 'type', 'release', 'hostname', 'endianness', 'homedir', 'tmpdir', 'version', 'machine']) {
  Object.defineProperty(os[name], Symbol.toPrimitive, { value: () => os[name](), configurable: true });
}
module.exports = os;
