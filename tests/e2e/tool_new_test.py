"""A tool of one's own: `boxagnts tool new|build|check`, `tool call` of a file, and examples/tools."""
# only: release
# timeout: 600
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support import BOXAGNTS, GUESTS, box, root

CLANG = os.environ.get("BX_CLANG", "clang-22")
LANGUAGES = {
    "c": {"hello.tool.yaml", "hello.c", "json_args.h", "Makefile", "README.md"},
    "go": {"hello.tool.yaml", "main.go", "go.mod", "Makefile", "README.md"},
    "js": {"hello.tool.yaml", "hello.js", "Makefile", "README.md"},
    "rust": {"hello.tool.yaml", "src/main.rs", "Cargo.toml", "Makefile", "README.md"},
}
MANIFEST = {
    "name": "t", "version": "1.0.0", "description": "A tool of a test.", "permission": "none", "call": "json",
    "input_schema": {"type": "object"}, "needs": [], "limits": {"wall": "20s", "memory": "128MiB"},
    "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False},
}


def manifest_text(**members):
    """A manifest as YAML, a line a key."""
    limits = members.pop("limits", MANIFEST["limits"])
    lines = [f"{key}: {json.dumps(value)}" for key, value in {**MANIFEST, **members}.items() if key != "limits"]
    return "\n".join([*lines, "limits: { " + ", ".join(f"{k}: {v}" for k, v in limits.items()) + " }"]) + "\n"


class OwnTool(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.tmp = self.top / "tmp"
        self.tmp.mkdir()
        self.env = {"BOXAGNTS_HOME": str(self.top / "home"), "TMPDIR": str(self.tmp)}

    def run_box(self, *words, code=0, **options):
        done = box(*words, **{"cwd": self.top, "env": self.env, **options})
        self.assertEqual(done.returncode, code, done)
        return done

    def ours(self, *words, **options):
        """Refused; what boxagnts says."""
        done = self.run_box(*words, code=125, **options)
        self.assertEqual(done.stdout, b"", done)
        return done.stderr.decode()

    def make(self, directory, *words):
        done = subprocess.run(["make", "-s", *words, f"BOXAGNTS={pathlib.Path(BOXAGNTS).resolve()}", f"CLANG={CLANG}"],
                              cwd=directory, capture_output=True, timeout=300, env=dict(os.environ, **self.env), check=False)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode()

    def script(self, source, name="t", words=(), suffix="js", **manifest):
        """A tool in JavaScript; its module."""
        manifest["limits"] = {**manifest.get("limits", MANIFEST["limits"]), "stack": "6MiB"}     # as js has it
        (self.top / f"{name}.tool.yaml").write_text(manifest_text(name=name, **manifest))
        (self.top / f"{name}.{suffix}").write_text(source)
        self.run_box("tool", "build", f"{name}.{suffix}", "-o", f"{name}.wasm", *words)
        return self.top / f"{name}.wasm"

    def result(self, wasm, args=None, code=None, **options):
        """What it answers, and what it says to people."""
        done = box("exec", wasm, stdin=json.dumps({} if args is None else args), env=self.env, cwd=self.top, **options)
        if code is not None:
            self.assertEqual(done.returncode, code, done)
        return json.loads(done.stdout), done.stderr.decode()


class New(OwnTool):
    def test_files_of_each_language(self):
        for language, files in LANGUAGES.items():
            with self.subTest(language):
                where = self.top / language
                done = self.run_box("tool", "new", "hello", "--lang", language, "--dir", where)
                self.assertEqual({str(p.relative_to(where)) for p in where.rglob("*") if p.is_file()}, files)
                self.assertEqual(set(done.stdout.decode().splitlines()[:-1]), files)
                self.assertEqual(done.stdout.decode().splitlines()[-1],
                                 f"next: cd {where} && make test BOXAGNTS={pathlib.Path(BOXAGNTS).resolve()}")
                for name in files:
                    text = (where / name).read_text()
                    self.assertNotIn("@NAME@", text)
                    self.assertTrue(text.endswith("\n"), name)
                self.assertEqual(len((where / "README.md").read_text().splitlines()), 5)

    def test_c_and_js_build_and_pass(self):
        for language in ("c", "js"):
            with self.subTest(language):
                self.run_box("tool", "new", f"hello_{language}", "--lang", language)
                where = self.top / f"hello_{language}"
                lines = self.make(where, "test").splitlines()
                self.assertEqual(len(lines), 4, lines)
                self.assertTrue(all(line.startswith("ok: ") for line in lines), lines)
                self.assertIn("all of WASI preview1", lines[1])
                called = self.run_box("tool", "call", where, '{"who":"\u00c4da \\"\\n"}')
                self.assertIn('Hello, \u00c4da \\"', called.stdout.decode().replace('"\n', '\\"', 1))
                (where / f"hello_{language}.wasm").write_bytes(b"")      # a control: the test can fail
                self.assertIn("FAILED: module", self.run_box("tool", "check", where, code=1).stdout.decode())

    def test_bad_names(self):
        for name in ("", "A", "1a", "_a", "a-b", "a.b", "a/b", "../a", "\u00e4", "a b", "a" * 41, "a\n"):
            with self.subTest(name):
                self.assertIn("is no name of a tool", self.ours("tool", "new", name, "--lang", "c"))
        self.assertEqual(set(self.top.iterdir()), {self.tmp})
        self.run_box("tool", "new", "a" * 40, "--lang", "c")
        self.run_box("tool", "new", "a_1", "--lang", "c")

    def test_bad_words(self):
        self.assertIn("no skeleton in 'perl'; there is c, go, js and rust", self.ours("tool", "new", "a", "--lang", "perl"))
        self.assertIn("no skeleton in ''", self.ours("tool", "new", "a", "--lang", ""))
        self.assertIn("in which language?", self.ours("tool", "new", "a"))
        self.assertIn("which name?", self.ours("tool", "new", "--lang", "c"))
        self.assertIn("which name?", self.ours("tool", "new", "a", "b", "--lang", "c"))
        self.assertIn("No such file", self.ours("tool", "new", "a", "--lang", "c", "--dir", "none/a"))

    def test_nothing_is_overwritten(self):
        (self.top / "full").mkdir()
        (self.top / "full" / "Makefile").write_text("mine")
        self.assertIn("not empty", self.ours("tool", "new", "a", "--lang", "c", "--dir", "full"))
        self.assertEqual([p.name for p in (self.top / "full").iterdir()], ["Makefile"])
        (self.top / "file").write_text("mine")
        self.assertIn("Not a directory", self.ours("tool", "new", "a", "--lang", "c", "--dir", "file"))
        (self.top / "empty").mkdir()
        self.run_box("tool", "new", "a", "--lang", "c", "--dir", "empty")


class Check(OwnTool):
    ANSWER = "export function main(a) { return { n: [1, { k: 'v' }], said: a.say ?? null }; }"
    GOOD = {"says": "It answers.", "arguments": {"say": "x"},
            "result": {"is_error": False, "text": '"said":"x"', "structured": {"n": [1, {"k": "v"}], "said": "x"}}}

    def check(self, code, *examples, source=ANSWER, **manifest):
        self.script(source, examples=list(examples), **manifest)
        return self.run_box("tool", "check", "t.wasm", code=code).stdout.decode()

    def test_good(self):
        self.assertEqual(self.check(0, self.GOOD).splitlines()[2:], ["ok: example 1: It answers."])
        for word in ("t.tool.yaml", ".", self.top):
            self.assertEqual(self.run_box("tool", "check", word).stdout.count(b"ok: "), 3)
        self.assertEqual(list(self.tmp.iterdir()), [])

    def test_every_kind_of_wrong_example_is_found(self):
        wrong = {"is_error: false": {"is_error": True}, 'text: {"n"': {"is_error": False, "text": "z"},
                 "structured/said: ": {"is_error": False, "structured": {"said": "y"}},
                 "structured/n: ": {"is_error": False, "structured": {"n": [1]}},
                 "structured/n/0: 1 instead of 2": {"is_error": False, "structured": {"n": [2, {}]}},
                 "structured/n/1/k: ": {"is_error": False, "structured": {"n": [1, {"k": 1}]}},
                 "structured/more: nothing instead of": {"is_error": False, "structured": {"more": None}}}
        for says, result in wrong.items():
            with self.subTest(says):
                out = self.check(1, {**self.GOOD, "result": result}, self.GOOD)
                self.assertIn("FAILED: example 1: It answers.\n    ", out)
                self.assertIn(says, out)
                self.assertIn("ok: example 2", out)

    def test_files_before_and_after(self):
        source = """import fs from 'node:fs';
            export function main() { fs.writeFileSync('b/c', fs.readFileSync('a')); return 'done'; }"""
        example = {"says": "It copies.", "files": {"a": {"base64": "AP8="}, "b/x": ""}, "arguments": {},
                   "result": {"is_error": False}, "after": {"b/c": {"base64": "AP8="}}}
        rights = {"needs": ["rw:/workspace"], "permission": "write",
                  "annotations": {**MANIFEST["annotations"], "readOnlyHint": False}}
        self.check(0, example, source=source, **rights)
        self.assertIn("after: b/c has other contents", self.check(1, {**example, "after": {"b/c": ""}}, source=source, **rights))
        self.assertIn("after: d cannot be read", self.check(1, {**example, "after": {"d": ""}}, source=source, **rights))
        self.check(1, example, source=source)        # without the right to write: the example fails
        self.check(1, {**example, "allow": ["read:/workspace"]}, source=source, **rights)
        self.assertEqual(list(self.tmp.iterdir()), [])

    def test_links_out_of_the_workspace_are_not_followed(self):
        (self.top / "outside").write_text("x")
        rights = {"needs": ["rw:/workspace"], "permission": "write",
                  "annotations": {**MANIFEST["annotations"], "readOnlyHint": False}}
        example = {"says": "It links.", "files": {"inside": "x"}, "arguments": {}, "result": {"is_error": False},
                   "after": {"link": "x"}}
        for target, code in ((str(self.top / "outside"), 1), ("../../outside", 1), ("inside", 0)):
            with self.subTest(target):
                source = f"export function main() {{ require('fs').symlinkSync({json.dumps(target)}, 'link'); return ''; }}"
                self.check(code, example, source=source.replace("export ", ""), **rights)

    def test_files_stay_below_the_workspace(self):
        for name in ("../x", "/x", "a/../../x", "a//b", ".", "", "a/", "a\0b"):
            with self.subTest(name):
                out = self.check(1, {**self.GOOD, "files": {name: "x"}})
                self.assertIn("FAILED: example 1", out)
                self.assertEqual(list(self.tmp.iterdir()), [])
        self.check(0, {**self.GOOD, "files": {"a/b/..c": "x"}})

    def test_wrong_tools(self):
        wasm = self.script(self.ANSWER)
        self.run_box("tool", "check", wasm)
        for says, data in (("no such file", None), ("not a WebAssembly", b"\0asm"), ("no program", (GUESTS / "sb_invoke.wasm")
                            .read_bytes() if (GUESTS / "sb_invoke.wasm").exists() else b"\0asm\1\0\0\0")):
            with self.subTest(says):
                wasm.unlink() if data is None else wasm.write_bytes(data)
                out = self.run_box("tool", "check", wasm, code=1).stdout.decode()
                self.assertEqual(out.count("FAILED: module t.wasm"), 1, out)
        (self.top / "t.tool.yaml").write_text(manifest_text(name="u"))
        self.assertIn("its name is u, its file is", self.run_box("tool", "check", wasm, code=1).stdout.decode())
        (self.top / "t.tool.yaml").write_text("name: t\nneds: []\n")
        self.assertIn("a manifest has no key 'neds'", self.run_box("tool", "check", wasm, code=1).stdout.decode())
        (self.top / "t.tool.yaml").unlink()
        self.assertIn("no tool in it", self.run_box("tool", "check", ".", code=1).stdout.decode())
        self.assertIn("no manifest beside it", self.run_box("tool", "check", wasm, code=1).stdout.decode())
        for name in ("a.tool.yaml", "b.tool.yaml"):
            (self.top / name).write_text("{}")
        self.assertIn("2 tools; name the one", self.run_box("tool", "check", ".", code=1).stdout.decode())
        self.assertIn("which tool?", self.ours("tool", "check"))

    def test_unknown_imports_are_named(self):
        wasm = self.script(self.ANSWER)
        data = wasm.read_bytes()
        wasm.write_bytes(data.replace(b"\x0arandom_get", b"\x0arandom_gut"))
        self.assertIn("random_gut", self.run_box("tool", "check", wasm, code=1).stdout.decode())


class CallOfAFile(OwnTool):
    READS = """import fs from 'node:fs';
        export function main() { return fs.readFileSync('/workspace/secret', 'utf8'); }"""

    def test_words_for_it(self):
        self.script("export const main = (a) => `got ${a.x}`;")
        for word in ("./t.wasm", "t.wasm", "t.tool.yaml", ".", str(self.top), f"{self.top}/"):
            self.assertEqual(self.run_box("tool", "call", word, '{"x":1}').stdout, b"got 1\n", word)
        out = json.loads(self.run_box("tool", "call", "--json", "t.wasm", '{"x":1}').stdout)
        self.assertEqual((out["isError"], out["outcome"]["kind"]), (False, "exit"))
        self.assertIn("no tool 't'", self.ours("tool", "call", "t", "{}"))
        self.assertIn("no tool in it", self.ours("tool", "call", "./tmp", "{}"))
        self.assertIn("no such directory", self.ours("tool", "call", "./none", "{}"))
        self.assertIn("none.wasm: no such file", self.ours("tool", "call", "./none.wasm", "{}"))

    def test_arguments_are_validated(self):
        self.script("export const main = () => 'ran';",
                    input_schema={"type": "object", "properties": {}, "additionalProperties": False})
        done = self.run_box("tool", "call", "t.wasm", '{"y":1}', code=1)
        self.assertIn(b"/y: is not known", done.stdout)
        self.assertEqual(self.run_box("tool", "call", "t.wasm", "{}").stdout, b"ran\n")

    def test_it_gets_what_it_needs_and_no_more(self):
        (self.top / "secret").write_text("s")
        self.script(self.READS)
        done = self.run_box("tool", "call", "t.wasm", "{}", code=1)
        self.assertNotEqual(done.stdout, b"s\n")
        self.script(self.READS, needs=["read:/workspace"], permission="read")        # a control
        self.assertEqual(self.run_box("tool", "call", "t.wasm", "{}").stdout, b"s\n")
        self.run_box("tool", "call", "t.wasm", "--deny", "**/secret", "{}", code=1)


class Build(OwnTool):
    def imports(self, wasm):
        described = json.loads(self.run_box("inspect", "--json", wasm).stdout)
        return {entry["module"] for entry in described["imports"]}

    def test_results(self):
        wasm = self.script("""export function main(a) {
            console.log('said'); console.error('warned');
            return eval(`(${a.code})`); }""")
        text = {"type": "text"}
        for code, content, structured in (
                ("'abc'", "abc", None), ("12", "12", {"result": 12}), ("[1]", "[1]", {"result": [1]}), ("null", "(no result)", None),
                ("undefined", "(no result)", None), ("{a: 1}", '{"a":1}', {"a": 1}), ("''", "", None), ("'\\u0000'", "\0", None),
                ("new Date(0)", "1970-01-01T00:00:00.000Z", {"result": "1970-01-01T00:00:00.000Z"})):
            with self.subTest(code):
                result, said = self.result(wasm, {"code": code}, 0)
                self.assertEqual(result, {"content": [{**text, "text": content}], "isError": False,
                                          **({"structuredContent": structured} if structured else {})})
                self.assertEqual(said, "said\nwarned\n")
        own = {"content": [{**text, "text": "no"}], "isError": True, "structuredContent": {"x": 1}}
        self.assertEqual(self.result(wasm, {"code": json.dumps(own)}, 0)[0], own)
        self.assertEqual(self.result(wasm, {"code": "{content: []}"}, 0)[0], {"content": [], "isError": False})
        for code in ("() => 1", "Symbol()", "(() => { const a = {}; a.a = a; return a; })()", "10n"):
            with self.subTest(code):
                self.assertTrue(self.result(wasm, {"code": code}, 0)[0]["isError"])

    def test_errors(self):
        wasm = self.script("""export async function main(a) {
            if (a.how === 'error') throw new Error('no such thing');
            if (a.how === 'type') null.x;
            if (a.how === 'late') { setTimeout(() => { throw new RangeError('late'); }); await new Promise(() => {}); }
            if (a.how === 'rejected') { Promise.reject(new Error('nobody')); await new Promise((r) => setTimeout(r, 50)); }
            if (a.how === 'never') await new Promise(() => {});
            if (a.how === 'exit') process.exit(3);
            if (a.how === 'deep') return (function f() { return f() + 1; })();
            if (a.how === 'thrown') throw 'a text';
            return 'fine'; }""")
        for how, text, said in (("error", "no such thing", ""), ("type", "TypeError: ", "t.js:3"), ("late", "RangeError: late", "late"),
                                ("rejected", "nobody", "nobody"), ("never", "waits for what never comes", ""),
                                ("exit", "exit status 3", ""), ("deep", "RangeError", ""), ("thrown", "thrown: a text", "")):
            with self.subTest(how):
                result, errors = self.result(wasm, {"how": how}, 0)
                self.assertTrue(result["isError"], result)
                self.assertIn(text, result["content"][0]["text"])
                self.assertIn(said, errors)
        self.assertEqual(self.result(wasm, {}, 0)[0]["content"][0]["text"], "fine")
        for stdin in ("", "{", "[]", "null", "1", "\xff"):
            with self.subTest(stdin):
                done = box("exec", wasm, stdin=stdin, env=self.env)
                self.assertEqual((done.returncode, json.loads(done.stdout)["isError"]), (0, True), done)

    def test_ways_to_say_main(self):
        for source in ("function main(a) { return a.x; }", "export default (a) => a.x;", "module.exports = (a) => a.x;",
                       "exports.main = async (a) => a.x;", "export const main = (a) => a.x;", "(a) => a.x"):
            with self.subTest(source):
                self.assertEqual(self.result(self.script(source), {"x": "here"}, 0)[0]["content"][0]["text"], "here")
        for source in ("", "1", "export const x = 1;"):
            with self.subTest(source):
                result, _ = self.result(self.script(source), {}, 0)
                self.assertIn("t.js has no function main", result["content"][0]["text"])
        result, _ = self.result(self.script("function ("), {}, 0)
        self.assertIn("SyntaxError", result["content"][0]["text"])

    def test_typescript(self):
        wasm = self.script("""interface Ask { n: number }
            export function main({ n }: Ask): number { return n as number + 1; }""", suffix="ts")
        self.assertEqual(self.result(wasm, {"n": 4}, 0)[0]["structuredContent"], {"result": 5})

    def test_a_program(self):
        source = "console.log(process.argv.slice(2).join(' ')); process.exitCode = Number(process.argv[2]);"
        self.script(source, words=["--argv"])
        (self.top / "t.tool.yaml").unlink()
        done = self.run_box("exec", "t.wasm", "--", "3", "b c", code=3)
        self.assertEqual((done.stdout, done.stderr), (b"3 b c\n", b""))
        self.run_box("tool", "build", "t.js", "-o", "u.wasm", "--argv", "--host-calls")
        self.assertEqual(self.run_box("exec", "u.wasm", "--", "4", code=4).stdout, b"4\n")
        self.script("throw new Error('x');", call="argv", programs=["t"])
        done = box("exec", self.top / "t.wasm", env=self.env)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"t.js:1", done.stderr)

    def test_imports(self):
        source = "export const main = () => tools.read({ path: 'a' });"
        plain = self.script(source)
        self.assertEqual(self.imports(plain), {"wasi_snapshot_preview1"})
        self.assertTrue(self.result(plain, {}, 0)[0]["isError"])
        for words, needs in ((["--host-calls"], []), ([], ["tool:read", "read:/workspace"]), ([], ["fetch:https://example.com"])):
            self.assertEqual(self.imports(self.script(source, words=words, needs=needs)), {"wasi_snapshot_preview1", "boxagnts"})
        (self.top / "a").write_text("alpha\n")
        self.script(source, needs=["tool:read", "read:/workspace"], permission="read")
        self.assertIn(b"alpha", self.run_box("tool", "call", "t.wasm", "{}").stdout)

    def test_files_it_imports_are_read_when_it_runs(self):
        (self.top / "other.mjs").write_text("export const x = 'of the file';")
        source = "import { x } from '/workspace/other.mjs'; export const main = () => x;"
        self.script(source, needs=["read:/workspace"], permission="read")
        self.assertEqual(self.run_box("tool", "call", "t.wasm", "{}").stdout, b"of the file\n")
        (self.top / "other.mjs").unlink()
        self.run_box("tool", "call", "t.wasm", "{}", code=1)

    def test_sizes(self):
        filler = "// " + "x" * 97 + "\n"
        wasm = self.script(filler * 20000 + "export const main = (a) => 'x'.repeat(a.n).length;")
        self.assertEqual(self.result(wasm, {"n": 30_000_000}, 0)[0]["structuredContent"], {"result": 30_000_000})
        (self.top / "big.js").write_text(" " * ((16 << 20) + 1))
        self.assertIn("big.js", self.ours("tool", "build", "big.js", "-o", "b.wasm"))
        self.assertFalse((self.top / "b.wasm").exists())

    def test_refused(self):
        (self.top / "bad.js").write_bytes(b"'\xff'")
        self.assertIn("bad.js is no UTF-8", self.ours("tool", "build", "bad.js", "-o", "b.wasm"))
        self.assertIn("no such file", self.ours("tool", "build", "none.js", "-o", "b.wasm"))
        (self.top / "a.js").write_bytes(b"\xef\xbb\xbfexport const main = () => 'BOM and \0';")
        self.assertIn("which script, and where to?", self.ours("tool", "build", "a.js"))
        self.assertIn("which script, and where to?", self.ours("tool", "build", "-o", "b.wasm"))
        self.assertIn("none/b.wasm", self.ours("tool", "build", "a.js", "-o", "none/b.wasm"))
        self.run_box("tool", "build", "a.js", "-o", "b.wasm")
        self.assertEqual(self.result(self.top / "b.wasm", {}, 0)[0]["content"][0]["text"], "BOM and \0")
        (self.top / "b.tool.yaml").write_text(manifest_text(name="b", call="typed"))
        self.assertIn("call: typed", self.ours("tool", "build", "a.js", "-o", "b.wasm"))
        (self.top / "b.tool.yaml").write_text("name: [")
        self.assertIn("b.tool.yaml", self.ours("tool", "build", "a.js", "-o", "b.wasm"))

    def test_names_in_traces(self):
        for name, shown in (("my-tool.mjs", "my-tool.mjs:2"), ("a b.js", "tool.js:2"), ("\u00e4.js", "tool.js:2")):
            (self.top / name).write_text("export function main() {\n  null.x;\n}\n")
            self.run_box("tool", "build", name, "-o", "n.wasm")
            self.assertIn(shown, self.result(self.top / "n.wasm", {}, 0)[1])

    def test_two_runs_share_nothing(self):
        wasm = self.script("export const main = () => `${Math.random()} ${crypto.randomUUID()}`;")
        self.assertNotEqual(*[self.result(wasm, {}, 0)[0]["content"][0]["text"] for _ in range(2)])

    def test_other_runtimes(self):
        node = shutil.which("node")
        if not node:
            self.skipTest("no node")
        wasm = self.script("export const main = (a) => ({ up: a.x.toUpperCase(), at: process.argv.length });")
        run = """const { WASI } = require('node:wasi'); const fs = require('node:fs');
            (async () => { const wasi = new WASI({ version: 'preview1', args: ['t'], returnOnExit: true });
              const own = Object.fromEntries(Object.entries(wasi.wasiImport).map(([k, f]) => [k, (...a) => f(...a)]));
              const { instance } = await WebAssembly.instantiate(fs.readFileSync(process.argv[1]), { wasi_snapshot_preview1: own });
              process.exitCode = wasi.start(instance); })();"""
        stdin = json.dumps({"x": "\u00e4b"}).encode()
        there = subprocess.run([node, "--no-warnings", "-e", run, wasm], input=stdin, capture_output=True, timeout=120, check=False)
        here = box("exec", wasm, stdin=stdin, env=self.env)
        self.assertEqual((there.returncode, there.stdout, there.stderr), (0, here.stdout, b""))


class Examples(OwnTool):
    def copy(self, name):
        where = self.top / name
        shutil.copytree(root / "examples/tools" / name, where, ignore=shutil.ignore_patterns("*.wasm", "target"))
        return where

    def test_c_and_js(self):
        for name in ("csv_sum", "md_table"):
            with self.subTest(name):
                lines = self.make(self.copy(name), "test").splitlines()
                self.assertGreaterEqual(len(lines), 5)
                self.assertTrue(all(line.startswith("ok: ") for line in lines), lines)

    def test_they_are_the_skeletons_filled(self):
        for name, language in (("csv_sum", "c"), ("json_format", "go"), ("md_table", "js"), ("slug", "rust")):
            with self.subTest(name):
                self.run_box("tool", "new", name, "--lang", language, "--dir", f"{name}_new")
                new, filled = self.top / f"{name}_new", root / "examples/tools" / name
                self.assertLessEqual({p.relative_to(new) for p in new.rglob("*")}, {p.relative_to(filled) for p in filled.rglob("*")})
                for same in ("Makefile", "json_args.h", "go.mod", "Cargo.toml"):
                    if (new / same).exists():
                        self.assertEqual((new / same).read_text(), (filled / same).read_text(), same)


if __name__ == "__main__":
    unittest.main()
