// path, Windows form: for programs that take such paths apart. The working directory is that of the sandbox, on no drive.
const { basename: lastOf } = require('path');

function check(value, name) {
  if (typeof value !== 'string') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE(name, 'string', value);
  }
}

const isSep = (c) => c === '\\' || c === '/';
const SEPS = /[\\/]+/;

// { device: "C:" or "\\\\server\\share", isAbsolute, at: where what follows the root begins }
function rootOf(path) {
  if (/^[a-z]:/i.test(path)) {
    const isAbsolute = isSep(path[2]);
    return { device: path.slice(0, 2), isAbsolute, at: isAbsolute ? 3 : 2 };
  }
  const unc = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/.exec(path);
  if (unc) {
    const at = unc[0].length;
    return { device: `\\\\${unc[1]}\\${unc[2]}`, isAbsolute: true, at, isShare: true };
  }
  return isSep(path[0]) ? { device: '', isAbsolute: true, at: 1 } : { device: '', isAbsolute: false, at: 0 };
}

// Parts of a path without "." and with ".." taken where it can be.
function reduce(path, isAbsolute) {
  const out = [];
  for (const part of path.split(SEPS)) {
    if (part === '' || part === '.')
      continue;
    if (part !== '..')
      out.push(part);
    else if (out.length && out[out.length - 1] !== '..')
      out.pop();
    else if (!isAbsolute)
      out.push('..');
  }
  return out.join('\\');
}

function resolve(...paths) {
  let device = '', tail = '', isAbsolute = false;
  for (let i = paths.length - 1; i >= -1 && !(isAbsolute && device); i--) {
    const path = i >= 0 ? paths[i] : internal.fs.cwd();
    if (i >= 0)
      check(path, `paths[${i}]`);
    if (path === '')
      continue;
    const root = rootOf(path);
    if (root.device) {
      if (device && root.device.toLowerCase() !== device.toLowerCase())
        continue; // of another drive
      device ||= root.device;
    }
    if (!isAbsolute) {
      tail = path.slice(root.at) + '\\' + tail;
      isAbsolute = root.isAbsolute;
    }
  }
  return device + (isAbsolute ? '\\' : '') + reduce(tail, isAbsolute) || '.';
}

function normalize(path) {
  check(path, 'path');
  if (path === '')
    return '.';
  if (path.length === 1)
    return isSep(path) ? '\\' : path;
  const { device, isAbsolute, at, isShare } = rootOf(path);
  if (isShare && at === path.length)
    return device + '\\';
  let tail = reduce(path.slice(at), isAbsolute);
  if (tail === '' && !isAbsolute)
    tail = '.';
  if (tail !== '' && isSep(path[path.length - 1]))
    tail += '\\';
  if (!isAbsolute && !device && /:(?:[\\/]|$)/.test(path)) // no drive, and nothing that could become one
    return `.\\${tail}`;
  return device + (isAbsolute ? '\\' : '') + tail;
}

function isAbsolute(path) {
  check(path, 'path');
  return isSep(path[0]) || (/^[a-z]:[\\/]/i.test(path));
}

function join(...paths) {
  const parts = paths.filter((part) => {
    check(part, 'path');
    return part !== '';
  });
  if (parts.length === 0)
    return '.';
  let path = parts.join('\\');
  // Only a first part that is one makes a share of it.
  if (!/^[\\/]{2}[^\\/]/.test(parts[0]))
    path = path.replace(/^[\\/]{2,}/, '\\');
  return normalize(path);
}

function relative(from, to) {
  check(from, 'from');
  check(to, 'to');
  if (from === to)
    return '';
  const a = resolve(from), b = resolve(to);
  if (a.toLowerCase() === b.toLowerCase())
    return '';
  const as = a.split('\\').filter(Boolean), bs = b.split('\\').filter(Boolean);
  let same = 0;
  while (same < as.length && same < bs.length && as[same].toLowerCase() === bs[same].toLowerCase())
    same++;
  if (same === 0)
    return a[0] === '\\' && a[1] !== '\\' && b[0] === '\\' && b[1] !== '\\' ? [...as.map(() => '..'), ...bs].join('\\') : b;
  return [...as.slice(same).map(() => '..'), ...bs.slice(same)].join('\\');
}

function toNamespacedPath(path) {
  if (typeof path !== 'string' || path === '')
    return path;
  const r = resolve(path);
  if (r.length <= 2)
    return path;
  if (r.startsWith('\\\\') && r[2] !== '?' && r[2] !== '.')
    return `\\\\?\\UNC\\${r.slice(2)}`;
  return /^[a-z]:\\/i.test(r) ? `\\\\?\\${r}` : path;
}

// Where the root ends, for dirname and parse: of a share its separator belongs to it.
function rootEnd(path) {
  const { at, isShare } = rootOf(path);
  return isShare && at < path.length ? at + 1 : at;
}

function dirname(path) {
  check(path, 'path');
  if (path === '')
    return '.';
  const root = rootEnd(path);
  let end = path.length;
  while (end > root && isSep(path[end - 1]))
    end--;
  while (end > root && !isSep(path[end - 1]))
    end--;
  if (end > root)
    end--;
  return end === 0 ? '.' : path.slice(0, end);
}

// What follows a drive, with slashes that POSIX knows.
const plain = (path) => (/^[a-z]:/i.test(path) ? path.slice(2) : path).replaceAll('\\', '/');

function basename(path, suffix) {
  if (suffix !== undefined)
    check(suffix, 'suffix');
  check(path, 'path');
  return lastOf(plain(path), suffix);
}

function extname(path) {
  check(path, 'path');
  return require('path').extname(plain(path));
}

function parse(path) {
  check(path, 'path');
  const at = rootEnd(path);
  const root = path.slice(0, at);
  const rest = path.slice(at).replace(/[\\/]+$/, '');
  const begin = Math.max(rest.lastIndexOf('/'), rest.lastIndexOf('\\')) + 1;
  const base = rest.slice(begin);
  const dot = base.lastIndexOf('.');
  const ext = dot <= 0 || base === '..' ? '' : base.slice(dot);
  return { root, dir: begin > 0 ? path.slice(0, at + begin - 1) : root, base, ext, name: ext ? base.slice(0, -ext.length) : base };
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
  return dir === object.root ? dir + base : dir + '\\' + base;
}

const path = {
  resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse,
  sep: '\\', delimiter: ';', win32: null, posix: require('path'),
};
path.win32 = path;
module.exports = path;
