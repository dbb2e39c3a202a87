const g = require('glob');
console.log(g.globSync('node_modules/glob/*.json').sort());
