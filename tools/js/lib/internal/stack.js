// error.stack in V8's form: a first line with name and message, calls of the user's code only. The engine's has the
// calls alone, the library's own among them.
const { prototype } = Error;
const { get: engineGet } = Object.getOwnPropertyDescriptor(prototype, 'stack');
const errorToString = prototype.toString;
const engineCapture = Error.captureStackTrace;

// What Error.prepareStackTrace is given has fewer methods than V8's.
{
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error, sites) => sites;
  const site = Object.getPrototypeOf(engineGet.call(new Error())[0]);
  Error.prepareStackTrace = prepareStackTrace;
  const no = () => false, nothing = () => undefined, none = () => null;
  const more = { isEval: no, isConstructor: no, isAsync: no, isPromiseAll: no, isToplevel: () => true, getThis: nothing, getTypeName: none, getMethodName: none,
    getEvalOrigin: nothing, getPromiseIndex: none, getScriptNameOrSourceURL() { return this.getFileName(); }, getScriptHash: () => '', getPosition: () => 0,
    getEnclosingLineNumber: () => 0, getEnclosingColumnNumber: () => 0,
    toString() {
      const name = this.getFunctionName(), at = this.isNative() ? 'native' : `${this.getFileName()}:${this.getLineNumber()}:${this.getColumnNumber()}`;
      return name ? `${name} (${at})` : at;
    } };
  for (const name of Object.keys(more))
    Object.defineProperty(site, name, { value: more[name], writable: true, configurable: true });
}

let headerOf = (error) => errorToString.call(error);
exports.setHeader = (fn) => { headerOf = fn; };

const OURS = /\(<null>:0:1\)$|^    at (?:evalScript|evalModule|runJobs) \(native\)$/;

function calls(text) {
  let r = '';
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) { // whatever iterates arrays by now
    const line = lines[i];
    if (line === '' || OURS.test(line))
      continue;
    r += '\n' + line.replace(/^    at <(?:eval|anonymous)> \((.*)\)$/, '    at $1').replace(/ \(native\)$/, ' (<anonymous>)');
  }
  return r;
}

function isEngines(text) { return typeof text === 'string' && (text === '' || text.startsWith('    at ')); }

const made = new WeakMap(); // error: its stack, from the first look on

const accessors = Object.getOwnPropertyDescriptor({
  get stack() {
    const known = made.get(this);
    if (known !== undefined)
      return known;
    const text = engineGet.call(this);
    if (!isEngines(text))
      return text;
    let head;
    try {
      head = headerOf(this);
    } catch {
      head = 'Error';
    }
    const stack = head + calls(text);
    made.set(this, stack);
    return stack;
  },
  set stack(value) {
    Object.defineProperty(this, 'stack', { value, writable: true, configurable: true, enumerable: false });
  },
}, 'stack');
Object.defineProperty(prototype, 'stack', { ...accessors, enumerable: false });

Error.captureStackTrace = function captureStackTrace(object, above) {
  engineCapture(object, above);
  const own = Object.getOwnPropertyDescriptor(object, 'stack');
  if (own && isEngines(own.value)) {
    let head;
    try {
      head = headerOf(object);
    } catch {
      head = 'Error';
    }
    Object.defineProperty(object, 'stack', { ...own, value: head + calls(own.value), enumerable: false });
  }
};
