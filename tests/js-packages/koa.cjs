const K = require('koa');
const k = new K();
k.use(() => {});
console.log(typeof k.callback());
