import { minify } from 'terser';
console.log((await minify('function add(first, second) { if (false) { return 1; } const unused = 3; return first + second; } console.log(add(1, 2));', { toplevel: true })).code);
console.log((await minify('class A { #p = 1; m() { return this?.#p ?? 2; } } export default A;', { module: true, mangle: false })).code);
