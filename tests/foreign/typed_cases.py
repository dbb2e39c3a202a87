"""Calls of the functions of typed.wit by `boxagnts exec --invoke`: arguments and results as JSON."""
import json
import math
import re
import subprocess

from tool import Wrong, equal
from toolchains import BOXAGNTS

IFACE = "foreign:typed/values@1.2.0"
ITEM = {"name": "ab", "size": 2**53 + 1, "tags": ["z", "a"], "at": {"x": 1, "y": -2}, "type": "dark-blue"}
CHANGED = {"name": "AB", "size": 2**54 + 2, "tags": ["a", "z"], "at": {"x": -2, "y": 1}, "type": "red"}
PLAIN = {"name": "ab", "size": 1, "tags": [], "type": "red"}

# Function, arguments, result.
RETURNS = [
    ("invert", {"a": 0, "b": 0, "c": 65535, "d": -32768, "e": 2**32 - 1, "f": 2**31 - 1},
     [255, -1, 0, 32767, 0, -(2**31)]),
    ("invert", [255, -128, 0, 0, 0, 0], [0, 127, 65535, -1, 2**32 - 1, -1]),
    ("next", {"n": 0}, 1),
    ("next", {"n": 2**64 - 2}, 2**64 - 1),
    ("negate", {"n": -(2**63 - 1)}, 2**63 - 1),
    ("half", {"x": 1e300, "y": 0.5}, [5e299, 0.25]),
    ("opposite", [True], False),
    ("twice", {"text": "é\0😀\"\\", "between": "☃"}, "é\0😀\"\\☃é\0😀\"\\"),
    ("twice", {"text": "", "between": "\U0010ffff"}, "\U0010ffff"),
    ("reverse", {"bytes": list(range(256))}, list(range(255, -1, -1))),
    ("reverse", [[]], []),
    ("change", {"item": ITEM}, CHANGED),
    ("change", {"item": PLAIN}, {"name": "AB", "size": 2, "tags": [], "at": None, "type": "green"}),
    ("area", {"shape": "empty"}, 0.0),
    ("area", {"shape": {"circle": 2}}, 4 * math.pi),
    ("area", {"shape": {"polygon": []}}, None),
    ("double-shape", {"shape": "empty"}, "empty"),
    ("double-shape", {"shape": {"named": ["ab", "green"]}}, {"named": ["abab", "green"]}),
    ("double-shape", {"shape": {"polygon": [{"x": 1, "y": 2}, {"x": -3, "y": 4}]}},
     {"polygon": [{"x": 2, "y": 4}, {"x": -6, "y": 8}]}),
    ("complement", {"rights": ["read"]}, ["write", "delete-all"]),
    ("complement", {"rights": ["delete-all", "read", "write"]}, []),
    ("nested", {"value": None}, None),
    ("nested", {"value": {"some": None}}, {"some": None}),
    ("nested", {"value": {"some": 5}}, {"some": 5}),
    ("divide", {"a": 7, "b": -2}, {"ok": -3}),
    ("divide", {"a": 7, "b": 0}, {"err": {"bad-input": "division by zero"}}),
    ("check", [True], {"ok": None}),
    ("check", [False], {"err": "not ok"}),
    ("find", ["a"], {"ok": {"name": "a", "size": 2**64 - 1, "tags": [], "at": None, "type": "red"}}),
    ("find", ["none"], {"ok": None}),
    ("find", ["missing"], {"err": "not-found"}),
    ("matrix", [[[1, 2], [], [3]]], [[3], [], [2, 1]]),
    ("matrix", [[list(range(500))] * 50], [list(range(499, -1, -1))] * 50),
    ("nothing", {}, None),
]
# StarlingMonkey cannot return a negative s64; Python can.
NEGATIVE = ("negate", {"n": 5}, -5)

# Function, arguments as text, what the message says.
REFUSED = [
    ("next", '{"n":18446744073709551616}', r"\$\.n: "),
    ("next", '{"n":-1}', r"\$\.n: -1 does not fit u64"),
    ("next", '{"n":1.5}', r"\$\.n: "),
    ("next", '{"n":"one"}', r"\$\.n: "),
    ("next", "{}", r"\bn\b"),
    ("next", '{"m":1}', r"\$\.m: no such field; there are: n|\$\.n: this field is missing"),
    ("next", "[1,2]", r"expected 1 argument"),
    ("next", '{"n":1', r"not JSON"),
    ("invert", "[256,0,0,0,0,0]", r"\$(\.a|\[0\]): 256 does not fit u8"),
    ("opposite", "[1]", r"\$\[0\]: expected true or false"),
    ("twice", '{"text":"a","between":"ab"}', r"\$\.between: expected exactly one character"),
    ("change", json.dumps({"item": dict(PLAIN, type="pink")}), r'\$\.item\.type: "pink" is none of: red, green, dark-blue'),
    ("change", json.dumps({"item": dict(PLAIN, tags=["a", 1])}), r"\$\.item\.tags\[1\]: expected a string"),
    ("change", json.dumps({"item": {"name": "x"}}), r"\$\.item.*size"),
    ("area", '{"shape":{"square":1}}', r"\$\.shape.*square"),
    ("area", '{"shape":{"circle":1,"empty":null}}', r"\$\.shape"),
    ("complement", '{"rights":["execute"]}', r"\$\.rights\[0\].*execute"),
    ("nested", '{"value":5}', r"\$\.value: "),
    ("matrix", "[[[1],2]]", r"\$(\.rows|\[0\])\[1\]: expected an array"),
    ("nothing", "[1]", r"expected 0 arguments"),
    ("nex", "{}", r'no function ".*nex"; there are: .*#next'),
]
NAMES = [IFACE + "#next", "foreign:typed/values#next", "values#next", "next"]


def invoke(file, name, arguments, *flags):
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return subprocess.run([BOXAGNTS, "exec", *flags, "--invoke", name, str(file), text], capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=300, check=False)


def returns(file, function, arguments, wanted, name=None):
    done = invoke(file, name or f"{IFACE}#{function}", arguments)
    if done.returncode or done.stderr:
        raise Wrong(f"{function} {arguments!r:.200}: {done.returncode} {done.stderr!r:.400}")
    found = json.loads(done.stdout)
    same = math.isclose(found, wanted) if isinstance(wanted, float) else found == wanted
    if not same or isinstance(found, bool) != isinstance(wanted, bool):
        raise Wrong(f"{function} {arguments!r:.200}\n  must be {wanted!r:.300}\n  but was {found!r:.300}")


def all_returns(file, negative):
    for function, arguments, wanted in RETURNS + ([NEGATIVE] if negative else []):
        returns(file, function, arguments, wanted)
    for special in ("inf", "-inf", "nan"):
        returns(file, "half", {"x": special, "y": special}, [special, special])


def refused(file):
    for function, text, says in REFUSED:
        done = invoke(file, f"{IFACE}#{function}", text)
        message = done.stderr.decode()
        if (done.returncode, done.stdout) != (125, b"") or not re.search(says, message):
            raise Wrong(f"{function} {text}: must be refused with {says}, but was {done.returncode} {done.stdout!r} {message!r}")


def names(file):
    for name in NAMES:
        returns(file, "next", {"n": 1}, 2, name=name)
    returns(file, "greet", {"name": "you"}, "hello, you", name="greet")
    for name in ("foreign:other/values#next", "foreign:typed/values@2.0.0#next", "foreign:typed/values#", "#"):
        done = invoke(file, name, "[1]")
        equal(name, (done.returncode, done.stdout, b"no function" in done.stderr), (125, b"", True))


def outcomes(file):
    found = json.loads(invoke(file, "next", "[41]", "--json").stdout)
    equal("outcome", (found["kind"], found["exit_code"], found["result"]), ("exit", 0, 42))
    found = json.loads(invoke(file, "next", '["x"]', "--json").stdout)
    equal("refused", (found["kind"], found["exit_code"], found["error"][:4]), ("failed", 125, "$[0]"))
    done = subprocess.run([BOXAGNTS, "exec", str(file)], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    equal("no run", (done.returncode, b"--invoke" in done.stderr), (125, True))


def inspected(file):
    """`inspect` lists every function with a schema of its parameters."""
    done = subprocess.run([BOXAGNTS, "inspect", "--json", str(file)], capture_output=True, check=False)
    functions = {each["name"]: each for each in json.loads(done.stdout)["functions"]}
    equal("functions", {f"{IFACE}#{call[0]}" for call in RETURNS} - functions.keys(), set())
    text = subprocess.run([BOXAGNTS, "inspect", str(file)], capture_output=True, text=True, check=False).stdout
    for line in ("greet: func(name: string) -> string", "flags rights", "find: func(key: string) -> result<option<item>, fault>"):
        if line not in text:
            raise Wrong(f"inspect does not say {line!r}")


def run(tally, name, file, negative):
    tally.check(f"{name}/returns", lambda: all_returns(file, negative))
    for case in (refused, names, outcomes, inspected):
        tally.check(f"{name}/{case.__name__}", lambda case=case: case(file))
