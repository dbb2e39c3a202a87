// URL and URLSearchParams (https://url.spec.whatwg.org). The parser is C (internal.url); an object keeps the
// text and the places of its parts.
const native = internal.url;
const { codes } = require('internal/errors');

const customInspect = Symbol.for('nodejs.util.inspect.custom');
const inspect = (v, options) => require('internal/inspect').inspect(v, options);
const usv = (v) => `${v}`.toWellFormed();

function need(args, ...names) {
  if (args.length < names.length)
    throw new codes.ERR_MISSING_ARGS(...names);
}

// ---- URLSearchParams: a flat list of names and values ----

function parseQuery(s) {
  const list = [];
  for (const part of s.split('&')) {
    if (part === '') continue;
    const eq = part.indexOf('=');
    list.push(decodePart(eq < 0 ? part : part.slice(0, eq)), eq < 0 ? '' : decodePart(part.slice(eq + 1)));
  }
  return list;
}

const decodePart = (s) => /[+%\uD800-\uDFFF]/.test(s) ? native.formDecode(s) : s;
const encodePart = (s) => /^[A-Za-z0-9*\-._]*$/.test(s) ? s : native.formEncode(s);

function serialize(list) {
  let r = '';
  for (let i = 0; i < list.length; i += 2)
    r += `${i > 0 ? '&' : ''}${encodePart(list[i])}=${encodePart(list[i + 1])}`;
  return r;
}

let connect, reload; // functions that see the private parts

class URLSearchParams {
  #list = [];
  #url = null;

  static {
    connect = (params, url) => { params.#url = url; };
    reload = (params, search) => { params.#list = parseQuery(search); };
  }

  constructor(init = undefined) {
    if (init == null)
      return;
    if (typeof init !== 'object' && typeof init !== 'function') {
      init = usv(init);
      this.#list = parseQuery(init[0] === '?' ? init.slice(1) : init);
      return;
    }
    if (#list in init && init[Symbol.iterator] === this[Symbol.iterator]) {
      this.#list = init.#list.slice();
      return;
    }
    const method = init[Symbol.iterator];
    if (method != null) {
      this.#fromPairs(init, method);
      return;
    }
    const seen = new Map(); // two names may be one when lone surrogates are replaced
    for (const key of Reflect.ownKeys(init)) {
      if (Reflect.getOwnPropertyDescriptor(init, key)?.enumerable)
        seen.set(usv(typeof key === 'symbol' ? String.prototype.concat.call(key) : key), usv(init[key]));
    }
    for (const pair of seen)
      this.#list.push(...pair);
  }

  #fromPairs(init, method) {
    if (typeof method !== 'function')
      throw new codes.ERR_ARG_NOT_ITERABLE('Query pairs');
    for (const pair of init) {
      if (pair == null)
        throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
      if (typeof pair !== 'object' && typeof pair !== 'function' || typeof pair[Symbol.iterator] !== 'function')
        throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
      const items = [...pair];
      if (items.length !== 2)
        throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
      this.#list.push(usv(items[0]), usv(items[1]));
    }
  }

  static #of(v) {
    if (typeof v !== 'object' || v === null || !(#list in v))
      throw new codes.ERR_INVALID_THIS('URLSearchParams');
    return v.#list;
  }

  #changed() {
    if (this.#url)
      this.#url.search = serialize(this.#list);
  }

  get size() {
    return URLSearchParams.#of(this).length / 2;
  }

  append(name, value) {
    const list = URLSearchParams.#of(this);
    need(arguments, 'name', 'value');
    list.push(usv(name), usv(value));
    this.#changed();
  }

  delete(name, value = undefined) {
    const list = URLSearchParams.#of(this);
    need(arguments, 'name');
    name = usv(name);
    value = value === undefined ? undefined : usv(value);
    let to = 0;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name && (value === undefined || list[i + 1] === value)) continue;
      list[to++] = list[i];
      list[to++] = list[i + 1];
    }
    list.length = to;
    this.#changed();
  }

  get(name) {
    const list = URLSearchParams.#of(this);
    need(arguments, 'name');
    name = usv(name);
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name)
        return list[i + 1];
    }
    return null;
  }

  getAll(name) {
    const list = URLSearchParams.#of(this);
    need(arguments, 'name');
    name = usv(name);
    return list.filter((v, i) => i % 2 === 1 && list[i - 1] === name);
  }

  has(name, value = undefined) {
    const list = URLSearchParams.#of(this);
    need(arguments, 'name');
    name = usv(name);
    value = value === undefined ? undefined : usv(value);
    return list.some((v, i) => i % 2 === 0 && v === name && (value === undefined || list[i + 1] === value));
  }

  set(name, value) {
    const list = URLSearchParams.#of(this);
    need(arguments, 'name', 'value');
    name = usv(name);
    value = usv(value);
    let to = 0, found = false;
    for (let i = 0; i < list.length; i += 2) {
      const same = list[i] === name;
      if (same && found) continue;
      found ||= same;
      const v = same ? value : list[i + 1];
      list[to++] = list[i];
      list[to++] = v;
    }
    list.length = to;
    if (!found)
      list.push(name, value);
    this.#changed();
  }

  sort() {
    const list = URLSearchParams.#of(this);
    const pairs = [];
    for (let i = 0; i < list.length; i += 2)
      pairs.push([list[i], list[i + 1]]);
    pairs.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0); // by units of UTF-16
    this.#list = pairs.flat();
    this.#changed();
  }

  entries() {
    URLSearchParams.#of(this);
    return new ParamsIterator(() => this.#list, (list, i) => [list[i], list[i + 1]]);
  }

  forEach(callback, thisArg = undefined) {
    URLSearchParams.#of(this);
    if (typeof callback !== 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
    for (let i = 0; i < this.#list.length; i += 2)
      callback.call(thisArg, this.#list[i + 1], this.#list[i], this);
  }

  keys() {
    URLSearchParams.#of(this);
    return new ParamsIterator(() => this.#list, (list, i) => list[i]);
  }

  values() {
    URLSearchParams.#of(this);
    return new ParamsIterator(() => this.#list, (list, i) => list[i + 1]);
  }

  toString() {
    return serialize(URLSearchParams.#of(this));
  }

  [customInspect](depth, options) {
    const list = URLSearchParams.#of(this);
    if (typeof depth === 'number' && depth < 0)
      return options.stylize ? options.stylize('[Object]', 'special') : '[Object]';
    const inner = { ...options, depth: options.depth === null ? null : depth - 1 };
    const parts = [];
    for (let i = 0; i < list.length; i += 2)
      parts.push(`${inspect(list[i], inner)} => ${inspect(list[i + 1], inner)}`);
    if (parts.length === 0)
      return 'URLSearchParams {}';
    const length = parts.reduce((n, p) => n + p.length + 2, -2);
    return length <= options.breakLength ? `URLSearchParams { ${parts.join(', ')} }` :
      `URLSearchParams {\n  ${parts.join(',\n  ')} }`;
  }
}

class ParamsIterator {
  #source;
  #pick;
  #at = 0;
  constructor(source, pick) {
    this.#source = source;
    this.#pick = pick;
  }
  next() {
    if (typeof this !== 'object' || this === null || !(#at in this))
      throw new codes.ERR_INVALID_THIS('URLSearchParamsIterator');
    const list = this.#source(), i = this.#at;
    if (i >= list.length)
      return { value: undefined, done: true };
    this.#at += 2;
    return { value: this.#pick(list, i), done: false };
  }
  [customInspect](depth, options) {
    const list = this.#source(), rest = [];
    for (let i = this.#at; i < list.length; i += 2)
      rest.push(inspect(this.#pick(list, i), options));
    return `URLSearchParams Iterator { ${rest.join(', ')}${rest.length ? ' ' : ''}}`;
  }
}
Object.setPrototypeOf(ParamsIterator.prototype, Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())));
delete ParamsIterator.prototype.constructor;
Object.defineProperty(ParamsIterator.prototype, 'next', { enumerable: true });
Object.defineProperty(ParamsIterator.prototype, Symbol.toStringTag,
  { configurable: true, value: 'URLSearchParams Iterator' });

function expose(C, names, tag) {
  for (const k of names)
    Object.defineProperty(C.prototype, k, { enumerable: true });
  Object.defineProperty(C.prototype, Symbol.toStringTag, { configurable: true, value: tag });
}
expose(URLSearchParams, ['append', 'delete', 'get', 'getAll', 'has', 'set', 'sort', 'toString', 'entries', 'forEach',
  'keys', 'values', 'size'], 'URLSearchParams');
Object.defineProperty(URLSearchParams.prototype, Symbol.iterator,
  { writable: true, configurable: true, value: URLSearchParams.prototype.entries });

// ---- URL ----

// The places of a parsed URL's parts in its text, and the parts of native.set.
const PROTOCOL_END = 1, USERNAME = 2, USERNAME_END = 3, PASSWORD = 4, PASSWORD_END = 5, HOST = 6, HOSTNAME_END = 7,
  HOST_END = 8, PATH = 9, QUERY = 10, FRAGMENT = 11;
const parts = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

function parse(input, base) {
  const r = base === undefined ? native.parse(input) : native.parse(input, base);
  if (!r)
    throw new codes.ERR_INVALID_URL(input, base);
  return r;
}

let isURL;

class URL {
  #at; // [href, places…]
  #params = null;

  static {
    isURL = (v) => typeof v === 'object' && v !== null && #at in v;
  }

  constructor(input, base = undefined) {
    need(arguments, 'url');
    this.#at = parse(`${input}`, base === undefined ? undefined : `${base}`);
  }

  static parse(input, base = undefined) {
    need(arguments, 'url');
    const at = base === undefined ? native.parse(`${input}`) : native.parse(`${input}`, `${base}`);
    return at ? new URL(at[0]) : null;
  }

  static canParse(input, base = undefined) {
    need(arguments, 'url');
    return Boolean(base === undefined ? native.parse(`${input}`) : native.parse(`${input}`, `${base}`));
  }

  static createObjectURL(obj) {
    return require('internal/blob').createObjectURL(obj);
  }

  static revokeObjectURL(url) {
    return require('internal/blob').revokeObjectURL(url);
  }

  // The URL of `this`; whatever is none has no parts.
  static #of(v) {
    if (!isURL(v))
      throw new codes.ERR_INVALID_THIS('URL');
    return v.#at;
  }

  #set(part, value) {
    const r = native.set(URL.#of(this)[0], part, value);
    if (r)
      this.#at = r;
  }

  toString() {
    return URL.#of(this)[0];
  }

  get href() {
    return URL.#of(this)[0];
  }
  set href(v) {
    URL.#of(this);
    v = `${v}`;
    this.#at = parse(v);
    if (this.#params)
      reload(this.#params, this.search.slice(1));
  }

  get origin() {
    const at = URL.#of(this), protocol = at[0].slice(0, at[PROTOCOL_END]);
    if (/^(https?|wss?|ftp):$/.test(protocol))
      return `${protocol}//${at[0].slice(at[HOST], at[HOST_END])}`;
    const inner = protocol === 'blob:' ? native.parse(this.pathname) : undefined;
    return inner && /^https?:/.test(inner[0]) ? new URL(inner[0]).origin : 'null';
  }

  get protocol() {
    const at = URL.#of(this);
    return at[0].slice(0, at[PROTOCOL_END]);
  }
  set protocol(v) {
    this.#set(0, `${v}`);
  }

  get username() {
    const at = URL.#of(this);
    return at[0].slice(at[USERNAME], at[USERNAME_END]);
  }
  set username(v) {
    this.#set(1, `${v}`);
  }

  get password() {
    const at = URL.#of(this);
    return at[0].slice(at[PASSWORD], at[PASSWORD_END]);
  }
  set password(v) {
    this.#set(2, `${v}`);
  }

  get host() {
    const at = URL.#of(this);
    return at[0].slice(at[HOST], at[HOST_END]);
  }
  set host(v) {
    this.#set(3, `${v}`);
  }

  get hostname() {
    const at = URL.#of(this);
    return at[0].slice(at[HOST], at[HOSTNAME_END]);
  }
  set hostname(v) {
    this.#set(4, `${v}`);
  }

  get port() {
    const at = URL.#of(this);
    return at[0].slice(at[HOSTNAME_END] + 1, at[HOST_END]);
  }
  set port(v) {
    this.#set(5, `${v}`);
  }

  get pathname() {
    const at = URL.#of(this);
    return at[0].slice(at[PATH], at[QUERY]);
  }
  set pathname(v) {
    this.#set(6, `${v}`);
  }

  get search() {
    const at = URL.#of(this);
    return at[FRAGMENT] - at[QUERY] > 1 ? at[0].slice(at[QUERY], at[FRAGMENT]) : '';
  }
  set search(v) {
    v = `${v}`;
    this.#set(7, v);
    if (this.#params)
      reload(this.#params, v[0] === '?' ? v.slice(1) : v);
  }

  get searchParams() {
    URL.#of(this);
    if (this.#params === null) {
      this.#params = new URLSearchParams(this.search);
      connect(this.#params, this);
    }
    return this.#params;
  }

  get hash() {
    const at = URL.#of(this);
    return at[0].length - at[FRAGMENT] > 1 ? at[0].slice(at[FRAGMENT]) : '';
  }
  set hash(v) {
    this.#set(8, `${v}`);
  }

  toJSON() {
    return URL.#of(this)[0];
  }

  [customInspect](depth, options) {
    URL.#of(this);
    if (typeof depth === 'number' && depth < 0)
      return this;
    const shown = {};
    for (const k of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname',
      'search', 'searchParams', 'hash'])
      shown[k] = this[k];
    return `${this.constructor?.name ?? 'URL'} ${inspect(shown, options)}`;
  }
}
expose(URL, ['toString', 'href', 'origin', ...parts, 'searchParams', 'toJSON'], 'URL');
for (const k of ['parse', 'canParse', 'createObjectURL', 'revokeObjectURL'])
  Object.defineProperty(URL, k, { enumerable: true });

// ---- what url.js has of it ----

// Whatever the setter of hostname makes of it.
function asHostname(domain) {
  const at = native.set('ws://x', 4, domain);
  return at ? at[0].slice(at[HOST], at[HOSTNAME_END]) : '';
}

function domainToASCII(domain) {
  need(arguments, 'domain');
  return asHostname(`${domain}`);
}

function domainToUnicode(domain) {
  need(arguments, 'domain');
  return native.domainToUnicode(asHostname(`${domain}`));
}

function fileURLToPath(path) {
  if (typeof path === 'string')
    path = new URL(path);
  else if (!isURL(path) && !(path?.href && path.protocol && path.auth === undefined && path.path === undefined))
    throw new codes.ERR_INVALID_ARG_TYPE('path', ['string', 'URL'], path);
  if (path.protocol !== 'file:')
    throw new codes.ERR_INVALID_URL_SCHEME('file');
  if (path.hostname !== '')
    throw new codes.ERR_INVALID_FILE_URL_HOST('linux');
  if (/%2f/i.test(path.pathname))
    throw new codes.ERR_INVALID_FILE_URL_PATH('must not include encoded / characters');
  return path.pathname.includes('%') ? decodeURIComponent(path.pathname) : path.pathname;
}

const pathEscapes = { '%': '%25', '\\': '%5C', '\n': '%0A', '\r': '%0D', '\t': '%09' };

function pathToFileURL(path) {
  if (typeof path !== 'string')
    throw new codes.ERR_INVALID_ARG_TYPE('path', 'string', path);
  let to = require('path').resolve(path);
  if (path.endsWith('/') && !to.endsWith('/'))
    to += '/';
  const url = new URL('file://');
  url.pathname = to.replace(/[%\\\n\r\t]/g, (c) => pathEscapes[c]);
  return url;
}

function urlToHttpOptions(url) {
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url, // what the user put there
    protocol: url.protocol,
    hostname: hostname && hostname[0] === '[' ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ''}${search || ''}`,
    href: url.href,
  };
  if (port !== '')
    options.port = Number(port);
  if (username || password)
    options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

module.exports = {
  URL, URLSearchParams, isURL: (v) => isURL(v), domainToASCII, domainToUnicode, fileURLToPath, pathToFileURL,
  urlToHttpOptions,
  // What fs and others take: a path of a file: URL as text, anything else as it is.
  toPathIfFileURL: (v) => isURL(v) ? fileURLToPath(v) : v,
};
