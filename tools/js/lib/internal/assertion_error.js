// assert.AssertionError and its messages.
const { inspect } = require('internal/inspect');
const { validateObject } = require('internal/validators');

const heads = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
};
const identical = 'Values have same structure but are not reference-equal:';

const isObject = (v) => typeof v === 'object' && v !== null;
const cut = (s, n) => s.length > n ? s.slice(0, n - 3) + '...' : s;

function text(v) {
  return inspect(v, { compact: false, customInspect: false, depth: 1000, maxArrayLength: Infinity,
    showHidden: false, showProxy: false, sorted: true, getters: true });
}

// At most 46 lines of a long value.
function someLines(lines) {
  if (lines.length > 50)
    lines.splice(46, lines.length, '...');
  return lines.join('\n');
}

// The end of both that is the same, taken off: what to show of it, and whether lines of it were left out.
function takeCommonEnd(a, b, i) {
  let end = '', other = '';
  while (a.length > 0 && b.length > 0 && a.at(-1) === b.at(-1)) {
    if (i++ < 3)
      end = `\n  ${a.at(-1)}${end}`;
    else
      other = a.at(-1);
    a.pop();
    b.pop();
  }
  const skipped = i >= 5;
  if (skipped)
    end = `\n...${end}`;
  if (other !== '')
    end = `\n  ${other}${end}`;
  return { end, skipped };
}

// The lines of both, those that differ marked with + and -.
class Diff {
  constructor() {
    this.text = '';
    this.later = ''; // expected lines that come after the actual ones of the same run
    this.printed = 0;
    this.same = 0; // lines in a row
    this.skipped = false;
  }
  // The end of a run of identical lines before line `i`: the first two are there already.
  endRun(lines, i) {
    if (this.same > 2) {
      const hidden = this.same - 2;
      if (hidden > 3) {
        this.text += '\n...';
        this.skipped = true;
      }
      for (let k = Math.min(hidden, hidden > 3 ? 2 : 3); k > 0; k--) {
        this.text += `\n  ${lines[i - k]}`;
        this.printed++;
      }
    }
    this.same = 0;
  }
  keep(line) {
    this.text += this.later;
    this.later = '';
    if (++this.same <= 2) {
      this.text += `\n  ${line}`;
      this.printed++;
    }
  }
}

// Equal but for a comma that comes from what follows.
function isSameLine(a, b) {
  return a === b || a === `${b},` || `${a},` === b;
}

function diffLines(a, b) {
  const d = new Diff();
  const n = Math.max(a.length, b.length), both = Math.min(a.length, b.length);
  const longer = a.length < n ? b : a;
  for (let i = 0; i < n; i++) {
    if (i >= both) {
      d.endRun(longer, i);
      if (longer === a)
        d.text += `\n+ ${a[i]}`;
      else
        d.later += `\n- ${b[i]}`;
      d.printed++;
    } else if (!isSameLine(a[i], b[i])) {
      d.endRun(a, i);
      d.text += `\n+ ${a[i]}`;
      d.later += `\n- ${b[i]}`;
      d.printed += 2;
    } else {
      d.keep(a[i].length < b[i].length ? b[i] : a[i]);
    }
    if (d.printed > 50 && i < n - 2) {
      d.isCut = true;
      break;
    }
  }
  return d;
}

function describeDifference(actual, expected, operator, message) {
  const whole = text(actual);
  const a = whole.split('\n'), b = text(expected).split('\n');
  if (operator === 'strictEqual' && (isObject(actual) && isObject(expected) ||
      typeof actual === 'function' && typeof expected === 'function'))
    operator = 'strictEqualObject';
  const head = message || heads[operator];
  let mark = '', i = 0;
  if (a.length === 1 && b.length === 1 && a[0] !== b[0]) {
    const n = a[0].length + b[0].length;
    if (n <= 12) {
      if (!isObject(actual) && !isObject(expected) && (actual !== 0 || expected !== 0))
        return `${head}\n\n${a[0]} !== ${b[0]}\n`;
    } else if (operator !== 'strictEqualObject' && n < 80) {
      while (a[0][i] === b[0][i])
        i++;
      if (i > 2) {
        mark = `\n  ${' '.repeat(i)}^`;
        i = 0;
      }
    }
  }
  const { end, skipped } = takeCommonEnd(a, b, i);
  if (a.length === 0 && b.length === 0)
    return `${identical}\n\n${someLines(whole.split('\n'))}\n`;
  const d = diffLines(a, b);
  const title = `${head}\n+ actual - expected`;
  if (d.isCut)
    return `${title} ... Lines skipped\n${d.text}\n...${d.later}\n...`;
  return `${title}${d.skipped || skipped ? ' ... Lines skipped' : ''}\n${d.text}${d.later}${end}${mark}`;
}

function describeSame(actual, operator) {
  const head = operator === 'notStrictEqual' && (isObject(actual) || typeof actual === 'function') ?
    heads.notStrictEqualObject : heads[operator];
  const lines = text(actual).split('\n');
  if (lines.length === 1)
    return `${head}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}`;
  return `${head}\n\n${someLines(lines)}\n`;
}

function describe(actual, expected, operator) {
  if (operator === 'deepStrictEqual' || operator === 'strictEqual')
    return describeDifference(actual, expected, operator);
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual')
    return describeSame(actual, operator);
  const a = text(actual), b = text(expected);
  if (operator === 'notDeepEqual' && a === b)
    return cut(`${heads[operator]}\n\n${a}`, 1024);
  const x = cut(a, 512), y = cut(b, 512);
  if (operator === 'deepEqual')
    return `${heads[operator]}\n\n${x}\n\nshould loosely deep-equal\n\n${y}`;
  if (operator === 'notDeepEqual')
    return `Expected values not to be loosely deep-equal:\n\n${x}\n\nshould not loosely deep-equal\n\n${y}`;
  return `${x} ${operator} ${y}`;
}

// Of errors that are compared the stacks are not told.
function withoutStack(e) {
  const { stack, ...own } = e;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(e)), own);
  return Object.defineProperty(copy, 'message', { value: e.message });
}

class AssertionError extends Error {
  constructor(options) {
    validateObject(options, 'options');
    const { message, operator, details, stackStartFn, stackStartFunction } = options;
    let { actual, expected } = options;
    if (message != null) {
      super(operator === 'deepStrictEqual' || operator === 'strictEqual' ?
        describeDifference(actual, expected, operator, message) : String(message));
    } else {
      if (isObject(actual) && isObject(expected) && actual instanceof Error && expected instanceof Error) {
        actual = withoutStack(actual);
        expected = withoutStack(expected);
      }
      super(describe(actual, expected, operator));
    }
    this.generatedMessage = !message;
    const name = (value) =>
      Object.defineProperty(this, 'name', { value, enumerable: false, writable: true, configurable: true });
    this.code = 'ERR_ASSERTION';
    if (details) {
      Object.assign(this, { actual: undefined, expected: undefined, operator: undefined });
      details.forEach((d, i) => Object.assign(this, { [`message ${i}`]: d.message, [`actual ${i}`]: d.actual,
        [`expected ${i}`]: d.expected, [`operator ${i}`]: d.operator, [`stack trace ${i}`]: d.stack }));
    } else {
      Object.assign(this, { actual, expected, operator });
    }
    // The stack keeps the name it is first seen with.
    name('AssertionError [ERR_ASSERTION]');
    Error.captureStackTrace(this, stackStartFn || stackStartFunction);
    require('internal/errors').stackOf(this);
    name('AssertionError');
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
  [inspect.custom](depth, options) {
    const { actual, expected } = this;
    for (const k of ['actual', 'expected']) {
      if (typeof this[k] !== 'string')
        continue;
      const lines = this[k].split('\n', 11);
      if (lines.length > 10)
        this[k] = `${lines.slice(0, 10).join('\n')}\n...`;
      else if (this[k].length > 512)
        this[k] = `${this[k].slice(512)}...`;
    }
    const s = inspect(this, { ...options, customInspect: false, depth: 0 });
    Object.assign(this, { actual, expected });
    return s;
  }
}

module.exports = AssertionError;
