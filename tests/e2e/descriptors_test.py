"""A process without descriptors or threads to spare ends in words and with 125, never by a panic."""
# timeout: 300
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import unittest

from component_support import componentize, scratch_for_module
from exec_support import DO, ExecTest
from support import BOXAGNTS, GUESTS, SANITIZED, box

WRAPPED = None
NOBODY = 65534


def setUpModule():
    global WRAPPED
    WRAPPED = componentize(DO, scratch_for_module())


class FewDescriptors(ExecTest):
    def run_with(self, descriptors, module, *words, flags=()):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        return subprocess.run([BOXAGNTS, "exec", *flags, str(module), "--", *words], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, preexec_fn=few, check=False)

    @unittest.skipIf(SANITIZED, "the sanitizers need descriptors of their own")
    def test_any_number_is_an_answer(self):
        ends = set()
        for module in (DO, WRAPPED):
            for flags in ((), ("--map-dir", f"{self.dir}::/w")):
                self.assertEqual(box("exec", *flags, module, "--", "sleep", "1").returncode, 0)     # warm, and a control
                for n in range(4, 16):      # fewer, and the dynamic linker has not enough
                    done = self.run_with(n, module, "sleep", "1", flags=flags)
                    with self.subTest(module=module.name, flags=flags, descriptors=n, stderr=done.stderr):
                        self.assertIn(done.returncode, (0, 125))
                        self.assertTrue(done.returncode == 0 or done.stderr.startswith(b"boxagnts: "))
                    ends.add(done.returncode)
        self.assertEqual(ends, {0, 125}, "the range shows both ends")

    @unittest.skipIf(SANITIZED, "the sanitizers need descriptors of their own")
    def test_a_guest_leaves_the_reserve(self):
        """What a guest can hold ends before the process has none: three quarters of 64."""
        done = self.run_with(64, DO.with_name("sb_ends.wasm"), "hold", flags=("--map-dir", f"{self.dir}::/w"))
        self.assertEqual(done.returncode, 0, done)
        held = int(done.stdout.split(b":")[0])
        self.assertIn(held, range(25, 48), done.stdout)
        free = self.run_with(1024, DO.with_name("sb_ends.wasm"), "hold", flags=("--map-dir", f"{self.dir}::/w"))
        self.assertGreater(int(free.stdout.split(b":")[0]), 200, "the limit open_files comes first there")


@unittest.skipIf(os.geteuid() != 0 or SANITIZED, "becomes a user whose threads can be counted")
class FewThreads(unittest.TestCase):
    def test_compiling_without_threads(self):
        folder = scratch(self)
        program = shutil.copy(BOXAGNTS, folder / "boxagnts")
        module = shutil.copy(DO, folder / "m.wasm")
        for n in (1, 2, 3, 4, None):
            home = folder / f"home-{n}"
            home.mkdir()
            os.chown(home, NOBODY, NOBODY)

            def less(most=n):
                if most is not None:
                    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            done = subprocess.run([program, "exec", module], capture_output=True, timeout=60, preexec_fn=less,
                                  stdin=subprocess.DEVNULL, env={"BOXAGNTS_HOME": str(home)}, check=False)
            with self.subTest(threads=n, stderr=done.stderr):
                self.assertIn(done.returncode, (0, 125) if n else (0,))
                self.assertTrue(done.returncode == 0 or done.stderr.startswith(b"boxagnts: "))


    def test_programs_without_threads(self):
        """A program that no thread can run ends, and so its pipes do."""
        folder = scratch(self)
        program = shutil.copy(BOXAGNTS, folder / "boxagnts")
        module = shutil.copy(GUESTS / "spawn.wasm", folder / "spawn.wasm")
        home = folder / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)

        def read(most):
            def less():
                if most is not None:
                    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            return subprocess.run([program, "exec", "--allow", "tool:spawn", "--program", f"spawn={module}", module, "--", "read",
                                   "300000"], capture_output=True, timeout=60, preexec_fn=less, stdin=subprocess.DEVNULL,
                                  env={"BOXAGNTS_HOME": str(home)}, check=False).stdout
        self.assertEqual(read(None), b"300000 bytes\nwriter: kind 0 code 0 signal 0\n")
        self.assertEqual(read(1), b"0 bytes\nwriter: kind 5 code 126 signal 0\n")

    def test_tool_calls_without_threads(self):
        """Calls that should run at once and find no thread end in words."""
        folder = scratch(self)
        program = shutil.copy(BOXAGNTS, folder / "boxagnts")
        module = shutil.copy(GUESTS / "jobs.wasm", folder / "jobs.wasm")
        home = folder / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)

        def calls(n, most):
            def less():
                if most is not None:
                    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            return subprocess.run([program, "exec", "--allow", "tool:*", module, "--", "calls", str(n), "glob", '{"pattern":"*"}'],
                                  capture_output=True, timeout=60, preexec_fn=less, stdin=subprocess.DEVNULL,
                                  env={"BOXAGNTS_HOME": str(home)}, check=False).stdout
        self.assertEqual(calls(4, None).count(b"ended: "), 4)
        self.assertEqual(calls(4, 1), b"failed: status 3 why 1: no thread to run it\n" * 4)
        self.assertRegex(calls(1, 1), b"^failed: status 3 why 1: .*: Resource temporarily unavailable\n$")


def scratch(test):
    """A directory that every user can look into."""
    held = tempfile.TemporaryDirectory(dir="/tmp")
    test.addCleanup(held.cleanup)
    folder = pathlib.Path(held.name)
    folder.chmod(0o755)
    return folder


if __name__ == "__main__":
    unittest.main()
