"""Own conformance guests for wasi_snapshot_preview1: each tests/guests/<name>.c with a <name>.json beside it, once per
run that the JSON file describes (an object, or a list of them).  All fields are optional:

  args [..]  env {K: V}  stdin TEXT  stdout TEXT  stderr TEXT  exit_code N (default 0)
  dirs {GUEST: "scratch" or "scratch:ro"}   a fresh directory each
  files {NAME: TEXT}  folders [NAME]        made in every such directory before
  allow [CAPABILITY]  limits ["name=value"] further flags of exec
"""
# timeout: 300
import json
import os
import pathlib
import tempfile
import unittest

import support


def flags(run, scratch):
    """The arguments of exec, and the directories made for them."""
    out = []
    for number, (guest, kind) in enumerate(run.get("dirs", {}).items()):
        host = pathlib.Path(scratch, str(number))
        host.mkdir()
        for name in run.get("folders", []):
            (host / name).mkdir()
        for name, text in run.get("files", {}).items():
            (host / name).write_text(text, encoding="utf-8")
        mode = ":ro" if kind.endswith(":ro") else ""
        out += ["--map-dir", f"{host}::{guest}{mode}"]
    for key, value in run.get("env", {}).items():
        out += ["--env", f"{key}={value}"]
    for capability in run.get("allow", []):
        out += ["--allow", capability]
    for limit in run.get("limits", []):
        out += ["--limit", limit]
    return out


class Preview1(unittest.TestCase):
    def check(self, name, run):
        with tempfile.TemporaryDirectory(prefix="bx-p1-") as scratch:
            options = flags(run, scratch)
            stdin = []
            if "stdin" in run:
                given = pathlib.Path(scratch, "stdin")
                given.write_text(run["stdin"], encoding="utf-8")
                stdin = ["--stdin", str(given)]
            done = support.box("exec", *options, *stdin, support.GUESTS / f"{name}.wasm", "--", *run.get("args", []))
            said = done.stderr.decode(errors="replace")
            self.assertEqual(done.returncode, run.get("exit_code", 0), said)
            if "stdout" in run:
                self.assertEqual(done.stdout.decode(errors="replace"), run["stdout"])
            if "stderr" in run:
                self.assertEqual(said, run["stderr"])

    def test_there_are_guests(self):
        self.assertGreaterEqual(len(list(specs())), 25)


def specs():
    for path in sorted((support.root / "tests/guests").glob("*.json")):
        runs = json.loads(path.read_text(encoding="utf-8"))
        runs = runs if isinstance(runs, list) else [runs]
        for number, run in enumerate(runs):
            yield path.stem, number if len(runs) > 1 else None, run


def add(name, number, run):
    case = f"test_{name}" if number is None else f"test_{name}_{number}"
    setattr(Preview1, case, lambda self: self.check(name, run))


for spec in specs():
    add(*spec)

if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    unittest.main()
