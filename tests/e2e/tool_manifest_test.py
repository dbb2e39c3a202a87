"""`boxagnts exec` of a tool: the limits of the manifest beside it, and one whole result or an error that is one."""
import json
import os
import shutil
import struct
import unittest
import zlib

from exec_support import DO, ExecTest
from support import TOOLS, box


def picture(width=1000, height=800):
    """A PNG that does not compress."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + os.urandom(width * 3) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


class OwnManifest(ExecTest):
    def tool(self, manifest, name="tool"):
        shutil.copy(DO, self.top / f"{name}.wasm")
        (self.top / f"{name}.tool.yaml").write_text(manifest)
        return self.top / f"{name}.wasm"

    def error_of(self, done, code):
        """Standard output is one MCP result that is an error; its text."""
        self.assertEqual(done.returncode, code, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual((set(result), result["isError"]), ({"content", "isError"}, True))
        return result["content"][0]["text"]

    def test_a_large_image(self):
        (self.dir / "p.png").write_bytes(picture())
        words = ("--map-dir", f"{self.dir}::/workspace:ro", TOOLS / "read.wasm")
        ask = json.dumps({"path": "p.png"})
        done = box("exec", *words, stdin=ask)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual([block["type"] for block in json.loads(done.stdout)["content"]], ["text", "image"])
        # Control: without the manifest the default holds, and no image of this size fits it.
        done = box("exec", "--no-manifest", *words, stdin=ask)
        self.assertLessEqual(len(done.stdout), 1 << 20)
        self.assertNotIn(b'"type":"image"', done.stdout)

    def test_no_half_result(self):
        result = b'{"content":[{"type":"text","text":"' + b"x" * 5000 + b'"}],"isError":false}'
        tool = self.tool("call: json\nlimits: { output: 1KiB }\n")
        done = box("exec", tool, "--", "stdin", stdin=result)
        self.assertIn("output=1KiB", self.error_of(done, 132))
        self.assertIn("output=1KiB", done.stderr.decode())
        out = json.loads(box("exec", "--json", tool, "--", "stdin", stdin=result).stdout)
        self.assertEqual((out["kind"], json.loads(out["stdout"])["isError"]), ("output", True))
        done = box("exec", "--limit", "output=1MiB", tool, "--", "stdin", stdin=result)
        self.assertEqual((done.returncode, done.stdout), (0, result))
        # Control: as a program its output is passed on as far as it goes, and that is half.
        done = box("exec", "--no-manifest", "--limit", "output=1KiB", tool, "--", "stdin", stdin=result)
        self.assertEqual((done.returncode, len(done.stdout)), (132, 1024))
        with self.assertRaises(ValueError):
            json.loads(done.stdout)

    def test_limits_are_the_default_and_flags_count(self):
        tool = self.tool("call: argv\nlimits:\n  memory: 1MiB # little\n")
        self.assertEqual(box("exec", tool, "--", "grow", "20").stdout, b"refused\n")
        self.assertEqual(box("exec", "--limit", "memory=64MiB", tool, "--", "grow", "20").stdout, b"grew\n")
        self.assertEqual(box("exec", "--no-manifest", tool, "--", "grow", "20").stdout, b"grew\n")

    def test_a_manifest_gives_no_rights(self):
        tool = self.tool(f"call: argv\nneeds: [rw:/workspace, env:HOME]\nallow: rw:/workspace\nmount: {self.dir}::/workspace\n")
        done = box("exec", tool, "--", "list", "/workspace")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(box("exec", tool, "--", "env").stdout, b"")
        done = box("exec", "--map-dir", f"{self.dir}::/workspace:ro", tool, "--", "list", "/workspace")
        self.assertEqual(done.stdout, b"f\n")

    def test_a_bad_manifest(self):
        for text, says in (("limits: { memory: lots }\n", "line 1"), ("call: shell\n", "call is"), ("limits: {\n", "not closed")):
            self.refused("exec", self.tool(text), says=(says, "tool.tool.yaml", "--no-manifest"))
        self.assertEqual(box("exec", "--no-manifest", self.tool("limits: {\n"), "--", "exit", "0").returncode, 0)

    def test_a_json_tool_gives_a_result_or_an_error(self):
        tool = self.tool("call: json\n")
        self.assertIn("no result as", self.error_of(box("exec", tool, "--", "print", "5"), 125))
        self.assertIn("empty", self.error_of(box("exec", tool, "--", "exit", "0"), 125))
        self.assertIn("exit code 3", self.error_of(box("exec", tool, "--", "exit", "3"), 3))
        self.assertIn("trap", self.error_of(box("exec", tool, "--", "trap"), 132))
        self.assertIn("wall=0.1s", self.error_of(box("exec", "--limit", "wall=100ms", tool, "--", "spin"), 124))
        result = b'{"content":[],"isError":false}'
        done = box("exec", tool, "--", "stdin", stdin=result)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, result, b""))
        # Control: a program's output is its own.
        self.assertEqual(box("exec", self.tool("call: argv\n"), "--", "print", "5").stdout, b"xxxxx")


if __name__ == "__main__":
    unittest.main()
