"""Sessions: going on with one, and killing it at any moment: no event is lost, no call is made twice."""
# timeout: 300
import json
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest

from managed_test import ManagedTest, delegate, executor, task
from run_test import RunTest, call
from support import BOXAGNTS, box

KILLS = int(os.environ.get("BX_KILLS", "24"))


class Sessions(RunTest):
    def sessions(self, *flags):
        done = box("sessions", "list", "--workspace", self.work, "--json", *flags, env=self.env)
        self.assertEqual(done.returncode, 0, done)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def export(self, session):
        done = box("sessions", "export", session, env=self.env)
        self.assertEqual(done.returncode, 0, done)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_what_leaves_the_store_has_no_secrets(self):
        self.run_agent([{"call": call("bash", command="echo mysql -pHidden7Hidden7; echo plain-words")}, {"text": "ok"}])
        session = self.sessions()[0]["id"]
        out = {words: box("sessions", *words, session, env=self.env).stdout for words in (("export", "--raw"), ("export",), ("show",))}
        self.assertIn(b"Hidden7", out["export", "--raw"])       # the control: the store has it, a resumed session needs it
        for words in (("export",), ("show",)):
            self.assertNotIn(b"Hidden7", out[words])
            self.assertIn(b"plain-words", out[words])
        for line in out[("export",)].splitlines():
            json.loads(line)

    def test_events_are_kept_as_they_are_streamed(self):
        script = [{"call": call("read", path="f.txt")}, {"text": "ok"}]
        streamed = self.events(script)
        self.assertEqual(self.export(streamed[0]["session"]), streamed[:-1])
        self.assertEqual([e["seq"] for e in streamed[:-1]], list(range(1, len(streamed))))
        self.assertEqual([e["type"] for e in streamed],
                         ["begin", "user", "request", "assistant", "tool_call", "tool_result", "request", "assistant", "end", "result"])

    def test_going_on(self):
        script = [{"text": "one"}, {"text": "two: {{prompt}}"}]
        first = self.end(script, prompt="the first words")
        second = self.end(script, "--continue", prompt="more")
        self.assertEqual(second["session_id"], first["session_id"])
        self.assertEqual(second["result"], "two: the first words")
        self.assertEqual(self.sessions()[0]["status"], "done")
        self.assertEqual(self.sessions()[0]["title"], "the first words")
        third = self.end(script[:1], prompt="other")
        self.assertEqual([s["id"] for s in self.sessions()], [third["session_id"], first["session_id"]])
        again = self.end([{}, {}, {"text": "three"}], "--resume", first["session_id"][:-2], prompt="more")
        self.assertEqual((again["result"], again["session_id"]), ("three", first["session_id"]))

    def test_the_model_of_a_session_is_its_own(self):
        self.end([{"text": "one"}, {"text": "two"}])
        done = box("run", "--continue", "-p", "more", "--workspace", self.work, env=self.env)
        self.assertEqual((done.returncode, done.stdout), (0, b"two\n"), done)

    def test_a_fork_goes_its_own_way(self):
        script = [{"call": call("bash", command="echo x >> log")}, {"text": "end {{turn}}"}]
        first = self.end(script)
        fork = box("sessions", "fork", "--at", "5", first["session_id"], env=self.env).stdout.decode().strip()
        done = box("run", "--resume", fork, "--workspace", self.work, "--output-format", "json", env=self.env)
        self.assertEqual(json.loads(done.stdout)["status"], "done", done)
        self.assertEqual((self.work / "log").read_text(), "x\n")        # it was in flight there: not run again
        events = self.export(fork)
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        self.assertIn("unknown", events[6]["message"]["content"][0]["text"])
        self.assertEqual(len(self.export(first["session_id"])), 9)

    def test_a_fork_in_the_middle_of_delegating(self):
        script = {"conversations": [delegate(task("one", "rw:/workspace")),
                                    executor("one", {"call": call("bash", command="echo x >> log")}, {"text": "ok"})]}
        first = self.end(script, "--managed")["session_id"]
        at = next(e["seq"] for e in self.export(first) if e["type"] == "executor")
        fork = box("sessions", "fork", "--at", str(at), first, env=self.env).stdout.decode().strip()
        for _ in range(2):
            done = box("run", "--resume", fork, "--workspace", self.work, "--output-format", "json", env=self.env)
            got, = json.loads(json.loads(done.stdout)["result"])["executors"]
            self.assertEqual((got["status"], got["id"]), ("unknown", first + ".1"), done)
        self.assertEqual((self.work / "log").read_text(), "x\n")

    def test_nothing_is_kept_if_so_asked(self):
        self.end([{"text": "one"}], "--no-session")
        self.assertEqual(self.sessions(), [])
        done = self.run_agent([{"text": "one"}], "--no-session", "--continue")
        self.assertEqual(done.returncode, 125)

    def test_unknown_sessions(self):
        self.end([{"text": "one"}])
        for words in (("sessions", "show", "nope"), ("sessions", "export", ""), ("runs", "tree", "nope"), ("sessions", "fork"),
                      ("run", "--resume", "nope", "--workspace", self.work)):
            done = box(*words, env=self.env)
            self.assertEqual((done.returncode, done.stdout), (125, b""), words)
            self.assertNotEqual(done.stderr, b"")

    def test_a_session_goes_to_no_other_workspace(self):
        session = self.end([{"text": "one"}, {"text": "two"}])["session_id"]
        with tempfile.TemporaryDirectory() as other:
            words = ("run", "--resume", session, "-p", "more", "--workspace")
            done = box(*words, other, env=self.env)
            self.assertEqual((done.returncode, done.stdout), (125, b""), done)
            self.assertIn(str(self.work).encode(), done.stderr)
        self.assertEqual(box(*words, self.work, env=self.env).returncode, 0)                  # the control

    def test_a_limit_that_is_named_is_the_sessions(self):
        turn = {"text": "x", "usage": {"input": 1000, "output": 100}, "latency_ms": 150}
        script = {"price": {"input": 3, "output": 15}, "turns": [{**turn, "repeat": 0}]}
        session = self.end(script, "--max-turns", "5")["session_id"]
        for flag, too_little, enough in (("--max-turns", "1", "3"), ("--max-cost", "0.0045", "1"), ("--max-tokens", "1100", "90000"),
                                         ("--wall", "100ms", "30s")):
            ends = [self.end(script, "--resume", session, flag, n, prompt="more", code=code)
                    for n, code in ((too_little, 124 if flag == "--wall" else 1), (enough, 0))]
            self.assertEqual([e["status"] for e in ends], ["deadline" if flag == "--wall" else "budget", "done"], flag)
            self.assertEqual(ends[0]["result"], "", flag)
        self.assertEqual(self.end(script, "--resume", session, prompt="more")["status"], "done")        # what is not named is a prompt's

    def test_what_was_in_flight_stays_spent(self):
        script = [{"text": "x", "usage": {"input": 10, "output": 1}, "repeat": 0}]
        first = self.end(script, "--max-tokens", "90000")["session_id"]
        fork = box("sessions", "fork", "--at", "3", first, env=self.env).stdout.decode().strip()        # it ends with a request
        self.assertEqual(self.end(script, "--resume", fork, "--max-tokens", "90000", prompt="")["status"], "done")
        self.assertEqual([e["type"] for e in self.export(fork)], ["begin", "user", "request", "resume", "request", "assistant", "end"])
        for session, status in ((fork, "budget"), (first, "done")):
            end = self.end(script, "--resume", session, "--max-tokens", "12000", prompt="more", code=status == "budget")
            self.assertEqual(end["status"], status)

    def test_two_at_once_do_not_mix(self):
        script = [{"text": "one"}, {"text": "two", "latency_ms": 400}]
        session = self.end(script)["session_id"]
        both = [subprocess.Popen([BOXAGNTS, "run", "--resume", session, "-p", "more", "--workspace", str(self.work)],
                                 env=dict(os.environ, **self.env), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        codes = sorted(p.wait() for p in both)
        for p in both:
            p.communicate()
        self.assertEqual(codes[0], 0)
        self.assertNotEqual(codes[1], 0)
        events = self.export(session)
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))


class Killed(ManagedTest):
    def check(self, session, seen):
        """No gap, no call begun twice, each answered once; the events of this session and those below it."""
        done = box("sessions", "export", session, env=self.env)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        begun, ended = [], []
        for event in events:
            if event["type"] == "tool_call":
                begun.append(event["call"])
            elif event["type"] == "tool_result":
                ended.append(event["call"])
                seen.append((event["call"], event["message"]["content"][0]))
            elif event["type"] == "executor_end" and event["status"] != "not_started":
                self.check(event["id"], seen)
        self.assertEqual(len(begun), len(set(begun)))
        self.assertEqual(sorted(begun), sorted(ended))
        self.assertEqual(events[-1]["type"], "end")

    def kill_and_resume(self, script, flags, kills):
        unknown = 0
        model = self.script(script)
        chance = random.Random(7)
        plain = time.monotonic()
        self.end(script, *flags)
        whole = time.monotonic() - plain
        for i in range(kills):
            for log in self.work.glob("*/log"):
                log.unlink()
            words = [BOXAGNTS, "run", "-p", "go", "--model", model, "--workspace", str(self.work), *flags]
            process = subprocess.Popen(words, env=dict(os.environ, **self.env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(10):                                             # killed again while it is taken up, now and then
                time.sleep(chance.uniform(0.005, whole * 1.1))
                process.send_signal(signal.SIGKILL)
                process.wait()
                sessions = [json.loads(line) for line in
                            box("sessions", "list", "--all", "--json", env=self.env).stdout.splitlines()]
                if not sessions or len(sessions) < i + 2:
                    break                                                   # it had not begun: begin it for the count
                session = sessions[0]["id"]
                words = [BOXAGNTS, "run", "--resume", session, "--model", model, "--workspace", str(self.work), *flags]
                if chance.random() < 0.6:
                    done = subprocess.run(words, env=dict(os.environ, **self.env), capture_output=True, check=False, timeout=60)
                    self.assertEqual(done.returncode, 0, done)
                    verified = box("audit", "verify", env=self.env)
                    self.assertEqual(verified.returncode, 0, verified)
                    break
                process = subprocess.Popen(words, env=dict(os.environ, **self.env), stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
            else:
                process.wait()
            if not sessions or len(sessions) < i + 2:
                self.end(script, *flags)
                continue
            done = subprocess.run(words, env=dict(os.environ, **self.env), capture_output=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual(box("audit", "verify", env=self.env).returncode, 0)
            seen = []
            self.check(session, seen)
            written = "".join(log.read_text() for log in self.work.glob("*/log")).split()
            self.assertEqual(len(written), len(set(written)), written)      # no call took effect twice
            for name, block in seen:
                if block["name"] != "bash":
                    continue
                if "unknown" in block["text"]:
                    unknown += 1
                else:
                    self.assertIn(block["text"].split()[0], written)        # what is said to have happened has
        return unknown

    def test_a_run(self):
        turns = [{"call": call("bash", command=f"echo s{i} >> a/log; sleep 0.01; echo s{i}")} for i in range(8)]
        self.kill_and_resume({"latency_ms": 5, "turns": turns + [{"text": "end"}]}, (), KILLS // 2)

    def test_a_managed_run(self):
        def writes(title, folder):
            turns = [{"call": call("bash", command=f"echo {title}{i} >> {folder}/log; sleep 0.01; echo {title}{i}")}
                     for i in range(3)]
            return executor(title, *turns, {"text": f"{title} ends"})
        script = {"latency_ms": 5, "conversations": [
            delegate(task("x", "rw:/workspace/a"), task("y", "rw:/workspace/b"), task("z", "rw:/workspace/docs")),
            writes("x", "a"), writes("y", "b"), writes("z", "docs")]}
        self.kill_and_resume(script, ("--managed",), KILLS // 2)


if __name__ == "__main__":
    unittest.main()
