// tools.NAME(args): the other tools of the grant. Each call is validated, limited and recorded as any other.
const { host } = internal;
const loop = require('internal/loop');

const STATUS = ['ok', 'denied', 'unknown', 'limit', 'invalid', 'unavailable']; // of tools/lib/nested.h

class ToolError extends Error {
  constructor(tool, message, code, result) {
    super(message);
    this.tool = tool;
    this.code = code;
    Object.defineProperty(this, 'result', { value: result, writable: true, configurable: true, enumerable: false });
  }
}
Object.defineProperty(ToolError.prototype, 'name', { value: 'ToolError', configurable: true, writable: true });
exports.ToolError = ToolError;

function refused(name, status, words) {
  const code = 'ERR_TOOL_' + (STATUS[status] ?? 'failed').toUpperCase();
  if (status === 1)
    words = `tools.${name} is not granted: it takes the capability tool:${name}`;
  else if (status === 2)
    words = `there is no tool '${name}'`;
  return new ToolError(name, words || `tools.${name}: ${STATUS[status] ?? 'failed'}`, code);
}

// What a tool's result is for a program: its structured content's fields, `text` (all text blocks joined), and the
// blocks as they are in `content`.
function valueOf(name, json) {
  let result;
  try {
    result = JSON.parse(json);
  } catch {
    throw new ToolError(name, `tools.${name} gave no result that can be read`, 'ERR_TOOL_FAILED');
  }
  const content = result.content ?? [];
  const text = content.filter((block) => block.type === 'text').map((block) => block.text).join('\n');
  if (result.isError)
    throw new ToolError(name, text, 'ERR_TOOL_FAILED', result);
  const value = { text, ...result.structuredContent };
  Object.defineProperty(value, 'content', { value: content, configurable: true, writable: true });
  Object.defineProperty(value, 'toString', { value() { return this.text; }, configurable: true, writable: true });
  return value;
}

// One that was asked for: run() does it on this thread, where it is the only work there is, start() beside it.
class Call {
  constructor(name, input, resolve, reject, signal) {
    this.name = name;
    this.input = input;
    this.resolve = resolve;
    this.reject = reject;
    this.isOver = false;
    if (signal !== undefined)
      this.watch(signal);
  }

  watch(signal) {
    this.signal = signal;
    this.cancel = () => cancel(this);
    signal.addEventListener('abort', this.cancel, { once: true });
  }

  run() {
    if (this.isOver)
      return;
    const value = host.call(this.name, this.input);
    if (Array.isArray(value)) {
      this.end(value[0], value[1]);
    } else {
      this.over();
      this.resolve(value);
    }
  }

  start() {
    if (this.isOver)
      return;
    try {
      this.job = host.callStart(this.name, this.input);
    } catch (e) {
      if (e.code === 'EAGAIN') // as many as there can be at once: when one of them has ended
        waiting.push(this);
      else if (e.code === 'ENOSYS')
        this.end(5, 'no tools can be called here');
      else
        this.reject(e);
      return;
    }
    loop.watch(loop.JOB, this.job, () => {
      const [, progress, status] = host.jobState(this.job);
      if (progress < 2)
        return;
      const text = progress === 2 && status === 0 ? host.jobText(this.job) : wordsOf(this.job);
      this.drop();
      waiting.shift()?.start();
      this.end(status, text);
    });
  }

  drop() {
    loop.unwatch(loop.JOB, this.job);
    host.jobDrop(this.job);
  }

  over() {
    this.isOver = true;
    if (this.cancel !== undefined)
      this.signal.removeEventListener('abort', this.cancel);
  }

  end(status, text) {
    this.over();
    try {
      if (status === 0)
        this.resolve(valueOf(this.name, text));
      else
        this.reject(refused(this.name, status, text));
    } catch (e) {
      this.reject(e);
    }
  }
}

function cancel(call) {
  if (call.isOver)
    return;
  call.isOver = true;
  if (call.job !== undefined)
    call.drop();
  call.reject(call.signal.reason);
}

function call(name, args, options) {
  const signal = options?.signal ?? undefined;
  return new Promise((resolve, reject) => {
    if (signal !== undefined)
      signal.throwIfAborted();
    if (args === undefined)
      args = {};
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      throw new ToolError(name, `tools.${name} takes one object of arguments`, 'ERR_TOOL_INVALID');
    loop.ask(new Call(name, JSON.stringify(args), resolve, reject, signal));
  });
}
exports.call = call;

const waiting = []; // calls to be started when another has ended

function wordsOf(job) {
  try {
    return host.jobHead(job);
  } catch {
    return '';
  }
}

// ---- what there is -----------------------------------------------------------------------------------------

let list;
function all() {
  if (list === undefined) {
    try {
      list = JSON.parse(host.tools());
    } catch (e) {
      if (e.code !== 'ENOSYS')
        throw e;
      list = [];
    }
  }
  return list;
}
exports.all = all;

function words(text) { return text.toLowerCase().match(/[a-z0-9]+/g) ?? []; }

// The tools that have the words of `text` in name or description, best first.
function search(text = '') {
  const wanted = words(String(text));
  const scored = [];
  for (const tool of all()) {
    const name = tool.name.toLowerCase(), description = words(tool.description ?? '');
    let score = wanted.length === 0 ? 1 : 0;
    for (const word of wanted) {
      if (name.includes(word))
        score += 4;
      score += description.filter((w) => w.startsWith(word) || word.startsWith(w) && w.length > 3).length;
    }
    if (score > 0)
      scored.push({ score, name: tool.name, description: tool.description });
  }
  scored.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  return scored.map(({ name, description }) => ({ name, description }));
}

function describe(name) {
  const tool = all().find((t) => t.name === name);
  if (!tool)
    throw new ToolError(name, `there is no tool '${name}', or it is not granted`, 'ERR_TOOL_UNKNOWN');
  return require('internal/signature').of(tool);
}

const own = { search, describe };
const made = { __proto__: null }; // functions that were asked for

exports.tools = new Proxy(Object.create(null), {
  get(_, name) {
    if (typeof name === 'symbol' || name === 'then')
      return undefined;
    return own[name] ?? (made[name] ??= (args, options) => call(name, args, options));
  },
  has: (_, name) => typeof name === 'string' && (name in own || all().some((t) => t.name === name)),
  ownKeys: () => all().map((t) => t.name),
  getOwnPropertyDescriptor: (_, name) => (typeof name === 'string' && all().some((t) => t.name === name)
    ? { value: (args, options) => call(name, args, options), enumerable: true, configurable: true, writable: true }
    : undefined),
  set: () => false,
  deleteProperty: () => false,
  defineProperty: () => false,
});
