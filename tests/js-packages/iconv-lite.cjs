const i = require('iconv-lite');
console.log(i.decode(i.encode('Привет', 'win1251'), 'win1251'), i.encode('日本', 'shift_jis'));
