"""wasi:keyvalue on the store of a grant, through the sample component `kv`."""
import os
import signal
import subprocess
import time
import unittest

from component_support import COMPONENTS
from exec_support import ExecTest
from support import BOXAGNTS, GUESTS, box, outcome

KV = COMPONENTS / "kv.wasm"
FULL = ("error: over a limit: the size of the store (a new value needs room beside the old one), or fs_write, "
        "files_created or dir_entries of the call")


class KeyValue(ExecTest):
    def setUp(self):
        super().setUp()
        self.home = self.top / "home"
        self.env = {"BOXAGNTS_HOME": str(self.home)}

    def kv(self, *words, allow=("store:s",), name="s", flags=(), code=0):
        """The lines the guest printed."""
        grants = [part for cap in allow for part in ("--allow", cap)]
        done = box("exec", *grants, *flags, KV, "--", name, *words, env=self.env)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode().splitlines()

    def test_kept_from_call_to_call(self):
        self.assertEqual(self.kv("get", "a", "set", "a", "1", "get", "a", "has", "a"), ["(none)", "ok", "1", "yes"])
        self.assertEqual(self.kv("get", "a", "del", "a", "del", "a", "has", "a"), ["1", "ok", "ok", "no"])
        self.kv("set", "a", "of s")
        self.assertEqual(self.kv("get", "a", allow=("store:other",), name="other"), ["(none)"])

    def test_names_of_the_store(self):
        for name in ("s", "", "default"):
            self.assertEqual(self.kv("set", "k", name, "get", "k", name=name), ["ok", name])
        for name in ("other", "S", "s/../other", "s "):
            self.assertEqual(self.kv("get", "k", name=name, code=1), ["error: no such store"])

    def test_absent_without_the_grant(self):
        done = box("exec", "--allow", "tmp", KV, "--", "s", "get", "a", env=self.env)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"wasi:keyvalue (it comes with a store: capability)", done.stderr)
        self.assertFalse((self.home / "store").exists())

    def test_atomics(self):
        self.assertEqual(self.kv("inc", "n", 5, "inc", "n", -8, "get", "n"), ["5", "-3", "-3"])
        self.assertEqual(self.kv("set", "n", "one", "inc", "n", 1), ["ok", "error: the value is not a whole number in "
                                                                    "decimal"])
        self.assertEqual(self.kv("race", "r", "mine", "theirs", "get", "r"), ["ok", "theirs", "swapped", "mine"])

    def test_batch(self):
        self.assertEqual(self.kv("batch", "x", "y", "list"), ["second", "(none)", "first", "ok", "0 keys:"])

    def test_keys_in_pages(self):
        words = [w for i in range(1200) for w in ("set", f"k{i * 7 % 1200:04}", "")]
        self.kv(*words)
        self.assertEqual(self.kv("list"), ["1000 keys: " + " ".join(f"k{i:04}" for i in range(10)) + " | k0999"])
        self.assertEqual(self.kv("from", "k0999"), ["200 keys: " + " ".join(f"k{i}" for i in range(1000, 1010))])
        self.assertEqual(self.kv("from", "k1199"), ["0 keys:"])

    def test_keys_at_the_limit(self):
        self.assertEqual(self.kv("set", "K" * 1024, "v", "get", "K" * 1024), ["ok", "v"])
        self.assertEqual(self.kv("set", "K" * 1025, "v", "get", "../../../etc/passwd"),
                         ["error: the key is longer than 1024 bytes", "(none)"])

    def test_quota(self):
        small = ("store:s:64KiB",)
        self.assertEqual(self.kv("fill", "a", 50000, "size", "a", "set", "b", "x", "get", "b", allow=small),
                         ["ok", "50000 bytes", FULL, "(none)"])
        self.assertEqual(self.kv("set", "b", "x", "size", "a", allow=small), [FULL, "50000 bytes"])
        self.assertEqual(self.kv("del", "a", "set", "b", "x", allow=small), ["ok", "ok"])
        result = outcome("--allow", "store:s", "--limit", "fs_write=100", KV, "--", "s", "fill", "c", "100", env=self.env)
        self.assertEqual(result["stdout"], FULL + "\n", result)

    def test_shared_with_files(self):
        self.kv("set", "seen", "value")
        done = box("exec", "--allow", "store:s", GUESTS / "exec_do.wasm", "--", "cat", "/store/.kv/kseen", env=self.env)
        self.assertTrue(done.stdout.endswith(b"seenvalue"), done)
        self.assertEqual(self.kv("get", "seen", "set", "open", "1", allow=("store:s", "deny:/store/.kv/kseen")),
                         ["error: access denied", "ok"])

    def test_in_the_outcome(self):
        result = outcome("--allow", "store:s", KV, "--", "s", "set", "a", "1", env=self.env)
        paths = [e["path"] for e in result["files"]]
        self.assertIn("/store/.kv/ka", paths, result)

    def test_many_at_once(self):
        argv = [BOXAGNTS, "exec", "--allow", "store:s", str(KV), "--", "s", "count", "n", "300"]
        self.kv("inc", "n", 0)
        running = [subprocess.Popen(argv, env=self.full_env(), stdout=subprocess.DEVNULL) for _ in range(4)]
        self.assertEqual([p.wait(60) for p in running], [0] * 4)
        self.assertEqual(self.kv("get", "n"), ["1200"])

    def test_killed_in_the_middle(self):
        argv = [BOXAGNTS, "exec", "--allow", "store:s", str(KV), "--", "s", "count", "n", "1000000"]
        for _ in range(5):
            process = subprocess.Popen(argv, env=self.full_env(), stdout=subprocess.DEVNULL)
            before, until = self.counter(), time.monotonic() + 20
            while self.counter() == before and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.assertGreater(int(self.kv("get", "n")[0]), before)
        self.assertEqual(self.kv("set", "n", "0", "inc", "n", 1), ["ok", "1"])
        self.assertEqual(sorted(p.name for p in (self.home / "store/s/.kv").iterdir()), ["kn"])

    def counter(self):
        try:
            return int((self.home / "store/s/.kv/kn").read_bytes()[17:])
        except FileNotFoundError:
            return 0

    def full_env(self):
        return dict(os.environ, **self.env)

    def test_the_host_holds_no_more_than_the_guest_may(self):
        """A large value again and again: in one answer, and in handles that are never given back."""
        large = ("--limit", "memory=32MiB")
        self.kv("fill", "big", 8 << 20, flags=large)
        too_much = "error: the values together are larger than the memory of the call"
        self.assertEqual(self.kv("many", "big", 1000, flags=large), [too_much])
        self.assertEqual(self.kv("hold", "big", 1000, flags=large), ["3 held", too_much])
        self.assertEqual(self.kv("size", "big", "many", "big", 1, flags=large), ["8388608 bytes", "1 values"])
        self.assertEqual(self.kv("size", "big", flags=("--limit", "memory=4MiB")),
                         ["error: the value is larger than the memory of the call"])


if __name__ == "__main__":
    unittest.main()
