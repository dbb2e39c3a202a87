// Cases of globalThis.crypto.

//== subtle.digest SHA-1
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.digest('SHA-1', Buffer.from('abc')));
  await p(() => subtle.digest({ name: 'sha-1' }, new ArrayBuffer(0)));
  await p(() => subtle.digest('SHA-1', new Uint16Array([1, 2])));
})();

//== subtle HMAC SHA-1
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-1' }, true, ['sign', 'verify']).then(async (k) => subtle.sign('HMAC', k, Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: { name: 'SHA-1' } }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-1' }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('datb'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-1' }, true, ['sign', 'verify']).then(async (k) => subtle.exportKey('jwk', k)));
})();

//== subtle.deriveBits SHA-1
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-1', salt: Buffer.from('salt'), iterations: 3 }, k, 256)));
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'HKDF', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-1', salt: Buffer.from('salt'), info: Buffer.from('i') }, k, 128)));
})();

//== subtle.digest SHA-256
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.digest('SHA-256', Buffer.from('abc')));
  await p(() => subtle.digest({ name: 'sha-256' }, new ArrayBuffer(0)));
  await p(() => subtle.digest('SHA-256', new Uint16Array([1, 2])));
})();

//== subtle HMAC SHA-256
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']).then(async (k) => subtle.sign('HMAC', k, Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: { name: 'SHA-256' } }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('datb'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']).then(async (k) => subtle.exportKey('jwk', k)));
})();

//== subtle.deriveBits SHA-256
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: Buffer.from('salt'), iterations: 3 }, k, 256)));
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'HKDF', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: Buffer.from('salt'), info: Buffer.from('i') }, k, 128)));
})();

//== subtle.digest SHA-384
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.digest('SHA-384', Buffer.from('abc')));
  await p(() => subtle.digest({ name: 'sha-384' }, new ArrayBuffer(0)));
  await p(() => subtle.digest('SHA-384', new Uint16Array([1, 2])));
})();

//== subtle HMAC SHA-384
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-384' }, true, ['sign', 'verify']).then(async (k) => subtle.sign('HMAC', k, Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: { name: 'SHA-384' } }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-384' }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('datb'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-384' }, true, ['sign', 'verify']).then(async (k) => subtle.exportKey('jwk', k)));
})();

//== subtle.deriveBits SHA-384
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-384', salt: Buffer.from('salt'), iterations: 3 }, k, 256)));
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'HKDF', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-384', salt: Buffer.from('salt'), info: Buffer.from('i') }, k, 128)));
})();

//== subtle.digest SHA-512
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.digest('SHA-512', Buffer.from('abc')));
  await p(() => subtle.digest({ name: 'sha-512' }, new ArrayBuffer(0)));
  await p(() => subtle.digest('SHA-512', new Uint16Array([1, 2])));
})();

//== subtle HMAC SHA-512
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-512' }, true, ['sign', 'verify']).then(async (k) => subtle.sign('HMAC', k, Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: { name: 'SHA-512' } }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-512' }, true, ['sign', 'verify']).then(async (k) => subtle.verify('HMAC', k, await subtle.sign('HMAC', k, Buffer.from('data')), Buffer.from('datb'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-512' }, true, ['sign', 'verify']).then(async (k) => subtle.exportKey('jwk', k)));
})();

//== subtle.deriveBits SHA-512
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: Buffer.from('salt'), iterations: 3 }, k, 256)));
  await p(() => subtle.importKey('raw', Buffer.from('pw'), 'HKDF', false, ['deriveBits']).then((k) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-512', salt: Buffer.from('salt'), info: Buffer.from('i') }, k, 128)));
})();

//== subtle: a key
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']).then((k) => [k.type, k.extractable, JSON.stringify(k.algorithm), k.usages.join()].join(' ')));
  await p(() => subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']).then((k) => subtle.exportKey('raw', k)).then((b) => b.byteLength));
  await p(() => subtle.importKey('jwk', { kty: 'oct', k: 'a2V5' }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']).then((k) => subtle.exportKey('raw', k)));
})();

//== subtle: refusals
const { subtle } = globalThis.crypto;
async function p(f) { try { const r = await f(); console.log(r instanceof ArrayBuffer ? Buffer.from(r).toString('hex') : r); } catch (e) { console.log(e.name, e.message); } }
(async () => {
  await p(() => subtle.digest('MD5', Buffer.from('abc')));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']).then((k) => subtle.sign('HMAC', k, Buffer.from('data'))));
  await p(() => subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']).then((k) => subtle.exportKey('raw', k)));
})();

//== crypto the global
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
console.log(Object.prototype.toString.call(c.webcrypto), c.webcrypto === crypto, c.subtle === crypto.subtle, typeof crypto.subtle.digest);
t(() => new crypto.constructor());
