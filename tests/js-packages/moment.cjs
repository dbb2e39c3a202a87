const moment = require('moment');
console.log(moment.utc('2024-02-29').add(1, 'M').format('dddd, MMMM Do YYYY'), moment.duration(90, 'minutes').humanize(), moment.utc('31/12/2023', 'DD/MM/YYYY').week(), moment.utc('2024-01-01').locale('de').format('LLLL'));
