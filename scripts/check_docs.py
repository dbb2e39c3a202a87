#!/usr/bin/env python3
"""Compare the tables of the documents with the .def files they tell of.

docs/capabilities.md: the limits (policy/limits.def) and the run options (policy/options.def).
docs/outcome.md: the kinds of endings and the exit codes of exec (sandbox/outcomes.def).
Afterwards each table is damaged in memory, one cell at a time: a check that does not notice is an error too.
"""
import re
import sys

from sources import read

MIB, SEC, MOST = 1 << 20, 10**9, (1 << 63) - 1
SIZES = {"": 1, "KiB": 1 << 10, "MiB": MIB, "GiB": 1 << 30}
TIMES = {"ms": 10**6, "s": SEC, "m": 60 * SEC, "h": 3600 * SEC}
KIND_LINE = "| `kind` |"


def rows_of(text, macro):
    """The arguments of each MACRO(…) line; commas inside of string literals do not count."""
    for line in re.findall(rf"^{macro}\((.*)\)$", text, re.M):
        yield [part.strip() for part in re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^,"])+|(?<=,)(?=,)', line)]


def literal(text):
    return re.fullmatch(r'"(.*)"', text).group(1)


def table(text, heading, columns):
    """The cells of the first table with that many columns behind `heading`."""
    found = []
    for line in text[text.index(heading):].splitlines()[1:]:
        cells = [cell.strip() for cell in line.strip()[1:-1].split("|")]
        if line.startswith("|") and len(cells) == columns:
            found.append(cells)
        elif found:
            break
    return found[2:]                                        # without the header and the line below it


def number(expression):
    """`256 * BX_MIB` and the like."""
    names = {"BX_MIB": MIB, "BX_SEC": SEC, "INT64_MAX": MOST}
    value = 1
    for factor in expression.split("*"):
        value *= names.get(factor.strip()) or int(factor)   # a zero is `0`, written out
    return value


def amount(text, units):
    if text == "2⁶³−1":
        return MOST
    match = re.fullmatch(r"(\d+)([A-Za-z]*)", text)
    return int(match[1]) * units[match[2]] if match and match[2] in units else text


def code(text):
    return re.fullmatch(r"`(.*)`", text).group(1) if re.fullmatch(r"`.*`", text) else text


def check_limits(defs, doc):
    wanted = []
    for _, name, unit, default, most, bounds in rows_of(defs, "BX_LIMIT"):
        wanted.append([literal(name), unit.lower(), number(default), number(most), literal(bounds)])
    told = []
    for name, unit, default, most, bounds in table(doc, "## Limits", 5):
        units = {"time": TIMES, "size": SIZES}.get(unit, {"": 1})
        told.append([code(name), unit, amount(default, units), amount(most, units), re.sub(r" \(.*\)$", "", bounds)])
    return compare("limit", wanted, told)


def check_options(defs, doc):
    wanted = []
    for field, flag, argument, scope, how, with_, text in rows_of(defs, "BX_OPTION"):
        limit = literal(with_) if how == "LIMIT" else ""
        wanted.append([field, f"--{literal(flag)} {literal(argument)}", scope.lower(), limit, literal(text)])
    told = [[code(cell).replace("`", "") for cell in row] for row in table(doc, "## Run options", 5)]
    return compare("run option", wanted, told)


def check_outcomes(defs, doc):
    kinds = [(literal(name), int(exit_code)) for _, name, exit_code in rows_of(defs, "BX_OUTCOME")]
    line = next(line for line in doc.splitlines() if line.startswith(KIND_LINE))
    bad = compare("ending", [[name] for name, _ in kinds], [[name] for name in re.findall("`([a-z]+)`", line)[1:]])
    told = {}
    for exit_code, text in table(doc, "## Exit codes", 2):
        words = re.findall(r"`([a-z]+)`", re.split(r": | \(", text)[0])
        told |= {word: int(exit_code) if exit_code.isdigit() else 0 for word in words}
    return bad + compare("exit code", sorted(map(list, kinds)), sorted(map(list, told.items())))


def compare(what, wanted, told):
    bad = [f"{what} {row}: not so in the documents" for row in wanted if row not in told]
    bad += [f"{what} {row}: in the documents, but not in the code" for row in told if row not in wanted]
    return bad or ([] if wanted == told else [f"{what}s: told in another order than in the code"])


CHECKS = [
    (check_limits, "src/policy/limits.def", "docs/capabilities.md"),
    (check_options, "src/policy/options.def", "docs/capabilities.md"),
    (check_outcomes, "src/sandbox/outcomes.def", "docs/outcome.md"),
]
# Each is a change of the code that the documents would not tell.
CONTROLS = [
    (check_limits, '30 * BX_SEC, 24', '31 * BX_SEC, 24'), (check_limits, '24 * 3600', '23 * 3600'),
    (check_limits, '"depth", COUNT, 16', '"depth", COUNT, 5'), (check_limits, '"stack of guest', '"stacks of guest'),
    (check_limits, 'BX_LIMIT(calls', '// BX_LIMIT(calls'), (check_limits, '"tables"', '"table"'),
    (check_options, '"work-dir"', '"workdir"'), (check_options, 'RUNTIME, CACHE_DIR', 'GRANT, CACHE_DIR'),
    (check_options, '"wall", "limit', '"fuel", "limit'), (check_options, '"CIDR"', '"NET"'),
    (check_options, '"limit stack"', '"limit heap"'), (check_options, 'BX_OPTION(deny', '// BX_OPTION(deny'),
    (check_outcomes, '124', '123'), (check_outcomes, '"fuel"', '"gas"'),
    (check_outcomes, 'BX_OUTCOME(DENIED', '// BX_OUTCOME(DENIED'),
]


def main():
    bad = []
    for check, defs, doc in CHECKS:
        defs_text, doc_text = read(defs), read(doc)
        bad += [f"{doc}: {line}" for line in check(defs_text, doc_text)]
        for damaged, old, new in CONTROLS:
            if damaged is check and (old not in defs_text or not check(defs_text.replace(old, new, 1), doc_text)):
                bad.append(f"scripts/check_docs.py: nothing notices {new!r} instead of {old!r} in {defs}")
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
