const MarkdownIt = require('markdown-it');
const md = new (MarkdownIt.default ?? MarkdownIt)({ html: true, linkify: true, typographer: true });
console.log(md.render('# A\n\n"quotes" (c) -- www.example.com\n\n> quote\n>> deeper\n\n![i](a.png "t")\n\n    code\n'));
