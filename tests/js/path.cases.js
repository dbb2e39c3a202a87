//== normalize, join, resolve, dirname, basename, extname, parse over many paths
const path = require('path');
const list = ['', '.', '..', '/', '//', '///', 'a', 'a/', '/a', '/a/', '/a//', '//a', '///a//b', 'a/b', 'a//b', './a', '../a', 'a/..', 'a/../', 'a/../..', '/..', '/../a',
  'a/./b', 'a/b/..', 'a/b/../', '...', 'a...', '.a', '.a.b', 'a.', 'a..', 'a.b', 'a.b.', 'a.b/', 'a.b//', '/a.b/c', '/.x', '/a/.x', '/a/..x', '..x', 'x..', '/a/b.c.d',
  'file.ext/', 'a/.', 'a/./', 'a/..b', ' ', ' a ', 'C:\\x', '\\', 'é.ü', './', '../', './/a', './/', '/.', '/./', '/..//', './..', 'a b/c d.e f', '../../', '/a/../b/'];
for (const p of list) {
  console.log(JSON.stringify(p), JSON.stringify([path.normalize(p), path.dirname(p), path.basename(p), path.extname(p), path.isAbsolute(p), path.resolve('/x', p),
    path.join('q', p), path.join(p, 'q'), path.toNamespacedPath(p)]), JSON.stringify(path.parse(p)), JSON.stringify(path.format(path.parse(p))));
}

//== basename with a suffix
const path = require('path');
for (const [p, s] of [['a.html', '.html'], ['/x/a.html', '.html'], ['a.html', 'html'], ['a.html', 'a.html'], ['/a.html', 'a.html'], ['aaa', 'a'], ['aaa', 'aa'], ['aaa', 'aaa'],
  ['aaa', 'aaaa'], ['a/b/', 'b'], ['a/bb/', 'b'], ['/', ''], ['/', '/'], ['//', '/'], ['a', ''], ['', 'a'], ['a.b/', '.b'], ['.b', '.b'], ['a/.b', '.b'], ['x.tar.gz', '.gz'], ['a//', 'a'], ['ab//', 'b'], ['a/b', 'a/b'], ['a/b', '/b']])
  console.log(p, s, JSON.stringify(path.basename(p, s)));

//== relative
const path = require('path');
const all = ['/', '/a', '/a/b', '/a/b/c', '/a/bc', '/b', '/a/', '/a/b/../c', '/foo/test', '/foo/test/bar', '/baz-quux', '/baz', '//x'];
for (const a of all) for (const b of all) console.log(a, b, JSON.stringify(path.relative(a, b)));
console.log(JSON.stringify([path.relative('', ''), path.relative('a', 'a/b'), path.relative('a/b', 'a'), path.relative('.', 'x'), path.relative('x', ''), path.relative('../a', 'b') !== '']));

//== join and resolve of many
const path = require('path');
console.log([path.join(), path.join(''), path.join('', ''), path.join('a', '', 'b'), path.join('a', '/b'), path.join('/', 'a', '..', '..', 'b'), path.join('a', '../../../b'), path.join('./', './a'), path.join('a/', '/', '/b/'), path.join(' ', '.'), path.join('/', '..', '..')]);
console.log([path.resolve('/a', 'b', '../c'), path.resolve('/a', '/b', 'c'), path.resolve('/'), path.resolve('/a', ''), path.resolve('', '/a'), path.resolve('/a/b/', './c/', '..')]);
console.log(path.resolve() === process.cwd(), path.resolve('') === process.cwd(), path.resolve('x') === process.cwd() + '/x');

//== format
const path = require('path');
for (const o of [{}, { dir: '/a' }, { root: '/' }, { base: 'b' }, { dir: '/a', base: 'b' }, { root: '/', base: 'b' }, { root: '/', dir: '/', base: 'b' }, { name: 'n', ext: '.e' }, { name: 'n', ext: 'e' }, { ext: '.e' },
  { dir: '/', name: 'n' }, { root: '/', dir: '/a', base: 'b', name: 'x', ext: '.y' }, { dir: 'a/', base: 'b' }, { dir: '', base: 'b', root: '/' }])
  console.log(JSON.stringify(o), JSON.stringify(path.format(o)));

//== wrong arguments
const path = require('path');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
for (const v of [undefined, null, 1, true, {}, [], Symbol('x'), () => {}, Buffer.from('a')]) {
  for (const f of ['normalize', 'dirname', 'basename', 'extname', 'isAbsolute', 'parse', 'format', 'join', 'resolve', 'toNamespacedPath'])
    t(() => [f, path[f](v)]);
  t(() => path.relative(v, 'a')); t(() => path.relative('a', v));
}
t(() => path.basename('a', 1)); t(() => path.basename('a', null)); t(() => path.basename('a', undefined)); t(() => path.join('a', 1)); t(() => path.resolve('a', 1)); t(() => path.resolve('a', undefined, '/b')); t(() => path.resolve(undefined, '/b'));

//== the module
const path = require('path');
console.log(path.sep, path.delimiter, path.posix === path, path.posix.posix === path, require('path/posix') === path, require('path/posix') === path.posix);
console.log(Object.keys(path).filter((k) => k !== '_makeLong' && k !== 'matchesGlob').sort().join());
console.log(path.join.length, path.resolve.name, path.relative.length, path.basename.length, path.parse.name);
