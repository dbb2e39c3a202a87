const j = require('jsonwebtoken');
const t = j.sign({
  a: 1,
  iat: 1
}, 's');
console.log(t, j.verify(t, 's'));
