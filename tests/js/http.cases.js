//== what is known without a connection
const http = require('http'), https = require('https');
console.log(http.METHODS.join(), http.STATUS_CODES, http.maxHeaderSize, http.globalAgent.defaultPort, https.globalAgent.defaultPort, https.globalAgent.protocol);
console.log(http.globalAgent instanceof http.Agent, https.globalAgent instanceof http.Agent, new http.Agent({ keepAlive: true, maxSockets: 3 }).maxSockets, http.createServer() instanceof http.Server);
console.log(Object.keys(https).sort().join());
for (const [n, v] of [['a', 'b'], ['a b', 'c'], ['', 'x'], ['x', undefined], ['x', 'a\nb'], ['x', 'é'], ['x', '€']]) {
  try { http.validateHeaderName(n); http.validateHeaderValue(n, v); console.log('fine', n); } catch (e) { console.log(e.name, e.code, e.message); }
}

//== the fields of a request
const http = require('http');
const r = http.request({ host: '127.0.0.1', port: 9, method: 'post', path: '/x?y', headers: { 'X-One': 'a', 'x-two': ['b', 'c'] }, auth: 'u:p' });
r.on('error', () => {});
console.log(r.method, r.path, r.host, r.protocol, r.getHeader('x-one'), r.getHeader('X-TWO'), r.getHeaders(), r.getHeaderNames(), r.hasHeader('Host'), r.headersSent);
r.setHeader('X-Three', 3);
r.removeHeader('x-one');
console.log(r.getRawHeaderNames(), r.getHeader('x-three'), r.getHeader('nothing'));
r.appendHeader('x-three', '4');
console.log(r.getHeader('X-Three'));
r.destroy();

//== what a request refuses
const http = require('http'), https = require('https');
for (const f of [() => http.request('ftp://x/'), () => http.request('https://x/'), () => https.request('http://x/'), () => http.request({ path: '/a b' }), () => http.request({ host: 1 }), () => http.request({ method: 'A B' }),
  () => http.request({ method: 1 }), () => http.request('not a url'), () => http.request({ headers: { 'a b': 1 } }), () => http.request({ headers: { x: 'a\nb' } })]) {
  try { f().on('error', () => {}).destroy(); console.log('made'); } catch (e) { console.log(e.name, e.code, e.message); }
}

//== addresses, without asking anybody
const net = require('net'), dns = require('dns');
for (const a of ['127.0.0.1', '1.2.3', '256.1.1.1', '::1', '::', '1::2::3', 'fe80::1%eth0', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7', 'localhost', '', '01.2.3.4', '1:2:3:4:5:6:7::', '::1.2.3'])
  console.log(JSON.stringify(a), net.isIP(a), net.isIPv4(a), net.isIPv6(a));
dns.lookup('127.0.0.1', (e, a, f) => console.log(e, a, f));
dns.lookup('127.0.0.1', { all: true }, (e, a) => console.log(e, a));

//== modules of what a sandbox has not still load
for (const name of ['cluster', 'dgram', 'dns', 'dns/promises', 'domain', 'http2', 'https', 'inspector', 'net', 'repl', 'tls', 'trace_events', 'v8', 'vm', 'worker_threads', 'async_hooks', 'diagnostics_channel', 'path/win32', 'perf_hooks'])
  console.log(name, typeof require(name), require('module').isBuiltin(name), require('module').builtinModules.includes(name));
const w = require('worker_threads');
console.log(w.isMainThread, w.threadId, w.parentPort, w.workerData, w.resourceLimits);
console.log(require('cluster').isPrimary, require('cluster').isWorker);

//== MessageChannel
const { MessageChannel, receiveMessageOnPort } = require('worker_threads');
const { port1, port2 } = new MessageChannel();
port2.on('message', (m) => { console.log('got', m); if (m.n === 2) port2.close(); else port2.postMessage({ n: m.n + 1 }); });
port1.onmessage = (e) => { console.log('back', e.data); port1.postMessage({ n: e.data.n, map: new Map([[1, 2]]) }); };
port1.postMessage({ n: 1 });
const b = new MessageChannel();
b.port1.postMessage('sync');
console.log(receiveMessageOnPort(b.port2), receiveMessageOnPort(b.port2), typeof globalThis.MessageChannel);
try { b.port1.postMessage(() => {}); } catch (e) { console.log(e.name); }
