// The two ways a process begins: as a program (`node FILE`), and as a tool with its arguments on standard input.
const { core, fs, os } = internal;
const loop = require('internal/loop');
const loader = require('internal/loader');
const stdio = require('internal/stdio');
const process = require('process');
const hooks = process[Symbol.for('boxagnts.internal')];

const EVAL = '[eval]';


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
  const m = /\(?((?:\/|\[|code)[^():\n]*):(\d+)(?::(\d+))?\)?/.exec(error instanceof Error ? String(error.stack) : '');
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

const sources = Object.create(null);

// Nothing of the user's code runs after it.
function fatal(error, origin = 'uncaughtException') {
  if (hooks.uncaught(error, origin))
    return;
  stdio.write(2, explain(error, sources) + `\nNode.js ${process.version}\n`);
  process.exitCode = process.exitCode || 1;
  hooks.finish();
  hooks.leave();
}

function unhandled(reason, promise) {
  if (hooks.hasListener('unhandledRejection')) {
    hooks.emit('unhandledRejection', reason, promise);
    return;
  }
  if (reason instanceof Error) {
    fatal(reason, 'unhandledRejection');
    return;
  }
  const { codes } = require('internal/errors');
  fatal(new codes.ERR_UNHANDLED_REJECTION(inspect(reason)), 'unhandledRejection');
}

// Run `fn`, then the loop, to the end.
function live(fn) {
  loop.setUncaught(fatal);
  loop.setUnhandledRejection(unhandled);
  try {
    fn();
  } catch (e) {
    fatal(e);
  }
  do {
    loop.run();
    hooks.beforeExit();
    loop.drain();
  } while (loop.turn());
  hooks.finish();
  return hooks.exitCode();
}

// ---- evaluating -----------------------------------------------------------------------------------------------------

// A promise: of {value} for a script, of nothing for a module, whose exports are `all` of nsKey then.
function evaluateAs(code, name) {
  sources[name] = code;
  if (!loader.isModule(code))
    return core.evalScript(code, name, 1, true);
  loader.define(name, code);
  return core.evalModule(`import * as all from ${JSON.stringify(name)}; globalThis[Symbol.for('boxagnts.ns')] = all;`,
    `${name}?main`, () => {});
}

// The same with types taken out, where the text is no JavaScript and is TypeScript.
function evaluate(code, name) {
  try {
    return evaluateAs(code, name);
  } catch (e) {
    let stripped;
    try {
      stripped = internal.strip.types(code, name, /\b(import|export)\b/.test(code));
    } catch (e2) {
      throw e2.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' ? e2 : e;
    }
    if (stripped === code)
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
  for (let i = 0; i < NAMES.length; i++)
    Object.defineProperty(globalThis, NAMES[i], getters[i]);
  globalThis.__filename = name;
  globalThis.__dirname = '.';
}

function runFile(file) {
  const found = loader.resolve(/^\//.test(file) ? file : './' + file, fs.cwd().replace(/\/$/, '') + '/' + EVAL, false);
  process.argv[1] = found;
  if (loader.formatOf(found) !== 'module')
    loader.loadFile(found, null);
  else
    core.evalModule(`import ${JSON.stringify(found)};`, `${found}?main`, () => {}).catch((e) => fatal(e));
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

const VALUES = { '-e': 'eval', '--eval': 'eval', '-p': 'print', '--print': 'print', '-r': 'require', '--require': 'require',
  '--input-type': 'type', '-C': 'skip', '--conditions': 'skip', '--import': 'require', '--max-old-space-size': 'skip' };

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
    } else if (name === '-i' || name === '--interactive' || !name.startsWith('--')) {
      return { wrong: `bad option: ${name}` };
    } // other long options tune the engine of the original
  }
  o.rest = args.slice(i);
  return o;
}

function fromText(code, o) {
  const done = evaluate(code, EVAL);
  done.then((r) => {
    if (o.print !== undefined)
      console.log(r?.value);
  }, fatal);
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
  const file = code === undefined && o.rest.length && o.rest[0] !== '-' ? o.rest[0] : undefined;
  hooks.begin(['/bin/node', ...(file === undefined && code === undefined ? o.rest.slice(1) : o.rest)], o.exec);
  if (code === undefined && file === undefined && o.rest[0] === '-')
    hooks.begin(['/bin/node', ...o.rest], o.exec);
  return live(() => {
    for (const name of o.require)
      loader.Module._load(name, undefined);
    if (o.check && file !== undefined) {
      core.check(loader.sourceOf(require('path').resolve(file)), file);
    } else if (file !== undefined) {
      runFile(file);
    } else {
      scope(EVAL);
      fromText(code ?? fs.readText(0), o);
    }
  });
};

// ---- as a tool ------------------------------------------------------------------------------------------------------------

const NAME = 'code.js';
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
  const line = JSON.stringify(value);
  return line.length <= 120 ? line : JSON.stringify(value, null, 2);
}

// Anything JSON can say; throws otherwise, with words for whoever wrote the code.
function asJson(value) {
  if (typeof value === 'string' || typeof value === 'boolean' || value === undefined || Number.isFinite(value))
    return value;
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new TypeError(`the result is a ${typeof value}: return plain data`);
  let text;
  try {
    text = JSON.stringify(value);
  } catch (e) {
    throw new TypeError(`the result cannot be passed on as JSON: ${e.message}; return plain data`);
  }
  return text === undefined ? undefined : JSON.parse(text);
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

function print(result) { os.write(1, JSON.stringify(result) + '\n'); }

async function evaluateTool(ask) {
  const r = await evaluate(ask.code, NAME);
  const key = Symbol.for('boxagnts.ns');
  const all = globalThis[key];
  if (all)
    delete globalThis[key];
  else if (!ask.code.includes('main'))
    return r?.value;
  const main = all ? all.main : core.evalScript('typeof main === "function" ? main : undefined', NAME, 1, false);
  if (typeof main === 'function')
    return main(ask.args);
  return all ? all.default : r?.value;
}

exports.tool = () => {
  let ask;
  try {
    ask = JSON.parse(fs.readText(0));
  } catch (e) {
    print({ content: [{ type: 'text', text: `the arguments are no JSON: ${e.message}` }], isError: true });
    return 0;
  }
  const output = keeper();
  stdio.sinks[1] = stdio.sinks[2] = output.add;
  stdio.setInput(ask.stdin ? Buffer.from(ask.stdin) : new Uint8Array(0));
  hooks.begin(['/bin/node', NAME]);
  Object.assign(process.env, { PATH: '/bin', ...ask.env });
  globalThis.args = ask.args;
  let value, failure;
  const end = (code) => {
    print(resultOf(output.text(), value, failure, code));
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
    evaluateTool(ask).then((v) => { value = v; }, (e) => {
      failure = e;
      process.exitCode = 1;
    });
  }));
};
