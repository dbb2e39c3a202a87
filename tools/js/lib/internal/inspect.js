// util.inspect and util.format: values as text, the way Node 20 writes them.
const { core } = internal;
const { classOf, promiseState } = core;
const { previewEntries, proxyDetails, dense } = internal.inspect;
const { stackOf, isStackOverflowError } = require('internal/errors');

const custom = Symbol.for('nodejs.util.inspect.custom');
const tagSymbol = Symbol.toStringTag;
const { hasOwn, getPrototypeOf, getOwnPropertyDescriptor } = Object;
const isEnumerable = Object.prototype.propertyIsEnumerable;
const functionToString = Function.prototype.toString;

const defaults = {
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
};
Object.seal(defaults);

// The classes of the language: what is theirs is nobody's own toString, and no class of the user's.
const builtIns = new Set(Object.getOwnPropertyNames(globalThis).filter((k) => /^[A-Z][a-zA-Z0-9]+$/.test(k)));

/* ---- text ---- */

const escapes = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 39: '\\\'', 92: '\\\\' };
const toEscape = /[\x00-\x1f\\\x7f-\x9f]/;
const toEscapeAll = /[\x00-\x1f'\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escapeOne(c) {
  const n = c.charCodeAt(0);
  return escapes[n] ?? (n < 256 ? `\\x${n.toString(16).toUpperCase().padStart(2, '0')}` :
    `\\u${n.toString(16)}`);
}

// In the quotes that need no escape: ' or " or `.
function quote(s) {
  let q = '\'';
  if (s.includes('\'')) {
    if (!s.includes('"'))
      q = '"';
    else if (!s.includes('`') && !s.includes('${'))
      q = '`';
    else
      return `'${s.replace(toEscapeAll, escapeOne)}'`;
  }
  if (toEscape.test(s) || !s.isWellFormed())
    s = s.replace(toEscapeAll, (c) => c === '\'' ? c : escapeOne(c));
  return q + s + q;
}

// Not one expression with everything in it: the parts differ in what may end them.
const ansi = new RegExp('[\\u001b\\u009b][[\\]()#;?]*(?:' +
  '(?:(?:(?:;[-a-zA-Z\\d/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d/#&.:=?%@~_]*)*)?(?:\\u0007|\\u001b\\\\|\\u009c))' +
  '|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))', 'g');

const strip = (s) => s.includes('\x1b') || s.includes('\x9b') ? s.replace(ansi, '') : s;

// Ranges of code points, in order: [first, last] of what takes no column, and of what takes two.
const zero = [0, 0x1f, 0x7f, 0x9f, 0x300, 0x36f, 0x200b, 0x200f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f,
  0x1f3fb, 0x1f3ff, 0xe0100, 0xe01ef];
const wide = [0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3,
  0x25fd, 0x25fe, 0x2614, 0x2615, 0x2648, 0x2653, 0x267f, 0x267f, 0x2693, 0x2693, 0x26a1, 0x26a1, 0x26aa, 0x26ab,
  0x26bd, 0x26be, 0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea, 0x26ea, 0x26f2, 0x26f3, 0x26f5, 0x26f5,
  0x26fa, 0x26fa, 0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c, 0x274e, 0x274e,
  0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27b0, 0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50,
  0x2b55, 0x2b55, 0x2e80, 0x303e, 0x3040, 0x3247, 0x3250, 0x4dbf, 0x4e00, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x1b000, 0x1b2ff,
  0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf, 0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f320, 0x1f32d, 0x1f335,
  0x1f337, 0x1f37c, 0x1f37e, 0x1f393, 0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0, 0x1f3f0, 0x1f3f4, 0x1f3f4,
  0x1f3f8, 0x1f43e, 0x1f440, 0x1f440, 0x1f442, 0x1f4fc, 0x1f4ff, 0x1f53d, 0x1f54b, 0x1f54e, 0x1f550, 0x1f567,
  0x1f57a, 0x1f57a, 0x1f595, 0x1f596, 0x1f5a4, 0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680, 0x1f6c5, 0x1f6cc, 0x1f6cc,
  0x1f6d0, 0x1f6d2, 0x1f6d5, 0x1f6d7, 0x1f6dc, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0, 0x1f7eb,
  0x1f7f0, 0x1f7f0, 0x1f90c, 0x1f93a, 0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd];

function isIn(ranges, c) {
  let a = 0, b = ranges.length / 2 - 1;
  while (a <= b) {
    const m = a + b >> 1;
    if (c < ranges[2 * m])
      b = m - 1;
    else if (c > ranges[2 * m + 1])
      a = m + 1;
    else
      return true;
  }
  return false;
}

// The columns a text takes on a terminal.
function stringWidth(s, hasColors = true) {
  if (hasColors)
    s = strip(s);
  if (/^[\x20-\x7e]*$/.test(s))
    return s.length;
  let n = 0;
  for (const ch of s.normalize('NFC')) {
    const c = ch.codePointAt(0);
    if (isIn(wide, c))
      n += 2;
    else if (!isIn(zero, c))
      n++;
  }
  return n;
}

/* ---- primitives ---- */

const separate = (digits) => digits.replace(/\d(?=(\d{3})+$)/g, '$&_');

function numberText(v, separator) {
  if (!separator)
    return Object.is(v, -0) ? '-0' : String(v);
  const s = String(v);
  if (!Number.isFinite(v) || s.includes('e'))
    return s;
  const [whole, fraction] = s.split('.');
  return separate(whole) + (fraction === undefined ? '' : `.${fraction.replace(/\d{3}(?=\d)/g, '$&_')}`);
}

const bigintText = (v, separator) => `${separator ? separate(String(v)) : v}n`;

function formatPrimitive(cx, v, stylize = cx.stylize) {
  switch (typeof v) {
    case 'string': {
      let rest = '';
      if (v.length > cx.maxStringLength) {
        const n = v.length - cx.maxStringLength;
        v = v.slice(0, cx.maxStringLength);
        rest = `... ${n} more character${n > 1 ? 's' : ''}`;
      }
      if (cx.compact !== true && v.length > 16 && v.length > cx.breakLength - cx.indentationLvl - 4) {
        const lines = v.match(/[^\n]*\n|[^\n]+$/g);
        return lines.map((line) => stylize(quote(line), 'string')).join(` +\n${blanks(cx, 2)}`) + rest;
      }
      return stylize(quote(v), 'string') + rest;
    }
    case 'number':
      return stylize(numberText(v, cx.numericSeparator), 'number');
    case 'bigint':
      return stylize(bigintText(v, cx.numericSeparator), 'bigint');
    case 'symbol':
      return stylize(v.toString(), 'symbol');
    default: // boolean, undefined
      return stylize(String(v), typeof v);
  }
}

/* ---- names ---- */

const isA = (v, C) => {
  try {
    return v instanceof C;
  } catch {
    return false;
  }
};

// The name of the nearest class that made it; null: it has no prototype.
function constructorName(cx, v, level, inherited) {
  let first;
  for (let o = v; o !== null;) {
    const d = o === Object.prototype && o !== v ? { value: Object } : getOwnPropertyDescriptor(o, 'constructor');
    if (d && typeof d.value === 'function' && d.value.name !== '' && isA(v, d.value)) {
      if (inherited && (first !== o || !builtIns.has(d.value.name)))
        addInherited(cx, v, first || v, level, inherited);
      return String(d.value.name);
    }
    o = getPrototypeOf(o);
    if (first === undefined)
      first = o;
  }
  if (first === null)
    return null;
  const name = className(v);
  if (isTooDeep(cx, level))
    return `${name} <Complex prototype>`;
  return `${name} <${constructorName(cx, first, level + 1, inherited) ??
    inspect(first, { ...cx, customInspect: false, depth: -1 })}>`;
}

// showHidden: what it has from prototypes that are not the language's own.
function addInherited(cx, main, o, level, output) {
  const seen = new Set();
  for (let depth = 0; depth < 3; depth++) {
    if (depth !== 0 || main === o) {
      o = getPrototypeOf(o);
      if (o === null)
        return;
      const d = getOwnPropertyDescriptor(o, 'constructor');
      if (d && typeof d.value === 'function' && builtIns.has(d.value.name))
        return;
    }
    cx.seen.push(main);
    for (const key of Reflect.ownKeys(o)) {
      if (key === 'constructor' || hasOwn(main, key) || seen.has(key))
        continue;
      seen.add(key);
      const d = getOwnPropertyDescriptor(o, key);
      if (typeof d.value === 'function')
        continue;
      const s = formatProperty(cx, o, level, key, false, d, main);
      output.push(cx.colors ? `\x1b[2m${s}\x1b[22m` : s);
    }
    cx.seen.pop();
  }
}

function className(v) {
  const c = classOf(v);
  return typeof v === 'function' ? 'Function' : /^(Generator|.* Iterator|Arguments|Async.*|Module|)$/.test(c) ?
    'Object' : c;
}

function prefixOf(name, tag, fallback, size = '') {
  const s = name === null ? `[${fallback}${size}: null prototype] ` : `${name}${size} `;
  return tag !== '' && (name ?? fallback) !== tag ? `${s}[${tag}] ` : s;
}

function plainPrefix(v, name, tag) {
  let fallback = '';
  if (name === null) {
    fallback = className(v);
    if (fallback === tag)
      fallback = 'Object';
  }
  return prefixOf(name, tag, fallback);
}

/* ---- values ---- */

const isTooDeep = (cx, level) => cx.depth !== null && level > cx.depth;
const blanks = (cx, more = 0) => ' '.repeat(cx.indentationLvl + more);
const more = (n, what = 'item') => `... ${n} more ${what}${n > 1 ? 's' : ''}`;

// One level deeper to the right.
function indented(cx, n, f) {
  cx.indentationLvl += n;
  const r = f();
  cx.indentationLvl -= n;
  return r;
}

function optionsFor(cx, isForeign) {
  const r = { stylize: cx.stylize };
  for (const k in defaults)
    r[k] = cx[k];
  Object.assign(r, cx.userOptions);
  if (isForeign) {
    Object.setPrototypeOf(r, null);
    for (const k of Object.keys(r)) {
      if (r[k] !== null && /^[of]/.test(typeof r[k]))
        delete r[k];
    }
    r.stylize = (s, style) => String(cx.stylize(s, style));
  }
  return r;
}

function formatValue(cx, v, level, isTyped) {
  if (v === null)
    return cx.stylize('null', 'null');
  if (typeof v !== 'object' && typeof v !== 'function')
    return formatPrimitive(cx, v);

  const original = v;
  let proxy = proxyDetails(v);
  if (proxy) {
    if (cx.showProxy && proxy[0] !== null)
      return formatProxy(cx, proxy, level);
    for (let p = proxy; p; p = proxyDetails(v)) {
      v = p[0];
      if (v === null)
        return cx.stylize('<Revoked Proxy>', 'special');
    }
  }
  if (cx.customInspect) {
    const f = v[custom];
    if (typeof f === 'function' && f !== inspect && !(v.constructor && v.constructor.prototype === v)) {
      const r = f.call(original, cx.depth === null ? null : cx.depth - level,
        optionsFor(cx, proxy !== undefined || !(original instanceof Object)), inspect);
      if (r !== original)
        return typeof r === 'string' ? r.replaceAll('\n', `\n${blanks(cx)}`) : formatValue(cx, r, level);
    }
  }
  if (cx.seen.includes(v)) {
    cx.circular ??= new Map();
    let n = cx.circular.get(v);
    if (n === undefined)
      cx.circular.set(v, n = cx.circular.size + 1);
    return cx.stylize(`[Circular *${n}]`, 'special');
  }
  return formatObject(cx, v, level, isTyped);
}

function formatProxy(cx, proxy, level) {
  if (isTooDeep(cx, level))
    return cx.stylize('Proxy [Array]', 'special');
  level++;
  const parts = indented(cx, 2, () => [formatValue(cx, proxy[0], level), formatValue(cx, proxy[1], level)]);
  return layOut(cx, parts, '', 'Proxy [', ']', true, level);
}

function keysOf(v, showHidden) {
  const symbols = Object.getOwnPropertySymbols(v);
  let keys;
  if (showHidden) {
    keys = Object.getOwnPropertyNames(v);
  } else {
    try {
      keys = Object.keys(v);
    } catch { // a module that is not ready
      keys = Object.getOwnPropertyNames(v);
    }
  }
  for (const s of symbols) {
    if (showHidden || isEnumerable.call(v, s))
      keys.push(s);
  }
  return keys;
}

// The keys of an array that are no index.
function extraKeys(v, length, showHidden) {
  let keys = showHidden ? Object.getOwnPropertyNames(v) : Object.keys(v);
  let n = Math.min(length, keys.length);
  while (n > 0 && !isIndex(keys[n - 1]))
    n--;
  keys = keys.slice(n);
  for (const s of Object.getOwnPropertySymbols(v)) {
    if (showHidden || isEnumerable.call(v, s))
      keys.push(s);
  }
  return keys;
}

const isIndex = (key) => /^(0|[1-9]\d*)$/.test(key) && +key < 2 ** 32 - 1;

// What there is to say of a value: `base` text before the braces, what opens and closes, `list`: entries to
// put before the properties; `isArray`: they may stand in columns. A string: that is all.
function formatObject(cx, v, level, isTyped) {
  const inherited = cx.showHidden && !isTooDeep(cx, level) ? [] : undefined;
  const name = constructorName(cx, v, level, inherited);
  let tag = v[tagSymbol];
  if (typeof tag !== 'string' || tag !== '' && (cx.showHidden ? hasOwn(v, tagSymbol) : isEnumerable.call(v, tagSymbol)))
    tag = '';
  const hasNone = !inherited || inherited.length === 0;
  const it = { name, tag, level, hasNone, base: '', open: '{', close: '}', list: undefined, isArray: false,
    keys: undefined, isTyped };
  const done = describe(cx, v, it);
  if (done !== undefined)
    return done;
  if (isTooDeep(cx, level)) {
    const s = plainPrefix(v, name, tag).slice(0, -1);
    return cx.stylize(name === null ? s : `[${s}]`, 'special');
  }
  level++;
  cx.seen.push(v);
  cx.currentDepth = level;
  const { keys, isArray } = it;
  const indentation = cx.indentationLvl;
  let output;
  try {
    output = it.list ? it.list(cx, v, level, it) : [];
    for (let i = 0; i < keys.length; i++)
      output.push(formatProperty(cx, v, level, keys[i], false));
    if (!hasNone)
      output.push(...inherited);
  } catch (e) {
    if (!isStackOverflowError(e))
      throw e;
    cx.seen.pop();
    cx.indentationLvl = indentation;
    return cx.stylize(`[${plainPrefix(v, name, tag).slice(0, -1)}: Inspection interrupted prematurely. ` +
      'Maximum call stack size exceeded.]', 'special');
  }
  let { base, open } = it;
  const ref = cx.circular && cx.circular.get(v);
  if (ref !== undefined) {
    const s = cx.stylize(`<ref *${ref}>`, 'special');
    if (cx.compact === true)
      open = `${s} ${open}`;
    else
      base = base === '' ? s : `${s} ${base}`;
  }
  cx.seen.pop();
  if (cx.sorted) {
    const order = cx.sorted === true ? undefined : cx.sorted;
    if (!isArray)
      output.sort(order);
    else if (keys.length > 1)
      output.push(...output.splice(output.length - keys.length).sort(order));
  }
  const r = layOut(cx, output, base, open, it.close, isArray, level, v);
  // Beyond this much text only the outermost is told.
  const n = (cx.budget[cx.indentationLvl] || 0) + r.length;
  cx.budget[cx.indentationLvl] = n;
  if (n > 2 ** 27)
    cx.depth = -1;
  return r;
}

function describe(cx, v, it) {
  const { name, tag, hasNone } = it;
  const cls = classOf(v);
  if (Symbol.iterator in v || name === null) {
    switch (cls) {
      case 'Array': {
        const prefix = name !== 'Array' || tag !== '' ? prefixOf(name, tag, 'Array', `(${v.length})`) : '';
        it.keys = extraKeys(v, v.length, cx.showHidden);
        it.open = `${prefix}[`;
        it.close = ']';
        it.isArray = true;
        it.list = listArray;
        return v.length === 0 && it.keys.length === 0 && hasNone ? `${it.open}]` : undefined;
      }
      case 'Set':
      case 'Map': {
        const size = sizes[cls].call(v);
        const prefix = prefixOf(name, tag, cls, `(${size})`);
        it.keys = keysOf(v, cx.showHidden);
        it.open = `${prefix}{`;
        it.list = cls === 'Set' ? listSet : listMap;
        return size === 0 && it.keys.length === 0 && hasNone ? `${prefix}{}` : undefined;
      }
      case 'Map Iterator':
      case 'Set Iterator':
        it.keys = keysOf(v, cx.showHidden);
        it.open = `[${tag === cls || tag === '' ? cls : `${tag}] [${cls}`}] {`;
        it.list = listIterator;
        return;
    }
    if (typedTag.call(v) !== undefined) {
      const size = typedLength.call(v);
      it.keys = extraKeys(v, size, cx.showHidden);
      it.open = `${prefixOf(name, tag, name === null ? cls : '', `(${size})`)}[`;
      it.close = ']';
      it.isArray = true;
      it.list = listTyped;
      return size === 0 && it.keys.length === 0 && !cx.showHidden ? `${it.open}]` : undefined;
    }
  }
  const keys = it.keys = keysOf(v, cx.showHidden);
  const isBare = keys.length === 0 && hasNone;
  if (typeof v === 'function') {
    it.base = functionBase(v, cls, name, tag);
    if (cx.showHidden && isSloppy(v) && !hasOwn(v, 'caller'))
      keys.splice(keys.indexOf('name') + 1, 0, 'arguments', 'caller');
    return isBare ? cx.stylize(it.base, 'special') : undefined;
  }
  if (cls === 'Arguments' && name === 'Object') {
    it.open = '[Arguments] {';
    return isBare ? '[Arguments] {}' : undefined;
  }
  if (name === 'Object' && cls !== 'Error') {
    if (tag !== '')
      it.open = `${prefixOf(name, tag, 'Object')}{`;
    return isBare ? `${it.open}}` : undefined;
  }
  switch (cls) {
    case 'RegExp':
    case 'Date': {
      const isDate = cls === 'Date';
      const text = !isDate ? regexpToString.call(name === null ? new RegExp(v) : v) :
        isNaN(Date.prototype.getTime.call(v)) ? 'Invalid Date' : Date.prototype.toISOString.call(v);
      const prefix = prefixOf(name, tag, cls);
      it.base = prefix === `${cls} ` ? text : prefix + text;
      return isBare || !isDate && isTooDeep(cx, it.level) ? cx.stylize(it.base, cls.toLowerCase()) : undefined;
    }
    case 'ArrayBuffer':
    case 'SharedArrayBuffer': {
      const prefix = prefixOf(name, tag, cls);
      if (!it.isTyped)
        it.list = listBytes;
      else if (isBare)
        return `${prefix}{ byteLength: ${cx.stylize(String(v.byteLength), 'number')} }`;
      it.open = `${prefix}{`;
      keys.unshift('byteLength');
      return;
    }
    case 'DataView':
      it.open = `${prefixOf(name, tag, cls)}{`;
      keys.unshift('byteLength', 'byteOffset', 'buffer');
      return;
    case 'Promise':
    case 'WeakSet':
    case 'WeakMap':
      it.open = `${prefixOf(name, tag, cls)}{`;
      it.list = cls === 'Promise' ? listPromise : () => [cx.stylize('<items unknown>', 'special')];
      return;
    case 'Module':
      it.open = `${prefixOf(name, tag, cls)}{`;
      it.list = listModule;
      return;
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
    case 'Symbol':
      it.base = boxedBase(cx, v, cls, it);
      return keys.length === 0 && hasNone ? it.base : undefined;
  }
  if (cls === 'Error' || core.isError(v) || v instanceof Error) {
    it.base = formatError(cx, v, name, tag, keys);
    return keys.length === 0 && hasNone ? it.base : undefined;
  }
  const prefix = plainPrefix(v, name, tag);
  it.open = `${prefix}{`;
  return isBare ? `${prefix}{}` : undefined;
}

const getterOf = (o, key) => getOwnPropertyDescriptor(o, key).get;
const sizes = { Set: getterOf(Set.prototype, 'size'), Map: getterOf(Map.prototype, 'size') };
const typedProto = getPrototypeOf(Uint8Array.prototype);
const typedTag = getterOf(typedProto, tagSymbol);
const typedLength = getterOf(typedProto, 'length');
const getCaller = getterOf(Function.prototype, 'caller');
const regexpToString = RegExp.prototype.toString;
const setValues = Set.prototype.values;
const mapEntries = Map.prototype.entries;

function boxedBase(cx, v, cls, it) {
  const { name, tag, keys } = it;
  if (cls === 'String')
    keys.splice(0, v.length);
  const inner = globalThis[cls].prototype.valueOf.call(v);
  let s = `[${cls}`;
  if (cls !== name)
    s += name === null ? ' (null prototype)' : ` (${name})`;
  s += `: ${formatPrimitive(cx, inner, plain)}]`;
  if (tag !== '' && tag !== name)
    s += ` [${tag}]`;
  return keys.length !== 0 ? s : cx.stylize(s, cls.toLowerCase());
}

function isClass(f) {
  const s = functionToString.call(f);
  if (s.startsWith('class') && s.endsWith('}'))
    return /^class[\s{/]/.test(s);
  if (!s.includes('[native code]') || builtIns.has(f.name))
    return false;
  const d = getOwnPropertyDescriptor(f, 'prototype'); // a class of this library has lost its source
  return d !== undefined && d.writable === false;
}

// V8's functions that are not strict have two more properties.
function isSloppy(f) {
  try {
    getCaller.call(f);
    return true;
  } catch {
    return false;
  }
}

function functionBase(f, cls, name, tag) {
  const end = tag !== '' && name !== tag ? ` [${tag}]` : '';
  if (isClass(f)) {
    let s = `class ${hasOwn(f, 'name') && f.name || '(anonymous)'}`;
    if (name !== 'Function' && name !== null)
      s += ` [${name}]`;
    s += end;
    if (name === null)
      s += ' extends [null prototype]';
    else if (getPrototypeOf(f).name)
      s += ` extends ${getPrototypeOf(f).name}`;
    return `[${s}]`;
  }
  const type = /^(Async)?(Generator)?Function$/.test(cls) ? cls : 'Function';
  let s = `[${type}`;
  if (name === null)
    s += ' (null prototype)';
  s += f.name === '' ? ' (anonymous)]' : `: ${f.name}]`;
  if (name !== type && name !== null)
    s += ` ${name}`;
  return s + end;
}

/* ---- errors ---- */

// What lines a stack has in common with its cause's: [where, how many].
function commonLines(a, b) {
  for (let i = 0; i < a.length - 3; i++) {
    const at = b.indexOf(a[i]);
    if (at === -1)
      continue;
    let n = 1;
    while (i + n < a.length && at + n < b.length && a[i + n] === b[at + n])
      n++;
    if (n > 3)
      return [i, n];
  }
  return [0, 0];
}

function stackLines(cx, e, text) {
  const lines = text.split('\n');
  let cause;
  try {
    cause = e.cause;
  } catch { // of a getter
  }
  if (cause != null && isError(cause)) {
    const s = stackOf(cause), at = s.indexOf('\n    at');
    if (at !== -1) {
      const [where, n] = commonLines(lines, s.slice(at + 1).split('\n'));
      if (n > 0)
        lines.splice(where + 1, n - 2, cx.stylize(`    ... ${n - 2} lines matching cause stack trace ...`, 'undefined'));
    }
  }
  return lines;
}

const isError = (e) => core.isError(e) || isA(e, Error);

// The class's name in front where the stack names only what it extends.
function improveStack(stack, constructor, name, tag) {
  let n = name.length;
  if (constructor !== null && !(name.endsWith('Error') && stack.startsWith(name) &&
      (stack.length === n || stack[n] === ':' || stack[n] === '\n')))
    return stack;
  let fallback = 'Error';
  if (constructor === null) {
    const m = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)/.exec(stack) || /^([a-z_A-Z0-9-]*Error)$/.exec(stack);
    fallback = m ? m[1] : '';
    n = fallback.length;
    fallback ||= 'Error';
  }
  const prefix = prefixOf(constructor, tag, fallback).slice(0, -1);
  if (name === prefix)
    return stack;
  if (!prefix.includes(name))
    return `${prefix} [${name}]${stack.slice(n)}`;
  return n === 0 ? `${prefix}: ${stack}` : prefix + stack.slice(n);
}

function formatError(cx, e, constructor, tag, keys) {
  const name = e.name != null ? String(e.name) : 'Error';
  let stack = stackOf(e);
  if (cx.showHidden) {
    if (!keys.includes('stack') && core.isError(e))
      keys.unshift('stack');
  } else {
    for (const k of ['name', 'message', 'stack']) {
      const i = keys.indexOf(k);
      // The engine puts a stack that was assigned into an enumerable property, as V8 does not.
      if (i !== -1 && (k === 'stack' || stack.includes(e[k])))
        keys.splice(i, 1);
    }
  }
  if ('cause' in e && !keys.includes('cause'))
    keys.push('cause');
  if (Array.isArray(e.errors) && !keys.includes('errors'))
    keys.push('errors');
  stack = improveStack(stack, constructor, name, tag);
  // The calls begin after the message, which may look like calls itself.
  let at = e.message && stack.indexOf(e.message) || -1;
  if (at !== -1)
    at += e.message.length;
  const start = stack.indexOf('\n    at', at);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    const lines = stackLines(cx, e, stack.slice(start + 1));
    stack = `${stack.slice(0, start)}\n${(cx.colors ? lines.map((l) => colorLine(cx, l)) : lines).join('\n')}`;
  }
  return cx.indentationLvl !== 0 ? stack.replaceAll('\n', `\n${blanks(cx)}`) : stack;
}

function colorLine(cx, line) {
  if (/^ {4}at (?:[^/\\(]+ \(|)node:.+:\d+:\d+\)?$/.test(line))
    return cx.stylize(line, 'undefined');
  return line.replace(/([/\\]node_modules[/\\])((?:@[^/\\]+[/\\])?[^/\\]+)/g,
    (_, dir, name) => dir + cx.stylize(name, 'module'));
}

/* ---- entries ---- */

function listArray(cx, v, level) {
  const n = Math.min(Math.max(0, cx.maxArrayLength), v.length);
  const output = [];
  const plainOnes = Math.min(n, dense(v));
  cx.indentationLvl += 2;
  for (let i = 0; i < plainOnes; i++) {
    const x = v[i];
    output.push(typeof x === 'number' ? cx.stylize(numberText(x, cx.numericSeparator), 'number') :
      formatValue(cx, x, level));
  }
  cx.indentationLvl -= 2;
  for (let i = plainOnes; i < n; i++) {
    if (!hasOwn(v, i))
      return listSparse(cx, v, level, n, output, i);
    output.push(formatProperty(cx, v, level, i, true));
  }
  if (v.length > n)
    output.push(more(v.length - n));
  return output;
}

// An array with holes from `i` on, of which `max` entries are shown.
function listSparse(cx, v, level, max, output, i) {
  const keys = Object.keys(v);
  const hole = (n) => cx.stylize(`<${n} empty item${n > 1 ? 's' : ''}>`, 'undefined');
  let at = i;
  for (; i < keys.length && output.length < max; i++) {
    const key = keys[i];
    if (!isIndex(key))
      break;
    if (+key !== at) {
      output.push(hole(+key - at));
      at = +key;
      if (output.length === max)
        break;
    }
    output.push(formatProperty(cx, v, level, key, true));
    at++;
  }
  const rest = v.length - at;
  if (rest > 0)
    output.push(output.length === max ? more(rest) : hole(rest));
  return output;
}

function listTyped(cx, v, level) {
  const length = typedLength.call(v);
  const n = Math.min(Math.max(0, cx.maxArrayLength), length);
  const output = new Array(n);
  for (let i = 0; i < n; i++)
    output[i] = formatPrimitive(cx, v[i]);
  if (length > n)
    output.push(more(length - n));
  if (cx.showHidden) {
    indented(cx, 2, () => {
      for (const k of ['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer'])
        output.push(`[${k}]: ${formatValue(cx, v[k], level, true)}`);
    });
  }
  return output;
}

function listBytes(cx, v) {
  let bytes;
  try {
    bytes = new Uint8Array(v);
  } catch {
    return [cx.stylize('(detached)', 'special')];
  }
  const n = Math.min(Math.max(0, cx.maxArrayLength), bytes.length);
  let s = '';
  for (let i = 0; i < n; i++)
    s += (i ? ' ' : '') + (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
  if (bytes.length > n)
    s += ` ${more(bytes.length - n, 'byte')}`;
  return [`${cx.stylize('[Uint8Contents]', 'special')}: <${s}>`];
}

// What `each` makes of the first entries of an iterable, and how many more there are.
function listEntries(cx, entries, size, each) {
  const n = Math.min(Math.max(0, cx.maxArrayLength), size);
  const output = [];
  return indented(cx, 2, () => {
    for (const e of entries) {
      if (output.length >= n)
        break;
      output.push(each(e));
    }
    if (size > n)
      output.push(more(size - n));
    return output;
  });
}

function listSet(cx, v, level) {
  return listEntries(cx, setValues.call(v), sizes.Set.call(v), (e) => formatValue(cx, e, level));
}

function listMap(cx, v, level) {
  return listEntries(cx, mapEntries.call(v), sizes.Map.call(v),
    ([k, e]) => `${formatValue(cx, k, level)} => ${formatValue(cx, e, level)}`);
}

function listIterator(cx, v, level, it) {
  const [entries, isPairs] = previewEntries(v);
  if (!isPairs)
    return listEntries(cx, entries, entries.length, (e) => formatValue(cx, e, level));
  it.open = it.open.replace(/ Iterator] {$/, ' Entries] {');
  return listEntries(cx, entries, entries.length, ([k, e]) =>
    layOut(cx, [formatValue(cx, k, level), formatValue(cx, e, level)], '', '[', ']', true, level));
}

function listPromise(cx, v, level) {
  const [state, value] = promiseState(v);
  if (state === 0)
    return [cx.stylize('<pending>', 'special')];
  const s = indented(cx, 2, () => formatValue(cx, value, level));
  return [state === 2 ? `${cx.stylize('<rejected>', 'special')} ${s}` : s];
}

// The names of a module that is not evaluated have no values yet.
function listModule(cx, v, level, it) {
  const output = it.keys.map((key) => {
    try {
      return formatProperty(cx, v, level, key, false);
    } catch {
      const s = formatProperty(cx, { [key]: '' }, level, key, false);
      return s.slice(0, s.lastIndexOf(' ') + 1) + cx.stylize('<uninitialized>', 'special');
    }
  });
  it.keys.length = 0;
  return output;
}

function formatGetter(cx, d, o, level) {
  const label = d.set !== undefined ? 'Getter/Setter' : 'Getter';
  const s = (text) => cx.stylize(text, 'special');
  if (cx.getters !== true && cx.getters !== (d.set === undefined ? 'get' : 'set'))
    return s(`[${label}]`);
  try {
    const v = d.get.call(o);
    return indented(cx, 2, () => {
      if (v !== null && typeof v === 'object')
        return `${s(`[${label}]`)} ${formatValue(cx, v, level)}`;
      const text = v === null ? cx.stylize('null', 'null') : formatPrimitive(cx, v);
      return `${s(`[${label}:`)} ${text}${s(']')}`;
    });
  } catch (e) {
    return `${s(`[${label}:`)} <Inspection threw (${e.message})>${s(']')}`;
  }
}

// What the engine keeps elsewhere than V8, or a value to show that is no property.
function missing(v, key) {
  if (typeof v === 'function')
    return { value: null, enumerable: false };
  return key === 'stack' ? { value: stackOf(v), enumerable: false } : { value: v[key], enumerable: true };
}

// "name: value"; only the value where it is an entry of an array.
function formatProperty(cx, v, level, key, isEntry, d, original = v) {
  d ??= getOwnPropertyDescriptor(v, key) || missing(v, key);
  let gap = ' ', s;
  if (d.value !== undefined) {
    const n = cx.compact === true && !isEntry ? 3 : 2;
    cx.indentationLvl += n;
    s = formatValue(cx, d.value, level);
    if (n === 3 && cx.breakLength < stringWidth(s, cx.colors))
      gap = `\n${blanks(cx)}`;
    cx.indentationLvl -= n;
  } else if (d.get !== undefined) {
    s = formatGetter(cx, d, original, level);
  } else {
    s = d.set !== undefined ? cx.stylize('[Setter]', 'special') : cx.stylize('undefined', 'undefined');
  }
  return isEntry ? s : `${formatKey(cx, key, d)}:${gap}${s}`;
}

const knownNames = new Set(); // keys that need no quotes, to ask the pattern less often

function formatKey(cx, key, d) {
  if (typeof key === 'symbol')
    return `[${cx.stylize(key.toString().replace(toEscapeAll, escapeOne), 'symbol')}]`;
  if (key === '__proto__')
    return '[\'__proto__\']';
  if (d.enumerable === false)
    return `[${key.replace(toEscapeAll, escapeOne)}]`;
  if (knownNames.has(key))
    return cx.stylize(key, 'name');
  if (!/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key))
    return cx.stylize(quote(key), 'string');
  if (knownNames.size < 200 && key.length < 40)
    knownNames.add(key);
  return cx.stylize(key, 'name');
}

/* ---- lines ---- */

// More than six entries of an array stand in columns.
function inColumns(cx, output, value) {
  const n = cx.maxArrayLength < output.length ? output.length - 1 : output.length;
  const widths = new Array(n);
  let total = 0, longest = 0;
  for (let i = 0; i < n; i++) {
    const w = stringWidth(output[i], cx.colors);
    widths[i] = w;
    total += w + 2;
    if (w > longest)
      longest = w;
  }
  const cell = longest + 2;
  if (cell * 3 + cx.indentationLvl >= cx.breakLength || total / cell <= 5 && longest > 6)
    return output;
  const bias = Math.sqrt(cell - total / output.length);
  const biased = Math.max(cell - 3 - bias, 1);
  const columns = Math.min(Math.round(Math.sqrt(2.5 * biased * n) / biased),
    Math.floor((cx.breakLength - cx.indentationLvl) / cell), cx.compact * 4, 15);
  if (columns <= 1)
    return output;
  const columnWidths = [];
  for (let c = 0; c < columns; c++) {
    let w = 0;
    for (let i = c; i < output.length; i += columns) {
      if (widths[i] > w)
        w = widths[i];
    }
    columnWidths.push(w + 2);
  }
  let isLeft = false;
  if (value !== undefined) {
    for (let i = 0; i < output.length && !isLeft; i++)
      isLeft = typeof value[i] !== 'number' && typeof value[i] !== 'bigint';
  }
  const lines = [];
  for (let i = 0; i < n; i += columns) {
    const end = Math.min(i + columns, n);
    let line = '';
    for (let j = i; j < end; j++) {
      const isLast = j === end - 1;
      const cellText = isLast ? output[j] : `${output[j]}, `;
      const pad = columnWidths[j - i] - widths[j] - 2;
      line += isLeft ? isLast ? cellText : cellText + ' '.repeat(pad) : ' '.repeat(pad) + cellText;
    }
    lines.push(line);
  }
  if (n < output.length)
    lines.push(output[n]);
  return lines;
}

function fitsOneLine(cx, output, start, base) {
  let n = output.length + start;
  if (n + output.length > cx.breakLength)
    return false;
  for (const s of output) {
    n += cx.colors ? strip(s).length : s.length;
    if (n > cx.breakLength)
      return false;
  }
  return base === '' || !base.includes('\n');
}

// The entries between braces: on one line, in columns, or each on its own.
function layOut(cx, output, base, open, close, isArray, level, value) {
  const indentation = `\n${blanks(cx)}`;
  if (cx.compact === true) {
    if (fitsOneLine(cx, output, 0, base))
      return `${open}${base ? ` ${base}` : ''} ${output.join(', ')} ${close}`;
    const gap = base === '' && open.length === 1 ? ' ' : `${base ? ` ${base}` : ''}${indentation}  `;
    return `${open}${gap}${output.join(`,${indentation}  `)} ${close}`;
  }
  const before = base ? `${base} ` : '';
  if (typeof cx.compact === 'number' && cx.compact >= 1) {
    const n = output.length;
    if (isArray && n > 6)
      output = inColumns(cx, output, value);
    // What is inside at most `compact` levels goes on one line if it fits there.
    if (cx.currentDepth - level < cx.compact && n === output.length &&
        fitsOneLine(cx, output, n + cx.indentationLvl + open.length + base.length + 10, base)) {
      const s = output.join(', ');
      if (!s.includes('\n'))
        return `${before}${open} ${s} ${close}`;
    }
  }
  return `${before}${open}${indentation}  ${output.join(`,${indentation}  `)}${indentation}${close}`;
}

/* ---- the functions themselves ---- */

const plain = (s) => s;

function colored(s, style) {
  const c = inspect.colors[inspect.styles[style]];
  return c === undefined ? s : `\x1b[${c[0]}m${s}\x1b[${c[1]}m`;
}

// One call of inspect: its options, and how far it is.
function Run() {
  this.budget = {};
  this.indentationLvl = 0;
  this.seen = [];
  this.currentDepth = 0;
  this.stylize = plain;
  this.circular = undefined;
  this.userOptions = undefined;
}
Run.prototype = defaults;

function inspect(v, options) {
  if (typeof v !== 'object' && typeof v !== 'function' && options === undefined && typeof v !== 'string')
    return formatPrimitive(defaults, v, plain);
  const cx = new Run();
  if (arguments.length > 1) {
    if (arguments.length > 2) { // (value, showHidden, depth, colors)
      if (arguments[2] !== undefined)
        cx.depth = arguments[2];
      if (arguments.length > 3 && arguments[3] !== undefined)
        cx.colors = arguments[3];
    }
    if (typeof options === 'boolean') {
      cx.showHidden = options;
    } else if (options) {
      for (const k of Object.keys(options)) {
        if (hasOwn(defaults, k) || k === 'stylize')
          cx[k] = options[k];
        else if (cx.userOptions === undefined)
          cx.userOptions = options;
      }
    }
  }
  if (cx.colors)
    cx.stylize = colored;
  if (cx.maxArrayLength === null)
    cx.maxArrayLength = Infinity;
  if (cx.maxStringLength === null)
    cx.maxStringLength = Infinity;
  return formatValue(cx, v, 0);
}
inspect.custom = custom;
Object.defineProperty(inspect, 'defaultOptions', {
  get: () => defaults,
  set(options) {
    require('internal/validators').validateObject(options, 'options');
    return Object.assign(defaults, options);
  },
});

const colors = inspect.colors = Object.create(null);
for (const [name, on, off] of [
  ['reset', 0, 0], ['bold', 1, 22], ['dim', 2, 22], ['italic', 3, 23], ['underline', 4, 24], ['blink', 5, 25],
  ['inverse', 7, 27], ['hidden', 8, 28], ['strikethrough', 9, 29], ['doubleunderline', 21, 24]])
  colors[name] = [on, off];
['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].forEach((name, i) => {
  colors[name] = [30 + i, 39];
});
['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'].forEach((name, i) => {
  colors[`bg${name}`] = [40 + i, 49];
});
colors.framed = [51, 54];
colors.overlined = [53, 55];
['gray', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].forEach((name, i) => {
  colors[i ? `${name}Bright` : name] = [90 + i, 39];
});
['Gray', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'].forEach((name, i) => {
  colors[`bg${name}${i ? 'Bright' : ''}`] = [100 + i, 49];
});
for (const [name, ...others] of [['gray', 'grey', 'blackBright'], ['bgGray', 'bgGrey', 'bgBlackBright'],
  ['dim', 'faint'], ['strikethrough', 'crossedout', 'strikeThrough', 'crossedOut'], ['hidden', 'conceal'],
  ['inverse', 'swapColors', 'swapcolors'], ['doubleunderline', 'doubleUnderline']]) {
  for (const o of others) {
    Object.defineProperty(colors, o, {
      get() {
        return this[name];
      },
      set(v) {
        this[name] = v;
      },
      configurable: true,
    });
  }
}
inspect.styles = Object.assign(Object.create(null), {
  special: 'cyan', number: 'yellow', bigint: 'yellow', boolean: 'yellow', undefined: 'grey', null: 'bold',
  string: 'green', symbol: 'green', date: 'magenta', regexp: 'red', module: 'underline',
});

/* ---- format ---- */

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

module.exports = {
  inspect,
  defaults,
  builtIns,
  isError,
  stringWidth,
  strip,
  formatArgs,
  format: (...args) => formatArgs(undefined, args),
};
