"""WebAssembly proposals: one small module for each, run on both paths where it is on, refused in words where it is off."""
# timeout: 300
import json
import unittest

from exec_support import WASM, ExecTest
from support import box


def leb(n):
    out = b""
    while n >= 128:
        out, n = out + bytes([n % 128 | 128]), n // 128
    return out + bytes([n])


def vec(*items):
    return leb(len(items)) + b"".join(items)


def text(value):
    return leb(len(value)) + value.encode()


def section(kind, *items):
    body = vec(*items)
    return bytes([kind]) + leb(len(body)) + body


def body(instructions):
    whole = b"\0" + instructions + b"\x0b"
    return leb(len(whole)) + whole


NONE, ANSWER = b"\x60\0\0", b"\x60\0\1\x7f"                     # types 0 and 1: [] -> [], [] -> [i32]
MEMORY = section(5, b"\0\1")


def module(go, memory=MEMORY, types=(), functions=(), tag=b"", data=b"", elements=b""):
    """`go` returns 42, and so does _start's only condition; `functions` are bodies of further [] -> [i32]."""
    start = b"\x10\1\x41\x2a\x47\x04\x40\0\x0b"                 # call 1; i32.const 42; i32.ne; if unreachable end
    return (WASM + section(1, NONE, ANSWER, *types) + section(3, b"\0", b"\1", *(b"\1" for _ in functions)) + memory +
            tag + data + section(7, text("_start") + b"\0\0", text("go") + b"\0\1") + elements +
            section(10, body(start), body(go), *map(body, functions)))


def component(core, types=()):
    """A component that lifts `go` of the core module as func() -> u32."""
    return (b"\0asm\x0d\0\1\0" + b"\1" + leb(len(core)) + core + section(2, b"\0\0\0") +
            section(6, b"\0\0\1\0" + text("go")) + section(7, b"\x40\0\0\x79", *types) + section(8, b"\0\0\0\0\0") +
            section(11, b"\0" + text("go") + b"\1\0\0"))


CONST = b"\x41\x2a"                                             # i32.const 42
V128 = b"\xfd\x0c"
WIDE = b"\x42\x28\x42\0\x42\2\x42\0\xfc\x13\x1a\xa7"           # i64.add128 of 40 and 2, its low half as i32
ON = {
    "nontrapping-float-to-int-conversions": module(b"\x43\0\0\x28\x42\xfc\0"),
    "sign-extension-ops": module(CONST + b"\xc0"),
    "bulk-memory-operations": module(b"\x41\0" + CONST + b"\x41\1\xfc\x0b\0\x41\0\x2d\0\0"),
    "reference-types": module(b"\xd0\x70\xd1\x41\x29\x6a"),
    "simd": module(V128 + b"\x2a\0\0\0" * 4 + b"\xfd\x1b\0"),
    "relaxed-simd": module(V128 + b"\0\0\x28\x42" * 4 + b"\xfd\x81\2\xfd\x1b\0"),
    "tail-call": module(b"\x12\2", functions=[CONST]),
    "multi-memory": module(b"\x41\0" + CONST + b"\x36\x42\1\0\x41\0\x28\x42\1\0", memory=section(5, b"\0\1", b"\0\1")),
    "memory64": module(b"\x42\0" + CONST + b"\x36\2\0\x42\0\x28\2\0", memory=section(5, b"\4\1")),
    "threads": module(b"\x41\0" + CONST + b"\xfe\x17\2\0\x41\0\xfe\x10\2\0"),
    "exception-handling": module(b"\x02\x40\x1f\x40\1\2\0\x08\0\x0b\x0b" + CONST, tag=section(13, b"\0\0")),
    "function-references": module(b"\xd2\2\x14\1", functions=[CONST], elements=section(9, b"\3\0\1\2")),
    "gc": module(CONST + b"\xfb\0\2\xfb\2\2\0", types=[b"\x5f\1\x7f\0"]),
}
# What the validator does not mention when it is on, so that `inspect` does not either.
UNNAMED = {
    "multi-value": module(b"\x02\2\x41\x28\x41\2\x0b\x6a", types=[b"\x60\0\2\x7f\x7f"]),
    "extended-const": module(b"\x23\0", data=section(6, b"\x7f\0\x41\x28\x41\2\x6a\x0b")),
    "mutable-global": WASM + section(1, NONE, ANSWER) + section(3, b"\0", b"\1") + section(6, b"\x7f\1\x41\x2a\x0b") +
    section(7, text("_start") + b"\0\0", text("go") + b"\0\1", text("g") + b"\3\0") +
    section(10, body(b""), body(b"\x23\0")),
}
OFF = {
    "legacy-exceptions": (module(b"\x06\x40\x19\x0b" + CONST), "wasm-opt --translate-to-exnref"),
    "stack-switching": (module(CONST, types=[b"\x5d\0"]), "without it"),
    "wide-arithmetic": (module(WIDE), "without it"),
    "custom-page-sizes": (module(CONST, memory=section(5, b"\x08\1\0")), "without it"),
    "memory-control": (module(b"\x41\0\x41\0\xfc\x12\0" + CONST), "without it"),
}
SHARED = module(CONST, memory=section(5, b"\3\1\1"))


class Proposals(ExecTest):
    def inspected(self, contents):
        done = box("inspect", "--json", self.module(contents))
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def test_what_is_on_runs_on_both_paths(self):
        for name, core in {**ON, **UNNAMED}.items():
            with self.subTest(name, path="core"):
                done = box("exec", self.module(core))
                self.assertEqual(done.returncode, 0, done)
            with self.subTest(name, path="component"):
                done = box("exec", "--invoke", "go", self.module(component(core)))
                self.assertEqual((done.returncode, done.stdout), (0, b"42\n"), done)

    def test_control_another_answer_traps(self):
        wrong = ON["memory64"].replace(CONST + b"\x36", b"\x41\x2b\x36")
        self.assertEqual(box("exec", self.module(wrong)).returncode, 132)

    def test_inspect_names_what_is_on(self):
        for name, core in ON.items():
            for contents in (core, component(core)):
                with self.subTest(name, kind=contents[4]):
                    about = self.inspected(contents)
                    self.assertIn({"name": name, "on": True}, about["proposals"])
                    self.assertIsNone(about["refused"])

    def test_what_is_off_is_refused_with_a_hint(self):
        for name, (core, hint) in OFF.items():
            for contents, flags in ((core, ()), (component(core), ("--invoke", "go"))):
                with self.subTest(name, kind=contents[4]):
                    self.refused("exec", *flags, self.module(contents), says=[f"it needs {name}, which is off", hint])

    def test_inspect_works_where_a_proposal_is_off(self):
        for name, (core, hint) in OFF.items():
            for contents in (core, component(core)):
                with self.subTest(name, kind=contents[4]):
                    about = self.inspected(contents)
                    [off] = [p for p in about["proposals"] if not p["on"]]
                    self.assertEqual(off["name"], name)
                    self.assertIn(hint, off["hint"])
                    self.assertIn(name, about["refused"])
                    self.assertIn(f"{name} (off: ", box("inspect", self.module(contents)).stdout.decode())

    def test_shared_memory(self):
        for contents, flags in ((SHARED, ()), (component(SHARED), ("--invoke", "go"))):
            with self.subTest(kind=contents[4]):
                self.refused("exec", *flags, self.module(contents), says="it has a shared memory")
                self.assertIn("it has a shared memory", self.inspected(contents)["refused"])

    def test_the_asynchronous_model(self):
        stream = component(module(CONST), types=[b"\x66\1\x7d"])
        says = ["component-model-async", "WASI 0.2"]
        self.refused("exec", "--invoke", "go", self.module(stream), says=says)
        self.assertIn("component-model-async", self.inspected(stream)["refused"])

    def test_several_are_named_together(self):
        both = module(WIDE, memory=section(5, b"\x08\1\0"))
        about = self.inspected(both)
        self.assertEqual([p["name"] for p in about["proposals"] if not p["on"]],
                         ["wide-arithmetic", "custom-page-sizes"])


if __name__ == "__main__":
    unittest.main()
