//== toLocaleString of numbers
for (const v of [0, -0, 1, 12, 123, 1234, 12345.678, -1234567.891, 0.5, 0.0005, 1e21, 1e-7, NaN, Infinity, -Infinity, 2.5, 999.9995, 1.005, 123456789])
  console.log(v.toLocaleString(), v.toLocaleString('en-US', { maximumFractionDigits: 2 }), v.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 }));
console.log(12345678901234567890n.toLocaleString(), (-5n).toLocaleString(), [1234.5, 2000].toLocaleString());

//== NumberFormat with options
const t = (v, o) => { try { console.log(JSON.stringify(o), new Intl.NumberFormat('en-US', o).format(v)); } catch (e) { console.log(e.name, e.message); } };
for (const v of [1234.5, -0.456, 1234567, 0]) {
  for (const o of [{ style: 'percent' }, { style: 'percent', maximumFractionDigits: 1 }, { style: 'currency', currency: 'USD' }, { style: 'currency', currency: 'EUR' },
    { style: 'currency', currency: 'JPY' }, { style: 'currency', currency: 'USD', currencyDisplay: 'code' }, { style: 'currency', currency: 'USD', currencyDisplay: 'name' },
    { style: 'currency', currency: 'USD', currencySign: 'accounting' }, { notation: 'compact' }, { notation: 'compact', compactDisplay: 'long' }, { notation: 'scientific' },
    { notation: 'engineering' }, { minimumIntegerDigits: 3 }, { maximumSignificantDigits: 3 }, { minimumSignificantDigits: 6 }, { useGrouping: false }, { signDisplay: 'always' },
    { signDisplay: 'exceptZero' }, { signDisplay: 'never' }, { style: 'unit', unit: 'kilometer' }, { style: 'unit', unit: 'megabyte', unitDisplay: 'narrow' },
    { style: 'unit', unit: 'day', unitDisplay: 'long' }, { style: 'unit', unit: 'kilometer-per-hour' }, { maximumFractionDigits: 0 }])
    t(v, o);
}
t(1, { style: 'currency' });
t(1, { style: 'what' });
t(1, { maximumFractionDigits: 200 });
t(1, { style: 'unit', unit: 'parsnip' });
console.log(JSON.stringify(new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).formatToParts(-1234.5)));
console.log(new Intl.NumberFormat().resolvedOptions());

//== toLocaleString of dates
for (const d of [new Date(0), new Date(Date.UTC(2024, 11, 31, 23, 59, 59, 999)), new Date(Date.UTC(1999, 0, 2, 12)), new Date(NaN)]) {
  const o = { timeZone: 'UTC' };
  console.log(d.toLocaleString('en-US', o), '|', d.toLocaleDateString('en-US', o), '|', d.toLocaleTimeString('en-US', o));
  console.log(d.toLocaleDateString('en-US', { ...o, month: 'long', day: 'numeric' }), '|', d.toLocaleTimeString('en-US', { ...o, hour: '2-digit', minute: '2-digit', hour12: false }));
}

//== DateTimeFormat with options
const d = new Date(Date.UTC(2024, 0, 2, 15, 4, 5, 67));
for (const o of [{}, { dateStyle: 'full' }, { dateStyle: 'long' }, { dateStyle: 'medium' }, { dateStyle: 'short' }, { timeStyle: 'full' }, { timeStyle: 'long' }, { timeStyle: 'medium' },
  { timeStyle: 'short' }, { dateStyle: 'full', timeStyle: 'full' }, { dateStyle: 'long', timeStyle: 'short' }, { dateStyle: 'medium', timeStyle: 'short' }, { year: 'numeric' },
  { month: 'long' }, { day: 'numeric' }, { weekday: 'long' }, { year: 'numeric', month: 'long' }, { year: 'numeric', month: '2-digit' },
  { year: 'numeric', month: '2-digit', day: '2-digit' }, { month: 'short', day: 'numeric' }, { year: '2-digit', month: 'numeric', day: 'numeric' },
  { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' }, { weekday: 'short', year: 'numeric', month: 'numeric', day: 'numeric' }, { weekday: 'long', day: 'numeric' },
  { hour: 'numeric' }, { hour: '2-digit' }, { hour: 'numeric', minute: 'numeric' }, { hour: '2-digit', minute: '2-digit', hour12: false },
  { hour: 'numeric', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, { minute: '2-digit', second: '2-digit' }, { fractionalSecondDigits: 3 },
  { hour: 'numeric', minute: 'numeric', second: 'numeric', fractionalSecondDigits: 3 }, { year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  { weekday: 'short', hour: 'numeric' }, { timeZoneName: 'short' }, { hour: 'numeric', timeZoneName: 'long' }, { era: 'short' }, { year: 'numeric', month: 'short' },
  { month: '2-digit', day: '2-digit' }]) {
  const f = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...o });
  console.log(JSON.stringify(o), f.format(d), JSON.stringify(f.formatToParts(d)));
}
for (const o of [{ timeZone: 'Nowhere/At_All' }, { month: 'what' }, { dateStyle: 'short', month: 'long' }]) {
  try { new Intl.DateTimeFormat('en-US', o); } catch (e) { console.log(e.name, e.message); }
}
try { new Intl.DateTimeFormat('en-US').format(NaN); } catch (e) { console.log(e.name, e.message); }

//== localeCompare and Collator
const words = ['banana', 'Apple', 'apple', 'cherry', 'Äpfel', 'apfel', 'éclair', 'eclair', 'Zebra', 'zebra', '10', '9', '2', '_x', '-x', 'a b', 'ab', 'a-b', '', ' ', 'résumé', 'resume', 'Resume', 'ñ', 'n', 'o'];
console.log([...words].sort((a, b) => a.localeCompare(b)));
console.log([...words].sort(new Intl.Collator('en').compare));
console.log(['a10', 'a2', 'a1', 'b1', 'a02'].sort(new Intl.Collator('en', { numeric: true }).compare));
for (const sensitivity of ['base', 'accent', 'case', 'variant'])
  console.log(sensitivity, [['a', 'A'], ['a', 'á'], ['a', 'b'], ['a', 'Á']].map(([a, b]) => a.localeCompare(b, 'en', { sensitivity })));
console.log('a\u0301'.localeCompare('\u00e1'), 'x'.localeCompare('x'), ''.localeCompare('a'), new Intl.Collator().resolvedOptions());
console.log(Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).sort((a, b) => a.localeCompare(b)).join(''));

//== PluralRules, RelativeTimeFormat, ListFormat
const p = new Intl.PluralRules('en-US'), o = new Intl.PluralRules('en-US', { type: 'ordinal' });
for (const n of [0, 1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 1.5]) console.log(n, p.select(n), o.select(n));
for (const numeric of ['always', 'auto']) {
  const r = new Intl.RelativeTimeFormat('en', { numeric });
  for (const unit of ['second', 'minute', 'hours', 'day', 'week', 'month', 'quarter', 'year']) console.log([-2, -1, 0, 1, 2].map((n) => r.format(n, unit)).join(' | '));
}
for (const type of ['conjunction', 'disjunction', 'unit']) {
  for (const style of ['long', 'short', 'narrow']) {
    const l = new Intl.ListFormat('en', { type, style });
    console.log(type, style, [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((x) => l.format(x)));
  }
}

//== Segmenter, Locale, getCanonicalLocales
console.log([...new Intl.Segmenter('en', { granularity: 'word' }).segment("Hello, wörld 3.5! can't stop")].map((s) => s.segment + (s.isWordLike ? '*' : '')));
console.log([...new Intl.Segmenter().segment('e\u0301👍🏽🇩🇪x')].map((s) => s.index));
console.log(Intl.getCanonicalLocales(['EN-us', 'de-latn-de', 'zh']), new Intl.Locale('en-Latn-US').language, new Intl.Locale('en-Latn-US').region, String(new Intl.Locale('de-at')));
try { Intl.getCanonicalLocales('x_y'); } catch (e) { console.log(e.name); }
console.log(Object.prototype.toString.call(Intl), typeof Intl, Object.prototype.toString.call(new Intl.NumberFormat()), Intl.NumberFormat('en').format(1000), Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format(0));
console.log(Intl.NumberFormat.supportedLocalesOf(['en-US']), Intl.NumberFormat.name, Intl.DateTimeFormat.name);
