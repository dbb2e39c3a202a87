const { Command, InvalidArgumentError } = require('commander');
const program = new Command('tool').exitOverride().configureOutput({ writeErr: (s) => console.log('ERR', s) });
program.option('-n, --number <n>', 'a number', (s) => { if (isNaN(s)) throw new InvalidArgumentError('no number'); return +s; }, 3);
program.command('add <a> [b...]').description('adds').action((a, b, o, c) => console.log('add', a, b, c.parent.opts()));
program.parse(['add', 'x', 'y', 'z', '-n', '7'], { from: 'user' });
console.log(program.helpInformation());
try { program.parse(['-n', 'q'], { from: 'user' }); } catch (e) { console.log(e.code, e.exitCode); }
