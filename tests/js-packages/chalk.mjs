import { Chalk } from 'chalk';
const c = new Chalk({ level: 3 });
console.log(JSON.stringify([c.red.bold('x'), c.hex('#12abef').bgWhite(`a${c.green('b')}c`), c.underline('l1\nl2')]));
