// toolbox.mjs - the tools of a folder (scripts/toolbox) on a workspace in memory; needs nothing of a page.
//
//   const box = new Toolbox(toolboxJson, (name) => bytesOfFile);
//   box.put('notes.txt', bytes);
//   box.call('grep', { pattern: 'alpha' });     // {text, code, stderr}: text is the tool's JSON, byte for byte
import { Kernel } from './kernel.mjs';
import { MemoryFs, TYPE } from './memory_fs.mjs';
import { MemoryWasi } from './memory_wasi.mjs';
import { Call } from './processes.mjs';

const WORKSPACE = '/workspace';
const KERNEL_PAGES = 32;

export class Toolbox {
  constructor({ tools, programs }, read) {
    this.tools = tools;
    this.read = read;
    this.modules = new Map();
    this.fs = new MemoryFs();
    this.programs = new Map(Object.entries(programs).map(([name, wasm]) => [name, read(wasm)]));
  }

  module(wasm) {
    const bytes = this.read(wasm);
    if (!this.modules.has(bytes)) {
      this.modules.set(bytes, new WebAssembly.Module(bytes));
    }
    return this.modules.get(bytes);
  }

  /** Call a tool; `args` is an object, or the bytes of its JSON. */
  call(name, args) {
    const input = args instanceof Uint8Array ? args : new TextEncoder().encode(JSON.stringify(args));
    return this.run(`${name}.wasm`, { stdin: input, env: { BOXAGNTS_TOOL: '1' } });
  }

  /** Run a module of the folder as a program: {code, stdout, stderr, text}. */
  run(wasm, { argv0, args = [], env = {}, stdin = new Uint8Array(0) }) {
    const module = this.module(wasm);
    const starts = WebAssembly.Module.imports(module).some(({ module: from }) => from === 'boxagnts');
    const argv = [argv0 ?? wasm, ...args];
    const all = { PWD: WORKSPACE, ...env };
    const { code, stdout, stderr } = starts ? this.runWithPrograms(wasm, argv, all, stdin) : this.runAlone(module, argv, all, stdin);
    return { code, stdout, stderr, text: new TextDecoder().decode(stdout) };
  }

  runAlone(module, args, env, stdin) {
    let instance = null;
    const wasi = new MemoryWasi({
      fs: this.fs, preopens: { [WORKSPACE]: WORKSPACE }, args, env, stdin, memory: () => instance.exports.memory,
    });
    instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.imports });
    const { code } = wasi.run(instance);
    return { code, stdout: wasi.stdout(), stderr: wasi.stderr() };
  }

  runWithPrograms(wasm, args, env, stdin) {
    const memory = new WebAssembly.Memory({ initial: KERNEL_PAGES });
    const wasi = new MemoryWasi({ fs: this.fs, preopens: { [WORKSPACE]: WORKSPACE, '/tmp': '/tmp' }, memory: () => memory });
    this.fs.clear('/tmp'); // a call's own
    const programs = new Map([...this.programs, ['', this.read(wasm)]]);
    const call = new Call({ kernel: new Kernel(wasi.imports, memory), programs, stdin, modules: this.compiled ??= new Map() });
    return call.run('', args, env);
  }

  // ---- the workspace ----

  /** Put bytes, a link ({link: target}) or a directory (null) at `path`; `mtime` in seconds. */
  put(path, content, mtime) {
    this.fs.put(`${WORKSPACE}/${path}`, content, mtime === undefined ? undefined : BigInt(mtime) * 1000000000n);
  }

  /** Put several: [path, content, mtime] each. */
  fill(entries) {
    entries.forEach((entry) => this.put(...entry));
  }

  clear() {
    this.fs.clear(WORKSPACE);
  }

  /** All that is in it: {path: bytes, {link} or null}. */
  files() {
    return Object.fromEntries(this.fs.list(WORKSPACE).map(([path, node]) => [
      path, node.type === TYPE.FILE ? node.contents().slice() : node.type === TYPE.LINK ? { link: node.target } : null,
    ]));
  }
}
