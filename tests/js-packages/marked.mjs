import { marked } from 'marked';
console.log(marked.parse('# Hi *there*\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n- [x] done\n  1. `code`\n\n```js\nlet a = "<b>";\n```\n<https://example.com> ~~no~~'));
