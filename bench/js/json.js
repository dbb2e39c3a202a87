// A text of about 1 MB, parsed and written twice.
function kernel() {
  const rows = [];
  for (let i = 0; i < 10000; i++)
    rows.push({ id: i, name: 'item ' + i, tags: ['a', 'b', 'c'], value: i * 1.5, ok: i % 2 === 0, nested: { x: i, y: null } });
  let text = JSON.stringify(rows), n = 0;
  for (let k = 0; k < 2; k++) {
    const back = JSON.parse(text);
    n += back.length;
    text = JSON.stringify(back);
  }
  return text.length + ' ' + n;
}
kernel();
