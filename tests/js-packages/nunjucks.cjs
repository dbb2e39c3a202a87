console.log(require('nunjucks').renderString('Hi {{ a|upper }} {% for i in b %}{{i}},{% endfor %}', {
  a: 'x',
  b: [1, 2]
}));
