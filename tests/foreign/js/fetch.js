// An HTTP client with fetch(): `fetch GET URL`, `fetch POST URL BODY`; the status, one header, the body or its length.
import { getArguments } from 'wasi:cli/environment@0.2.12';
import { exit } from 'wasi:cli/exit@0.2.12';

async function main([, method, url, body, ...headers]) {
  const response = await fetch(url, {
    method,
    body: body === undefined || body === '' ? undefined : body,
    headers: headers.map((line) => line.split(': ')),
  });
  console.log(response.status, response.headers.get('x-kind') ?? '-');
  const data = new Uint8Array(await response.arrayBuffer());
  console.log(data.length > 200 ? `${data.length} bytes` : new TextDecoder().decode(data));
}

export const run = {
  async run() {
    try {
      await main(getArguments());
    } catch (error) {
      console.error(`fetch: ${error.message ?? error}`);
      exit({ tag: 'err' });
    }
  },
};
