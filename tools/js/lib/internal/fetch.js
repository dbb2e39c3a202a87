// fetch, Request, Response, Headers and FormData. Source: the WHATWG Fetch standard, as far as a program without
// a browser meets it. Every request is judged by the host against the grant; each redirect is a request of its own.
const { host } = internal;
const loop = require('internal/loop');

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MOST_REDIRECTS = 20;
const CHUNK = 65536;

// ---- Headers ----------------------------------------------------------------------------------------------------------

function checkName(name) {
  name = String(name);
  if (!TOKEN.test(name))
    throw new TypeError(`Headers.append: ${name} is an invalid header name.`);
  return name.toLowerCase();
}

function checkValue(value) {
  value = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\n\r]/.test(value) || [...value].some((c) => c.codePointAt(0) > 255))
    throw new TypeError(`Headers.append: ${JSON.stringify(value)} is an invalid header value.`);
  return value;
}

class Headers {
  #map = new Map(); // name: values

  constructor(init) {
    if (init === undefined || init === null)
      return;
    if (typeof init !== 'object')
      throw new TypeError("Headers constructor: init was given by something that is no object");
    if (init instanceof Headers || typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) {
        const [name, value, ...more] = pair;
        if (value === undefined || more.length)
          throw new TypeError('Headers constructor: expected name/value pair to be length 2');
        this.append(name, value);
      }
    } else {
      for (const name of Reflect.ownKeys(init))
        this.append(name, init[name]);
    }
  }

  append(name, value) {
    name = checkName(name);
    value = checkValue(value);
    const values = this.#map.get(name);
    if (values)
      values.push(value);
    else
      this.#map.set(name, [value]);
  }
  delete(name) { this.#map.delete(checkName(name)); }
  get(name) {
    const values = this.#map.get(checkName(name));
    return values ? values.join(', ') : null;
  }
  getSetCookie() { return [...this.#map.get('set-cookie') ?? []]; }
  has(name) { return this.#map.has(checkName(name)); }
  set(name, value) { this.#map.set(checkName(name), [checkValue(value)]); }
  forEach(callback, self) {
    for (const [name, value] of this)
      callback.call(self, value, name, this);
  }
  * entries() {
    for (const name of [...this.#map.keys()].sort()) {
      const values = this.#map.get(name) ?? [];
      if (name === 'set-cookie') {
        for (const value of values)
          yield [name, value];
      } else {
        yield [name, values.join(', ')];
      }
    }
  }
  * keys() {
    for (const [name] of this)
      yield name;
  }
  * values() {
    for (const [, value] of this)
      yield value;
  }
  get [Symbol.toStringTag]() { return 'Headers'; }
  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `Headers ${inspect(Object.fromEntries(this), options)}`;
  }
}
Object.defineProperty(Headers.prototype, Symbol.iterator, { value: Headers.prototype.entries, writable: true, configurable: true });

// ---- FormData -----------------------------------------------------------------------------------------------------------

const { Blob, File } = require('buffer');

class FormData {
  #list = [];
  #entry(name, value, filename) {
    if (value instanceof Blob && (!(value instanceof File) || filename !== undefined))
      value = new File([value], filename ?? 'blob', { type: value.type });
    return [String(name), value instanceof Blob ? value : String(value)];
  }
  append(name, value, filename) { this.#list.push(this.#entry(name, value, filename)); }
  delete(name) { this.#list = this.#list.filter(([n]) => n !== String(name)); }
  get(name) { return this.#list.find(([n]) => n === String(name))?.[1] ?? null; }
  getAll(name) { return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v); }
  has(name) { return this.#list.some(([n]) => n === String(name)); }
  set(name, value, filename) {
    const entry = this.#entry(name, value, filename);
    const at = this.#list.findIndex(([n]) => n === entry[0]);
    if (at < 0) {
      this.#list.push(entry);
      return;
    }
    this.#list[at] = entry;
    this.#list = this.#list.filter(([n], i) => i <= at || n !== entry[0]);
  }
  forEach(callback, self) {
    for (const [name, value] of this.#list)
      callback.call(self, value, name, this);
  }
  entries() { return this.#list.map((e) => [...e])[Symbol.iterator](); }
  keys() { return this.#list.map(([n]) => n)[Symbol.iterator](); }
  values() { return this.#list.map(([, v]) => v)[Symbol.iterator](); }
  [Symbol.iterator]() { return this.entries(); }
  get [Symbol.toStringTag]() { return 'FormData'; }
}

async function multipart(form, boundary) {
  const escape = (s) => s.replace(/\r?\n|\r/g, '%0D%0A').replaceAll('"', '%22');
  const parts = [];
  for (const [name, value] of form) {
    let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"`;
    if (typeof value === 'string') {
      parts.push(Buffer.from(`${head}\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`));
    } else {
      head += `; filename="${escape(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}`;
      parts.push(Buffer.from(`${head}\r\n\r\n`), Buffer.from(await value.arrayBuffer()), Buffer.from('\r\n'));
    }
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(parts);
}

// ---- bodies --------------------------------------------------------------------------------------------------------------

// { bytes(): a promise, stream(): made once, type }; null: none.
function bodyOf(value) {
  if (value === undefined || value === null)
    return null;
  let type = null;
  let bytes;
  if (typeof value === 'string') {
    type = 'text/plain;charset=UTF-8';
    bytes = () => Buffer.from(value);
  } else if (value instanceof ArrayBuffer) {
    const copy = Buffer.from(value.slice(0));
    bytes = () => copy;
  } else if (ArrayBuffer.isView(value)) {
    const copy = Buffer.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    bytes = () => copy;
  } else if (value instanceof URLSearchParams) {
    type = 'application/x-www-form-urlencoded;charset=UTF-8';
    const text = String(value);
    bytes = () => Buffer.from(text);
  } else if (value instanceof Blob) {
    type = value.type || null;
    bytes = async () => Buffer.from(await value.arrayBuffer());
  } else if (value instanceof FormData) {
    const boundary = '----formdata-' + require('crypto').randomUUID().replaceAll('-', '');
    type = `multipart/form-data; boundary=${boundary}`;
    bytes = () => multipart(value, boundary);
  } else if (typeof value[Symbol.asyncIterator] === 'function') {
    return { source: value, type, bytes: () => collect(value) };
  } else {
    type = 'text/plain;charset=UTF-8';
    const text = String(value);
    bytes = () => Buffer.from(text);
  }
  return { bytes, type };
}

async function collect(source) {
  const parts = [];
  for await (const part of source)
    parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  return Buffer.concat(parts);
}

class Body {
  #body;
  #isUsed = false;
  #stream;

  constructor(body) { this.#body = body; }

  get bodyUsed() { return this.#isUsed || Boolean(this.#stream?.locked && this.#body?.isDisturbed); }

  get body() {
    if (this.#body === null)
      return null;
    if (this.#stream === undefined) {
      const { ReadableStream } = require('stream/web');
      const body = this.#body;
      if (body.source instanceof ReadableStream) {
        this.#stream = body.source;
      } else {
        const parts = body.parts ? body.parts()[Symbol.asyncIterator]() : null;
        this.#stream = new ReadableStream({
          type: 'bytes',
          async pull(controller) {
            body.isDisturbed = true;
            const { done, value } = parts ? await parts.next() : { value: await body.bytes(), done: false };
            if (done || (!parts && value.length === 0)) {
              controller.close();
              return;
            }
            controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
            if (!parts)
              controller.close();
          },
          async cancel() { await parts?.return?.(); },
        });
      }
    }
    return this.#stream;
  }

  async #take() {
    if (this.bodyUsed)
      throw new TypeError('Body is unusable: Body has already been read');
    if (this.#body === null)
      return Buffer.alloc(0);
    this.#isUsed = true;
    if (this.#stream)
      return collect(this.#stream);
    return this.#body.bytes();
  }
  _inner() { return this.#body; }
  _split() { // for clone(): both may be read
    if (this.bodyUsed)
      throw new TypeError('Response.clone: Body has already been consumed.');
    if (this.#body === null)
      return null;
    let all;
    const bytes = this.#body.bytes;
    const shared = { type: this.#body.type, bytes: () => (all ??= Promise.resolve(bytes())) };
    this.#body = shared;
    return shared;
  }

  async arrayBuffer() {
    const b = await this.#take();
    return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
  }
  async bytes() { return new Uint8Array(await this.arrayBuffer()); }
  async text() { return new TextDecoder().decode(await this.#take()); }
  async json() { return JSON.parse(await this.text()); }
  async blob() { return new Blob([await this.#take()], { type: this.headers.get('content-type') ?? '' }); }
  async formData() {
    const type = this.headers.get('content-type') ?? '';
    const form = new FormData();
    if (/^application\/x-www-form-urlencoded/i.test(type)) {
      for (const [name, value] of new URLSearchParams(await this.text()))
        form.append(name, value);
      return form;
    }
    throw new TypeError('Could not parse content as FormData.');
  }
}

// ---- Request and Response ---------------------------------------------------------------------------------------------------

const NORMAL = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH']);

class Request extends Body {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : null;
    let url;
    if (!from) {
      try {
        url = new URL(input);
      } catch (e) {
        throw new TypeError(`Failed to parse URL from ${input}`, { cause: e });
      }
      if (url.username || url.password)
        throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
    }
    let method = String(init.method ?? from?.method ?? 'GET');
    if (!TOKEN.test(method) || /^(CONNECT|TRACE|TRACK)$/i.test(method))
      throw new TypeError(`'${method}' is not a valid HTTP method.`);
    if (NORMAL.has(method.toUpperCase()) && method.toUpperCase() !== 'PATCH')
      method = method.toUpperCase();
    const given = init.body !== undefined && init.body !== null;
    if (given && (method === 'GET' || method === 'HEAD'))
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    const body = given ? bodyOf(init.body) : from ? from._inner() : null;
    super(body);
    this.method = method;
    this.url = from ? from.url : url.href;
    this.headers = new Headers(init.headers ?? from?.headers);
    if (body?.type && !this.headers.has('content-type'))
      this.headers.append('content-type', body.type);
    this.redirect = init.redirect ?? from?.redirect ?? 'follow';
    this.signal = init.signal ?? from?.signal ?? null;
    this.mode = init.mode ?? 'cors';
    this.credentials = init.credentials ?? 'same-origin';
    this.cache = init.cache ?? 'default';
    this.referrer = 'about:client';
    this.integrity = init.integrity ?? '';
    this.keepalive = Boolean(init.keepalive);
    this.duplex = 'half';
  }
  clone() { return new Request(this.url, { ...this, body: this._split() === null ? undefined : this._inner() && { [Symbol.asyncIterator]: () => once(this._inner()) } }); }
  get [Symbol.toStringTag]() { return 'Request'; }
}

async function* once(body) { yield await body.bytes(); }

const NULL_BODY = new Set([101, 204, 205, 304]);

class Response extends Body {
  constructor(body, init = {}, internals = {}) {
    const status = init.status ?? 200;
    if (!internals.isNetwork && (!Number.isInteger(status) || status < 200 || status > 599))
      throw new RangeError(`init["status"] must be in the range of 200 to 599, inclusive.`);
    const inner = internals.isNetwork ? body : bodyOf(body);
    if (!internals.isNetwork && inner !== null && NULL_BODY.has(status))
      throw new TypeError(`Response constructor: Invalid response status code ${status}`);
    super(inner);
    this.status = status;
    this.statusText = String(init.statusText ?? '');
    this.headers = new Headers(init.headers);
    if (inner?.type && !this.headers.has('content-type'))
      this.headers.append('content-type', inner.type);
    this.type = internals.type ?? 'default';
    this.url = internals.url ?? '';
    this.redirected = internals.redirected ?? false;
  }
  get ok() { return this.status >= 200 && this.status <= 299; }
  clone() {
    const body = this._split();
    return new Response(body, this, { isNetwork: true, type: this.type, url: this.url, redirected: this.redirected });
  }
  get [Symbol.toStringTag]() { return 'Response'; }
  static error() { return new Response(null, { status: 0 }, { isNetwork: true, type: 'error' }); }
  static json(data, init = {}) {
    const text = JSON.stringify(data);
    if (text === undefined)
      throw new TypeError('The data is not of type JSON.');
    const headers = new Headers(init.headers);
    if (!headers.has('content-type'))
      headers.set('content-type', 'application/json');
    return new Response(text, { ...init, headers });
  }
  static redirect(url, status = 302) {
    if (![301, 302, 303, 307, 308].includes(status))
      throw new RangeError(`Invalid status code ${status}`);
    return new Response(null, { status, headers: { location: new URL(url).href } });
  }
}

// ---- one exchange ------------------------------------------------------------------------------------------------------------

function failed(job) {
  let words = 'the request failed', info = [];
  try {
    info = host.jobState(job);
    words = host.jobHead(job);
  } catch { /* no words */ }
  return networkError(words, info[3]);
}

const WHY = { 1: 'ERR_FETCH_DENIED', 2: 'ETIMEDOUT', 3: 'ERR_NETWORK' };

function networkError(words, why) {
  const cause = new Error(words);
  cause.code = WHY[why] ?? 'ERR_NETWORK';
  return new TypeError(`fetch failed: ${words}`, { cause });
}

const waiting = []; // for a place among those that can be under way at once

function begin(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const start = () => {
      try {
        resolve(host.httpStart(method, url, headers, body, -1));
      } catch (e) {
        if (e.code === 'EAGAIN')
          waiting.push(start);
        else
          reject(e.code === 'ENOSYS' ? networkError('there is no network here', 1) : e);
      }
    };
    start();
  });
}

function drop(job) {
  loop.unwatch(loop.JOB, job);
  host.jobDrop(job);
  waiting.shift()?.();
}

// When the job has something new, or the signal is raised.
function changed(job, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      loop.unwatch(loop.JOB, job);
      reject(signal.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
    loop.watch(loop.JOB, job, () => {
      loop.unwatch(loop.JOB, job);
      signal?.removeEventListener('abort', stop);
      resolve();
    });
  });
}

async function* bodyOfJob(job, signal) {
  let isOver = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      let bytes;
      try {
        bytes = host.jobRead(job, CHUNK);
      } catch {
        const e = failed(job);
        throw Object.assign(new TypeError('terminated', { cause: e.cause }));
      }
      if (bytes === null) {
        await changed(job, signal);
        continue;
      }
      if (bytes.length === 0) {
        isOver = true;
        return;
      }
      yield bytes;
    }
  } finally {
    void isOver;
    drop(job);
  }
}

function decoded(parts, coding) {
  const zlib = require('zlib');
  const make = { gzip: zlib.createGunzip, 'x-gzip': zlib.createGunzip, deflate: zlib.createInflate, br: zlib.createBrotliDecompress }[coding];
  if (!make)
    return parts;
  const { Readable } = require('stream');
  const source = Readable.from(parts, { objectMode: false });
  const stream = make();
  source.on('error', (e) => stream.destroy(e));
  source.pipe(stream);
  return stream;
}

async function exchange(request, url, method, headers, body) {
  const { signal } = request;
  signal?.throwIfAborted();
  let lines = '';
  for (const [name, value] of headers)
    lines += `${name}: ${value}\n`;
  const job = await begin(method, url, lines, body);
  try {
    for (;;) {
      const [, progress] = host.jobState(job);
      if (progress === 1 || progress === 2)
        break;
      if (progress === 3)
        throw failed(job);
      await changed(job, signal);
    }
    const [status, ...fields] = host.jobHead(job).split('\n');
    const answer = new Headers(), pairs = [];
    for (const field of fields) {
      const at = field.indexOf(': ');
      if (at > 0) {
        pairs.push([field.slice(0, at), field.slice(at + 2)]);
        answer.append(...pairs.at(-1));
      }
    }
    return { job, status: Number(status), headers: answer, fields: pairs };
  } catch (e) {
    drop(job);
    throw e;
  }
}

async function dataResponse(url) {
  const m = /^data:([^,]*?)(;base64)?,(.*)$/s.exec(url.replace(/#.*$/, ''));
  if (!m)
    throw networkError('invalid data: URL');
  const bytes = m[2] ? Buffer.from(decodeURIComponent(m[3]), 'base64') : Buffer.from(unescape(m[3]), 'latin1');
  return new Response({ bytes: () => bytes, type: m[1] || 'text/plain;charset=US-ASCII' }, { status: 200, statusText: 'OK' },
    { isNetwork: true, type: 'basic', url });
}

async function fetch(input, init) {
  const request = new Request(input, init);
  const { signal } = request;
  signal?.throwIfAborted();
  let url = request.url, { method } = request;
  if (url.startsWith('data:'))
    return dataResponse(url);
  if (!/^https?:/.test(url))
    throw networkError(`unknown scheme of ${url.slice(0, 100)}`, 1);
  const headers = new Headers(request.headers);
  for (const [name, value] of [['accept', '*/*'], ['accept-language', '*'], ['user-agent', 'node'], ['accept-encoding', 'gzip, deflate, br']]) {
    if (!headers.has(name))
      headers.set(name, value);
  }
  let body = request._inner() ? await request._inner().bytes() : undefined;
  for (let hops = 0; ; hops++) {
    const r = await exchange(request, url.replace(/#.*$/, ''), method, headers, body);
    const location = r.headers.get('location');
    const isRedirect = [301, 302, 303, 307, 308].includes(r.status) && location !== null;
    if (isRedirect && request.redirect === 'error') {
      drop(r.job);
      throw networkError('unexpected redirect');
    }
    if (!isRedirect || request.redirect === 'manual')
      return responseOf(r, request, url, hops > 0, method);
    drop(r.job);
    if (hops >= MOST_REDIRECTS)
      throw networkError('redirect count exceeded');
    const next = new URL(location, url);
    if (!/^https?:$/.test(next.protocol))
      throw networkError('URL scheme must be a HTTP(S) scheme');
    if (r.status === 303 && method !== 'HEAD' && method !== 'GET' || (r.status === 301 || r.status === 302) && method === 'POST') {
      method = 'GET';
      body = undefined;
      for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'])
        headers.delete(name);
    }
    if (next.origin !== new URL(url).origin) {
      for (const name of ['authorization', 'proxy-authorization', 'cookie', 'host'])
        headers.delete(name);
    }
    if (!next.hash)
      next.hash = new URL(url).hash;
    url = next.href;
  }
}

const TEXTS = { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 206: 'Partial Content', 301: 'Moved Permanently',
  302: 'Found', 303: 'See Other', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request',
  401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 408: 'Request Timeout', 409: 'Conflict',
  410: 'Gone', 413: 'Payload Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout' };

function responseOf(r, request, url, redirected, method) {
  let body = null;
  if (method === 'HEAD' || NULL_BODY.has(r.status)) {
    drop(r.job);
  } else {
    const coding = r.headers.get('content-encoding')?.toLowerCase();
    let made;
    const parts = () => (made ??= coding ? decoded(bodyOfJob(r.job, request.signal), coding) : bodyOfJob(r.job, request.signal));
    body = { type: null, parts, bytes: () => collect(parts()) };
  }
  return new Response(body, { status: r.status, statusText: TEXTS[r.status] ?? '', headers: r.headers },
    { isNetwork: true, type: 'basic', url, redirected });
}

module.exports = { fetch, Headers, Request, Response, FormData, exchange, bodyOfJob };
