"""scripts/fetch-source: only pinned bytes, only the files that are asked for, and no code of a package runs."""
# only: release
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

root = pathlib.Path(__file__).resolve().parents[2]
SETUP = "import os\nopen(os.environ['MARK'], 'w').close()\nfrom setuptools import setup\nsetup(name='demo', version='1.0')\n"
PACKAGE = {"PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n", "setup.py": SETUP, "COPYING": "a licence\n",
           "src/a.c": "int a;\n", "src/a.h": "extern int a;\n", "src/b.c": "int b;\n", "src/deep/c.c": "int c;\n"}


class FetchSource(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = pathlib.Path(scratch.name)
        self.offered, self.cache, self.out = self.dir / "offered", self.dir / "cache", self.dir / "out"
        self.offered.mkdir()
        self.mark = self.dir / "code of the package ran"
        self.archive = self.offered / "demo-1.0.tar.gz"

    def pack(self, files, links=()):
        """Write the archive; its SHA-256."""
        with tarfile.open(self.archive, "w:gz") as tar:
            for name, text in files.items():
                info = tarfile.TarInfo(f"demo-1.0/{name}")
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
            for name, target in links:
                info = tarfile.TarInfo(f"demo-1.0/{name}")
                info.type, info.linkname = tarfile.SYMTYPE, target
                tar.addfile(info)
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()

    def fetch(self, sha256, files="a.c a.h", **fields):
        """Run the script over a table of one source; (exit code, standard error)."""
        table = self.dir / "table.txt"
        fields = {"name": "demo", "version": "1.0", "licence": "MIT", "sdist": "demo 1.0", "sha256": sha256, "root": "src",
                  "files": files, "licence-file": "COPYING", "used-by": "nobody", "for": "this test", **fields}
        table.write_text("# a comment\n\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()))
        done = subprocess.run([root / "scripts/fetch-source", "--table", table, self.out], env=self.environment(),
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def environment(self):
        return dict(os.environ, BX_SOURCE_CACHE=str(self.cache), MARK=str(self.mark), PIP_NO_INDEX="1",
                    PIP_FIND_LINKS=str(self.offered))

    def found(self):
        """Every regular file below the output folder, its own mark left out."""
        return sorted(str(path.relative_to(self.out)) for path in self.out.rglob("*")
                      if path.is_file() and path.name != ".table")

    def test_brings_what_the_table_names_and_nothing_else(self):
        code, said = self.fetch(self.pack(PACKAGE), files="a.c *.h deep/*.c")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.found(), ["demo/LICENSE", "demo/a.c", "demo/a.h", "demo/deep/c.c"])
        self.assertEqual((self.out / "demo/LICENSE").read_text(), "a licence\n")

    def test_no_code_of_the_package_runs(self):
        code, said = self.fetch(self.pack(PACKAGE))
        self.assertEqual(code, 0, said)
        self.assertFalse(self.mark.exists())

    def test_control_pip_alone_would_run_it(self):
        self.pack(PACKAGE)
        have = subprocess.run([sys.executable, "-c", "import setuptools"], capture_output=True, check=False)
        if have.returncode != 0:
            self.skipTest("no setuptools")
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "-d",
                        self.dir / "plain", "demo==1.0"], env=self.environment(), capture_output=True, check=False)
        self.assertTrue(self.mark.exists())

    def test_other_bytes_than_the_pinned_are_refused(self):
        pinned = self.pack(PACKAGE)
        self.pack(dict(PACKAGE, **{"src/a.c": "int a = 1;\n"}))
        code, said = self.fetch(pinned)
        self.assertEqual(code, 1)
        self.assertIn("sdist demo 1.0 cannot be fetched", said)
        self.assertFalse((self.out / "demo").exists())
        self.assertEqual(list(self.cache.glob("*")), [])

    def test_a_cached_archive_needs_nobody_and_is_checked_again(self):
        pinned = self.pack(PACKAGE)
        self.assertEqual(self.fetch(pinned)[0], 0)
        content = self.archive.read_bytes()
        self.archive.unlink()
        code, said = self.fetch(pinned, files="b.c")
        self.assertEqual((code, said), (0, ""))
        self.assertEqual(self.found(), ["demo/LICENSE", "demo/b.c"])
        (self.cache / "demo-1.0.tar.gz").write_bytes(content[:-1] + b"?")
        self.assertEqual(self.fetch(pinned)[0], 1)
        self.assertEqual(self.found(), ["demo/LICENSE", "demo/b.c"])

    def test_nothing_is_written_when_the_table_has_not_changed(self):
        pinned = self.pack(PACKAGE)
        self.assertEqual(self.fetch(pinned)[0], 0)
        before = (self.out / "demo/a.c").stat().st_mtime_ns
        self.assertEqual(self.fetch(pinned)[0], 0)
        self.assertEqual((self.out / "demo/a.c").stat().st_mtime_ns, before)

    def test_links_and_paths_that_climb_are_not_taken(self):
        pinned = self.pack(dict(PACKAGE, **{"src/../../evil.c": "int evil;\n"}), links=[("src/link.c", "/etc/passwd")])
        self.cache.mkdir()
        self.archive.rename(self.cache / self.archive.name)            # pip itself would refuse it
        code, said = self.fetch(pinned, files="*.c")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.found(), ["demo/LICENSE", "demo/a.c", "demo/b.c"])
        self.assertFalse((self.dir / "evil.c").exists())

    def test_a_pattern_or_licence_that_is_not_there_is_an_error(self):
        pinned = self.pack(PACKAGE)
        self.assertIn("has no gone.c", self.fetch(pinned, files="a.c gone.c")[1])
        self.assertIn("has no LICENCE", self.fetch(pinned, **{"licence-file": "LICENCE"})[1])
        self.assertEqual(self.found(), [])

    def test_a_malformed_table_is_an_error(self):
        self.assertIn("64 hexadecimal digits", self.fetch("abc")[1])
        self.assertIn("no name for a folder", self.fetch("0" * 64, name="../x")[1])
        self.assertIn("unknown ['colour']", self.fetch("0" * 64, colour="red")[1])


if __name__ == "__main__":
    unittest.main()
