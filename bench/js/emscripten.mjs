// emscripten.mjs FILE.js...: what quickjs-emscripten (npm) takes for each, the least milliseconds of processor time of this
// thread (the compiler's threads do not count) of several evaluations in fresh contexts, and its value, in one line.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/build/bench.npm/');
const { newQuickJSWASMModule } = require('quickjs-emscripten');
const library = await newQuickJSWASMModule();
const cpu = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
};

for (const file of process.argv.slice(2)) {
  const code = readFileSync(file, 'utf8');
  let best = Infinity, value;
  for (let i = 0; i < 7; i++) {
    const vm = library.newContext();
    const begin = cpu();
    const result = vm.evalCode(code, file);
    best = Math.min(best, cpu() - begin);
    const handle = vm.unwrapResult(result);
    value = vm.dump(handle);
    handle.dispose();
    vm.dispose();
  }
  console.log(file, best.toFixed(3), value);
}
