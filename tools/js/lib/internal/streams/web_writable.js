// WritableStream and TransformStream (https://streams.spec.whatwg.org).
const { codes } = require('internal/errors');
const {
  ReadableStream, Queue, deferred, attempt, expose, inspectAs, highWaterMark, sizeOf, invalidState, invalidThis,
  kCreate, coreOfReadable,
} = require('internal/streams/web_readable');

const customInspect = Symbol.for('nodejs.util.inspect.custom');
const CLOSE = Symbol('close');

class Core {
  state = 'writable'; // 'erroring', 'errored', 'closed'
  error = undefined;
  writer = null;
  requests = []; // of writes that wait: a deferred each
  inFlightWrite = null;
  inFlightClose = null;
  closeRequest = null;
  pendingAbort = null;
  backpressure = false;
  queue = new Queue();
  started = false;
  controller = new AbortController();

  setUp(sink, start, hwm, size) {
    this.sink = sink;
    this.hwm = hwm;
    this.size = size;
    this.updateBackpressure();
    Promise.resolve(start()).then(() => {
      this.started = true;
      this.advance();
    }, (e) => {
      this.started = true;
      this.dealWithRejection(e);
    });
  }

  get desiredSize() {
    return this.hwm - this.queue.total;
  }

  get isClosing() {
    return this.closeRequest !== null || this.inFlightClose !== null;
  }

  updateBackpressure() {
    if (this.state !== 'writable' || this.isClosing)
      return;
    const b = this.desiredSize <= 0;
    if (this.writer && b !== this.backpressure) {
      if (b)
        this.writer.ready = deferred();
      else
        this.writer.ready.resolve();
    }
    this.backpressure = b;
  }

  dealWithRejection(error) {
    if (this.state === 'writable')
      this.startErroring(error);
    else
      this.finishErroring();
  }

  startErroring(reason) {
    this.state = 'erroring';
    this.error = reason;
    if (this.writer)
      this.rejectReady(reason);
    if (!this.inFlightWrite && !this.inFlightClose && this.started)
      this.finishErroring();
  }

  rejectReady(reason) {
    if (!this.backpressure || this.writer.readyDone)
      this.writer.ready = deferred();
    this.writer.ready.reject(reason);
  }

  finishErroring() {
    this.state = 'errored';
    this.queue.clear();
    for (const r of this.requests.splice(0))
      r.reject(this.error);
    const abort = this.pendingAbort;
    if (!abort) {
      this.rejectCloseAndClosed();
      return;
    }
    this.pendingAbort = null;
    if (abort.wasErroring) {
      abort.promise.reject(this.error);
      this.rejectCloseAndClosed();
      return;
    }
    attempt(this.sink.abort, undefined, abort.reason).then(() => {
      abort.promise.resolve();
      this.rejectCloseAndClosed();
    }, (e) => {
      abort.promise.reject(e);
      this.rejectCloseAndClosed();
    });
  }

  rejectCloseAndClosed() {
    if (this.closeRequest) {
      this.closeRequest.reject(this.error);
      this.closeRequest = null;
    }
    this.writer?.closed.reject(this.error);
  }

  abort(reason) {
    if (this.state === 'closed' || this.state === 'errored')
      return Promise.resolve();
    this.controller.abort(reason);
    if (this.state === 'closed' || this.state === 'errored')
      return Promise.resolve();
    if (this.pendingAbort)
      return this.pendingAbort.promise.promise;
    const wasErroring = this.state === 'erroring';
    this.pendingAbort = { promise: deferred(), reason: wasErroring ? undefined : reason, wasErroring };
    const { promise } = this.pendingAbort.promise;
    if (!wasErroring)
      this.startErroring(reason);
    return promise;
  }

  close() {
    if (this.state === 'closed' || this.state === 'errored')
      return Promise.reject(invalidState('WritableStream is closed'));
    if (this.isClosing)
      return Promise.reject(invalidState('Failure to close WritableStream'));
    this.closeRequest = deferred();
    const { promise } = this.closeRequest;
    if (this.writer && this.backpressure && this.state === 'writable')
      this.writer.ready.resolve();
    this.queue.push(CLOSE, 0);
    this.advance();
    return promise;
  }

  write(chunk) {
    let n = 1;
    try {
      n = this.size(chunk);
    } catch (e) {
      this.fail(e);
    }
    if (this.state === 'errored')
      return Promise.reject(this.error);
    if (this.isClosing || this.state === 'closed')
      return Promise.reject(invalidState('WritableStream is closed'));
    if (this.state === 'erroring')
      return Promise.reject(this.error);
    const request = deferred();
    this.requests.push(request);
    try {
      this.queue.push(chunk, n);
    } catch (e) {
      this.fail(e);
      return request.promise;
    }
    this.updateBackpressure();
    this.advance();
    return request.promise;
  }

  fail(error) {
    if (this.state === 'writable')
      this.startErroring(error);
  }

  advance() {
    if (!this.started || this.inFlightWrite)
      return;
    if (this.state === 'erroring') {
      this.finishErroring();
      return;
    }
    if (this.state !== 'writable' || this.queue.length === 0)
      return;
    const chunk = this.queue.peek();
    if (chunk === CLOSE)
      this.runClose();
    else
      this.runWrite(chunk);
  }

  runClose() {
    this.inFlightClose = this.closeRequest;
    this.closeRequest = null;
    this.queue.shift();
    attempt(this.sink.close).then(() => {
      this.inFlightClose.resolve();
      this.inFlightClose = null;
      if (this.state === 'erroring') {
        this.error = undefined;
        this.pendingAbort?.promise.resolve();
        this.pendingAbort = null;
      }
      this.state = 'closed';
      this.writer?.closed.resolve();
    }, (e) => {
      this.inFlightClose.reject(e);
      this.inFlightClose = null;
      this.pendingAbort?.promise.reject(e);
      this.pendingAbort = null;
      this.dealWithRejection(e);
    });
  }

  runWrite(chunk) {
    this.inFlightWrite = this.requests.shift();
    attempt(this.sink.write, undefined, chunk).then(() => {
      this.inFlightWrite.resolve();
      this.inFlightWrite = null;
      this.queue.length > 0 && this.queue.shift();
      this.updateBackpressure();
      this.advance();
    }, (e) => {
      this.inFlightWrite.reject(e);
      this.inFlightWrite = null;
      this.dealWithRejection(e);
    });
  }
}

let coreOf;

class WritableStreamDefaultController {
  #core;
  constructor(key, core) {
    if (key !== kCreate)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#core = core;
  }
  get signal() {
    return this.#core.controller.signal;
  }
  error(error = undefined) {
    this.#core.fail(error);
  }
}
expose(WritableStreamDefaultController, ['signal', 'error'], 'WritableStreamDefaultController');

class WritableStreamDefaultWriter {
  #core;
  #state = { ready: deferred(), closed: deferred() };
  constructor(stream) {
    const core = coreOf(stream);
    if (!core)
      throw new codes.ERR_INVALID_ARG_TYPE('stream', 'WritableStream', stream);
    if (core.writer)
      throw invalidState('WritableStream is locked');
    this.#core = core;
    const s = core.writer = this.#state;
    if (core.state === 'writable') {
      if (core.isClosing || !core.backpressure)
        s.ready.resolve();
    } else if (core.state === 'closed') {
      s.ready.resolve();
      s.closed.resolve();
    } else {
      s.ready.reject(core.error);
      if (core.state === 'errored')
        s.closed.reject(core.error);
    }
  }
  get closed() {
    return this.#state.closed.promise;
  }
  get ready() {
    return this.#state.ready.promise;
  }
  get desiredSize() {
    const c = this.#core;
    if (!c)
      throw invalidState('Writer is not bound to a WritableStream');
    return c.state === 'errored' || c.state === 'erroring' ? null : c.state === 'closed' ? 0 : c.desiredSize;
  }
  abort(reason = undefined) {
    return this.#core ? this.#core.abort(reason) :
      Promise.reject(invalidState('Writer is not bound to a WritableStream'));
  }
  close() {
    return this.#core ? this.#core.close() :
      Promise.reject(invalidState('Writer is not bound to a WritableStream'));
  }
  write(chunk = undefined) {
    return this.#core ? this.#core.write(chunk) :
      Promise.reject(invalidState('Writer is not bound to a WritableStream'));
  }
  releaseLock() {
    if (!this.#core)
      return;
    const error = invalidState('Writer has been released');
    for (const k of ['ready', 'closed']) {
      this.#state[k].reject(error);
      this.#state[k] = deferred();
      this.#state[k].reject(error);
    }
    this.#core.writer = null;
    this.#core = null;
  }
}
expose(WritableStreamDefaultWriter, ['closed', 'ready', 'desiredSize', 'abort', 'close', 'write', 'releaseLock'],
  'WritableStreamDefaultWriter');

class WritableStream {
  #core = new Core();

  static {
    coreOf = (v) => typeof v === 'object' && v !== null && #core in v ? v.#core : undefined;
  }

  constructor(sink = null, strategy = {}) {
    const type = sink?.type;
    if (type !== undefined)
      throw new codes.ERR_INVALID_ARG_VALUE.RangeError('type', type);
    for (const k of ['start', 'write', 'close', 'abort']) {
      if (sink?.[k] !== undefined && typeof sink[k] !== 'function')
        throw new codes.ERR_INVALID_ARG_TYPE(`sink.${k}`, 'Function', sink[k]);
    }
    const core = this.#core, controller = new WritableStreamDefaultController(kCreate, core);
    const hwm = highWaterMark(strategy, 1), size = sizeOf(strategy), { start, write, close, abort } = sink ?? {};
    core.setUp({
      write: (chunk) => write?.call(sink, chunk, controller),
      close: () => close?.call(sink),
      abort: (reason) => abort?.call(sink, reason),
    }, () => start?.call(sink, controller), hwm, size);
  }

  static #of(v) {
    const core = coreOf(v);
    if (!core)
      throw invalidThis('WritableStream');
    return core;
  }

  get locked() {
    return WritableStream.#of(this).writer !== null;
  }
  abort(reason = undefined) {
    const core = coreOf(this);
    if (!core)
      return Promise.reject(invalidThis('WritableStream'));
    return core.writer ? Promise.reject(invalidState('WritableStream is locked')) : core.abort(reason);
  }
  close() {
    const core = coreOf(this);
    if (!core)
      return Promise.reject(invalidThis('WritableStream'));
    return core.writer ? Promise.reject(invalidState('WritableStream is locked')) : core.close();
  }
  getWriter() {
    WritableStream.#of(this);
    return new WritableStreamDefaultWriter(this);
  }
  [customInspect](depth, options) {
    const core = WritableStream.#of(this);
    return inspectAs(this, { locked: core.writer !== null, state: core.state }, depth, options);
  }
}
expose(WritableStream, ['locked', 'abort', 'close', 'getWriter'], 'WritableStream');

// ---- TransformStream ----

class TransformStreamDefaultController {
  #inner;
  constructor(key, inner) {
    if (key !== kCreate)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#inner = inner;
  }
  get desiredSize() {
    return this.#inner.readable.desiredSize;
  }
  enqueue(chunk = undefined) {
    this.#inner.enqueue(chunk);
  }
  error(reason = undefined) {
    this.#inner.fail(reason);
  }
  terminate() {
    this.#inner.terminate();
  }
}
expose(TransformStreamDefaultController, ['desiredSize', 'enqueue', 'error', 'terminate'],
  'TransformStreamDefaultController');

class TransformStream {
  #readable;
  #writable;

  constructor(transformer = null, writableStrategy = {}, readableStrategy = {}) {
    for (const k of ['readableType', 'writableType']) {
      if (transformer?.[k] !== undefined)
        throw new codes.ERR_INVALID_ARG_VALUE.RangeError(`transformer.${k}`, transformer[k]);
    }
    const { start, transform, flush, cancel } = transformer ?? {};
    const readableHwm = highWaterMark(readableStrategy, 0), writableHwm = highWaterMark(writableStrategy, 1);
    let backpressure, change, readable, writable, finish = null;
    const started = deferred();
    const setBackpressure = (b) => {
      change?.resolve();
      change = deferred();
      backpressure = b;
    };
    const inner = {
      get readable() {
        return readable;
      },
      enqueue(chunk) {
        if (!readable.canClose())
          throw invalidState('Unable to enqueue');
        try {
          readable.enqueue(chunk);
        } catch (e) {
          inner.failWritable(e);
          throw readable.error;
        }
        const b = !readable.shouldPull();
        if (b && b !== backpressure)
          setBackpressure(true);
      },
      fail(e) {
        readable.fail(e);
        inner.failWritable(e);
      },
      failWritable(e) {
        writable.fail(e);
        if (backpressure)
          setBackpressure(false);
      },
      terminate() {
        if (readable.canClose())
          readable.close();
        inner.failWritable(invalidState('TransformStream terminated'));
      },
    };
    const controller = new TransformStreamDefaultController(kCreate, inner);
    const run = async (chunk) => {
      try {
        if (transform)
          await transform.call(transformer, chunk, controller);
        else
          inner.enqueue(chunk);
      } catch (e) {
        inner.fail(e);
        throw e;
      }
    };
    this.#writable = new WritableStream({
      start: () => started.promise,
      async write(chunk) {
        if (backpressure) {
          await change.promise;
          if (writable.state === 'erroring')
            throw writable.error;
        }
        await run(chunk);
      },
      abort(reason) {
        finish ??= attempt(cancel, transformer, reason).then(() => readable.fail(reason), (e) => {
          readable.fail(e);
          throw e;
        });
        return finish;
      },
      close() {
        finish ??= attempt(flush, transformer, controller).then(() => {
          if (readable.state === 'errored')
            throw readable.error;
          if (readable.canClose())
            readable.close();
        }, (e) => {
          inner.fail(e);
          throw e;
        });
        return finish;
      },
    }, { highWaterMark: writableHwm, size: writableStrategy?.size });
    this.#readable = new ReadableStream({
      start: () => started.promise,
      pull() {
        setBackpressure(false);
        return change.promise;
      },
      cancel(reason) {
        finish ??= attempt(cancel, transformer, reason).then(() => inner.failWritable(reason), (e) => {
          inner.failWritable(e);
          throw e;
        });
        return finish;
      },
    }, { highWaterMark: readableHwm, size: readableStrategy?.size });
    readable = coreOfReadable(this.#readable);
    writable = coreOf(this.#writable);
    setBackpressure(true);
    started.resolve(start?.call(transformer, controller));
  }

  get readable() {
    return this.#readable;
  }
  get writable() {
    return this.#writable;
  }
  [customInspect](depth, options) {
    return inspectAs(this, { readable: this.#readable, writable: this.#writable }, depth, options);
  }
}
expose(TransformStream, ['readable', 'writable'], 'TransformStream');

module.exports = {
  WritableStream, WritableStreamDefaultWriter, WritableStreamDefaultController, TransformStream,
  TransformStreamDefaultController, coreOfWritable: (v) => coreOf(v),
};
