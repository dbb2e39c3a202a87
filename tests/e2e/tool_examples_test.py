"""Every example of every built-in tool's manifest, run for real: the answer and the files afterwards are what it says."""
# only: release
# timeout: 300
import base64
import json
import pathlib
import tempfile
import unittest

from support import box


def contents(value):
    """The bytes of a file in an example: text, or {base64: ...}."""
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def missing(expected, given, at=""):
    """Where `given` lacks something of `expected`: members of objects must be there, everything else equal."""
    if isinstance(expected, dict) and isinstance(given, dict):
        return [place for key in expected for place in
                (missing(expected[key], given[key], f"{at}/{key}") if key in given else [f"{at}/{key}: missing"])]
    return [] if expected == given else [f"{at}: {given!r} instead of {expected!r}"]


class Examples(unittest.TestCase):
    def run_example(self, tool, example):
        with tempfile.TemporaryDirectory() as scratch:
            work = pathlib.Path(scratch, "work")
            work.mkdir()
            for name, value in example.get("files", {}).items():
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                (work / name).write_bytes(contents(value))
            allow = [word for line in example.get("allow", ()) for word in ("--allow", line)]
            done = box("tool", "call", "--json", tool, "--workspace", work, *allow, "-", stdin=json.dumps(example["arguments"]),
                       env={"BOXAGNTS_HOME": str(pathlib.Path(scratch, "home"))})
            result = json.loads(done.stdout)
            expected = example["result"]
            text = "\n".join(block["text"] for block in result["content"] if block["type"] == "text")
            self.assertIs(result["isError"], expected["is_error"], result)
            self.assertIn(expected.get("text", ""), text)
            self.assertEqual(missing(expected.get("structured", {}), result.get("structuredContent", {})), [])
            for name, value in example.get("after", {}).items():
                self.assertEqual((work / name).read_bytes(), contents(value), name)

    def test_each(self):
        for tool in json.loads(box("tool", "list", "--json").stdout):
            manifest = json.loads(box("tool", "show", "--json", tool["name"]).stdout)
            with self.subTest(tool["name"]):
                self.assertTrue(manifest.get("examples"), "it shows no example")
            for example in manifest.get("examples", ()):
                with self.subTest(f"{tool['name']}: {example['says']}"):
                    self.run_example(tool["name"], example)

    def test_controls(self):
        """An example that is wrong is found."""
        example = {"says": "x", "files": {"f": "a\n"}, "arguments": {"path": "f"}, "result": {"is_error": False}}
        self.run_example("read", example)
        for wrong in ({"result": {"is_error": True}}, {"result": {"is_error": False, "text": "b"}},
                      {"result": {"is_error": False, "structured": {"total_lines": 2}}},
                      {"result": {"is_error": False, "structured": {"lines": 1}}}, {"after": {"f": "b\n"}}):
            with self.subTest(wrong), self.assertRaises(AssertionError):
                self.run_example("read", {**example, **wrong})


if __name__ == "__main__":
    unittest.main()
