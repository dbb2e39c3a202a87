#!/usr/bin/env bash
# QuickJS, in both of its lines: quickjs-emscripten 0.32.0 (npm; Bellard's QuickJS) and quickjs-ng 0.17.0.2 (PyPI; QuickJS-ng).
#
# Each iteration of `for (let i ...)` has an `i` of its own (ECMA-262, 14.7.4.4, CreatePerIterationEnvironment), whichever way it ends;
# closures made in it keep theirs. What happens: an iteration that ends with `continue` shares its variable with the next, so a closure
# made there sees the next one's number, and where every iteration ends so, all see the last. `for (const i of ...)` is right.
set -eu
command -v node >/dev/null && command -v npm >/dev/null && command -v python3 >/dev/null || { echo "there is no node or python3 here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent quickjs-emscripten@0.32.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
python3 -m venv v >/dev/null 2>&1 && v/bin/pip install -q quickjs-ng==0.17.0.2 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >loops.js <<'JS'
const made = (f) => f().map((g) => g()).join();
[made(() => { const s = []; for (let i = 0; i < 5; i++) { s.push(() => i); if (i === 1) continue; } return s; }),
 made(() => { const s = []; for (let i = 0; i < 5; i++) { s.push(() => i); continue; } return s; }),
 made(() => { const s = []; for (const i of [0, 1, 2]) { s.push(() => i); continue; } return s; })].join(" ");
JS
cat >run.mjs <<'JS'
import fs from "node:fs";
import { getQuickJS } from "quickjs-emscripten";
console.log((await getQuickJS()).evalCode(fs.readFileSync("loops.js", "utf8")));
JS
seen="quickjs-emscripten: $(node run.mjs)
quickjs-ng: $(v/bin/python -c 'import quickjs; print(quickjs.Context().eval(open("loops.js").read()))')
node: $(node -p "$(cat loops.js)")"
expected='quickjs-emscripten: 0,2,2,3,4 5,5,5,5,5 0,1,2
quickjs-ng: 0,2,2,3,4 5,5,5,5,5 0,1,2
node: 0,1,2,3,4 0,1,2,3,4 0,1,2'
echo "expected: what node says, three times; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
