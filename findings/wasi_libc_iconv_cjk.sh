#!/usr/bin/env bash
# wasi-libc: iconv() from Shift_JIS and EUC-JP.
#
# The circled digit one is 87 40 in the Shift_JIS of the web (the WHATWG standard's index jis0208, Python's cp932) and AD A1 in
# EUC-JP: row 13, which NEC added; FA 40 is IBM's extension, the small roman numeral one. One would expect U+2460 and U+2170.
# What happens: EILSEQ (25), since the table holds JIS X 0208 proper and nothing else; a page that uses them, as pages in
# these encodings commonly do, cannot be read. 88 9F, of the standard itself, is there as a control.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v" && "$folder/v/bin/pip" install -q ziglang==0.13.0 wasmtime==48.0.0 || exit 77
export ZIG_GLOBAL_CACHE_DIR=$folder/zig ZIG_LOCAL_CACHE_DIR=$folder/zig

cat >"$folder/guest.c" <<'EOF'
#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <stdio.h>

static void convert(const char *charset, const char *bytes)
{
    char in[2] = {bytes[0], bytes[1]}, out[16], *from = in, *to = out;
    size_t n = 2, room = sizeof out;
    iconv_t c = iconv_open("UTF-8", charset);
    int failed = iconv(c, &from, &n, &to, &room) == (size_t)-1, why = errno;
    printf("%s %02x %02x:", charset, (unsigned char)bytes[0], (unsigned char)bytes[1]);
    for (char *p = out; !failed && p < to; p++)
        printf(" %02x", (unsigned char)*p);
    if (failed)
        printf(" errno %d", why);
    printf("\n");
    iconv_close(c);
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 1;
    convert("SHIFT_JIS", "\x88\x9f");
    convert("SHIFT_JIS", "\x87\x40");
    convert("SHIFT_JIS", "\xfa\x40");
    convert("EUC-JP", "\xad\xa1");
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
expected='SHIFT_JIS 88 9f: e4 ba 9c
SHIFT_JIS 87 40: errno 25
SHIFT_JIS fa 40: errno 25
EUC-JP ad a1: errno 25'
echo "ziglang 0.13.0 (its wasi-libc), wasmtime 48.0.0"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
