#!/usr/bin/env python3
"""Count what clang-format would change.  Reported, never an error: the layout of a table may be better by hand."""
import shutil
import subprocess
import sys

from sources import own_code, root


def main():
    tool = shutil.which("clang-format-22")
    names = [str(name) for name in own_code(".c", ".h")]
    if not tool or not names:
        return 0
    run = subprocess.run([tool, "--dry-run", *names], cwd=root, capture_output=True, text=True, check=False)
    files = {line.split(":")[0] for line in run.stderr.splitlines() if "-Wclang-format-violations" in line}
    if files:
        print(f"note: clang-format would change {len(files)} of {len(names)} files (make format)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
