// Deep equality: assert.deepEqual (isStrict is false), assert.deepStrictEqual and util.isDeepStrictEqual.
const { core } = internal;
const { classOf } = core;
const { dense, extraKeys } = internal.inspect;
const { isError } = require('internal/inspect_names');

const isEnumerable = (o, k) => Object.prototype.propertyIsEnumerable.call(o, k);
const toString = Object.prototype.toString;
const typedProto = Object.getPrototypeOf(Uint8Array.prototype);
const typedTag = Object.getOwnPropertyDescriptor(typedProto, Symbol.toStringTag).get;
const isObject = (v) => typeof v === 'object' && v !== null;
const symbolsOf = (o) => Object.getOwnPropertySymbols(o).filter((s) => isEnumerable(o, s));

function isSameBytes(a, b) {
  if (a.byteLength !== b.byteLength)
    return false;
  const bytesOf = (v) =>
    ArrayBuffer.isView(v) ? new Uint8Array(v.buffer, v.byteOffset, v.byteLength) : new Uint8Array(v);
  const x = bytesOf(a), y = bytesOf(b);
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i])
      return false;
  }
  return true;
}

// Classes with more in them than properties.
const hasContent =
  /^(.*Array|Date|RegExp|DataView|Set|Map|(Shared)?ArrayBuffer|Error|Number|String|Boolean|BigInt|Symbol)$/;

// Pairs that are being compared further up count as equal. `open` is a list of them.
function isEqual(a, b, isStrict, open) {
  if (a === b)
    return a !== 0 || !isStrict || Object.is(a, b);
  if (!isObject(a) || !isObject(b)) {
    if (isStrict)
      return typeof a === 'number' && Number.isNaN(a) && Number.isNaN(b);
    return !isObject(a) && !isObject(b) && (a == b || Number.isNaN(a) && Number.isNaN(b));
  }
  if (isStrict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b))
    return false;
  if (toString.call(a) !== toString.call(b))
    return false;
  const cls = isError(a) ? 'Error' : classOf(a);
  if (cls !== (isError(b) ? 'Error' : classOf(b)) && hasContent.test(cls))
    return false;
  return hasSameContent(a, b, cls, isStrict, open) && hasSameKeys(a, b, cls, isStrict, open);
}

// What is not in properties.
function hasSameContent(a, b, cls, isStrict, open) {
  if (ArrayBuffer.isView(a)) {
    if (!isStrict && /^Float/.test(typedTag.call(a)))
      return a.length === b.length && a.every((x, i) => x === b[i]);
    return isSameBytes(a, b);
  }
  switch (cls) {
    case 'Array':
      return a.length === b.length;
    case 'Set':
    case 'Map':
      return a.size === b.size;
    case 'Date':
      return Date.prototype.getTime.call(a) === Date.prototype.getTime.call(b);
    case 'RegExp':
      return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return isSameBytes(a, b);
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
    case 'Symbol': {
      const { valueOf } = globalThis[cls].prototype;
      return Object.is(valueOf.call(a), valueOf.call(b));
    }
    case 'Error':
      return ['message', 'name', 'cause', 'errors'].every((k) => isEnumerable(a, k) === isEnumerable(b, k) &&
        (isEnumerable(a, k) || isEqual(a[k], b[k], isStrict, open)));
  }
  if (globalThis.URL && a instanceof URL)
    return b instanceof URL && a.href === b.href;
  return true;
}

// All keys but those of entries, which are compared one by one, or as bytes.
function keysOf(o, cls) {
  if (cls === 'Array' || ArrayBuffer.isView(o) && cls !== 'DataView')
    return extraKeys(o, false).filter((k) => typeof k === 'string');
  let keys = Object.keys(o);
  if (cls === 'Error') // the engine keeps an assigned stack in an enumerable property
    keys = keys.filter((k) => k !== 'stack');
  return keys;
}

function hasSameKeys(a, b, cls, isStrict, open) {
  const keys = keysOf(a, cls);
  if (keys.length !== keysOf(b, cls).length || !keys.every((k) => isEnumerable(b, k)))
    return false;
  if (isStrict) {
    const s = symbolsOf(a);
    if (s.length !== symbolsOf(b).length || !s.every((k) => isEnumerable(b, k)))
      return false;
    keys.push(...s);
  }
  const isCollection = (cls === 'Set' || cls === 'Map') && a.size > 0;
  const isList = cls === 'Array' && a.length > 0;
  if (keys.length === 0 && !isCollection && !isList)
    return true;
  for (let i = 0; i < open.length; i += 2) {
    if (open[i] === a && open[i + 1] === b)
      return true;
  }
  open.push(a, b);
  let r = true;
  for (let i = 0; i < keys.length && r; i++)
    r = isEqual(a[keys[i]], b[keys[i]], isStrict, open);
  if (r && isList)
    r = isSameList(a, b, isStrict, open);
  if (r && isCollection)
    r = cls === 'Set' ? isSameSet(a, b, isStrict, open) : isSameMap(a, b, isStrict, open);
  open.length -= 2;
  return r;
}

function isSameList(a, b, isStrict, open) {
  const n = Math.min(dense(a), dense(b));
  for (let i = 0; i < a.length; i++) {
    if (i >= n) {
      const has = Object.hasOwn(a, i);
      if (has !== Object.hasOwn(b, i))
        return false;
      if (!has) { // a hole: of the rest only what is there
        const keys = Object.keys(a).slice(i);
        return keys.every((k) => Object.hasOwn(b, k) && isEqual(a[k], b[k], isStrict, open)) &&
          keys.length + i === Object.keys(b).length;
      }
    }
    if (!isEqual(a[i], b[i], isStrict, open))
      return false;
  }
  return true;
}

// Takes out of `left` one that equals `v`.
function takeOne(left, isMatch) {
  for (const x of left) {
    if (isMatch(x)) {
      left.delete(x);
      return true;
    }
  }
  return false;
}

function isSameSet(a, b, isStrict, open) {
  const left = new Set();
  for (const v of a) {
    if (b.has(v))
      continue;
    if (isStrict && !isObject(v))
      return false;
    left.add(v);
  }
  for (const v of b) {
    if (!a.has(v) && (isStrict && !isObject(v) || !takeOne(left, (x) => isEqual(x, v, isStrict, open))))
      return false;
  }
  return left.size === 0;
}

function isSameMap(a, b, isStrict, open) {
  const left = new Set();
  const isSameAt = (k) => (b.has(k) && isEqual(a.get(k), b.get(k), isStrict, open));
  for (const k of a.keys()) {
    if (isObject(k))
      left.add(k);
    else if (!isSameAt(k)) {
      if (isStrict)
        return false;
      left.add(k);
    }
  }
  for (const [k, v] of b) {
    if (!isObject(k) && a.has(k) && isSameAt(k))
      continue;
    if (isStrict && !isObject(k) ||
        !takeOne(left, (x) => isEqual(x, k, isStrict, open) && isEqual(a.get(x), v, isStrict, open)))
      return false;
  }
  return left.size === 0;
}

exports.isDeepEqual = (a, b, isStrict) => isEqual(a, b, isStrict, []);
