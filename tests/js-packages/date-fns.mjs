import { addMonths, differenceInDays, format, formatDistance, parseISO } from 'date-fns';
const d = parseISO('2024-01-31T12:00:00Z');
console.log(format(addMonths(d, 1), 'yyyy-MM-dd EEEE do'), differenceInDays(parseISO('2024-03-01'), parseISO('2024-02-01')));
console.log(formatDistance(d, addMonths(d, 5)));
