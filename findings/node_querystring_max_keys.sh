#!/usr/bin/env bash
# Node 24, node:querystring: what maxKeys counts.
#
# The documentation of parse() has maxKeys as "the maximum number of keys to parse", 1000 by default. Between two separators that
# follow each other there is no key, and the result has none for it. One would expect 'a=1&&&b=2' to give both keys where three
# are allowed. What happens: each empty place counts as a key that was parsed, so b is lost without a word; with the default, a query
# of 1,000 ampersands and one pair is empty. URLSearchParams has both. The same in 20 and 22.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
node=node_modules/.bin/node
cat >run.cjs <<'JS'
const { parse } = require('node:querystring');
const show = (text, options) => JSON.stringify(parse(text, '&', '=', options));
console.log('a=1&b=2, at most 3:', show('a=1&b=2', { maxKeys: 3 }));
console.log('a=1&&&b=2, at most 3:', show('a=1&&&b=2', { maxKeys: 3 }));
console.log('&a=1, at most 1:', show('&a=1', { maxKeys: 1 }));
console.log('1000 & and a=1:', show('&'.repeat(1000) + 'a=1'));
JS
seen=$("$node" run.cjs)
expected='a=1&b=2, at most 3: {"a":"1","b":"2"}
a=1&&&b=2, at most 3: {"a":"1"}
&a=1, at most 1: {}
1000 & and a=1: {}'
"$node" --version
echo "expected: a and b twice, a twice; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
