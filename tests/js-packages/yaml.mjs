import YAML from 'yaml';
const doc = YAML.parseDocument('# top\na: &x [1, 2]\nb: *x\nc: |\n  text\n  more\nd: {e: !!str 5, f: 2024-01-01}\n');
console.log(doc.toJS(), String(doc), YAML.stringify({ a: [{ b: null }], s: 'x: y', m: 'l1\nl2\n' }));
console.log(YAML.parseDocument('a: [1').errors.map((e) => e.code));
