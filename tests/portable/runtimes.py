"""The runtimes that are compared: each takes a Case, runs it on a workspace of its own, and gives what came out as a Result.

BoxAgnts itself, Node's WASI, wazero (Go), and a page in Chromium.  A runtime that is not to be had raises unittest.SkipTest.
"""
import base64
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import webdriver
from support import BOXAGNTS, TOOLS, root

PROGRAMS = TOOLS.parent / "programs"
PORTABLE = root / "examples/portable"
CACHE = root / "build/portable"
MTIME = 1700000000


@dataclasses.dataclass
class Case:
    """One call.  `files`: name to text, bytes, {"base64": …}, {"link": …} or {"dir": True}; `stdin`: bytes; `wasm`: a file of TOOLS or
    PROGRAMS; `programs`: it starts others."""
    name: str
    wasm: pathlib.Path
    stdin: bytes = b""
    files: dict = dataclasses.field(default_factory=dict)
    argv0: str = ""
    args: tuple = ()
    env: dict = dataclasses.field(default_factory=dict)
    programs: bool = False


@dataclasses.dataclass
class Result:
    stdout: bytes
    status: int
    files: dict                                             # name to bytes, "link: …" or "dir"
    stderr: bytes = b""

    def differs(self, other):
        """In words, or None.  Standard error is for people, and is not compared."""
        if self.stdout != other.stdout:
            return f"stdout {other.stdout!r}\n   instead of {self.stdout!r}\n   stderr {other.stderr[:2000]!r}"
        if self.status != other.status:
            return f"status {other.status} instead of {self.status}; stderr {other.stderr[:2000]!r}"
        if self.files != other.files:
            names = [name for name in {*self.files, *other.files} if self.files.get(name) != other.files.get(name)]
            return "files afterwards: " + ", ".join(
                f"{name}: {other.files.get(name)!r} instead of {self.files.get(name)!r}" for name in sorted(names))
        return None


def content(value):
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def lay_out(directory, files):
    """The files of a case below `directory`, with times that are the same everywhere, the later in the list the newer."""
    for name, value in files.items():
        path = pathlib.Path(directory, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, dict) and "link" in value:
            path.symlink_to(value["link"])
        elif isinstance(value, dict) and value.get("dir"):
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content(value))
    for number, name in enumerate(files):
        os.utime(pathlib.Path(directory, name), (MTIME + number, MTIME + number), follow_symlinks=False)


def gathered(directory):
    ret = {}
    for path in sorted(pathlib.Path(directory).rglob("*")):
        name = str(path.relative_to(directory))
        if path.is_symlink():
            ret[name] = "link: " + os.readlink(path)
        else:
            ret[name] = "dir" if path.is_dir() else path.read_bytes()
    return ret


def environment(case):
    return [word for name, value in {"PWD": "/workspace", **case.env}.items() for word in ("--env", f"{name}={value}")]


class Commands:
    """A runtime that is a command line."""

    def run(self, case):
        with tempfile.TemporaryDirectory() as top:
            work = pathlib.Path(top, "work")
            for directory in (work, pathlib.Path(top, "tmp")):
                directory.mkdir()
            lay_out(work, case.files)
            done = subprocess.run(self.command(case, work), input=case.stdin, capture_output=True, timeout=120, check=False,
                                  env=dict(os.environ, NODE_NO_WARNINGS="1", XDG_CACHE_HOME=str(CACHE)))
            return Result(done.stdout, done.returncode, gathered(work), done.stderr)


class BoxAgnts(Commands):
    name = "boxagnts"

    def command(self, case, work):
        allow = ["--allow", "tool:*", "--allow", "tmp"] if case.programs else []
        argv0 = ["--no-manifest", "--argv0", case.argv0] if case.argv0 else []
        return [BOXAGNTS, "exec", "--mount", f"{work}::/workspace", "--allow", "rw:/workspace", *allow, *argv0,
                *environment(case), case.wasm, "--", *case.args]


class Node(Commands):
    name = "node"

    def __init__(self):
        self.node = shutil.which("node")
        if not self.node:
            raise unittest.SkipTest("no node here: apt-get install nodejs")
        text = subprocess.run([self.node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.version = f"node {text}"
        major = int(re.match(r"v(\d+)", text).group(1))
        self.exact = f"node{major}"
        if major < 18:
            raise unittest.SkipTest(f"{self.version} is older than 18")
        self.flags = ["--experimental-wasi-unstable-preview1"] if major < 20 else []

    def command(self, case, work):
        programs = ["--dir", f"{work.with_name('tmp')}::/tmp", "--toolbox", toolbox() / "toolbox"] if case.programs else []
        argv0 = ["--argv0", case.argv0] if case.argv0 else []
        return [self.node, *self.flags, PORTABLE / "node.mjs", "--dir", f"{work}::/workspace", *programs, *argv0,
                *environment(case), case.wasm, *case.args]


class Wazero(Commands):
    name = "wazero"
    exact = "wazero"

    def __init__(self):
        go = shutil.which("go") or "/usr/local/go/bin/go"
        if not os.access(go, os.X_OK):
            raise unittest.SkipTest("no go here: apt-get install golang-go")
        CACHE.mkdir(parents=True, exist_ok=True)
        self.binary = CACHE / "boxagnts-wazero"
        env = {"GOCACHE": str(CACHE / "go-build"), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", **os.environ}
        done = subprocess.run([go, "build", "-o", self.binary, "."], cwd=PORTABLE / "wazero", capture_output=True, text=True,
                              timeout=600, check=False, env=env)
        if done.returncode != 0:
            if re.search(r"dial tcp|no such host|i/o timeout|connection refused|proxyconnect|Forbidden", done.stderr):
                raise unittest.SkipTest(f"wazero could not be fetched: {done.stderr.strip().splitlines()[-1]}")
            raise AssertionError(f"examples/portable/wazero does not build:\n{done.stderr}")
        lines = (PORTABLE / "wazero/go.mod").read_text()
        self.version = "wazero " + re.search(r"wazero (v\S+)", lines).group(1)

    def command(self, case, work):
        programs = ["--dir", f"{work.with_name('tmp')}::/tmp", "--toolbox", toolbox() / "toolbox"] if case.programs else []
        argv0 = ["--argv0", case.argv0] if case.argv0 else []
        return [self.binary, "--dir", f"{work}::/workspace", *programs, *argv0, *environment(case), case.wasm, *case.args]


def toolbox():
    """The folder of scripts/toolbox, with the page, laid out once in a process."""
    if not toolbox.made:
        toolbox.made = tempfile.TemporaryDirectory()
        subprocess.run([sys.executable, root / "scripts/toolbox", "--page", TOOLS.parent, toolbox.made.name], check=True, timeout=120)
    return pathlib.Path(toolbox.made.name)


toolbox.made = None


class Exchange:
    """A runtime that is asked by requests of exchange.js, on a workspace in memory."""

    def run(self, case):
        files = {}
        for number, (name, value) in enumerate(case.files.items()):
            files[name] = {"mtime": MTIME + number}
            if isinstance(value, dict) and "link" in value:
                files[name]["link"] = value["link"]
            elif not (isinstance(value, dict) and value.get("dir")):
                files[name]["base64"] = base64.b64encode(content(value)).decode()
        answer = self.ask({"wasm": case.wasm.name, "argv0": case.argv0 or case.wasm.name, "args": list(case.args), "env": case.env,
                           "stdin": base64.b64encode(case.stdin).decode(), "files": files})
        after = {}
        for name, value in answer["files"].items():
            after[name] = "dir" if value is None else base64.b64decode(value["base64"]) if "base64" in value else "link: " + value["link"]
        return Result(base64.b64decode(answer["stdout"]), answer["code"], after, base64.b64decode(answer["stderr"]))


class Memory(Exchange):
    """The page's modules in Node: what can be tried where there is no browser."""
    name = "memory"

    def __init__(self):
        node = Node()
        self.version = f"{node.version}, files in memory"
        self.process = subprocess.Popen([node.node, root / "tests/portable/memory_host.mjs", toolbox() / "toolbox"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError("the host of the modules has ended")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Browser(Exchange):
    """The page itself, in Chromium."""
    name = "browser"

    def __init__(self):
        try:
            self.chromium = webdriver.Chromium()
        except FileNotFoundError as error:
            raise unittest.SkipTest(str(error)) from None
        self.version = self.chromium.version
        self.server = webdriver.Server(toolbox())
        self.exchange = (root / "tests/portable/exchange.js").read_text(encoding="utf-8")
        self.open()

    def open(self):
        self.chromium.go(self.server.url + "/index.html")
        self.chromium.run("await toolbox.list();")

    def ask(self, request):
        return self.chromium.run(f"const box = toolbox; const [request] = given;\n{self.exchange}", request)

    def close(self):
        self.chromium.close()
        self.server.close()
