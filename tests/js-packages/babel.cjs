const { transformSync } = require('@babel/core');
console.log(transformSync('const f = async (b) => { for await (const c of b) yield_(c?.d ?? 1); }; class X { #p = 1; get q() { return this.#p; } static { X.r = 2n ** 3n; } }',
  { presets: [['@babel/preset-env', { targets: 'ie 11' }]], configFile: false, babelrc: false }).code);
