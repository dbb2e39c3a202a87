// ReadableStream (https://streams.spec.whatwg.org). A byte stream here is a stream of Uint8Arrays that a BYOB
// reader copies from: the results are the standard's, without its zero copies.
const { codes } = require('internal/errors');

const nop = () => {};
const kCreate = Symbol('kCreate');
const customInspect = Symbol.for('nodejs.util.inspect.custom');
const invalidThis = (name) => new codes.ERR_INVALID_THIS(name);
const invalidState = (text) => new codes.ERR_INVALID_STATE.TypeError(text);

function deferred() {
  const d = {};
  d.promise = new Promise((resolve, reject) => {
    d.resolve = resolve;
    d.reject = reject;
  });
  d.promise.catch(nop); // nobody need look
  return d;
}

// f() as a promise, whatever it does.
function attempt(f, self, ...args) {
  try {
    return Promise.resolve(f === undefined ? undefined : f.call(self, ...args));
  } catch (e) {
    return Promise.reject(e);
  }
}

function expose(C, names, tag) {
  for (const k of names)
    Object.defineProperty(C.prototype, k, { enumerable: true });
  Object.defineProperty(C.prototype, Symbol.toStringTag, { configurable: true, value: tag });
}

function inspectAs(self, shown, depth, options) {
  if (depth < 0)
    return self;
  return `${self.constructor.name} ${require('internal/inspect').inspect(shown,
    { ...options, depth: options.depth == null ? null : options.depth - 1 })}`;
}

// ---- strategies ----

function highWaterMark(strategy, otherwise) {
  const n = strategy?.highWaterMark;
  if (n === undefined)
    return otherwise;
  const v = +n;
  if (Number.isNaN(v) || v < 0)
    throw new codes.ERR_INVALID_ARG_VALUE.RangeError('strategy.highWaterMark', n);
  return v;
}

function sizeOf(strategy) {
  const f = strategy?.size;
  if (f === undefined)
    return () => 1;
  if (typeof f !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE('strategy.size', 'Function', f);
  return (chunk) => Reflect.apply(f, undefined, [chunk]);
}

// A queue of chunks with sizes; each stream has one.
class Queue {
  items = [];
  at = 0;
  total = 0;
  get length() {
    return this.items.length - this.at;
  }
  push(value, size) {
    size = +size;
    if (!(size >= 0) || size === Infinity)
      throw new codes.ERR_INVALID_ARG_VALUE.RangeError('size', size);
    this.items.push({ value, size });
    this.total += size;
  }
  shift() {
    const { value, size } = this.items[this.at];
    this.items[this.at++] = undefined;
    if (this.at > 1024 || this.at === this.items.length) {
      this.items.splice(0, this.at);
      this.at = 0;
    }
    this.total = Math.max(0, this.total - size);
    return value;
  }
  peek() {
    return this.items[this.at].value;
  }
  clear() {
    this.items = [];
    this.at = this.total = 0;
  }
}

// ---- the stream's inner side: state, and what controllers and readers do with it ----

class Core {
  state = 'readable'; // 'closed', 'errored'
  error = undefined;
  reader = null; // {requests, closed, released}
  disturbed = false;
  queue = new Queue();
  started = false;
  pulling = false;
  pullAgain = false;
  closeRequested = false;
  isBytes = false;

  setUp(source, pull, cancel, hwm, size, start) {
    this.pull = pull;
    this.onCancel = cancel;
    this.hwm = hwm;
    this.size = size;
    Promise.resolve(start()).then(() => {
      this.started = true;
      this.callPull();
    }, (e) => this.fail(e));
  }

  get desiredSize() {
    return this.state === 'errored' ? null : this.state === 'closed' ? 0 : this.hwm - this.queue.total;
  }

  canClose() {
    return !this.closeRequested && this.state === 'readable';
  }

  shouldPull() {
    return this.canClose() && this.started && (this.reader?.requests.length > 0 || this.desiredSize > 0);
  }

  callPull() {
    if (!this.shouldPull())
      return;
    if (this.pulling) {
      this.pullAgain = true;
      return;
    }
    this.pulling = true;
    attempt(this.pull).then(() => {
      this.pulling = false;
      if (this.pullAgain) {
        this.pullAgain = false;
        this.callPull();
      }
    }, (e) => this.fail(e));
  }

  enqueue(chunk) {
    if (this.reader?.requests.length > 0) {
      this.reader.requests.shift().chunk(chunk);
    } else {
      let n;
      try {
        n = this.isBytes ? chunk.byteLength : this.size(chunk);
        this.queue.push(chunk, n);
      } catch (e) {
        this.fail(e);
        throw e;
      }
    }
    this.callPull();
  }

  close() {
    this.closeRequested = true;
    if (this.queue.length === 0)
      this.finish();
  }

  finish() {
    this.state = 'closed';
    if (!this.reader)
      return;
    this.reader.closed.resolve();
    for (const r of this.reader.requests.splice(0))
      r.close();
  }

  fail(error) {
    if (this.state !== 'readable')
      return;
    this.queue.clear();
    this.state = 'errored';
    this.error = error;
    if (!this.reader)
      return;
    this.reader.closed.reject(error);
    for (const r of this.reader.requests.splice(0))
      r.error(error);
  }

  cancel(reason) {
    this.disturbed = true;
    if (this.state === 'closed')
      return Promise.resolve();
    if (this.state === 'errored')
      return Promise.reject(this.error);
    this.finish();
    this.queue.clear();
    return attempt(this.onCancel, undefined, reason).then(nop);
  }

  // Give the next chunk to `request`: {chunk, close, error}.
  read(request) {
    this.disturbed = true;
    if (this.state === 'closed') {
      request.close();
    } else if (this.state === 'errored') {
      request.error(this.error);
    } else if (this.queue.length > 0) {
      const chunk = this.queue.shift();
      if (this.closeRequested && this.queue.length === 0)
        this.finish();
      else
        this.callPull();
      request.chunk(chunk);
    } else {
      this.reader.requests.push(request);
      this.callPull();
    }
  }

  acquire() {
    const r = this.reader = { requests: [], closed: deferred() };
    if (this.state === 'closed')
      r.closed.resolve();
    else if (this.state === 'errored')
      r.closed.reject(this.error);
    return r;
  }

  release() {
    const r = this.reader, error = invalidState('Releasing reader');
    if (this.state === 'readable') {
      r.closed.reject(error);
    } else {
      r.closed = deferred();
      r.closed.reject(error);
    }
    this.reader = null;
    for (const q of r.requests.splice(0))
      q.error(error);
  }
}

// A read of an acquired reader as a promise.
const readOnce = (core) => new Promise((resolve, reject) => core.read({
  chunk: (value) => resolve({ value, done: false }),
  close: () => resolve({ value: undefined, done: true }),
  error: reject,
}));

let coreOf; // of a ReadableStream; undefined of anything else

// ---- controllers ----

class ReadableStreamDefaultController {
  #core;
  constructor(key, core) {
    if (key !== kCreate)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#core = core;
  }
  get desiredSize() {
    return this.#core.desiredSize;
  }
  close() {
    if (!this.#core.canClose())
      throw invalidState('Controller is already closed');
    this.#core.close();
  }
  enqueue(chunk = undefined) {
    if (!this.#core.canClose())
      throw invalidState('Controller is already closed');
    this.#core.enqueue(chunk);
  }
  error(error = undefined) {
    this.#core.fail(error);
  }
}
expose(ReadableStreamDefaultController, ['desiredSize', 'close', 'enqueue', 'error'], 'ReadableStreamDefaultController');

class ReadableByteStreamController {
  #core;
  constructor(key, core) {
    if (key !== kCreate)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#core = core;
  }
  get byobRequest() {
    return null;
  }
  get desiredSize() {
    return this.#core.desiredSize;
  }
  close() {
    if (!this.#core.canClose())
      throw invalidState('Controller is already closed');
    this.#core.close();
  }
  enqueue(chunk) {
    if (!ArrayBuffer.isView(chunk))
      throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['Buffer', 'TypedArray', 'DataView'], chunk);
    if (chunk.byteLength === 0)
      throw invalidState('chunk ArrayBuffer is zero-length or detached');
    if (!this.#core.canClose())
      throw invalidState('Controller is already closed');
    this.#core.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  error(error = undefined) {
    this.#core.fail(error);
  }
}
expose(ReadableByteStreamController, ['byobRequest', 'desiredSize', 'close', 'enqueue', 'error'],
  'ReadableByteStreamController');

// ---- readers ----

class Reader {
  #core = null;
  #closed;
  constructor(stream) {
    const core = coreOf(stream);
    if (!core)
      throw new codes.ERR_INVALID_ARG_TYPE('stream', 'ReadableStream', stream);
    if (core.reader)
      throw invalidState('ReadableStream is locked');
    this.#core = core;
    this.#closed = core.acquire();
  }
  get closed() {
    return this.#closed.closed.promise;
  }
  cancel(reason = undefined) {
    if (!this.#core)
      return Promise.reject(invalidState('The reader is not attached to a stream'));
    return this.#core.cancel(reason);
  }
  releaseLock() {
    this.#core?.release();
    this.#core = null;
  }
  static coreOf(reader) {
    return reader.#core;
  }
}
const readerCore = Reader.coreOf;
delete Reader.coreOf;

class ReadableStreamDefaultReader extends Reader {
  read() {
    const core = readerCore(this);
    if (!core)
      return Promise.reject(invalidState('The reader is not attached to a stream'));
    return readOnce(core);
  }
}

class ReadableStreamBYOBReader extends Reader {
  constructor(stream) {
    super(stream);
    if (!readerCore(this).isBytes) {
      this.releaseLock();
      throw new codes.ERR_INVALID_ARG_VALUE('stream', stream, 'must be a byte stream');
    }
  }
  async read(view) {
    const core = readerCore(this);
    if (!ArrayBuffer.isView(view))
      throw new codes.ERR_INVALID_ARG_TYPE('view', ['Buffer', 'TypedArray', 'DataView'], view);
    if (view.byteLength === 0)
      throw invalidState('View byteLength is 0');
    if (!core)
      throw invalidState('The reader is not attached to a stream');
    const C = view.constructor, { byteOffset, byteLength } = view, buffer = view.buffer.transfer();
    const { value, done } = await readOnce(core);
    const size = C.BYTES_PER_ELEMENT ?? 1;
    if (done)
      return { value: new C(buffer, byteOffset, 0), done };
    const n = Math.min(value.length, byteLength);
    new Uint8Array(buffer, byteOffset, n).set(value.subarray(0, n));
    if (n < value.length) { // the rest is first in the queue
      core.queue.items.splice(core.queue.at, 0, { value: value.subarray(n), size: value.length - n });
      core.queue.total += value.length - n;
    }
    return { value: new C(buffer, byteOffset, Math.floor(n / size)), done: false };
  }
}
for (const k of ['closed', 'cancel', 'releaseLock']) {
  for (const C of [ReadableStreamDefaultReader, ReadableStreamBYOBReader])
    Object.defineProperty(C.prototype, k, { ...Object.getOwnPropertyDescriptor(Reader.prototype, k), enumerable: true });
}
for (const C of [ReadableStreamDefaultReader, ReadableStreamBYOBReader]) {
  expose(C, ['read'], C.name);
  Object.setPrototypeOf(C.prototype, Object.prototype);
}

// ---- the stream ----

class ReadableStream {
  #core = new Core();
  #controller;

  static {
    coreOf = (v) => typeof v === 'object' && v !== null && #core in v ? v.#core : undefined;
  }

  constructor(source = {}, strategy = {}) {
    if (source === null || typeof source !== 'object' && typeof source !== 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('source', 'Object', source);
    const core = this.#core, type = source.type;
    const { pull, cancel, start } = source;
    for (const [k, f] of [['start', start], ['pull', pull], ['cancel', cancel]]) {
      if (f !== undefined && typeof f !== 'function')
        throw new codes.ERR_INVALID_ARG_TYPE(`source.${k}`, 'Function', f);
    }
    if (type !== undefined && `${type}` !== 'bytes')
      throw new codes.ERR_INVALID_ARG_VALUE('source.type', type);
    core.isBytes = type !== undefined;
    if (core.isBytes && strategy?.size !== undefined)
      throw new codes.ERR_INVALID_ARG_VALUE.RangeError('strategy.size', strategy.size);
    const hwm = highWaterMark(strategy, core.isBytes ? 0 : 1), size = sizeOf(strategy);
    const C = core.isBytes ? ReadableByteStreamController : ReadableStreamDefaultController;
    const controller = this.#controller = new C(kCreate, core);
    core.setUp(source, () => pull?.call(source, controller), (reason) => cancel?.call(source, reason), hwm, size,
      () => start?.call(source, controller));
  }

  static from(iterable) {
    const make = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator];
    if (typeof make !== 'function')
      throw new codes.ERR_ARG_NOT_ITERABLE(iterable);
    const iterator = make.call(iterable);
    return new ReadableStream({
      async pull(controller) {
        const { value, done } = await iterator.next();
        if (done)
          controller.close();
        else
          controller.enqueue(await value);
      },
      async cancel(reason) {
        await iterator.return?.(reason);
      },
    }, { highWaterMark: 0 });
  }

  static #of(v) {
    const core = coreOf(v);
    if (!core)
      throw invalidThis('ReadableStream');
    return core;
  }

  get locked() {
    return ReadableStream.#of(this).reader !== null;
  }

  cancel(reason = undefined) {
    const core = coreOf(this);
    if (!core)
      return Promise.reject(invalidThis('ReadableStream'));
    if (core.reader)
      return Promise.reject(invalidState('ReadableStream is locked'));
    return core.cancel(reason);
  }

  getReader(options = undefined) {
    ReadableStream.#of(this);
    const mode = options?.mode;
    if (mode === undefined)
      return new ReadableStreamDefaultReader(this);
    if (`${mode}` !== 'byob')
      throw new codes.ERR_INVALID_ARG_VALUE('options.mode', mode);
    return new ReadableStreamBYOBReader(this);
  }

  pipeThrough(transform, options = undefined) {
    ReadableStream.#of(this);
    const { coreOfWritable } = require('internal/streams/web_writable');
    if (!coreOf(transform?.readable))
      throw new codes.ERR_INVALID_ARG_TYPE('transform.readable', 'ReadableStream', transform?.readable);
    if (!coreOfWritable(transform.writable))
      throw new codes.ERR_INVALID_ARG_TYPE('transform.writable', 'WritableStream', transform.writable);
    if (this.locked)
      throw invalidState('The ReadableStream is locked');
    if (transform.writable.locked)
      throw invalidState('The WritableStream is locked');
    this.pipeTo(transform.writable, options).catch(nop);
    return transform.readable;
  }

  async pipeTo(destination, options = undefined) {
    ReadableStream.#of(this);
    if (!require('internal/streams/web_writable').coreOfWritable(destination))
      throw new codes.ERR_INVALID_ARG_TYPE('transform.writable', 'WritableStream', destination);
    if (this.locked)
      throw invalidState('The ReadableStream is locked');
    if (destination.locked)
      throw invalidState('The WritableStream is locked');
    const { preventClose, preventAbort, preventCancel, signal } = options ?? {};
    if (signal !== undefined && !require('internal/abort').isAbortSignal(signal))
      throw new codes.ERR_INVALID_ARG_TYPE('options.signal', 'AbortSignal', signal);
    return pipe(this, destination, { preventClose, preventAbort, preventCancel, signal });
  }

  tee() {
    return tee(ReadableStream.#of(this), this);
  }

  values(options = undefined) {
    const reader = new ReadableStreamDefaultReader(this), preventCancel = Boolean(options?.preventCancel);
    let finished = false, last = Promise.resolve();
    const then = (f) => last = last.then(f, f); // one call after the other
    return Object.setPrototypeOf({
      next: () => then(async () => {
        if (finished)
          return { value: undefined, done: true };
        let r;
        try {
          r = await reader.read();
        } catch (e) {
          finished = true;
          reader.releaseLock();
          throw e;
        }
        if (r.done) {
          finished = true;
          reader.releaseLock();
        }
        return r;
      }),
      return: (value) => then(async () => {
        if (!finished) {
          finished = true;
          if (!preventCancel) {
            const p = reader.cancel(value);
            reader.releaseLock();
            await p;
          } else {
            reader.releaseLock();
          }
        }
        return { value, done: true };
      }),
    }, Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)));
  }

  [customInspect](depth, options) {
    const core = ReadableStream.#of(this);
    return inspectAs(this, { locked: core.reader !== null, state: core.state, supportsBYOB: core.isBytes }, depth, options);
  }
}
expose(ReadableStream, ['locked', 'cancel', 'getReader', 'pipeThrough', 'pipeTo', 'tee', 'values'], 'ReadableStream');
Object.defineProperty(ReadableStream, 'from', { enumerable: true });
Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator,
  { writable: true, configurable: true, value: ReadableStream.prototype.values });

async function pipe(source, destination, { preventClose, preventAbort, preventCancel, signal }) {
  const reader = source.getReader(), writer = destination.getWriter();
  let last = Promise.resolve(), stop; // the last write; how the loop is left from outside
  const stopped = new Promise((resolve, reject) => { stop = reject; });
  stopped.catch(nop);
  const aborted = { reason: undefined };
  const onAbort = () => {
    aborted.reason = signal.reason;
    stop(aborted);
  };
  if (signal?.aborted)
    onAbort();
  else
    signal?.addEventListener('abort', onAbort, { once: true });
  const failed = {}; // marks errors of the destination
  writer.closed.then(() => stop(failed), () => stop(failed));
  try {
    for (;;) {
      await Promise.race([writer.ready.catch(() => { throw failed; }), stopped]);
      const { value, done } = await Promise.race([reader.read(), stopped]);
      if (done)
        break;
      last = writer.write(value);
      last.catch(nop);
    }
    await last.catch(() => { throw failed; });
    if (preventClose)
      return undefined;
    await writer.close();
    return undefined;
  } catch (e) {
    if (e === aborted) {
      const all = [];
      if (!preventAbort)
        all.push(writer.abort(aborted.reason));
      if (!preventCancel)
        all.push(reader.cancel(aborted.reason));
      await Promise.all(all);
      throw aborted.reason;
    }
    if (e === failed) {
      const why = await writer.closed.then(() => invalidState('Destination WritableStream is closed'), (x) => x);
      if (!preventCancel)
        await reader.cancel(why);
      throw why;
    }
    await last.catch(nop);
    if (!preventAbort)
      await writer.abort(e);
    throw e;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    reader.releaseLock();
    writer.releaseLock();
  }
}

function tee(core, stream) {
  if (core.reader)
    throw invalidState('ReadableStream is locked');
  const reader = core.acquire(), canceled = [false, false], reasons = [], controllers = [];
  let reading = false, again = false, resolveCancel;
  const cancelPromise = new Promise((resolve) => { resolveCancel = resolve; });
  const pull = () => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    core.read({
      chunk(value) {
        Promise.resolve().then(() => {
          again = false;
          controllers.forEach((c, i) => {
            if (!canceled[i])
              c.enqueue(core.isBytes && i === 1 ? value.slice() : value);
          });
          reading = false;
          if (again)
            pull();
        });
      },
      close() {
        reading = false;
        controllers.forEach((c, i) => {
          if (!canceled[i])
            c.close();
        });
        if (!canceled[0] || !canceled[1])
          resolveCancel();
      },
      error() {
        reading = false;
      },
    });
  };
  const branch = (i) => new ReadableStream({
    type: core.isBytes ? 'bytes' : undefined,
    start(c) {
      controllers[i] = c;
    },
    pull,
    cancel(reason) {
      canceled[i] = true;
      reasons[i] = reason;
      if (canceled[1 - i])
        resolveCancel(core.cancel(reasons));
      return cancelPromise;
    },
  }, core.isBytes ? {} : { highWaterMark: 1 });
  const branches = [branch(0), branch(1)];
  reader.closed.promise.catch((e) => {
    controllers.forEach((c) => c.error(e));
    resolveCancel();
  });
  return branches;
}

module.exports = {
  ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamDefaultController,
  ReadableByteStreamController, Queue, deferred, attempt, expose, inspectAs, highWaterMark, sizeOf, invalidState,
  invalidThis, kCreate, nop, coreOfReadable: (v) => coreOf(v),
};
