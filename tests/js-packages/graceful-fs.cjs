const gfs = require('graceful-fs'), fs = require('fs'), os = require('os'), path = require('path');
gfs.gracefulify(fs);
const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'g-')), 'a');
fs.writeFileSync(file, 'hello world\n'.repeat(3));
fs.createReadStream(file, { start: 6, end: 10 }).on('data', (d) => console.log(String(d))).on('close', () => {
  const w = new fs.WriteStream(file);
  w.write('a');
  w.end('b');
  w.on('finish', () => console.log(gfs.readFileSync(file, 'utf8'), w.bytesWritten));
});
