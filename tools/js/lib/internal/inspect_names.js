// How util.inspect calls things: prefixes of classes, functions.
const { core } = internal;
const { classOf } = core;

const { hasOwn, getPrototypeOf, getOwnPropertyDescriptor } = Object;
const functionToString = Function.prototype.toString;
const getCaller = getOwnPropertyDescriptor(Function.prototype, 'caller').get;

// The classes of the language: what is theirs is nobody's own toString, and no class of the user's.
const builtIns = new Set(Object.getOwnPropertyNames(globalThis)
  .filter((k) => /^[A-Z][a-zA-Z0-9]+$/.test(k) && k !== 'DOMException'));

const isA = (v, C) => {
  try {
    return v instanceof C;
  } catch {
    return false;
  }
};

const isError = (e) => core.isError(e) || isA(e, Error);

function className(v) {
  const c = classOf(v);
  if (typeof v === 'function')
    return 'Function';
  return /^(Generator|.* Iterator|Arguments|Async.*|)$/.test(c) ? 'Object' : c;
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

module.exports = { builtIns, isA, isError, className, prefixOf, plainPrefix, isSloppy, functionBase };
