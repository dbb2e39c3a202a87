"""The code cache as an attacker meets it: what a guest can reach of it, and what is believed without being read."""
# timeout: 300
import os
import time
import unittest

from exec_support import DO, FUNCTION, MEMORY, START, TYPE, WASM, ExecTest, code
from support import box


class OwnPlaces(ExecTest):
    """A guest that could write compiled code, or the key that vouches for it, would run code of its own outside."""

    def setUp(self):
        super().setUp()
        self.home = self.dir / ".local" / "share [x]*"
        self.env = {"BOXAGNTS_HOME": str(self.home)}
        self.assertEqual(box("exec", DO, "--", "args", env=self.env).returncode, 0)
        self.key = (self.home / "keys/cache.key").read_bytes()
        [self.entry] = (self.home / "modules").iterdir()

    def guest(self, *words, env=None):
        return box("exec", "--work-dir", self.dir, DO, "--", *words, env=env or self.env)

    def test_beneath_a_granted_directory(self):
        inside = "/.local/share [x]*"
        for words in (("cat", inside + "/keys/cache.key"), ("put", inside + "/keys/cache.key", "0" * 32),
                      ("put", inside + "/keys/new", "x"), ("cat", f"{inside}/modules/{self.entry.name}"),
                      ("put", f"{inside}/modules/{self.entry.name}", "x"), ("put", inside + "/modules/new", "x")):
            with self.subTest(words):
                self.assertNotEqual(self.guest(*words).returncode, 0)
        self.assertEqual((self.home / "keys/cache.key").read_bytes(), self.key)
        self.assertGreater(self.entry.stat().st_size, 1000)
        self.assertEqual([p.name for p in (self.home / "modules").iterdir() if p.suffix != ".seen"], [self.entry.name])

    def test_controls(self):
        self.assertEqual(self.guest("cat", "/f").stdout, b"contents\n")
        self.assertEqual(self.guest("put", "/.local/share [x]*/beside", "x").returncode, 0)
        elsewhere = {"BOXAGNTS_HOME": str(self.top / "elsewhere")}       # then these are files like any other
        done = self.guest("cat", "/.local/share [x]*/keys/cache.key", env=elsewhere)
        self.assertEqual((done.returncode, done.stdout), (0, self.key), done)

    def test_granted_by_name(self):
        for made in ("modules/sub", "tools", "content"):
            (self.home / made).mkdir()
        for path in ("modules", "modules/sub", "keys", "tools", "content"):
            with self.subTest(path):
                self.refused("exec", "--map-dir", f"{self.home / path}::/m:ro", DO, "--", "list", "/m", code=126,
                             says="its code, keys and records", env=self.env)
        (self.home / "other").mkdir()
        done = box("exec", "--map-dir", f"{self.home / 'other'}::/m", DO, "--", "list", "/m", env=self.env)
        self.assertEqual(done.returncode, 0, done)                       # control


class Remembered(ExecTest):
    def test_a_changed_module_is_what_runs(self):
        env = {"BOXAGNTS_HOME": str(self.top / "home")}
        good, bad = (WASM + TYPE + FUNCTION + MEMORY + START + code(body) for body in (b"\x01", b"\x00"))
        self.assertEqual(len(good), len(bad))                            # nop, unreachable
        path = self.module(good)
        stat = path.stat()
        self.assertEqual(box("exec", path, env=env).returncode, 0)
        time.sleep(2.5)                                                  # what changed just now is not remembered
        for _ in range(2):
            self.assertEqual(box("exec", path, env=env).returncode, 0)
        if not list((self.top / "home/modules").glob("*.seen")):
            self.skipTest("the file system of the scratch directory does not keep change times itself")
        with open(path, "r+b") as f:
            f.write(bad)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        self.assertEqual(box("exec", path, env=env).returncode, 132)


class Maximum(ExecTest):
    def test_says_what_it_throws_out(self):
        env = {"BOXAGNTS_HOME": str(self.top / "home")}

        def run(body, *flags):
            return box("exec", *flags, self.module(WASM + TYPE + FUNCTION + MEMORY + START + code(body)), env=env)

        def kept():
            return {p for p in (self.top / "home/modules").iterdir() if p.suffix != ".seen"}

        self.assertEqual((run(b"").stderr, len(kept())), (b"", 1))
        self.assertEqual((run(b"\x01").stderr, len(kept())), (b"", 2))    # control: the default is not reached
        done = run(b"\x01\x01", "--wasm-cache-max", "1KiB")
        self.assertEqual((done.returncode, len(kept())), (0, 1), done)
        for word in (b"note: ", b"2 of its entries", b"thrown out", b"wasm_cache_max"):
            self.assertIn(word, done.stderr)

    def test_wrong_sizes(self):
        for size in ("0", "-1", "much", ""):
            with self.subTest(size):
                self.refused("exec", "--wasm-cache-max", size, DO, says="wasm-cache-max")


if __name__ == "__main__":
    unittest.main()
