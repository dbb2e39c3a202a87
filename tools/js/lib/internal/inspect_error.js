// Errors as util.inspect writes them.
const { stackOf } = require('internal/errors');
const { isError, prefixOf } = require('internal/inspect_names');

// What lines a stack has in common with its cause's: [where, how many].
function commonLines(a, b) {
  for (let i = 0; i < a.length - 3; i++) {
    const at = b.indexOf(a[i]);
    if (at === -1)
      continue;
    let n = 1;
    while (i + n < a.length && at + n < b.length && a[i + n] === b[at + n])
      n++;
    if (n > 3)
      return [i, n];
  }
  return [0, 0];
}

function stackLines(cx, e, text) {
  const lines = text.split('\n');
  let cause;
  try {
    cause = e.cause;
  } catch { // of a getter
  }
  if (cause != null && isError(cause)) {
    const s = stackOf(cause), at = s.indexOf('\n    at');
    if (at !== -1) {
      const [where, n] = commonLines(lines, s.slice(at + 1).split('\n'));
      if (n > 0)
        lines.splice(where + 1, n - 2,
          cx.stylize(`    ... ${n - 2} lines matching cause stack trace ...`, 'undefined'));
    }
  }
  return lines;
}

// The class's name in front where the stack names only what it extends.
function improveStack(stack, constructor, name, tag) {
  let n = name.length;
  if (constructor !== null && !(name.endsWith('Error') && stack.startsWith(name) &&
      (stack.length === n || stack[n] === ':' || stack[n] === '\n')))
    return stack;
  let fallback = 'Error';
  if (constructor === null) {
    const m = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)/.exec(stack) ||
      /^([a-z_A-Z0-9-]*Error)$/.exec(stack);
    fallback = m ? m[1] : '';
    n = fallback.length;
    fallback ||= 'Error';
  }
  const prefix = prefixOf(constructor, tag, fallback).slice(0, -1);
  if (name === prefix)
    return stack;
  if (!prefix.includes(name))
    return `${prefix} [${name}]${stack.slice(n)}`;
  return n === 0 ? `${prefix}: ${stack}` : prefix + stack.slice(n);
}

function formatError(cx, e, constructor, tag, keys) {
  const name = e.name != null ? String(e.name) : 'Error';
  let stack = stackOf(e);
  if (!cx.showHidden) {
    for (const k of ['name', 'message', 'stack']) {
      const i = keys.indexOf(k);
      if (i !== -1 && stack.includes(e[k]))
        keys.splice(i, 1);
    }
  }
  if ('cause' in e && !keys.includes('cause'))
    keys.push('cause');
  if (Array.isArray(e.errors) && !keys.includes('errors'))
    keys.push('errors');
  stack = improveStack(stack, constructor, name, tag);
  // The calls begin after the message, which may look like calls itself.
  let at = e.message && stack.indexOf(e.message) || -1;
  if (at !== -1)
    at += e.message.length;
  const start = stack.indexOf('\n    at', at);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    const lines = stackLines(cx, e, stack.slice(start + 1));
    const shown = cx.colors ? lines.map((l) => colorLine(cx, l)) : lines;
    stack = `${stack.slice(0, start)}\n${shown.join('\n')}`;
  }
  return cx.indentationLvl !== 0 ? stack.replaceAll('\n', `\n${' '.repeat(cx.indentationLvl)}`) : stack;
}

function colorLine(cx, line) {
  if (/^ {4}at (?:[^/\\(]+ \(|)node:.+:\d+:\d+\)?$/.test(line))
    return cx.stylize(line, 'undefined');
  return line.replace(/([/\\]node_modules[/\\])((?:@[^/\\]+[/\\])?[^/\\]+)/g,
    (_, dir, name) => dir + cx.stylize(name, 'module'));
}

module.exports = formatError;
