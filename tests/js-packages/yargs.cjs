const y = require('yargs');
const f = y.default || y;
try {
  console.log((f.parse ? f : f([])).parse ? JSON.stringify(f(['--a', '1', 'x']).parse()) : 1);
} catch (e) {
  console.log(e.message);
}
