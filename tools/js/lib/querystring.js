// Query strings as Node has had them before there was URLSearchParams.
const { codes } = require('internal/errors');

const hexValue = (c) => c >= 48 && c <= 57 ? c - 48 : c >= 65 && c <= 70 ? c - 55 : c >= 97 && c <= 102 ? c - 87 : -1;

// The bytes of a string with %XX decoded; what is beyond Latin-1 loses its upper byte.
function unescapeBuffer(s, decodeSpaces) {
  const { Buffer } = require('buffer');
  const out = Buffer.allocUnsafe(s.length);
  let n = 0;
  for (let i = 0; i < s.length; i++) {
    let c = s.charCodeAt(i);
    if (c === 43 && decodeSpaces) {
      c = 32;
    } else if (c === 37) {
      const high = hexValue(s.charCodeAt(i + 1)), low = hexValue(s.charCodeAt(i + 2));
      if (high >= 0 && low >= 0) {
        c = high * 16 + low;
        i += 2;
      }
    }
    out[n++] = c;
  }
  return n === s.length ? out : out.slice(0, n);
}

function unescape(s, decodeSpaces) {
  try {
    return decodeURIComponent(s);
  } catch {
    return module.exports.unescapeBuffer(s, decodeSpaces).toString();
  }
}

function escape(s) {
  if (typeof s !== 'string')
    s = typeof s === 'object' ? String(s) : s + '';
  if (/^[A-Za-z0-9\-_.!~*'()]*$/.test(s))
    return s;
  if (!s.isWellFormed())
    s = s.replace(/[\uD800-\uDFFF]([^]?)/g, joinSurrogates);
  return encodeURIComponent(s);
}

// Any surrogate is half of a pair here, whatever unit follows it; at the end there is none.
function joinSurrogates(pair, next) {
  if (next === '')
    throw new codes.ERR_INVALID_URI();
  return String.fromCodePoint(0x10000 + ((pair.charCodeAt(0) & 0x3FF) << 10 | next.charCodeAt(0) & 0x3FF));
}

function primitive(v) {
  if (typeof v === 'string') return v;
  if (typeof v === 'number' && Number.isFinite(v)) return `${v}`;
  if (typeof v === 'bigint') return `${v}`;
  return typeof v === 'boolean' ? (v ? 'true' : 'false') : '';
}

function stringify(obj, sep, eq, options) {
  sep ||= '&';
  eq ||= '=';
  if (obj === null || typeof obj !== 'object')
    return '';
  let encode = module.exports.escape;
  if (options && typeof options.encodeURIComponent === 'function')
    encode = options.encodeURIComponent;
  // Numbers and booleans have nothing to escape, but a custom function sees them too.
  const encoded = (v) => {
    if (encode !== escape)
      return encode(primitive(v));
    if (typeof v === 'string')
      return v.length ? encode(v) : '';
    if (typeof v === 'number' && Number.isFinite(v))
      return Math.abs(v) < 1e21 ? `${v}` : encode(`${v}`);
    return primitive(v);
  };
  const fields = [];
  for (const key of Object.keys(obj)) {
    const name = encoded(key) + eq, v = obj[key];
    if (Array.isArray(v))
      fields.push(...v.map((x) => name + encoded(x)));
    else
      fields.push(name + encoded(v));
  }
  return fields.join(sep);
}

function parse(qs, sep, eq, options) {
  const obj = { __proto__: null };
  if (typeof qs !== 'string' || qs.length === 0)
    return obj;
  sep = sep ? `${sep}` : '&';
  eq = eq ? `${eq}` : '=';
  const most = options && typeof options.maxKeys === 'number' ? options.maxKeys : 1000;
  let decode = module.exports.unescape;
  if (options && typeof options.decodeURIComponent === 'function')
    decode = options.decodeURIComponent;
  const custom = decode !== unescape;
  const decoded = (s) => {
    s = s.replaceAll('+', custom ? '%20' : ' ');
    if (!custom && !/%[0-9a-f]{2}/i.test(s))
      return s;
    try {
      return decode(s);
    } catch {
      return module.exports.unescape(s, true);
    }
  };
  let pairs = most > 0 ? 0 : -Infinity;
  for (const part of qs.split(sep)) {
    if (pairs++ === most)
      break;
    if (part === '')
      continue; // but counted
    const at = part.indexOf(eq);
    const k = decoded(at < 0 ? part : part.slice(0, at)), v = at < 0 ? '' : decoded(part.slice(at + eq.length));
    if (!(k in obj))
      obj[k] = v;
    else if (Array.isArray(obj[k]))
      obj[k].push(v);
    else
      obj[k] = [obj[k], v];
  }
  return obj;
}

module.exports = { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse };
