// Texts for util.inspect: strings in quotes, numbers, how wide a text is, colours.
const escapes = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 39: '\\\'', 92: '\\\\' };
const toEscape = /[\x00-\x1f\\\x7f-\x9f]/;
const toEscapeAll =
  /[\x00-\x1f'\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

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
  '(?:(?:(?:;[-a-zA-Z\\d/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d/#&.:=?%@~_]*)*)?' +
  '(?:\\u0007|\\u001b\\\\|\\u009c))' +
  '|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))', 'g');

const strip = (s) => s.includes('\x1b') || s.includes('\x9b') ? s.replace(ansi, '') : s;

// What takes two columns and is no emoji: code points as steps in base 36 from the one before, +n: a range.
const wideSteps = '3cw+2n 3ii+1 li+7 2b+5 1kh+p 2+2g d+5x r+26 3+2d 3+2u 6+16 2+2l 2+2d a+1b 2+13 9+mkc ' +
  '4+1i wq+s hw+8mb 6l9+e7 lt+9 n+y 2+i 2+3 46+2n 3k+6 m4a+4 c+6 a+5p1 16+v 2q+36 6pq+3 2+6 2+1 2+82 g ' +
  'u+2 3 f+3 9+az 603+1 2k+1 90+2e a+m 616+2 e+17 5+8 o+5 2or+1ekd 3+1ekd';
let wide; // [first, last, first, last, …]
let emoji, mark; // patterns, made when they are needed: compiled they are long

function isWide(c) {
  if (wide === undefined) {
    wide = [];
    let at = 0;
    for (const step of wideSteps.split(' ')) {
      const [from, n] = step.split('+').map((x) => parseInt(x, 36));
      wide.push(at += from, at += n ?? 0);
    }
  }
  let a = 0, b = wide.length / 2 - 1;
  while (a <= b) {
    const m = a + b >> 1;
    if (c < wide[2 * m])
      b = m - 1;
    else if (c > wide[2 * m + 1])
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
  emoji ??= new RegExp('^\\p{Emoji_Presentation}', 'u');
  mark ??= new RegExp('^[\\p{Cc}\\p{Cf}\\p{Me}\\p{Mn}]', 'u');
  for (const ch of s.normalize('NFC')) {
    if (emoji.test(ch) || isWide(ch.codePointAt(0)))
      n += 2;
    else if (ch === '\xad' || !mark.test(ch))
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
