// require('assert')
const { core } = internal;
const { codes } = require('internal/errors');
const { inspect } = require('internal/inspect');
const { isDeepEqual } = require('internal/comparisons');
const AssertionError = require('internal/assertion_error');

const isRegExp = (v) => core.classOf(v) === 'RegExp';
const nothing = {}; // in place of an error: there was none

// Throws: the caller's message if it is an error, or an AssertionError of what is given.
function fail(details) {
  if (details.message instanceof Error)
    throw details.message;
  throw new AssertionError(details);
}

// An AssertionError whose message the library made, or not, whatever its constructor thinks.
function failWith(details, generatedMessage) {
  const e = new AssertionError(details);
  e.generatedMessage = generatedMessage;
  throw e;
}

function checkTruth(fn, n, value, message) {
  if (value)
    return;
  const isGenerated = n === 0 || message == null;
  if (n === 0)
    message = 'No value argument passed to `assert.ok()`';
  else if (message == null)
    message = require('internal/call_text')(fn);
  else if (message instanceof Error)
    throw message;
  failWith({ actual: value, expected: true, message, operator: '==', stackStartFn: fn }, isGenerated);
}

function ok(...args) {
  checkTruth(ok, args.length, ...args);
}
const assert = ok;

// A function of (actual, expected, message) that fails with `operator` where `isGood` says no.
function comparison(name, operator, isGood) {
  const f = { [name](actual, expected, message) {
    if (arguments.length < 2)
      throw new codes.ERR_MISSING_ARGS('actual', 'expected');
    if (!isGood(actual, expected))
      fail({ actual, expected, message, operator, stackStartFn: f });
  } }[name];
  assert[name] = f;
}

assert.fail = function fail(actual, expected, message, operator, stackStartFn) {
  const n = arguments.length;
  const isGenerated = actual == null && n <= 1;
  if (isGenerated) {
    message = 'Failed';
  } else if (n === 1) {
    message = actual;
    actual = undefined;
  } else if (n === 2) {
    operator = '!=';
  }
  if (message instanceof Error)
    throw message;
  const e = new AssertionError({ actual, expected, operator: operator === undefined ? 'fail' : operator,
    stackStartFn: stackStartFn || fail, message });
  if (isGenerated)
    e.generatedMessage = true;
  throw e;
};
assert.AssertionError = AssertionError;
assert.ok = ok;

const isLooselySame = (a, b) => a == b || Number.isNaN(a) && Number.isNaN(b);
comparison('equal', '==', isLooselySame);
comparison('notEqual', '!=', (a, b) => !isLooselySame(a, b));
comparison('deepEqual', 'deepEqual', (a, b) => isDeepEqual(a, b, false));
comparison('notDeepEqual', 'notDeepEqual', (a, b) => !isDeepEqual(a, b, false));
comparison('deepStrictEqual', 'deepStrictEqual', (a, b) => isDeepEqual(a, b, true));
comparison('notDeepStrictEqual', 'notDeepStrictEqual', (a, b) => !isDeepEqual(a, b, true));
comparison('strictEqual', 'strictEqual', Object.is);
comparison('notStrictEqual', 'notStrictEqual', (a, b) => !Object.is(a, b));

/* ---- throws, rejects ---- */

// What of an object is compared: its `keys`, a text that matches the other's pattern in place of the pattern.
class Comparison {
  constructor(o, keys, actual) {
    for (const k of keys) {
      if (k in o)
        this[k] = actual !== undefined && typeof actual[k] === 'string' && isRegExp(o[k]) &&
          o[k].exec(actual[k]) !== null ? actual[k] : o[k];
    }
  }
}

function checkAgainstObject(actual, expected, message, fn) {
  const keys = Object.keys(expected).filter((k) => k !== 'stack' || !core.isError(expected));
  if (expected instanceof Error)
    keys.push('name', 'message');
  else if (keys.length === 0)
    throw new codes.ERR_INVALID_ARG_VALUE('error', expected, 'may not be an empty object');
  for (const k of keys) {
    if (typeof actual[k] === 'string' && isRegExp(expected[k]) && expected[k].exec(actual[k]) !== null)
      continue;
    if (k in actual && isDeepEqual(actual[k], expected[k], true))
      continue;
    if (message)
      fail({ actual, expected, message, operator: fn.name, stackStartFn: fn });
    const e = new AssertionError({ actual: new Comparison(actual, keys),
      expected: new Comparison(expected, keys, actual), operator: 'deepStrictEqual', stackStartFn: fn });
    throw Object.assign(e, { actual, expected, operator: fn.name });
  }
}

function describeWrongClass(actual, expected) {
  let s = `The error is expected to be an instance of "${expected.name}". Received `;
  if (!require('util').isError(actual))
    return `${s}"${inspect(actual, { depth: -1 })}"`;
  const name = actual.constructor?.name || actual.name;
  s += expected.name === name ? 'an error with identical name but a different prototype.' : `"${name}"`;
  return actual.message ? `${s}\n\nError message:\n\n${actual.message}` : s;
}

// Does what was thrown meet `expected`: a pattern, a class, a function, an object?
function checkException(actual, expected, message, fn) {
  let made;
  if (isRegExp(expected)) {
    const s = String(actual);
    if (expected.exec(s) !== null)
      return;
    made = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(s)}\n`;
  } else if (typeof expected !== 'function') {
    if (typeof actual === 'object' && actual !== null)
      return checkAgainstObject(actual, expected, message, fn);
    const e = new AssertionError({ actual, expected, message, operator: 'deepStrictEqual',
      stackStartFn: fn });
    e.operator = fn.name;
    throw e;
  } else if (expected.prototype !== undefined && actual instanceof expected) {
    return;
  } else if (Error.isPrototypeOf(expected)) {
    made = describeWrongClass(actual, expected);
  } else {
    const r = Reflect.apply(expected, {}, [actual]);
    if (r === true)
      return;
    made = `The ${expected.name ? `"${expected.name}" ` : ''}validation function is expected to return ` +
      `"true". Received ${inspect(r)}`;
    if (require('util').isError(actual))
      made += `\n\nCaught error:\n\n${actual}`;
  }
  failWith({ actual, expected, message: message || made, operator: fn.name, stackStartFn: fn }, !message);
}

function caught(fn) {
  if (typeof fn !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE('fn', 'Function', fn);
  try {
    fn();
  } catch (e) {
    return e;
  }
  return nothing;
}

const isPromise = (v) => core.classOf(v) === 'Promise' ||
  v !== null && typeof v === 'object' && typeof v.then === 'function' && typeof v.catch === 'function';

async function rejection(fn) {
  let p = fn;
  if (typeof fn === 'function') {
    p = fn();
    if (!isPromise(p))
      throw new codes.ERR_INVALID_RETURN_VALUE('instance of Promise', 'promiseFn', p);
  } else if (!isPromise(fn)) {
    throw new codes.ERR_INVALID_ARG_TYPE('promiseFn', ['Function', 'Promise'], fn);
  }
  try {
    await p;
  } catch (e) {
    return e;
  }
  return nothing;
}

function expectError(fn, actual, expected, message, n) {
  if (typeof expected === 'string') {
    if (n === 2)
      throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], expected);
    const isObject = typeof actual === 'object' && actual !== null;
    if (isObject ? actual.message === expected : actual === expected)
      throw new codes.ERR_AMBIGUOUS_ARGUMENT('error/message',
        `The error ${isObject ? 'message ' : ''}"${expected}" is identical to the message.`);
    message = expected;
    expected = undefined;
  } else if (expected != null && typeof expected !== 'object' && typeof expected !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], expected);
  }
  if (actual === nothing) {
    const kind = fn === assert.rejects ? 'rejection' : 'exception';
    const name = expected?.name ? ` (${expected.name})` : '';
    fail({ actual: undefined, expected, operator: fn.name, stackStartFn: fn,
      message: `Missing expected ${kind}${name}${message ? `: ${message}` : '.'}` });
  }
  if (expected)
    checkException(actual, expected, message, fn);
}

function isExpected(actual, expected) {
  if (isRegExp(expected))
    return expected.exec(String(actual)) !== null;
  if (typeof expected !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE('expected', ['Function', 'RegExp'], expected);
  if (expected.prototype !== undefined && actual instanceof expected)
    return true;
  return !Error.isPrototypeOf(expected) && Reflect.apply(expected, {}, [actual]) === true;
}

function expectNoError(fn, actual, expected, message) {
  if (actual === nothing)
    return;
  if (typeof expected === 'string') {
    message = expected;
    expected = undefined;
  }
  if (!expected || isExpected(actual, expected)) {
    const kind = fn === assert.doesNotReject ? 'rejection' : 'exception';
    fail({ actual, expected, operator: fn.name, stackStartFn: fn,
      message: `Got unwanted ${kind}${message ? `: ${message}` : '.'}\n` +
        `Actual message: "${actual && actual.message}"` });
  }
  throw actual;
}

assert.throws = function throws(fn, ...args) {
  expectError(throws, caught(fn), args[0], args[1], args.length);
};
assert.rejects = async function rejects(fn, ...args) {
  expectError(rejects, await rejection(fn), args[0], args[1], args.length);
};
assert.doesNotThrow = function doesNotThrow(fn, ...args) {
  expectNoError(doesNotThrow, caught(fn), ...args);
};
assert.doesNotReject = async function doesNotReject(fn, ...args) {
  expectNoError(doesNotReject, await rejection(fn), ...args);
};

assert.ifError = function ifError(error) {
  if (error == null)
    return;
  let s = 'ifError got unwanted exception: ';
  if (typeof error === 'object' && typeof error.message === 'string')
    s += error.message.length === 0 && error.constructor ? error.constructor.name : error.message;
  else
    s += inspect(error);
  throw new AssertionError({ actual: error, expected: null, operator: 'ifError', message: s,
    stackStartFn: ifError });
};

function checkMatch(fn, s, regexp, message) {
  if (!isRegExp(regexp))
    throw new codes.ERR_INVALID_ARG_TYPE('regexp', 'RegExp', regexp);
  const wanted = fn === assert.match;
  if (typeof s === 'string' && (regexp.exec(s) !== null) === wanted)
    return;
  if (message instanceof Error)
    throw message;
  const made = typeof s !== 'string' ?
    `The "string" argument must be of type string. Received type ${typeof s} (${inspect(s)})` :
    `The input ${wanted ? 'did not match' : 'was expected to not match'} the regular expression ` +
    `${inspect(regexp)}. Input:\n\n${inspect(s)}\n`;
  failWith({ actual: s, expected: regexp, message: message || made, operator: fn.name, stackStartFn: fn },
    !message);
}
assert.match = function match(s, regexp, message) {
  checkMatch(match, s, regexp, message);
};
assert.doesNotMatch = function doesNotMatch(s, regexp, message) {
  checkMatch(doesNotMatch, s, regexp, message);
};

function strict(...args) {
  checkTruth(strict, args.length, ...args);
}
assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
strict.strict = strict;

module.exports = assert;
