// vm: code in this realm or in a realm of its own. A realm's global object is its own; what the object given to createContext
// has is put there before code runs, and brought back afterwards (what code that runs later changes is seen at the next run).
const { core } = internal;

const realms = new WeakMap(); // contextified object: { global, evalScript, initial }
const { codes } = require('internal/errors');

function realmOf(object) {
  const realm = realms.get(object);
  if (!realm)
    throw new codes.ERR_INVALID_ARG_TYPE('contextifiedObject', 'vm.Context', object);
  return realm;
}

function createContext(object = {}) {
  if (object === null || typeof object !== 'object')
    throw new codes.ERR_INVALID_ARG_TYPE('contextObject', 'Object', object);
  if (!realms.has(object)) {
    const [global, evalScript] = core.realm();
    Object.defineProperty(global, 'Intl', { value: Intl, writable: true, configurable: true });
    realms.set(object, { global, evalScript, initial: new Set(Reflect.ownKeys(global)) });
  }
  return object;
}

function copy(from, to, skip) {
  for (const key of Reflect.ownKeys(from)) {
    if (skip?.has(key))
      continue;
    const d = Reflect.getOwnPropertyDescriptor(from, key), old = Reflect.getOwnPropertyDescriptor(to, key);
    if (!old || (old.configurable && (old.value !== d.value || old.get !== d.get)))
      Reflect.defineProperty(to, key, d);
    else if (old.writable && 'value' in d)
      to[key] = d.value;
  }
}

function runIn(object, code, name, line) {
  const { global, evalScript, initial } = realmOf(object);
  copy(object, global);
  try {
    return evalScript(code, name, line, false);
  } finally {
    for (const key of Reflect.ownKeys(object)) {
      if (!Reflect.has(global, key))
        Reflect.deleteProperty(object, key);
    }
    const own = new Set(Reflect.ownKeys(object));
    copy(global, object, new Set([...initial].filter((key) => !own.has(key))));
  }
}

const optionsOf = (o) => (typeof o === 'string' ? { filename: o } : o ?? {});

class Script {
  #code;
  #name;
  #line;
  constructor(code, options) {
    const { filename = 'evalmachine.<anonymous>', lineOffset = 0 } = optionsOf(options);
    this.#code = `${code}`;
    this.#name = filename;
    this.#line = 1 + lineOffset;
    core.check(this.#code, filename);
  }
  runInThisContext() { return core.evalScript(this.#code, this.#name, this.#line, false); }
  runInContext(object) { return runIn(object, this.#code, this.#name, this.#line); }
  runInNewContext(object) { return this.runInContext(createContext(object)); }
}

// Without a look at its form first, which takes `await` for a word of the language.
function direct(code, options, evaluate) {
  const { filename = 'evalmachine.<anonymous>', lineOffset = 0 } = optionsOf(options);
  return evaluate(`${code}`, filename, 1 + lineOffset, false);
}

function compileFunction(code, parameters = [], options) {
  const { filename = '', lineOffset = 0 } = optionsOf(options);
  return core.evalScript(`(function (${parameters.join(',')}) {${code}\n})`, filename, 1 + lineOffset, false);
}

module.exports = {
  Script,
  createContext,
  isContext(object) {
    if (object === null || typeof object !== 'object')
      throw new codes.ERR_INVALID_ARG_TYPE('object', 'Object', object);
    return realms.has(object);
  },
  runInThisContext: (code, options) => direct(code, options, core.evalScript),
  runInContext: (code, object, options) => direct(code, options, (...args) => runIn(object, ...args)),
  runInNewContext: (code, object, options) => direct(code, options, (...args) => runIn(createContext(object), ...args)),
  createScript: (code, options) => new Script(code, options),
  compileFunction,
};
