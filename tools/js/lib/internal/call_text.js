// The text of the call of assert() that failed, for its message.
const { hooks } = require('internal/errors');

function sourceOf(file) {
  try {
    return hooks.sourceOf?.(file) ??
      require('fs').readFileSync(file.startsWith('file://') ? new URL(file) : file, 'utf8');
  } catch {
    return undefined;
  }
}

// Where the parenthesis that opens at `i` closes: the index after it, or -1.
function endOfCall(s, i) {
  const token = /(['"])(?:\\[^]|(?!\1)[^\\\n])*\1|`(?:\\[^]|[^\\`])*`|\/\/.*|\/\*[^]*?\*\/|[([{]|[)\]}]/g;
  let depth = 0;
  token.lastIndex = i;
  for (let m; (m = token.exec(s)) !== null;) {
    if ('([{'.includes(m[0]))
      depth++;
    else if (')]}'.includes(m[0]) && --depth === 0)
      return token.lastIndex;
  }
  return -1;
}

// The innermost call of assert or ok around a place in a source.
function callAt(s, at) {
  const from = Math.max(0, at - 2500);
  const call = /(?<![\w$.])(?:[A-Za-z_$][\w$]*\s*\.\s*)*(?:assert|ok|strict)\s*\(/g;
  const near = s.slice(from, at + 2500);
  let found;
  for (let m; (m = call.exec(near)) !== null && m.index <= at - from;) {
    const end = endOfCall(near, call.lastIndex - 1);
    if (end >= at - from)
      found = [from + m.index, near.slice(m.index, end)];
  }
  return found;
}

// "The expression evaluated to a falsy value: …", or undefined. The call is the one of `fn`.
module.exports = function (fn) {
  const o = {};
  Error.captureStackTrace(o, fn);
  const m = /^ {4}at (?:.* \()?(.+):(\d+):(\d+)\)?$/m.exec(o.stack);
  const source = m ? sourceOf(m[1]) : undefined;
  if (source === undefined)
    return undefined;
  let at = 0;
  for (let line = 1; line < +m[2]; line++)
    at = source.indexOf('\n', at) + 1;
  const found = callAt(source, at + +m[3] - 1);
  if (!found)
    return undefined;
  const column = found[0] - (source.lastIndexOf('\n', found[0]) + 1);
  const lines = found[1].split('\n').map((l, i) => i ? l.replace(new RegExp(`^[ \\t]{0,${column}}`), '') : l);
  return `The expression evaluated to a falsy value:\n\n  ${lines.join('\n  ')}\n`;
};
