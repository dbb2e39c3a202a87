const f = require('fs-extra');
f.outputFileSync('/tmp/q/w/e.txt', 'x');
console.log(f.readFileSync('/tmp/q/w/e.txt', 'utf8'));
f.removeSync('/tmp/q');
console.log(f.existsSync('/tmp/q'));
