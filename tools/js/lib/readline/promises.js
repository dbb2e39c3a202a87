const readline = require('internal/readline');

class Interface extends readline.Interface {
  question(query, options = {}) {
    return readline.questionPromise(this, query, options);
  }
}

// Escape sequences collected, and written by commit().
class Readline {
  #stream;
  #todo = [];
  #autoCommit;
  constructor(stream, options = undefined) {
    this.#stream = stream;
    this.#autoCommit = Boolean(options?.autoCommit);
  }
  #add(text) {
    if (this.#autoCommit)
      globalThis.process.nextTick(() => this.#stream.write(text));
    else
      this.#todo.push(text);
    return this;
  }
  cursorTo(x, y = undefined) {
    return this.#add(readline.escapes.cursorTo(x, y));
  }
  moveCursor(dx, dy) {
    return this.#add(readline.escapes.moveCursor(dx, dy));
  }
  clearLine(dir) {
    return this.#add(readline.escapes.clearLine(dir));
  }
  clearScreenDown() {
    return this.#add(readline.escapes.clearScreenDown());
  }
  commit() {
    return new Promise((resolve) => {
      this.#stream.write(this.#todo.join(''), resolve);
      this.#todo = [];
    });
  }
  rollback() {
    this.#todo = [];
    return this;
  }
}

module.exports = {
  Interface,
  Readline,
  createInterface: (input, output, completer, terminal) => new Interface(input, output, completer, terminal),
};
