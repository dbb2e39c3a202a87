#!/usr/bin/env python3
"""program_pages.py BOXAGNTS OUT: a page for each program, OUT/NAME.md, made of its --help, and OUT/index.md.

Files whose content would be the same stay untouched."""
import pathlib
import re
import subprocess
import sys

SEPARATOR = "\x1e"


def help_texts(boxagnts):
    """{name: text of --help}, all of them in one call."""
    script = 'cd /bin; for p in *; do printf "%s" "$p"; printf "\\n"; "./$p" --help 2>&1 </dev/null; printf "\\036"; done'
    done = subprocess.run([boxagnts, "sh", "--limit", "wall=120s", "-c", script], capture_output=True, check=True)
    texts = {}
    for part in done.stdout.decode().split(SEPARATOR):
        name, _, text = part.partition("\n")
        if name:
            texts[name] = text
    return texts


def page_of(name, text):
    head, mark, examples = text.partition("\nExamples:\n")
    lines = [f"# {name}", "", "```text", head.rstrip("\n"), "```", ""]
    if mark:
        plain = "\n".join(re.sub("^  ", "", line) for line in examples.rstrip("\n").split("\n"))
        lines += ["## Examples", "", "```console", plain, "```", ""]
    return "\n".join(lines)


def write(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    texts = {name: text for name, text in help_texts(sys.argv[1]).items() if text.startswith("Usage:")}
    index = ["# Programs", ""]
    for name, text in sorted(texts.items()):
        file = "bracket" if name == "[" else name
        write(out / f"{file}.md", page_of(name, text))
        says = next((line for line in text.split("\n") if line and not line.startswith(("Usage:", "  or"))), "")
        index.append(f"* [{name}]({file}.md): {says.strip()}")
    write(out / "index.md", "\n".join(index) + "\n")
    return 0 if texts else 1


if __name__ == "__main__":
    sys.exit(main())
