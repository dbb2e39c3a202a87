import { parse } from 'csv-parse';
import { parse as sync } from 'csv-parse/sync';
console.log(sync('a,b\n1,"x ""y"""\n2,"line\nbreak"\n', { columns: true }));
const rows = [];
for await (const row of parse('1;2\n3;4\n', { delimiter: ';', cast: true })) rows.push(row);
console.log(rows);
try { sync('a,b\n1\n'); } catch (e) { console.log(e.code, e.message); }
