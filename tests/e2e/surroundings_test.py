"""What programs expect around them: a name, variables, a working directory, "/" and "." that open, imports that may be
missing.  Each without a right that was not given."""
import unittest

from component_support import componentize
from exec_support import DO, MEMORY, START, TYPE, WASM, ExecTest, name, section
from support import box

IMPORT = section(2, b"\1", name("elsewhere"), name("made_up"), b"\0\0")
COMMAND = WASM + TYPE + IMPORT + section(3, b"\1\0") + MEMORY + section(7, b"\1", name("_start"), b"\0\1")


def body(instructions):
    return section(10, b"\1", bytes([len(instructions) + 2]), b"\0", instructions, b"\x0b")


class Names(ExecTest):
    def test_argv0(self):
        self.assertEqual(self.do("args", "x"), "[exec_do.wasm]\n[args]\n[x]\n")
        self.assertEqual(self.do("args", flags=("--argv0", "/bin/busy")), "[/bin/busy]\n[args]\n")

    def test_long_variables(self):
        value = "v" * 100_000
        self.assertEqual(self.do("env", flags=("--env", f"LONG={value}")), f"LONG={value}\n")
        self.assertEqual(self.do("env", flags=("--env", "LONG"), env={"LONG": value}), f"LONG={value}\n")
        text = self.refused("exec", "--env", "LONG=" + "v" * (128 * 1024 - 7), DO, says="fit")
        self.assertLess(len(text), 500)


class Places(ExecTest):
    """Once as a core module, once wrapped as a component."""

    def setUp(self):
        super().setUp()
        self.component = componentize(DO, self.top)
        (self.dir / "sub").mkdir()
        (self.dir / "sub" / "g").write_text("below\n")

    def says(self, *words, flags=(), code=0):
        """The same from both."""
        flags = ("--map-dir", f"{self.dir}::/place/here", *flags)
        core, component = (box("exec", *flags, file, "--", *words) for file in (DO, self.component))
        self.assertEqual((core.returncode, core.stdout), (code, component.stdout), (core, component))
        self.assertEqual(component.returncode, code, component)
        return core.stdout.decode()

    def test_root_opens_and_lists(self):
        for place in ("/", "."):
            self.assertEqual(self.says("list", place), "place\n")
        self.assertEqual(self.says("list", "/place"), "here\n")
        self.assertEqual(self.says("list", "/place/here"), "f\nsub\n")
        self.assertEqual(self.says("cat", "place/here/f"), "contents\n")
        # Without a grant there is nothing, not even that.
        done = box("exec", DO, "--", "list", "/")
        self.assertEqual((done.returncode, done.stdout), (1, b""))

    def test_root_holds_nothing_else(self):
        before = sorted(path.name for path in self.top.iterdir())
        for words in (("put", "/new", "x"), ("mkdir", "/new"), ("put", "/place/new", "x"), ("mkdir", "/place/new"),
                      ("cat", "/etc/passwd"), ("cat", "/../../etc/passwd"), ("cat", "/f"), ("list", "/etc")):
            with self.subTest(words):
                self.assertEqual(self.says(*words, code=1), "")
        self.assertEqual(sorted(path.name for path in self.top.iterdir()), before)
        self.assertEqual(self.says("put", "/place/here/new", "x"), "")     # control
        self.assertEqual((self.dir / "new").read_text(), "x")

    def test_working_directory(self):
        cwd = ("--cwd", "/place/here/sub")
        self.assertEqual(self.says("list", ".", flags=cwd), "g\n")
        self.assertEqual(self.says("cat", "g", flags=cwd), "below\n")
        self.assertEqual(self.says("cat", "/place/here/f", flags=cwd), "contents\n")
        self.assertEqual(self.says("env", flags=cwd), "PWD=/place/here/sub\n")
        self.assertEqual(self.says("env", flags=(*cwd, "--env", "PWD=/mine")), "PWD=/mine\n")
        self.says("put", "made", "x", flags=cwd)
        self.assertEqual((self.dir / "sub" / "made").read_text(), "x")
        self.assertEqual(self.says("env"), "")

    def test_working_directory_gives_no_right(self):
        flags = ("--map-dir", f"{self.dir}::/ro:ro", "--cwd", "/ro/sub")
        for words in (("put", "made", "x"), ("cat", "../../outside"), ("mkdir", "d")):
            done = box("exec", *flags, DO, "--", *words)
            self.assertEqual((done.returncode, done.stdout), (1, b""), words)
        self.assertEqual(sorted(path.name for path in (self.dir / "sub").iterdir()), ["g"])
        self.assertEqual(box("exec", *flags, DO, "--", "cat", "g").stdout, b"below\n")
        for cwd, says in (("/elsewhere", "nothing is granted"), ("/ro/none", "no such directory"), ("sub", "absolute"),
                          ("/ro/f", "not a directory")):
            self.refused("exec", "--map-dir", f"{self.dir}::/ro:ro", "--cwd", cwd, DO, says=(cwd, says))


class Imports(ExecTest):
    def test_a_missing_import_is_refused_or_traps_when_called(self):
        unused, used = self.top / "unused.wasm", self.top / "used.wasm"
        unused.write_bytes(COMMAND + body(b""))
        used.write_bytes(COMMAND + body(b"\x10\0"))
        for file in (unused, used):
            self.refused("exec", file, says=("imports nobody provides", "elsewhere::made_up"))
        done = box("exec", "--unknown-imports-trap", unused)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        done = box("exec", "--unknown-imports-trap", used)
        self.assertEqual(done.returncode, 132)
        self.assertIn("elsewhere::made_up", done.stderr.decode())

    def test_of_components(self):
        """One that imports an interface of WASI 0.3."""
        file = self.top / "c.wasm"
        interface = b"\x41\0wasi:cli/made-up@0.3.0"
        instance_type = b"\x42\0"
        imported = b"\0" + bytes([len(interface) - 2]) + interface[2:] + b"\x05\0"
        file.write_bytes(b"\0asm\x0d\0\1\0" + b"\x07" + bytes([len(instance_type) + 1]) + b"\1" + instance_type
                         + b"\x0a" + bytes([len(imported) + 1]) + b"\1" + imported)
        self.refused("exec", "--invoke", "f", file, says="wasi:cli/made-up@0.3.0")
        self.refused("exec", "--unknown-imports-trap", "--invoke", "f", file, says='no function "f"')


if __name__ == "__main__":
    unittest.main()
