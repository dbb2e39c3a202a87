"""`boxagnts` and bad input: files that are no module, caches that cannot be trusted, mistakes on the command line."""
# timeout: 300
import json
import os
import subprocess
import unittest

from exec_support import DO, EMPTY_COMMAND, FUNCTION, MEMORY, START, TYPE, WASM, ExecTest, code, name, section
from support import box


class BadFiles(ExecTest):
    def test_not_wasm(self):
        for contents, says in ((b"", "empty"), (b"#!/bin/sh\necho hello\n", "not a WebAssembly module"),
                               (b"\0asm", "WebAssembly"), (b"\x7fELF" + bytes(100), "not a WebAssembly module"),
                               (b"\0asm\2\0\0\0", "version"), (b"(module)", "text")):
            with self.subTest(contents[:8]):
                path = self.module(contents)
                self.refused("exec", path, says=[str(path), says])

    def test_component_that_is_only_a_header(self):
        self.refused("exec", self.module(b"\0asm\x0d\0\1\0"), says="component")

    def test_truncated_anywhere(self):
        whole = DO.read_bytes()
        for size in (9, 20, 100, len(whole) // 2, len(whole) - 1):
            with self.subTest(size):
                self.refused("exec", self.module(whole[:size]), says="m.wasm")

    def test_garbage_in_the_middle(self):
        broken = bytearray(DO.read_bytes())
        broken[len(broken) // 2:len(broken) // 2 + 64] = b"\xff" * 64
        done = box("exec", self.module(bytes(broken)))
        self.assertIn(done.returncode, (0, 1, 2, 125, 132), done)   # data may be hit instead of code; never a crash

    def test_huge(self):
        path = self.module(WASM)
        os.truncate(path, 1 << 30)
        self.refused("exec", path, says=["m.wasm", "1073741824"])

    def test_missing_and_odd_files(self):
        self.refused("exec", self.top / "missing.wasm", says=["missing.wasm", "no such file"])
        self.refused("exec", self.dir, says="directory")
        os.mkfifo(self.top / "fifo")
        self.refused("exec", self.top / "fifo", says="fifo", timeout_s=10)
        self.refused("exec", "/dev/zero", says="/dev/zero")

    @unittest.skipIf(os.geteuid() == 0, "root may read every file")
    def test_unreadable(self):
        path = self.module(EMPTY_COMMAND)
        path.chmod(0)
        self.refused("exec", path, says="m.wasm")

    def test_unknown_imports_are_all_listed(self):
        imports = section(2, b"\3", name("env"), name("one"), b"\0\0", name("env"), name("two"), b"\0\0",
                          name("wasi_snapshot_preview1"), name("fd_fly"), b"\0\0")
        text = self.refused("exec", self.module(WASM + TYPE + imports + FUNCTION + MEMORY +
                                                section(7, b"\1", name("_start"), b"\0\3") + code(b"")))
        for wanted in ("one", "two", "fd_fly"):
            self.assertIn(wanted, text)

    def test_import_of_another_type(self):
        imports = section(2, b"\1", name("wasi_snapshot_preview1"), name("fd_write"), b"\0\0")
        self.refused("exec", self.module(WASM + TYPE + imports + FUNCTION + MEMORY +
                                         section(7, b"\1", name("_start"), b"\0\1") + code(b"")), says="fd_write")

    def test_no_start(self):
        self.refused("exec", self.module(WASM + TYPE + FUNCTION + MEMORY + code(b"")), says="_start")
        main = section(7, b"\1", name("main"), b"\0\0")
        self.refused("exec", self.module(WASM + TYPE + FUNCTION + MEMORY + main + code(b"")), says="_start")

    def test_start_of_another_type(self):
        takes = section(1, b"\1\x60\1\x7f\0")
        self.refused("exec", self.module(WASM + takes + FUNCTION + MEMORY + START + code(b"")), says="_start")
        memory = WASM + TYPE + FUNCTION + MEMORY + section(7, b"\1", name("_start"), b"\2\0") + code(b"")
        self.refused("exec", self.module(memory), says="_start")

    def test_start_function_that_traps(self):
        starts = WASM + TYPE + FUNCTION + MEMORY + START + section(8, b"\0") + code(b"\0")   # unreachable
        done = box("exec", self.module(starts))
        self.assertEqual(done.returncode, 132, done)
        self.assertIn(b"trap", done.stderr)

    def test_start_function_that_spins(self):
        spins = WASM + TYPE + FUNCTION + MEMORY + START + section(8, b"\0") + code(b"\3\x40\x0c\0\x0b")
        self.assertEqual(box("exec", "--wasm-timeout", "100ms", self.module(spins)).returncode, 124)


class Cache(ExecTest):
    def setUp(self):
        super().setUp()
        self.cache = self.top / "cache"
        self.home = {"BOXAGNTS_HOME": str(self.top / "home")}
        self.flags = ("--wasm-cache-dir", self.cache)

    def entries(self):
        return sorted(path for path in self.cache.rglob("*") if path.is_file() and path.suffix != ".seen")

    def run_cached(self):
        done = box("exec", *self.flags, DO, "--", "args", env=self.home)
        self.assertEqual((done.returncode, done.stdout), (0, b"[exec_do.wasm]\n[args]\n"), done)
        return done

    def test_one_entry_per_module(self):
        self.run_cached()
        first = self.entries()
        self.assertEqual(len(first), 1)
        self.assertEqual(self.cache.stat().st_mode & 0o777, 0o700)
        stamp = first[0].stat().st_ino
        self.run_cached()
        self.assertEqual((self.entries(), first[0].stat().st_ino), (first, stamp))

    def test_damaged_entries_are_rebuilt(self):
        self.run_cached()
        [entry] = self.entries()
        good = entry.read_bytes()

        def flipped(at):
            return good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]

        for what, bad in (("empty", b""), ("cut", good[:-1]), ("longer", good + b"\0"), ("flipped", flipped(0)),
                          ("flipped inside", flipped(len(good) // 2)), ("flipped at the end", flipped(len(good) - 1))):
            with self.subTest(what):
                entry.write_bytes(bad)
                self.run_cached()
                self.assertEqual(len(self.entries()), 1)
                self.assertEqual(entry.stat().st_size, len(good))
                self.assertNotEqual(entry.read_bytes(), bad)

    def test_swapped_entries_are_rebuilt(self):
        self.run_cached()
        [mine] = self.entries()
        self.assertEqual(box("exec", *self.flags, self.module(EMPTY_COMMAND), env=self.home).returncode, 0)
        [other] = set(self.entries()) - {mine}
        mine.write_bytes(other.read_bytes())
        self.run_cached()

    def test_entry_of_another_key_is_rebuilt(self):
        self.run_cached()
        self.home = {"BOXAGNTS_HOME": str(self.top / "other-home")}
        self.run_cached()
        self.run_cached()

    def test_directory_others_can_write_to(self):
        self.cache.mkdir()
        for mode in (0o777, 0o770, 0o702):
            self.cache.chmod(mode)
            with self.subTest(oct(mode)):
                self.refused("exec", *self.flags, DO, says=str(self.cache), env=self.home)
        self.assertEqual(self.entries(), [])

    def test_not_a_directory(self):
        self.cache.write_text("")
        self.refused("exec", *self.flags, DO, says=str(self.cache), env=self.home)

    def test_link_to_a_directory_of_others(self):
        shared = self.top / "shared"
        shared.mkdir()
        shared.chmod(0o777)
        self.cache.symlink_to(shared)
        self.refused("exec", *self.flags, DO, says=str(self.cache), env=self.home)


class PolicyOrOurs(ExecTest):
    """126 is a refusal of policy, and nothing else; what we could not do or understand is 125."""

    def setUp(self):
        super().setUp()
        self.tree = self.top / "tree"
        (self.tree / "in").mkdir(parents=True)
        (self.tree / "out").symlink_to("/")
        (self.tree / "up").symlink_to("..")
        (self.tree / "inside").symlink_to("in")

    def allow(self, path):
        return "--mount", f"{self.tree}::/w", "--allow", f"read:{path}"

    def test_a_grant_that_leaves_its_mount_is_denied(self):
        for name in ("out", "up"):
            with self.subTest(name):
                self.refused("exec", *self.allow(f"/w/{name}"), DO, code=126, says="leads out of its mount")
                done = box("exec", "--json", *self.allow(f"/w/{name}"), DO)
                outcome = json.loads(done.stdout)
                self.assertEqual((done.returncode, outcome["kind"], outcome["exit_code"]), (126, "denied", 126))

    def test_control_a_link_that_stays_inside(self):
        self.assertEqual(box("exec", *self.allow("/w/inside"), DO, "--", "args").returncode, 0)

    def test_mistakes_and_failures_are_ours(self):
        loose = self.top / "loose"
        loose.mkdir()
        loose.chmod(0o777)
        for flags, says in (
                (self.allow("/w/missing"), "no such directory"),
                (("--allow", "read:/w"), "in no mount"),
                (("--env", "A=1", "--env", "A=2"), "'A' has two values"),
                (("--allow", "env:A", "--env", "A=2"), "'A' has two values"),
                (("--wasm-cache-dir", loose), "written to by others")):
            with self.subTest(says):
                self.refused("exec", *flags, DO, code=125, says=says)
                done = box("exec", "--json", *flags, DO)
                self.assertEqual((done.returncode, json.loads(done.stdout)["kind"]), (125, "failed"))

    def test_control_one_value_twice(self):
        self.assertEqual(self.do("env", flags=("--env", "A=1", "--env", "A=1")), "A=1\n")


class Credentials(ExecTest):
    """What no request could carry is refused before the guest starts, with the reason."""

    def inject(self, rule, **options):
        return self.refused("exec", "--inject", rule, DO, "--", "args", env={"TOKEN": options.pop("token", "t")},
                            **options)

    def test_fields_the_client_owns(self):
        for field in ("Proxy-Authorization", "Host", "content-length", "Transfer-Encoding", "TE", "Connection",
                      "HTTP2-Settings", "Upgrade"):
            with self.subTest(field):
                self.inject(f"https://api.example {field}=env:TOKEN", says=f"'{field}'")

    def test_origins_no_request_has(self):
        for origin in ("https://api.example:99999", "https://api.example:0", "https://*", "https://api.example/v1",
                       "ftp://api.example", "https://api.example:80..90", "https://127.1"):
            with self.subTest(origin):
                self.inject(f"{origin} X-Key=env:TOKEN", says="not an origin")

    def test_values_no_field_has(self):
        for token in ("", "a\nb", "a\rX: y", "a\x01"):
            with self.subTest(token):
                text = self.inject("https://api.example X-Key=env:TOKEN", token=token, says="'TOKEN'")
                self.assertNotIn("X: y", text)

    def test_control(self):
        done = box("exec", "--inject", "https://api.example:8443 X-Key=env:TOKEN", DO, "--", "args",
                   env={"TOKEN": "t"})
        self.assertEqual(done.returncode, 0, done)


class CommandLine(ExecTest):
    def test_mistakes(self):
        for arguments, says in (
                ((), "which file"), ((DO, DO), "one file"), (("--no-such-flag", DO), "--no-such-flag"),
                (("-x", DO), "-x"), (("--json=yes", DO), "--json"), ((DO, "--limit"), "--limit"),
                ((DO, "--map-dir"), "--map-dir")):
            with self.subTest(arguments):
                self.refused("exec", *arguments, says=says)
        self.refused("excec", says="excec")

    def test_value_after_an_equals_sign(self):
        self.assertEqual(self.do("env", flags=("--env=A=1",)), "A=1\n")

    def test_flags_after_the_file(self):
        done = box("exec", DO, "--env", "A=1", "--", "env")
        self.assertEqual((done.returncode, done.stdout), (0, b"A=1\n"))

    def test_help_names_every_flag(self):
        text = box("exec", "--help").stdout.decode()
        for flag, default in (("wasm-timeout", "30s"), ("wasm-max-memory-size", "256MiB"),
                              ("wasm-max-wasm-stack", "1MiB"), ("wasm-fuel", "not counted")):
            self.assertRegex(text, rf"(?m)^ *--{flag}\b.* \(default {default}\)$")
        for flag in ("work-dir", "map-dir", "env", "allowed-outbound-host", "block-url", "block-network",
                     "wasm-timeout", "wasm-max-memory-size", "wasm-max-wasm-stack", "wasm-fuel", "wasm-cache-dir",
                     "mount", "allow", "deny", "stdin", "limit", "json"):
            self.assertRegex(text, rf"(?m)^ *--{flag}\b")

    def test_commands(self):
        for command in ("exec", "inspect", "doctor", "completion", "version"):
            done = box(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(f"usage: boxagnts {command}", done.stdout.decode())
        self.assertRegex(box("version").stdout.decode(), r"(?s)\Aboxagnts \d+\.\d+\.\d+.*[Ww]asmtime 48\.")
        self.assertEqual(box().returncode, 125)
        self.assertEqual(box("--help").returncode, 0)

    def test_completion(self):
        for shell in ("bash", "zsh", "fish"):
            done = box("completion", shell)
            self.assertEqual(done.returncode, 0, shell)
            self.assertIn(b"wasm-max-memory-size", done.stdout)
        script = box("completion", "bash").stdout
        self.assertEqual(subprocess.run(["bash", "-n"], input=script, check=False).returncode, 0)
        self.refused("completion", "tcsh", says="bash, zsh or fish")

    def test_inspect(self):
        done = box("inspect", DO)
        self.assertEqual(done.returncode, 0, done)
        text = done.stdout.decode()
        for part in ("fd_write", "_start", "memory", "wasi_snapshot_preview1"):
            self.assertIn(part, text)
        self.refused("inspect", self.top / "missing.wasm", says="missing.wasm")
        self.refused("inspect", self.module(b"junk"), says="WebAssembly")

    def test_inspect_never_runs_the_module(self):
        traps = WASM + TYPE + FUNCTION + MEMORY + START + section(8, b"\0") + code(b"\0")
        self.assertEqual(box("inspect", self.module(traps)).returncode, 0)

    def test_inspect_of_unknown_imports(self):
        imports = section(2, b"\1", name("env"), name("one"), b"\0\0")
        start = section(7, b"\1", name("_start"), b"\0\1")
        path = self.module(WASM + TYPE + imports + FUNCTION + MEMORY + start + code(b""))
        done = box("inspect", path)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("one", done.stdout.decode())


if __name__ == "__main__":
    unittest.main()
