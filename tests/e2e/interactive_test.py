"""`boxagnts sh` with a person at a terminal: a pty, keys that are sent, and what is shown."""
import ctypes
import os
import pathlib
import pty
import select
import signal
import subprocess
import tempfile
import termios
import time
import unittest

from support import BOXAGNTS, SANITIZED

PATIENCE_S = 60 if SANITIZED else 20
INTR, QUIT, EOF, TAB, UP, LEFT, BACKSPACE = b"\x03", b"\x1c", b"\x04", b"\t", b"\x1b[A", b"\x1b[D", b"\x7f"


def has_editor():
    try:
        ctypes.CDLL("libedit.so.2")
        return True
    except OSError:
        return False


class Terminal:
    """The program on a pty of its own, whose settings are looked at from outside."""

    def __init__(self, *arguments, term="xterm", home=None):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.before = termios.tcgetattr(slave)
        self.shown = b""
        env = dict(os.environ, TERM=term)
        if home:
            env["BOXAGNTS_HOME"] = home
        if term != "dumb":    # libedit 3.1-20221030 keeps two wide strings until the process ends
            env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"

        def take_terminal():
            os.setsid()
            os.close(os.open(os.ttyname(slave), os.O_RDWR))      # the first one opened controls the session

        self.process = subprocess.Popen([BOXAGNTS, "sh", *arguments], stdin=slave, stdout=slave, stderr=slave, env=env,
                                        preexec_fn=take_terminal)

    def send(self, keys):
        os.write(self.master, keys)

    def expect(self, text):
        """Everything shown up to and including `text`."""
        end = time.monotonic() + PATIENCE_S
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"not shown: {text!r}; but: {self.shown!r}")
            self.shown += os.read(self.master, 65536)
        at = self.shown.index(text) + len(text)
        seen, self.shown = self.shown[:at], self.shown[at:]
        return seen

    def ended(self):
        """Its status, and whether the terminal is as it was."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                self.shown += os.read(self.master, 65536)
        return self.process.wait(timeout=1), termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class InteractiveTest(unittest.TestCase):
    def terminal(self, *arguments, **options):
        t = Terminal(*arguments, **options)
        self.addCleanup(t.close)
        return t

    def scratch(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return directory.name


class Plain(InteractiveTest):
    """A terminal that cannot move its cursor: lines are the kernel's."""
    prompt = b"~$ "
    term = "dumb"

    def shell(self, *arguments, **options):
        t = self.terminal(*arguments, term=self.term, **options)
        t.expect(self.prompt)
        return t

    def answer(self, t, line, output, shown=None):
        """Send a line; its output, and nothing else, stands between it and the next prompt."""
        t.send(line + b"\n")
        t.expect((line if shown is None else shown) + b"\r\n" + output.replace(b"\n", b"\r\n") + self.prompt)

    def test_commands(self):
        t = self.shell()
        self.answer(t, b"echo one; pwd", b"one\n/workspace\n")
        self.answer(t, b"x=5", b"")
        self.answer(t, b"case $- in *i*) echo $x | cat; esac", b"5\n")
        self.answer(t, b"nonsense", b"bash: nonsense: command not found\n")
        self.answer(t, b"echo $?", b"127\n")

    def test_the_end_has_the_last_status(self):
        t = self.shell()
        self.answer(t, b"(exit 7)", b"")
        t.send(EOF)
        t.expect(b"exit\r\n")
        self.assertEqual(t.ended(), (7, True))

    def test_exit(self):
        t = self.shell()
        t.send(b"exit 3\n")
        t.expect(b"exit 3\r\nexit\r\n")
        self.assertEqual(t.ended(), (3, True))

    def test_a_key_ends_what_runs(self):
        t = self.shell()
        for command in (b"cat", b"bash -c 'while :; do :; done'", b"while :; do :; done", b"read -t 100 x",
                        b"for ((;;)); do :; done | cat", b"(while :; do :; done)",
                        b"echo no $(while :; do :; done)", b"(bash -c 'while :; do :; done')"):
            with self.subTest(command=command):
                t.send(command + b"\n")
                t.expect(command + b"\r\n")
                time.sleep(0.3)
                began = time.monotonic()
                t.send(INTR)
                t.expect(b"^C\r\n" + self.prompt)
                self.assertLess(time.monotonic() - began, 5)
                self.answer(t, b"echo $?", b"130\n")

    def test_a_key_ends_a_sleep(self):
        t = self.shell()
        t.send(b"sleep 100\n")
        time.sleep(0.3)
        t.send(INTR)
        t.expect(b"^C\r\n" + self.prompt)
        self.answer(t, b"echo $?", b"130\n")

    def test_a_key_drops_the_line(self):
        t = self.shell()
        t.send(b"echo not this")
        t.expect(b"this")
        t.send(INTR)
        t.expect(b"^C\r\n" + self.prompt)
        self.answer(t, b"echo $?", b"130\n")
        t.send(b"if true\n")
        t.expect(b"> ")
        t.send(INTR)
        t.expect(b"^C\r\n" + self.prompt)
        self.answer(t, b"echo fine", b"fine\n")

    def test_a_trap_is_run(self):
        t = self.shell()
        self.answer(t, b"trap 'echo caught' INT", b"")
        t.send(INTR)
        t.expect(b"^C\r\ncaught\r\n" + self.prompt)
        t.send(b"while :; do :; done\n")
        time.sleep(0.3)
        t.send(INTR)
        t.expect(b"^C\r\ncaught\r\n")

    def test_what_is_in_the_background_goes_on(self):
        t = self.shell()
        t.send(b"(while :; do :; done) &\n")
        t.expect(b"[1] ")
        t.expect(self.prompt)
        t.send(INTR)
        t.expect(b"^C\r\n" + self.prompt)
        t.send(b"jobs\n")
        t.expect(b"Running")
        t.expect(self.prompt)
        self.answer(t, b"kill %1; wait", b"")
        self.answer(t, b"echo on", b"on\n")

    def test_programs_read_the_terminal(self):
        t = self.shell()
        t.send(b"cat\n")
        t.expect(b"cat\r\n")
        t.send(b"hello\n")
        t.expect(b"hello\r\nhello\r\n")
        t.send(EOF)
        t.expect(self.prompt)
        t.send(b"read -p 'name: ' x\n")
        t.expect(b"\nname: ")
        t.send(b"bob\n")
        t.expect(b"bob\r\n" + self.prompt)
        self.answer(t, b"echo $x", b"bob\n")

    def test_lines_typed_before_they_are_asked_for(self):
        t = self.shell()
        t.send(b"echo 1\nread x\nvalue\necho \"<$x>\"\necho $((2 + 2))\n")
        t.expect(b"<value>\r\n")
        t.expect(b"4\r\n" + self.prompt)
        t.send(b"for ((i = 0; i < 100000; i++)); do :; done; (exit 4)\n")
        time.sleep(0.1)
        t.send(EOF)
        t.expect(b"exit\r\n")
        self.assertEqual(t.ended(), (4, True))

    def test_violent_ends_leave_the_terminal_as_it_was(self):
        for what, code in ((signal.SIGTERM, 130), (signal.SIGHUP, 130), (None, 130)):
            with self.subTest(what=what):
                t = self.shell()
                if what:
                    t.process.send_signal(what)
                else:
                    t.send(QUIT)
                self.assertEqual(t.ended(), (code, True))

    def test_a_limit_ends_it(self):
        t = self.shell("--limit", "wall=1s")
        t.send(b"while :; do :; done\n")
        status, restored = t.ended()
        self.assertTrue(restored)
        self.assertNotEqual(status, 0)
        self.assertIn(b"wall=1s", t.shown)

    def test_no_escape_sequence(self):
        t = self.terminal(term="dumb")
        seen = t.expect(b"~$ ")
        t.send(b"echo a\n")
        seen += t.expect(b"\r\na\r\n~$ ")
        self.assertNotIn(b"\x1b", seen)
        self.assertEqual(seen.count(b"~$ "), 2)

    def test_a_script_on_standard_input_has_no_prompt(self):
        done = subprocess.run([BOXAGNTS, "sh"], input=b"echo $-; echo two\n", capture_output=True, check=True, timeout=60)
        self.assertEqual((done.stdout, done.stderr), (b"hBs\ntwo\n", b""))


@unittest.skipUnless(has_editor(), "no libedit on this machine")
class Edited(Plain):
    """The same, and keys of the line editor."""
    prompt = b"~$ \r~$ "        # written by the shell, and once more by the editor over itself
    term = "xterm"

    def test_commands(self):
        t = self.shell()
        self.answer(t, b"echo one; pwd", b"one\n/workspace\n")
        self.answer(t, "echo äö€".encode(), "äö€\n".encode())

    def edited(self, t, keys, output):
        t.send(keys + b"\n")
        t.expect(b"\r\n" + output + b"\r\n" + self.prompt)

    def test_keys(self):
        t = self.shell()
        self.edited(t, b"echo abd" + LEFT + b"c", b"abcd")
        self.edited(t, b"echo xyz" + BACKSPACE + BACKSPACE + b"a", b"xa")
        self.edited(t, b"one" + b"\x01" + b"echo " + b"\x05" + b" two", b"one two")
        self.edited(t, b"lost\x15echo kept", b"kept")
        self.edited(t, "echo äö".encode() + BACKSPACE + LEFT + "ü".encode(), "üä".encode())

    def test_history(self):
        home = self.scratch()
        t = self.shell(home=home)
        for line in (b"echo first", b"echo second", b" echo hidden"):
            self.answer(t, line, line.split()[1] + b"\n", shown=line.lstrip())
        self.edited(t, UP + UP, b"first")
        t.send(b"read -p '? ' x\n")
        t.expect(b"? \r? ")
        t.send(b"secret\n")
        t.expect(self.prompt)
        t.send(EOF)
        self.assertEqual(t.ended(), (0, True))
        file = pathlib.Path(home, "sh_history")
        self.assertEqual(file.read_text(), "echo first\necho second\necho first\nread -p '? ' x\n")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        t = self.shell(home=home)
        self.edited(t, UP + UP, b"first")
        self.edited(t, b"\x12second\x05", b"second")

    def test_completion(self):
        workspace = pathlib.Path(self.scratch())
        (workspace / "some dir").mkdir()
        (workspace / "some dir/file").write_text("inside\n")
        (workspace / "alpha").write_text("a\n")
        (workspace / "alpine").write_text("b\n")
        t = self.shell("--workspace", str(workspace))
        self.edited(t, b"compge" + TAB + b"-W done", b"done")
        self.edited(t, b"cat alph" + TAB, b"a")
        self.edited(t, b"cat so" + TAB + TAB, b"inside")
        t.send(b"cat al" + TAB + TAB)
        t.expect(b"\r\nalpha   alpine\r\n")
        t.send(b"i" + TAB + b"\n")
        t.expect(b"\r\nb\r\n" + self.prompt)

    def test_a_prompt_with_colours(self):
        t = self.shell()
        t.send(b"PS1='\\e[32mgo\\e[0m\\$ '\n")
        t.expect(b"\x1b[32mgo\x1b[0m$ \r\x1b[32mgo\x1b[0m$ ")
        t.send(b"PS1='\\e[32mgo$\\e[0m'\n")
        t.expect(b"\x1b[32mgo$\x1b[0m\r\x1b[32mgo\x1b[0m$")


if __name__ == "__main__":
    unittest.main()
