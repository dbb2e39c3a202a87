#!/usr/bin/env bash
# Node 24, node:wasi: symbolic links that are opened, and made.
#
# preview1's path_open follows a link at the end of a path only with lookupflags symlink_follow; without it a link is an error, ELOOP (32),
# which is what open(O_NOFOLLOW) of wasi-libc relies on. And a link's text is read from the directory the link stands in. One would
# expect path_open("link", 0) to give 32, and path_symlink("../file", "dir/link") to be as good as path_symlink("dir/../file", "link"):
# both lead to "file", inside of the preopened directory. What happens: path_open opens what the link leads to, whatever the flags say; and
# path_symlink reads the text from the preopened directory instead, so "../file" is refused as leading out (ENOTCAPABLE, 76) wherever
# the link stands, while "../file" made by others is followed as it should be. Programs that replace a file only if it
# is no link replace the link; archives and `cp -r` of a tree with such links fail. The same in 20, 22 and 26.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
node=node_modules/.bin/node
mkdir -p root/dir
echo text >root/file
ln -s file root/link
ln -s ../file root/dir/made
cat >run.mjs <<'JS'
import { WASI } from 'node:wasi';
const memory = new WebAssembly.Memory({ initial: 1 });
const wasi = new WASI({ version: 'preview1', preopens: { '/data': 'root' } });
wasi.initialize({ exports: { memory } });
const { path_open, path_symlink } = wasi.wasiImport;
const put = (text, at) => [at, Buffer.from(memory.buffer).write(text, at)];
const READ = 2n;
const open = (name, flags) => path_open(3, flags, ...put(name, 0), 0, READ, 0n, 0, 512);
const symlink = (text, name) => path_symlink(...put(text, 0), 3, ...put(name, 128));
console.log('path_open link, no follow:', open('link', 0));
console.log('path_open link, follow:', open('link', 1));
console.log('path_symlink dir/../file at link2:', symlink('dir/../file', 'link2'));
console.log('path_symlink ../file at dir/link:', symlink('../file', 'dir/link'));
console.log('path_open dir/made, follow:', open('dir/made', 1));
JS
seen=$("$node" --no-warnings run.mjs)
expected='path_open link, no follow: 0
path_open link, follow: 0
path_symlink dir/../file at link2: 0
path_symlink ../file at dir/link: 76
path_open dir/made, follow: 0'
"$node" --version
echo "expected: 32, 0, 0, 0, 0; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
