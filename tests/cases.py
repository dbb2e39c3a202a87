#!/usr/bin/env python3
"""Run every case below a directory: cases.py DIRECTORY.

A case is a script NN-….py, NN-….sh, fNN_….sh, check.py or servers.py, run from the root of this checkout after `make build`. It ends
with 0 when the product does what is right, with 77 (or 2) where it could not be tried here; anything else is a failure, whose last lines are
shown. The last line is `N passed, N failed`.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = re.compile(r"(\d+-.*|f\d+_.*|check|servers)\.(py|sh)")
NOT_TRIED = (2, 77)


def main(top):
    passed, failed, skipped = 0, 0, 0
    for case in sorted(path for path in pathlib.Path(top).rglob("*") if NAMES.fullmatch(path.name)):
        command = ["python3" if case.suffix == ".py" else "bash", str(case)]
        try:
            done = subprocess.run(command, cwd=ROOT, env=dict(os.environ, BX=str(ROOT)), stdin=subprocess.DEVNULL, timeout=600,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", text=True, check=False)
            code, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            code, output = -1, "no end within 600 s"
        passed, skipped, failed = passed + (code == 0), skipped + (code in NOT_TRIED), failed + (code not in (0, *NOT_TRIED))
        if code != 0:
            print(f"{'could not be tried' if code in NOT_TRIED else 'not ok'}: {case}")
            print("".join(f"    {line}\n" for line in output.splitlines()[-8:]), end="")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} not tried" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
