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

function call(name, args, options) {
  const signal = options?.signal;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    if (args === undefined)
      args = {};
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      throw new ToolError(name, `tools.${name} takes one object of arguments`, 'ERR_TOOL_INVALID');
    const input = JSON.stringify(args);
    let job, isOver = false;
    const end = (status, text) => {
      isOver = true;
      signal?.removeEventListener('abort', cancel);
      try {
        resolve(status === 0 ? valueOf(name, text) : reject(refused(name, status, text)));
      } catch (e) {
        reject(e);
      }
    };
    const drop = () => {
      loop.unwatch(loop.JOB, job);
      host.jobDrop(job);
    };
    function cancel() {
      if (isOver)
        return;
      isOver = true;
      if (job !== undefined)
        drop();
      reject(signal.reason);
    }
    const start = () => {
      if (isOver)
        return;
      try {
        job = host.callStart(name, input);
      } catch (e) {
        if (e.code === 'EAGAIN') // as many as there can be at once: when one of them has ended
          waiting.push(start);
        else if (e.code === 'ENOSYS')
          end(5, 'no tools can be called here');
        else
          reject(e);
        return;
      }
      loop.watch(loop.JOB, job, () => {
        const [, progress, status] = host.jobState(job);
        if (progress < 2)
          return;
        const text = progress === 2 && status === 0 ? host.jobText(job) : wordsOf(job);
        drop();
        waiting.shift()?.();
        end(status, text);
      });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    loop.ask({
      run() { // the only work there is: on this thread
        if (!isOver)
          end(...host.call(name, input));
      },
      start,
    });
  });
}
exports.call = call;

const waiting = [];

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

exports.tools = new Proxy(Object.create(null), {
  get(_, name) {
    if (typeof name === 'symbol' || name === 'then')
      return undefined;
    return own[name] ?? ((args, options) => call(name, args, options));
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
