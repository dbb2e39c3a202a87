// memory_host.mjs FOLDER - the page's modules without a page: a request of exchange.js a line on standard input, an answer a line.
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Toolbox } from '../../examples/browser/toolbox.mjs';

globalThis.crypto ??= webcrypto; // Node 18
const AsyncFunction = (async () => {}).constructor;
const exchange = new AsyncFunction('box', 'request', readFileSync(new URL('exchange.js', import.meta.url), 'utf8'));
const folder = process.argv[2];
const bytes = new Map();
const read = (name) => bytes.get(name) ?? bytes.set(name, readFileSync(join(folder, name))).get(name);
const box = new Toolbox(JSON.parse(readFileSync(join(folder, 'toolbox.json'), 'utf8')), read);

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await exchange(box, JSON.parse(line))));
}
