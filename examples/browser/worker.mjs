// worker.mjs - the thread the tools run on: takes {id, method, args}, answers {id, value} or {id, error}.
import { Toolbox } from './toolbox.mjs';

const METHODS = new Set(['call', 'run', 'put', 'fill', 'clear', 'files', 'list']);

async function load(folder) {
  const { tools, programs } = await (await fetch(`${folder}/toolbox.json`)).json();
  const names = new Set([...tools.map(({ name }) => `${name}.wasm`), ...Object.values(programs)]);
  const loaded = await Promise.all([...names].map(async (name) => {
    const answer = await fetch(`${folder}/${name}`);
    if (!answer.ok) {
      throw new Error(`${name}: ${answer.status}`);
    }
    return [name, new Uint8Array(await answer.arrayBuffer())];
  }));
  const bytes = new Map(loaded);
  return new Toolbox({ tools, programs }, (name) => bytes.get(name));
}

const box = load('toolbox');

self.onmessage = async ({ data: { id, method, args } }) => {
  try {
    if (!METHODS.has(method)) {
      throw new Error(`no such method: ${method}`);
    }
    const loaded = await box;
    const value = method === 'list' ? loaded.tools : loaded[method](...args);
    self.postMessage({ id, value });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
