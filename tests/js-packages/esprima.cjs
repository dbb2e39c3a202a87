console.log(JSON.stringify(require('esprima').parseScript('const a=(b)=>b**2')));
