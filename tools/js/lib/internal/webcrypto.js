// globalThis.crypto: random values, hashes, HMAC, and bits derived by PBKDF2 and HKDF. Other algorithms are
// rejected as the standard says of ones an implementation does not have.
const { codes } = require('internal/errors');
const { isBytes, bytesOf } = require('internal/codec');
const { hash, os } = internal;

const fail = (message, name) => new DOMException(message, name);
const unsupported = () => fail('Unrecognized algorithm name', 'NotSupportedError');
const kMake = Symbol('make');
let bytesOfKey;

class CryptoKey {
  #bytes;
  #about;
  constructor(token, bytes, about) {
    if (token !== kMake)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#bytes = bytes;
    this.#about = about;
  }
  get type() {
    return this.#about.type;
  }
  get extractable() {
    return this.#about.extractable;
  }
  get algorithm() {
    return this.#about.algorithm;
  }
  get usages() {
    return this.#about.usages;
  }
  static {
    bytesOfKey = (key) => key.#bytes;
  }
  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `CryptoKey ${inspect({ ...this.#about }, { ...options, depth: depth - 1 })}`;
  }
}
Object.defineProperty(CryptoKey.prototype, Symbol.toStringTag, { value: 'CryptoKey', configurable: true });

// What `algorithm` names, with the name as the standard writes it.
const names = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'HMAC', 'PBKDF2', 'HKDF'];
function normalize(algorithm, allowed) {
  const a = typeof algorithm === 'string' ? { name: algorithm } : algorithm;
  if (a === null || typeof a !== 'object' && typeof a !== 'function' || a.name === undefined)
    throw new TypeError('Failed to normalize algorithm: \'name\' is required');
  const name = names.find((n) => n === String(a.name).toUpperCase());
  if (!name || !allowed.includes(name))
    throw unsupported();
  return { ...a, name };
}
const hashes = names.slice(0, 4);
const hashOf = (a) => normalize(a.hash, hashes).name;
const bindingName = (name) => name.toLowerCase().replace('-', '');

function data(v) {
  if (!isBytes(v))
    throw new codes.ERR_INVALID_ARG_TYPE('data', ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'], v);
  return bytesOf(v);
}
const bufferOf = (u8) => u8.buffer.slice(u8.byteOffset, u8.byteOffset + u8.byteLength);

function makeKey(bytes, algorithm, extractable, usages, allowed) {
  for (const u of usages) {
    if (!allowed.includes(u)) {
      const what = algorithm.name === 'HMAC' ? 'an HMAC' : `a ${algorithm.name}`;
      throw fail(`Unsupported key usage for ${what} key`, 'SyntaxError');
    }
  }
  return new CryptoKey(kMake, bytes,
    { type: 'secret', extractable: !!extractable, algorithm, usages: [...usages] });
}

function hmacKey(bytes, a, extractable, usages) {
  if (!usages.length)
    throw fail('Usages cannot be empty when importing a secret key.', 'SyntaxError');
  if (!bytes.length)
    throw fail('Zero-length key is not supported', 'DataError');
  const algorithm = { name: 'HMAC', hash: { name: hashOf(a) }, length: a.length ?? bytes.length * 8 };
  if (algorithm.length > bytes.length * 8 || algorithm.length <= bytes.length * 8 - 8)
    throw fail('Invalid key length', 'DataError');
  return makeKey(bytes, algorithm, extractable, usages, ['sign', 'verify']);
}

function check(key, usage, name) {
  if (!(key instanceof CryptoKey))
    throw new codes.ERR_INVALID_ARG_TYPE('key', 'CryptoKey', key);
  if (key.algorithm.name !== name)
    throw fail('Key algorithm mismatch', 'InvalidAccessError');
  if (!key.usages.includes(usage))
    throw fail(`Unable to use this key to ${usage}`, 'InvalidAccessError');
}

function mac(key, bytes) {
  const state = hash.beginHmac(bindingName(key.algorithm.hash.name), bytesOfKey(key));
  hash.add(state, bytes);
  return hash.end(state, false, 0);
}

class SubtleCrypto {
  constructor(token) {
    if (token !== kMake)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }

  async digest(algorithm, message) {
    const bytes = data(message);
    const state = hash.begin(bindingName(normalize(algorithm, hashes).name));
    hash.add(state, bytes);
    return bufferOf(hash.end(state, false, 0));
  }

  async importKey(format, keyData, algorithm, extractable, usages) {
    const a = normalize(algorithm, ['HMAC', 'PBKDF2', 'HKDF']);
    let bytes;
    if (format === 'raw') {
      bytes = Uint8Array.from(data(keyData));
    } else if (format === 'jwk' && a.name === 'HMAC') {
      if (keyData?.kty !== 'oct')
        throw fail('Invalid JWK "kty" Parameter', 'DataError');
      bytes = Uint8Array.from(require('buffer').Buffer.from(keyData.k, 'base64url'));
    } else {
      throw fail(`Unable to import ${a.name} key using ${format} format`, 'NotSupportedError');
    }
    if (a.name === 'HMAC')
      return hmacKey(bytes, a, extractable, usages);
    if (extractable)
      throw fail(`${a.name} keys are not extractable`, 'SyntaxError');
    return makeKey(bytes, { name: a.name }, false, usages, ['deriveKey', 'deriveBits']);
  }

  async exportKey(format, key) {
    if (!(key instanceof CryptoKey))
      throw new codes.ERR_INVALID_ARG_TYPE('key', 'CryptoKey', key);
    if (!key.extractable)
      throw fail('key is not extractable', 'InvalidAccessException');
    const bytes = bytesOfKey(key);
    if (format === 'raw')
      return bufferOf(bytes);
    if (format !== 'jwk')
      throw fail(`Unable to export a raw ${key.algorithm.name} ${key.type} key`, 'InvalidAccessError');
    return { key_ops: key.usages, ext: true, kty: 'oct',
      k: require('buffer').Buffer.from(bytes).toString('base64url'),
      alg: `HS${key.algorithm.hash.name.slice(4)}` };
  }

  async generateKey(algorithm, extractable, usages) {
    const a = normalize(algorithm, ['HMAC']);
    const bits = a.length ?? hash.info(bindingName(hashOf(a)))[2] * 8;
    const bytes = new Uint8Array(Math.ceil(bits / 8));
    os.random(bytes);
    return hmacKey(bytes, { ...a, length: bits }, extractable, usages);
  }

  async sign(algorithm, key, message) {
    const a = normalize(algorithm, ['HMAC']);
    check(key, 'sign', a.name);
    return bufferOf(mac(key, data(message)));
  }

  async verify(algorithm, key, signature, message) {
    const a = normalize(algorithm, ['HMAC']);
    check(key, 'verify', a.name);
    return hash.equal(mac(key, data(message)), data(signature));
  }

  async deriveBits(algorithm, key, length) {
    const a = normalize(algorithm, ['PBKDF2', 'HKDF']);
    check(key, 'deriveBits', a.name);
    return derive(a, key, length);
  }

  async deriveKey(algorithm, key, type, extractable, usages) {
    const a = normalize(algorithm, ['PBKDF2', 'HKDF']);
    const t = normalize(type, ['HMAC']);
    check(key, 'deriveKey', a.name);
    const bits = t.length ?? hash.info(bindingName(hashOf(t)))[2] * 8;
    return hmacKey(new Uint8Array(derive(a, key, bits)), { ...t, length: bits }, extractable, usages);
  }
}
for (const name of ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']) {
  Object.defineProperty(SubtleCrypto.prototype, name, { configurable: true, writable: true,
    value: { [name]: async () => { throw unsupported(); } }[name] });
}
Object.defineProperty(SubtleCrypto.prototype, Symbol.toStringTag,
  { value: 'SubtleCrypto', configurable: true });

function derive(a, key, length) {
  if (length === null || length === undefined || length % 8)
    throw fail(length ? 'length must be a multiple of 8' : 'length cannot be null', 'OperationError');
  const crypto = require('crypto');
  const name = bindingName(hashOf(a));
  const salt = data(a.salt);
  if (a.name === 'HKDF')
    return crypto.hkdfSync(name, bytesOfKey(key), salt, data(a.info), length / 8);
  if (!(a.iterations > 0))
    throw fail('iterations cannot be zero', 'OperationError');
  return bufferOf(crypto.pbkdf2Sync(bytesOfKey(key), salt, a.iterations, length / 8, name));
}

const integers = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
  'Uint32Array', 'BigInt64Array', 'BigUint64Array'];

class Crypto {
  #subtle = new SubtleCrypto(kMake);
  constructor(token) {
    if (token !== kMake)
      throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }
  get subtle() {
    return this.#subtle;
  }
  getRandomValues(array) {
    if (!integers.includes(internal.core.classOf(array)))
      throw fail('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
    if (array.byteLength > 65536)
      throw fail('The requested length exceeds 65,536 bytes', 'QuotaExceededError');
    os.random(bytesOf(array));
    return array;
  }
  randomUUID(options) {
    return require('crypto').randomUUID(options);
  }
}
Object.defineProperty(Crypto.prototype, Symbol.toStringTag, { value: 'Crypto', configurable: true });
for (const C of [Crypto, SubtleCrypto, CryptoKey]) {
  for (const name of Object.getOwnPropertyNames(C.prototype)) {
    if (name !== 'constructor')
      Object.defineProperty(C.prototype, name, { enumerable: true });
  }
}

module.exports = { Crypto, SubtleCrypto, CryptoKey, crypto: new Crypto(kMake), bytesOfKey };
