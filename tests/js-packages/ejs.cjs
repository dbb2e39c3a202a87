const ejs = require('ejs');
console.log(ejs.render('<% for (const x of list) { -%>\n<li><%= x %></li>\n<% } -%>\n<%- include("x") %>', { list: ['<a>', 2] }, { includer: () => ({ template: 'inc <%= 1 + 1 %>' }) }));
try { ejs.render('a\n<% nope.x %>\n', {}); } catch (e) { console.log(e.message.split('\n').slice(-1)); }
