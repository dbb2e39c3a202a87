"""The component path: the cases of `boxagnts exec` and of the read tool once more, with the same guests wrapped as
components, then what is particular to components and to `boxagnts componentize`.

What differs is the standard's: wasi:cli/run ends with success or failure, so exit codes are 0 or 1.  And the preview1
adapter ends a guest that gets one argument of more than some 55 KiB.
"""
# timeout: 300
import os
import subprocess
import time
import unittest

import exec_support
import exec_test
import preview1_test
import read_test
from component_support import componentize, componentized, replace_for_module, scratch_for_module
from exec_support import EMPTY_COMMAND, FUNCTION, MEMORY, TYPE, WASM, ExecTest, code, name, section
from support import BOXAGNTS, GUESTS, TOOLS, box, outcome

COMPONENT = b"\0asm\x0d\0\1\0"
# A command of no imports that exports its memory, as a module must to be wrapped.
SMALL = (WASM + TYPE + FUNCTION + MEMORY + section(7, b"\2", name("_start"), b"\0\0", name("memory"), b"\2\0") +
         code(b""))
DO = None
# Conformance guests that test what libc sees.  The others lie to preview1 or look at details of it that its adapter
# does not have.
CONFORMING = ("libc_files", "no_args_env", "random_seed", "read_only")


def setUpModule():
    global DO
    folder = scratch_for_module()
    componentized(folder, [GUESTS / "exec_do.wasm", TOOLS / "read.wasm", *(GUESTS / f"{n}.wasm" for n in CONFORMING)])
    DO = folder / "exec_do.wasm"
    replace_for_module(exec_support, "DO", DO)
    replace_for_module(exec_test, "DO", DO)
    replace_for_module(read_test, "TOOL", folder / "read.wasm")
    replace_for_module(preview1_test.support, "GUESTS", folder)


class Guest(exec_test.Guest):
    def test_exit_code_passes_through(self):
        for n, shown in ((0, 0), (1, 1), (42, 1), (124, 1), (255, 1), (256, 1)):
            with self.subTest(n):
                self.do("exit", n, code=shown)
                result = outcome(DO, "--", "exit", str(n))
                self.assertEqual((result["kind"], result["exit_code"]), ("exit", shown))


class Files(exec_test.Files):
    LONG = "x" * 40000

    def test_tmp(self):
        self.do("put", "/tmp/f", "x", code=1)
        self.do("put", "/tmp/f", self.LONG, flags=("--allow", "tmp"))
        self.do("put", "/tmp/f", self.LONG, flags=("--allow", "tmp:32KiB"), code=1)
        self.do("cat", "/tmp/f", flags=("--allow", "tmp"), code=1)

    def test_store_keeps(self):
        env = {"BOXAGNTS_HOME": str(self.top / "home")}
        self.do("put", "/store/f", "kept", flags=("--allow", "store:s"), env=env)
        self.assertEqual(self.do("cat", "/store/f", flags=("--allow", "store:s"), env=env), "kept")
        self.do("cat", "/store/f", flags=("--allow", "store:other"), env=env, code=1)
        self.do("put", "/store/g", self.LONG, flags=("--allow", "store:s:32KiB"), env=env, code=1)

    def test_module_and_component_share_a_store(self):
        env = {"BOXAGNTS_HOME": str(self.top / "home")}
        self.do("put", "/store/f", "kept", flags=("--allow", "store:s"), env=env)
        done = box("exec", "--allow", "store:s", GUESTS / "exec_do.wasm", "--", "cat", "/store/f", env=env)
        self.assertEqual((done.returncode, done.stdout), (0, b"kept"), done)


class LongArguments(ExecTest):
    def test_one_argument_has_its_limit_in_the_adapter(self):
        self.assertIn("x" * 50000, self.do("args", "x" * 50000))
        for words in (("x" * 70000,), ["x"] * 9000):
            done = box("exec", DO, "--", "args", *words)
            self.assertEqual(done.returncode, 132, done.stderr)
            self.assertIn(b"docs/components.md", done.stderr)
        self.assertNotIn(b"docs/components.md", box("exec", DO, "--", "trap").stderr)


class Settings(exec_test.Settings):
    def test_clock_modes_as_modules_see_them(self):
        for mode in ("frozen", "step"):
            done = box("exec", "--allow", f"clock:{mode}", GUESTS / "exec_do.wasm", "--", "clock")
            self.assertTrue(self.do("clock", flags=("--allow", f"clock:{mode}")).startswith("1577836800."))
            self.assertTrue(done.stdout.startswith(b"1577836800."))

    def test_sleeping_costs_no_time_unless_the_clock_is_real(self):
        for mode in ("frozen", "step"):
            started = time.monotonic()
            self.do("sleep", 3000, flags=("--allow", f"clock:{mode}"))
            self.assertLess(time.monotonic() - started, 2.5)


class Limits(exec_test.Limits):
    pass


class Json(exec_test.Json):
    def test_equal_numbers_are_told_apart(self):
        spun = outcome("--wasm-timeout", "100ms", DO, "--", "spin")
        failed = outcome(DO, "--", "exit", "124")
        self.assertEqual((spun["kind"], spun["exit_code"]), ("deadline", 124))
        self.assertEqual((failed["kind"], failed["exit_code"], failed["error"]), ("exit", 1, None))

    def test_files_are_the_same_events(self):
        flags = ("--map-dir", f"{self.dir}::/d:ro", "--deny", "**/hidden")
        (self.dir / "hidden").touch()
        for words in (("cat", "/d/f"), ("cat", "/d/hidden"), ("put", "/d/f", "x"), ("cat", "/d/missing")):
            as_module, as_component = (outcome(*flags, guest, "--", *words) for guest in (GUESTS / "exec_do.wasm", DO))
            self.assertEqual([(e["path"], e["result"]) for e in as_component["files"]],
                             [(e["path"], e["result"]) for e in as_module["files"]])


class Signals(exec_test.Signals):
    pass


class Streams(ExecTest):
    def test_a_reader_that_is_slow_gets_everything(self):
        with subprocess.Popen([BOXAGNTS, "exec", "--limit", "output=8MiB", str(DO), "--", "print", "4000000"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            time.sleep(0.3)
            self.assertEqual(process.stdout.read(), b"x" * 4000000)
        self.assertEqual(process.returncode, 0)

    def test_stdin_arrives_in_pieces(self):
        with subprocess.Popen([BOXAGNTS, "exec", str(DO), "--", "stdin"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            for piece in (b"one\n", b"two\n"):
                process.stdin.write(piece)
                process.stdin.flush()
                self.assertEqual(process.stdout.readline(), piece)
            rest, _ = process.communicate(b"three\n")
        self.assertEqual((process.returncode, rest), (0, b"three\n"))

    def test_errors_keep_their_names(self):
        """As a module sees them; control: the same call where nothing fails."""
        for module in (GUESTS / "exec_do.wasm", DO):
            for streams, code, says in (({"stdout": "/dev/full", "stdin": "/dev/zero"}, 1, b"write: No space left on device"),
                                        ({"stdout": "/dev/null", "stdin": self.dir}, 1, b"read: Is a directory"),
                                        ({"stdout": "/dev/null", "stdin": self.dir / "f"}, 0, b"")):
                source, sink = os.open(streams["stdin"], os.O_RDONLY), os.open(streams["stdout"], os.O_WRONLY)
                done = subprocess.run([BOXAGNTS, "exec", str(module), "--", "stdin"], stdin=source, stdout=sink,
                                      stderr=subprocess.PIPE, check=False)
                os.close(source)
                os.close(sink)
                self.assertEqual((done.returncode, done.stderr.strip()), (code, says), streams)


class BadComponents(ExecTest):
    def test_only_a_header(self):
        self.refused("exec", self.module(COMPONENT), says=["m.wasm", "without wasi:cli/run"])

    def test_truncated_anywhere(self):
        whole = DO.read_bytes()
        for size in (9, 20, 100, len(whole) // 2, len(whole) - 1):
            with self.subTest(size):
                self.refused("exec", self.module(whole[:size]), says="m.wasm")

    def test_damaged(self):
        """Never a crash of the host: an error, a trap, or, where data was hit, an ordinary end."""
        whole = DO.read_bytes()
        for eighth in range(1, 8):
            broken = bytearray(whole)
            at = len(whole) * eighth // 8
            broken[at:at + 32] = b"\xff" * 32
            done = box("exec", self.module(bytes(broken)))
            self.assertIn(done.returncode, (0, 1, 125, 132), done)

    def test_unknown_imports_are_all_listed(self):
        """The interfaces a component imports are the names in its bytes: two of them spelled differently."""
        whole = DO.read_bytes()
        for odd in (whole.replace(b"wasi:filesystem/", b"wasj:filesystem/").replace(b"wasi:clocks/", b"wasj:clocks/"),):
            text = self.refused("exec", self.module(odd), says="imports nobody provides")
            for wanted in ("wasj:filesystem/types", "wasj:filesystem/preopens", "wasj:clocks/monotonic-clock"):
                self.assertIn(wanted, text)
            self.assertNotIn("wasi:", text.replace("--", ""))
            self.assertEqual(box("inspect", self.module(odd)).returncode, 0)

    def test_another_wasi_version(self):
        """0.2.x of any x is taken; a later one is not, and the message says what is missing."""
        whole = DO.read_bytes()
        imported = b"@0.2." + whole.split(b"wasi:cli/environment@0.2.", 1)[1].split(b"\0", 1)[0][:1]
        self.assertIn(imported, whole)
        version = b"@0.2.12" if b"@0.2.12" in whole else imported
        other = version.replace(b"0.2.", b"0.9.")
        self.refused("exec", self.module(whole.replace(version, other)), says=["wasi:", other.decode()])
        older = version.replace(b".12", b".10") if version.endswith(b".12") else version
        done = box("exec", self.module(whole.replace(version, older)))
        self.assertEqual((done.returncode, done.stdout), (0, b"[m.wasm]\n"), done)

    def test_module_inside_a_component_file_name(self):
        """What a file is follows from its bytes, whatever it is called."""
        path = self.top / "x.component.wasm"
        path.write_bytes(EMPTY_COMMAND)
        self.assertEqual(box("exec", path).returncode, 0)


class Componentize(ExecTest):
    def wrap(self, contents, out="out.wasm"):
        return ("componentize", self.module(contents), "-o", self.top / out)

    def test_the_result(self):
        out = self.top / "out.wasm"
        done = box("componentize", GUESTS / "exec_do.wasm", "-o", out)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assertEqual(out.read_bytes()[:8], COMPONENT)
        self.assertEqual(out.stat().st_mode & 0o111, 0)
        again = box("componentize", GUESTS / "exec_do.wasm", "-o", "-")
        self.assertEqual((again.returncode, again.stdout), (0, out.read_bytes()))

    def test_truncated_modules(self):
        for whole in (SMALL, (GUESTS / "exec_do.wasm").read_bytes()):
            for size in (len(whole) - 1, len(whole) // 2, len(whole) // 3):
                self.refused(*self.wrap(whole[:size]), says=["componentize", "m.wasm"])

    def test_a_module_without_imports(self):
        self.assertEqual(box(*self.wrap(SMALL)).returncode, 0)
        self.assertEqual(box("exec", self.top / "out.wasm").returncode, 0)

    def test_what_cannot_be_wrapped(self):
        stranger = (WASM + TYPE + section(2, b"\1", name("env"), name("fly"), b"\0\0") + FUNCTION + MEMORY +
                    section(7, b"\1", name("_start"), b"\0\1") + code(b""))
        for contents, says in ((b"", "empty"), (b"hello, world\n", "not a WebAssembly module"), (b"\0asm", "WebAssembly"),
                               (DO.read_bytes(), "a component already"), (stranger, "env"),
                               (EMPTY_COMMAND, "memory"), (WASM + b"\x0b\xff\xff\xff\xff\x0f", "m.wasm")):
            with self.subTest(contents[:12]):
                self.refused(*self.wrap(contents), says=["componentize", says])
                self.assertEqual(sorted(path.name for path in self.top.iterdir()), ["dir", "m.wasm"])

    def test_where_nothing_can_be_written(self):
        for out in ("missing/out.wasm", "dir"):
            with self.subTest(out):
                self.refused(*self.wrap(SMALL, out), says=["componentize", out])
                self.assertEqual(sorted(path.name for path in self.top.iterdir()), ["dir", "m.wasm"])
                self.assertEqual([path.name for path in self.dir.iterdir()], ["f"])
        self.refused("componentize", self.top / "no.wasm", "-o", self.top / "out.wasm", says=["no.wasm", "no such file"])

    def test_a_failure_leaves_the_old_file(self):
        out = self.top / "out.wasm"
        out.write_text("old")
        self.refused(*self.wrap(b"junk"), says="componentize")
        self.assertEqual(out.read_text(), "old")
        self.assertEqual(box(*self.wrap(SMALL)).returncode, 0)
        self.assertEqual(out.read_bytes()[:8], COMPONENT)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_directory_that_is_read_only(self):
        self.dir.chmod(0o500)
        self.addCleanup(self.dir.chmod, 0o700)
        self.refused(*self.wrap(SMALL, "dir/out.wasm"), says="out.wasm")

    def test_usage(self):
        for words in ((), ("x.wasm",), ("-o", "y.wasm"), ("a", "b", "-o", "c")):
            self.refused("componentize", *words, says="componentize")


class RunAsTheModuleItIs(ExecTest):
    """What `componentize` makes of a command is run as the module in it; the control takes the component path, whose adapter
    has limits of its own."""

    def setUp(self):
        super().setUp()
        (self.dir / "plain").mkdir()
        self.plain = componentize(GUESTS / "exec_do.wasm", self.dir / "plain", plain=True)
        self.other = componentize(GUESTS / "exec_do.wasm", self.dir)

    def test_arguments_and_variables_the_adapter_has_no_room_for(self):
        for words in (["x" * 100_000], ["1"] * 8000, ["x" * 30_000] * 5):
            for turn in ("read and compiled", "remembered"):
                with self.subTest(len(words), turn=turn):
                    done = box("exec", self.plain, "--", "args", *words)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(done.stdout, box("exec", GUESTS / "exec_do.wasm", "--", "args", *words).stdout)
        self.assertEqual(box("exec", self.other, "--", "args", "x" * 100_000).returncode, 132)

    def test_exit_codes_stay_those_of_a_component(self):
        for file in (self.plain, self.other):
            for code, shown in ((0, 0), (1, 1), (42, 1), (255, 1)):
                self.assertEqual(box("exec", file, "--", "exit", str(code)).returncode, shown)

    def test_one_byte_of_difference_and_it_is_a_component(self):
        whole = self.plain.read_bytes()
        at = whole.rindex(b"\x41\x00")                   # a constant in the code of the adapter
        changed = self.module(whole[:at] + b"\x41\x01" + whole[at + 2:])
        done = box("exec", changed, "--", "args", "x" * 100_000)
        self.assertNotEqual((done.returncode, done.stdout[:1]), (0, b"x"))

    def test_a_file_that_changed_between_two_calls(self):
        out = self.top / "m.wasm"
        for contents, code in ((self.plain.read_bytes(), 1), ((GUESTS / "exec_do.wasm").read_bytes(), 42), (self.other.read_bytes(), 1)):
            out.write_bytes(contents)
            for _ in range(2):
                self.assertEqual(box("exec", out, "--", "exit", "42").returncode, code)

    def test_inspect_still_tells_a_component(self):
        self.assertIn(b"component", box("inspect", self.plain).stdout)


class ComponentizedTwice(ExecTest):
    def test_the_same_bytes_every_time(self):
        first, second = (componentize(GUESTS / "exec_do.wasm", self.dir).read_bytes() for _ in range(2))
        self.assertEqual(first, second)


class Conformance(unittest.TestCase):
    check = preview1_test.Preview1.check

    def test_guests(self):
        seen = set()
        for guest, _, run in preview1_test.specs():
            if guest in CONFORMING:
                seen.add(guest)
                with self.subTest(guest):
                    self.check(guest, run)
        self.assertEqual(seen, set(CONFORMING))


def again(module):
    """The test classes of a module once more, under names of this one."""
    for title, kind in vars(module).items():
        if isinstance(kind, type) and issubclass(kind, unittest.TestCase) and kind.__module__ == module.__name__:
            globals()[f"Read{title}"] = type(f"Read{title}", (kind,), {"__module__": __name__})


again(read_test)
ReadRefused.SOCKET = "a FIFO or the like"       # the adapter has no word for sockets
del ReadOutputLimit                             # nor a way to ask how much room is left (docs/tools.md)

if __name__ == "__main__":
    unittest.main()
