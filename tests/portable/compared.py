"""What tests/e2e/portable_*_test.py share.  Each case of cases.py is run by boxagnts and by another runtime; what comes out on
standard output, the exit status and the files afterwards must be the same bytes.

Of the many scripts of the shell only some are taken, all with BX_PORTABLE_ALL=1.  Skipped where a runtime is not installed; KNOWN has
what differs and why, docs/portable.md says more."""
import dataclasses
import json
import os
import pathlib
import re
import tempfile
import unittest

import cases
import runtimes
from runtimes import Case, Result
from support import SANITIZED, TOOLS, root

# Runtimes, the beginning of a case's name, why it may differ there.  A case that is not listed must not.
KNOWN = [
    ("node wazero browser", r'read \d+: {"path": "/"}', "there is no directory above the granted ones"),
    ("node", r'read \d+: {"path": "/workspace/\.\./', "Node finds a path by its words, and so it never leaves"),
    ("node", r"files \d+: cp -r sub copy", "Node refuses a link that would lead out if it stood in the uppermost directory"),
    ("node18", r'read \d+: {"path": "(sub/up|a\.txt/)"}', "Node 18 reads the text of a link from the uppermost directory, and no slash at an end"),
    ("wazero", r'read \d+: {"path": "(absolute|out_of)"}', "wazero follows links out of a directory, as its documentation says"),
    ("wazero", r"files \d+: (ln -s|cp -r sub copy)", "wazero 1.6 makes no links to names that its own directory lacks"),
    # One process after the other:
    ("node wazero browser", r"shell_run: (bg multiple|wait n|wait -n loop)$", "what runs beside something else runs before or after it"),
    ("node wazero browser", r"shell_run: (co-process read loop|multiple coproc io)$", "two that wait for each other in turn"),
]


def is_known(runtime, case):
    here = {runtime.name, getattr(runtime, "exact", runtime.name)}
    return any(here & set(names.split()) and re.match(pattern, case.name) for names, pattern, _ in KNOWN)


class Compared:
    """What each runtime has in common; the answers of boxagnts are kept for all of them."""
    runtime = None
    expected = {}

    @classmethod
    def setUpClass(cls):
        if SANITIZED:
            raise unittest.SkipTest("the modules are the same in every build")
        cls.here = cls.runtime()
        print(f"# {cls.here.version}", flush=True)

    @classmethod
    def tearDownClass(cls):
        if hasattr(getattr(cls, "here", None), "close"):
            cls.here.close()

    def wanted(self, case):
        key = (case.name, case.stdin, case.args)
        if key not in self.expected:
            self.expected[key] = runtimes.BoxAgnts().run(case)
        return self.expected[key]

    def compare(self, all_cases, files=True):
        all_cases, bad = list(all_cases), []
        for case in all_cases:
            wanted, got = self.wanted(case), self.here.run(case)
            if not files:
                wanted, got = (dataclasses.replace(result, files={}) for result in (wanted, got))
            differs = wanted.differs(got)
            if differs and not is_known(self.here, case):
                bad.append(f"{case.name}:\n   {differs}")
        self.assertGreater(len(all_cases), 0)
        self.assertEqual(bad, [], f"{len(bad)} of {len(all_cases)} differ:\n" + "\n".join(bad))


class Alone:
    """Tools and programs that start nothing."""

    def test_examples(self):
        self.compare(case for tool in cases.PLAIN for case in cases.examples(tool))

    def test_calls(self):
        self.compare(cases.calls())

    def test_programs(self):
        self.compare(cases.commands())

    def test_shell_alone(self):
        """Without programs the shell's own language works, and what it cannot start it refuses in words."""
        if hasattr(self.here, "ask"):
            self.skipTest("it always has programs")
        own = 'f() { local n=$1; echo $((n * 2)); }; for i in 1 2 3; do f $i; done; x=${HOME:-none}; echo "${x^^}"; [[ abc == a* ]]'
        case = Case("bash: own", TOOLS / "bash.wasm", argv0="bash", args=("-c", own))
        self.compare([case])
        got = self.here.run(dataclasses.replace(case, args=("-c", "/bin/ls; echo $?")))
        self.assertNotEqual((got.stdout, got.stderr), (b"0\n", b""))
        got = self.here.run(Case("bash: tool", TOOLS / "bash.wasm", b'{"command":"echo hi"}', env={"BOXAGNTS_TOOL": "1"}))
        self.assertIs(json.loads(got.stdout)["isError"], True)

    def test_control(self):
        """A module that says another word, or leaves another file, is found out."""
        with tempfile.TemporaryDirectory() as scratch:
            changed = pathlib.Path(scratch, "read.wasm")
            code = (TOOLS / "read.wasm").read_bytes()
            self.assertIn(b"total_lines", code)
            changed.write_bytes(code.replace(b"total_lines", b"total_linez"))
            case = next(case for case in cases.examples("read"))
            if hasattr(self.here, "ask"):
                right = self.here.run(case)
                wrong = dataclasses.replace(right, stdout=right.stdout.replace(b"total_lines", b"total_linez"))
            else:
                wrong = self.here.run(dataclasses.replace(case, wasm=changed))
            self.assertIn("total_linez", self.wanted(case).differs(wrong))
        case = Case("write: control", TOOLS / "write.wasm", b'{"path":"f","content":"a"}')
        other = Case("write: control", TOOLS / "write.wasm", b'{"path":"f","content":"b"}')
        right, wrong = self.here.run(case), self.here.run(other)
        self.assertEqual(right.files, {"f": b"a"})
        self.assertIn("files afterwards", Result(right.stdout, right.status, right.files).differs(
            Result(right.stdout, right.status, wrong.files)))


class Shell:
    """Runtimes where one of our hosts provides programs."""

    def test_shell_examples(self):
        self.compare(cases.shell_examples())

    def test_shell_calls(self):
        self.compare(cases.shell_calls())

    def test_scripts(self):
        every = 1 if "BX_PORTABLE_ALL" in os.environ else 12 if hasattr(self.here, "ask") else 48
        self.compare(list(cases.scripts(root / "tests/programs/shell_run.cases"))[::every], files=False)

    def test_pipe_limit(self):
        """What does not fit between two programs is an error that both ends see, and never a shorter text."""
        command = "set -o pipefail; head -c 200000000 /dev/zero | wc -c; echo $?"
        case = Case("pipe", TOOLS / "bash.wasm", argv0="bash", args=("-c", command), programs=True)
        self.assertEqual(self.wanted(case).stdout, b"200000000\n0\n")
        got = self.here.run(case)
        self.assertNotIn(b"\n0\n", b"\n" + got.stdout)
        self.assertIn(b"wc: ", got.stderr)
        self.compare([dataclasses.replace(case, name="pipe: yes", args=("-c", "yes | head -n 2; echo ${PIPESTATUS[*]}"))])
