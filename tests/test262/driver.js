// driver.js FILE [strict]: one test of the language suite (INTERPRETING.md there) in this process; prints "ok" or why not.
// Agents are not there (a sandbox has one thread), and no value is like document.all.
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const [, , file, mode] = process.argv;
const source = fs.readFileSync(file, 'utf8');
const harness = file.slice(0, file.lastIndexOf('/test/')) + '/harness/';
const front = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? '';

function list(name) {
  const m = new RegExp(`^ *${name}: *(?:\\[([^\\]]*)\\]|((?:\\r?\\n +- .*)+))`, 'm').exec(front);
  return m ? (m[1] ?? m[2]).split(/[,\n\r]/).map((x) => x.replace(/^ *-/, '').trim()).filter(Boolean) : [];
}
const flags = list('flags'), isAsync = flags.includes('async'), isModule = flags.includes('module');
const negative = /negative:[^\S\n]*\r?\n(?:.*\r?\n)*?\s+type: *(\w+)/.exec(front)?.[1];
const log = (text) => fs.writeSync(1, text + '\n'), exit = process.exit, out = [];
const print = (text) => { out.push(String(text)); };

// What a test may take away or replace, and this process needs to tell of it.
const { defineProperty, getOwnPropertyDescriptor } = Object, { deleteProperty, ownKeys } = Reflect, kept = [];
function keep(object) {
  const keys = ownKeys(object);
  for (const key of keys) {
    const own = getOwnPropertyDescriptor(object, key);
    if (own.configurable)
      kept[kept.length] = [object, key, own];
  }
}
for (const name of ownKeys(globalThis)) {
  const value = getOwnPropertyDescriptor(globalThis, name).value;
  if (typeof value === 'function' || name === 'Math' || name === 'JSON' || name === 'Reflect') {
    keep(value);
    if (value.prototype)
      keep(value.prototype);
  }
}
const typed = Object.getPrototypeOf(Uint8Array);
for (const object of [globalThis, typed, typed.prototype, Object.getPrototypeOf([].values()), Object.getPrototypeOf(new Map().values())])
  keep(object);
function mend() {
  for (let i = 0; i < 3; i++) // no test's setter is asked
    deleteProperty(Array.prototype, i), deleteProperty(Object.prototype, i);
  for (let i = 0; i < kept.length; i++) {
    const one = kept[i];
    try {
      defineProperty(one[0], one[1], one[2]);
    } catch { /* frozen */ }
  }
}

function hostOf(global, evalScript) {
  return {
    global,
    evalScript,
    gc() {},
    detachArrayBuffer(buffer) { ArrayBuffer.prototype.transfer.call(buffer); return null; },
    createRealm() {
      const context = vm.createContext({});
      const inside = vm.runInContext('globalThis', context);
      const host = hostOf(inside, (code) => vm.runInContext(code, context));
      Object.defineProperty(inside, '$262', { value: host, writable: true, configurable: true });
      inside.print = print;
      return host;
    },
    get agent() { throw new Error('no agents'); },
  };
}

let ended = false;
function end(error, wasThrown) {
  if (ended)
    return;
  ended = true;
  mend();
  let verdict = 'ok';
  if (negative) {
    const name = wasThrown ? error?.constructor?.name ?? typeof error : 'nothing';
    if (name !== negative)
      verdict = `expected ${negative}, got ${name}: ${error?.message}`;
  } else if (wasThrown) {
    verdict = `${error?.name ?? error?.constructor?.name ?? typeof error}: ${error?.message ?? String(error)}`;
  } else if (isAsync) {
    const last = out.find((line) => line.startsWith('Test262:'));
    if (last !== 'Test262:AsyncTestComplete')
      verdict = last ?? '$DONE() not called';
  }
  log('\n' + verdict.replace(/\s+/g, ' ').slice(0, 300));
}

// The names that the shell of a script puts there, which the suite does not know.
for (const name of ['module', 'exports', 'require', '__filename', '__dirname'])
  delete globalThis[name];
globalThis.print = print;
Object.defineProperty(globalThis, '$262', {
  value: hostOf(globalThis, (code) => vm.runInThisContext(code)), writable: true, configurable: true, enumerable: false });
process.on('unhandledRejection', () => {});
process.on('uncaughtException', (e) => end(e, true));
process.on('exit', () => end());

try {
  if (!flags.includes('raw')) {
    const files = ['assert.js', 'sta.js', ...(isAsync ? ['doneprintHandle.js'] : []), ...list('includes')];
    for (const name of files)
      vm.runInThisContext(fs.readFileSync(harness + name, 'utf8'), { filename: name });
  }
} catch (e) {
  log(`\nharness: ${e.message}`);
  exit(1);
}
if (isModule) {
  import(path.resolve(file)).then(() => {}, (e) => end(e, true));
} else {
  try {
    vm.runInThisContext(mode === 'strict' ? `"use strict";\n${source}` : source, { filename: file });
  } catch (e) {
    end(e, true);
  }
}
