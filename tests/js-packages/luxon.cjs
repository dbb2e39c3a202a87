const {
  DateTime,
  Duration,
  Interval
} = require('luxon');
const d = DateTime.fromISO('2024-02-29T12:34:56Z', {
  zone: 'utc'
});
console.log(d.toISO(), d.plus({
  months: 1
}).toISODate(), d.toFormat('yyyy LLL dd ccc HH:mm'), d.toLocaleString(DateTime.DATETIME_MED), d.toLocaleString(DateTime.DATE_HUGE), Duration.fromObject({
  hours: 3,
  minutes: 7
}).toHuman(), d.weekNumber, DateTime.fromFormat('March 3 2020', 'LLLL d yyyy', {
  zone: 'utc'
}).toISO(), d.toRelative({
  base: d.plus({
    days: 3
  })
}));
