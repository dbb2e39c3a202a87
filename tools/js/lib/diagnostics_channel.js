// Channels by name, and five of them around a call.
const { codes } = require('internal/errors');
const { validateFunction } = require('internal/validators');

const channels = new Map(); // name: Channel

function told(fn) {
  try {
    fn();
  } catch (e) {
    process.nextTick(() => { throw e; });
  }
}

class Channel {
  _subscribers = [];
  _stores = new Map();
  constructor(name) { this.name = name; }
  get hasSubscribers() { return this._subscribers.length + this._stores.size > 0; }
  subscribe(fn) {
    validateFunction(fn, 'subscription');
    this._subscribers = [...this._subscribers, fn];
  }
  unsubscribe(fn) {
    const at = this._subscribers.indexOf(fn);
    if (at < 0)
      return false;
    this._subscribers = this._subscribers.toSpliced(at, 1);
    return true;
  }
  bindStore(store, transform) { this._stores.set(store, transform); }
  unbindStore(store) { return this._stores.delete(store); }
  publish(data) {
    for (const fn of this._subscribers)
      told(() => fn(data, this.name));
  }
  runStores(data, fn, self, ...args) {
    let run = () => {
      this.publish(data);
      return Reflect.apply(fn, self, args);
    };
    for (const [store, transform] of this._stores) {
      const inner = run;
      run = () => {
        let value = data;
        if (transform)
          told(() => { value = transform(data); });
        return store.run(value, inner);
      };
    }
    return run();
  }
}

function channel(name) {
  if (typeof name !== 'string' && typeof name !== 'symbol')
    throw new codes.ERR_INVALID_ARG_TYPE('channel', ['string', 'symbol'], name);
  let r = channels.get(name);
  if (!r)
    channels.set(name, r = new Channel(name));
  return r;
}

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

class TracingChannel {
  constructor(of) {
    for (const name of EVENTS)
      this[name] = typeof of === 'string' ? channel(`tracing:${of}:${name}`) : of[name];
  }
  get hasSubscribers() { return EVENTS.some((name) => this[name]?.hasSubscribers); }
  subscribe(handlers) {
    for (const name of EVENTS) {
      if (handlers[name])
        this[name].subscribe(handlers[name]);
    }
  }
  unsubscribe(handlers) {
    return EVENTS.map((name) => !handlers[name] || this[name].unsubscribe(handlers[name])).every(Boolean);
  }
  #around(context, run, isAsync) {
    return this.start.runStores(context, () => {
      try {
        const r = run();
        if (!isAsync)
          context.result = r;
        return r;
      } catch (e) {
        context.error = e;
        this.error.publish(context);
        throw e;
      } finally {
        this.end.publish(context);
      }
    });
  }
  traceSync(fn, context = {}, self, ...args) { return this.#around(context, () => Reflect.apply(fn, self, args), false); }
  tracePromise(fn, context = {}, self, ...args) {
    const settle = (isError) => {
      if (isError)
        this.error.publish(context);
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
    };
    return this.#around(context, () => Promise.resolve(Reflect.apply(fn, self, args)).then((result) => {
      context.result = result;
      settle(false);
      return result;
    }, (error) => {
      context.error = error;
      settle(true);
      return Promise.reject(error);
    }), true);
  }
  traceCallback(fn, position = -1, context = {}, self, ...args) {
    const callback = args.at(position);
    validateFunction(callback, 'callback');
    const wrapped = (error, result) => {
      if (error) {
        context.error = error;
        this.error.publish(context);
      } else {
        context.result = result;
      }
      this.asyncStart.runStores(context, () => {
        try {
          Reflect.apply(callback, this, [error, result]);
        } finally {
          this.asyncEnd.publish(context);
        }
      });
    };
    args.splice(position, 1, wrapped);
    return this.#around(context, () => Reflect.apply(fn, self, args), true);
  }
}

module.exports = {
  channel,
  hasSubscribers: (name) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name, fn) => channel(name).subscribe(fn),
  tracingChannel: (of) => new TracingChannel(of),
  unsubscribe: (name, fn) => channel(name).unsubscribe(fn),
  Channel,
};
