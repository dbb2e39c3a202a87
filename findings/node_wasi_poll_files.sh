#!/usr/bin/env bash
# Node 24, node:wasi: waiting for a file, or for standard input that is one.
#
# POSIX (poll, "Description") has regular files always ready, and preview1's poll_oneoff is what wasi-libc makes poll() and select()
# of. One would expect an event for a file at once. What happens: poll_oneoff as a whole fails, with EPERM (63), because the kernel's
# epoll takes no regular files; a clock asked for in the same call is not told either. So a program that waits for its input
# works in a pipe and fails with `< file`. The same in 20 and 22.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
node=node_modules/.bin/node
echo text >input
cat >run.mjs <<'JS'
import { WASI } from 'node:wasi';
const memory = new WebAssembly.Memory({ initial: 1 });
const wasi = new WASI({ version: 'preview1' });
wasi.initialize({ exports: { memory } });
const { poll_oneoff } = wasi.wasiImport;
const view = new DataView(memory.buffer);
const readable = (at, fd) => { view.setUint8(at + 8, 1); view.setUint32(at + 16, fd, true); };
const clock = (at, ns) => { view.setUint8(at + 8, 0); view.setUint32(at + 16, 1, true); view.setBigUint64(at + 24, ns, true); };
readable(0, 0);
clock(48, 1000000000n);
const answer = poll_oneoff(0, 256, 2, 512);
console.log(`${answer}, ${view.getUint32(512, true)} events`);
JS
seen="from a pipe: $(cat input | "$node" --no-warnings run.mjs)
from a file: $("$node" --no-warnings run.mjs <input)"
expected='from a pipe: 0, 1 events
from a file: 63, 0 events'
"$node" --version
echo "expected: 0, 1 events, twice; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
