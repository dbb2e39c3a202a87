"""What the tests of write and edit share: a workspace, one call, what is in the workspace afterwards."""
import hashlib
import json
import pathlib
import tempfile
import unittest

from support import TOOLS, box


def hash_of(contents):
    return "sha256:" + hashlib.sha256(contents).hexdigest()


class ChangeTest(unittest.TestCase):
    tool = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.workspace = self.top / "ws"
        self.workspace.mkdir()
        self.grant = ("--map-dir", f"{self.workspace}::/workspace")

    def put(self, name, contents):
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return path

    def get(self, name):
        return (self.workspace / name).read_bytes()

    def names(self):
        """Everything in the workspace, so that what is left behind is seen."""
        return sorted(str(path.relative_to(self.workspace)) for path in self.workspace.rglob("*"))

    def raw(self, stdin, *flags, code=0):
        done = box("exec", *self.grant, *flags, TOOLS / f"{self.tool}.wasm", stdin=stdin)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)

    def call(self, path="f", *flags, **arguments):
        return self.raw(json.dumps({"path": path, **arguments}), *flags)

    def good(self, path="f", *flags, **arguments):
        """Text and structured part of a result that is no error; the hash is that of the file."""
        result = self.call(path, *flags, **arguments)
        self.assertIs(result["isError"], False, result)
        about = result["structuredContent"]
        if not path.startswith("/"):
            self.assertEqual(about["path"], f"/workspace/{path}")
            self.assertEqual(about["hash"], hash_of(self.get(path)))
        return result["content"][0]["text"], about

    def bad(self, path="f", *flags, **arguments):
        """The text of an error; nothing in the workspace has changed."""
        before = {name: (self.workspace / name).read_bytes() for name in self.names()
                  if (self.workspace / name).is_file()}
        names = self.names()
        result = self.call(path, *flags, **arguments)
        self.assertIs(result["isError"], True, result)
        self.assertEqual(self.names(), names)
        self.assertEqual({name: self.get(name) for name in before}, before)
        return result["content"][0]["text"]
