const q = require('qs');
console.log(q.parse('a[b]=1&c[]=2'), q.stringify({
  a: {
    b: 1
  },
  c: [1, 2]
}));
