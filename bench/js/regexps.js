// Groups, replacement by a function and word boundaries over about 300 kB.
function kernel() {
  let t = '';
  for (let i = 0; i < 6000; i++)
    t += 'user' + i + '@example.com some text 2024-01-' + (i % 28 + 1) + ' ';
  let n = 0;
  for (const m of t.matchAll(/(\w+)@(\w+)\.com/g))
    n += m[1].length;
  n += t.replace(/\d{4}-\d{2}-\d+/g, (x) => x + '!').length;
  return n + ' ' + t.match(/\b[a-z]+\b/g).length + ' ' + t.split(/\s+/).length;
}
kernel();
