"""What the check scripts look at: the project's own text files."""
import pathlib
import subprocess

root = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = {".git", "build", "target", "__pycache__"}


def text_files():
    """Every text file that is, or would be, under version control, as paths below the root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root,
                            capture_output=True, check=False)
    if listed.returncode == 0 and (root / ".git").exists():
        names = [pathlib.Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:                                                  # an unpacked archive
        names = [path.relative_to(root) for path in root.rglob("*") if not SKIPPED & set(path.parts)]
    for name in sorted(set(names)):
        path = root / name
        if path.is_file() and not path.is_symlink() and b"\0" not in path.read_bytes()[:8192]:
            yield name


def own_code(*suffixes):
    """Our own source files with one of these suffixes; there are no others in the repository."""
    return [name for name in text_files() if name.suffix in suffixes]


def read(name):
    return (root / name).read_text(encoding="utf-8", errors="replace")
