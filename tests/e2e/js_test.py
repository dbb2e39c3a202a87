"""The tool js, the programs js and node, and boxagnts js."""
import contextlib
import http.server
import json
import pathlib
import re
import tempfile
import threading
import time
import unittest

from support import box


class Scratch(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = pathlib.Path(holder.name)

    def call(self, code, *flags, **arguments):
        """The result of a call of the tool, with the outcome in it."""
        done = box("tool", "call", "--json", "js", "--workspace", self.dir, *flags, "-",
                   stdin=json.dumps({"code": code, **arguments}))
        return json.loads(done.stdout)

    def value(self, code, *flags, **arguments):
        answer = self.call(code, *flags, **arguments)
        self.assertFalse(answer["isError"], answer)
        return answer["structuredContent"].get("result")

    def failure(self, code, *flags, **arguments):
        answer = self.call(code, *flags, **arguments)
        self.assertTrue(answer["isError"], answer)
        return answer["content"][0]["text"]


class Results(Scratch):
    def test_what_the_value_is(self):
        self.assertEqual(self.value("1 + 1"), 2)
        self.assertEqual(self.value("const a = await Promise.resolve(3); a * 2"), 6)
        self.assertEqual(self.value("function main(x) { return x.n + 1; }\n99", args={"n": 1}), 2)
        self.assertEqual(self.value("const main = async ({ n }) => ({ twice: n * 2 });", args={"n": 4}), {"twice": 8})
        self.assertEqual(self.value("export function main(n) { return n; }", args=[1]), [1])
        self.assertEqual(self.value("export default 7"), 7)
        self.assertEqual(self.value("args.length", args="four"), 4)
        self.assertIsNone(self.value("undefined"))

    def test_typescript(self):
        self.assertEqual(self.value("interface P { a: number }\nconst p: P = { a: 2 };\np.a as number"), 2)
        self.assertIn("enum", self.failure("enum A { B }\nA.B"))

    def test_console_then_value(self):
        answer = self.call("console.log('one', { a: 1 }); console.error('two'); 3")
        self.assertEqual(answer["content"][0]["text"], "one { a: 1 }\ntwo\n3")
        self.assertEqual(answer["structuredContent"], {"result": 3, "output": "one { a: 1 }\ntwo\n", "exit_code": 0})

    def test_files_and_surroundings(self):
        (self.dir / "a.txt").write_text("hello")
        self.assertEqual(self.value("require('fs').readFileSync('a.txt', 'utf8')"), "hello")
        self.assertEqual(self.value("process.cwd()"), "/workspace")
        (self.dir / "sub").mkdir()
        self.assertEqual(self.value("process.cwd()", cwd="sub"), "/workspace/sub")
        self.assertEqual(self.value("process.env.WHO", env={"WHO": "you"}), "you")
        self.assertEqual(self.value("let s = ''; for await (const c of process.stdin) s += c; s", stdin="in"), "in")
        self.assertEqual(self.value("require('fs').readFileSync(0, 'utf8')", stdin="in"), "in")

    def test_errors(self):
        text = self.failure("let a = 1;\nnull.x;")
        self.assertIn("code.js:2\nnull.x;\n", text)
        self.assertIn("TypeError", text)
        self.assertIn("    at code.js:2:", text)
        self.assertNotIn("internal/", text)
        self.assertIn("late", self.failure("setTimeout(() => { throw new Error('late'); }, 1)"))
        self.assertIn("Error: lost", self.failure("Promise.reject(new Error('lost'))"))
        self.assertIn("SyntaxError", self.failure("let let = 1"))
        self.assertIn("Cannot find module", self.failure("require('nope')"))
        answer = self.call("process.exit(3)")
        self.assertEqual((answer["isError"], answer["structuredContent"]["exit_code"]), (True, 3))

    def test_results_that_are_no_data(self):
        self.assertIn("BigInt", self.failure("({ n: 1n })"))
        self.assertIn("circular", self.failure("const a = {}; a.a = a; a").lower())
        self.assertIn("function", self.failure("() => 1"))
        self.assertIn("symbol", self.failure("Symbol('s')"))

    def test_work_that_is_not_awaited_is_done(self):
        self.value("setTimeout(() => require('fs').writeFileSync('late', 'x'), 20); 1")
        self.assertEqual((self.dir / "late").read_text(), "x")

    def test_timeout(self):
        text = self.failure("await new Promise((r) => setTimeout(r, 60000))", timeout_ms=50)
        self.assertIn("timed out", text)

    def test_bad_arguments(self):
        done = box("tool", "call", "js", "-", stdin='{"cod": "1"}')
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"code", done.stdout)


class Tools(Scratch):
    ALLOW = ("--allow", "tool:*", "--allow", "rw:/workspace")

    def test_a_call(self):
        (self.dir / "a.txt").write_text("one\ntwo\n")
        value = self.value("const r = await tools.read({ path: 'a.txt' }); [r.text, `${r}` === r.text, r.content.length]", *self.ALLOW)
        self.assertIn("two", value[0])
        self.assertEqual(value[1:], [True, 1])

    def test_a_value_is_the_same_alone_and_beside_another(self):
        value = self.value("const show = (r) => [Object.keys(r), Object.getOwnPropertyNames(r), JSON.stringify(r), `${r}`, r.content, typeof r.toString];"
                           "const ask = () => tools.glob({ pattern: '*' });"
                           "const alone = show(await ask()), [beside] = (await Promise.all([ask(), ask()])).map(show);"
                           "[JSON.stringify(alone) === JSON.stringify(beside), alone[0][0], alone[5], tools.glob === tools.glob]", *self.ALLOW)
        self.assertEqual(value, [True, "text", "function", True])

    def test_several_at_once(self):
        for name in "abc":
            (self.dir / name).write_text(name * 3)
        value = self.value("(await Promise.all(['a', 'b', 'c'].map((path) => tools.read({ path })))).map((r) => r.text.includes('bbb'))",
                           *self.ALLOW)
        self.assertEqual(value, [False, True, False])

    def test_what_there_is(self):
        names = self.value("tools.search('read a file').map((t) => t.name)", *self.ALLOW)
        self.assertIn("read", names)
        self.assertEqual(self.value("tools.search().map((t) => t.name)", "--allow", "tool:glob", "--allow", "rw:/workspace"), ["glob"])
        self.assertIn("path: string", self.value("tools.describe('read')", *self.ALLOW))
        self.assertEqual(self.value("'read' in tools && !('nope' in tools)", *self.ALLOW), True)

    def test_refusals_are_errors_that_name_what_is_missing(self):
        ask = "try { await tools.read({ path: 'a' }); } catch (e) { [e.name, e.code, e.message]; }"
        name, code, message = self.value(ask, "--allow", "rw:/workspace", "--allow", "tool:glob")
        self.assertEqual((name, code), ("ToolError", "ERR_TOOL_DENIED"))
        self.assertIn("tool:read", message)
        self.assertIn("no tool", self.failure("await tools.nope()", *self.ALLOW))
        self.assertIn("schema", self.failure("await tools.read({ pth: 1 })", *self.ALLOW))
        self.assertIn("one object", self.failure("await tools.read('a.txt')", *self.ALLOW))
        (self.dir / "a").write_text("x")        # the control: with the grant it is read
        self.assertEqual(self.value(ask.replace("await tools.read({ path: 'a' });", "(await tools.read({ path: 'a' })).text.length > 0;"),
                                    *self.ALLOW), True)

    def test_no_wider_than_the_caller(self):
        """The file is there, and the tool could read it; the caller cannot."""
        (self.dir / "open.txt").write_text("open")
        (self.dir / "secret.txt").write_text("hidden words")
        flags = ("--allow", "tool:*", "--allow", "read:/workspace", "--deny", "**/secret.txt")
        self.assertIn("open", self.value("(await tools.read({ path: 'open.txt' })).text", *flags))
        self.assertNotIn("hidden words", self.failure("(await tools.read({ path: 'secret.txt' })).text", *flags))
        self.failure("await tools.write({ path: 'new.txt', content: 'x' })", *flags)
        self.assertFalse((self.dir / "new.txt").exists())

    def test_to_itself_without_end(self):
        text = self.failure("const code = args; await tools.js({ code, args: code })", *self.ALLOW,
                            args="const code = args; await tools.js({ code, args: code })")
        self.assertTrue("limit" in text.lower() or "over" in text.lower(), text[-400:])


class Programs(Scratch):
    def sh(self, script, *flags):
        done = box("sh", "--workspace", self.dir, *flags, "-c", script)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_in_a_pipeline(self):
        script = "printf '3\\n1\\n2\\n' | node -e 'let s=\"\"; for await (const c of process.stdin) s += c; console.log(s.trim().split(\"\\n\").sort().join())' | tr , +"
        self.assertEqual(self.sh(script), (0, "1+2+3\n", ""))

    def test_children_are_sandboxed_programs(self):
        code = """
const { execFileSync, spawnSync, execSync } = require('child_process');
console.log(execSync('echo hi | tr a-z A-Z').toString());
console.log(execFileSync('sort', { input: 'b\\na\\n' }).toString());
console.log(spawnSync('sh', ['-c', 'exit 4']).status, spawnSync('no-such-program').error.code);
"""
        (self.dir / "t.js").write_text(code)
        self.assertEqual(self.sh("node t.js"), (0, "HI\n\na\nb\n\n4 ENOENT\n", ""))

    def test_tests(self):
        code = """
const { describe, it, test } = require('node:test'), assert = require('assert');
test('good', async (t) => { await t.test('inner # 1', { todo: true }, () => {}); t.diagnostic('hello'); });
describe('suite', () => {
  it('bad', () => assert.strictEqual(1, 2));
  it('never ends', { timeout: 5 }, () => new Promise((r) => setTimeout(r, 50)));
});
test('left out', { skip: 'why' }, () => {});
"""
        (self.dir / "t.test.js").write_text(code)
        status, text, _ = self.sh("node t.test.js")
        self.assertEqual(status, 1, text)
        told = [line for line in text.split("\n") if re.match(r" *((not )?ok|1\.\.|#|failureType|error:|location:)", line)]
        self.assertEqual(told, [
            "# Subtest: good", "    # Subtest: inner \\# 1", "    ok 1 - inner \\# 1 # TODO", "    1..1", "ok 1 - good", "# hello",
            "# Subtest: suite", "    # Subtest: bad", "    not ok 1 - bad", "      location: '/workspace/t.test.js:5:3'", "      failureType: 'testCodeFailure'", "      error: |-",
            "    # Subtest: never ends", "    not ok 2 - never ends", "      location: '/workspace/t.test.js:6:3'", "      failureType: 'testTimeoutFailure'",
            "      error: 'test timed out after 5ms'", "    1..2", "not ok 2 - suite", "  location: '/workspace/t.test.js:4:1'",
            "  failureType: 'subtestsFailed'", "  error: '2 subtests failed'", "# Subtest: left out", "ok 3 - left out # SKIP why", "1..3",
            "# tests 5", "# suites 1", "# pass 1", "# fail 1", "# cancelled 1", "# skipped 1", "# todo 1",
            told[-1]])

    def test_exit_status(self):
        self.assertEqual(self.sh("node -e 'process.exit(5)'")[0], 5)
        status, _, errors = self.sh("node -e 'throw new Error(\"boom\")'")
        self.assertEqual(status, 1)
        self.assertIn("Error: boom", errors)
        self.assertEqual(self.sh("node nope.js")[0], 1)

    def test_a_script_of_the_host(self):
        path = self.dir / "hi.ts"
        path.write_text("const n: number = process.argv.length; console.log(n, process.argv[2]);")
        done = box("js", path, "you")
        self.assertEqual((done.returncode, done.stdout), (0, b"3 you\n"), done)
        done = box("js", "-p", "require('fs').readdirSync('/workspace').length")
        self.assertEqual(done.stdout, b"0\n", done)
        done = box("js", "--workspace", self.dir, "-p", "require('fs').readdirSync('.')")
        self.assertEqual(done.stdout, b"[ 'hi.ts' ]\n", done)
        done = box("js", "-e", "require('fs').readFileSync(process.argv[1])", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"ENOENT", done.stderr)

    def test_two_snapshots_share_no_randomness(self):
        seen = {self.sh("node -p 'Math.random() + crypto.randomUUID()'")[1] for _ in range(4)}
        self.assertEqual(len(seen), 4)


class Slow(http.server.BaseHTTPRequestHandler):
    """Answers once as many requests as `together` are there, or after a while."""
    together = 1
    lock = threading.Condition()
    here = 0

    def do_GET(self):
        with Slow.lock:
            Slow.here += 1
            Slow.lock.notify_all()
            Slow.lock.wait_for(lambda: Slow.here >= Slow.together, timeout=10)
            all_here = Slow.here >= Slow.together
        body = b"together" if all_here else b"alone"
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):      # who asked may be gone
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Fetch(Scratch):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.flags = ("--allow", f"fetch:http://127.0.0.1:{self.server.server_port}", "--allow-network", "127.0.0.0/8")
        Slow.here, Slow.together = 0, 1

    def test_one(self):
        value = self.value("const r = await fetch(args); [r.status, r.ok, r.headers.get('content-type'), await r.text()]", *self.flags,
                           args=self.url)
        self.assertEqual(value, [200, True, "text/plain", "together"])

    def test_all_at_once(self):
        Slow.together = 5
        value = self.value("(await Promise.all(Array.from({ length: 5 }, () => fetch(args).then((r) => r.text()))))", *self.flags, args=self.url)
        self.assertEqual(value, ["together"] * 5)

    def test_one_after_the_other_is_the_control(self):
        Slow.together = 2
        value = self.value("const a = await fetch(args, { signal: AbortSignal.timeout(300) }).then((r) => r.text(), (e) => e.name); a", *self.flags,
                           args=self.url)
        self.assertEqual(value, "TimeoutError")

    def test_denied_names_the_capability(self):
        text = self.failure("await fetch(args)", args=self.url)
        self.assertIn("fetch:", text)
        self.assertIn("fetch failed", text)
        self.assertEqual(Slow.here, 0)

    def test_cancelling_reaches_what_is_under_way(self):
        Slow.together = 9
        begun = time.monotonic()
        answer = self.call("await Promise.all([1, 2, 3].map(() => fetch(args)))", *self.flags, "--limit", "wall=1s", args=self.url)
        self.assertEqual(answer["outcome"]["kind"], "deadline", answer)
        self.assertLess(time.monotonic() - begun, 9)


class Echo(http.server.BaseHTTPRequestHandler):
    """Says what it was asked; a redirect and a body in pieces, where it is asked for those."""
    seen = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        Echo.seen.append(self.path)
        text = json.dumps([self.command, self.path, self.headers.get("X-Mine"), body]).encode()
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("Location", "/there")
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("X-Twice", "one")
        self.send_header("X-Twice", "two")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


class Http(Scratch):
    """The module http: requests by the host, as those of fetch."""
    ASK = """const http = require('http');
const ask = (url, options, body) => new Promise((resolve, reject) => {
  const r = http.request(url, options, (a) => {
    let text = '';
    a.setEncoding('utf8').on('data', (d) => { text += d; }).on('end', () => resolve([a.statusCode, a.statusMessage, a.headers['x-twice'], a.headers['set-cookie'],
      a.complete, JSON.parse(text)])).on('error', reject);
  }).on('error', reject);
  r.end(body);
});
"""

    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.flags = ("--allow", f"fetch:{self.url}", "--allow-network", "127.0.0.0/8")
        Echo.seen = []

    def test_requests(self):
        value = self.value(self.ASK + """
[await ask(args + '/x?y=1', { headers: { 'X-Mine': 'm' } }), await ask(args + '/p', { method: 'POST' }, 'abc'), (await ask(args + '/moved', {}))[0]]""",
                           *self.flags, args=self.url)
        head = [200, "OK", "one, two", ["a=1", "b=2"], True]
        self.assertEqual(value, [[*head, ["GET", "/x?y=1", "m", ""]], [*head, ["POST", "/p", None, "abc"]], 302])

    def test_get_and_events(self):
        value = self.value("""const http = require('http');
const seen = [];
await new Promise((resolve) => {
  const r = http.get({ host: '127.0.0.1', port: args, path: '/e' }, (a) => { seen.push('response'); a.resume(); a.on('end', () => seen.push('end')); });
  for (const name of ['socket', 'finish', 'close']) r.on(name, () => seen.push(name));
  r.on('close', resolve);
});
seen""", *self.flags, args=self.server.server_port)
        self.assertEqual(sorted(value), ["close", "end", "finish", "response", "socket"])

    def test_what_is_not_granted_is_not_asked(self):
        """The same request with the grant is the control: test_requests."""
        value = self.value(self.ASK + "await ask(args + '/x', {}).catch((e) => [e.code, e.message])", args=self.url)
        self.assertEqual(value[0], "ERR_FETCH_DENIED")
        self.assertIn("fetch:", value[1])
        self.assertEqual(Echo.seen, [])

    def test_fields_of_the_framing_are_the_host_s(self):
        value = self.value(self.ASK + """await ask(args + '/f', { method: 'PUT', headers: { 'Transfer-Encoding': 'chunked', Connection: 'upgrade',
  'Content-Length': 99, Host: 'elsewhere' } }, 'four')""", *self.flags, args=self.url)
        self.assertEqual(value[5], ["PUT", "/f", None, "four"])

    def test_nobody_listens_and_no_socket_opens(self):
        value = self.value("""const said = [];
try { require('http').createServer(() => {}).listen(0); } catch (e) { said.push(e.code); }
await new Promise((resolve) => require('net').connect(args, '127.0.0.1').on('error', (e) => { said.push(e.code); resolve(); }));
await new Promise((resolve) => require('dns').lookup('example.com', (e) => { said.push(e.code); resolve(); }));
try { new (require('worker_threads').Worker)('x'); } catch (e) { said.push(e.code); }
said""", *self.flags, args=self.server.server_port)
        self.assertEqual(value, ["ERR_UNSUPPORTED", "ERR_UNSUPPORTED", "ENOTFOUND", "ERR_UNSUPPORTED"])
        self.assertEqual(Echo.seen, [])


if __name__ == "__main__":
    unittest.main()
