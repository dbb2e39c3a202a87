#!/usr/bin/env bash
# git: two asterisks in a .gitignore pattern, right behind the name a pattern begins with.
#
# gitignore(5) knows "**" as a whole part of a path ("**/", "/**", "/**/") and says of other consecutive asterisks that they are
# regular ones: "foo**/bar" should then be "foo*/bar", which matches foo/bar and foox/bar and crosses no slash. What happens: git
# compares the literal beginning of a pattern by itself and gives only the rest to its matcher, for which "**/bar" then stands at the
# beginning of the pattern: foobar is ignored, although the pattern has a slash and the path has none, and so is foo/x/y/bar. Behind
# a wildcard instead of a name ("?oo**/bar") the asterisks are regular, as documented.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download git=1:2.39.5-0+deb12u3) >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
dpkg -x "$folder"/git_*.deb "$folder/root"
export GIT_EXEC_PATH=$folder/root/usr/lib/git-core GIT_CONFIG_NOSYSTEM=1 HOME=$folder
git() { "$folder/root/usr/bin/git" "$@"; }
seen=$(
    for pattern in 'foo**/bar' '?oo**/bar'; do
        mkdir "$folder/w"
        cd "$folder/w"
        git init -q --template= .
        echo "$pattern" >.gitignore
        for path in foo/bar foox/bar foobar foo/x/y/bar; do
            git check-ignore -q "$path" && echo "$pattern: $path ignored" || echo "$pattern: $path not ignored"
        done
        cd "$folder"
        rm -rf w
    done
)
expected='foo**/bar: foo/bar ignored
foo**/bar: foox/bar ignored
foo**/bar: foobar ignored
foo**/bar: foo/x/y/bar ignored
?oo**/bar: foo/bar ignored
?oo**/bar: foox/bar ignored
?oo**/bar: foobar not ignored
?oo**/bar: foo/x/y/bar not ignored'
git --version
echo "expected: foobar and foo/x/y/bar not ignored by either; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
