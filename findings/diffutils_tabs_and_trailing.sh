#!/usr/bin/env bash
# GNU diff 3.8: --ignore-tab-expansion (-E) and --ignore-trailing-space (-Z) together.
#
# Each option alone makes the pair of files that it is about equal. One would expect both together to make both pairs equal, and
# a pair that differs in both ways. What happens: -Z puts -E out of action, in either order and without a word.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download diffutils=1:3.8-4) >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
dpkg -x "$folder"/diffutils_*.deb "$folder/root"
diff=$folder/root/usr/bin/diff
cd "$folder"
printf 'a\tb\n' >tab
printf 'a       b\n' >spaces
printf 'a       b  \n' >trailing
seen=$(
    for options in -E -Z "-E -Z" "-Z -E"; do
        for pair in "tab spaces" "spaces trailing" "tab trailing"; do
            # shellcheck disable=SC2086 # several words
            "$diff" -q $options $pair >"$folder/out" && echo "$options: $pair: same" || echo "$options: $pair: differ"
        done
    done
)
expected='-E: tab spaces: same
-E: spaces trailing: differ
-E: tab trailing: differ
-Z: tab spaces: differ
-Z: spaces trailing: same
-Z: tab trailing: differ
-E -Z: tab spaces: differ
-E -Z: spaces trailing: same
-E -Z: tab trailing: differ
-Z -E: tab spaces: differ
-Z -E: spaces trailing: same
-Z -E: tab trailing: differ'
"$diff" --version | head -1
echo "expected: with both options, all three pairs the same; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
