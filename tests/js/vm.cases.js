//== scripts and contexts
const vm = require('vm');
const c = vm.createContext({ x: 1, log: [] });
console.log(vm.runInContext('x += 41; var y = x * 2; log.push(x); x', c), c.x, c.y, c.log);
console.log(vm.isContext(c), vm.isContext({}), vm.runInNewContext('a + b', { a: 1, b: 2 }), vm.runInThisContext('typeof require'));
const s = new vm.Script('n = (typeof n === "undefined" ? 0 : n) + 1', { filename: 'count.js' });
const d = vm.createContext({});
console.log([s.runInContext(d), s.runInContext(d), s.runInContext(d)], d.n, s.runInNewContext({ n: 10 }));
console.log(vm.runInContext('function f() { return 7 } f()', d), typeof d.f, d.f());
console.log(vm.runInNewContext('this.constructor.name'), vm.runInNewContext('[] instanceof Array'), vm.runInNewContext('[]') instanceof Array);
console.log(vm.runInContext('delete x; typeof x', c), 'x' in c);

//== what does not reach a context
const vm = require('vm');
console.log(vm.runInNewContext('[typeof process, typeof require, typeof globalThis, typeof JSON]'));
globalThis.outside = 1;
console.log(vm.runInNewContext('typeof outside'), vm.runInThisContext('typeof outside'));

//== errors
const vm = require('vm');
console.log(vm.runInNewContext('typeof Intl'));
for (const f of [() => new vm.Script('a b'), () => vm.runInNewContext('throw new Error("in")'), () => vm.runInContext('1', {}), () => vm.runInNewContext('undefinedName')]) {
  try { f(); } catch (e) { console.log(e.name, e instanceof SyntaxError || e.message, e.code, e instanceof Error); }
}

//== compileFunction
const vm = require('vm');
console.log(vm.compileFunction('return a + b', ['a', 'b'])(1, 2));
