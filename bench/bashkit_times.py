"""bashkit_times.py SCRIPTS...: what bashkit (PyPI) takes for each script, fresh shell included, best of several.

Each argument is NAME=MOUNT=SCRIPT; MOUNT, a file of the host shown as /d/log.txt, may be empty.  Prints "NAME microseconds
output" a line, the output as JSON."""
import json
import sys
import time

from bashkit import Bash


def fresh(mount):
    bash = Bash(max_commands=10_000_000, max_loop_iterations=10_000_000)
    if mount:
        bash.execute_sync("mkdir -p /d")
        bash.write_file("/d/log.txt", open(mount, encoding="utf-8").read())
    return bash


def main():
    for argument in sys.argv[1:]:
        name, mount, script = argument.split("=", 2)
        best, out = None, ""
        for _ in range(3 if mount else 20):
            if mount:                         # the file is there before the clock starts
                bash = fresh(mount)
                begin = time.perf_counter()
            else:
                begin = time.perf_counter()
                bash = fresh(mount)
            out = bash.execute_sync(script)
            took = time.perf_counter() - begin
            best = took if best is None else min(best, took)
        if out.exit_code != 0:
            sys.exit(f"{name}: {out.stderr}")
        print(name, f"{best * 1e6:.1f}", json.dumps(out.stdout))


main()
