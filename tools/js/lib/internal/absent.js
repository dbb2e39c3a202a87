// Modules of Node for what a sandbox has not: sockets, threads, the engine's inside. Each loads, for the programs that name it, with
// what can be known without; what would need more throws, or ends in, an error that says so.
const EventEmitter = require('events');
const { Duplex } = require('stream');

const unsupported = (what) => Object.assign(new Error(`${what} in a sandbox`), { code: 'ERR_UNSUPPORTED' });
const refuse = (what) => () => { throw unsupported(what); };

class Server extends EventEmitter {
  constructor() {
    super();
    this.listening = false;
  }
  listen() { throw unsupported('Nobody can listen'); }
  address() { return null; }
  close(callback) {
    if (callback)
      process.nextTick(callback);
    return this;
  }
  ref() { return this; }
  unref() { return this; }
}

class Socket extends Duplex {
  constructor(options) {
    super(options);
    this.connecting = false;
    this.bytesRead = this.bytesWritten = 0;
  }
  connect() {
    process.nextTick(() => this.destroy(unsupported('There are no sockets: fetch and http are the way out')));
    return this;
  }
  setTimeout() { return this; }
  setNoDelay() { return this; }
  setKeepAlive() { return this; }
  address() { return {}; }
  ref() { return this; }
  unref() { return this; }
  _read() {}
  _write(chunk, encoding, done) { done(unsupported('There are no sockets')); }
}

const isIPv4 = (s) => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(String(s));

function isIPv6(s) {
  const [address, zone] = String(s).split(/%(.*)/s);
  if (zone !== undefined && !/^[0-9a-z._~-]+$/i.test(zone))
    return false;
  const halves = address.split('::');
  if (halves.length > 2)
    return false;
  let n = 0;
  for (const [h, half] of halves.entries()) {
    if (half === '' && halves.length === 2)
      continue;
    const groups = half.split(':');
    for (const [i, group] of groups.entries()) {
      if (i === groups.length - 1 && h === halves.length - 1 && group.includes('.')) {
        if (!isIPv4(group))
          return false;
        n += 2;
      } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
        n++;
      } else {
        return false;
      }
    }
  }
  return halves.length === 2 ? n < 8 : n === 8;
}
const isIP = (s) => (isIPv4(s) ? 4 : isIPv6(s) ? 6 : 0);

function net() {
  const connect = (...args) => new Socket().connect(...args);
  return { connect, createConnection: connect, createServer: (...args) => new Server(...args), isIP, isIPv4, isIPv6, Server, Socket, Stream: Socket,
    getDefaultAutoSelectFamily: () => true, setDefaultAutoSelectFamily() {} };
}

function tls() {
  const connect = (...args) => new Socket().connect(...args);
  return { DEFAULT_MIN_VERSION: 'TLSv1.2', DEFAULT_MAX_VERSION: 'TLSv1.3', rootCertificates: Object.freeze([]), getCiphers: () => [],
    checkServerIdentity() {}, createSecureContext: () => ({ context: {} }), TLSSocket: class TLSSocket extends Socket {}, Server,
    createServer: (...args) => new Server(...args), connect };
}

// ---- names: only what needs no looking up ---------------------------------------------------------------------------------------

function dnsError(syscall, name) {
  return Object.assign(new Error(`${syscall} ENOTFOUND ${name} (names are looked up by the host, for requests)`),
    { errno: -3008, code: 'ENOTFOUND', syscall, hostname: name });
}

function lookup(name, options, callback) {
  if (typeof options === 'function')
    [options, callback] = [{}, options];
  require('internal/validators').validateFunction(callback, 'callback');
  const all = typeof options === 'object' && options !== null && options.all;
  const address = !name || name === 'localhost' ? '127.0.0.1' : isIP(name) ? name : undefined;
  process.nextTick(() => {
    if (address === undefined)
      callback(dnsError('getaddrinfo', name));
    else if (all)
      callback(null, [{ address, family: isIP(address) }]);
    else
      callback(null, address, isIP(address));
  });
}

const QUERIES = ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCaa', 'resolveCname', 'resolveMx', 'resolveNaptr', 'resolveNs', 'resolvePtr',
  'resolveSoa', 'resolveSrv', 'resolveTxt', 'reverse'];

function dns() {
  class Resolver {
    cancel() {}
    getServers() { return []; }
    setServers() {}
  }
  const r = { lookup, Resolver, getServers: () => [], setServers() {}, getDefaultResultOrder: () => 'verbatim', setDefaultResultOrder() {},
    ADDRCONFIG: 1024, ALL: 256, V4MAPPED: 2048, NOTFOUND: 'ENOTFOUND', NODATA: 'ENODATA', SERVFAIL: 'ESERVFAIL', TIMEOUT: 'ETIMEOUT' };
  for (const name of QUERIES) {
    r[name] = Resolver.prototype[name] = (host, ...rest) => {
      const callback = rest.at(-1);
      process.nextTick(() => callback(dnsError(`query${name.slice(7)}`, host)));
    };
  }
  Object.defineProperty(r, 'promises', { enumerable: true, get: () => require('internal/loader').builtin('dns/promises') });
  return r;
}

function dnsPromises() {
  const r = { lookup: (name, options) => new Promise((resolve, reject) => {
    lookup(name, options ?? {}, (e, address, family) => (e ? reject(e) : resolve(Array.isArray(address) ? address : { address, family })));
  }) };
  for (const name of QUERIES)
    r[name] = async (host) => { throw dnsError(`query${name.slice(7)}`, host); };
  return r;
}

// ---- threads: this is the only one ------------------------------------------------------------------------------------------------

function workerThreads() {
  const { MessageChannel, MessagePort, BroadcastChannel, receiveMessageOnPort } = require('internal/message_channel');
  const shared = new Map();
  return {
    isMainThread: true, MessagePort, MessageChannel, markAsUntransferable() {}, moveMessagePortToContext: refuse('There are no threads'),
    receiveMessageOnPort, resourceLimits: {}, threadId: 0, SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
    Worker: class Worker extends EventEmitter {
      constructor() {
        super();
        throw unsupported('There are no threads');
      }
    },
    parentPort: null, workerData: null, BroadcastChannel,
    setEnvironmentData(key, value) {
      if (value === undefined)
        shared.delete(key);
      else
        shared.set(key, value);
    },
    getEnvironmentData: (key) => shared.get(key),
  };
}

function cluster() {
  return Object.assign(new EventEmitter(), { isWorker: false, isMaster: true, isPrimary: true, Worker: class Worker extends EventEmitter {}, workers: {},
    settings: {}, SCHED_NONE: 1, SCHED_RR: 2, schedulingPolicy: 2, setupPrimary() {}, setupMaster() {}, fork: refuse('There are no other processes of this program'),
    disconnect(callback) { callback?.(); } });
}

// ---- the engine -------------------------------------------------------------------------------------------------------------------

function v8() {
  const { core } = internal;
  const none = refuse('This engine is not V8; there is none of that');
  return {
    cachedDataVersionTag: () => 0,
    getHeapStatistics() {
      const [allocated, used] = core.memory();
      return { total_heap_size: allocated, total_heap_size_executable: 0, total_physical_size: allocated, total_available_size: 0x1_0000_0000 - allocated,
        used_heap_size: used, heap_size_limit: 0x1_0000_0000, malloced_memory: allocated, peak_malloced_memory: allocated, does_zap_garbage: 0,
        number_of_native_contexts: 1, number_of_detached_contexts: 0, total_global_handles_size: 0, used_global_handles_size: 0, external_memory: 0 };
    },
    getHeapSpaceStatistics: () => [], getHeapCodeStatistics: () => ({ code_and_metadata_size: 0, bytecode_and_metadata_size: 0,
      external_script_source_size: 0, cpu_profiler_metadata_size: 0 }),
    setFlagsFromString() {}, serialize: none, deserialize: none, getHeapSnapshot: none, writeHeapSnapshot: none, takeCoverage() {}, stopCoverage() {},
    setHeapSnapshotNearHeapLimit() {}, startupSnapshot: { isBuildingSnapshot: () => false },
  };
}

function inspector() {
  const none = refuse('There is no debugger');
  return { Session: class Session extends EventEmitter { connect() { none(); } }, open: none, close() {}, url() {}, waitForDebugger: none, console };
}

const makers = {
  _stream_duplex: () => require('stream').Duplex, _stream_passthrough: () => require('stream').PassThrough,
  _stream_readable: () => require('stream').Readable, _stream_transform: () => require('stream').Transform,
  _stream_writable: () => require('stream').Writable,
  cluster, dns, 'dns/promises': dnsPromises, inspector, net, tls, v8, worker_threads: workerThreads,
  dgram: () => ({ Socket: class extends EventEmitter {}, createSocket: refuse('There are no sockets') }),
  domain: () => ({ create: refuse('There are no domains'), createDomain: refuse('There are no domains'), active: null }),
  http2: () => ({ connect: refuse('There are no sockets: fetch speaks HTTP/2 where the server does; there is no other'), constants: {}, sensitiveHeaders: Symbol('nodejs.http2.sensitiveHeaders'),
    Http2ServerRequest: class Http2ServerRequest extends Duplex {}, Http2ServerResponse: class Http2ServerResponse extends Duplex {},
    createServer: () => new Server(), createSecureServer: () => new Server() }),
  'inspector/promises': inspector,
  repl: () => ({ start: refuse('There is no prompt'), builtinModules: require('module').builtinModules }),
  trace_events: () => ({ createTracing: refuse('There is no tracing'), getEnabledCategories() {} }),
  wasi: () => ({ WASI: class WASI { constructor() { throw unsupported('WebAssembly does not run'); } } }),
};

const made = { __proto__: null };
exports.names = Object.keys(makers);
exports.load = (name) => (Object.hasOwn(makers, name) ? made[name] ??= makers[name]() : undefined);
