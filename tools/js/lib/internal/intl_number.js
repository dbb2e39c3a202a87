// Numbers in the words of en-US: what Intl.NumberFormat and toLocaleString say. Any other locale falls back to it, as in a build of Node
// that carries English alone. Source: ECMA-402, "NumberFormat Objects".
const DIGITS = { JPY: 0, KRW: 0, VND: 0, CLP: 0, ISK: 0, HUF: 2, BHD: 3, KWD: 3, JOD: 3, OMR: 3, TND: 3 };
const SIGNS = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', CNY: 'CN¥', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$', NZD: 'NZ$', ILS: '₪', VND: '₫',
  HKD: 'HK$', TWD: 'NT$' };
const NAMES = { USD: 'US dollar', EUR: 'euro', GBP: 'British pound', JPY: 'Japanese yen', CHF: 'Swiss franc', CNY: 'Chinese yuan', INR: 'Indian rupee',
  CAD: 'Canadian dollar', AUD: 'Australian dollar' };
// unit: [short, narrow], the long one has its own name.
const UNITS = { bit: [' bit', 'bit'], byte: [' byte', 'B'], kilobyte: [' kB', 'kB'], megabyte: [' MB', 'MB'], gigabyte: [' GB', 'GB'], terabyte: [' TB', 'TB'],
  petabyte: [' PB', 'PB'], millisecond: [' ms', 'ms'], second: [' sec', 's'], minute: [' min', 'm'], hour: [' hr', 'h'], day: [' day', 'd'], week: [' wk', 'w'],
  month: [' mth', 'm'], year: [' yr', 'y'], millimeter: [' mm', 'mm'], centimeter: [' cm', 'cm'], meter: [' m', 'm'], kilometer: [' km', 'km'], inch: [' in', '″'],
  foot: [' ft', '′'], yard: [' yd', 'yd'], mile: [' mi', 'mi'], gram: [' g', 'g'], kilogram: [' kg', 'kg'], ounce: [' oz', 'oz'], pound: [' lb', '#'],
  celsius: ['°C', '°C'], fahrenheit: ['°F', '°'], percent: ['%', '%'], liter: [' L', 'L'], milliliter: [' mL', 'mL'], degree: [' deg', '°'] };
const LONG = { celsius: 'degree Celsius', fahrenheit: 'degree Fahrenheit', foot: 'foot' };
const PLURALS = { foot: 'feet', inch: 'inches', celsius: 'degrees Celsius', fahrenheit: 'degrees Fahrenheit', percent: 'percent' };
const COUNTED = new Set(['day', 'week', 'month', 'year']); // a plural in their short form, too

const wrong = (name, value) => new RangeError(`Value ${value} out of range for Intl.NumberFormat options property ${name}`);

function option(o, name, among, fallback) {
  const v = o[name];
  if (v === undefined)
    return fallback;
  if (!among.includes(String(v)))
    throw wrong(name, v);
  return String(v);
}

function number(o, name, least, most, fallback) {
  if (o[name] === undefined)
    return fallback;
  const v = Number(o[name]);
  if (!(v >= least && v <= most))
    throw new RangeError(`${name} value is out of range.`);
  return Math.floor(v);
}

function settings(o = {}) {
  o = Object(o);
  const r = { style: option(o, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal') };
  if (r.style === 'currency' || o.currency !== undefined) {
    if (o.currency === undefined)
      throw new TypeError('Currency code is required with currency style.');
    if (!/^[a-z]{3}$/i.test(o.currency))
      throw new RangeError(`Invalid currency code : ${o.currency}`);
  }
  if (r.style === 'currency') {
    r.currency = String(o.currency).toUpperCase();
    r.currencyDisplay = option(o, 'currencyDisplay', ['code', 'symbol', 'narrowSymbol', 'name'], 'symbol');
    r.currencySign = option(o, 'currencySign', ['standard', 'accounting'], 'standard');
  }
  if (r.style === 'unit') {
    if (o.unit === undefined)
      throw new TypeError('Unit is required with unit style.');
    const parts = String(o.unit).split('-per-');
    if (parts.length > 2 || !parts.every((p) => Object.hasOwn(UNITS, p)))
      throw new RangeError(`Invalid unit argument for Intl.NumberFormat() '${o.unit}'`);
    r.unit = String(o.unit);
    r.unitDisplay = option(o, 'unitDisplay', ['short', 'narrow', 'long'], 'short');
  }
  r.notation = option(o, 'notation', ['standard', 'scientific', 'engineering', 'compact'], 'standard');
  r.minimumIntegerDigits = number(o, 'minimumIntegerDigits', 1, 21, 1);
  const hasSignificant = o.minimumSignificantDigits !== undefined || o.maximumSignificantDigits !== undefined;
  const hasFraction = o.minimumFractionDigits !== undefined || o.maximumFractionDigits !== undefined;
  if (hasSignificant) {
    r.minimumSignificantDigits = number(o, 'minimumSignificantDigits', 1, 21, 1);
    r.maximumSignificantDigits = number(o, 'maximumSignificantDigits', r.minimumSignificantDigits, 21, 21);
  } else if (hasFraction || r.notation !== 'compact') {
    const cents = r.style === 'currency' && r.notation === 'standard' ? DIGITS[r.currency] ?? 2 : undefined;
    let least = number(o, 'minimumFractionDigits', 0, 20, undefined), most = number(o, 'maximumFractionDigits', 0, 20, undefined);
    const usualLeast = cents ?? 0, usualMost = cents ?? (r.style === 'percent' ? 0 : 3);
    if (least === undefined)
      least = most === undefined ? usualLeast : Math.min(usualLeast, most);
    else if (most === undefined)
      most = Math.max(usualMost, least);
    else if (least > most)
      throw new RangeError('maximumFractionDigits value is out of range.');
    r.minimumFractionDigits = least;
    r.maximumFractionDigits = most ?? Math.max(usualMost, least);
  }
  const grouping = o.useGrouping;
  r.useGrouping = grouping === undefined || grouping === 'true' || grouping === 'false' ? (r.notation === 'compact' ? 'min2' : 'auto')
    : grouping === true ? 'always' : grouping === false || grouping === null ? false : option(o, 'useGrouping', ['min2', 'auto', 'always'], 'auto');
  if (r.notation === 'compact')
    r.compactDisplay = option(o, 'compactDisplay', ['short', 'long'], 'short');
  r.signDisplay = option(o, 'signDisplay', ['auto', 'never', 'always', 'exceptZero', 'negative'], 'auto');
  r.trailingZeroDisplay = option(o, 'trailingZeroDisplay', ['auto', 'stripIfInteger'], 'auto');
  return r;
}

// ---- decimal numbers: { negative, digits, point }, worth 0.DIGITS * 10^point ---------------------------------------------------------

function decimal(v) {
  let text = typeof v === 'bigint' ? String(v) : Object.is(v, -0) ? '-0' : String(v);
  const negative = text[0] === '-';
  if (negative)
    text = text.slice(1);
  const [mantissa, e = '0'] = text.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const all = whole + fraction, digits = all.replace(/^0+/, '');
  const point = digits ? whole.length - (all.length - digits.length) + Number(e) : 0;
  return { negative, digits: digits.replace(/0+$/, ''), point };
}

// Keep `n` digits, halves away from zero.
function round(d, n) {
  if (n >= d.digits.length)
    return d;
  if (n < 0)
    return { ...d, digits: '', point: 0 };
  let kept = d.digits.slice(0, n), { point } = d;
  if (d.digits[n] >= '5') {
    const up = String(BigInt('1' + kept) + 1n);
    if (up[0] === '2') {
      kept = '1' + up.slice(1);
      point++;
    } else {
      kept = up.slice(1);
    }
  }
  kept = kept.replace(/0+$/, '');
  return { ...d, digits: kept, point: kept ? point : 0 };
}

function rounded(d, r) {
  if (r.maximumSignificantDigits !== undefined)
    return round(d, r.maximumSignificantDigits);
  if (r.maximumFractionDigits !== undefined)
    return round(d, d.point + r.maximumFractionDigits);
  return round(d, Math.max(2, d.point)); // compact
}

// [whole digits, fraction digits]
function texts(d, r) {
  const whole = d.point > 0 ? d.digits.slice(0, d.point).padEnd(d.point, '0') : '0';
  let fraction = d.point > 0 ? d.digits.slice(d.point) : d.digits && '0'.repeat(-d.point) + d.digits;
  let least = r.minimumFractionDigits ?? 0;
  if (r.minimumSignificantDigits !== undefined)
    least = Math.max(0, r.minimumSignificantDigits - (d.digits ? d.point : 1));
  if (!(r.trailingZeroDisplay === 'stripIfInteger' && fraction === ''))
    fraction = fraction.padEnd(least, '0');
  return [whole.padStart(r.minimumIntegerDigits, '0'), fraction];
}

const COMPACT = [['K', ' thousand'], ['M', ' million'], ['B', ' billion'], ['T', ' trillion']];

function digitParts(d, r, parts) {
  let suffix = null, exponent = null;
  if (r.notation === 'compact') {
    let step = Math.min(4, Math.max(0, Math.floor((d.point - 1) / 3)));
    let short = rounded({ ...d, point: d.point - 3 * step }, r);
    if (short.point > 3 && step < 4) {
      step++;
      short = rounded({ ...d, point: d.point - 3 * step }, r);
    }
    d = short;
    if (step)
      suffix = COMPACT[step - 1][r.compactDisplay === 'long' ? 1 : 0];
  } else if (r.notation !== 'standard') {
    const by = r.notation === 'engineering' ? 3 : 1;
    const power = (p) => Math.floor((p.point - 1) / by) * by;
    exponent = d.digits ? power(d) : 0;
    let short = rounded({ ...d, point: d.point - exponent }, r);
    if (d.digits && power(short) !== 0) {
      exponent += power(short);
      short = rounded({ ...d, point: d.point - exponent }, r);
    }
    d = short;
  } else {
    d = rounded(d, r);
  }
  const [whole, fraction] = texts(d, r);
  const groups = r.useGrouping && (r.useGrouping !== 'min2' || whole.length > 4) && exponent === null ? whole.replace(/\B(?=(?:\d{3})+$)/g, ',').split(',') : [whole];
  groups.forEach((value, i) => {
    if (i)
      parts.push({ type: 'group', value: ',' });
    parts.push({ type: 'integer', value });
  });
  if (fraction)
    parts.push({ type: 'decimal', value: '.' }, { type: 'fraction', value: fraction });
  if (suffix?.[0] === ' ')
    parts.push({ type: 'literal', value: ' ' });
  if (suffix)
    parts.push({ type: 'compact', value: suffix.trim() });
  if (exponent !== null) {
    parts.push({ type: 'exponentSeparator', value: 'E' });
    if (exponent < 0)
      parts.push({ type: 'exponentMinusSign', value: '-' });
    parts.push({ type: 'exponentInteger', value: String(Math.abs(exponent)) });
  }
  return { d, isOne: !suffix && exponent === null && whole === '1' && !fraction };
}

function unitText(unit, display, isOne) {
  const [first, second] = unit.split('-per-');
  const long = (name, one) => (one ? LONG[name] ?? name : PLURALS[name] ?? name + 's');
  if (display === 'long')
    return ' ' + long(first, isOne) + (second ? ` per ${LONG[second] ?? second}` : '');
  const text = UNITS[first][display === 'narrow' ? 1 : 0] + (display === 'short' && COUNTED.has(first) && !isOne ? 's' : '');
  if (!second)
    return text;
  if (/^(kilometer|mile)$/.test(first) && second === 'hour')
    return (display === 'narrow' ? '' : ' ') + (first === 'mile' ? 'mph' : 'km/h');
  return text + '/' + UNITS[second][1];
}

function valueOf(v) {
  if (typeof v === 'bigint' || typeof v === 'number')
    return v;
  if (typeof v === 'string' && /^\s*[+-]?\d+\s*$/.test(v) && v.length > 15)
    return BigInt(v);
  v = typeof v === 'object' && v !== null ? v[Symbol.toPrimitive]?.('number') ?? v.valueOf() : v;
  return typeof v === 'bigint' ? v : Number(v);
}

function toParts(r, v) {
  v = valueOf(v);
  const parts = [];
  let negative = false, isZero = false, isOne = false;
  if (Number.isNaN(v)) {
    parts.push({ type: 'nan', value: 'NaN' });
  } else if (v === Infinity || v === -Infinity) {
    negative = v < 0;
    parts.push({ type: 'infinity', value: '∞' });
  } else {
    const d = decimal(v);
    negative = d.negative;
    const end = digitParts(r.style === 'percent' ? { ...d, point: d.digits ? d.point + 2 : 0 } : d, r, parts);
    isZero = end.d.digits === '';
    isOne = end.isOne;
  }
  if (r.style === 'percent')
    parts.push({ type: 'percentSign', value: '%' });
  if (r.style === 'unit') {
    const text = unitText(r.unit, r.unitDisplay, isOne);
    if (text[0] === ' ')
      parts.push({ type: 'literal', value: ' ' });
    parts.push({ type: r.unit === 'percent' && r.unitDisplay !== 'long' ? 'percentSign' : 'unit', value: text.trimStart() });
  }
  if (r.style === 'currency') {
    if (r.currencyDisplay === 'name') {
      const name = NAMES[r.currency] ?? r.currency;
      const many = name === 'Japanese yen' || name === 'Chinese yuan' || name === r.currency ? name : name + 's';
      parts.push({ type: 'literal', value: ' ' }, { type: 'currency', value: isOne ? name : many });
    } else {
      const sign = r.currencyDisplay === 'code' ? r.currency : SIGNS[r.currency] ?? r.currency;
      const shown = r.currencyDisplay === 'narrowSymbol' ? sign.replace(/^[A-Z]+(?=[$¥])/, '') : sign;
      if (/[A-Za-z]$/.test(shown))
        parts.unshift({ type: 'literal', value: '\u00a0' });
      parts.unshift({ type: 'currency', value: shown });
    }
  }
  const s = r.signDisplay;
  const shows = negative ? s !== 'never' && !(isZero && (s === 'exceptZero' || s === 'negative')) : s === 'always' || (s === 'exceptZero' && !isZero && !Number.isNaN(v));
  if (shows && negative && r.currencySign === 'accounting') {
    parts.unshift({ type: 'literal', value: '(' });
    parts.push({ type: 'literal', value: ')' });
  } else if (shows) {
    parts.unshift(negative ? { type: 'minusSign', value: '-' } : { type: 'plusSign', value: '+' });
  }
  return parts;
}

exports.settings = settings;
exports.toParts = toParts;
exports.text = (r, v) => toParts(r, v).map((p) => p.value).join('');

const plain = settings();
exports.toLocaleString = (v, options) => exports.text(options === undefined ? plain : settings(options), v);
