// What package.json says: where a package's files are by their outer names, and which package a file belongs to.
// Source: "Modules: Packages" of Node 20's documentation, whose algorithms these are.
const { fs } = internal;
const path = require('path');

const error = (name, ...args) => {
  const { codes } = require('internal/errors');
  return new codes[name](...args);
};

const manifests = new Map(); // directory: its package.json, or null

function manifestIn(directory) {
  let m = manifests.get(directory);
  if (m === undefined) {
    m = null;
    const file = path.join(directory, 'package.json');
    if (fs.kind(file) === 1) {
      try {
        m = JSON.parse(fs.readText(file));
      } catch (e) {
        throw error('ERR_INVALID_PACKAGE_CONFIG', file, undefined, e.message);
      }
    }
    manifests.set(directory, m);
  }
  return m;
}

// The nearest package.json at or above a file: [directory, manifest], or [undefined, null].
function scopeOf(file) {
  for (let d = path.dirname(file); ; d = path.dirname(d)) {
    if (d.endsWith('/node_modules'))
      break;
    const m = manifestIn(d);
    if (m)
      return [d, m];
    if (d === '/')
      break;
  }
  return [undefined, null];
}

// A target of `exports` or `imports`: a path, null (not exported), undefined (no condition holds).
function target(value, directory, star, conditions, key, isImports, base) {
  if (typeof value === 'string') {
    if (!value.startsWith('./')) {
      if (isImports && !value.startsWith('../') && !value.startsWith('/') && !/^[a-z][a-z0-9+.-]*:/i.test(value))
        return { bare: star === undefined ? value : value.replaceAll('*', star) };
      throw error('ERR_INVALID_PACKAGE_TARGET', directory + '/', key, value, isImports, base);
    }
    if (/(^|[\\/])(\.|%2e){1,2}([\\/]|$)|(^|[\\/])node_modules([\\/]|$)/i.test(value.slice(2)))
      throw error('ERR_INVALID_PACKAGE_TARGET', directory + '/', key, value, isImports, base);
    return path.join(directory, star === undefined ? value : value.replaceAll('*', star));
  }
  if (Array.isArray(value)) {
    let last = null, failure;
    for (const one of value) {
      let r;
      try {
        r = target(one, directory, star, conditions, key, isImports, base);
      } catch (e) {
        if (e.code !== 'ERR_INVALID_PACKAGE_TARGET')
          throw e;
        failure = e;
        continue;
      }
      if (r !== undefined && r !== null)
        return r;
      failure = undefined;
      last = r;
    }
    if (failure)
      throw failure;
    return last;
  }
  if (value === null)
    return null;
  if (typeof value === 'object') {
    for (const [condition, one] of Object.entries(value)) {
      if (condition === 'default' || conditions.has(condition)) {
        const r = target(one, directory, star, conditions, key, isImports, base);
        if (r !== undefined)
          return r;
      }
    }
    return undefined;
  }
  throw error('ERR_INVALID_PACKAGE_TARGET', directory + '/', key, value, isImports, base);
}

function match(table, key, directory, conditions, isImports, base) {
  if (Object.hasOwn(table, key) && !key.includes('*') && !key.endsWith('/'))
    return target(table[key], directory, undefined, conditions, key, isImports, base);
  let best, star;
  for (const pattern of Object.keys(table)) {
    const at = pattern.indexOf('*');
    if (at < 0 || pattern.lastIndexOf('*') !== at)
      continue;
    const before = pattern.slice(0, at), after = pattern.slice(at + 1);
    if (!key.startsWith(before) || key.length < pattern.length || !key.endsWith(after))
      continue;
    if (best === undefined || at > best.indexOf('*') || (at === best.indexOf('*') && pattern.length > best.length)) {
      best = pattern;
      star = key.slice(at, key.length - after.length);
    }
  }
  return best === undefined ? undefined : target(table[best], directory, star, conditions, best, isImports, base);
}

function packageExports(directory, m, subpath, conditions, base) {
  let table = m.exports;
  const keys = typeof table === 'object' && table !== null && !Array.isArray(table) ? Object.keys(table) : [];
  if (!keys.some((k) => k.startsWith('.')))
    table = { '.': table };
  const r = match(table, subpath, directory, conditions, false, base);
  if (r === undefined || r === null)
    throw error('ERR_PACKAGE_PATH_NOT_EXPORTED', directory + '/', subpath, base);
  return r;
}

function splitName(specifier) {
  const parts = specifier.split('/');
  const n = specifier[0] === '@' ? 2 : 1;
  return [parts.slice(0, n).join('/'), ['.', ...parts.slice(n)].join('/')];
}

// The file a path leads to through links.
function real(file) {
  let at = '';
  let rest = file.split('/').filter(Boolean);
  for (let links = 0; rest.length;) {
    const next = at + '/' + rest.shift();
    let to;
    try {
      to = fs.readlink(next);
    } catch {
      at = next;
      continue;
    }
    if (++links > 40)
      return file;
    const base = to[0] === '/' ? '' : at;
    rest = [...path.resolve(base || '/', to).split('/').filter(Boolean), ...rest];
    at = '';
  }
  return at || '/';
}

module.exports = { manifestIn, scopeOf, match, packageExports, splitName, real };
