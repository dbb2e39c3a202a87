const a = require('axios');
console.log(typeof a.get, a.defaults.adapter, a.getUri({
  url: 'http://x/y',
  params: {
    a: 1
  }
}));
a.get('http://127.0.0.1:1/').catch(e => console.log(e.name, e.isAxiosError));
