#!/usr/bin/env python3
"""Refuse an #include that climbs the layers, or a third-party header outside its folder.  Rules: layers.txt."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')


def read_rules(path):
    """Return ({folder: (number, extra folders)}, {header prefix: folders})."""
    level, owners = {}, {}
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith("<"):
            owners[words[0][1:]] = set(words[1:])
            continue
        names, _, extra = " ".join(words[1:]).partition("+")
        for name in names.split():
            level[name] = (int(words[0]), set(extra.split()))
    return level, owners


def check_folder(folder, target, level):
    """Why `folder` may not include `target`, or None."""
    if folder not in level:
        return f"{folder}/ has no line in layers.txt"
    number, extra = level[folder]
    if target == folder or target in extra or level[target][0] < number:
        return None
    return f"{folder}/ (layer {number}) may not include {target}/ (layer {level[target][0]})"


def check_file(path, level, owners):
    parts = path.relative_to(root / "src").parts
    folder = parts[0] if len(parts) > 1 else None         # src/main.c may include what it likes of ours
    for number, text in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(text)
        if not match:
            continue
        kind, name = match.groups()
        target = name.split("/")[0]
        owner = next((who for prefix, who in owners.items() if name == prefix or
                      prefix.endswith("/") and name.startswith(prefix)), None)
        why = None
        if owner is not None:
            if folder not in owner:
                why = f"only {', '.join(sorted(owner))} may include {name}"
        elif kind == '"' and target not in level:
            why = f'"{name}" is in no folder of layers.txt'
        elif kind == '"' and folder:
            why = check_folder(folder, target, level)
        if why:
            yield f"{path.relative_to(root)}:{number}: {why}"


def main():
    level, owners = read_rules(root / "scripts/layers.txt")
    bad = [line for path in sorted((root / "src").rglob("*.[ch]")) for line in check_file(path, level, owners)]
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
