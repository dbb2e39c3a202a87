"""`boxagnts chat`: a conversation, its commands, questions at the terminal."""
# timeout: 120
import json
import os
import pty
import select
import subprocess
import time
import unittest

from run_test import RunTest, call
from support import BOXAGNTS, box


class Piped(RunTest):
    def chat(self, script, *lines, flags=()):
        done = box("chat", "--model", self.script(script), "--workspace", self.work, *flags, env=self.env,
                   stdin="".join(line + "\n" for line in lines))
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode()

    def test_a_conversation(self):
        said = self.chat([{"text": "one **strong**", "pieces": 4}, {"call": call("read", path="f.txt")}, {"text": "two: {{prompt}}"}],
                         "hello", "", "more", "/cost", "/tools", "/nope", "/help")
        self.assertIn("one **strong**\n", said)
        self.assertIn('→ read {"path":"f.txt"}\n       1\talpha', said.replace("\u00a0", " ").replace("\\t", "\t"))
        self.assertIn("two: hello\n", said)
        self.assertIn("tokens read", said)
        self.assertIn("tasks, ", said)
        self.assertIn("no command /nope", said)
        self.assertIn("/compact", said)

    def test_a_session_is_called_as_it_begins(self):
        self.chat([{"text": "ok", "repeat": 0}], "/help", "  the \x1b[31mfirst " + "wörd " * 40, "more")
        self.chat([{"text": "ok"}], "second talk")
        done = box("sessions", "list", "--workspace", self.work, env=self.env).stdout.decode()
        first, second = done.splitlines()[1], done.splitlines()[0]
        self.assertTrue(second.endswith("second talk"), done)
        self.assertIn("the \\u{1b}[31mfirst wörd wörd", first)
        self.assertLess(len(first), 160)

    def test_undo(self):
        said = self.chat({"turns": [{"text": "first"}, {"text": "second"}]}, "a", "b", "/undo", "b again", "/undo", "/undo", "/undo", "c")
        self.assertEqual([line for line in said.splitlines() if line in ("first", "second")], ["first", "second", "second", "first"])
        self.assertEqual((said.count("taken back"), said.count("nothing to take back")), (3, 1))

    def test_undo_is_kept(self):
        self.chat([{"text": "first"}, {"text": "second"}], "a", "b", "/undo")
        self.assertIn("second\n", self.chat([{"text": "first"}, {"text": "second"}], "c", flags=("--continue",)))

    def test_nothing_is_changed_where_nobody_can_be_asked(self):
        script = [{"call": call("write", path="g.txt", content="x")}, {"text": "ok"}]
        self.chat(script, "go")
        self.assertFalse((self.work / "g.txt").exists())
        self.chat(script, "go", flags=("--permission-mode", "accept-edits"))
        self.assertTrue((self.work / "g.txt").exists())

    def test_a_model_cannot_act_on_the_terminal(self):
        said = self.chat([{"text": "\x1b]0;title\x07\x1b[2J\x1b[8m\r\b hidden"}], "go")
        for bad in "\x1b\x07\r\b":
            self.assertNotIn(bad, said)
        self.assertIn("hidden", said)


class AtTerminal(RunTest):
    def start(self, script, *flags):
        master, slave = pty.openpty()
        self.process = subprocess.Popen([BOXAGNTS, "chat", "--model", self.script(script), "--workspace", str(self.work), *flags],
                                        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
                                        env=dict(os.environ, **self.env, TERM="dumb"))
        os.close(slave)
        self.master, self.seen = master, ""
        self.addCleanup(os.close, master)
        self.addCleanup(self.process.kill)

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            self.assertTrue(ready, f"no {text!r} in {self.seen!r}")
            try:
                self.seen += os.read(self.master, 65536).decode(errors="replace")
            except OSError:
                self.fail(f"it ended before {text!r}: {self.seen!r}")
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def type(self, text):
        os.write(self.master, text.encode())

    def test_questions(self):
        writes = [{"call": call("write", path=f"{i}.txt", content="x")} for i in range(4)]
        self.start(writes + [{"text": "the end"}])
        self.until("> ")
        self.type("go\n")
        for answer in ("n", "y", "r"):                          # the fourth is not asked about
            self.until("wants to run")
            self.until("> ")
            self.type(answer + "\n")
        self.until("the end")
        self.assertEqual(sorted(p.name for p in self.work.glob("?.txt")), ["1.txt", "2.txt", "3.txt", "f.txt"])
        self.type("/exit\n")
        self.assertEqual(self.process.wait(20), 0)

    def test_hooks_are_told_of_a_question(self):
        (self.top / "home").mkdir(mode=0o700)
        hook = {"command": "jq -r '.notification_type, .tool_name' > /workspace/told", "allow": ["rw:/workspace"]}
        (self.top / "home/boxagnts.yaml").write_text(json.dumps({"hooks": {"Notification": [{"hooks": [hook]}]}}))
        self.start([{"call": call("write", path="g.txt", content="x")}, {"text": "the end"}])
        self.until("> ")
        self.type("go\n")
        self.until("wants to run")
        self.assertEqual((self.work / "told").read_text(), "permission_prompt\nwrite\n")
        self.until("> ")
        self.type("n\n")
        self.until("the end")
        self.type("\x04")
        self.assertEqual(self.process.wait(20), 0)

    def test_ctrl_c_ends_what_is_under_way(self):
        self.start([{"call": call("read", path="f.txt")}, {"hang": True}])
        self.until("> ")
        self.type("go\n")
        self.until("alpha")                                     # from here on it is under way
        self.type("\x03")
        self.until("(cancelled)")
        self.until("> ")
        self.type("half a li")
        self.until("half a li")
        self.type("\x03")                                       # and drops a line that is being typed
        self.until("(Ctrl-D ends the conversation)")
        self.until("> ")
        self.type("/cost\n")
        self.until("tokens read")
        self.type("\x04")
        self.assertEqual(self.process.wait(20), 0)

    def test_run_asks_too(self):
        (self.top / "p.yaml").write_text("rules:\n  ask: [write]\n")
        done = self.run_agent([{"call": call("write", path="g.txt", content="x")}, {"text": "ok"}], "--policy", self.top / "p.yaml")
        self.assertEqual(done.returncode, 0, done)
        self.assertFalse((self.work / "g.txt").exists())        # without a terminal nobody said yes


if __name__ == "__main__":
    unittest.main()
