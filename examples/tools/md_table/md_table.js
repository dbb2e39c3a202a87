// The tool: a Markdown table (as GitHub reads it) of a list of objects.
import { readFileSync } from 'node:fs';

function rowsOf({ rows, path }) {
  if ((rows === undefined) === (path === undefined))
    throw new Error('give one of rows and path');
  const list = rows ?? JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(list) || !list.every((row) => row !== null && typeof row === 'object' && !Array.isArray(row)))
    throw new Error('a table is made of a list of objects');
  return list;
}

function cell(value) {
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/\\/g, '\\\\').replace(/\|/g, '\\|').replace(/\r?\n/g, '<br>');
}

const isNumber = (value) => value === undefined || value === null || typeof value === 'number';

export function main(args) {
  const rows = rowsOf(args);
  const columns = args.columns ?? [...new Set(rows.flatMap(Object.keys))];
  if (!columns.length)
    throw new Error('there is no column');
  const cells = [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((line) => line.map(cell));
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((line) => line[i].length)));
  const right = columns.map((name) => rows.length > 0 && rows.every((row) => isNumber(row[name])));
  const line = (texts) => `| ${texts.map((t, i) => (right[i] ? t.padStart(widths[i]) : t.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((n, i) => (right[i] ? `${'-'.repeat(n + 1)}:` : '-'.repeat(n + 2))).join('|')}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n') + '\n';
}
