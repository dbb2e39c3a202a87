"""Tool calls and HTTP exchanges beside a guest: they run at once, with no more rights and no more of any limit than one
after the other, and end with whoever began them."""
# timeout: 300
import json
import shutil
import signal
import subprocess
import threading
import time
import unittest

from exec_support import ExecTest
from http_server import Server, ok
from support import BOXAGNTS, GUESTS, SANITIZED, box

JOBS = GUESTS / "jobs.wasm"
TOGETHER = 8
HOLE = ("--allow-network", "127.0.0.0/8")
ANYWHERE = ("--allow", "fetch:http://*:*", *HOLE)
TOOLS = ("--allow", "tool:*")
PATTERN = '{"pattern":"*"}'


class Meeting:
    """Answers "met" to those who come together, "alone" to who waits in vain."""

    def __init__(self, n=TOGETHER, patience_s=20):
        self.n, self.patience_s = n, patience_s
        self.barrier = threading.Barrier(n)
        self.open, self.most = 0, 0
        self.lock = threading.Lock()
        self.server = Server(self.answer)
        self.url = f"http://127.0.0.1:{self.server.port}"

    def answer(self, request, out):
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)
        try:
            return self.say(request, out)
        finally:
            with self.lock:
                self.open -= 1

    def say(self, request, out):
        kind, _, n = request.target[1:].partition("?")
        if kind == "meet":
            try:
                self.barrier.wait(self.patience_s)
                out.write(ok(b"met\n"))
            except threading.BrokenBarrierError:
                out.write(ok(b"alone\n"))
        elif kind == "bytes":
            out.write(ok(b"x" * int(n)))
        elif kind == "cut":
            out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\npart")
            return False
        elif kind == "moved":
            out.write(ok(b"", "location: http://169.254.169.254/", status="302 Found"))
        elif kind == "never":
            try:  # until the client goes away
                while True:
                    out.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                    out.flush()
                    time.sleep(0.05)
            except OSError:
                return False
        elif kind == "count":
            out.write(ok(f"{request.method} {len(request.body)} {request.values('x-a')}\n".encode()))
        else:
            out.write(ok())
        return True

    def wait_until_quiet(self, test, open_now=0):
        began = time.monotonic()
        while self.open != open_now:
            test.assertLess(time.monotonic() - began, 30, "somebody is still there")
            time.sleep(0.01)


class JobsTest(ExecTest):
    def meeting(self, *arguments, **options):
        meeting = Meeting(*arguments, **options)
        self.addCleanup(meeting.server.stop)
        return meeting

    def jobs(self, *words, flags=(), code=0, **options):
        done = box("exec", *flags, JOBS, "--", *words, **options)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode()

    def outcome(self, *words, flags=()):
        return json.loads(box("exec", "--json", *flags, JOBS, "--", *words).stdout)

    @staticmethod
    def fetch(url):
        return json.dumps({"url": url})


class AtOnce(JobsTest):
    def test_calls(self):
        """The server answers when all are there, so that one after the other gets nowhere."""
        flags = (*TOOLS, *ANYWHERE, "--limit", "wall=60s")
        at = self.meeting()
        out = self.jobs("calls", str(TOGETHER), "web_fetch", self.fetch(at.url + "/meet"), flags=flags)
        self.assertEqual(out.count("\\n\\nmet"), TOGETHER, out)
        control = self.meeting(patience_s=0.2)
        out = self.jobs("calls-in-turn", str(TOGETHER), "web_fetch", self.fetch(control.url + "/meet"), flags=flags)
        self.assertEqual((out.count("\\n\\nmet"), out.count("\\n\\nalone")), (0, TOGETHER), out)

    def test_exchanges(self):
        at = self.meeting()
        out = self.jobs("http", str(TOGETHER), at.url + "/meet", flags=ANYWHERE)
        self.assertEqual(out, "200 ended: 4 bytes: met \n" * TOGETHER)
        control = self.meeting(patience_s=0.2)
        out = self.jobs("http-in-turn", str(TOGETHER), control.url + "/meet", flags=ANYWHERE)
        self.assertEqual(out, "200 ended: 6 bytes: alone \n" * TOGETHER)

    def test_a_call_and_an_exchange(self):
        at = self.meeting(n=2)
        out = self.jobs("both", at.url + "/meet", "web_fetch", self.fetch(at.url + "/meet"), flags=(*TOOLS, *ANYWHERE))
        self.assertEqual(out.count("met"), 2, out)

    def test_few_threads(self):
        """Sixteen calls of a process tree run at once, and the others come in turn."""
        at = self.meeting(n=16, patience_s=30)
        out = self.jobs("calls", "64", "web_fetch", self.fetch(at.url + "/meet"), flags=(*TOOLS, *ANYWHERE, "--limit", "memory=1GiB"))
        self.assertEqual(out.count("\\n\\nmet"), 64, out)
        self.assertEqual(at.most, 16)

    def test_one_wait_for_all(self):
        flags = (*TOOLS, "--allow", "rw:/workspace", "--mount", f"{self.dir}::/workspace", "--program", f"jobs={JOBS}")
        with subprocess.Popen([BOXAGNTS, "exec", *flags, JOBS, "--", "mixed", "glob", PATTERN], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as running:
            out = running.stdout.read().decode()
            running.stdin.close()
        lines = out.splitlines()
        self.assertRegex(lines.pop(1), "^pipe: ok 1: 1/[01]$")  # its writer may be gone by then
        self.assertEqual(lines[:6], ["bad: ok 4: 1/2 1/2 1/2 1/2", "child: ok 1: 1/0", "both: ok 2: 1/1 1/0",
                                     "wait: ok", "sleep: ok 0:", "job beside standard input: ok 1: 1/0 0/0"])
        self.assertRegex(lines[6], r'^ended: .*/workspace/f')
        self.assertEqual(lines[7], "kind 9: Invalid argument")

    def test_signals_and_time(self):
        self.assertEqual(self.jobs("signal"), "Interrupted system call\n")
        ms = int(self.jobs("sleep", "30000000").split()[2])
        self.assertGreaterEqual(ms, 30)
        began = time.monotonic()  # a made-up clock goes on, and nobody waits
        self.assertEqual(self.jobs("sleep", str(3600 * 10**9), flags=("--allow", "clock:step")), "ok 0 3600001 ms\n")
        self.assertEqual(self.jobs("sleep", str(3600 * 10**9), flags=("--allow", "clock:frozen")), "ok 0 0 ms\n")
        self.assertLess(time.monotonic() - began, 60)


class Exchanges(JobsTest):
    def setUp(self):
        super().setUp()
        self.at = self.meeting()

    def test_bodies(self):
        """Larger than every buffer on the way, both ways, and none."""
        for n in (0, 1, 65536, 5000000):
            out = self.jobs("http", "2", f"{self.at.url}/bytes?{n}", flags=ANYWHERE)
            self.assertEqual([line.split(" bytes")[0] for line in out.splitlines()], [f"200 ended: {n}"] * 2)
            out = self.jobs("post", str(n), self.at.url + "/count", "x-a: b c\n", flags=ANYWHERE)
            self.assertIn(f"POST {n} ['b c']", out)

    def test_a_redirect_is_not_followed(self):
        self.assertTrue(self.jobs("http", "1", self.at.url + "/moved", flags=ANYWHERE).startswith("302 "))
        self.assertEqual(len(self.at.server.seen), 1)

    def test_failures(self):
        out = self.jobs("http", "1", self.at.url + "/never", "200", flags=ANYWHERE)
        self.assertRegex(out, r"^failed: status \d+ why 2: ")
        out = self.jobs("http", "1", self.at.url + "/cut", flags=ANYWHERE)
        self.assertIn("200 I/O error: 4 bytes: part", out)
        out = self.jobs("http", "1", "http://127.0.0.1:1/", flags=ANYWHERE)
        self.assertRegex(out, r"^failed: status \d+ why 3: ")
        out = self.jobs("http", "1", "gopher://x/", flags=ANYWHERE)
        self.assertRegex(out, r"^failed: status \d+ why 1: ")

    def test_fields_are_checked_again(self):
        for fields in ("x-a: b\rc\n", "x a: b\n", "host: other.example\n", "content-length: 3\n", "x: y\n" * 101):
            out = self.jobs("post", "10", self.at.url + "/count", fields, flags=ANYWHERE)
            self.assertRegex(out, r"^failed: status \d+ why [123]: ")
        self.assertEqual(self.at.server.seen, [])

    def test_they_are_told(self):
        out = self.outcome("http", "3", self.at.url + "/bytes?10", flags=ANYWHERE)
        self.assertEqual([(r["url"], r["status"], r["allowed"]) for r in out["requests"]],
                         [(self.at.url + "/bytes?", 200, True)] * 3)

    def test_a_credential_is_put_in_on_the_way(self):
        out = box("exec", *ANYWHERE, "--inject", f"{self.at.url} X-A=env:SECRET_OF_TEST", JOBS, "--", "post", "1", self.at.url + "/count",
                  "x-a: mine\n", env={"SECRET_OF_TEST": "s3cr3t"})
        self.assertIn(b"['s3cr3t']", out.stdout, out)


class Rights(JobsTest):
    """What is refused one after the other is refused at once, and the words name what is missing."""

    def test_a_tool_that_is_not_granted(self):
        call = ("calls", "3", "glob", PATTERN)
        refused = "failed: status 1 why 1: not granted: that takes tool:glob\n" * 3
        self.assertEqual(self.jobs(*call, flags=("--allow", "tool:grep")), refused)
        self.assertEqual(self.jobs(*call), refused)
        self.assertEqual(self.jobs(*call, flags=("--allow", "tool:glob")).count("ended: "), 3)
        out = self.jobs("calls", "1", "no_such", PATTERN, flags=TOOLS)
        self.assertRegex(out, "^failed: status 2 why 3: .*no_such")
        out = self.jobs("calls", "1", "glob", '{"pattern":7}', flags=TOOLS)
        self.assertRegex(out, '^ended: .*"isError":true')

    def test_a_host_that_is_not_granted(self):
        at = self.meeting()
        for flags in ((), HOLE, ("--allow", "fetch:http://other.example", *HOLE)):
            out = self.jobs("http", "2", at.url + "/", flags=flags)
            self.assertEqual(out.count(f"fetch:GET {at.url} would"), 2, out)
        out = self.jobs("http", "1", at.url + "/", flags=("--allow", "fetch:http://*:*"))
        self.assertRegex(out, "^failed: status .* why 1: .*loopback")
        self.assertEqual(at.server.seen, [])
        self.assertEqual(self.jobs("http", "1", at.url + "/", flags=ANYWHERE), "200 ended: 3 bytes: ok \n")

    def test_a_tool_gets_no_more_than_its_caller(self):
        """It would need fetch: and files, both of which its caller lacks."""
        at = self.meeting()
        out = self.jobs("calls", "4", "web_fetch", self.fetch(at.url + "/"), flags=(*TOOLS, *HOLE))
        self.assertEqual(out.count("HTTP-request-denied"), 4, out)
        self.assertEqual(at.server.seen, [])
        out = self.jobs("calls", "4", "web_fetch", self.fetch(at.url + "/"), flags=(*TOOLS, *ANYWHERE))
        self.assertEqual((out.count("HTTP-request-denied"), len(at.server.seen)), (0, 4), out)
        read = json.dumps({"path": "/workspace/f"})
        mount = ("--mount", f"{self.dir}::/workspace")
        self.assertNotIn("contents", self.jobs("calls", "4", "read", read, flags=(*TOOLS, *mount)))
        out = self.jobs("calls", "4", "read", read, flags=(*TOOLS, *mount, "--allow", "read:/workspace"))
        self.assertEqual(out.count("contents"), 4, out)


    def test_a_child_gets_no_more_than_it_needs(self):
        """Of a tool that its parent has called before, and calls again: what was sealed for one is not used for the other."""
        module = shutil.copy(JOBS, self.top / "jobs.wasm")
        read = json.dumps({"path": "/workspace/f"})
        flags = (*TOOLS, "--allow", "rw:/workspace", "--mount", f"{self.dir}::/workspace", "--program", f"jobs={module}")
        for needs, sees in ((["tool:*", "read:/tmp"], False), (["tool:*", "read:/workspace"], True), (["read:/workspace"], False)):
            (self.top / "jobs.tool.yaml").write_text(
                "name: jobs\nversion: 1.0.0\ndescription: x\npermission: read\ncall: argv\n"
                f"needs: {json.dumps(needs)}\n"
                "annotations: {readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false}\n")
            lines = self.jobs("in-between", "read", read, flags=flags).splitlines()
            self.assertEqual(["contents" in line for line in lines], [True, sees, True], lines)


class Limits(JobsTest):
    """Who races for the last of something gets none too many."""

    def test_calls(self):
        for _ in range(3):
            out = self.jobs("calls", "100", "glob", PATTERN, flags=(*TOOLS, "--limit", "calls=37", "--limit", "memory=2GiB"))
            self.assertEqual((out.count("ended: "), out.count("failed: status 3 why 1: over the limit calls")), (37, 63), out)

    def test_requests_of_exchanges(self):
        at = self.meeting()
        flags = (*ANYWHERE, "--limit", "http_requests=11")
        out = self.jobs("http", "40", at.url + "/", flags=flags)
        self.assertEqual((out.count("200 ended"), out.count("is used up")), (11, 29), out)
        self.assertEqual(len(at.server.seen), 11)

    def test_requests_of_tools(self):
        at = self.meeting()
        out = self.jobs("calls", "40", "web_fetch", self.fetch(at.url + "/"),
                        flags=(*TOOLS, *ANYWHERE, "--limit", "http_requests=11", "--limit", "memory=2GiB"))
        self.assertEqual(len(at.server.seen), 11)
        self.assertEqual(out.count("HTTP-request-denied"), 29, out)

    def test_files(self):
        flags = (*TOOLS, "--allow", "rw:/workspace", "--mount", f"{self.dir}::/workspace", "--limit", "memory=2GiB")
        write = json.dumps({"path": "/workspace/x", "content": "y" * 1000})
        out = self.outcome("calls", "40", "write", write, flags=(*flags, "--limit", "fs_write=10000"))
        self.assertLessEqual(out["bytes"]["written"], 10000)
        self.assertGreater(out["bytes"]["written"], 5000)

    def test_memory(self):
        """Inputs count; a queue of them is no way around the limit."""
        large = json.dumps({"pattern": "*" * 100000})
        out = self.jobs("calls", "200", "glob", large, flags=(*TOOLS, "--limit", "memory=8MiB"))
        self.assertIn("not started: ", out)
        out = self.jobs("calls", "200", "glob", PATTERN, flags=(*TOOLS, "--limit", "memory=8MiB", "--limit", "calls=1000"))
        self.assertNotIn("not started: ", out)

    def test_jobs(self):
        out = self.jobs("most", "glob", PATTERN, flags=(*TOOLS, "--limit", "calls=1000"))
        self.assertEqual(out, "256 begun: Resource temporarily unavailable\nSuccess Success\n")

    def test_many(self):
        n = 1000 if SANITIZED else 10000
        out = self.jobs("many", str(n), "16", "glob", PATTERN, flags=(*TOOLS, "--limit", "calls=100000"), timeout_s=200)
        self.assertEqual(out, f"{n} ended\n")


class Ends(JobsTest):
    def setUp(self):
        super().setUp()
        self.at = self.meeting()
        self.never = self.fetch(self.at.url + "/never")
        self.flags = (*TOOLS, *ANYWHERE)

    def test_dropped_while_it_runs(self):
        out = self.jobs("drop", "3", "web_fetch", self.never, flags=self.flags)
        self.assertEqual(out, "Operation timed out 0 0 0 Bad file descriptor\n" * 3)
        self.at.wait_until_quiet(self)

    def test_left_behind(self):
        began = time.monotonic()
        out = self.jobs("leave", "20", "web_fetch", self.never, self.at.url + "/never", flags=self.flags)
        self.assertEqual(out, "left\n")
        self.assertLess(time.monotonic() - began, 20)
        self.at.wait_until_quiet(self)

    def test_deadline(self):
        began = time.monotonic()
        self.jobs("calls", "20", "web_fetch", self.never, flags=(*self.flags, "--limit", "wall=1s"), code=124)
        self.jobs("http", "20", self.at.url + "/never", flags=(*self.flags, "--limit", "wall=1s"), code=124)
        self.assertLess(time.monotonic() - began, 20)
        self.at.wait_until_quiet(self)

    def test_cancel(self):
        for words in (("calls", "5", "web_fetch", self.never), ("http", "5", self.at.url + "/never")):
            with subprocess.Popen([BOXAGNTS, "exec", *self.flags, JOBS, "--", *words], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
                self.at.wait_until_quiet(self, open_now=5)
                began = time.monotonic()
                running.send_signal(signal.SIGINT)
                running.communicate(timeout=30)
            self.assertEqual(running.returncode, 130)
            self.assertLess(time.monotonic() - began, 10)
            self.at.wait_until_quiet(self)


class Hostile(JobsTest):
    def test_structures(self):
        """Addresses, sizes and flags that are wrong are errors of the function; EFAULT is 21, EINVAL 28, 2BIG 1."""
        self.assertEqual(self.jobs("edges"), "1 21 21 21\n21 28\n0 1 1 2\n28 28 28 28 28 28 1\n")

    def test_anything(self):
        out = self.jobs("hostile", "500" if SANITIZED else "20000", flags=(*TOOLS, *HOLE, "--limit", "wall=60s"), timeout_s=100)
        self.assertEqual(out, "alive: most were refused\n")


if __name__ == "__main__":
    unittest.main()
