"""Names in a hostile module: told, cut, never decoded, and nothing a terminal would act on."""
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


def section(kind, *parts):
    return bytes([kind]) + leb(len(b"".join(parts))) + b"".join(parts)


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



# Each kind of what a terminal acts on, hides or reorders, and a line that would pass for one of ours.
EVIL = "a\x1b[2J\x07\nboxagnts: all is well\r\t\x7f\x9b31m\u202eb\u2066\u200b\ufeff\U000e0041z"
SHOWN = ("a\\u{1b}[2J\\u{7}\\nboxagnts: all is well\\r\\t\\u{7f}\\u{9b}31m\\u{202e}b\\u{2066}\\u{200b}\\u{feff}"
         "\\u{e0041}z")


def imports(module, name):
    return WASM + TYPE + section(2, b"\1", text(module), text(name), b"\0\0")


class Terminal(ExecTest):
    def harmless(self, done, *shown):
        """What was printed holds `shown`, and nothing of EVIL as it was."""
        for output in (done.stdout, done.stderr):
            for bad in {c for c in EVIL if c != "\n" and not c.isprintable()}:
                self.assertNotIn(bad.encode(), output)
            self.assertNotRegex(output.decode(), r"(?m)^boxagnts: all is well")
        for part in shown:
            self.assertIn(part, (done.stdout + done.stderr).decode())

    def test_functions_in_a_trap(self):
        for flags in ((), ("--json",)):
            with self.subTest(flags):
                done = box("exec", *flags, self.module(named(EVIL, EVIL)))
                self.assertEqual(done.returncode, 132, done)
                self.harmless(done, f"{SHOWN}!{SHOWN}")

    def test_imports_that_are_refused(self):
        for flags in ((), ("--json",)):
            with self.subTest(flags):
                done = box("exec", *flags, self.module(imports("env", EVIL)))
                self.assertEqual(done.returncode, 125, done)
                self.harmless(done, f"env::{SHOWN} (function)")

    def test_messages_of_the_validator(self):
        twice = section(7, b"\2", text(EVIL), b"\0\0", text(EVIL), b"\0\0")
        for command in ("exec", "inspect"):
            with self.subTest(command):
                done = box(command, self.module(WASM + TYPE + FUNCTION + MEMORY + twice + code(b"")))
                self.assertEqual(done.returncode, 125, done)
                self.harmless(done, f"duplicate export name `{SHOWN}`")

    def test_inspect(self):
        self.harmless(box("inspect", self.module(imports(EVIL, EVIL))), f"  {SHOWN}.{SHOWN}  ()")
        exported = section(7, b"\1", text(EVIL), b"\0\0")
        whole = self.module(WASM + TYPE + FUNCTION + MEMORY + exported + code(b""))
        self.harmless(box("inspect", whole), f"  {SHOWN}  ()")
        done = box("inspect", "--json", whole)
        self.harmless(done)
        self.assertEqual(json.loads(done.stdout)["exports"][0]["name"], EVIL)

    def test_inspect_cuts_long_names(self):
        line = box("inspect", self.module(imports("m" * 90000, "n" * 90000))).stdout.decode().split("\n")[3]
        self.assertEqual(line, f"  {'m' * 120}….{'n' * 120}…  ()")

    def test_what_the_user_named(self):
        evil, shown = EVIL.replace("\n", ""), SHOWN.replace("\\n", "")
        self.harmless(box("exec", self.top / evil), shown)
        self.harmless(box(evil), shown)
        self.harmless(box("exec", f"--{evil}"), shown)

    def test_control_ordinary_names(self):
        self.assertIn("env::schön (function)", box("exec", self.module(imports("env", "schön"))).stderr.decode())

    def test_control_the_output_of_a_guest_is_its_own(self):
        self.assertEqual(self.do("args", "\x1b[1m\u202e"), "[exec_do.wasm]\n[args]\n[\x1b[1m\u202e]\n")


if __name__ == "__main__":
    unittest.main()
