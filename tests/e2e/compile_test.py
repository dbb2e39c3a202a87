"""Compiling: what is refused before it, and the walls around it."""
# timeout: 300
import os
import pathlib
import signal
import subprocess
import time
import unittest

from exec_support import DO, EMPTY_COMMAND, WASM, ExecTest
from proposals_test import NONE, body, leb, section, text, vec
from support import BOXAGNTS, SANITIZED, TOOLS, box


def slow(blocks, local_count, imports=b"", index=0, memory=section(5, b"\0\1"), table=b""):
    """A command that returns at once, and whose one function takes long to compile: all of its locals live through
    all of its blocks."""
    step = b"".join(b"\x20" + leb(i % local_count) + b"\x04\x40\x20" + leb((i * 7 + 1) % local_count) + b"\x41\1\x6a\x21" +
                    leb((i * 5 + 2) % local_count) + b"\x0b" for i in range(blocks))
    code = vec(leb(local_count) + b"\x7f") + b"\x03\x40" + step + b"\x0b\x0b"
    return (WASM + section(1, NONE) + imports + section(3, b"\0") + table + memory +
            section(7, text("_start") + b"\0" + leb(index)) + section(10, leb(len(code)) + code))


SLOW = slow(6000, 3000)


class Early(ExecTest):
    """Each of these would be over the limit, were it compiled."""

    def refused_early(self, contents, says, code=125, flags=()):
        path = self.module(contents)
        done = box("exec", "--limit", "compile_memory=1KiB", *flags, path)
        self.assertEqual((done.returncode, done.stdout), (code, b""), done)
        message = done.stderr.decode()
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, message)
        self.assertNotIn("compile_memory", message)

    def test_control(self):
        self.refused("exec", "--limit", "compile_memory=1KiB", self.module(slow(10, 10)), says="compile_memory=1KiB")

    def test_imports_nobody_provides(self):
        imports = section(2, text("env") + text("one") + b"\0\0", text("env") + text("two") + b"\0\0")
        self.refused_early(slow(10, 10, imports=imports, index=2), ["imports nobody provides", "env::one", "env::two"])

    def test_no_start(self):
        self.refused_early(slow(10, 10).replace(b"_start", b"_stark"), "no exported function '_start'")

    def test_a_component_that_is_no_command(self):
        self.refused_early((pathlib.Path(TOOLS).parent / "components/values.wasm").read_bytes(), "--invoke")

    def test_memory_over_its_limit(self):
        for pages, code in ((leb(4096 + 1), 137), (leb(65536), 137)):
            self.refused_early(slow(10, 10, memory=section(5, b"\0" + pages)), "memory=256MiB", code=code)

    def test_tables_over_their_limit(self):
        table = section(4, b"\x70\0" + leb(100001))
        self.refused_early(slow(10, 10, table=table), "limit tables=100000 to begin", code=137)
        done = box("exec", "--limit", "tables=200000", self.module(slow(10, 10, table=table)))
        self.assertEqual(done.returncode, 0, done)

    def test_the_same_limits_once_it_is_compiled(self):
        """Code from the cache is not parsed: the engine itself refuses, and names the same limit."""
        table = self.module(slow(10, 10, table=section(4, b"\x70\0" + leb(100001))))
        self.assertEqual(box("exec", "--limit", "tables=200000", table).returncode, 0)
        self.refused("exec", table, code=137, says="limit tables=100000 to begin")
        memory = self.module(slow(11, 10, memory=section(5, b"\0" + leb(4097))))
        self.assertEqual(box("exec", "--limit", "memory=1GiB", memory).returncode, 0)
        done = box("exec", memory)
        self.assertEqual(done.returncode, 137, done)
        self.assertIn("memory=256MiB", done.stderr.decode())


class Walls(ExecTest):
    def compilers(self):
        """Processes that compile for somebody, by their names."""
        found = set()
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if path.read_bytes().startswith(b"boxagnts: compiler"):
                    found.add(path.parent.name)
            except OSError:
                pass
        return found

    def gone(self, pids):
        """They are no more, at the latest when the kernel has got round to it."""
        for _ in range(200):
            if not pids & self.compilers():
                return True
            time.sleep(0.05)
        return False

    def start(self, *flags):
        """boxagnts while it compiles SLOW: the process, and those it started."""
        process = subprocess.Popen([BOXAGNTS, "exec", *flags, self.module(SLOW)], stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(process.stderr.close)
        for _ in range(600):
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            if children and set(children) & self.compilers():
                return process, set(children)
            time.sleep(0.01)
        raise AssertionError("nothing compiles")

    def test_memory(self):
        message = self.refused("exec", "--limit", "compile_memory=1MiB", self.module(slow(200, 100)),
                               says="over the limit compile_memory=1MiB")
        self.assertIn("raise it with --limit compile_memory=…", message)
        self.assertEqual(box("exec", self.module(slow(200, 100))).returncode, 0)

    @unittest.skipIf(SANITIZED, "takes long")
    def test_processor_time(self):
        self.refused("exec", "--limit", "compile_time=1s", "--limit", "compile_memory=4GiB", self.module(SLOW),
                     says=["over the limit compile_time=1s", "raise it with --limit compile_time=…"])
        self.assertEqual(box("exec", "--limit", "compile_time=1s", self.module(slow(200, 100))).returncode, 0)

    def test_a_cancel_ends_it(self):
        process, children = self.start("--limit", "compile_memory=4GiB")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 130)
        self.assertTrue(self.gone(children))

    def test_it_ends_with_the_program(self):
        process, children = self.start("--limit", "compile_memory=4GiB")
        process.kill()
        process.wait(30)
        self.assertTrue(self.gone(children))

    def test_compiled_code_needs_no_compiler(self):
        tight = ("--limit", "compile_memory=1KiB")
        path = self.module(slow(20, 10))
        self.refused("exec", *tight, path, says="compile_memory")
        self.assertEqual(box("exec", path).returncode, 0)
        self.assertEqual(box("exec", *tight, path).returncode, 0)

    def test_no_process_to_be_had(self):
        script = f"ulimit -u 1; exec '{BOXAGNTS}' exec '{self.module(EMPTY_COMMAND)}'"
        done = subprocess.run(["sh", "-c", script], capture_output=True, check=False,
                              env=dict(os.environ, BOXAGNTS_HOME=str(self.top / "home")))
        self.assertIn(done.returncode, (0, 125), done)           # root may have what it likes
        if done.returncode:
            self.assertRegex(done.stderr.decode(), r"\Aboxagnts: ")

    def test_limited_file_sizes(self):
        """Files in memory count as files: then it is compiled without a process."""
        script = f"ulimit -f 1024; exec '{BOXAGNTS}' exec '{DO}' -- args"
        done = subprocess.run(["sh", "-c", script], capture_output=True, check=False,
                              env=dict(os.environ, BOXAGNTS_HOME=str(self.top / "home")))
        self.assertEqual((done.returncode, done.stdout), (0, b"[exec_do.wasm]\n[args]\n"), done)


if __name__ == "__main__":
    unittest.main()
