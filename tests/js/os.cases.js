//== shapes of what os tells
const os = require('os');
console.log(os.EOL, os.devNull, typeof os.arch(), os.platform(), os.type(), typeof os.release(), typeof os.version(), typeof os.hostname(), os.endianness());
console.log(os.homedir().startsWith('/'), os.tmpdir(), typeof os.uptime(), os.uptime() >= 0, os.loadavg().length, os.totalmem() > 0, os.freemem() > 0, os.freemem() <= os.totalmem());
console.log(Array.isArray(os.cpus()), os.cpus().length >= 1, Object.keys(os.cpus()[0]), Object.keys(os.cpus()[0].times), os.availableParallelism() >= 1);
console.log(typeof os.networkInterfaces(), Object.keys(os.userInfo()), typeof os.userInfo().username, os.userInfo({ encoding: 'buffer' }).username instanceof Buffer);
console.log(`${os.platform}`, os.platform + '', String(os.type), `${os.endianness}`);

//== constants
const os = require('os');
console.log(Object.keys(os.constants).sort());
console.log(Object.entries(os.constants.signals).map((e) => e.join('=')).join(' '));
console.log(Object.entries(os.constants.errno).map((e) => e.join('=')).join(' '));
console.log(Object.entries(os.constants.priority).map((e) => e.join('=')).join(' '));
console.log(os.constants.UV_UDP_REUSEADDR, os.constants.dlopen);

//== names
const os = require('os');
console.log(Object.keys(os).sort().join());

//== priorities
const os = require('os');
const t = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
t(() => typeof os.getPriority());
t(() => os.getPriority('x'));
t(() => os.setPriority('x'));
t(() => os.setPriority(0, 100));
t(() => os.setPriority(1.5, 1));

//== the temporary directory follows the environment
const os = require('os');
process.env.TMPDIR = '/some/where/';
console.log(os.tmpdir());
process.env.TMPDIR = '/';
console.log(os.tmpdir());
delete process.env.TMPDIR; process.env.TMP = '/x'; console.log(os.tmpdir());
delete process.env.TMP; process.env.TEMP = '/y/'; console.log(os.tmpdir());
delete process.env.TEMP; console.log(os.tmpdir());
process.env.HOME = '/a/b'; console.log(os.homedir());
