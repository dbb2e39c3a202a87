"""Names in a hostile module: told as they are, cut, and never decoded."""
import json
import unittest

from exec_support import FUNCTION, MEMORY, START, TYPE, WASM, ExecTest, code
from support import box

MANGLED = "_ZN4core3fmt5Write10write_char17h0123456789abcdefE"       # core::fmt::Write::write_char


def leb(n):
    out = b""
    while n >= 128:
        out, n = out + bytes([n % 128 | 128]), n // 128
    return out + bytes([n])


def text(value):
    return leb(len(value.encode())) + value.encode()


def named(function, module=None):
    """A module whose start traps; function 0 and the module have these names."""
    names = leb(1) + leb(0) + text(function)
    subsection = b"\1" + leb(len(names)) + names
    if module is not None:
        subsection = b"\0" + leb(len(text(module))) + text(module) + subsection
    body = text("name") + subsection
    return WASM + TYPE + FUNCTION + MEMORY + START + code(b"\0") + b"\0" + leb(len(body)) + body


class Names(ExecTest):
    def trap(self, *names):
        done = box("exec", "--json", self.module(named(*names)))
        self.assertEqual(done.returncode, 132, done)
        result = json.loads(done.stdout)
        self.assertEqual(result["trap"], "unreachable")
        return result["error"].split("\n")

    def test_an_ordinary_name_is_told(self):
        self.assertRegex(self.trap("main")[1], r"\A0: 0x[0-9a-f]+ main\Z")
        self.assertRegex(self.trap("main", "tool")[1], r"\A0: 0x[0-9a-f]+ tool!main\Z")

    def test_a_mangled_name_is_not_decoded(self):
        self.assertRegex(self.trap(MANGLED)[1], MANGLED + r"\Z")
        self.assertRegex(self.trap("_Z3fooi")[1], r" _Z3fooi\Z")

    def test_a_long_name_is_cut(self):
        for name in ("x" * 90000, "_ZN" + "1a" * 45000 + "E", "é" * 45000):
            line = self.trap(name, "m" * 90000)[1]
            self.assertLess(len(line), 300)
            self.assertIn("!" + name[:50], line)
            self.assertTrue(line.endswith("…"), line)

    def test_controls_do_not_reach_a_terminal(self):
        done = box("exec", self.module(named("a\x1b[2Jb\r\x07c")))
        self.assertEqual(done.returncode, 132, done)
        self.assertIn(" a\ufffd[2Jb\ufffd\ufffdc", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
