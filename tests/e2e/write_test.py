"""The write tool, through `boxagnts exec`: what is on disk after every kind of call, and after every refusal."""
# timeout: 300
import base64
import json
import os
import socket
import stat
import subprocess
import unittest

from change_support import ChangeTest, hash_of
from support import BOXAGNTS, SANITIZED, TOOLS


class WriteTest(ChangeTest):
    tool = "write"


class Contents(WriteTest):
    def test_create(self):
        text, about = self.good(content="alpha\nbeta\n")
        self.assertEqual(text, "created /workspace/f: 2 lines, 11 bytes\n")
        self.assertEqual(about, {"path": "/workspace/f", "created": True, "lines": 2, "bytes": 11,
                                 "hash": hash_of(b"alpha\nbeta\n"), "diff_truncated": False,
                                 "diff": "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+alpha\n+beta\n"})
        self.assertEqual((self.get("f"), self.names()), (b"alpha\nbeta\n", ["f"]))

    def test_replace(self):
        self.put("f", "alpha\nbeta\n")
        text, about = self.good(content="alpha\ngamma")
        diff = ("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n alpha\n-beta\n+gamma\n\\ No newline at end of file\n")
        self.assertEqual(text, "replaced /workspace/f: 2 lines, 11 bytes\n" + diff)
        self.assertEqual((about["created"], about["lines"], about["bytes"], about["diff"]), (False, 2, 11, diff))
        self.assertEqual(self.names(), ["f"])

    def test_bytes_are_kept(self):
        for contents in ("", "\r\n", "a\r\nb", "\ufeffx\n", "\0", "\U0001f600\n", "a\u2028b", "\x1b[0m\x7f"):
            with self.subTest(contents=contents):
                self.assertEqual(self.good(content=contents)[1]["bytes"], len(contents.encode()))
                self.assertEqual(self.get("f"), contents.encode())

    def test_base64(self):
        raw = bytes(range(256)) * 3
        text, about = self.good(content=base64.b64encode(raw).decode(), encoding="base64")
        self.assertEqual(self.get("f"), raw)
        self.assertEqual((about["bytes"], about["diff"], about["diff_truncated"]), (768, "", True))
        text, about = self.good(content="", encoding="base64")
        self.assertEqual((self.get("f"), about["lines"]), (b"", 0))
        self.assertIn("[no diff: binary content]", text)

    def test_parents_are_made(self):
        self.good("a/b/c/f", content="x")
        self.assertEqual(self.names(), ["a", "a/b", "a/b/c", "a/b/c/f"])
        self.good("a/d/f", content="x")

    def test_large(self):
        size = (1 << 20) if SANITIZED else (12 << 20)
        contents = "line of text \u00e4\n" * (size // 16)
        self.put("f", "old\n")
        about = self.good(content=contents)[1]
        self.assertEqual((self.get("f"), about["lines"]), (contents.encode(), size // 16))

    def test_a_long_diff_is_cut(self):
        self.put("f", "".join(f"old {n}\n" for n in range(3000)))
        text, about = self.good(content="".join(f"new {n}\n" for n in range(3000)))
        self.assertLess(len(text), 9000)
        self.assertTrue(text.endswith("[the diff goes on; in all 3000 lines removed, 3000 added]\n"), text[-90:])
        self.assertLessEqual(len(about["diff"]), 64 << 10)


class Appending(WriteTest):
    def test_append(self):
        self.put("f", "one\n")
        text, about = self.good(content="two\n", append=True)
        self.assertEqual(text, "appended to /workspace/f: 2 lines, 8 bytes\n--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n one\n+two\n")
        self.assertEqual((about["created"], about["lines"], about["bytes"]), (False, 2, 8))

    def test_it_creates(self):
        self.assertIs(self.good(content="x", append=True)[1]["created"], True)

    def test_in_place(self):
        path = self.put("f", "one\n")
        os.link(path, self.workspace / "other")
        self.good(content="two\n", append=True)
        self.assertEqual(self.get("other"), b"one\ntwo\n")

    def test_to_a_large_file(self):
        size = (8 << 20) if SANITIZED else (100 << 20)
        with open(self.workspace / "f", "wb") as f:
            f.truncate(size)
        about = self.good(content="x\n", append=True)[1]
        self.assertEqual((about["bytes"], about["lines"], about["diff"]), (size + 2, 1, ""))

    def test_what_has_no_room_is_taken_back(self):
        self.put("f", "one\n")
        text = self.bad("f", "--limit", "fs_write=1KiB", content="x" * 2000, append=True)
        self.assertIn("more than this call may write", text)
        self.assertEqual(self.get("f"), b"one\n")


class Conditions(WriteTest):
    def test_create_only(self):
        self.good(content="x", create_only=True)
        self.assertIn("is already there", self.bad(content="y", create_only=True))

    def test_if_hash(self):
        self.put("f", "one\n")
        self.good(content="two\n", if_hash=hash_of(b"one\n"))
        result = self.call(content="three\n", if_hash=hash_of(b"one\n"))
        self.assertIs(result["isError"], True)
        self.assertEqual(result["structuredContent"], {"path": "/workspace/f", "hash": hash_of(b"two\n")})
        self.assertIn(f"its hash is now {hash_of(b'two' + bytes([10]))}", result["content"][0]["text"])
        self.assertEqual(self.get("f"), b"two\n")
        self.assertIn("no such file", self.bad("none", content="x", if_hash=hash_of(b"")))

    def test_if_hash_of_a_large_file(self):
        contents = b"x" * (5 << 20)
        self.put("f", contents)
        self.assertIn("has changed", self.bad(content="y", if_hash=hash_of(b"y")))
        self.good(content="y", if_hash=hash_of(contents))

    def test_mistakes(self):
        self.put("f", "x")
        for arguments, says in (({}, '"content": missing'), ({"content": 1}, "expected a string"),
                                ({"content": "x", "encoding": "hex"}, "expected text or base64, got 'hex'"),
                                ({"content": "Zg", "encoding": "base64"}, "no base64"),
                                ({"content": "x", "if_hash": "abc"}, "64 lower-case hexadecimal digits"),
                                ({"content": "x", "append": True, "create_only": True}, "cannot go with append"),
                                ({"content": "x", "create_only": True, "if_hash": hash_of(b"x")}, "cannot go with if_hash"),
                                ({"content": "x", "mode": "a"}, 'unknown argument "mode"')):
            with self.subTest(arguments=arguments):
                self.assertIn(says, self.bad(**arguments))
        self.assertIn("names a directory", self.bad("d/", content="x"))
        self.assertIn("empty", self.bad("", content="x"))

    def test_a_lone_surrogate(self):
        result = self.raw('{"path":"f","content":"\\ud800"}')
        self.assertIs(result["isError"], True)
        self.assertIn("surrogate", result["content"][0]["text"])


class Places(WriteTest):
    def test_mode_is_kept(self):
        for mode in (0o755, 0o600, 0o640, 0o664):
            self.put("f", "x").chmod(mode)
            self.good(content="y")
            self.assertEqual(stat.S_IMODE((self.workspace / "f").stat().st_mode), mode)

    def test_links_are_followed(self):
        self.put("d/target", "x")
        (self.workspace / "one").symlink_to("d/two")
        (self.workspace / "d/two").symlink_to("target")
        text, _ = self.good("one", content="y")
        self.assertTrue(text.startswith("replaced /workspace/one, a link to /workspace/d/target: "), text)
        self.assertTrue((self.workspace / "one").is_symlink() and (self.workspace / "d/two").is_symlink())
        self.assertEqual(self.get("d/target"), b"y")

    def test_a_dangling_link(self):
        (self.workspace / "one").symlink_to("d/none")
        self.assertIs(self.good("one", content="y")[1]["created"], True)
        self.assertEqual(self.get("d/none"), b"y")

    def test_links_that_lead_nowhere(self):
        (self.workspace / "a").symlink_to("b")
        (self.workspace / "b").symlink_to("a")
        self.assertIn("circle", self.bad("a", content="y"))
        (self.top / "out").write_text("x")
        for target in ("../out", str(self.top / "out"), "../new", "/new", "/workspace/g", str(self.workspace / "g")):
            with self.subTest(target=target):
                (self.workspace / "l").unlink(missing_ok=True)
                (self.workspace / "l").symlink_to(target)
                self.assertIn("not permitted to write", self.bad("l", content="y"))
        self.assertEqual(((self.top / "out").read_text(), (self.top / "new").exists()), ("x", False))

    def test_what_is_no_file(self):
        (self.workspace / "d").mkdir()
        os.mkfifo(self.workspace / "fifo")
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(os.path.relpath(self.workspace / "socket"))
        self.put("f", "x")
        for name, says in (("d", "is a directory"), ("fifo", "is a FIFO or the like"), ("socket", "not a regular file"),
                           ("f/x", "a part of its path is a file"), (".", "is a directory"), ("x" * 300, "name is longer")):
            with self.subTest(name=name):
                self.assertIn(says, self.bad(name, content="y"))

    def test_outside(self):
        for path in ("/etc/passwd", "../out", "/workspace/../out"):
            with self.subTest(path=path):
                self.assertIn("not permitted to write", self.bad(path, content="y"))

    def test_read_only(self):
        self.put("f", "x")
        self.grant = ("--map-dir", f"{self.workspace}::/workspace:ro")
        for name in ("f", "new", "d/new"):
            with self.subTest(name=name):
                self.assertIn("not permitted to write", self.bad(name, content="y"))

    def test_write_only(self):
        self.put("f", "secret\n")
        self.grant = ("--mount", f"{self.workspace}::/workspace", "--allow", "write:/workspace")
        text, about = self.good("f", content="y")
        self.assertNotIn("secret", json.dumps([text, about]))
        self.assertIn("not permitted", self.bad("f", content="y", if_hash=hash_of(b"")))

    def test_denied(self):
        self.put(".env", "x")
        self.assertIn("not permitted to write", self.bad(".env", "--allow", "deny:**/.env", content="y"))


class NothingHalfWritten(WriteTest):
    def test_quota(self):
        self.put("f", "old\n")
        for name in ("f", "new", "d/e/new"):
            with self.subTest(name=name):
                text = self.bad(name, "--limit", "fs_write=4KiB", content="x" * 5000)
                self.assertIn("more than this call may write", text)

    def test_no_space(self):
        self.grant = ("--allow", "tmp:64KiB")
        result = self.call("/tmp/f", content="x" * 100000)
        self.assertIs(result["isError"], True)
        self.assertIn("no space is left; nothing was changed", result["content"][0]["text"])
        self.assertIs(self.call("/tmp/f", content="x" * 10000)["isError"], False)

    def test_many_at_once(self):
        """Whoever reads sees one of the contents, whole, and nothing is left behind."""
        contents = [str(n) * 200000 for n in range(4)]
        self.put("f", contents[0])
        calls = [subprocess.Popen([BOXAGNTS, "exec", *self.grant, str(TOOLS / "write.wasm")], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) for _ in contents]
        for process, text in zip(calls, contents):
            process.stdin.write(json.dumps({"path": "f", "content": text}).encode())
            process.stdin.close()
        while any(process.poll() is None for process in calls):
            self.assertIn(self.get("f").decode(), contents)
        for process in calls:
            self.assertIs(json.loads(process.stdout.read())["isError"], False)
            process.stdout.close()
        self.assertEqual(self.names(), ["f"])


if __name__ == "__main__":
    unittest.main()
