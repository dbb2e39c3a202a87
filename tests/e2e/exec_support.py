"""What the tests of `boxagnts exec` share: the guest that does one small thing, modules made by hand, and two
ways to look at how boxagnts ended."""
import pathlib
import tempfile
import unittest

from support import GUESTS, box

DO = GUESTS / "exec_do.wasm"


def section(kind, *parts):
    body = b"".join(parts)
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


def name(text):
    return bytes([len(text)]) + text.encode()


WASM = b"\0asm\1\0\0\0"
TYPE = section(1, b"\1\x60\0\0")                               # one type: [] -> []
FUNCTION = section(3, b"\1\0")
MEMORY = section(5, b"\1\0\1")
START = section(7, b"\1", name("_start"), b"\0\0")             # exports function 0


def code(body):
    return section(10, b"\1", bytes([len(body) + 2]), b"\0", body, b"\x0b")


EMPTY_COMMAND = WASM + TYPE + FUNCTION + MEMORY + START + code(b"")


class ExecTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.dir = self.top / "dir"
        self.dir.mkdir()
        (self.dir / "f").write_text("contents\n")

    def module(self, contents):
        path = self.top / "m.wasm"
        path.write_bytes(contents)
        return path

    def do(self, *words, flags=(), code=0, **options):
        """Run exec_do; its standard output as text."""
        done = box("exec", *flags, DO, "--", *words, **options)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode()

    def refused(self, *arguments, code=125, says=(), **options):
        """boxagnts ends by itself, with one message of its own and nothing on standard output."""
        done = box(*arguments, **options)
        self.assertEqual((done.returncode, done.stdout), (code, b""), done)
        text = done.stderr.decode()
        self.assertRegex(text, r"\Aboxagnts: ")
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, text)
        return text
