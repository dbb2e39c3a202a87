import parse from 'yargs-parser';
console.log(parse(['--foo.bar=9', '-abc', '--no-x', 'pos', '--list', '1', '2', '--', 'rest'], { array: ['list'], boolean: ['a'], configuration: { 'populate--': true } }));
