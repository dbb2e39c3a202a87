// exchange.js - one case on a tool box, in Node and in the page alike: {wasm, argv0, args, env, stdin, files, tmp} to
// {stdout, stderr, code, files}; bytes are in base 64.  It is the body of a function of (box, request).
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const textOf = (bytes) => {
  let ret = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    ret += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(ret);
};
await box.clear();
await box.fill(Object.entries(request.files).map(([path, { base64, link, mtime }]) => [
  path, base64 !== undefined ? bytesOf(base64) : link !== undefined ? { link } : null, mtime,
]));
const { wasm, argv0, args, env } = request;
const { code, stdout, stderr } = await box.run(wasm, { argv0, args, env, stdin: bytesOf(request.stdin) });
const files = {};
for (const [path, content] of Object.entries(await box.files())) {
  files[path] = content instanceof Uint8Array ? { base64: textOf(content) } : content;
}
return { code, stdout: textOf(stdout), stderr: textOf(stderr), files };
