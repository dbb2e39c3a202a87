// MessageChannel and its kin, between parts of one thread: what is sent is cloned, and arrives in a turn of its own.
const loop = require('internal/loop');

let open, queueOf;

class MessageEvent extends Event {
  #init;
  constructor(type, { data = null, origin = '', lastEventId = '', source = null, ports = [], ...options } = {}) {
    super(type, options);
    this.#init = { data, origin: `${origin}`, lastEventId: `${lastEventId}`, source, ports: Object.freeze([...ports]) };
  }
  get data() { return this.#init.data; }
  get origin() { return this.#init.origin; }
  get lastEventId() { return this.#init.lastEventId; }
  get source() { return this.#init.source; }
  get ports() { return this.#init.ports; }
}
for (const name of ['data', 'origin', 'lastEventId', 'source', 'ports'])
  Object.defineProperty(MessageEvent.prototype, name, { enumerable: true });
Object.defineProperty(MessageEvent.prototype, Symbol.toStringTag, { configurable: true, value: 'MessageEvent' });

class MessagePort extends EventTarget {
  #other;
  #queue = [];
  #isStarted = false;
  #isClosed = false;
  #counted = false;
  #handlers = {};
  #listeners = new Map(); // of on(): fn: [type, wrapped]

  static {
    open = (a, b) => {
      a.#other = b;
      b.#other = a;
    };
    queueOf = (port) => port.#queue;
  }

  postMessage(value, transfer) {
    const to = this.#other;
    const data = structuredClone(value, Array.isArray(transfer) ? { transfer: transfer.filter((t) => !(t instanceof MessagePort)) } : transfer);
    if (this.#isClosed || !to || to.#isClosed)
      return;
    to.#queue.push(data);
    to.#soon();
  }
  #soon() {
    if (this.#isStarted && this.#queue.length)
      setImmediate(() => this.#deliver());
  }
  #deliver() {
    if (this.#isClosed || this.#queue.length === 0)
      return;
    this.dispatchEvent(new MessageEvent('message', { data: this.#queue.shift() }));
  }
  start() {
    this.#isStarted = true;
    for (let i = 0; i < this.#queue.length; i++)
      this.#soon();
  }
  close() {
    if (this.#isClosed)
      return;
    this.#isClosed = true;
    this.unref();
    const other = this.#other;
    setImmediate(() => this.dispatchEvent(new Event('close')));
    other?.close();
  }
  ref() {
    if (!this.#counted && !this.#isClosed)
      loop.ref();
    this.#counted = true;
  }
  unref() {
    if (this.#counted)
      loop.unref();
    this.#counted = false;
  }
  hasRef() { return this.#counted; }

  addEventListener(type, ...rest) {
    super.addEventListener(type, ...rest);
    if (type === 'message')
      this.ref();
  }
  get onmessage() { return this.#handlers.message ?? null; }
  set onmessage(fn) {
    if (this.#handlers.message)
      this.removeEventListener('message', this.#handlers.message);
    this.#handlers.message = fn;
    if (typeof fn === 'function') {
      this.addEventListener('message', fn);
      this.start();
    } else {
      this.unref();
    }
  }
  get onmessageerror() { return null; }
  set onmessageerror(fn) { void fn; }

  // As an emitter of Node's: handlers get the data.
  on(type, fn) {
    const wrapped = (event) => fn.call(this, type === 'message' ? event.data : undefined);
    this.#listeners.set(fn, [type, wrapped]);
    this.addEventListener(type, wrapped);
    if (type === 'message')
      this.start();
    return this;
  }
  once(type, fn) {
    const once = (data) => {
      this.off(type, once);
      fn.call(this, data);
    };
    return this.on(type, once);
  }
  off(type, fn) {
    const known = this.#listeners.get(fn);
    if (known)
      this.removeEventListener(type, known[1]);
    this.#listeners.delete(fn);
    return this;
  }
}
Object.assign(MessagePort.prototype, { addListener: MessagePort.prototype.on, removeListener: MessagePort.prototype.off });

class MessageChannel {
  constructor() {
    this.port1 = new MessagePort();
    this.port2 = new MessagePort();
    open(this.port1, this.port2);
  }
}

class BroadcastChannel extends EventTarget {
  static #all = new Map();
  #isClosed = false;
  constructor(name) {
    super();
    this.name = String(name);
    const all = BroadcastChannel.#all;
    all.set(this.name, [...all.get(this.name) ?? [], this]);
  }
  postMessage(value) {
    for (const other of BroadcastChannel.#all.get(this.name) ?? []) {
      if (other === this)
        continue;
      const data = structuredClone(value);
      setImmediate(() => {
        const event = new MessageEvent('message', { data });
        if (other.#isClosed)
          return;
        other.onmessage?.(event);
        other.dispatchEvent(event);
      });
    }
  }
  close() {
    this.#isClosed = true;
    const all = BroadcastChannel.#all;
    all.set(this.name, all.get(this.name).filter((c) => c !== this));
  }
  ref() { return this; }
  unref() { return this; }
}
BroadcastChannel.prototype.onmessage = null;

function receiveMessageOnPort(port) {
  const queue = queueOf(port);
  return queue.length ? { message: queue.shift() } : undefined;
}

module.exports = { MessageEvent, MessagePort, MessageChannel, BroadcastChannel, receiveMessageOnPort };
