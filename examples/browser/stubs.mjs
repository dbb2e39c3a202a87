// stubs.mjs - the import module `boxagnts` (docs/programs.md) where nobody provides it: every function answers ENOSYS.
//
// A module that imports it cannot be instantiated without; with these it runs, and starts nothing.  For any JavaScript
// host: WebAssembly.instantiate(module, {wasi_snapshot_preview1: ..., ...stubs(module)}).

const ENOSYS = 52; // of preview1's errno
const UNAVAILABLE = 5; // of tools/lib/nested.h: BX_CALL_UNAVAILABLE
const OTHER = { call: () => UNAVAILABLE, call_read: () => 0 };

/** The imports of `module` from `boxagnts`, as an object to spread into its imports. */
export function stubs(module) {
  const boxagnts = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === 'boxagnts') {
      boxagnts[name] = OTHER[name] ?? (() => ENOSYS);
    }
  }
  return { boxagnts };
}
