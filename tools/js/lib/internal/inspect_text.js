// Texts for util.inspect: strings in quotes, numbers, how wide a text is, colours.
const escapes = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 39: '\\\'', 92: '\\\\' };
const toEscape = /[\x00-\x1f\\\x7f-\x9f]/;
const toEscapeAll = /[\x00-\x1f'\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escapeOne(c) {
  const n = c.charCodeAt(0);
  return escapes[n] ?? (n < 256 ? `\\x${n.toString(16).toUpperCase().padStart(2, '0')}` :
    `\\u${n.toString(16)}`);
}

// In the quotes that need no escape: ' or " or `.
function quote(s) {
  let q = '\'';
  if (s.includes('\'')) {
    if (!s.includes('"'))
      q = '"';
    else if (!s.includes('`') && !s.includes('${'))
      q = '`';
    else
      return `'${s.replace(toEscapeAll, escapeOne)}'`;
  }
  if (toEscape.test(s) || !s.isWellFormed())
    s = s.replace(toEscapeAll, (c) => c === '\'' ? c : escapeOne(c));
  return q + s + q;
}

// Not one expression with everything in it: the parts differ in what may end them.
const ansi = new RegExp('[\\u001b\\u009b][[\\]()#;?]*(?:' +
  '(?:(?:(?:;[-a-zA-Z\\d/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d/#&.:=?%@~_]*)*)?(?:\\u0007|\\u001b\\\\|\\u009c))' +
  '|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))', 'g');

const strip = (s) => s.includes('\x1b') || s.includes('\x9b') ? s.replace(ansi, '') : s;

// Ranges of code points, in order: [first, last] of what takes no column, and of what takes two.
const zero = [0, 0x1f, 0x7f, 0x9f, 0x300, 0x36f, 0x200b, 0x200f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f,
  0x1f3fb, 0x1f3ff, 0xe0100, 0xe01ef];
const wide = [0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3,
  0x25fd, 0x25fe, 0x2614, 0x2615, 0x2648, 0x2653, 0x267f, 0x267f, 0x2693, 0x2693, 0x26a1, 0x26a1, 0x26aa, 0x26ab,
  0x26bd, 0x26be, 0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea, 0x26ea, 0x26f2, 0x26f3, 0x26f5, 0x26f5,
  0x26fa, 0x26fa, 0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c, 0x274e, 0x274e,
  0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27b0, 0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50,
  0x2b55, 0x2b55, 0x2e80, 0x303e, 0x3040, 0x3247, 0x3250, 0x4dbf, 0x4e00, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x1b000, 0x1b2ff,
  0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf, 0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f320, 0x1f32d, 0x1f335,
  0x1f337, 0x1f37c, 0x1f37e, 0x1f393, 0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0, 0x1f3f0, 0x1f3f4, 0x1f3f4,
  0x1f3f8, 0x1f43e, 0x1f440, 0x1f440, 0x1f442, 0x1f4fc, 0x1f4ff, 0x1f53d, 0x1f54b, 0x1f54e, 0x1f550, 0x1f567,
  0x1f57a, 0x1f57a, 0x1f595, 0x1f596, 0x1f5a4, 0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680, 0x1f6c5, 0x1f6cc, 0x1f6cc,
  0x1f6d0, 0x1f6d2, 0x1f6d5, 0x1f6d7, 0x1f6dc, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0, 0x1f7eb,
  0x1f7f0, 0x1f7f0, 0x1f90c, 0x1f93a, 0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd];

function isIn(ranges, c) {
  let a = 0, b = ranges.length / 2 - 1;
  while (a <= b) {
    const m = a + b >> 1;
    if (c < ranges[2 * m])
      b = m - 1;
    else if (c > ranges[2 * m + 1])
      a = m + 1;
    else
      return true;
  }
  return false;
}

// The columns a text takes on a terminal.
function stringWidth(s, hasColors = true) {
  if (hasColors)
    s = strip(s);
  if (/^[\x20-\x7e]*$/.test(s))
    return s.length;
  let n = 0;
  for (const ch of s.normalize('NFC')) {
    const c = ch.codePointAt(0);
    if (isIn(wide, c))
      n += 2;
    else if (!isIn(zero, c))
      n++;
  }
  return n;
}

const separate = (digits) => digits.replace(/\d(?=(\d{3})+$)/g, '$&_');

function numberText(v, separator) {
  if (!separator)
    return Object.is(v, -0) ? '-0' : String(v);
  const s = String(v);
  if (!Number.isFinite(v) || s.includes('e'))
    return s;
  const [whole, fraction] = s.split('.');
  return separate(whole) + (fraction === undefined ? '' : `.${fraction.replace(/\d{3}(?=\d)/g, '$&_')}`);
}

const bigintText = (v, separator) => `${separator ? separate(String(v)) : v}n`;

const more = (n, what = 'item') => `... ${n} more ${what}${n > 1 ? 's' : ''}`;

const colors = Object.create(null);
for (const [name, on, off] of [
  ['reset', 0, 0], ['bold', 1, 22], ['dim', 2, 22], ['italic', 3, 23], ['underline', 4, 24], ['blink', 5, 25],
  ['inverse', 7, 27], ['hidden', 8, 28], ['strikethrough', 9, 29], ['doubleunderline', 21, 24]])
  colors[name] = [on, off];
['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].forEach((name, i) => {
  colors[name] = [30 + i, 39];
});
['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'].forEach((name, i) => {
  colors[`bg${name}`] = [40 + i, 49];
});
colors.framed = [51, 54];
colors.overlined = [53, 55];
['gray', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].forEach((name, i) => {
  colors[i ? `${name}Bright` : name] = [90 + i, 39];
});
['Gray', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'].forEach((name, i) => {
  colors[`bg${name}${i ? 'Bright' : ''}`] = [100 + i, 49];
});
for (const [name, ...others] of [['gray', 'grey', 'blackBright'], ['bgGray', 'bgGrey', 'bgBlackBright'],
  ['dim', 'faint'], ['strikethrough', 'crossedout', 'strikeThrough', 'crossedOut'], ['hidden', 'conceal'],
  ['inverse', 'swapColors', 'swapcolors'], ['doubleunderline', 'doubleUnderline']]) {
  for (const o of others) {
    Object.defineProperty(colors, o, {
      get() {
        return this[name];
      },
      set(v) {
        this[name] = v;
      },
      configurable: true,
    });
  }
}
const styles = Object.assign(Object.create(null), {
  special: 'cyan', number: 'yellow', bigint: 'yellow', boolean: 'yellow', undefined: 'grey', null: 'bold',
  string: 'green', symbol: 'green', date: 'magenta', regexp: 'red', module: 'underline',
});

module.exports = {
  quote, toEscapeAll, escapeOne, strip, stringWidth, numberText, bigintText, more, colors, styles,
};
