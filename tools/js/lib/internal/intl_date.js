// Dates in the words of en-US: what Intl.DateTimeFormat and toLocale…String of dates say. The one time zone is UTC: a sandbox has no table of
// others. Source: ECMA-402, "DateTimeFormat Objects".
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DATE = ['weekday', 'year', 'month', 'day'], TIME = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits'];
const TEXT = ['narrow', 'short', 'long'], NUMERIC = ['2-digit', 'numeric'];
const AMONG = { weekday: TEXT, era: TEXT, year: NUMERIC, month: [...NUMERIC, ...TEXT], day: NUMERIC, dayPeriod: TEXT, hour: NUMERIC, minute: NUMERIC,
  second: NUMERIC, timeZoneName: ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric'] };
const STYLES = ['full', 'long', 'medium', 'short'];
const DATE_STYLE = { full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }, long: { year: 'numeric', month: 'long', day: 'numeric' },
  medium: { year: 'numeric', month: 'short', day: 'numeric' }, short: { year: '2-digit', month: 'numeric', day: 'numeric' } };
const TIME_STYLE = { full: { second: '2-digit', timeZoneName: 'long' }, long: { second: '2-digit', timeZoneName: 'short' }, medium: { second: '2-digit' }, short: {} };
const UTC = /^(?:utc|gmt|etc\/(?:utc|gmt|uct|zulu|universal|greenwich)|uct|zulu|universal|[+-]00(?::?00)?)$/i;

function option(o, name, among) {
  const v = o[name];
  if (v === undefined)
    return undefined;
  if (!among.includes(String(v)))
    throw new RangeError(`Value ${v} out of range for Intl.DateTimeFormat options property ${name}`);
  return String(v);
}

// `required`: "date", "time" or "any"; `defaults`: "date", "time" or "all".
function settings(o = {}, required = 'any', defaults = 'date') {
  o = Object(o);
  const r = { parts: {} };
  for (const name of Object.keys(AMONG)) {
    const v = option(o, name, AMONG[name]);
    if (v !== undefined)
      r.parts[name] = v;
  }
  if (o.fractionalSecondDigits !== undefined) {
    const n = Number(o.fractionalSecondDigits);
    if (!(n >= 1 && n <= 3))
      throw new RangeError('fractionalSecondDigits value is out of range.');
    r.parts.fractionalSecondDigits = Math.floor(n);
  }
  if (o.timeZone !== undefined && !UTC.test(String(o.timeZone)))
    throw new RangeError(`Invalid time zone specified: ${o.timeZone}`);
  r.dateStyle = option(o, 'dateStyle', STYLES);
  r.timeStyle = option(o, 'timeStyle', STYLES);
  const has = (names) => names.some((name) => r.parts[name] !== undefined);
  if (r.dateStyle || r.timeStyle) {
    const given = Object.keys(r.parts)[0];
    if (given)
      throw new TypeError(`Can't set option ${given} when ${r.dateStyle ? 'dateStyle' : 'timeStyle'} is used`);
    if ((required === 'date' && r.timeStyle) || (required === 'time' && r.dateStyle))
      throw new TypeError('Invalid option : ' + (r.timeStyle && required === 'date' ? 'timeStyle' : 'dateStyle'));
    r.parts = { ...r.dateStyle && DATE_STYLE[r.dateStyle], ...r.timeStyle && { hour: 'numeric', minute: '2-digit', ...TIME_STYLE[r.timeStyle] } };
  } else if (!((required !== 'time' && has(DATE)) || (required !== 'date' && has(TIME)))) {
    if (defaults !== 'time')
      Object.assign(r.parts, { year: 'numeric', month: 'numeric', day: 'numeric' });
    if (defaults !== 'date')
      Object.assign(r.parts, { hour: 'numeric', minute: 'numeric', second: 'numeric' });
  }
  if (r.parts.hour !== undefined) {
    const cycle = option(o, 'hourCycle', ['h11', 'h12', 'h23', 'h24']);
    r.hourCycle = o.hour12 === undefined ? cycle ?? 'h12' : o.hour12 ? 'h12' : 'h23';
    r.isDay24 = o.hour12 !== undefined && !o.hour12; // as V8 has it: midnight is 24
  }
  return r;
}

const two = (n) => String(n).padStart(2, '0');

function yearOf(date, how) {
  let y = date.getUTCFullYear();
  if (y <= 0)
    y = 1 - y;
  return how === '2-digit' ? two(y % 100) : String(y);
}

const named = (names, i, how) => (how === 'long' ? names[i] : how === 'short' ? names[i].slice(0, 3) : names[i][0]);

function dateParts(date, p, put) {
  const isText = p.month !== undefined && !NUMERIC.includes(p.month);
  const m = date.getUTCMonth();
  const month = () => put('month', isText ? named(MONTHS, m, p.month) : p.month === '2-digit' ? two(m + 1) : String(m + 1));
  const day = () => put('day', p.day === '2-digit' ? two(date.getUTCDate()) : String(date.getUTCDate()));
  const weekday = () => put('weekday', named(WEEKDAYS, date.getUTCDay(), p.weekday));
  if (p.weekday && p.day && !p.month && !p.year) {
    day();
    put('literal', ' ');
    weekday();
    return;
  }
  if (p.year && p.day && !p.month) {
    put('year', yearOf(date, p.year));
    put('literal', ' (day: ');
    day();
    put('literal', ')');
    return;
  }
  const order = [p.weekday && weekday, p.month && month, p.day && day, p.year && (() => put('year', yearOf(date, p.year)))];
  const between = ['', ', ', isText ? ' ' : '/', isText ? (p.day ? ', ' : ' ') : '/'];
  let before = -1;
  for (let i = 0; i < 4; i++) {
    if (!order[i])
      continue;
    if (before >= 0)
      put('literal', before === 0 ? (p.month || p.day ? ', ' : ' ') : between[i]);
    order[i]();
    before = i;
  }
  if (p.era) {
    put('literal', ' ');
    const isBefore = date.getUTCFullYear() <= 0;
    put('era', p.era === 'long' ? (isBefore ? 'Before Christ' : 'Anno Domini') : p.era === 'short' ? (isBefore ? 'BC' : 'AD') : isBefore ? 'B' : 'A');
  }
}

function periodOf(h) {
  return h < 6 || h >= 21 ? 'at night' : h < 12 ? 'in the morning' : h === 12 ? 'noon' : h < 18 ? 'in the afternoon' : 'in the evening';
}

function timeParts(date, p, r, put) {
  const h = date.getUTCHours(), min = date.getUTCMinutes(), s = date.getUTCSeconds();
  const is12 = r.hourCycle === 'h12' || r.hourCycle === 'h11';
  let any = false;
  if (p.hour) {
    const shown = r.hourCycle === 'h12' ? h % 12 || 12 : r.hourCycle === 'h11' ? h % 12 : r.hourCycle === 'h24' || (r.isDay24 && h === 0) ? h || 24 : h;
    put('hour', p.hour === '2-digit' || !is12 ? two(shown) : String(shown));
    any = true;
  }
  if (p.minute) {
    if (any)
      put('literal', ':');
    put('minute', p.hour || p.second ? two(min) : String(min));
    any = true;
  }
  if (p.second) {
    if (any)
      put('literal', ':');
    put('second', p.minute ? two(s) : String(s));
  }
  if (p.fractionalSecondDigits) {
    if (p.second)
      put('literal', '.');
    put('fractionalSecond', String(date.getUTCMilliseconds()).padStart(3, '0').slice(0, p.fractionalSecondDigits));
  }
  if (p.dayPeriod && (is12 || !p.hour)) {
    if (p.hour)
      put('literal', ' ');
    put('dayPeriod', periodOf(h));
  } else if (p.hour && is12) {
    put('literal', exports.space);
    put('dayPeriod', h < 12 ? 'AM' : 'PM');
  }
}

exports.space = '\u202f'; // as of V8: in parts so, in a text a plain one

function toParts(r, date) {
  const ms = date === undefined ? Date.now() : Number(date);
  if (!(Math.abs(ms) <= 8.64e15))
    throw new RangeError('Invalid time value');
  date = new Date(ms);
  const out = [];
  const put = (type, value) => {
    if (type === 'literal' && out.at(-1)?.type === 'literal')
      out.at(-1).value += value;
    else
      out.push({ type, value });
  };
  const p = r.parts;
  const hasDate = [...DATE, 'era'].some((name) => p[name]), hasTime = TIME.some((name) => p[name]);
  if (hasDate)
    dateParts(date, p, put);
  if (hasTime) {
    const onlyWeekday = p.weekday && !p.year && !p.month && !p.day;
    if (hasDate)
      put('literal', onlyWeekday ? ' ' : p.month === 'long' ? ' at ' : ', ');
    timeParts(date, p, r, put);
  }
  if (p.timeZoneName) {
    if (out.length)
      put('literal', hasTime ? ' ' : ', ');
    put('timeZoneName', p.timeZoneName === 'long' ? 'Coordinated Universal Time' : /Offset|Generic/.test(p.timeZoneName) ? 'GMT' : 'UTC');
  }
  return out;
}

exports.settings = settings;
exports.toParts = toParts;
exports.text = (r, date) => toParts(r, date).map((p) => p.value).join('').replace('\u202f', ' ');
exports.toLocaleString = (date, options, required, defaults) => {
  const ms = Number(date);
  return Number.isNaN(ms) ? 'Invalid Date' : exports.text(settings(options, required, defaults), ms);
};
