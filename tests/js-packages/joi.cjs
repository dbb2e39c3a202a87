const J = require('joi');
console.log(J.object({
  a: J.number().min(3),
  e: J.string().email()
}).validate({
  a: 1,
  e: 'x'
}).error.message);
