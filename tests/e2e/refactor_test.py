"""A few dozen refactorings over this project's own sources, each compared with the same change made by sed, diff and patch."""
# timeout: 300
import re
import shutil
import subprocess
import unittest

from change_support import ChangeTest
from support import SANITIZED, root

FILES_OF_EACH = 1 if SANITIZED else 3

# Words that are given another name, everywhere in a file.
RENAMED = (
    ("bx_error", "bx_failure"), ("BX_NODISCARD", "BX_MUST_USE"), ("bx_code", "bx_status"), ("bx_str_of", "bx_str_from_z"),
    ("size_t", "usize"), ("return", "RETURN"), ("static", "internal"), ("NULL", "nullptr"), ("BX_OK", "BX_FINE"),
    ("->", "."), ("{", "{ /* begin */"), ("    ", "\t"), ("  ", " "), (";", " ;"), ("#include", "# include"),
    ("/*", "//"), ("err", "failure"), ("if (", "if("), (" *", " * "), ("\\n", "\\r\\n"))

# A line that matches, in one place of a file: what it becomes.
LINES = (
    (r"^#include \"(.*)\"$", r"#include <\1>"), (r"^static (.*)$", r"\1"), (r"^(int|bool|void) (\w+)\((.*)\)$", r"\1 \2_renamed(\3)"),
    (r"^enum \{$", "enum limits {"), (r"^\}$", "} /* end */"), (r"^(.*\S.{60,})$", r"\1 // long"), (r"^    return (.*);$", r"    return (\1);"))


def sed(script, contents):
    return subprocess.run(["sed", "-E", script], input=contents, capture_output=True, check=True).stdout


def quoted(text, special):
    return re.sub(f"([{re.escape(special)}])", r"\\\1", text)


class Refactor(ChangeTest):
    tool = "edit"

    def sources(self, holding):
        """Some of the files that hold this."""
        found = []
        for path in sorted((root / "src").rglob("*.[ch]")) + sorted((root / "tools").rglob("*.[ch]")):
            contents = path.read_bytes()
            if re.search(holding, contents, re.M) and len(contents) > 2000:
                found.append((path.name, contents))
        self.assertGreater(len(found), 0, holding)
        step = max(1, len(found) // FILES_OF_EACH)
        return found[::step][:FILES_OF_EACH]

    def test_rename_everywhere(self):
        for old, new in RENAMED:
            for name, contents in self.sources(re.escape(old).encode()):
                with self.subTest(old=old, file=name):
                    self.put(name, contents)
                    _, about = self.good(name, old_string=old, new_string=new, replace_all=True)
                    script = f"s/{quoted(old, '.*[]^$/+?(){}|' + chr(92))}/{quoted(new, '&/' + chr(92))}/g"
                    self.assertEqual(self.get(name), sed(script, contents))
                    self.assertEqual(about["replacements"], contents.count(old.encode()))

    def test_one_line(self):
        """The line is given with as many before it as make it the only place."""
        for pattern, becomes in LINES:
            for name, contents in self.sources(pattern.encode()):
                with self.subTest(pattern=pattern, file=name):
                    lines = contents.decode().split("\n")
                    at = next(n for n, line in enumerate(lines) if re.search(pattern, line))
                    want = sed(f"{at + 1}s~{pattern}~{becomes}~".replace(r"\w", "[a-zA-Z0-9_]"), contents)
                    first = at
                    while ("\n" + contents.decode()).count("\n" + "\n".join(lines[first:at + 1]) + "\n") > 1 and first > 0:
                        first -= 1
                    old = "\n".join(lines[first:at + 1]) + "\n"
                    if first > 0:
                        old = "\n" + old
                    new = old[:len(old) - len(lines[at]) - 1] + want.decode().split("\n")[at] + "\n"
                    self.put(name, contents)
                    self.good(name, old_string=old, new_string=new, expected=1)
                    self.assertEqual(self.get(name), want)

    def test_lines_put_in(self):
        for name, contents in self.sources(b"."):
            count = contents.count(b"\n")
            for line in (0, 1, count // 2, count - 1, count):
                with self.subTest(file=name, line=line):
                    self.put(name, contents)
                    self.good(name, insert_line=line, text="/* one */\n/* two */")
                    want = sed(rf"{max(line, 1)}{'a' if line else 'i'}\/* one */\n/* two */", contents)
                    self.assertEqual(self.get(name), want)

    def test_patches(self):
        """What diff(1) makes of a change, applied to a file that has grown in front and behind."""
        if not shutil.which("patch") or not shutil.which("diff"):
            self.skipTest("GNU patch and diff are not installed")
        for old, new in RENAMED[::3]:
            for name, contents in self.sources(re.escape(old).encode()):
                with self.subTest(old=old, file=name):
                    text = contents.decode()
                    first = text.index(old)
                    changed = text[:first] + new + text[first + len(old):]
                    changed = changed[:changed.rindex("\n}") + 1] + "/* more */\n" + changed[changed.rindex("\n}") + 1:]
                    self.put(f"a/{name}", text)
                    self.put(f"b/{name}", changed)
                    made = subprocess.run(["diff", "-u", f"a/{name}", f"b/{name}"], cwd=self.workspace, capture_output=True,
                                          check=False)
                    self.assertEqual(made.returncode, 1)
                    grown = "/* a */\n/* b */\n" + text + "/* c */\n"
                    self.put(name, grown)
                    done = subprocess.run(["patch", "-f", "-s", "-o", "-", name], input=made.stdout, cwd=self.workspace,
                                          capture_output=True, check=False)
                    result = self.call(name, patch=made.stdout.decode())
                    self.assertEqual(result["isError"], done.returncode != 0, result)
                    self.assertEqual(self.get(name), done.stdout if done.returncode == 0 else grown.encode())


if __name__ == "__main__":
    unittest.main()
