"""One built program and how a case runs it: with which grants, and what must come out."""
import json
import os
import pathlib
import subprocess

from toolchains import BOXAGNTS


class Wrong(Exception):
    """What came out is not what must come out."""


class Tool:
    """A program under test.  `lacks`: commands its language cannot do.  `component`: exit codes are 0 and 1 only.
    `outside`: what its library says of a path below no preopened directory.  `stream_error`: the one thing its library
    says when writing to a file fails; None when it tells the reasons apart."""

    def __init__(self, name, file, lacks=(), panic=(132, "trap"), component=False, outside="outside", stream_error=None):
        self.name = name
        self.file = file
        self.lacks = set(lacks)
        self.panic = panic
        self.component = component
        self.outside = outside
        self.stream_error = stream_error
        self.dir = pathlib.Path()

    def exec(self, flags, words, stdin=b"", environment=None, timeout_s=300):
        """boxagnts exec FLAGS FILE -- WORDS; subprocess.CompletedProcess with bytes."""
        return subprocess.run([BOXAGNTS, "exec", *map(str, flags), str(self.file), "--", *words], input=stdin,
                              capture_output=True, timeout=timeout_s, env=dict(os.environ, **(environment or {})), check=False)

    def grants(self, read_only=False):
        return ["--map-dir", f"{self.dir}::/d" + (":ro" if read_only else "")]

    def run(self, *words, flags=None, **options):
        return self.exec(self.grants() if flags is None else flags, words, **options)

    def ok(self, *words, out="", flags=None, **options):
        """It ends with 0, says exactly `out` and nothing on standard error."""
        done = self.run(*words, flags=flags, **options)
        self.same(words, done, 0, out, "")

    def refused(self, *words, says, code=1, out="", flags=None, read_only=False, **options):
        """It ends with `code` and exactly the message `says`."""
        if read_only:
            flags = self.grants(read_only=True)
        done = self.run(*words, flags=flags, **options)
        self.same(words, done, min(code, 1) if self.component else code, out, f"ft: {says}\n")

    def same(self, words, done, code, out, err):
        if isinstance(out, str):
            out = out.encode()
        if isinstance(err, str):
            err = err.encode()
        if (done.returncode, done.stdout, done.stderr) != (code, out, err):
            raise Wrong(f"{' '.join(words)}\n  must be {code} {out[:120]!r} {err[:300]!r}\n"
                        f"  but was {done.returncode} {done.stdout[:120]!r} {done.stderr[:600]!r}")

    def outcome(self, *words, flags=None, **options):
        done = self.run(*words, flags=["--json", *(self.grants() if flags is None else flags)], **options)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise Wrong(f"{' '.join(words)}: no outcome: {done.returncode} {done.stdout!r} {done.stderr!r}") from None

    def holds(self, path, contents):
        """The host sees exactly these bytes in a file of the mapped directory."""
        if isinstance(contents, str):
            contents = contents.encode()
        found = (self.dir / path).read_bytes()
        equal(path, found, contents)


def equal(what, found, wanted):
    if found != wanted:
        raise Wrong(f"{what}\n  must be {wanted!r:.400}\n  but was {found!r:.400}")
