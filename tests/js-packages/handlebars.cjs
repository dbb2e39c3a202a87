const H = require('handlebars');
H.registerHelper('up', (s) => s.toUpperCase());
H.registerPartial('p', '[{{name}}]');
console.log(H.compile('{{#each list}}{{@index}}:{{up name}}{{> p}}{{#unless @last}}, {{/unless}}{{else}}none{{/each}} {{{raw}}} {{raw}}')({ list: [{ name: 'a' }, { name: 'b' }], raw: '<i>' }));
