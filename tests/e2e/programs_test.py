"""The shell and its programs in the sandbox: the cases of tests/programs/*.cases, and the examples of every --help.

A case is a script that is run in an empty directory; its output and status are compared with what the original of the
program gives."""
# timeout: 600
import concurrent.futures
import re
import subprocess
import tempfile
import unittest

from support import BOXAGNTS, SANITIZED, root

CASES = sorted((root / "tests/programs").glob("*.cases"))
EACH = 4 if SANITIZED else 1         # of the cases, every how many-th is run: the guests are the same in every build


def sh(script, cwd):
    return subprocess.run([BOXAGNTS, "sh", "--workspace", cwd, "-c", script], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120)


def read_cases(path):
    """[(name, script, {part: text})] of one file."""
    cases, part, name, parts = [], None, None, None
    for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if line.startswith("== "):
            name, part, parts = line[3:], "script", {"script": []}
            cases.append((name, parts))
        elif parts is None:
            assert not line or line.startswith("#"), f"{path}: {line}"
        elif re.fullmatch(r"-- (stdout|stderr)", line):
            part = line[3:]
            parts[part] = []
        elif line.startswith("-- status "):
            parts["status"] = int(line.split()[2])
            part = None
        elif part:
            parts[part].append(line)
    return cases


def text_of(lines):
    while lines and not lines[-1]:
        lines = lines[:-1]
    return "".join(line + "\n" for line in lines)


def wrong(case):
    """What is not as it should be, in words; None."""
    name, parts = case
    with tempfile.TemporaryDirectory() as top:
        try:
            done = sh("\n".join(parts["script"]), top)
        except subprocess.TimeoutExpired:
            return f"{name}: no end"
    for part, got in (("stdout", done.stdout), ("stderr", done.stderr)):
        if part not in parts:
            continue
        got = got.decode("utf-8", errors="surrogateescape")
        while got.endswith("\n\n"):
            got = got[:-1]
        got = "" if got == "\n" else got
        if got != "" and not got.endswith("\n"):
            got += "\n"
        if got != text_of(parts[part]):
            return f"{name}: {part} {got!r} is not {text_of(parts[part])!r}; standard error {done.stderr!r}"
    if done.returncode != parts.get("status", 0):
        return f"{name}: status {done.returncode} is not {parts.get('status', 0)}; standard error {done.stderr!r}"
    return None


def judge(cases):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [text for text in pool.map(wrong, cases) if text]


class Cases(unittest.TestCase):
    pass


def add(path):
    def test(self):
        bad = judge(list(read_cases(path))[::EACH])
        self.assertEqual(bad, [], f"{len(bad)} cases:\n" + "\n".join(bad))

    setattr(Cases, f"test_{path.stem}", test)


for each in CASES:
    add(each)


def programs():
    names = []
    for path in sorted((root / "tools").glob("programs/*/*.program.yaml")):
        listed = re.search(r"^programs: \[(.*?)\]", path.read_text(), re.M | re.S)
        names += re.split(r"[,\s]+", listed.group(1).strip())
    return [name.strip("'\"") for name in names]


def examples(text):
    """[(command, output)] behind the line "Examples:"."""
    if "\nExamples:\n" not in text:
        return []
    found = []
    for line in text.split("\nExamples:\n", 1)[1].splitlines():
        if line.startswith("  $ "):
            found.append((line[4:], []))
        elif line.startswith("  ") and found:
            found[-1][1].append(line[2:])
    return [(command, "".join(line + "\n" for line in lines)) for command, lines in found]


class Help(unittest.TestCase):
    def check(self, name):
        with tempfile.TemporaryDirectory() as top:
            done = sh(f"/bin/{name} --help", top)
            text = done.stdout.decode()
            if name in ("[", "test", "true", "false", "echo", ":", "expr") and not text.startswith("Usage:"):
                return []
            if done.returncode or not text.startswith("Usage: "):
                return [f"{name} --help: status {done.returncode}, {text[:60]!r} {done.stderr!r}"]
            bad = []
            for command, output in examples(text):
                done = sh(command, top)
                got = (done.stdout + done.stderr).decode()
                if got != output and got + "\n" != output:
                    bad.append(f"{name}: {command}: {done.stdout + done.stderr!r} is not {output!r}")
            return bad

    def test_every_example_is_true(self):
        bad = [text for name in programs()[::EACH] for text in self.check(name)]
        self.assertEqual(bad, [], "\n" + "\n".join(bad))


if __name__ == "__main__":
    unittest.main()
