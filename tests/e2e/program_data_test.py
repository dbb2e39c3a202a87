"""What a program brings with it by its manifest: a read-only directory that nobody else sees, arguments, variables.

The programs are built-in ones under a manifest of their own: a box does what the name it is started by says."""
import json
import os
import pathlib
import shutil
import tempfile
import unittest

from support import TOOLS, box

PROGRAMS = pathlib.Path(os.environ.get("BOXAGNTS_PROGRAMS", TOOLS.parent / "programs"))
MANIFEST = "name: own\nversion: 1.0.0\ndescription: A program with data.\ncall: argv\nneeds: [rw:/, tmp, 'tool:*']\n"
DATA = "data: { /usr/share/own: own/data }\n"


class ProgramData(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.top = pathlib.Path(scratch.name)                # one for all, so that each module is compiled once

    def setUp(self):
        for name in ("work", "home/programs", "secret"):
            path = self.top / name
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()
        self.work, self.home = self.top / "work", self.top / "home"
        self.programs = self.home / "programs"
        self.data = self.programs / "own/data"
        self.work.mkdir()
        (self.data / "deep").mkdir(parents=True)
        self.home.chmod(0o700)
        (self.data / "text").write_text("of the program\n")
        (self.data / "deep/text").write_text("deep\n")
        (self.programs / "own/beside").write_text("not data\n")
        (self.work / "mine").write_text("mine\n")

    def install(self, name, box_name, more=DATA):
        shutil.copy(PROGRAMS / f"{box_name}.wasm", self.programs / f"{name}.wasm")
        (self.programs / f"{name}.tool.yaml").write_text(MANIFEST + more + ("" if "programs:" in more else
                                                                                      f"programs: [{name}]\n"))

    def sh(self, script, *flags, workspace=None):
        return box("sh", "--workspace", workspace or self.work, *flags, "-c", script,
                   env={"BOXAGNTS_HOME": str(self.home)})

    def out(self, script, *flags):
        done = self.sh(script, *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def test_it_is_read(self):
        self.install("cat", "text")
        self.assertEqual(self.out("cat /usr/share/own/text /usr/share/own/deep/text mine"), "of the program\ndeep\nmine\n")
        self.install("ls", "files")
        self.assertEqual(self.out("ls /usr/share/own"), "deep\ntext\n")

    def test_nobody_else_sees_it(self):
        """Neither the shell that starts it, nor programs beside it, nor those it starts itself."""
        self.install("cat", "text")
        self.install("find", "files")
        for script in ("head /usr/share/own/text", "ls /usr/share/own", "read x < /usr/share/own/text", "ls /usr",
                       "cd /usr/share/own", "cat /usr/share/own/text > /dev/null; head /usr/share/own/text",
                       r"find mine -exec head /usr/share/own/text \; 2>&1 | grep ."):
            with self.subTest(script):
                done = self.sh(f"set -o pipefail; {script}")
                self.assertNotIn(b"of the program", done.stdout + done.stderr)
                self.assertTrue(done.returncode != 0 or b"cannot open" in done.stdout, done)
        # the controls: they would show it if they saw it
        self.assertIn("of the program", self.out("cat /usr/share/own/text | head"))
        self.assertIn("/usr/share/own/text", self.out("find /usr/share/own -name text"))
        self.assertIn("mine", self.out(r"find mine -exec head {} \;"))

    def test_nothing_changes_it(self):
        for name in ("cp", "mv", "rm", "mkdir", "ln", "touch", "truncate", "rmdir"):
            self.install(name, "files")
        self.install("tee", "text")
        before = sorted((str(p), p.stat().st_mtime_ns) for p in self.data.rglob("*"))
        at = "/usr/share/own"
        for command in (f"cp mine {at}/new", f"cp mine {at}/text", f"mv mine {at}/mine", f"mv {at}/text mine2", f"rm {at}/text",
                        f"mkdir {at}/dir", f"ln mine {at}/hard", f"ln {at}/text hard", f"ln -s text {at}/soft", f"touch {at}/text",
                        f"truncate -s 0 {at}/text", f"echo x | tee {at}/text", f"echo x | tee -a {at}/text", f"rmdir {at}/deep",
                        f"rm -r {at}/deep"):
            with self.subTest(command):
                self.assertNotEqual(self.sh(f"set -o pipefail; {command}").returncode, 0)
                self.assertEqual(sorted((str(p), p.stat().st_mtime_ns) for p in self.data.rglob("*")), before)
                self.assertFalse((self.work / "hard").exists())
        self.assertTrue((self.work / "mine").exists())
        self.out("cp mine new; mv new newer; ln newer hard; mkdir dir; touch x; truncate -s 0 x; echo x | tee y; rm -r dir x y")

    def test_nothing_leads_out_of_it(self):
        self.install("cat", "text")
        (self.top / "secret").write_text("secret\n")
        (self.data / "out").symlink_to(self.top / "secret")
        (self.data / "up").symlink_to("../beside")
        (self.data / "in").symlink_to("deep/text")
        for path in ("out", "up", "../beside", "deep/../../beside", "../../cat.wasm", "/text/../../beside"):
            with self.subTest(path):
                done = self.sh(f"cat /usr/share/own/{path}")
                self.assertNotEqual(done.returncode, 0)
                self.assertFalse(b"secret\n" in done.stdout or b"not data" in done.stdout)
        self.assertEqual(self.out("cat /usr/share/own/in /usr/share/own/deep/../text"), "deep\nof the program\n")

    def test_the_home_stays_carved_out(self):
        """A mount above the home directory does not show it, and what the program sees is still only its own."""
        self.install("cat", "text")
        done = self.sh("cat home/programs/own/data/text", workspace=self.top)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn(b"of the program", done.stdout)
        self.assertEqual(self.sh("cat /usr/share/own/text work/mine", workspace=self.top).stdout, b"of the program\nmine\n")

    def test_it_is_not_told_or_counted(self):
        self.install("cat", "text")
        told = json.loads(self.sh("cat /usr/share/own/text mine", "--json").stdout)
        paths = [f["path"] for f in told["files"]]
        self.assertIn("/workspace/mine", paths)
        self.assertEqual([path for path in paths if "own" in path], [])
        self.assertEqual(told["bytes"]["read"], len("mine\n"))

    def test_deny_is_about_what_is_granted(self):
        self.install("cat", "text")
        done = self.sh("cat /usr/share/own/text mine", "--deny", "**/text", "--deny", "**/mine")
        self.assertEqual(done.stdout, b"of the program\n")

    def test_its_place_wins(self):
        """Where something is granted at the same path, the program sees its own there, and the others what is granted."""
        self.install("cat", "text")
        (self.work / "text").write_text("granted\n")
        flags = ("--mount", f"{self.work}::/usr/share/own", "--allow", "rw:/usr/share/own")
        self.assertEqual(self.out("cat /usr/share/own/text; head /usr/share/own/text", *flags), "of the program\ngranted\n")

    def test_arguments_and_variables(self):
        self.install("cat", "text", "args: [-n, -E]\n")
        self.assertEqual(self.out("cat mine"), "     1\tmine$\n")
        self.install("env", "files", "env: { OWN: given, LANG: xx }\n")
        self.assertIn("OWN=given\n", self.out("env"))
        self.assertNotIn("LANG=xx\n", self.out("env"))
        self.assertIn("OWN=mine\n", self.out("OWN=mine env"))
        self.assertEqual(self.out("OWN=mine env | grep -c OWN"), "1\n")

    def test_other_names(self):
        self.install("own", "text", DATA + "programs: [tac, cat]\n")
        self.assertEqual(self.out("tac /usr/share/own/text; cat /usr/share/own/text"), "of the program\n" * 2)

    def test_wrong_manifests(self):
        """Such a program is not there at all, rather than there with less."""
        for more in ("data: { /usr/share/own: .. }", "data: { /usr/share/own: ../programs }", "data: { /usr/share/own: /etc }",
                     "data: { /usr/share/own: own/../../x }", "data: { usr: own }", "data: { /: own }", "data: { /a/../b: own }",
                     "data: [own]", "args: x", "args: [[]]", "env: [A]", "env: { 'A=B': c }", "data: { /usr/share/own: '' }"):
            with self.subTest(more):
                self.install("own", "text", more + "\n")
                self.assertEqual(self.sh("own").returncode, 127)
        self.install("own", "text", DATA)
        self.assertNotEqual(self.sh("own").returncode, 127)

    def test_a_directory_that_is_not_there(self):
        self.install("cat", "text", "data: { /usr/share/own: own/none }\n")
        done = self.sh("cat mine")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn(b"mine\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
