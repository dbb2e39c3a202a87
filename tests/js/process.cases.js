//== what is there
console.log(typeof process.pid, typeof process.ppid, process.title.length > 0, process.version.startsWith('v'), typeof process.versions.node, process.release.name, process.platform);
console.log(process.argv.length, typeof process.argv[0], require('path').basename(process.argv[1]), process.execArgv, process.argv0, typeof process.execPath);
console.log(process.exitCode, typeof process.uptime(), process.uptime() >= 0, process.cwd() === require('fs').realpathSync('.'));
console.log(Object.prototype.toString.call(process), process.on('x', () => {}) instanceof require('events'), require('process') === process, require('node:process') === process);
console.log(typeof process.getuid(), typeof process.umask(), typeof process.memoryUsage().heapUsed, typeof process.memoryUsage.rss(), Object.keys(process.memoryUsage()));
console.log(Object.keys(process.cpuUsage()), typeof process.resourceUsage().maxRSS, typeof process.hrtime.bigint(), process.hrtime().length);

//== hrtime
const t = process.hrtime();
const d = process.hrtime(t);
console.log(d[0], d[1] >= 0, process.hrtime.bigint() <= process.hrtime.bigint());
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.hrtime(5)); x(() => process.hrtime([1])); x(() => process.hrtime([1, 2, 3]));

//== env
process.env.A = 1; process.env.B = undefined; process.env.C = null; process.env.D = true;
console.log(process.env.A, process.env.B, process.env.C, process.env.D, process.env.NOPE, 'A' in process.env, delete process.env.A, 'A' in process.env, process.env.A);
console.log(typeof process.env.PATH, Object.keys(process.env).includes('D'), Object.getOwnPropertyDescriptor(process.env, 'D'));
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code); } };
x(() => { process.env[Symbol('s')] = 'v'; });
x(() => { process.env.S = Symbol('s'); });
x(() => process.env[Symbol('s')]);
x(() => { process.env.F = () => 1; return process.env.F; });
console.log({ ...process.env }.D, JSON.parse(JSON.stringify(process.env)).D);
Object.assign(process.env, { E1: 5 }); console.log(process.env.E1);

//== chdir and cwd
const fs = require('fs'), path = require('path');
const start = process.cwd();
fs.mkdirSync('d/e', { recursive: true });
process.chdir('d'); console.log(path.relative(start, process.cwd()));
process.chdir('e'); console.log(path.relative(start, process.cwd()), path.relative(start, path.resolve('x')));
fs.writeFileSync('f', 'in e'); process.chdir('../..'); console.log(fs.readFileSync('d/e/f', 'utf8'));
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.syscall, e.message.replace(start, '.')); } };
x(() => process.chdir('nope')); x(() => process.chdir('d/e/f')); x(() => process.chdir()); x(() => process.chdir(5));

//== exit in the middle of output
process.stdout.write('one\n');
console.log('two');
console.error('err');
setTimeout(() => console.log('never'), 1);
process.on('exit', (c) => { console.log('exit', c, process.exitCode); setTimeout(() => console.log('never'), 0); process.nextTick(() => console.log('never')); Promise.resolve().then(() => console.log('never')); });
process.exit(3);
console.log('never');

//== exit codes
process.on('exit', (c) => { console.log(c); process.exitCode = 9; });
process.exitCode = 5;

//== exitCode is checked
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => { process.exitCode = 'abc'; }); x(() => { process.exitCode = 1.5; }); x(() => { process.exitCode = {}; }); x(() => { process.exitCode = '7'; return process.exitCode; });
x(() => { process.exitCode = undefined; return process.exitCode; }); x(() => { process.exitCode = null; return process.exitCode; });
x(() => process.exit('x')); x(() => process.exit(1.5)); x(() => process.exit({}));
process.exit('4');

//== exit() in an exit handler changes the code
process.on('exit', (c) => { console.log('a', c); process.exit(7); });
process.on('exit', (c) => { console.log('b', c); });
process.exit(1);

//== exit events of several kinds
process.on('beforeExit', (c) => console.log('before', c));
process.on('exit', (c) => console.log('exit', c));
process.once('exit', function () { console.log(this === process); });

//== beforeExit may go on
let n = 0;
process.on('beforeExit', () => { console.log('before', ++n); if (n < 3) setTimeout(() => console.log('more'), 1); });
process.on('exit', () => console.log('end'));

//== beforeExit is not there for exit()
process.on('beforeExit', () => console.log('never'));
process.on('exit', () => console.log('exit'));
setTimeout(() => process.exit(), 1);

//== beforeExit with a promise alone does go on
let n = 0;
process.on('beforeExit', async () => { if (n++ < 1) { await null; console.log('in promise'); setImmediate(() => console.log('immediate')); } });

//== uncaught error: exit handlers and code
process.on('exit', (c) => console.log('exit', c, process.exitCode));
setTimeout(() => console.log('never'), 10);
throw new Error('boom');

//== uncaught error with an exit code set before
process.exitCode = 42;
process.on('exit', (c) => console.log('exit', c));
throw new Error('boom');

//== exit handler sets the code after an error
process.on('exit', (c) => { process.exitCode = 0; });
throw new Error('boom');

//== throwing what is no error
process.on('exit', (c) => console.log('exit', c));
throw 'a string';

//== throwing null
throw null;

//== an error in an exit handler
process.on('exit', () => { console.log('in'); throw new Error('x'); });

//== uncaughtException handlers
process.on('uncaughtException', (e, origin) => { console.log('caught', e.message, origin); });
setTimeout(() => { console.log('goes on'); }, 5);
process.on('exit', (c) => console.log('exit', c));
throw new Error('first');

//== uncaughtException from a promise
process.on('uncaughtException', (e, origin) => { console.log(e.message, origin); });
Promise.reject(new Error('p'));

//== uncaughtException handler that throws
process.on('uncaughtException', () => { console.log('in'); throw new Error('again'); });
process.on('exit', (c) => console.log('exit', c));
throw new Error('first');

//== uncaughtExceptionMonitor
process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', e.message, o));
process.on('exit', (c) => console.log('exit', c));
throw new Error('first');

//== the capture callback
console.log(process.hasUncaughtExceptionCaptureCallback());
process.setUncaughtExceptionCaptureCallback((e) => { console.log('captured', e.message); process.setUncaughtExceptionCaptureCallback(null); });
console.log(process.hasUncaughtExceptionCaptureCallback());
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.setUncaughtExceptionCaptureCallback(() => {})); x(() => process.setUncaughtExceptionCaptureCallback(5));
setTimeout(() => console.log('on'), 1);
throw new Error('x');

//== unhandled rejection
process.on('exit', (c) => console.log('exit', c));
Promise.reject(new Error('no'));
setTimeout(() => console.log('never'), 10);

//== unhandled rejection of no error
process.on('exit', (c) => console.log('exit', c));
Promise.reject(undefined);

//== unhandledRejection handlers
process.on('unhandledRejection', (r, p) => { console.log('unhandled', r.message, p instanceof Promise); p.catch(() => {}); });
process.on('rejectionHandled', (p) => console.log('handled', p instanceof Promise));
Promise.reject(new Error('a'));
const later = Promise.reject(new Error('b'));
setTimeout(() => later.catch(() => console.log('late catch')), 5);

//== rejections handled in time
const p = Promise.reject(new Error('a'));
process.nextTick(() => p.catch((e) => console.log('tick', e.message)));
const q = Promise.reject(new Error('b'));
q.catch((e) => console.log('same', e.message));
const r = Promise.reject(new Error('c'));
Promise.resolve().then(() => r.catch((e) => console.log('micro', e.message)));
(async () => { try { await Promise.reject(new Error('d')); } catch (e) { console.log('await', e.message); } })();

//== an async function that throws
(async () => { await null; throw new Error('async'); })();
process.on('exit', (c) => console.log(c));

//== unhandledRejection handler that throws
process.on('unhandledRejection', () => { throw new Error('in handler'); });
process.on('exit', (c) => console.log(c));
Promise.reject(new Error('x'));

//== warnings
process.on('warning', (w) => console.log(w.name, w.message, w.code, w.detail, w instanceof Error));
process.emitWarning('plain');
process.emitWarning('typed', 'MyWarning');
process.emitWarning('coded', 'MyWarning', 'C001');
process.emitWarning('object', { type: 'T', code: 'C002', detail: 'more' });
process.emitWarning(new Error('an error'));
process.emitWarning(Object.assign(new Error('named'), { name: 'N' }));
console.log('first');
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.emitWarning()); x(() => process.emitWarning(5)); x(() => process.emitWarning('x', 5)); x(() => process.emitWarning('x', 'T', 5));

//== what is printed of warnings and errors
const { spawnSync } = require('child_process');
const run = (code) => { const r = spawnSync('node', ['-e', code], { encoding: 'utf8' }); console.log(r.status, r.stderr.replace(/node:\d+/g, 'node:PID').split('\n').filter((l) => !/^\s+at |--trace-(warnings|deprecation|uncaught)/.test(l)).join('\n')); };
run('process.emitWarning("w")'); run('process.emitWarning("w", "T", "C1")'); run('process.emitWarning("w", {type: "T", detail: "the detail"})');
run('process.emitWarning("w", "DeprecationWarning", "D1"); process.emitWarning("w", "DeprecationWarning", "D1")');
run('process.on("warning", () => {}); process.emitWarning("w")');

//== nextTick arguments and order
process.nextTick((a, b) => console.log(a, b), 1, 2);
console.log(process.nextTick(() => {}));
process.nextTick(console.log, 'log', 'it');

//== events are an emitter's
let n = 0;
const f = () => n++;
process.on('custom', f); process.emit('custom'); process.emit('custom'); process.off('custom', f); process.emit('custom');
console.log(n, process.listenerCount('custom'), process.emit('custom'), process.eventNames().includes('custom'), process.on('x', f) === process);

//== kill
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.kill(process.pid, 0)); x(() => process.kill('x')); x(() => process.kill(process.pid, 'SIGNOPE')); x(() => process.kill(process.pid, 'x')); x(() => process.kill());

//== stdin is empty
process.stdin.on('data', (d) => console.log('data', d.length)); process.stdin.on('end', () => console.log('end'));

//== stdin in a child, in all its forms
const { spawnSync } = require('child_process');
const run = (code, input) => { const r = spawnSync('node', ['-e', code], { input, encoding: 'utf8' }); console.log(r.status, JSON.stringify(r.stdout), r.stderr.slice(0, 200)); };
run('process.stdin.pipe(process.stdout)', 'piped');
run('process.stdin.setEncoding("utf8"); let s = ""; process.stdin.on("data", (c) => s += c); process.stdin.on("end", () => console.log(s.length, s))', 'héllo');
run('(async () => { let s = ""; for await (const c of process.stdin) s += c; console.log(s); })()', 'iterated');
run('process.stdin.on("readable", () => { let c; while ((c = process.stdin.read()) !== null) console.log("chunk", c.toString()); }); process.stdin.on("end", () => console.log("end"))', 'readable');
run('console.log(require("fs").readFileSync(0, "utf8"))', 'by number');
run('const rl = require("readline").createInterface({ input: process.stdin }); rl.on("line", (l) => console.log("[" + l + "]")); rl.on("close", () => console.log("closed"))', 'a\nb\nc');
run('process.stdin.once("data", (d) => { console.log(d.toString()); process.exit(0); })', 'once');
run('process.stdin.resume(); process.stdin.on("end", () => console.log("end"))', '');
run('console.log(process.stdin.isTTY, process.stdout.isTTY, process.stdin.fd, process.stdout.fd, process.stderr.fd)', '');
run('process.stdin.on("data", () => {}); process.stdin.pause(); setTimeout(() => console.log("left"), 1)', 'ignored');
run('console.log("nothing read")', 'unread');
run('let n = 0; process.stdin.on("data", (c) => n += c.length); process.stdin.on("end", () => console.log(n))', 'x'.repeat(1000000));
run('const b = Buffer.alloc(5); console.log(require("fs").readSync(0, b), b.toString())', 'hello world');
run('require("stream/consumers").text(process.stdin).then(console.log)', 'consumed');
run('process.stdin.destroy(); console.log("destroyed")', 'x');

//== stdout
console.log(process.stdout.write('a\n'), process.stdout.writable, process.stdout.fd, process.stderr.fd, process.stdout.isTTY, process.stdout.columns);
process.stdout.write(Buffer.from('bytes\n')); process.stdout.write(new Uint8Array([104, 105, 10])); process.stdout.write('6869\n', 'latin1'); process.stdout.write('68690a', 'hex');
process.stdout.write('cb\n', () => {});
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.stdout.write(5)); x(() => process.stdout.write(null)); x(() => process.stdout.write());
process.stdout.end('last\n');

//== piping to stdout
require('stream').Readable.from(['a', 'b', 'c\n']).pipe(process.stdout);

//== signals between processes
const { spawn } = require('child_process');
const c = spawn('node', ['-e', 'setInterval(() => {}, 1000); console.log("up")']);
c.stdout.once('data', () => { console.log(process.kill(c.pid, 'SIGTERM')); });
c.on('exit', (code, signal) => console.log(code, signal));

//== features and lists
console.log(typeof process.features, typeof process.config, process.allowedNodeEnvironmentFlags instanceof Set, Array.isArray(process.getgroups()), process.getActiveResourcesInfo !== undefined, process.stdin !== undefined);
console.log(process.binding ? 'binding' : 'none', typeof process.abort, typeof process.umask, typeof process.constrainedMemory?.());
console.log(typeof process.getBuiltinModule, process.getBuiltinModule?.('fs') === require('fs'), process.getBuiltinModule?.('nope'));

//== umask
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.umask()); x(() => process.umask(0o77)); x(() => process.umask('22')); x(() => process.umask('x')); x(() => process.umask({}));

//== cpuUsage
const a = process.cpuUsage(); const b = process.cpuUsage(a);
console.log(b.user >= 0, b.system >= 0);
const x = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
x(() => process.cpuUsage(5)); x(() => process.cpuUsage({})); x(() => process.cpuUsage({ user: -1, system: 1 }));

//== an emit of one's own
const emit = process.emit, { reallyExit } = process;
process.emit = function(name, ...args) { if (name === 'exit') console.log('emit', args); return emit.call(this, name, ...args); };
process.reallyExit = (code) => { console.log('really', code); reallyExit.call(process, code); };
process.on('exit', (code) => console.log('on', code));
process.emitWarning(Object.assign(new Error('w'), { toString: null })); console.log(structuredClone(process.env).PATH === process.env.PATH, typeof process.openStdin);
setImmediate(() => process.exit(3));
