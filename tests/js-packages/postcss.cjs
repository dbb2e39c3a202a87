const p = require('postcss');
p([require('autoprefixer')({
  overrideBrowserslist: 'last 8 versions'
})]).process('a{display:flex;user-select:none}', {
  from: undefined
}).then(r => console.log(r.css));
