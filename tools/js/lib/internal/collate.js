// The order of texts: letters by their place in the alphabet first, then accents, then case, as the Unicode collation algorithm (UTS #10) has it
// for what is written with Latin letters; other scripts come behind, in the order of their code points.
const ORDER = "\t\n\v\f\r  _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";
const place = { __proto__: null };
[...ORDER].forEach((c, i) => { place[c] = i + 1; });
const MARKS = /\p{M}/gu;
const LONG = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', þ: 'th', ı: 'i' };
const PLAIN = /^[\x20-\x7e]*$/;

const weight = (c) => place[c] ?? 1000 + c.codePointAt(0);

function keysOf(text) {
  const whole = PLAIN.test(text) ? text : text.normalize('NFD');
  const bare = whole === text && PLAIN.test(text) ? text : whole.replace(MARKS, '');
  let low = bare.toLowerCase();
  if (!PLAIN.test(low))
    low = low.replace(/[ßæœøđłþı]/g, (c) => LONG[c]);
  return { low, whole, bare };
}

const units = (text, numeric) => (numeric ? text.match(/\d+|[^]/gu) ?? [] : text);

function primary(a, b, numeric) {
  const x = [...units(a, numeric)], y = [...units(b, numeric)];
  for (let i = 0; i < x.length && i < y.length; i++) {
    if (x[i] === y[i])
      continue;
    if (numeric && /^\d/.test(x[i]) && /^\d/.test(y[i])) {
      const d = BigInt(x[i]) - BigInt(y[i]);
      if (d !== 0n)
        return d < 0n ? -1 : 1;
      continue;
    }
    return weight(x[i][0] >= '\ud800' ? x[i] : x[i][0]) < weight(y[i][0] >= '\ud800' ? y[i] : y[i][0]) ? -1 : 1;
  }
  return Math.sign(x.length - y.length);
}

// Both of ASCII's printable characters: what most texts are.
const weights = Uint8Array.from({ length: 128 }, (_, i) => place[String.fromCharCode(i).toLowerCase()] ?? 0);

function plain(a, b) {
  const n = Math.min(a.length, b.length);
  let cased = 0;
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i), y = b.charCodeAt(i);
    if (x === y)
      continue;
    const d = weights[x] - weights[y];
    if (d !== 0)
      return d < 0 ? -1 : 1;
    cased ||= x > y ? -1 : 1;
  }
  return Math.sign(a.length - b.length) || cased;
}

const usual = { sensitivity: 'variant', numeric: false, caseFirst: 'false', ignorePunctuation: false };

exports.compare = (a, b, o = usual) => {
  if (a === b)
    return 0;
  if (o.ignorePunctuation)
    [a, b] = [a, b].map((s) => s.replace(/[\p{P}\s]/gu, ''));
  if (o.numeric)
    [a, b] = [a, b].map((s) => s.replace(/(?<!\d)0+(?=\d)/g, ''));
  else if (o === usual && PLAIN.test(a) && PLAIN.test(b))
    return plain(a, b);
  const x = keysOf(a), y = keysOf(b);
  const first = primary(x.low, y.low, o.numeric);
  if (first || o.sensitivity === 'base')
    return first;
  if (o.sensitivity !== 'case' && x.whole !== y.whole) {
    const p = x.whole.toLowerCase(), q = y.whole.toLowerCase();
    if (p !== q)
      return p < q ? -1 : 1;
  }
  if (o.sensitivity === 'accent' || x.bare === y.bare)
    return 0;
  for (let i = 0; i < x.bare.length && i < y.bare.length; i++) {
    if (x.bare[i] !== y.bare[i])
      return (x.bare[i] > y.bare[i]) === (o.caseFirst !== 'upper') ? -1 : 1;
  }
  return 0;
};
