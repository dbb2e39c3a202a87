// What runs once, when the snapshot is made: the loader of the library's own files, the globals, and the
// two ways a process begins (`tool`, `program`: main.c).
const { core, os } = internal;

const cache = Object.create(null);

// A file of the library by its name ("fs", "internal/loop").
function load(name) {
  const known = cache[name];
  if (known)
    return known.exports;
  const fn = core.library(name);
  if (fn === undefined)
    return undefined;
  const m = cache[name] = { exports: {} };
  fn.call(undefined, m.exports, load, m, internal);
  return m.exports;
}

exports.program = function () {
  const args = os.args();
  const i = args.indexOf('-e');
  core.evalScript('globalThis.internal_load = undefined', '[setup]', 1, false);
  globalThis.require = load;
  globalThis.internal = internal;
  if (!globalThis.console)
    globalThis.console = { log: (...a) => os.write(1, a.join(' ') + '\n') };
  const r = core.evalScript(i >= 0 ? args[i + 1] : '', '[eval]', 1, true);
  core.runJobs();
  const [state, value] = core.promiseState(r);
  if (state === 2) {
    os.write(2, String(value) + '\n' + (value && value.stack || ''));
    return 1;
  }
  return 0;
};
exports.tool = exports.program;
