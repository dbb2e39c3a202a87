#!/usr/bin/env bash
# gawk 5.2.1 and mawk 1.3.4: NR after `command | getline`.
#
# POSIX (awk, "Input/output functions") and gawk's manual say that `command | getline` sets $0, NF and NR (gawk: FNR too), and
# `command | getline var` var and NR. What happens: the record arrives, and NR stays what it was, in both programs. Plain
# `getline` counts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download gawk=1:5.2.1-2 mawk=1.3.4.20200120-3.1 libsigsegv2=2.14-1) >/dev/null 2>&1 ||
    { echo "the packages cannot be had here"; exit 77; }
for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/files"; done
LD_LIBRARY_PATH=$(echo "$folder"/files/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
seen=$(
    for awk in gawk mawk; do
        "$folder/files/usr/bin/$awk" 'BEGIN { while (("printf \"a\\nb\\n\"" | getline) > 0) printf "%s %s, ", $0, NR
            while (("printf \"c\\nd\\n\"" | getline x) > 0) printf "%s %s, ", x, NR }'
        printf 'e\nf\n' | "$folder/files/usr/bin/$awk" 'BEGIN { while (getline > 0) printf "%s %s, ", $0, NR; print "" }'
    done
)
expected='a 0, b 0, c 0, d 0, e 1, f 2, 
a 0, b 0, c 0, d 0, e 1, f 2, '
"$folder/files/usr/bin/gawk" --version | head -1
"$folder/files/usr/bin/mawk" -W version 2>&1 | head -1
echo "expected: a 1, b 2, c 3, d 4, e 1, f 2; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
