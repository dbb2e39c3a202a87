#!/usr/bin/env python3
"""Refuse circles between the Rust modules of engine/, and an import that climbs its folders.

The graph is that of the paths written with `crate::` and `super::`, in `use` and in the code.
"""
import pathlib
import re
import sys

from sources import root

SRC = root / "engine/src"
ORDER = ["abi", "core", "component", "typed", "file", "doors"]      # each may use those before it
COMMENT = re.compile(r"//.*")
GROUP = re.compile(r"(\w+(?:::\w+)*)::\{([^{}]*)\}")
PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")
REEXPORT = re.compile(r"\bpub use (\w+)::")


def module_of(path):
    parts = list(path.relative_to(SRC).with_suffix("").parts)
    return tuple(parts[:-1] if parts[-1] in ("mod", "lib") else parts)


def expanded(text):
    """Paths with `{a, b::c}` written out, innermost groups first."""
    text = COMMENT.sub("", text)
    while True:
        found = GROUP.search(text)
        if not found:
            return text
        prefix, items = found.groups()
        whole = ", ".join(prefix if item.strip() == "self" else f"{prefix}::{item.strip()}"
                          for item in items.split(",") if item.strip())
        text = text[:found.start()] + whole + text[found.end():]


def imports(module, is_folder, text, modules):
    """The modules that `text`, the code of `module`, names."""
    text = expanded(text)
    here = module if is_folder else module[:-1]               # what `super` of a plain file is
    for path in PATH.findall(text):
        head, *rest = path.split("::")
        if head == "crate":
            start = ()
        elif head == "super":
            start = here[:-1] if is_folder else here
        else:
            start = module
        full = start + tuple(rest)
        while full and full not in modules:
            full = full[:-1]
        if full and full != module:
            yield full
    for child in REEXPORT.findall(text) if is_folder else ():
        if module + (child,) in modules:
            yield module + (child,)


def graph():
    paths = {module_of(path): path for path in sorted(SRC.rglob("*.rs"))}
    return {module: set(imports(module, path.name in ("mod.rs", "lib.rs"), path.read_text(), paths))
            for module, path in paths.items() if module}


def circle(edges):
    """One circle as a list of modules, or None."""
    state = {}

    def walk(module, way):
        state[module] = "open"
        for other in sorted(edges[module]):
            if state.get(other) == "open":
                return way[way.index(other):] + [other] if other in way else [module, other]
            if other not in state:
                found = walk(other, way + [other])
                if found:
                    return found
        state[module] = "done"
        return None

    for module in sorted(edges):
        if module not in state:
            found = walk(module, [module])
            if found:
                return found
    return None


def climbs(edges):
    for module, others in sorted(edges.items()):
        if module[0] not in ORDER:
            yield f"engine/src/{module[0]}/ has no place in the order of check_imports.py"
            continue
        for other in sorted(others):
            if ORDER.index(other[0]) > ORDER.index(module[0]):
                yield f"engine/src: {'::'.join(module)} may not use {'::'.join(other)}, which is above it"


def can_fail():
    """Whether this script still sees what it is here for."""
    modules = {("abi",), ("abi", "types"), ("core",), ("core", "ends")}
    ring = {("a",): {("b",)}, ("b",): {("c",)}, ("c",): {("a",)}}
    up = set(imports(("abi", "types"), False, "use crate::core::{ends::{self, Cause}};", modules))
    return (up == {("core", "ends")} and list(climbs({("abi", "types"): up})) and
            set(imports(("core", "ends"), False, "super::Limiter", modules)) == {("core",)} and
            circle(ring) and not circle(ring | {("c",): set()}))


def main():
    if not can_fail():
        print("scripts/check_imports.py: does not find a circle or a climb that is there")
        return 1
    edges = graph()
    if len(edges) < len(ORDER) or not any(edges.values()):
        print("engine/src: no modules found, so nothing was checked")
        return 1
    bad = list(climbs(edges))
    found = circle(edges)
    if found:
        bad.append("engine/src: a circle: " + " -> ".join("::".join(module) for module in found))
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
