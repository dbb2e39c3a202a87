// The functions of typed.wit in JavaScript.
const COLOURS = ['red', 'green', 'dark-blue'];
const swap = ({ x, y }) => ({ x: y, y: x });

export const values = {
  invert: (a, b, c, d, e, f) => [~a & 0xff, ~b, ~c & 0xffff, ~d, ~e >>> 0, ~f],
  next: (n) => n + 1n,
  negate: (n) => -n,
  half: (x, y) => [x / 2, y / 2],
  opposite: (b) => !b,
  twice: (text, between) => text + between + text,
  reverse: (bytes) => bytes.slice().reverse(),
  change: (item) => ({
    name: item.name.toUpperCase(),
    size: item.size * 2n,
    tags: item.tags.slice().sort(),
    at: item.at === undefined ? undefined : swap(item.at),
    type: COLOURS[(COLOURS.indexOf(item.type) + 1) % 3],
  }),
  area: (shape) => (shape.tag === 'empty' ? 0 : shape.tag === 'circle' ? Math.PI * shape.val ** 2 : undefined),
  doubleShape: ({ tag, val }) => {
    switch (tag) {
      case 'circle': return { tag, val: val * 2 };
      case 'polygon': return { tag, val: val.map(({ x, y }) => ({ x: x * 2, y: y * 2 })) };
      case 'named': return { tag, val: [val[0] + val[0], val[1]] };
      default: return { tag };
    }
  },
  complement: ({ read, write, deleteAll }) => ({ read: !read, write: !write, deleteAll: !deleteAll }),
  nested: (value) => value,
  divide: (a, b) => {
    if (b === 0) throw { tag: 'bad-input', val: 'division by zero' };
    return Math.trunc(a / b);
  },
  check: (ok) => {
    if (!ok) throw 'not ok';
  },
  find: (key) => {
    if (key === 'missing') throw { tag: 'not-found' };
    return key === 'none' ? undefined : { name: key, size: 2n ** 64n - 1n, tags: [], at: undefined, type: 'red' };
  },
  matrix: (rows) => rows.map((row) => [...row].reverse()).reverse(),
  nothing: () => {},
};

export const greet = (name) => `hello, ${name}`;
