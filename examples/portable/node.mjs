#!/usr/bin/env node
// node.mjs - run a module of BoxAgnts in Node's own WASI:
//
//   node node.mjs [--dir HOST::GUEST]... [--env NAME=VALUE]... [--argv0 NAME] FILE.wasm [ARGUMENT]...
//
//   echo '{"path":"README.md"}' | node node.mjs --dir .::/workspace build/tools/read.wasm
//   node node.mjs --argv0 sort build/programs/text.wasm -r <words.txt
//
// Node 20 or newer, or 18 with --experimental-wasi-unstable-preview1.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

import { stubs } from './stubs.mjs';

const usage = 'usage: node.mjs [--dir HOST::GUEST] [--env NAME=VALUE] [--argv0 NAME] FILE.wasm [ARGUMENT]...';

function options(words) {
  const ret = { preopens: {}, env: {}, argv0: null, args: [] };
  while (words.length > 0 && words[0].startsWith('--')) {
    const [flag, value] = words.splice(0, 2);
    const [, name, rest] = /^(.*?)(?:::|=)(.*)$/s.exec(value ?? '') ?? [];
    if (flag === '--dir' && name) {
      ret.preopens[rest] = name;
    } else if (flag === '--env' && name) {
      ret.env[name] = rest;
    } else if (flag === '--argv0' && value) {
      ret.argv0 = value;
    } else {
      throw new Error(usage);
    }
  }
  if (words.length === 0) {
    throw new Error(usage);
  }
  return { ...ret, file: words[0], args: words };
}

function run({ file, args, argv0, env, preopens }) {
  const module = new WebAssembly.Module(readFileSync(file));
  const wasi = new WASI({
    version: 'preview1',
    args: [argv0 ?? file, ...args.slice(1)],
    env,
    preopens,
    returnOnExit: true,
  });
  const imports = { wasi_snapshot_preview1: wasi.wasiImport, ...stubs(module) };
  return wasi.start(new WebAssembly.Instance(module, imports));
}

try {
  process.exitCode = run(options(process.argv.slice(2)));
} catch (error) {
  console.error(`node.mjs: ${error.message}`);
  process.exitCode = error instanceof WebAssembly.RuntimeError ? 132 : 125;
}
