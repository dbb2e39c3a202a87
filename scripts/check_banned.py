#!/usr/bin/env python3
"""Refuse calls that cannot be made safely at the call site, in all our C.

src/base/banned.h does the same at compile time for src/; this also covers tools, benchmarks, fuzz targets and
examples, but not the guests below tests/: those use the C library as anyone's program might.
"""
import re
import sys

from sources import own_code, read

BANNED = "strcpy strcat sprintf vsprintf strtok atoi atol atoll sscanf strtol gets alloca setjmp longjmp".split()
CALL = re.compile(rf"(?<![\w.>])({'|'.join(BANNED)})\s*\(")
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def blank(match):
    """Comments and strings go, line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group())


def main():
    bad = []
    for name in own_code(".c", ".h"):
        if name.parts[:2] in (("tests", "guests"), ("tests", "components"), ("tests", "foreign")):
            continue
        for number, line in enumerate(NOT_CODE.sub(blank, read(name)).splitlines(), 1):
            for call in CALL.findall(line):
                if name.parts[0] == "fuzz" and call in ("setjmp", "longjmp"):
                    continue            # in place of the end of the process, which a program under test asks for
                bad.append(f"{name}:{number}: {call}() is banned")
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
