// util.inspect: values as text, the way Node 20 writes them.
const { core } = internal;
const { classOf, promiseState } = core;
const { previewEntries, proxyDetails, dense, extraKeys, isNamespace } = internal.inspect;
const { stackOf, isStackOverflowError } = require('internal/errors');
const { quote, toEscapeAll, escapeOne, stringWidth, numberText, bigintText, more, colors, styles } =
  require('internal/inspect_text');
const { builtIns, isA, isError, className, prefixOf, plainPrefix, isSloppy, functionBase } =
  require('internal/inspect_names');
const formatError = require('internal/inspect_error');
const layOut = require('internal/inspect_layout');

const custom = Symbol.for('nodejs.util.inspect.custom');
const tagSymbol = Symbol.toStringTag;
const { hasOwn, getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { propertyIsEnumerable } = Object.prototype;
const isPropertyEnumerable = (o, k) => propertyIsEnumerable.call(o, k);

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

/* ---- primitives ---- */

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

// The name of the nearest class that made it; null: it has no prototype.
function constructorName(cx, v, level, inherited) {
  let first;
  for (let o = v; o !== null;) {
    const d = o === Object.prototype && o !== v ? { value: Object } :
      getOwnPropertyDescriptor(o, 'constructor');
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

/* ---- values ---- */

const isTooDeep = (cx, level) => cx.depth !== null && level > cx.depth;
const blanks = (cx, n = 0) => ' '.repeat(cx.indentationLvl + n);

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
    if (showHidden || isPropertyEnumerable(v, s))
      keys.push(s);
  }
  return keys;
}

const isIndex = (key) => /^(0|[1-9]\d*)$/.test(key) && +key < 2 ** 32 - 1;

// The last `n` entries in order: the entries of arrays stay where they are.
function sortProperties(output, n, order) {
  if (n >= output.length)
    output.sort(order);
  else if (n > 1)
    output.push(...output.splice(output.length - n).sort(order));
}

// What there is to say of a value: `base` text before the braces, what opens and closes, `list`: entries to
// put before the properties; `isArray`: they may stand in columns. A string: that is all.
function formatObject(cx, v, level, isTyped) {
  const inherited = cx.showHidden && !isTooDeep(cx, level) ? [] : undefined;
  const name = constructorName(cx, v, level, inherited);
  let tag = v[tagSymbol];
  if (typeof tag !== 'string')
    tag = '';
  else if (tag !== '' && (cx.showHidden ? hasOwn : isPropertyEnumerable)(v, tagSymbol))
    tag = ''; // it is shown with the other properties
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
  if (cx.sorted)
    sortProperties(output, isArray ? keys.length : Infinity, cx.sorted === true ? undefined : cx.sorted);
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
  const cls = name === null && isNamespace(v) ? 'Module' : classOf(v);
  if (Symbol.iterator in v || name === null) {
    const done = describeIterable(cx, v, it, cls);
    if (it.keys)
      return done;
  }
  const keys = it.keys = keysOf(v, cx.showHidden);
  // V8 has the stack in a hidden property, the engine elsewhere, and an assigned one in a plain one.
  if (cls === 'Error') {
    const i = keys.indexOf('stack');
    if (i !== -1)
      keys.splice(i, 1);
    if (cx.showHidden)
      keys.unshift('stack');
  }
  const isBare = keys.length === 0 && hasNone;
  if (typeof v === 'function') {
    it.base = functionBase(v, cls, name, tag);
    if (cx.showHidden && isSloppy(v) && !hasOwn(v, 'caller'))
      keys.splice(keys.indexOf('name') + 1, 0, 'arguments', 'caller');
    return isBare ? cx.stylize(it.base, 'special') : undefined;
  }
  if (name === 'Object') {
    if (cls === 'Arguments')
      it.open = '[Arguments] {';
    else if (tag !== '')
      it.open = `${prefixOf(name, tag, 'Object')}{`;
    return isBare ? `${it.open}}` : undefined;
  }
  return describeObject(cx, v, it, cls, isBare);
}

// An array, set, map, or iterator of one: sets it.keys.
function describeIterable(cx, v, it, cls) {
  const { name, tag, hasNone } = it;
  switch (cls) {
    case 'Array': {
      const prefix = name !== 'Array' || tag !== '' ? prefixOf(name, tag, 'Array', `(${v.length})`) : '';
      it.keys = extraKeys(v, cx.showHidden);
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
  if (typedTag.call(v) === undefined)
    return;
  const size = typedLength.call(v);
  it.keys = extraKeys(v, cx.showHidden);
  it.open = `${prefixOf(name, tag, name === null ? cls : '', `(${size})`)}[`;
  it.close = ']';
  it.isArray = true;
  it.list = listTyped;
  return size === 0 && it.keys.length === 0 && !cx.showHidden ? `${it.open}]` : undefined;
}

function describeObject(cx, v, it, cls, isBare) {
  const { name, tag, keys } = it;
  const prefix = prefixOf(name, tag, cls);
  switch (cls) {
    case 'RegExp':
    case 'Date': {
      const isDate = cls === 'Date';
      const text = !isDate ? regexpToString.call(name === null ? new RegExp(v) : v) :
        isNaN(Date.prototype.getTime.call(v)) ? 'Invalid Date' : Date.prototype.toISOString.call(v);
      it.base = prefix === `${cls} ` ? text : prefix + text;
      return isBare || !isDate && isTooDeep(cx, it.level) ? cx.stylize(it.base, cls.toLowerCase()) :
        undefined;
    }
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      if (!it.isTyped)
        it.list = listBytes;
      else if (isBare)
        return `${prefix}{ byteLength: ${cx.stylize(String(v.byteLength), 'number')} }`;
      it.open = `${prefix}{`;
      keys.unshift('byteLength');
      return;
    case 'DataView':
      it.open = `${prefix}{`;
      keys.unshift('byteLength', 'byteOffset', 'buffer');
      return;
    case 'Promise':
    case 'WeakSet':
    case 'WeakMap':
    case 'Module':
      it.open = `${prefix}{`;
      it.list = cls === 'Promise' ? listPromise : cls === 'Module' ? listModule :
        () => [cx.stylize('<items unknown>', 'special')];
      return;
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
    case 'Symbol':
      it.base = boxedBase(cx, v, cls, it);
      return keys.length === 0 && it.hasNone ? it.base : undefined;
  }
  if (isError(v)) {
    it.base = formatError(cx, v, name, tag, keys);
    return keys.length === 0 && it.hasNone ? it.base : undefined;
  }
  const plainOne = plainPrefix(v, name, tag);
  it.open = `${plainOne}{`;
  return isBare ? `${plainOne}{}` : undefined;
}

const getterOf = (o, key) => getOwnPropertyDescriptor(o, key).get;
const sizes = { Set: getterOf(Set.prototype, 'size'), Map: getterOf(Map.prototype, 'size') };
const typedProto = getPrototypeOf(Uint8Array.prototype);
const typedTag = getterOf(typedProto, tagSymbol);
const typedLength = getterOf(typedProto, 'length');
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

// What is shown and is no property of its own: a view's byteLength, or what V8 gives sloppy functions.
function missing(v, key) {
  return typeof v === 'function' ? { value: null, enumerable: false } : { value: v[key], enumerable: true };
}

// "name: value"; only the value where it is an entry of an array.
function formatProperty(cx, v, level, key, isEntry, d, original = v) {
  d ??= key === 'stack' && core.isError(v) ? { value: stackOf(v), enumerable: false } :
    getOwnPropertyDescriptor(v, key) || missing(v, key);
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
inspect.colors = colors;
inspect.styles = styles;
Object.defineProperty(inspect, 'defaultOptions', {
  get: () => defaults,
  set(options) {
    require('internal/validators').validateObject(options, 'options');
    return Object.assign(defaults, options);
  },
});

module.exports = { inspect, defaults };
