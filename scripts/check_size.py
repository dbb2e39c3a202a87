#!/usr/bin/env python3
"""Refuse files over 1000 lines and functions over 100, but for what size-allow.txt lists.

A line of that list is `PATH LINES` or `PATH:FUNCTION LINES`.  It may only shrink: an entry that grew, or that is no
longer needed, is an error as well.
"""
import re
import sys

from sources import own_code, read, root

MAX_FILE, MAX_FUNCTION = 1000, 100
RUST_FN = re.compile(r"( *)(?:pub(?:\([a-z]+\))? )?(?:const )?(?:async )?(?:unsafe )?(?:extern \"C\" )?fn (\w+)")
C_NAME = re.compile(r"(\w+)\s*\(")


def c_functions(lines):
    """Our style puts a function's braces alone in column 0."""
    start = name = None
    for number, line in enumerate(lines):
        if line == "{" and start is None:
            start, name = number, "?"
            for back in range(number - 1, max(number - 12, -1), -1):       # signatures may span lines
                found = C_NAME.match(lines[back].lstrip("*")) or C_NAME.search(lines[back])
                if found and not lines[back].startswith(" "):
                    name = found.group(1)
                    break
        elif line.startswith("}") and start is not None:
            yield name, number - start + 1
            start = None


def rust_functions(lines):
    for number, line in enumerate(lines):
        match = RUST_FN.match(line)
        if not match or line.rstrip().endswith((";", "}")):
            continue
        closing = match.group(1) + "}"
        for end in range(number, len(lines)):
            if lines[end] == closing:
                yield match.group(2), end - number + 1
                break


def too_long():
    """{what: lines} of everything over a limit."""
    found = {}
    for name in own_code(".c", ".h", ".rs", ".py", ".js", ".sh"):
        lines = read(name).splitlines()
        if len(lines) > MAX_FILE:
            found[str(name)] = len(lines)
        functions = c_functions if name.suffix in (".c", ".h") else rust_functions if name.suffix == ".rs" else None
        for function, length in functions(lines) if functions else ():
            if length > MAX_FUNCTION:
                found[f"{name}:{function}"] = length
    return found


def main():
    allowed = {}
    for line in (root / "scripts/size-allow.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            allowed[words[0]] = int(words[1])
    found, bad = too_long(), []
    for what, length in sorted(found.items()):
        if length > allowed.get(what, 0):
            limit = allowed.get(what) or (MAX_FUNCTION if ":" in what else MAX_FILE)
            bad.append(f"{what}: {length} lines, at most {limit}")
    bad += [f"scripts/size-allow.txt: {what} is no longer too long, remove its line" for what in allowed
            if what not in found]
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
