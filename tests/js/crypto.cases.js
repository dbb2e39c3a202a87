// Cases of crypto: each is run by node and by the guest, which must print the same.

//== aliases
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHash('SHA256').update('x').digest('hex'));
t(() => c.createHash('RSA-SHA256').update('x').digest('hex'));
t(() => c.createHash('sha-256').update('x').digest('hex'));
t(() => c.createHash('SHA2-256').update('x').digest('hex'));
t(() => c.createHash('sha-1').update('x').digest('hex'));
t(() => c.createHash('SHA1').update('x').digest('hex'));
t(() => c.createHash('RSA-SHA1').update('x').digest('hex'));
t(() => c.createHash('RSA-SHA1-2').update('x').digest('hex'));
t(() => c.createHash('RSA-SHA512/256').update('x').digest('hex'));
t(() => c.createHash('sha512-256').update('x').digest('hex'));
t(() => c.createHash('SHA512').update('x').digest('hex'));
t(() => c.createHash('RSA-SHA3-512').update('x').digest('hex'));
t(() => c.createHash('SHA3-256').update('x').digest('hex'));
t(() => c.createHash('BLAKE2B512').update('x').digest('hex'));
t(() => c.createHash('md5WithRSAEncryption').update('x').digest('hex'));
t(() => c.createHash('sha256WithRSAEncryption').update('x').digest('hex'));
t(() => c.createHash('ssl3-md5').update('x').digest('hex'));
t(() => c.createHash('ssl3-sha1').update('x').digest('hex'));
t(() => c.createHash('SHAKE128').update('x').digest('hex'));
t(() => c.createHash('shake-256').update('x').digest('hex'));
t(() => c.createHash('sha2-512/224').update('x').digest('hex'));
t(() => c.createHash('SHA-512/256').update('x').digest('hex'));

//== no such hash
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHash('nope'));
t(() => c.createHash(''));
t(() => c.createHash('sha'));
t(() => c.createHash('sha255'));
t(() => c.createHash('sha3-'));
t(() => c.createHash('rsa'));
t(() => c.createHash('md-5'));
t(() => c.createHash('sha256 '));
t(() => c.createHash('constructor'));
t(() => c.createHash('__proto__'));

//== createHash arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHash());
t(() => c.createHash(1));
t(() => c.createHash(null));
t(() => c.createHash({}));
t(() => c.createHash(Symbol()));
t(() => new c.Hash('md5').digest('hex'));
t(() => c.Hash('md5').digest('hex'));
t(() => new c.Hash());

//== update arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHash('md5').update());
t(() => c.createHash('md5').update(1));
t(() => c.createHash('md5').update(null));
t(() => c.createHash('md5').update({}));
t(() => c.createHash('md5').update([1]));
t(() => c.createHash('md5').update(new ArrayBuffer(4)));
t(() => c.createHash('md5').update(true));
t(() => c.createHash('md5').update(12n));
t(() => c.createHash('md5').update('abc', 'hex'));
t(() => c.createHash('md5').update('abcd', 'hex').digest('hex'));
t(() => c.createHash('md5').update('abcd', 'HEX').digest('hex'));
t(() => c.createHash('md5').update('abcd', 'base64').digest('hex'));
t(() => c.createHash('md5').update('\xe4', 'latin1').digest('hex'));
t(() => c.createHash('md5').update('\xe4', 'utf8').digest('hex'));
t(() => c.createHash('md5').update('\xe4', 'utf16le').digest('hex'));
t(() => c.createHash('md5').update('\xe4', 'nope').digest('hex'));
t(() => c.createHash('md5').update('\ud800x').digest('hex'));
t(() => c.createHash('md5').update('a\0b').digest('hex'));
t(() => c.createHash('md5').update('\u{1f600}').digest('hex'));
t(() => c.createHash('md5').update(new Uint16Array([1, 2, 300])).digest('hex'));
t(() => c.createHash('md5').update(new Float64Array([1.5])).digest('hex'));
t(() => c.createHash('md5').update(new DataView(new ArrayBuffer(8), 2, 3)).digest('hex'));
t(() => c.createHash('md5').update(new Uint8Array(10).subarray(3, 7)).digest('hex'));
t(() => c.createHash('md5').update('').update('').digest('hex'));

//== digest encodings
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHash('md5').update('x').digest());
t(() => c.createHash('md5').update('x').digest(undefined));
t(() => c.createHash('md5').update('x').digest(null));
t(() => c.createHash('md5').update('x').digest('buffer'));
t(() => c.createHash('md5').update('x').digest('hex'));
t(() => c.createHash('md5').update('x').digest('HEX'));
t(() => c.createHash('md5').update('x').digest('base64'));
t(() => c.createHash('md5').update('x').digest('base64url'));
t(() => c.createHash('md5').update('x').digest('BASE64'));
t(() => c.createHash('md5').update('x').digest('nope'));
t(() => c.createHash('md5').update('x').digest(''));
t(() => c.createHash('md5').update('x').digest('utf16le'));
t(() => Buffer.from(c.createHash('md5').digest('latin1'), 'latin1'));
t(() => Buffer.from(c.createHash('md5').digest('binary'), 'latin1'));
t(() => Buffer.isBuffer(c.createHash('md5').digest()));

//== finished hash
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => { const h = c.createHash('md5'); h.digest(); h.update('x'); });
t(() => { const h = c.createHash('md5'); h.digest(); h.digest(); });
t(() => { const h = c.createHash('md5'); h.digest(); h.copy(); });
t(() => { const h = c.createHmac('md5', 'k'); h.digest(); return [h.digest('hex'), h.digest()]; });
t(() => { const h = c.createHmac('md5', 'k'); h.digest(); h.update('s'); });

//== copies go on alone
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
for (const a of c.getHashes().filter((n) => ['md5', 'sha256', 'sha512', 'sha3-256', 'blake2b512'].includes(n))) {
  const h = c.createHash(a).update('one');
  const k = h.copy();
  const m = k.copy();
  h.update('two');
  m.update('three');
  console.log(a, h.digest('hex'), k.digest('hex'), m.digest('hex'));
}
t(() => c.createHash('shake128').update('x').copy({ outputLength: 5 }).digest('hex'));
t(() => c.createHash('shake128', { outputLength: 5 }).update('x').copy().digest('hex'));

//== outputLength
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHash('sha256', { outputLength: 5 }));
t(() => c.createHash('sha256', { outputLength: 32 }).digest('hex'));
t(() => c.createHash('shake128', { outputLength: 5 }).update('x').digest('hex'));
t(() => c.createHash('shake256', { outputLength: 500 }).update('x').digest('hex'));
t(() => c.createHash('shake128', { outputLength: 168 }).update('x').digest('base64'));
t(() => c.createHash('shake128', { outputLength: 0 }).update('x').digest('hex'));
t(() => c.createHash('shake128', { outputLength: -1 }));
t(() => c.createHash('shake128', { outputLength: 1.5 }));
t(() => c.createHash('shake128', { outputLength: 's' }));
t(() => c.createHash('shake128', {}).digest('hex'));

//== createHmac arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createHmac('nope', 'k'));
t(() => c.createHmac('md5'));
t(() => c.createHmac('md5', 1));
t(() => c.createHmac('md5', null));
t(() => c.createHmac('md5', {}));
t(() => c.createHmac(1, 'k'));
t(() => c.createHmac());
t(() => c.createHmac('md5', 'k').digest('hex'));
t(() => c.createHmac('md5', '').digest('hex'));
t(() => c.createHmac('shake128', 'k'));
t(() => c.createHmac('RSA-SHA256', 'k').digest('hex'));
t(() => c.createHmac('sha256', new ArrayBuffer(3)).digest('hex'));
t(() => c.createHmac('sha256', new Uint16Array([1, 2])).digest('hex'));
t(() => c.createHmac('sha256', 'a2V5', { encoding: 'base64' }).digest('hex'));
t(() => c.createHmac('sha256', c.createSecretKey('abc')).update('x').digest('hex'));
t(() => new c.Hmac('md5', 'x').digest('hex'));
t(() => c.Hmac('md5', 'x').digest('base64'));

//== hash
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.hash('sha1', 'x'));
t(() => c.hash('md5', 'x', 'base64'));
t(() => c.hash('md5', 'x', 'buffer'));
t(() => c.hash('md5', Buffer.from('x'), 'base64url'));
t(() => c.hash('md5'));
t(() => c.hash(1, 'x'));
t(() => c.hash('md5', 1));
t(() => c.hash('md5', 'x', 1));
t(() => c.hash('md5', 'x', 'nope'));
t(() => c.hash('nope', 'x'));
t(() => c.hash('md5', new ArrayBuffer(2)));
t(() => c.hash('sha512', 'ä'));

//== timingSafeEqual
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.timingSafeEqual(Buffer.from('a'), Buffer.from('ab')));
t(() => c.timingSafeEqual('a', 'b'));
t(() => c.timingSafeEqual(Buffer.from('a'), 'b'));
t(() => c.timingSafeEqual(Buffer.from('abc'), Buffer.from('abc')));
t(() => c.timingSafeEqual(Buffer.from('abc'), Buffer.from('abd')));
t(() => c.timingSafeEqual(new ArrayBuffer(2), new Uint16Array(1)));
t(() => c.timingSafeEqual(Buffer.alloc(0), Buffer.alloc(0)));
t(() => c.timingSafeEqual(new DataView(new ArrayBuffer(4)), new Float32Array([1])));
t(() => c.timingSafeEqual());

//== randomBytes arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.randomBytes());
t(() => c.randomBytes(-1));
t(() => c.randomBytes('1'));
t(() => c.randomBytes(2 ** 31));
t(() => c.randomBytes(1.5).length);
t(() => c.randomBytes(1, 1));
t(() => c.randomBytes(NaN));
t(() => c.randomBytes(0));
t(() => c.randomBytes(1000).length);
t(() => Buffer.isBuffer(c.randomBytes(4)));
t(() => c.randomBytes(16).equals(c.randomBytes(16)));
t(() => new Set(c.randomBytes(4096)).size > 200);
t(() => c.pseudoRandomBytes(3).length);
t(() => c.rng(3).length);
t(() => c.prng(3).length);

//== randomInt arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.randomInt());
t(() => c.randomInt(0));
t(() => c.randomInt(5, 5));
t(() => c.randomInt(1.5));
t(() => c.randomInt(0, 2 ** 48));
t(() => c.randomInt(3, 2));
t(() => c.randomInt('a'));
t(() => c.randomInt(0, 'b'));
t(() => c.randomInt(1, 2, 3));
t(() => c.randomInt(1));
t(() => c.randomInt(5, 6));
t(() => c.randomInt(-6, -5));
t(() => c.randomInt(2 ** 53));
t(() => c.randomInt(-(2 ** 47), 2 ** 47 - 1) < 2 ** 47);
t(() => c.randomInt(0, 2 ** 48 - 1) >= 0);
t(() => c.randomInt(null));
t(() => c.randomInt(1n));
t(() => c.randomInt(0, 10, null));

//== randomInt is even
const c = require('crypto');
const n = new Array(5).fill(0);
for (let i = 0; i < 5000; i++)
  n[c.randomInt(-2, 3) + 2]++;
console.log(n.every((x) => x > 850 && x < 1150));

//== randomFill arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.randomFillSync('x'));
t(() => c.randomFillSync(new Uint8Array(4), 5));
t(() => c.randomFillSync(new Uint8Array(4), 1, 4));
t(() => c.randomFillSync(new Uint8Array(4), -1));
t(() => c.randomFillSync(new Uint8Array(4), 'a'));
t(() => c.randomFillSync(new Uint8Array(4), 0, 'a'));
t(() => c.randomFillSync(new Uint8Array(4), NaN));
t(() => c.randomFillSync(new Uint8Array(4), 0, -1));
t(() => c.randomFill(new Uint8Array(4)));
t(() => c.randomFill('x', () => {}));
t(() => c.randomFill(new Uint8Array(4), 9, () => {}));
t(() => c.randomFillSync(new Uint32Array(4), 3, 2));
t(() => c.randomFillSync(new Uint8Array(0)).length);
t(() => c.randomFillSync(new ArrayBuffer(7)).byteLength);
t(() => c.randomFillSync(new DataView(new ArrayBuffer(7))).byteLength);
t(() => { const b = c.randomFillSync(new Uint8Array(40), 10, 20); return [b.slice(0, 10), b.slice(30)].flatMap((x) => [...x]).every((x) => x === 0) && b.some((x) => x); });
t(() => { const b = c.randomFillSync(new Uint32Array(30), 10, 10); return b.slice(0, 10).every((x) => !x) && b.slice(20).every((x) => !x) && b.some((x) => x); });

//== getRandomValues
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.getRandomValues(new Float32Array(4)));
t(() => c.getRandomValues([]));
t(() => c.getRandomValues(new Uint8Array(65537)));
t(() => c.getRandomValues(new Uint8Array(65536)).length);
t(() => c.webcrypto.getRandomValues(new Uint16Array(4)).length);
t(() => c.getRandomValues(new BigInt64Array(4)).length);
t(() => c.getRandomValues(new DataView(new ArrayBuffer(4))));
t(() => c.getRandomValues(Buffer.alloc(3)).length);
t(() => c.getRandomValues(null));

//== randomUUID
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.randomUUID(1));
t(() => c.randomUUID(null));
t(() => c.randomUUID([]));
t(() => c.randomUUID({ disableEntropyCache: 1 }));
t(() => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(c.randomUUID()));
t(() => c.randomUUID({ disableEntropyCache: true }).length);
t(() => crypto.randomUUID() === crypto.randomUUID());

//== pbkdf2 arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('p', 's', 1, 20));
t(() => c.pbkdf2Sync('p', 's', 1, 20, 'nope'));
t(() => c.pbkdf2Sync('p', 's', 0, 20, 'sha1'));
t(() => c.pbkdf2Sync('p', 's', 1, -1, 'sha1'));
t(() => c.pbkdf2Sync('p', 's', 1, 0, 'sha1'));
t(() => c.pbkdf2Sync(1, 's', 1, 0, 'sha1'));
t(() => c.pbkdf2Sync('p', 1, 1, 0, 'sha1'));
t(() => c.pbkdf2Sync('p', 's', '1', 1, 'sha1'));
t(() => c.pbkdf2Sync('p', 's', 1.5, 1, 'sha1'));
t(() => c.pbkdf2Sync('p', 's', 1, 2 ** 31, 'sha1'));
t(() => c.pbkdf2('p', 's', 1, 1, 'sha1'));
t(() => c.pbkdf2Sync('p', 's', 1, 20, 1));
t(() => c.pbkdf2('p', 's', 1, 1, 'nope', () => {}));
t(() => c.pbkdf2('p', 's', 1, 1, () => {}));
t(() => c.pbkdf2Sync('p', 's', 1000, 20, 'RSA-SHA256'));

//== scrypt
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.scryptSync('p', 's', 8).toString('hex'));
t(() => c.scryptSync('', '', 64, { N: 16, r: 1, p: 1 }).toString('hex'));
t(() => c.scryptSync('password', 'NaCl', 64, { N: 1024, r: 8, p: 16 }).toString('hex'));
t(() => c.scryptSync('pleaseletmein', 'SodiumChloride', 64, { cost: 16384, blockSize: 8, parallelization: 1 }).toString('hex'));
t(() => c.scryptSync('p', 's', 33, { N: 2, r: 3, p: 5 }).toString('hex'));
t(() => c.scryptSync('p', 's', 0));

//== scrypt arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.scryptSync('p', 's', 8, { N: 3 }));
t(() => c.scryptSync('p', 's', 8, { N: 2 ** 20 }));
t(() => c.scryptSync('p', 's', 8, { N: 16, cost: 16 }));
t(() => c.scryptSync('p', 's', 8, { r: 16, blockSize: 16 }));
t(() => c.scryptSync('p', 's', -8));
t(() => c.scryptSync('p', 's', 8, { N: 16, r: 1, p: 1, maxmem: 1 }));
t(() => c.scryptSync('p', 's', 8, { maxmem: -1 }));
t(() => c.scryptSync('p', 's', 8, { r: 'a' }));
t(() => c.scryptSync('p', 's', 8, { p: 1.5 }));
t(() => c.scrypt('p', 's', 8, {}));
t(() => c.scrypt('p', 's', 8));
t(() => c.scryptSync(1, 's', 8));
t(() => c.scryptSync('p', 's'));
t(() => c.scryptSync('p', 's', 8, { N: 0 }).toString('hex'));
t(() => c.scryptSync('p', 's', 8, { N: 1 }));
t(() => c.scryptSync('p', 's', 8, { N: -1 }));

//== hkdf arguments
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.hkdfSync('nope', 'k', 's', 'i', 10));
t(() => c.hkdfSync('sha256', 'k', 's', 'i', 255 * 32).byteLength);
t(() => c.hkdfSync('sha256', 'k', 's', 'i', 255 * 32 + 1));
t(() => c.hkdfSync('sha256', 1, 's', 'i', 10));
t(() => c.hkdfSync('sha256', 'k', 1, 'i', 10));
t(() => c.hkdfSync('sha256', 'k', 's', 1, 10));
t(() => c.hkdfSync('sha256', 'k', 's', 'i', '10'));
t(() => c.hkdfSync('sha256', 'k', 's', 'i'.repeat(1025), 10));
t(() => c.hkdfSync('sha256', 'k', 's', 'i', -1));
t(() => c.hkdfSync('sha256', '', 's', 'i', 0));
t(() => Buffer.from(c.hkdfSync('sha256', c.createSecretKey('k'), 's', 'i', 10)).toString('hex'));
t(() => c.hkdf('sha256', 'k', 's', 'i', 1));

//== secret keys
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.createSecretKey('abc').export());
t(() => c.createSecretKey('abc').type);
t(() => c.createSecretKey('abc').symmetricKeySize);
t(() => c.createSecretKey('YWI=', 'base64').export({ format: 'jwk' }));
t(() => c.createSecretKey(1));
t(() => c.createSecretKey('').export().length);
t(() => c.createSecretKey('a').equals(c.createSecretKey('a')));
t(() => c.createSecretKey('a').equals(c.createSecretKey('b')));
t(() => c.createSecretKey('a').equals(1));
t(() => c.createSecretKey('a') instanceof c.KeyObject);
t(() => c.createSecretKey(new Uint16Array([1])).export());
t(() => new c.KeyObject('secret', {}));
t(() => new c.KeyObject('nope', {}));
t(() => c.createSecretKey('x'));

//== callbacks come later
const c = require('crypto');
c.randomBytes(4, (e, b) => console.log('randomBytes', e, b.length));
c.randomFill(new Uint8Array(4), (e, b) => console.log('randomFill', e, b.length));
c.randomInt(5, (e, n) => console.log('randomInt', e, n < 5));
console.log('first');

//== pbkdf2 callback
const c = require('crypto');
c.pbkdf2('p', 's', 1, 8, 'sha1', (e, k) => console.log(e, k));
console.log('first');

//== scrypt callback
const c = require('crypto');
c.scrypt('p', 's', 8, (e, k) => console.log(e, k));
console.log('first');

//== scrypt callback with options
const c = require('crypto');
c.scrypt('p', 's', 8, { N: 16 }, (e, k) => console.log(e, k));
console.log('first');

//== hkdf callback
const c = require('crypto');
c.hkdf('sha1', 'p', 's', '', 8, (e, k) => console.log(e, Buffer.from(k)));
console.log('first');

//== promisified
const c = require('crypto');
const { promisify } = require('util');
Promise.all([promisify(c.pbkdf2)('p', 's', 1, 8, 'sha1'), promisify(c.scrypt)('p', 's', 8), promisify(c.randomBytes)(3)]).then(([a, b, r]) => console.log(a, b, r.length));

//== hash as a stream
const c = require('crypto');
const h = c.createHash('sha256');
h.on('readable', () => { const d = h.read(); if (d) console.log(d.toString('hex')); });
h.write('one ');
h.write(Buffer.from('two'));
h.end();

//== hash with setEncoding
const c = require('crypto');
const h = c.createHash('sha256');
h.setEncoding('hex');
h.on('data', (d) => console.log(d)).on('end', () => console.log('end'));
h.end('abc');

//== pipe into a hash
const c = require('crypto');
const { Readable } = require('stream');
const h = c.createHash('md5');
Readable.from(['a', 'b', 'c']).pipe(h).on('finish', () => console.log(h.digest ? h.read().toString('hex') : ''));

//== pipeline of a hmac
const c = require('crypto');
const { pipeline, Readable } = require('stream');
const h = c.createHmac('md5', 'k');
pipeline(Readable.from([Buffer.from('ab')]), h, (e) => console.log(e, h.read().toString('hex')));

//== a hash is a Transform
const c = require('crypto');
const s = require('stream');
const h = c.createHash('md5');
console.log(h instanceof s.Transform, h instanceof s.Readable, h instanceof require('events'), h instanceof c.Hash, c.createHmac('md5', 'x') instanceof s.Transform, typeof h.pipe, h.writable, h.readable);

//== async iteration of a hash
const c = require('crypto');
(async () => {
  const h = c.createHash('sha1');
  h.end('x');
  for await (const d of h)
    console.log(d.toString('hex'));
})();

//== getHashes
const c = require('crypto');
const all = c.getHashes();
console.log(Array.isArray(all), ['md5', 'sha1', 'sha256', 'sha512', 'sha3-256', 'shake128', 'RSA-SHA256', 'blake2b512'].every((n) => all.includes(n)));

//== names
const c = require('crypto');
console.log(c.createHash.name, c.createHmac.name, c.randomBytes.name, typeof c.createCipheriv, typeof c.X509Certificate, c.constants.RSA_PKCS1_PSS_PADDING, c.getFips());
