const D = require('decimal.js');
console.log(new D('0.1').plus('0.2').toString(), D.sqrt(2).toString(), new D(10).pow(50).toString(), D.acos(0.5).toString());
