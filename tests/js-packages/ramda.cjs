const R = require('ramda');
console.log(R.pipe(R.map(R.inc), R.sum)([1, 2, 3]));
