"""`boxagnts exec` from outside: every flag, every ending, and what --json says."""
# timeout: 300
import base64
import json
import os
import signal
import subprocess
import threading
import time
import unittest

from exec_support import DO, EMPTY_COMMAND, FUNCTION, MEMORY, START, TYPE, WASM, ExecTest, code, section
from support import BOXAGNTS, SANITIZED, box, outcome

FIELDS = {"kind", "exit_code", "wall_us", "guest_us", "host_us", "fuel_used", "memory_peak_bytes", "files",
          "files_omitted", "requests", "requests_omitted", "error"}
KINDS = {"exit", "trap", "deadline", "fuel", "memory", "stack", "output", "cancelled", "denied", "failed"}


class Guest(ExecTest):
    """The guest's own end and its standard streams."""

    def test_exit_code_passes_through(self):
        for n, shown in ((0, 0), (1, 1), (42, 42), (124, 124), (125, 125), (126, 126), (132, 132), (137, 137),
                         (255, 255), (256, 1), (257, 1), (0x1ff, 255)):
            with self.subTest(n):
                self.do("exit", n, code=shown)
                self.assertEqual(outcome(DO, "--", "exit", str(n))["exit_code"], n)

    def test_arguments(self):
        self.assertEqual(self.do("args", "a b", "", "--json", "\u00e4", "*"),
                         "[exec_do.wasm]\n[args]\n[a b]\n[]\n[--json]\n[\u00e4]\n[*]\n")

    def test_no_arguments(self):
        for tail in ((), ("--",)):
            done = box("exec", DO, *tail)
            self.assertEqual((done.returncode, done.stdout), (0, b"[exec_do.wasm]\n"))

    def test_a_megabyte_of_arguments(self):
        text = self.do("args", *["x" * 1000] * 1000)
        self.assertEqual(text.count("[" + "x" * 1000 + "]\n"), 1000)

    def test_stdin_stdout_stderr(self):
        done = box("exec", DO, "--", "stdin", stdin=bytes(range(256)) * 1000)
        self.assertEqual((done.returncode, done.stdout), (0, bytes(range(256)) * 1000))
        done = box("exec", DO, "--", "both")
        self.assertEqual((done.stdout, done.stderr), (b"to stdout\n", b"to stderr\n"))

    def test_standard_streams_that_are_closed(self):
        """None of them becomes a file that boxagnts opens; the guest's go nowhere and hold nothing."""
        def run(closed, word):
            def close():
                os.close(closed)
            flags = ("--map-dir", f"{self.dir}::/w", "--env", "A=1")
            return subprocess.run([BOXAGNTS, "exec", *flags, DO, "--", word], input=b"given\n", capture_output=True, timeout=60,
                                  preexec_fn=close, check=False)
        for closed, word, output in ((0, "stdin", (b"", b"")), (1, "both", (b"", b"to stderr\n")),
                                     (2, "both", (b"to stdout\n", b"")), (2, "stdin", (b"given\n", b""))):
            with self.subTest(closed=closed, word=word):
                done = run(closed, word)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, *output))
        self.assertEqual((self.dir / "f").read_text(), "contents\n")

    def test_nothing_is_granted_by_itself(self):
        self.assertEqual(self.do("env", env={"SECRET": "x"}), "")
        for path in ("/", "/etc/passwd", str(self.dir / "f"), "f", "/dev/null", "/tmp"):
            with self.subTest(path):
                self.do("cat", path, code=1, cwd=self.dir)

    def test_module_without_memory(self):
        done = box("exec", self.module(WASM + TYPE + FUNCTION + START + code(b"")))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_module_that_does_nothing(self):
        self.assertEqual(box("exec", self.module(EMPTY_COMMAND)).returncode, 0)


class Files(ExecTest):
    def test_map_dir(self):
        flags = ("--map-dir", f"{self.dir}::/data")
        self.assertEqual(self.do("cat", "/data/f", flags=flags), "contents\n")
        self.do("put", "/data/new", "text", flags=flags)
        self.assertEqual((self.dir / "new").read_text(), "text")
        self.assertEqual(self.do("list", "/data", flags=flags), "f\nnew\n")

    def test_map_dir_read_only(self):
        flags = ("--map-dir", f"{self.dir}::/data:ro")
        self.assertEqual(self.do("cat", "/data/f", flags=flags), "contents\n")
        self.do("put", "/data/f", "text", flags=flags, code=1)
        self.do("put", "/data/new", "text", flags=flags, code=1)
        self.do("mkdir", "/data/d", flags=flags, code=1)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), ["f"])
        self.assertEqual((self.dir / "f").read_text(), "contents\n")

    def test_two_mappings(self):
        other = self.top / "other"
        other.mkdir()
        flags = ("--map-dir", f"{self.dir}::/in:ro", "--map-dir", f"{other}::/out")
        self.do("put", "/out/f", "x", flags=flags)
        self.do("put", "/in/f", "x", flags=flags, code=1)
        self.assertEqual((other / "f").read_text(), "x")

    def test_relative_host_path(self):
        self.assertEqual(self.do("cat", "/d/f", flags=("--map-dir", "dir::/d"), cwd=self.top), "contents\n")

    def test_host_path_with_a_colon(self):
        odd = self.top / "a:b"
        odd.mkdir()
        (odd / "f").write_text("odd")
        self.assertEqual(self.do("cat", "/d/f", flags=("--map-dir", f"{odd}::/d")), "odd")

    def test_work_dir(self):
        flags = ("--work-dir", self.dir)
        self.assertEqual(self.do("cat", "/f", flags=flags), "contents\n")
        self.assertEqual(self.do("cat", "f", flags=flags), "contents\n")
        self.do("put", "/new", "x", flags=flags)
        self.assertEqual((self.dir / "new").read_text(), "x")

    def test_mount_alone_grants_nothing(self):
        self.do("cat", "/d/f", flags=("--mount", f"{self.dir}::/d"), code=1)

    def test_mount_and_allow(self):
        mount = ("--mount", f"{self.dir}::/d")
        (self.dir / "sub").mkdir()
        (self.dir / "sub/g").write_text("g")
        self.assertEqual(self.do("cat", "/d/f", flags=(*mount, "--allow", "read:/d")), "contents\n")
        self.do("put", "/d/f", "x", flags=(*mount, "--allow", "read:/d"), code=1)
        self.do("put", "/d/f", "x", flags=(*mount, "--allow", "write:/d"))
        self.do("cat", "/d/f", flags=(*mount, "--allow", "write:/d"), code=1)
        self.assertEqual(self.do("cat", "/d/sub/g", flags=(*mount, "--allow", "read:/d/sub")), "g")
        self.do("cat", "/d/f", flags=(*mount, "--allow", "read:/d/sub"), code=1)

    def test_deny(self):
        (self.dir / ".env").write_text("secret")
        flags = ("--map-dir", f"{self.dir}::/d")
        self.assertEqual(self.do("cat", "/d/.env", flags=flags), "secret")
        for glob in ("**/.env", "/d/.env"):
            with self.subTest(glob):
                self.do("cat", "/d/.env", flags=(*flags, "--deny", glob), code=1)
                self.assertEqual(self.do("list", "/d", flags=(*flags, "--deny", glob)), "f\n")
                self.assertEqual(self.do("cat", "/d/f", flags=(*flags, "--deny", glob)), "contents\n")

    def test_tmp(self):
        self.do("put", "/tmp/f", "x", code=1)
        self.do("put", "/tmp/f", "x" * 4096, flags=("--allow", "tmp"))
        self.do("put", "/tmp/f", "x" * 100000, flags=("--allow", "tmp:64KiB"), code=1)
        self.do("cat", "/tmp/f", flags=("--allow", "tmp"), code=1)

    def test_store_keeps(self):
        env = {"BOXAGNTS_HOME": str(self.top / "home")}
        self.do("put", "/store/f", "kept", flags=("--allow", "store:s"), env=env)
        self.assertEqual(self.do("cat", "/store/f", flags=("--allow", "store:s"), env=env), "kept")
        self.do("cat", "/store/f", flags=("--allow", "store:other"), env=env, code=1)
        self.do("put", "/store/g", "x" * 100000, flags=("--allow", "store:s:64KiB"), env=env, code=1)

    def swap_while_read(self, turn):
        """What a guest reads at /d/p/f while `turn` changes on the host what /d/p is, again and again."""
        stop = threading.Event()

        def swap():
            while not stop.is_set():
                turn()

        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            return self.do("hammer", "/d/p/f", 2000 if SANITIZED else 20000, flags=("--map-dir", f"{self.dir}::/d:ro"))
        finally:
            stop.set()
            swapper.join()

    def test_links_swapped_while_the_guest_opens(self):
        """p is a link, now to a directory inside, now to one outside: only what is inside is ever read."""
        for folder, contents in ((self.dir / "in", "inside"), (self.top / "out", "outside")):
            folder.mkdir()
            (folder / "f").write_text(contents + "\n")

        def turn():
            for target in ("../out", "in"):
                os.symlink(target, self.dir / "next")
                os.replace(self.dir / "next", self.dir / "p")

        os.symlink("in", self.dir / "p")
        self.assertEqual(self.swap_while_read(turn), "inside\n")

    def test_directories_moved_while_the_guest_opens(self):
        """p is a directory, now with a file of its own, now replaced by a link to the outside."""
        (self.dir / "p").mkdir()
        (self.dir / "p/f").write_text("inside\n")
        (self.top / "out").mkdir()
        (self.top / "out/f").write_text("outside\n")

        def turn():
            os.rename(self.dir / "p", self.dir / "away")
            os.symlink("../out", self.dir / "p")
            os.unlink(self.dir / "p")
            os.rename(self.dir / "away", self.dir / "p")

        self.assertEqual(self.swap_while_read(turn), "inside\n")

    def test_refused(self):
        file = self.dir / "f"
        for flags, says in (
                (("--map-dir", f"{self.dir}:/d"), ["--map-dir", "HOST::GUEST"]),
                (("--map-dir", f"{self.dir}"), ["--map-dir", "HOST::GUEST"]),
                (("--map-dir", f"{self.dir}::d"), ["'d'", "absolute"]),
                (("--map-dir", f"{self.dir}::/a/../b"), ["/a/../b"]),
                (("--map-dir", "::/d"), ["--map-dir"]),
                (("--map-dir", f"{self.dir}::/d:rx"), ["--map-dir"]),
                (("--map-dir", f"{self.top}/missing::/d"), [f"{self.top}/missing"]),
                (("--map-dir", f"{file}::/d"), [str(file), "directory"]),
                (("--map-dir", f"{self.dir}::/d", "--map-dir", f"{self.top}::/d"), ["/d", "two mounts"]),
                (("--work-dir", self.dir, "--map-dir", f"{self.top}::/"), ["two mounts"]),
                (("--work-dir", f"{self.top}/missing"), [f"{self.top}/missing"]),
                (("--mount", f"{self.dir}:/d"), ["--mount", "HOST::GUEST"]),
                (("--mount", f"{self.dir}::/d:ro"), ["--mount"]),
                (("--allow", "read:/d"), ["read:/d", "--mount"]),
                (("--allow", "reed:/d"), ["reed", "read"]),
                (("--allow", "read:d"), ["absolute"]),
                (("--allow", ""), ["--allow"]),
                (("--allow", "read"), ["read"]),
                (("--allow", "tmp:0"), ["0"]),
                (("--allow", "tmp", "--allow", "tmp:1MiB"), ["tmp"]),
                (("--allow", "clock:fast"), ["fast", "frozen"]),
                (("--allow", "random:seed=x"), ["x"]),
                (("--deny", "a/b"), ["a/b"]),
                (("--deny", ""), ["--deny"])):
            with self.subTest(flags):
                self.refused("exec", *flags, DO, says=says)

    @unittest.skipIf(os.geteuid() == 0, "root may read every directory")
    def test_unreadable_directory(self):
        self.dir.chmod(0)
        self.addCleanup(self.dir.chmod, 0o700)
        self.refused("exec", "--map-dir", f"{self.dir}::/d", DO, says=str(self.dir))


class Settings(ExecTest):
    def test_env(self):
        host = {"FROM_HOST": "h \u00e4", "OTHER": "o"}
        flags = ("--env", "A=1", "--env", "B=x=y", "--env", "EMPTY=", "--env", "FROM_HOST")
        self.assertEqual(self.do("env", flags=flags, env=host).splitlines(),
                         ["A=1", "B=x=y", "EMPTY=", "FROM_HOST=h \u00e4"])
        self.assertEqual(self.do("env", flags=("--env", "NOT_SET_ANYWHERE")), "")
        self.assertEqual(self.do("env", flags=("--allow", "env:A=2")), "A=2\n")

    def test_env_refused(self):
        for value in ("", "=x"):
            self.refused("exec", "--env", value, DO, says="--env")

    def test_stdin(self):
        self.assertEqual(self.do("stdin", flags=("--stdin", self.dir / "f"), stdin="other"), "contents\n")
        self.assertEqual(self.do("stdin", flags=("--stdin", "-"), stdin="other"), "other")
        self.assertEqual(self.do("stdin", flags=("--stdin", "/dev/null"), stdin="other"), "")
        self.refused("exec", "--stdin", self.top / "missing", DO, says=["--stdin", "missing"])

    def test_clock(self):
        self.assertAlmostEqual(float(self.do("clock").split()[0]), time.time(), delta=30)
        frozen = self.do("clock", flags=("--allow", "clock:frozen"))
        self.assertEqual(len(set(frozen.split())), 1)
        self.assertEqual(frozen, self.do("clock", flags=("--allow", "clock:frozen")))
        step = self.do("clock", flags=("--allow", "clock:step"))
        self.assertEqual(len(set(step.split())), 2)
        self.assertEqual(step, self.do("clock", flags=("--allow", "clock:step")))

    def test_random(self):
        self.assertNotEqual(self.do("random"), self.do("random"))
        one, two = (("--allow", f"random:seed={n}") for n in (1, 2))
        self.assertEqual(self.do("random", flags=one), self.do("random", flags=one))
        self.assertNotEqual(self.do("random", flags=one), self.do("random", flags=two))

    def test_network_flags_are_checked(self):
        good = ("--allowed-outbound-host", "https://api.example.com",
                "--allowed-outbound-host", "https://*.example.com:8000..9000",
                "--block-url", "https://api.example.com/admin",
                "--block-network", "10.0.0.0/8", "--block-network", "private",
                "--allow-network", "127.0.0.0/8", "--allow", "fetch:GET,HEAD https://api.example.com/v1/**",
                "--allow", "connect:tcp://db.internal:5432")
        self.assertEqual(self.do("args", flags=good), "[exec_do.wasm]\n[args]\n")
        for flag, bad in (("--allowed-outbound-host", "api.example.com"),
                          ("--allowed-outbound-host", "https://u:p@example.com"),
                          ("--allowed-outbound-host", "https://example.com/path"),
                          ("--allowed-outbound-host", "https://example.com:9000..8000"),
                          ("--block-network", "10.0.0.0/33"), ("--block-network", "10.0.0"),
                          ("--block-network", "public"), ("--block-url", "not a url"),
                          ("--allow", "fetch:example.com"), ("--allow", "connect:db:5432")):
            with self.subTest(bad):
                quoted = "user name" if "@" in bad else bad.split(":", 1)[1] if flag == "--allow" else bad
                self.refused("exec", flag, bad, DO, says=[flag, quoted])


class Limits(ExecTest):
    """Each limit in force, and the same work within it."""

    def ends(self, kind, code, words, *flags):
        done = box("exec", *flags, DO, "--", *words)
        self.assertEqual(done.returncode, code, done)
        self.assertRegex(done.stderr.decode(), rf"\Aboxagnts: {kind}: ")
        result = outcome(*flags, DO, "--", *words)
        self.assertEqual((result["kind"], result["exit_code"]), (kind, code), result)
        self.assertTrue(result["error"])
        return result

    def test_wall(self):
        self.do("sleep", 10)    # its code is in the cache now: a short wall ends compiling, too
        for flags in (("--wasm-timeout", "200ms"), ("--limit", "wall=0.2s")):
            for word in ("spin", "doze"):
                with self.subTest(flags=flags, word=word):
                    result = self.ends("deadline", 124, [word], *flags)
                    self.assertEqual(result["stdout"], "begun\n")
                    self.assertGreaterEqual(result["wall_us"], 200_000)
                    self.assertLess(result["wall_us"], 2_000_000)
        self.do("sleep", 10, flags=("--wasm-timeout", "20s"))

    def test_wall_covers_a_stdin_that_never_comes(self):
        argv = [BOXAGNTS, "exec", "--wasm-timeout", "200ms", str(DO), "--", "stdin"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertEqual(process.wait(timeout=30), 124)

    def test_time_is_guest_or_host(self):
        spun = outcome(DO, "--", "count", "20000000")
        slept = outcome(DO, "--", "sleep", "100")
        self.assertGreater(spun["guest_us"], spun["host_us"])
        self.assertGreater(slept["host_us"], slept["guest_us"])
        self.assertGreaterEqual(slept["host_us"], 50_000)

    def test_memory(self):
        for flags in (("--wasm-max-memory-size", "16MiB"), ("--limit", "memory=16MiB")):
            self.assertEqual(self.do("grow", 32, flags=flags), "refused\n")
            self.assertEqual(self.do("grow", 8, flags=flags), "grew\n")
        result = outcome("--limit", "memory=16MiB", DO, "--", "grow", "32")
        self.assertLessEqual(result["memory_peak_bytes"], 16 << 20)
        self.assertGreater(result["memory_peak_bytes"], 15 << 20)
        self.assertEqual(self.do("grow", 300), "refused\n")    # the default is 256 MiB

    def test_memory_the_module_begins_with(self):
        big = self.module(WASM + TYPE + FUNCTION + section(5, b"\1\0\x81\x02") + START + code(b""))   # 257 pages
        self.assertEqual(box("exec", "--limit", "memory=32MiB", big).returncode, 0)
        done = box("exec", "--limit", "memory=16MiB", big)
        self.assertEqual(done.returncode, 137, done)
        self.assertIn(b"memory=16MiB", done.stderr)

    def test_stack(self):
        words = ("recurse", "100000")
        self.ends("stack", 132, words, "--wasm-max-wasm-stack", "64KiB")
        self.ends("stack", 132, words, "--limit", "stack=128KiB")
        self.assertEqual(self.do(*words, flags=("--wasm-max-wasm-stack", "32MiB")), "100000\n")

    def test_fuel(self):
        words = ("count", "100000")
        self.ends("fuel", 132, words, "--wasm-fuel", "10000")
        self.ends("fuel", 132, words, "--limit", "fuel=10_000")
        first, second = (outcome("--wasm-fuel", "1000000000", DO, "--", *words) for _ in range(2))
        self.assertEqual((first["kind"], first["stdout"]), ("exit", "100000\n"))
        self.assertGreater(first["fuel_used"], 100000)
        self.assertEqual(first["fuel_used"], second["fuel_used"])
        used = first["fuel_used"]                              # looked at by the guest once a loop or call
        self.assertEqual(outcome("--wasm-fuel", used, DO, "--", *words)["kind"], "exit")
        self.assertEqual(outcome("--wasm-fuel", used * 9 // 10, DO, "--", *words)["kind"], "fuel")

    def test_output(self):
        self.assertEqual(len(self.do("print", 65536, flags=("--limit", "output=64KiB"))), 65536)
        result = self.ends("output", 132, ("print", "65537"), "--limit", "output=64KiB")
        self.assertLessEqual(len(result["stdout"]), 65536)
        self.ends("output", 132, ("print", str((1 << 20) + 1)))

    def test_files(self):
        mapped = ("--map-dir", f"{self.dir}::/d")
        for limit, words in (("fs_write=4", ("put", "/d/new", "12345")), ("files_created=1", ("mkdir", "/d/x"))):
            with self.subTest(limit):
                flags = (*mapped, "--limit", limit)
                if limit.startswith("files"):
                    self.do(*words, flags=flags)
                else:
                    self.do(*words, flags=flags, code=1)
        self.do("put", "/d/new", "1234", flags=(*mapped, "--limit", "fs_write=4"))
        for n in range(8):
            (self.dir / f"g{n}").touch()
        self.do("list", "/d", flags=(*mapped, "--limit", "dir_entries=5"), code=1)
        self.do("list", "/d", flags=(*mapped, "--limit", "dir_entries=100"))

    def test_refused(self):
        for flags, says in (
                (("--wasm-timeout", "fast"), ["--wasm-timeout", "fast"]),
                (("--wasm-timeout", "0"), ["--wasm-timeout", "zero"]),
                (("--wasm-timeout", "-1s"), ["--wasm-timeout", "-1s"]),
                (("--wasm-timeout", "999999999999h"), ["--wasm-timeout", "large"]),
                (("--wasm-max-memory-size", "12XB"), ["--wasm-max-memory-size", "12XB"]),
                (("--wasm-max-memory-size", "0"), ["zero"]),
                (("--wasm-max-memory-size", "5GiB"), ["5GiB", "4GiB"]),
                (("--wasm-max-memory-size", "99999999999999999999"), ["large"]),
                (("--wasm-max-memory-size", "1.2.3MiB"), ["1.2.3MiB"]),
                (("--wasm-max-memory-size", ""), ["--wasm-max-memory-size"]),
                (("--wasm-max-wasm-stack", "1TiB"), ["--wasm-max-wasm-stack"]),
                (("--wasm-fuel", "many"), ["--wasm-fuel", "many"]),
                (("--limit", "wall"), ["--limit", "NAME=VALUE"]),
                (("--limit", "wal=1s"), ["wal", "wall", "memory", "open_files"]),
                (("--limit", "output=-1"), ["-1"]),
                (("--limit", "open_files=0"), ["zero"])):
            with self.subTest(flags):
                self.refused("exec", *flags, DO, says=says)


class Json(ExecTest):
    def test_shape(self):
        result = outcome("--map-dir", f"{self.dir}::/d:ro", DO, "--", "cat", "/d/f")
        self.assertLessEqual(FIELDS, set(result))
        self.assertEqual((result["kind"], result["exit_code"], result["stdout"], result["stderr"], result["error"]),
                         ("exit", 0, "contents\n", "", None))
        for field in ("wall_us", "guest_us", "host_us", "fuel_used", "memory_peak_bytes"):
            self.assertIsInstance(result[field], int)
            self.assertGreaterEqual(result[field], 0)
        self.assertLess(abs(result["guest_us"] + result["host_us"] - result["wall_us"]), 2)
        self.assertGreater(result["memory_peak_bytes"], 65535)
        self.assertEqual((result["fuel_used"], result["requests"], result["requests_omitted"], result["files_omitted"]),
                         (0, [], 0, 0))
        opened = [event for event in result["files"] if event["op"] == "open"]
        self.assertIn({"op": "open", "path": "/d/f", "rights": "r", "result": "success"},
                      [{key: event[key] for key in ("op", "path", "rights", "result")} for event in opened])

    def test_it_is_one_line_and_nothing_else(self):
        done = box("exec", "--json", DO, "--", "both")
        self.assertEqual((done.stdout.count(b"\n"), done.stderr), (1, b""))
        result = json.loads(done.stdout)
        self.assertEqual((result["stdout"], result["stderr"]), ("to stdout\n", "to stderr\n"))

    def test_output_that_is_not_utf8(self):
        result = outcome(DO, "--", "junk", "3")
        self.assertNotIn("stdout", result)
        self.assertEqual(base64.b64decode(result["stdout_base64"]), b"\xff\xff\xff")
        self.assertEqual(result["stderr"], "")

    def test_equal_numbers_are_told_apart(self):
        for number in (124, 132, 137):
            result = outcome(DO, "--", "exit", str(number))
            self.assertEqual((result["kind"], result["exit_code"], result["error"]), ("exit", number, None))

    def test_refused_file_operations_are_listed(self):
        (self.dir / ".env").write_text("secret")
        result = outcome("--map-dir", f"{self.dir}::/d:ro", "--deny", "**/.env", DO, "--", "cat", "/d/.env")
        refused = [event for event in result["files"] if event["path"] == "/d/.env"]
        self.assertEqual(len(refused), 1, result)
        self.assertNotEqual(refused[0]["result"], "success")

    def test_lists_are_bounded(self):
        for n in range(20):
            (self.dir / f"g{n}").touch()
        result = outcome("--map-dir", f"{self.dir}::/d", DO, "--", "list", "/d")
        self.assertEqual(result["files_omitted"], 0)
        self.assertLess(len(result["files"]), 50)

    def test_trap_has_a_backtrace(self):
        result = outcome(DO, "--", "trap")
        self.assertEqual((result["kind"], result["exit_code"], result["trap"]), ("trap", 132, "unreachable"))
        self.assertGreater(len(result["error"].splitlines()), 1)

    def test_failure_is_an_outcome_too(self):
        done = box("exec", "--json", self.top / "missing.wasm")
        self.assertEqual(done.returncode, 125)
        result = json.loads(done.stdout)
        self.assertEqual((result["kind"], result["exit_code"]), ("failed", 125))
        self.assertIn("missing.wasm", result["error"])
        self.assertIn(result["kind"], KINDS)


class Signals(ExecTest):
    def test_interrupt_cancels(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for word in ("spin", "doze"):
                with self.subTest(number=number, word=word):
                    with subprocess.Popen([BOXAGNTS, "exec", str(DO), "--", word], stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                        self.assertEqual(process.stdout.readline(), b"begun\n")
                        process.send_signal(number)
                        _, err = process.communicate(timeout=30)
                    self.assertEqual(process.returncode, 130, err)
                    self.assertIn(b"cancelled", err)

    def test_reader_that_goes_away(self):
        with subprocess.Popen([BOXAGNTS, "exec", "--limit", "output=1GiB", str(DO), "--", "print", "100000000"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            process.stdout.read(10)
            process.stdout.close()
            self.assertGreaterEqual(process.wait(timeout=60), 0, "boxagnts died of SIGPIPE")


if __name__ == "__main__":
    unittest.main()
