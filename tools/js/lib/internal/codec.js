// What crypto and zlib share: checks of arguments with Node's words, bytes of whatever Node takes as such,
// and streams that are made only when somebody uses them as one.
const { codes, kIsNodeError } = require('internal/errors');

const isBuffer = (v) => v instanceof ArrayBuffer ||
  typeof SharedArrayBuffer === 'function' && v instanceof SharedArrayBuffer;
const isBytes = (v) => ArrayBuffer.isView(v) || isBuffer(v);
const toBuffer = (u8) => require('buffer').Buffer.from(u8.buffer, u8.byteOffset, u8.byteLength);

// A Uint8Array on the same memory.
function bytesOf(v) {
  return isBuffer(v) ? new Uint8Array(v) : v instanceof Uint8Array ? v :
    new Uint8Array(v.buffer, v.byteOffset, v.byteLength);
}

function isUtf8(encoding) {
  return encoding === undefined || encoding === null || /^utf-?8$/i.test(encoding);
}

// Text stays text where it means UTF-8: the bindings take that.
function textOrBytes(v, encoding) {
  if (typeof v !== 'string')
    return bytesOf(v);
  const { Buffer } = require('buffer');
  return isUtf8(encoding) || !Buffer.isEncoding(encoding) ? v.toWellFormed() : Buffer.from(v, encoding);
}

// An error as of the internal/errors, of codes only one file needs.
function coded(Base, code, message, more) {
  const e = new Base(message);
  e.code = code;
  Object.defineProperty(e, kIsNodeError, { value: true, configurable: true });
  return more ? Object.assign(e, more) : e;
}

function string(v, name) {
  if (typeof v !== 'string')
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'string', v);
}

function callable(v, name = 'callback') {
  if (typeof v !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'Function', v);
}

function integer(v, name, min, max) {
  if (typeof v !== 'number')
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', v);
  if (!Number.isInteger(v))
    throw new codes.ERR_OUT_OF_RANGE(name, 'an integer', v);
  if (v < min || v > max)
    throw new codes.ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, v);
}

// Let `C` be a kind of stream.Transform without loading `stream` before it is used as one: the first property
// asked for that only a stream has makes the object one, by init.
function lazyTransform(C, options) {
  let Transform;
  const done = new WeakSet();
  function load(of) {
    Transform ??= require('stream').Transform;
    if (of instanceof Object && !done.has(of) && of !== C.prototype && Object.hasOwn(of, kLazy)) {
      done.add(of);
      Transform.call(of, options(of));
    }
    return Transform.prototype;
  }
  Object.setPrototypeOf(C.prototype, new Proxy(Object.create(null), {
    get: (_, key, of) => key in Object.prototype ? Object.prototype[key] :
      typeof key === 'symbol' && key !== Symbol.asyncIterator && key !== Symbol.asyncDispose ? undefined :
        Reflect.get(load(of), key, of),
    set: (_, key, value, of) => Reflect.set(load(of), key, value, of),
    has: (_, key) => key in load(undefined),
    getPrototypeOf: () => load(undefined),
  }));
  Object.defineProperty(C, Symbol.hasInstance, { value: Function.prototype[Symbol.hasInstance] });
}
const kLazy = Symbol('kLazy');

const later = (f, ...args) => { setImmediate(f, ...args); };

module.exports = {
  isBytes, toBuffer, bytesOf, textOrBytes, coded, string, callable, integer, later, lazyTransform, kLazy,
};
