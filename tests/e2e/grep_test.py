"""The grep tool, through `boxagnts exec`: which lines are found, how they are shown, what is refused; and the same beside
ripgrep over generated trees and patterns."""
# timeout: 400
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

from support import SANITIZED, TOOLS, box

TOOL = TOOLS / "grep.wasm"


class GrepTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.workspace = pathlib.Path(self.scratch.name) / "ws"
        self.workspace.mkdir()

    def put(self, name, contents):
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)

    def raw(self, stdin, *flags):
        done = box("exec", "--map-dir", f"{self.workspace}::/workspace:ro", *flags, TOOL, stdin=stdin, timeout_s=200)
        self.assertEqual(done.returncode, 0, done)
        result = json.loads(done.stdout)
        self.assertLessEqual(set(result), {"content", "structuredContent", "isError"})
        self.assertEqual([block["type"] for block in result["content"]], ["text"])
        return result

    def good(self, pattern, *flags, **arguments):
        result = self.raw(json.dumps({"pattern": pattern, **arguments}), *flags)
        self.assertIs(result["isError"], False, result)
        return result["content"][0]["text"], result["structuredContent"]

    def bad(self, pattern, *flags, **arguments):
        result = self.raw(json.dumps({"pattern": pattern, **arguments}), *flags)
        self.assertIs(result["isError"], True, result)
        return result["content"][0]["text"]

    def lines(self, pattern, **arguments):
        """(path below /workspace, number, line) of each match."""
        return [(m["path"].removeprefix("/workspace/"), m["line_number"], m["line"])
                for m in self.good(pattern, **arguments)[1]["matches"]]


class Content(GrepTest):
    def test_matches_with_heading_and_columns(self):
        self.put("a.c", "int alpha;\nchar c;\n  int beta;\n")
        self.put("b/c.h", "int x;\n")
        text, facts = self.good(r"int \w+")
        self.assertEqual(text, "/workspace/a.c\n1:int alpha;\n3:  int beta;\n\n/workspace/b/c.h\n1:int x;\n")
        self.assertEqual(facts["matches"][1], {"path": "/workspace/a.c", "line_number": 3, "line": "  int beta;", "column": 3,
                                               "ranges": [[2, 10]]})
        self.assertEqual((facts["files"], facts["truncated"], facts["next_offset"]),
                         (["/workspace/a.c", "/workspace/b/c.h"], False, None))

    def test_context(self):
        self.put("f", "".join(f"{n}\n" for n in range(1, 21)))
        text, facts = self.good("^(5|6|12)$", before=1, after=2)
        self.assertEqual(text, "/workspace/f\n4-4\n5:5\n6:6\n7-7\n8-8\n--\n11-11\n12:12\n13-13\n14-14\n")
        self.assertEqual([c["line_number"] for c in facts["context"]], [4, 7, 8, 11, 13, 14])
        self.assertEqual(self.good("^9$", context=1)[0], "/workspace/f\n8-8\n9:9\n10-10\n")

    def test_context_over_pieces_of_a_large_file(self):
        lines = [f"line {n} " + "x" * (n % 90) for n in range(1, 30001)]
        self.put("f", "\n".join(lines) + "\n")
        for n in range(1000, 30000, 977):
            found = self.good(f"^line {n} ", context=3)[1]
            self.assertEqual(found["matches"][0]["line_number"], n)
            self.assertEqual([(c["line_number"], c["line"]) for c in found["context"]],
                             [(k, lines[k - 1]) for k in (n - 3, n - 2, n - 1, n + 1, n + 2, n + 3)])

    def test_pages_make_up_the_whole(self):
        for f in range(7):
            self.put(f"d{f % 3}/f{f}", "".join(f"hit {n}\n" for n in range(f * 5)))
        whole = self.lines("hit", limit=1000)
        seen, offset = [], 0
        while offset is not None:
            facts = self.good("hit", limit=8, offset=offset)[1]
            seen += [(m["path"].removeprefix("/workspace/"), m["line_number"], m["line"]) for m in facts["matches"]]
            self.assertEqual(facts["truncated"], facts["next_offset"] is not None)
            offset = facts["next_offset"]
        self.assertEqual(seen, whole)
        self.assertEqual(len(seen), 105)

    def test_limit_that_is_just_enough(self):
        self.put("f", "a\na\na\n")
        self.assertIs(self.good("a", limit=3)[1]["truncated"], False)
        text, facts = self.good("a", limit=2)
        self.assertIn("[more match: go on with offset=2]", text)
        self.assertEqual((len(facts["matches"]), facts["next_offset"]), (2, 2))

    def test_case(self):
        self.put("f", "foo\nFoo\nFOO\n")
        count = lambda **a: len(self.lines(**a))
        self.assertEqual((count(pattern="foo"), count(pattern="foo", case="insensitive"), count(pattern="foo", case="smart"),
                          count(pattern="Foo", case="smart"), count(pattern="foo", case="sensitive")), (1, 3, 3, 1, 1))

    def test_fixed_and_word(self):
        self.put("f", "a.b\naxb\na.bc\n(x\n")
        self.assertEqual([n for _, n, _ in self.lines("a.b", fixed=True)], [1, 3])
        self.assertEqual([n for _, n, _ in self.lines("a.b", word=True)], [1, 2])
        self.assertEqual([n for _, n, _ in self.lines("(x", fixed=True)], [4])

    def test_crlf(self):
        self.put("f", "one\r\ntwo\r\n")
        self.assertEqual(self.lines("one$"), [("f", 1, "one")])
        self.assertEqual(self.lines("^$"), [])
        self.assertEqual(self.good("o", replace="0")[0].splitlines()[1:3], ["1:0ne", "2:tw0"])

    def test_multiline(self):
        self.put("f", "a {\n  b\n}\nc\na {\n}\n")
        text, facts = self.good(r"\{\n(?s:.*?)\}", multiline=True)
        self.assertEqual(text, "/workspace/f\n1:a {\n2:  b\n3:}\n5:a {\n6:}\n")
        self.assertEqual([(m["line_number"], m["last_line"], m["line"]) for m in facts["matches"]],
                         [(1, 3, "a {\n  b\n}"), (5, 6, "a {\n}")])
        self.assertIn("multiline", self.bad(r"a\nb"))

    def test_replacement_is_only_shown(self):
        self.put("f", "key=value other=thing\n")
        text, facts = self.good(r"(?P<k>\w+)=(\w+)", replace="$2=${k}")
        self.assertIn("1:value=key thing=other\n", text)
        self.assertEqual(facts["matches"][0]["replacement"], "value=key thing=other")
        self.assertEqual((self.workspace / "f").read_text(), "key=value other=thing\n")

    def test_long_line_is_cut_around_the_match(self):
        self.put("f", "x" * 5000 + "needle" + "y" * 5000 + "\n")
        text, facts = self.good("needle")
        match = facts["matches"][0]
        self.assertEqual((match["column"], match["cut"], len(match["line"])), (5001, True, 500))
        (at, end), = match["ranges"]
        self.assertEqual(match["line"][at:end], "needle")
        self.assertIn("[line cut]", text)


class Other(GrepTest):
    def test_files_and_counts(self):
        self.put("a", "x\nx\n")
        self.put("b", "y\n")
        self.put("c", "x\n")
        text, facts = self.good("x", mode="files")
        self.assertEqual((text, facts["files"]), ("/workspace/a\n/workspace/c\n", ["/workspace/a", "/workspace/c"]))
        text, facts = self.good("x", mode="count")
        self.assertEqual(text, "/workspace/a:2\n/workspace/c:1\n")
        self.assertEqual(facts["counts"], [{"path": "/workspace/a", "count": 2}, {"path": "/workspace/c", "count": 1}])
        self.assertEqual(self.good("x", mode="files", limit=1)[1]["next_offset"], 1)
        self.assertEqual(self.good("x", mode="files", offset=1)[1]["files"], ["/workspace/c"])

    def test_which_files(self):
        for name in ("a.c", "a.h", "b.py", ".hidden", "out/x.c", "src/c.c"):
            self.put(name, "x\n")
        self.put(".gitignore", "out/\n")
        names = lambda **a: [f.removeprefix("/workspace/") for f in self.good("x", mode="files", **a)[1]["files"]]
        self.assertEqual(names(), ["a.c", "a.h", "b.py", "src/c.c"])
        self.assertEqual(names(type="c"), ["a.c", "a.h", "src/c.c"])
        self.assertEqual(names(type="py,h"), ["a.h", "b.py"])
        self.assertEqual(names(glob="src/*.c"), ["src/c.c"])
        self.assertEqual(names(glob="!*.c"), ["a.h", "b.py"])
        self.assertEqual(names(ignore=False, type="c"), ["a.c", "a.h", "out/x.c", "src/c.c"])
        self.assertIn(".hidden", names(hidden=True))
        self.assertEqual(names(path="src"), ["src/c.c"])
        self.assertEqual(names(path="out/x.c"), ["out/x.c"])

    def test_binary(self):
        self.put("b", b"match\0\n")
        self.put("late", b"match\n" + b"x\n" * 200000 + b"\0match\n")
        text, facts = self.good("match")
        self.assertEqual([(m["path"], m["line_number"]) for m in facts["matches"]], [("/workspace/b", 1), ("/workspace/late", 1)])
        self.assertIn("searched up to the first NUL only", text)
        self.assertIs(facts["complete"], False)
        text, facts = self.good("match", path="b")
        self.assertIn("[binary file matches]", text)
        self.assertIs(facts["matches"][0]["binary"], True)
        self.assertIn("1 binary file left out", self.good("nothing", glob="b")[0])

    def test_encodings(self):
        self.put("le", "\ufeffgrün\nx\U0001f600\n".encode("utf-16-le"))
        self.put("be", "\ufeffgrün\n".encode("utf-16-be"))
        self.put("bom", "\ufeffgrün\n".encode())
        self.put("latin", "gr\xfcn gr\n".encode("latin-1"))
        self.assertEqual(self.lines("^grün"), [("be", 1, "grün"), ("bom", 1, "grün"), ("le", 1, "grün")])
        self.assertEqual(self.lines("x."), [("le", 2, "x\U0001f600")])
        text, facts = self.good("gr$", path="latin")
        self.assertEqual(facts["matches"][0]["line"], "gr\ufffdn gr")
        self.assertIn("no UTF-8", text)
        self.assertEqual(self.lines(r"gr(?-u:\xfc)n"), [("latin", 1, "gr\ufffdn gr")])

    def test_odd_names(self):
        self.put("a\nb", "x\n")
        text, facts = self.good("x")
        self.assertEqual(facts["files"], ["/workspace/a\nb"])
        self.assertIn("/workspace/a\u240ab\n", text)

    def test_what_cannot_be_read_does_not_stop_it(self):
        self.put("a", "x\n")
        os.mkfifo(self.workspace / "fifo")
        os.symlink("a", self.workspace / "link")
        self.assertEqual(self.lines("x"), [("a", 1, "x")])
        self.assertIn("no regular file", self.bad("x", path="fifo"))
        self.assertEqual(self.lines("x", path="link"), [("link", 1, "x")])

    def test_denied_file_is_told(self):
        self.put("a", "x\n")
        self.put("secret", "x\n")
        text, facts = self.good("x", "--allow", "deny:/workspace/secret")
        self.assertEqual(facts["files"], ["/workspace/a"])

    def test_nothing_found_says_what_was_left_out(self):
        self.put(".gitignore", "*.log\n")
        self.put("a.log", "x\n")
        self.put("b", "y\n")
        text, facts = self.good("x")
        self.assertIn("[no matches; 1 file was searched]", text)
        self.assertIn("ignore=false", text)
        self.assertEqual(facts["matches"], [])


class Refused(GrepTest):
    def test_patterns(self):
        for pattern, words in (("f(x", r"no closing parenthesis; a literal one is \( at character 2"),
                               ("(?=x)", "look-around"), (r"(a)\1", "back references"), ("[a", "no closing bracket"),
                               ("a{0,500}{0,500}", "too large"), ("*", "nothing to repeat"), (r"\p{Nope}", "Unicode class")):
            self.assertIn(words, self.bad(pattern), pattern)

    def test_arguments(self):
        self.assertIn("content, files or count", self.bad("x", mode="lines"))
        self.assertIn("smart, sensitive or insensitive", self.bad("x", case="lower"))
        self.assertIn("no file type klingon", self.bad("x", type="klingon"))
        self.assertIn("python", self.bad("x", type="klingon"))
        self.assertIn("nowhere", self.bad("x", path="nowhere"))
        self.assertIn("multiline", self.bad("x", replace="y", multiline=True))
        self.assertIn("\"limit\"", self.bad("x", limit=0))
        self.assertIn("glob: ", self.bad("x", glob="[a"))

    def test_pattern_of_a_megabyte(self):
        self.put("f", "x\n")
        started = time.monotonic()
        for pattern in ("a" * 1000000, "(" * 500000, "[a-z]" * 200000, r"\w" * 500000, "a|" * 500000, "(a*)*" * 200000,
                        r"(?i)\p{Lu}" + r"\p{Lu}" * 160000):
            result = self.raw(json.dumps({"pattern": pattern}))
            self.assertRegex(result["content"][0]["text"], r"\A(pattern: |\[no matches)")
        self.assertEqual(self.lines("a" * 1000000, fixed=True), [])
        self.assertLess(time.monotonic() - started, 60)

    def test_small_output_limit(self):
        self.put("f", "match this line\n" * 5000)
        result = self.raw(json.dumps({"pattern": "match", "limit": 5000}), "--limit", "output=64KiB")
        facts = result["structuredContent"]
        self.assertEqual((result["isError"], facts["truncated"]), (False, True))
        self.assertEqual(facts["next_offset"], len(facts["matches"]))
        self.assertGreater(len(facts["matches"]), 20)


class Cost(GrepTest):
    @unittest.skipIf(SANITIZED, "measures time")
    def test_exploding_patterns_are_linear(self):
        for pattern in ("(a*)*b", "(a|aa)+$b", "(.*)(.*)(.*)x", r"(\w+\s?)+!"):
            spent = []
            for n in (1 << 20, 2 << 20):
                self.put("f", b"a" * n + b"\n")
                times = []
                for _ in range(3):
                    started = time.monotonic()
                    self.assertEqual(self.lines(pattern), [])
                    times.append(time.monotonic() - started)
                spent.append(min(times))
            self.assertLess(spent[1], 2.2 * spent[0] + 0.1, pattern)

    def test_a_line_of_40_megabytes(self):
        self.put("f", b"x" * (40 << 20) + b"needle\n")
        text, facts = self.good("needle")
        self.assertEqual(len(facts["matches"]), 1)
        self.assertIn("longer than 16 MiB", text)


WORDS = ["foo", "bar", "Foo", "k", "K", "é", "ß", "ab", "a", "_", "1", "42", " ", ".", "-", "x", "foobar", "日本", "\t"]
ATOMS = ["foo", "bar", "a", "b", ".", "[a-c]", "[^a]", r"\w", r"\d", r"\s", r"\W", r"\S", "[[:alpha:]]", "[a-z&&[^b]]", r"\pL",
         r"\p{Lu}", "_", "é", "(?i:k)", r"\.", "x", "(?i:ß)"]


def pattern_of(r, depth):
    """(pattern, can it match nothing?).  What can is not repeated: there releases of ripgrep differ."""
    k = r.random()
    if depth == 0 or k < .3:
        return r.choice(ATOMS), False
    if k < .36:
        return r.choice(["^", "$", r"\b"]), True
    one, one_empty = pattern_of(r, depth - 1)
    if k < .75:
        two, two_empty = pattern_of(r, depth - 1)
        if k < .62:
            return one + two, one_empty and two_empty
        return f"(?:{one}|{two})", one_empty or two_empty
    if one_empty:
        return one, True
    times = r.choice(["*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{2,}"])
    return f"(?:{one}){times}", times[0] in "*?"


@unittest.skipUnless(shutil.which("rg"), "ripgrep is not installed")
class BesideRipgrep(GrepTest):
    def ripgrep(self, pattern, *flags):
        done = subprocess.run(["rg", "--no-config", "--json", "--sort", "path", "--no-require-git", *flags, "-e", pattern, "."],
                              cwd=self.workspace, capture_output=True, check=False)
        if done.returncode == 2:
            return None
        found = []
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if event["type"] == "match":
                data = event["data"]
                found.append((data["path"]["text"].removeprefix("./"), data["line_number"], data["lines"]["text"].rstrip("\n"),
                              [[s["start"], s["end"]] for s in data["submatches"] if s["end"] > s["start"]][:10]))
        return found

    def ours(self, pattern, **arguments):
        facts = self.good(pattern, limit=10000, **arguments)[1]
        return [(m["path"].removeprefix("/workspace/"), m["line_number"], m["line"],
                 [m for m in m["ranges"] if m[1] > m[0]][:10]) for m in facts["matches"]]

    def test_generated_patterns(self):
        r = random.Random(9)
        for f in range(6):
            lines = ["".join(r.choice(WORDS) for _ in range(r.randint(0, 9))) for _ in range(60)]
            self.put(f"d{f % 2}/f{f}", "\n".join(lines) + "\n" * (f % 2))
        compared = 0
        for _ in range(150 if not SANITIZED else 20):
            pattern, _ = pattern_of(r, r.randint(1, 4))
            flags, arguments = r.choice([((), {}), (("-i",), {"case": "insensitive"}), (("-S",), {"case": "smart"}),
                                         (("-w",), {"word": True})])
            want = self.ripgrep(pattern, *flags)
            if want is None:
                continue
            have = self.ours(pattern, **arguments)
            if r"\b" in pattern or "-w" in flags:            # ripgrep 13 loses some matches behind the first of a line
                want, have = [w[:3] for w in want], [h[:3] for h in have]
            self.assertEqual(have, want, (pattern, flags))
            compared += 1
        self.assertGreater(compared, 15)

    def test_generated_trees(self):
        r = random.Random(10)
        for n in range(150):
            above = [r.choice(["src", "lib", "out", ".git2", "a"]) for _ in range(r.randint(0, 3))]
            self.put("/".join([*above, f"f{n}.{r.choice(['c', 'h', 'py', 'log', 'md'])}"]), "x\n" if r.random() < .8 else "y\n")
        self.put(".gitignore", "*.log\nout/\n!keep.log\n")
        self.put("src/.ignore", "*.md\n")
        for flags, arguments in (((), {}), (("--hidden",), {"hidden": True}), (("--no-ignore",), {"ignore": False}),
                                 (("-g", "*.c"), {"glob": "*.c"}), (("-g", "!*.py"), {"glob": "!*.py"}),
                                 (("-tc",), {"type": "c"}), (("-tpy", "-tmd"), {"type": "py, md"})):
            self.assertEqual(sorted(self.ours("x", **arguments)), sorted(self.ripgrep("x", *flags)), flags)

    def test_multiline(self):
        self.put("f", "a\nb\nfoo(\n  x,\n  y)\nbar(z)\nfoo(1)\n")
        for pattern in (r"foo\([^)]*\)", r"a\nb", r"(?s)b.*x", r"\n\n", r"\w+\(\n", "^$"):
            want = [w[:2] for w in self.ripgrep(pattern, "-U")]
            self.assertEqual([h[:2] for h in self.ours(pattern, multiline=True)], want, pattern)


if __name__ == "__main__":
    unittest.main()
