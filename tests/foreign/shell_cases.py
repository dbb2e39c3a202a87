"""Programs of other tool chains as commands of the shell, in pipelines with built-in ones.

A case is a function of a Tool; the program goes by the name `ft` there."""
import os
import pathlib
import subprocess

from file_cases import checksum
from tool import Wrong
from toolchains import BOXAGNTS


def sh(t, script, out, code=0, flags=()):
    done = subprocess.run([BOXAGNTS, "sh", "--workspace", t.dir, "--program", f"ft={t.file}", *flags, "-c", script],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=300, env=dict(os.environ), check=False)
    if isinstance(out, str):
        out = out.encode()
    if (done.returncode, done.stdout) != (code, out):
        raise Wrong(f"{script}\n  must be {code} {out[:200]!r}\n"
                    f"  but was {done.returncode} {done.stdout[:200]!r} {done.stderr[:600]!r}")


def shell_pipelines(t):
    """Between built-in programs, with more than the pipes hold."""
    sh(t, "ft args a 'b c' | tr a-z A-Z", "[A]\n[B C]\n")
    data = b"".join(b"%d\n" % n for n in range(1, 200_001))
    sh(t, "seq 200000 | ft count", checksum(data))
    sh(t, "seq 200000 | ft head -n 3 | sort -r", "3\n2\n1\n")
    sh(t, "for i in 1 2 3; do ft args $i; done | wc -l; x=$(ft args in); echo \"<$x>\"", "3\n<[in]>\n")


def shell_status(t):
    sh(t, "ft exit 0 && echo yes; ft exit 1 || echo no $?", "yes\nno 1\n")
    sh(t, "A=1 ft env A; export B=2; ft env B; ft env C 2>/dev/null; echo $?", "1\n2\n1\n")
    sh(t, "type -t ft; command -v ft", "file\n/bin/ft\n")


def shell_directories(t):
    """Each tool chain has its own idea of a working directory; relative paths mean the shell's."""
    (t.dir / "sub").mkdir(exist_ok=True)
    (t.dir / "sub" / "f").write_text("one\ntwo\n")
    sh(t, "cd sub; ft head -n 1 f; ft write g new; cat g; cd ..; ft head -n 1 sub/f; ft head -n 1 /workspace/sub/f",
       "one\nnewone\none\n")
    if pathlib.Path(t.dir, "sub", "g").read_text() != "new":
        raise Wrong("what was written is not there")


def shell_together(t):
    sh(t, "{ ft args x & ft args y & wait; } | sort", "[x]\n[y]\n")


CASES = [shell_pipelines, shell_status, shell_directories, shell_together]
