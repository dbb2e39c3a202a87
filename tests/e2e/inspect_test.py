"""`boxagnts inspect` of files that are made to be expensive: what it prints and takes is bounded."""
# timeout: 300
import json
import resource
import subprocess
import unittest

from exec_support import WASM, ExecTest
from proposals_test import ANSWER, MEMORY, NONE, body, component, leb, module, section, text, vec
from support import BOXAGNTS, SANITIZED, box

CPU_S, ROOM = 20, 24 << 20
COMPONENT = b"\0asm\x0d\0\1\0"


def long_section(kind, count, items):
    contents = leb(count) + items
    return bytes([kind]) + leb(len(contents)) + contents


class Hostile(ExecTest):
    def bounded(self, contents, *flags):
        """Within CPU_S of processor time (and, unsanitized, 1 GiB of memory), whatever is printed."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
        done = subprocess.run([BOXAGNTS, "inspect", *flags, self.module(contents)], capture_output=True, check=False,
                              stdin=subprocess.DEVNULL, preexec_fn=limit)
        self.assertGreaterEqual(done.returncode, 0, done.stderr[-500:])
        self.assertLess(len(done.stdout), 4 * ROOM)
        return done

    def described(self, contents):
        done = self.bounded(contents, "--json")
        self.assertEqual(done.returncode, 0, done.stderr[-500:])
        return json.loads(done.stdout)

    def test_many_imports(self):
        n = 200000
        about = self.described(WASM + section(1, NONE) + long_section(2, n, b"\0\0\0\0" * n))
        self.assertEqual(len(about["imports"]), n)

    def test_long_names(self):
        imports = [text("m" * 90000) + text(f"{i}" + "n" * 90000) + b"\0\0" for i in range(300)]
        about = self.described(WASM + section(1, NONE) + section(2, *imports))
        self.assertEqual(len(about["imports"]) + about["imports_omitted"], 300)
        self.assertGreater(about["imports_omitted"], 0)

    def test_large_types_used_often(self):
        wide = b"\x60" + vec(*[b"\x7f"] * 1000) + vec(*[b"\x7f"] * 1000)
        imports = [text(f"{i}") + b"\0\0\0" for i in range(400)]
        about = self.described(WASM + section(1, wide) + section(2, *imports))
        self.assertEqual(about["imports"][0]["type"].count("i32"), 2000)

    def test_too_many_declarations(self):
        n = 4000001
        done = self.bounded(WASM + long_section(1, n, NONE * n))
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"more than 4000000 types, imports", done.stderr)

    def test_types_that_stand_for_many(self):
        """Each type is a tuple of ten of the one before it."""
        types = [b"\x6f" + vec(*[b"\x79"] * 10)]
        for i in range(3):
            types.append(b"\x6f" + vec(*[leb(i)] * 10))
        function = b"\x40" + vec(text("a") + leb(3)) + b"\0\x79"
        contents = COMPONENT + long_section(7, len(types) + 1, b"".join(types) + function)
        contents += section(10, *(b"\0" + text(f"f{i}") + b"\1" + leb(4) for i in range(30)))
        contents += section(11, *(b"\0" + text(f"g{i}") + b"\1" + leb(i) + b"\0" for i in range(30)))
        about = self.described(contents)
        self.assertEqual([f["name"] for f in about["functions"]], [f"g{i}" for i in range(30)])
        self.assertTrue(about["functions"][0]["signature"].count("u32") > 100)
        self.assertEqual(about["functions"][-1]["note"], "the types are too large to be printed")
        self.assertIn("…", about["functions"][-1]["signature"])

    def test_many_named_types(self):
        """Every name is looked up once, not compared with every other."""
        n = 20000
        types = b"".join(b"\x6d" + vec(text(f"c{i}")) for i in range(n))
        exports = b"".join(b"\0" + text(f"t{i}") + b"\3" + leb(i) + b"\0" for i in range(n))
        about = self.described(COMPONENT + long_section(7, n, types) + long_section(11, n, exports))
        self.assertEqual(about["wit"].count("enum"), n)

    def test_deep_types(self):
        types = b"\x70\x79" + b"".join(b"\x70" + leb(i) for i in range(5000))
        export = section(11, b"\0" + text("t") + b"\3" + leb(5000) + b"\0")
        done = self.bounded(COMPONENT + long_section(7, 5001, types) + export)
        self.assertIn(done.returncode, (0, 125))

    def test_control_an_ordinary_file_is_told_whole(self):
        about = self.described(component(module(b"\x41\x2a")))
        self.assertEqual([f["name"] for f in about["functions"]], ["go"])
        self.assertFalse([key for key in about if key.endswith("_omitted")])
        names = [e["name"] for e in self.described(module(b"\x41\x2a"))["exports"]]
        self.assertEqual(names, ["_start", "go"])

    def test_nothing_is_compiled(self):
        """A body that no compiler takes is no concern of inspect."""
        wrong = WASM + section(1, NONE, ANSWER) + section(3, b"\1") + MEMORY + section(7, text("go") + b"\0\0") + \
            section(10, body(b"\x1a"))                           # drop of nothing
        self.assertEqual(self.bounded(wrong).returncode, 0)
        self.assertEqual(box("exec", self.module(wrong)).returncode, 125)


if __name__ == "__main__":
    unittest.main()
