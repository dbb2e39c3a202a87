"""Programs that are not `ft`: a Rust tool on clap and walkdir, and C++ with its own library."""
from tool import Wrong, equal


def same(tool, words, flags, code, out, err="", **options):
    tool.same(words, tool.exec(flags, words, **options), code, out, err)


# ---- clap --------------------------------------------------------------------------------------

def found(t):
    (t.dir / "src/deep").mkdir(parents=True)
    for name, size in (("a.rs", 30), ("src/b.rs", 10), ("src/deep/c.rs", 20), ("src/notes.txt", 5)):
        (t.dir / name).write_bytes(b"x" * size)
    read = t.grants(read_only=True)
    same(t, ["find", "/d", "-e", "rs"], read, 0, "/d/a.rs\n/d/src/b.rs\n/d/src/deep/c.rs\n")
    same(t, ["find", "/d", "--extension=rs", "--order", "size", "-v"], read, 0,
         "      10 /d/src/b.rs\n      20 /d/src/deep/c.rs\n      30 /d/a.rs\n")
    same(t, ["-v", "find", "/d", "-d1"], read, 0, "      30 /d/a.rs\n")
    same(t, ["find", "/d", "-e", "py"], read, 1, "")
    hidden = [*read, "--deny", "/d/src/deep"]
    same(t, ["find", "/d", "-e", "rs"], hidden, 0, "/d/a.rs\n/d/src/b.rs\n")
    done = t.exec([], ["find", "/d"])
    equal("nothing granted", (done.returncode, done.stdout, done.stderr[:4]), (1, b"", b"ft: "))


def searched(t):
    (t.dir / "f").write_text("One\ntwo\none more\n")
    read = t.grants(read_only=True)
    same(t, ["grep", "-n", "-i", "ONE", "/d/f"], read, 0, "/d/f:1:One\n/d/f:3:one more\n")
    same(t, ["grep", "two"], [], 0, "two\n", stdin=b"one\ntwo\n")
    same(t, ["grep", "none", "/d/f"], read, 1, "")
    done = t.exec([*read, "--deny", "**/f"], ["grep", "one", "/d/f"])
    equal("carved out", (done.returncode, done.stdout), (1, b""))


def saved(t):
    same(t, ["save", "--out", "/d/o", "a", "b c"], t.grants(), 0, "")
    t.holds("o", "a\nb c\n")
    same(t, ["save", "x", "--", "-y"], [*t.grants(), "--env", "FT_OUT=/d/p"], 0, "")
    t.holds("p", "x\n-y\n")
    done = t.exec(t.grants(read_only=True), ["save", "-o", "/d/o", "z"])
    equal("read-only", (done.returncode, done.stdout), (1, b""))
    t.holds("o", "a\nb c\n")


def explained(t):
    done = t.exec([], ["--help"])
    if done.returncode or b"Looks at files" not in done.stdout or b"SUBCOMMANDS:" not in done.stdout:
        raise Wrong(f"--help: {done.returncode} {done.stdout!r}")
    same(t, ["--version"], [], 0, "ft 0.1.0\n")
    for words, says in ((["find"], b"<ROOT>"), (["find", "/d", "-d", "x"], b"Invalid value"), (["fnd"], b"find"),
                        (["save", "-o"], b"--out <OUT>"), (["find", "/d", "--order", "age"], b"[possible values: name, size]")):
        done = t.exec([], words)
        if done.returncode != (1 if t.component else 2) or done.stdout or says not in done.stderr:
            raise Wrong(f"{words}: {done.returncode} {done.stdout!r} {done.stderr!r}")


# ---- C++ ---------------------------------------------------------------------------------------

def words(t):
    same(t, ["words"], [], 0, "a 2\nrose 3\n", stdin=b"a rose, a\nrose 1 rose\n")
    same(t, ["words"], [], 1, "", stdin=b"")


def sorted_lines(t):
    (t.dir / "in").write_text("".join(f"{n * 7919 % 10007:05}\n" for n in range(10007)))
    same(t, ["sort", "/d/in", "/d/out"], t.grants(), 0, "10007 60042\n")
    t.holds("out", "".join(f"{n:05}\n" for n in range(10007)))
    same(t, ["sort", "/d/in", "/d/other"], t.grants(read_only=True), 1, "", "text: /d/in: cannot sort\n")
    equal("nothing was made", sorted(file.name for file in t.dir.iterdir()), ["in", "out"])


def memory(t):
    same(t, ["memory", "10000000"], [], 0, "49999995000000\n")
    done = t.exec(["--json", "--wasm-max-memory-size", "64MiB"], ["memory", "10000000"])
    if b'"kind":"memory"' not in done.stdout or done.returncode != 137:
        raise Wrong(f"over the limit: {done.returncode} {done.stdout!r:.400}")


CLAP = [found, searched, saved, explained]
CPP = [words, sorted_lines, memory]
