// The console, and where its lines go.
const { core, os } = internal;
const { codes } = require('internal/errors');
const { inspect } = require('internal/inspect');
const { stringWidth } = require('internal/inspect_text');
const { formatArgs } = require('internal/format');
const { validateOneOf, validateInteger, validateObject, validateArray } = require('internal/validators');

// What may be replaced: `write(fd, text)` takes the lines of the global console; `streams` are process.stdout and
// process.stderr once somebody has them (a `write` of their own then gets the lines); `colors`: does fd show them?
const stdio = require('internal/stdio');
const sink = exports.sink = { write: stdio.write, streams: stdio.streams, colors: {} };

function write(fd, s) {
  const stream = sink.streams[fd];
  if (stream !== undefined && Object.hasOwn(stream, 'write'))
    stream.write(s);
  else
    sink.write(fd, s);
}
exports.write = write;

// Are colours shown on a stream (none: standard output)?
function hasColors(stream) {
  const force = os.env().FORCE_COLOR;
  if (force !== undefined)
    return !['0', 'false', 'none'].includes(force);
  const fd = stream === undefined ? 1 : stream.fd;
  return !!(sink.colors[fd] || stream?.isTTY && (typeof stream.getColorDepth !== 'function' ||
    stream.getColorDepth() > 2));
}
exports.hasColors = hasColors;

const state = Symbol('state'); // of a console: what its methods share
const colored = { colors: true }, plain = {};

function optionsOf(st, fd) {
  const color = st.colorMode === 'auto' ? st.streams ? !!st.streams[fd].isTTY && hasColors(st.streams[fd]) :
    !!sink.colors[fd] : st.colorMode;
  if (!st.inspectOptions)
    return color ? colored : plain;
  st.inspectOptions.colors ??= color;
  return st.inspectOptions;
}

function print(st, fd, s) {
  if (st.indent !== '')
    s = st.indent + (s.includes('\n') ? s.replaceAll('\n', `\n${st.indent}`) : s);
  s += '\n';
  if (!st.streams)
    return write(fd, s);
  if (!st.ignoreErrors)
    return st.streams[fd].write(s);
  try {
    const stream = st.streams[fd];
    if (stream.listenerCount?.('error') === 0)
      stream.once('error', () => {});
    stream.write(s, () => {});
  } catch (e) {
    if (e instanceof RangeError && /call stack/.test(e.message))
      throw e;
  }
}

const warn = (s) => globalThis.process?.emitWarning?.(s);

function formatTime(ms) {
  if (ms < 1000)
    return `${Number(ms.toFixed(3))}ms`;
  const hours = Math.floor(ms / 3600000), minutes = Math.floor(ms % 3600000 / 60000);
  const seconds = (ms % 60000 / 1000).toFixed(3);
  if (hours === 0 && minutes === 0)
    return `${seconds}s`;
  const two = (s) => String(s).padStart(2, '0');
  const [s, fraction] = seconds.split('.');
  const front = hours ? `${hours}:${two(minutes)}` : minutes;
  return `${front}:${two(s)}.${fraction} (${hours ? 'h:m' : ''}m:ss.mmm)`;
}

// How long a label's timer runs, to be printed; undefined (and a warning) if there is none.
function elapsed(st, method, label) {
  const start = st.times.get(label);
  if (start === undefined)
    return warn(`No such label '${label}' for console.${method}()`);
  return formatTime((os.ticks() - start) / 1e6);
}

/* ---- tables ---- */

function renderTable(head, columns) {
  const rows = Math.max(...columns.map((c) => c.length));
  const cell = (c, i) => Object.hasOwn(c, i) ? c[i] : '';
  const widths = head.map((h, i) => {
    let w = stringWidth(h);
    for (let r = 0; r < rows; r++)
      w = Math.max(w, stringWidth(cell(columns[i], r)));
    return w;
  });
  const pad = (s, i) => s + ' '.repeat(widths[i] - stringWidth(s));
  const row = (cells) => `│ ${cells.map(pad).join(' │ ')} │\n`;
  const line = (left, middle, right) => left + widths.map((w) => '─'.repeat(w + 2)).join(middle) + right;
  let s = `${line('┌', '┬', '┐')}\n${row(head)}${line('├', '┼', '┤')}\n`;
  for (let r = 0; r < rows; r++)
    s += row(columns.map((c) => cell(c, r)));
  return s + line('└', '┴', '┘');
}

function table(st, data, properties) {
  const text = (v) => inspect(v, {
    depth: v !== null && typeof v === 'object' && !Array.isArray(v) && !ArrayBuffer.isView(v) &&
      Object.keys(v).length > 2 ? -1 : 0,
    maxArrayLength: 3, breakLength: Infinity, ...optionsOf(st, 1) });
  const cls = core.classOf(data);
  const numbers = (n) => Array.from({ length: n }, (_, i) => text(i));
  let entries = data, isPairs = cls === 'Map';
  if (cls === 'Map Iterator' || cls === 'Set Iterator') {
    const all = internal.inspect.previewEntries(data);
    entries = all[0];
    isPairs = all[1] && cls === 'Map Iterator';
  }
  if (isPairs) {
    const all = [...entries];
    return renderTable(['(iteration index)', 'Key', 'Values'],
      [numbers(all.length), all.map(([k]) => text(k)), all.map(([, v]) => text(v))]);
  }
  if (entries !== data || cls === 'Set') {
    const all = [...entries].map(text);
    return renderTable(['(iteration index)', 'Values'], [numbers(all.length), all]);
  }
  const columns = Object.create(null), values = [], index = Object.keys(data);
  let hasValues = false;
  index.forEach((key, i) => {
    const item = data[key];
    const isPrimitive = item === null || typeof item !== 'function' && typeof item !== 'object';
    if (isPrimitive && properties === undefined) {
      hasValues = true;
      values[i] = text(item);
      return;
    }
    for (const k of properties || Object.keys(item)) {
      columns[k] ??= [];
      columns[k][i] = isPrimitive || !Object.hasOwn(item, k) ? '' : text(item[k]);
    }
  });
  const head = ['(index)', ...Object.keys(columns)], all = [index, ...Object.values(columns)];
  if (hasValues) {
    head.push('Values');
    all.push(values);
  }
  return renderTable(head, all);
}

/* ---- methods ---- */

const methods = {
  log(...args) {
    print(this[state], 1, args.length === 1 && typeof args[0] === 'string' ? args[0] :
      formatArgs(optionsOf(this[state], 1), args));
  },
  warn(...args) {
    print(this[state], 2, formatArgs(optionsOf(this[state], 2), args));
  },
  dir(v, options) {
    print(this[state], 1, inspect(v, { customInspect: false, ...optionsOf(this[state], 1), ...options }));
  },
  time(label = 'default') {
    label = `${label}`;
    const { times } = this[state];
    if (times.has(label))
      return warn(`Label '${label}' already exists for console.time()`);
    times.set(label, os.ticks());
  },
  timeEnd(label = 'default') {
    label = `${label}`;
    const s = elapsed(this[state], 'timeEnd', label);
    if (s !== undefined) {
      this.log('%s: %s', label, s);
      this[state].times.delete(label);
    }
  },
  timeLog(label = 'default', ...data) {
    label = `${label}`;
    const s = elapsed(this[state], 'timeLog', label);
    if (s !== undefined)
      this.log('%s: %s', label, s, ...data);
  },
  trace(...args) {
    const e = new Error(formatArgs(optionsOf(this[state], 2), args));
    Object.defineProperty(e, 'name', { value: 'Trace' });
    Error.captureStackTrace(e, methods.trace);
    this.error(require('internal/errors').stackOf(e));
  },
  assert(isTrue, ...args) {
    if (!isTrue) {
      args[0] = `Assertion failed${args.length === 0 ? '' : `: ${args[0]}`}`;
      this.warn(...args);
    }
  },
  clear() {
    const stream = this[state].streams?.[1] ?? globalThis.process?.stdout;
    if (stream?.isTTY && os.env().TERM !== 'dumb')
      stream.write('\x1b[1;1H\x1b[0J');
  },
  count(label = 'default') {
    label = `${label}`;
    const { counts } = this[state];
    const n = (counts.get(label) ?? 0) + 1;
    counts.set(label, n);
    this.log(`${label}: ${n}`);
  },
  countReset(label = 'default') {
    const { counts } = this[state];
    if (!counts.has(label))
      return warn(`Count for '${label}' does not exist`);
    counts.delete(`${label}`);
  },
  group(...data) {
    if (data.length > 0)
      this.log(...data);
    const st = this[state];
    st.indent += ' '.repeat(st.groupIndentation);
  },
  groupEnd() {
    const st = this[state];
    st.indent = st.indent.slice(0, st.indent.length - st.groupIndentation);
  },
  table(data, properties) {
    if (properties !== undefined)
      validateArray(properties, 'properties');
    this.log(data === null || typeof data !== 'object' ? data : table(this[state], data, properties));
  },
};

function Console(options) {
  if (new.target === undefined)
    return new Console(...arguments);
  if (!options || typeof options.write === 'function')
    options = { stdout: options, stderr: arguments[1], ignoreErrors: arguments[2] };
  const { stdout, stderr = stdout, ignoreErrors = true, colorMode = 'auto', inspectOptions,
    groupIndentation = 2 } = options;
  for (const [stream, name] of [[stdout, 'stdout'], [stderr, 'stderr']]) {
    if (!stream || typeof stream.write !== 'function')
      throw new codes.ERR_CONSOLE_WRITABLE_STREAM(name);
  }
  validateOneOf(colorMode, 'colorMode', ['auto', true, false]);
  validateInteger(groupIndentation, 'groupIndentation', 0, 1000);
  if (inspectOptions !== undefined) {
    validateObject(inspectOptions, 'options.inspectOptions');
    if (inspectOptions.colors !== undefined && options.colorMode !== undefined)
      throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR('options.inspectOptions.color', 'colorMode');
  }
  bindTo(this, { streams: { 1: stdout, 2: stderr }, ignoreErrors: Boolean(ignoreErrors), colorMode,
    inspectOptions, groupIndentation });
  for (const [name, value] of [['_stdout', stdout], ['_stderr', stderr]])
    Object.defineProperty(this, name, { value, writable: true, configurable: true });
}
Object.assign(Console.prototype, methods, {
  debug: methods.log,
  info: methods.log,
  dirxml: methods.log,
  error: methods.warn,
  groupCollapsed: methods.group,
});
Object.defineProperty(Console, Symbol.hasInstance, { value: (v) => v[state] !== undefined });

// The methods belong to the console: they may be passed on alone.
function bindTo(c, st) {
  Object.assign(st, { indent: '', times: new Map(), counts: new Map() });
  Object.defineProperty(c, state, { value: st });
  Object.defineProperty(c, Symbol.toStringTag, { value: 'console', configurable: true });
  for (const k of Object.keys(Console.prototype)) {
    c[k] = c[k].bind(c);
    Object.defineProperty(c[k], 'name', { value: k });
  }
}

const console = exports.console = require('internal/console_light').console;
for (const k of Object.keys(Console.prototype))
  console[k] = Console.prototype[k];
bindTo(console, { colorMode: 'auto', groupIndentation: 2 });
console.Console = Console;
for (const k of ['profile', 'profileEnd', 'timeStamp', 'context', 'createTask'])
  console[k] = { [k]: () => {} }[k];
for (const [name, key] of [['_stdout', 'stdout'], ['_stderr', 'stderr']])
  Object.defineProperty(console, name, { get: () => globalThis.process?.[key], configurable: true });
exports.Console = Console;
