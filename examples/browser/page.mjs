// page.mjs - the page around the tools, and `window.toolbox` for scripts:
//
//   await toolbox.put('notes.txt', new TextEncoder().encode('alpha\n'));
//   const { text } = await toolbox.call('read', { path: 'notes.txt' });

/** The worker's methods as functions that return promises. */
class Client {
  constructor(worker) {
    this.worker = worker;
    this.pending = new Map();
    this.last = 0;
    for (const method of ['call', 'run', 'put', 'fill', 'clear', 'files', 'list']) {
      this[method] = (...args) => this.send(method, args);
    }
    worker.onmessage = ({ data: { id, value, error } }) => {
      const { resolve, reject } = this.pending.get(id);
      this.pending.delete(id);
      if (error === undefined) {
        resolve(value);
      } else {
        reject(new Error(error));
      }
    };
    worker.onerror = ({ message }) => {
      for (const { reject } of this.pending.values()) {
        reject(new Error(message ?? 'the worker could not be started'));
      }
      this.pending.clear();
    };
  }

  send(method, args) {
    const id = ++this.last;
    this.worker.postMessage({ id, method, args });
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }
}

const toolbox = new Client(new Worker('worker.mjs', { type: 'module' }));
window.toolbox = toolbox;

const at = (id) => document.getElementById(id);
let tools = [];

const utf8 = new TextEncoder();
const FIRST = {
  'README.md': '# A workspace in memory\n\nNothing of it leaves this page.\n',
  'fruit.txt': 'pear\napple\nfig\napple\npear\napple\n',
  'src/main.c': '#include <stdio.h>\n\nint main(void)\n{\n    puts("hello"); // todo\n    return 0;\n}\n',
};
const EXAMPLES = {
  bash: { command: 'sort fruit.txt | uniq -c | sort -rn >count.txt\ncat count.txt\nls -R' },
  read: { path: 'README.md' },
  write: { path: 'docs/new.txt', content: 'hello\n' },
  edit: { path: 'src/main.c', old_string: 'hello', new_string: 'good morning' },
  glob: { pattern: '**/*.c' },
  grep: { pattern: 'todo', before: 1 },
};

function choose() {
  const tool = tools.find(({ name }) => name === at('tool').value);
  at('about').textContent = tool.description;
  const example = EXAMPLES[tool.name] ?? tool.examples?.[0]?.arguments ?? {};
  at('arguments').value = JSON.stringify(example, null, 2);
  at('schema').textContent = JSON.stringify(tool.input_schema, null, 2);
}

function shown(content) {
  if (content === null) {
    return 'directory';
  }
  return content.link !== undefined ? `→ ${content.link}` : `${content.length} bytes`;
}

async function showFiles() {
  const rows = Object.entries(await toolbox.files()).map(([path, content]) => {
    const row = document.createElement('li');
    const name = document.createElement(content instanceof Uint8Array ? 'button' : 'span');
    name.textContent = path;
    if (content instanceof Uint8Array) {
      name.type = 'button';
      name.onclick = () => {
        at('content').textContent = new TextDecoder().decode(content.subarray(0, 100000));
      };
    }
    row.append(name, ` ${shown(content)}`);
    return row;
  });
  at('files').replaceChildren(...rows);
}

async function run() {
  at('run').disabled = true;
  at('result').textContent = '';
  try {
    const began = performance.now();
    const { text, code, stderr } = await toolbox.call(at('tool').value, JSON.parse(at('arguments').value));
    const took = performance.now() - began;
    at('json').textContent = text;
    const note = code === 0 ? '' : `\n[exit ${code}] ${new TextDecoder().decode(stderr)}`;
    const blocks = code === 0 ? JSON.parse(text).content : [];
    at('result').textContent = blocks.map((block) => block.text ?? `[${block.type}, ${block.mimeType}]`).join('\n') + note;
    at('took').textContent = `${took.toFixed(1)} ms`;
    await showFiles();
  } catch (error) {
    at('result').textContent = error.message;
  }
  at('run').disabled = false;
}

async function begin() {
  try {
    tools = await toolbox.list();
    for (const [path, text] of Object.entries(FIRST)) {
      await toolbox.put(path, utf8.encode(text));
    }
  } catch (error) {
    at('about').textContent = error.message;
    return;
  }
  at('tool').replaceChildren(...tools.map(({ name }) => new Option(name, name)));
  at('tool').onchange = choose;
  at('run').onclick = run;
  at('add').onchange = async () => {
    for (const file of at('add').files) {
      await toolbox.put(file.name, new Uint8Array(await file.arrayBuffer()));
    }
    await showFiles();
  };
  choose();
  await showFiles();
  at('run').disabled = false;
  document.body.dataset.ready = 'yes';
}

begin();
