"""The programs of examples/: the C API as an embedder uses it."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from support import BOXAGNTS, GUESTS, SANITIZED, TOOLS, root

EXAMPLES = pathlib.Path(BOXAGNTS).resolve().parent / "examples"


def run(name, *arguments):
    return subprocess.run([EXAMPLES / name, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)


class Hello(unittest.TestCase):
    def test_runs_with_nothing_granted(self):
        done = run("hello", GUESTS / "sb_ends.wasm", "show", "one", "")
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        name = os.fsencode(GUESTS / "sb_ends.wasm")
        self.assertEqual(done.stdout, b"arg " + name + b"\narg show\narg one\narg \n[exit, exit code 0]\n")

    def test_says_how_it_ended(self):
        self.assertEqual(run("hello", GUESTS / "sb_ends.wasm", "exit", "7").stdout, b"[exit, exit code 7]\n")
        self.assertEqual(run("hello", GUESTS / "sb_ends.wasm", "trap").stdout, b"[trap, exit code 0]\n")

    def test_says_what_is_wrong(self):
        done = run("hello", "/nonexistent.wasm")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr, b"hello: /nonexistent.wasm: no such file\n")
        self.assertEqual(run("hello").returncode, 2)


@unittest.skipIf(SANITIZED, "the library needs more to be linked with")
class Page(unittest.TestCase):
    """The program of docs/embedding.md, as somebody else would build it."""

    def test_is_compiled_and_runs(self):
        build = pathlib.Path(BOXAGNTS).resolve().parent
        text = re.search(r"^```c\n(.*?)^```", (root / "docs/embedding.md").read_text(), re.M | re.S)[1]
        with tempfile.TemporaryDirectory() as top:
            for there, here in (("/usr/bin/boxagnts", BOXAGNTS), ("tool.wasm", GUESTS / "sb_ends.wasm"), ("/srv/project", top)):
                self.assertIn(f'"{there}"', text)
                text = text.replace(f'"{there}"', json.dumps(str(here)))
            pathlib.Path(top, "page.c").write_text(text)
            done = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "page.c", f"-I{root}/include", f"-L{build}",
                                   f"-L{build}/engine", "-lboxagnts", "-lbx_engine", "-lpthread", "-ldl", "-lm", "-lgcc_s", "-lcrypto",
                                   "-o", "page"], cwd=top, capture_output=True, timeout=120, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            done = subprocess.run([f"{top}/page"], capture_output=True, timeout=60, check=False)
            self.assertEqual((done.returncode, json.loads(done.stdout)["kind"]), (0, "exit"), done)


class ReadmeLines(unittest.TestCase):
    def test_reads_inside_and_not_outside(self):
        with tempfile.TemporaryDirectory() as top:
            pathlib.Path(top, "README.md").write_text("first\nsecond\n")
            done = run("readme_lines", TOOLS / "read.wasm", top, "README.md")
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        inside, outside = (json.loads(line) for line in done.stdout.splitlines())
        text = json.loads(inside["stdout"])["content"][0]["text"]
        self.assertIn("     1\tfirst\n     2\tsecond\n", text)
        self.assertEqual(inside["files"], [{"op": "open", "path": "/workspace/README.md", "rights": "r",
                                            "result": "success"}])
        self.assertTrue(json.loads(outside["stdout"])["isError"])
        self.assertNotIn("root:", outside["stdout"])

    def test_says_what_is_wrong(self):
        done = run("readme_lines", TOOLS / "read.wasm", "/nonexistent", "x")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"readme_lines: ", done.stderr)
        self.assertIn(b"/nonexistent", done.stderr)


if __name__ == "__main__":
    unittest.main()
