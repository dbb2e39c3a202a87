console.log(require('pug').render('p= a\nul\n  each x in [1,2]\n    li= x', {
  a: 1
}));
