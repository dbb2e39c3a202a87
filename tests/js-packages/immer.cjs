const {
  produce
} = require('immer');
const a = {
  x: [1],
  y: {}
};
const b = produce(a, d => {
  d.x.push(2);
});
console.log(a, b, a.y === b.y);
