import * as prettier from 'prettier/standalone';
import babel from 'prettier/plugins/babel';
import estree from 'prettier/plugins/estree';
import css from 'prettier/plugins/postcss';
console.log(await prettier.format('const a={b:1,c:[1,2,3].map(x=>x*2)};async function* f(){yield* await g()}', { parser: 'babel', plugins: [babel, estree] }));
console.log(await prettier.format('a{color:RED;b:c}', { parser: 'css', plugins: [css] }));
