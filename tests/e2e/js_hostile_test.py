"""Hostile JavaScript in the sandbox: an error it can catch, or a clear end; never a crash, never more than was granted.

Every group has a control: the same thing in a harmless size, which has to work."""
# timeout: 900
import json
import pathlib
import tempfile
import time
import unittest

from support import SANITIZED, box

WALL_S = 20 if SANITIZED else 4


def call(code, *flags, wall_s=WALL_S, files=(), arguments=None):
    """Call js with `code`: (exit status, text, what went wrong)."""
    with tempfile.TemporaryDirectory() as workspace:
        for name, content in files:
            path = pathlib.Path(workspace, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        done = box("tool", "call", "js", "--workspace", workspace, "--limit", f"wall={wall_s}s", *flags, "-",
                   stdin=json.dumps({"code": code, **(arguments or {})}), timeout_s=wall_s + 60)
        return (done.returncode, done.stdout.decode("utf-8", "replace").strip(),
                done.stderr.decode("utf-8", "replace").strip())


class Hostile(unittest.TestCase):
    maxDiff = 2000

    def gives(self, expected, code, *flags, **options):
        status, text, error = call(code, *flags, **options)
        self.assertEqual((text, status), (expected, 0), error)

    def fails(self, code, *words, status=1, **options):
        got, text, error = call(code, **options)
        self.assertEqual(got, status, (text, error))
        for word in words:
            self.assertIn(word, text + error)


class Endless(Hostile):
    def test_the_deadline_ends_it(self):
        for code in ("while (true);", "for (;;) await null;", "function f() { setImmediate(f); } f(); await new Promise(() => {});",
                     "function f() { process.nextTick(f); } f();", "function f() { queueMicrotask(f); } f(); 0",
                     "Promise.resolve().then(function f() { return Promise.resolve().then(f); }); await new Promise(() => {});",
                     "setInterval(() => {}, 1); await new Promise(() => {});", "while (true) try { throw 1 } catch {} finally {}",
                     "[1, 2, 3].sort(() => { while (true); })", "new Proxy({}, { get() { for (;;); } }).x",
                     "/(a+)+$/.test('a'.repeat(64) + 'b')", "/(?:a|a)*b/.test('a'.repeat(64))", "/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(64))",
                     "'x'.repeat(1 << 20).replace(/x*y/g, '')", "JSON.stringify({ toJSON() { for (;;); } })"):
            with self.subTest(code):
                begin = time.monotonic()
                self.fails(code, "deadline", status=124, wall_s=1)
                self.assertLess(time.monotonic() - begin, 30)

    def test_a_promise_that_never_settles_is_no_work(self):
        self.fails("await new Promise(() => {})", "unsettled", wall_s=10)

    def test_timeout_ms(self):
        self.fails("setInterval(() => {}, 5)", "timed out after 50 ms", arguments={"timeout_ms": 50})

    def test_control(self):
        self.gives("10", "let n = 0; while (n < 10) { await null; n++; } n")


class Deep(Hostile):
    """Recursion of any kind is a RangeError (of text, a SyntaxError at most) that can be caught."""
    CODES = (
        "function f() { return f() + 1 } f()",
        "function f(...a) { return f(...a, 1) + 1 } f()",
        "class A { constructor() { new A() } } new A()",
        "const o = { get x() { return this.x + 1 } }; o.x",
        "const o = { set x(v) { this.x = v } }; o.x = 1",
        "const p = new Proxy({}, { get(t, k, r) { return r[k] } }); p.x",
        "let p = {}; for (let i = 0; i < N; i++) p = new Proxy(p, {}); p.x",
        "let p = {}; for (let i = 0; i < N; i++) p = new Proxy(p, {}); 'x' in p",
        "let p = {}; for (let i = 0; i < N; i++) p = new Proxy(p, {}); Object.keys(p)",
        "let p = {}; for (let i = 0; i < N; i++) p = new Proxy(p, {}); Object.getPrototypeOf(p)",
        "let p = []; for (let i = 0; i < N; i++) p = new Proxy(p, {}); Array.isArray(p)",
        "let p = function () {}; for (let i = 0; i < N; i++) p = new Proxy(p, {}); new p()",
        "const o = { toString() { return '' + this } }; '' + o",
        "const o = { toJSON() { return JSON.stringify(this) } }; JSON.stringify(o)",
        "let o = {}, q = o; for (let i = 0; i < N; i++) q = q.a = {}; JSON.stringify(o)",
        "let o = []; for (let i = 0; i < N; i++) o = [o]; JSON.stringify(o)",
        "JSON.parse('['.repeat(N) + ']'.repeat(N))",
        "JSON.parse('{\"a\":'.repeat(N) + '1' + '}'.repeat(N))",
        "let o = []; for (let i = 0; i < N; i++) o = [o]; String(o)",
        "let o = []; for (let i = 0; i < N; i++) o = [o]; o.flat(Infinity)",
        "const o = []; o.push(o); o.flat(Infinity)",
        "function f() { [1, 2].sort(f) } f()",
        "function f() { return 'a'.replace(/a/, f) } f()",
        "new RegExp('('.repeat(N) + ')'.repeat(N))",
        "new RegExp('(?='.repeat(N) + ')'.repeat(N))",
        "function f() { return eval('f()') } f()",
        "eval('('.repeat(N) + '1' + ')'.repeat(N))",
        "eval('['.repeat(N) + ']'.repeat(N))",
        "eval('({a:'.repeat(N) + '1' + '})'.repeat(N))",
        "eval('{'.repeat(N) + '}'.repeat(N))",
        "eval('(function () {'.repeat(N) + '})'.repeat(N))",
        "eval('!'.repeat(N) + '1')",
        "eval('typeof '.repeat(N) + '1')",
        "eval('()=>'.repeat(N) + '1')",
        "eval('1?1:'.repeat(N) + '1')",
        "eval('`${'.repeat(N) + '1' + '}`'.repeat(N))",
        "eval('(class{a='.repeat(N) + '1' + '})'.repeat(N))",
        "eval('if (0); else '.repeat(N) + ';')",
        "eval('a['.repeat(N) + '0' + ']'.repeat(N))",
        "eval('var ' + '['.repeat(N) + 'a' + ']'.repeat(N) + ' = []')",
        "new Function('return ' + '(('.repeat(N) + '))'.repeat(N))",
        "function* g() { yield* g() } g().next()",
        "let it = [1].values(); for (let i = 0; i < N; i++) it = it.map((x) => x); it.next()",
        "let f = () => 1; for (let i = 0; i < N; i++) f = f.bind(null); f()",
        "const o = { [Symbol.iterator]() { for (const x of o); } }; for (const x of o);",
        "const e = new (require('events'))(); e.on('x', () => e.emit('x')); e.emit('x')",
        "const d = () => { let o = {}, q = o; for (let i = 0; i < N; i++) q = q.a = {}; return o }; structuredClone(d())",
        "const d = () => { let o = {}, q = o; for (let i = 0; i < N; i++) q = q.a = {}; return o }; "
        "require('util').isDeepStrictEqual(d(), d())",
    )

    def test_it_is_an_error_that_can_be_caught(self):
        n = 20000 if SANITIZED else 100000
        for code in self.CODES:
            with self.subTest(code):
                status, text, error = call(f"const N = {n}; let out = 'done'; try {{ {code} }} catch (e) "
                                           "{ out = e.name } globalThis.out = out; out", wall_s=60 if SANITIZED else 20)
                self.assertEqual(status, 0, (text, error))
                self.assertIn(text, ("RangeError", "SyntaxError", "InternalError", "done"))

    def test_an_async_function(self):
        self.gives("RangeError", "async function f() { await f() } let out; try { await f() } catch (e) { out = e.name } out")

    def test_the_program_goes_on_after_it(self):
        self.gives("[1,3]", "function f() { return f() + 1 } for (let i = 0; i < 20; i++) try { f() } catch {} JSON.parse('[1, 3]')")

    def test_control(self):
        self.gives("200", "function f(n) { return n ? f(n - 1) + 1 : 0 } f(200)")
        self.gives("RangeError", "let out; try { (function f() { return f() + 1 })() } catch (e) { out = e.name } out")


class Bombs(Hostile):
    def test_memory_that_is_not_there_is_an_error(self):
        for code in ("const a = []; for (;;) a.push(new Array(100000).fill(1))", "let s = 'x'; for (;;) s += s",
                     "'x'.repeat(2 ** 30)", "new Array(2 ** 32)", "Buffer.alloc(2 ** 33)", "new Uint8Array(2 ** 31)",
                     "const a = []; for (;;) a.push(Buffer.alloc(1 << 20))", "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })",
                     "'a'.padEnd(2 ** 31)", "new ArrayBuffer(8, { maxByteLength: 2 ** 40 })", "let o = {}; for (let i = 0; ; i++) o['k' + i] = 'v' + i",
                     "2n ** 2n ** 40n", "let b = 3n; for (;;) b *= b", "Array.from({ length: 2 ** 31 })", "[].concat(...new Array(1000).fill(new Array(100000).fill(0)))",
                     "JSON.stringify(new Array(5e6).fill('xxxxxxxxxxxxxxxxxxxxxxxx'))"):
            with self.subTest(code):
                status, text, error = call(f"let out = 'done'; try {{ {code} }} catch (e) {{ out = e.name }} globalThis.out = out; out",
                                           "--limit", "memory=64MiB", wall_s=20)
                self.assertIn(status, (0, 1, 124, 137), (text, error))
                if status == 1:     # not even the error had room: the limit is named
                    self.assertIn("memory=64MiB", error)
                elif status == 0:
                    self.assertIn(text, ("RangeError", "InternalError", "TypeError", "done", "ERR_OUT_OF_RANGE"))

    def test_a_flood_of_output_is_bounded(self):
        status, text, _ = call("for (let i = 0; i < 1e6; i++) console.log('line ' + i); 'end'", wall_s=30)
        self.assertEqual(status, 0)
        self.assertLess(len(text), 3 << 20)
        self.assertIn("characters left out", text)
        self.assertIn("line 0\n", text)
        self.assertTrue(text.endswith("end"))

    def test_control(self):
        self.gives("1000000", "'x'.repeat(1e6).length", "--limit", "memory=64MiB")


class Prototypes(Hostile):
    """What is done to prototypes is the program's own loss: the library may fail, the host and the engine do not."""
    TRICKS = (
        "Object.defineProperty(Object.prototype, 'path', { set() { throw 1 } })",
        "Object.defineProperty(Object.prototype, '0', { get() { return 1 }, set() {} })",
        "Object.prototype.get = () => 1; Object.prototype.value = 5",
        "Array.prototype.push = Array.prototype.shift = Array.prototype.map = () => { throw new Error('no') }",
        "Map.prototype.get = Map.prototype.set = Map.prototype.delete = () => 0",
        "Promise.prototype.then = () => 5", "Promise.resolve = () => 1", "globalThis.Promise = function () {}",
        "Array.prototype[Symbol.iterator] = function* () { yield* [] }", "Function.prototype.call = Function.prototype.apply = null",
        "Object.defineProperty(Array, Symbol.species, { value: function () { return {} } })", "globalThis.Buffer = globalThis.process = null",
        "JSON.stringify = JSON.parse = () => 'gone'", "Object.setPrototypeOf(Object.prototype, null); Object.freeze(Object.prototype)",
        "Object.defineProperty(Uint8Array.prototype.__proto__, 'length', { get() { return 1e9 } })",
        "Object.defineProperty(Uint8Array.prototype.__proto__, 'byteLength', { get() { return -1 } })",
        "String.prototype.split = String.prototype.replace = () => []", "Error.prepareStackTrace = () => { throw 1 }",
        "Symbol.prototype.toString = 1; RegExp.prototype.exec = () => ({ index: 1e9 })", "Error.captureStackTrace = null; Error.stackTraceLimit = {}",
    )
    WORK = """
        const fs = require('fs');
        try { fs.writeFileSync('a', 'x'); fs.readFileSync('a', 'utf8'); fs.readdirSync('.'); fs.statSync('a'); } catch {}
        try { console.log([1, { a: 1 }]); } catch {}
        try { setTimeout(() => {}, 1); await null; } catch {}
        try { require('path').join('a', 'b'); new URL('http://a/b'); } catch {}
        try { Buffer.from('abc').toString('hex'); require('zlib').gzipSync('abc'); require('crypto').createHash('md5').update('a').digest(); } catch {}
        try { require('child_process').spawnSync('true'); } catch {}
        try { await tools.none({}); } catch {}
    """

    def test_no_crash(self):
        for trick in self.TRICKS:
            with self.subTest(trick):
                status, text, error = call(f"{trick};\n{self.WORK}\n1", wall_s=WALL_S)
                self.assertIn(status, (0, 1, 70, 124), (text, error))  # 70: the library has nothing left to say it with
                self.assertNotIn("trap", error)

    def test_arguments_that_act_when_they_are_looked_at(self):
        for code in (
                "const b = new ArrayBuffer(64, { maxByteLength: 128 }); const v = new Uint8Array(b);"
                "require('fs').writeSync(1, v, { get offset() { b.resize(1); return 0 }, length: 64 })",
                "const b = new ArrayBuffer(1 << 20); const v = new Uint8Array(b);"
                "require('fs').readSync(require('fs').openSync('/dev/zero'), v, 0, { valueOf() { structuredClone(b, { transfer: [b] }); return 1 << 20 } })",
                "const v = new Uint8Array(new ArrayBuffer(10, { maxByteLength: 20 })); v.buffer.resize(0); Buffer.from(v).toString('hex')",
                "const v = new Uint8Array(10); structuredClone(v.buffer, { transfer: [v.buffer] }); require('zlib').gzipSync(v)",
                "require('crypto').createHash('md5').update(new Proxy(new Uint8Array(4), {}))",
                "require('fs').writeFileSync({ toString() { throw 1 } }, 'x')", "require('fs').openSync('a', { valueOf() { throw 1 } })",
                "Buffer.alloc(10).copy(Buffer.alloc(1), -1, 1e9, { valueOf() { return -5 } })", "Buffer.alloc(4).readUInt32LE(2 ** 32)",
                "process.stdout.write({ __proto__: Buffer.prototype })", "new TextDecoder().decode({ __proto__: Uint8Array.prototype })",
                "require('child_process').spawnSync('true', [{ toString() { throw 1 } }])", "internal", "require('internal/loop')",
                "process[Symbol.for('boxagnts.internal')].leave.call(5, {})"):
            with self.subTest(code):
                status, text, error = call(f"let out = 'done'; try {{ {code} }} catch (e) {{ out = 'error' }} out")
                self.assertIn(status, (0, 1), (text, error))

    def test_control(self):
        self.gives("x", "const fs = require('fs'); fs.writeFileSync('a', 'x'); fs.readFileSync('a', 'utf8')")


class Sources(Hostile):
    def test_modules_that_import_themselves(self):
        files = [("self.mjs", b"import * as me from './self.mjs'; export const x = 1; export const y = me.x;"),
                 ("a.cjs", b"exports.a = 1; exports.b = require('./a.cjs').a;"),
                 ("r.cjs", b"delete require.cache[__filename]; require('./r.cjs');")]
        self.gives("[1,1]", "const m = await import('./self.mjs'); [m.y, require('./a.cjs').b]", files=files)
        self.fails("require('./r.cjs')", "RangeError", files=files)

    def test_no_way_out_of_the_workspace(self):
        with tempfile.NamedTemporaryFile(suffix=".js") as outside:
            outside.write(b"module.exports = 'secret'")
            outside.flush()
            up = "../" * 20 + outside.name.lstrip("/")
            for code in (f"require('{up}')", f"await import('{up}')", f"require('{outside.name}')",
                         f"require('fs').readFileSync('{up}', 'utf8')", f"await import('file://{outside.name}')",
                         f"require('fs').symlinkSync('{outside.name}', 'l.js'); require('./l.js')",
                         f"require('fs').symlinkSync('{up}', 'l.js'); require('./l.js')",
                         "require('./%2e%2e/%2e%2e/etc/passwd')", f"require('module').createRequire('{outside.name}')('{outside.name}')"):
                with self.subTest(code):
                    status, text, error = call(code)
                    self.assertEqual(status, 1, (text, error))
                    self.assertNotIn("secret", text)

    def test_text_that_is_no_text(self):
        self.gives("3", "'a\0b'.length")
        for content in (b"module.exports = 1;\0\0 garbage", b"\xff\xfe\xfd", b"\xef\xbb\xbf\xef\xbb\xbf", b"module.exports = '\xff\xff'", b"\0" * 1000, b"#!"):
            with self.subTest(content):
                status, text, error = call("let out = 'done'; try { require('./m.js') } catch (e) { out = e.name } out", files=[("m.js", content)])
                self.assertEqual(status, 0, error)
                self.assertIn(text, ("done", "SyntaxError"))

    def test_fifty_megabytes(self):
        body = b"module.exports = 1;\n//" + b"x" * (50 << 20)
        status, text, error = call("require('./big.js')", files=[("big.js", body)], wall_s=30)
        self.assertIn(status, (0, 1), error)
        status, text, error = call("let out = 'done'; try { require('./big.js') } catch (e) { out = e.name } out",
                                   files=[("big.js", b"x = [" + b"1," * (25 << 20) + b"]")], wall_s=30)
        self.assertIn(status, (0, 124, 137), error)

    def test_control(self):
        self.gives("5", "require('./m.js')", files=[("m.js", b"module.exports = 5")])


class Results(Hostile):
    def test_what_is_no_json_is_told(self):
        for code, word in (("const a = {}; a.a = a; a", "circular"), ("({ n: 1n })", "BigInt"), ("() => 1", "function"), ("Symbol('x')", "symbol"),
                           ("({ toJSON() { throw new Error('mine') } })", "mine"), ("({ get x() { throw new Error('getter') } })", "getter"),
                           ("new Proxy({}, { ownKeys() { throw new Error('trap') } })", "trap"),
                           ("let o = {}, q = o; for (let i = 0; i < 1e5; i++) q = q.a = {}; o", "")):
            with self.subTest(code):
                self.fails(code, word)

    def test_a_large_one(self):
        status, text, error = call("'x'.repeat(20 << 20)", wall_s=20)
        self.assertIn(status, (0, 1, 132), error)
        self.assertLess(len(text), 24 << 20)

    def test_control(self):
        self.gives('{"a":[1,null,"x"]}', "({ a: [1, undefined, 'x'], f() {} })")


class Nested(Hostile):
    def test_wrong_names_and_arguments(self):
        for code in ("await tools.none({})", "await tools['../x']({})", "await tools.constructor({})", "await tools.read(5)", "await tools.read({ path: {} })",
                     "await tools.read({ path: 1n })", "const a = {}; a.a = a; await tools.read(a)", "await tools.read({ nope: 1 })",
                     "await tools['a'.repeat(1e6)]({})", "await tools['\\0']({})"):
            with self.subTest(code):
                status, text, error = call(f"let out = 'none'; try {{ {code} }} catch (e) {{ out = e instanceof Error ? 'error' : 'other' }} out",
                                           "--allow", "tool:*")
                self.assertEqual(status, 0, (text, error))
                self.assertIn(text, ("error", "none"))

    def test_what_is_not_allowed(self):
        status, text, error = call("let out; try { await tools.web_fetch({ url: 'http://127.0.0.1:1/' }) } catch (e) { out = e.message } out")
        self.assertEqual(status, 0, error)
        self.assertTrue(text)

    def test_to_itself_without_end(self):
        code = ("const code = 'const r = await tools.js({ code: args.code, args }); r'; let out = 'none';"
                "try { out = JSON.stringify(await tools.js({ code, args: { code } })).slice(0, 20) } catch (e) { out = 'error' } out")
        status, text, error = call(code, "--allow", "tool:*", wall_s=30)
        self.assertIn(status, (0, 1, 124), (text, error))

    def test_children_without_end(self):
        status, text, error = call("const cp = require('child_process'); const all = []; for (let i = 0; i < 2000; i++) "
                                   "try { all.push(cp.spawn('sleep', ['1'])); all[i].on('error', () => {}) } catch { } process.exit(0)", wall_s=30)
        self.assertIn(status, (0, 1, 124, 137), (text, error))


if __name__ == "__main__":
    unittest.main()
