"""Every hostile guest of tools/probes/, through `boxagnts exec`: refused as it is, at work in control mode."""
# also-run: no-openat2
# timeout: 300
import ast
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import BOXAGNTS, NO_OPENAT2, PROBES, box, root

FOLDER = root / "tools/probes"
TABLES = root / "src/cli"
TEXT = r'"(?:[^"\\]|\\.)*"'
PROBE = re.compile(rf"^BX_PROBE\((\w+), ({TEXT}), (\w+), ({TEXT}), ({TEXT}), (\w+), (\d+)\)$", re.M)
TREE = re.compile(rf"^BX_TREE_(\w+)\(({TEXT})(?:, ({TEXT}))?\)", re.M)
FLAG = {"map": "--map-dir", "mount": "--mount", "allow": "--allow", "deny": "--deny"}


class Probe:
    def __init__(self, row):
        name, tries, setup, grants, limits, kind, code = row
        self.name, self.tries, self.setup = name, ast.literal_eval(tries), setup
        self.grants, self.limits = ast.literal_eval(grants).split(), ast.literal_eval(limits).split()
        self.kind, self.exit_code = kind.lower(), int(code)
        self.maps = any(grant.startswith(("map:", "mount:")) for grant in self.grants)


def make_tree(top):
    for kind, path, more in TREE.findall((TABLES / "doctor_tree.def").read_text()):
        path, more = top / ast.literal_eval(path), ast.literal_eval(more or '""')
        if kind == "DIR":
            path.mkdir()
        elif kind == "FILE":
            path.write_text(more)
        elif kind == "LINK":
            path.symlink_to(more.replace("@", str(top)))
        elif kind == "HARD_LINK":
            os.link(top / more, path)
        elif kind == "FIFO":
            os.mkfifo(path)
        else:
            raise AssertionError(f"doctor_tree.def: unknown kind {kind}")


def flags_of(probe, top):
    for grant in probe.grants:
        kind, text = grant.split(":", 1)
        if kind in ("map", "mount") and not text.startswith("/"):
            text = f"{top}/{text}"
        yield from (FLAG[kind], text)
    for limit in probe.limits:
        yield from ("--limit", limit)


WARM = set()


def warm(module):
    """Its code is in the cache: a short wall ends compiling, too."""
    if module not in WARM:
        box("exec", "--limit", "wall=60s", str(module), "--", "control")
        WARM.add(module)


def run(probe, *arguments):
    """One call in a fresh tree; its outcome and the exit code of the process."""
    if any(limit.startswith("wall=") for limit in probe.limits):
        warm(PROBES / f"{probe.name}.wasm")
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        make_tree(top)
        argv = [BOXAGNTS, "exec", "--json", *flags_of(probe, top), str(PROBES / f"{probe.name}.wasm"), "--", *arguments]
        silent, keep_open = os.pipe()
        process = subprocess.Popen(argv, stdin=silent if probe.setup == "SILENT" else subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            os.close(silent)
            os.close(keep_open)
    try:
        return json.loads(out), process.returncode
    except ValueError:
        raise AssertionError(f"no outcome: status {process.returncode}, {out!r}, {err!r}") from None


class Probes(unittest.TestCase):
    def check_refused_without_openat2(self, probe):
        outcome, code = run(probe)
        self.assertEqual(outcome["kind"], "failed", outcome)
        self.assertEqual(code, 125)
        self.assertIn("openat2", outcome["error"])
        self.assertEqual(outcome["stdout"], "", "the guest ran")

    def check_attack(self, probe):
        outcome, code = run(probe)
        self.assertEqual((outcome["kind"], outcome["exit_code"], code), (probe.kind, probe.exit_code, probe.exit_code),
                         outcome)
        if probe.kind == "exit":
            self.assertRegex(outcome["stdout"], r"\Acontained: ")
        else:
            self.assertNotIn("ESCAPED", outcome["stdout"])
            self.assertNotIn("not tried", outcome["stdout"])
            self.assertTrue(outcome["error"])

    def check_control(self, probe):
        outcome, code = run(probe, "control")
        self.assertEqual((outcome["kind"], code), ("exit", 0), outcome)
        self.assertRegex(outcome["stdout"], r"\Acontrol ok")

    def test_the_table_names_every_probe(self):
        sources = sorted(path.stem for path in FOLDER.glob("*.c"))
        self.assertEqual(sorted(probe.name for probe in ALL), sources)


class Doctor(unittest.TestCase):
    """All of them in one process, as a user has them run; probes of setup TWICE need that."""

    def doctor(self, probes):
        done = box("doctor", "--json", "--probes", probes, timeout_s=200)
        return json.loads(done.stdout), done.returncode

    @unittest.skipIf(NO_OPENAT2, "files cannot be granted here")
    def test_all_held(self):
        report, code = self.doctor(PROBES)
        self.assertEqual((report["held"], report["controls"], code), (len(ALL), len(ALL), 0), report)

    @unittest.skipUnless(NO_OPENAT2, "what it says of a machine that cannot grant files")
    def test_a_machine_without_openat2_is_not_well(self):
        report, code = self.doctor(PROBES)
        self.assertEqual((report["openat2"], code), (False, 1))
        self.assertEqual(report["controls"], sum(not probe.maps for probe in ALL))

    def test_a_probe_that_gets_through_is_told(self):
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copytree(PROBES, scratch, dirs_exist_ok=True)
            (pathlib.Path(scratch) / "sockets.wasm").write_bytes(ESCAPES)
            report, code = self.doctor(scratch)
        [row] = [row for row in report["probes"] if row["probe"] == "sockets"]
        self.assertEqual((row["held"], row["control"], code), (False, False, 1))


# A module whose _start calls proc_exit(66).
ESCAPES = (b"\0asm\1\0\0\0" b"\1\x08\2\x60\1\x7f\0\x60\0\0" b"\2\x24\1\x16wasi_snapshot_preview1\x09proc_exit\0\0"
           b"\3\2\1\1" b"\7\x0a\1\6_start\0\1" b"\x0a\x09\1\7\0\x41\xc2\0\x10\0\x0b")

ALL = [Probe(row) for row in PROBE.findall((TABLES / "doctor_probes.def").read_text())]
for one in ALL:
    if NO_OPENAT2 and one.maps:
        setattr(Probes, f"test_{one.name}_is_refused", lambda self, p=one: self.check_refused_without_openat2(p))
    else:
        setattr(Probes, f"test_{one.name}", lambda self, p=one: self.check_attack(p))
        setattr(Probes, f"test_{one.name}_control", lambda self, p=one: self.check_control(p))

if __name__ == "__main__":
    unittest.main()
