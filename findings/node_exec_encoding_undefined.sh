#!/usr/bin/env bash
# Node 24, node:child_process: exec and execFile with an option `encoding` that is undefined.
#
# The documentation has 'utf8' as the default of `encoding`, and says that 'buffer', or a name that is no encoding, gives Buffers. An
# option that is undefined is one that was not given nearly everywhere in Node: fs.createReadStream's encoding, execFile's own cwd and maxBuffer.
# One would expect { encoding: undefined }, as a function writes that hands its own options on, to give strings. What happens:
# the results are Buffers, whose methods look alike enough (slice, includes, length, toString) to go on with bytes. The same in 20 and 22.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
node=node_modules/.bin/node
cat >run.cjs <<'JS'
const { execFile } = require('node:child_process');
const kind = (v) => (Buffer.isBuffer(v) ? 'Buffer' : typeof v);
const run = (name, options) => new Promise((done) => {
  execFile(process.execPath, ['-p', '"é"'], options, (e, out) => { console.log(`${name}: ${kind(out)} of ${out.length}`); done(); });
});
(async () => {
  await run('no encoding', {});
  await run('encoding: undefined', { encoding: undefined });
  await run('cwd, maxBuffer: undefined', { cwd: undefined, maxBuffer: undefined });
})();
JS
seen=$("$node" run.cjs)
expected='no encoding: string of 2
encoding: undefined: Buffer of 3
cwd, maxBuffer: undefined: string of 2'
"$node" --version
echo "expected: three strings; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
