// Functions, properties and timers that stand in for others: `mock` of node:test.
const { codes } = require('internal/errors');
const { validateFunction, validateInteger, validateObject } = require('internal/validators');

class MockFunctionContext {
  #calls = [];
  #mocks = new Map();
  #implementation;
  #undo;
  #times;
  constructor(implementation, undo, times) {
    this.#implementation = implementation;
    this.#undo = undo;
    this.#times = times;
  }
  get calls() { return this.#calls.slice(); }
  callCount() { return this.#calls.length; }
  mockImplementation(implementation) {
    validateFunction(implementation, 'implementation');
    this.#implementation = implementation;
  }
  mockImplementationOnce(implementation, onCall) {
    validateFunction(implementation, 'implementation');
    const at = onCall ?? this.#calls.length;
    validateInteger(at, 'onCall', this.#calls.length);
    this.#mocks.set(at, implementation);
  }
  resetCalls() { this.#calls = []; }
  restore() {
    this.#undo?.(this);
    this.#undo = undefined;
    this.#mocks.clear();
  }
  static set(context, implementation) { context.#implementation = implementation; }
  static next(context) {
    const n = context.#calls.length;
    const fn = context.#mocks.get(n) ?? context.#implementation;
    context.#mocks.delete(n);
    return fn;
  }
  static record(context, call) {
    context.#calls.push(call);
    if (context.#calls.length === context.#times)
      context.restore();
  }
}
const { set, next, record } = MockFunctionContext;
for (const name of ['set', 'next', 'record'])
  delete MockFunctionContext[name];

function stand(original, context) {
  return new Proxy(original, {
    __proto__: null,
    apply(target, self, args) {
      const call = { arguments: args, error: undefined, result: undefined, stack: new Error(), target: undefined, this: self };
      try {
        return call.result = Reflect.apply(next(context), self, args);
      } catch (e) {
        call.error = e;
        throw e;
      } finally {
        record(context, call);
      }
    },
    construct(target, args, newTarget) {
      const call = { arguments: args, error: undefined, result: undefined, stack: new Error(), target, this: undefined };
      try {
        const r = Reflect.construct(next(context), args, newTarget);
        call.this = call.result = r;
        return r;
      } catch (e) {
        call.error = e;
        throw e;
      } finally {
        record(context, call);
      }
    },
    get: (target, name, receiver) => (name === 'mock' ? context : Reflect.get(target, name, receiver)),
  });
}

const isObject = (v) => v !== null && typeof v === 'object';

class MockTracker {
  #mocks = [];
  #timers;
  get timers() { return this.#timers ??= new (require('internal/test_timers').MockTimers)(); }

  #add(original, implementation, undo, options) {
    const { times = Infinity } = options;
    if (times !== Infinity)
      validateInteger(times, 'options.times', 1);
    const context = new MockFunctionContext(implementation, (c) => { set(c, original); undo?.(); }, times);
    this.#mocks.push(context);
    return stand(original, context);
  }
  fn(original, implementation, options) {
    if (isObject(original))
      [original, options] = [undefined, original];
    else if (isObject(implementation))
      [implementation, options] = [undefined, implementation];
    original ??= function() {};
    implementation ??= original;
    validateFunction(original, 'original');
    validateFunction(implementation, 'implementation');
    validateObject(options ?? {}, 'options');
    return this.#add(original, implementation, undefined, options ?? {});
  }
  method(object, name, implementation, options) {
    if (!isObject(object) && typeof object !== 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('object', 'object', object);
    if (typeof name !== 'string' && typeof name !== 'symbol')
      throw new codes.ERR_INVALID_ARG_TYPE('methodName', ['string', 'symbol'], name);
    if (isObject(implementation))
      [implementation, options] = [undefined, implementation];
    options ??= {};
    validateObject(options, 'options');
    const { getter = false, setter = false } = options;
    if (getter && setter)
      throw new codes.ERR_INVALID_ARG_VALUE('options.setter', setter, "cannot be used with 'options.getter'");
    let owner = object, was;
    for (; owner !== null && !(was = Object.getOwnPropertyDescriptor(owner, name)); owner = Object.getPrototypeOf(owner));
    const kind = getter ? 'get' : setter ? 'set' : 'value';
    const original = was?.[kind];
    if (typeof original !== 'function')
      throw new codes.ERR_INVALID_ARG_VALUE('methodName', original, 'must be a method');
    implementation ??= original;
    validateFunction(implementation, 'implementation');
    const undo = () => {
      if (owner === object)
        Object.defineProperty(object, name, was);
      else
        delete object[name];
    };
    const mock = this.#add(original, implementation, undo, options);
    Object.defineProperty(object, name, kind === 'value' ? { ...was, value: mock } : { ...was, [kind]: mock });
    return mock;
  }
  getter(object, name, implementation, options) {
    if (isObject(implementation))
      [implementation, options] = [undefined, implementation];
    return this.method(object, name, implementation, { ...options, getter: true });
  }
  setter(object, name, implementation, options) {
    if (isObject(implementation))
      [implementation, options] = [undefined, implementation];
    return this.method(object, name, implementation, { ...options, setter: true });
  }
  reset() {
    this.restoreAll();
    this.#timers?.reset();
    this.#mocks = [];
  }
  restoreAll() {
    for (const context of this.#mocks)
      context.restore();
  }
}

module.exports = { MockTracker, MockFunctionContext };
