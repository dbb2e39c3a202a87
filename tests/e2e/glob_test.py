"""The glob tool, through `boxagnts exec`: what is found, in which order, and what is refused."""
# timeout: 300
import json
import os
import pathlib
import tempfile
import time
import unittest

from support import SANITIZED, TOOLS, box

TOOL = TOOLS / "glob.wasm"


class GlobTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.workspace = pathlib.Path(self.scratch.name) / "ws"
        self.workspace.mkdir()

    def put(self, *names, text=""):
        for name in names:
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def raw(self, stdin, *flags):
        done = box("exec", "--map-dir", f"{self.workspace}::/workspace:ro", *flags, TOOL, stdin=stdin, timeout_s=200)
        self.assertEqual(done.returncode, 0)
        if "--limit" not in flags:
            self.assertEqual(done.stderr, b"")
        result = json.loads(done.stdout)
        self.assertLessEqual(set(result), {"content", "structuredContent", "isError"})
        self.assertEqual([block["type"] for block in result["content"]], ["text"])
        return result

    def good(self, pattern, *flags, **arguments):
        result = self.raw(json.dumps({"pattern": pattern, **arguments}), *flags)
        self.assertIs(result["isError"], False, result)
        return result["content"][0]["text"], result["structuredContent"]

    def bad(self, pattern, **arguments):
        result = self.raw(json.dumps({"pattern": pattern, **arguments}))
        self.assertIs(result["isError"], True, result)
        return result["content"][0]["text"]

    def found(self, pattern, *flags, **arguments):
        """Paths below /workspace; the text has the same."""
        text, facts = self.good(pattern, *flags, **arguments)
        self.assertTrue(all(f.startswith("/workspace/") for f in facts["files"]), facts)
        lines = [line for line in text.splitlines() if not line.startswith("[")]
        self.assertEqual([line.replace("␊", "\n") for line in lines], facts["files"])
        return [f.removeprefix("/workspace/") for f in facts["files"]]


class RawNames(GlobTest):
    """Names that are not UTF-8: what one tool shows is what another one takes."""

    def call(self, tool, **arguments):
        done = box("exec", "--map-dir", f"{self.workspace}::/workspace", TOOLS / f"{tool}.wasm", stdin=json.dumps(arguments))
        result = json.loads(done.stdout)
        self.assertIs(result["isError"], False, result)
        return result["structuredContent"]

    def test_what_is_shown_can_be_used(self):
        raw = os.fsencode(self.workspace) + b"/d\xff/caf\xe9.txt"
        os.mkdir(os.path.dirname(raw))
        with open(raw, "w", encoding="ascii") as f:
            f.write("needle\n")
        name = "d\U0010ffff/caf\U0010ffe9.txt"
        self.assertEqual(self.found("**/*.txt"), [name])
        self.assertEqual(self.found("**/caf?.txt"), [name])
        self.assertEqual([m["path"] for m in self.call("grep", pattern="needle")["matches"]], [f"/workspace/{name}"])
        self.assertEqual(self.call("read", path=name)["total_lines"], 1)
        self.call("edit", path=name, old_string="needle", new_string="changed")
        with open(raw, encoding="ascii") as f:
            self.assertEqual(f.read(), "changed\n")
        self.assertEqual(os.listdir(os.path.dirname(raw)), [b"caf\xe9.txt"])


class Patterns(GlobTest):
    def test_at_any_depth_or_bound(self):
        self.put("a.c", "src/b.c", "src/lib/c.c", "src/lib/d.h")
        self.assertEqual(self.found("*.c"), ["a.c", "src/b.c", "src/lib/c.c"])
        self.assertEqual(self.found("**/*.c"), ["a.c", "src/b.c", "src/lib/c.c"])
        self.assertEqual(self.found("src/*.c"), ["src/b.c"])
        self.assertEqual(self.found("/*.c"), ["a.c"])
        self.assertEqual(self.found("./*.c"), ["a.c"])
        self.assertEqual(self.found("/*.c", path="src"), ["src/b.c"])
        self.assertEqual(self.found("./src/**/*.{c,h}"), ["src/b.c", "src/lib/c.c", "src/lib/d.h"])
        self.assertEqual(self.found("*.c", path="src"), ["src/b.c", "src/lib/c.c"])
        self.assertEqual(self.found("lib/*.c", path="src/"), ["src/lib/c.c"])
        self.assertEqual(self.found("!*.c"), ["src/lib/d.h"])

    def test_absolute(self):
        self.put("a.c", "src/b.c", "src/lib/c.c")
        self.assertEqual(self.found("/workspace/src/**/*.c"), ["src/b.c", "src/lib/c.c"])
        self.assertEqual(self.found("/workspace/*.c"), ["a.c"])
        self.assertEqual(self.found("/workspace/src/*.c", path="/workspace/src"), ["src/b.c"])
        self.assertIn("does not lie below path", self.bad("/workspace/src/*.c", path="/workspace/lib"))
        self.assertIn("/nowhere", self.bad("/nowhere/*.c"))
        self.assertIn("relative to path", self.bad("!/workspace/src/*.c"))
        self.assertEqual(self.good("*.c", path="src/lib/../")[1]["path"], "/workspace/src")

    def test_sets_braces_escapes(self):
        self.put("a1", "b1", "c1", "a*", "x{y}", "é")
        self.assertEqual(self.found("[ab]1"), ["a1", "b1"])
        self.assertEqual(self.found("[!ab]1"), ["c1"])
        self.assertEqual(self.found("{a,c}1"), ["a1", "c1"])
        self.assertEqual(self.found("a\\*"), ["a*"])
        self.assertEqual(self.found("x\\{y}"), ["x{y}"])
        self.assertEqual(self.found("?"), ["é"])
        self.assertEqual(self.found("[[:alpha:]][[:digit:]]"), ["a1", "b1", "c1"])

    def test_hidden(self):
        self.put("a", ".b", ".github/w.yml", ".github/.x")
        self.assertEqual(self.found("**/*"), ["a"])
        self.assertEqual(self.found("**/*", hidden=True), [".b", ".github/.x", ".github/w.yml", "a"])
        self.assertEqual(self.found(".github/**"), [".github/w.yml"])
        self.assertEqual(self.found(".b"), [".b"])
        self.assertIn("1 match and 1 directory left out as hidden: hidden=true", self.good("?b")[0])

    def test_ignored(self):
        self.put("a.o", "b.c", "out/x", "sub/keep.o", "sub/y.o", ".git/info/x")
        self.put(".gitignore", text="*.o\n/out/\n")
        self.put("sub/.gitignore", text="!keep.o\n")
        self.put(".git/info/exclude", text="b.c\n")
        self.assertEqual(self.found("**/*"), ["sub/keep.o"])
        self.assertEqual(self.found("*.o", ignore=False), ["a.o", "sub/keep.o", "sub/y.o"])
        self.assertEqual(self.found("*", path="sub"), ["sub/keep.o"])
        self.assertEqual(self.found("*", path="out"), ["out/x"])
        text, facts = self.good("a.o")
        self.assertIn("[nothing matches a.o below /workspace]\n[1 match and 1 directory left out by ignore rules: ", text)
        self.assertEqual((facts["files"], facts["ignored"]), ([], 1))
        self.put(".ignore", text="!a.o\n")
        self.assertEqual(self.found("a.o"), ["a.o"])


class Results(GlobTest):
    def test_types(self):
        self.put("d/f", "g")
        os.symlink("g", self.workspace / "l")
        os.symlink("..", self.workspace / "d/up")
        os.mkfifo(self.workspace / "p")
        self.assertEqual(self.found("**/*"), ["d/f", "g"])
        self.assertEqual(self.found("**/*", type="directory"), ["d"])
        self.assertEqual(self.found("**/*", type="link"), ["d/up", "l"])
        self.assertEqual(self.found("**/*", type="any"), ["d", "d/f", "d/up", "g", "l", "p"])
        self.assertEqual(self.good("**/*", type="any")[1]["types"], ["directory", "file", "link", "file", "link", "other"])
        self.assertEqual(self.found("d/", type="directory"), ["d"])
        self.assertIn("matches directories only", self.good("d/")[0])
        self.assertIn('"/**" behind it', self.good("d")[0])

    def test_order(self):
        self.put("a/x", "a-b", "a.c", "B")
        self.assertEqual(self.found("**/*"), ["B", "a-b", "a.c", "a/x"])
        for age, name in enumerate(("a.c", "B", "a/x", "a-b")):
            os.utime(self.workspace / name, (1_700_000_000 - age, 1_700_000_000 - age))
        os.utime(self.workspace / "B", (1_700_000_000, 1_700_000_000))
        self.assertEqual(self.found("**/*", sort="time"), ["B", "a.c", "a/x", "a-b"])
        self.assertEqual(self.found("**/*", sort="time", limit=1, offset=2), ["a/x"])

    def test_pages(self):
        names = [f"f{n:02}" for n in range(25)]
        self.put(*names)
        for sort in ("name", "time"):
            seen, offset = [], 0
            while offset is not None:
                text, facts = self.good("*", sort=sort, limit=10, offset=offset)
                seen += [f.removeprefix("/workspace/") for f in facts["files"]]
                self.assertEqual(facts["truncated"], facts["next_offset"] is not None)
                if facts["truncated"]:
                    self.assertTrue(text.endswith(f"[more match: go on with offset={facts['next_offset']}]\n"), text)
                offset = facts["next_offset"]
            self.assertEqual(sorted(seen), names)
        self.assertEqual(self.good("*", limit=25)[1]["truncated"], False)
        self.assertIn("[no more matches for ", self.good("*", offset=25)[0])

    def test_names_of_any_kind(self):
        self.put("a\nb", 'q"\\', "é")
        self.assertEqual(self.found("*"), ["a\nb", 'q"\\', "é"])

    def test_output_limit(self):
        self.put(*(f"dir/{'long' * 20}{n:04}" for n in range(1000)))
        text, facts = self.good("**/*", "--limit", "output=64KiB")
        self.assertIn("[the output has no room for more: go on with offset=", text)
        self.assertEqual(facts["next_offset"], len(facts["files"]))
        rest = self.good("**/*", offset=facts["next_offset"])[1]["files"]
        self.assertEqual(len(facts["files"]) + len(rest), 1000)

    def test_entries_limit(self):
        self.put(*(f"d{n}/f" for n in range(50)))
        text, facts = self.good("**/*", "--limit", "dir_entries=100")
        self.assertIn("the limit of directory entries", text)
        self.assertIs(facts["complete"], False)

    def test_denied_directory(self):
        self.put("open/f", "shut/g")
        self.assertEqual(self.found("**/*", "--deny", "/workspace/shut"), ["open/f"])


class Mistakes(GlobTest):
    def test_arguments(self):
        self.put("f")
        self.assertIn("expected file, directory, link or any", self.bad("*", type="dir"))
        self.assertIn("expected name or time", self.bad("*", sort="size"))
        self.assertIn("limit", self.bad("*", limit=0))
        self.assertIn("offset", self.bad("*", offset=-1))
        self.assertIn("hidden", self.bad("*", hidden="yes"))
        self.assertIn("depth", self.bad("*", depth=1))
        self.assertIn("pattern", self.raw("{}")["content"][0]["text"])
        self.assertIs(self.raw("[]")["isError"], True)

    def test_patterns(self):
        self.assertIn("empty", self.bad(""))
        self.assertIn('has no "]"', self.bad("a[b"))
        self.assertIn('has no "}"', self.bad("{a,b"))
        self.assertIn("name the directory with path", self.bad("../*.c"))
        self.assertIn("longer than 4096", self.bad("a" * 4097))
        self.assertIs(self.raw(json.dumps({"pattern": "x" * (1 << 20)}))["isError"], True)

    def test_paths(self):
        self.put("f")
        self.assertIn("is no directory", self.bad("*", path="f"))
        self.assertIn("no such file", self.bad("*", path="none"))
        self.assertIn("is granted", self.bad("*", path="/etc"))
        os.symlink("/etc", self.workspace / "out")
        self.assertIs(self.raw(json.dumps({"pattern": "*", "path": "out"}))["isError"], True)

    def test_hostile_patterns_end_soon(self):
        self.put("a" * 200, "a/" * 60 + "a")
        begun = time.monotonic()
        for pattern in ("**/" + "*a" * 100 + "b", "{a,b}" * 500, "a*" * 1000 + "b", "**/a/" * 100 + "b", "{" * 16 + "a" + "}" * 16):
            self.good(pattern)
        self.assertLess(time.monotonic() - begun, 60 if SANITIZED else 20)


class Size(GlobTest):
    def test_many_rules(self):
        kinds = ("name{}", "*.ext{}", "pre{}*", "dir{}/*", "/a/b{}", "*mid{}*", "[ab]some{}[cd]", "!no{}.*")
        (self.workspace / ".gitignore").write_text("".join(kinds[n % 8].format(n) + "\n" for n in range(100_000)))
        self.put(*(f"d{n}/file{k}.c" for n in range(50) for k in range(20)), "name0", "d1/pre2xyz", "x.ext1")
        begun = time.monotonic()
        self.assertEqual(len(self.found("**/*", limit=10000)), 1000)
        self.assertLess(time.monotonic() - begun, 60 if SANITIZED else 10)

    def test_many_entries(self):
        directory = self.workspace / "many"
        directory.mkdir()
        count = 20_000
        for n in range(count):
            os.close(os.open(directory / f"f{n * 7919 % count:06}", os.O_CREAT | os.O_WRONLY))
        files = self.found("many/*", limit=100_000)
        self.assertEqual(files, [f"many/f{n:06}" for n in range(count)])

    def test_deep(self):
        self.put("d/" * 300 + "f")
        self.assertEqual(self.found("**/f"), ["d/" * 300 + "f"])


if __name__ == "__main__":
    unittest.main()
