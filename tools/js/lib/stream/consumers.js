// All that a stream gives, as one value.
async function chunks(stream) {
  const all = [];
  for await (const chunk of stream)
    all.push(chunk);
  return all;
}

async function blob(stream) {
  return new (require('buffer').Blob)(await chunks(stream));
}

async function buffer(stream) {
  const { Buffer } = require('buffer');
  return Buffer.concat((await chunks(stream)).map((c) => typeof c === 'string' ? Buffer.from(c) :
    Buffer.isBuffer(c) ? c : Buffer.from(c.buffer ?? c, c.byteOffset, c.byteLength)));
}

async function arrayBuffer(stream) {
  const b = await buffer(stream);
  return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
}

async function text(stream) {
  const decoder = new (require('internal/encoding').TextDecoder)();
  let s = '';
  for await (const chunk of stream)
    s += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return s + decoder.decode();
}

async function json(stream) {
  return JSON.parse(await text(stream));
}

module.exports = { arrayBuffer, blob, buffer, text, json };
