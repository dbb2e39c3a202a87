const {
  Linter
} = require('eslint');
console.log(new Linter().verify('var a = 1; b()', [{
  rules: {
    'no-undef': 2,
    'no-unused-vars': 1
  }
}]).map(m => m.message));
