#!/usr/bin/env python3
"""Run the tests: run.py [release] [asan] [tsan] [static] [-k TEXT] [-v]; without a set, release, asan and static.

  unit     every executable of <build>/tests, each printing TAP
  e2e      tests/e2e/*_test.py, unittest modules that drive the real binary; a file with a line
           `# also-run: no-openat2` runs once more where that system call fails (release only)
  static   the scripts/check_*.py, one test each

Each file runs in a process group of its own, with a time limit, one more at a time than there are processors: some wait.  A file may set its own limit with a
line `# timeout: SECONDS`; one that is about guests, or about no program of ours, says `# only: release`.  A failing case
is one line and what it printed; the last line is `N passed, N failed`.  Up to three files that fail are run once more,
alone: what then passes counts, and a note says that it did not at first, so that somebody finds out why.
"""
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

root = pathlib.Path(__file__).resolve().parent.parent
build = root / "build"
RUN_AGAIN = 3               # more failing files than that are no accident
TIMEOUT_S = {"release": 120, "asan": 240, "tsan": 300, "static": 60}
TREE = {"release": build, "asan": build / "asan", "tsan": build / "tsan"}
NOT_TAP = {"no_openat2"}
TAP_LINE = re.compile(r"(not )?ok\b *\d*(?: *-)? *(.*)")
PLAN = re.compile(r"1\.\.(\d+)")
# Wasmtime handles SIGSEGV, SIGILL and SIGFPE itself, and allocates there: they are how a guest's trap arrives, so the
# code they interrupt is never the allocator's.
SANITIZER = {
    "ASAN_OPTIONS": "handle_segv=0:handle_sigill=0:handle_sigfpe=0:allow_user_segv_handler=1:detect_leaks=1:"
                    "detect_stack_use_after_return=0:abort_on_error=0:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={root}/tests/lsan.supp:print_suppressions=0",
    "TSAN_OPTIONS": f"suppressions={root}/tests/tsan.supp:handle_segv=0:halt_on_error=0:"
                    "report_signal_unsafe=0:exitcode=99",
}


class Job:
    """One process that prints TAP (or, for `plain`, whose exit status is the one result)."""

    def __init__(self, name, argv, env, timeout_s, plain=False):
        self.name, self.argv, self.env, self.timeout_s, self.plain = name, argv, env, timeout_s, plain
        self.passed, self.skipped, self.seconds = 0, 0, 0.0
        self.failures = []                                  # [(case, text)]
        self.notes = []                                     # lines worth showing although nothing failed

    def run(self):
        started = time.monotonic()
        self.passed, self.skipped, self.failures, self.notes = 0, 0, [], []
        with tempfile.TemporaryDirectory(prefix="boxagnts-test-") as scratch:
            env = dict(self.env, TMPDIR=scratch, BOXAGNTS_HOME=f"{scratch}/home")
            process = subprocess.Popen(self.argv, cwd=root, env=env, stdin=subprocess.DEVNULL, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                                       start_new_session=True)
            try:
                output, _ = process.communicate(timeout=self.timeout_s)
                ended = process.returncode
            except subprocess.TimeoutExpired:
                ended = f"no end within {self.timeout_s} s"
            kill_group(process.pid)
            if isinstance(ended, str):
                output, _ = process.communicate()
        self.seconds = time.monotonic() - started
        self.judge(output, ended)
        return self

    def judge(self, output, ended):
        if self.plain:
            if ended == 0:
                self.passed = 1
                self.notes = [line for line in output.splitlines() if line.startswith("note: ")]
            else:
                self.failures.append(("", output))
            return
        plan, seen, notes = None, 0, []
        for line in output.splitlines():
            match, planned = TAP_LINE.fullmatch(line), PLAN.fullmatch(line.split(" #")[0].strip())
            if planned:
                plan = int(planned.group(1))
            elif not match:
                notes.append(line)
            else:
                seen += 1
                if match.group(1):
                    self.failures.append((match.group(2), "\n".join(notes)))
                elif "# skip" in line.lower():
                    self.skipped += 1
                else:
                    self.passed += 1
                notes = []
        if ended != 0 and not (ended == 1 and self.failures):
            self.failures.append((ending(ended), sanitizer_report(output) or "\n".join(notes)))
        elif plan != seen:
            self.failures.append((f"planned {plan} cases, saw {seen}", "\n".join(notes)))


def sanitizer_report(output):
    """The first report of a sanitizer, or nothing."""
    found = re.search(r"^(=+$\n)?^.*(ERROR: |WARNING: |runtime error: )", output, re.M)
    return "\n".join(output[found.start():].splitlines()[:40]) if found else ""


def ending(ended):
    if isinstance(ended, str):
        return ended
    return f"killed by {signal.Signals(-ended).name}" if ended < 0 else f"exit status {ended}"


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def head_setting(path, key):
    match = re.search(rf"^# {key}: *(.+)$", path.read_text(encoding="utf-8"), re.M)
    return match.group(1).strip() if match else None


def environment(variant):
    tree = TREE[variant]
    env = dict(os.environ, BOXAGNTS=str(tree / "boxagnts"), BOXAGNTS_TOOLS=str(build / "tools"),
               BX_GUESTS=str(build / "guests"), BX_PROBES=str(build / "probes"), BX_VARIANT=variant,
               PYTHONDONTWRITEBYTECODE="1")
    return env if variant == "release" else dict(env, **SANITIZER)


def unit_jobs(variant):
    for path in sorted((TREE[variant] / "tests").glob("*_test")):
        if path.name not in NOT_TAP and os.access(path, os.X_OK):
            yield Job(f"{variant} {path.name}", [str(path)], environment(variant), TIMEOUT_S[variant])


def e2e_jobs(variant):
    for path in sorted((root / "tests/e2e").glob("*_test.py")):
        if (head_setting(path, "only") or variant) != variant:
            continue
        env = environment(variant)
        limit = int(head_setting(path, "timeout") or TIMEOUT_S[variant])
        argv = [sys.executable, __file__, "--one", str(path)]
        yield Job(f"{variant} {path.name}", argv, env, limit)
        if variant == "release" and "no-openat2" in (head_setting(path, "also-run") or ""):
            env = dict(env, BX_NO_OPENAT2="1")
            yield Job(f"no-openat2 {path.name}", [str(build / "tests/no_openat2"), *argv], env, limit)


def static_jobs():
    for path in sorted((root / "scripts").glob("check_*.py")):
        yield Job(f"static {path.stem}", [sys.executable, str(path)], dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
                  TIMEOUT_S["static"], plain=True)


def run_one(path):
    """Print the cases of one unittest module as TAP."""
    sys.path.insert(0, str(pathlib.Path(path).parent))
    suite = unittest.defaultTestLoader.loadTestsFromName(pathlib.Path(path).stem)

    class Tap(unittest.TestResult):
        count = 0
        failed_cases = None

        def say(self, test, verdict, text="", directive=""):
            Tap.count += 1
            for line in text.rstrip().splitlines():
                print("#", line)
            name = test.id().split(".", 1)[-1]
            print(f"{verdict} {Tap.count} - {name}{directive}", flush=True)

        def startTest(self, test):
            super().startTest(test)
            self.failed_cases = False

        def addSuccess(self, test):
            self.say(test, "ok")

        def addSkip(self, test, reason):
            self.say(test, "ok", directive=f" # SKIP {reason}")

        def addFailure(self, test, err):
            super().addFailure(test, err)
            self.say(test, "not ok", self._exc_info_to_string(err, test))

        def addError(self, test, err):
            super().addError(test, err)
            self.say(test, "not ok", self._exc_info_to_string(err, test))

        def addSubTest(self, test, subtest, err):
            super().addSubTest(test, subtest, err)
            if err is not None:
                self.say(subtest, "not ok", self._exc_info_to_string(err, test))

    result = Tap()
    suite.run(result)
    print(f"1..{Tap.count}")
    return 0 if result.wasSuccessful() else 1


def main(arguments):
    if arguments[:1] == ["--one"]:
        return run_one(arguments[1])
    if {"-h", "--help"} & set(arguments):
        print(__doc__.strip())
        return 0
    verbose = "-v" in arguments
    only = arguments[arguments.index("-k") + 1] if "-k" in arguments else ""
    wanted = [word for word in arguments if word in TIMEOUT_S] or ["release", "asan", "static"]
    jobs = []
    for variant in wanted:      # those that take long first, so that none of them is left to run alone
        jobs += e2e_jobs(variant) if variant in ("release", "asan") else ()
    jobs.sort(key=lambda job: job.timeout_s, reverse=True)
    for variant in wanted:
        jobs += static_jobs() if variant == "static" else unit_jobs(variant)
    jobs = [job for job in jobs if only in job.name]
    with concurrent.futures.ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) + 1) as pool:
        for done in concurrent.futures.as_completed([pool.submit(job.run) for job in jobs]):
            report(done.result(), verbose)
    run_again([job for job in jobs if job.failures], verbose)
    passed = sum(job.passed for job in jobs)
    failed = sum(len(job.failures) for job in jobs)
    skipped = sum(job.skipped for job in jobs)
    if skipped:
        print(f"({skipped} skipped)")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


def run_again(failed, verbose):
    """With nothing beside it, and with what it said at first already reported."""
    if len(failed) > RUN_AGAIN:
        return
    for job in failed:
        report(job.run(), verbose)
        if not job.failures:
            print(f"note: {job.name} passed when it was run again, alone")


def report(job, verbose):
    for case, text in job.failures:
        print(f"not ok {job.name}{': ' + case if case else ''}")
        lines = text.rstrip().splitlines()
        for line in lines[-40:]:
            print("   ", line)
    for note in job.notes:
        print(note)
    if verbose and not job.failures:
        print(f"ok {job.name}: {job.passed} in {job.seconds:.1f} s")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
