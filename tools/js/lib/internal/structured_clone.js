// structuredClone (https://html.spec.whatwg.org, "structured data"): values in memory, no serialised form.
const { core } = internal;

const { classOf } = core;
const cloneError = (message) => new DOMException(message, 'DataCloneError');

function describe(v) {
  if (typeof v === 'function')
    return Function.prototype.toString.call(v);
  if (typeof v === 'symbol')
    return v.toString();
  let name = 'Object';
  try {
    name = v.constructor?.name || 'Object';
  } catch { /* somebody's proxy */ }
  return `#<${name}>`;
}

const refuse = (v) => {
  throw cloneError(`${describe(v)} could not be cloned.`);
};

const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const views = new Set(['DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array',
  'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array']);
// What has state behind its properties that a copy would lack.
const opaque = new Set(['Promise', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Symbol', 'Generator',
  'AsyncGenerator', 'Map Iterator', 'Set Iterator', 'Array Iterator', 'String Iterator', 'RegExp String Iterator',
  'Proxy', 'Iterator Helper', 'Iterator Wrap']);

function cloneBuffer(b) {
  if (b.detached)
    throw cloneError('An ArrayBuffer is detached and could not be cloned.');
  if (!b.resizable)
    return ArrayBuffer.prototype.slice.call(b, 0);
  const r = new ArrayBuffer(b.byteLength, { maxByteLength: b.maxByteLength });
  new Uint8Array(r).set(new Uint8Array(b));
  return r;
}

function cloneView(v, kind, seen) {
  const buffer = clone(v.buffer, seen);
  const C = globalThis[kind];
  if (kind === 'DataView')
    return new C(buffer, v.byteOffset, v.byteLength);
  return new C(buffer, v.byteOffset, v.length);
}

// Views on buffers that are to be transferred are made again when those have moved.
function keepView(v, seen) {
  if (seen.late?.moves.has(v.buffer))
    seen.late.late.push(v);
  return v;
}

function cloneErrorObject(v, seen) {
  const name = String(v.name);
  const C = Object.hasOwn(errors, name) ? errors[name] : Error;
  const fresh = new C();
  for (const k of Reflect.ownKeys(fresh)) // an error of the engine, without this place as its stack
    delete fresh[k];
  seen.set(v, fresh);
  const own = (k) => Object.getOwnPropertyDescriptor(v, k);
  const put = (k, value) => Object.defineProperty(fresh, k, { value, writable: true, configurable: true });
  const message = own('message'), stack = own('stack');
  if (message && 'value' in message)
    put('message', String(message.value));
  if (stack || typeof v.stack === 'string')
    put('stack', String(v.stack));
  if (own('cause') && 'value' in own('cause'))
    put('cause', clone(v.cause, seen));
  return fresh;
}

function clone(v, seen) {
  if (typeof v === 'symbol' || typeof v === 'function')
    refuse(v);
  if (typeof v !== 'object' || v === null)
    return v;
  const known = seen.get(v);
  if (known !== undefined)
    return known;
  if (v === globalThis.process?.env)
    v = { ...v };
  const kind = core.proxyDetails(v) ? 'Proxy' : classOf(v);
  const keep = (r) => {
    seen.set(v, r);
    return r;
  };
  if (opaque.has(kind))
    refuse(v);
  if (views.has(kind))
    return keepView(keep(cloneView(v, kind, seen)), seen);
  switch (kind) {
    case 'Boolean': case 'Number': case 'String': case 'BigInt':
      return keep(Object(globalThis[kind].prototype.valueOf.call(v)));
    case 'Date':
      return keep(new Date(Date.prototype.getTime.call(v)));
    case 'RegExp':
      return keep(new RegExp(v.source, v.flags));
    case 'ArrayBuffer':
      return keep(cloneBuffer(v));
    case 'SharedArrayBuffer':
      return keep(v);
    case 'Error':
      return cloneErrorObject(v, seen);
    case 'Map': {
      const r = keep(new Map());
      for (const [k, x] of [...Map.prototype.entries.call(v)])
        r.set(clone(k, seen), clone(x, seen));
      return r;
    }
    case 'Set': {
      const r = keep(new Set());
      for (const x of [...Set.prototype.values.call(v)])
        r.add(clone(x, seen));
      return r;
    }
  }
  if (kind === 'Object' && require('internal/blob').isBlob(v))
    return keep(v); // nothing can change it
  const r = keep(kind === 'Array' ? new Array(v.length) : {});
  for (const k of Object.keys(v)) {
    if (Object.hasOwn(v, k)) // a getter may have deleted it
      Object.defineProperty(r, k, { value: clone(v[k], seen), writable: true, enumerable: true, configurable: true });
  }
  return r;
}

function structuredClone(value, options = undefined) {
  if (arguments.length === 0)
    throw invalid('ERR_MISSING_ARGS', 'The value argument must be specified');
  if (options != null && typeof options !== 'object' && typeof options !== 'function')
    throw invalid('ERR_INVALID_ARG_TYPE', 'The options argument must be either an object or undefined');
  const seen = new Map(), list = options?.transfer;
  if (list == null)
    return clone(value, seen);
  if (typeof list !== 'object' || typeof list[Symbol.iterator] !== 'function')
    throw invalid('ERR_INVALID_ARG_TYPE', 'Optional transferList argument must be an iterable');
  let transfer = [...list];
  for (const b of transfer) {
    if (classOf(b) !== 'ArrayBuffer')
      throw invalid('ERR_INVALID_TRANSFER_OBJECT', 'Found invalid object in transferList');
    if (seen.has(b))
      throw cloneError('Transfer list contains duplicate ArrayBuffer');
    seen.set(b, b);
  }
  transfer = transfer.filter((b) => !b.detached); // those are refused only where they are cloned
  // The copy shares the old buffers until nothing can fail; only then they move, and with them the views.
  const moves = new Map(transfer.map((b) => [b, null]));
  seen.clear();
  for (const b of transfer)
    seen.set(b, b);
  const late = [];
  seen.late = { moves, late };
  const r = clone(value, seen);
  if (late.length === 0 && !moves.has(r)) {
    for (const b of transfer)
      b.transfer();
    return r;
  }
  const places = new Map();
  for (const v of late)
    places.set(v, [v.byteOffset, v.length ?? v.byteLength, v.buffer]);
  for (const b of transfer)
    moves.set(b, b.transfer());
  return replace(r, moves, places, new Set());
}

// `v` with each buffer that moved, and each view on one, replaced in place.
function replace(v, moves, places, seen) {
  if (typeof v !== 'object' || v === null)
    return v;
  if (moves.has(v))
    return moves.get(v);
  if (places.has(v)) {
    const [offset, length, buffer] = places.get(v), C = globalThis[classOf(v)];
    const r = new C(moves.get(buffer), offset, length);
    moves.set(v, r);
    return r;
  }
  if (seen.has(v))
    return v;
  seen.add(v);
  if (classOf(v) === 'Map') {
    const all = [...v];
    v.clear();
    for (const [k, x] of all)
      v.set(replace(k, moves, places, seen), replace(x, moves, places, seen));
  } else if (classOf(v) === 'Set') {
    const all = [...v];
    v.clear();
    for (const x of all)
      v.add(replace(x, moves, places, seen));
  } else if (!views.has(classOf(v)) && !require('internal/blob').isBlob(v)) {
    for (const k of Object.keys(v))
      v[k] = replace(v[k], moves, places, seen);
  }
  return v;
}

function invalid(code, message) {
  const e = new TypeError(message);
  e.code = code;
  return e;
}

module.exports = { structuredClone };
