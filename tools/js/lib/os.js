const { os: sys } = internal;

const signals = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9,
  SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGSTKFLT: 16, SIGCONT: 18,
  SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27,
  SIGWINCH: 28, SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
};

const ERRNO = `2BIG=7 ACCES=13 ADDRINUSE=98 ADDRNOTAVAIL=99 AFNOSUPPORT=97 AGAIN=11 ALREADY=114 BADF=9 BADMSG=74 \
BUSY=16 CANCELED=125 CHILD=10 CONNABORTED=103 CONNREFUSED=111 CONNRESET=104 DEADLK=35 DESTADDRREQ=89 \
DOM=33 DQUOT=122 EXIST=17 FAULT=14 FBIG=27 HOSTUNREACH=113 IDRM=43 ILSEQ=84 INPROGRESS=115 INTR=4 \
INVAL=22 IO=5 ISCONN=106 ISDIR=21 LOOP=40 MFILE=24 MLINK=31 MSGSIZE=90 MULTIHOP=72 NAMETOOLONG=36 \
NETDOWN=100 NETRESET=102 NETUNREACH=101 NFILE=23 NOBUFS=105 NODATA=61 NODEV=19 NOENT=2 NOEXEC=8 \
NOLCK=37 NOLINK=67 NOMEM=12 NOMSG=42 NOPROTOOPT=92 NOSPC=28 NOSR=63 NOSTR=60 NOSYS=38 NOTCONN=107 \
NOTDIR=20 NOTEMPTY=39 NOTSOCK=88 NOTSUP=95 NOTTY=25 NXIO=6 OPNOTSUPP=95 OVERFLOW=75 PERM=1 PIPE=32 \
PROTO=71 PROTONOSUPPORT=93 PROTOTYPE=91 RANGE=34 ROFS=30 SPIPE=29 SRCH=3 STALE=116 TIME=62 \
TIMEDOUT=110 TXTBSY=26 WOULDBLOCK=11 XDEV=18`;
const int32 = (value, name, min, max) => require('internal/validators').validateInt32(value, name, min, max);

const os = {
  EOL: '\n',
  devNull: '/dev/null',
  constants: {
    signals,
    UV_UDP_REUSEADDR: 4,
    dlopen: Object.assign(Object.create(null), { RTLD_LAZY: 1, RTLD_NOW: 2, RTLD_GLOBAL: 256, RTLD_LOCAL: 0, RTLD_DEEPBIND: 8 }),
    get errno() {
      return Object.fromEntries(ERRNO.split(' ').map((one) => ['E' + one.split('=')[0], Number(one.split('=')[1])]));
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
