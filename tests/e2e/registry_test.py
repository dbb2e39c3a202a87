"""Tools of one's own among the tools: `boxagnts tool add|remove|sign|verify|keygen`, `boxagnts trust`, and what is refused."""
import contextlib
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import tempfile
import time
import unittest

from component_support import COMPONENTS
from support import BOXAGNTS, GUESTS, TOOLS, box

HINTS = {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}
ARGS = {"description": "The program of a test.", "permission": "read", "call": "argv", "needs": ["read:/workspace"],
        "annotations": HINTS}
JSON = {"description": "Reads a file.", "permission": "read", "call": "json", "needs": ["read:/workspace"],
        "input_schema": {"type": "object"}, "annotations": HINTS, "limits": {"memory": "64MiB"}}


def leb(n):
    out = b""
    while True:
        n, low = n >> 7, n & 127
        out += bytes([low | (128 if n else 0)])
        if not n:
            return out


def with_section(wasm, content, name=b"boxagnts.tool"):
    """The module with a custom section."""
    body = leb(len(name)) + name + content
    return wasm + b"\0" + leb(len(body)) + body


class Registry(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name).resolve()
        self.home, self.ws = self.top / "home", self.top / "ws"
        self.ws.mkdir()
        self.env = {"BOXAGNTS_HOME": str(self.home)}

    def box(self, *words, code=0, **options):
        done = box(*words, **{"cwd": self.ws, "env": self.env, **options})
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode(), done.stderr.decode()

    def package(self, name="prog", wasm=GUESTS / "exec_do.wasm", version="1.0.0", where=None, **manifest):
        """NAME.wasm and NAME.tool.yaml in a directory; the module's path."""
        where = where or self.top / "packages"
        where.mkdir(parents=True, exist_ok=True)
        (where / f"{name}.wasm").write_bytes(pathlib.Path(wasm).read_bytes())
        (where / f"{name}.tool.yaml").write_text(json.dumps({"name": name, "version": version, **(manifest or ARGS)}))
        return where / f"{name}.wasm"

    def bare(self, name, wasm):
        """A module without a manifest."""
        path = self.package(name, wasm)
        path.with_suffix("").with_suffix(".tool.yaml").unlink()
        return path

    def add(self, *words, **options):
        return self.box("tool", "add", "--yes", *words, **options)

    def listed(self):
        return {tool["name"]: tool for tool in json.loads(self.box("tool", "list", "--json")[0])}

    def call(self, name, arguments, code=0):
        return json.loads(self.box("tool", "call", "--json", name, json.dumps(arguments), code=code)[0])


class Add(Registry):
    def test_what_it_could_do_is_shown_before_it_is_accepted(self):
        needs = ["rw:/workspace/out", "fetch:GET https://api.example.com/v1/**", "env:TOKEN", "tmp", "tool:ls"]
        wasm = self.package(**{**ARGS, "needs": needs, "permission": "write", "annotations": {**HINTS, "readOnlyHint": False}})
        said, why = self.box("tool", "add", wasm, code=126)
        for line in ("prog 1.0.0", "permission: write", "read, create, change and delete files at and below /workspace/out",
                     "send and receive over the network: HTTP, GET https://api.example.com/v1/**", "see the variable TOKEN",
                     "write temporary files in memory", "start the programs and call the tools named ls", "opens files", "unsigned"):
            self.assertIn(line, said)
        self.assertIn("--yes", why)
        self.assertNotIn("prog", self.listed())
        self.assertFalse((self.home / "tools").exists())
        self.add(wasm)                                                              # the control
        self.assertEqual({k: self.listed()["prog"][k] for k in ("source", "signature", "added")},
                         {"source": "user", "signature": "unsigned", "added": True})

    def test_at_a_terminal_it_asks(self):
        wasm = self.package()
        for answer, there in (("n", False), ("", False), ("y", True)):
            with self.subTest(answer):
                ours, theirs = pty.openpty()
                with contextlib.closing(os.fdopen(ours, "r+b", buffering=0)) as terminal:
                    child = subprocess.Popen([BOXAGNTS, "tool", "add", str(wasm)], stdin=theirs, stdout=theirs, stderr=theirs,
                                             env=dict(os.environ, **self.env))
                    os.close(theirs)
                    said = b""
                    while b"[y/N]" not in said and select.select([terminal], [], [], 30)[0]:
                        said += terminal.read(4096)
                    terminal.write(answer.encode() + b"\n")
                    with contextlib.suppress(OSError):
                        while terminal.read(4096):
                            pass
                    self.assertEqual(child.wait(30), 0 if there else 126)
                self.assertEqual("prog" in self.listed(), there)

    def test_adding_runs_nothing(self):
        """A module that would loop for good."""
        loop = bytes.fromhex("0061736d01000000010401600000030201000503010001071302066d656d6f72790200065f737461727400000801000a0901070003400c000b0b")
        wasm = self.package()
        wasm.write_bytes(loop)
        began = time.monotonic()
        self.add(wasm)
        self.box("tool", "show", "prog")
        self.assertLess(time.monotonic() - began, 20)
        self.assertFalse((self.home / "modules").exists())                          # nothing was compiled either
        self.box("tool", "call", "--limit", "wall=200ms", "prog", "{}", code=124)    # the control: it does run when it is called

    def test_what_cannot_be_a_tool(self):
        wasm = self.package()
        for content, why in ((b"", "cut off"), (b"\0asm\1\0\0\0", "no program"), (b"\0asm\2\0\0\0", "version"),
                             (wasm.read_bytes()[:-7], ""), (b"\0asm\1\0\0\0\1\xff\xff\xff\xff\x0f", "cut off")):
            with self.subTest(content[:20]):
                wasm.write_bytes(content)
                self.assertIn(why, self.add(wasm, code=125)[1])
        shutil.copy(GUESTS / "exec_do.wasm", wasm)
        for manifest, why in (("name: prog", "version"), ("a: *b", ""), ("name: read\nversion: 1.0.0\ndescription: x\npermission: none\n"
                              "call: argv\nneeds: []\nannotations: " + json.dumps(HINTS), "built-in tool")):
            with self.subTest(manifest):
                wasm.with_suffix("").with_suffix(".tool.yaml").write_text(manifest)
                done = box("tool", "add", "--yes", wasm, env=self.env)
                self.assertIn(done.returncode, (125, 126))
                self.assertIn(why, done.stderr.decode())
        wasm.with_suffix("").with_suffix(".tool.yaml").unlink()
        self.assertIn("no manifest", self.add(wasm, code=125)[1])
        self.assertEqual(len(self.listed()), len(json.loads(box("tool", "list", "--json", env=self.env, cwd="/").stdout)))

    def test_remove(self):
        self.add(self.package())
        self.box("tool", "remove", "prog")
        self.assertNotIn("prog", self.listed())
        self.assertEqual([p.name for p in (self.home / "tools").iterdir()], ["tools.lock"])
        for name, why in (("prog", "no tool"), ("read", "part of this program"), ("../../x", "no name"), ("a/b", "no name")):
            self.assertIn(why, self.box("tool", "remove", name, code=125)[1])

    def test_a_manifest_in_the_module(self):
        wasm = self.package()
        manifest = wasm.with_suffix("").with_suffix(".tool.yaml")
        plain, text = wasm.read_bytes(), manifest.read_bytes()
        wasm.write_bytes(with_section(plain, text))
        self.add(wasm)                                       # both, and they say the same
        manifest.write_text(json.dumps({**json.loads(text), "needs": ["rw:/workspace"], "permission": "write",
                                        "annotations": {**HINTS, "readOnlyHint": False}}))
        self.assertIn("says other things", self.add(wasm, code=125)[1])
        manifest.unlink()
        self.add(wasm)
        (self.ws / "f").write_text("text\n")
        self.assertEqual(self.call("prog", {"args": ["cat", "f"]})["content"][0]["text"], "text\n")
        wasm.write_bytes(with_section(with_section(plain, text), text))
        self.assertIn("two sections", self.add(wasm, code=125)[1])


class Lock(Registry):
    def test_changed_content(self):
        self.add(self.package())
        at = self.home / "tools"
        good = (at / "prog.wasm").read_bytes()
        (at / "prog.wasm").write_bytes(with_section(good, b"", b"x"))
        why = self.box("tool", "list")[1]
        self.assertIn("raise the version in the manifest, or accept it with boxagnts tool add", why)
        self.assertIn("content changed", self.box("tool", "call", "prog", "{}", code=126)[1])
        (at / "prog.wasm").write_bytes(good)                                        # the control
        self.assertIn("prog", self.listed())
        self.package(where=at, version="1.1.0")
        self.assertEqual(self.listed()["prog"]["version"], "1.1.0")
        self.package(where=at, version="1.2.0", **{**ARGS, "needs": ["read:/"]})
        self.assertIn("needs more than version 1.1.0, which was accepted: read:/;", self.box("tool", "list")[1])
        self.add(self.package(version="1.2.0", **{**ARGS, "needs": ["read:/"]}))
        self.assertEqual(self.listed()["prog"]["version"], "1.2.0")

    def test_a_damaged_lock_is_told(self):
        self.add(self.package())
        lock = self.home / "tools/tools.lock"
        for content in ("{", "[]", '{"format":2,"tools":[]}', lock.read_text().replace("sha256:", "sha256:x")):
            with self.subTest(content):
                lock.write_text(content)
                said, why = self.box("tool", "list")
                self.assertNotIn("\nprog ", said)
                self.assertIn("tools.lock", why)
                self.assertEqual(lock.read_text(), content)                         # and nothing was forgotten

    def test_files_of_others(self):
        self.add(self.package())
        at = self.home / "tools"
        shutil.copy(GUESTS / "exec_do.wasm", self.top / "elsewhere.wasm")
        (at / "prog.wasm").rename(self.top / "moved.wasm")
        (at / "prog.wasm").symlink_to(self.top / "moved.wasm")
        self.assertIn("symbolic link", self.box("tool", "list")[1])
        (at / "prog.wasm").unlink()
        (self.top / "moved.wasm").rename(at / "prog.wasm")
        self.assertIn("prog", self.listed())                                        # the control
        at.chmod(0o777)
        said, why = self.box("tool", "list")
        self.assertIn("can be written to by others", why)
        self.assertNotIn("\nprog ", said)


class Project(Registry):
    def test_only_of_a_trusted_one(self):
        at = self.ws / ".boxagnts/tools"
        self.package(where=at)
        self.assertNotIn("prog", self.listed())
        self.assertIn("no tool", self.box("tool", "call", "prog", "{}", code=125)[1])
        said, _ = self.box("trust")
        self.assertIn("tool prog 1.0.0, which could\n  - read and list files at and below /workspace\n", said)
        self.assertEqual(self.listed()["prog"]["source"], "project")
        self.assertEqual(self.call("prog", {"args": ["args", "x"]})["content"][0]["text"], "[prog]\n[args]\n[x]\n")
        self.assertIn(str(self.ws), self.box("trust", "--list")[0])
        self.box("trust", "--remove")
        self.assertNotIn("prog", self.listed())

    def test_nothing_in_the_sandbox_makes_itself_a_tool(self):
        self.package(where=self.top / "packages")
        self.box("trust")
        for name in ("prog.wasm", "prog.tool.yaml"):
            shutil.copy(self.top / "packages" / name, self.ws / name)
        self.box("sh", "--workspace", ".", "-c", "mkdir -p .boxagnts/tools && cp prog.wasm prog.tool.yaml .boxagnts/tools")
        self.assertTrue((self.ws / ".boxagnts/tools/prog.wasm").exists())
        said, why = self.box("tool", "list")
        self.assertNotIn("\nprog ", said)
        self.assertIn("nobody accepted it", why)
        self.add("--project", self.ws / ".boxagnts/tools/prog.wasm")                # the control
        self.assertIn("prog", self.listed())
        self.package(where=self.ws / ".boxagnts/tools", version="1.0.1")
        self.assertIn("nobody accepted it", self.box("tool", "list")[1])

    def test_no_name_is_taken(self):
        self.add(self.package(where=self.top / "a"))
        for name, why in (("read", "built-in tool"), ("prog", "cannot take its place")):
            with self.subTest(name):
                self.package(name, where=self.ws / ".boxagnts/tools", version="2.0.0")
                self.box("trust")
                self.assertIn(why, self.box("tool", "list")[1])
        self.assertEqual((self.listed()["prog"]["version"], self.listed()["read"]["source"]), ("1.0.0", "built-in"))
        (self.ws / "f").write_text("text\n")
        self.assertIn("text", self.box("tool", "call", "read", '{"path":"f"}')[0])

    def test_add_to_it(self):
        _, why = self.add("--project", self.package())
        self.assertIn("is not trusted", why)
        self.assertNotIn("prog", self.listed())
        self.box("trust")
        self.assertIn("prog", self.listed())
        self.box("tool", "remove", "--project", "prog")
        self.assertNotIn("prog", self.listed())


class Kinds(Registry):
    def test_a_program(self):
        self.add(self.package())
        (self.ws / "f").write_text("text\n")
        good = self.call("prog", {"args": ["cat", "f"]})
        self.assertEqual((good["isError"], good["content"]), (False, [{"type": "text", "text": "text\n"}]))
        self.assertEqual(good["structuredContent"], {"exit_code": 0, "stdout": "text\n", "stderr": ""})
        bad = self.call("prog", {"args": ["cat", "g"]}, code=1)
        self.assertEqual((bad["isError"], bad["content"][1]["text"]), (True, "g: No such file or directory\n"))
        self.assertEqual(bad["structuredContent"]["exit_code"], 1)
        put = self.call("prog", {"args": ["put", "f", "other"]}, code=1)            # it needs to read only
        self.assertTrue(put["isError"])
        self.assertEqual((self.ws / "f").read_text(), "text\n")
        for arguments in ({"args": "cat f"}, {"args": [1]}, {"arg": []}, [], {"stdin": 1}):
            self.assertIn("do not fit its schema", self.call("prog", arguments, code=1)["content"][0]["text"])

    def test_it_is_a_command_of_the_shell(self):
        self.add(self.package(args=["args", "--n={n}", "{rest}"], input_schema={
            "type": "object", "properties": {"n": {"type": "integer"}, "rest": {"type": "array", "items": {"type": "string"}}}}, **ARGS))
        self.assertEqual(self.call("prog", {"n": 3, "rest": ["a", "b c"]})["content"][0]["text"], "[prog]\n[args]\n[--n=3]\n[a]\n[b c]\n")
        self.assertEqual(self.call("prog", {})["content"][0]["text"], "[prog]\n[args]\n")
        self.assertEqual(self.box("sh", "--workspace", ".", "-c", "prog x | cat")[0], "[prog]\n[args]\n[x]\n")
        with (self.home / "tools/prog.wasm").open("ab") as module:                  # what was accepted is what is started
            module.write(b"\0\2\1x")
        self.assertIn("prog: command not found", self.box("sh", "--workspace", ".", "-c", "prog x", code=127)[1])

    def test_what_no_argument_gets_to(self):
        wasm = self.package(input_schema={"type": "object", "properties": {"x": {"type": "string"}}}, **ARGS)
        self.assertIn("nothing hands 'x' to the program", self.add(wasm, code=125)[1])

    def test_a_json_tool(self):
        self.add(self.package("reader", TOOLS / "read.wasm", **JSON))
        (self.ws / "f").write_text("text\n")
        self.assertIn("text", self.box("tool", "call", "reader", '{"path":"f"}')[0])
        self.assertIn("text", self.box("tool", "call", "js", '{"code":"(await tools.reader({path:\'f\'})).total_lines + \' text\'"}')[0])

    def test_a_typed_component(self):
        self.add(self.package("greet", COMPONENTS / "values.wasm", description="Greets.", permission="none", call="typed", function="greet",
                              needs=[], annotations=HINTS, input_schema={"type": "object", "properties": {"name": {"type": "string"}},
                                                                         "required": ["name"], "additionalProperties": False}))
        good = self.call("greet", {"name": "Ada"})
        self.assertIn("Ada", good["content"][0]["text"])
        self.assertEqual((good["isError"], good["structuredContent"]), (False, {"result": good["content"][0]["text"]}))
        self.assertIn("name", self.call("greet", {}, code=1)["content"][0]["text"])
        said, _ = self.add(self.bare("sample", COMPONENTS / "values.wasm"))          # without a manifest: which function is an argument
        self.assertIn("compute, and nothing else", said)
        good = self.call("sample", {"function": "greet", "arguments": {"name": "Ada"}})
        self.assertIn("Ada", good["content"][0]["text"])
        good = self.call("sample", {"function": "sample:values/echo@1.2.0#of-u8", "arguments": {"v": 255}})
        self.assertEqual(good["structuredContent"], {"result": 255})
        for arguments, why in (({"function": "sample:values/echo@1.2.0#of-u8", "arguments": {"v": 256}}, "$.v"), ({"function": "x"}, "fit its schema"),
                               ({"function": "greet"}, "name"), ({}, "fit its schema")):
            bad = self.call("sample", arguments, code=1)
            self.assertTrue(bad["isError"])
            self.assertIn(why, bad["content"][0]["text"])
        for function in ("nope", "greet#x"):
            wasm = self.package("other", COMPONENTS / "values.wasm", description="x", permission="none", call="typed", function=function,
                                needs=[], annotations=HINTS, input_schema={"type": "object"})
            self.assertIn("no function '", self.add(wasm, code=125)[1])


class Signatures(Registry):
    def setUp(self):
        super().setUp()
        self.key = self.top / "k"
        self.box("tool", "keygen", "--no-password", "--out", self.key)
        self.wasm = self.package()

    def sign(self, *words):
        return self.box("tool", "sign", "--key", f"{self.key}.key", *words, self.wasm)

    def test_ours(self):
        self.sign("--comment", "of a test")
        self.assertIn("the module and its manifest", self.box("tool", "verify", "--key", f"{self.key}.pub", self.wasm)[0])
        self.assertIn("not trusted", self.box("tool", "verify", self.wasm, code=1)[1])
        self.assertIn("signed by an unknown key", self.add(self.wasm)[0])
        self.box("trust", "--key", f"{self.key}.pub")
        self.box("tool", "verify", self.wasm)
        self.add(self.wasm)
        self.assertEqual(self.listed()["prog"]["signature"], "signed")
        self.box("trust", "--remove", "--key", f"{self.key}.pub")
        self.assertEqual(self.listed()["prog"]["signature"], "signed by an unknown key")
        self.assertIn("is there already", self.box("tool", "keygen", "--no-password", "--out", self.key, code=125)[1])

    def test_a_policy_that_wants_signatures(self):
        (self.ws / "f").write_text("text\n")
        policy = self.home / "boxagnts.yaml"
        self.add(self.wasm)
        policy.write_text("rules: { allow: [prog, read] }\nrequire_signatures: true\n")
        self.assertIn("wants a signature", self.call("prog", {"args": ["cat", "f"]}, code=126)["content"][0]["text"])
        self.assertIn("wants a signature", self.box("tool", "call", self.wasm, '{"args":["cat","f"]}', code=126)[0])
        self.assertIn("text", self.box("tool", "call", "read", '{"path":"f"}')[0])   # it is part of the program
        self.sign()
        self.add(self.wasm)
        self.assertIn("wants a signature", self.call("prog", {"args": ["cat", "f"]}, code=126)["content"][0]["text"])
        self.box("trust", "--key", f"{self.key}.pub")
        self.assertFalse(self.call("prog", {"args": ["cat", "f"]})["isError"])      # the control

    def test_programs_of_the_shell(self):
        """What the shell would start without anybody asking: tools that are programs, and files of the home directory."""
        (self.ws / "f").write_text("text\n")
        (self.home / "programs").mkdir(parents=True)
        (self.home / "programs/own.wasm").write_bytes((GUESTS / "exec_do.wasm").read_bytes())
        self.add(self.wasm)
        policy = self.home / "boxagnts.yaml"
        command = {"command": "cat f; prog cat f; own cat f"}

        def ran(rules):
            policy.write_text("rules: { allow: [bash] }\n" + rules)
            done = box("tool", "call", "bash", json.dumps(command), cwd=self.ws, env=self.env)
            return done.stdout.decode().count("text")
        self.assertEqual(ran(""), 3)                            # the control
        self.assertEqual(ran("require_signatures: true\n"), 1)  # the built-in one
        self.assertEqual(ran("tools: { own: { require_signature: true } }\n"), 2)
        self.sign()
        self.add(self.wasm)
        self.assertEqual(ran("require_signatures: true\n"), 1)  # of a key nobody trusts
        self.box("trust", "--key", f"{self.key}.pub")
        self.assertEqual(ran("require_signatures: true\n"), 2)

    def test_whatever_is_changed(self):
        self.box("trust", "--key", f"{self.key}.pub")
        self.sign()
        manifest, signature = self.wasm.with_suffix("").with_suffix(".tool.yaml"), pathlib.Path(f"{self.wasm}.minisig")
        for path, change, why in (
                (self.wasm, lambda b: b + b"\0\2\1x", "not of this content"),
                (manifest, lambda b: b.replace(b"/workspace", b"/workspac"), "not the one that was signed"),
                (signature, lambda b: b.replace(b"file:prog", b"file:prOg"), "trusted comment was changed"),
                (signature, lambda b: b.replace(b"manifest:sha256:", b"manifest:sha256:0"), "trusted comment was changed"),
                (signature, lambda b: b[:60], "no signature of minisign"),
                (manifest, lambda _: None, "")):
            with self.subTest(why):
                was = path.read_bytes()
                now = change(was)
                path.unlink() if now is None else path.write_bytes(now)
                self.assertIn(why, self.box("tool", "verify", self.wasm, code=125 if now is None or len(now) == 60 else 1)[1])
                self.assertNotEqual(box("tool", "add", "--yes", self.wasm, env=self.env).returncode, 0)
                path.write_bytes(was)
        self.box("tool", "verify", self.wasm)                                       # the control
        self.add(self.wasm)
        (self.home / "tools/prog.wasm.minisig").write_bytes(signature.read_bytes().replace(b"file:", b"fike:"))
        self.assertIn("trusted comment was changed", self.box("tool", "list")[1])

    @unittest.skipUnless(shutil.which("minisign"), "no minisign here")
    def test_minisign_reads_ours_and_we_its(self):
        def minisign(*words, stdin=b"", code=0):
            done = subprocess.run(["minisign", *map(str, words)], input=stdin, capture_output=True, timeout=120, check=False)
            self.assertEqual(done.returncode, code, done)
            return done.stdout.decode()

        self.sign()
        self.assertIn("manifest:sha256:", minisign("-V", "-m", self.wasm, "-p", f"{self.key}.pub"))
        other = self.top / "other"
        minisign("-G", "-W", "-p", f"{other}.pub", "-s", f"{other}.key")
        for words in ((), ("-l",)):                          # prehashed and legacy; of a module with its manifest in it
            with self.subTest(words):
                self.wasm.write_bytes(with_section((GUESTS / "exec_do.wasm").read_bytes(), json.dumps({"name": "prog", "version": "1.0.0", **ARGS}).encode()))
                self.wasm.with_suffix("").with_suffix(".tool.yaml").unlink(missing_ok=True)
                minisign("-S", "-W", *words, "-s", f"{other}.key", "-m", self.wasm, "-x", f"{self.wasm}.minisig")
                self.box("tool", "verify", "--key", f"{other}.pub", self.wasm)
                self.assertIn("signed with key", self.box("tool", "verify", "--key", f"{self.key}.pub", self.wasm, code=1)[1])
        self.package()                                       # the manifest beside it: minisign alone does not sign that
        minisign("-S", "-W", "-s", f"{other}.key", "-m", self.wasm, "-x", f"{self.wasm}.minisig")
        self.assertIn("of the module alone", self.box("tool", "verify", "--key", f"{other}.pub", self.wasm, code=1)[1])
        minisign("-S", "-W", "-s", f"{self.key}.key", "-m", self.wasm, "-x", self.top / "x")
        minisign("-V", "-m", self.wasm, "-p", f"{self.key}.pub", "-x", self.top / "x")

    @unittest.skipUnless(shutil.which("minisign"), "no minisign here")
    def test_keys_with_a_password(self):
        ours, theirs = self.top / "ours", self.top / "theirs"
        self.box("tool", "keygen", "--out", ours, stdin="secret\nsecret\n")
        self.assertIn("not the same", self.box("tool", "keygen", "--out", self.top / "no", stdin="a\nb\n", code=125)[1])
        done = subprocess.run(["minisign", "-S", "-s", f"{ours}.key", "-m", self.wasm, "-x", self.top / "x"], input=b"secret\n",
                              capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("password is not that", self.box("tool", "sign", "--key", f"{ours}.key", self.wasm, stdin="other\n", code=125)[1])
        subprocess.run(["minisign", "-G", "-p", f"{theirs}.pub", "-s", f"{theirs}.key"], input=b"pw\npw\n", capture_output=True,
                       timeout=120, check=True)
        self.box("tool", "sign", "--key", f"{theirs}.key", self.wasm, stdin="pw\n", timeout_s=120)
        self.box("tool", "verify", "--key", f"{theirs}.pub", self.wasm)


if __name__ == "__main__":
    unittest.main()
