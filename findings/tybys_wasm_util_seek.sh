#!/usr/bin/env bash
# @tybys/wasm-util 0.10.5 (WASI preview1 for pages and for Node): the end of a file that is written.
#
# One would expect the end of a file to be where it ends now. What happens: it is where it ended when the descriptor was opened. After
# five bytes were written to a new file, fd_seek(0, END) goes to 0, so that what is written next overwrites them; while
# fd_filestat_get, of the same descriptor, says 5. A file that another descriptor has made longer ends where it did, too.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @tybys/wasm-util@0.10.5 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
mkdir root
cat >run.mjs <<'JS'
import fs from "node:fs";
import { WASI } from "@tybys/wasm-util";
const memory = new WebAssembly.Memory({ initial: 1 });
const wasi = new WASI({ version: "preview1", preopens: { "/": "root" }, fs });
wasi.initialize({ exports: { memory } });
const calls = wasi.wasiImport;
const view = new DataView(memory.buffer);
const path = [64, Buffer.from(memory.buffer).write("file", 64)];
const CREATE = 1, ALL = 0x200066n, END = 2;
console.log("open:", calls.path_open(3, 0, ...path, CREATE, ALL, 0n, 0, 512));
const fd = view.getUint32(512, true);
const write = (text) => {
    view.setUint32(256, 128, true);
    view.setUint32(260, Buffer.from(memory.buffer).write(text, 128), true);
    return calls.fd_write(fd, 256, 1, 512);
};
console.log("write:", write("hello"));
console.log("stat:", calls.fd_filestat_get(fd, 576), "size", Number(view.getBigUint64(608, true)));
console.log("seek to the end:", calls.fd_seek(fd, 0n, END, 512), "at", Number(view.getBigUint64(512, true)));
console.log("write:", write("HE"), "the file:", fs.readFileSync("root/file", "utf8"));
JS
seen=$(node run.mjs 2>/dev/null)
expected='open: 0
write: 0
stat: 0 size 5
seek to the end: 0 at 0
write: 0 the file: HEllo'
echo "@tybys/wasm-util 0.10.5; expected: at 5, helloHE; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
