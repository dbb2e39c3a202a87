const m = require('mathjs');
console.log(m.evaluate('sqrt(3^2+4^2)'), m.evaluate('det([1,2;3,4])'), m.format(m.evaluate('2 inch to cm')), m.derivative('x^2+x', 'x').toString(), m.simplify('2x+3x').toString());
