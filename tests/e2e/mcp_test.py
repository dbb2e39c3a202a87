"""boxagnts mcp on standard input and output: the real tools, real clients' openings, and whatever else comes in."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from mcp_support import MODERN, PREFIX, Client, modern, text_of
from support import BOXAGNTS, SANITIZED, box

LEGACY = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]


def workspace(test, **files):
    made = tempfile.TemporaryDirectory()
    test.addCleanup(made.cleanup)
    for name, text in files.items():
        path = pathlib.Path(made.name, name.replace("__", "."))
        path.write_text(text)
    return made.name


class Tools(unittest.TestCase):
    def setUp(self):
        self.dir = workspace(self, f="one\ntwo\n")
        self.client = Client("--workspace", self.dir)
        self.addCleanup(self.client.close)

    def test_list(self):
        self.client.open()
        old = self.client.result("tools/list")
        new = self.client.result("tools/list", meta=modern())
        self.assertEqual(old["tools"], new["tools"])
        self.assertEqual((new["ttlMs"], new["cacheScope"], new["resultType"]), (60000, "private", "complete"))
        names = [t["name"] for t in old["tools"]]
        self.assertEqual(names, sorted(names))
        self.assertLessEqual({"bash", "edit", "glob", "grep", "js", "read", "web_fetch", "write"}, set(names))
        self.assertNotIn("test_simple_text", names)
        for tool in old["tools"]:
            self.assertRegex(tool["name"], "^[a-z][a-z0-9_]{0,39}$")
            self.assertEqual(tool["inputSchema"]["type"], "object")
            self.assertEqual({type(tool["annotations"][key]) for key in
                              ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")}, {bool})
        self.assertEqual(json.dumps(old), json.dumps(self.client.result("tools/list")))
        for cursor in ("x", "-1", "", "9" * 30, "1000", 5):
            self.assertEqual(self.client.error("tools/list", {"cursor": cursor})["code"], -32602, cursor)

    def test_the_host_s_path_of_the_workspace_is_told(self):
        with Client("--workspace", self.dir) as client:
            self.assertIn(f"one directory, {os.path.realpath(self.dir)} of this machine, as /workspace", client.open()["instructions"])
            got = client.call("read", {"path": f"{os.path.realpath(self.dir)}/f"})
            self.assertTrue(got["isError"])
            self.assertTrue(text_of(got).endswith(f"[{os.path.realpath(self.dir)} is /workspace here]"), got)
            self.assertNotIn("here]", text_of(client.call("read", {"path": "/etc/passwd"})))      # the control
            self.assertEqual(client.error("tools/call", {"name": "Bash"})["message"],
                             "no tool 'Bash': did you mean bash; tools/list names those there are")

    def test_no_workspace_by_accident(self):
        for where, env in (("/", {}), (self.dir, {"HOME": self.dir, "BOXAGNTS_HOME": f"{self.dir}/h"})):
            done = box("mcp", cwd=where, env=env)
            self.assertEqual((done.returncode, done.stdout), (125, b""), done)
            self.assertIn(b"not served unless it is named: --workspace DIR", done.stderr)
            self.assertEqual(box("mcp", "--workspace", ".", cwd=where, env=env).returncode, 0)    # the control

    def test_call(self):
        for meta in (None, modern()):
            got = self.client.call("read", {"path": "f"}, meta)
            self.assertEqual((text_of(got), got["isError"], got["structuredContent"]["total_lines"]),
                             ("     1\tone\n     2\ttwo\n", False, 2))
        self.assertNotIn("resultType", self.client.call("read", {"path": "f"}))
        self.client.call("write", {"path": "g", "content": "made\n"}, modern())
        self.assertEqual(pathlib.Path(self.dir, "g").read_text(), "made\n")
        got = self.client.call("bash", {"command": "cat g | tr a-z A-Z"}, modern())
        self.assertEqual(text_of(got), "MADE\n")

    def test_refusals(self):
        for meta in (None, modern()):
            self.assertEqual(self.client.error("tools/call", {"name": "nope"}, meta)["code"], -32602)
            self.assertEqual(self.client.error("tools/call", {}, meta)["code"], -32602)
            for arguments, words in (({"pth": "f"}, "/pth: is not known"), ([], "expected an object"),
                                     ("x", "expected an object"), (None, "/path: is missing")):
                got = self.client.result("tools/call", {"name": "read", "arguments": arguments}, meta)
                self.assertTrue(got["isError"])
                self.assertIn(words, text_of(got))
            got = self.client.call("read", {"path": "/etc/passwd"}, meta)
            self.assertTrue(got["isError"])
            got = self.client.call("web_fetch", {"url": "http://127.0.0.1:9/"}, meta)
            self.assertTrue(got["isError"])

    def test_flags_hold(self):
        pathlib.Path(self.dir, ".env").write_text("secret\n")
        with Client("--workspace", self.dir, "--allow", "read:/workspace", "--deny", "**/.env") as client:
            self.assertEqual(text_of(client.call("read", {"path": "f"})), "     1\tone\n     2\ttwo\n")
            self.assertTrue(client.call("read", {"path": ".env"})["isError"])
            self.assertTrue(client.call("write", {"path": "g", "content": "x"})["isError"])
        self.assertFalse(pathlib.Path(self.dir, "g").exists())
        self.assertIn("secret", text_of(self.client.call("read", {"path": ".env"})))        # the control
        with Client("--workspace", self.dir, "--limit", "wall=100ms") as client:
            got = client.call("bash", {"command": "while :; do :; done"})
            self.assertIn("deadline", text_of(got))
        done = box("mcp", "--limit", "wall=soon")
        self.assertEqual((done.returncode, done.stdout), (125, b""))
        self.assertIn(b"--limit", done.stderr)

    def test_two_at_once(self):
        """Each writes what the other waits for: one after the other would never end."""
        a = self.client.begin("tools/call", {"name": "bash", "arguments": {
            "command": "echo 1 > a; until [ -e b ]; do sleep 0.01; done; echo A"}})
        b = self.client.begin("tools/call", {"name": "bash", "arguments": {
            "command": "until [ -e a ]; do sleep 0.01; done; echo 1 > b; echo B"}})
        self.assertEqual(text_of(self.client.finish(b)["result"]), "B\n")
        self.assertEqual(text_of(self.client.finish(a)["result"]), "A\n")

    def test_cancel_stops_the_sandbox(self):
        loop = "i=0; while :; do i=$((i+1)); echo $i > counter; done"

        def counter():
            try:
                return pathlib.Path(self.dir, "counter").read_text()
            except FileNotFoundError:
                return ""

        def changes():
            before, now, until = counter(), "", time.monotonic() + 20
            while now in (before, "") and time.monotonic() < until:
                time.sleep(0.01)
                now = counter()
            return now not in (before, "")
        for meta in (None, modern()):
            at = self.client.begin("tools/call", {"name": "bash", "arguments": {"command": loop}}, meta)
            self.assertTrue(changes())                                                      # the control
            self.client.notify("notifications/cancelled", {"requestId": 999, "reason": "another one"})
            self.assertTrue(changes())
            self.client.notify("notifications/cancelled", {"requestId": at})
            self.client.notify("notifications/cancelled", {"requestId": at})
            while True:                             # until two looks, some time apart, see the same
                before = counter()
                time.sleep(0.3)
                if counter() == before:
                    break
            self.client.call("read", {"path": "f"}, meta)
            self.assertNotIn(str(at), self.client.answers)

    def wakes(self):
        """How often threads of the server were woken so far."""
        tasks = pathlib.Path(f"/proc/{self.client.process.pid}/task")
        return sum(int(line.split()[1]) for task in tasks.iterdir() for line in (task / "status").read_text().splitlines()
                   if line.startswith("voluntary_ctxt_switches"))

    @unittest.skipIf(SANITIZED, "a sanitizer may have a thread of its own")
    def test_who_is_not_asked_sleeps(self):
        """It looks out for a client that asks at once, and for calls that take long; but not for ever."""
        for _ in range(50):
            self.client.result("ping")
            self.client.call("read", {"path": "f"})
        at = self.client.begin("tools/call", {"name": "bash", "arguments": {"command": "until [ -e stop ]; do sleep 0.01; done"}})
        before = self.wakes()
        while self.wakes() == before:                                                       # the control
            time.sleep(0.05)
        self.client.call("write", {"path": "stop", "content": ""})
        self.client.finish(at)
        while True:                                 # until two looks, some time apart, see the same
            before = self.wakes()
            time.sleep(0.3)
            if self.wakes() == before:
                break

    def test_notes_go_to_the_person(self):
        self.client.open()
        self.client.call("bash", {"command": "curl -s http://example.org/"})
        said = [m["params"] for m in self.client.heard if m["method"] == "notifications/message"]
        self.assertEqual({m["level"] for m in said}, {"warning"})
        self.assertIn("fetch:", said[0]["data"])


class Eras(unittest.TestCase):
    def setUp(self):
        self.client = Client()
        self.addCleanup(self.client.close)

    def test_initialize(self):
        for version in LEGACY + ["2099-01-01", "1", ""]:
            with Client() as client:
                got = client.open(version)
                self.assertEqual(got["protocolVersion"], version if version in LEGACY else "2025-11-25")
                self.assertEqual(got["serverInfo"]["name"], "boxagnts")
                self.assertIn("/workspace", got["instructions"])
                self.assertEqual(set(got["capabilities"]) & {"tools", "resources", "logging"},
                                 {"tools", "resources", "logging"})
                self.assertNotIn("resultType", got)
                self.assertEqual(client.result("ping"), {})
        self.client.open()
        self.assertEqual(self.client.error("initialize", {"protocolVersion": "2025-11-25"})["code"], -32600)

    def test_discover(self):
        got = self.client.result("server/discover", meta=modern())
        self.assertEqual(got["supportedVersions"], [MODERN, *LEGACY])
        self.assertEqual(got["resultType"], "complete")
        self.assertGreater(got["ttlMs"], 0)
        self.assertEqual(got["_meta"][PREFIX + "serverInfo"]["name"], "boxagnts")
        self.client.open()                                  # after it is fine

    def test_removed_and_unknown_methods(self):
        for method in ("initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                       "nope", ""):
            error = self.client.error(method, {"uri": "x", "level": "info", "protocolVersion": MODERN}, modern())
            self.assertEqual(error["code"], -32601, method)
        for method in ("server/discover", "subscriptions/listen", "nope"):
            self.assertEqual(self.client.error(method)["code"], -32601, method)

    def test_meta(self):
        error = self.client.error("tools/list", meta={PREFIX + "protocolVersion": "2099-01-01",
                                                      PREFIX + "clientCapabilities": {}})
        self.assertEqual((error["code"], error["data"]["requested"]), (-32022, "2099-01-01"))
        self.assertIn(MODERN, error["data"]["supported"])
        self.assertIn(MODERN, error["message"])
        for bad in ({PREFIX + "protocolVersion": MODERN}, {PREFIX + "protocolVersion": 5},
                    {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": []}):
            self.assertEqual(self.client.error("tools/list", meta=bad)["code"], -32602)
        bare = modern()
        del bare[PREFIX + "clientInfo"]                     # it should be there, and need not
        self.assertIn("tools", self.client.result("tools/list", meta=bare))

    def test_both_at_once(self):
        self.client.open("2025-06-18")
        self.assertNotIn("resultType", self.client.result("tools/list"))
        self.assertIn("resultType", self.client.result("tools/list", meta=modern()))
        self.assertNotIn("resultType", self.client.result("tools/list"))

    def test_batches(self):
        batch = [{"jsonrpc": "2.0", "id": "a", "method": "ping"}, {"jsonrpc": "2.0", "method": "notifications/x"},
                 {"jsonrpc": "2.0", "id": "b", "method": "nope"},
                 {"jsonrpc": "2.0", "id": "c", "method": "tools/call", "params": {"name": "glob", "arguments": {
                     "pattern": "no-such-file"}}}]
        self.client.open("2025-03-26")
        self.client.send(batch)
        self.assertEqual(self.client.finish("a")["result"], {})
        self.assertEqual(self.client.finish("b")["error"]["code"], -32601)
        self.assertFalse(self.client.finish("c")["result"]["isError"])
        with Client() as other:
            other.open("2025-06-18")
            other.send(batch)
            self.assertEqual(other.finish(None)["error"]["code"], -32600)


class Hostile(unittest.TestCase):
    """Every one of these is answered in words, and the next message is served."""

    def setUp(self):
        self.client = Client()
        self.addCleanup(self.client.close)

    def refused(self, line, code, words=""):
        self.client.raw(line if isinstance(line, bytes) else line + "\n")
        got = self.client.finish(None)["error"]
        self.assertEqual(got["code"], code, (line[:80], got))
        self.assertIn(words, got["message"])
        self.assertEqual(self.client.result("ping"), {})

    def test_no_json(self):
        for line in ("{", "nonsense", '{"jsonrpc":"2.0","id":1,"method":"ping"', '{"jsonrpc":"2.0","id":1} x',
                     '{"a":"\\ud800"}', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', "[" * 100000,
                     '{"a":' * 70 + "1" + "}" * 70):
            self.refused(line, -32700)
        self.refused(b'{"jsonrpc":"2.0","id":1,"method":"\xff"}\n', -32700)
        self.refused(b'{"jsonrpc":"2.0","id":1,"method":"p\x00ing"}\n', -32700)

    def test_no_message(self):
        for line in ("1", '"x"', "null", "{}", "[]", '{"jsonrpc":"2.0","id":{},"method":"ping"}',
                     '{"jsonrpc":"2.0","id":null,"method":"ping"}', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
                     json.dumps({"jsonrpc": "2.0", "id": "x" * 5000, "method": "ping"})):
            self.refused(line, -32600)
        for message in ({"jsonrpc": "1.0", "method": "ping"}, {"method": "ping"}, {"jsonrpc": "2.0", "method": 5},
                        {"jsonrpc": "2.0"}):
            self.client.send({"id": "z", **message})
            self.assertEqual(self.client.finish("z")["error"]["code"], -32600)

    def test_params(self):
        for params in ([], 5, "x", True):
            self.client.send({"jsonrpc": "2.0", "id": "p", "method": "ping", "params": params})
            self.assertEqual(self.client.finish("p")["error"]["code"], -32602)
            self.client.send({"jsonrpc": "2.0", "id": "p", "method": "tools/list", "params": {"_meta": params}})
            self.assertEqual(self.client.finish("p")["error"]["code"], -32602)

    def test_silence(self):
        """Answers to what was never asked, notifications of any kind, empty lines."""
        for message in ({"jsonrpc": "2.0", "id": 5, "result": {}}, {"jsonrpc": "2.0", "id": "ask-1", "error": {}},
                        {"jsonrpc": "2.0", "method": "notifications/cancelled"},
                        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
                        {"jsonrpc": "2.0", "method": "notifications/nope", "params": {"x": [1]}},
                        {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "read"}},
                        {"jsonrpc": "2.0", "method": "ping", "params": []}):
            self.client.send(message)
        self.client.raw("\n\r\n  \n")
        self.assertEqual(self.client.result("ping"), {})
        self.assertEqual((self.client.answers, self.client.heard), ({}, []))

    def test_ids(self):
        for at in (0, -1, 2**63 - 1, 2**64 - 1, "", "é\n\"", "1"):
            self.assertEqual(self.client.ask("ping", at=at)["result"], {})

    def test_a_huge_line(self):
        piece = b"x" * (1 << 20)
        for _ in range(70):
            self.client.process.stdin.write(piece)
        self.refused(b"\n", -32700, "64 MiB")
        long = {"jsonrpc": "2.0", "id": "big", "method": "tools/call",
                "params": {"name": "read", "arguments": {"path": "x" * (8 << 20)}}}
        self.client.send(long)
        self.assertTrue(self.client.finish("big")["result"]["isError"])

    def test_in_pieces(self):
        line = json.dumps({"jsonrpc": "2.0", "id": "slow", "method": "ping"}) + "\n"
        for character in line:
            self.client.raw(character)
        self.assertEqual(self.client.finish("slow")["result"], {})
        self.client.raw(line * 500)
        for _ in range(100):
            self.client.result("ping")


class Ends(unittest.TestCase):
    def test_end_of_input(self):
        for lines in ("", "\n", "{"):
            done = box("mcp", stdin=lines)
            self.assertEqual((done.returncode, done.stderr), (0, b""), lines)
        line = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"glob","arguments":{"pattern":"x"}}}'
        for end in ("", "\n"):                              # what came before the end is answered
            done = box("mcp", stdin=line + end)
            self.assertFalse(json.loads(done.stdout)["result"]["isError"])

    def test_a_call_that_runs_does_not_hold_it(self):
        client = Client()
        client.begin("tools/call", {"name": "bash", "arguments": {"command": "while :; do :; done"}})
        client.result("ping")
        self.assertEqual(client.close(), (0, ""))

    def test_sigterm(self):
        for busy in (False, True):
            client = Client()
            if busy:
                client.begin("tools/call", {"name": "bash", "arguments": {"command": "while :; do :; done"}})
            client.result("ping")
            client.process.send_signal(signal.SIGTERM)
            self.assertEqual(client.process.wait(60), 0)
            self.assertEqual(client.close(), (0, ""))

    def test_nobody_reads(self):
        process = subprocess.Popen([BOXAGNTS, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
        process.stdin.write(ping)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(ping)
        process.stdin.flush()
        self.assertEqual(process.wait(60), 0)
        process.stdin.close()

    def test_nothing_but_messages_on_stdout(self):
        done = box("mcp", "stray")
        self.assertEqual((done.returncode, done.stdout), (125, b""))
        done = box("mcp", "--workspace", "/no/such/directory",
                   stdin='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"path":"x"}}}')
        for line in done.stdout.splitlines():
            json.loads(line)

    def test_a_full_pipe(self):
        """A client that asks and asks before it reads anything gets all answers in the end."""
        process = subprocess.Popen([BOXAGNTS, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        lines = b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"tools/list"}\n' % i for i in range(200))

        def write():
            process.stdin.write(lines)
            process.stdin.close()
        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.2)
        got = [json.loads(line)["id"] for line in process.stdout]
        writer.join()
        self.assertEqual(sorted(got), list(range(200)))
        self.assertEqual(process.wait(60), 0)
        process.stdout.close()


class Openings(unittest.TestCase):
    """What real clients send first, as it was recorded."""

    def exchange(self, *messages):
        """Send each; the answers of those with an ID, in order of theirs."""
        with Client() as client:
            for message in messages:
                client.send(message)
            answers = [client.finish(m["id"]) for m in messages if "id" in m]
            code, words = client.close()
        self.assertEqual((code, words), (0, ""))
        return answers

    def test_codex(self):
        hello, tools, call = self.exchange(
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {"experimental": {"codex/auth-change": {}}, "elicitation": {"form": {}, "url": {}}},
                "clientInfo": {"name": "codex-mcp-client", "title": "Codex", "version": "0.169.0"}}},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": {"progressToken": 0}}},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
                "_meta": {"progressToken": 1}, "name": "glob", "arguments": {"pattern": "no-such"}}})
        self.assertEqual(hello["result"]["protocolVersion"], "2025-06-18")
        self.assertGreater(len(hello["result"]["instructions"]), 20)       # becomes the namespace's description
        self.assertGreater(len(tools["result"]["tools"]), 5)
        self.assertFalse(call["result"]["isError"])

    def test_opencode(self):
        hello, tools, call = self.exchange(
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25", "capabilities": {"roots": {}},
                "clientInfo": {"name": "opencode", "version": "1.18.33"}}},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
                "name": "glob", "arguments": {"pattern": "no-such"}, "_meta": {"progressToken": 2}}},
            {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {
                "requestId": 1, "reason": "AbortError: The operation was aborted"}})
        self.assertEqual(hello["result"]["protocolVersion"], "2025-11-25")
        self.assertIn("tools", tools["result"])
        self.assertFalse(call["result"]["isError"])

    def test_qwen_code(self):
        hello, prompts, resources, tools = self.exchange(
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {"roots": {}, "extensions": {"io.modelcontextprotocol/ui": {
                    "mimeTypes": ["text/html;profile=mcp-app"]}}},
                "clientInfo": {"name": "qwen-code-mcp-client-boxagnts", "version": "0.24.4"}}},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 1, "method": "prompts/list"},
            {"jsonrpc": "2.0", "id": 2, "method": "resources/list"},
            {"jsonrpc": "2.0", "id": 3, "method": "tools/list"})
        for answer, key in ((hello, "capabilities"), (prompts, "prompts"), (resources, "resources"), (tools, "tools")):
            self.assertIn(key, answer["result"])

    def test_claude_code(self):
        found, tools, call = self.exchange(
            {"jsonrpc": "2.0", "id": 0, "method": "server/discover", "params": {"_meta": {
                PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {"elicitation": {}, "roots": {}},
                PREFIX + "clientInfo": {"name": "claude-code", "version": "2.1.317"}}}},
            {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": modern()}},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
                "name": "glob", "arguments": {"pattern": "no-such"}, "_meta": modern(progressToken=3)}})
        self.assertIn(MODERN, found["result"]["supportedVersions"])
        self.assertIn("tools", tools["result"])
        self.assertFalse(call["result"]["isError"])
        # It may also open the older era after it had been answered.
        found, hello = self.exchange(
            {"jsonrpc": "2.0", "id": 0, "method": "server/discover", "params": {"_meta": modern()}},
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25", "capabilities": {"roots": {}, "elicitation": {}},
                "clientInfo": {"name": "claude-code", "version": "2.1.317"}}})
        self.assertEqual(hello["result"]["protocolVersion"], "2025-11-25")


if __name__ == "__main__":
    os.environ.setdefault("BOXAGNTS_HOME", tempfile.mkdtemp())
    unittest.main()
