#!/usr/bin/env python3
"""Refuse an #include that climbs the layers, or a third-party header outside its folder.  Rules: layers.txt.

Below src/ a folder has a number; everywhere else (tools, benchmark, fuzz targets, examples) a directory names the
folders it may include.  Every C file of ours outside the tests' guests must stand under a rule.
"""
import pathlib
import re
import sys

from sources import own_code, read, root

INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')
EXEMPT = ("tests/guests", "tests/components", "tests/foreign", "tests/tools", "bench/guests", "engine")


def read_rules(path):
    """({folder of src: number}, {directory: folders it may include}, {header prefix: directories})."""
    level, outside, owners = {}, {}, {}
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith("<"):
            owners[words[0][1:]] = set(words[1:])
        elif words[0].isdigit():
            level.update({name: int(words[0]) for name in words[1:]})
        else:
            outside[words[0]] = set(words[1:])
    return level, outside, owners


def home_of(name, outside):
    """The folder of src/ or the directory of a rule that a file belongs to; None for src/main.c, "" for no rule."""
    parts = name.parts
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else None
    return max((d for d in outside if name.is_relative_to(d)), key=len, default="")


def target_of(name, directory, level, outside):
    """Which folder or directory a quoted include means."""
    first = name.split("/")[0]
    if first in level or name.split("/")[0] == "..":
        return first
    if "/" in name:
        above = [f"tools/{path}" for path in pathlib.PurePosixPath(name).parents] + [first]
        return next((d for d in above if d in outside), None)
    if (root / directory / name).exists():
        return "."
    return next((d for d in outside if (root / d / name).exists()), ".")       # generated: of its own directory


def judge(home, target, level, outside):
    """Why `home` may not include `target`, or None."""
    if target in (home, "."):
        return None
    if home in level:
        if target in level and level[target] < level[home]:
            return None
        return f"{home}/ (layer {level[home]}) may not include {target}/"
    return None if target in outside[home] else f"{home}/ may not include {target}/"


def check_file(name, level, outside, owners):
    home = home_of(name, outside)
    if home == "":
        yield f"{name}: no line of layers.txt is about its directory"
        return
    if home is not None and name.parts[0] == "src" and home not in level:
        yield f"{name}: {home}/ has no line in layers.txt"
        return
    for number, text in enumerate(read(name).splitlines(), 1):
        match = INCLUDE.match(text)
        if not match:
            continue
        kind, header = match.groups()
        owner = next((who for prefix, who in owners.items() if header == prefix or
                      prefix.endswith("/") and header.startswith(prefix)), None)
        why = None
        if owner is not None:
            why = None if home in owner else f"only {', '.join(sorted(owner))} may include {header}"
        elif kind == '"' and home is not None:
            target = target_of(header, name.parent, level, outside)
            why = f'"{header}" is in no folder of layers.txt' if target is None else judge(home, target, level, outside)
        if why:
            yield f"{name}:{number}: {why}"


def main():
    level, outside, owners = read_rules(root / "scripts/layers.txt")
    bad = [line for name in own_code(".c", ".h") if not str(name).startswith(EXEMPT)
           for line in check_file(pathlib.PurePosixPath(name), level, outside, owners)]
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
