//== the functions
const fsp = require('fs/promises'), fs = require('fs');
(async () => {
  console.log(await fsp.writeFile('a', 'hello'), await fsp.readFile('a'), await fsp.readFile('a', 'utf8'), await fsp.readFile('a', { encoding: 'hex' }), await fsp.appendFile('a', '!'), await fsp.readFile('a', 'utf8'));
  console.log(await fsp.access('a'), (await fsp.stat('a')).size, (await fsp.lstat('a')).isFile(), (await fsp.stat('a', { bigint: true })).size);
  console.log(await fsp.mkdir('d'), await fsp.mkdir('x/y/z', { recursive: true }), await fsp.readdir('.'), await fsp.rmdir('d'), await fsp.rm('x', { recursive: true }), await fsp.rm('none', { force: true }));
  console.log(await fsp.copyFile('a', 'b'), await fsp.rename('b', 'c'), await fsp.symlink('c', 'l'), await fsp.readlink('l'), await fsp.link('c', 'h'), await fsp.unlink('l'), (await fsp.realpath('c')).endsWith('/c'), await fsp.truncate('c', 2), await fsp.readFile('c', 'utf8'));
  console.log(await fsp.utimes('c', 1, 2), (await fsp.stat('c')).mtimeMs, await fsp.chmod('c', 0o644), typeof (await fsp.statfs('.')).bsize, await fsp.lutimes('c', 3, 4));
  for (const [n, ...a] of [['readFile', 'none'], ['stat', 'none'], ['access', 'none'], ['readdir', 'none'], ['unlink', 'none'], ['rmdir', 'none'], ['open', 'none'], ['mkdir', 'c'], ['rename', 'none', 'x'], ['copyFile', 'none', 'x'], ['rm', 'none'], ['opendir', 'none'], ['truncate', 'none'], ['utimes', 'none', 1, 1], ['readlink', 'c'], ['symlink', 'a', 'c'], ['link', 'none', 'q'], ['writeFile', 'none/x', ''], ['appendFile', 'none/x', ''], ['chmod', 'none', 0], ['statfs', 'none'], ['lstat', 'none'], ['cp', 'none', 'x'], ['readFile', '.']])
    await fsp[n](...a).then(() => console.log(n, 'worked'), (e) => console.log(n, e.code, e.syscall, e.message.replace(/(x)\w{6}'/, "$1'"), e.path, e.dest));
})();

//== wrong arguments reject
const fsp = require('fs/promises');
(async () => {
  for (const [n, ...a] of [['readFile'], ['readFile', 5], ['readFile', 'a', 'nope'], ['writeFile', 'a'], ['writeFile', 'a', 5], ['writeFile', 'a', {}], ['open'], ['open', 'a', 'q'], ['mkdir', 5], ['access', 'a', 'x'], ['stat'], ['readdir', '.', 5], ['truncate', 'a', 'x'], ['utimes', 'a', 'x', 1], ['rm', 'a', 5], ['copyFile', 'a'], ['rename', 'a'], ['cp', 'a'], ['chmod', 'a', 'zz'], ['chown', 'a', 'x', 1], ['mkdtemp'], ['symlink', 'a'], ['writeFile', 5, 'x'], ['appendFile', 'a', null]])
    await fsp[n](...a).then(() => console.log(n, 'worked'), (e) => console.log(n, e.name, e.code, e.message));
})();

//== file handles
const fsp = require('fs/promises'), fs = require('fs');
(async () => {
  const h = await fsp.open('a', 'w+');
  console.log(h.constructor.name, typeof h.fd, h.fd > 2);
  console.log(await h.write('hello'), await h.write(Buffer.from(' world')), await h.write('J', 0), await h.write(Buffer.from('abc'), 1, 1, 2));
  console.log(await h.read(Buffer.alloc(5), 0, 5, 0), await h.read({ buffer: Buffer.alloc(3), position: 6 }), (await h.read()).bytesRead);
  console.log(await h.read(Buffer.alloc(4), { position: 0, length: 2 }), await h.read(Buffer.alloc(2)), await h.read(Buffer.alloc(0)).catch((e) => e.code));
  console.log(await h.writev([Buffer.from('1'), Buffer.from('2')], 0), await h.readv([Buffer.alloc(2)], 0));
  console.log((await h.stat()).size, await h.truncate(3), (await h.stat()).size, await h.sync(), await h.datasync(), await h.utimes(1, 2), (await h.stat()).mtimeMs, await h.chmod(0o644));
  console.log(await h.writeFile('at the place'), await h.appendFile('more'), fs.readFileSync('a', 'utf8'));
  console.log(await h.close(), h.fd, await h.close());
  for (const n of ['read', 'write', 'stat', 'readFile', 'truncate', 'sync']) await h[n](Buffer.alloc(1)).catch((e) => console.log(n, e.code, e.syscall, e.message));
  const r = await fsp.open('a');
  r.on('close', () => console.log('close event'));
  console.log(await r.readFile('utf8'), JSON.stringify(await r.readFile('utf8')), await r.write('x').catch((e) => e.message));
  await r.close();
})();

//== handles: lines and streams
const fsp = require('fs/promises');
(async () => {
  await fsp.writeFile('a', 'one\ntwo\r\nthree');
  const h = await fsp.open('a');
  for await (const line of h.readLines()) console.log(JSON.stringify(line));
  console.log(h.fd);
  const h2 = await fsp.open('a');
  let s = ''; for await (const c of h2.createReadStream({ encoding: 'utf8', start: 4, end: 6 })) s += c;
  console.log(s, h2.fd);
  const h3 = await fsp.open('b', 'w'); const w = h3.createWriteStream(); w.write('x'); w.end('y'); await require('events').once(w, 'close'); console.log(await fsp.readFile('b', 'utf8'), h3.fd);
  const h4 = await fsp.open('a'); const r4 = h4.createReadStream({ autoClose: false }); r4.resume(); await require('events').once(r4, 'end'); console.log(h4.fd > 0); await h4.close();
  const h5 = await fsp.open('a'); let n = 0; for await (const c of h5.readableWebStream()) n += c.byteLength; console.log(n); await h5.close();
})();

//== readFile and writeFile of handles
const fsp = require('fs/promises');
(async () => {
  const h = await fsp.open('a', 'w+');
  await fsp.writeFile(h, 'one'); await fsp.writeFile(h, 'two'); await fsp.appendFile(h, 'three');
  console.log(await fsp.readFile('a', 'utf8'), JSON.stringify(await fsp.readFile(h, 'utf8')));
  await h.close();
})();

//== writeFile of iterables and streams
const fsp = require('fs/promises'), { Readable } = require('stream');
(async () => {
  await fsp.writeFile('a', (function* () { yield 'x'; yield Buffer.from('y'); yield 'z'; })()); console.log(await fsp.readFile('a', 'utf8'));
  await fsp.writeFile('b', (async function* () { yield 'async'; })()); console.log(await fsp.readFile('b', 'utf8'));
  await fsp.writeFile('c', Readable.from(['s1', 's2'])); console.log(await fsp.readFile('c', 'utf8'));
  await fsp.writeFile('d', ['ab', 'cd']); console.log(await fsp.readFile('d', 'utf8'));
  await fsp.writeFile('e', (function* () { yield 5; })()).catch((e) => console.log(e.code));
})();

//== many at once keep apart
const fsp = require('fs/promises');
(async () => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => fsp.writeFile('f' + i, String(i))));
  console.log((await Promise.all(Array.from({ length: 50 }, (_, i) => fsp.readFile('f' + i, 'utf8')))).join());
  console.log(await Promise.allSettled([fsp.readFile('f1', 'utf8'), fsp.readFile('none')]).then((r) => r.map((x) => x.status)));
})();

//== promises take a turn
const fsp = require('fs/promises');
fsp.readFile(__filename).then(() => console.log('read'));
Promise.resolve().then(() => console.log('micro'));
process.nextTick(() => console.log('tick'));
console.log('sync');

//== mkdtemp, opendir, cp
const fsp = require('fs/promises');
(async () => {
  const d = await fsp.mkdtemp('t-'); console.log(d.length);
  await fsp.mkdir(d + '/a/b', { recursive: true }); await fsp.writeFile(d + '/a/f', '1');
  await fsp.cp(d, 'copy', { recursive: true }); console.log((await fsp.readdir('copy', { recursive: true })).sort());
  const names = []; for await (const e of await fsp.opendir('copy/a')) names.push([e.name, e.isDirectory()]); console.log(names.sort());
  await fsp.cp('copy', 'copy/in', { recursive: true }).catch((e) => console.log(e.name, e.code)); await fsp.cp('copy', 'x').catch((e) => console.log(e.name, e.code, e.message));
})();

//== an unhandled file error ends the process
require('fs/promises').readFile('nope');
process.on('exit', (c) => console.log(c));

//== openAsBlob
const fs = require('fs');
fs.writeFileSync('a', 'blob data');
fs.openAsBlob('a', { type: 'text/plain' }).then(async (b) => console.log(b.size, b.type, await b.text()));
