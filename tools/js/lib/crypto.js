// Hashes, message authentication, keys derived from passwords, randomness. There are no ciphers and no
// public keys: what needs them throws ERR_FEATURE_UNAVAILABLE_ON_PLATFORM.
const { codes } = require('internal/errors');
const { isBytes, toBuffer, bytesOf, textOrBytes, coded, string, callable, integer, later, lazyTransform,
  kLazy } = require('internal/codec');
const { hash, os } = internal;

const INT_MAX = 2 ** 31 - 1;
const anyBytes = ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];

// ---- hashes -----------------------------------------------------------------------------------------------

// The binding's name of a hash from the many OpenSSL takes: RSA-SHA256, SHA2-256, sha512/256.
function nameOf(algorithm) {
  return algorithm.toLowerCase().replace(/^(rsa-|ssl3-)|withrsaencryption$/g, '').replace('/', '-')
    .replace(/^sha2?-(?=1$|224|256|384|512)/, 'sha').replace(/^sha1-2$/, 'sha1')
    .replace(/^(blake2b|shake)-/, '$1');
}

function invalidDigest(name) {
  return new codes.ERR_CRYPTO_INVALID_DIGEST(name);
}

function xofLength(options, native, isXof) {
  const length = options?.outputLength;
  if (length === undefined)
    return native;
  if (typeof length !== 'number')
    throw new codes.ERR_INVALID_ARG_TYPE('options.outputLength', 'number', length);
  integer(length, 'options.outputLength', 0, 2 ** 32 - 1);
  if (!isXof && length !== native) {
    const reason = 'not XOF or invalid length';
    const library = 'digital envelope routines';
    throw Object.assign(new Error(`error:030000B2:${library}::${reason}`),
      { library, reason, code: 'ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH' });
  }
  return length;
}

function encode(bytes, encoding) {
  const b = toBuffer(bytes);
  return encoding && encoding !== 'buffer' && b.constructor.isEncoding(encoding) ? b.toString(encoding) : b;
}

// What `update` takes.
function checkData(data, encoding) {
  if (typeof data === 'string') {
    if (data.length % 2 && /^hex$/i.test(encoding)) {
      throw new codes.ERR_INVALID_ARG_VALUE('encoding', encoding,
        `is invalid for data of length ${data.length}`);
    }
  } else if (!ArrayBuffer.isView(data)) {
    throw new codes.ERR_INVALID_ARG_TYPE('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
  }
}

const hide = (o, values) => {
  for (const k of Reflect.ownKeys(values))
    Object.defineProperty(o, k, { value: values[k], writable: true, configurable: true });
};
const kState = Symbol('kState');
const kName = Symbol('kName');
const kLength = Symbol('kLength');

function Hash(algorithm, options) {
  if (!new.target)
    return new Hash(algorithm, options);
  const from = algorithm instanceof Hash && algorithm;
  if (!from)
    string(algorithm, 'algorithm');
  const name = from ? from[kName] : nameOf(algorithm);
  const state = from ? hash.copy(from[kState]) : hash.begin(name);
  if (!state)
    throw new Error('Digest method not supported');
  const [length, isXof] = hash.info(name);
  hide(this, { [kState]: state, [kName]: name, [kLength]: xofLength(options, length, isXof),
    [kLazy]: options });
}

Hash.prototype.update = function update(data, encoding) {
  if (!this[kState])
    throw new codes.ERR_CRYPTO_HASH_FINALIZED();
  checkData(data, encoding);
  hash.add(this[kState], textOrBytes(data, encoding));
  return this;
};

Hash.prototype.digest = function digest(encoding) {
  const state = this[kState];
  if (!state)
    throw new codes.ERR_CRYPTO_HASH_FINALIZED();
  this[kState] = undefined;
  encoding = encoding === undefined ? encoding : String(encoding);
  const r = hash.end(state, encoding === 'hex', this[kLength]);
  return typeof r === 'string' ? r : encode(r, encoding);
};

Hash.prototype.copy = function copy(options) {
  if (!this[kState])
    throw new codes.ERR_CRYPTO_HASH_FINALIZED();
  return new Hash(this, options);
};

function Hmac(algorithm, key, options) {
  if (!new.target)
    return new Hmac(algorithm, key, options);
  string(algorithm, 'hmac');
  const bytes = keyBytes(key, 'key', options?.encoding);
  const name = nameOf(algorithm);
  if (!hash.info(name))
    throw invalidDigest(algorithm);
  const state = hash.beginHmac(name, bytes);
  if (!state)
    throw new Error('error:00000000:lib(0)::reason(0)');
  hide(this, { [kState]: state, [kName]: name, [kLength]: 0, [kLazy]: options });
}

Hmac.prototype.update = Hash.prototype.update;
Hmac.prototype.digest = function digest(encoding) {
  if (this[kState])
    return Hash.prototype.digest.call(this, encoding);
  return encoding && encoding !== 'buffer' ? '' : encode(new Uint8Array(0));
};

for (const C of [Hash, Hmac]) {
  C.prototype._transform = function (chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  };
  C.prototype._flush = function (callback) {
    this.push(this.digest());
    callback();
  };
  lazyTransform(C, (of) => of[kLazy]);
}

// hash(algorithm, data[, encoding]): all at once.
function hashOnce(algorithm, input, encoding = 'hex') {
  string(algorithm, 'algorithm');
  if (typeof input !== 'string' && !ArrayBuffer.isView(input))
    throw new codes.ERR_INVALID_ARG_TYPE('input', ['Buffer', 'TypedArray', 'DataView', 'string'], input);
  if (encoding !== 'hex') {
    string(encoding, 'outputEncoding');
    if (encoding !== 'buffer' && !require('buffer').Buffer.isEncoding(encoding))
      throw new codes.ERR_INVALID_ARG_VALUE('outputEncoding', encoding);
  }
  if (!hash.info(nameOf(algorithm)))
    throw new Error(`Digest method ${algorithm} is not supported`);
  return new Hash(algorithm).update(input).digest(encoding);
}

function getHashes() {
  const sha2 = ['224', '256', '384', '512', '512-224', '512-256'];
  const plain = ['md5', 'sha1', ...sha2.map((n) => `sha${n}`)];
  const sha3 = ['224', '256', '384', '512'].map((n) => `sha3-${n}`);
  return ['RSA-MD5', 'RSA-SHA1', 'RSA-SHA1-2', ...sha2.map((n) => `RSA-SHA${n.replace('-', '/')}`),
    ...sha3.map((n) => `RSA-${n.toUpperCase()}`), 'blake2b512', ...plain, ...sha3, 'shake128', 'shake256',
    'ssl3-md5', 'ssl3-sha1', ...plain.map((n) => `${n}WithRSAEncryption`)].sort();
}

function timingSafeEqual(buf1, buf2) {
  const check = (v, name) => {
    if (!isBytes(v)) {
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE',
        `The "${name}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`);
    }
  };
  check(buf1, 'buf1');
  check(buf2, 'buf2');
  if (buf1.byteLength !== buf2.byteLength)
    throw new codes.ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH();
  return hash.equal(bytesOf(buf1), bytesOf(buf2));
}

// ---- secret keys ------------------------------------------------------------------------------------------

class KeyObject {
  #bytes;
  constructor(type, handle) {
    if (type !== 'secret' && type !== 'public' && type !== 'private')
      throw new codes.ERR_INVALID_ARG_VALUE('type', type);
    if (type !== 'secret' || !(handle instanceof Uint8Array))
      throw new codes.ERR_INVALID_ARG_TYPE('handle', 'object', handle);
    this.#bytes = handle;
  }
  get type() {
    return 'secret';
  }
  get symmetricKeySize() {
    return this.#bytes.length;
  }
  equals(other) {
    if (!(other instanceof KeyObject))
      throw new codes.ERR_INVALID_ARG_TYPE('otherKeyObject', 'KeyObject', other);
    return hash.equal(this.#bytes, other.#bytes);
  }
  export(options) {
    if (options?.format === 'jwk')
      return { kty: 'oct', k: toBuffer(this.#bytes).toString('base64url') };
    return toBuffer(this.#bytes.slice());
  }
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return 'SecretKeyObject [KeyObject] { [Symbol(kKeyType)]: \'secret\' }';
  }
  static from(key) {
    if (!(key instanceof require('internal/webcrypto').CryptoKey))
      throw new codes.ERR_INVALID_ARG_TYPE('key', 'CryptoKey', key);
    return new KeyObject('secret', require('internal/webcrypto').bytesOfKey(key));
  }
  static bytes(key) {
    return key.#bytes;
  }
}
const secretBytes = KeyObject.bytes;
delete KeyObject.bytes;

function createSecretKey(key, encoding) {
  if (typeof key !== 'string' && !isBytes(key))
    throw new codes.ERR_INVALID_ARG_TYPE('key', anyBytes, key);
  return new KeyObject('secret', copyOf(key, encoding));
}

// A copy as a Uint8Array.
function copyOf(v, encoding) {
  const b = typeof v === 'string' ? require('buffer').Buffer.from(v, encoding) : bytesOf(v);
  return Uint8Array.from(b);
}

function keyBytes(key, name, encoding) {
  if (typeof key === 'string' || isBytes(key))
    return textOrBytes(key, encoding);
  if (key instanceof KeyObject)
    return secretBytes(key);
  if (key !== null && typeof key === 'object' && key.constructor?.name === 'CryptoKey')
    return require('internal/webcrypto').bytesOfKey(key);
  throw new codes.ERR_INVALID_ARG_TYPE(name,
    name === 'ikm' ? ['string', 'SecretKeyObject', 'ArrayBuffer', 'TypedArray', 'DataView', 'Buffer'] :
      ['string', ...anyBytes, 'KeyObject', 'CryptoKey'], key);
}

// ---- keys from passwords ----------------------------------------------------------------------------------

function inputBytes(v, name, types = anyBytes) {
  if (typeof v === 'string')
    return require('buffer').Buffer.from(v);
  if (!isBytes(v))
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['string', ...types], v);
  return bytesOf(v);
}

// `run` at once, as the callback's result after this turn.
function withCallback(run, callback) {
  let error = null, value;
  try {
    value = run();
  } catch (e) {
    error = e;
  }
  later(() => error ? callback(error) : callback(null, value));
}

function preparePbkdf2(password, salt, iterations, keylen, digest) {
  string(digest, 'digest');
  password = inputBytes(password, 'password');
  salt = inputBytes(salt, 'salt');
  integer(iterations, 'iterations', 1, INT_MAX);
  integer(keylen, 'keylen', 0, INT_MAX);
  const name = nameOf(digest);
  if (!hash.info(name) || hash.info(name)[1])
    throw invalidDigest(digest);
  return () => toBuffer(hash.pbkdf2(name, password, salt, iterations, keylen));
}

const pbkdf2Sync = (password, salt, iterations, keylen, digest) =>
  preparePbkdf2(password, salt, iterations, keylen, digest)();

function pbkdf2(password, salt, iterations, keylen, digest, callback) {
  if (typeof digest === 'function') {
    callback = digest;
    digest = undefined;
  }
  const run = preparePbkdf2(password, salt, iterations, keylen, digest);
  callable(callback);
  withCallback(run, callback);
}

function scryptNumber(options, name, alias, fallback) {
  let v = options?.[name];
  const other = options?.[alias];
  if (v !== undefined && other !== undefined)
    throw coded(Error, 'ERR_CRYPTO_SCRYPT_INVALID_PARAMETER', 'Invalid scrypt parameter');
  if (v !== undefined)
    integer(v, name, 0, 2 ** 32 - 1);
  else if (other !== undefined)
    integer(other, alias, 0, 2 ** 32 - 1);
  v ??= other;
  return v || fallback;
}

function prepareScrypt(password, salt, keylen, options) {
  password = inputBytes(password, 'password');
  salt = inputBytes(salt, 'salt');
  integer(keylen, 'keylen', 0, INT_MAX);
  const N = scryptNumber(options, 'N', 'cost', 16384);
  const r = scryptNumber(options, 'r', 'blockSize', 8);
  const p = scryptNumber(options, 'p', 'parallelization', 1);
  let maxmem = options?.maxmem;
  if (maxmem !== undefined)
    integer(maxmem, 'maxmem', 0, Number.MAX_SAFE_INTEGER);
  maxmem ||= 32 << 20;
  const invalid = (why = '') =>
    coded(RangeError, 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS', `Invalid scrypt params${why}`);
  if (N < 2 || 2 ** Math.round(Math.log2(N)) !== N || r * p >= 2 ** 30 || r < 4 && N >= 2 ** (16 * r))
    throw invalid();
  if (128 * r * (N + 2 + p) > maxmem)
    throw invalid(': error:030000AC:digital envelope routines::memory limit exceeded');
  return () => toBuffer(hash.scrypt(password, salt, N, r, p, keylen));
}

const scryptSync = (password, salt, keylen, options) => prepareScrypt(password, salt, keylen, options)();

function scrypt(password, salt, keylen, options, callback) {
  if (callback === undefined) {
    callback = options;
    options = undefined;
  }
  const run = prepareScrypt(password, salt, keylen, options);
  callable(callback);
  withCallback(run, callback);
}

function hmacOf(name, key, ...parts) {
  const state = hash.beginHmac(name, key);
  for (const p of parts)
    hash.add(state, p);
  return hash.end(state, false, 0);
}

function prepareHkdf(digest, ikm, salt, info, length) {
  const other = ['ArrayBuffer', 'TypedArray', 'DataView', 'Buffer'];
  string(digest, 'digest');
  ikm = keyBytes(ikm, 'ikm');
  salt = inputBytes(salt, 'salt', other);
  info = inputBytes(info, 'info', other);
  integer(length, 'length', 0, 2 ** 32);
  if (info.length > 1024)
    throw new codes.ERR_OUT_OF_RANGE('info', 'must not contain more than 1024 bytes', info.length);
  const name = nameOf(digest);
  const about = hash.info(name);
  if (!about || about[1])
    throw invalidDigest(digest);
  const size = about[0];
  if (length > 255 * size)
    throw coded(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
  return () => {
    const prk = hmacOf(name, salt.length ? salt : new Uint8Array(size), ikm);
    const out = new Uint8Array(Math.ceil(length / size) * size);
    let t = new Uint8Array(0);
    for (let at = 0, i = 1; at < length; at += size, i++) {
      t = hmacOf(name, prk, t, info, Uint8Array.of(i));
      out.set(t, at);
    }
    return out.buffer.slice(0, length);
  };
}

const hkdfSync = (digest, ikm, salt, info, length) => prepareHkdf(digest, ikm, salt, info, length)();

function hkdf(digest, ikm, salt, info, length, callback) {
  const run = prepareHkdf(digest, ikm, salt, info, length);
  callable(callback);
  withCallback(run, callback);
}

// ---- randomness -------------------------------------------------------------------------------------------

function sizeOf(size, elementSize, offset, length) {
  if (typeof size !== 'number')
    throw new codes.ERR_INVALID_ARG_TYPE('size', 'number', size);
  size *= elementSize;
  if (Number.isNaN(size) || size > INT_MAX || size < 0)
    throw new codes.ERR_OUT_OF_RANGE('size', `>= 0 && <= ${INT_MAX}`, size);
  if (size + offset > length)
    throw new codes.ERR_OUT_OF_RANGE('size + offset', `<= ${length}`, size + offset);
  return Math.floor(size);
}

function randomBytes(size, callback) {
  size = sizeOf(size, 1, 0, Infinity);
  if (callback !== undefined)
    callable(callback);
  const run = () => {
    const r = new Uint8Array(size);
    os.random(r);
    return toBuffer(r);
  };
  if (callback === undefined)
    return run();
  withCallback(run, callback);
}

// The part of `buf` that is to be filled.
function partOf(buf, offset, size) {
  if (!isBytes(buf))
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['ArrayBuffer', 'ArrayBufferView'], buf);
  const element = buf.BYTES_PER_ELEMENT || 1;
  if (typeof offset !== 'number')
    throw new codes.ERR_INVALID_ARG_TYPE('offset', 'number', offset);
  offset *= element;
  const most = Math.min(buf.byteLength, INT_MAX);
  if (Number.isNaN(offset) || offset > most || offset < 0)
    throw new codes.ERR_OUT_OF_RANGE('offset', `>= 0 && <= ${most}`, offset);
  offset = Math.floor(offset);
  size = size === undefined ? buf.byteLength - offset : sizeOf(size, element, offset, buf.byteLength);
  return bytesOf(buf).subarray(offset, offset + size);
}

function randomFillSync(buf, offset = 0, size = undefined) {
  os.random(partOf(buf, offset, size));
  return buf;
}

function randomFill(buf, offset, size, callback) {
  if (!isBytes(buf))
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['ArrayBuffer', 'ArrayBufferView'], buf);
  if (typeof offset === 'function')
    [callback, offset, size] = [offset, 0, undefined];
  else if (typeof size === 'function')
    [callback, size] = [size, undefined];
  callable(callback);
  const part = partOf(buf, offset, size);
  withCallback(() => {
    os.random(part);
    return buf;
  }, callback);
}

const RANDOM_MAX = 2 ** 48 - 1;

function randomInt(min, max, callback) {
  if (max === undefined || typeof max === 'function')
    [callback, max, min] = [max, min, 0];
  if (callback !== undefined)
    callable(callback);
  for (const [name, v] of [['min', min], ['max', max]]) {
    if (!Number.isSafeInteger(v))
      throw new codes.ERR_INVALID_ARG_TYPE(name, 'a safe integer', v);
  }
  if (max <= min)
    throw new codes.ERR_OUT_OF_RANGE('max', `greater than the value of "min" (${min})`, max);
  const range = max - min;
  if (!(range <= RANDOM_MAX))
    throw new codes.ERR_OUT_OF_RANGE('max - min', `<= ${RANDOM_MAX}`, range);
  // numbers of 48 bits above the last multiple of `range` would favour the small ones
  const limit = RANDOM_MAX - RANDOM_MAX % range;
  const bytes = new Uint8Array(6);
  let x;
  do {
    os.random(bytes);
    x = bytes.reduce((sum, b) => sum * 256 + b, 0);
  } while (x >= limit);
  const r = x % range + min;
  if (callback === undefined)
    return r;
  later(callback, undefined, r);
}

function randomUUID(options) {
  if (options !== undefined) {
    if (options === null || typeof options !== 'object' || Array.isArray(options))
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'object', options);
    if (options.disableEntropyCache !== undefined && typeof options.disableEntropyCache !== 'boolean') {
      throw new codes.ERR_INVALID_ARG_TYPE('options.disableEntropyCache', 'boolean',
        options.disableEntropyCache);
    }
  }
  const b = new Uint8Array(16);
  os.random(b);
  b[6] = b[6] & 15 | 64;
  b[8] = b[8] & 63 | 128;
  return Array.from(b, (x, i) => (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') +
    (x < 16 ? '0' : '') + x.toString(16)).join('');
}

// ---- what there is, and what there is not -----------------------------------------------------------------

const crypto = module.exports = {
  createHash: (algorithm, options) => new Hash(algorithm, options),
  createHmac: (algorithm, key, options) => new Hmac(algorithm, key, options),
  createSecretKey, getHashes, getCiphers: () => [], getCurves: () => [], getCipherInfo: () => undefined,
  hash: hashOnce, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync, timingSafeEqual,
  randomBytes, randomFill, randomFillSync, randomInt, randomUUID,
  getFips: () => 0, setFips() {}, secureHeapUsed: () => ({ total: 0, used: 0, utilization: 0, min: 0 }),
  Hash, Hmac, KeyObject,
  constants: Object.assign(Object.create(null), {
    RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_X931_PADDING: 5,
    RSA_PKCS1_PSS_PADDING: 6, RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2,
    RSA_PSS_SALTLEN_AUTO: -2, POINT_CONVERSION_COMPRESSED: 2, POINT_CONVERSION_UNCOMPRESSED: 4,
    POINT_CONVERSION_HYBRID: 6,
  }),
};
for (const name of ['createHash', 'createHmac'])
  Object.defineProperty(crypto[name], 'name', { value: name });
for (const name of ['pseudoRandomBytes', 'prng', 'rng'])
  Object.defineProperty(crypto, name, { value: randomBytes, configurable: true, writable: true });

const missing = 'checkPrime checkPrimeSync createCipheriv createDecipheriv createDiffieHellman ' +
  'createDiffieHellmanGroup createECDH createPrivateKey createPublicKey createSign createVerify ' +
  'diffieHellman generatePrime generatePrimeSync getDiffieHellman generateKeyPair generateKeyPairSync ' +
  'generateKey generateKeySync privateDecrypt privateEncrypt publicDecrypt publicEncrypt sign verify ' +
  'setEngine Certificate Cipher Cipheriv Decipher Decipheriv DiffieHellman DiffieHellmanGroup ECDH Sign ' +
  'Verify X509Certificate';
for (const name of missing.split(' ')) {
  crypto[name] = { [name]: function () {
    throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM(`crypto.${name}`);
  } }[name];
}

function lazily(name, get) {
  Object.defineProperty(crypto, name, { enumerable: true, configurable: true, get });
}
lazily('webcrypto', () => require('internal/webcrypto').crypto);
lazily('subtle', () => require('internal/webcrypto').crypto.subtle);
lazily('getRandomValues', () => function getRandomValues(array) {
  return require('internal/webcrypto').crypto.getRandomValues(array);
});
