// The module `url`: the standard's classes (internal/url), and the older url.parse, format and resolve with
// their own idea of what a URL is.
const { codes } = require('internal/errors');
const {
  URL, URLSearchParams, isURL, domainToASCII, domainToUnicode, fileURLToPath, pathToFileURL, urlToHttpOptions,
} = require('internal/url');

const fields = ['protocol', 'slashes', 'auth', 'host', 'port', 'hostname', 'hash', 'search', 'query', 'pathname',
  'path', 'href'];

function Url() {
  for (const k of fields)
    this[k] = null;
}

const isHostless = (p) => p === 'javascript' || p === 'javascript:';
const isSlashed = (p) => /^(https?|ftp|gopher|file|wss?):?$/.test(p ?? '');

function urlParse(url, parseQueryString, slashesDenoteHost) {
  if (url instanceof Url)
    return url;
  const u = new Url();
  u.parse(url, parseQueryString, slashesDenoteHost);
  return u;
}

const escapes = {
  '\t': '%09', '\n': '%0A', '\r': '%0D', ' ': '%20', '"': '%22', '\'': '%27', '<': '%3C', '>': '%3E', '\\': '%5C',
  '^': '%5E', '`': '%60', '{': '%7B', '|': '%7C', '}': '%7D',
};

// Backslashes before the query are slashes.
function slashed(s) {
  const end = s.search(/\?/);
  return end < 0 ? s.replaceAll('\\', '/') : s.slice(0, end).replaceAll('\\', '/') + s.slice(end);
}

const invalid = (url) => new codes.ERR_INVALID_URL(url);

Url.prototype.parse = function(url, parseQueryString, slashesDenoteHost) {
  if (typeof url !== 'string')
    throw new codes.ERR_INVALID_ARG_TYPE('url', 'string', url);
  let rest = slashed(url.replace(/^[\t\n\f\r \u00A0\uFEFF]+|[\t\n\f\r \u00A0\uFEFF]+$/g, ''));
  const query = (s) => parseQueryString ? require('querystring').parse(s) : s;

  if (!slashesDenoteHost && !/[#@]/.test(rest)) { // the usual case: only a path
    const m = /^(\/\/?(?!\/)[^?\s]*)(\?[^\s]*)?$/.exec(rest);
    if (m) {
      this.path = rest;
      this.href = rest;
      this.pathname = m[1];
      if (m[2]) {
        this.search = m[2];
        this.query = query(m[2].slice(1));
      } else if (parseQueryString) {
        this.search = null;
        this.query = { __proto__: null };
      }
      return this;
    }
  }

  const protocol = /^[a-z0-9.+-]+:/i.exec(rest)?.[0];
  const scheme = protocol?.toLowerCase();
  if (protocol) {
    this.protocol = scheme;
    rest = rest.slice(protocol.length);
  }
  let slashes = false;
  if (slashesDenoteHost || protocol || /^\/\/[^@/]+@[^@/]+/.test(rest)) {
    slashes = rest.startsWith('//');
    if (slashes && !(scheme && isHostless(scheme))) {
      rest = rest.slice(2);
      this.slashes = true;
    }
  }
  if (!isHostless(scheme) && (slashes || protocol && !isSlashed(scheme)))
    rest = this.takeHost(rest, url);

  if (!isHostless(scheme))
    rest = rest.replace(/[\t\n\r "'<>\\^`{|}]/g, (c) => escapes[c]);
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    this.hash = rest.slice(hash);
    rest = rest.slice(0, hash);
  }
  const mark = rest.indexOf('?');
  if (mark >= 0) {
    this.search = rest.slice(mark);
    this.query = query(rest.slice(mark + 1));
    rest = rest.slice(0, mark);
  } else if (parseQueryString) {
    this.search = null;
    this.query = { __proto__: null };
  }
  if (rest)
    this.pathname = rest;
  if (isSlashed(scheme) && this.hostname && !this.pathname)
    this.pathname = '/';
  if (this.pathname || this.search)
    this.path = (this.pathname || '') + (this.search || '');
  this.href = this.format();
  return this;
};

// Take credentials and host from the beginning: what is left.
Object.defineProperty(Url.prototype, 'takeHost', { value: function(rest, url) {
  let hostEnd = -1, at = -1, end = -1;
  for (let i = 0; i < rest.length && hostEnd < 0; i++) {
    const c = rest[i];
    if ('\t\n\r "%\';<>\\^`{|}'.includes(c)) {
      if (end < 0)
        end = i;
    } else if (c === '#' || c === '/' || c === '?') {
      if (end < 0)
        end = i;
      hostEnd = i;
    } else if (c === '@') {
      at = i;
      end = -1;
    }
  }
  if (at >= 0)
    this.auth = decodeURIComponent(rest.slice(0, at));
  this.host = end < 0 ? rest.slice(at + 1) : rest.slice(at + 1, end);
  rest = end < 0 ? '' : rest.slice(end);
  this.parseHost();
  let name = this.hostname ??= '';
  const isIPv6 = name[0] === '[' && name.endsWith(']');
  if (!isIPv6) {
    const bad = name.search(/[/\\#?:]/);
    if (bad >= 0) {
      rest = `/${name.slice(bad)}${rest}`;
      name = name.slice(0, bad);
    }
  }
  name = name.length > 255 ? '' : name.toLowerCase();
  if (name !== '') {
    if (isIPv6) {
      if (/[\0\t\n\r #%/<>?@\\^|]/.test(name))
        throw invalid(url);
    } else {
      name = internal.url.toASCII(name) ?? '';
      if (name === '' || /[\0\t\n\r #%/:<>?@[\\\]^|]/.test(name))
        throw invalid(url);
    }
  }
  this.host = name + (this.port ? `:${this.port}` : '');
  this.hostname = name;
  if (isIPv6) {
    this.hostname = name.slice(1, -1);
    if (rest[0] !== '/')
      rest = `/${rest}`;
  }
  return rest;
} });

Url.prototype.parseHost = function() {
  let host = this.host;
  const port = /:[0-9]*$/.exec(host)?.[0];
  if (port) {
    if (port !== ':')
      this.port = port.slice(1);
    host = host.slice(0, -port.length);
  }
  if (host)
    this.hostname = host;
};

// Bytes of UTF-8 as %XX but for unreserved characters and ':'.
const escapeAuth = (s) => require('querystring').escape(s).replace(/%3A/g, ':');

Url.prototype.format = function() {
  const auth = this.auth ? escapeAuth(this.auth) + '@' : '';
  let protocol = this.protocol || '', pathname = this.pathname || '', hash = this.hash || '', host = '', query = '';
  if (this.host)
    host = auth + this.host;
  else if (this.hostname)
    host = auth + (this.hostname.includes(':') && !/^\[.*\]$/.test(this.hostname) ? `[${this.hostname}]` :
      this.hostname) + (this.port ? ':' + this.port : '');
  if (this.query !== null && typeof this.query === 'object')
    query = require('querystring').stringify(this.query);
  let search = this.search || query && `?${query}` || '';
  if (protocol && !protocol.endsWith(':'))
    protocol += ':';
  pathname = pathname.replace(/[#?]/g, (c) => c === '#' ? '%23' : '%3F');
  if (this.slashes || isSlashed(protocol)) {
    if (this.slashes || host) {
      if (pathname && pathname[0] !== '/')
        pathname = `/${pathname}`;
      host = `//${host}`;
    } else if (protocol.startsWith('file')) {
      host = '//';
    }
  }
  search = search.replaceAll('#', '%23');
  if (hash && hash[0] !== '#')
    hash = `#${hash}`;
  if (search && search[0] !== '?')
    search = `?${search}`;
  return protocol + host + pathname + search + hash;
};

function urlFormat(urlObject, options) {
  if (typeof urlObject === 'string') {
    urlObject = urlParse(urlObject);
  } else if (typeof urlObject !== 'object' || urlObject === null) {
    throw new codes.ERR_INVALID_ARG_TYPE('urlObject', ['Object', 'string'], urlObject);
  } else if (isURL(urlObject)) {
    if (options && typeof options !== 'object')
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    const wants = (k, otherwise) => options?.[k] != null ? Boolean(options[k]) : otherwise;
    let host = urlObject.host;
    if (wants('unicode', false) && urlObject.hostname)
      host = domainToUnicode(urlObject.hostname) + (urlObject.port ? `:${urlObject.port}` : '');
    let auth = '';
    if (wants('auth', true) && (urlObject.username || urlObject.password))
      auth = urlObject.username + (urlObject.password ? `:${urlObject.password}` : '') + '@';
    const before = urlObject.href.startsWith(`${urlObject.protocol}//`) ? '//' : '';
    return urlObject.protocol + before + auth + host + urlObject.pathname +
      (wants('search', true) ? urlObject.search : '') + (wants('fragment', true) ? urlObject.hash : '');
  }
  return Url.prototype.format.call(urlObject);
}

function urlResolve(source, relative) {
  return urlParse(source, false, true).resolve(relative);
}

function urlResolveObject(source, relative) {
  return source ? urlParse(source, false, true).resolveObject(relative) : relative;
}

Url.prototype.resolve = function(relative) {
  return this.resolveObject(urlParse(relative, false, true)).format();
};

function finish(u) {
  if (u.pathname !== null || u.search !== null)
    u.path = (u.pathname || '') + (u.search || '');
  u.href = u.format();
  return u;
}

Url.prototype.resolveObject = function(relative) {
  if (typeof relative === 'string') {
    const parsed = new Url();
    parsed.parse(relative, false, true);
    relative = parsed;
  }
  const r = Object.assign(new Url(), this);
  r.hash = relative.hash; // whatever else there is
  if (relative.href === '') {
    r.href = r.format();
    return r;
  }
  if (relative.slashes && !relative.protocol) {
    for (const k of Object.keys(relative)) {
      if (k !== 'protocol')
        r[k] = relative[k];
    }
    if (isSlashed(r.protocol) && r.hostname && !r.pathname)
      r.path = r.pathname = '/';
    r.href = r.format();
    return r;
  }
  if (relative.protocol && relative.protocol !== r.protocol)
    return otherProtocol(r, relative);
  return relativePath(r, relative);
};

function otherProtocol(r, relative) {
  if (!isSlashed(relative.protocol)) {
    Object.assign(r, relative);
    r.href = r.format();
    return r;
  }
  r.protocol = relative.protocol;
  if (!relative.host && !/^file:?$/.test(relative.protocol) && !isHostless(relative.protocol)) {
    const parts = (relative.pathname || '').split('/');
    while (parts.length && !(relative.host = parts.shift()));
    relative.host ||= '';
    relative.hostname ||= '';
    if (parts[0] !== '')
      parts.unshift('');
    if (parts.length < 2)
      parts.unshift('');
    r.pathname = parts.join('/');
  } else {
    r.pathname = relative.pathname;
  }
  r.search = relative.search;
  r.query = relative.query;
  r.host = relative.host || '';
  r.auth = relative.auth;
  r.hostname = relative.hostname || relative.host;
  r.port = relative.port;
  if (r.pathname || r.search)
    r.path = (r.pathname || '') + (r.search || '');
  r.slashes ||= relative.slashes;
  r.href = r.format();
  return r;
}

// "user@host" that stands where only a host should.
function splitAuth(r) {
  const at = r.host && r.host.indexOf('@') > 0 && r.host.split('@');
  if (at) {
    r.auth = at.shift();
    r.host = r.hostname = at.shift();
  }
}

function relativePath(r, relative) {
  const isSourceAbsolute = r.pathname && r.pathname[0] === '/';
  const isRelativeAbsolute = relative.host || relative.pathname && relative.pathname[0] === '/';
  let mustEndAbsolute = isRelativeAbsolute || isSourceAbsolute || r.host && relative.pathname;
  const removeAllDots = mustEndAbsolute;
  let from = r.pathname ? r.pathname.split('/') : [];
  const to = relative.pathname ? relative.pathname.split('/') : [];
  const noLeadingSlashes = r.protocol && !isSlashed(r.protocol);
  if (noLeadingSlashes) { // "host" is the first part of the path there
    r.hostname = '';
    r.port = null;
    if (r.host) {
      if (from[0] === '') from[0] = r.host;
      else from.unshift(r.host);
    }
    r.host = '';
    if (relative.protocol) {
      relative.hostname = null;
      r.auth = null;
      relative.port = null;
      if (relative.host) {
        if (to[0] === '') to[0] = relative.host;
        else to.unshift(relative.host);
      }
      relative.host = null;
    }
    mustEndAbsolute &&= to[0] === '' || from[0] === '';
  }
  if (isRelativeAbsolute) {
    if (relative.host || relative.host === '') {
      if (r.host !== relative.host)
        r.auth = null;
      r.host = relative.host;
      r.port = relative.port;
    }
    if (relative.hostname || relative.hostname === '') {
      if (r.hostname !== relative.hostname)
        r.auth = null;
      r.hostname = relative.hostname;
    }
    r.search = relative.search;
    r.query = relative.query;
    from = to;
  } else if (to.length) {
    from.pop();
    from = from.concat(to);
    r.search = relative.search;
    r.query = relative.query;
  } else if (relative.search !== null && relative.search !== undefined) {
    if (noLeadingSlashes) {
      r.hostname = r.host = from.shift();
      splitAuth(r);
    }
    r.search = relative.search;
    r.query = relative.query;
    return finish(r);
  }
  if (!from.length) {
    r.pathname = null;
    r.path = r.search ? `/${r.search}` : null;
    r.href = r.format();
    return r;
  }

  const last = from[from.length - 1];
  const hasTrailingSlash = (r.host || relative.host || from.length > 1) && (last === '.' || last === '..') || last === '';
  const path = []; // from the end
  let up = 0;
  for (let i = from.length - 1; i >= 0; i--) {
    if (from[i] === '.') continue;
    if (from[i] === '..') up++;
    else if (up) up--;
    else path.unshift(from[i]);
  }
  if (!mustEndAbsolute && !removeAllDots) {
    while (up--)
      path.unshift('..');
  }
  if (mustEndAbsolute && path[0] !== '' && (!path[0] || path[0][0] !== '/'))
    path.unshift('');
  if (hasTrailingSlash && path.join('/').slice(-1) !== '/')
    path.push('');
  const isAbsolute = path[0] === '' || path[0] && path[0][0] === '/';
  if (noLeadingSlashes) {
    r.hostname = r.host = isAbsolute ? '' : path.length ? path.shift() : '';
    splitAuth(r);
  }
  mustEndAbsolute ||= r.host && path.length;
  if (mustEndAbsolute && !isAbsolute)
    path.unshift('');
  if (!path.length) {
    r.pathname = null;
    r.path = null;
  } else {
    r.pathname = path.join('/');
  }
  if (r.pathname !== null || r.search !== null)
    r.path = (r.pathname || '') + (r.search || '');
  r.auth = relative.auth || r.auth;
  r.slashes ||= relative.slashes;
  r.href = r.format();
  return r;
}

module.exports = {
  Url,
  parse: urlParse,
  resolve: urlResolve,
  resolveObject: urlResolveObject,
  format: urlFormat,
  URL,
  URLSearchParams,
  domainToASCII,
  domainToUnicode,
  pathToFileURL,
  fileURLToPath,
  urlToHttpOptions,
};
