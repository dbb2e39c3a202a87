// path, POSIX form.
function check(value, name) {
  if (typeof value !== 'string') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'string', value);
  }
}

// Parts of a path without "." and with ".." taken where it can be.
function reduce(path, isAbsolute) {
  const out = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.')
      continue;
    if (part !== '..')
      out.push(part);
    else if (out.length && out[out.length - 1] !== '..')
      out.pop();
    else if (!isAbsolute)
      out.push('..');
  }
  return out.join('/');
}

function resolve(...paths) {
  let path = '';
  for (let i = paths.length - 1; i >= -1 && path[0] !== '/'; i--) {
    const part = i >= 0 ? paths[i] : internal.fs.cwd();
    if (i >= 0)
      check(part, `paths[${i}]`);
    if (part !== '')
      path = path === '' ? part : part + '/' + path;
  }
  return '/' + reduce(path, true);
}

function normalize(path) {
  check(path, 'path');
  if (path === '')
    return '.';
  const isAbsolute = path[0] === '/';
  let r = reduce(path, isAbsolute);
  if (r === '' && !isAbsolute)
    r = '.';
  if (path.endsWith('/') && r !== '')
    r += '/';
  return isAbsolute ? '/' + r : r;
}

function isAbsolute(path) {
  check(path, 'path');
  return path[0] === '/';
}

function join(...paths) {
  let path = '';
  for (const part of paths) {
    check(part, 'path');
    if (part !== '')
      path = path === '' ? part : path + '/' + part;
  }
  return path === '' ? '.' : normalize(path);
}

function relative(from, to) {
  check(from, 'from');
  check(to, 'to');
  if (from === to)
    return '';
  const a = resolve(from).split('/').filter(Boolean), b = resolve(to).split('/').filter(Boolean);
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same])
    same++;
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
}

// Where the last part begins and ends, slashes behind it left out.
function last(path) {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/')
    end--;
  return [path.lastIndexOf('/', end - 1) + 1, end];
}

// One slash between two parts is taken away; of more, the others stay.
function dirname(path) {
  check(path, 'path');
  if (path === '')
    return '.';
  let end = path.length;
  while (end > 1 && path[end - 1] === '/')
    end--;
  const at = path.lastIndexOf('/', end - 1);
  if (at <= 0)
    return at < 0 ? '.' : '/';
  return at === 1 && path[0] === '/' ? '//' : path.slice(0, at);
}

function basename(path, suffix) {
  if (suffix !== undefined)
    check(suffix, 'suffix');
  check(path, 'path');
  if (suffix && suffix === path)
    return '';
  const [begin, end] = last(path);
  const name = path.slice(begin, end);
  if (suffix && end === 0)
    return path.length < suffix.length ? '' : path.length > 1 ? path : '';
  return suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name;
}

function extname(path) {
  check(path, 'path');
  const [begin, end] = last(path);
  const name = path.slice(begin, end);
  const dot = name.lastIndexOf('.');
  return dot <= 0 || name === '..' ? '' : name.slice(dot);
}

function parse(path) {
  check(path, 'path');
  const root = path[0] === '/' ? '/' : '';
  const [begin, end] = last(path);
  const base = path.slice(Math.max(begin, root.length), end);
  const dot = base.lastIndexOf('.');
  // As Node has it, "/.." has an extension, and ".." has none.
  const ext = dot <= 0 || (base === '..' && !(root && begin === 1)) ? '' : base.slice(dot);
  return { root, dir: begin > 1 ? path.slice(0, begin - 1) : root, base, ext, name: ext ? base.slice(0, -ext.length) : base };
}

function format(object) {
  if (object === null || typeof object !== 'object' || Array.isArray(object)) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('pathObject', 'Object', object);
  }
  const dir = object.dir || object.root;
  const ext = object.ext ? (object.ext[0] === '.' ? '' : '.') + object.ext : '';
  const base = object.base || (object.name || '') + ext;
  if (!dir)
    return base;
  return dir === object.root ? dir + base : dir + '/' + base;
}

const path = {
  resolve, normalize, isAbsolute, join, relative, toNamespacedPath(p) { return p; }, dirname, basename, extname, format, parse,
  sep: '/', delimiter: ':', get win32() { return require('path/win32'); }, posix: null,
};
path.posix = path;
module.exports = path;
