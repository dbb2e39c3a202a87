const ts = require('typescript');
console.log(ts.version, ts.transpileModule('enum E { A, B = 5 } class P<T> { constructor(private x: T, readonly y?: number) {} } export const z = <E>E.B satisfies E;', { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2020 } }).outputText);
const f = ts.createSourceFile('a.ts', 'let x: number = ;', ts.ScriptTarget.Latest);
console.log(f.parseDiagnostics.map((d) => d.messageText));
