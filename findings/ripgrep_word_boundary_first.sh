#!/usr/bin/env bash
# ripgrep 13: a pattern that begins with a word boundary, searched with -o.
#
# In "a-1-k" five characters stand at a word boundary, and each is matched by \b\S. One would expect `rg -o '\b\S'` to print the
# five, as `grep -oP` does. What happens: the default engine prints only the first match of the line. Lines
# are found and counted rightly (-c), so only what asks for the single matches is wrong: -o, --count-matches, -r, --json.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download ripgrep=13.0.0-4+b2) >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
dpkg -x "$folder"/ripgrep_*.deb "$folder/root"
rg=$folder/root/usr/bin/rg
echo 'a-1-k' >"$folder/text"
seen=$(
    echo "rg -o: $("$rg" -o '\b\S' "$folder/text" | tr '\n' ' ')"
    echo "rg --count-matches: $("$rg" --count-matches '\b\S' "$folder/text")"
    echo "grep -oP: $(grep -oP '\b\S' "$folder/text" | tr '\n' ' ')"
    echo "rg -o of \S: $("$rg" -o '\S' "$folder/text" | tr '\n' ' ')"
)
expected='rg -o: a 
rg --count-matches: 1
grep -oP: a - 1 - k 
rg -o of \S: a - 1 - k '
"$rg" --version | head -1
echo "expected: five matches; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
