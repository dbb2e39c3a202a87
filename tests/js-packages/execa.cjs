const execa = require('execa');
(async () => {
  const { stdout, exitCode } = await execa('echo', ['hi']);
  console.log(stdout, exitCode);
  await execa('sh', ['-c', 'echo no >&2; exit 3']).catch((e) => console.log(e.exitCode, e.stderr, e.shortMessage));
  console.log(execa.sync('echo', ['s']).stdout, (await execa.command('basename a/b')).stdout, (await execa('cat', { input: 'fed' })).stdout);
  const p = execa('sleep', ['100']);
  setTimeout(() => p.cancel(), 20);
  await p.catch((e) => console.log(e.isCanceled, e.killed));
})();
