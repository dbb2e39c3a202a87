const Papa = require('papaparse');
console.log(Papa.parse('a,b\n1,"x,y"\n3,4', { header: true, dynamicTyping: true }).data, Papa.unparse([{ a: 1, b: 'q"r' }, { a: 2, b: 'x\ny' }]), Papa.parse('a;b;c').meta.delimiter);
