// What a module does that carries a script (js/script.h): a program, or a tool by the script's function main.
const { fs, os } = internal;
const run = require('internal/run');
const stdio = require('internal/stdio');
const process = require('process');
const hooks = process[Symbol.for('boxagnts.internal')];

const KEEP = 4096; // characters of standard error that are told where there is no result

function script() {
  const text = os.script();
  const first = text.indexOf('\n');
  const second = text.indexOf('\n', first + 1);
  return { kind: text.slice(0, first), name: text.slice(first + 1, second), source: text.slice(second + 1) };
}

const block = (text) => ({ type: 'text', text });
const failed = (text) => ({ content: [block(text)], isError: true });

// A text is the answer; an object with a list `content` is a result already; all else is plain data.
function resultOf(value) {
  if (typeof value === 'string')
    return { content: [block(value)], isError: false };
  const plain = run.asJson(value) ?? null;
  if (plain === null)
    return { content: [block('(no result)')], isError: false };
  if (Array.isArray(plain.content))
    return { isError: false, ...plain };
  const structuredContent = typeof plain === 'object' && !Array.isArray(plain) ? plain : { result: plain };
  return { content: [block(run.shown(plain))], structuredContent, isError: false };
}

// An Error is the tool's answer to whoever called it; any other one, a TypeError say, is its author's mistake.
function resultOfError(e) {
  if (e instanceof Error && e.name === 'Error')
    return failed(e.message);
  os.write(2, run.explain(e, run.sources));
  return failed(e instanceof Error ? String(e) : `thrown: ${typeof e === 'string' ? e : run.shown(run.asJson(e) ?? null)}`);
}

function readArguments() {
  let args;
  try {
    args = JSON.parse(fs.readText(0));
  } catch (e) {
    return { wrong: `the arguments are no JSON: ${e.message}` };
  }
  return args !== null && typeof args === 'object' && !Array.isArray(args) ? { args }
    : { wrong: 'the arguments have to be a JSON object' };
}

async function callMain({ name, source }, args) {
  const { main, value } = await run.evaluateMain(source, name);
  const candidates = [main, globalThis.module.exports.main, globalThis.module.exports, value];
  const fn = candidates.find((f) => typeof f === 'function');
  if (!fn)
    throw new TypeError(`${name} has no function main, which a tool made of it calls with its arguments`);
  return fn(args);
}

function tool(own) {
  const { args, wrong } = readArguments();
  if (wrong) {
    run.print(failed(wrong));
    return 0;
  }
  let said = '';
  stdio.sinks[1] = (data) => os.write(2, data);
  stdio.sinks[2] = (data) => {
    said = (said + (typeof data === 'string' ? data : Buffer.from(data).toString())).slice(-KEEP);
    os.write(2, data);
  };
  stdio.setInput(Buffer.from(''));
  hooks.begin(['/bin/node', own.name]);
  let result;
  hooks.setLeave((code) => {
    said = said.replace(/\nNode\.js v\S+\n$/, '').trim();
    run.print(result ?? failed(said || (code ? `exit status ${code}` : 'main waits for what never comes')));
    os.exit(0);
  });
  run.live(() => {
    if (fs.kind('/workspace') === 2)
      process.chdir('/workspace');
    run.scope(own.name);
    callMain(own, args).then(resultOf).catch(resultOfError).then((r) => { result = r; });
  });
  return hooks.leave();
}

function program(own) {
  hooks.begin(['/bin/node', own.name, ...os.args().slice(1)]);
  return run.live(() => {
    run.scope(own.name);
    run.evaluate(own.source, own.name).catch((e) => run.fatal(e));
  });
}

exports.run = () => {
  const own = script();
  return own.kind === 'argv' ? program(own) : tool(own);
};
