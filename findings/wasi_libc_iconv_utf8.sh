#!/usr/bin/env bash
# wasi-libc: iconv() to UTF-8 in a program that has not called setlocale().
#
# One would expect U+301C, which Shift_JIS writes as 81 60, as three bytes of UTF-8, as in every other C library, or an
# error. What happens: iconv() returns 0, as for a conversion without a flaw, the input is consumed, no byte is written, and
# the room left in the output has GROWN by one byte, so that the pointer moved backwards: wctomb() answered -1 in the C locale
# and that was added like a length. After setlocale(LC_CTYPE, "C.UTF-8") the three bytes are there.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v" && "$folder/v/bin/pip" install -q ziglang==0.13.0 wasmtime==48.0.0 || exit 77
export ZIG_GLOBAL_CACHE_DIR=$folder/zig ZIG_LOCAL_CACHE_DIR=$folder/zig

cat >"$folder/guest.c" <<'EOF'
#include <iconv.h>
#include <locale.h>
#include <stdio.h>

static void convert(const char *when)
{
    char in[] = "\x81\x60", out[64], *from = in, *to = out + 8;
    size_t n = 2, room = 32;
    iconv_t c = iconv_open("UTF-8", "SHIFT_JIS");
    size_t r = iconv(c, &from, &n, &to, &room);
    printf("%s: returned %d, %d bytes of input left, wrote %d bytes\n", when, (int)r, (int)n, (int)(to - out - 8));
    iconv_close(c);
}

int main(void)
{
    convert("C locale");
    if (setlocale(LC_CTYPE, "C.UTF-8"))
        convert("C.UTF-8 locale");
    return 0;
}
EOF
cat >"$folder/run.py" <<'EOF'
import sys
import wasmtime

engine = wasmtime.Engine()
store, linker, wasi = wasmtime.Store(engine), wasmtime.Linker(engine), wasmtime.WasiConfig()
wasi.inherit_stdout()
store.set_wasi(wasi)
linker.define_wasi()
module = wasmtime.Module.from_file(engine, sys.argv[1])
linker.instantiate(store, module).exports(store)["_start"](store)
EOF
"$folder/v/bin/python" -m ziglang cc -target wasm32-wasi -O1 "$folder/guest.c" -o "$folder/guest.wasm"
seen=$("$folder/v/bin/python" "$folder/run.py" "$folder/guest.wasm")
expected='C locale: returned 0, 0 bytes of input left, wrote -1 bytes
C.UTF-8 locale: returned 0, 0 bytes of input left, wrote 3 bytes'
echo "ziglang 0.13.0 (its wasi-libc), wasmtime 48.0.0"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
