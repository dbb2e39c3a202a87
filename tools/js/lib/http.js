// http, the asking half: a request is one exchange of the host's, as fetch makes them, so it is judged against the grant. Nobody can
// listen in a sandbox: what a server would need says so.
const EventEmitter = require('events');
const { Readable, Writable } = require('stream');
const { codes } = require('internal/errors');
const { validateString, validateFunction } = require('internal/validators');

const METHODS = ('ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS ' +
  'PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE').split(' ');

const STATUS_CODES = {};
for (const line of `100 Continue|101 Switching Protocols|102 Processing|103 Early Hints|200 OK|201 Created|202 Accepted|203 Non-Authoritative Information|\
204 No Content|205 Reset Content|206 Partial Content|207 Multi-Status|208 Already Reported|226 IM Used|300 Multiple Choices|301 Moved Permanently|302 Found|\
303 See Other|304 Not Modified|305 Use Proxy|307 Temporary Redirect|308 Permanent Redirect|400 Bad Request|401 Unauthorized|402 Payment Required|403 Forbidden|\
404 Not Found|405 Method Not Allowed|406 Not Acceptable|407 Proxy Authentication Required|408 Request Timeout|409 Conflict|410 Gone|411 Length Required|\
412 Precondition Failed|413 Payload Too Large|414 URI Too Long|415 Unsupported Media Type|416 Range Not Satisfiable|417 Expectation Failed|418 I'm a Teapot|\
421 Misdirected Request|422 Unprocessable Entity|423 Locked|424 Failed Dependency|425 Too Early|426 Upgrade Required|428 Precondition Required|\
429 Too Many Requests|431 Request Header Fields Too Large|451 Unavailable For Legal Reasons|500 Internal Server Error|501 Not Implemented|502 Bad Gateway|\
503 Service Unavailable|504 Gateway Timeout|505 HTTP Version Not Supported|506 Variant Also Negotiates|507 Insufficient Storage|508 Loop Detected|\
509 Bandwidth Limit Exceeded|510 Not Extended|511 Network Authentication Required`.split('|'))
  STATUS_CODES[line.slice(0, 3)] = line.slice(4);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function validateHeaderName(name, label) {
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw new codes.ERR_INVALID_HTTP_TOKEN(label || 'Header name', name);
}

function validateHeaderValue(name, value) {
  if (value === undefined)
    throw new codes.ERR_HTTP_INVALID_HEADER_VALUE(value, name);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new codes.ERR_INVALID_CHAR('header content', name);
}

// C's methods, for a constructor that may be called without `new` on an object that has them, as Node's may: C has _begin for one.
function legacy(C, Base) {
  const begin = C.prototype._begin;
  const F = function (...args) {
    if (!(this instanceof F))
      return new F(...args);
    begin.apply(this, args);
    return undefined;
  };
  delete C.prototype._begin;
  F.prototype = C.prototype;
  Object.defineProperty(F, 'name', { value: C.name, configurable: true });
  Object.defineProperty(F.prototype, 'constructor', { value: F, writable: true, configurable: true });
  return Object.setPrototypeOf(F, Base);
}

// ---- what has header fields and a body that is written ----------------------------------------------------------------------

const OutgoingMessage = legacy(class OutgoingMessage extends Writable {
  _begin() {
    Writable.call(this, { decodeStrings: true, autoDestroy: false });
    Object.defineProperty(this, '_fields', { value: new Map(), writable: true }); // lower-case name: [name, value]
    Object.defineProperty(this, '_parts', { value: [], writable: true });
    this.headersSent = false;
    this.sendDate = false;
    this.socket = null;
    this.finished = false;
  }
  get connection() { return this.socket; }

  setHeader(name, value) {
    if (this.headersSent)
      throw new codes.ERR_HTTP_HEADERS_SENT('set');
    validateHeaderName(name);
    if (Array.isArray(value))
      value.forEach((one) => validateHeaderValue(name, one));
    else
      validateHeaderValue(name, value);
    this._fields.set(name.toLowerCase(), [name, value]);
    return this;
  }
  setHeaders(headers) {
    for (const [name, value] of headers)
      this.setHeader(name, value);
    return this;
  }
  appendHeader(name, value) {
    const old = this.getHeader(name);
    return this.setHeader(name, old === undefined ? value : [].concat(old, value));
  }
  getHeader(name) {
    validateString(name, 'name');
    return this._fields.get(name.toLowerCase())?.[1];
  }
  getHeaderNames() { return [...this._fields.keys()]; }
  getRawHeaderNames() { return [...this._fields.values()].map(([name]) => name); }
  getHeaders() {
    const r = { __proto__: null };
    for (const [key, [, value]] of this._fields)
      r[key] = value;
    return r;
  }
  hasHeader(name) {
    validateString(name, 'name');
    return this._fields.has(name.toLowerCase());
  }
  removeHeader(name) {
    validateString(name, 'name');
    if (this.headersSent)
      throw new codes.ERR_HTTP_HEADERS_SENT('remove');
    this._fields.delete(name.toLowerCase());
  }
  flushHeaders() {}
  addTrailers() {}
  setTimeout(ms, callback) {
    if (callback)
      this.once('timeout', callback);
    clearTimeout(this._timer);
    if (ms > 0) {
      Object.defineProperty(this, '_timer', { configurable: true, writable: true, value: setTimeout(() => this.emit('timeout'), ms).unref() });
    }
    return this;
  }
  _write(chunk, encoding, done) {
    this._parts.push(chunk);
    done();
  }
  end(...args) {
    this.finished = true;
    return super.end(...args);
  }
}, Writable);

// ---- an answer ------------------------------------------------------------------------------------------------------------------

// Of these, Node keeps the first one only.
const ONCE = new Set(('age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
  'last-modified location max-forwards proxy-authorization referer retry-after server user-agent').split(' '));

const IncomingMessage = legacy(class IncomingMessage extends Readable {
  _begin(socket = null) {
    Readable.call(this, { highWaterMark: 65536 });
    this.httpVersionMajor = this.httpVersionMinor = 1;
    this.httpVersion = '1.1';
    this.complete = this.aborted = this.upgrade = false;
    this.rawHeaders = [];
    this.rawTrailers = [];
    this.joinDuplicateHeaders = undefined;
    this.url = '';
    this.method = this.statusCode = this.statusMessage = null;
    this.socket = socket;
    this.headers = {};
    this.trailers = {};
  }
  get connection() { return this.socket; }
  get headersDistinct() {
    const r = { __proto__: null };
    for (let i = 0; i < this.rawHeaders.length; i += 2)
      (r[this.rawHeaders[i].toLowerCase()] ??= []).push(this.rawHeaders[i + 1]);
    return r;
  }
  setTimeout() { return this; }
  _addField(name, value) {
    this.rawHeaders.push(name, value);
    const key = name.toLowerCase(), old = this.headers[key];
    if (key === 'set-cookie')
      (this.headers[key] ??= []).push(value);
    else if (old === undefined)
      this.headers[key] = value;
    else if (!ONCE.has(key))
      this.headers[key] = old + (key === 'cookie' ? '; ' : ', ') + value;
  }
  _read() {}
}, Readable);

// ---- agents: every exchange has its connection from the host --------------------------------------------------------------------

const Agent = legacy(class Agent extends EventEmitter {
  _begin(options = {}) {
    EventEmitter.call(this);
    this.defaultPort = 80;
    this.protocol = 'http:';
    this.options = { __proto__: null, noDelay: true, path: null, ...options };
    this.requests = { __proto__: null };
    this.sockets = { __proto__: null };
    this.freeSockets = { __proto__: null };
    this.keepAliveMsecs = options.keepAliveMsecs || 1000;
    this.keepAlive = options.keepAlive || false;
    this.maxSockets = options.maxSockets || Infinity;
    this.maxFreeSockets = options.maxFreeSockets || 256;
    this.scheduling = options.scheduling || 'lifo';
    this.maxTotalSockets = options.maxTotalSockets ?? Infinity;
    this.totalSocketCount = 0;
  }
  getName({ host, port, localAddress } = {}) { return `${host || 'localhost'}:${port || ''}:${localAddress || ''}`; }
  destroy() {}
}, EventEmitter);

// What programs do to the socket of a request changes nothing.
class Socket extends EventEmitter {
  constructor(request) {
    super();
    this.connecting = this.destroyed = false;
    this.readable = this.writable = true;
    this.encrypted = request.protocol === 'https:' || undefined;
    this.authorized = this.encrypted;
    this.remoteAddress = request.host;
    Object.defineProperty(this, '_request', { value: request });
  }
  setTimeout(ms, callback) {
    this._request.setTimeout(ms);
    if (callback)
      this._request.once('timeout', callback);
    return this;
  }
  setKeepAlive() { return this; }
  setNoDelay() { return this; }
  ref() { return this; }
  unref() { return this; }
  cork() {}
  uncork() {}
  address() { return {}; }
  destroy(error) {
    this._request.destroy(error);
    return this;
  }
}

// ---- a request ------------------------------------------------------------------------------------------------------------------

const globalAgent = new Agent({ keepAlive: true });

function optionsOf(url) {
  const r = { __proto__: null, ...url, protocol: url.protocol, path: `${url.pathname || ''}${url.search || ''}`, href: url.href,
    hostname: url.hostname?.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname };
  if (url.port !== '')
    r.port = Number(url.port);
  if (url.username || url.password)
    r.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return r;
}

// The host says these itself.
const FRAMING = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'content-length', 'host']);

const ClientRequest = legacy(class ClientRequest extends OutgoingMessage {
  _begin(input, options, callback) {
    OutgoingMessage.call(this);
    if (typeof input === 'string')
      input = optionsOf(new URL(input));
    else if (input instanceof URL)
      input = optionsOf(input);
    else
      [options, callback] = [input, options], input = null;
    if (typeof options === 'function')
      [options, callback] = [null, options];
    options = Object.assign(input || {}, options);
    const agent = this.agent = options.agent === false ? new (options._defaultAgent ?? globalAgent).constructor() : options.agent ?? options._defaultAgent ?? globalAgent;
    const usual = options._defaultAgent ?? globalAgent, wanted = agent.protocol || usual.protocol;
    this.protocol = options.protocol || usual.protocol;
    if (this.protocol !== wanted)
      throw new codes.ERR_INVALID_PROTOCOL(this.protocol, wanted);
    this.path = options.path || '/';
    if (/[^\x21-\xff]/.test(this.path))
      throw new codes.ERR_UNESCAPED_CHARACTERS('Request path');
    for (const name of ['hostname', 'host']) {
      if (options[name] !== undefined && options[name] !== null && typeof options[name] !== 'string')
        throw new codes.ERR_INVALID_ARG_TYPE(`options.${name}`, ['string', 'undefined', 'null'], options[name]);
    }
    this.host = options.hostname || options.host || 'localhost';
    this.port = options.port || options.defaultPort || (this.protocol === 'https:' ? 443 : 80);
    if (options.method !== undefined && options.method !== null)
      validateString(options.method, 'options.method');
    this.method = options.method ? options.method.toUpperCase() : 'GET';
    if (!TOKEN.test(this.method))
      throw new codes.ERR_INVALID_HTTP_TOKEN('Method', options.method);
    this.timeout = options.timeout;
    this.aborted = this.reusedSocket = false;
    this.maxHeadersCount = null;
    this.res = null;
    Object.defineProperty(this, '_stop', { value: new AbortController() });
    if (callback)
      this.once('response', callback);
    if (Array.isArray(options.headers)) {
      const pairs = Array.isArray(options.headers[0]) ? options.headers
        : options.headers.flatMap((name, i, all) => (i % 2 ? [] : [[name, all[i + 1]]]));
      for (const [name, value] of pairs)
        this.setHeader(name, value);
    } else {
      for (const name of Object.keys(options.headers ?? {}))
        this.setHeader(name, options.headers[name]);
    }
    if (this.host && !this.hasHeader('host') && options.setHost !== false) {
      const host = this.host.includes(':') && this.host[0] !== '[' ? `[${this.host}]` : this.host;
      this.setHeader('Host', Number(this.port) === (this.protocol === 'https:' ? 443 : 80) ? host : `${host}:${this.port}`);
    }
    if (options.auth && !this.hasHeader('authorization'))
      this.setHeader('Authorization', 'Basic ' + Buffer.from(options.auth).toString('base64'));
    if (options.signal) {
      const stop = () => this.destroy(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }));
      if (options.signal.aborted)
        process.nextTick(stop);
      else
        options.signal.addEventListener('abort', stop, { once: true });
    }
    process.nextTick(() => {
      if (this.destroyed)
        return;
      this.socket = new Socket(this);
      if (this.timeout)
        this.setTimeout(this.timeout);
      this.emit('socket', this.socket);
      this.socket.emit('connect');
      if (this.socket.encrypted)
        this.socket.emit('secureConnect');
    });
  }

  _final(done) {
    this.headersSent = true;
    done();
    this._ask().catch((e) => this.destroy(e));
  }

  async _ask() {
    const { exchange } = require('internal/fetch');
    const fields = [];
    for (const [key, [name, value]] of this._fields) {
      if (!FRAMING.has(key)) {
        for (const one of [].concat(value))
          fields.push([name, String(one)]);
      }
    }
    const body = this._parts.length || /^(POST|PUT|PATCH)$/.test(this.method) ? Buffer.concat(this._parts) : undefined;
    const host = this.host.includes(':') && this.host[0] !== '[' ? `[${this.host}]` : this.host;
    const { signal } = this._stop;
    let r;
    try {
      r = await exchange({ signal }, `${this.protocol}//${host}:${this.port}${this.path}`, this.method, fields, body);
    } catch (e) {
      if (signal.aborted)
        return;
      throw e.cause ?? e;
    }
    await this._answer(r, signal);
  }

  async _answer(r, signal) {
    const { bodyOfJob } = require('internal/fetch');
    const answer = this.res = new IncomingMessage(this.socket);
    answer.req = this;
    answer.statusCode = r.status;
    answer.statusMessage = STATUS_CODES[r.status] ?? '';
    for (const [name, value] of r.fields)
      answer._addField(name, value);
    const parts = bodyOfJob(r.job, signal);
    let wanted;
    answer._read = () => wanted?.();
    answer._destroy = (error, done) => {
      if (!answer.complete) {
        answer.aborted = true;
        this._stop.abort();
      }
      wanted?.();
      done(error);
    };
    if (!this.emit('response', answer))
      answer.resume();
    try {
      for await (const part of parts) {
        if (answer.destroyed)
          return;
        this._active();
        if (!answer.push(part))
          await new Promise((resolve) => { wanted = resolve; });
      }
    } catch (e) {
      if (!answer.destroyed)
        answer.destroy(Object.assign(new Error('aborted', { cause: e }), { code: 'ECONNRESET' }));
      return;
    }
    answer.complete = true;
    answer.push(null);
    clearTimeout(this._timer);
    answer.once('end', () => {
      if (!this.destroyed)
        this.destroy();
    });
  }

  _active() { this._timer?.refresh(); }

  _destroy(error, done) {
    clearTimeout(this._timer);
    const isEarly = !this.res;
    this._stop.abort();
    if (this.socket)
      this.socket.destroyed = true;
    if (this.res && !this.res.complete && !this.res.destroyed)
      this.res.destroy(error ?? undefined);
    done(isEarly && !error ? Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) : error);
  }

  abort() {
    if (this.aborted)
      return;
    this.aborted = true;
    process.nextTick(() => this.emit('abort'));
    this.destroy();
  }
  setNoDelay() {}
  setSocketKeepAlive() {}
  onSocket() {}
}, OutgoingMessage);

const request = (url, options, callback) => new ClientRequest(url, options, callback);

function get(url, options, callback) {
  const r = request(url, options, callback);
  r.end();
  return r;
}

// ---- servers: their shapes, for programs that name them --------------------------------------------------------------------------

const ServerResponse = legacy(class ServerResponse extends OutgoingMessage {
  _begin(request) {
    OutgoingMessage.call(this);
    this.req = request;
    this.statusCode = 200;
    this.statusMessage = undefined;
  }
  writeHead(status, reason, headers) {
    this.statusCode = status;
    if (typeof reason === 'string')
      this.statusMessage = reason;
    else
      headers = reason;
    for (const name of Object.keys(headers ?? {}))
      this.setHeader(name, headers[name]);
    return this;
  }
  writeContinue() {}
  assignSocket(socket) { this.socket = socket; }
}, OutgoingMessage);

const Server = legacy(class Server extends EventEmitter {
  _begin(options, listener) {
    EventEmitter.call(this);
    if (typeof options === 'function')
      listener = options;
    if (listener) {
      validateFunction(listener, 'listener');
      this.on('request', listener);
    }
    this.listening = false;
    this.timeout = 0;
  }
  listen() {
    throw Object.assign(new Error('Nobody can listen in a sandbox: there are no server sockets'), { code: 'ERR_UNSUPPORTED', syscall: 'listen' });
  }
  close(callback) {
    if (callback)
      process.nextTick(callback);
    return this;
  }
  address() { return null; }
  setTimeout() { return this; }
  ref() { return this; }
  unref() { return this; }
}, EventEmitter);

module.exports = {
  METHODS, STATUS_CODES, Agent, ClientRequest, IncomingMessage, OutgoingMessage, Server, ServerResponse,
  createServer: (options, listener) => new Server(options, listener), validateHeaderName, validateHeaderValue, get, request,
  setMaxIdleHTTPParsers() {}, maxHeaderSize: 16384, globalAgent,
};
