"""Typed calls: `boxagnts exec --invoke` on tests/components/values.wit, and what `boxagnts inspect` says of it."""
# timeout: 300
import json
import math
import tempfile
import unittest
from pathlib import Path

from component_support import COMPONENTS
from exec_support import DO
from support import box, outcome

VALUES = COMPONENTS / "values.wasm"
ECHO = "sample:values/echo@1.2.0#"
ITEM = {"name": "n \u00e4", "size": 2**64 - 1, "tags": ["a", ""], "at": {"x": -1, "y": 2}, "type": "dark-blue"}

# Function, and what goes in and comes out the same.
SAME = {
    "of-bool": [True, False],
    "of-u8": [0, 255], "of-s8": [-128, 127], "of-u16": [0, 65535], "of-s16": [-32768, 32767],
    "of-u32": [0, 2**32 - 1], "of-s32": [-2**31, 2**31 - 1],
    "of-u64": [0, 2**53 + 1, 2**64 - 1], "of-s64": [-2**63, -2**53 - 1, 2**63 - 1],
    "of-f32": [0.1, -1.5, 16777216.0, "nan", "inf", "-inf"],
    "of-f64": [0.1, 1e308, 5e-324, "nan", "inf", "-inf"],
    "of-char": ["a", "\0", "\u00e4", "\U0001f600"],
    "of-string": ["", "a\0b", "\u65e5\u672c\U0001f600\"\\\n", "x" * 70000],
    "of-bytes": [[], [0, 255, 128]],
    "of-lists": [[], [[]], [[1, 2], [], [-3]]],
    "of-tuple": [[7, "t", False]],
    "of-record": [ITEM],
    "of-variant": ["empty", {"circle": 1.5}, {"polygon": []}, {"polygon": [{"x": 1, "y": 2}]}, {"named": ["n", "red"]},
                   {"maybe": None}, {"maybe": 3}],
    "of-enum": ["red", "dark-blue"],
    "of-flags": [[], ["read"], ["read", "write", "delete-all"]],
    "of-option": [None, 0],
    "of-nested": [None, {"some": None}, {"some": 3}],
    "of-result": [{"ok": 3}, {"err": "why"}],
    "of-empty-result": [{"ok": None}, {"err": None}],
}
# Other ways to write a value.
WRITTEN = [("of-u64", "18446744073709551615", 2**64 - 1), ("of-s64", "-9223372036854775808", -2**63), ("of-f64", 3, 3.0),
           ("of-flags", ["delete-all", "read"], ["read", "delete-all"]), ("of-empty-result", "ok", {"ok": None}),
           ("of-variant", "maybe", {"maybe": None}), ("of-variant", {"empty": None}, "empty"),
           ("of-record", {key: ITEM[key] for key in ITEM if key != "at"}, {**ITEM, "at": None})]
# What does not fit, where, and a word of the message.
MISFITS = [
    ("of-bool", 1, "$.v", "true or false"), ("of-bool", "true", "$.v", "a string"),
    ("of-u8", 256, "$.v", "u8"), ("of-u8", -1, "$.v", "u8"), ("of-u8", 1.5, "$.v", "u8"), ("of-u8", True, "$.v", "u8"),
    ("of-u8", "x", "$.v", "u8"), ("of-s8", 128, "$.v", "s8"), ("of-u32", 2**32, "$.v", "u32"),
    ("of-s64", 2**63, "$.v", "s64"), ("of-u64", "18446744073709551616", "$.v", "u64"),
    ("of-f64", "infinity", "$.v", "inf"), ("of-f64", None, "$.v", "null"), ("of-char", "", "$.v", "one character"),
    ("of-char", "ab", "$.v", "one character"), ("of-char", 97, "$.v", "string"), ("of-string", 1, "$.v", "string"),
    ("of-bytes", [1, 256], "$.v[1]", "u8"), ("of-bytes", "ab", "$.v", "array"),
    ("of-lists", [[1], [2, "x"]], "$.v[1][1]", "s32"), ("of-tuple", [7, "t"], "$.v", "3 items"),
    ("of-tuple", [7, 8, True], "$.v[1]", "string"),
    ("of-record", {**ITEM, "tags": ["a", 3]}, "$.v.tags[1]", "string"),
    ("of-record", {**ITEM, "at": {"x": 1}}, "$.v.at.y", "missing"),
    ("of-record", {**ITEM, "colour": 1}, "$.v.colour", "no such field"),
    ("of-record", [], "$.v", "object"), ("of-record", {**ITEM, "type": "blue"}, "$.v.type", "red, green, dark-blue"),
    ("of-variant", "square", "$.v", "empty, circle, polygon, named, maybe"), ("of-variant", "circle", "$.v", "value"),
    ("of-variant", {"circle": "x"}, "$.v.circle", "number"), ("of-variant", {"empty": 1}, "$.v.empty", "no value"),
    ("of-variant", {"circle": 1, "empty": None}, "$.v", "one case"),
    ("of-variant", {"named": ["n", "blue"]}, "$.v.named[1]", "blue"),
    ("of-enum", "Red", "$.v", "red, green, dark-blue"), ("of-enum", 0, "$.v", "string"),
    ("of-flags", ["read", "fly"], "$.v[1]", "read, write, delete-all"), ("of-flags", {"read": True}, "$.v", "array"),
    ("of-option", "x", "$.v", "u32"), ("of-nested", 3, "$.v", "some"), ("of-nested", {"some": "x"}, "$.v.some", "u32"),
    ("of-result", 3, "$.v", "case"), ("of-result", {"ok": "x"}, "$.v.ok", "u32"), ("of-result", {"no": 1}, "$.v", "err"),
]


def invoke(function, arguments, *flags, file=VALUES):
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return box("exec", *flags, "--invoke", function, file, text)


class Values(unittest.TestCase):
    def returns(self, function, arguments):
        done = invoke(function, arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        return json.loads(done.stdout)

    def misfit(self, function, arguments, *says):
        done = invoke(function, arguments)
        self.assertEqual((done.returncode, done.stdout), (125, b""), done)
        for part in says:
            self.assertIn(part, done.stderr.decode())

    def test_every_kind_there_and_back(self):
        for function, values in SAME.items():
            for value in values:
                with self.subTest(function, value=str(value)[:50]):
                    self.assertEqual(self.returns(ECHO + function, {"v": value}), value)

    def test_other_ways_to_write_it(self):
        for function, value, result in WRITTEN:
            with self.subTest(function, value=value):
                self.assertEqual(self.returns(ECHO + function, {"v": value}), result)
        self.assertEqual(math.copysign(1, self.returns(ECHO + "of-f64", '{"v":-0.0}')), -1)

    def test_what_does_not_fit_is_named(self):
        for function, value, path, says in MISFITS:
            with self.subTest(function, value=value):
                self.misfit(ECHO + function, {"v": value}, f"{path}: ", says)

    def test_integers_by_value(self):
        """What JSON Schema calls an integer is one, exactly, over the whole range."""
        for function, written, value in (
            ("of-u8", "1.0", 1), ("of-u8", "2.55e2", 255), ("of-u8", "2550e-1", 255), ("of-u8", "0e99999999999", 0),
            ("of-s32", "-0", 0), ("of-s32", "-0.0", 0), ("of-s32", "-1E+3", -1000),
            ("of-u64", "18446744073709551615.0", 2**64 - 1), ("of-u64", "1844674407370955161.5e1", 2**64 - 1),
            ("of-s64", "-9223372036854775808.000", -2**63), ("of-s64", "9007199254740993.0", 2**53 + 1),
        ):
            with self.subTest(function, written=written):
                self.assertEqual(self.returns(ECHO + function, f'{{"v":{written}}}'), value)
        for function, written, says in (
            ("of-u8", "1.5", "a fraction"), ("of-u8", "255e-1", "a fraction"), ("of-u8", "256.0", "does not fit u8"),
            ("of-u8", "1e-99999999999999999999", "a fraction"), ("of-u8", "1e99999999999999999999", "does not fit u8"),
            ("of-u64", "18446744073709551616", "does not fit u64"), ("of-u64", "18446744073709551615.5", "a fraction"),
            ("of-s64", "-9223372036854775809.0", "does not fit s64"), ("of-u8", "-1.0", "does not fit u8"),
        ):
            with self.subTest(function, written=written):
                self.misfit(ECHO + function, f'{{"v":{written}}}', "$.v: ", says)

    def test_numbers_out_of_range(self):
        self.misfit(ECHO + "of-f64", '{"v":1e400}', "$.v: ", "out of range of f64")
        self.misfit(ECHO + "of-f32", '{"v":-1e39}', "$.v: ", "out of range of f32")
        self.assertEqual(self.returns(ECHO + "of-f64", '{"v":1e-400}'), 0)

    def test_arguments(self):
        divide = ECHO + "divide"
        self.assertEqual(self.returns(divide, {"a": 7, "b": 2}), {"ok": 3})
        self.assertEqual(self.returns(divide, [7, 2, None]), {"ok": 3})
        self.assertEqual(self.returns(divide, [7, 2]), {"ok": 3})
        self.assertEqual(self.returns(divide, {"b": 0, "a": 7, "note": "no"}), {"err": "no"})
        self.assertEqual(self.returns("greet", {"name": "you"}), "hello, you")
        for arguments, says in (([7], "2 to 3 arguments"), ([7, 2, None, 1], "2 to 3 arguments"), ([7, "x", None], "$[1]"),
                                ({"a": 7}, "$.b"), ({"a": 7, "b": 1, "c": 1}, "$.c"), ("7", "object"), ("null", "object"),
                                ("", "object"), ("{", "JSON"), ('{"a":1} x', "JSON"), ("[" * 100000, "JSON")):
            with self.subTest(str(arguments)[:20]):
                self.misfit(divide, arguments, says)

    def test_no_arguments(self):
        for arguments in ((), ("{}",), ("[]",)):
            done = box("exec", "--invoke", ECHO + "nothing", VALUES, *arguments)
            self.assertEqual((done.returncode, done.stdout), (0, b"nothing was asked\nnull\n"), done)


class LargeArguments(unittest.TestCase):
    """Arguments that no command line could carry."""
    VALUE = {"v": "x" * 300_000}

    def setUp(self):
        self.text = json.dumps(self.VALUE)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = Path(self.folder.name) / "arguments.json"
        self.file.write_text(self.text)

    def same(self, *words, **more):
        done = box("exec", "--invoke", ECHO + "of-string", *words, **more)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stderr[:200])
        self.assertEqual(json.loads(done.stdout), self.VALUE["v"])

    def test_from_a_file_and_from_standard_input(self):
        for source, data in ((f"@{self.file}", b""), ("-", self.text.encode())):
            self.same(VALUES, source, stdin=data)
            self.same("--invoke-args", source, VALUES, stdin=data)

    def test_what_cannot_be(self):
        for words, says in (((VALUES, "@/no/such/file"), "/no/such/file"),
                            (("--limit", "memory=64KiB", VALUES, f"@{self.file}"), "arguments of --invoke"),
                            (("--invoke-args", "{}", VALUES, "{}"), "one JSON text only")):
            done = box("exec", "--invoke", ECHO + "of-string", *words)
            self.assertEqual((done.returncode, done.stdout), (125, b""), done)
            self.assertIn(says, done.stderr.decode())
        done = box("exec", "--invoke-args", "{}", VALUES)
        self.assertEqual((done.returncode, done.stdout), (125, b""), done)
        self.assertIn("--invoke NAME", done.stderr.decode())


class Calls(unittest.TestCase):
    def test_json_outcome(self):
        result = outcome("--invoke", ECHO + "nothing", VALUES)
        self.assertEqual((result["kind"], result["exit_code"], result["stdout"], result["result"]),
                         ("exit", 0, "nothing was asked\n", None))
        self.assertEqual(outcome("--invoke", "greet", VALUES, '["you"]')["result"], "hello, you")

    def test_endings(self):
        result = outcome("--invoke", ECHO + "fail", VALUES)
        self.assertEqual((result["kind"], result["exit_code"], result["trap"]), ("trap", 132, "unreachable"))
        result = outcome("--wasm-timeout", "200ms", "--invoke", ECHO + "spin", VALUES)
        self.assertEqual((result["kind"], result["exit_code"]), ("deadline", 124))
        self.assertEqual(outcome("--limit", "memory=1MiB", "--invoke", "greet", VALUES, '["you"]')["exit_code"], 137)
        self.assertEqual(invoke("greet", ["you"], "--limit", "memory=4MiB").returncode, 0)

    def test_unknown_functions(self):
        for function, near in ((ECHO + "of-u9", "of-u8"), (ECHO + "divde", "divide"), ("great", "greet"),
                               ("other:values/echo#divide", ECHO + "divide"), ("", "greet")):
            with self.subTest(function):
                done = invoke(function, {})
                self.assertEqual((done.returncode, done.stdout), (125, b""), done)
                self.assertIn(f'no function "{function}"', done.stderr.decode())
                self.assertIn(near, done.stderr.decode())

    def test_short_names(self):
        """The version may be left out, and the interface where the name alone is enough."""
        for function in (ECHO + "divide", "sample:values/echo#divide", "divide"):
            done = invoke(function, [7, 2, None])
            self.assertEqual((done.returncode, done.stdout), (0, b'{"ok":3}\n'), done)

    def test_files_that_have_none(self):
        done = invoke("greet", {}, file=DO)
        self.assertEqual((done.returncode, done.stdout), (125, b""))
        self.assertIn('no function "greet"; there are: _start', done.stderr.decode())
        done = box("exec", VALUES)
        self.assertEqual((done.returncode, done.stdout), (125, b""))
        self.assertIn("--invoke", done.stderr.decode())

    def test_the_asynchronous_model_is_refused_in_words(self):
        """Not so the same function type without `async`: that component is only empty."""
        for form, words in ((b"\x43", "asynchronous component model"), (b"\x40", 'no function "greet"')):
            with tempfile.NamedTemporaryFile(suffix=".wasm") as file:
                file.write(b"\0asm\x0d\0\1\0" + b"\x07\x05\x01" + form + b"\0\1\0")
                file.flush()
                done = invoke("greet", {}, file=file.name)
                self.assertEqual((done.returncode, done.stdout), (125, b""), done)
                self.assertIn(words, done.stderr.decode())


# A reactor: `_initialize` sets a global to 40.
#   add(i32, i32) -> i32, wide(i64) -> i64, half(f32) -> f32, swap(f64, i32) -> (i32, f64), got() -> i32,
#   none(), crash(), spin(), opaque(externref)
REACTOR = {
    "add": (b"\x02\x7f\x7f", b"\x01\x7f", b"\x20\0\x20\1\x6a"),
    "wide": (b"\x01\x7e", b"\x01\x7e", b"\x20\0"),
    "half": (b"\x01\x7d", b"\x01\x7d", b"\x20\0\x43\0\0\0\x3f\x94"),
    "swap": (b"\x02\x7c\x7f", b"\x02\x7f\x7c", b"\x20\1\x20\0"),
    "got": (b"\0", b"\x01\x7f", b"\x23\0"),
    "none": (b"\0", b"\0", b""),
    "crash": (b"\0", b"\0", b"\0"),
    "spin": (b"\0", b"\0", b"\x03\x40\x0c\0\x0b"),
    "opaque": (b"\x01\x6f", b"\0", b""),
    "_initialize": (b"\0", b"\0", b"\x41\x28\x24\0"),
}


def reactor():
    def vector(items):
        return bytes([len(items)]) + b"".join(items)

    def section(number, content):
        size = len(content)
        return bytes([number, size & 127 | 128, size >> 7]) + content
    kinds = vector([b"\x60" + takes + gives for takes, gives, _ in REACTOR.values()])
    exports = vector([bytes([len(name)]) + name.encode() + b"\0" + bytes([i]) for i, name in enumerate(REACTOR)])
    bodies = vector([bytes([len(code) + 2]) + b"\0" + code + b"\x0b" for *_, code in REACTOR.values()])
    return (b"\0asm\1\0\0\0" + section(1, kinds) + section(3, vector([bytes([i]) for i in range(len(REACTOR))]))
            + section(6, b"\1\x7f\1\x41\0\x0b") + section(7, exports) + section(10, bodies))


class CoreModules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "reactor.wasm"
        self.file.write_bytes(reactor())

    def test_numbers(self):
        for function, arguments, result in (
            ("add", [40, 2], 42), ("add", [2**31 - 1, 1], -2**31), ("add", [2**32 - 1, 1], 0), ("add", [-1, 0], -1),
            ("wide", [2**64 - 1], -1), ("wide", [-2**63], -2**63), ("wide", [2**53 + 1], 2**53 + 1), ("wide", ["7"], 7),
            ("half", [0.2], 0.1), ("half", ["inf"], "inf"), ("swap", [1.5, 7], [7, 1.5]), ("none", [], None), ("none", {}, None),
        ):
            with self.subTest(function, arguments=arguments):
                done = invoke(function, arguments, file=self.file)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertEqual(json.loads(done.stdout), result)

    def test_after_its_initialisation(self):
        self.assertEqual(invoke("got", [], file=self.file).stdout, b"40\n")

    def test_what_does_not_fit(self):
        for function, arguments, *says in (
            ("add", [1], "expected 2 arguments"), ("add", [1, 2**32], "$[1]", "i32"), ("add", [1, 1.5], "$[1]", "fraction"),
            ("wide", [2**64], "$[0]", "i64"), ("half", [1e39], "f32"), ("add", {"a": 1}, "array"), ("add", "x", "JSON"),
            ("opaque", [None], "numbers"), ("ad", [1, 2], 'no function "ad"', "add"),
        ):
            with self.subTest(function, arguments=arguments):
                done = invoke(function, arguments, file=self.file)
                self.assertEqual((done.returncode, done.stdout), (125, b""))
                for part in says:
                    self.assertIn(part, done.stderr.decode())

    def test_endings(self):
        ended = outcome("--invoke", "crash", self.file)
        self.assertEqual((ended["kind"], ended["trap"]), ("trap", "unreachable"))
        ended = outcome("--wasm-timeout", "100ms", "--invoke", "spin", self.file)
        self.assertEqual((ended["kind"], ended["limits_hit"]), ("deadline", {"wall": 1}))
        self.assertEqual(outcome("--invoke", "add", self.file, "[1, 2]")["result"], 3)


def kind(value):
    if value is None or isinstance(value, (bool, str, list, dict)):
        return {type(None): "null", bool: "boolean", str: "string", list: "array", dict: "object"}[type(value)]
    return "integer" if value == int(value) else "number"


def fits(value, schema):
    """JSON Schema 2020-12, as far as the schemas here go."""
    known = {"$schema", "description", "type", "enum", "const", "anyOf", "oneOf", "minimum", "maximum", "minLength", "maxLength",
             "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "properties", "required", "additionalProperties"}
    assert set(schema) <= known, set(schema) - known
    is_kind = kind(value)
    checks = [
        "type" not in schema or is_kind == schema["type"] or (is_kind, schema["type"]) == ("integer", "number"),
        "enum" not in schema or value in schema["enum"],
        "const" not in schema or value == schema["const"],
        "anyOf" not in schema or any(fits(value, s) for s in schema["anyOf"]),
        "oneOf" not in schema or sum(fits(value, s) for s in schema["oneOf"]) == 1,
    ]
    if is_kind in ("integer", "number"):
        checks += [schema.get("minimum", value) <= value <= schema.get("maximum", value)]
    elif is_kind == "string":
        checks += [schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))]
    elif is_kind == "array":
        first = schema.get("prefixItems", [])
        rest = value[len(first):]
        checks += [schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)),
                   all(fits(v, s) for v, s in zip(value, first)),
                   not rest or (schema.get("items", {}) is not False and all(fits(v, schema.get("items", {})) for v in rest)),
                   not schema.get("uniqueItems") or len({json.dumps(v) for v in value}) == len(value)]
    elif is_kind == "object":
        properties = schema.get("properties", {})
        checks += [set(schema.get("required", ())) <= set(value),
                   schema.get("additionalProperties", True) or set(value) <= set(properties),
                   all(fits(value[key], properties[key]) for key in set(value) & set(properties))]
    return all(checks)


class Inspect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = box("inspect", "--json", VALUES)
        assert done.returncode == 0, done
        cls.about = json.loads(done.stdout)
        cls.functions = {function["name"]: function for function in cls.about["functions"]}

    def test_every_function_is_there(self):
        names = {"greet", *(ECHO + name for name in (*SAME, "divide", "zeroes", "nothing", "fail", "spin"))}
        self.assertEqual(set(self.functions), names)
        self.assertTrue(all(function["callable"] for function in self.functions.values()))
        self.assertEqual(self.functions["greet"]["signature"], "func(name: string) -> string")
        self.assertIn("wit", self.about)

    def test_the_schemas_accept_what_calls_accept(self):
        for name, values in SAME.items():
            function = self.functions[ECHO + name]
            for value in values:
                with self.subTest(name, value=str(value)[:50]):
                    self.assertTrue(fits({"v": value}, function["input_schema"]), function["input_schema"])
                    self.assertTrue(fits(value, function["result_schema"]), function["result_schema"])

    def test_the_schemas_refuse_what_calls_refuse(self):
        for name, value, *_ in MISFITS:
            with self.subTest(name, value=value):
                self.assertFalse(fits({"v": value}, self.functions[ECHO + name]["input_schema"]))
        for arguments in ({}, {"v": 1, "w": 2}, [1], None):
            self.assertFalse(fits(arguments, self.functions[ECHO + "of-u8"]["input_schema"]))

    def test_for_people(self):
        done = box("inspect", VALUES)
        self.assertEqual(done.returncode, 0)
        text = done.stdout.decode()
        for part in ("component", "greet", ECHO.removesuffix("#"), "divide", "func(a: s32, b: s32, note: option<string>)"):
            self.assertIn(part, text)

    def test_schemas_for_people(self):
        lines = box("inspect", VALUES).stdout.decode().split("\n")
        at = lines.index("  greet  func(name: string) -> string")
        for line, word, key in ((lines[at + 1], "arguments", "input_schema"), (lines[at + 2], "result", "result_schema")):
            self.assertEqual(line.split()[0], word)
            self.assertEqual(json.loads(line.split(maxsplit=1)[1]), self.functions["greet"][key])


if __name__ == "__main__":
    unittest.main()
