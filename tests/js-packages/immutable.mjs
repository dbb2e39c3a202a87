import { fromJS, List, Map, OrderedSet, Record } from 'immutable';
const m = fromJS({ a: { b: [1, 2] } });
console.log(m.setIn(['a', 'b', 1], 9).toJS(), m.equals(fromJS({ a: { b: [1, 2] } })), List.of(3, 1, 2).sort().toArray(), String(OrderedSet([1, 1, 2])));
const P = Record({ x: 1, y: 2 });
console.log(new P({ x: 5 }).toJS(), Map([[{ k: 1 }, 2]]).size, List(Array(100).keys()).filter((n) => n % 7 === 0).reduce((a, b) => a + b));
