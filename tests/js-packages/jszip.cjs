const Z = require('jszip');
const z = new Z();
z.file('a.txt', 'hello');
z.generateAsync({
  type: 'nodebuffer'
}).then(b => Z.loadAsync(b)).then(z => z.file('a.txt').async('string')).then(console.log);
