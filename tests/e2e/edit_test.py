"""The edit tool, through `boxagnts exec`: every form, what is kept, what is refused and in which words."""
# timeout: 300
import json
import os
import shutil
import stat
import subprocess
import threading
import unittest

from change_support import ChangeTest, hash_of
from support import SANITIZED


class EditTest(ChangeTest):
    tool = "edit"

    def edit(self, before, after, **arguments):
        """Edit a file that holds `before`; it must hold `after` then.  Text and structured part."""
        self.put("f", before)
        result = self.good(**arguments)
        self.assertEqual(self.get("f"), after.encode() if isinstance(after, str) else after)
        return result

    def refused(self, before, says, **arguments):
        self.put("f", before)
        text = self.bad(**arguments)
        self.assertIn(says, text)
        return text


class Replacing(EditTest):
    def test_one_place(self):
        text, about = self.edit("alpha\nbeta\ngamma\n", "alpha\nBETA\ngamma\n", old_string="beta", new_string="BETA")
        diff = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n alpha\n-beta\n+BETA\n gamma\n"
        self.assertEqual(text, "replaced 1 occurrence in /workspace/f (line 2)\n" + diff)
        self.assertEqual(about, {"path": "/workspace/f", "replacements": 1, "diff": diff, "diff_truncated": False,
                                 "hash": hash_of(b"alpha\nBETA\ngamma\n")})
        self.assertEqual(self.names(), ["f"])

    def test_ends_of_the_file(self):
        self.edit("abc", "xbc", old_string="a", new_string="x")
        self.edit("abc", "abx", old_string="c", new_string="x")
        self.edit("abc", "x", old_string="abc", new_string="x")
        self.edit("abc\n", "abc", old_string="\n", new_string="")

    def test_all_places(self):
        text, about = self.edit("x y x\nx\n", "zz y zz\nzz\n", old_string="x", new_string="zz", replace_all=True)
        self.assertEqual((about["replacements"], text.split("\n")[0]),
                         (3, "replaced 3 occurrences in /workspace/f (lines 1, 1, 2)"))
        self.edit("aaaa", "bb", old_string="aa", new_string="b", replace_all=True)
        self.edit("one", "two", old_string="one", new_string="two", replace_all=True)

    def test_expected(self):
        self.assertEqual(self.edit("x x", "y y", old_string="x", new_string="y", expected=2)[1]["replacements"], 2)
        self.edit("x", "y", old_string="x", new_string="y", expected=1)
        self.refused("x x\nx", "stands in 3 places (lines 1, 1, 2), not in the 2 that expected says",
                     old_string="x", new_string="y", expected=2, replace_all=True)
        self.refused("x", "argument \"expected\"", old_string="x", new_string="y", expected=0)

    def test_several_in_turn(self):
        _, about = self.edit("a\nb\nc\n", "z\nb2\nc\n",
                             edits=[{"old_string": "a", "new_string": "x"}, {"old_string": "b", "new_string": "b2"},
                                    {"old_string": "x", "new_string": "z"}])
        self.assertEqual(about["replacements"], 3)

    def test_all_or_none(self):
        self.refused("a\nb\n", "edit 2 of 2: old_string was not found",
                     edits=[{"old_string": "a", "new_string": "x"}, {"old_string": "a", "new_string": "y"}])

    def test_many_edits(self):
        count = 300
        self.edit("".join(f"line {n};\n" for n in range(count)), "".join(f"row {n};\n" for n in range(count)),
                  edits=[{"old_string": f"line {n};", "new_string": f"row {n};"} for n in range(count)])
        self.refused("x", "more than 1000", edits=[{"old_string": "x", "new_string": "y"}] * 1001)

    def test_bytes_that_are_not_named(self):
        self.edit(b"\xfd\xfeold\x80\n\xc3", b"\xfd\xfenew\x80\n\xc3", old_string="old", new_string="new")
        self.edit("\ufeffa\n", "\ufeffb\n", old_string="a", new_string="b")
        self.edit("a\x0cb\x1b\n", "x\x0cb\x1b\n", old_string="a", new_string="x")

    def test_large(self):
        lines = (2 if SANITIZED else 20) * 10000
        before = "".join(f"line {n} of a file that is large\n" for n in range(lines))
        text, _ = self.edit(before, before.replace("line 7777 ", "LINE 7777 "), old_string="line 7777 ", new_string="LINE 7777 ")
        self.assertIn("(line 7778)\n", text)
        self.assertIn("\n@@ -7775,7 +7775,7 @@\n", text)


class LineEndings(EditTest):
    def test_crlf(self):
        self.edit("a\r\nb\r\nc\r\n", "a\r\nx\r\ny\r\nc\r\n", old_string="b\n", new_string="x\ny\n")
        self.edit("a\r\nb\r\n", "a b\r\n", old_string="a\nb", new_string="a b")
        self.edit("a\r\nb\r\n", "ab\r\n", old_string="\nb", new_string="b")
        self.edit("a\r\nb\r\n", "a\r\nx\r\ny\r\n", old_string="b", new_string="x\ny")
        self.edit("a\r\nb", "a\r\nx\r\ny", old_string="b", new_string="x\ny")
        self.edit("a\r\nb\r\nc\r\n", "abc", old_string="\n", new_string="", replace_all=True)

    def test_mixed(self):
        self.edit("a\r\nb\nc\r\n", "a\r\nX\nY\r\n", old_string="b\nc\n", new_string="X\nY\n")
        self.edit("a\r\nb\nc\r\n", "X\r\nY\nZ\nc\r\n", old_string="a\nb\n", new_string="X\nY\nZ\n")
        self.edit("a\r\nb\nc\n", "a\r\nx\ny\nc\n", old_string="b", new_string="x\ny")

    def test_as_given(self):
        self.edit("a\r\nb\r\n", "a\nb\r\n", edits=[{"old_string": "a\r\nb", "new_string": "a\r"},
                                                 {"old_string": "a\r\r", "new_string": "a\nb\r"}])
        self.edit("a\r\nb\r\n", "a\r\nB\r\n", old_string="\r\nb", new_string="\r\nB")
        self.edit("a\nb\n", "a\r\nb\n", old_string="a\n", new_string="a\r\n")
        self.edit("a\rb\r", "a\rx\r", old_string="b\r", new_string="x\r")
        self.refused("a\nb\n", "not found", old_string="a\r\nb", new_string="x")

    def test_a_diff_that_patch_takes(self):
        if not shutil.which("patch"):
            self.skipTest("GNU patch is not installed")
        for before in ("a\r\nb\r\nc\r\n", "a\r\nb\nc", "\ufeffa\nb\n", "b"):
            diff = self.edit(before, before.replace("b", "x"), old_string="b", new_string="x")[1]["diff"]
            after = self.get("f")
            self.put("f", before)
            done = subprocess.run(["patch", "-p1"], input=diff.encode(), cwd=self.workspace, capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, b"patching file f\n"))
            self.assertEqual(self.get("f"), after)


class Refusing(EditTest):
    def test_ambiguous(self):
        text = self.refused("x\n" * 30, "old_string stands in 30 places (lines 1, 2, 3, ", old_string="x", new_string="y")
        self.assertIn("20, …). Add lines around it", text)

    def test_the_forms(self):
        one = {"old_string": "a", "new_string": "b"}
        for arguments, says in (
                ({}, "missing; give old_string and new_string"), ({"old_string": "a"}, '"new_string": missing'),
                ({"new_string": "a"}, '"new_string": goes with old_string'), ({**one, "edits": [one]}, "cannot go with edits"),
                ({**one, "patch": "x"}, "cannot go with old_string"), ({"insert_line": 0}, '"text": missing'),
                ({"text": "x"}, "goes with insert_line"), ({**one, "text": "x"}, "goes with insert_line"),
                ({"edits": [one], "expected": 1}, "goes with old_string"), ({"edits": []}, "an empty list"),
                ({"edits": [{"old_string": "a"}]}, 'item 1: argument "new_string": missing'),
                ({"edits": [{**one, "insert_line": 1}]}, 'item 1: unknown argument "insert_line"'),
                ({"edits": one}, "expected a list"), ({**one, "old": "a"}, 'unknown argument "old"'),
                ({"old_string": "", "new_string": "b"}, "old_string is empty"),
                ({"old_string": "a", "new_string": "a"}, "are the same"), ({"insert_line": -1, "text": "x"}, "at least 0"),
                ({**one, "if_hash": "sha256:00"}, "64 lower-case")):
            with self.subTest(arguments=arguments):
                self.refused("a\n", says, **arguments)

    def test_empty(self):
        self.refused("a\n", "it would be empty. Set allow_empty", old_string="a\n", new_string="")
        self.edit("a\n", "", old_string="a\n", new_string="", allow_empty=True)

    def test_if_hash(self):
        self.edit("a", "b", old_string="a", new_string="b", if_hash=hash_of(b"a"))
        text = self.refused("a", "has changed since it was read", old_string="a", new_string="b", if_hash=hash_of(b"b"))
        self.assertIn(hash_of(b"a"), text)

    def test_binary(self):
        for contents, says in ((b"a\0b", "binary"), (b"\x89PNG\r\n\x1a\nxx", "PNG image"), ("a".encode("utf-16"), "UTF-16"),
                               (b"a" * 70000 + b"\0", "binary")):
            with self.subTest(says=says):
                self.refused(contents, says, old_string="a", new_string="b")

    def test_what_is_no_file(self):
        (self.workspace / "d").mkdir()
        os.mkfifo(self.workspace / "fifo")
        for name, says in (("none", "no such file"), ("d", "is a directory"), ("fifo", "is a FIFO"), ("/etc/passwd", "not permitted")):
            with self.subTest(name=name):
                self.assertIn(says, self.bad(name, old_string="a", new_string="b"))

    def test_too_large(self):
        with open(self.workspace / "f", "wb") as f:
            f.truncate(1 << 30)
        result = self.call(old_string="a", new_string="b")
        self.assertIs(result["isError"], True)
        self.assertIn("1073741824 bytes; edit takes files of at most 67108864", result["content"][0]["text"])

    def test_read_only_and_quota(self):
        self.put("f", "a" * 5000)
        self.assertIn("more than this call may write",
                      self.bad("f", "--limit", "fs_write=4KiB", old_string="a" * 5000, new_string="b" * 5000))
        self.grant = ("--map-dir", f"{self.workspace}::/workspace:ro")
        self.assertIn("not permitted to edit", self.bad(old_string="a" * 5000, new_string="b"))


class NotFound(EditTest):
    def near(self, before, old, *says):
        text = self.refused(before, "old_string was not found", old_string=old, new_string="zzz")
        for part in says:
            self.assertIn(part, text)
        return text

    def test_what_differs(self):
        self.near("if (x) {\n\treturn 1;\n}\n", "    return 1;\n}", "differs in white space (tabs in the file)", "2: →return 1;")
        self.near("say(\"hello\");\n", "say('hello');", "differs in quotes or dashes", "1: say(\"hello\");")
        self.near("a \u201cquoted\u201d word\n", "a \"quoted\" word", "differs in quotes or dashes")
        self.near("Return Value\n", "return value", "differs in upper and lower case")
        self.near("printf(\"a\\n\");\n", "printf(\"a\n\");", "differs in ", "escapes")
        self.near("first\nsecond\n", "first\\nsecond", "escapes")
        self.near("alpha  \nbeta\n", "alpha\nbeta", "differs in white space", "1: alpha··")

    def test_line_numbers_of_read(self):
        self.near("alpha\nbeta\n", "     1\talpha\n     2\tbeta", "line numbers that read shows")

    def test_the_nearest_lines(self):
        before = "".join(f"int function_{n}(void);\n" for n in range(100)) + "static void parse_header(struct reader *r)\n"
        self.near(before, "static void parse_headers(struct reader *r, int n)", "The lines most like it are:",
                  "101: static void parse_header(struct reader *r)")
        self.near(before, "int function_7(void);\nint function_9(void);", "One line of it is there", "8: int function_7(void);")
        self.near("alpha\n", "something else entirely", "No line of the file is like it")
        self.near("", "x", "the file is empty")

    def test_it_is_bounded(self):
        size = (1 << 20) if SANITIZED else (10 << 20)
        for before in (b"a" * size, b"a \n" * (size // 3), b"\\n" * (size // 2)):
            self.put("f", before)
            text = self.call(old_string="a" * 500 + "b", new_string="x")["content"][0]["text"]
            self.assertLess(len(text), 5000)


class Inserting(EditTest):
    def test_places(self):
        self.edit("a\nb\n", "x\na\nb\n", insert_line=0, text="x\n")
        self.edit("a\nb\n", "a\nx\ny\nb\n", insert_line=1, text="x\ny")
        self.edit("a\nb\n", "a\nb\nx\n", insert_line=2, text="x")
        self.edit("a\nb", "a\nb\nx", insert_line=2, text="x")
        self.edit("a\nb", "a\nb\nx\n", insert_line=2, text="x\n")
        self.edit("", "x\n", insert_line=0, text="x")
        self.edit("a\n", "\na\n", insert_line=0, text="")
        self.assertEqual(self.edit("a\n", "a\nx\n", insert_line=1, text="x")[1]["replacements"], 0)

    def test_what_is_kept(self):
        self.edit("a\r\nb\r\n", "a\r\nx\r\ny\r\nb\r\n", insert_line=1, text="x\ny")
        self.edit("a\r\nb", "a\r\nb\r\nx", insert_line=2, text="x")
        self.edit("\ufeffa\n", "\ufeffx\na\n", insert_line=0, text="x")

    def test_past_the_end(self):
        self.refused("a\nb\n", "insert_line 3 is past the end: the file has 2 lines", insert_line=3, text="x")
        self.refused("a", "the file has 1 line", insert_line=2, text="x")
        self.refused("", "the file has 0 lines", insert_line=1, text="x")


class Patching(EditTest):
    def test_hunks(self):
        before = "".join(f"{n}\n" for n in range(1, 31))
        after = before.replace("5\n", "five\n", 1).replace("25\n", "25\nnew\n")
        patch = ("--- a/f\n+++ b/f\n@@ -3,5 +3,5 @@\n 3\n 4\n-5\n+five\n 6\n 7\n"
                 "@@ -20,4 +20,5 @@ where it says wrong\n 24\n 25\n+new\n 26\n 27\n")
        text, about = self.edit(before, after, patch=patch)
        self.assertTrue(text.startswith("applied 2 hunks to /workspace/f\n[hunk 2 of 2 went to line 24, 4 lines behind where "
                                        "it says]\n--- a/f\n"), text)
        self.assertEqual(about["replacements"], 2)

    def test_refused(self):
        patch = "@@ -1,3 +1,3 @@\n a\n-x\n+y\n c\n"
        self.refused("a\nb\nc\n", "hunk 1 of 1 (line 1 of the patch) fits nowhere. At line 2 it expects\n   x\nwhere the file has\n"
                     "   b\n", patch=patch)
        self.refused("a\n", "the patch is for b/g, not for this file", patch="--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n")
        self.refused("a\n", "the patch has no hunks", patch="")


class Places(EditTest):
    def test_mode_and_link(self):
        self.put("d/target", "a\n").chmod(0o750)
        (self.workspace / "l").symlink_to("d/target")
        text, about = self.good("l", old_string="a", new_string="b")
        self.assertIn("a link to /workspace/d/target", text)
        self.assertTrue((self.workspace / "l").is_symlink())
        self.assertEqual(stat.S_IMODE((self.workspace / "d/target").stat().st_mode), 0o750)
        self.assertTrue(about["diff"].startswith("--- a/d/target\n"))

    def test_changed_meanwhile(self):
        """Of two that count up in the same file, neither loses what the other has done: it says so instead."""
        self.put("f", "0\n")
        done = []

        def count():
            for _ in range(10 if SANITIZED else 40):
                now = self.get("f").decode().strip()
                result = self.call(old_string=now, new_string=str(int(now) + 1), if_hash=hash_of(f"{now}\n".encode()))
                if not result["isError"]:
                    done.append(1)

        threads = [threading.Thread(target=count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual(int(self.get("f")), len(done))
        self.assertGreater(int(self.get("f")) * 4, len(done))       # what is left is the moment of renaming
        self.assertEqual(self.names(), ["f"])


if __name__ == "__main__":
    unittest.main()
