const { os: sys } = internal;

const signals = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9,
  SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGSTKFLT: 16, SIGCONT: 18,
  SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27,
  SIGWINCH: 28, SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
};

const int32 = (value, name, min, max) => require('internal/validators').validateInt32(value, name, min, max);

const os = {
  EOL: '\n',
  devNull: '/dev/null',
  constants: {
    signals,
    UV_UDP_REUSEADDR: 4,
    dlopen: Object.assign(Object.create(null), { RTLD_LAZY: 1, RTLD_NOW: 2, RTLD_GLOBAL: 256, RTLD_LOCAL: 0, RTLD_DEEPBIND: 8 }),
    get errno() {
      const all = [...require('internal/errnos').map()].filter(([n]) => n > -200);
      return Object.fromEntries(all.map(([n, [name]]) => [name, -n]).sort((a, b) => (a[0] < b[0] ? -1 : 1)));
    },
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
  getPriority(pid = 0) {
    int32(pid, 'pid');
    return 0;
  },
  setPriority(pid, priority) {
    if (priority === undefined)
      [pid, priority] = [0, pid];
    int32(pid, 'pid');
    int32(priority, 'priority', -20, 19);
  },
  userInfo(options) {
    const text = (s) => (options?.encoding === 'buffer' ? Buffer.from(s) : s);
    return { __proto__: null, uid: 1000, gid: 1000, username: text('user'), homedir: text(os.homedir()), shell: text('/bin/sh') };
  },
};
for (const name of ['arch', 'platform', 'type', 'release', 'hostname', 'endianness', 'homedir', 'tmpdir', 'version', 'machine']) {
  Object.defineProperty(os[name], Symbol.toPrimitive, { value: () => os[name](), configurable: true });
}
module.exports = os;
