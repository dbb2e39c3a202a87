// Checks of arguments, with Node's errors.
const { codes } = require('internal/errors');

const wrongType = (name, expected, v) => {
  throw new codes.ERR_INVALID_ARG_TYPE(name, expected, v);
};
const ofType = (type, expected = type) => (v, name) => {
  if (typeof v !== type)
    wrongType(name, expected, v);
};

function validateNumber(v, name, min, max) {
  if (typeof v !== 'number')
    wrongType(name, 'number', v);
  const low = min == null ? '' : `>= ${min}`, high = max == null ? '' : `<= ${max}`;
  if (v < min && low || v > max && high || (low || high) && Number.isNaN(v))
    throw new codes.ERR_OUT_OF_RANGE(name, low + (low && high ? ' && ' : '') + high, v);
}

function validateInteger(v, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  if (typeof v !== 'number')
    wrongType(name, 'number', v);
  if (!Number.isInteger(v))
    throw new codes.ERR_OUT_OF_RANGE(name, 'an integer', v);
  if (v < min || v > max)
    throw new codes.ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, v);
}

// Bits of the third argument of validateObject.
const kValidateObjectAllowNullable = 1;
const kValidateObjectAllowArray = 2;
const kValidateObjectAllowFunction = 4;

function validateObject(v, name, allow = 0) {
  if (v === null ? !(allow & 1) : Array.isArray(v) ? !(allow & 2) :
    typeof v !== 'object' && !(allow & 4 && typeof v === 'function'))
    wrongType(name, 'Object', v);
}

function validateArray(v, name, minLength = 0) {
  if (!Array.isArray(v))
    wrongType(name, 'Array', v);
  if (v.length < minLength)
    throw new codes.ERR_INVALID_ARG_VALUE(name, v, `must be longer than ${minLength}`);
}

const arrayOf = (type) => (v, name) => {
  validateArray(v, name);
  v.forEach((x, i) => ofType(type)(x, `${name}[${i}]`));
};

function validateAbortSignal(v, name) {
  if (v !== undefined && (v === null || typeof v !== 'object' || !('aborted' in v)))
    wrongType(name, 'AbortSignal', v);
}

module.exports = {
  kValidateObjectNone: 0,
  kValidateObjectAllowNullable,
  kValidateObjectAllowArray,
  kValidateObjectAllowFunction,
  isInt32: (v) => v === (v | 0),
  isUint32: (v) => v === (v >>> 0),
  validateString: ofType('string'),
  validateBoolean: ofType('boolean'),
  validateFunction: ofType('function', 'Function'),
  validateUndefined: ofType('undefined'),
  validateNumber,
  validateInteger,
  validateInt32: (v, name, min = -2147483648, max = 2147483647) => validateInteger(v, name, min, max),
  validateUint32: (v, name, isPositive = false) => validateInteger(v, name, isPositive ? 1 : 0, 4294967295),
  validateObject,
  validateArray,
  validateStringArray: arrayOf('string'),
  validateBooleanArray: arrayOf('boolean'),
  validateOneOf(v, name, all) {
    if (!all.includes(v)) {
      const list = all.map((x) => typeof x === 'string' ? `'${x}'` : String(x)).join(', ');
      throw new codes.ERR_INVALID_ARG_VALUE(name, v, `must be one of: ${list}`);
    }
  },
  validateUnion(v, name, all) {
    if (!all.includes(v))
      wrongType(name, `('${all.join('|')}')`, v);
  },
  validateBuffer(v, name = 'buffer') {
    if (!ArrayBuffer.isView(v))
      wrongType(name, ['Buffer', 'TypedArray', 'DataView'], v);
  },
  validatePort(v, name = 'Port', allowZero = true) {
    if (typeof v !== 'number' && typeof v !== 'string' || typeof v === 'string' && v.trim() === '' ||
        +v !== (+v >>> 0) || v > 0xffff || +v === 0 && !allowZero)
      throw new codes.ERR_SOCKET_BAD_PORT(name, v, allowZero);
    return v | 0;
  },
  validateAbortSignal,
  validateAbortSignalArray(v, name) {
    validateArray(v, name);
    v.forEach((s, i) => s == null ? wrongType(`${name}[${i}]`, 'AbortSignal', s) :
      validateAbortSignal(s, `${name}[${i}]`));
  },
  validateDictionary(v, name) {
    if (v != null && typeof v !== 'object' && typeof v !== 'function')
      wrongType(name, 'a dictionary', v);
  },
  // A mode of a file: a number, or octal digits.
  parseFileMode(v, name, fallback) {
    v ??= fallback;
    if (typeof v === 'string') {
      if (!/^[0-7]+$/.test(v))
        throw new codes.ERR_INVALID_ARG_VALUE(name, v,
          'must be a 32-bit unsigned integer or an octal string');
      v = parseInt(v, 8);
    }
    validateInteger(v, name, 0, 4294967295);
    return v;
  },
};
