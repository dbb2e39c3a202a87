// The event loop: ticks, jobs of promises, timers, immediates, and what is waited for outside (descriptors,
// children, calls of tools, requests). Nothing here runs before a process has begun.
const { core, os } = internal;

const CHILD = 0, JOB = 1, READABLE = 2, WRITABLE = 3; // kinds of what is waited for (tools/lib/jobs.h)
Object.assign(exports, { CHILD, JOB, READABLE, WRITABLE });

let onUncaught = (error) => { throw error; };
exports.setUncaught = (fn) => { onUncaught = fn; };

// No array is iterated here, nor spread: a program may have changed what that does.
const { apply } = Reflect;

// What is put off takes the frame of its making along, once somebody keeps one (async_hooks).
let binder;
exports.setBinder = (fn) => { binder = fn; };
const bound = exports.bound = (fn) => (binder ? binder(fn) : fn);

// ---- ticks -----------------------------------------------------------------------------------------

const ticks = [];
exports.nextTick = function nextTick(fn, ...args) {
  if (typeof fn !== 'function') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', fn);
  }
  ticks.push(bound(args.length ? () => apply(fn, undefined, args) : fn));
};

function runJobs() {
  for (;;) {
    try {
      return core.runJobs();
    } catch (e) {
      onUncaught(e);
    }
  }
}

const rejected = new Map(); // promises without a handler so far, and why
exports.track = (promise, reason, isHandled) => {
  if (isHandled) {
    if (!rejected.delete(promise))
      onHandled(promise);
  } else {
    rejected.set(promise, reason);
  }
};
let onRejection = (reason) => onUncaught(reason), onHandled = () => {};
exports.setUnhandledRejection = (fn, handled) => {
  onRejection = fn;
  onHandled = handled;
};

// All ticks, then all jobs, until there is neither: what Node does between any two callbacks.
function drain() {
  do {
    for (let i = 0; i < ticks.length; i++) {
      try {
        ticks[i]();
      } catch (e) {
        onUncaught(e);
      }
      if (i > 10000) { // of a program that never stops making them
        ticks.splice(0, i + 1);
        i = -1;
      }
    }
    if (ticks.length)
      ticks.length = 0;
    runJobs();
    if (rejected.size && ticks.length === 0) {
      const all = [];
      rejected.forEach((reason, promise) => { all.push({ reason, promise }); });
      rejected.clear();
      for (let i = 0; i < all.length; i++)
        onRejection(all[i].reason, all[i].promise);
    }
  } while (ticks.length);
}
exports.drain = drain;
exports.runJobs = runJobs;

function call(fn) {
  try {
    fn();
  } catch (e) {
    onUncaught(e);
  }
  drain();
}

// ---- timers: a heap by time, then by age --------------------------------------------------------------

const heap = [];
let age = 0;
let refs = 0; // timers, immediates and watchers that keep the process alive
exports.ref = () => { refs++; };
exports.unref = () => { refs--; };

const earlier = (a, b) => a.due < b.due || (a.due === b.due && a.age < b.age);

function swap(i, j) {
  const other = heap[i];
  heap[i] = heap[j];
  heap[j] = other;
  heap[i].at = i;
  heap[j].at = j;
}

function up(i) {
  for (let p = (i - 1) >> 1; i > 0 && earlier(heap[i], heap[p]); p = (i - 1) >> 1) {
    swap(i, p);
    i = p;
  }
}

function down(i) {
  for (;;) {
    let c = 2 * i + 1;
    if (c >= heap.length)
      return;
    if (c + 1 < heap.length && earlier(heap[c + 1], heap[c]))
      c++;
    if (!earlier(heap[c], heap[i]))
      return;
    swap(i, c);
    i = c;
  }
}

exports.now = () => os.ticks() / 1e6;

// `timer`: an object of the caller's with `run()`; fields due, age and at are the loop's.
exports.arm = (timer, ms) => {
  timer.due = Math.floor(exports.now()) + ms;
  timer.age = age++;
  timer.at = heap.push(timer) - 1;
  up(timer.at);
};

exports.disarm = (timer) => {
  const i = timer.at;
  if (i === undefined || heap[i] !== timer)
    return;
  const last = heap.pop();
  if (last !== timer) {
    heap[i] = last;
    last.at = i;
    down(i);
    up(last.at);
  }
  timer.at = undefined;
};

let begun = 1; // ms: a process of Node takes longer to begin, so what is due at once is due in its first turn

function runTimers() {
  const early = begun;
  begun = 0;
  if (heap.length === 0)
    return;
  const now = exports.now() + early, until = age; // none of those that are made meanwhile
  while (heap.length && heap[0].due <= now && heap[0].age < until) {
    const timer = heap[0];
    exports.disarm(timer);
    call(() => timer.run());
  }
}

let immediates = [];
exports.immediates = {
  add(entry) { immediates.push(entry); },
};

function runImmediates() {
  const now = immediates;
  immediates = [];
  for (let i = 0; i < now.length; i++) {
    const entry = now[i];
    if (!entry.cleared)
      call(() => entry.run());
  }
}

// ---- what was asked of files: done and told between timers and immediates, as Node's poll phase does ---------------

let files = [];
exports.later = (fn) => { files.push(bound(fn)); };

function runFiles() {
  const now = files;
  files = [];
  for (let i = 0; i < now.length; i++)
    call(now[i]);
}

// ---- what is outside ------------------------------------------------------------------------------------

const watchers = new Map(); // kind * 2^32 + id: { kind, id, fn }

const keyOf = (kind, id) => kind * 4294967296 + id;

exports.watch = (kind, id, fn) => {
  watchers.set(keyOf(kind, id), { kind, id, fn: bound(fn) });
  refs++;
};
exports.unwatch = (kind, id) => {
  if (watchers.delete(keyOf(kind, id)))
    refs--;
};

// Calls of tools that were asked for and not begun: begun together before the loop waits, and the only one
// there is on this very thread. Each has run() and start().
let asked = [];
exports.ask = (request) => { asked.push(request); };

function begin() {
  const all = asked;
  asked = [];
  if (all.length === 1 && watchers.size === 0 && heap.length === 0 && immediates.length === 0) {
    try {
      all[0].run();
    } catch (e) {
      onUncaught(e);
    }
    drain();
    return true;
  }
  for (let i = 0; i < all.length; i++)
    call(() => all[i].start());
  return false;
}

function wait(timeout) {
  const list = [];
  watchers.forEach((w) => { list.push(w); });
  const subs = new Int32Array(2 * list.length);
  for (let i = 0; i < list.length; i++) {
    subs[2 * i] = list[i].kind;
    subs[2 * i + 1] = list[i].id;
  }
  const ready = internal.host.ready(subs, timeout);
  for (let i = 0; i < ready.length; i++) {
    const w = list[ready[i]];
    if (watchers.get(keyOf(w.kind, w.id)) === w)
      call(w.fn);
  }
}

// One turn; false: nothing is left that keeps the process alive.
exports.turn = () => {
  runTimers();
  if (asked.length && begin())
    return true;
  if (files.length) {
    runFiles();
    if (watchers.size)
      wait(0);
    runImmediates();
    return true;
  }
  if (refs <= 0 && asked.length === 0)
    return false;
  if (immediates.length === 0) {
    const next = heap.length ? Math.max(0, heap[0].due - exports.now()) : -1;
    if (watchers.size || next > 0)
      wait(next);
  } else {
    if (watchers.size)
      wait(0);
    runImmediates();
  }
  return true;
};

exports.run = () => {
  drain();
  while (exports.turn())
    ;
};
