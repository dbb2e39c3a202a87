//== URL parts
for (const s of ['http://user:pa%20ss@Example.COM:8080/a/b/../c?x=1&y=2#frag', 'https://example.com', 'https://example.com:443/', 'http://[::1]:3000/x', 'file:///etc/passwd', 'mailto:a@b.c', 'data:text/plain,hi there', 'blob:https://a.com/uuid', 'javascript:alert(1)', 'ws://h:80/p', 'http://1.2.3', 'http://0x7f.1', 'http://münchen.de/ä?ö#ü', 'http://a/%7Efoo/%zz', 'foo://bar/baz', 'about:blank', 'http://a?b', 'http://a#b', 'http://a/?#', 'ftp://h/p', 'HTTP://A\\B\\C', 'urn:isbn:123', 'http://a..b/', 'http://a./', 'http:a', '//x', 'x', '', 'http://', 'http://%41/', 'http://a b/', 'http://a:b/', 'http://a:99999/', 'http://a:/', 'http://[::g]/', 'http://@/', 'http://u@/'])
  try { const u = new URL(s); console.log(s, ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'].map((k) => u[k]).join(' | ')); } catch (e) { console.log(s, e.name, e.code, e.message, e.input, e.base); }
//== URL with base
for (const b of ['http://a/b/c/d;p?q', 'file:///x/y', 'mailto:x', 'http://u:p@h:8/a/b?c#d', undefined, 'bad'])
  for (const s of ['g', './g', 'g/', '/g', '//g', '?y', 'g?y', '#s', ';x', '', '.', './', '..', '../', '../g', '../..', '../../../g', 'http:g', 'http://x', '\\x', 'a:b', ' x ', 'g?y/./x', '/./g', '/../g', 'C:/x', '//h'])
    try { console.log(b, s, new URL(s, b).href); } catch (e) { console.log(b, s, e.code, e.message, e.input, e.base); }
//== URL errors and shape
for (const f of [() => new URL(), () => URL('http://a'), () => new URL(Symbol()), () => new URL(null), () => new URL({}), () => URL.canParse(), () => new URL('a', null), () => new URL('/x', { toString() { return 'http://h' } }).href]) try { console.log(f()) } catch (e) { console.log(e.name, e.code) }
console.log(Object.keys(URL.prototype).join(), Object.getOwnPropertyNames(URL).join(), Object.prototype.toString.call(new URL('http://a')), JSON.stringify({ u: new URL('http://a') }), `${new URL('http://a')}`, Object.keys(new URL('http://a')).length, URL.length, URL.name);
console.log(URL.canParse('http://a'), URL.canParse('a'), URL.canParse('a', 'http://b'), URL.canParse('a', 'b'), URL.canParse('http://a', 'bad'));
//== URL.parse
console.log(URL.parse('http://a/b').href, URL.parse('x'), URL.parse('x', 'http://b').href, URL.parse('x', 'y')); try { URL.parse() } catch (e) { console.log(e.code) }
//== setters
for (const [s, k, v] of [['http://a/', 'protocol', 'https'], ['http://a/', 'protocol', 'ftp:x'], ['http://a/', 'protocol', 'foo'], ['foo://a/', 'protocol', 'http'], ['http://a:443/', 'protocol', 'https'], ['http://a/', 'username', 'u:@'], ['http://a/', 'password', 'p w'], ['file:///', 'username', 'x'], ['http://u:p@a/', 'username', ''], ['http://a/', 'host', 'b:81'], ['http://a:8/', 'host', 'b'], ['http://a:8/', 'hostname', 'b:9'], ['http://a/', 'hostname', 'b'], ['http://a/', 'host', ''], ['http://a/', 'port', '90'], ['http://a/', 'port', '80'], ['http://a/', 'port', '9x'], ['http://a/', 'port', 'x'], ['http://a:5/', 'port', ''], ['http://a/', 'port', 70000], ['http://a/', 'port', 81], ['http://a/b', 'pathname', 'c d?#'], ['http://a/b', 'pathname', ''], ['mailto:x', 'pathname', 'y'], ['http://a/?q', 'search', 'x=1 2#'], ['http://a/?q', 'search', ''], ['http://a/?q', 'search', '?'], ['http://a/#f', 'hash', 'x y`'], ['http://a/#f', 'hash', ''], ['http://a/', 'hash', '#'], ['http://a/', 'href', 'http://b'], ['data:x  ?q', 'search', ''], ['http://a/', 'origin', 'x'], ['http://a/', 'searchParams', 'x'], ['web+demo:/.//p', 'host', 'h'], ['web+demo://h/p', 'pathname', '//x'], ['file:///a', 'host', 'localhost'], ['http://a/', 'host', 'x/y'], ['http://a/', 'host', 'x@y']])
  { const u = new URL(s); try { u[k] = v; } catch (e) { console.log(e.name) } console.log(s, k, v, u.href); }
try { new URL('http://a').href = 'bad' } catch (e) { console.log(e.name, e.code, e.message, e.input) }
//== hosts
for (const h of ['0', '1.1', '256', '4294967295', '4294967296', '0x', '0x.0x', '1.2.3.4.5', '1.2.3.4.', '1.2.3.4..', '08', '01.02', '1.256', 'a.0x1', 'a.1', '[1::]', '[::1.2.3.4]', '[1:2:3:4:5:6:7:8]', '[1:2:3:4:5:6:7]', '[1:0:0:2:0:0:0:3]', '[::]', '[fe80::1%25eth0]', '[1::2::3]', '[::1.2.3]', '[::256.1.1.1]', '[0:0:1::]', '[ffff::0102]', 'ex%61mple', 'a%00b', 'a_b', 'a--b', '-a', 'a*b', 'EXAMPLE', 'a\u00adb', '\uff21\uff0ecom', 'b\u00fccher', 'fa\u00df', '\u2603', 'xn--bcher-kva', 'xn--', 'xn--a', 'XN--BCHER-KVA', '\u0131', '\u212a', '\u3002', 'a\u3002b', '\u{1F4A9}', 'xn--ls8h', 'a\u0300', '\u0300a', '\u2260', '\ufffd', '\u0640', '\ud800', '\u2163', '\u00bd'])
  try { console.log(JSON.stringify(h), new URL('http://' + h + '/').host, new URL('x://' + h.replace(/\ud800/, 'z') + '/').host) } catch (e) { console.log(JSON.stringify(h), e.code) }
//== domainToASCII and Unicode
const { domainToASCII, domainToUnicode } = require('url');
for (const d of ['espa\u00f1ol.com', '\u4e2d\u6587.com', 'xn--i\u00f1valid.com', 'xn--espaol-zwa.com', 'xn--fiq228c.com', 'xn--iñvalid.com', 'EXAMPLE.com', '', 'a b', 'a/b', '1.2', 'xn--a', 'fass.de', 'fa\u00df.de', 'xn--fa-hia.de', '[::1]', 'a.b.c.'])
  console.log(d, domainToASCII(d), domainToUnicode(d));
for (const f of [domainToASCII, domainToUnicode]) try { f() } catch (e) { console.log(e.name, e.code, e.message) }
//== URLSearchParams constructors
for (const i of [undefined, null, '', '?', 'a', 'a=', '=a', 'a=1&b=2', '?a=1&a=2', '&&a&', 'a=1=2', 'a+b=c+d', '%61=%62', 'a=%zz', 'a=%ff', '?a=b?c', { a: 1, b: [2, 3], c: null, d: undefined }, [['a', 1], ['b', 2]], new Map([['x', 'y']]), new URLSearchParams('q=1'), 5, true, [], {}, '\ud800=\udc00', { '\ud800': 'x' }, new Set(['ab']), (() => { const f = () => 1; f.z = 1; return f })()])
  try { const p = new URLSearchParams(i); console.log(p.toString(), p.size, JSON.stringify([...p])); } catch (e) { console.log(e.name, e.code, e.message) }
for (const i of [[['a']], [['a', 'b', 'c']], [1], [null], 'ok', { [Symbol.iterator]: 5 }, [[1, 2], 3]]) try { console.log(new URLSearchParams(i).toString()) } catch (e) { console.log(e.name, e.code, e.message) }
//== URLSearchParams methods
const p = new URLSearchParams('a=1&b=2&a=3&c=');
console.log(p.get('a'), p.get('z'), p.getAll('a'), p.getAll('z'), p.has('a'), p.has('a', '3'), p.has('a', '9'), p.has('z'), p.size);
p.append('d', 'x y'); console.log(`${p}`); p.set('a', 'z'); console.log(`${p}`); p.set('new', 5); console.log(`${p}`); p.delete('b'); console.log(`${p}`); p.append('a', 'q'); p.delete('a', 'z'); console.log(`${p}`); p.delete('a', undefined); console.log(`${p}`);
console.log([...p.keys()], [...p.values()], [...p.entries()], [...p]);
p.forEach(function(v, k, o) { console.log(v, k, o === p, this.t) }, { t: 1 });
p.sort(); console.log(`${p}`);
const q = new URLSearchParams('z=b&\ufffd=c&a=d&\u{1F308}=e&z=a'); q.sort(); console.log([...q.keys()].map(escape).join(), q.toString());
console.log(new URLSearchParams({ x: "~!*()'-_.+& =\u00e9\u{1F600}\0" }).toString());
console.log(Object.keys(URLSearchParams.prototype).join(), URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries, Object.prototype.toString.call(p), Object.prototype.toString.call(p.keys()));
//== URLSearchParams errors
const p = new URLSearchParams();
for (const f of [() => p.get(), () => p.append('a'), () => p.set('a'), () => p.delete(), () => p.has(), () => p.getAll(), () => p.forEach(), () => p.forEach(5), () => URLSearchParams.prototype.get.call({}, 'a'), () => URLSearchParams(), () => p.append(Symbol(), 1), () => p.keys().next.call({}), () => URLSearchParams.prototype.toString.call({}), () => URLSearchParams.prototype.keys.call(null)]) try { console.log(f()) } catch (e) { console.log(e.name, e.code, e.code && e.message) }
//== searchParams is live
const u = new URL('http://a/?x=1'); const p = u.searchParams; console.log(p === u.searchParams);
p.append('y', 'a b'); console.log(u.href); p.delete('x'); console.log(u.search); u.search = '?z=9&z=8'; console.log([...p].join('|')); u.href = 'http://b/?k=v'; console.log([...p].join('|')); p.delete('k'); console.log(u.href); u.search = 'a=~'; console.log(u.href, p.toString()); p.sort(); console.log(u.href); u.searchParams.set('m', "'"); console.log(u.href);
//== iterating while changing
const p = new URLSearchParams('a=1&b=2&c=3'); const seen = []; for (const [k] of p) { seen.push(k); if (k === 'a') p.delete('b'); if (k === 'c') p.append('d', 4); if (seen.length > 9) break; } console.log(seen.join());
//== inspect URL
console.log(new URL('http://u:p@a:8/p?q=1#h'));
console.log({ u: new URL('http://a/') });
console.log(new URLSearchParams('a=1&b=2'), new URLSearchParams(), [new URLSearchParams('x=y')], new URLSearchParams('a=1&b=2').keys());
console.log(new URLSearchParams(Array.from({ length: 12 }, (_, i) => ['name' + i, 'value' + i])));
//== fileURLToPath
const { fileURLToPath, pathToFileURL } = require('url');
for (const s of ['file:///a/b', 'file:///a%20b', 'file:///%E4%BD%A0', new URL('file:///x'), 'file://host/a', 'http://a', 'file:///a%2fb', 'file:///a%2Fb', 'file:///', 'file:///a?b#c', 'file:///%zz', 'bad', 5, null, {}, 'file:///a//b', 'file://localhost/x'])
  try { console.log(fileURLToPath(s)) } catch (e) { console.log(e.name, e.code, e.code && e.message) }
//== urlToHttpOptions
const { urlToHttpOptions } = require('url');
console.log(JSON.stringify(urlToHttpOptions(new URL('https://a:b@[::1]:8080/foo?l=24#test'))), JSON.stringify(urlToHttpOptions(new URL('http://h/'))), Object.getPrototypeOf(urlToHttpOptions(new URL('http://h/'))));
//== url.parse
const url = require('url');
const list = ['http://user:pass@sub.example.com:8080/p/a/t/h?query=string#hash', '//some_path', 'http:\\\\evil-phish\\foo.html', 'HTTP:\\\\evil-phish\\foo.html', 'HTTP://www.example.com/', 'HTTP://www.example.com', 'http://www.ExAmPlE.com/', 'http://user@www.ExAmPlE.com/', 'http://_jabber._tcp.google.com:80/test', 'http://a.com/b/cd?e=f#g', '/path', '/p?q', 'javascript:alert(\'hello\');', 'xmpp:isaacs@jabber.org', 'mailto:foo@bar.com?subject=hello', 'file:///etc/passwd', 'file://localhost/etc/node/', 'http:/foo/bar?baz=quux#frag', '/foo/bar?baz=quux#frag', 'http://x.y.com+a/b/c', 'HtTp://x.y.cOm;a/b/c?d=e#f g<h>i', 'http://x...y...#p', 'http://x/p/"quoted"', '<http://goo.corn/bread> Is a URL!', 'http://www.narwhaljs.org/blog/categories?id=news', 'http://mt0.google.com/vt/lyrs=m@114???&hl=en&src=api&x=2&y=2&z=3&s=', 'http://user:pass@mt0.google.com/x', 'dns:///www', 'tel:+1-2', 'http://[fe80::1]', 'http://[fe80::1]:8080/x', 'coap:u:p@[::1]:61616/.w?n=T#s', 'http://a@b@c/', 'http://a@b?@c', 'http://a.b/\tbc\ndr\ref g"hq\'j<kl>?mn\\op=q=\'99{st|uv}wx', 'http://atpass:foo%40bar@127.0.0.1:8080/path?search=foo#bar', 'git+ssh://git@github.com:user/repo', 'svn+ssh://foo/bar', 'a', '', '?q', '#h', '.', 'http://', 'http://?x', 'http:// a/', ' http://a ', 'ws://h', 'http://-a-.com/', 'http://www.\u00e4\u00f6\u00fc.com/', 'http://bucket_name.s3.amazonaws.com/image.jpg', 'http://\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com/', 'http://goo.bar/%7Bfred%7D', 'http:example.com', 'x:', 'x://', 'x:y', 'http://user%3Apw@h/', 'blob:http://a', 'http://a?b#c?d', 'http://a#b?c', 'http://a:123', 'http://a:', 'http://a:80:90', 'http://h/a b', 'https://*', 'http://a.com?json={"x":1}', 'http://a^b/', 'http://a`b/c'];
for (const s of list) for (const q of [false, true]) for (const d of [false, true]) try { console.log(JSON.stringify(s), q, d, JSON.stringify(url.parse(s, q, d))) } catch (e) { console.log(JSON.stringify(s), e.name, e.code, e.message) }
for (const v of [undefined, null, 5, {}]) try { url.parse(v) } catch (e) { console.log(e.name, e.code, e.message) }
//== url.format
const url = require('url');
for (const o of [{ protocol: 'http', host: 'a.com', pathname: 'x', query: { a: 1, b: ['x', 'y'] } }, { protocol: 'http:', hostname: 'h', port: 8 }, { hostname: '::1', protocol: 'http' }, { pathname: '/a?b#c' }, { search: 'x#y', pathname: '/' }, { hash: 'h' }, { protocol: 'mailto', pathname: 'a@b' }, { protocol: 'file', pathname: '/x' }, { protocol: 'file:', host: '', pathname: 'x' }, { slashes: true, host: 'h' }, { auth: 'u:p w', host: 'h', protocol: 'http' }, { auth: 'u@v', hostname: 'h', slashes: true }, {}, { protocol: 'x', slashes: false, host: 'h' }, { query: 'str' }, { search: '?a', query: { b: 1 } }, { protocol: 'javascript', pathname: 'x' }, { host: 'h:1', hostname: 'z', port: 2, protocol: 'https' }, 'http://a/b c', 'a b', '//x/y', { port: 5 }, { protocol: 'coap', auth: 'u:p', hostname: '::1', port: '61616', pathname: '/.well-known/r', search: 'n=T' }])
  try { console.log(url.format(o)) } catch (e) { console.log(e.name, e.code) }
for (const v of [undefined, null, 5, true]) try { url.format(v) } catch (e) { console.log(e.name, e.code, e.message) }
const u = new URL('http://user:pass@xn--lck1c3crb1723bpq4a.com/a?a=b#c');
for (const o of [undefined, {}, { fragment: false }, { auth: false }, { search: false }, { unicode: true }, { unicode: 1, fragment: 0, auth: '', search: null }]) console.log(url.format(u, o));
for (const o of [true, 1, 'x', null]) try { console.log(url.format(u, o)) } catch (e) { console.log(e.code) }
//== url.resolve
const { resolve } = require('url');
for (const b of ['/one/two/three', 'http://example.com/', 'http://example.com/one', 'http://a/b/c/d;p?q', 'mailto:local@domain', 'file:///x/y', '', 'a/b', 'zx://a/b', 'http://u:p@h:8/x?y#z', 'http://example.com', '/', '.', 'http://localhost/a/b?q', 'foo:a/b', 'zx:///b/c', '//h/x'])
  for (const r of ['four', '/two', '.', '..', './', '../', '../../../x', '#h', '?q', '', 'http://x', 'https://y/z', '//n/m', 'mailto:q@w', 'g?y#s', './../g', './g/.', 'g/../h', 'http:g', 'http:', ';x', 'a:b', 'file:///z', '/./g', 'http://u@v', '//a@b', 'zx:foo', 'http:/x', 'foo:c'])
    try { console.log(b, r, JSON.stringify(resolve(b, r))) } catch (e) { console.log(b, r, e.name, e.code) }
//== url.resolveObject
const url = require('url');
console.log(JSON.stringify(url.resolveObject('http://a/b?c', 'd#e')), JSON.stringify(url.parse('http://a/b').resolveObject('../c')), url.resolveObject('', 'x'), url.parse('/x').resolve('y'));
console.log(Object.keys(url).join(), url.Url.name, url.parse('http://a') instanceof url.Url);
//== querystring.parse
const qs = require('querystring');
for (const s of ['', 'a', 'a=', '=a', 'a=1&b=2', 'a=1&a=2&a=3', '&&a=1&&', 'a=1=2', 'a+b=c+d', '%61=%62', 'a=%zz', 'a=%', 'a=%f', 'a=%ff%fe', 'a=%E4%BD%A0', '__proto__=1&hasOwnProperty=2', 'a[]=1&a[]=2', '\u00e9=\u20ac', 'a=%u1234', 'foo=%EDndex', 'a&b&c', '=&=', 'x+y', '%20+%20=+', '+=+', 'a=b%2', 'foo=918854443121279438895193', 'a%3Db=c', '   foo = bar '])
  console.log(s, JSON.stringify(qs.parse(s)));
console.log(JSON.stringify([qs.parse('a:1;b:2', ';', ':'), qs.parse('a=>1<>b=>2', '<>', '=>'), qs.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 }), qs.parse('a=1&b=2', '', ''), qs.parse('a=%61', null, null, { decodeURIComponent: (s) => s + '!' }), qs.parse('a+b=%61', null, null, { decodeURIComponent() { throw 1 } }), qs.parse(5), qs.parse(null), qs.parse(undefined), qs.parse('a=1&'.repeat(1100) + 'z=1').a.length, qs.parse('a&b', '&', '=', { maxKeys: 0 }), qs.parse('&a', null, null, { maxKeys: 1 }), qs.parse('%\u0100=%\u0101&%zz=%4')]));
console.log(Object.getPrototypeOf(qs.parse('a=1')));
//== querystring.stringify
const qs = require('querystring');
for (const o of [{}, { a: 1 }, { a: 'x y&=' }, { a: [1, 2, 'x'] }, { a: [] }, { a: null, b: undefined, c: NaN, d: true, e: Infinity, f: {}, g: 5n, h: () => 1, i: Symbol.iterator && '' }, { '': '' }, { a: 'é€😀' }, { a: 1e21, b: 1e-7, c: -0 }, { a: "!'()*-._~" }, null, 'x', 5, undefined, [1, 2], { a: [[1], null] }, { 'a b': 'c' }, new Map()])
  console.log(qs.stringify(o));
console.log(qs.stringify({ a: 1, b: [2, 3] }, ';', ':'), qs.stringify({ a: 1 }, '', ''), qs.stringify({ a: 'b', c: 1, d: true, e: null }, null, null, { encodeURIComponent: (s) => `<${s}>` }), qs.encode === qs.stringify, qs.decode === qs.parse);
//== querystring escape
const qs = require('querystring');
console.log(qs.escape(5), qs.escape('test'), qs.escape({}), qs.escape([5, 10]), qs.escape({ toString() { return 'x y' } }), qs.escape('Ŋōđĕ'), qs.escape(null), qs.escape(undefined), qs.escape(true), qs.escape('a\u{1F600}'));
for (const s of ['\ud800', 'a\udfff', '\ud800x', '\udc00', '\ud800\ud800']) try { console.log(qs.escape(s)) } catch (e) { console.log(e.name, e.code, e.message) }
console.log(qs.unescape('a%20b+c'), qs.unescape('%'), qs.unescape('%ff'), qs.unescapeBuffer('a%20b%zz%4'), qs.unescapeBuffer('a+b', true), qs.unescapeBuffer('\u0100'));
//== punycode
const p = require('punycode');
console.log(p.version, p.encode('mañana'), p.encode('☃-⌘'), p.encode('abc'), p.encode(''), p.decode('maana-pta'), p.decode('--dqo34k'), p.toASCII('mañana.com'), p.toASCII('example.com'), p.toASCII('джумла@джpумлатест.bрфa'), p.toUnicode('xn--maana-pta.com'), p.ucs2.decode('a\u{1F600}').join(), p.ucs2.encode([0x61, 0x1F600]), p.toASCII('mañana\u3002com'));
for (const s of ['\x81', '\x81-', 'a-\u00e9', '99999999']) try { console.log(p.decode(s)) } catch (e) { console.log(e.name, e.message) }
