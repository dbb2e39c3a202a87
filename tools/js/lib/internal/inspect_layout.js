// How util.inspect puts entries on lines.
const { stringWidth, strip } = require('internal/inspect_text');

// More than six entries of an array stand in columns.
function inColumns(cx, output, value) {
  const n = cx.maxArrayLength < output.length ? output.length - 1 : output.length;
  const widths = new Array(n);
  let total = 0, longest = 0;
  const isASCII = /^[\x20-\x7e]*$/.test(output.join(''));
  for (let i = 0; i < n; i++) {
    const w = isASCII ? output[i].length : stringWidth(output[i], cx.colors);
    widths[i] = w;
    total += w + 2;
    if (w > longest)
      longest = w;
  }
  const cell = longest + 2;
  if (cell * 3 + cx.indentationLvl >= cx.breakLength || total / cell <= 5 && longest > 6)
    return output;
  const bias = Math.sqrt(cell - total / output.length);
  const biased = Math.max(cell - 3 - bias, 1);
  const columns = Math.min(Math.round(Math.sqrt(2.5 * biased * n) / biased),
    Math.floor((cx.breakLength - cx.indentationLvl) / cell), cx.compact * 4, 15);
  if (columns <= 1)
    return output;
  const columnWidths = [];
  for (let c = 0; c < columns; c++) {
    let w = 0;
    for (let i = c; i < output.length; i += columns) {
      if (widths[i] > w)
        w = widths[i];
    }
    columnWidths.push(w + 2);
  }
  let isLeft = false;
  if (value !== undefined) {
    for (let i = 0; i < output.length && !isLeft; i++)
      isLeft = typeof value[i] !== 'number' && typeof value[i] !== 'bigint';
  }
  const lines = [];
  for (let i = 0; i < n; i += columns) {
    const end = Math.min(i + columns, n);
    let line = '';
    for (let j = i; j < end; j++) {
      const isLast = j === end - 1;
      const cellText = isLast ? output[j] : `${output[j]}, `;
      const pad = columnWidths[j - i] - widths[j] - 2;
      line += isLeft ? isLast ? cellText : cellText + ' '.repeat(pad) : ' '.repeat(pad) + cellText;
    }
    lines.push(line);
  }
  if (n < output.length)
    lines.push(output[n]);
  return lines;
}

function fitsOneLine(cx, output, start, base) {
  let n = output.length + start;
  if (n + output.length > cx.breakLength)
    return false;
  for (const s of output) {
    n += cx.colors ? strip(s).length : s.length;
    if (n > cx.breakLength)
      return false;
  }
  return base === '' || !base.includes('\n');
}

// The entries between braces: on one line, in columns, or each on its own.
function layOut(cx, output, base, open, close, isArray, level, value) {
  const indentation = `\n${' '.repeat(cx.indentationLvl)}`;
  if (cx.compact === true) {
    if (fitsOneLine(cx, output, 0, base))
      return `${open}${base ? ` ${base}` : ''} ${output.join(', ')} ${close}`;
    const gap = base === '' && open.length === 1 ? ' ' : `${base ? ` ${base}` : ''}${indentation}  `;
    return `${open}${gap}${output.join(`,${indentation}  `)} ${close}`;
  }
  const before = base ? `${base} ` : '';
  if (typeof cx.compact === 'number' && cx.compact >= 1) {
    const n = output.length;
    if (isArray && n > 6)
      output = inColumns(cx, output, value);
    // What is inside at most `compact` levels goes on one line if it fits there.
    if (cx.currentDepth - level < cx.compact && n === output.length &&
        fitsOneLine(cx, output, n + cx.indentationLvl + open.length + base.length + 10, base)) {
      const s = output.join(', ');
      if (!s.includes('\n'))
        return `${before}${open} ${s} ${close}`;
    }
  }
  return `${before}${open}${indentation}  ${output.join(`,${indentation}  `)}${indentation}${close}`;
}

module.exports = layOut;
