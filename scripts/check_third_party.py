#!/usr/bin/env python3
"""Refuse other people's code in the repository, and a docs/dependencies.md that lists other fetched sources than
third-party.txt does."""
import sys

from sources import read, text_files
from third_party import read_table

PAGE, HEADING = "docs/dependencies.md", "## C sources fetched by the build"


def row(source):
    """The line of the page for one source."""
    return f"| {source.name} {source.version} | {source.licence} | {source.kind} `{source.package}` | {source.used_by} | " \
           f"{source.reason} |"


def main():
    wanted = [row(source) for source in read_table()]
    section = read(PAGE).partition(HEADING + "\n")[2].partition("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("|")][2:]
    bad = [f"{PAGE}: not in third-party.txt: {line}" for line in found if line not in wanted]
    bad += [f"{PAGE}: missing: {line}" for line in wanted if line not in found]
    bad += [f"{name}: other people's code is fetched, not committed" for name in text_files()
            if name.parts[0] in ("third_party", "vendor")]
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
