// console for what most programs print, lines of text: everything else of it is made of the real one
// (internal/console) when that is first needed. It is one object all along.
const stdio = require('internal/stdio');

const console = exports.console = Object.create({});
let real; // methods of the real one

function full() {
  if (real)
    return;
  const changed = [];
  for (const name of Object.keys(console)) {
    const own = Object.getOwnPropertyDescriptor(console, name);
    if (!(own.value ?? own.get)?.[light])
      changed.push([name, own]);
    delete console[name];
  }
  require('internal/console'); // puts its methods on the object
  real = { ...console };
  for (const [name, own] of changed)
    Object.defineProperty(console, name, own);
}
const light = Symbol('light');

// The line of arguments that all are simple, the first without a format.
function plain(args, fd) {
  let line = '';
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    if (typeof value === 'string') {
      if (i === 0 && args.length > 1 && value.includes('%'))
        return undefined;
    } else if (typeof value !== 'number' && typeof value !== 'boolean' && value !== undefined && value !== null ||
        Object.is(value, -0) || stdio.hasColors(fd)) {
      return undefined;
    }
    line += i ? ' ' + value : value;
  }
  return line;
}

function printer(name, fd) {
  const fn = {
    [name](...args) {
      const line = real || stdio.streams[fd] ? undefined : plain(args, fd);
      if (line === undefined) {
        full();
        real[name](...args);
      } else {
        stdio.write(fd, line + '\n');
      }
    },
  }[name];
  fn[light] = true;
  Object.defineProperty(console, name, { value: fn, writable: true, configurable: true, enumerable: true });
}

function later(name) {
  const get = () => {
    full();
    return console[name];
  };
  get[light] = true;
  Object.defineProperty(console, name, {
    configurable: true,
    enumerable: true,
    get,
    set(value) { Object.defineProperty(console, name, { value, writable: true, configurable: true, enumerable: true }); },
  });
}

const PRINTERS = { log: 1, warn: 2, debug: 1, info: 1, error: 2 };
for (const name of ['log', 'warn', 'dir', 'time', 'timeEnd', 'timeLog', 'trace', 'assert', 'clear', 'count', 'countReset',
  'group', 'groupEnd', 'table', 'debug', 'info', 'dirxml', 'error', 'groupCollapsed', 'Console', 'profile', 'profileEnd',
  'timeStamp', 'context', 'createTask']) {
  if (PRINTERS[name])
    printer(name, PRINTERS[name]);
  else
    later(name);
}
Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });
