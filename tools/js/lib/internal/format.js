// util.format
const { proxyDetails } = internal.inspect;
const { inspect, defaults } = require('internal/inspect');
const { numberText, bigintText } = require('internal/inspect_text');
const { builtIns } = require('internal/inspect_names');

const { hasOwn, getPrototypeOf, getOwnPropertyDescriptor } = Object;

// Does its toString come from the language, so that inspect says more?
function hasBuiltInToString(v) {
  for (let p = proxyDetails(v); p; p = proxyDetails(v)) {
    v = p[0];
    if (v === null)
      return true;
  }
  const names = [];
  for (const k of ['toString', Symbol.toPrimitive]) {
    if (typeof v[k] !== 'function')
      continue;
    if (hasOwn(v, k))
      return false;
    names.push(k);
  }
  if (names.length === 0)
    return true;
  let o = v;
  do
    o = getPrototypeOf(o);
  while (!names.some((k) => hasOwn(o, k)));
  const d = getOwnPropertyDescriptor(o, 'constructor');
  return d !== undefined && typeof d.value === 'function' && builtIns.has(d.value.name);
}

function toJSON(v) {
  try {
    return JSON.stringify(v);
  } catch (e) {
    if (e.name === 'TypeError' && /circular/.test(e.message))
      return '[Circular]';
    throw e;
  }
}

function formatAs(c, v, options) {
  const separator = options?.numericSeparator ?? defaults.numericSeparator;
  switch (c) {
    case 's':
      if (typeof v === 'number')
        return numberText(v, separator);
      if (typeof v === 'bigint')
        return bigintText(v, separator);
      if (typeof v !== 'object' || v === null || !hasBuiltInToString(v))
        return String(v);
      return inspect(v, { ...options, compact: 3, colors: false, depth: 0 });
    case 'j':
      return toJSON(v);
    case 'd':
    case 'i':
    case 'f':
      if (typeof v === 'bigint' && c !== 'f')
        return bigintText(v, separator);
      return typeof v === 'symbol' ? 'NaN' :
        numberText(c === 'd' ? Number(v) : c === 'i' ? parseInt(v) : parseFloat(v), separator);
    case 'O':
      return inspect(v, options);
    case 'o':
      return inspect(v, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 'c':
      return '';
  }
  return undefined;
}

function formatArgs(options, args) {
  const first = args[0];
  if (typeof first === 'string' && args.length === 1)
    return first;
  let i = 0, r = '', gap = '';
  if (typeof first === 'string' && first.includes('%')) {
    let next = 1, from = 0, at = -1;
    while ((at = first.indexOf('%', at + 1)) !== -1 && at < first.length - 1) {
      const c = first[++at];
      if (c === '%') {
        r += first.slice(from, at);
      } else {
        if (next === args.length || !'sjdifOoc'.includes(c))
          continue;
        r += first.slice(from, at - 1) + formatAs(c, args[next++], options);
      }
      from = at + 1;
    }
    if (from !== 0) {
      r += first.slice(from);
      i = next;
      gap = ' ';
    }
  }
  for (; i < args.length; i++) {
    r += gap + (typeof args[i] === 'string' ? args[i] : inspect(args[i], options));
    gap = ' ';
  }
  return r;
}

module.exports = { formatArgs, format: (...args) => formatArgs(undefined, args) };
