#!/usr/bin/env node
// node.mjs - run a module of BoxAgnts in Node's own WASI:
//
//   node node.mjs [--dir HOST::GUEST]... [--env NAME=VALUE]... [--argv0 NAME] [--toolbox FOLDER] FILE.wasm [ARGUMENT]...
//
//   echo '{"path":"README.md"}' | node node.mjs --dir .::/workspace build/tools/read.wasm
//   node node.mjs --argv0 sort build/programs/text.wasm -r <words.txt
//
// With a folder that scripts/toolbox has laid out the module may start the programs in it, and the shell runs pipelines:
//
//   echo '{"command":"sort a | uniq -c"}' | node node.mjs --dir .::/workspace --env BOXAGNTS_TOOL=1 --toolbox box box/bash.wasm
//
// Node 20 or newer, or 18 with --experimental-wasi-unstable-preview1.
import { webcrypto } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WASI } from 'node:wasi';

import { Kernel } from '../browser/kernel.mjs';
import { Call } from '../browser/processes.mjs';
import { stubs } from '../browser/stubs.mjs';

const USAGE = 'usage: node.mjs [--dir HOST::GUEST] [--env NAME=VALUE] [--argv0 NAME] [--toolbox FOLDER] FILE.wasm [ARGUMENT]...';
const KERNEL_PAGES = 32;
globalThis.crypto ??= webcrypto; // Node 18

function options(words) {
  const ret = { preopens: {}, env: {}, argv0: null, toolbox: null, args: [] };
  while (words.length > 0 && words[0].startsWith('--')) {
    const [flag, value] = words.splice(0, 2);
    const [, name, rest] = /^(.*?)(?:::|=)(.*)$/s.exec(value ?? '') ?? [];
    if (flag === '--dir' && name) {
      ret.preopens[rest] = name;
    } else if (flag === '--env' && name) {
      ret.env[name] = rest;
    } else if (flag === '--argv0' && value) {
      ret.argv0 = value;
    } else if (flag === '--toolbox' && value) {
      ret.toolbox = value;
    } else {
      throw new Error(USAGE);
    }
  }
  if (words.length === 0) {
    throw new Error(USAGE);
  }
  return { ...ret, file: words[0], args: [ret.argv0 ?? words[0], ...words.slice(1)] };
}

/** The functions of Node's WASI behind functions in JavaScript.  Called by a module directly they take a short cut in which
 *  Node 20 and 22 let the garbage collector run although it must not, and crash (docs/portable.md). */
function imported(wasi) {
  return Object.fromEntries(Object.entries(wasi.wasiImport).map(([name, f]) => [name, (...a) => f(...a)]));
}

/** The module alone: its imports from `boxagnts` answer ENOSYS. */
function run({ file, args, env, preopens }) {
  const module = new WebAssembly.Module(readFileSync(file));
  const wasi = new WASI({ version: 'preview1', args, env, preopens, returnOnExit: true });
  const imports = { wasi_snapshot_preview1: imported(wasi), ...stubs(module) };
  return wasi.start(new WebAssembly.Instance(module, imports));
}

/** The module as the first process of a call; Node's WASI keeps the files of all. */
function runWithPrograms({ file, args, env, preopens, toolbox }) {
  const bytes = new Map(); // each module once
  const read = (path) => bytes.get(path) ?? bytes.set(path, readFileSync(path)).get(path);
  const { programs } = JSON.parse(readFileSync(join(toolbox, 'toolbox.json'), 'utf8'));
  const known = new Map(Object.entries(programs).map(([name, wasm]) => [name, read(join(toolbox, wasm))]));
  const wasi = new WASI({ version: 'preview1', preopens });
  const memory = new WebAssembly.Memory({ initial: KERNEL_PAGES });
  wasi.initialize({ exports: { memory } });
  const kernel = new Kernel(imported(wasi), memory);
  const call = new Call({ kernel, programs: new Map([...known, ['', read(file)]]), stdin: readFileSync(0) });
  const { code, stdout, stderr } = call.run('', args, env);
  writeAll(1, stdout);
  writeAll(2, stderr);
  return code;
}

function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(fd, bytes, at);
  }
}

try {
  const given = options(process.argv.slice(2));
  process.exitCode = given.toolbox === null ? run(given) : runWithPrograms(given);
} catch (error) {
  console.error(`node.mjs: ${error.message}`);
  process.exitCode = error instanceof WebAssembly.RuntimeError ? 132 : 125;
}
