//== marks and measures
const { performance, PerformanceObserver } = require('perf_hooks');
const show = (e) => [e.name, e.entryType, e.startTime >= 0, e.duration >= 0, e.detail];
console.log(show(performance.mark('a')), show(performance.mark('b', { detail: { x: 1 }, startTime: 5 })));
console.log(show(performance.measure('a to now', 'a')), performance.measure('fixed', { start: 1, end: 4 }).duration, performance.measure('long', { start: 2, duration: 3 }).duration);
console.log(performance.getEntriesByName('b').map(show), performance.getEntriesByType('measure').length, performance.getEntries().length);
performance.clearMarks('b');
console.log(performance.getEntriesByType('mark').map((e) => e.name));
performance.clearMarks();
performance.clearMeasures();
console.log(performance.getEntries());
for (const f of [() => performance.measure('x', 'nothing'), () => performance.mark('x', { startTime: -1 }), () => new PerformanceObserver(1), () => new PerformanceObserver(() => {}).observe({})]) {
  try { f(); } catch (e) { console.log(e.name, e.code, e.message); }
}

//== observers
const { performance, PerformanceObserver } = require('perf_hooks');
const o = new PerformanceObserver((list, self) => { console.log(list.getEntries().map((e) => [e.name, e.entryType]), self === o); self.disconnect(); });
o.observe({ entryTypes: ['mark', 'measure'] });
performance.mark('one');
performance.mark('two');
performance.measure('both', 'one', 'two');
console.log(typeof performance.now(), typeof performance.timeOrigin, globalThis.performance === performance);
const f = performance.timerify(function add(a, b) { return a + b; });
console.log(f(1, 2), f.length, f.name);
