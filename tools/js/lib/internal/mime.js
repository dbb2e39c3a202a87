// util.MIMEType and util.MIMEParams
const { codes } = require('internal/errors');

const notToken = /[^!#$%&'*+\-.^_`|~A-Za-z0-9]/;
const notQuoted = /[^\t\u0020-~\u0080-\u00ff]/;
const trimEnd = (s) => s.replace(/[\r\n\t ]*$/, '');
const lower = (s) => s.replace(/[A-Z]/g, (c) => c.toLowerCase());

function token(production, s, whole = s) {
  const at = s.search(notToken);
  if (s === '' || at !== -1)
    throw new codes.ERR_INVALID_MIME_SYNTAX(production, whole, at);
  return lower(s);
}

// The value after `name=` at index i: [value or null, index after it].
function parseValue(s, i) {
  if (s[i] !== '"') {
    const end = s.indexOf(';', i);
    const raw = end === -1 ? s.slice(i) : s.slice(i, end);
    return [trimEnd(raw) || null, i + raw.length];
  }
  let value = '';
  for (i++; i < s.length && s[i] !== '"'; i++)
    value += s[i] === '\\' && i + 1 < s.length ? s[++i] : s[i];
  return [value, s.indexOf(';', i) === -1 ? s.length : s.indexOf(';', i)];
}

class MIMEParams {
  #data = new Map();
  // Those of a type, in the text after its first semicolon; what is malformed is left out.
  static of(s) {
    const r = new MIMEParams();
    s = trimEnd(s);
    for (let i = 0; i < s.length; i++) {
      while (i < s.length && '\r\n\t '.includes(s[i]))
        i++;
      const start = i;
      while (i < s.length && s[i] !== ';' && s[i] !== '=')
        i++;
      const name = lower(s.slice(start, i));
      if (s[i] !== '=' || i + 1 >= s.length)
        continue;
      let value;
      [value, i] = parseValue(s, i + 1);
      const isValid = value !== null && name !== '' && !notToken.test(name) && !notQuoted.test(value);
      if (isValid && !r.#data.has(name))
        r.#data.set(name, value);
    }
    return r;
  }
  delete(name) {
    this.#data.delete(name);
  }
  get(name) {
    return this.#data.get(name) ?? null;
  }
  has(name) {
    return this.#data.has(name);
  }
  set(name, value) {
    name = `${name}`;
    value = `${value}`;
    const at = name.search(notToken), valueAt = value.search(notQuoted);
    if (name === '' || at !== -1)
      throw new codes.ERR_INVALID_MIME_SYNTAX('parameter name', name, at);
    if (valueAt !== -1)
      throw new codes.ERR_INVALID_MIME_SYNTAX('parameter value', value, valueAt);
    this.#data.set(name, value);
  }
  *entries() {
    yield* this.#data.entries();
  }
  *keys() {
    yield* this.#data.keys();
  }
  *values() {
    yield* this.#data.values();
  }
  toString() {
    return [...this.#data].map(([k, v]) =>
      `${k}=${v === '' || notToken.test(v) ? `"${v.replace(/["\\]/g, '\\$&')}"` : v}`).join(';');
  }
}
const { of: parseParams } = MIMEParams;
delete MIMEParams.of;
for (const [key, from, isHidden] of [[Symbol.iterator, 'entries', true], ['toJSON', 'toString', true]])
  Object.defineProperty(MIMEParams.prototype, key, { value: MIMEParams.prototype[from], configurable: true,
    writable: true, enumerable: !isHidden });

class MIMEType {
  #type;
  #subtype;
  #params;
  constructor(text) {
    text = `${text}`;
    const s = text.replace(/^[\r\n\t ]*/, '');
    const slash = s.indexOf('/');
    const type = slash === -1 ? s : s.slice(0, slash);
    if (slash === -1)
      throw new codes.ERR_INVALID_MIME_SYNTAX('type', text, type.search(notToken));
    this.#type = token('type', type, text);
    const end = s.indexOf(';', slash);
    this.#subtype = token('subtype', trimEnd(s.slice(slash + 1, end === -1 ? undefined : end)), text);
    this.#params = parseParams(end === -1 ? '' : s.slice(end + 1));
  }
  get type() {
    return this.#type;
  }
  set type(v) {
    this.#type = token('type', `${v}`);
  }
  get subtype() {
    return this.#subtype;
  }
  set subtype(v) {
    this.#subtype = token('subtype', `${v}`);
  }
  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }
  get params() {
    return this.#params;
  }
  toString() {
    const s = this.#params.toString();
    return s ? `${this.essence};${s}` : this.essence;
  }
}
Object.defineProperty(MIMEType.prototype, 'toJSON', { value: MIMEType.prototype.toString, configurable: true,
  writable: true });

module.exports = { MIMEType, MIMEParams };
