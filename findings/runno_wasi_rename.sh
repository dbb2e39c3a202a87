#!/usr/bin/env bash
# @runno/wasi 0.10.0 (WASI preview1 over an in-memory file system, for pages): a file that is renamed, and one that is cut.
#
# One would expect path_rename("note", "done") to move that one file, and fd_filestat_set_size, which answers success, to be seen
# by who opens the file afterwards. What happens: every file whose path begins with the old name moves along, "notebook"
# becomes "donebook"; and a file that was cut, and not written to as well, is whole again once it is closed.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @runno/wasi@0.10.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >run.mjs <<'JS'
import { WASI } from "@runno/wasi";
const now = new Date();
const timestamps = { access: now, modification: now, change: now };
const file = (path) => [path, { path, mode: "binary", content: new TextEncoder().encode("twelve bytes"), timestamps }];
const wasi = new WASI({ fs: Object.fromEntries(["/note", "/notebook", "/long"].map(file)) });
const memory = new WebAssembly.Memory({ initial: 1 });
wasi.memory = memory;
const calls = wasi.getImports ? wasi.getImports("preview1") : wasi.getImportObject().wasi_snapshot_preview1;
const put = (text, at) => [at, Buffer.from(memory.buffer).write(text, at)];
const view = new DataView(memory.buffer);
const open = (name) => { calls.path_open(3, 0, ...put(name, 0), 0, 0x200042n, 0n, 0, 512); return view.getUint32(512, true); };
const size = (name) => { calls.path_filestat_get(3, 0, ...put(name, 0), 512); return view.getBigUint64(544, true); };
console.log("rename note done:", calls.path_rename(3, ...put("note", 0), 3, ...put("done", 64)));
console.log("files:", Object.keys(wasi.drive.fs).sort().join(" "));
const fd = open("long");
console.log("cut to 3 bytes:", calls.fd_filestat_set_size(fd, 3n), "closed:", calls.fd_close(fd), "size:", Number(size("long")));
JS
seen=$(node run.mjs 2>&1 | head -20)
expected='rename note done: 0
files: /done /donebook /long
cut to 3 bytes: 0 closed: 0 size: 12'
echo "@runno/wasi 0.10.0; expected: /done /long /notebook, size: 3; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
