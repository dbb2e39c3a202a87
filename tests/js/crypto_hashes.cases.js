// Cases of crypto: every hash, and what is made of it.

//== hash md5
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('md5').update(b).digest('hex'));
}
const h = c.createHash('md5');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac md5
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('md5', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 md5
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'md5').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'md5').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'md5').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'md5').toString('base64'));

//== hkdf md5
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('md5', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('md5', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('md5', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha1
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha1').update(b).digest('hex'));
}
const h = c.createHash('sha1');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha1
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha1', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha1
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha1').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha1').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha1').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha1').toString('base64'));

//== hkdf sha1
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha1', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha1', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha1', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha224
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha224').update(b).digest('hex'));
}
const h = c.createHash('sha224');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha224
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha224', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha224
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha224').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha224').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha224').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha224').toString('base64'));

//== hkdf sha224
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha224', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha224', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha224', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha256
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha256').update(b).digest('hex'));
}
const h = c.createHash('sha256');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha256
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha256', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha256
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha256').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha256').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha256').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha256').toString('base64'));

//== hkdf sha256
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha256', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha256', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha256', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha384
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha384').update(b).digest('hex'));
}
const h = c.createHash('sha384');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha384
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha384', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha384
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha384').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha384').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha384').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha384').toString('base64'));

//== hkdf sha384
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha384', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha384', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha384', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha512
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha512').update(b).digest('hex'));
}
const h = c.createHash('sha512');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha512
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha512', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha512
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha512').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha512').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha512').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha512').toString('base64'));

//== hkdf sha512
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha512', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha512', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha512', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha512-224
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha512-224').update(b).digest('hex'));
}
const h = c.createHash('sha512-224');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha512-224
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha512-224', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha512-224
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha512-224').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha512-224').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha512-224').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha512-224').toString('base64'));

//== hkdf sha512-224
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha512-224', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha512-224', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha512-224', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha512-256
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha512-256').update(b).digest('hex'));
}
const h = c.createHash('sha512-256');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha512-256
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha512-256', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha512-256
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha512-256').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha512-256').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha512-256').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha512-256').toString('base64'));

//== hkdf sha512-256
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha512-256', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha512-256', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha512-256', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha3-224
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha3-224').update(b).digest('hex'));
}
const h = c.createHash('sha3-224');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha3-224
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha3-224', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha3-224
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha3-224').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha3-224').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha3-224').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha3-224').toString('base64'));

//== hkdf sha3-224
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha3-224', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-224', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-224', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha3-256
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha3-256').update(b).digest('hex'));
}
const h = c.createHash('sha3-256');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha3-256
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha3-256', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha3-256
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha3-256').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha3-256').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha3-256').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha3-256').toString('base64'));

//== hkdf sha3-256
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha3-256', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-256', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-256', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha3-384
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha3-384').update(b).digest('hex'));
}
const h = c.createHash('sha3-384');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha3-384
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha3-384', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha3-384
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha3-384').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha3-384').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha3-384').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha3-384').toString('base64'));

//== hkdf sha3-384
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha3-384', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-384', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-384', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash sha3-512
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('sha3-512').update(b).digest('hex'));
}
const h = c.createHash('sha3-512');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac sha3-512
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('sha3-512', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 sha3-512
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'sha3-512').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'sha3-512').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'sha3-512').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'sha3-512').toString('base64'));

//== hkdf sha3-512
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('sha3-512', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-512', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('sha3-512', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));

//== hash shake128
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('shake128').update(b).digest('hex'));
}
const h = c.createHash('shake128');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hash shake256
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('shake256').update(b).digest('hex'));
}
const h = c.createHash('shake256');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hash blake2b512
const c = require('crypto');
for (const n of [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 103, 104, 111, 112, 127, 128, 129, 135, 136, 143, 144, 167, 168, 169, 1000]) {
  const b = Buffer.alloc(n, 'boxagnts');
  console.log(n, c.createHash('blake2b512').update(b).digest('hex'));
}
const h = c.createHash('blake2b512');
for (let i = 0; i < 300; i++)
  h.update(Buffer.alloc(i, i));
console.log(h.digest('base64'));

//== hmac blake2b512
const c = require('crypto');
for (const n of [0, 1, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144, 145, 300])
  console.log(n, c.createHmac('blake2b512', Buffer.alloc(n, 'key')).update('the data ä').digest('hex'));

//== pbkdf2 blake2b512
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => c.pbkdf2Sync('password', 'salt', 1, 20, 'blake2b512').toString('hex'));
t(() => c.pbkdf2Sync('password', 'salt', 7, 150, 'blake2b512').toString('hex'));
t(() => c.pbkdf2Sync('', '', 2, 1, 'blake2b512').toString('hex'));
t(() => c.pbkdf2Sync(Buffer.alloc(200, 'p'), new DataView(new ArrayBuffer(9)), 3, 65, 'blake2b512').toString('base64'));

//== hkdf blake2b512
const c = require('crypto');
function t(f) {
  try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.errno, e.message, ...Object.keys(e)); }
}
t(() => Buffer.from(c.hkdfSync('blake2b512', 'key', 'salt', 'info', 100)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('blake2b512', '', '', '', 1)).toString('hex'));
t(() => Buffer.from(c.hkdfSync('blake2b512', Buffer.alloc(200), new Uint8Array(200), new ArrayBuffer(1024), 255)).toString('hex'));
