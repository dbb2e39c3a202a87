"""The tool box: `boxagnts tool call|list|show`."""
# timeout: 300
import base64
import contextlib
import json
import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import unittest

from http_server import Server
from support import BOXAGNTS, SANITIZED, TOOLS, box, root

TOOL_NAMES = sorted(path.name.removesuffix(".tool.yaml") for path in root.glob("tools/*/*.tool.yaml")
                    if "\nrequires:" not in path.read_text())       # there is nothing of that in the home of a test


class ToolTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.work = self.top / "work"
        self.work.mkdir()
        (self.work / "f").write_text("one\ntwo\n")
        self.env = {"BOXAGNTS_HOME": str(self.top / "home")}

    def call(self, *words, **options):
        return box("tool", "call", *words, **{"cwd": self.work, "env": self.env, **options})

    def good(self, *words, **options):
        done = self.call(*words, **options)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        return done.stdout.decode()

    def bad(self, *words, code=1, **options):
        """The tool's answer is an error; its text."""
        done = self.call(*words, **options)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode()

    def ours(self, *words, code=125, **options):
        """There was no call; what boxagnts says."""
        done = self.call(*words, **options)
        self.assertEqual((done.returncode, done.stdout), (code, b""), done)
        return done.stderr.decode()


class Call(ToolTest):
    def test_text_for_people(self):
        self.assertEqual(self.good("read", '{"path":"f"}'), "     1\tone\n     2\ttwo\n")
        self.assertEqual(self.good("read", stdin='{"path":"/workspace/f","offset":2}'), "     2\ttwo\n")
        self.assertEqual(self.good("read", "-", stdin='{"path":"f","offset":2}'), "     2\ttwo\n")
        (self.top / "a.json").write_text('{"path":"f","limit":1}')
        self.assertIn("     1\tone\n", self.good("read", f"@{self.top / 'a.json'}"))
        self.assertEqual(self.good("read", "--workspace", self.work, '{"path":"f","offset":2}', cwd="/"), "     2\ttwo\n")

    def test_errors_are_text_and_exit_code_1(self):
        self.assertEqual(self.bad("read", '{"path":"g"}'), "no such file: /workspace/g; this call is granted /workspace\n")

    def test_arguments_are_validated_before_the_sandbox(self):
        text = self.bad("read", '{"path":"f","ofset":2,"limit":0}')
        self.assertEqual(text.splitlines()[0], "the arguments of read do not fit its schema")
        self.assertIn("/ofset: is not known; did you mean offset? There is path, ", text)
        self.assertIn("/limit: expected an integer from 1 to 1000000, got 0\n", text)
        self.assertIn("/path: is missing: expected a string", self.bad("read", "{}"))
        self.assertIn("(whole): expected an object, got an array of 0", self.bad("read", "[]"))
        for words in ('{"path":', "", "{} {}", '{"path":"f","path":"g"}'):
            self.assertIn("the arguments of read are no JSON: line 1, column", self.bad("read", stdin=words))
        for words, told in (("f", True), (' {"path":"g"}', False)):
            done = self.call("read", words)
            self.assertEqual((done.returncode, b"the arguments are one JSON object" in done.stderr), (1, told), done)
        out = json.loads(self.bad("read", "--json", '{"path":1}'))
        self.assertEqual((out["outcome"], out["isError"], len(out["content"])), (None, True, 1))

    def test_json(self):
        out = json.loads(self.good("read", "--json", '{"path":"f"}'))
        self.assertEqual(set(out), {"content", "structuredContent", "isError", "outcome"})
        self.assertEqual(out["content"], [{"type": "text", "text": "     1\tone\n     2\ttwo\n"}])
        self.assertEqual((out["isError"], out["structuredContent"]["total_lines"]), (False, 2))
        self.assertEqual((out["outcome"]["kind"], out["outcome"]["exit_code"], out["outcome"]["stdout"]), ("exit", 0, ""))
        self.assertEqual([(f["op"], f["path"], f["result"]) for f in out["outcome"]["files"]],
                         [("open", "/workspace/f", "success")])

    def test_json_where_there_was_no_call(self):
        done = self.call("read", "--json", "--workspace", self.top / "nowhere", '{"path":"f"}')
        out = json.loads(done.stdout)
        self.assertEqual((done.returncode, out["outcome"]["kind"], out["isError"]), (125, "failed", True))
        self.assertIn("nowhere", out["content"][0]["text"])

    def test_images_are_described(self):
        png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
        (self.work / "p.png").write_bytes(png)
        self.assertTrue(self.good("read", '{"path":"p.png"}').endswith(f"[image image/png, {len(png)} bytes]\n"))

    def test_a_terminal_is_not_obeyed(self):
        (self.work / "f").write_text("a\tb \x1b[2J\x07 c\nd\n")
        self.assertIn("\x1b[2J", self.good("read", '{"path":"f"}'))       # control: elsewhere it is what it is
        ours, theirs = pty.openpty()
        done = subprocess.run([BOXAGNTS, "tool", "call", "read", '{"path":"f"}'], stdout=theirs, cwd=self.work,
                              env=dict(os.environ, **self.env), check=False)
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):                                # EIO: all of it was read
            while piece := os.read(ours, 4096):
                shown += piece
        os.close(ours)
        shown = shown.decode()
        self.assertEqual((done.returncode, shown), (0, "     1\ta\tb \\u{1b}[2J\\u{7} c\r\n     2\td\r\n"))

    def test_limits(self):
        self.assertIn("memory", self.ours_or_bad("--limit", "memory=64KiB"))
        self.assertIn("--limit", self.ours("read", "--limit", "wal=5s", '{"path":"f"}'))
        out = json.loads(self.good("read", "--json", "--limit", "fuel=100000000", '{"path":"f"}'))
        self.assertGreater(out["outcome"]["fuel_used"], 100)

    def ours_or_bad(self, *flags):
        done = self.call("read", *flags, '{"path":"f"}')
        self.assertEqual(done.returncode, 137, done)
        return (done.stdout + done.stderr).decode()

    def test_what_there_is_not(self):
        self.assertIn(f"no tool 'rread'; there is {', '.join(TOOL_NAMES)}", self.ours("rread", "{}"))
        self.assertIn("which tool?", self.ours())
        self.assertIn("one tool and one JSON text", self.ours("read", "{}", "{}"))
        self.assertIn("nowhere", self.ours("read", "--workspace", self.top / "nowhere", '{"path":"f"}'))
        self.assertIn("nowhere", self.ours("read", "@nowhere"))


class Rights(ToolTest):
    def test_the_workspace_and_nothing_else(self):
        (self.top / "beside").write_text("secret\n")
        for path in ("../beside", "/etc/passwd", str(self.top / "beside")):
            self.assertNotIn("secret", self.bad("read", json.dumps({"path": path})))
        (self.work / "link").symlink_to(self.top / "beside")
        done = self.call("read", '{"path":"link"}')
        self.assertEqual(done.returncode, 1)
        self.assertNotIn(b"secret", done.stdout)
        self.assertIn("refused: open of /workspace/link; it leads out of what was granted", done.stderr.decode())
        (self.work / "inside").symlink_to("f")                             # control
        self.assertIn("one", self.good("read", '{"path":"inside"}'))

    def test_deny(self):
        self.assertIn("not permitted", self.bad("read", "--deny", "**/f", '{"path":"f"}'))

    def test_allow_names_the_files(self):
        (self.work / "docs").mkdir()
        (self.work / "docs/g").write_text("g\n")
        flags = ("--allow", "read:/workspace/docs")
        self.assertIn("g", self.good("read", *flags, '{"path":"docs/g"}'))
        done = self.call("read", *flags, '{"path":"f"}')
        self.assertEqual(done.returncode, 1)

    def test_a_reading_tool_never_writes(self):
        out = json.loads(self.good("read", "--json", "--allow", "rw:/workspace", '{"path":"f"}'))
        self.assertEqual([f["rights"] for f in out["outcome"]["files"]], ["r"])

    def test_no_network_without_allow(self):
        ask = '{"url":"https://boxagnts.invalid/x"}'
        done = self.call("web_fetch", ask)
        self.assertEqual(done.returncode, 1)
        self.assertIn("HTTP-request-denied", done.stdout.decode())
        self.assertEqual(done.stderr.decode(), "boxagnts: refused: GET https://boxagnts.invalid/x; "
                         "--allow 'fetch:GET https://boxagnts.invalid' would permit it\n")
        allowed = self.call("web_fetch", "--allow", "fetch:GET https://boxagnts.invalid", ask)  # what was said is true
        self.assertEqual((allowed.returncode, allowed.stderr), (1, b""), allowed)
        self.assertNotIn("HTTP-request-denied", allowed.stdout.decode())

    def test_the_network_that_was_allowed(self):
        def answer(request, file):
            file.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n")
            return request.target == ""

        server = Server(answer)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        origin = f"http://127.0.0.1:{server.port}"
        ask, allow = json.dumps({"url": origin + "/x"}), ("--allow", f"fetch:GET {origin}")
        self.assertIn("hello", self.good("web_fetch", *allow, "--allow-network", "127.0.0.1/32", ask))
        self.assertEqual([request.target for request in server.seen], ["/x"])
        done = self.call("web_fetch", *allow, ask)                       # not by its name alone: the address is private
        self.assertEqual((done.returncode, len(server.seen)), (1, 1), done)
        done = self.call("web_fetch", *allow, "--allow-network", "127.0.0.1/32", "--block-url", origin + "/x", ask)
        self.assertEqual((done.returncode, len(server.seen)), (1, 1), done)

    def test_own_places(self):
        """The home directory lies in the workspace, and is not there yet."""
        env = {"BOXAGNTS_HOME": str(self.work / "home")}
        ask = json.dumps({"url": "https://boxagnts.invalid/", "save_to": "home/keys/cache.key"})
        self.bad("web_fetch", ask, env=env)
        self.assertFalse((self.work / "home/keys").exists())
        self.call("read", "--limit", "fuel=100000000", '{"path":"f"}', env=env)      # compiles, and keeps the code
        self.assertTrue((self.work / "home/keys/cache.key").exists())
        self.assertIn("not permitted", self.bad("read", '{"path":"home/keys/cache.key"}', env=env))
        self.good("read", '{"path":"home/keys/cache.key"}')                            # control: another home's


class First(ToolTest):
    """Code that comes with the program: nothing is compiled, nothing beside it is used."""

    def test_nothing_is_compiled_or_kept(self):
        self.good("read", '{"path":"f"}')
        self.assertFalse((self.top / "home/modules").exists())          # the call is recorded, and that is all
        self.good("read", "--limit", "fuel=100000000", '{"path":"f"}')    # control: other code, which is kept
        self.assertEqual(len(list((self.top / "home/modules").iterdir())), 1)

    def test_nothing_beside_the_program_is_used(self):
        """A tool of the same name where one might look: beside the program, in the home, in the directory."""
        there = self.top / "bin"
        there.mkdir()
        program = there / "boxagnts"
        shutil.copy(BOXAGNTS, program)
        for directory in (there, there / "tools", self.work, self.work / "tools", self.top / "home", self.top / "home/tools"):
            directory.mkdir(exist_ok=True)
            (directory / "read.wasm").write_bytes(b"\0asm\1\0\0\0")
            (directory / "read.code").write_bytes(b"x" * 1000)
            (directory / "read.tool.yaml").write_text("call: argv\n")
        done = subprocess.run([program, "tool", "call", "read", '{"path":"f"}'], capture_output=True, cwd=self.work,
                              env=dict(os.environ, **self.env), check=False)
        self.assertEqual((done.returncode, done.stdout), (0, b"     1\tone\n     2\ttwo\n"), done)

    def test_an_entry_in_the_cache_is_not_used(self):
        """Nor is it opened: what lies there stays as it is, however broken."""
        flags = ("--limit", "fuel=100000000")
        self.good("read", *flags, '{"path":"f"}')
        [entry] = (self.top / "home/modules").iterdir()
        entry.write_bytes(b"")
        self.good("read", '{"path":"f"}')
        self.assertEqual(entry.read_bytes(), b"")                            # not looked at
        done = self.call("read", *flags, '{"path":"f"}')                    # control: this one is
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"was removed and is compiled again", done.stderr)

    @unittest.skipIf(SANITIZED, "sanitizers need more address space than that")
    def test_other_address_space(self):
        """Where there is no room for memories that never move the code does not fit; it is compiled."""
        script = 'ulimit -v 3000000; exec "$@"'
        done = subprocess.run(["bash", "-c", script, "-", BOXAGNTS, "tool", "call", "read", '{"path":"f"}'],
                              capture_output=True, cwd=self.work, env=dict(os.environ, **self.env), check=False)
        self.assertEqual((done.returncode, done.stdout), (0, b"     1\tone\n     2\ttwo\n"), done)
        self.assertTrue((self.top / "home/modules").exists())


class Show(ToolTest):
    def test_list(self):
        lines = box("tool", "list").stdout.decode().splitlines()
        self.assertEqual([line.split()[0] for line in lines], TOOL_NAMES)
        self.assertEqual(lines[TOOL_NAMES.index("read")].split()[2], "read")
        listed = json.loads(box("tool", "list", "--json").stdout)
        self.assertEqual([tool["name"] for tool in listed], TOOL_NAMES)
        for tool in listed:
            self.assertEqual(set(tool), {"name", "version", "permission", "description", "call", "source",
                                         "package_sha256"})
            self.assertEqual(tool["source"], "built-in")
        self.assertEqual(box("tool", "list", "read").returncode, 125)

    def test_show(self):
        for name in TOOL_NAMES:
            manifest = json.loads(box("tool", "show", "--json", name).stdout)
            text = box("tool", "show", name).stdout.decode()
            self.assertEqual(manifest["name"], name)
            self.assertIn(manifest["description"], text)
            for argument in manifest["input_schema"]["properties"]:
                self.assertIn(f"  {argument}: ", text)
            for part in ("needs  ", "limits  ", "annotations  ", "\nimports\n"):
                self.assertIn(part, text)
            page = box("tool", "show", "--markdown", name).stdout.decode()
            self.assertTrue(page.startswith(f"# `{name}`\n"))
            self.assertEqual(page.encode(), (TOOLS.parent / f"docs/tools/{name}.md").read_bytes())
        self.assertIn("no tool 'x'", box("tool", "show", "x").stderr.decode())


if __name__ == "__main__":
    unittest.main()
