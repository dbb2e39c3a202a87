//== require of files and directories
const fs = require('fs');
fs.mkdirSync('d/sub', { recursive: true });
fs.writeFileSync('a.js', 'module.exports = "a.js"'); fs.writeFileSync('b.json', '{"b": [1]}'); fs.writeFileSync('c.cjs', 'exports.c = __filename.slice(-5)'); fs.writeFileSync('d/index.js', 'exports.d = require("./sub")'); fs.writeFileSync('d/sub/index.json', '"sub"');
fs.writeFileSync('noext', 'module.exports = "noext"'); fs.writeFileSync('x.y', 'module.exports = "xy"'); fs.mkdirSync('m'); fs.writeFileSync('m/package.json', '{"main": "lib/main"}'); fs.mkdirSync('m/lib'); fs.writeFileSync('m/lib/main.js', 'module.exports = "main"');
fs.mkdirSync('m2'); fs.writeFileSync('m2/package.json', '{"main": "missing.js"}'); fs.writeFileSync('m2/index.js', 'module.exports = "index"');
console.log(require('./a'), require('./a.js'), require('./b'), require('./b.json'), require('./c.cjs'), require('./d'), require('./d/'), require('./noext'), require('./x.y'), require('./m'), require('./m2'), require('./d/..//a'));
console.log(require(process.cwd() + '/a') === require('./a'), require('./b') === require('./b.json'));

//== what is not found
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message.replaceAll(process.cwd(), '.'), (e.requireStack ?? []).map((p) => p.replace(process.cwd(), '.'))); } };
x(() => require('./nope')); x(() => require('nope')); x(() => require('@a/b')); x(() => require('/nope')); x(() => require('')); x(() => require(5)); x(() => require()); x(() => require('node:nope')); x(() => require('./')); x(() => require('..')); x(() => require.resolve('nope')); x(() => require('fs/nope')); x(() => require('node:fs/promises') === require('fs').promises);
require('fs').writeFileSync('deep.js', 'require("./deeper")'); require('fs').writeFileSync('deeper.js', 'require("nope")');
x(() => require('./deep'));

//== errors in modules
const fs = require('fs');
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.message.replaceAll(process.cwd(), '.'), e.code); } };
fs.writeFileSync('throws.js', 'exports.n = 1; throw new Error("inside")'); fs.writeFileSync('bad.json', '{"a": }'); fs.writeFileSync('empty.json', ''); fs.writeFileSync('syntax.js', 'let x = ;'); fs.writeFileSync('empty.js', '');
x(() => require('./throws')); x(() => require('./throws')); x(() => require.cache[require.resolve('./throws')]);
try { require('./bad.json'); } catch (e) { console.log(e.name, e.message.startsWith(process.cwd() + '/bad.json: ')); }
try { require('./empty.json'); } catch (e) { console.log(e.name, e.message.startsWith(process.cwd() + '/empty.json: ')); }
try { require('./syntax'); } catch (e) { console.log(e.name, e instanceof SyntaxError); }
x(() => require('./empty'));

//== the module wrapper
console.log(typeof exports, typeof require, typeof module, require('path').basename(__filename), __dirname === process.cwd(), this === exports, exports === module.exports, arguments.length);
console.log(module.id, module.loaded, module.children, module.paths.length > 0, require('path').basename(module.filename), module.path === __dirname, module.parent, require.main === module, module.constructor.name);
console.log(Object.keys(require), require.length, typeof require.resolve.paths, Object.keys(require.extensions));
setTimeout(() => console.log(module.loaded), 0);

//== children and parents
const fs = require('fs');
fs.writeFileSync('a.js', 'require("./b"); exports.children = module.children.map((m) => require("path").basename(m.id)); exports.parent = require("path").basename(module.parent.filename); exports.main = require.main === module; exports.id = module.id === __filename');
fs.writeFileSync('b.js', 'module.exports = 1');
console.log(require('./a'), module.children.map((m) => require('path').basename(m.filename)));

//== cycles of CommonJS
const fs = require('fs');
fs.writeFileSync('a.js', 'exports.done = false; const b = require("./b"); console.log("in a, b.done =", b.done); exports.done = true');
fs.writeFileSync('b.js', 'exports.done = false; const a = require("./a"); console.log("in b, a.done =", a.done, Object.keys(a)); exports.done = true');
console.log(require('./a'), require('./b'));
fs.writeFileSync('self.js', 'exports.x = 1; exports.same = require("./self") === exports');
console.log(require('./self'));

//== require.cache
const fs = require('fs');
fs.writeFileSync('n.js', 'module.exports = Math.random()');
const a = require('./n');
console.log(a === require('./n'), require.resolve('./n') in require.cache, Object.keys(require.cache).map((k) => require('path').basename(k)));
delete require.cache[require.resolve('./n')];
console.log(a === require('./n'));
require.cache[require.resolve('./n')].exports = 'patched';
console.log(require('./n'));
require.cache[require.resolve('./n')] = { exports: 'replaced', loaded: true, id: 'x', children: [] };
console.log(require('./n'));

//== require.resolve
const path = require('path'), fs = require('fs');
fs.mkdirSync('node_modules/p', { recursive: true }); fs.writeFileSync('node_modules/p/index.js', ''); fs.mkdirSync('other/node_modules/q', { recursive: true }); fs.writeFileSync('other/node_modules/q/index.js', '');
const rel = (p) => path.relative(process.cwd(), p);
console.log(require.resolve('fs'), require.resolve('node:fs'), rel(require.resolve('./case')), rel(require.resolve('p')), rel(require.resolve('q', { paths: ['other'] })), rel(require.resolve('./q', { paths: ['other/node_modules'] })));
console.log(require.resolve.paths('fs'), require.resolve.paths('x')[0] === path.resolve('node_modules'), require.resolve.paths('./x').map(rel));
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message.split('\n')[0]); } };
x(() => require.resolve('q')); x(() => require.resolve('q', { paths: [] })); x(() => require.resolve('')); x(() => require.resolve(5)); x(() => require.resolve('q', { paths: 'x' }));

//== createRequire
const { createRequire } = require('module'), path = require('path'), fs = require('fs');
fs.mkdirSync('d'); fs.writeFileSync('d/m.js', 'module.exports = "m"');
console.log(createRequire(path.resolve('d/x.js'))('./m'), createRequire(path.resolve('d') + '/')('./m'), createRequire(require('url').pathToFileURL(path.resolve('d/x.js')))('./m'), createRequire(require('url').pathToFileURL(path.resolve('d/x.js')).href)('./m'));
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => createRequire('relative.js')); x(() => createRequire()); x(() => createRequire(5)); x(() => createRequire('http://x/y'));

//== the module module
const m = require('module');
console.log(m === m.Module, typeof m._load, typeof m._resolveFilename, typeof m._cache, m._cache === require.cache, typeof m._extensions['.js'], typeof m.wrap, JSON.stringify(m.wrap('x')), m.isBuiltin('fs'), m.isBuiltin('node:fs'), m.isBuiltin('nope'), m.isBuiltin('node:test'), m.isBuiltin('test'), m.builtinModules.includes('fs'), m.isBuiltin('fs/promises'), m.isBuiltin(5));
const x = new m('/x/y.js'); x.filename = '/x/y.js'; x.paths = []; x._compile('exports.a = __dirname', '/x/y.js'); console.log(x.exports, x.id);
console.log(m._nodeModulePaths('/a/node_modules/b'), m._nodeModulePaths('/'));

//== extensions can be added
const fs = require('fs');
require.extensions['.txt'] = (module, filename) => { module.exports = fs.readFileSync(filename, 'utf8').toUpperCase(); };
fs.writeFileSync('hello.txt', 'hello');
console.log(require('./hello'), require('./hello.txt'));
const old = require.extensions['.js'];
require.extensions['.js'] = (module, filename) => { console.log('hook', require('path').basename(filename)); return old(module, filename); };
fs.writeFileSync('h.js', 'module.exports = 1');
console.log(require('./h'));

//== hooks on _load and _resolveFilename
const Module = require('module');
const load = Module._load;
Module._load = function (request, parent, isMain) { if (request === 'virtual') return { virtual: true }; return load.apply(this, arguments); };
console.log(require('virtual'), typeof require('fs'));
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) { if (request === 'alias') request = './real'; return resolve.call(this, request, ...rest); };
require('fs').writeFileSync('real.js', 'module.exports = "real"');
console.log(require('alias'));

//== packages: main, index, subpaths, scoped, nested
const fs = require('fs');
const put = (p, s) => { fs.mkdirSync(require('path').dirname(p), { recursive: true }); fs.writeFileSync(p, typeof s === 'string' ? s : JSON.stringify(s)); };
put('node_modules/a/package.json', { main: './lib' }); put('node_modules/a/lib.js', 'module.exports = "a lib"'); put('node_modules/a/sub.js', 'module.exports = "a sub"'); put('node_modules/a/dir/index.js', 'module.exports = "a dir"');
put('node_modules/b/index.js', 'module.exports = "b " + require("a")'); put('node_modules/b/node_modules/a/index.js', 'module.exports = "inner a"');
put('node_modules/@s/c/package.json', { main: 'x' }); put('node_modules/@s/c/x.json', '"scoped"'); put('node_modules/d.js', 'module.exports = "file in node_modules"'); put('node_modules/e/package.json', { main: 'dir' }); put('node_modules/e/dir/index.js', 'module.exports = "e dir"');
put('sub/deep/f.js', 'module.exports = require("a")');
console.log(require('a'), require('a/sub'), require('a/sub.js'), require('a/dir'), require('b'), require('@s/c'), require('@s/c/x'), require('d'), require('e'), require('./sub/deep/f'), require('a/package.json').main);

//== packages: exports
const fs = require('fs');
const put = (p, s) => { fs.mkdirSync(require('path').dirname(p), { recursive: true }); fs.writeFileSync(p, typeof s === 'string' ? s : JSON.stringify(s)); };
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message.replaceAll(process.cwd(), '.')); } };
put('node_modules/s/package.json', { exports: './main.js', main: 'other.js' }); put('node_modules/s/main.js', 'module.exports = "s main"'); put('node_modules/s/other.js', '');
put('node_modules/t/package.json', { name: 't', exports: { '.': { import: './m.mjs', require: './c.js' }, './sub': './lib/sub.js', './feat/*': './lib/*.js', './feat/internal/*': null, './data/*.json': './lib/*.json', './dir/': './lib/', './cond': { browser: './lib/b.js', node: { import: './lib/i.mjs', default: './lib/n.js' }, default: './lib/d.js' }, './array': ['bad', './lib/sub.js'], './null': null, './missing': './lib/missing.js', './out': '../x.js', './nm': './node_modules/x.js', './*/deep/*': './x', './ext/*': './lib/*', './package.json': './package.json' } });
put('node_modules/t/c.js', 'module.exports = "t require"'); put('node_modules/t/m.mjs', 'export default "t import"'); put('node_modules/t/lib/sub.js', 'module.exports = "sub"'); put('node_modules/t/lib/one.js', 'module.exports = "one"'); put('node_modules/t/lib/internal/p.js', ''); put('node_modules/t/lib/data.json', '{"d":1}'); put('node_modules/t/lib/n.js', 'module.exports = "cond node"'); put('node_modules/t/lib/i.mjs', 'export default "cond import"'); put('node_modules/t/self.js', 'module.exports = require("t/sub")');
for (const p of ['s', 's/other.js', 's/package.json', 't', 't/sub', 't/feat/one', 't/feat/none', 't/feat/internal/p', 't/data/data.json', 't/dir/sub.js', 't/cond', 't/array', 't/null', 't/missing', 't/out', 't/nm', 't/nope', 't/lib/sub.js', 't/ext/sub.js', 't/package.json', 't/sub/'])
  x(() => [p, require(p)]);
(async () => { for (const p of ['s', 't', 't/sub', 't/cond', 't/nope', 't/feat/internal/p', 't/missing']) await import(p).then((m) => console.log(p, m.default), (e) => console.log(p, e.name, e.code, e.message.replaceAll(process.cwd(), '.'))); })();

//== packages: imports
const fs = require('fs');
const put = (p, s) => { p = 'pkg/' + p; fs.mkdirSync(require('path').dirname(p), { recursive: true }); fs.writeFileSync(p, typeof s === 'string' ? s : JSON.stringify(s)); };
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message.replaceAll(process.cwd(), '.')); } };
put('package.json', { name: 'own', exports: { '.': './own.js', './x': './lib/x.js' }, imports: { '#x': './lib/x.js', '#lib/*': './lib/*.js', '#dep': 'dep', '#cond': { require: './lib/r.js', default: './lib/x.js' }, '#fs': 'node:fs', '#bad': '../y.js' } });
put('own.js', 'module.exports = "own"'); put('lib/x.js', 'module.exports = "x"'); put('lib/r.js', 'module.exports = "r"'); put('node_modules/dep/index.js', 'module.exports = "dep"');
put('in.js', 'module.exports = (p) => require(p)'); const inner = require('./pkg/in');
for (const p of ['#x', '#lib/x', '#lib/none', '#dep', '#cond', '#nope', '#', '#/x', '#bad', 'own', 'own/x', 'own/y']) x(() => [p, inner(p)]);
x(() => inner('#fs') === fs);

//== symlinked packages
const fs = require('fs');
fs.mkdirSync('real/pkg', { recursive: true }); fs.mkdirSync('node_modules'); fs.mkdirSync('real/node_modules/dep', { recursive: true });
fs.writeFileSync('real/pkg/index.js', 'exports.f = __filename.split("/").slice(-3).join("/"); exports.dep = require("dep")'); fs.writeFileSync('real/node_modules/dep/index.js', 'module.exports = "dep of real"');
fs.symlinkSync('../real/pkg', 'node_modules/pkg');
console.log(require('pkg'));

//== built-in modules
for (const n of ['assert', 'assert/strict', 'buffer', 'child_process', 'console', 'constants', 'crypto', 'events', 'fs', 'fs/promises', 'module', 'os', 'path', 'path/posix', 'process', 'punycode', 'querystring', 'readline', 'readline/promises', 'stream', 'stream/promises', 'stream/web', 'stream/consumers', 'string_decoder', 'sys', 'timers', 'timers/promises', 'tty', 'url', 'util', 'util/types', 'zlib', 'perf_hooks'])
  console.log(n, typeof require(n), require(n) === require('node:' + n));

//== ES modules: exports of all kinds
const fs = require('fs');
fs.writeFileSync('m.mjs', `export const a = 1; export let b = 2; export function f() { return 'f'; } export class C {} export default function () { return 'default'; }
export { a as renamed }; export * as path from 'node:path'; export { readFileSync } from 'fs'; let c = 3; export { c as "string name" }; export const inc = () => ++b;`);
fs.writeFileSync('re.mjs', 'export * from "./m.mjs"; export { default } from "./m.mjs"; export const a = "own";');
(async () => {
  const m = await import('./m.mjs');
  console.log(Object.keys(m), m.default(), m.b, m.inc(), m.b, m[Symbol.toStringTag], Object.getPrototypeOf(m), typeof m.readFileSync, m.path.sep);
  const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name); } };
  x(() => { 'use strict'; m.a = 5; }); x(() => { 'use strict'; delete m.a; });
  const r = await import('./re.mjs'); console.log(r.a, r.b, r.default === m.default, m === await import('./m.mjs'));
})();

//== ES modules: import of CommonJS
const fs = require('fs');
fs.writeFileSync('c.cjs', 'exports.a = 1; exports.b = () => 2; module.exports.c = 3;'); fs.writeFileSync('d.cjs', 'module.exports = function fn() {}; module.exports.prop = "p";'); fs.writeFileSync('e.cjs', 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "inner"; exports.x = 1;');
fs.writeFileSync('m.mjs', 'import c, { a, b } from "./c.cjs"; import * as ns from "./c.cjs"; import fn, { prop } from "./d.cjs"; import e, { x } from "./e.cjs"; console.log(c, a, b(), ns.default === c, Object.keys(ns), typeof fn, prop, e, x);');
import('./m.mjs');

//== ES modules: live cycles
const fs = require('fs');
fs.writeFileSync('a.mjs', 'import { b, getA } from "./b.mjs"; export const a = "a"; export function hoisted() { return "hoisted"; } console.log("a sees", b, getA());');
fs.writeFileSync('b.mjs', 'import { a, hoisted } from "./a.mjs"; export const b = "b"; export const getA = () => a; console.log("b sees", hoisted()); try { console.log(a); } catch (e) { console.log(e.name); }');
fs.writeFileSync('self.mjs', 'import * as me from "./self.mjs"; export const x = 1; console.log(me.x);');
import('./a.mjs').then(() => import('./self.mjs'));

//== import.meta
const fs = require('fs');
fs.writeFileSync('m.mjs', `import { fileURLToPath } from 'url'; import path from 'path';
console.log(Object.keys(import.meta).sort(), Object.getPrototypeOf(import.meta), fileURLToPath(import.meta.url) === process.cwd() + '/m.mjs', import.meta.dirname === process.cwd(), path.basename(import.meta.filename), typeof import.meta.resolve);
console.log(import.meta.resolve('./x.js') === new URL('./x.js', import.meta.url).href, import.meta.resolve('fs'), import.meta.resolve('node:path'), import.meta.resolve('http://a/b'));
try { import.meta.resolve('nope'); } catch (e) { console.log(e.code); }
console.log(typeof require, typeof module, typeof exports, typeof __filename, this === undefined, (function () { return this; })());`);
import('./m.mjs');

//== top-level await, and what waits for it
const fs = require('fs');
fs.writeFileSync('slow.mjs', 'console.log("slow begins"); await new Promise((r) => setTimeout(r, 5)); console.log("slow ends"); export default "v";'); fs.writeFileSync('other.mjs', 'console.log("other");'); fs.writeFileSync('m.mjs', 'import v from "./slow.mjs"; import "./other.mjs"; console.log("main", v);');
import('./m.mjs').then(() => console.log('done'));

//== a module that fails fails again
const fs = require('fs');
fs.writeFileSync('bad.mjs', 'console.log("once"); throw new Error("boom");'); fs.writeFileSync('syntax.mjs', 'let x = ;'); fs.writeFileSync('noexport.mjs', 'import { nope } from "./ok.mjs";'); fs.writeFileSync('ok.mjs', 'export const ok = 1;'); fs.writeFileSync('nofile.mjs', 'import "./missing.mjs";'); fs.writeFileSync('dirimport.mjs', 'import "./d";'); fs.mkdirSync('d'); fs.writeFileSync('d/index.js', ''); fs.writeFileSync('tla.mjs', 'await Promise.reject(new Error("awaited"));');
(async () => {
  for (const p of ['./bad.mjs', './bad.mjs', './tla.mjs', './nofile.mjs', './missing.mjs', './dirimport.mjs', './d', 'nope', 'node:nope', 'http://x/y', './ok', '', '#x', 'fs/nope'])
    await import(p).then(() => console.log('?', p), (e) => console.log(p, e.name, e.code, e.message.split('\n')[0].replaceAll(process.cwd(), '.').replace(/imported from .*/, 'imported from')));
  await import('./syntax.mjs').catch((e) => console.log(e.name));
  await import('./noexport.mjs').catch((e) => console.log(e.name));
})();

//== import() of everything
const fs = require('fs'), path = require('path'), { pathToFileURL } = require('url');
fs.writeFileSync('m.mjs', 'export default import.meta.url.replace(/.*\\//, "");'); fs.writeFileSync('c.js', 'module.exports = { c: 1 };'); fs.writeFileSync('j.json', '{"j": 1}');
(async () => {
  console.log((await import('fs')).default === fs, (await import('node:path')).sep, (await import('./m.mjs')).default, (await import(pathToFileURL('m.mjs'))).default, (await import(pathToFileURL('m.mjs').href)).default, (await import(path.resolve('m.mjs'))).default, (await import('./c.js')).default);
  console.log((await import('./m.mjs?q=1')).default, (await import('./m.mjs#h')).default, (await import('./m.mjs?q=1')) === (await import('./m.mjs')), (await import('./m.mjs?q=1')) === (await import('./m.mjs?q=1')));
  console.log((await import('data:text/javascript,export default 5')).default, (await import('data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgNg==')).default);
  console.log((await import('./j.json', { with: { type: 'json' } })).default, (await import('data:application/json,{"a":1}', { with: { type: 'json' } })).default);
  const bad = async (...a) => { try { console.log(await import(...a)); } catch (e) { console.log(e.name, e.code); } };
  await import('./j.json').catch((e) => console.log(e.name, e.code)); await import('./m.mjs', { with: { type: 'json' } }).catch((e) => console.log(e.name, e.code)); await import('./m.mjs', { with: { type: 'css' } }).catch((e) => console.log(e.name, e.code)); await import({ toString() { return './m.mjs'; } }).then((m) => console.log(m.default)); await import(Symbol('x')).catch((e) => console.log(e.name)); await import('data:text/css,x').catch((e) => console.log(e.name, e.code));
})();

//== formats by extension and package type
const fs = require('fs');
const put = (p, s) => { fs.mkdirSync(require('path').dirname(p), { recursive: true }); fs.writeFileSync(p, s); };
put('esm/package.json', '{"type": "module"}'); put('esm/a.js', 'export default typeof require;'); put('esm/b.cjs', 'module.exports = typeof require;'); put('esm/sub/c.js', 'export default "inherits";'); put('esm/sub2/package.json', '{}'); put('esm/sub2/d.js', 'module.exports = typeof exports;');
put('cjs/package.json', '{"type": "commonjs"}'); put('cjs/a.js', 'module.exports = 1;'); put('cjs/b.mjs', 'export default 2;');
(async () => { for (const p of ['esm/a.js', 'esm/b.cjs', 'esm/sub/c.js', 'esm/sub2/d.js', 'cjs/a.js', 'cjs/b.mjs']) console.log(p, (await import('./' + p)).default); })();

//== scripts with a first line for the system, and a mark of byte order
const fs = require('fs');
fs.writeFileSync('a.js', '#!/usr/bin/env node\nmodule.exports = "hashbang"'); fs.writeFileSync('b.js', '\ufeffmodule.exports = "bom"'); fs.writeFileSync('c.mjs', '#!/usr/bin/env node\nexport default "m hashbang"'); fs.writeFileSync('d.mjs', '\ufeffexport default "m bom"'); fs.writeFileSync('e.json', '\ufeff{"bom": 1}'); fs.writeFileSync('f.js', '#!x'); fs.writeFileSync('g.js', '\ufeff#!x\nmodule.exports = 2');
console.log(require('./a'), require('./b'), require('./e'), require('./f'));
import('./c.mjs').then((m) => { console.log(m.default); return import('./d.mjs'); }).then((m) => console.log(m.default));

//== ends of lines and odd sources
const fs = require('fs');
fs.writeFileSync('crlf.js', 'const a = 1;\r\nmodule.exports = a;\r\n'); fs.writeFileSync('comment.js', 'module.exports = 1; // no newline'); fs.writeFileSync('return.js', 'module.exports = "r"; return; module.exports = 2'); fs.writeFileSync('html.js', 'module.exports = 1 <!-- comment\n--> also'); fs.writeFileSync('strict.js', '"use strict"; module.exports = (function () { return this; })();'); fs.writeFileSync('sloppy.js', 'x = 5; module.exports = delete x; with ({ y: 1 }) module.exports += y'); 
for (const n of ['crlf', 'comment', 'return', 'html', 'strict', 'sloppy']) console.log(n, require('./' + n));

//== where errors are: files and lines
const fs = require('fs');
fs.writeFileSync('t.js', '\n\nexports.f = function f() {\n  throw new Error("here");\n};'); fs.writeFileSync('t.mjs', '\nexport function g() {\n\n  null.x;\n}'); fs.writeFileSync('s.js', '\n\n\nlet a = ;\n');
const at = (e) => e.stack.split('\n').find((l) => l.includes('    at ')).replace(/.*\//, '').replace(/\)$/, '');
try { require('./t').f(); } catch (e) { console.log(at(e).replace(/:\d+$/, '')); }
import('./t.mjs').then((m) => m.g()).catch((e) => console.log(at(e).replace(/:\d+$/, '')));


//== the options of node
const { spawnSync } = require('child_process'), fs = require('fs');
const run = (args, input = '') => { const r = spawnSync('node', args, { encoding: 'utf8', input }); console.log(JSON.stringify(args), r.status, JSON.stringify(r.stdout), r.stderr ? 'E' : ''); };
fs.writeFileSync('a.js', 'console.log("a", process.argv.slice(2), typeof pre)'); fs.writeFileSync('m.mjs', 'console.log("m", typeof require)'); fs.writeFileSync('pre.js', 'globalThis.pre = 1'); fs.writeFileSync('bad.js', 'let = = 5'); fs.writeFileSync('t.cjs', 'console.log(this === module.exports)'); fs.mkdirSync('dir'); fs.writeFileSync('dir/index.js', 'console.log("dir index")');
run(['a.js', 'x', '--y', '-z']); run(['./a.js']); run(['a']); run(['m.mjs']); run(['nope.js']); run(['-e', 'console.log(1)']); run(['-e', 'console.log(process.argv.slice(1))', 'p', 'q']); run(['-e', 'console.log(process.argv.slice(1))', '--', '-p']); run(['--eval', '1+1']); run(['-p', '1+1']); run(['-p', '"s"']); run(['-pe', '({a: 1})']); run(['--print', '[1,2]']); run(['-p', 'Promise.resolve(1)']); run(['-p', 'undefined']); run(['-p', '[process.argv.length, process.execArgv]']);
run(['-c', 'a.js']); run(['-c', 'bad.js']); run(['--check', 'm.mjs']); run(['-r', './pre.js', 'a.js']); run(['--require', './pre', '-e', 'console.log(pre)']); run(['--require=./pre.js', '-p', 'pre']); run(['--input-type=module', '-e', 'console.log(typeof require, await 1)']); run(['--input-type=commonjs', '-e', 'console.log(typeof require)']);
run([], 'console.log("from stdin", typeof require, __filename)'); run(['-'], 'console.log("dash", process.argv.slice(2))'); run(['-', 'x'], 'console.log("dash", process.argv.slice(2))'); run(['--input-type=module'], 'console.log(await 5)'); run([], ''); run(['dir']); run(['.']); run(['t.cjs']);
run(['--no-such-option']); run(['-e']); run(['-e', 'throw new Error("x")']); run(['-e', 'process.exit(7)']); run(['-e', 'let = ;']); run(['bad.js']); run(['--no-warnings', 'a.js']); run(['--enable-source-maps', 'a.js']); run(['--max-old-space-size=100', 'a.js']); run(['--stack-trace-limit=5', '-p', 'Error.stackTraceLimit']); run(['--trace-warnings', '-p', '1']); run(['--import', './m.mjs', 'a.js']); run(['--unhandled-rejections=warn', '-e', 'Promise.reject(1)']); run(['--unhandled-rejections=none', '-e', 'Promise.reject(1)']); run(['-v']); 
run(['-p', '__filename + " " + __dirname + " " + module.id + " " + module.filename.endsWith("[eval]") + " " + (this === globalThis)']); run(['-p', 'require("./a.js")']); run(['--conditions=custom', 'a.js']); run(['--expose-gc', '-p', 'typeof gc']);

//== what is printed of an error that ends the process
const { spawnSync } = require('child_process'), fs = require('fs');
const run = (code, name = 'e.js') => { fs.writeFileSync(name, code); const r = spawnSync('node', [name], { encoding: 'utf8' }); console.log(r.status, r.stdout, r.stderr.replaceAll(process.cwd(), '.').split('\n').filter((l) => !/^\s+at |^\s*\^+$|matching cause stack|^node:internal|^\s+new Unhandled|^$/.test(l)).join('\n').replace(/Node.js v.*/, 'Node.js')); };
run('throw new Error("plain")'); run('\n\nfunction f() {\n  throw new TypeError("in f");\n}\nf();'); run('throw Object.assign(new Error("with"), { code: "E1", info: { a: 1 } })'); run('throw new Error("outer", { cause: new Error("inner") })'); run('Promise.reject(new Error("rejected"))'); run('const e = new Error("multi\\nline"); throw e'); run('setTimeout(() => {\n  throw new Error("later");\n}, 1)'); run('throw new AggregateError([new Error("a")], "agg")'); run('process.nextTick(() => { throw new RangeError("tick") })');

//== what is printed of a require that fails
const { spawnSync } = require('child_process'), fs = require('fs');
const r0 = (r) => console.log(r.status, r.stderr.replaceAll(process.cwd(), '.').split('\n').filter((l) => !/^\s+at |^node:|^\s*\^+$|throw err|^$|e.js:1$|^require/.test(l)).slice(0, 14).join('\n').replace(/Node.js v.*/, 'Node.js'));
fs.writeFileSync('e.js', 'require("nope")'); r0(spawnSync('node', ['e.js'], { encoding: 'utf8' }));

//== globals of a module leave no trace
const fs = require('fs');
fs.writeFileSync('g.js', 'var local = 1; globalThis.shared = 2; function fn() {}');
require('./g'); console.log(typeof local, shared, typeof fn);

//== JSON modules are shared
const fs = require('fs');
fs.writeFileSync('j.json', '{"n": 1}');
require('./j').n = 2; console.log(require('./j.json').n);
import('./j.json', { with: { type: 'json' } }).then((m) => console.log(m.default.n));

//== ES modules in the order of imports
const fs = require('fs');
for (const n of ['a', 'b', 'c']) fs.writeFileSync(n + '.mjs', `console.log('${n}'); ${n === 'b' ? 'import "./c.mjs";' : ''} export default '${n}';`);
fs.writeFileSync('m.mjs', 'console.log("m"); import "./b.mjs"; import "./a.mjs"; import("./c.mjs").then(() => console.log("c again")); console.log("m end");');
import('./m.mjs');

//== a module that exports then
const fs = require('fs');
fs.writeFileSync('then.mjs', 'export function then(resolve) { resolve("thenable"); }');
import('./then.mjs').then((x) => console.log(x));

//== require in a loop of directories above
const fs = require('fs');
fs.mkdirSync('a/b/c', { recursive: true }); fs.mkdirSync('node_modules/top', { recursive: true }); fs.writeFileSync('node_modules/top/index.js', 'module.exports = "top"'); fs.writeFileSync('a/b/c/m.js', 'module.exports = require("top") + require("../../../x")'); fs.writeFileSync('x.js', 'module.exports = "x"');
console.log(require('./a/b/c/m'), require('./a/../a/b/./c/m') === require('./a/b/c/m'));
try { require('../../../../../../../../../../../../../../nope'); } catch (e) { console.log(e.code); }
