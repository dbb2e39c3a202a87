"""Programs that start programs: what they pass on, what they share, and what they cannot get."""
import json
import os
import signal
import subprocess
import time
import unittest

from exec_support import ExecTest
from support import BOXAGNTS, GUESTS, SANITIZED, box

SPAWN = GUESTS / "spawn.wasm"


class ProcessTest(ExecTest):
    tool = ("--allow", "tool:spawn", "--program", f"spawn={SPAWN}")

    def spawn(self, *words, flags=(), code=0, tool=None, **options):
        done = box("exec", *(self.tool if tool is None else tool), *flags, SPAWN, "--", *words, **options)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode()

    def outcome(self, *words, flags=()):
        done = box("exec", "--json", *self.tool, *flags, SPAWN, "--", *words)
        return json.loads(done.stdout)


class Ends(ProcessTest):
    def test_a_child_s_end_is_a_value(self):
        self.assertEqual(self.spawn("run", "say", "hi"), "hi\nended: kind 0 code 0 signal 0\n")
        self.assertEqual(self.spawn("run", "exit", "7"), "ended: kind 0 code 7 signal 0\n")
        self.assertEqual(self.spawn("run", "trap"), "ended: kind 2 code 132 signal 0\n")

    def test_signals(self):
        text = "waited: Operation timed out\nkill: Success\nended: kind 1 code {} signal {}\n"
        for sig, what in ((15, "spin"), (9, "sleep"), (2, "sleep")):
            self.assertEqual(self.spawn("kill", str(sig), what), text.format(128 + sig, sig))
        self.assertEqual(self.spawn("kill", "18", "exit"), "waited: Success\nkill: No such process\nended: No child process\n")
        self.assertEqual(self.spawn("catch", code=128 + 12), "pid 1 parent 0 pending 1024\n64: Invalid argument\n")

    def test_one_that_waits_is_killed_with_what_it_waits_for(self):
        """That runs on its stack."""
        began = time.monotonic()
        out = self.spawn("kill-waiting", flags=("--limit", "wall=20s"))
        self.assertEqual(out, "kill: Success\nended: kind 1 code 143 signal 15\n")
        self.assertLess(time.monotonic() - began, 15)

    def test_one_that_kills_who_waits_for_it(self):
        began = time.monotonic()
        out = self.spawn("run", "run", "kill-parent", flags=("--limit", "wall=20s"))
        self.assertEqual(out, "ended: kind 1 code 143 signal 15\n")
        self.assertLess(time.monotonic() - began, 15)

    def test_one_left_behind_ends_with_the_call(self):
        began = time.monotonic()
        self.assertEqual(self.spawn("orphan"), "left behind\n")
        self.assertLess(time.monotonic() - began, 10)


    def test_what_is_started_while_the_call_ends(self):
        """Those that are ended go on starting others until they notice."""
        for _ in range(3):
            began = time.monotonic()
            self.spawn("breed", "8", flags=("--limit", "wall=60s"))
            self.assertLess(time.monotonic() - began, 20)


class Pipes(ProcessTest):
    OK = "{}: kind 0 code 0 signal 0\n"

    def test_through_three_stages(self):
        for n in (0, 1, 65536, 65537, 5_000_000):
            lines = self.spawn("pipe", str(n)).splitlines()
            self.assertEqual(sorted(lines), sorted([str(n)] + [self.OK.format(w)[:-1] for w in ("first", "second", "third")]))

    def test_who_writes_where_nobody_reads_ends_by_sigpipe(self):
        out = self.spawn("pipe", "50000000", "head")
        self.assertEqual(out, "first: kind 1 code 141 signal 13\nsecond: kind 1 code 141 signal 13\n" + self.OK.format("third"))

    def test_read_by_the_parent(self):
        self.assertEqual(self.spawn("read", "3000000"), "3000000 bytes\n" + self.OK.format("writer"))
        self.assertEqual(self.spawn("read", "3000000", "grows"), self.OK.format("writer") + "3000000 bytes\n")

    def test_a_pipe_that_grows_is_memory(self):
        out = self.spawn("read", "50000000", "grows", flags=("--limit", "memory=16MiB"))
        self.assertEqual(out.splitlines()[0], "writer: kind 0 code 3 signal 0")


class Shared(ProcessTest):
    """One call has one of each limit, whoever uses it up."""

    def test_deadline(self):
        for words in (("run", "spin"), ("run", "sleep"), ("run", "run", "spin"), ("pipe", "100", "sleep")):
            began = time.monotonic()
            self.spawn(*words, flags=("--limit", "wall=0.3s"), code=124)
            self.assertLess(time.monotonic() - began, 20)

    def test_cancel(self):
        for words in (("run", "spin"), ("run", "run", "sleep"), ("kill", "18", "spin")):
            guest = subprocess.Popen([BOXAGNTS, "exec", *self.tool, SPAWN, "--", *words], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.5)
            guest.send_signal(signal.SIGINT)
            guest.communicate(timeout=30)
            self.assertEqual(guest.returncode, 130)

    def test_memory(self):
        """What the parent has is not there for the child: both are less than the limit together."""
        alone = self.spawn("eat", flags=("--limit", "memory=32MiB"), code=9)
        below = self.spawn("run", "eat", flags=("--limit", "memory=32MiB"))
        count = lambda text: int(text.split("after ")[1].split()[0])
        self.assertGreaterEqual(count(alone), count(below) + 1)
        self.assertGreater(count(below), 20)

    @unittest.skipIf(SANITIZED, "a sanitizer's allocator keeps what was freed")
    def test_memory_of_arguments(self):
        """What the host keeps of a program is the call's memory, and little once it has ended."""
        def peak(*words, flags=()):
            guest = subprocess.Popen([BOXAGNTS, "exec", *self.tool, *flags, SPAWN, "--", *words], stdout=subprocess.PIPE)
            out = guest.stdout.read()
            guest.stdout.close()
            _, status, usage = os.wait4(guest.pid, 0)
            guest.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual((guest.returncode, out), (0, b"Success\n"))
            return usage.ru_maxrss
        flags = ("--limit", "memory=32MiB")
        self.assertLess(peak("zombies", "400", flags=flags), peak("zombies", "1", flags=flags) + 100_000)

    def test_output(self):
        out = self.outcome("run", "flood", "5000", flags=("--limit", "output=1KiB"))
        self.assertEqual((out["kind"], len(out["stdout"])), ("output", 1024))
        self.assertEqual(self.outcome("run", "flood", "900", flags=("--limit", "output=1KiB"))["kind"], "exit")

    def test_written_bytes(self):
        flags = ("--map-dir", f"{self.dir}::/w", "--limit", "fs_write=5")
        self.assertEqual(self.outcome("run", "write", "/w/a", "12345678", flags=flags)["limits_hit"], {"fs_write": 1})
        self.assertEqual((self.dir / "a").read_text(), "12345")

    def test_memory_of_the_one_tmp(self):
        out = self.spawn("run", "write", "/tmp/a", "text", flags=("--allow", "tmp"))
        self.assertEqual(out.splitlines()[0], "/tmp/a: written")


class Told(ProcessTest):
    def test_each_program_is_listed(self):
        out = self.outcome("run", "run", "exit", "3")
        self.assertEqual([(p["pid"], p["parent"], p["arguments"], p["end"], p["exit_code"]) for p in out["processes"]],
                         [(3, 2, "spawn exit 3", "exit", 3), (2, 1, "spawn run exit 3", "exit", 0)])
        for p in out["processes"]:
            self.assertEqual(p["program"], "spawn")
            self.assertGreater(p["memory_peak_bytes"], 65535)

    def test_files_name_the_process(self):
        out = self.outcome("run", "write", "/w/a", "x", flags=("--map-dir", f"{self.dir}::/w"))
        made = [f for f in out["files"] if f["op"] == "create"]
        self.assertEqual([(f["path"], f["pid"]) for f in made], [("/w/a", 2)])


class Rights(ProcessTest):
    """A child has at most what its parent has."""

    def narrowed(self, needs):
        path = self.top / "spawn.wasm"
        path.write_bytes(SPAWN.read_bytes())
        (self.top / "spawn.tool.yaml").write_text(
            "name: spawn\nversion: 1.0.0\ndescription: A test.\npermission: execute\ncall: argv\n"
            f"needs: {json.dumps(needs)}\n"
            "annotations: {readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false}\n")
        return ("--allow", "tool:spawn", "--program", f"spawn={path}", "--map-dir", f"{self.dir}::/w")

    def test_nothing_is_started_that_is_not_granted(self):
        self.assertEqual(self.spawn("run", "say", "x", code=1, tool=()), "not started: No such file or directory\n")
        other = ("--allow", "tool:other", "--program", f"spawn={SPAWN}")
        self.assertEqual(self.spawn("run", "say", "x", code=1, tool=other), "not started: Permission denied\n")
        self.assertIn("ended: kind 0", self.spawn("run", "say", "x", tool=("--allow", "tool:sp*", "--program", f"spawn={SPAWN}")))

    def test_needs_narrow_files(self):
        (self.dir / "sub").mkdir()
        (self.dir / "sub" / "g").write_text("inner\n")
        write = ("run", "write", "/w/new", "x")
        self.assertIn("/w/new: written", self.spawn(*write, tool=self.narrowed(["rw:/", "tool:*"])))
        (self.dir / "new").unlink()
        self.assertNotIn("written", self.spawn(*write, tool=self.narrowed(["read:/w"])))
        self.assertFalse((self.dir / "new").exists())
        out = self.spawn("run", "ls", "/w/f", tool=self.narrowed(["read:/w"]))
        self.assertIn("/w/f: there, contents", out)
        out = self.spawn("run", "ls", "/w/f", "/w/sub/g", "/w/sub/../f", tool=self.narrowed(["read:/w/sub"]))
        self.assertIn("/w/sub/g: there, inner", out)
        self.assertNotIn("contents", out)

    def test_needs_bind_what_can_be_found_out(self):
        """Of a directory outside of what it has a program is not told whether it is there."""
        (self.dir / "sub" / "in").mkdir(parents=True)
        (self.dir / "secret").mkdir()
        (self.dir / "sub" / "link").symlink_to("../secret")
        tool = self.narrowed(["rw:/w/sub", "tool:*"])
        told = {d: self.spawn("run", "in", d, "exit", "0", tool=tool).splitlines()[0]
                for d in ("/w/sub/in", "/w/secret", "/w/none", "/w/f", "/w", "/w/sub/none", "/w/sub/link", "/")}
        none = "not started: No such file or directory"
        self.assertEqual([told[d] for d in ("/w/secret", "/w/none", "/w/f", "/w", "/w/sub/none")], [none] * 5)
        self.assertIn("not started", told["/w/sub/link"])
        self.assertEqual([told[d] for d in ("/w/sub/in", "/")], ["ended: kind 0 code 0 signal 0"] * 2)

    def test_needs_bind_what_is_started_below(self):
        """A program without tool: in its needs starts nothing; one with it passes on no more than it has."""
        self.assertIn("not started: Permission denied", self.spawn("run", "run", "say", "x", tool=self.narrowed(["rw:/"])))
        tool = self.narrowed(["read:/w", "tool:*"])
        self.assertNotIn("written", self.spawn("run", "run", "write", "/w/new", "x", tool=tool))
        self.assertIn("x\n", self.spawn("run", "run", "say", "x", tool=tool))

    def test_denied_paths_are_denied_to_all(self):
        flags = ("--map-dir", f"{self.dir}::/w", "--deny", "/w/f")
        self.assertNotIn("contents", self.spawn("run", "ls", "/w/f", flags=flags))
        self.assertIn("contents", self.spawn("run", "ls", "/w/f", flags=flags[:2]))

    def test_descriptors_that_are_not_passed_on_are_not_there(self):
        out = self.spawn("run", "ls", "/dev/fd/0", "/dev/fd/9", "/dev/null", "/dev/mem")
        self.assertIn("/dev/fd/9: No such file or directory", out)
        self.assertIn("/dev/null: there, ", out)
        self.assertIn("/dev/mem: No such file", out)

    def test_devices_are_for_calls_with_programs(self):
        self.assertIn("/dev/null: No such file", self.spawn("ls", "/dev/null", tool=("--map-dir", f"{self.dir}::/w")))


class Surroundings(ProcessTest):
    def test_working_directory(self):
        (self.dir / "sub").mkdir()
        (self.dir / "sub" / "g").write_text("inner\n")
        flags = ("--map-dir", f"{self.dir}::/w")
        # One that knows nothing of PWD is given the directory itself.
        self.assertIn("g: there, inner", self.spawn("in", "/w/sub", "ls", "g", flags=(*flags, "--env", "NO_ENTER=1")))
        self.assertIn("g: there, inner", self.spawn("in", "/w/sub", "ls", "g", flags=flags))
        self.assertIn("not started: No such file", self.spawn("in", "/w/none", "ls", "g", flags=flags, code=1))
        self.assertIn("not started: Not a directory", self.spawn("in", "/w/f", "ls", "g", flags=flags, code=1))

    def test_bin_shows_what_may_be_started(self):
        out = self.spawn("ls", "/bin/spawn", "/bin/other")
        self.assertIn("/bin/spawn: there", out)
        self.assertIn("/bin/other: No such file", out)
        out = self.spawn("write", "/bin/spawn", "x", code=1)
        self.assertNotIn("written", out)

    def test_what_is_no_program(self):
        (self.top / "text.wasm").write_text("hello\n")
        done = box("exec", "--allow", "tool:spawn", "--program", f"spawn={self.top / 'text.wasm'}", SPAWN, "--", "run", "x")
        self.assertNotEqual(done.returncode, 0)


class ToolCalls(ProcessTest):
    def call(self, name, arguments, flags=(), tool=("--allow", "tool:*")):
        out = self.spawn("call", name, json.dumps(arguments), flags=("--map-dir", f"{self.dir}::/workspace", *flags), tool=tool)
        status, text = out.split(" ", 1)
        return int(status), text

    def test_a_tool_s_result_comes_back(self):
        status, text = self.call("read", {"path": "f"})
        self.assertEqual((status, json.loads(text)["isError"]), (0, False))
        self.assertIn("contents", text)
        self.assertEqual(self.call("write", {"path": "new", "content": "x"})[0], 0)
        self.assertEqual((self.dir / "new").read_text(), "x")

    def test_only_what_is_granted(self):
        self.assertEqual(self.call("read", {"path": "f"}, tool=("--allow", "tool:grep"))[0], 1)
        self.assertEqual(self.call("nosuch", {})[0], 2)
        status, text = self.call("read", {"path": 5})
        self.assertEqual(status, 4)
        self.assertIn("/path: expected a string", text)
        read_only = ("--allow", "tool:*", "--mount", f"{self.dir}::/workspace", "--allow", "read:/workspace")
        out = self.spawn("call", "write", json.dumps({"path": "other", "content": "x"}), tool=read_only)
        self.assertTrue(json.loads(out.split(" ", 1)[1])["isError"])
        self.assertFalse((self.dir / "other").exists())

    def test_within_the_limits_of_the_caller(self):
        status, text = self.call("write", {"path": "big", "content": "x" * 1000}, flags=("--limit", "fs_write=100"))
        self.assertTrue(json.loads(text)["isError"])
        self.assertEqual(self.call("read", {"path": "f"}, flags=("--limit", "depth=1"))[0], 3)
        self.assertIn("contents", self.call("read", {"path": "f"}, flags=("--limit", "depth=2"))[1])


    def test_memory_is_one_for_all_that_are_called(self):
        hold = json.dumps({"command": "spawn hold 60 1000"})
        flags = ("--mount", f"{self.dir}::/workspace", "--allow", "rw:/workspace", "--allow", "tmp",
                 "--program", f"spawn={SPAWN}", "--limit", "memory=200MiB")
        for n in (1, 8):
            out = self.spawn("call-at-once", str(n), "bash", hold, flags=flags, tool=("--allow", "tool:*"))
            self.assertIn(out.count('"stdout":"held'), range(1, 4), out)


    def test_size_of_tmp_is_one_for_all_that_are_called(self):
        fill = json.dumps({"command": "head -c 3000000 /dev/zero > /tmp/x && sleep 1 && echo filled"})
        flags = ("--mount", f"{self.dir}::/workspace", "--allow", "rw:/workspace", "--allow", "tmp:4MiB",
                 "--program", f"spawn={SPAWN}")
        for n in (1, 6):
            out = self.spawn("call-at-once", str(n), "bash", fill, flags=flags, tool=("--allow", "tool:*"))
            self.assertIn(out.count('"stdout":"filled'), (1,) if n == 1 else (0, 1), out)

    def test_what_is_written_is_one_for_all_that_are_called(self):
        """Each tool may write 64 bytes; so may all of them together."""
        flags = ("--mount", f"{self.dir}::/workspace", "--allow", "rw:/workspace", "--allow", "tmp",
                 "--program", f"spawn={SPAWN}", "--limit")
        write = json.dumps({"command": "sleep 1; for i in $(seq 64); do printf x; done >> $(mktemp /workspace/XXXXXX)"})
        for limit, n, most in (("fs_write=64", 1, 64), ("fs_write=64", 8, 64), ("fs_write=640", 8, 512)):
            for f in self.dir.iterdir():
                f.unlink()
            self.spawn("call-at-once", str(n), "bash", write, flags=(*flags, limit), tool=("--allow", "tool:*"))
            self.assertEqual(sum(f.stat().st_size for f in self.dir.iterdir()), most, (limit, n))
        make = json.dumps({"command": "sleep 1; : > $(mktemp -u /workspace/XXXXXX)"})
        for limit, n, most in (("files_created=3", 8, 3), ("files_created=30", 8, 8)):
            for f in self.dir.iterdir():
                f.unlink()
            self.spawn("call-at-once", str(n), "bash", make, flags=(*flags, limit), tool=("--allow", "tool:*"))
            self.assertEqual(len(list(self.dir.iterdir())), most, (limit, n))

    def test_starts_and_calls_are_one_for_all_that_are_called(self):
        bash = ("--mount", f"{self.dir}::/workspace", "--allow", "rw:/workspace", "--allow", "tmp", "--program", f"spawn={SPAWN}")
        two = json.dumps({"command": "spawn exit 0 && spawn exit 0 && spawn say done"})
        inner = json.dumps({"command": "spawn call bash '{\"command\": \"echo inner\"}'"})
        for limit, words, text, n in (("starts=6", ("twice", "bash", two), '"stdout":"done', 2),
                                      ("starts=5", ("twice", "bash", two), '"stdout":"done', 1),
                                      ("calls=2", ("call", "bash", inner), "over the limit calls", 0),
                                      ("calls=1", ("call", "bash", inner), "over the limit calls", 2)):
            out = self.spawn(*words, flags=(*bash, "--limit", limit), tool=("--allow", "tool:*"))
            self.assertEqual(out.count(text), n, (limit, out))


class Bounds(ProcessTest):
    def test_a_program_that_starts_itself_again_and_again(self):
        self.assertEqual(self.spawn("bomb"), "depth 15: Resource temporarily unavailable\n")
        out = self.spawn("many", "100000")
        self.assertEqual(out, "128 started: Resource temporarily unavailable\n128 ended\n")
        out = self.spawn("many", "100000", "background")
        self.assertIn("started: Resource temporarily unavailable\n", out)

    def test_arguments_that_are_all_the_same_memory(self):
        """No deadline ends a host function that reads 4 TiB; so it does not."""
        began = time.monotonic()
        self.assertEqual(self.spawn("huge", flags=("--limit", "wall=20s")), "not started: Argument list too long\n")
        self.assertLess(time.monotonic() - began, 20)

    def test_one_after_the_other_is_no_bound(self):
        self.spawn("loop", "3000")


if __name__ == "__main__":
    unittest.main()
