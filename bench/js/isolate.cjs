// What isolated-vm (npm) takes from nothing to the first value: a fresh isolate with a context each time. Prints the median
// and the least in microseconds.
const { createRequire } = require('node:module');
const ivm = createRequire(process.cwd() + '/build/bench.npm/')('isolated-vm');

function once() {
  const begin = process.hrtime.bigint();
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const value = isolate.createContextSync().evalSync('1+1');
  const took = Number(process.hrtime.bigint() - begin) / 1e3;
  isolate.dispose();
  if (value !== 2)
    throw new Error('1+1 is ' + value);
  return took;
}

const all = Array.from({ length: 220 }, once).slice(20).sort((a, b) => a - b);
console.log('isolate', all[100].toFixed(1), all[0].toFixed(1));
