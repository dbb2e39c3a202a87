// Numbers by a function, texts by the default order, records by a field.
function kernel() {
  let x = 12345;
  const next = () => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    return x;
  };
  const numbers = [];
  for (let i = 0; i < 60000; i++)
    numbers.push(next());
  const a = numbers.slice().sort((p, q) => p - q);
  const b = numbers.map((v) => 's' + v).sort();
  const c = numbers.slice(0, 30000).map((v, i) => ({ v, i })).sort((p, q) => p.v - q.v);
  return [a[0], a[30000], b[5], c[15000].i].join(' ');
}
kernel();
