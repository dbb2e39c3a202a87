//== spawn: output, exit, close
const { spawn } = require('child_process');
const c = spawn('sh', ['-c', 'echo out; echo err >&2; exit 3']);
console.log(typeof c.pid, c.connected, c.killed, c.exitCode, c.signalCode, c.spawnfile, c.spawnargs);
c.on('spawn', () => console.log('spawn'));
c.stdout.on('data', (d) => { c.out = String(d); });
c.stderr.on('data', (d) => { c.err = String(d); });
c.on('exit', (code, signal) => console.log('exit', code, signal));
c.on('close', (code, signal) => console.log('close', code, signal, c.exitCode, c.out, c.err));

//== spawn: no such program
const { spawn } = require('child_process');
const c = spawn('no-such-program', ['a', 'b']);
console.log(c.pid);
c.on('error', (e) => console.log(e.name, e.code, e.errno, e.syscall, e.path, e.spawnargs, e.message));
c.on('exit', () => console.log('never exit'));
c.on('close', (code, s) => console.log('close', code, s));

//== spawn: an error nobody hears
require('child_process').spawn('no-such-program');
process.on('exit', (c) => console.log('exit', c));

//== spawn: standard input
const { spawn } = require('child_process');
const c = spawn('cat');
c.stdout.setEncoding('utf8');
let all = '';
c.stdout.on('data', (s) => { all += s; });
c.on('close', (code) => console.log(code, all));
c.stdin.write('one '); c.stdin.write(Buffer.from('two ')); c.stdin.end('three');

//== spawn: much data both ways
const { spawn } = require('child_process');
const c = spawn('cat');
let n = 0;
c.stdout.on('data', (d) => { n += d.length; });
c.on('close', () => console.log(n));
c.stdin.end('x'.repeat(2000000));

//== spawn: piping children
const { spawn } = require('child_process');
const a = spawn('sh', ['-c', 'printf "b\\nc\\na\\n"']), b = spawn('sort');
a.stdout.pipe(b.stdin);
b.stdout.on('data', (d) => console.log(String(d)));
b.on('close', (c) => console.log(c));

//== spawn: stdio forms
const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const c = spawn('sh', ['-c', 'echo hi; echo e >&2'], { stdio: ['ignore', 'pipe', 'ignore'] });
console.log(c.stdin, c.stderr, c.stdio.length, c.stdio[1] === c.stdout);
c.stdout.on('data', (d) => console.log(String(d)));
c.on('close', () => {
  const fd = fs.openSync('log', 'w');
  const d = spawn('sh', ['-c', 'echo to file'], { stdio: ['ignore', fd, fd] });
  console.log(d.stdout);
  d.on('close', () => { console.log(fs.readFileSync('log', 'utf8')); console.log(spawnSync('sh', ['-c', 'echo inherit'], { stdio: 'inherit' }).stdout); });
});

//== spawn: environment and directory
const { spawnSync } = require('child_process');
const fs = require('fs');
fs.mkdirSync('sub');
console.log(spawnSync('sh', ['-c', 'echo $A-$B'], { env: { ...process.env, A: '1', B: 'x y' }, encoding: 'utf8' }).stdout);
console.log(require('path').basename(spawnSync('pwd', { cwd: 'sub', encoding: 'utf8' }).stdout.trim()));
const r = spawnSync('pwd', { cwd: 'nope' });
console.log(r.error.code, r.error.syscall, r.error.message, r.status);
process.env.FROM_PARENT = 'yes';
console.log(spawnSync('sh', ['-c', 'echo $FROM_PARENT'], { encoding: 'utf8' }).stdout);
console.log(spawnSync('sh', ['-c', 'echo $U'], { env: { ...process.env, U: undefined }, encoding: 'utf8' }).stdout);

//== spawn: shell
const { spawn, spawnSync, execSync } = require('child_process');
console.log(spawnSync('echo a | cat; echo $((1+2))', { shell: true, encoding: 'utf8' }).stdout);
console.log(spawnSync('echo', ['$HOME_X', 'b'], { shell: true, encoding: 'utf8', env: { ...process.env, HOME_X: 'q' } }).stdout);
const c = spawn('echo x && exit 4', { shell: true });
console.log(c.spawnargs);
c.on('close', (code) => console.log(code));

//== kill
const { spawn } = require('child_process');
const c = spawn('sleep', ['100']);
console.log(c.kill(), c.killed);
c.on('exit', (code, signal) => { console.log(code, signal, c.signalCode, c.exitCode, c.kill()); });
const d = spawn('sleep', ['100']);
d.on('exit', (code, signal) => console.log('d', code, signal));
setTimeout(() => console.log(d.kill('SIGKILL')), 300);
try { d.kill('SIGFOO'); } catch (e) { console.log(e.name, e.code, e.message); }

//== timeout and signal
const { spawn, spawnSync, execFile } = require('child_process');
spawn('sleep', ['100'], { timeout: 300 }).on('exit', (c, s) => console.log('t', c, s));
const r = spawnSync('sleep', ['100'], { timeout: 50 });
console.log(r.status, r.signal, r.error.code, r.error.syscall, r.error.message);
const ac = new AbortController();
const c = spawn('sleep', ['100'], { signal: ac.signal });
c.on('error', (e) => console.log(e.name, e.code, e.message));
c.on('exit', (code, s) => console.log('aborted', code, s));
ac.abort();
setTimeout(() => spawn('sleep', ['100'], { signal: AbortSignal.abort() }).on('error', (e) => console.log('early', e.name)).on('exit', (code, s) => console.log('early', code, s)), 700);
execFile('sleep', ['100'], { timeout: 600 }, (e, out, err) => console.log('x', e.killed, e.signal, e.code, e.cmd, out, err));

//== exec
const { exec } = require('child_process');
setTimeout(() => exec('echo out; echo err >&2', (e, out, err) => console.log(e, JSON.stringify(out), JSON.stringify(err))), 0);
setTimeout(() => exec('exit 5', (e, out, err) => console.log(e.name, e.code, e.killed, e.signal, e.cmd, e.message, JSON.stringify(out))), 150);
setTimeout(() => exec('echo bad >&2; exit 2', (e) => console.log(JSON.stringify(e.message))), 300);
setTimeout(() => exec('echo buf', { encoding: 'buffer' }, (e, out) => console.log(out)), 450);
setTimeout(() => exec('no-such-thing-here', (e) => console.log(e.code)), 600);
setTimeout(() => exec('cat', (e, out) => console.log('cat', out)).stdin.end('fed'), 750);

//== execFile
const { execFile } = require('child_process');
setTimeout(() => execFile('sh', ['-c', 'echo $0 $1', 'a', 'b'], (e, out) => console.log(e, out)), 0);
setTimeout(() => execFile('no-such', (e) => console.log(e.code, e.syscall, e.path, e.spawnargs, e.cmd, e.message)), 150);
setTimeout(() => execFile('sh', ['-c', 'exit 3'], (e) => console.log(e.code, e.cmd, e.message)), 300);
setTimeout(() => execFile('true', (e, out, err) => console.log(e, [out, err])), 450);
setTimeout(() => execFile('sh', ['-c', 'basename a/b | cat; dirname a/b'], (e, out) => console.log(e, [out])), 550); // its stdin stays open
setTimeout(() => execFile('echo', ['x'], { encoding: undefined }, (e, out) => console.log(out)).stdout.on('data', (d) => console.log(typeof d)), 700);
setTimeout(() => execFile('echo', ['x'], (e, out) => console.log([out])).stdout.on('data', (d) => console.log(typeof d)), 850);

//== promisified
const { promisify } = require('util');
const cp = require('child_process');
(async () => {
  console.log(await promisify(cp.exec)('echo hi'));
  console.log(await promisify(cp.execFile)('sh', ['-c', 'echo x; echo y >&2']));
  await promisify(cp.exec)('echo o; exit 3').catch((e) => console.log(e.code, e.stdout, e.stderr, e.cmd));
  const p = promisify(cp.execFile)('true'); console.log(p.child.spawnfile); await p;
})();

//== execSync and execFileSync
const { execSync, execFileSync } = require('child_process');
console.log(execSync('echo hi'), execSync('echo hi', { encoding: 'utf8' }), execFileSync('sh', ['-c', 'echo $1', '_', 'a b'], { encoding: 'utf8' }));
console.log(execSync('cat', { input: 'fed' }).toString(), execFileSync('cat', { input: Buffer.from('bytes') }).toString());
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.status, e.signal, e.message, String(e.stdout), String(e.stderr)); } };
x(() => execSync('echo o; echo e >&2; exit 3', { stdio: 'pipe' }));
x(() => execFileSync('false', { stdio: 'pipe' }));
x(() => execFileSync('no-such-one'));
x(() => execSync('exit 1', { stdio: 'ignore' }));
console.log(execSync('echo quiet', { stdio: 'ignore' }));

//== spawnSync
const { spawnSync } = require('child_process');
const r = spawnSync('sh', ['-c', 'cat; echo e >&2; exit 2'], { input: 'in' });
console.log(r.status, r.signal, r.output.length, r.output[0], String(r.stdout), String(r.stderr), typeof r.pid, r.error);
console.log(Object.keys(r));
const n = spawnSync('no-such');
console.log(n.status, n.signal, n.output, n.pid, n.stdout, n.error.code, n.error.path, n.error.spawnargs, n.error.message);
console.log(spawnSync('sh', ['-c', 'kill -9 $$']).signal);
const m = spawnSync('sh', ['-c', 'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'], { maxBuffer: 100 });
console.log(m.error.code, m.error.errno, m.error.message);
console.log(spawnSync('cat', { input: new Uint8Array([65, 66]), encoding: 'buffer' }).stdout);

//== maxBuffer of exec
const { exec, execFile } = require('child_process');
setTimeout(() => exec('echo 1234567890', { maxBuffer: 5 }, (e, out) => console.log(e.name, e.code, e.message, JSON.stringify(out))), 0);
setTimeout(() => execFile('sh', ['-c', 'echo 1234567890 >&2'], { maxBuffer: 5 }, (e, out, err) => console.log(e.code, e.message, JSON.stringify(err))), 150);

//== wrong arguments
const cp = require('child_process');
const x = (f) => { try { f().on?.('error', () => {}); console.log('ok'); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => cp.spawn()); x(() => cp.spawn('')); x(() => cp.spawn(5)); x(() => cp.spawn('x', 5)); x(() => cp.spawn('x', [], 5)); x(() => cp.spawn('a\0b')); x(() => cp.spawn('x', ['a\0b']));
x(() => cp.spawn('true', [], { cwd: 5 })); x(() => cp.spawn('true', [], { timeout: -1 })); x(() => cp.spawn('true', [], { signal: 5 })); x(() => cp.spawn('true', [], { shell: 5 }));
x(() => cp.spawn('true', [], { detached: 'x' })); x(() => cp.spawn('true', [], { argv0: 5 })); x(() => cp.spawn('true', [], { env: 5 })); x(() => cp.spawn('true', [], { killSignal: 'SIGX' }));
x(() => cp.exec()); x(() => cp.exec('')); x(() => cp.exec(5)); x(() => cp.execFile()); x(() => cp.execFile('true', 5)); x(() => cp.execFile('true', [], 'x')); x(() => cp.execFile('true', [], {}, 'x'));
x(() => cp.execSync()); x(() => cp.spawnSync()); x(() => cp.spawnSync('true', { input: 5 })); x(() => cp.spawnSync('true', { maxBuffer: -1 })); x(() => cp.fork());

//== a child in JavaScript
const { spawn, spawnSync, fork } = require('child_process');
console.log(spawnSync('node', ['-e', 'console.log(process.argv.slice(1)); process.exitCode = 6', 'a', 'b'], { encoding: 'utf8' }).output);

//== children at once
const { spawn } = require('child_process');
let left = 8; const got = [];
for (let i = 0; i < 8; i++) {
  const c = spawn('sh', ['-c', `echo ${i}`]);
  c.stdout.on('data', (d) => got.push(+d));
  c.on('close', () => { if (--left === 0) console.log(got.sort()); });
}

//== async iteration of a child's output
const { spawn } = require('child_process');
(async () => {
  const c = spawn('sh', ['-c', 'echo a; echo b; echo c']);
  let s = '';
  for await (const chunk of c.stdout) s += chunk;
  console.log(s);
  const rl = require('readline').createInterface({ input: spawn('sh', ['-c', 'printf "1\\n2\\n3"']).stdout });
  for await (const line of rl) console.log('line', line);
})();

//== exit comes before close
const { spawn } = require('child_process');
const c = spawn('sh', ['-c', 'echo x']);
c.on('exit', () => console.log('exit')); c.on('close', () => console.log('close')); c.stdout.on('end', () => {}); c.stdout.resume();

//== a child that is killed while it is fed
const { spawn } = require('child_process');
const c = spawn('sleep', ['100']);
c.stdin.on('error', () => {});
c.stdin.write('x'.repeat(500000));
setTimeout(() => c.kill('SIGKILL'), 20);
c.on('close', (code, s) => console.log(code, s));

//== unref'd child
const { spawn } = require('child_process');
const c = spawn('sleep', ['0.05'], { stdio: 'ignore' });
c.unref();
console.log('ends');

//== names
const cp = require('child_process');
console.log(Object.keys(cp).filter((k) => k[0] !== '_').sort());
