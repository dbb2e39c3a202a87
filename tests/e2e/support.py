"""What the end-to-end tests share: where the built things are, and one way to run the program.

tests/run.py sets the variables; run by hand, a test uses what `make build` left in build/.
"""
import json
import os
import pathlib
import subprocess

root = pathlib.Path(__file__).resolve().parents[2]
BOXAGNTS = os.environ.get("BOXAGNTS", str(root / "build/boxagnts"))
TOOLS = pathlib.Path(os.environ.get("BOXAGNTS_TOOLS", root / "build/tools"))
GUESTS = pathlib.Path(os.environ.get("BX_GUESTS", root / "build/guests"))
PROBES = pathlib.Path(os.environ.get("BX_PROBES", root / "build/probes"))
SANITIZED = os.environ.get("BX_VARIANT", "release") != "release"
NO_OPENAT2 = "BX_NO_OPENAT2" in os.environ


def box(*arguments, stdin=b"", timeout_s=60, env=None, cwd=None):
    """Run boxagnts; bytes in, subprocess.CompletedProcess with bytes out."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return subprocess.run([BOXAGNTS, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout_s,
                          env=dict(os.environ, **(env or {})), cwd=cwd, check=False)


def outcome(*arguments, **options):
    """Run `boxagnts exec --json ...`; its outcome object."""
    done = box("exec", "--json", *arguments, **options)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"no outcome: status {done.returncode}, {done.stdout!r}, {done.stderr!r}") from None
