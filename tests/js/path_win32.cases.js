//== the parts of many paths
const { win32 } = require('path');
const list = ['', '.', '..', '\\', '/', '\\\\', 'a', 'a\\', '\\a', '\\a\\', 'C:', 'C:.', 'C:\\', 'c:/', 'C:\\a', 'C:a', 'C:a\\..', 'C:\\a\\..\\..', 'C:/a/b/../c', '\\\\server\\share', '\\\\server\\share\\',
  '\\\\server\\share\\a\\..\\b', '//server/share/x', '//server', '\\\\server\\', 'a/b\\c', 'a\\..\\..\\b', '..\\..\\a', '.\\a', 'a.b.c', 'a\\.b', 'C:\\a.txt', 'C:.txt', 'C:a.txt', 'a\\b.', '..a', 'a..',
  'x:\\y\\', '\\\\?\\C:\\a', '\\\\.\\pipe\\x', 'file.ext\\', 'C:\\\\a\\\\b', ' ', 'C:\\ a', 'C:/..', 'C:..', 'C:..\\a', 'aa:\\b', '1:\\a'];
for (const p of list)
  console.log(JSON.stringify(p), JSON.stringify([win32.normalize(p), win32.dirname(p), win32.basename(p), win32.extname(p), win32.isAbsolute(p)]), JSON.stringify(win32.parse(p)));

//== join, resolve and relative
const { win32 } = require('path');
const t = (...a) => console.log(JSON.stringify(a), JSON.stringify(win32.join(...a)), JSON.stringify(win32.resolve('C:\\base', ...a)));
t(); t(''); t('a', 'b'); t('a', '..', 'b'); t('a\\', '\\b'); t('\\', 'a'); t('\\\\', 'server', 'share'); t('\\\\server', 'share', 'x'); t('C:', 'a'); t('C:\\', 'a'); t('C:\\a', '..\\..\\b'); t('a', 'C:\\b');
t('//', '/a'); t('D:\\x', 'y'); t('c:x'); t('', '..'); t('\\x'); t('\\\\s\\h\\x', '..', '..');
for (const [a, b] of [['C:\\a\\b', 'C:\\a\\c'], ['C:\\a', 'D:\\a'], ['C:\\a', 'c:\\A\\B'], ['C:\\', 'C:\\x'], ['C:\\x', 'C:\\'], ['\\\\s\\h\\a', '\\\\s\\h\\b'], ['\\\\s\\h\\a', '\\\\t\\h\\b'], ['C:\\a\\b', 'C:\\a\\bc'], ['C:\\aa', 'C:\\a']])
  console.log(a, b, JSON.stringify(win32.relative(a, b)));
for (const p of ['C:\\a', '\\\\s\\h\\x', '', 'C:\\a\\..\\b', '\\\\?\\C:\\x']) console.log(p, win32.toNamespacedPath(p));

//== format, separators, wrong arguments
const { win32, posix } = require('path');
for (const o of [{ dir: 'C:\\a', base: 'b' }, { root: 'C:\\', dir: 'C:\\', base: 'b' }, { root: '\\', name: 'n', ext: '.e' }, { name: 'n', ext: 'e' }]) console.log(win32.format(o));
console.log(win32.sep, win32.delimiter, win32.win32 === win32, win32.posix === posix, posix.win32 === win32, require('path/win32') === win32);
for (const f of ['normalize', 'dirname', 'basename', 'extname', 'isAbsolute', 'parse', 'format', 'join', 'resolve']) { try { win32[f](1); } catch (e) { console.log(f, e.code, e.message); } }
