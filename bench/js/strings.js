// 300,000 characters one by one, then words joined, split and changed.
function kernel() {
  let s = '', n = 0;
  for (let i = 0; i < 300000; i++)
    s += String.fromCharCode(97 + i % 26);
  for (let i = 0; i < s.length; i++)
    n = (n * 31 + s.charCodeAt(i)) | 0;
  const words = [];
  for (let i = 0; i < 60000; i++)
    words.push('k' + i);
  const joined = words.join(',');
  let total = 0;
  for (let i = 0; i < 50000; i++)
    total += `item ${i}: ${i * 2}`.length;
  return [n, joined.length, joined.split(',').length, joined.toUpperCase().indexOf('K59999'), total].join(' ');
}
kernel();
