// Intl, of en-US alone: what other locales would say differently is said as there. Source: ECMA-402.
const numbers = require('internal/intl_number');
const dates = require('internal/intl_date');
const { compare } = require('internal/collate');

const TAG = /^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-z\d](?:-[a-z\d]{2,8})+)*$|^[a-z]{5,8}$|^x(?:-[a-z\d]{1,8})+$/i;

function canonical(tag) {
  if (typeof tag === 'object' && tag !== null)
    tag = String(tag);
  if (typeof tag !== 'string')
    throw new TypeError('Incorrect locale information provided');
  if (!TAG.test(tag))
    throw new RangeError(`Incorrect locale information provided`);
  let isExtension = false;
  return tag.split('-').map((part, i) => {
    isExtension ||= part.length === 1;
    const low = part.toLowerCase();
    if (i === 0 || isExtension)
      return low;
    return low.length === 2 ? low.toUpperCase() : low.length === 4 && /^[a-z]/.test(low) ? low[0].toUpperCase() + low.slice(1) : low;
  }).join('-');
}

function list(locales) {
  if (locales === undefined)
    return [];
  return [...new Set((typeof locales === 'string' || locales instanceof Locale ? [locales] : [...locales]).map(canonical))];
}

const localeOf = (locales) => list(locales).find((tag) => tag === 'en' || tag.startsWith('en-US')) === 'en' ? 'en' : 'en-US';

function option(o, name, among, fallback, type) {
  const v = o[name];
  if (v === undefined)
    return fallback;
  if (!among.includes(String(v)))
    throw new RangeError(`Value ${v} out of range for Intl.${type} options property ${name}`);
  return String(v);
}

// Formatters can be called without `new`.
function callable(C) {
  return new Proxy(C, { apply: (target, self, args) => new C(...args) });
}

class NumberFormat {
  #r;
  #locale;
  constructor(locales, options) {
    this.#locale = localeOf(locales);
    this.#r = numbers.settings(options);
  }
  get format() {
    const r = this.#r;
    return (v) => numbers.text(r, v);
  }
  formatToParts(v) { return numbers.toParts(this.#r, v); }
  formatRange(a, b) { return this.format(a) === this.format(b) ? `~${this.format(a)}` : `${this.format(a)}–${this.format(b)}`; }
  resolvedOptions() {
    const { style, currency, currencyDisplay, currencySign, unit, unitDisplay, minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits,
      minimumSignificantDigits, maximumSignificantDigits, useGrouping, notation, compactDisplay, signDisplay, trailingZeroDisplay } = this.#r;
    const all = { locale: this.#locale, numberingSystem: 'latn', style, currency, currencyDisplay, currencySign, unit, unitDisplay, minimumIntegerDigits,
      minimumFractionDigits, maximumFractionDigits, minimumSignificantDigits, maximumSignificantDigits, useGrouping, notation, compactDisplay, signDisplay,
      roundingMode: 'halfExpand', roundingIncrement: 1, trailingZeroDisplay, roundingPriority: 'auto' };
    return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined));
  }
}

class DateTimeFormat {
  #r;
  #locale;
  constructor(locales, options) {
    this.#locale = localeOf(locales);
    this.#r = dates.settings(options);
  }
  get format() {
    const r = this.#r;
    return (date) => dates.text(r, date);
  }
  formatToParts(date) { return dates.toParts(this.#r, date); }
  formatRange(a, b) {
    const from = this.format(a), to = this.format(b);
    return from === to ? from : `${from} – ${to}`;
  }
  resolvedOptions() {
    const { parts, hourCycle, dateStyle, timeStyle } = this.#r;
    const r = { locale: this.#locale, calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC' };
    if (hourCycle)
      Object.assign(r, { hourCycle, hour12: hourCycle === 'h12' || hourCycle === 'h11' });
    if (dateStyle || timeStyle)
      Object.assign(r, dateStyle && { dateStyle }, timeStyle && { timeStyle });
    else
      Object.assign(r, Object.fromEntries(['weekday', 'era', 'year', 'month', 'day', 'dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeZoneName']
        .filter((name) => parts[name] !== undefined).map((name) => [name, /minute|second$/.test(name) && parts.hour ? '2-digit' : parts[name]])));
    return r;
  }
}

class Collator {
  #o;
  #locale;
  constructor(locales, options = {}) {
    this.#locale = localeOf(locales);
    this.#o = { usage: option(options, 'usage', ['sort', 'search'], 'sort', 'Collator'),
      sensitivity: option(options, 'sensitivity', ['base', 'accent', 'case', 'variant'], 'variant', 'Collator'),
      ignorePunctuation: Boolean(options.ignorePunctuation), collation: 'default', numeric: Boolean(options.numeric),
      caseFirst: option(options, 'caseFirst', ['upper', 'lower', 'false'], 'false', 'Collator') };
  }
  get compare() {
    const o = this.#o;
    return (a, b) => compare(String(a), String(b), o);
  }
  resolvedOptions() { return { locale: this.#locale, ...this.#o }; }
}

class PluralRules {
  #type;
  #locale;
  #r;
  constructor(locales, options = {}) {
    this.#locale = localeOf(locales);
    this.#type = option(options, 'type', ['cardinal', 'ordinal'], 'cardinal', 'PluralRules');
    this.#r = numbers.settings({ ...options, style: 'decimal', type: undefined });
  }
  select(v) {
    const n = Math.abs(Number(v));
    if (this.#type === 'cardinal')
      return numbers.text({ ...this.#r, useGrouping: false }, n) === '1' ? 'one' : 'other';
    const tens = n % 100, ones = n % 10;
    return tens >= 11 && tens <= 13 ? 'other' : ones === 1 ? 'one' : ones === 2 ? 'two' : ones === 3 ? 'few' : 'other';
  }
  selectRange(a, b) { return this.select(b); }
  resolvedOptions() {
    return { locale: this.#locale, type: this.#type, minimumIntegerDigits: 1, minimumFractionDigits: 0, maximumFractionDigits: 3,
      pluralCategories: this.#type === 'cardinal' ? ['one', 'other'] : ['few', 'one', 'two', 'other'] };
  }
}

const UNITS = { second: 'sec.', minute: 'min.', hour: 'hr.', day: 'day', week: 'wk.', month: 'mo.', quarter: 'qtr.', year: 'yr.' };
const SHORTEST = { second: 's', minute: 'min', hour: 'h', day: 'd', week: 'w', month: 'mo', quarter: 'q', year: 'y' };

class RelativeTimeFormat {
  #o;
  #locale;
  constructor(locales, options = {}) {
    this.#locale = localeOf(locales);
    this.#o = { style: option(options, 'style', ['long', 'short', 'narrow'], 'long', 'RelativeTimeFormat'),
      numeric: option(options, 'numeric', ['always', 'auto'], 'always', 'RelativeTimeFormat') };
  }
  format(v, unit) {
    v = Number(v);
    if (!Number.isFinite(v))
      throw new RangeError('Invalid time value');
    unit = String(unit).replace(/s$/, '');
    if (!Object.hasOwn(UNITS, unit))
      throw new RangeError(`Invalid unit argument for format() '${unit}'`);
    const { style, numeric } = this.#o;
    const short = style === 'long' ? unit : UNITS[unit];
    if (numeric === 'auto') {
      if (unit === 'day' && Math.abs(v) <= 1)
        return ['yesterday', 'today', 'tomorrow'][v + 1];
      if (unit === 'second' && v === 0)
        return 'now';
      if (v === 0)
        return `this ${short}`;
      if (Math.abs(v) === 1 && !['second', 'minute', 'hour'].includes(unit))
        return `${v < 0 ? 'last' : 'next'} ${short}`;
    }
    const isPast = v < 0 || Object.is(v, -0);
    const n = numbers.toLocaleString(Math.abs(v));
    const isOne = n === '1';
    const name = style === 'narrow' ? SHORTEST[unit] : style === 'short' ? (unit === 'day' && !isOne ? ' days' : unit === 'quarter' && !isOne ? ' qtrs.' : ` ${short}`)
      : ` ${unit}${isOne ? '' : 's'}`;
    return isPast ? `${n}${name} ago` : `in ${n}${name}`;
  }
  resolvedOptions() { return { locale: this.#locale, ...this.#o, numberingSystem: 'latn' }; }
}

class ListFormat {
  #o;
  #locale;
  constructor(locales, options = {}) {
    this.#locale = localeOf(locales);
    this.#o = { type: option(options, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction', 'ListFormat'),
      style: option(options, 'style', ['long', 'short', 'narrow'], 'long', 'ListFormat') };
  }
  format(items) { return this.formatToParts(items).map((p) => p.value).join(''); }
  formatToParts(items) {
    const { type, style } = this.#o;
    const all = [...items];
    if (!all.every((item) => typeof item === 'string'))
      throw new TypeError('Iterable yielded a non-String value');
    const word = type === 'unit' ? '' : type === 'disjunction' ? 'or ' : style === 'long' ? 'and ' : style === 'short' ? '& ' : '';
    const comma = type === 'unit' && style === 'narrow' ? ' ' : ', ';
    const r = [];
    all.forEach((value, i) => {
      if (i)
        r.push({ type: 'literal', value: i < all.length - 1 ? comma : all.length === 2 && word ? ` ${word}` : comma + word });
      r.push({ type: 'element', value });
    });
    return r;
  }
  resolvedOptions() { return { locale: this.#locale, ...this.#o }; }
}

const CUTS = { grapheme: /\r\n|\p{RI}\p{RI}|(?:\P{M}(?:\p{M}|\p{EMod}|\u200d\p{Extended_Pictographic})*|\p{M}+)/gsu,
  word: /\r\n|[\p{L}\p{N}_\p{M}]+(?:['’.:,](?=[\p{L}\p{N}])[\p{L}\p{N}_\p{M}]+)*|[^\S\r\n]+|[^]/gu, sentence: /[^.!?\n]*(?:[.!?]+["')\]]*\s*|\n|$)/gu };

class Segmenter {
  #o;
  #locale;
  constructor(locales, options = {}) {
    this.#locale = localeOf(locales);
    this.#o = { granularity: option(options, 'granularity', ['grapheme', 'word', 'sentence'], 'grapheme', 'Segmenter') };
  }
  segment(input) {
    input = String(input);
    const { granularity } = this.#o;
    function* all() {
      for (const m of input.matchAll(CUTS[granularity])) {
        if (m[0] === '')
          continue;
        const r = { segment: m[0], index: m.index, input };
        if (granularity === 'word')
          r.isWordLike = /[\p{L}\p{N}]/u.test(m[0]);
        yield r;
      }
    }
    return { [Symbol.iterator]: all, containing(at = 0) {
      for (const s of all()) {
        if (at >= s.index && at < s.index + s.segment.length)
          return s;
      }
      return undefined;
    } };
  }
  resolvedOptions() { return { locale: this.#locale, ...this.#o }; }
}

class Locale {
  #tag;
  constructor(tag, options = {}) {
    let parts = canonical(tag).split('-');
    if (options.language)
      parts[0] = String(options.language).toLowerCase();
    if (options.region)
      parts = [...parts.filter((p, i) => i === 0 || !/^(?:[A-Z]{2}|\d{3})$/.test(p)), String(options.region).toUpperCase()];
    this.#tag = parts.join('-');
  }
  get language() { return this.#tag.split('-')[0]; }
  get script() { return /-([A-Z][a-z]{3})(?:-|$)/.exec(this.#tag)?.[1]; }
  get region() { return /-([A-Z]{2}|\d{3})(?:-|$)/.exec(this.#tag)?.[1]; }
  get baseName() { return this.#tag.replace(/-[a-z\d]-.*$/, ''); }
  maximize() { return this; }
  minimize() { return this; }
  toString() { return this.#tag; }
}

const CODES = { region: { US: 'United States', GB: 'United Kingdom', DE: 'Germany', FR: 'France', JP: 'Japan', CN: 'China', IN: 'India' },
  language: { en: 'English', de: 'German', fr: 'French', es: 'Spanish', ja: 'Japanese', zh: 'Chinese' },
  currency: { USD: 'US Dollar', EUR: 'Euro', GBP: 'British Pound', JPY: 'Japanese Yen' }, script: { Latn: 'Latin' } };

class DisplayNames {
  #type;
  #fallback;
  #locale;
  constructor(locales, options) {
    if (options?.type === undefined)
      throw new TypeError('Required option "type" must not be undefined');
    this.#locale = localeOf(locales);
    this.#type = option(options, 'type', ['language', 'region', 'script', 'currency', 'calendar', 'dateTimeField'], undefined, 'DisplayNames');
    this.#fallback = option(options, 'fallback', ['code', 'none'], 'code', 'DisplayNames');
  }
  of(code) { return CODES[this.#type]?.[code] ?? (this.#fallback === 'code' ? String(code) : undefined); }
  resolvedOptions() { return { locale: this.#locale, style: 'long', type: this.#type, fallback: this.#fallback }; }
}

const VALUES = { calendar: ['gregory'], collation: ['default'], currency: ['CHF', 'EUR', 'GBP', 'JPY', 'USD'], numberingSystem: ['latn'], timeZone: ['UTC'], unit: [] };

const Intl = module.exports = {};
const all = { getCanonicalLocales: list,
  supportedValuesOf(key) {
    if (!Object.hasOwn(VALUES, key))
      throw new RangeError(`Invalid key : ${key}`);
    return [...VALUES[key]];
  },
  DateTimeFormat: callable(DateTimeFormat), NumberFormat: callable(NumberFormat), Collator: callable(Collator), PluralRules, RelativeTimeFormat, ListFormat, Locale,
  DisplayNames, Segmenter };
for (const name of Object.keys(all)) {
  Object.defineProperty(Intl, name, { value: all[name], writable: true, configurable: true, enumerable: false });
  const { prototype } = all[name];
  if (!prototype || name === 'getCanonicalLocales' || name === 'supportedValuesOf')
    continue;
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name === 'Locale' ? 'Intl.Locale' : `Intl.${name}`, configurable: true });
  Object.defineProperty(prototype, 'constructor', { value: all[name], writable: true, configurable: true });
  if (name !== 'Locale')
    Object.defineProperty(all[name], 'supportedLocalesOf', { value: function supportedLocalesOf(locales) { return list(locales).filter((tag) => /^en(-US)?\b/.test(tag)); },
      writable: true, configurable: true, enumerable: false });
}
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });
