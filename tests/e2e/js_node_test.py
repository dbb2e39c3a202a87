"""tests/js/*.cases.js: what a script prints in the sandbox's node is what it prints in the machine's own.

A file is a list of snippets, each behind a line `//== NAME`; of them every other one is taken, all with BX_JS_ALL=1.  Node 20 or newer is what they are compared with; without one the
comparison is left out."""
# only: release
# timeout: 900
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support import BOXAGNTS

CASES = pathlib.Path(__file__).resolve().parent.parent / "js"
EACH = 1 if "BX_JS_ALL" in os.environ else 2    # of the cases, every how many-th is run
RUNS = 6                            # of node, before a difference is one


def cases(path):
    """Yield (name, code)."""
    name, lines = None, []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("//== "):
            if name:
                yield name, "".join(lines)
            name, lines = line[5:].strip(), []
        elif name:
            lines.append(line)
    if name:
        yield name, "".join(lines)


def node():
    """The machine's node, when it is one to compare with."""
    program = shutil.which("node")
    if not program:
        return None
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return "node" if int(version.lstrip("v").split(".")[0] or 0) >= 20 else None


def run(argv, code):
    with tempfile.TemporaryDirectory() as scratch:
        pathlib.Path(scratch, "case.js").write_text(code, encoding="utf-8")
        argv = [scratch if word is None else word for word in argv]
        env = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
        done = subprocess.run(argv, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False, env=env)
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


NODE = node()


@unittest.skipUnless(NODE, "no node 20 or newer on this machine to compare with")
class LikeNode(unittest.TestCase):
    maxDiff = 2000

    def compare(self, code):
        """What several operations at once finish with has another order in node from run to run: any of its orders will do."""
        ours = run([BOXAGNTS, "sh", "--workspace", None, "-c", "node case.js"], code)
        seen = []
        for _ in range(RUNS):
            theirs = run([NODE, "case.js"], code)
            if ours[:2] == theirs[:2]:
                return
            seen.append(theirs[:2])
            ours = run([BOXAGNTS, "sh", "--workspace", None, "-c", "node case.js"], code)
        lines = {(status, tuple(sorted(text.splitlines()))) for status, text in seen}
        if len(set(seen)) > 1 and lines == {(ours[0], tuple(sorted(ours[1].splitlines())))}:
            return
        self.assertEqual(ours[1], theirs[1], ours[2])
        self.assertEqual(ours[0], theirs[0], ours[2])

    def test_a_difference_is_found(self):
        with self.assertRaises(AssertionError):
            self.compare("console.log(process.arch)")
        with self.assertRaises(AssertionError):
            self.compare("process.exit(process.arch === 'wasm32' ? 1 : 0)")


def add(path):
    def test(self):
        for i, (name, code) in enumerate(cases(path)):
            if i % EACH == 0:
                with self.subTest(name):
                    self.compare(code)
    setattr(LikeNode, "test_" + path.name.removesuffix(".cases.js").replace(".", "_"), test)


for each in sorted(CASES.glob("*.cases.js")):
    add(each)


if __name__ == "__main__":
    unittest.main()
