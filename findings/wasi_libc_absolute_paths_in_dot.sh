#!/usr/bin/env bash
# wasi-libc: an absolute path where one directory is preopened as "/" and another as ".".
#
# One would expect open("/note") to look in the directory called "/" and open("note") in the one called ".", in whatever order
# the host handed them over. What happens: both names are stripped to the empty prefix, the one that was preopened later is
# taken for every path that no longer prefix fits, and absolute paths are read in ".", or relative ones in "/". So a host
# cannot give a program both a root and a working directory elsewhere.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v" && "$folder/v/bin/pip" install -q ziglang==0.13.0 wasmtime==48.0.0 || exit 77
export ZIG_GLOBAL_CACHE_DIR=$folder/zig ZIG_LOCAL_CACHE_DIR=$folder/zig

cat >"$folder/guest.c" <<'END'
#include <stdio.h>

static void show(const char *path)
{
    char text[16] = "nothing";
    FILE *f = fopen(path, "r");
    if (f && !fgets(text, sizeof text, f))
        text[0] = '\0';
    printf("%s is that of %s\n", path, text);
}

int main(void)
{
    show("/note");
    show("note");
    return 0;
}
END
cat >"$folder/run.py" <<'END'
import sys
import wasmtime

engine = wasmtime.Engine()
store, linker, wasi = wasmtime.Store(engine), wasmtime.Linker(engine), wasmtime.WasiConfig()
wasi.inherit_stdout()
for name in sys.argv[2:]:
    wasi.preopen_dir(f"{sys.argv[1]}/{'root' if name == '/' else 'dot'}", name)
store.set_wasi(wasi)
linker.define_wasi()
module = wasmtime.Module.from_file(engine, sys.argv[1] + "/guest.wasm")
linker.instantiate(store, module).exports(store)["_start"](store)
END
"$folder/v/bin/python" -m ziglang cc -target wasm32-wasi -O1 "$folder/guest.c" -o "$folder/guest.wasm"
mkdir "$folder/root" "$folder/dot"
printf root >"$folder/root/note"
printf dot >"$folder/dot/note"
seen=$(for order in "/ ." ". /"; do
    echo "preopened: $order"
    # shellcheck disable=SC2086 # two names
    "$folder/v/bin/python" "$folder/run.py" "$folder" $order
done)
expected='preopened: / .
/note is that of dot
note is that of dot
preopened: . /
/note is that of root
note is that of root'
echo "ziglang 0.13.0 (its wasi-libc), wasmtime 48.0.0"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
