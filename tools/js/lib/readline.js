const { Interface, cursorTo, moveCursor, clearLine, clearScreenDown } = require('internal/readline');

module.exports = {
  Interface,
  clearLine,
  clearScreenDown,
  createInterface: function createInterface(input, output, completer, terminal) {
    return new Interface(input, output, completer, terminal);
  },
  cursorTo,
  emitKeypressEvents: function emitKeypressEvents() {}, // there are no keys
  moveCursor,
};
Object.defineProperty(module.exports, 'promises', { configurable: true, enumerable: true,
  get: () => require('readline/promises') });
