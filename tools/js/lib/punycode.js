// Punycode (RFC 3492) with the interface of punycode.js 2, which Node still ships.
const BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 128, MAX = 0x7FFFFFFF;

const fail = (text) => {
  throw new RangeError(text);
};

function adapt(delta, count, isFirst) {
  delta = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
  delta += Math.floor(delta / count);
  let k = 0;
  for (; delta > (BASE - TMIN) * TMAX >> 1; k += BASE)
    delta = Math.floor(delta / (BASE - TMIN));
  return Math.floor(k + (BASE - TMIN + 1) * delta / (delta + SKEW));
}

const threshold = (k, bias) => k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
const digit = (d) => String.fromCharCode(d + (d < 26 ? 97 : 22));
const ucs2decode = (s) => Array.from(s, (c) => c.codePointAt(0));
const ucs2encode = (points) => String.fromCodePoint(...points);

function digitValue(c) {
  if (c >= 48 && c < 58) return c - 22;
  if (c >= 65 && c < 91) return c - 65;
  if (c >= 97 && c < 123) return c - 97;
  return BASE;
}

function decode(input) {
  const out = [];
  const basic = Math.max(input.lastIndexOf('-'), 0);
  for (let j = 0; j < basic; j++) {
    if (input.charCodeAt(j) >= 0x80)
      fail('Illegal input >= 0x80 (not a basic code point)');
    out.push(input.charCodeAt(j));
  }
  let i = 0, n = FIRST, bias = BIAS;
  for (let at = basic > 0 ? basic + 1 : 0; at < input.length;) {
    const before = i;
    for (let w = 1, k = BASE; ; k += BASE) {
      if (at >= input.length)
        fail('Invalid input');
      const d = digitValue(input.charCodeAt(at++));
      if (d >= BASE)
        fail('Invalid input');
      if (d > Math.floor((MAX - i) / w))
        fail('Overflow: input needs wider integers to process');
      i += d * w;
      const t = threshold(k, bias);
      if (d < t)
        break;
      if (w > Math.floor(MAX / (BASE - t)))
        fail('Overflow: input needs wider integers to process');
      w *= BASE - t;
    }
    const count = out.length + 1;
    bias = adapt(i - before, count, before === 0);
    if (Math.floor(i / count) > MAX - n)
      fail('Overflow: input needs wider integers to process');
    n += Math.floor(i / count);
    i %= count;
    out.splice(i++, 0, n);
  }
  return String.fromCodePoint(...out);
}

function encode(text) {
  const input = ucs2decode(text);
  let n = FIRST, delta = 0, bias = BIAS;
  let out = input.filter((c) => c < 0x80).map((c) => String.fromCharCode(c)).join('');
  const basic = out.length;
  let done = basic;
  if (basic)
    out += '-';
  while (done < input.length) {
    let m = MAX;
    for (const c of input) {
      if (c >= n && c < m)
        m = c;
    }
    if (m - n > Math.floor((MAX - delta) / (done + 1)))
      fail('Overflow: input needs wider integers to process');
    delta += (m - n) * (done + 1);
    n = m;
    for (const c of input) {
      if (c < n && ++delta > MAX)
        fail('Overflow: input needs wider integers to process');
      if (c !== n)
        continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t)
          break;
        out += digit(t + (q - t) % (BASE - t));
        q = Math.floor((q - t) / (BASE - t));
      }
      out += digit(q);
      bias = adapt(delta, done + 1, done === basic);
      delta = 0;
      done++;
    }
    delta++;
    n++;
  }
  return out;
}

// f of each label; what stands before the last '@' is a mailbox and stays.
function mapDomain(domain, f) {
  const at = domain.indexOf('@');
  const local = at < 0 ? '' : domain.slice(0, domain.indexOf('@') + 1);
  const rest = at < 0 ? domain : domain.split('@')[1];
  return local + rest.replace(/[\u002E\u3002\uFF0E\uFF61]/g, '.').split('.').map(f).join('.');
}

module.exports = {
  version: '2.1.0',
  ucs2: { decode: ucs2decode, encode: ucs2encode },
  decode,
  encode,
  toASCII: (s) => mapDomain(s, (l) => /[^\0-\x7F]/.test(l) ? `xn--${encode(l)}` : l),
  toUnicode: (s) => mapDomain(s, (l) => /^xn--/.test(l) ? decode(l.slice(4).toLowerCase()) : l),
};
