// What few programs ask of process.
const { core } = internal;

module.exports = {
  _rawDebug(...args) { require('internal/stdio').write(2, `${require('util').format(...args)}\n`); },
  assert(value, message) { require('assert').ok(value, message); },
  availableMemory: () => Math.max(0, core.memory()[0] - core.memory()[1]),
  loadEnvFile(file = '.env') {
    for (const [name, value] of Object.entries(require('util').parseEnv(require('fs').readFileSync(file, 'utf8'))))
      process.env[name] ??= value;
  },
  openStdin() {
    process.stdin.resume();
    return process.stdin;
  },
  setSourceMapsEnabled(value) { require('internal/validators').validateBoolean(value, 'val'); },
};
