#!/usr/bin/env bash
# amaro 0.1.9 and 1.2.1 (what Node strips TypeScript with): a `declare` field between two others, and a generic async arrow.
#
# Stripping replaces types by blanks and is to leave a program that does the same. One would expect a class with the fields
# x, declare y and ["z"] to have x and z. What happens, in both versions: nothing is left that ends the first field, whose
# initialiser goes on in the line below, `1 ["z"] = 2`, and the class throws when it is used. An async arrow function whose type
# parameters end a line becomes no JavaScript in 0.1.9, and is mended in 1.2.1.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent amaro@0.1.9 amaro1@npm:amaro@1.2.1 >/dev/null 2>&1 ||
    { echo "the packages cannot be had here"; exit 77; }
cat >strip.cjs <<'JS'
const sources = {
  fields: 'class A { x = 1\ndeclare y\n["z"] = 2 }\nObject.keys(new A()).join()',
  arrow: 'const f = async <T>\n(x: T) => x\ntypeof f',
};
for (const name of ['amaro', 'amaro1']) {
  const { version } = JSON.parse(require('fs').readFileSync(`node_modules/${name}/package.json`));
  for (const [what, source] of Object.entries(sources)) {
    const { code } = require(name).transformSync(source, { mode: 'strip-only' });
    let end;
    try {
      end = eval(code);
    } catch (error) {
      end = error.name;
    }
    console.log(`${version} ${what}: ${end}`);
  }
}
JS
seen=$(node strip.cjs)
expected='0.1.9 fields: TypeError
0.1.9 arrow: SyntaxError
1.2.1 fields: TypeError
1.2.1 arrow: function'
echo "expected: x,z and function in both versions; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
