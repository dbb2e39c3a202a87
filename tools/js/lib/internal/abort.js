// AbortController and AbortSignal (https://dom.spec.whatwg.org).
const { codes } = require('internal/errors');
const { EventTarget, Event, defineHandler, trust, enumerable, setUnlimited } = require('internal/event_target');
const { validateUint32 } = require('internal/validators');

const customInspect = Symbol.for('nodejs.util.inspect.custom');
const kCreate = Symbol('kCreate');

function customText(self, shown, depth, options) {
  if (depth < 0)
    return self.constructor.name;
  const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
  return `${self.constructor.name} ${require('internal/inspect').inspect(shown, inner)}`;
}

const aborted = () => new DOMException('This operation was aborted', 'AbortError');

let abortSignal, isAbortSignal, follow;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason = undefined;
  #followers = null; // the signals of AbortSignal.any that depend on this one
  #sources = null;

  static {
    isAbortSignal = (v) => typeof v === 'object' && v !== null && #aborted in v;
    abortSignal = (s, reason) => s.#abort(reason);
    follow = (s, sources) => {
      s.#sources = new Set();
      for (const source of sources) {
        for (const root of source.#sources ?? [source]) {
          s.#sources.add(root);
          (root.#followers ??= new Set()).add(s);
        }
      }
    };
  }

  constructor(key = undefined) {
    if (key !== kCreate)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    super();
    setUnlimited(this);
  }

  static #check(v) {
    if (!isAbortSignal(v))
      throw new codes.ERR_INVALID_THIS('AbortSignal');
  }

  #abort(reason) {
    if (this.#aborted)
      return;
    const all = [this, ...(this.#followers ?? [])].filter((s) => !s.#aborted);
    for (const s of all) { // all are aborted before anybody hears of it
      s.#aborted = true;
      s.#reason = reason;
    }
    for (const s of all)
      s.dispatchEvent(trust(new Event('abort')));
    this.#followers = null;
  }

  get aborted() {
    AbortSignal.#check(this);
    return this.#aborted;
  }

  get reason() {
    AbortSignal.#check(this);
    return this.#reason;
  }

  throwIfAborted() {
    AbortSignal.#check(this);
    if (this.#aborted)
      throw this.#reason;
  }

  [customInspect](depth, options) {
    return customText(this, { aborted: this.aborted }, depth, options);
  }

  static abort(reason = aborted()) {
    const s = new AbortSignal(kCreate);
    s.#aborted = true;
    s.#reason = reason;
    return s;
  }

  static timeout(delay) {
    validateUint32(delay, 'delay', false);
    const s = new AbortSignal(kCreate);
    const timer = require('timers').setTimeout(() => {
      s.#abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, delay);
    timer.unref?.();
    return s;
  }

  static any(signals) {
    if (signals === null || typeof signals !== 'object' || typeof signals[Symbol.iterator] !== 'function')
      throw new codes.ERR_INVALID_ARG_TYPE('signals', 'Array', signals);
    const list = [...signals];
    list.forEach((s, i) => {
      if (!isAbortSignal(s))
        throw new codes.ERR_INVALID_ARG_TYPE(`signals[${i}]`, 'AbortSignal', s);
    });
    const r = new AbortSignal(kCreate);
    const first = list.find((s) => s.#aborted);
    if (first) {
      r.#aborted = true;
      r.#reason = first.#reason;
    } else {
      follow(r, list);
    }
    return r;
  }
}
enumerable(AbortSignal, ['aborted'], 'AbortSignal');
defineHandler(AbortSignal.prototype, 'abort');

class AbortController {
  #signal = null;

  static #of(v) {
    if (typeof v !== 'object' || v === null || !(#signal in v))
      throw new codes.ERR_INVALID_THIS('AbortController');
    return v;
  }

  get signal() {
    return AbortController.#of(this).#signal ??= new AbortSignal(kCreate);
  }

  abort(reason = aborted()) {
    abortSignal(AbortController.#of(this).signal, reason);
  }

  [customInspect](depth, options) {
    return customText(this, { signal: this.signal }, depth, options);
  }
}
enumerable(AbortController, ['signal', 'abort'], 'AbortController');

module.exports = { AbortController, AbortSignal, isAbortSignal };
