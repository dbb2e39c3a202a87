"""Tools of one's own in Go and Rust: what `boxagnts tool new` writes, and those of examples/tools, built and checked."""
import os
import pathlib
import shutil
import subprocess

import toolchains
from tool import Wrong

EXAMPLES = {"go": "json_format", "rust": "slug"}
BOXAGNTS = str(pathlib.Path(toolchains.BOXAGNTS).resolve())


def has_target():
    found = subprocess.run(["rustc", "--print", "target-libdir", "--target", "wasm32-wasip1"], capture_output=True, text=True,
                           check=False)
    return found.returncode == 0 and any(pathlib.Path(found.stdout.strip()).glob("libstd-*.rlib"))


def need_tool_chain(language):
    if language == "go":
        toolchains.need(shutil.which("go"), "no go")
    elif not shutil.which("cargo") or not shutil.which("rustc") or not has_target():
        raise toolchains.Missing("no cargo, or no standard library for wasm32-wasip1 (rustup target add wasm32-wasip1)")


def build(language, where):
    need_tool_chain(language)
    toolchains.command(["make", "-s", "-C", where], CARGO_TARGET_DIR=str(where / "target"))
    return next(where.glob("*.wasm"))


def check(wasm):
    done = subprocess.run([BOXAGNTS, "tool", "check", wasm], capture_output=True, text=True, check=False)
    if done.returncode or done.stdout.count("ok: ") < 4 or "all of WASI preview1" not in done.stdout:
        raise Wrong(f"status {done.returncode}: {done.stdout}{done.stderr}")


def run(tally):
    for language, example in EXAMPLES.items():
        top = toolchains.OUT / "own" / language
        shutil.rmtree(top, ignore_errors=True)
        top.mkdir(parents=True)
        shutil.copytree(toolchains.ROOT / "examples/tools" / example, top / example,
                        ignore=shutil.ignore_patterns("*.wasm", "target"))
        subprocess.run([BOXAGNTS, "tool", "new", "hello", "--lang", language, "--dir", top / "hello"], check=True,
                       stdout=subprocess.DEVNULL, env=dict(os.environ))
        for name in ("hello", example):
            wasm = tally.build(f"own-{language}", build, language, top / name)
            if wasm:
                tally.check(f"own-{language}/{name}", lambda wasm=wasm: check(wasm))
