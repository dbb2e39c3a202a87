// require('util')
const { core, os } = internal;
const { classOf } = core;
const { codes } = require('internal/errors');
const { validateString, validateBoolean, validateFunction, validateNumber, validateObject, validateOneOf } =
  require('internal/validators');

const { inspect } = require('internal/inspect');
const { format, formatArgs } = require('internal/format');
const customPromise = Symbol.for('nodejs.util.promisify.custom');
const customArgs = Symbol.for('nodejs.util.promisify.customArgs');
const { defineProperty, getOwnPropertyDescriptors } = Object;

/* ---- types ---- */

const typedProto = Object.getPrototypeOf(Uint8Array.prototype);
const typedTag = Object.getOwnPropertyDescriptor(typedProto, Symbol.toStringTag).get;
const boxed = ['Number', 'String', 'Boolean', 'BigInt', 'Symbol'];
const special = {
  External: () => false,
  ArgumentsObject: (v) => classOf(v) === 'Arguments',
  NativeError: (v) => core.isError(v),
  AsyncFunction: (v) => typeof v === 'function' && classOf(v).startsWith('Async'),
  GeneratorFunction: (v) => typeof v === 'function' && classOf(v).endsWith('GeneratorFunction'),
  GeneratorObject: (v) => typeof v === 'object' && /^(Async)?Generator$/.test(classOf(v)),
  MapIterator: (v) => classOf(v) === 'Map Iterator',
  SetIterator: (v) => classOf(v) === 'Set Iterator',
  Proxy: (v) => internal.inspect.proxyDetails(v) !== undefined,
  ModuleNamespaceObject: (v) => internal.inspect.isNamespace(v),
  AnyArrayBuffer: (v) => /^(Shared)?ArrayBuffer$/.test(classOf(v)),
  BoxedPrimitive: (v) => boxed.includes(classOf(v)),
  ArrayBufferView: (v) => ArrayBuffer.isView(v),
  TypedArray: (v) => typedTag.call(v) !== undefined,
  KeyObject: (v) => !!v && v.constructor?.name === 'KeyObject' && 'asymmetricKeyType' in v,
  CryptoKey: (v) => !!v && v.constructor?.name === 'CryptoKey' && 'extractable' in v,
};
const types = {};
const typeNames = 'External Date ArgumentsObject BigIntObject BooleanObject NumberObject StringObject ' +
  'SymbolObject NativeError RegExp AsyncFunction GeneratorFunction GeneratorObject Promise Map Set ' +
  'MapIterator SetIterator WeakMap WeakSet ArrayBuffer DataView SharedArrayBuffer Proxy ' +
  'ModuleNamespaceObject AnyArrayBuffer BoxedPrimitive ArrayBufferView TypedArray Uint8Array ' +
  'Uint8ClampedArray Uint16Array Uint32Array Int8Array Int16Array Int32Array Float32Array Float64Array ' +
  'BigInt64Array BigUint64Array KeyObject CryptoKey';
for (const name of typeNames.split(' ')) {
  const cls = name.endsWith('Object') ? name.slice(0, -6) : name;
  const is = special[name] ?? ((v) => classOf(v) === cls);
  types[`is${name}`] = defineProperty(is, 'name', { value: `is${name}`, configurable: true });
}

/* ---- functions ---- */

function promisify(original) {
  validateFunction(original, 'original');
  const own = original[customPromise];
  const asCustom = (fn) =>
    defineProperty(fn, customPromise, { value: fn, enumerable: false, writable: false, configurable: true });
  if (own) {
    validateFunction(own, 'util.promisify.custom');
    return asCustom(own);
  }
  const names = original[customArgs];
  function fn(...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error, ...values) => {
        if (error)
          reject(error);
        else if (names !== undefined && values.length > 1)
          resolve(Object.fromEntries(names.map((n, i) => [n, values[i]])));
        else
          resolve(values[0]);
      });
    });
  }
  Object.setPrototypeOf(fn, Object.getPrototypeOf(original));
  asCustom(fn);
  return Object.defineProperties(fn, getOwnPropertyDescriptors(original));
}
promisify.custom = customPromise;

// What the callback throws is nobody's promise's rejection.
function later(f, ...args) {
  if (globalThis.process?.nextTick)
    process.nextTick(f, ...args);
  else
    queueMicrotask(() => f(...args));
}

function callbackify(original) {
  validateFunction(original, 'original');
  function callbackified(...args) {
    const last = args.pop();
    validateFunction(last, 'last argument');
    const cb = last.bind(this);
    original.apply(this, args).then((v) => later(cb, null, v),
      (e) => later(cb, e || new codes.ERR_FALSY_VALUE_REJECTION(e)));
  }
  const d = getOwnPropertyDescriptors(original);
  if (typeof d.length.value === 'number')
    d.length.value++;
  if (typeof d.name.value === 'string')
    d.name.value += 'Callbackified';
  return Object.defineProperties(callbackified, d);
}

const warned = new Set();
function deprecate(fn, message, code) {
  if (code !== undefined)
    validateString(code, 'code');
  let isTold = false;
  function deprecated(...args) {
    if (!isTold && !globalThis.process?.noDeprecation) {
      isTold = true;
      if (code === undefined || !warned.has(code)) {
        if (code !== undefined)
          warned.add(code);
        globalThis.process?.emitWarning?.(message, 'DeprecationWarning', code, deprecated);
      }
    }
    return new.target ? Reflect.construct(fn, args, new.target) : Reflect.apply(fn, this, args);
  }
  Object.setPrototypeOf(deprecated, fn);
  if (fn.prototype)
    deprecated.prototype = fn.prototype;
  return deprecated;
}

function inherits(ctor, superCtor) {
  if (ctor == null)
    throw new codes.ERR_INVALID_ARG_TYPE('ctor', 'Function', ctor);
  if (superCtor == null)
    throw new codes.ERR_INVALID_ARG_TYPE('superCtor', 'Function', superCtor);
  if (superCtor.prototype === undefined)
    throw new codes.ERR_INVALID_ARG_TYPE('superCtor.prototype', 'Object', superCtor.prototype);
  defineProperty(ctor, 'super_', { value: superCtor, writable: true, configurable: true });
  Object.setPrototypeOf(ctor.prototype, superCtor.prototype);
}

// NODE_DEBUG=foo,bar-*
function debuglog(set, cb) {
  let enabled, debug;
  const name = String(set).toUpperCase();
  const isEnabled = () => {
    if (enabled === undefined) {
      const wanted = os.env().NODE_DEBUG ?? '';
      enabled = wanted.split(',').some((w) => new RegExp(`^${w.replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
        .replaceAll('*', '.*')}$`, 'i').test(name));
    }
    return enabled;
  };
  const logger = (...args) => {
    if (debug === undefined) {
      const { write } = require('internal/console');
      debug = !isEnabled() ? () => {} :
        (...a) => write(2, `${name} ${globalThis.process?.pid ?? 1}: ${formatArgs({}, a)}\n`);
      if (typeof cb === 'function')
        cb(debug);
    }
    debug(...args);
  };
  return defineProperty(logger, 'enabled', { get: isEnabled, configurable: true, enumerable: true });
}

/* ---- the rest ---- */

function formatWithOptions(options, ...args) {
  validateObject(options, 'inspectOptions', 2);
  return formatArgs(options, args);
}

function stripVTControlCharacters(s) {
  validateString(s, 'str');
  return require('internal/inspect_text').strip(s);
}

function styleText(format, s, { validateStream = true, stream } = {}) {
  validateString(s, 'text');
  validateBoolean(validateStream, 'options.validateStream');
  if (validateStream && stream !== undefined &&
      (stream === null || typeof stream !== 'object' || typeof (stream.write ?? stream.read ?? stream.pipe ??
        stream.getReader ?? stream.getWriter) !== 'function'))
    throw new codes.ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);
  let before = '', after = '';
  for (const key of [format].flat()) {
    const c = inspect.colors[key];
    if (c == null)
      validateOneOf(key, 'format', Object.keys(inspect.colors));
    before += `\x1b[${c[0]}m`;
    after = `\x1b[${c[1]}m${after}`;
  }
  if (validateStream && !Array.isArray(format) && !require('internal/console').hasColors(stream))
    return s;
  return before + s + after;
}

function getSystemErrorName(n) {
  validateNumber(n, 'err');
  if (n >= 0 || !Number.isSafeInteger(n))
    throw new codes.ERR_OUT_OF_RANGE('err', 'a negative integer', n);
  const known = require('internal/errnos').map().get(n);
  return known ? known[0] : `Unknown system error ${n}`;
}

// A promise that `signal` was aborted, as long as `resource` lives.
async function aborted(signal, resource) {
  if (signal === undefined)
    throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  require('internal/validators').validateAbortSignal(signal, 'signal');
  validateObject(resource, 'resource', 6);
  if (signal.aborted)
    return;
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

// The text of a .env file.
function parseEnv(content) {
  validateString(content, 'content');
  const r = {};
  const line = new RegExp('^[ \\t]*(?:export[ \\t]+)?([^\\s=#][^=]*?)[ \\t]*=[ \\t]*' +
    '(?:"([^"]*)"|\'([^\']*)\'|`([^`]*)`|([^\\n#]*))[^\\n]*$', 'gm');
  for (const [, name, double, single, back, bare] of content.replace(/\r\n?/g, '\n').matchAll(line))
    r[name] = double?.replace(/\\n/g, '\n') ?? single ?? back ?? bare.trim();
  return r;
}

function log(...args) {
  const d = new Date();
  const two = (n) => String(n).padStart(2, '0');
  const month = 'JanFebMarAprMayJunJulAugSepOctNovDec'.substr(3 * d.getMonth(), 3);
  const time = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  console.log('%s - %s', `${d.getDate()} ${month} ${time}`, formatArgs(undefined, args));
}

function _extend(target, source) {
  return source !== null && typeof source === 'object' ? Object.assign(target, source) : target;
}

const isOf = (type) => ({ [`is${type}`]: (v) => typeof v === type.toLowerCase() })[`is${type}`];

const util = module.exports = {
  _errnoException: (errno, syscall, message) =>
    require('internal/errors').uvException({ errno, syscall, message }),
  _extend,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  styleText,
  formatWithOptions,
  getSystemErrorMap: () => new Map(require('internal/errnos').map()),
  getSystemErrorName,
  inherits,
  inspect,
  isArray: Array.isArray,
  isBoolean: isOf('Boolean'),
  isBuffer: (v) => require('buffer').Buffer.isBuffer(v),
  isDeepStrictEqual: (a, b) => require('internal/comparisons').isDeepEqual(a, b, true),
  isNull: (v) => v === null,
  isNullOrUndefined: (v) => v == null,
  isNumber: isOf('Number'),
  isString: isOf('String'),
  isSymbol: isOf('Symbol'),
  isUndefined: isOf('Undefined'),
  isRegExp: types.isRegExp,
  isObject: (v) => v !== null && typeof v === 'object',
  isDate: types.isDate,
  isError: (v) => Object.prototype.toString.call(v) === '[object Error]' || v instanceof Error,
  isFunction: isOf('Function'),
  isPrimitive: (v) => v === null || typeof v !== 'object' && typeof v !== 'function',
  log,
  promisify,
  stripVTControlCharacters,
  toUSVString: (v) => String(v).toWellFormed(),
  aborted,
  types,
  parseEnv,
};

// Of other files, when they are asked for.
for (const [name, file] of [['parseArgs', 'internal/parse_args'], ['TextDecoder'], ['TextEncoder'],
  ['MIMEType', 'internal/mime'], ['MIMEParams', 'internal/mime']]) {
  const put = (value) =>
    defineProperty(util, name, { value, writable: true, enumerable: true, configurable: true });
  defineProperty(util, name, { get() {
    const value = file ? require(file)[name] : globalThis[name];
    put(value);
    return value;
  }, set: put, enumerable: true, configurable: true });
}
