#!/usr/bin/env bash
# @bjorn3/browser_wasi_shim 0.4.2 (WASI preview1 over an in-memory file system, for pages): a directory that is there already.
#
# POSIX (mkdir) and every other preview1 host answer EEXIST (20), by which programs tell who was first: `mkdir` is the portable
# lock. What happens: path_create_directory of a directory that exists succeeds, as `mkdir -p` would, and leaves it as it is, so
# that a lock is taken twice; of a file it is ENOTDIR (54).
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @bjorn3/browser_wasi_shim@0.4.2 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >run.mjs <<'JS'
import { Directory, File, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";
const root = new PreopenDirectory("/", new Map([["file", new File(new Uint8Array(3))], ["full", new Directory(new Map([["x", new File([])]]))]]));
const wasi = new WASI([], [], [new File([]), new File([]), new File([]), root], { debug: false });
const memory = new WebAssembly.Memory({ initial: 1 });
wasi.inst = { exports: { memory } };
const mkdir = (name) => wasi.wasiImport.path_create_directory(3, 0, Buffer.from(memory.buffer).write(name, 0));
console.log("lock:", mkdir("lock"), "again:", mkdir("lock"));
console.log("full:", mkdir("full"), "which holds:", [...root.dir.contents.get("full").contents.keys()].join());
console.log("file:", mkdir("file"));
JS
seen=$(node run.mjs 2>&1 | head -20)
expected='lock: 0 again: 0
full: 0 which holds: x
file: 54'
echo "@bjorn3/browser_wasi_shim 0.4.2; expected: 0, then 20 three times; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
