"""The programs of examples/: the C API as an embedder uses it."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from support import BOXAGNTS, GUESTS, TOOLS

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
