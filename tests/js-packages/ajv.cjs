const Ajv = require('ajv');
const ajv = new Ajv({ allErrors: true });
const check = ajv.compile({ type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 3 }, b: { pattern: '^x+$' } }, additionalProperties: false });
console.log(check({ a: 5, b: 'xx' }), check({ a: 1, b: 'y', c: 1 }), check.errors);
