import { customAlphabet, nanoid } from 'nanoid';
console.log(nanoid().length, /^[\w-]{21}$/.test(nanoid()), /^[abc]{9}$/.test(customAlphabet('abc', 9)()), nanoid() !== nanoid());
