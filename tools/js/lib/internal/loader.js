// Modules: CommonJS and ES modules from files, JSON, the library's own, and packages from node_modules.
// Source: "Modules: CommonJS modules", "Modules: ECMAScript modules" and "Modules: Packages" of Node 20's
// documentation, whose algorithms these are.
const { core, fs } = internal;
const path = require('path');
const { manifestIn, scopeOf, match, packageExports, splitName, real } = require('internal/packages');

const PUBLIC = new Set(('_stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_writable assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns ' +
  'dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path path/posix path/win32 perf_hooks ' +
  'process punycode querystring readline readline/promises repl stream stream/consumers stream/promises stream/web string_decoder sys test timers ' +
  'timers/promises tls trace_events tty url util util/types v8 vm wasi worker_threads zlib').split(' '));

const error = (name, ...args) => {
  const { codes } = require('internal/errors');
  return new codes[name](...args);
};

const isBuiltin = (name) => (name.startsWith('node:') ? PUBLIC.has(name.slice(5)) : name !== 'test' && PUBLIC.has(name));

function builtin(name) {
  const bare = name.startsWith('node:') ? name.slice(5) : name;
  if (!PUBLIC.has(bare))
    return undefined;
  const exports = require(bare) ?? require('internal/absent').load(bare);
  if (exports === undefined)
    throw Object.assign(new Error(`The module '${bare}' is not available in a sandbox`), { code: 'ERR_UNSUPPORTED' });
  return exports;
}

// ---- resolving -----------------------------------------------------------------------------------------------

const TYPESCRIPT = ['.ts', '.mts', '.cts']; // tried after what Node tries

function asFile(file) {
  if (fs.kind(file) === 1)
    return real(file);
  for (const extension of [...Object.keys(Module._extensions), ...TYPESCRIPT]) {
    if (fs.kind(file + extension) === 1)
      return real(file + extension);
  }
  return undefined;
}

function asDirectory(directory) {
  if (fs.kind(directory) !== 2)
    return undefined;
  const m = manifestIn(directory);
  if (m && typeof m.main === 'string' && m.main) {
    const file = path.resolve(directory, m.main);
    const found = asFile(file) ?? asFile(path.join(file, 'index'));
    if (found)
      return found;
  }
  return asFile(path.join(directory, 'index'));
}

const REQUIRE = new Set(['node', 'require', 'module-sync', 'default']);
const IMPORT = new Set(['node', 'import', 'module-sync', 'default']);

function notFound(specifier, base, isImport, isPackage) {
  if (isImport)
    return error('ERR_MODULE_NOT_FOUND', specifier, base, isPackage ? undefined : require('url').pathToFileURL(specifier));
  const stack = stackOf(base);
  const e = new Error(`Cannot find module '${specifier}'${stack.length ? `\nRequire stack:\n- ${stack.join('\n- ')}` : ''}`);
  e.code = 'MODULE_NOT_FOUND';
  e.requireStack = stack;
  return e;
}

// The files that asked for each other, the last one first.
function stackOf(base) {
  const r = [];
  for (let m = asking ?? base; m; m = m.parent)
    r.push(m.filename ?? m.id ?? m);
  return r;
}
let asking; // the module whose require() is being resolved

function inPackage(specifier, base, isImport) {
  const conditions = isImport ? IMPORT : REQUIRE;
  const [name, subpath] = splitName(specifier);
  const [own, ownManifest] = scopeOf(base);
  if (ownManifest?.exports !== undefined && ownManifest.exports !== null && ownManifest.name === name)
    return existing(packageExports(own, ownManifest, subpath, conditions, base), specifier, base, isImport);
  for (let d = path.dirname(base); ; d = path.dirname(d)) {
    if (!d.endsWith('/node_modules')) {
      const directory = path.join(d, 'node_modules', name);
      if (fs.kind(directory) === 2) {
        const m = manifestIn(directory);
        if (m?.exports !== undefined && m.exports !== null)
          return existing(packageExports(directory, m, subpath, conditions, isImport ? base : undefined), specifier, base, isImport);
        const file = path.join(directory, subpath);
        const found = subpath === '.' ? asDirectory(directory) : asFile(file) ?? asDirectory(file);
        if (found)
          return found;
        if (isImport)
          break;
      } else if (!isImport) {
        const found = asFile(path.join(d, 'node_modules', specifier));
        if (found)
          return found;
      }
    }
    if (d === '/')
      break;
  }
  throw notFound(isImport ? name : specifier, base, isImport, true);
}

function existing(file, specifier, base, isImport) {
  if (typeof file === 'object')
    return resolve(file.bare, base, isImport);
  if (fs.kind(file) === 1)
    return real(file);
  if (isImport)
    throw notFound(file, base, true);
  throw Object.assign(new Error(`Cannot find module '${file}'`), { code: 'MODULE_NOT_FOUND' });
}

// `base`: the file that asks. A file's absolute path, or "node:NAME".
function resolve(specifier, base, isImport) {
  if (typeof specifier !== 'string')
    throw error('ERR_INVALID_ARG_TYPE', 'id', 'string', specifier);
  if (specifier === '')
    throw notFound('', base, isImport, true);
  if (isBuiltin(specifier))
    return specifier.startsWith('node:') ? specifier : 'node:' + specifier;
  if (specifier.startsWith('node:'))
    throw error('ERR_UNKNOWN_BUILTIN_MODULE', specifier);
  if (specifier.startsWith('file:'))
    specifier = require('url').fileURLToPath(specifier);
  else if (isImport && /^[a-z][a-z0-9+.-]+:/i.test(specifier) && !specifier.startsWith('data:'))
    throw error('ERR_UNSUPPORTED_ESM_URL_SCHEME', new URL(specifier), ['file', 'data', 'node']);
  if (specifier[0] === '#') {
    if (specifier === '#' || specifier.startsWith('#/') || specifier.endsWith('/'))
      throw error('ERR_INVALID_MODULE_SPECIFIER', specifier, 'is not a valid internal imports specifier name', base);
    const [directory, m] = scopeOf(base);
    const r = m?.imports && match(m.imports, specifier, directory, isImport ? IMPORT : REQUIRE, true, base);
    if (r === undefined || r === null)
      throw error('ERR_PACKAGE_IMPORT_NOT_DEFINED', specifier, directory && directory + '/', base);
    return existing(r, specifier, base, isImport);
  }
  if (/^(\.\.?)?\//.test(specifier) || specifier === '.' || specifier === '..') {
    const file = path.resolve(path.dirname(base), isImport ? decodeURI(specifier) : specifier);
    const found = isImport ? (fs.kind(file) === 1 ? real(file) : tsInstead(file))
      : (specifier.endsWith('/') ? undefined : asFile(file) ?? tsInstead(file)) ?? asDirectory(file);
    if (found === undefined)
      throw isImport && fs.kind(file) === 2 ? error('ERR_UNSUPPORTED_DIR_IMPORT', file, base)
        : notFound(isImport ? file : specifier, base, isImport);
    return found;
  }
  return inPackage(specifier, base, isImport);
}

// import './x.js' in TypeScript means x.ts, where that is what there is.
function tsInstead(file) {
  const m = /^(.*)\.([cm]?)js$/.exec(file);
  return m && fs.kind(`${m[1]}.${m[2]}ts`) === 1 ? real(`${m[1]}.${m[2]}ts`) : undefined;
}

// ---- sources -------------------------------------------------------------------------------------------------

const isTypeScript = (file) => /\.[cm]?ts$/.test(file);

function sourceOf(file) {
  let text = fs.readText(file);
  if (text.charCodeAt(0) === 0xFEFF)
    text = text.slice(1);
  if (text.startsWith('#!'))
    text = '//' + text.slice(2);
  if (isTypeScript(file)) {
    if (file.includes('/node_modules/'))
      throw error('ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING', file);
    text = internal.strip.types(text, file);
  }
  return text;
}

// "module", "commonjs" or "json".
function formatOf(file, source) {
  if (file.endsWith('.json'))
    return 'json';
  if (/\.m[jt]s$/.test(file))
    return 'module';
  if (/\.c[jt]s$/.test(file))
    return 'commonjs';
  const type = scopeOf(file)[1]?.type;
  if (type === 'module' || type === 'commonjs')
    return type;
  return isModule(source ?? sourceOf(file)) ? 'module' : 'commonjs';
}

// Has it what only a module can have? Where it says so in words alone, whether it is a script decides.
function isModule(source) {
  if (!source.includes('import') && !source.includes('export'))
    return false;
  if (!/(?:^|[;}\s])(?:import\s*["'{*\w$]|export\s*[{*\w$])|\bimport\s*\.\s*meta\b/.test(source))
    return false;
  try {
    core.check(source, '');
    return false;
  } catch {
    return true;
  }
}
exports.isModule = isModule;

// ---- CommonJS --------------------------------------------------------------------------------------------------

function Module(id = '', parent) {
  this.id = id;
  this.path = path.dirname(id);
  this.exports = {};
  this.filename = null;
  this.loaded = false;
  this.children = [];
  Object.defineProperty(this, 'parent', { value: parent, writable: true, configurable: true });
  parent?.children.push(this);
}
Module._cache = Object.create(null);
Module._pathCache = Object.create(null);
Module._extensions = Object.create(null);
Module.globalPaths = [];
Module.prototype.require = function (id) {
  require('internal/validators').validateString(id, 'id');
  if (id === '')
    throw error('ERR_INVALID_ARG_VALUE', 'id', id, 'must be a non-empty string');
  return Module._load(id, this, false);
};
Module.prototype.load = function (file) {
  this.filename ??= file;
  this.paths ??= Module._nodeModulePaths(path.dirname(file));
  let name = path.basename(file);
  for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', 1)) { // the longest that is known
    name = name.slice(dot);
    if (Module._extensions[name])
      break;
  }
  (Module._extensions[name] ?? Module._extensions['.js'])(this, file);
  this.loaded = true;
};
Module.builtinModules = [...PUBLIC].filter((name) => name !== 'test');
Module.isBuiltin = (name) => typeof name === 'string' && isBuiltin(name);
Module.Module = Module;
Module.createRequire = (from) => {
  let file = from;
  if (from instanceof URL || String(from).startsWith('file:'))
    file = require('url').fileURLToPath(from);
  if (typeof file !== 'string' || file[0] !== '/')
    throw error('ERR_INVALID_ARG_VALUE', 'filename', from, 'must be a file URL object, file URL string, or absolute path string');
  const m = new Module(file.endsWith('/') ? file + 'noop.js' : file);
  m.filename = m.id;
  m.paths = Module._nodeModulePaths(m.path);
  return requireFor(m);
};
Module.wrap = (code) => Module.wrapper[0] + code + Module.wrapper[1];
Module.wrapper = ['(function (exports, require, module, __filename, __dirname) { ', '\n});'];
Module._nodeModulePaths = (from) => {
  const r = [];
  for (let d = path.resolve(from); ; d = path.dirname(d)) {
    if (!d.endsWith('/node_modules'))
      r.push(path.join(d, 'node_modules'));
    if (d === '/')
      return r;
  }
};
Module._resolveFilename = (id, parent, isMain, options) => {
  const base = parent ? baseOf(parent) : path.join(fs.cwd(), '[eval]');
  const before = asking;
  asking = parent;
  try {
    if (options?.paths !== undefined)
      return among(id, options.paths, base);
    const r = resolve(id, base, false);
    return r.startsWith('node:') && isBuiltin(id) ? id : r;
  } finally {
    asking = before;
  }
};
// Where `id` is to be looked for as if from these directories.
function among(id, paths, base) {
  if (!Array.isArray(paths))
    throw error('ERR_INVALID_ARG_VALUE', 'options.paths', paths);
  for (const one of paths) {
    try {
      const r = resolve(id, path.join(path.resolve(one), 'noop.js'), false);
      return r.startsWith('node:') ? id : r;
    } catch (e) {
      if (e.code !== 'MODULE_NOT_FOUND')
        throw e;
    }
  }
  throw notFound(id, base, false);
}
Module._load = (id, parent, isMain = false) => {
  if (id.startsWith('node:'))
    return builtin(Module._resolveFilename(id, parent, isMain));
  const file = Module._resolveFilename(id, parent, isMain);
  if (isBuiltin(file))
    return Object.hasOwn(Module._cache, file) ? Module._cache[file].exports : builtin(file);
  return loadFile(file, parent).exports;
};
Module.stripTypeScriptTypes = (code) => internal.strip.types(code, '[eval]');

const baseOf = (module) => module.filename ?? module.id;

function requireFor(module) {
  const fn = { require(id) { return module.require(id); } }.require;
  fn.resolve = function resolve(id, options) {
    require('internal/validators').validateString(id, 'request');
    return Module._resolveFilename(id, module, false, options);
  };
  fn.resolve.paths = function paths(id) {
    if (isBuiltin(id))
      return null;
    return /^\.\.?(\/|$)/.test(id) ? [path.dirname(baseOf(module))] : Module._nodeModulePaths(path.dirname(baseOf(module)));
  };
  fn.main = main;
  fn.extensions = Module._extensions;
  fn.cache = Module._cache;
  return fn;
}
exports.requireFor = requireFor;

let main;

// `parent` null: it is the program itself.
function loadFile(file, parent) {
  const known = Module._cache[file];
  if (known) {
    if (parent?.children && !parent.children.includes(known))
      parent.children.push(known);
    return known;
  }
  const m = new Module(file, parent ?? undefined);
  if (parent === null) {
    main = process.mainModule = m;
    m.id = '.';
    Object.defineProperty(m, 'parent', { value: null, writable: true, configurable: true });
  }
  Module._cache[file] = m;
  let ok = false;
  try {
    m.load(file);
    ok = true;
  } finally {
    if (!ok) {
      delete Module._cache[file];
      const at = parent?.children?.indexOf(m) ?? -1;
      if (at >= 0)
        parent.children.splice(at, 1);
    }
  }
  return m;
}
exports.loadFile = loadFile;

Module._extensions['.js'] = (m, file) => {
  const source = sourceOf(file);
  if (formatOf(file, source) === 'module')
    m.exports = requireModule(file);
  else
    m._compile(source, file);
};
Module._extensions['.json'] = (m, file) => {
  const text = fs.readText(file).replace(/^\uFEFF/, '');
  try {
    m.exports = JSON.parse(text);
  } catch (e) {
    e.message = `${file}: ${e.message}`;
    throw e;
  }
};
Module._extensions['.node'] = (m, file) => {
  throw Object.assign(new Error(`${file}: native addons do not run in a sandbox`), { code: 'ERR_DLOPEN_FAILED' });
};

Module.prototype._compile = function (source, file) {
  if (source.startsWith('#!'))
    source = '//' + source.slice(2);
  // The wrapper stands on a line of its own before the first one, so that lines and columns are the user's.
  const fn = core.evalScript('(function (exports, require, module, __filename, __dirname) {\n' + source + '\n})',
    file, 0, false);
  return fn.call(this.exports, this.exports, requireFor(this), this, file, path.dirname(file));
};

// require() of an ES module: its namespace, where nothing in it awaits.
function requireModule(file) {
  const namespace = { __proto__: null };
  const done = core.evalModule(`import * as all from ${JSON.stringify(file)}; globalThis[Symbol.for('boxagnts.ns')] = all;`,
    `${file}?require`, () => {});
  core.runJobs();
  const [state, value] = core.promiseState(done);
  const key = Symbol.for('boxagnts.ns');
  const all = globalThis[key];
  delete globalThis[key];
  if (state === 2)
    throw value;
  if (state === 0)
    throw error('ERR_REQUIRE_ASYNC_MODULE', file);
  return all && Object.hasOwn(all, 'module.exports') ? all['module.exports'] : all ?? namespace;
}

// ---- ES modules ----------------------------------------------------------------------------------------------------

// What import gives of what require gives.
function namespaceOf(value, builtinNames) {
  const r = { default: value };
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    for (const name of Object.keys(value)) {
      if (name !== 'default' && (builtinNames || !Array.isArray(value)))
        r[name] = value[name];
    }
  }
  return r;
}

const virtual = new Map(); // name: source of a module that is no file ([eval])
exports.define = (name, source) => { virtual.set(name, source); };

const fileOf = (base) => (base.startsWith('file:') ? require('url').fileURLToPath(base) : base.replace(/\?.*$/, ''));

exports.hookResolve = (base, specifier) => {
  if (virtual.has(specifier))
    return specifier;
  if (specifier.startsWith('data:'))
    return specifier;
  const query = /^(\.\.?\/|\/|file:)[^?#]*([?#].*)$/.exec(specifier)?.[2] ?? '';
  let from = fileOf(base);
  if (from[0] !== '/')
    from = path.join(fs.cwd(), '[eval]');
  const plain = query ? specifier.slice(0, -query.length) : specifier;
  const r = resolve(plain, from, true);
  return r.startsWith('node:') ? r : r + query;
};

exports.hookLoad = (name, attributes) => {
  const source = virtual.get(name);
  if (source !== undefined)
    return source;
  if (name.startsWith('node:'))
    return namespaceOf(builtin(name), true);
  if (name.startsWith('data:'))
    return dataSource(name, attributes);
  const file = fileOf(name);
  checkType(attributes);
  if (attributes?.type === 'json' && !file.endsWith('.json'))
    throw error('ERR_IMPORT_ASSERTION_TYPE_FAILED', file, 'json');
  if (file.endsWith('.json')) {
    if (attributes?.type !== 'json')
      throw error('ERR_IMPORT_ASSERTION_TYPE_MISSING', file, 'json');
    return { default: loadFile(file).exports };
  }
  const text = sourceOf(file);
  if (formatOf(file, text) === 'module')
    return text;
  return (Module._cache[file] === undefined && whenItsTurnComes(file, text)) || namespaceOf(loadFile(file).exports, false);
};

// Exports of a CommonJS file that is run when the modules before it have been, where its text says all of their names:
// nothing is done with `exports` but to set its properties. Undefined otherwise: it has to be run to know them.
function whenItsTurnComes(file, text) {
  const names = new Set();
  const rest = text.replace(
    /\bexports\s*\.\s*([A-Za-z_$][\w$]*)|\bObject\s*\.\s*defineProperty\s*\(\s*exports\s*,\s*(['"])([^'"\\]+)\2/g,
    (all, property, quote, defined) => {
      names.add(property ?? defined);
      return '';
    });
  if (/\bexports\b/.test(rest))
    return undefined;
  const r = {};
  for (const name of names) {
    if (name !== 'default')
      Object.defineProperty(r, name, { enumerable: true, get: () => loadFile(file).exports[name] });
  }
  return Object.defineProperty(r, 'default', { enumerable: true, get: () => loadFile(file).exports });
}

function checkType(attributes) {
  if (attributes?.type !== undefined && attributes.type !== 'json')
    throw error('ERR_IMPORT_ASSERTION_TYPE_UNSUPPORTED', attributes.type);
}

function dataSource(name, attributes) {
  checkType(attributes);
  const m = /^data:([^,;]*)(?:;[^,]*?)?(;base64)?,([\s\S]*)$/.exec(name);
  if (!m)
    throw error('ERR_INVALID_URL', name);
  const text = m[2] ? Buffer.from(m[3], 'base64').toString() : decodeURIComponent(m[3]);
  if (m[1] === 'application/json') {
    if (attributes?.type !== 'json')
      throw error('ERR_IMPORT_ASSERTION_TYPE_MISSING', name, 'json');
    return { default: JSON.parse(text) };
  }
  if (!/^(text|application)\/javascript$/.test(m[1]))
    throw error('ERR_UNKNOWN_MODULE_FORMAT', m[1], name);
  return text;
}

exports.hookMeta = (name, meta) => {
  const file = fileOf(name);
  const isFile = file[0] === '/';
  meta.url = isFile ? require('url').pathToFileURL(file).href : name;
  if (isFile) {
    meta.filename = file;
    meta.dirname = path.dirname(file);
  }
  meta.resolve = (specifier) => {
    specifier = String(specifier);
    if (/^(\.\.?)?\//.test(specifier) && isFile) // where it would be, whether it is there or not
      return new URL(specifier, meta.url).href;
    if (/^[a-z][a-z0-9+.-]+:/i.test(specifier) && !specifier.startsWith('node:'))
      return new URL(specifier).href;
    const r = exports.hookResolve(name, specifier);
    return r[0] === '/' ? require('url').pathToFileURL(r).href : r;
  };
};

Object.assign(exports, { Module, builtin, isBuiltin, resolve, formatOf, sourceOf, isTypeScript });
