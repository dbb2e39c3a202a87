"""What the host keeps for a guest beside its linear memories counts, and a limit that refuses names itself."""
# timeout: 300
import resource
import subprocess
import unittest

from component_support import COMPONENTS
from exec_support import FUNCTION, MEMORY, START, TYPE, WASM, ExecTest, code, name
from support import BOXAGNTS, SANITIZED, box, outcome

ASK, VALUES = COMPONENTS / "ask.wasm", COMPONENTS / "values.wasm"


def number(n):
    """Unsigned LEB128."""
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def part(kind, body):
    return bytes([kind]) + number(len(body)) + body


def with_globals(n):
    """A module of that many globals."""
    return WASM + part(6, number(n) + b"\x7f\x01\x41\x00\x0b" * n)


def instances(n, module):
    """A component that makes `n` instances of a module, and whose function `f` does nothing."""
    function = WASM + TYPE + FUNCTION + part(7, b"\1" + name("f") + b"\0\0") + code(b"")
    return (b"\0asm\x0d\0\1\0" + part(1, function) + part(1, module) +
            part(2, number(n + 1) + b"\0\0\0" + b"\0\1\0" * n) +       # instantiate the first once, the second n times
            part(6, b"\1\0\0\1\0" + name("f")) +                       # alias of core function "f" of instance 0
            part(7, b"\1\x40\0\1\0") +                                 # func()
            part(8, b"\1\0\0\0\0\0") +                                 # lift it
            part(11, b"\1\0" + name("f") + b"\1\0\0"))


class Kept(ExecTest):
    def kept(self, *arguments, memory):
        """The outcome under a memory limit."""
        return outcome("--limit", f"memory={memory}", *arguments)

    def refused_as_memory(self, result):
        self.assertEqual(result["kind"], "memory", result)
        self.assertIn("what the host keeps", result["error"])
        self.assertGreaterEqual(result["memory_refused"], 0)

    def test_instances_with_globals(self):
        few, many = (self.top / n for n in ("few.wasm", "many.wasm"))
        few.write_bytes(instances(8, with_globals(50000)))
        many.write_bytes(instances(900, with_globals(50000)))
        self.assertEqual(self.kept("--invoke", "f", few, memory="32MiB")["kind"], "exit")
        self.refused_as_memory(self.kept("--invoke", "f", many, memory="32MiB"))
        self.refused_as_memory(self.kept("--invoke", "f", few, memory="1MiB"))

    @unittest.skipIf(SANITIZED, "the sanitizers keep what was freed")
    def test_many_instances_take_no_more_than_the_limit(self):
        path = self.top / "many.wasm"
        path.write_bytes(instances(900, with_globals(50000)))
        box("exec", "--invoke", "f", path)                               # compiled now
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        done = subprocess.run([BOXAGNTS, "exec", "--limit", "memory=160MiB", "--invoke", "f", str(path)],
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 137, done)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, max(before, 400 << 10))

    def test_fields(self):
        words = ("--", "fields")
        self.assertEqual(self.kept(ASK, *words, "100", "1000", memory="8MiB")["stdout"], "kept\n")
        self.refused_as_memory(self.kept(ASK, *words, "4000", "60000", memory="8MiB"))
        self.assertEqual(self.kept(ASK, *words, "1000", "60000", memory="128MiB")["stdout"], "kept\n")

    def test_long_results(self):
        def zeroes(n, memory):
            return self.kept("--invoke", "zeroes", VALUES, f"[{n}]", memory=memory)
        self.assertEqual(zeroes(10000, "8MiB")["result"], [0] * 10000)
        self.assertEqual(zeroes(1000000, "128MiB")["result"], [0] * 1000000)
        self.refused_as_memory(zeroes(1000000, "8MiB"))


class OwnNames(ExecTest):
    def test_a_table_is_no_memory(self):
        table = part(4, b"\1\x70\0" + number(200000))
        module = self.module(WASM + TYPE + FUNCTION + table + MEMORY + START + code(b""))
        result = outcome(module)
        self.assertEqual(result["kind"], "tables", result)
        self.assertIn("tables=100000", result["error"])
        self.assertNotIn("memory=", result["error"])
        self.assertEqual(outcome("--limit", "tables=300000", module)["kind"], "exit")

    def test_a_memory_is_no_table(self):
        result = outcome("--limit", "memory=64KiB", self.module(
            WASM + TYPE + FUNCTION + part(5, b"\1\0\2") + START + code(b"")))
        self.assertIn("memory=64KiB", result["error"])
        self.assertNotIn("tables=", result["error"])

    def test_a_table_that_may_not_grow_is_named_at_the_trap(self):
        grow = b"\xd0\x70\x41" + number(200000) + b"\xfc\x0f\0\x1a\0"    # table.grow, drop, unreachable
        table = part(4, b"\1\x70\0\1")
        result = outcome(self.module(WASM + TYPE + FUNCTION + table + MEMORY + START + code(grow)))
        self.assertEqual(result["kind"], "tables", result)
        self.assertIn("tables=100000", result["error"])


if __name__ == "__main__":
    unittest.main()
