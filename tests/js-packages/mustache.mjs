import Mustache from 'mustache';
console.log(Mustache.render('{{#a}}{{name}} {{/a}}{{^b}}no b{{/b}} {{&h}} {{h}} {{>p}}', { a: [{ name: 1 }, { name: 2 }], h: '<b>' }, { p: 'part {{h}}' }));
