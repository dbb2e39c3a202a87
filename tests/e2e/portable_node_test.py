"""The tools and programs in Node's WASI (examples/portable/node.mjs) give the same bytes."""
# only: release
# timeout: 600
import json
import sys
import tempfile
import unittest

from support import TOOLS, box, root

sys.path.insert(0, str(root / "tests/portable"))
import cases  # noqa: E402
import runtimes  # noqa: E402
from compared import Alone, Compared, Shell  # noqa: E402
from runtimes import PROGRAMS  # noqa: E402


class Node(Alone, Shell, Compared, unittest.TestCase):
    runtime = runtimes.Node


class ToolCall(unittest.TestCase):
    """The bytes that are compared are those that `tool call` gives a model."""

    def test_same_as_tool_call(self):
        case = next(iter(cases.examples("read")))
        with tempfile.TemporaryDirectory() as work:
            runtimes.lay_out(work, case.files)
            called = json.loads(box("tool", "call", "--json", "read", "--workspace", work, "-", stdin=case.stdin).stdout)
        del called["outcome"]
        self.assertEqual(called, json.loads(runtimes.BoxAgnts().run(case).stdout))

    def test_modules_are_those_of_the_build(self):
        laid_out = runtimes.toolbox() / "toolbox"
        for wasm in laid_out.glob("*.wasm"):
            built = next(path for path in (TOOLS / wasm.name, PROGRAMS / wasm.name) if path.exists())
            self.assertEqual(wasm.read_bytes(), built.read_bytes(), wasm.name)
        self.assertGreater(len(list(laid_out.glob("*.wasm"))), 10)


if __name__ == "__main__":
    unittest.main()
