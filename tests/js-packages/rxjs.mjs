import { concatMap, delay, firstValueFrom, from, interval, map, of, take, throwError, toArray, catchError } from 'rxjs';
console.log(await firstValueFrom(from([1, 2, 3]).pipe(concatMap((n) => of(n * 2).pipe(delay(2))), toArray())));
console.log(await firstValueFrom(interval(1).pipe(take(3), map((n) => n * n), toArray())));
console.log(await firstValueFrom(throwError(() => new Error('x')).pipe(catchError((e) => of(e.message)))));
