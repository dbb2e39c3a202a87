#!/usr/bin/env python3
"""Hold SECURITY.md to its tests: each promise names at least one test that attacks it, and every named test exists.

A test is written `FILE`: `NAME`, `NAME`...; FILE is the base name of a C test, an end-to-end test or the table of probes.
A promise names its tests in its own row, or in the row of "Tests of the promises" that begins with its first words.
"""
import re
import sys

from sources import own_code, root

REFERENCE = re.compile(r"`([\w.]+\.(?:c|py|def))`: ((?:`\w+`(?:, )?)+)")
ROW = re.compile(r"^\| (.+?) \| (.+) \|$", re.M)
FORMS = {".c": r"\bRUN\({}\)", ".py": r"(?:def|class) {}\b", ".def": r"\bBX_PROBE\({},"}


def section(text, title):
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return [row for row in ROW.findall(found.group(1)) if not row[0].startswith(("promise", "---"))] if found else []


def references(row):
    return [(file, name) for file, names in REFERENCE.findall(" | ".join(row)) for name in re.findall(r"\w+", names)]


def missing(file, name, texts):
    if file not in texts:
        return f"no test file is called {file}"
    form = FORMS[file[file.rindex("."):]].format(re.escape(name))
    return None if re.search(form, texts[file]) else f"{file} has no test {name}"


def complaints(text, texts):
    promises, tests = section(text, "What is promised"), section(text, "Tests of the promises")
    for promise in promises:
        rows = [promise] + [row for row in tests if promise[0].startswith(row[0].rstrip("…").rstrip())]
        if not any(references(row) for row in rows):
            yield f"no test attacks: {promise[0][:60]}"
    for row in tests:
        if not any(promise[0].startswith(row[0].rstrip("…").rstrip()) for promise in promises):
            yield f"tests of what is not promised: {row[0][:60]}"
    for row in promises + tests:
        for file, name in references(row):
            if words := missing(file, name, texts):
                yield words


def main():
    texts = {}
    for name in own_code(".c", ".py", ".def"):
        texts[name.name] = texts.get(name.name, "") + (root / name).read_text()
    text = (root / "SECURITY.md").read_text()
    bad = [f"SECURITY.md: {line}" for line in complaints(text, texts)]
    # Each is a change of the document that must be noticed.
    first = section(text, "Tests of the promises")[0]
    for old, new in ((first[0], "what nobody promised"), ("| promise | by |", "| promise | by |\n| it flies | wings |"),
                     (f"`{references(first)[0][1]}`", "`no_such_test`"), (f"`{references(first)[0][0]}`", "`none_test.c`")):
        if old not in text or not list(complaints(text.replace(old, new), texts)):
            bad.append(f"scripts/check_promises.py: nothing notices {new!r} instead of {old!r}")
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
