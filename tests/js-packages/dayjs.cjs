const dayjs = require('dayjs');
dayjs.extend(require('dayjs/plugin/utc'));
dayjs.extend(require('dayjs/plugin/relativeTime'));
console.log(dayjs.utc('2024-02-29').add(1, 'year').format('YYYY-MM-DD dddd'), dayjs.utc('2024-01-01').from(dayjs.utc('2025-06-01')), dayjs('nope').isValid());
