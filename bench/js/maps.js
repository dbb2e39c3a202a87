// Keys that are strings and keys that are numbers, set, found, walked over and deleted.
function kernel() {
  const m = new Map(), s = new Set();
  for (let i = 0; i < 100000; i++) {
    const key = 'k' + (i % 5000);
    m.set(key, (m.get(key) || 0) + i);
  }
  for (let i = 0; i < 200000; i++)
    s.add(i * 7 % 10007);
  let total = 0;
  for (const [, v] of m)
    total += v;
  for (let i = 0; i < 10007; i += 2)
    s.delete(i);
  return total + ' ' + s.size + ' ' + m.size;
}
kernel();
