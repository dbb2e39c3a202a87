console.log(require('katex').renderToString('c=\\sqrt{a^2}').length);
