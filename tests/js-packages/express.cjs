const e = require('express');
const app = e();
app.get('/', (q, r) => r.send('x'));
console.log(typeof app.handle, typeof e.json(), typeof e.Router());
