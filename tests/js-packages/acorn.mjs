import * as acorn from 'acorn';
console.log(JSON.stringify(acorn.parse('class A { #x = 1; get y() { return this.#x ?? `t${2}`; } }', { ecmaVersion: 'latest' })));
try { acorn.parse('let let = 1', { ecmaVersion: 'latest' }); } catch (e) { console.log(e.message, e.pos, e.loc); }
console.log([...acorn.tokenizer('a => /x/giu', { ecmaVersion: 2020 })].map((t) => t.type.label));
