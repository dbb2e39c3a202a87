const _ = require('lodash');
console.log(_.chunk([1, 2, 3, 4, 5], 2), _.groupBy(['one', 'two', 'three'], 'length'), _.camelCase('foo bar-baz'));
console.log(_.merge({ a: [{ b: 2 }] }, { a: [{ c: 3 }] }), _.template('hello <%= user %>!')({ user: 'fred' }));
console.log(_.cloneDeep(new Map([[1, { a: new Date(0) }]])), _.isEqual({ a: [1, NaN] }, { a: [1, NaN] }), _.orderBy([{ a: 2 }, { a: 1 }], 'a'));
