import { NIL, v3, v4, v5, v7, validate, version } from 'uuid';
console.log(v5('hello', v5.URL), v3('hello', v3.DNS), validate(v4()), version(v7()), NIL);
