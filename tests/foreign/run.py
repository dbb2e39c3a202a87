#!/usr/bin/env python3
"""Programs of other tool chains, run unchanged: run.py [WORD…]

Builds what the tool chains of this machine allow into build/foreign, runs every program with `boxagnts exec` under several
grants and compares output, exit code and what is on the disk.  One line a test, `NAME ok`, `NAME FAILED` with what was wrong, or
`NAME skipped: WHY`; a last line counts them.  With words, only tests whose name contains one of them.
"""
import pathlib
import sys
import tempfile

import fetch_cases
import file_cases
import other_cases
import own_tool_cases
import portable_cases
import shell_cases
import toolchains
import typed_cases
from tool import Tool, Wrong

ALL = {name for case in file_cases.CASES for name in case.commands}
STRESS = {"timers", "many", "root"}                         # Go only: goroutines, os.Root
LIBC = {"rewind", "poll", "real", "whole"}                  # C only
SHIM = {"random", "now"}                                    # AssemblyScript only
RUST_LACKS = {"touch", "lstat", "symlink"}
AS_HAS = {"args", "env", "exit", "count", "panic"} | SHIM
COMMON = ALL - STRESS - LIBC - SHIM

# Programs with the commands of `ft`: name, builder, commands, what Tool has to know.
MODULES = [
    ("rust", toolchains.rust, COMMON - RUST_LACKS, {}),
    ("go", toolchains.go, COMMON | STRESS, {"panic": (2, "exit")}),
    ("zig", toolchains.zig_c, COMMON | LIBC, {"outside": "not found"}),
    ("as", toolchains.assemblyscript, AS_HAS, {"panic": (255, "exit")}),
]
# Debian's Rust takes the pages the adapter was given for its own once its heap grows; `boxagnts componentize` sees to
# that, jco does not.
HEAP = {("rust-jco", "large_directory")}
# Go and AssemblyScript take it for granted that nobody else grows their memory, which the adapter does: wrapped, they
# destroy its state in every runtime.
WRAPPED = {"rust", "zig"}
COMPONENTS = [
    ("js", toolchains.js_command, COMMON, {"panic": (1, "exit")}),
    ("py", toolchains.py_command, COMMON, {"outside": "not found", "stream_error": "errno 29"}),
]


class Tally:
    def __init__(self, words):
        self.words = words
        self.passed = self.failed = self.skipped = 0

    def wanted(self, name):
        return not self.words or any(word in name for word in self.words)

    def skip(self, name, why):
        self.skipped += 1
        print(f"{name} skipped: {why}", flush=True)

    def check(self, name, test):
        if not self.wanted(name):
            return
        try:
            test()
        except (Wrong, OSError) as error:
            self.failed += 1
            print(f"{name} FAILED: {error}", flush=True)
        else:
            self.passed += 1
            print(f"{name} ok", flush=True)

    def build(self, name, builder, *arguments):
        """The file, or None after saying why there is none.  A tool chain that is there and fails is a failure."""
        if self.words and not any("/" not in word or word.split("/")[0] in name for word in self.words):
            return None
        try:
            return builder(*arguments)
        except toolchains.Missing as error:
            self.skip(name, error)
        except toolchains.Broken as error:
            self.failed += 1
            print(f"{name} FAILED: {error}", flush=True)
        return None


def run_cases(tally, tool, cases):
    for case in cases:
        if (tool.name, case.__name__) in HEAP:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            tool.dir = pathlib.Path(scratch) / "dir"
            tool.dir.mkdir()
            tally.check(f"{tool.name}/{case.__name__}", lambda: case(tool))


def run_files(tally, tool, commands):
    run_cases(tally, tool, [case for case in file_cases.CASES if case.commands <= commands])


def wrapped(tally, name, file):
    """The module as a component, made by jco and by us: pairs of a name and a file."""
    for suffix, wrap in (("jco", toolchains.by_jco), ("own", toolchains.by_boxagnts)):
        component = tally.build(f"{name}-{suffix}", wrap, file)
        if component:
            yield f"{name}-{suffix}", component


def file_tools(tally):
    for name, builder, commands, about in MODULES:
        file = tally.build(name, builder)
        if not file:
            continue
        run_files(tally, Tool(name, file, ALL - commands, **about), commands)
        if {"count", "head", "write"} <= commands:
            run_cases(tally, Tool(name, file, ALL - commands, **about), shell_cases.CASES)
        for full, component in wrapped(tally, name, file) if name in WRAPPED else ():
            run_files(tally, Tool(full, component, ALL - commands, component=True, **about), commands)
    for name, builder, commands, about in COMPONENTS:
        file = tally.build(name, builder)
        if file:
            run_files(tally, Tool(name, file, ALL - commands, component=True, **about), commands)


def other_programs(tally):
    for name, builder, cases in (("clap", toolchains.clap, other_cases.CLAP), ("c++", toolchains.zig_cpp, other_cases.CPP)):
        file = tally.build(name, builder)
        if file:
            run_cases(tally, Tool(name, file), cases)
            for full, component in wrapped(tally, name, file):
                run_cases(tally, Tool(full, component, component=True), cases)


def typed_components(tally):
    for name, builder, negative in (("js", toolchains.js_typed, False), ("py", toolchains.py_typed, True)):
        file = tally.build(f"typed-{name}", builder)
        if file:
            typed_cases.run(tally, f"typed-{name}", file, negative)


def fetchers(tally):
    for name, builder in (("js", toolchains.js_fetch), ("py", toolchains.py_fetch), ("old", toolchains.js_old)):
        file = tally.build(f"fetch-{name}", builder)
        if file:
            fetch_cases.run(tally, Tool(f"fetch-{name}", file, component=True))


def main(words):
    toolchains.OUT.mkdir(parents=True, exist_ok=True)
    tally = Tally(words)
    file_tools(tally)
    other_programs(tally)
    typed_components(tally)
    fetchers(tally)
    portable_cases.run(tally)
    own_tool_cases.run(tally)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
