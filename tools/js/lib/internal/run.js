// The two ways a process begins: as a program (`node FILE`), and as a tool with its arguments on standard input.
const { core, fs, os } = internal;
const loop = require('internal/loop');
const loader = require('internal/loader');
const stdio = require('internal/stdio');
const process = require('process');
const hooks = process[Symbol.for('boxagnts.internal')];

const EVAL = '[eval]';
const { parse: parseJson, stringify } = JSON; // whatever becomes of them


// ---- errors ----------------------------------------------------------------------------------------------------

function inspect(value) {
  try {
    return require('internal/inspect').inspect(value);
  } catch {
    return String(value);
  }
}

// The line of the user's source that threw, marked as Node does, where it can be told.
function context(error, sources) {
  const m = /^    at (?:.*\()?((?:\/|\[|\w[\w.-]*\.[cm]?[jt]s)[^():\n]*):(\d+)(?::(\d+))?\)?$/m
    .exec(error instanceof Error ? String(error.stack).replace(/^    at new .*\n/gm, '') : ''); // made there, thrown below
  if (!m)
    return '';
  let text = sources?.[m[1]];
  if (text === undefined && m[1][0] === '/') {
    try {
      text = fs.readText(m[1]);
    } catch {
      return '';
    }
  }
  const line = text?.split('\n', Number(m[2]))[Number(m[2]) - 1];
  if (line === undefined || line.length > 300)
    return `${m[1]}:${m[2]}\n`;
  const column = m[3] ? ' '.repeat(Number(m[3]) - 1) + '^\n' : '';
  return `${m[1]}:${m[2]}\n${line}\n${column}\n`;
}

function explain(error, sources) {
  const thrown = error instanceof Error ? inspect(error) : `Uncaught:\n${inspect(error)}`;
  return context(error, sources) + thrown + '\n';
}

// ---- the end -----------------------------------------------------------------------------------------------------

const sources = exports.sources = Object.create(null);

let isOver = false; // the words of the error that ends the process have been said

// What nobody caught: the user's handlers, or the end.
function fatal(error, origin = 'uncaughtException') {
  let failure = error, code = 1;
  if (!isOver) {
    try {
      if (hooks.uncaught(error, origin))
        return;
    } catch (e) { // of a handler
      failure = e;
      code = 7;
    }
  }
  stdio.write(2, explain(failure, sources) + `\nNode.js ${process.version}\n`);
  process.exitCode = code;
  if (!isOver && code === 1) {
    isOver = true;
    try {
      hooks.finish();
    } catch { /* its end is an error already */ }
  }
  hooks.leave();
}

let rejections; // what is to be done about those nobody handles: --unhandled-rejections
const reported = new WeakSet(); // promises whose rejection was told to handlers

function unhandled(reason, promise) {
  if (hooks.hasListener('unhandledRejection')) {
    reported.add(promise);
    try {
      hooks.emit('unhandledRejection', reason, promise);
    } catch (e) {
      fatal(e);
    }
    return;
  }
  if (rejections === 'none')
    return;
  if (rejections === 'warn') {
    process.emitWarning(`Unhandled promise rejection: ${inspect(reason)}`, 'UnhandledPromiseRejectionWarning');
    return;
  }
  let error = reason;
  if (!(reason instanceof Error)) {
    const { codes } = require('internal/errors');
    const { message, code } = new codes.ERR_UNHANDLED_REJECTION(inspect(reason));
    error = Object.assign(new Error(message), { code });
    Object.defineProperty(error, 'name', { value: 'UnhandledPromiseRejection', writable: true, configurable: true });
  }
  fatal(error, 'unhandledRejection');
}

function handledLate(promise) {
  if (reported.delete(promise))
    loop.nextTick(() => hooks.emit('rejectionHandled', promise));
}

let awaited; // the promise of the program itself
const UNSETTLED = 13; // the exit code where it waits for what can no longer come

// Run `fn`, then the loop, to the end.
function live(fn) {
  loop.setUncaught(fatal);
  loop.setUnhandledRejection(unhandled, handledLate);
  try {
    fn();
  } catch (e) {
    fatal(e);
  }
  do {
    loop.run();
    try {
      hooks.beforeExit();
    } catch (e) {
      fatal(e);
    }
    loop.drain();
  } while (loop.turn());
  if (awaited && core.promiseState(awaited)?.[0] === 0 && process.exitCode === undefined) {
    process.exitCode = UNSETTLED;
    stdio.write(2, 'Warning: Detected unsettled top-level await\n');
  }
  try {
    hooks.finish();
  } catch (e) {
    isOver = true;
    fatal(e);
  }
  return hooks.exitCode();
}

// ---- evaluating -----------------------------------------------------------------------------------------------------

// A promise: of {value} for a script, of nothing for a module, whose exports are `all` of nsKey then.
function evaluateAs(code, name) {
  sources[name] = code;
  if (!loader.isModule(code))
    return core.evalScript(code, name, 1, true);
  loader.define(name, code);
  return core.evalModule(`import * as all from ${stringify(name)}; globalThis[Symbol.for('boxagnts.ns')] = all;`,
    `${name}?main`, () => {});
}

// A script in which nothing waits and no function is called main.
const isPlain = (code) => !code.includes('await') && !code.includes('main') && !loader.isModule(code);

// Its value.
function evaluatePlain(code, name) {
  sources[name] = code;
  try {
    return core.evalScript(code, name, 1, false);
  } catch (e) {
    const stripped = e instanceof SyntaxError && !isWellFormed(code) && withoutTypes(code, name, e);
    if (!stripped)
      throw e;
    return evaluatePlain(stripped, name);
  }
}

function isWellFormed(code) {
  try {
    core.check(code, '');
    return true;
  } catch {
    return false;
  }
}

// Undefined: there are none to take out.
function withoutTypes(code, name, e) {
  let stripped;
  try {
    stripped = internal.strip.types(code, name, /\b(import|export)\b/.test(code));
  } catch (e2) {
    throw e2.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' ? e2 : e;
  }
  return stripped === code ? undefined : stripped;
}

// The same with types taken out, where the text is no JavaScript and is TypeScript.
function evaluate(code, name) {
  try {
    return evaluateAs(code, name);
  } catch (e) {
    const stripped = withoutTypes(code, name, e);
    if (stripped === undefined)
      throw e;
    return evaluateAs(stripped, name);
  }
}

const set = (name, value) => {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
};

// The names that a file would have, for code that is none; made when the first of them is used.
const NAMES = ['module', 'exports', 'require'];
let place;

function fill() {
  const module = new loader.Module(place);
  module.filename = fs.cwd().replace(/\/$/, '') + '/' + place;
  module.paths = loader.Module._nodeModulePaths(fs.cwd());
  const values = [module, module.exports, loader.requireFor(module)];
  NAMES.forEach((name, i) => {
    if (Object.getOwnPropertyDescriptor(globalThis, name)?.get === getters[i].get)
      set(name, values[i]);
  });
  return values;
}

const getters = NAMES.map((name, i) => ({
  configurable: true,
  enumerable: true,
  get: () => fill()[i],
  set: (value) => set(name, value),
}));

function scope(name) {
  place = name;
  globalThis.__filename = name;
}

// They are there from the start, so that most processes change no shape of the global object; a program that is a file has none.
for (let i = 0; i < NAMES.length; i++)
  Object.defineProperty(globalThis, NAMES[i], getters[i]);
Object.assign(globalThis, { __filename: '', __dirname: '.', args: undefined });

function unscope() {
  for (const name of [...NAMES, '__filename', '__dirname', 'args'])
    delete globalThis[name];
}

function runFile(file) {
  const full = require('path').resolve(file) + (file.endsWith('/') ? '/' : '');
  let found;
  try {
    found = loader.resolve(full, full, false);
  } catch (e) {
    if (e.code !== 'MODULE_NOT_FOUND' || !e.requireStack)
      throw e;
    throw Object.assign(new Error(`Cannot find module '${full}'`), { code: e.code, requireStack: [] });
  }
  process.argv[1] = full;
  if (loader.formatOf(found) !== 'module') {
    loader.loadFile(found, null);
  } else {
    awaited = core.evalModule(`import ${stringify(found)};`, `${found}?main`, () => {});
    awaited.catch((e) => fatal(e));
    loop.runJobs(); // a module runs as a job: others come before the ticks
  }
}

// ---- as a program -----------------------------------------------------------------------------------------------------

const HELP = `Usage: node [OPTION]... [FILE | -] [ARG]...
Run JavaScript or TypeScript (its types are taken out) from FILE or standard input, in a sandbox.

  -e, --eval CODE          run CODE
  -p, --print CODE         run CODE and print the value of its last expression
  -c, --check              only look whether FILE is well-formed
  -r, --require MODULE     load MODULE first
      --input-type TYPE    CODE or standard input is \`module' or \`commonjs'
      --version            show the version of Node that is followed
      --help               show this help

Examples:
  $ node -p '[1, 2, 3].map((n) => n * n)'
  [ 1, 4, 9 ]
  $ echo 'const who: string = process.argv[2]; console.log("hello " + who);' > hi.ts; node hi.ts you
  hello you
  $ echo '{"a": [1, 2]}' | node -e 'let s = ""; for await (const c of process.stdin) s += c; console.log(JSON.parse(s).a)'
  [ 1, 2 ]
`;

const VALUES = { '--unhandled-rejections': 'rejections', '--stack-trace-limit': 'frames',
  '-e': 'eval', '--eval': 'eval', '-p': 'print', '--print': 'print', '-r': 'require', '--require': 'require',
  '--input-type': 'type', '--script-name': 'name', '-C': 'skip', '--conditions': 'skip', '--import': 'require', '--max-old-space-size': 'skip' };

// Options that tune the engine of the original, or its debugging: nothing here.
const TUNING = new RegExp('^--(?:no-)?(?:abort|addons|allow|build|conditions|cpu-prof|debug|deprecation|diagnostic|disable|dns|' +
  'enable|env-file|es-module|experimental|extra|force|frozen|global-search|harmony|heap|icu|insecure|inspect|interpreted|jitless|' +
  'max|min|network|node|openssl|opt|pending|perf|preserve|prof|redirect|report|secure|security|sparkplug|stack|test|throw|title|' +
  'tls|trace|track|turbo|use|v8|verify|wasm|watch|warnings|zero)');

function parse(args) {
  const o = { require: [], rest: [], exec: [] };
  let i = 0;
  for (; i < args.length; i++) {
    const [name, joined] = /^--[^=]+=/.test(args[i]) ? args[i].split(/=(.*)/s) : [args[i]];
    if (name === '--') {
      i++;
      break;
    }
    if (name === '-' || name[0] !== '-')
      break;
    o.exec.push(args[i]);
    const key = name === '-pe' ? 'print' : VALUES[name];
    if (key) {
      if (joined === undefined)
        o.exec.push(args[i + 1]);
      const value = joined ?? args[++i];
      if (value === undefined)
        return { wrong: `${name} requires an argument` };
      if (key === 'require')
        o.require.push(value);
      else
        o[key] = value;
    } else if (name === '-v' || name === '--version') {
      o.version = true;
    } else if (name === '-h' || name === '--help') {
      o.help = true;
    } else if (name === '-c' || name === '--check') {
      o.check = true;
    } else if (name === '--no-warnings') {
      hooks.silence();
    } else if (name === '--expose-gc' || name === '--expose_gc') {
      o.gc = true;
    } else if (!TUNING.test(name)) {
      return { wrong: `bad option: ${name}` };
    }
  }
  o.rest = args.slice(i);
  return o;
}

function fromText(code, o) {
  const done = awaited = evaluate(code, o.name);
  done.then((r) => {
    if (o.print !== undefined)
      console.log(r?.value);
  }, fatal);
}

// What is loaded before the program, as if from a file beside it.
function preload(name) {
  const m = new loader.Module(fs.cwd().replace(/\/$/, '') + '/[preload]');
  m.filename = m.id;
  m.paths = loader.Module._nodeModulePaths(fs.cwd());
  loader.Module._load(name, m);
}

exports.program = () => {
  const o = parse(os.args().slice(1));
  if (o.wrong) {
    os.write(2, `node: ${o.wrong}\n`);
    return 9;
  }
  if (o.help || o.version) {
    os.write(1, o.help ? HELP : process.version + '\n');
    return 0;
  }
  const code = o.print ?? o.eval;
  if (o.name !== undefined) // a script of the host, as text
    o.rest.unshift(o.name);
  const file = code === undefined && o.rest.length && o.rest[0] !== '-' ? o.rest[0] : undefined;
  hooks.begin(['/bin/node', ...(file === undefined && code === undefined ? o.rest.slice(1) : o.rest)], o.exec);
  if (code === undefined && file === undefined && o.rest[0] === '-')
    hooks.begin(['/bin/node', ...o.rest], o.exec);
  rejections = o.rejections;
  if (o.frames !== undefined)
    Error.stackTraceLimit = Number(o.frames);
  if (o.gc)
    globalThis.gc = core.gc;
  return live(() => {
    if (file !== undefined)
      unscope();
    for (const name of o.require)
      preload(name);
    if (o.check && file !== undefined) {
      core.check(loader.sourceOf(require('path').resolve(file)), file);
    } else if (file !== undefined) {
      runFile(file);
    } else {
      o.name ??= code === undefined ? '[stdin]' : EVAL;
      if (o.type !== 'module') { // a module has none of these
        scope(o.name);
        delete globalThis.args;
      } else {
        unscope();
      }
      fromText(code ?? fs.readText(0), o);
    }
  });
};

// ---- as a tool ------------------------------------------------------------------------------------------------------------

const NAME = 'code.js';
const NOTHING = new Uint8Array(0);
const KEEP = 1 << 20; // bytes of output that are kept; of more the beginning and the end

function keeper() {
  const head = [], tail = [];
  let n = 0, tailN = 0, dropped = 0;
  return {
    add(data) {
      const text = typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
      if (n + text.length <= KEEP / 2) {
        head.push(text);
        n += text.length;
        return;
      }
      tail.push(text);
      tailN += text.length;
      while (tail.length > 1 && tailN - tail[0].length > KEEP / 2) {
        dropped += tail[0].length;
        tailN -= tail.shift().length;
      }
    },
    text() {
      let end = tail.join('');
      let gone = dropped;
      if (end.length > KEEP / 2) {
        gone += end.length - KEEP / 2;
        end = end.slice(-KEEP / 2);
      }
      return head.join('') + (gone ? `\n… ${gone} characters left out …\n` : '') + end;
    },
  };
}

function shown(value) {
  if (typeof value === 'string')
    return value;
  const line = stringify(value);
  return line.length <= 120 ? line : stringify(value, null, 2);
}

// Anything JSON can say; throws otherwise, with words for whoever wrote the code.
function asJson(value) {
  if (typeof value === 'string' || typeof value === 'boolean' || value === undefined || Number.isFinite(value))
    return value;
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new TypeError(`the result is a ${typeof value}: return plain data`);
  let text;
  try {
    text = stringify(value);
  } catch (e) {
    throw new TypeError(`the result cannot be passed on as JSON: ${e.message}; return plain data`);
  }
  return text === undefined ? undefined : parseJson(text);
}

function resultOf(text, value, failure, code) {
  const structured = {};
  let said = text;
  if (failure === undefined && code === 0) {
    try {
      const plainValue = asJson(value);
      if (plainValue !== undefined) {
        structured.result = plainValue;
        said += (said && !said.endsWith('\n') ? '\n' : '') + shown(plainValue);
      }
    } catch (e) {
      failure = e;
    }
  }
  if (failure !== undefined) {
    said += (said && !said.endsWith('\n') ? '\n' : '') + explain(failure, sources).trimEnd();
    code ||= 1;
  }
  if (text)
    structured.output = text;
  structured.exit_code = code;
  return {
    content: [{ type: 'text', text: said || (code ? `exit status ${code}` : '(no output)') }],
    structuredContent: structured,
    isError: code !== 0,
  };
}

function print(result) { os.write(1, stringify(result) + '\n'); }

const SHORT = new Set(['number', 'string', 'boolean']);

// What print would say of resultOf(), put together here; undefined unless it is short, as most are.
function shortResult(text, value, failure, code) {
  if (failure !== undefined || code !== 0 || text !== '' || !SHORT.has(typeof value) || value === '')
    return undefined;
  const json = stringify(value);
  if (json === 'null') // no finite number
    return undefined;
  const said = typeof value === 'string' ? json : `"${json}"`;
  return `{"content":[{"type":"text","text":${said}}],"structuredContent":{"result":${json},"exit_code":0},"isError":false}\n`;
}

// {main, value}: the function main of the code, if it has one, and what it is worth else.
async function evaluateMain(code, name) {
  const r = await evaluate(code, name);
  const key = Symbol.for('boxagnts.ns');
  const all = globalThis[key];
  if (all)
    delete globalThis[key];
  else if (!code.includes('main'))
    return { value: r?.value };
  const main = all ? all.main : core.evalScript('typeof main === "function" ? main : undefined', name, 1, false);
  return { main, value: all ? all.default : r?.value };
}

async function evaluateTool(ask) {
  const { main, value } = await evaluateMain(ask.code, NAME);
  return typeof main === 'function' ? main(ask.args) : value;
}

exports.tool = () => {
  let ask;
  try {
    ask = parseJson(fs.readText(0));
  } catch (e) {
    print({ content: [{ type: 'text', text: `the arguments are no JSON: ${e.message}` }], isError: true });
    return 0;
  }
  const output = keeper();
  stdio.sinks[1] = stdio.sinks[2] = output.add;
  stdio.setInput(ask.stdin ? Buffer.from(ask.stdin) : NOTHING);
  hooks.begin(['/bin/node', NAME]);
  hooks.setEnv({ PATH: '/bin', ...ask.env });
  globalThis.args = ask.args;
  let value, failure;
  const end = (code) => {
    const text = output.text(), short = shortResult(text, value, failure, code);
    if (short === undefined)
      print(resultOf(text, value, failure, code));
    else
      os.write(1, short);
    os.exit(0);
  };
  hooks.setLeave(end);
  end(live(() => {
    if (ask.cwd !== undefined || fs.kind('/workspace') === 2)
      process.chdir(require('path').resolve('/workspace', ask.cwd ?? ''));
    scope(NAME);
    if (ask.timeout_ms > 0) {
      setTimeout(() => {
        failure = new Error(`timed out after ${ask.timeout_ms} ms`);
        process.exitCode = 124;
        hooks.leave();
      }, ask.timeout_ms).unref();
    }
    const failed = (e) => {
      failure = e;
      process.exitCode = 1;
    };
    const code = ask.code;
    if (isPlain(code)) { // most are: no promise is needed to run them
      try {
        value = evaluatePlain(code, NAME);
      } catch (e) {
        failed(e);
        return;
      }
      if (typeof value !== 'object' && typeof value !== 'function')
        return;
      awaited = Promise.resolve(value);
    } else {
      awaited = evaluateTool(ask);
    }
    awaited.then((v) => { value = v; }, failed);
  }));
};

// Run once before the snapshot: the built-in functions that a call needs are made when they are first asked for.
exports.warm = () => {
  void [fs.readText, fs.kind, os.args, os.exit, os.ticks, os.write];
  const output = keeper();
  const ask = parseJson(stringify({ code: '1+1', args: [] }));
  if (isPlain(ask.code))
    shortResult(output.text(), evaluatePlain(ask.code, NAME), undefined, 0);
  void [hooks.exitCode(), hooks.beforeExit(), resultOf('', [], undefined, 0)];
  scope(NAME);
  loop.drain();
  delete sources[NAME];
  globalThis.__filename = '';
};

// For internal/own.
Object.assign(exports, { asJson, evaluate, evaluateMain, explain, fatal, live, print, scope, shown, sources });
