// The errors Node throws: codes.ERR_X is the class of one, made when it is first asked for. Their texts are
// an interface (people match them), so they are Node's to the letter.

// What Node calls a class here, then the code without ERR_, then the text with %s for the arguments.
const texts = `
T AMBIGUOUS_ARGUMENT The "%s" argument is ambiguous. %s
T ARG_NOT_ITERABLE %s must be iterable
E ASSERTION %s
T ASYNC_TYPE Invalid name for async "type": %s
R BROTLI_INVALID_PARAM %s is not a valid Brotli parameter
R BUFFER_TOO_LARGE Cannot create a Buffer larger than %s bytes
R CHILD_PROCESS_STDIO_MAXBUFFER %s maxBuffer length exceeded
T CONSOLE_WRITABLE_STREAM Console expects a writable stream instance for %s
E CRYPTO_HASH_FINALIZED Digest already called
E CRYPTO_HASH_UPDATE_FAILED Hash update failed
T CRYPTO_INVALID_DIGEST Invalid digest: %s
E CRYPTO_INVALID_STATE Invalid state for operation %s
R CRYPTO_TIMING_SAFE_EQUAL_LENGTH Input buffers must have the same byte length
E DIR_CLOSED Directory handle was closed
E DIR_CONCURRENT_OPERATION Cannot do synchronous work on directory handle with concurrent asynchronous \
operations
R ENCODING_NOT_SUPPORTED The "%s" encoding is not supported
E EVENT_RECURSION The event "%s" is already being dispatched
T FEATURE_UNAVAILABLE_ON_PLATFORM The feature %s is unavailable on the current platform, which is being used \
to run Node.js
S FS_CP_DIR_TO_NON_DIR Cannot overwrite non-directory with directory
S FS_CP_EEXIST Target already exists
S FS_CP_EINVAL Invalid src or dest
S FS_CP_FIFO_PIPE Cannot copy a FIFO pipe
S FS_CP_NON_DIR_TO_DIR Cannot overwrite directory with non-directory
S FS_CP_SOCKET Cannot copy a socket file
S FS_CP_SYMLINK_TO_SUBDIRECTORY Cannot overwrite symlink in subdirectory of self
S FS_CP_UNKNOWN Cannot copy an unknown file type
S FS_EISDIR Path is a directory
R FS_FILE_TOO_LARGE File size (%s) is greater than 2 GiB
E FS_INVALID_SYMLINK_TYPE Symlink type must be one of "dir", "file", or "junction". Received "%s"
T ILLEGAL_CONSTRUCTOR Illegal constructor
T IMPORT_ASSERTION_TYPE_FAILED Module "%s" is not of type "%s"
T IMPORT_ASSERTION_TYPE_MISSING Module "%s" needs an import attribute of type "%s"
T IMPORT_ASSERTION_TYPE_UNSUPPORTED Import assertion type "%s" is unsupported
T INCOMPATIBLE_OPTION_PAIR Option "%s" cannot be used in combination with option "%s"
R INVALID_BUFFER_SIZE Buffer size must be a multiple of %s
T INVALID_CURSOR_POS Cannot set cursor row without setting its column
R INVALID_FD "fd" must be a positive integer: %s
T INVALID_FILE_URL_HOST File URL host must be "localhost" or empty on %s
T INVALID_FILE_URL_PATH File URL path %s
E HTTP_HEADERS_SENT Cannot %s headers after they are sent to the client
T HTTP_INVALID_HEADER_VALUE Invalid value "%s" for header "%s"
R INVALID_ASYNC_ID Invalid %s value: %s
T INVALID_PROTOCOL Protocol "%s" not supported. Expected "%s"
T INVALID_HTTP_TOKEN %s must be a valid HTTP token ["%s"]
E INVALID_STATE Invalid state: %s
T INVALID_THIS Value of "this" must be of type %s
T INVALID_TUPLE %s must be an iterable %s tuple
U INVALID_URI URI malformed
E METHOD_NOT_IMPLEMENTED The %s method is not implemented
T MISSING_OPTION %s is required
E MULTIPLE_CALLBACK Callback called multiple times
E NO_CRYPTO Node.js is not compiled with OpenSSL crypto support
T NO_ICU %s is not supported on Node.js compiled without ICU
E OPERATION_FAILED Operation failed: %s
T PARSE_ARGS_INVALID_OPTION_VALUE %s
T PARSE_ARGS_UNEXPECTED_POSITIONAL Unexpected argument '%s'. This command does not take positional arguments
T PERFORMANCE_INVALID_TIMESTAMP %d is not a valid timestamp
E REQUIRE_ASYNC_MODULE require() cannot be used on an ESM graph with top-level await. Use import() instead. \
Asked for: %s
E SOCKET_CLOSED Socket is closed
E STREAM_ALREADY_FINISHED Cannot call %s after a stream was finished
E STREAM_CANNOT_PIPE Cannot pipe, not readable
E STREAM_DESTROYED Cannot call %s after a stream was destroyed
T STREAM_NULL_VALUES May not write null values to stream
E STREAM_PREMATURE_CLOSE Premature close
E STREAM_PUSH_AFTER_EOF stream.push() after EOF
E STREAM_UNSHIFT_AFTER_END_EVENT stream.unshift() after end event
E STREAM_WRAP Stream has StringDecoder set or is in objectMode
E STREAM_WRITE_AFTER_END write after end
S SYSTEM_ERROR A system error occurred
T UNESCAPED_CHARACTERS %s contains unescaped characters
E UNKNOWN_BUILTIN_MODULE No such built-in module: %s
T UNKNOWN_ENCODING Unknown encoding: %s
T UNKNOWN_FILE_EXTENSION Unknown file extension "%s" for %s
R UNKNOWN_MODULE_FORMAT Unknown module format: %s for URL %s
T UNKNOWN_SIGNAL Unknown signal: %s
T UNSUPPORTED_RESOLVE_REQUEST Failed to resolve module specifier "%s" from "%s": Invalid relative URL or \
base scheme is not hierarchical.
T UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING Stripping types is currently unsupported for files under node_modules, \
for "%s"
E UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET \`process.setupUncaughtExceptionCapture()\` was called while a capture callback was \
already active
E USE_AFTER_CLOSE %s was closed
E ZLIB_INITIALIZATION_FAILED Initialization failed
`;

// Texts that are more than that: [class, function of the arguments; `this`: more properties of the error].
const makers = {
  BUFFER_OUT_OF_BOUNDS: ['R', (name) =>
    name ? `"${name}" is outside of buffer bounds` : 'Attempt to access memory outside buffer bounds'],
  ENCODING_INVALID_ENCODED_DATA: ['T', function (encoding, ret) {
    this.errno = ret;
    return `The encoded data was not valid for encoding ${encoding}`;
  }],
  FALSY_VALUE_REJECTION: ['E', function (reason) {
    this.reason = reason;
    return 'Promise was rejected with falsy value';
  }],
  INVALID_ARG_TYPE: ['T', (name, expected, actual) => {
    const what = name.endsWith(' argument') ? name : `"${name}" ${kindOf(name)}`;
    const types = describeTypes([expected].flat());
    return `The ${what} must be ${types}. Received ${determineSpecificType(actual)}`;
  }],
  INVALID_ARG_VALUE: ['T', (name, value, reason = 'is invalid') => {
    let text = inspect()(value);
    if (text.length > 128)
      text = text.slice(0, 128) + '...';
    return `The ${kindOf(name)} '${name}' ${reason}. Received ${text}`;
  }],
  INVALID_CHAR: ['T', (name, field) =>
    `Invalid character in ${name}` + (field === undefined ? '' : ` ["${field}"]`)],
  INVALID_MIME_SYNTAX: ['T', (production, text, at) =>
    `The MIME syntax for a ${production} in "${text}" is invalid` + (at === -1 ? '' : ` at ${at}`)],
  INVALID_MODULE_SPECIFIER: ['T', (request, reason, base) =>
    `Invalid module "${request}" ${reason}${imported(base)}`],
  INVALID_PACKAGE_CONFIG: ['E', (path, base, message) =>
    `Invalid package config ${path}${base ? ` while importing ${base}` : ''}` +
    (message ? `. ${message}` : '')],
  INVALID_PACKAGE_TARGET: ['E', (dir, key, target, isImport = false, base = undefined) => {
    const hint = typeof target === 'string' && !isImport && target && !target.startsWith('./') ?
      '; targets must start with "./"' : '';
    const end = ` in the package config ${dir}package.json${imported(base)}${hint}`;
    const text = JSON.stringify(target);
    return key === '.' ? `Invalid "exports" main target ${text} defined${end}` :
      `Invalid "${isImport ? 'imports' : 'exports'}" target ${text} defined for '${key}'${end}`;
  }],
  INVALID_RETURN_PROPERTY_VALUE: ['T', (input, name, prop, value) =>
    `Expected ${input} to be returned for the "${prop}" from the "${name}" function but got ` +
    `${determineSpecificType(value)}.`],
  INVALID_RETURN_VALUE: ['T', (input, name, value) =>
    `Expected ${input} to be returned from the "${name}" function but got ${determineSpecificType(value)}.`],
  INVALID_URL: ['T', function (input, base) {
    this.input = input;
    if (base != null)
      this.base = base;
    return 'Invalid URL';
  }],
  INVALID_URL_SCHEME: ['T', (expected) => {
    const all = [expected].flat();
    return `The URL must be ${all.length === 2 ? 'one of' : 'of'} scheme ${all.join(' or ')}`;
  }],
  MISSING_ARGS: ['T', (...names) => {
    const all = names.map((n) => [n].flat().map((x) => `"${x}"`).join(' or '));
    return `The ${formatList(all)} argument${names.length > 1 ? 's' : ''} must be specified`;
  }],
  MODULE_NOT_FOUND: ['E', function (path, base, url) {
    if (url)
      this.url = String(url);
    return `Cannot find ${url ? 'module' : 'package'} '${path}' imported from ${base}`;
  }],
  OUT_OF_RANGE: ['R', (name, range, input, isText = false) => {
    let got = typeof input === 'bigint' ? String(input) : inspect()(input);
    if (Number.isInteger(input) && Math.abs(input) > 2 ** 32 ||
        typeof input === 'bigint' && (input > 2n ** 32n || input < -(2n ** 32n)))
      got = String(input).replace(/\d(?=(\d{3})+$)/g, '$&_');
    if (typeof input === 'bigint')
      got += 'n';
    const what = isText ? name : `The value of "${name}" is out of range.`;
    return `${what} It must be ${range}. Received ${got}`;
  }],
  PACKAGE_IMPORT_NOT_DEFINED: ['T', (specifier, dir, base) =>
    `Package import specifier "${specifier}" is not defined${dir ? ` in package ${dir}package.json` : ''} ` +
    `imported from ${base}`],
  PACKAGE_PATH_NOT_EXPORTED: ['E', (dir, subpath, base) => subpath === '.' ?
    `No "exports" main defined in ${dir}package.json${imported(base)}` :
    `Package subpath '${subpath}' is not defined by "exports" in ${dir}package.json${imported(base)}`],
  PARSE_ARGS_UNKNOWN_OPTION: ['T', (option, allowPositionals) => `Unknown option '${option}'` +
    (allowPositionals ? '. To specify a positional argument starting with a \'-\', place it at the end of ' +
      `the command after '--', as in '-- ${JSON.stringify(option)}` : '')],
  SOCKET_BAD_PORT: ['R', (name, port, allowZero = true) =>
    `${name} should be ${allowZero ? '>=' : '>'} 0 and < 65536. Received ${determineSpecificType(port)}.`],
  UNHANDLED_REJECTION: ['E', function (reason) {
    this.name = 'UnhandledPromiseRejection';
    return 'This error originated either by throwing inside of an async function without a catch block, or by rejecting a ' +
      `promise which was not handled with .catch(). The promise rejected with the reason "${reason}".`;
  }],
  UNHANDLED_ERROR: ['E', (error) => 'Unhandled error.' + (error === undefined ? '' : ` (${error})`)],
  UNSUPPORTED_DIR_IMPORT: ['E', (path, base) =>
    `Directory import '${path}' is not supported resolving ES modules imported from ${base}`],
  UNSUPPORTED_ESM_URL_SCHEME: ['E', (url, supported) =>
    `Only URLs with a scheme in: ${formatList(supported)} are supported by the default ESM loader. ` +
    `Received protocol '${url.protocol}'`],
};

const kIsNodeError = Symbol('kIsNodeError');
const bases = { E: Error, T: TypeError, R: RangeError, U: URIError };
const errorToString = Error.prototype.toString;
const inspect = () => require('internal/inspect').inspect; // late: that file needs this one

const kindOf = (name) => name.includes('.') ? 'property' : 'argument';
const imported = (base) => base ? ` imported from ${base}` : '';

// "a", "a and b", "a, b, and c"
function formatList(all, word = 'and') {
  const last = all.length - 1;
  return last < 2 ? all.join(` ${word} `) : `${all.slice(0, last).join(', ')}, ${word} ${all[last]}`;
}

const typeNames =
  ['string', 'function', 'number', 'object', 'Function', 'Object', 'boolean', 'bigint', 'symbol'];

// "of type string or an instance of URL", of the names of types and classes
function describeTypes(expected) {
  let types = [];
  const classes = [], other = [], parts = [];
  for (const t of expected) {
    if (typeNames.includes(t))
      types.push(t.toLowerCase());
    else
      (/^[A-Z][a-zA-Z0-9]*$/.test(t) ? classes : other).push(t);
  }
  if (classes.length && types.includes('object')) {
    types = types.filter((t) => t !== 'object');
    classes.push('Object');
  }
  if (types.length)
    parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${formatList(types, 'or')}`);
  if (classes.length)
    parts.push(`an instance of ${formatList(classes, 'or')}`);
  if (other.length > 1)
    parts.push(`one of ${formatList(other, 'or')}`);
  else if (other.length)
    parts.push((/[A-Z]/.test(other[0]) ? 'an ' : '') + other[0]);
  return parts.join(' or ');
}

// "type number (1)", "an instance of Map", "function f"
function determineSpecificType(v) {
  if (v == null)
    return String(v);
  if (typeof v === 'function')
    return `function ${v.name}`;
  if (typeof v === 'object')
    return v.constructor && 'name' in v.constructor ? `an instance of ${v.constructor.name}` :
      inspect()(v, { depth: -1 });
  if (typeof v !== 'string')
    return `type ${typeof v} (${Object.is(v, -0) ? '-0' : String(v)}${typeof v === 'bigint' ? 'n' : ''})`;
  const s = v.length > 28 ? v.slice(0, 25) + '...' : v;
  return `type string (${s.includes('\'') ? JSON.stringify(s) : `'${s}'`})`;
}

function makeClass(code, Base, text) {
  class NodeError extends Base {
    constructor(...args) {
      const facts = {}; // what the text's function says beside the text
      super(typeof text === 'function' ? text.apply(facts, args) :
        args.length ? require('internal/format').format(text, ...args) : text);
      this.code = code;
      Object.assign(this, facts);
    }
    get ['constructor']() {
      return Base;
    }
    get [kIsNodeError]() {
      return true;
    }
    toString() {
      return `${this.name} [${code}]: ${this.message}`;
    }
  }
  return NodeError;
}

// The same code with another base: codes.ERR_INVALID_STATE.TypeError
function makeVariants(code, Base, text) {
  const C = makeClass(code, Base, text);
  if (code === 'ERR_INVALID_URL') { // Node makes it elsewhere, as a plain one
    delete C.prototype[kIsNodeError];
    delete C.prototype.toString;
  }
  for (const B of [Error, TypeError, RangeError]) {
    Object.defineProperty(C, B.name, { configurable: true, get() {
      const value = makeClass(code, B, text);
      Object.defineProperty(C, B.name, { value });
      return value;
    } });
  }
  return C;
}

// An error of the system with the facts about it in `info`: {code, message, syscall, errno, path, dest}.
class SystemError extends Error {
  constructor(code, text, info) {
    super(`${text}: ${info.syscall} returned ${info.code} (${info.message})` +
      (info.path === undefined ? '' : ` ${info.path}`) + (info.dest === undefined ? '' : ` => ${info.dest}`));
    this.code = code;
    Object.defineProperty(this, 'name', { value: 'SystemError', writable: true, configurable: true });
    Object.defineProperty(this, kIsNodeError, { value: true, configurable: true });
    Object.defineProperty(this, 'info', { value: info, enumerable: true, configurable: true });
    for (const k of ['errno', 'syscall', 'path', 'dest']) {
      if (info[k] === undefined && k[0] !== 'e' && k[0] !== 's')
        continue;
      Object.defineProperty(this, k, {
        get: () => info[k], set: (v) => { info[k] = v; }, enumerable: true, configurable: true });
    }
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](depth, options) {
    return inspect()(this, { ...options, getters: true, customInspect: false });
  }
}

const codes = new Proxy({}, {
  get(made, code) {
    if (code in made || typeof code !== 'string')
      return made[code];
    const name = code.slice(4);
    let C;
    if (Object.hasOwn(makers, name)) {
      C = makeVariants(code, bases[makers[name][0]], makers[name][1]);
    } else {
      const at = texts.indexOf(` ${name} `);
      if (at < 0)
        return undefined;
      const text = texts.slice(at + name.length + 2, texts.indexOf('\n', at));
      C = texts[at - 1] !== 'S' ? makeVariants(code, bases[texts[at - 1]], text) :
        class NodeError extends SystemError {
          constructor(info) {
            super(code, text, info);
          }
        };
    }
    return made[code] = C;
  },
});

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    if (options !== undefined && typeof options !== 'object')
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

// The first line of an error's stack.
function headerOf(error) {
  return kIsNodeError in error ? `${error.name} [${error.code}]: ${error.message}` :
    errorToString.call(error);
}

require('internal/stack').setHeader(headerOf);

// An error's stack as V8 has it, whose first line is made when the stack is first looked at. The engine's
// has only the calls; whatever the user put there stays as it is.
const headers = new WeakMap();
function stackOf(error) {
  const s = error.stack;
  if (typeof s !== 'string' || s && !s.startsWith('    at '))
    return s ? String(s) : errorToString.call(error);
  let head = headers.get(error);
  if (head === undefined)
    headers.set(error, head = headerOf(error));
  return s ? `${head}\n${s.endsWith('\n') ? s.slice(0, -1) : s}` : head;
}

// A failed call of the system, of its (negative) number and its name, with path and dest if there are any.
function uvException({ errno, syscall, path, dest, message, code }) {
  const known = require('internal/errnos').map().get(errno) ?? ['UNKNOWN', 'unknown error'];
  const e = new Error(`${code ?? known[0]}: ${message || known[1]}, ${syscall}` + (path ? ` '${path}'` : '') +
    (dest ? ` -> '${dest}'` : ''));
  e.errno = errno;
  e.code = code ?? known[0];
  e.syscall = syscall;
  if (path)
    e.path = String(path);
  if (dest)
    e.dest = String(dest);
  return e;
}

// The inner error, and the outer one that came while it was dealt with.
function aggregateTwoErrors(inner, outer) {
  if (!inner || !outer || inner === outer)
    return inner || outer;
  if (Array.isArray(outer.errors)) {
    outer.errors.push(inner);
    return outer;
  }
  const e = new AggregateError([outer, inner], outer.message);
  e.code = outer.code;
  return e;
}

// What others may put in: sourceOf(file), the text of a script that is in no file.
const hooks = { sourceOf: (file) => require('internal/run').sources?.[file] };

module.exports = {
  hooks, codes, kIsNodeError, SystemError, AbortError, stackOf, headerOf, determineSpecificType, formatList,
  uvException, aggregateTwoErrors,
  isStackOverflowError: (e) => e instanceof RangeError && /call stack/i.test(e.message),
  hideStackFrames: (f) => f,
};
