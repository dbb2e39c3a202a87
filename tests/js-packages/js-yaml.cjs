const yaml = require('js-yaml');
console.log(yaml.load('a: [1, 0x1f, 1.5e3]\nb: {c: ~, d: yes}\n? k\n: v\n'), yaml.dump({ a: [1, { b: 'x' }], d: 'multi\nline' }));
try { yaml.load('a: b: c'); } catch (e) { console.log(e.name, e.reason, e.mark.line); }
