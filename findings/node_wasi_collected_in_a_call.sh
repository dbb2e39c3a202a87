#!/usr/bin/env bash
# Node 20 and 22, node:wasi: a module that reads while its memory grows.
#
# The module below grows its memory by 512 KiB and reads a byte of its standard input, 400 times: valid preview1, far below every
# limit. One would expect it to end with status 0. What happens: Node dies, 20 of SIGABRT (no message), 22 of SIGSEGV, each time. A
# module calls these functions as V8's "fast" calls, in which no collection may happen; fd_read allocates through Node's accounting of
# external memory, which may start one, and that destroys the WASI object in use (in a debugger: uvwasi_destroy below fd_read). Real
# programs meet it now and then: a compressor with a large window in one run of four. Node 18 and 24 end well; so do 20 and
# 22 with --no-turbo-fast-api-calls, or when each import is wrapped: (...a) => wasi.wasiImport.fd_read(...a).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 20.20.2 22.23.3 24.21.0; do
    mkdir "$version"
    npm install --silent --no-audit --no-fund --prefix "$version" "node@$version" >/dev/null 2>&1 || { echo "the packages cannot be had here"; exit 77; }
done
# (module
#   (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
#   (memory (export "memory") 1)
#   (func (export "_start") (local $i i32)
#     (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
#     (loop $again
#       (drop (memory.grow (i32.const 8)))
#       (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
#       (local.set $i (i32.add (local.get $i) (i32.const 1)))
#       (br_if $again (i32.lt_u (local.get $i) (i32.const 400))))))
cat >run.mjs <<'JS'
import { WASI } from 'node:wasi';
const code = 'AGFzbQEAAAABDAJgBH9/f38Bf2AAAAIiARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxB2ZkX3JlYWQAAAMCAQEFAwEAAQcTAgZtZW1vcnkCAAZfc3RhcnQAAQo2ATQBAX' +
  '9BAEEQNgIAQQRBATYCAANAQQhAABpBAEEAQQFBCBAAGiAAQQFqIQAgAEGQA0kNAAsL';
const wasi = new WASI({ version: 'preview1', returnOnExit: true });
const own = Object.fromEntries(Object.entries(wasi.wasiImport).map(([name, f]) => [name, (...a) => f(...a)]));
const module = new WebAssembly.Module(Buffer.from(code, 'base64'));
wasi.start(new WebAssembly.Instance(module, { wasi_snapshot_preview1: process.argv[2] === 'wrapped' ? own : wasi.wasiImport }));
JS
ended() { # ended VERSION FLAG WORD: how it ended
    local status=0
    { "$1/node_modules/.bin/node" $2 --no-warnings run.mjs "$3" </dev/null >/dev/null 2>&1; } 2>/dev/null || status=$?
    echo "node $1 $2 $3: $status"
}
seen=$(
    ended 20.20.2 "" direct
    ended 20.20.2 "" wrapped
    ended 20.20.2 --no-turbo-fast-api-calls direct
    ended 22.23.3 "" direct
    ended 22.23.3 "" wrapped
    ended 24.21.0 "" direct
) 2>/dev/null
expected='node 20.20.2  direct: 134
node 20.20.2  wrapped: 0
node 20.20.2 --no-turbo-fast-api-calls direct: 0
node 22.23.3  direct: 139
node 22.23.3  wrapped: 0
node 24.21.0  direct: 0'
echo "expected: 0 everywhere; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
