import { z } from 'zod';
const S = z.object({ name: z.string().min(2), age: z.number().int().optional(), tags: z.array(z.enum(['a', 'b'])).default([]) });
console.log(S.parse({ name: 'xy' }), JSON.stringify(S.safeParse({ name: 'x', age: 1.5, tags: ['c'] }).error.issues));
console.log(JSON.stringify(z.toJSONSchema(S)), await z.string().transform(async (s) => s.length).parseAsync('four'));
