"""The glob tool beside git and ripgrep, over trees, ignore files and patterns made at random.

GLOB_TREES sets how many trees of each kind; GLOB_SEED the first of their seeds.
"""
# only: release
# timeout: 300
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

from support import SANITIZED, TOOLS, box

TOOL = TOOLS / "glob.wasm"
TREES = int(os.environ.get("GLOB_TREES", 10 if SANITIZED else 20))
SEED = int(os.environ.get("GLOB_SEED", 1))
ALONE = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}

NAMES = ["a", "b", "ab", "abc", "foo", "foobar", "fooa", "a.c", "b.c", "x.o", "foo.o", "foo.txt", ".h", ".hid", "a b", "b ", "x*y", "[z]",
         "a\\b", "#c", "!d", "-", "é", "x]", "{a,b}", "bar", "z\n", "A"]
# What ripgrep means as git does: its negated sets hold '/' too.
PLAIN = ["*", "?", "a", "b", "foo", ".", "o", "c", "[a-c]", "bar", "\\*", "é", "[]a]", "[a-]"]
ODD = PLAIN + ["**", "***", "[!a]", "[^b]", "[[:alpha:]]", "[", "[[:foo:]]", "\\a", "\\", "[\\]]", "x", " ", "\\ ", "[!]a]", "[[:upper:]x]", "[b-a]",
               "[a/b]", "{a,b}", "[[:a]", "\\["]


def make_part(chance, pieces):
    if chance.random() < 0.45:
        return chance.choice(NAMES if pieces is ODD else NAMES[:12])
    part = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 4)))
    # Stars beside others: git has quirks of its own there.
    return part if pieces is ODD else part.replace("***", "*").replace("**", "*")


def make_pattern(chance, pieces):
    pattern = "/".join(make_part(chance, pieces) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
    if chance.random() < 0.15:
        pattern = "**/" + pattern
    if chance.random() < 0.15:
        pattern += "/**"
    if chance.random() < 0.1:
        pattern = pattern.replace("/", "/**/", 1)
    if chance.random() < 0.15:
        pattern = "/" + pattern
    return pattern


def make_rule(chance, pieces):
    rule = make_pattern(chance, pieces)
    if chance.random() < 0.25:
        rule += "/"
    if chance.random() < 0.3:
        rule = "!" + rule
    if pieces is ODD and chance.random() < 0.08:
        rule += chance.choice([" ", "  ", "\\ ", "\t", " \\", " \r"])
    if pieces is ODD and chance.random() < 0.05:
        rule = chance.choice(["\\", "", "#"]) + rule
    return rule


def make_rules(chance, path, pieces):
    mark = "\ufeff" if pieces is ODD and chance.random() < 0.1 else ""     # part of the first rule for ripgrep 13
    rules = [make_rule(chance, pieces) for _ in range(chance.randint(1, 6))]
    path.write_bytes((mark + chance.choice(["\n", "\n", "\r\n"]).join(rules) + chance.choice(["", "\n"])).encode())


def make_tree(chance, directory, pieces, kinds, depth=0):
    directory.mkdir(exist_ok=True)
    # For ripgrep "**/" leads across no directory whose name has a line feed, and a character is a byte.
    names = [n for n in NAMES if pieces is ODD or n not in ("z\n", "é")]
    for name in chance.sample(names, chance.randint(2, 7)):
        if depth < 3 and chance.random() < 0.45:
            make_tree(chance, directory / name, pieces, kinds, depth + 1)
        else:
            (directory / name).touch()
    for kind in kinds:
        if chance.random() < (0.9 if depth == 0 else 0.3):
            make_rules(chance, directory / kind, pieces)


class Compare(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.top = pathlib.Path(self.scratch.name) / "ws"

    def rules(self):
        return "".join(f"{p}: {p.read_bytes()!r}\n" for p in sorted(self.top.rglob(".*ignore"))) + "".join(
            f"{p}: {p.read_bytes()!r}\n" for p in self.top.glob(".git/info/exclude"))

    def glob(self, pattern, **arguments):
        asked = json.dumps({"pattern": pattern, "limit": 100_000, **arguments})
        done = box("exec", "--map-dir", f"{self.top}::/workspace:ro", TOOL, stdin=asked)
        result = json.loads(done.stdout)
        if result["isError"]:
            return result["content"][0]["text"]
        self.assertIs(result["structuredContent"]["truncated"], False)
        return [f.removeprefix("/workspace/") for f in result["structuredContent"]["files"]]

    def run_in(self, *argv, stdin=b""):
        return subprocess.run(argv, cwd=self.top, input=stdin, capture_output=True, env=dict(os.environ, **ALONE), check=False)

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_git_check_ignore(self):
        for seed in range(SEED, SEED + TREES):
            chance = random.Random(seed)
            shutil.rmtree(self.top, ignore_errors=True)
            make_tree(chance, self.top, ODD, [".gitignore"])
            every = sorted(os.fsencode(p.relative_to(self.top)) for p in self.top.rglob("*"))
            self.run_in("git", "init", "-q", ".")
            if chance.random() < 0.4:
                make_rules(chance, self.top / ".git/info/exclude", ODD)
            told = self.run_in("git", "check-ignore", "--no-index", "-z", "--stdin", stdin=b"\0".join(every) + b"\0")
            self.assertEqual(told.stderr, b"")
            ignored = set(told.stdout.split(b"\0"))
            with self.subTest(seed=seed):
                self.assertEqual(self.glob("**/*", type="any", hidden=True),
                                 [os.fsdecode(p) for p in every if p not in ignored], self.rules())

    @unittest.skipUnless(shutil.which("rg"), "ripgrep is not installed")
    def test_ripgrep_files(self):
        for seed in range(SEED, SEED + TREES):
            chance = random.Random(-seed)
            shutil.rmtree(self.top, ignore_errors=True)
            make_tree(chance, self.top, PLAIN, [".gitignore", ".ignore"])
            if chance.random() < 0.5:
                inner = chance.choice([d for d in [self.top, *self.top.rglob("*")] if d.is_dir()])
                (inner / ".git/info").mkdir(parents=True)
                make_rules(chance, inner / ".git/info/exclude", PLAIN)
            for flags, arguments in (([], {}), (["--hidden", "-g", "!.git"], {"hidden": True}),
                                     (["--hidden", "--no-ignore"], {"hidden": True, "ignore": False})):
                told = self.run_in("rg", "--files", "--null", "--no-config", "--no-require-git", *flags)
                wanted = [f for f in told.stdout.decode().split("\0")[:-1]
                          if "--no-ignore" in flags or ".git" not in f.split("/")]      # which a rule may take back there
                with self.subTest(seed=seed, flags=flags):
                    self.assertEqual(self.glob("**/*", **arguments), sorted(wanted, key=os.fsencode), self.rules())

    @unittest.skipUnless(shutil.which("rg"), "ripgrep is not installed")
    def test_ripgrep_patterns(self):
        for seed in range(SEED, SEED + TREES):
            chance = random.Random(seed * 31)
            shutil.rmtree(self.top, ignore_errors=True)
            make_tree(chance, self.top, PLAIN, [])
            for _ in range(8):
                pattern = make_pattern(chance, PLAIN)
                if chance.random() < 0.3:
                    pattern = pattern.replace("foo", "{foo,a*}")
                if chance.random() < 0.2:
                    pattern = "!" + pattern
                # Absolute paths here, bound to the directory there; parts no path has; a star too many.
                if pattern.lstrip("!").startswith("/") or {".", ".."} & set(pattern.lstrip("!").split("/")) or "***" in pattern:
                    continue
                told = self.run_in("rg", "--files", "--null", "--no-config", "--hidden", "--no-ignore", "-g", pattern)
                if told.returncode == 2:
                    continue
                with self.subTest(seed=seed, pattern=pattern):
                    self.assertEqual(self.glob(pattern, hidden=True, ignore=False),
                                     sorted(told.stdout.decode().split("\0")[:-1], key=os.fsencode))


if __name__ == "__main__":
    unittest.main()
