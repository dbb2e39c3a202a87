// memory_fs.mjs - files, directories and symbolic links in memory, and how a path finds them: beneath the directory it
// begins in, and never above it.
//
// What fails throws Errno, with a number of WASI preview1.

export class Errno extends Error {
  constructor(code) {
    super(`errno ${code}`);
    this.code = code;
  }
}

export const E = {
  SUCCESS: 0, TOO_BIG: 1, AGAIN: 6, BADF: 8, CHILD: 10, DEADLK: 16, EXIST: 20, FBIG: 22, ILSEQ: 25, INVAL: 28, IO: 29,
  ISDIR: 31, LOOP: 32, MFILE: 33, NAMETOOLONG: 37, NOENT: 44, NOEXEC: 45, NOMEM: 48, NOSPC: 51, NOSYS: 52, NOTDIR: 54,
  NOTEMPTY: 55, NOTSUP: 58, PERM: 63, PIPE: 64, SPIPE: 70, SRCH: 71, TIMEDOUT: 73, XDEV: 75,
};
export const TYPE = { UNKNOWN: 0, CHARACTER: 2, DIRECTORY: 3, FILE: 4, LINK: 7 };

const NAME_MAX = 255;
const PATH_MAX = 4096;
const LINKS_MAX = 40;

export const fail = (code) => {
  throw new Errno(code);
};

/** Nanoseconds since 1970, as a BigInt. */
export function now() {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

/** A file, a directory or a link; what it is called is the business of the directories it stands in. */
class Node {
  constructor(fs, type) {
    this.type = type;
    this.ino = ++fs.lastIno;
    this.nlink = type === TYPE.DIRECTORY ? 2 : 1;
    this.atime = this.mtime = this.ctime = now();
    if (type === TYPE.DIRECTORY) {
      this.entries = new Map();
    } else if (type === TYPE.FILE) {
      this.bytes = new Uint8Array(0); // has room behind `size`, which is zero
      this.size = 0;
    }
  }

  changed() {
    this.mtime = this.ctime = now();
  }

  length() {
    return this.type === TYPE.FILE ? this.size : this.type === TYPE.LINK ? this.target.length : 4096;
  }

  contents() {
    return this.bytes.subarray(0, this.size);
  }
}

export class MemoryFs {
  /** At most `maxBytes` in all files together. */
  constructor({ maxBytes = 1 << 30 } = {}) {
    this.maxBytes = maxBytes;
    this.used = 0;
    this.lastIno = 0;
    this.root = new Node(this, TYPE.DIRECTORY);
  }

  // ---- what files hold ----

  resize(node, size) {
    if (this.used - node.size + size > this.maxBytes) {
      fail(E.NOSPC);
    }
    if (size > node.bytes.length) {
      const bytes = new Uint8Array(Math.max(size, Math.min(node.bytes.length * 2, node.bytes.length + (64 << 20)), 256));
      bytes.set(node.contents());
      node.bytes = bytes;
    } else if (size < node.size) {
      node.bytes.fill(0, size, node.size);
    }
    this.used += size - node.size;
    node.size = size;
  }

  writeAt(node, at, from) {
    if (at + from.length > node.size) {
      this.resize(node, at + from.length);
    }
    node.bytes.set(from, at);
    node.changed();
  }

  // ---- what directories hold ----

  add(dir, name, node) {
    dir.entries.set(name, node);
    dir.changed();
    if (node.type === TYPE.DIRECTORY) {
      dir.nlink++;
    }
    return node;
  }

  /** The name is gone; what it named goes with its last name. */
  remove(dir, name) {
    const node = dir.entries.get(name);
    dir.entries.delete(name);
    dir.changed();
    node.ctime = now();
    if (node.type === TYPE.DIRECTORY) {
      dir.nlink--;
      node.nlink = 0;
    } else if (--node.nlink === 0 && node.type === TYPE.FILE) {
      this.used -= node.size; // an open descriptor may keep it: what it grows by then is counted
      node.gone = true;
    }
  }

  make(dir, name, type) {
    return this.add(dir, name, new Node(this, type));
  }

  makeLink(dir, name, target) {
    const node = this.make(dir, name, TYPE.LINK);
    node.target = target;
    return node;
  }

  // ---- paths ----

  /** Where `path` leads from directory `base`: {dir, name, node}, node undefined where nothing has that name, dir and name
   *  undefined where it is `base` itself.  `follow`: a link at its end too.  `slash`: it ended in one. */
  find(base, path, follow) {
    if (path.length === 0) {
      fail(E.NOENT);
    }
    if (path.length > PATH_MAX) {
      fail(E.NAMETOOLONG);
    }
    const slash = path.endsWith('/') || path.endsWith('/.');
    const above = []; // directories that lead to `at`, from `base` on
    let at = base;
    let links = 0;
    let found = { dir: undefined, name: undefined, node: base };
    let words = this.split(path);
    while (words.length > 0) {
      const word = words.shift();
      if (at.type !== TYPE.DIRECTORY) {
        fail(E.NOTDIR);
      }
      if (word === '..') {
        at = above.pop() ?? fail(E.PERM);
        found = { dir: undefined, name: undefined, node: at };
        continue;
      }
      if (word.length > NAME_MAX / 3 && new TextEncoder().encode(word).length > NAME_MAX) {
        fail(E.NAMETOOLONG);
      }
      const node = at.entries.get(word);
      const last = words.length === 0;
      found = { dir: at, name: word, node };
      if (!node) {
        if (!last) {
          fail(E.NOENT);
        }
        break;
      }
      if (node.type === TYPE.LINK && (!last || follow || slash)) {
        if (++links > LINKS_MAX) {
          fail(E.LOOP);
        }
        if (node.target.startsWith('/')) {
          fail(E.PERM); // means a place that no guest can name
        }
        words = [...this.split(node.target), ...words];
        found = { dir: undefined, name: undefined, node: at };
        continue;
      }
      above.push(at);
      at = node;
    }
    if (slash && found.node && found.node.type !== TYPE.DIRECTORY) {
      fail(E.NOTDIR);
    }
    return { ...found, slash };
  }

  split(path) {
    if (path.startsWith('/')) {
      fail(E.PERM);
    }
    return path.split('/').filter((word) => word !== '' && word !== '.');
  }

  get(base, path, follow) {
    return this.find(base, path, follow).node ?? fail(E.NOENT);
  }

  // ---- for the page ----

  /** The directory at `path` from the root, made where it is missing. */
  directory(path) {
    let at = this.root;
    for (const name of this.split(path.replace(/^\/+/, ''))) {
      at = at.entries.get(name) ?? this.make(at, name, TYPE.DIRECTORY);
    }
    return at;
  }

  /** Put a file (bytes), a link ({link}) or a directory (null) at `path`; `mtime` in nanoseconds. */
  put(path, content, mtime) {
    const [, above, name] = /^(.*?)([^/]*)$/.exec(path);
    const dir = this.directory(above);
    let node = dir.entries.get(name);
    if (content === null) {
      node = this.directory(path);
    } else if (content instanceof Uint8Array) {
      node ??= this.make(dir, name, TYPE.FILE);
      this.resize(node, 0);
      this.writeAt(node, 0, content);
    } else {
      node ??= this.makeLink(dir, name, content.link);
    }
    if (mtime !== undefined) {
      node.mtime = node.atime = mtime;
    }
  }

  /** All below the directory `path`: [relative path, node], sorted. */
  list(path) {
    const ret = [];
    const open = [['', this.directory(path)]];
    while (open.length > 0) {
      const [above, dir] = open.pop();
      for (const [name, node] of dir.entries) {
        ret.push([above + name, node]);
        if (node.type === TYPE.DIRECTORY) {
          open.push([`${above}${name}/`, node]);
        }
      }
    }
    return ret.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Empty the directory `path`. */
  clear(path) {
    for (const [, node] of this.list(path)) {
      if (node.type === TYPE.FILE) {
        this.used -= node.size;
        node.size = 0;
      }
    }
    this.directory(path).entries.clear();
  }
}
