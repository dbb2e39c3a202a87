// ft: the file tool of the foreign tests, in JavaScript on the component's own interfaces (docs/foreign.md has the contract).
import { getArguments, getEnvironment } from 'wasi:cli/environment@0.2.12';
import { exit } from 'wasi:cli/exit@0.2.12';
import { getStdin } from 'wasi:cli/stdin@0.2.12';
import { getStdout } from 'wasi:cli/stdout@0.2.12';
import { getStderr } from 'wasi:cli/stderr@0.2.12';
import { now as monotonicNow, subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.12';
import { filesystemErrorCode } from 'wasi:filesystem/types@0.2.12';
import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';

const NAMES = {
  access: 'denied', 'not-permitted': 'denied', 'read-only': 'denied', exist: 'exists', invalid: 'invalid',
  'is-directory': 'is a directory', 'no-entry': 'not found', 'not-directory': 'not a directory',
  'not-empty': 'not empty', 'cross-device': 'crosses devices', quota: 'quota', 'insufficient-space': 'no space',
  loop: 'too many links',
};

class Failure extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

const usage = (text) => new Failure(2, text);

// Runs one filesystem call; its error code becomes a failure of that path.
function at(path, call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof Failure || error.payload === undefined) throw error;
    const { payload } = error;
    // A stream's error is a resource that knows the code behind it.
    const code = payload.tag === 'last-operation-failed' ? filesystemErrorCode(payload.val) : payload.tag ?? payload;
    throw new Failure(1, `${path}: ${NAMES[code] ?? code}`);
  }
}

// The preopened directory with the longest matching name, and the rest of the path beneath it.
function resolve(path) {
  let best;
  for (const [dir, name] of getDirectories()) {
    const base = name === '/' ? '/' : name + '/';
    if ((path === name || path.startsWith(base)) && (!best || base.length > best.length))
      best = { dir, length: base.length };
  }
  if (!best) throw new Failure(1, `${path}: outside`);
  return [best.dir, path.slice(best.length) || '.'];
}

const FOLLOW = { symlinkFollow: true };

function open(path, how, flags) {
  const [dir, below] = resolve(path);
  return at(path, () => dir.openAt(FOLLOW, below, how, flags));
}

const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (string) => new TextEncoder().encode(string);

function writeAll(stream, data) {
  for (let done = 0; done < data.length; done += 4096)
    stream.blockingWriteAndFlush(data.subarray(done, done + 4096));
}

let pending = '';
function print(line) {
  pending += line + '\n';
  if (pending.length > 3000) flush();
}
function flush() {
  if (pending) writeAll(getStdout(), bytes(pending));
  pending = '';
}

function* pieces(stream) {
  for (;;) {
    try {
      yield stream.blockingRead(65536n);
    } catch (error) {
      if (error.payload?.tag === 'closed') return;
      throw error;
    }
  }
}

function input(path) {
  return path === undefined ? getStdin() : at(path, () => open(path, {}, { read: true }).readViaStream(0n));
}

function count(path) {
  let total = 0, lines = 0, sum = 0;
  for (const piece of pieces(input(path))) {
    total += piece.length;
    for (const byte of piece) {
      if (byte === 10) lines++;
      sum = ((sum << 1) | (sum >>> 31)) ^ byte;
    }
  }
  print(`${lines} ${total} ${(sum >>> 0).toString(16).padStart(8, '0')}`);
}

function head(path, most) {
  let held = '';
  for (const piece of pieces(input(path))) {
    held += text(piece);
    if (held.split('\n').length > most) break;
  }
  pending += held.split(/(?<=\n)/).slice(0, most).join('');
  flush();
}

function kindOf(type) {
  return { directory: 'dir', 'regular-file': 'file', 'symbolic-link': 'link' }[type] ?? 'other';
}

function tree(path, depth, most) {
  const dir = open(path, { directory: true }, { read: true });
  const stream = at(path, () => dir.readDirectory());
  const names = [];
  for (let entry; (entry = at(path, () => stream.readDirectoryEntry())); ) names.push(entry.name);
  for (const name of names.sort()) {
    const stat = at(name, () => dir.statAt({}, name));
    const size = stat.type === 'regular-file' ? ' ' + stat.size : '';
    print(`${'  '.repeat(depth)}${name} ${kindOf(stat.type)}${size}`);
    if (stat.type === 'directory' && depth + 1 < most) tree(`${path === '/' ? '' : path}/${name}`, depth + 1, most);
  }
}

function write(path, data, options) {
  const how = options.a ? { create: true } : options.x ? { create: true, exclusive: true } : { create: true, truncate: true };
  const file = open(path, how, { write: true });
  writeAll(at(path, () => (options.a ? file.appendViaStream() : file.writeViaStream(0n))), bytes(data));
}

function patch(path, data, offset) {
  const file = open(path, {}, { read: true, write: true });
  at(path, () => file.write(bytes(data), BigInt(offset)));
  const end = at(path, () => file.stat()).size;
  const [whole] = at(path, () => file.read(end + 1n, 0n));
  print(`${end} ${JSON.stringify(text(whole))}`);
  throw new Failure(1, 'before the beginning: invalid');
}

function stat(path, flags) {
  const [dir, below] = resolve(path);
  const found = at(path, () => dir.statAt(flags, below));
  const when = found.dataModificationTimestamp;
  print(`${kindOf(found.type)} ${found.size} ${when.seconds}.${String(when.nanoseconds).padStart(9, '0')}`);
}

function touch(path, seconds) {
  const [dir, below] = resolve(path);
  const whole = Math.floor(Number(seconds));
  const when = { seconds: BigInt(whole), nanoseconds: Math.round((Number(seconds) - whole) * 1e9) };
  at(path, () => dir.setTimesAt(FOLLOW, below, { tag: 'no-change' }, { tag: 'timestamp', val: when }));
}

function copy(from, to) {
  const source = open(from, {}, { read: true });
  const target = open(to, { create: true, truncate: true }, { write: true });
  const input = at(from, () => source.readViaStream(0n)), output = at(to, () => target.writeViaStream(0n));
  let total = 0n;
  for (;;) {
    try {
      total += output.blockingSplice(input, 65536n);
    } catch (error) {
      if (error.payload?.tag !== 'closed') throw error;
      break;
    }
  }
  output.blockingFlush();
  print(String(total));
}

function removeTree(path) {
  const dir = open(path, { directory: true }, { read: true });
  const stream = at(path, () => dir.readDirectory());
  const entries = [];
  for (let entry; (entry = at(path, () => stream.readDirectoryEntry())); ) entries.push(entry);
  for (const { type, name } of entries) {
    if (type === 'directory') removeTree(`${path}/${name}`);
    else at(`${path}/${name}`, () => dir.unlinkFileAt(name));
  }
  const [parent, below] = resolve(path);
  at(path, () => parent.removeDirectoryAt(below));
}

function makeParents(path) {
  const parts = path.split('/').slice(1);
  for (let n = 1; n <= parts.length; n++) {
    const [dir, below] = resolve('/' + parts.slice(0, n).join('/'));
    if (below === '.') continue;
    try {
      dir.createDirectoryAt(below);
    } catch (error) {
      if (error.payload !== 'exist') at(path, () => { throw error; });
    }
  }
}

function fill(path, size) {
  const piece = new Uint8Array(65536).map((_, i) => i % 251);
  const stream = path === '-' ? getStdout()
    : at(path, () => open(path, { create: true, truncate: true }, { write: true }).writeViaStream(0n));
  for (let left = size; left > 0; left -= piece.length) at(path, () => writeAll(stream, piece.subarray(0, left)));
}

function parse(words) {
  const found = { n: 10, d: 64, o: 0, rest: [] };
  for (let i = 0; i < words.length; i++) {
    const word = words[i], letter = word[1];
    if (!word.startsWith('-') || word === '-') found.rest.push(word);
    else if ('nod'.includes(letter)) found[letter] = Number(word.slice(2) || words[++i]);
    else if ('prax'.includes(letter) && word.length === 2) found[letter] = true;
    else throw usage(`unexpected argument '${word}'`);
  }
  return found;
}

function files(command, words) {
  const options = parse(words);
  const [path, other] = options.rest;
  if (path === undefined && command !== 'head' && command !== 'count')
    throw usage('a required argument was not provided');
  const on = (call, from = path) => {
    const [dir, below] = resolve(from);
    return at(path, () => call(dir, below));
  };
  switch (command) {
    case 'tree': return tree(path, 0, options.d);
    case 'head': return head(path, options.n);
    case 'count': return count(path);
    case 'write': return write(path, other ?? '', options);
    case 'patch': return patch(path, other, options.o);
    case 'size': return at(path, () => open(path, {}, { write: true }).setSize(BigInt(other)));
    case 'stat': return stat(path, FOLLOW);
    case 'lstat': return stat(path, {});
    case 'touch': return touch(path, other);
    case 'mkdir': return options.p ? makeParents(path) : on((dir, below) => dir.createDirectoryAt(below));
    case 'rm': return options.r ? removeTree(path) : on((dir, below) => dir.unlinkFileAt(below));
    case 'rmdir': return on((dir, below) => dir.removeDirectoryAt(below));
    case 'mv': return on((dir, below) => dir.renameAt(below, ...resolve(other)));
    case 'cp': return copy(path, other);
    case 'link': return on((dir, below) => dir.linkAt({}, below, ...resolve(other)));
    case 'symlink': return on((dir, below) => at(other, () => dir.symlinkAt(path, below)), other);
    case 'readlink': return print(on((dir, below) => dir.readlinkAt(below)));
    case 'fill': return fill(path, Number(other));
    default: throw usage(`unrecognized subcommand '${command}'`);
  }
}

function nap(ms) {
  const wanted = BigInt(ms) * 1000000n, begin = monotonicNow();
  subscribeDuration(wanted).block();
  print(monotonicNow() - begin >= wanted ? 'slept' : 'too short');
}

function main([command, ...words]) {
  const [first] = words;
  switch (command) {
    case undefined: throw usage('a subcommand is required');
    case 'args': return words.forEach((word) => print(`[${word}]`));
    case 'env': {
      const all = getEnvironment();
      if (first === undefined) return all.forEach(([name, value]) => print(`${name}=${value}`));
      const found = all.find(([name]) => name === first);
      if (!found) throw new Failure(1, `${first}: unset`);
      return print(found[1]);
    }
    case 'exit': return exit({ tag: first === '0' ? 'ok' : 'err' });
    case 'sleep': return nap(first);
    case 'panic': throw new Error('on purpose');
    default: return files(command, words);
  }
}

export const run = {
  run() {
    try {
      main(getArguments().slice(1));
      flush();
    } catch (error) {
      flush();
      if (!(error instanceof Failure)) throw error;
      writeAll(getStderr(), bytes(`ft: ${error.message}\n`));
      exit({ tag: 'err' });
    }
  },
};
