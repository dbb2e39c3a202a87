// Event, CustomEvent and EventTarget (https://dom.spec.whatwg.org) without a tree: every target is its own path.
const { codes } = require('internal/errors');
const { validateObject } = require('internal/validators');

const customInspect = Symbol.for('nodejs.util.inspect.custom');
const inspect = (v, options) => require('internal/inspect').inspect(v, options);

let start, finish, stopped, trust; // functions that see an event's private parts

class Event {
  #type;
  #bubbles;
  #cancelable;
  #composed;
  #timestamp;
  #trusted = false;
  #canceled = false;
  #stopped = false;
  #stoppedNow = false;
  #target = null;
  #phase = 0;

  static {
    start = (e, target) => {
      e.#target = target;
      e.#phase = 2;
    };
    finish = (e) => {
      e.#phase = 0;
      e.#stopped = e.#stoppedNow = false;
    };
    stopped = (e) => e.#stoppedNow;
    trust = (e) => {
      e.#trusted = true;
      return e;
    };
  }

  constructor(type, options = undefined) {
    if (arguments.length === 0)
      throw new codes.ERR_MISSING_ARGS('type');
    if (options != null)
      validateObject(options, 'options', 6);
    this.#bubbles = Boolean(options?.bubbles);
    this.#cancelable = Boolean(options?.cancelable);
    this.#composed = Boolean(options?.composed);
    this.#type = `${type}`;
    this.#timestamp = globalThis.performance?.now() ?? 0;
  }

  static #check(v) {
    if (typeof v !== 'object' || v === null || !(#type in v))
      throw new codes.ERR_INVALID_THIS('Event');
  }

  static isEvent(v) {
    return typeof v === 'object' && v !== null && #type in v;
  }

  initEvent(type, bubbles = false, cancelable = false) {
    if (arguments.length === 0)
      throw new codes.ERR_MISSING_ARGS('type');
    if (this.#phase !== 0)
      return;
    this.#type = `${type}`;
    this.#bubbles = Boolean(bubbles);
    this.#cancelable = Boolean(cancelable);
  }
  stopImmediatePropagation() {
    Event.#check(this);
    this.#stopped = this.#stoppedNow = true;
  }
  preventDefault() {
    Event.#check(this);
    this.#canceled = true; // in a passive listener too, as in Node
  }
  get target() {
    Event.#check(this);
    return this.#target;
  }
  get currentTarget() {
    Event.#check(this);
    return this.#phase === 0 ? null : this.#target;
  }
  get srcElement() {
    Event.#check(this);
    return this.#target;
  }
  get type() {
    Event.#check(this);
    return this.#type;
  }
  get cancelable() {
    Event.#check(this);
    return this.#cancelable;
  }
  get defaultPrevented() {
    Event.#check(this);
    return this.#cancelable && this.#canceled;
  }
  get timeStamp() {
    Event.#check(this);
    return this.#timestamp;
  }
  composedPath() {
    Event.#check(this);
    return this.#phase === 0 ? [] : [this.#target];
  }
  get returnValue() {
    Event.#check(this);
    return !this.#cancelable || !this.#canceled;
  }
  get bubbles() {
    Event.#check(this);
    return this.#bubbles;
  }
  get composed() {
    Event.#check(this);
    return this.#composed;
  }
  get eventPhase() {
    Event.#check(this);
    return this.#phase;
  }
  get cancelBubble() {
    Event.#check(this);
    return this.#stopped;
  }
  set cancelBubble(v) {
    Event.#check(this);
    if (v)
      this.#stopped = true;
  }
  stopPropagation() {
    Event.#check(this);
    this.#stopped = true;
  }
  get isTrusted() {
    return this.#trusted;
  }

  [customInspect](depth, options) {
    Event.#check(this);
    const name = this.constructor.name;
    if (depth < 0)
      return name;
    const inner = { ...options, depth: Number.isInteger(options.depth) ? options.depth - 1 : options.depth };
    return `${name} ${inspect({
      type: this.#type, defaultPrevented: this.defaultPrevented, cancelable: this.#cancelable,
      timeStamp: this.#timestamp,
    }, inner)}`;
  }
}
const { isEvent } = Event;
delete Event.isEvent;

function enumerable(C, names, tag) {
  for (const k of names)
    Object.defineProperty(C.prototype, k, { enumerable: true });
  Object.defineProperty(C.prototype, Symbol.toStringTag, { configurable: true, value: tag });
}
enumerable(Event, Object.getOwnPropertyNames(Event.prototype).filter((k) => k !== 'constructor' && k !== 'isTrusted'),
  'Event');
for (const [k, v] of [['NONE', 0], ['CAPTURING_PHASE', 1], ['AT_TARGET', 2], ['BUBBLING_PHASE', 3]])
  Object.defineProperty(Event, k, { value: v, enumerable: true });

class CustomEvent extends Event {
  #detail;
  constructor(type, options) {
    if (arguments.length === 0)
      throw new codes.ERR_MISSING_ARGS('type');
    super(type, options);
    this.#detail = options?.detail ?? null;
  }
  get detail() {
    return this.#detail;
  }
}
enumerable(CustomEvent, ['detail'], 'CustomEvent');

const kListeners = Symbol('kEvents');
let targetState; // the private state of a target: {lists: Map of type to listeners, max, warned}

class EventTarget {
  #state = { lists: new Map(), max: undefined };

  static {
    targetState = (v) => typeof v === 'object' && v !== null && #state in v ? v.#state : undefined;
  }

  static #of(v) {
    const s = targetState(v);
    if (!s)
      throw new codes.ERR_INVALID_THIS('EventTarget');
    return s;
  }

  addEventListener(type, listener, options = undefined) {
    const state = EventTarget.#of(this);
    if (arguments.length < 2)
      throw new codes.ERR_MISSING_ARGS('type', 'listener');
    const { once, capture, signal } = listenerOptions(options);
    if (signal !== undefined && (typeof signal !== 'object' || signal === null || !('aborted' in signal)))
      throw new codes.ERR_INVALID_ARG_TYPE('options.signal', 'AbortSignal', signal);
    if (!isListener(listener)) {
      const w = new Error(`addEventListener called with ${listener} which has no effect.`);
      w.name = 'AddEventListenerArgumentTypeWarning';
      w.target = this;
      w.type = type;
      globalThis.process?.emitWarning?.(w);
      return;
    }
    if (signal?.aborted)
      return;
    type = `${type}`;
    const list = state.lists.get(type) ?? [];
    if (list.some((l) => l.listener === listener && l.capture === capture))
      return;
    const entry = { listener, capture, once, isRemoved: false };
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, options), { once: true });
    list.push(entry);
    state.lists.set(type, list);
    this[kOnAdd]?.(list.length, type, listener);
    const max = state.max ?? require('events').defaultMaxListeners;
    if (max > 0 && list.length > max && !list.warned && !state.isUnlimited)
      warnOfLeak(this, type, list, max);
  }

  removeEventListener(type, listener, options = undefined) {
    const state = EventTarget.#of(this);
    if (arguments.length < 2)
      throw new codes.ERR_MISSING_ARGS('type', 'listener');
    if (!isListener(listener))
      return;
    type = `${type}`;
    const capture = typeof options === 'boolean' ? options : Boolean(options?.capture);
    const list = state.lists.get(type);
    const at = list?.findIndex((l) => l.listener === listener && l.capture === capture) ?? -1;
    if (at < 0)
      return;
    list[at].isRemoved = true;
    list.splice(at, 1);
    if (list.length === 0)
      state.lists.delete(type);
    this[kOnRemove]?.(list.length, type, listener);
  }

  dispatchEvent(event) {
    EventTarget.#of(this);
    if (arguments.length < 1)
      throw new codes.ERR_MISSING_ARGS('event');
    if (!isEvent(event))
      throw new codes.ERR_INVALID_ARG_TYPE('event', 'Event', event);
    if (event.eventPhase !== 0)
      throw new codes.ERR_EVENT_RECURSION(event.type);
    dispatch(this, event);
    return event.defaultPrevented !== true;
  }

  [customInspect](depth, options) {
    const name = this.constructor.name;
    if (depth < 0)
      return name;
    const inner = { ...options, depth: Number.isInteger(options.depth) ? options.depth - 1 : options.depth };
    return `${name} ${inspect({}, inner)}`;
  }
}
enumerable(EventTarget, ['addEventListener', 'removeEventListener', 'dispatchEvent'], 'EventTarget');

const kOnAdd = Symbol('kNewListener'), kOnRemove = Symbol('kRemoveListener');

function isListener(v) {
  if (typeof v === 'function' || typeof v === 'object' && v !== null)
    return true;
  if (v == null)
    return false;
  throw new codes.ERR_INVALID_ARG_TYPE('listener', 'EventListener', v);
}

function listenerOptions(options) {
  if (typeof options === 'boolean')
    return { capture: options, once: false };
  if (options == null)
    return { capture: false, once: false };
  validateObject(options, 'options', 6);
  return {
    once: Boolean(options.once), capture: Boolean(options.capture), signal: options.signal,
  };
}

function warnOfLeak(target, type, list, max) {
  list.warned = true;
  const w = new Error(`Possible EventTarget memory leak detected. ${list.length} ${type} listeners added to ` +
    `${inspect(target, { depth: -1 })}. MaxListeners is ${max}. Use events.setMaxListeners() to increase limit`);
  w.name = 'MaxListenersExceededWarning';
  w.target = target;
  w.type = type;
  w.count = list.length;
  globalThis.process.emitWarning(w);
}

function dispatch(target, event) {
  const list = targetState(target).lists.get(event.type);
  start(event, target);
  for (const l of list ? list.slice() : []) {
    if (l.isRemoved)
      continue;
    if (stopped(event))
      break;
    if (l.once)
      target.removeEventListener(event.type, l.listener, l.capture);
    try {
      const f = typeof l.listener === 'function' ? l.listener : l.listener.handleEvent;
      const r = f.call(typeof l.listener === 'function' ? target : l.listener, event);
      if (r != null && typeof r.then === 'function')
        r.then(undefined, report);
    } catch (e) {
      report(e);
    }
  }
  finish(event);
}

// What a listener throws is nobody's but the process's.
function report(error) {
  globalThis.process.nextTick(() => {
    throw error;
  });
}

// target.onTYPE = f: one listener that keeps its place while it changes.
function defineHandler(prototype, name) {
  const handlers = new WeakMap();
  Object.defineProperty(prototype, `on${name}`, {
    configurable: true,
    enumerable: true,
    get() {
      return handlers.get(this)?.handler ?? null;
    },
    set(v) {
      const h = handlers.get(this);
      const handler = typeof v === 'function' || typeof v === 'object' ? v : null;
      if (h) {
        if (handler === null) {
          this.removeEventListener(name, h.listener);
          handlers.delete(this);
        } else {
          h.handler = handler;
        }
      } else if (handler !== null) {
        const entry = { handler, listener: (e) => typeof entry.handler === 'function' && entry.handler.call(this, e) };
        handlers.set(this, entry);
        this.addEventListener(name, entry.listener);
      }
    },
  });
}

module.exports = {
  Event, CustomEvent, EventTarget, isEvent, defineHandler, trust, kListeners, kOnAdd, kOnRemove, enumerable,
  isEventTarget: (v) => targetState(v) !== undefined,
  listenersOf: (target, type) => (targetState(target).lists.get(`${type}`) ?? []).map((l) => l.listener),
  maxListenersOf: (target) => targetState(target).max,
  setMaxListenersOf(target, n) {
    targetState(target).max = n;
  },
  // Signals that other signals follow have as many listeners as they like.
  setUnlimited(target) {
    targetState(target).isUnlimited = true;
  },
};
