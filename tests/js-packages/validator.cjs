const v = require('validator');
console.log(v.isEmail('a@example.com'), v.isEmail('a@b'), v.isURL('https://example.com/x?y'), v.isIBAN('DE89370400440532013000'), v.escape('<a & b>'), v.isISO8601('2024-02-30', { strict: true }), v.isCreditCard('4111111111111111'));
