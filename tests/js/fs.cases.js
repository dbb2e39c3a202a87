//== access: what is there and what is not
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.syscall, e.message); } };
fs.writeFileSync('a', 'x');
t(() => fs.accessSync('a'));
t(() => fs.accessSync('a', fs.constants.R_OK | fs.constants.W_OK));
t(() => fs.accessSync('nothing'));
t(() => fs.accessSync('a/b'));
t(() => fs.accessSync('a', 8));
t(() => fs.accessSync('a', '4'));
t(() => fs.accessSync('a', 1.5));
t(() => fs.accessSync());
t(() => fs.accessSync(5));
t(() => fs.accessSync('a\0b'));
t(() => fs.accessSync({}));
fs.access('nothing', (e) => console.log(e.code, e.message, e.errno, e.path, Object.keys(e)));
fs.access('a', (...args) => console.log(args));
t(() => fs.access('a'));
t(() => fs.access('a', 0, 'no'));

//== errors of system calls and their properties
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.syscall, e.path?.replace(process.cwd(), '.'), e.dest, e.message.replace(process.cwd(), '.'), Object.keys(e).sort()); } };
fs.writeFileSync('file', '1');
fs.mkdirSync('dir');
fs.writeFileSync('dir/x', '1');
t(() => fs.openSync('none', 'r'));
t(() => fs.openSync('file/x', 'r'));
t(() => fs.openSync('file', 'wx'));
t(() => fs.openSync('dir', 'w'));
t(() => fs.readFileSync('dir'));
t(() => fs.readFileSync('none'));
t(() => fs.writeFileSync('none/x', ''));
t(() => fs.writeFileSync('dir', ''));
t(() => fs.appendFileSync('dir', ''));
t(() => fs.mkdirSync('dir'));
t(() => fs.mkdirSync('file'));
t(() => fs.mkdirSync('none/x'));
t(() => fs.mkdirSync('file/x'));
t(() => fs.mkdirSync('file', { recursive: true }));
t(() => fs.mkdirSync('file/x', { recursive: true }));
t(() => fs.rmdirSync('dir'));
t(() => fs.rmdirSync('file'));
t(() => fs.rmdirSync('none'));
t(() => fs.unlinkSync('dir'));
t(() => fs.unlinkSync('none'));
t(() => fs.readdirSync('file'));
t(() => fs.readdirSync('none'));
t(() => fs.opendirSync('none'));
t(() => fs.opendirSync('file'));
t(() => fs.renameSync('none', 'other'));
t(() => fs.renameSync('file', 'none/x'));
t(() => fs.renameSync('file', 'dir'));
t(() => fs.renameSync('dir', 'file'));
t(() => fs.copyFileSync('none', 'x'));
t(() => fs.copyFileSync('file', 'none/x'));
t(() => fs.copyFileSync('file', 'dir/x', fs.constants.COPYFILE_EXCL));
t(() => fs.statSync('none'));
t(() => fs.lstatSync('none'));
t(() => fs.readlinkSync('file'));
t(() => fs.readlinkSync('none'));
t(() => fs.realpathSync('none'));
t(() => fs.truncateSync('none'));
t(() => fs.truncateSync('dir'));
t(() => fs.utimesSync('none', 1, 1));
t(() => fs.linkSync('none', 'y'));
t(() => fs.symlinkSync('x', 'file'));
t(() => fs.chmodSync('none', 0o600));
t(() => fs.chownSync('none', 1, 1));
t(() => fs.mkdtempSync('none/x').length);
t(() => fs.closeSync(999));
t(() => fs.fstatSync(999));
t(() => fs.readSync(999, Buffer.alloc(1)));
t(() => fs.writeSync(999, 'x'));
t(() => fs.fsyncSync(999));
t(() => fs.ftruncateSync(999));
t(() => fs.futimesSync(999, 1, 1));
t(() => fs.rmSync('none'));
t(() => fs.rmSync('dir'));

//== wrong arguments
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
t(() => fs.openSync());
t(() => fs.openSync('x', 'q'));
t(() => fs.openSync('x', {}));
t(() => fs.openSync('x', 'w', '9'));
t(() => fs.openSync('x', 'w', {}));
t(() => fs.openSync('x', 'w', 1.5));
t(() => fs.openSync('x', 'w', -1));
t(() => fs.closeSync());
t(() => fs.closeSync('1'));
t(() => fs.closeSync(-1));
t(() => fs.closeSync(1.5));
t(() => fs.closeSync(NaN));
t(() => fs.closeSync(2 ** 31));
t(() => fs.readFileSync('x', 5));
t(() => fs.readFileSync('x', 'nope'));
t(() => fs.readFileSync('x', { encoding: 'nope' }));
t(() => fs.writeFileSync('x', 5));
t(() => fs.writeFileSync('x', null));
t(() => fs.writeFileSync('x', {}));
t(() => fs.writeFileSync('x', undefined));
t(() => fs.writeFileSync('x', true));
t(() => fs.writeFileSync('x', Symbol('a')));
t(() => fs.writeFileSync('x', 'a', { flag: 'zz' }));
t(() => fs.writeFileSync('x', 'a', { mode: 'zz' }));
t(() => fs.mkdirSync('d', { mode: 'abc' }));
t(() => fs.mkdirSync('d', { recursive: 'yes' }));
t(() => fs.mkdirSync('d', 'abc'));
t(() => fs.mkdirSync(5));
t(() => fs.rmSync('x', { recursive: 5 }));
t(() => fs.rmSync('x', 5));
t(() => fs.rmSync('x', { maxRetries: -1 }));
t(() => fs.renameSync('x'));
t(() => fs.renameSync(1, 'x'));
t(() => fs.copyFileSync('x'));
t(() => fs.copyFileSync('x', 'y', 9));
t(() => fs.copyFileSync('x', 'y', 'no'));
t(() => fs.linkSync('x'));
t(() => fs.symlinkSync('x'));
t(() => fs.symlinkSync('x', 'y', 'wrong'));
t(() => fs.truncateSync('x', 'a'));
t(() => fs.ftruncateSync(1, 1.5));
t(() => fs.utimesSync('x', 'never', 1));
t(() => fs.utimesSync('x', {}, 1));
t(() => fs.utimesSync('x'));
t(() => fs.chmodSync('x', 'rw'));
t(() => fs.chmodSync('x'));
t(() => fs.fchmodSync(1, -1));
t(() => fs.chownSync('x', 'a', 1));
t(() => fs.chownSync('x', 1, -2));
t(() => fs.mkdtempSync());
t(() => fs.mkdtempSync(5));
t(() => fs.readdirSync(5));
t(() => fs.readdirSync('.', 'nope'));
t(() => fs.existsSync());
t(() => fs.existsSync(5));
t(() => fs.existsSync({}));
t(() => fs.statSync());
t(() => fs.readlinkSync());
t(() => fs.opendirSync(5));
t(() => fs.opendirSync('.', { bufferSize: 0 }));
t(() => fs.cpSync('x'));
t(() => fs.cpSync('x', 'y', 5));
t(() => fs.cpSync('x', 'y', { recursive: 'a' }));
t(() => fs.cpSync('x', 'y', { filter: 'a' }));

//== callbacks must be there
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
for (const name of ['access', 'appendFile', 'chmod', 'chown', 'close', 'copyFile', 'cp', 'exists', 'fchmod', 'fchown', 'fdatasync', 'fstat',
  'fsync', 'ftruncate', 'futimes', 'lchown', 'link', 'lstat', 'lutimes', 'mkdir', 'mkdtemp', 'open', 'opendir', 'read', 'readdir',
  'readFile', 'readlink', 'readv', 'realpath', 'rename', 'rm', 'rmdir', 'stat', 'statfs', 'symlink', 'truncate', 'unlink', 'utimes',
  'write', 'writeFile', 'writev'])
  t(() => [name, typeof fs[name + 'Sync'], fs[name].name]);
t(() => fs.readFile('a'));
t(() => fs.stat('a'));
t(() => fs.mkdir('a', {}));
t(() => fs.open('a'));
t(() => fs.writeFile('a', 'b'));
t(() => fs.readdir('.', 'utf8'));

//== names of the module
const fs = require('fs');
console.log(Object.keys(fs).filter((k) => !['glob', 'globSync'].includes(k)).sort().join(' '));
console.log(Object.keys(fs.promises).filter((k) => !['FileHandle', 'glob'].includes(k)).sort().join(' '));
console.log(require('fs/promises') === fs.promises, require('node:fs') === fs);
console.log(fs.constants.O_CREAT, fs.constants.O_EXCL, fs.constants.O_TRUNC, fs.constants.O_APPEND, fs.constants.S_IFMT, fs.F_OK, fs.R_OK);

//== constants
console.log(Object.entries(require('fs').constants).filter(([k]) => !k.startsWith('EXT')).map((e) => e.join('=')).sort().join('\n'));

//== read and write whole files
const fs = require('fs');
fs.writeFileSync('a', 'héllo €');
console.log(fs.readFileSync('a'), fs.readFileSync('a', 'utf8'), fs.readFileSync('a', { encoding: 'latin1' }));
console.log(fs.readFileSync('a', 'hex'), fs.readFileSync('a', 'base64'), fs.readFileSync('a', { encoding: null }));
fs.writeFileSync('b', Buffer.from([0, 255, 128]));
console.log(fs.readFileSync('b'), JSON.stringify(fs.readFileSync('b', 'utf8')), fs.readFileSync('b', 'binary').length);
fs.writeFileSync('c', 'aGVsbG8=', 'base64');
console.log(fs.readFileSync('c', 'utf8'));
fs.writeFileSync('c', '6869', { encoding: 'hex' });
console.log(fs.readFileSync('c', 'utf8'));
fs.writeFileSync('d', new Uint16Array([0x4141, 0x4242]));
console.log(fs.readFileSync('d', 'utf8'));
fs.writeFileSync('d', new DataView(new ArrayBuffer(2)));
console.log(fs.readFileSync('d'));
fs.writeFileSync('e', '');
console.log(fs.readFileSync('e'), JSON.stringify(fs.readFileSync('e', 'utf8')));
fs.writeFileSync('e', 'x', { flag: 'a' });
fs.writeFileSync('e', 'y', { flag: 'a' });
console.log(fs.readFileSync('e', 'utf8'));
fs.appendFileSync('e', 'z');
fs.appendFileSync('new', 'z');
fs.appendFileSync('new', Buffer.from('w'));
console.log(fs.readFileSync('e', 'utf8'), fs.readFileSync('new', 'utf8'));
fs.writeFileSync('r', '0123456789');
fs.writeFileSync('r', 'ab', { flag: 'r+' });
console.log(fs.readFileSync('r', 'utf8'));
fs.writeFileSync('bom', '\ufeffx');
console.log(fs.readFileSync('bom', 'utf8').length);
console.log(fs.readFileSync(Buffer.from('a'), 'utf8'), fs.readFileSync(require('url').pathToFileURL('a'), 'utf8'));
fs.writeFileSync('utf16', 'hé', 'utf16le');
console.log(fs.readFileSync('utf16'), fs.readFileSync('utf16', 'utf16le'), fs.readFileSync('utf16', 'ucs2'));
console.log(fs.readFileSync('a', { flag: 'r+' , encoding: 'utf8' }));
fs.readFileSync('made', { flag: 'w+' });
console.log(fs.existsSync('made'));

//== file descriptors: reading with positions
const fs = require('fs');
fs.writeFileSync('a', '0123456789');
const fd = fs.openSync('a');
const b = Buffer.alloc(4, '.');
console.log(typeof fd, fs.readSync(fd, b), b.toString());
console.log(fs.readSync(fd, b, 1, 2), b.toString());
console.log(fs.readSync(fd, b, 0, 4, 0), b.toString());
console.log(fs.readSync(fd, b, 0, 4, null), b.toString());
console.log(fs.readSync(fd, b, 0, 4, 8), b.toString());
console.log(fs.readSync(fd, b, 0, 4, 100), b.toString());
console.log(fs.readSync(fd, b, { position: 2, length: 2 }), b.toString());
console.log(fs.readSync(fd, b, { offset: 3 , position: 0n }), b.toString());
console.log(fs.readSync(fd, b, {}), b.toString());
console.log(fs.readSync(fd, new Uint16Array(2), 0, 2, 0));
console.log(fs.readSync(fd, b, 0, 0), fs.readSync(fd, b, undefined, undefined, 5), b.toString());
console.log(fs.readSync(fd, new DataView(new ArrayBuffer(3)), 0, 3, 0));
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
t(() => fs.readSync(fd, b, 5));
t(() => fs.readSync(fd, b, -1));
t(() => fs.readSync(fd, b, 0, 5));
t(() => fs.readSync(fd, b, 0, -1));
t(() => fs.readSync(fd, b, 'a'));
t(() => fs.readSync(fd, b, 1.5));
t(() => fs.readSync(fd, b, 0, 4, 'x'));
t(() => fs.readSync(fd, b, 0, 4, -2));
t(() => fs.readSync(fd, b, 0, 4, 1.5));
t(() => fs.readSync(fd, Buffer.alloc(0)));
t(() => fs.readSync(fd, 'str'));
t(() => fs.readSync(fd, [1, 2]));
t(() => fs.readSync(fd));
t(() => fs.readSync(fd, b, null));
t(() => fs.readSync('a', b));
fs.closeSync(fd);
t(() => fs.readSync(fd, b));
t(() => fs.closeSync(fd));

//== file descriptors: writing with positions
const fs = require('fs');
const show = () => console.log(JSON.stringify(fs.readFileSync('a', 'utf8')));
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
const fd = fs.openSync('a', 'w+');
console.log(fs.writeSync(fd, 'hello'), fs.writeSync(fd, 'é€'), fs.writeSync(fd, Buffer.from('abc'))); show();
console.log(fs.writeSync(fd, 'XY', 1)); show();
console.log(fs.writeSync(fd, '4142', 0, 'hex')); show();
console.log(fs.writeSync(fd, Buffer.from('abcdef'), 2)); show();
console.log(fs.writeSync(fd, Buffer.from('abcdef'), 2, 2)); show();
console.log(fs.writeSync(fd, Buffer.from('QRSTUV'), 1, 3, 0)); show();
console.log(fs.writeSync(fd, Buffer.from('QRSTUV'), { offset: 4, length: 1, position: 2 })); show();
console.log(fs.writeSync(fd, 'Z', null)); show();
console.log(fs.writeSync(fd, '')); show();
console.log(fs.writeSync(fd, 'end', 30)); show();
console.log(fs.writevSync(fd, [Buffer.from('1'), Buffer.from('22')])); show();
console.log(fs.writevSync(fd, [Buffer.from('9'), Buffer.from('88')], 0)); show();
console.log(fs.writevSync(fd, [])); show();
const x = Buffer.alloc(2), y = Buffer.alloc(3);
console.log(fs.readvSync(fd, [x, y], 0), x, y, fs.readvSync(fd, [x, y]));
t(() => fs.writeSync(fd, 5));
t(() => fs.writeSync(fd, {}));
t(() => fs.writeSync(fd));
t(() => fs.writeSync(fd, null));
t(() => fs.writeSync(fd, Buffer.alloc(3), 4));
t(() => fs.writeSync(fd, Buffer.alloc(3), 0, 4));
t(() => fs.writeSync(fd, Buffer.alloc(3), 1, 4));
t(() => fs.writeSync(fd, Buffer.alloc(3), -1));
t(() => fs.writeSync(fd, 'x', 0, 'nope'));
t(() => fs.writevSync(fd, 'x'));
t(() => fs.writevSync(fd, [1]));
t(() => fs.readvSync(fd, {}));
fs.closeSync(fd);
const r = fs.openSync('a', 'r');
t(() => fs.writeSync(r, 'x'));
const w = fs.openSync('a', 'a');
t(() => fs.readSync(w, Buffer.alloc(1)));

//== flags of open
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.code, e.message); } };
for (const flag of ['r', 'r+', 'rs+', 'rs', 'sr', 'a', 'ax', 'a+', 'ax+', 'as', 'as+', 'w', 'wx', 'w+', 'wx+', 'xw', 'R', '', 'ab']) {
  for (const there of [false, true]) {
    try { fs.unlinkSync('f'); } catch {}
    if (there)
      fs.writeFileSync('f', '12345');
    t(() => {
      const fd = fs.openSync('f', flag);
      let r = flag + ' ';
      try { fs.writeSync(fd, 'AB'); r += 'w'; } catch (e) { r += e.code; }
      try { const b = Buffer.alloc(9); r += fs.readSync(fd, b, 0, 9, 0); } catch (e) { r += e.code; }
      fs.closeSync(fd);
      return [r, fs.readFileSync('f', 'utf8')];
    });
  }
}
const c = fs.constants;
t(() => fs.closeSync(fs.openSync('n1', c.O_WRONLY | c.O_CREAT | c.O_EXCL)));
t(() => fs.closeSync(fs.openSync('n1', c.O_WRONLY | c.O_CREAT | c.O_EXCL)));
t(() => fs.closeSync(fs.openSync('n1', c.O_RDONLY | c.O_DIRECTORY)));
t(() => fs.closeSync(fs.openSync('.', c.O_RDONLY | c.O_DIRECTORY)));
t(() => fs.closeSync(fs.openSync('n1', null)));
t(() => fs.closeSync(fs.openSync('n1', undefined, undefined)));

//== append mode writes at the end whatever the position
const fs = require('fs');
fs.writeFileSync('a', 'start');
const fd = fs.openSync('a', 'a+');
fs.writeSync(fd, '-1');
fs.writeSync(fd, 'X', 0);
const b = Buffer.alloc(20);
console.log(fs.readSync(fd, b, 0, 20, 0), b.toString('utf8', 0, 10));
fs.closeSync(fd);
console.log(fs.readFileSync('a', 'utf8'));

//== truncate
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.code, e.message); } };
const show = () => console.log(JSON.stringify(fs.readFileSync('a', 'utf8')));
fs.writeFileSync('a', '0123456789');
t(() => fs.truncateSync('a', 5)); show();
t(() => fs.truncateSync('a', 7)); show();
t(() => fs.truncateSync('a', -3)); show();
fs.writeFileSync('a', '0123456789');
t(() => fs.truncateSync('a')); show();
fs.writeFileSync('a', '0123456789');
t(() => fs.truncateSync('a', null)); show();
fs.writeFileSync('a', '0123456789');
const fd = fs.openSync('a', 'r+');
t(() => fs.ftruncateSync(fd, 4)); show();
t(() => fs.ftruncateSync(fd)); show();
t(() => fs.ftruncateSync(fd, 2)); show();
t(() => fs.ftruncateSync(fd, 2.5));
t(() => fs.ftruncateSync(fd, 'x'));
t(() => fs.truncateSync('a', NaN));
fs.closeSync(fd);
fs.truncate('a', 1, (e) => { console.log(e); show(); fs.truncate('a', (e2) => { console.log(e2); show(); }); });

//== stat
const fs = require('fs');
fs.writeFileSync('a', 'hello');
fs.mkdirSync('d');
fs.symlinkSync('a', 'l');
fs.symlinkSync('nowhere', 'broken');
const kinds = (s) => ['isFile', 'isDirectory', 'isSymbolicLink', 'isFIFO', 'isSocket', 'isBlockDevice', 'isCharacterDevice'].filter((k) => s[k]());
console.log(kinds(fs.statSync('a')), kinds(fs.statSync('d')), kinds(fs.statSync('l')), kinds(fs.lstatSync('l')), kinds(fs.lstatSync('broken')));
const s = fs.statSync('a');
console.log(s.size, s.nlink, Object.keys(s), s instanceof fs.Stats, s.mtime instanceof Date, typeof s.mtimeMs, typeof s.ino);
console.log(Math.abs(s.mtimeMs - Date.now()) < 60000, s.mtime.getTime() === Math.round(s.mtimeMs) || s.mtime.getTime() === Math.floor(s.mtimeMs));
const n = fs.statSync('a', { bigint: true });
console.log(n.size, typeof n.mtimeNs, typeof n.mtimeMs, Object.keys(n), n.isFile());
console.log(fs.statSync('none', { throwIfNoEntry: false }), fs.lstatSync('none', { throwIfNoEntry: false }));
try { fs.statSync('a/b', { throwIfNoEntry: false }); } catch (e) { console.log(e.message); }
try { fs.statSync('broken'); } catch (e) { console.log(e.message); }
const fd = fs.openSync('a');
console.log(fs.fstatSync(fd).size, fs.fstatSync(fd, { bigint: true }).size, kinds(fs.fstatSync(fd)));
console.log(Object.prototype.toString.call(s), s.constructor.name, n.constructor.name);
fs.stat('a', (e, st) => console.log(e, st.size));
fs.stat('a', { bigint: true }, (e, st) => console.log(e, st.size));
fs.lstat('l', (e, st) => console.log(e, st.isSymbolicLink()));
fs.fstat(fd, (e, st) => console.log(e, st.size));
fs.stat('none', (e, st) => console.log(e.code, st));

//== exists
const fs = require('fs');
fs.writeFileSync('a', '');
fs.symlinkSync('nowhere', 'broken');
console.log(fs.existsSync('a'), fs.existsSync('b'), fs.existsSync('broken'), fs.existsSync('a/b'), fs.existsSync('.'), fs.existsSync(''), fs.existsSync('a\0'));
fs.exists('a', (...x) => console.log(x));
fs.exists('b', (...x) => console.log(x));
require('util').promisify(fs.exists)('a').then((x) => console.log('promise', x));
try { fs.exists('a'); } catch (e) { console.log(e.code, e.message); }

//== mkdir
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.code, e.message); } };
const rel = (p) => p && require('path').relative(process.cwd(), p);
t(() => fs.mkdirSync('a'));
t(() => rel(fs.mkdirSync('b/c/d', { recursive: true })));
t(() => rel(fs.mkdirSync('b/c/e/f', { recursive: true })));
t(() => fs.mkdirSync('b/c/e/f', { recursive: true }));
t(() => fs.mkdirSync('.', { recursive: true }));
t(() => fs.mkdirSync(''));
t(() => fs.mkdirSync('x/y'));
t(() => fs.mkdirSync('m', 0o700));
t(() => fs.mkdirSync('n', { mode: '755' }));
t(() => rel(fs.mkdirSync('p/q/', { recursive: true })));
t(() => rel(fs.mkdirSync('p/../r/s', { recursive: true })));
console.log(fs.readdirSync('.'), fs.readdirSync('b/c'));
fs.mkdir('k/l', { recursive: true }, (e, made) => { console.log(e, made, rel(made)); fs.mkdir('k2', (...x) => console.log(x)); });

//== rmdir, rm, unlink
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
fs.mkdirSync('a/b/c', { recursive: true });
fs.writeFileSync('a/b/x', '');
fs.symlinkSync('x', 'a/b/l');
fs.symlinkSync('/nowhere', 'a/b/m');
t(() => fs.rmdirSync('a/b'));
t(() => fs.rmSync('a'));
t(() => fs.rmSync('a', { force: true }));
t(() => fs.rmSync('a', { recursive: true }));
t(() => fs.existsSync('a'));
t(() => fs.rmSync('a', { recursive: true }));
t(() => fs.rmSync('a', { recursive: true, force: true }));
t(() => fs.rmSync('a', { force: true }));
fs.writeFileSync('f', '');
fs.symlinkSync('f', 'lf');
t(() => fs.rmSync('lf'));
t(() => fs.existsSync('f'));
fs.mkdirSync('dir'); fs.writeFileSync('dir/keep', ''); fs.symlinkSync('dir', 'ld');
t(() => fs.unlinkSync('ld'));
fs.symlinkSync('dir', 'ld');
t(() => fs.rmSync('ld', { recursive: true }));
t(() => fs.readdirSync('dir'));
t(() => fs.rmSync('f/x', { force: true }));
t(() => fs.rmdirSync('f'));
t(() => fs.unlinkSync('f'));
fs.rm('none', (e) => { console.log(e.code, e.message, e.syscall); fs.rm('none', { force: true }, (e2) => { console.log(e2); fs.rm('dir', (e3) => console.log(e3.name, e3.code, e3.message)); }); });

//== readdir
const fs = require('fs');
for (const n of ['b', 'a', 'C', 'é', '10', '9', '.hidden']) fs.writeFileSync(n, '');
fs.mkdirSync('d/e/f', { recursive: true });
fs.writeFileSync('d/1', ''); fs.writeFileSync('d/e/2', ''); fs.writeFileSync('d/e/f/3', '');
console.log(fs.readdirSync('.').sort(), fs.readdirSync('d').sort());
console.log(fs.readdirSync('d', 'buffer').sort(Buffer.compare), fs.readdirSync('d', { encoding: 'hex' }).sort());
const k = (e) => [e.name, e.path, e.parentPath, e.isFile(), e.isDirectory(), e.isSymbolicLink(), e.constructor.name];
console.log(fs.readdirSync('.', { withFileTypes: true }).map(k).sort());
console.log(fs.readdirSync('d', { withFileTypes: true })[0] instanceof fs.Dirent);
console.log(fs.readdirSync('.', { recursive: true }).sort());
console.log(fs.readdirSync('d', { recursive: true, withFileTypes: true }).map(k).sort());
console.log(fs.readdirSync('d/', { withFileTypes: true }).map(k).sort());
fs.readdir('d', (e, r) => {
  console.log(e, r.sort());
  fs.readdir('d', { withFileTypes: true }, (e, r) => {
    console.log(e, r.map(k).sort());
    fs.readdir('none', (e, r) => console.log(e.message, r));
  });
});
console.log(Object.keys(fs.readdirSync('d', { withFileTypes: true })[0]));

//== opendir
const fs = require('fs');
for (const n of ['a', 'b', 'c']) fs.writeFileSync(n, '');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
const d = fs.opendirSync('.');
console.log(d.path, d.constructor.name, d instanceof fs.Dir);
const names = [];
for (let e; (e = d.readSync());) names.push(e.name);
console.log(names.sort(), d.readSync());
t(() => d.closeSync());
t(() => d.closeSync());
t(() => d.readSync());
(async () => {
  const all = [];
  for await (const e of fs.opendirSync('.')) all.push(e.name + e.isFile());
  console.log(all.sort());
  const d2 = await fs.promises.opendir('.');
  console.log((await d2.read()).constructor.name);
  await d2.close();
  await d2.close().catch((e) => console.log(e.code, e.message));
  try { d2.read(); } catch (e) { console.log(e.code, e.message); }
  await new Promise((done) => fs.opendir('.', (e, d3) => { d3.read((e2, x) => { console.log(e, e2, typeof x.name); d3.close((e3) => { console.log(e3); done(); }); }); }));
  for await (const e of fs.opendirSync('.', { bufferSize: 1 })) { all.push(e); break; }
  fs.mkdirSync('s/t', { recursive: true }); fs.writeFileSync('s/t/u', '');
  const deep = [];
  for await (const e of await fs.promises.opendir('s', { recursive: true })) deep.push(e.name);
  console.log(deep.sort());
  await fs.promises.opendir('none').catch((e) => console.log(e.message));
})();

//== links
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.code, e.message); } };
fs.writeFileSync('a', 'A');
fs.mkdirSync('d');
t(() => fs.symlinkSync('a', 's'));
t(() => fs.readlinkSync('s'));
t(() => fs.readlinkSync('s', 'buffer'));
t(() => fs.readFileSync('s', 'utf8'));
t(() => fs.linkSync('a', 'h'));
t(() => [fs.statSync('a').nlink, fs.statSync('h').ino === fs.statSync('a').ino]);
t(() => fs.writeFileSync('h', 'B'));
t(() => fs.readFileSync('a', 'utf8'));
t(() => fs.symlinkSync('../a', 'd/up'));
t(() => fs.readFileSync('d/up', 'utf8'));
t(() => fs.symlinkSync('loop2', 'loop1'));
t(() => fs.symlinkSync('loop1', 'loop2'));
t(() => fs.statSync('loop1'));
t(() => fs.readFileSync('loop1'));
t(() => fs.existsSync('loop1'));
t(() => fs.realpathSync('d/up') === require('path').resolve('a'));
t(() => fs.realpathSync('s') === require('path').resolve('a'));
t(() => fs.realpathSync('.') === process.cwd());
t(() => fs.realpathSync('d/../d') === require('path').resolve('d'));
t(() => fs.realpathSync.native('s') === require('path').resolve('a'));
t(() => fs.linkSync('a', 'h'));
t(() => fs.linkSync('d', 'h2').length);
t(() => fs.symlinkSync('d', 'ds', 'dir'));
t(() => fs.readdirSync('ds'));
fs.symlink('a', 's2', (e) => { console.log(e); fs.readlink('s2', (...x) => console.log(x)); });
fs.link('a', 'h3', (e) => console.log(e));
setTimeout(() => fs.realpath('none', (e, r) => console.log(e.message.replace(process.cwd(), ''), r)), 50);

//== rename
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.code, e.message); } };
fs.writeFileSync('a', 'A'); fs.writeFileSync('b', 'B'); fs.mkdirSync('d'); fs.mkdirSync('full'); fs.writeFileSync('full/x', '');
t(() => fs.renameSync('a', 'c'));
t(() => fs.renameSync('c', 'b'));
t(() => fs.readFileSync('b', 'utf8'));
t(() => fs.renameSync('b', 'd'));
t(() => fs.renameSync('d', 'e'));
t(() => fs.renameSync('e', 'full'));
t(() => fs.renameSync('full', 'e'));
t(() => fs.renameSync('e', 'e/in'));
t(() => fs.renameSync('b', 'b'));
t(() => fs.readdirSync('.').filter((x) => x !== 'case.js'));
fs.rename('b', 'z', (e) => console.log(e));
fs.rename('none', 'z', (e) => console.log(e.message));

//== copyFile
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.code, e.syscall, e.path, e.dest, e.message); } };
fs.writeFileSync('a', 'A'); fs.mkdirSync('d'); fs.symlinkSync('a', 'l');
t(() => fs.copyFileSync('a', 'b'));
t(() => fs.readFileSync('b', 'utf8'));
t(() => fs.copyFileSync('a', 'b', fs.constants.COPYFILE_EXCL));
t(() => fs.copyFileSync('a', 'c', fs.constants.COPYFILE_FICLONE));
t(() => fs.copyFileSync('a', 'd'));
t(() => fs.copyFileSync('l', 'm'));
t(() => fs.lstatSync('m').isSymbolicLink());
t(() => fs.copyFileSync('a', 'a'));
t(() => fs.readFileSync('a', 'utf8'));
t(() => fs.copyFileSync('a', 'x', 99));
fs.copyFile('a', 'e', (e) => console.log(e, fs.readFileSync('e', 'utf8')));
fs.copyFile('a', 'e', 1, (e) => console.log(e.code));
fs.copyFile('none', 'e', (e) => console.log(e.message));

//== copyFile of a directory
const fs = require('fs');
fs.mkdirSync('d');
try { fs.copyFileSync('d', 'n'); } catch (e) { console.log(e.code, e.syscall, e.message); }

//== cp
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message.replaceAll(process.cwd(), '.')); } };
fs.mkdirSync('a/b/c', { recursive: true });
fs.writeFileSync('a/1', '1'); fs.writeFileSync('a/b/2', '2'); fs.writeFileSync('a/b/c/3', '3');
t(() => fs.cpSync('a', 'z'));
t(() => fs.cpSync('a', 'z', { recursive: true }));
t(() => fs.readdirSync('z', { recursive: true }).sort());
t(() => fs.cpSync('a/1', 'one'));
t(() => fs.readFileSync('one', 'utf8'));
t(() => fs.cpSync('a/1', 'deep/er/one'));
t(() => fs.readFileSync('deep/er/one', 'utf8'));
fs.writeFileSync('z/1', 'changed');
t(() => fs.cpSync('a', 'z', { recursive: true, force: false }));
t(() => fs.readFileSync('z/1', 'utf8'));
t(() => fs.cpSync('a/1', 'z/1', { force: false, errorOnExist: true }));
t(() => fs.cpSync('a', 'z', { recursive: true, errorOnExist: true }));
t(() => fs.readFileSync('z/1', 'utf8'));
t(() => fs.cpSync('a', 'f', { recursive: true, filter: (s, d) => !s.endsWith('c') }));
t(() => fs.readdirSync('f', { recursive: true }).sort());
t(() => fs.cpSync('none', 'q'));
t(() => fs.cpSync('a', 'one', { recursive: true }));
t(() => fs.cpSync('one', 'a'));
t(() => fs.cpSync('a', 'a', { recursive: true }));
t(() => fs.cpSync('a', 'a/b/new', { recursive: true }));
fs.symlinkSync('1', 'a/link');
t(() => fs.cpSync('a', 'y', { recursive: true }));
t(() => fs.readFileSync('y/link', 'utf8'));
t(() => fs.cpSync('a', 'x', { recursive: true, verbatimSymlinks: true }));
t(() => fs.readlinkSync('x/link'));
t(() => fs.cpSync('a', 'w', { recursive: true, dereference: true }));
t(() => fs.lstatSync('w/link').isFile());
fs.utimesSync('a/1', 1000, 2000);
t(() => fs.cpSync('a/1', 'times', { preserveTimestamps: true }));
t(() => fs.statSync('times').mtimeMs);
setTimeout(() => fs.cp('a', 'cb', { recursive: true }, (e) => { console.log(e, fs.readdirSync('cb').sort()); }), 200);
setTimeout(() => fs.cp('a', 'cb2', (e) => { console.log(e.name, e.code, e.message); }), 50);
fs.promises.cp('a', 'pr', { recursive: true, filter: async (s) => !s.includes('b') }).then(() => setTimeout(() => console.log(fs.readdirSync('pr').sort()), 500));
t(() => fs.cpSync('a', 'z', { recursive: true, mode: 99 }));

//== utimes
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
fs.writeFileSync('a', '');
fs.symlinkSync('a', 'l');
const show = (p = 'a') => { const s = fs.statSync(p); console.log(s.atimeMs, s.mtimeMs, s.mtime.toISOString()); };
fs.utimesSync('a', 1, 2); show();
fs.utimesSync('a', '10', '20.5'); show();
fs.utimesSync('a', new Date(1234567), new Date('2020-01-02T03:04:05.678Z')); show();
fs.utimesSync('a', 1.25, 1e9 + 0.125); show();
fs.utimesSync('a', 0, 0); show();
fs.lutimesSync('l', 5, 6); show();
console.log(fs.lstatSync('l').mtimeMs);
const fd = fs.openSync('a', 'r+');
fs.futimesSync(fd, 7, 8); show();
fs.closeSync(fd);
const n = fs.statSync('a', { bigint: true }); console.log(n.mtimeNs, n.mtimeMs, n.atimeNs);
t(() => fs.utimesSync('a', NaN, 1));
t(() => fs.utimesSync('a', Infinity, 1));
t(() => fs.utimesSync('a', true, 1));
t(() => fs.utimesSync('a', null, 1));
t(() => fs.utimesSync('a', 'x', 1));
fs.utimes('a', 3, 4, (e) => { console.log(e); show(); });

//== mkdtemp
const fs = require('fs');
const d = fs.mkdtempSync('pre-');
console.log(/^pre-[A-Za-z0-9]{6}$/.test(d), fs.statSync(d).isDirectory());
console.log(fs.mkdtempSync('x', 'buffer') instanceof Buffer);
fs.mkdtemp('cb-', (e, name) => console.log(e, /^cb-.{6}$/.test(name)));
fs.promises.mkdtemp('pr-').then((name) => console.log(/^pr-.{6}$/.test(name)));
try { fs.mkdtempSync('no/dir-'); } catch (e) { console.log(e.code, e.message); }

//== callback forms of read and write
const fs = require('fs');
fs.writeFileSync('a', '0123456789');
const fd = fs.openSync('a', 'r+');
const b = Buffer.alloc(4);
fs.read(fd, b, 0, 4, 2, (e, n, buf) => {
  console.log(e, n, buf === b, buf.toString());
  fs.read(fd, (e2, n2, buf2) => {
    console.log(e2, n2, buf2.length, buf2.toString('utf8', 0, n2));
    fs.read(fd, { buffer: b, position: 1, length: 2, offset: 1 }, (e3, n3, buf3) => {
      console.log(e3, n3, buf3.toString());
      fs.read(fd, b, { position: 0 }, (e4, n4) => {
        console.log(e4, n4, b.toString());
        fs.read(fd, b, (e5, n5) => {
          console.log(e5, n5);
          fs.write(fd, 'AB', (e6, n6, s) => {
            console.log(e6, n6, s);
            fs.write(fd, 'CD', 0, (e7, n7, s7) => {
              console.log(e7, n7, s7, fs.readFileSync('a', 'utf8'));
              fs.write(fd, Buffer.from('xyz'), 1, 2, 4, (e8, n8, s8) => {
                console.log(e8, n8, s8, fs.readFileSync('a', 'utf8'));
                fs.writev(fd, [Buffer.from('1'), Buffer.from('2')], 0, (e9, n9, s9) => {
                  console.log(e9, n9, s9, fs.readFileSync('a', 'utf8'));
                  fs.readv(fd, [b], 0, (e10, n10, s10) => { console.log(e10, n10, s10);
                    fs.close(fd, (e11) => { console.log(e11); fs.close(fd, (e12) => console.log(e12.message)); });
                  });
                });
              });
            });
          });
        });
      });
    });
  });
});

//== callback forms of whole files
const fs = require('fs');
fs.writeFile('a', 'hello', (e) => {
  console.log(e);
  fs.readFile('a', (e2, d) => {
    console.log(e2, d);
    fs.readFile('a', 'utf8', (e3, s) => {
      console.log(e3, s);
      fs.appendFile('a', '!', (e4) => {
        console.log(e4, fs.readFileSync('a', 'utf8'));
        fs.readFile('none', (...x) => console.log(x.length, x[0].message));
        setTimeout(() => fs.readFile('.', (e5) => console.log(e5.message)), 30);
        setTimeout(() => fs.writeFile('none/x', '', (e6) => console.log(e6.message)), 60);
        setTimeout(() => fs.unlink('a', (...x) => console.log(x)), 90);
      });
    });
  });
});
console.log('first');

//== the order of callbacks and ticks
const fs = require('fs');
fs.writeFileSync('a', '');
fs.stat('a', () => {
  console.log('stat');
  setTimeout(() => console.log('timeout'), 0);
  setImmediate(() => console.log('immediate'));
  process.nextTick(() => console.log('tick'));
  Promise.resolve().then(() => console.log('micro'));
});
process.nextTick(() => console.log('tick 0'));

//== promisify of fs functions
const fs = require('fs'), { promisify } = require('util');
(async () => {
  await promisify(fs.writeFile)('a', 'abc');
  console.log(await promisify(fs.readFile)('a', 'utf8'));
  console.log((await promisify(fs.stat)('a')).size);
  const fd = await promisify(fs.open)('a', 'r+');
  const r = await promisify(fs.read)(fd, Buffer.alloc(2), 0, 2, 0);
  console.log(r);
  console.log(await promisify(fs.write)(fd, 'Z', 0));
  console.log(await promisify(fs.readv)(fd, [Buffer.alloc(1)], 0), await promisify(fs.writev)(fd, [Buffer.from('q')], 0));
  await promisify(fs.close)(fd);
  await promisify(fs.readFile)('none').catch((e) => console.log(e.message));
})();

//== statfs
const fs = require('fs');
const s = fs.statfsSync('.');
console.log(Object.keys(s), typeof s.bsize, s.constructor.name, typeof fs.statfsSync('.', { bigint: true }).blocks);
try { fs.statfsSync('none'); } catch (e) { console.log(e.message); }

//== chmod, chown and access say who may
const fs = require('fs');
fs.writeFileSync('a', '');
console.log(fs.chmodSync('a', 0o644), fs.chmodSync('a', '644'), (fs.statSync('a').mode & 0o777).toString(8));
fs.chmod('a', 0o644, (e) => console.log(e));
fs.chmod('none', 0o644, (e) => console.log(e.message));
const fd = fs.openSync('a');
console.log(fs.fchmodSync(fd, 0o644));
try { fs.chmod('a', 'xyz', () => {}); } catch (e) { console.log(e.code, e.message); }

//== files of odd names
const fs = require('fs');
const names = ['with space', 'ünï', '日本', '😀', "quote'", 'back\\slash', '-dash', 'new\nline', 'a'.repeat(200)];
for (const n of names) fs.writeFileSync(n, n);
console.log(fs.readdirSync('.').filter((n) => n !== 'case.js').sort());
console.log(names.every((n) => fs.readFileSync(n, 'utf8') === n));
try { fs.writeFileSync('a'.repeat(300), ''); } catch (e) { console.log(e.code); }
try { fs.readFileSync('', 'utf8'); } catch (e) { console.log(e.message); }
try { fs.readFileSync("quote'/x", 'utf8'); } catch (e) { console.log(e.message); }

//== URLs as paths
const fs = require('fs');
const { pathToFileURL } = require('url');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
const u = pathToFileURL('a b.txt');
t(() => fs.writeFileSync(u, 'x'));
t(() => fs.readFileSync(u, 'utf8'));
t(() => fs.existsSync(u));
t(() => fs.readFileSync(new URL('http://x/y')));
t(() => fs.readFileSync(new URL('file:///a%2fb')));
t(() => fs.readFileSync(new URL('file://host/x')));
t(() => fs.readFileSync('file:///x'));
t(() => fs.readFileSync(new URL('file:///a%00b')));
t(() => fs.readFileSync({ href: 'x', protocol: 'file:' }));

//== writing through a closed or wrong descriptor
const fs = require('fs');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
const fd = fs.openSync('a', 'w');
fs.writeFileSync(fd, 'one'); fs.writeFileSync(fd, 'two'); fs.appendFileSync(fd, 'three');
t(() => fs.readFileSync('a', 'utf8'));
fs.closeSync(fd);
t(() => fs.writeFileSync(fd, 'x'));
t(() => fs.readFileSync(fd));
t(() => fs.readFileSync(-1));
t(() => fs.readFileSync(1.5));
const r = fs.openSync('a');
t(() => fs.readFileSync(r, 'utf8'));
t(() => fs.readFileSync(r, 'utf8'));
t(() => fs.readSync(r, Buffer.alloc(3), 0, 3, 0));
t(() => fs.readFileSync(r, 'utf8'));
t(() => fs.fsyncSync(r)); t(() => fs.fdatasyncSync(r));

//== AbortSignal of readFile and writeFile
const fs = require('fs');
fs.writeFileSync('a', 'x');
const ac = new AbortController();
ac.abort();
try { fs.readFile('a', { signal: 'no' }, () => {}); } catch (e) { console.log(e.code, e.message); }
fs.readFile('a', { signal: ac.signal }, (e, d) => console.log(e.name, e.code, e.message, d));
fs.writeFile('b', 'x', { signal: ac.signal }, (e) => console.log(e.name, e.code, fs.existsSync('b')));
fs.promises.readFile('a', { signal: ac.signal }).catch((e) => console.log(e.name, e.code, e.cause?.name));
fs.promises.writeFile('a', 'x', { signal: ac.signal }).catch((e) => console.log(e.name, e.code));

//== Stats and Dirent as printed
const fs = require('fs');
fs.writeFileSync('a', '');
const d = fs.readdirSync('.', { withFileTypes: true }).find((x) => x.name === 'a');
console.log(d);
console.log(Object.keys(fs.statSync('a')).length, JSON.stringify(Object.keys(fs.lstatSync('a'))));

//== large file, many parts
const fs = require('fs');
const fd = fs.openSync('big', 'w');
const part = Buffer.alloc(65536, 'abcdefgh');
for (let i = 0; i < 32; i++) fs.writeSync(fd, part);
fs.closeSync(fd);
console.log(fs.statSync('big').size, require('crypto').createHash('md5').update(fs.readFileSync('big')).digest('hex'));
fs.readFile('big', (e, d) => console.log(d.length));
fs.writeFileSync('big2', 'é'.repeat(500000));
console.log(fs.statSync('big2').size, fs.readFileSync('big2', 'utf8').length);

//== watch is refused in words or works
const fs = require('fs');
console.log(typeof fs.watch, typeof fs.watchFile, typeof fs.unwatchFile);
