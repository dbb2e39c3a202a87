"""What every `ft` must do, whatever language it is written in: each case with something that is refused.

A case is a function of a Tool; its docstring names the commands it needs, where those are more than its name.
"""
import hashlib
import os

from tool import Wrong, equal


def needs(*commands):
    def mark(case):
        case.commands = set(commands)
        return case
    return mark


@needs("args")
def arguments(t):
    t.ok("args", "a", "", "é b", "--flag=1", "-x", "$HOME", "a'\"\\", flags=[],
         out="[a]\n[]\n[é b]\n[--flag=1]\n[-x]\n[$HOME]\n[a'\"\\]\n")
    t.ok("args", *map(str, range(2000)), flags=[], out="".join(f"[{n}]\n" for n in range(2000)))
    t.refused(flags=[], code=2, says="a subcommand is required")


@needs("env")
def variables(t):
    t.ok("env", "A", flags=["--env", "A=1=2", "--env", "B=x y"], out="1=2\n")
    t.ok("env", "B", flags=["--env", "A=1", "--env", "B=x y ä"], out="x y ä\n")
    t.ok("env", "FROM_HOST", flags=["--env", "FROM_HOST"], environment={"FROM_HOST": "given"}, out="given\n")
    t.refused("env", "FROM_HOST", flags=[], environment={"FROM_HOST": "given"}, says="FROM_HOST: unset")
    t.refused("env", "HOME", flags=["--env", "A=1"], says="HOME: unset")


@needs("exit")
def exit_codes(t):
    for code in (0, 1) if t.component else (0, 1, 2, 42, 124, 255):
        t.same(("exit", str(code)), t.run("exit", str(code), flags=[]), code, "", "")
        found = t.outcome("exit", str(code), flags=[])
        equal("outcome", (found["kind"], found["exit_code"], found["error"]), ("exit", code, None))
    done = t.run("exit", "0", flags=["--map-dir", f"{t.dir}/missing::/d"])
    equal("a mapped directory that is not there", (done.returncode, done.stdout), (125, b""))


def checksum(data):
    total = 0
    for byte in data:
        total = (total << 1 & 0xFFFFFFFF | total >> 31) ^ byte
    lines = data.count(b"\n")
    return f"{lines} {len(data)} {total:08x}\n"


@needs("count")
def standard_input(t):
    data = bytes(n * n % 253 for n in range(700_000))
    t.ok("count", stdin=data, flags=[], out=checksum(data))
    t.ok("count", stdin=b"", flags=[], out=checksum(b""))
    (t.dir / "in").write_bytes(data[:1000])
    t.ok("count", stdin=b"not this", flags=["--stdin", t.dir / "in"], out=checksum(data[:1000]))
    done = t.run("count", flags=["--stdin", t.dir / "missing"])
    equal("missing standard input", (done.returncode, done.stdout), (125, b""))


@needs("head")
def lines(t):
    (t.dir / "f").write_text("one\ntwo\nthree\nfour")
    t.ok("head", "-n", "2", "/d/f", out="one\ntwo\n")
    t.ok("head", "-n", "3", stdin=b"a\nb\n\nd\n", out="a\nb\n\n")
    t.ok("head", "-n", "1", "/d/f", flags=t.grants(read_only=True), out="one\n")
    t.refused("head", "/d/none", says="/d/none: not found")
    t.refused("head", "/d/f/x", says="/d/f/x: not a directory")
    t.refused("head", "/d/f", flags=t.grants() + ["--deny", "**/f"], says="/d/f: denied")


@needs("tree")
def listing(t):
    (t.dir / "b/deep/er").mkdir(parents=True)
    (t.dir / "b/deep/er/file").write_text("12345")
    (t.dir / "a").write_bytes(b"x" * 100_000)
    (t.dir / "ümläut ☃").write_text("")
    os.symlink("a", t.dir / "l")
    whole = "a file 100000\nb dir\n  deep dir\n    er dir\n      file file 5\nl link\nümläut ☃ file 0\n"
    t.ok("tree", "/d", out=whole)
    t.ok("tree", "/d", flags=t.grants(read_only=True), out=whole)
    t.ok("tree", "-d", "2", "/d/b", out="deep dir\n  er dir\n")
    t.ok("tree", "/d/b/deep/../../b/deep/./er", out="file file 5\n")
    t.refused("tree", "/d/none", says="/d/none: not found")
    t.refused("tree", "/d/a", says="/d/a: not a directory")
    t.refused("tree", "/elsewhere", says=f"/elsewhere: {t.outside}")
    t.refused("tree", "/d", flags=[], says=f"/d: {t.outside}")


@needs("tree")
def large_directory(t):
    for n in range(3000):
        (t.dir / f"{n:04}-{'long ' * (n % 7)}name").touch()
    names = sorted(os.listdir(t.dir))
    t.ok("tree", "/d", out="".join(f"{name} file 0\n" for name in names))
    done = t.run("tree", "/d", flags=t.grants() + ["--limit", "dir_entries=500"])
    equal("over the limit of entries", (done.returncode, b"quota" in done.stderr), (1, True))


@needs("write", "head")
def writing(t):
    t.ok("write", "/d/f", "one\n")
    t.holds("f", "one\n")
    t.ok("write", "-a", "/d/f", "two\n")
    t.ok("write", "-a", "/d/new", "ä")
    t.holds("f", "one\ntwo\n")
    t.holds("new", "ä")
    t.ok("write", "/d/f", "x")
    t.holds("f", "x")
    t.ok("write", "-x", "/d/only", "y")
    t.refused("write", "-x", "/d/only", "z", says="/d/only: exists")
    t.refused("write", "/d/no/f", "z", says="/d/no/f: not found")
    for how in ([], ["-a"], ["-x"]):
        t.refused("write", *how, "/d/fresh" if how == ["-x"] else "/d/f", "z", read_only=True,
                  says=("/d/fresh" if how == ["-x"] else "/d/f") + ": denied")
    t.holds("f", "x")
    equal("nothing was made", (t.dir / "fresh").exists(), False)


@needs("patch")
def seeking(t):
    (t.dir / "f").write_text("0123456789")
    beyond = "before the beginning: invalid"
    t.refused("patch", "-o", "3", "/d/f", "abc", out='10 "012abc6789"\n', says=beyond)
    t.refused("patch", "-o", "8", "/d/f", "xyz", out='11 "012abc67xyz"\n', says=beyond)
    t.holds("f", "012abc67xyz")
    t.refused("patch", "/d/f", "abc", read_only=True, says="/d/f: denied")
    t.refused("patch", "/d/none", "abc", says="/d/none: not found")


@needs("size")
def truncating(t):
    (t.dir / "f").write_text("0123456789")
    t.ok("size", "/d/f", "4")
    t.holds("f", "0123")
    t.ok("size", "/d/f", "70000")
    t.holds("f", b"0123" + bytes(69996))
    t.refused("size", "/d/f", "0", read_only=True, says="/d/f: denied")
    equal("size", (t.dir / "f").stat().st_size, 70000)


@needs("stat")
def status(t):
    (t.dir / "f").write_text("12345")
    os.utime(t.dir / "f", ns=(5, 1_234_567_890_123_456_789))
    os.symlink("f", t.dir / "l")
    os.symlink("nowhere", t.dir / "dangling")
    t.ok("stat", "/d/f", out="file 5 1234567890.123456789\n")
    t.ok("stat", "/d/l", out="file 5 1234567890.123456789\n")
    t.refused("stat", "/d/dangling", says="/d/dangling: not found")
    t.refused("stat", "/d/f/", says="/d/f/: not a directory")


@needs("touch", "lstat")
def times(t):
    (t.dir / "f").write_text("12345")
    os.symlink("f", t.dir / "l")
    t.ok("touch", "/d/l", "1000000000.25")
    equal("time", (t.dir / "f").stat().st_mtime_ns, 1_000_000_000_250_000_000)
    found = t.run("lstat", "/d/l")
    equal("the link itself", (found.returncode, found.stdout[:7]), (0, b"link 1 "))
    t.ok("stat", "/d/l", out="file 5 1000000000.250000000\n")
    t.refused("touch", "/d/f", "7", read_only=True, says="/d/f: denied")
    t.refused("touch", "/d/none", "7", says="/d/none: not found")


@needs("mkdir", "rmdir", "rm")
def directories(t):
    t.ok("mkdir", "/d/a")
    t.refused("mkdir", "/d/a", says="/d/a: exists")
    t.ok("mkdir", "-p", "/d/a/b/c")
    t.ok("mkdir", "-p", "/d/a/b/c")
    (t.dir / "a/b/file").write_text("")
    t.refused("rmdir", "/d/a/b", says="/d/a/b: not empty")
    t.refused("rmdir", "/d/a/b/file", says="/d/a/b/file: not a directory")
    t.refused("rm", "/d/a/b", says="/d/a/b: is a directory")
    done = t.run("rm", "-r", "/d/a", flags=t.grants(read_only=True))
    equal("read-only", (done.returncode, b": denied" in done.stderr, (t.dir / "a/b/file").exists()), (1, True, True))
    t.ok("rm", "/d/a/b/file")
    t.ok("rmdir", "/d/a/b/c")
    (t.dir / "a/1/2").mkdir(parents=True)
    for n in range(300):
        (t.dir / f"a/1/2/{n}").write_text("")
    t.ok("rm", "-r", "/d/a")
    equal("left over", os.listdir(t.dir), [])
    t.refused("mkdir", "/d/a", read_only=True, says="/d/a: denied")
    t.refused("rm", "/d/none", says="/d/none: not found")


@needs("mv")
def renaming(t):
    (t.dir / "a").write_text("a")
    (t.dir / "b").write_text("b")
    t.ok("mv", "/d/a", "/d/b")
    t.holds("b", "a")
    (t.dir / "x/y").mkdir(parents=True)
    (t.dir / "full/z").mkdir(parents=True)
    t.ok("mv", "/d/x", "/d/moved")
    equal("moved", (t.dir / "moved/y").is_dir(), True)
    t.refused("mv", "/d/moved", "/d/full", says=f"/d/moved: {'exists' if t.name.startswith('go') else 'not empty'}")
    t.refused("mv", "/d/none", "/d/c", says="/d/none: not found")
    t.refused("mv", "/d/b", "/d/c", read_only=True, says="/d/b: denied")
    two = ["--map-dir", f"{t.dir}/moved::/m", "--map-dir", f"{t.dir}/full::/n"]
    t.refused("mv", "/m/y", "/n/y", flags=two, says="/m/y: crosses devices")


@needs("cp")
def copying(t):
    data = bytes(n * 7 % 251 for n in range(1_000_003))
    (t.dir / "f").write_bytes(data)
    t.ok("cp", "/d/f", "/d/g", out="1000003\n")
    t.holds("g", data)
    t.refused("cp", "/d/none", "/d/h", says="/d/none: not found")
    found = t.run("cp", "/d/f", "/d/h", flags=t.grants(read_only=True))
    equal("read-only", (found.returncode, (t.dir / "h").exists()), (1, False))


@needs("link", "readlink")
def links(t):
    (t.dir / "f").write_text("text")
    (t.dir / "sub").mkdir()
    os.symlink("../f", t.dir / "sub/l")
    os.symlink("/etc/passwd", t.dir / "absolute")
    os.symlink("../../../../../../etc/passwd", t.dir / "climbs")
    t.ok("link", "/d/f", "/d/g")
    equal("one file", (t.dir / "g").samefile(t.dir / "f"), True)
    t.ok("readlink", "/d/sub/l", out="../f\n")
    t.ok("head", "/d/sub/l", out="text")
    t.refused("link", "/d/f", "/d/g", says="/d/f: exists")
    t.refused("link", "/d/f", "/d/h", read_only=True, says="/d/f: denied")
    t.refused("readlink", "/d/f", says="/d/f: invalid")
    t.refused("head", "/d/absolute", says="/d/absolute: denied")
    t.refused("head", "/d/climbs", says="/d/climbs: denied")


@needs("symlink", "readlink")
def symbolic_links(t):
    (t.dir / "f").write_text("text\n")
    t.ok("symlink", "f", "/d/l")
    equal("link", os.readlink(t.dir / "l"), "f")
    t.ok("head", "/d/l", out="text\n")
    t.refused("symlink", "f", "/d/l", says="/d/l: exists")
    t.refused("symlink", "f", "/d/m", read_only=True, says="/d/m: denied")
    os.symlink("loop2", t.dir / "loop1")
    os.symlink("loop1", t.dir / "loop2")
    t.refused("head", "/d/loop1", says="/d/loop1: too many links")


def pattern(size):
    piece = bytes(n % 251 for n in range(65536))
    return (piece * (size // 65536 + 1))[:size]


@needs("fill")
def output(t):
    size = 3_000_001
    done = t.run("fill", "-", str(size), flags=["--limit", "output=8MiB"])
    equal("3 MB", (done.returncode, hashlib.sha256(done.stdout).hexdigest(), done.stderr),
          (0, hashlib.sha256(pattern(size)).hexdigest(), b""))
    found = t.outcome("fill", "-", str(size), flags=[])
    equal("over the limit", (found["kind"], found["exit_code"]), ("output", 132))


@needs("fill")
def quota(t):
    t.ok("fill", "/d/f", "1000000", flags=t.grants() + ["--limit", "fs_write=1MB"])
    t.holds("f", pattern(1_000_000))
    t.refused("fill", "/d/g", "1000001", flags=t.grants() + ["--limit", "fs_write=1MB"], says=f"/d/g: {t.stream_error or 'quota'}")
    equal("no more than the limit", (t.dir / "g").stat().st_size <= 1_000_000, True)


@needs("sleep")
def sleeping(t):
    t.ok("sleep", "60", flags=[], out="slept\n")
    found = t.outcome("sleep", "60", flags=[])
    equal("waited in the host", found["host_us"] >= 50_000, True)
    found = t.outcome("sleep", "20000", flags=["--wasm-timeout", "200ms"])
    equal("past the deadline", (found["kind"], found["exit_code"], found["wall_us"] < 2_000_000), ("deadline", 124, True))


@needs("panic")
def panics(t):
    found = t.outcome("panic", flags=[])
    equal("outcome", (found["exit_code"], found["kind"]), t.panic)


@needs("write", "head")
def work_directory(t):
    t.ok("write", "/f", "x\n", flags=["--work-dir", t.dir])
    t.holds("f", "x\n")
    t.ok("head", "/f", flags=["--work-dir", t.dir], out="x\n")
    split = ["--mount", f"{t.dir}::/w", "--allow", "read:/w", "--allow", "write:/w/out"]
    (t.dir / "out").mkdir()
    t.ok("head", "/w/f", flags=split, out="x\n")
    t.ok("write", "/w/out/g", "y", flags=split)
    t.holds("out/g", "y")
    t.refused("write", "/w/h", "z", flags=split, says="/w/h: denied")


@needs("write", "stat")
def memory_directory(t):
    flags = ["--allow", "tmp:1MiB"]
    t.ok("write", "/tmp/f", "x", flags=flags)
    t.refused("stat", "/tmp/f", flags=flags, says="/tmp/f: not found")
    if "fill" not in t.lacks:
        t.refused("fill", "/tmp/f", "2000000", flags=flags, says=f"/tmp/f: {t.stream_error or 'no space'}")


@needs("write")
def events(t):
    found = t.outcome("write", "/d/f", "abc")
    seen = [(each["path"], each["result"]) for each in found["files"] if each["path"] == "/d/f"]
    equal("events", (seen[-1:], found["files_created"], found["bytes"]["written"]), ([("/d/f", "success")], 1, 3))
    found = t.outcome("write", "/d/g", "abc", flags=t.grants(read_only=True))
    if not any(each["path"] == "/d/g" and each["result"] != "success" for each in found["files"]):
        raise Wrong(f"no refusal among {found['files']}")


@needs("timers")
def several_clocks(t):
    t.ok("timers", flags=[], out="40 80 timeout 120 true\n")
    found = t.outcome("timers", flags=["--wasm-timeout", "60ms"])
    equal("deadline", found["kind"], "deadline")


@needs("many")
def many_files(t):
    t.ok("many", "/d", "400", out="400 79800\n")
    found = t.run("many", "/d", "401", flags=t.grants() + ["--limit", "files_created=0"])
    equal("zero is no limit to set", found.returncode, 125)
    (t.dir / "n").mkdir()
    t.refused("many", "/d/n", "50", flags=t.grants() + ["--limit", "files_created=49"], says="/d/n: quota")


@needs("root")
def opened_directory(t):
    (t.dir / "sub").mkdir()
    t.ok("root", "/d/sub", "f", out="short\n")
    t.holds("sub/f", "short")
    t.refused("root", "/d/sub", "../f", says="../f: openat ../f: path escapes from parent")
    t.refused("root", "/d/sub", "g", read_only=True, says="g: denied")
    t.refused("root", "/d/none", "f", says="/d/none: not found")


@needs("rewind")
def directory_positions(t):
    for n in range(1000):
        (t.dir / str(n)).touch()
    t.ok("rewind", "/d", out="1002 same same\n")
    t.refused("rewind", "/d/0", says="/d/0: not a directory")


@needs("poll")
def polling(t):
    (t.dir / "f").write_text("x")
    t.ok("poll", "/d/f", stdin=b"x", out=f"file 1 in\nclosed {-1 if t.component else 1} nval\nstdin 1 at once\n")
    t.refused("poll", "/d/none", says="/d/none: not found")


@needs("whole")
def one_large_write(t):
    flags = ["--limit", "output=2MiB"]
    t.same(("whole",), t.run("whole", flags=flags), 0, b"x" * (1 << 20), "ft: 1048576\n")
    equal("over the limit", t.outcome("whole", flags=["--limit", "output=100KiB"])["kind"], "output")


@needs("real")
def real_paths(t):
    (t.dir / "a/b").mkdir(parents=True)
    os.symlink("a/b", t.dir / "l")
    t.ok("real", "/d/l/../b/.", out="/d/a/b\n")
    t.refused("real", "/d/l/none", says="/d/l/none: not found")


@needs("random")
def seeded_random(t):
    once = t.run("random", flags=["--allow", "random:seed=7"]).stdout
    equal("same seed", t.run("random", flags=["--allow", "random:seed=7"]).stdout, once)
    equal("another seed", t.run("random", flags=["--allow", "random:seed=8"]).stdout == once, False)
    equal("no seed", t.run("random", flags=[]).stdout == t.run("random", flags=[]).stdout, False)


@needs("now")
def frozen_clock(t):
    t.ok("now", flags=["--allow", "clock:frozen"], out="1577836800\n")


CASES = [value for value in list(globals().values()) if hasattr(value, "commands")]
