#!/usr/bin/env bash
# findutils 4.9.0: `find PATH A , B` with a costly test on the left.
#
# The comma evaluates both and has the value of the right one (POSIX has none; find(1) says so), so `-atime +1 , -type d` should
# print the directories. What happens: where the test on the left needs more than the type of the entry, the optimiser puts the
# cheap one first (also with -O0) and so the expression has the value of the test on the left. With an action on the
# right, or with a cheap test on the left, nothing is moved.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download findutils=4.9.0-4) >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
dpkg -x "$folder"/findutils_*.deb "$folder/root"
find=$folder/root/usr/bin/find
mkdir -p "$folder/d/sub"
touch -d '3 days ago' "$folder/d/old"
cd "$folder/d"
seen=$(
    show() { echo "$*: $("$find" . "$@" | LC_ALL=C sort | tr '\n' ' ')"; }
    show -mtime +1 , -type d
    show -size 0 , -type d
    show -name old , -type d
    show -mtime +1 , -type d -print
)
expected='-mtime +1 , -type d: ./old 
-size 0 , -type d: ./old 
-name old , -type d: . ./sub 
-mtime +1 , -type d -print: . ./sub '
"$find" --version | head -1
echo "expected: the directories, each time; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
