// Directories and what is below them: Dir, rm, cp, glob.
const { fs: sys } = internal;
const path = require('path');
const loop = require('internal/loop');
const v = require('internal/fs_values');
const { error, pathOf } = v;

// ---- Dir ----------------------------------------------------------------------------------------------------------

class Dir {
  #rest;
  #path;
  #encoding;
  #isClosed = false;
  constructor(directory, list, encoding) {
    if (!Array.isArray(list))
      throw error('ERR_MISSING_ARGS', 'handle');
    this.#path = directory;
    this.#rest = list;
    this.#encoding = encoding;
  }
  get path() { return this.#path; }
  #open() {
    if (this.#isClosed)
      throw error('ERR_DIR_CLOSED');
  }
  #next() {
    const next = this.#rest.shift();
    return next ? new v.Dirent(v.encoded(next[0], this.#encoding), next[1], next[2]) : null;
  }
  readSync() {
    this.#open();
    return this.#next();
  }
  read(callback) {
    this.#open();
    if (callback === undefined)
      return v.soon(() => this.#next());
    require('internal/validators').validateFunction(callback, 'callback');
    loop.later(() => callback(null, this.#next()));
  }
  closeSync() {
    this.#open();
    this.#isClosed = true;
  }
  close(callback) {
    if (callback === undefined) {
      if (this.#isClosed)
        return Promise.reject(error('ERR_DIR_CLOSED'));
      this.#isClosed = true;
      return v.soon(() => {});
    }
    require('internal/validators').validateFunction(callback, 'callback');
    const e = this.#isClosed ? error('ERR_DIR_CLOSED') : null;
    this.#isClosed = true;
    loop.later(() => callback(e));
  }
  async* entries() {
    try {
      for (let e; (e = await this.read()) !== null;)
        yield e;
    } finally {
      await this.close();
    }
  }
  [Symbol.asyncIterator]() { return this.entries(); }
}

function openDirectory(directory, o) {
  const list = [];
  const add = (name, kind, parent, last) => { list.push([last, kind, parent]); };
  v.as('opendir', () => {
    if (o.recursive) {
      v.walk(directory, '', add);
    } else {
      for (const [name, kind] of v.listOf(directory))
        add(name, kind, directory, name);
    }
  }, directory);
  return new Dir(directory, list, o.encoding);
}

// ---- rm ---------------------------------------------------------------------------------------------------------------

const kindOf = (st) => st[1] & v.S_IFMT;

function removeTree(target, st) {
  if (kindOf(st) !== v.S_IFDIR) {
    sys.change(2, target);
    return;
  }
  for (const [name] of v.listOf(target)) {
    const inner = path.join(target, name);
    removeTree(inner, sys.stat(inner, false));
  }
  sys.change(1, target);
}

function remove(target, o, isDirectory) {
  return () => {
    let st;
    try {
      st = sys.stat(target, false);
    } catch (e) {
      if (o.force && e.code === 'ENOENT')
        return;
      throw e;
    }
    if (kindOf(st) === v.S_IFDIR && !o.recursive)
      throw error('ERR_FS_EISDIR', { code: 'EISDIR', message: 'is a directory', path: target, syscall: 'rm', errno: 21 });
    if (kindOf(st) !== v.S_IFDIR && isDirectory)
      throw v.fail('ENOTDIR', 'rmdir', target);
    removeTree(target, st);
  };
}

// ---- cp ---------------------------------------------------------------------------------------------------------------

function cpOptions(options) {
  const { validateBoolean, validateFunction } = require('internal/validators');
  const o = { dereference: false, errorOnExist: false, filter: undefined, force: true, preserveTimestamps: false, recursive: false,
    verbatimSymlinks: false, mode: 0 };
  if (options === undefined)
    return o;
  v.validateObject(options, 'options');
  Object.assign(o, options);
  for (const name of ['dereference', 'errorOnExist', 'force', 'preserveTimestamps', 'recursive', 'verbatimSymlinks'])
    validateBoolean(o[name], 'options.' + name);
  if (o.mode !== undefined && o.mode !== null)
    require('internal/validators').validateInteger(o.mode, 'mode', 0, 7);
  if (o.dereference && o.verbatimSymlinks)
    throw error('ERR_INCOMPATIBLE_OPTION_PAIR', 'dereference', 'verbatimSymlinks');
  if (o.filter !== undefined)
    validateFunction(o.filter, 'options.filter');
  return o;
}

function refuse(name, code, errno, at, message) {
  throw error('ERR_FS_' + name, { code, message, path: at, syscall: 'cp', errno });
}

// Gives what the filter says about each pair, and is told whether it is yes.
function* copyTree(from, to, o, ops) {
  if (o.filter && !(yield o.filter(from, to)))
    return;
  const st = sys.stat(from, o.dereference);
  const there = sys.stat(to, o.dereference, true);
  const isDirectory = kindOf(st) === v.S_IFDIR;
  if (there !== null && st[4] === there[4] && st[0] === there[0])
    refuse('CP_EINVAL', 'EINVAL', 22, to, 'src and dest cannot be the same');
  if (there !== null && isDirectory && kindOf(there) !== v.S_IFDIR)
    refuse('CP_DIR_TO_NON_DIR', 'EISDIR', 21, to, `cannot overwrite non-directory ${to} with directory ${from}`);
  if (there !== null && !isDirectory && kindOf(there) === v.S_IFDIR)
    refuse('CP_NON_DIR_TO_DIR', 'ENOTDIR', 20, to, `cannot overwrite directory ${to} with non-directory ${from}`);
  if (isDirectory && (path.resolve(to) + '/').startsWith(path.resolve(from) + '/'))
    refuse('CP_EINVAL', 'EINVAL', 22, to, `cannot copy ${from} to a subdirectory of self ${to}`);
  if (isDirectory) {
    if (!o.recursive)
      refuse('EISDIR', 'EISDIR', 21, from, `${from} is a directory (not copied)`);
    if (there === null)
      ops.mkdir(to, { recursive: true })();
    for (const [name] of v.listOf(from))
      yield* copyTree(path.join(from, name), path.join(to, name), o, ops);
    return;
  }
  if (there === null)
    ops.mkdir(path.dirname(path.resolve(to)), { recursive: true })();
  copyOne(from, to, o, ops, st, there);
}

function copyOne(from, to, o, ops, st, there) {
  if (kindOf(st) === v.S_IFLNK) {
    const target = sys.readlink(from);
    if (there !== null)
      sys.change(2, to);
    ops.symlink(o.verbatimSymlinks ? target : path.resolve(path.dirname(from), target), to)();
    return;
  }
  if (there !== null && !o.force) {
    if (o.errorOnExist)
      refuse('CP_EEXIST', 'EEXIST', 17, to, `${to} already exists`);
    return;
  }
  if (there !== null)
    sys.change(2, to);
  ops.copyFile(from, to, o.mode)();
  if (o.preserveTimestamps)
    sys.setTimes(to, Number(st[5] / 1000n), Number(st[6] / 1000n), true);
}

function copy(from, to, options, ops) {
  const o = cpOptions(options);
  from = pathOf(from, 'src');
  to = pathOf(to, 'dest');
  return () => {
    const steps = copyTree(from, to, o, ops);
    for (let step = steps.next(); !step.done; step = steps.next(step.value)) {
      if (typeof step.value?.then === 'function')
        throw error('ERR_INVALID_RETURN_VALUE', 'boolean', 'filter', step.value);
    }
  };
}

function copyLater(from, to, options, ops) {
  const o = cpOptions(options);
  from = pathOf(from, 'src');
  to = pathOf(to, 'dest');
  return async () => {
    const steps = copyTree(from, to, o, ops);
    for (let step = steps.next(); !step.done;)
      step = steps.next(await step.value);
  };
}

// ---- glob -------------------------------------------------------------------------------------------------------------

const TOKENS = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': '|', '[': '[', '[!': '[^' };

function globSource(pattern) {
  return pattern.replace(/^\.\//, '').replace(/\*\*\/|\*\*|\*|\?|\{|\}|,|\[!?|[.+^$()|\\]/g, (m) => TOKENS[m] ?? '\\' + m);
}

function glob(pattern, options = {}) {
  const patterns = (Array.isArray(pattern) ? pattern : [pattern]).map((p) => new RegExp(`^${globSource(p)}$`));
  const r = [];
  v.walk(options.cwd ? pathOf(options.cwd) : '.', '', (name, kind, parent, last) => {
    if (!patterns.some((p) => p.test(name)))
      return;
    const one = options.withFileTypes ? new v.Dirent(last, kind, parent) : name;
    if (!options.exclude?.(one))
      r.push(one);
  });
  return r;
}

module.exports = { Dir, openDirectory, remove, copy, copyLater, glob };
