const p = require('pino');
const l = p({
  base: null,
  timestamp: false
}, {
  write: s => process.stdout.write(s)
});
l.info({
  a: 1
}, 'hi');
