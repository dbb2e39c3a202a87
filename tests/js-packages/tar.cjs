const tar = require('tar'), fs = require('fs'), os = require('os'), path = require('path');
(async () => {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 't-'));
  fs.writeFileSync(path.join(cwd, 'a.txt'), 'text'.repeat(1000));
  await tar.create({ gzip: true, file: path.join(cwd, 'x.tgz'), cwd }, ['a.txt']);
  await tar.list({ file: path.join(cwd, 'x.tgz'), onReadEntry: (e) => console.log(e.path, e.size) });
  fs.mkdirSync(path.join(cwd, 'to'));
  await tar.extract({ file: path.join(cwd, 'x.tgz'), cwd: path.join(cwd, 'to') });
  console.log(fs.readFileSync(path.join(cwd, 'to/a.txt'), 'utf8').length);
})();
