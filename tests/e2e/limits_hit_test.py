"""A limit that refused something is told, whatever the guest makes of it: each limit once hit and once not."""
import json
import re
import unittest

from component_support import COMPONENTS
from exec_support import DO, ExecTest
from http_server import Server, ok
from support import GUESTS, PROBES, box, root

# What they refuse never begins, and the error says which it was: compile_test.py.
BEFORE = {"compile_memory", "compile_time"}


class LimitsHit(ExecTest):
    """hit(LIMIT, …) runs a guest that goes over LIMIT, then the same with a limit it keeps."""

    tested = set()

    def setUp(self):
        super().setUp()
        (self.dir / "inside.txt").write_text("x\n")
        (self.dir / "sub").mkdir()
        for i in range(20):
            (self.dir / "sub" / str(i)).touch()

    def run_json(self, name, value, *words, flags=()):
        done = box("exec", "--json", "--limit", f"{name}={value}", *flags, *words)
        return json.loads(done.stdout), done.stderr.decode(), done.returncode

    def hit(self, name, low, high, *words, flags=(), code=0, control=()):
        """`control`: further words for the call that is not to hit it."""
        self.tested.add(name)
        out, err, status = self.run_json(name, low, *words, flags=flags)
        self.assertEqual(status, code, out)
        self.assertGreater(out["limits_hit"].get(name, 0), 0, out)
        self.assertEqual(set(out["limits_hit"]), {name})
        self.assertRegex(err, rf"{name}={low}")
        self.assertRegex(err, r"--limit")
        self.assertEqual(len(re.findall(rf"^boxagnts: .*\b{name}=", err, re.M)), 1, err)
        for made in self.dir.glob("new_*"):
            made.unlink()
        out, err, status = self.run_json(name, high, *words, *control, flags=flags)
        self.assertEqual((out["limits_hit"], "limits hit" in err), ({}, False), out)
        return status

    def files(self, name, low, high, probe):
        self.assertEqual(self.hit(name, low, high, PROBES / f"{probe}.wasm", flags=("--map-dir", f"{self.dir}::/sandbox")), 66)

    def test_of_time_and_engine(self):
        self.hit("fuel", "100000", "100000000", DO, "--", "count", "100000", code=132)
        self.hit("stack", "64KiB", "4MiB", DO, "--", "recurse", "10000", code=132)
        self.hit("memory", "1MiB", "64MiB", DO, "--", "grow", "20")
        self.hit("output", "1KiB", "1MiB", DO, "--", "print", "2000", code=132)
        self.hit("wall", "0.1s", "30s", DO, "--", "sleep", "300", code=124)

    def test_of_tables(self):
        self.hit("tables", "10000", "10000", PROBES / "table_grow.wasm", control=("--", "control"))

    def test_of_files(self):
        (self.dir / "big").touch()
        self.files("open_files", "16", "256", "fill_open_files")
        self.files("dir_entries", "64", "1000000", "fill_dir_entries")
        self.files("files_created", "16", "10000", "fill_files")
        self.files("fs_write", "1MiB", "256MiB", "fill_disk")

    def test_of_the_sizes_of_capabilities(self):
        for name, flag, path in (("tmp", "tmp:100KiB", "/tmp/x"), ("store", "store:s:64KiB", "/store/x")):
            home = {"BOXAGNTS_HOME": str(self.top / "home")}
            for size, hits in ((120_000, True), (10_000, False)):
                done = box("exec", "--json", "--allow", flag, DO, "--", "put", path, "x" * size, env=home)
                self.assertEqual(list(json.loads(done.stdout)["limits_hit"]), [name] if hits else [])
                self.assertEqual(f"no room left: {name} (refused" in done.stderr.decode(), hits, done.stderr)

    def test_of_sockets(self):
        """None of them leads anywhere."""
        rule = ("--allow", "connect:tcp://127.0.0.1:9")
        self.hit("sockets", "2", "64", COMPONENTS / "dial.wasm", "--", *("make", "tcp") * 3, flags=rule)

    def test_of_requests(self):
        server = Server(lambda request, file: file.write(ok(b"x", "x-pad: " + "y" * 2000)) or True)
        self.addCleanup(server.stop)
        here = f"127.0.0.1:{server.port}"
        flags = ("--allowed-outbound-host", f"http://{here}", "--allow-network", "127.0.0.0/8")
        ask = (COMPONENTS / "ask.wasm", "--")
        self.hit("http_requests", "2", "3", *ask, "3", "GET", "http", here, "/", flags=flags)
        self.hit("http_in", "1KiB", "1MiB", *ask, "1", "GET", "http", here, "/", flags=flags)
        self.hit("http_out", "1KiB", "1MiB", *ask, "1", "GET", "http", here, "/", "x", "y" * 2000, flags=flags)

    def test_of_programs(self):
        flags = ("--allow", "tool:spawn", "--program", f"spawn={GUESTS / 'spawn.wasm'}")
        spawn = GUESTS / "spawn.wasm"
        self.hit("processes", "3", "128", spawn, "--", "many", "9", flags=flags)
        self.hit("starts", "5", "100", spawn, "--", "many", "9", flags=flags)
        self.hit("depth", "3", "16", spawn, "--", "run", "run", "run", "say", "x", flags=flags)
        for limit, hits in ((1, {"calls": 1}), (2, {})):
            out = box("exec", "--json", "--limit", f"calls={limit}", "--allow", "tool:*", spawn, "--", "twice", "glob", "{}")
            self.assertEqual(json.loads(out.stdout)["limits_hit"], hits)
        self.tested.add("calls")

    @classmethod
    def tearDownClass(cls):
        """Every limit there is was tried."""
        text = (root / "src/policy/limits.def").read_text()
        names = set(re.findall(r'^BX_LIMIT\(\w+, "(\w+)"', text, re.M))
        counted = names - BEFORE
        assert counted == cls.tested, counted ^ cls.tested


class WhoIgnoresErrors(ExecTest):
    def test_the_exit_code_is_the_guest_s_and_the_limit_is_told(self):
        """A program that writes without looking: it ends with 0, and what it wrote is cut."""
        done = box("exec", "--limit", "output=1MiB", "--limit", "memory=1MiB", DO, "--", "grow", "20")
        self.assertEqual((done.returncode, done.stdout), (0, b"refused\n"))
        self.assertEqual(done.stderr, b"boxagnts: limits hit: memory=1MiB (refused 1 time); raise one with --limit NAME=VALUE\n")
        done = box("exec", DO, "--", "grow", "20")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"grew\n", b""))


if __name__ == "__main__":
    unittest.main()
