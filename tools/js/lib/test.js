// require('node:test'): tests, suites and hooks, told as TAP on the standard output, as Node tells them where it is no terminal.
const { core } = internal;
const { codes } = require('internal/errors');
const { inspect } = require('internal/inspect');
const { validateAbortSignal, validateFunction, validateNumber, validateObject } = require('internal/validators');

const FOREVER = 2 ** 31 - 1;
const nothing = () => {};

// ---- what is told -----------------------------------------------------------------------------------------------

const say = (depth, text) => process.stdout.write(`${'    '.repeat(depth)}${text}\n`);
const escaped = (text) => String(text).replace(/[\\#]/g, '\\$&').replace(/[\b\f\n\r\t\v]/g,
  (c) => '\\' + 'bfnrtv'['\b\f\n\r\t\v'.indexOf(c)]);

// A value as YAML, in lines behind `indent`.
function yaml(indent, name, value, seen = []) {
  if (typeof value === 'string' && /\r?\n/.test(value))
    return [`${indent}${name}: |-`, ...value.split(/\r?\n/).map((line) => `${indent}  ${line}`)];
  if (value === null || typeof value !== 'object')
    return [`${indent}${name}: ${typeof value === 'string' ? inspect(value) : inspect(value, { colors: false, breakLength: Infinity })}`];
  if (core.classOf(value) === 'Date')
    return [`${indent}${name}: ${value.toISOString()}`];
  if (seen.includes(value))
    return [`${indent}${name}: <Circular>`];
  return [`${indent}${name}:`, ...Object.entries(value).flatMap(([k, v]) => yaml(`${indent}  `, k, v, [...seen, value]))];
}

const framesOf = (e) => String(e.stack).split('\n').filter((line) => /^ +at /.test(line)).map((line) => line.trim().slice(3));

function failureLines(t) {
  const { error: e, failureType } = t;
  const r = [`location: '${t.location}'`, `failureType: '${failureType}'`];
  const is = core.isError(e);
  r.push(...yaml('', 'error', is ? e.message : typeof e === 'string' ? e : inspect(e)), `code: ${inspect(is && e.code || 'ERR_TEST_FAILURE')}`);
  if (is && e.name !== 'Error')
    r.push(`name: '${e.name}'`);
  if (is && e.code === 'ERR_ASSERTION')
    r.push(...yaml('', 'expected', e.expected), ...yaml('', 'actual', e.actual), ...yaml('', 'operator', e.operator));
  const frames = is && !t.isQuiet ? framesOf(e).filter((line) => /\/|^async/.test(line)) : [];
  if (frames.length)
    r.push('stack: |-', ...frames.map((line) => `  ${line}`));
  return r;
}

function tellHead(t) {
  if (!t.parent || t.isHeadTold)
    return;
  tellHead(t.parent);
  t.isHeadTold = true;
  say(t.depth, `# Subtest: ${escaped(t.name)}`);
}

function tell(t) {
  tellHead(t);
  if (t.children.length)
    say(t.depth + 1, `1..${t.children.length}`);
  const directive = t.skipped !== undefined ? ` # SKIP${t.skipped ? ` ${escaped(t.skipped)}` : ''}` :
    t.todo !== undefined ? ` # TODO${t.todo ? ` ${escaped(t.todo)}` : ''}` : '';
  say(t.depth, `${t.passed ? 'ok' : 'not ok'} ${t.index + 1} - ${escaped(t.name)}${directive}`);
  const lines = [`duration_ms: ${t.duration}`, ...(t.isSuite ? ["type: 'suite'"] : []), ...(t.passed ? [] : failureLines(t))];
  for (const line of ['---', ...lines, '...'])
    say(t.depth, `  ${line}`);
  for (const text of t.diagnostics)
    say(t.depth, `# ${escaped(text)}`);
}

const isInTurn = (t) => !t.parent || (t.parent.told === t.index && isInTurn(t.parent));

// Those that have ended, in the order they were made.
function tellAll(t) {
  if (!isInTurn(t))
    return;
  for (let c; (c = t.children[t.told]); t.told++) {
    if (!c.ended) {
      tellAll(c);
      return;
    }
    tellAll(c);
    tell(c);
  }
}

// ---- one test ---------------------------------------------------------------------------------------------------

// Where in the program this is called, in the words of a stack.
function place() {
  for (const line of String(new Error().stack).split('\n')) {
    const m = /(?:\(|at )((?:file:\/\/)?\/.*:\d+:\d+)\)?$/.exec(line);
    if (m)
      return m[1];
  }
  return '';
}

const failure = (message) => new Error(message);
const reason = (v) => (typeof v === 'string' ? v : v ? '' : undefined);
let current; // the test that runs, for what is thrown outside of it

class Test {
  constructor(parent, isSuite, name, options, fn) {
    const { concurrency = null, only, signal, skip, timeout, todo, plan } = options;
    if (timeout !== undefined && timeout !== null && timeout !== Infinity) {
      validateNumber(timeout, 'options.timeout', 0, FOREVER);
      this.timeout = timeout;
    }
    if (signal !== undefined)
      validateAbortSignal(signal, 'options.signal');
    if (concurrency !== null && typeof concurrency !== 'number' && typeof concurrency !== 'boolean')
      throw new codes.ERR_INVALID_ARG_TYPE('options.concurrency', ['boolean', 'number'], concurrency);
    this.most = concurrency === true ? Infinity : concurrency || 1;
    Object.assign(this, { parent, isSuite, name, fn, children: [], told: 0, running: 0, waiting: [], diagnostics: [], ended: false,
      passed: true, duration: 0, index: parent ? parent.children.length : 0, depth: parent ? parent.depth + 1 : -1, location: parent ? place() : '',
      skipped: reason(skip), todo: reason(todo), plan, counted: 0, only, controller: new AbortController(),
      hooks: { before: [], after: [], beforeEach: [], afterEach: [] } });
    for (const s of [signal, parent?.controller.signal]) {
      if (s?.aborted)
        this.controller.abort(s.reason);
      s?.addEventListener('abort', () => this.controller.abort(s.reason), { once: true });
    }
    this.promise = new Promise((resolve) => { this.resolve = resolve; });
    parent?.children.push(this);
  }
  get fullName() { return this.parent?.parent ? `${this.parent.fullName} > ${this.name}` : this.name; }

  fail(error, failureType, isQuiet = false) {
    if (!this.passed || this.ended)
      return;
    Object.assign(this, { passed: false, error, failureType, isQuiet });
  }
  // It runs when its turn comes; the promise is settled when it has ended.
  start() {
    const { parent } = this;
    if (parent.ended) {
      this.fail(failure('test could not be started because its parent finished'), 'parentAlreadyFinished', true);
      this.end();
    } else if (parent.running < parent.most) {
      parent.running++;
      this.run();
    } else {
      parent.waiting.push(this);
    }
    return this.promise;
  }
  end() {
    if (this.ended)
      return;
    for (const c of this.children) {
      if (!c.ended) {
        c.fail(failure('test did not finish before its parent and was cancelled'), 'cancelledByParent', true);
        c.end();
      }
    }
    const bad = this.children.filter((c) => !c.passed && c.todo === undefined).length;
    if (bad)
      this.fail(failure(`${bad} subtest${bad > 1 ? 's' : ''} failed`), 'subtestsFailed', true);
    this.ended = true;
    this.duration = this.began === undefined ? 0 : Math.round((performance.now() - this.began) * 1e6) / 1e6;
    this.controller.abort();
    if (this.parent)
      tellAll(this.parent);
    this.resolve();
  }
  // What takes part in one turn of its parent's.
  leave() {
    const { parent } = this;
    this.end();
    parent.running--;
    while (parent.waiting.length && parent.running < parent.most && !parent.ended) {
      parent.running++;
      parent.waiting.shift().run();
    }
  }
  // The function with what is thrown, a time and a signal for its end.
  call(fn, args, self, timeout, signal) {
    return new Promise((resolve, reject) => {
      this.reject = reject;
      if (timeout !== undefined) {
        const timer = setTimeout(() => reject(Object.assign(failure(`test timed out after ${timeout}ms`), { ends: 'testTimeoutFailure' })), timeout);
        const stop = () => clearTimeout(timer);
        this.promise.then(stop);
        this.stop = stop;
      }
      signal?.addEventListener('abort', () => reject(Object.assign(failure('The test was aborted'), { ends: 'testAborted' })), { once: true });
      if (fn.length > args.length) {
        let isCalled = false;
        const r = Reflect.apply(fn, self, [...args, (e) => {
          if (isCalled)
            this.fail(failure('callback invoked multiple times'), 'multipleCallbackInvocations', true);
          isCalled = true;
          e ? reject(e) : resolve();
        }]);
        if (typeof r?.then === 'function')
          reject(Object.assign(failure('passed a callback but also returned a Promise'), { ends: 'callbackAndPromisePresent' }));
      } else {
        const r = Reflect.apply(fn, self, args);
        if (typeof r?.then === 'function')
          r.then(resolve, reject);
        else
          resolve();
      }
    });
  }
  async hook(kind, t, context, list = this.hooks[kind]) {
    for (const { fn, timeout } of list)
      await this.call(fn, fn.length > 1 || kind.endsWith('Each') || !this.isSuite ? [context] : [], context, timeout);
  }
  // Those of its hooks that come before all of its tests, once.
  first() {
    const list = this.hooks.before.splice(0), earlier = this.firsts ?? this.parent?.first();
    if (list.length) {
      const run = () => this.hook('before', this, this.context, list);
      const firsts = this.firsts = earlier ? earlier.then(run) : run();
      firsts.then(() => { // no longer waited for
        if (this.firsts === firsts)
          this.firsts = undefined;
      }, nothing);
    }
    return this.firsts ?? earlier;
  }
  get above() { return this.parent ? [...this.parent.above, this.parent] : []; }

  async run() {
    this.began = performance.now();
    if (this.skipped !== undefined || this.ended || (this.parent.onlys && !this.only)) {
      this.skipped ??= this.ended ? undefined : "'only' option not set";
      this.leave();
      return;
    }
    const { context } = this;
    const wrong = (e, kind) => this.fail(e, e?.ends ?? kind, e?.ends !== undefined);
    let hooked = true;
    current = this;
    try {
      const begun = this.above.map((t) => t.first()).filter(Boolean);
      if (begun.length)
        await Promise.all(begun);
      if (!this.isSuite) {
        for (const t of this.above) {
          if (t.hooks.beforeEach.length)
            await t.hook('beforeEach', this, context);
        }
      }
      hooked = false;
      current = this;
      if (this.isSuite) {
        if (this.built)
          await this.built;
        await this.first();
        await Promise.all(this.children.map((c) => c.start()));
      } else {
        const r = this.call(this.fn, [context], context, this.timeout, this.controller.signal);
        await r;
        if (this.plan !== undefined && this.plan !== this.counted)
          throw Object.assign(failure(`plan expected ${this.plan} assertions but received ${this.counted}`), { ends: 'testCodeFailure' });
        await null;
      }
    } catch (e) {
      wrong(e, hooked || this.isSuite ? 'hookFailed' : 'testCodeFailure');
    }
    this.stop?.();
    try {
      if (!this.isSuite) {
        for (const t of this.above.reverse()) {
          if (t.hooks.afterEach.length)
            await t.hook('afterEach', this, context);
        }
      }
      if (this.hooks.after.length)
        await this.hook('after', this, context);
    } catch (e) {
      wrong(e, 'hookFailed');
    }
    this.mocks?.restoreAll();
    this.leave();
  }
}

// ---- the whole --------------------------------------------------------------------------------------------------

let root;
function rootOf() {
  if (root)
    return root;
  root = new Test(null, false, '<root>', {}, nothing);
  root.began = performance.now();
  root.context = undefined;
  say(0, 'TAP version 13');
  const thrown = (e) => {
    let t = current;
    while (t?.ended)
      t = t.parent;
    if (!t || t === root)
      throw e;
    t.fail(e, 'uncaughtException');
    t.reject?.(e);
  };
  process.on('uncaughtException', thrown);
  process.on('unhandledRejection', thrown);
  process.on('beforeExit', finish);
  process.on('exit', () => { if (!root.ended) finish(); });
  return root;
}

function finish() {
  if (root.ended)
    return;
  const close = (t) => {
    for (const c of t.children) {
      if (!c.ended) {
        close(c);
        c.fail(failure('Promise resolution is still pending but the event loop has already resolved'), 'cancelledByParent', true);
        c.end();
      }
    }
  };
  close(root);
  root.ended = true;
  const conclude = () => {
    const sum = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
    const count = (t) => {
      t.children.forEach(count);
      if (t === root)
        return;
      if (t.isSuite) {
        sum.suites++;
        return;
      }
      sum.tests++;
      const kind = t.skipped !== undefined ? 'skipped' : t.todo !== undefined ? 'todo' :
        t.failureType === 'cancelledByParent' || t.failureType === 'testTimeoutFailure' || t.failureType === 'testAborted' ? 'cancelled' :
          t.passed ? 'pass' : 'fail';
      sum[kind]++;
    };
    count(root);
    say(0, `1..${root.children.length}`);
    for (const text of root.diagnostics)
      say(0, `# ${escaped(text)}`);
    for (const [name, n] of Object.entries(sum))
      say(0, `# ${name} ${n}`);
    say(0, `# duration_ms ${performance.now() - root.began}`);
    if (root.children.some((c) => !c.passed && c.todo === undefined))
      process.exitCode = 1;
  };
  if (root.hooks.after.length)
    root.hook('after', root).then(conclude, (e) => { conclude(); throw e; });
  else
    conclude();
}

// ---- what programs see ------------------------------------------------------------------------------------------

class TestContext {
  #t;
  constructor(t) { this.#t = t; }
  get signal() { return this.#t.controller.signal; }
  get name() { return this.#t.name; }
  get fullName() { return this.#t.fullName; }
  get error() { return this.#t.error ?? null; }
  get passed() { return this.#t.passed; }
  diagnostic(message) { this.#t.diagnostics.push(message); }
  plan(count) {
    if (this.#t.plan !== undefined)
      throw Object.assign(failure('cannot set plan more than once'), { code: 'ERR_TEST_FAILURE' });
    validateNumber(count, 'count');
    this.#t.plan = count;
  }
  get assert() {
    const t = this.#t, assert = require('assert'), r = {};
    for (const [name, fn] of Object.entries(assert)) {
      if (typeof fn === 'function' && !['AssertionError', 'CallTracker', 'strict'].includes(name))
        r[name] = (...args) => { t.counted++; return Reflect.apply(fn, assert, args); };
    }
    Object.defineProperty(this, 'assert', { value: r, configurable: true });
    return r;
  }
  get mock() { return this.#t.mocks ??= new (require('internal/test_mock').MockTracker)(); }
  runOnly(value) { this.#t.onlys = Boolean(value); }
  skip(message) { this.#t.skipped ??= reason(message) || ''; }
  todo(message) { this.#t.todo ??= reason(message) || ''; }
  test(...args) {
    this.#t.counted++;
    return make(this.#t, false, args).start();
  }
  before(fn, options) {
    addHook(this.#t, 'before', fn, options);
    this.#t.first()?.catch((e) => this.#t.fail(e, 'testCodeFailure')); // the test runs already
  }
  after(fn, options) { addHook(this.#t, 'after', fn, options); }
  beforeEach(fn, options) { addHook(this.#t, 'beforeEach', fn, options); }
  afterEach(fn, options) { addHook(this.#t, 'afterEach', fn, options); }
}

class SuiteContext {
  #t;
  constructor(t) { this.#t = t; }
  get signal() { return this.#t.controller.signal; }
  get name() { return this.#t.name; }
  get fullName() { return this.#t.fullName; }
}

function addHook(t, kind, fn, options = {}) {
  validateFunction(fn, 'fn');
  validateObject(options, 'options');
  t.hooks[kind].push({ fn, timeout: options.timeout });
}

function make(parent, isSuite, [name, options, fn], more) {
  if (typeof name === 'function')
    fn = name;
  else if (name !== null && typeof name === 'object')
    [fn, options] = [options, name];
  else if (typeof options === 'function')
    fn = options;
  const o = { ...(options !== null && typeof options === 'object' ? options : {}), ...more };
  if (typeof fn !== 'function')
    fn = nothing;
  const text = typeof name === 'string' && name !== '' ? name : fn === nothing ? '<anonymous>' : fn.name || '<anonymous>';
  const t = new Test(parent, isSuite, text, o, fn);
  t.context = isSuite ? new SuiteContext(t) : new TestContext(t);
  return t;
}

let building; // the suite whose function runs

function test(args, more) {
  if (building) {
    make(building, false, args, more);
    return Promise.resolve();
  }
  const t = make(rootOf(), false, args, more);
  return Promise.resolve().then(() => t.start());
}

function suite(args, more) {
  const t = make(building ?? rootOf(), true, args, more);
  if (t.skipped === undefined) {
    const before = building;
    building = t;
    try {
      const r = t.fn.call(t.context, t.context);
      if (typeof r?.then === 'function')
        t.built = r;
    } catch (e) {
      t.fail(e, 'testCodeFailure');
    } finally {
      building = before;
    }
  }
  return t.parent === root ? Promise.resolve().then(() => t.start()) : Promise.resolve();
}

// fn(...) with fn.skip(...), fn.todo(...), fn.only(...).
function withKinds(name, run) {
  const fn = { [name](...args) { return run(args); } }[name];
  for (const kind of ['skip', 'todo', 'only'])
    fn[kind] = (...args) => run(args, { [kind]: true });
  return fn;
}

const hook = (kind) => (fn, options) => {
  addHook(building ?? rootOf(), kind, fn, options);
  if (kind === 'before' && !building)
    root.first().catch(() => {}); // the tests will hear of it
};
const main = withKinds('test', test), group = withKinds('suite', suite);
module.exports = Object.assign(main, {
  after: hook('after'), afterEach: hook('afterEach'), before: hook('before'), beforeEach: hook('beforeEach'),
  describe: group, it: main, suite: group, test: main,
  run() { throw Object.assign(new Error('run() of node:test is not available in a sandbox'), { code: 'ERR_UNSUPPORTED' }); },
});
Object.defineProperty(module.exports, 'mock', { configurable: true, enumerable: true,
  get() {
    const value = new (require('internal/test_mock').MockTracker)();
    Object.defineProperty(module.exports, 'mock', { value, configurable: true, enumerable: true, writable: true });
    return value;
  } });
