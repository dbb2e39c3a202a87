// The interface of readline over any Readable: lines, questions, iterating. There is no terminal here, so no
// editing of a line.
const EE = require('events');
const { StringDecoder } = require('string_decoder');
const { codes, AbortError } = require('internal/errors');
const { validateString, validateAbortSignal, validateFunction, validateInteger, validateArray } =
  require('internal/validators');

const kQuestion = Symbol('kQuestion'), kBuffer = Symbol('kLine_buffer'), kReturn = Symbol('kSawReturnAt'),
  kPrompt = Symbol('kPrompt'), kOldPrompt = Symbol('kOldPrompt');

function Interface(input, output, completer, terminal) {
  if (!(this instanceof Interface))
    return new Interface(input, output, completer, terminal);
  EE.call(this);
  let prompt = '> ', crlfDelay, signal, history;
  if (input?.input) {
    const options = input;
    ({ output, completer, terminal, signal, history } = options);
    input = options.input;
    if (options.historySize !== undefined)
      validateInteger(options.historySize, 'historySize', 0);
    if (options.tabSize !== undefined)
      validateInteger(options.tabSize, 'tabSize', 1, 4294967295);
    if (options.prompt !== undefined)
      prompt = options.prompt;
    crlfDelay = options.crlfDelay;
    validateAbortSignal(signal, 'options.signal');
  }
  if (completer !== undefined && typeof completer !== 'function')
    throw new codes.ERR_INVALID_ARG_VALUE('completer', completer);
  if (history !== undefined)
    validateArray(history, 'history');
  this.line = '';
  this.cursor = 0;
  this.history = history ?? [];
  this.input = input;
  this.output = output;
  this.completer = completer;
  this.terminal = false;
  this.closed = false;
  this.paused = false;
  this.crlfDelay = crlfDelay ? Math.max(100, crlfDelay) : 100;
  this[kReturn] = 0;
  this[kQuestion] = null;
  this[kPrompt] = `${prompt}`;
  const decoder = new StringDecoder('utf8');
  this[kBuffer] = '';
  const onData = (chunk) => take(this, decoder.write(chunk));
  const onEnd = () => {
    if (this[kBuffer].length > 0) {
      const rest = this[kBuffer];
      this[kBuffer] = '';
      this.emit('line', rest);
    }
    this.close();
  };
  const onError = (e) => this.emit('error', e);
  input.on('error', onError);
  input.on('data', onData);
  input.on('end', onEnd);
  this.once('close', () => {
    input.removeListener('error', onError);
    input.removeListener('data', onData);
    input.removeListener('end', onEnd);
  });
  if (signal) {
    const onAbort = () => this.close();
    if (signal.aborted) {
      globalThis.process.nextTick(onAbort);
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
      this.once('close', () => signal.removeEventListener('abort', onAbort));
    }
  }
  input.resume();
}
Object.setPrototypeOf(Interface.prototype, EE.prototype);
Object.setPrototypeOf(Interface, EE);

// More text of the input: each line that is complete goes out.
function take(rl, s) {
  if (s === '')
    return;
  if (rl[kReturn] && Date.now() - rl[kReturn] <= rl.crlfDelay) {
    if (s.charCodeAt(0) === 10)
      s = s.slice(1);
    rl[kReturn] = 0;
  }
  if (!/[\r\n]/.test(s)) {
    rl[kBuffer] += s;
    return;
  }
  const lines = (rl[kBuffer] + s).split(/\r?\n|\r/);
  rl[kReturn] = s.endsWith('\r') ? Date.now() : 0;
  rl[kBuffer] = lines.pop();
  for (const line of lines)
    onLine(rl, line);
}

function onLine(rl, line) {
  const callback = rl[kQuestion];
  if (!callback) {
    rl.emit('line', line);
    return;
  }
  rl[kQuestion] = null;
  rl.setPrompt(rl[kOldPrompt]);
  callback(line);
}

function ask(rl, query, callback) {
  if (rl.closed)
    throw new codes.ERR_USE_AFTER_CLOSE('readline');
  if (rl[kQuestion]) {
    rl.prompt();
    return;
  }
  rl[kOldPrompt] = rl[kPrompt];
  rl.setPrompt(query);
  rl[kQuestion] = callback;
  rl.prompt();
}

function cancelQuestion(rl) {
  if (rl[kQuestion]) {
    rl[kQuestion] = null;
    rl.setPrompt(rl[kOldPrompt]);
    rl.cursor = 0;
  }
}

const methods = {
  getPrompt() {
    return this[kPrompt];
  },
  setPrompt(prompt) {
    this[kPrompt] = `${prompt}`;
  },
  setupHistoryManager() {},
  prompt() {
    if (this.paused)
      this.resume();
    this._writeToOutput(this[kPrompt]);
  },
  _writeToOutput(s) {
    validateString(s, 'stringToWrite');
    if (this.output !== null && this.output !== undefined)
      this.output.write(s);
  },
  question(query, options, callback) {
    callback = typeof options === 'function' ? options : callback;
    const signal = typeof options === 'object' ? options?.signal : undefined;
    if (signal) {
      validateAbortSignal(signal, 'options.signal');
      if (signal.aborted)
        return;
      const onAbort = () => cancelQuestion(this);
      signal.addEventListener('abort', onAbort, { once: true });
      if (typeof callback === 'function') {
        const f = callback;
        callback = (answer) => {
          signal.removeEventListener('abort', onAbort);
          return f(answer);
        };
      }
    }
    if (typeof callback === 'function')
      ask(this, query, callback);
  },
  pause() {
    if (this.paused)
      return undefined;
    this.input.pause();
    this.paused = true;
    this.emit('pause');
    return this;
  },
  resume() {
    if (!this.paused)
      return undefined;
    this.input.resume();
    this.paused = false;
    this.emit('resume');
    return this;
  },
  close() {
    if (this.closed)
      return;
    this.pause();
    this.closed = true;
    this.emit('close');
  },
  write(s) {
    if (this.paused)
      this.resume();
    if (s !== undefined && s !== null)
      take(this, `${s}`);
  },
  getCursorPos() {
    return { cols: this[kPrompt].length + this.cursor, rows: 0 };
  },
};
for (const [k, value] of Object.entries(methods))
  Object.defineProperty(Interface.prototype, k, { value, writable: true, configurable: true });

Interface.prototype.question[Symbol.for('nodejs.util.promisify.custom')] = function question(query, options) {
  return questionPromise(this, query, options);
};

Object.defineProperty(Interface.prototype, Symbol.asyncIterator, { writable: true, configurable: true,
  value: function() {
    const events = EE.on(this, 'line', { close: ['close'], highWaterMark: 1024 });
    const first = ({ value, done }) => ({ value: done ? value : value[0], done });
    return Object.setPrototypeOf({
      next: () => events.next().then(first),
      return: () => {
        const r = events.return();
        return r;
      },
      throw: (e) => events.throw(e),
    }, Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)));
  } });

if (Symbol.dispose) {
  Object.defineProperty(Interface.prototype, Symbol.dispose, { writable: true, configurable: true, value() {
    this.close();
  } });
}

function questionPromise(rl, query, options = {}) {
  return new Promise((resolve, reject) => {
    let callback = resolve;
    const signal = options?.signal;
    if (signal) {
      validateAbortSignal(signal, 'options.signal');
      if (signal.aborted) {
        reject(new AbortError(undefined, { cause: signal.reason }));
        return;
      }
      const onAbort = () => {
        cancelQuestion(rl);
        reject(new AbortError(undefined, { cause: signal.reason }));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      callback = (answer) => {
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      };
    }
    ask(rl, query, callback);
  });
}

// ---- moving the cursor of a terminal that somebody else shows ----

function send(stream, codes_, callback) {
  if (callback !== undefined)
    validateFunction(callback, 'callback');
  if (stream === null || stream === undefined || codes_ === '') {
    if (typeof callback === 'function')
      globalThis.process.nextTick(callback, null);
    return true;
  }
  return stream.write(codes_, callback);
}

const escapes = {
  cursorTo(x, y) {
    if (Number.isNaN(x))
      throw new codes.ERR_INVALID_ARG_VALUE('x', x);
    if (Number.isNaN(y))
      throw new codes.ERR_INVALID_ARG_VALUE('y', y);
    if (typeof x !== 'number' && typeof y !== 'number')
      return '';
    if (typeof x !== 'number')
      throw new codes.ERR_INVALID_CURSOR_POS();
    return typeof y !== 'number' ? `\x1b[${x + 1}G` : `\x1b[${y + 1};${x + 1}H`;
  },
  moveCursor(dx, dy) {
    return (dx < 0 ? `\x1b[${-dx}D` : dx > 0 ? `\x1b[${dx}C` : '') +
      (dy < 0 ? `\x1b[${-dy}A` : dy > 0 ? `\x1b[${dy}B` : '');
  },
  clearLine: (dir) => dir < 0 ? '\x1b[1K' : dir > 0 ? '\x1b[0K' : '\x1b[2K',
  clearScreenDown: () => '\x1b[0J',
};

function cursorTo(stream, x, y, callback) {
  if (typeof y === 'function') {
    callback = y;
    y = undefined;
  }
  if (callback !== undefined)
    validateFunction(callback, 'callback');
  return send(stream, escapes.cursorTo(x, y), callback);
}

const moveCursor = (stream, dx, dy, callback) => send(stream, escapes.moveCursor(dx, dy), callback);
const clearLine = (stream, dir, callback) => send(stream, escapes.clearLine(dir), callback);
const clearScreenDown = (stream, callback) => send(stream, escapes.clearScreenDown(), callback);

module.exports = {
  Interface, questionPromise, cursorTo, moveCursor, clearLine, clearScreenDown, escapes,
};
