#!/usr/bin/env bash
# bash 5.2.15: the status of a script that has a syntax error within [[ ]].
#
# A syntax error ends a script that bash reads, and one expects status 2, as with `if; then`. What happens with one in [[ ]]:
# the message, the end of the script, and the status of the command before it. So a script that stops in its middle reports
# success, where the command before had it; only with `set -e` the status is 2.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download bash=5.2.15-2+b13) >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
dpkg -x "$folder"/bash_*.deb "$folder/root"
bash=$folder/root/bin/bash
cd "$folder"
seen=$(
    for line in '[[ a b ]]' '[[ -f < ]]' 'if; then' 'case x of'; do
        for before in true false; do
            printf '%s\n%s\necho not reached\n' "$before" "$line" >script
            status=0
            "$bash" script >out 2>/dev/null || status=$?
            echo "$before; $line: $status$(cat out)"
        done
    done
    printf 'set -euo pipefail\necho built\n[[ a b ]]\necho deployed\n' >script
    status=0
    "$bash" script >out 2>/dev/null || status=$?
    echo "set -e: $status $(cat out)"
)
expected='true; [[ a b ]]: 0
false; [[ a b ]]: 1
true; [[ -f < ]]: 0
false; [[ -f < ]]: 1
true; if; then: 2
false; if; then: 2
true; case x of: 2
false; case x of: 2
set -e: 2 built'
"$bash" --version | head -1
echo "expected: 2 everywhere; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
