#!/usr/bin/env python3
"""Refuse text that only makes sense on one machine: paths of a developer's home or checkout, package registry hosts.

scripts/text-allow.txt lists harmless exceptions, one `PATH TEXT` a line: TEXT may stand in PATH.
"""
import re
import sys

from sources import read, root, text_files

EXAMPLE_USERS = "u|user|user2|you|me|alice|bob|someone"
PATTERNS = [
    (re.compile(r"(?<![\w./~}-])/(?:work|root)/[\w.-]*"), "a path of one machine"),
    (re.compile(rf"(?<![\w.}}-])/home/(?!(?:{EXAMPLE_USERS})\b)[a-z][\w-]*"), "a home directory"),
    (re.compile(r"\b(?:index|static)\.crates\.io\b|\bregistry\.npmjs\.org\b|\b(?:files\.)?pythonhosted\.org\b|"
                r"\bpypi\.org\b|\bproxy\.golang\.org\b|\bdeb\.debian\.org\b|\brepo1?\.maven\.org\b"),
     "a registry host"),
    (re.compile(r"(?:index-url|registry|GOPROXY)\s*=\s*[\"']?https?://\S+"), "a registry setting"),
]
EXEMPT = {"scripts/check_text.py", "scripts/text-allow.txt"}


def main():
    allowed = set()
    for line in (root / "scripts/text-allow.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            allowed.add(tuple(line.split(None, 1)))
    bad = []
    for name in text_files():
        if str(name) in EXEMPT:
            continue
        for number, line in enumerate(read(name).splitlines(), 1):
            for pattern, what in PATTERNS:
                for match in pattern.finditer(line):
                    if (str(name), match.group()) not in allowed:
                        bad.append(f"{name}:{number}: {match.group()}: {what}")
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
