"""ft: the file tool of the foreign tests, in Python with its standard library (docs/foreign.md has the contract)."""
import argparse
import errno
import os
import stat as st
import sys
import time

import wit_world.exports
from wit_world.imports import environment, exit as wasi_exit

NAMES = {
    errno.EACCES: "denied", errno.EPERM: "denied", errno.EROFS: "denied", 76: "denied", errno.EEXIST: "exists",
    errno.EINVAL: "invalid", errno.EISDIR: "is a directory", errno.ENOENT: "not found",
    errno.ENOTDIR: "not a directory", errno.ENOTEMPTY: "not empty", errno.EXDEV: "crosses devices",
    errno.EDQUOT: "quota", errno.EMFILE: "too many open files", errno.ENOSPC: "no space", errno.ELOOP: "too many links",
}


class Usage(Exception):
    pass


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Usage(message)


def kind_of(mode):
    return "dir" if st.S_ISDIR(mode) else "file" if st.S_ISREG(mode) else "link" if st.S_ISLNK(mode) else "other"


def tree(path, depth, most):
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        found = entry.stat(follow_symlinks=False)
        size = f" {found.st_size}" if st.S_ISREG(found.st_mode) else ""
        print(f"{'  ' * depth}{entry.name} {kind_of(found.st_mode)}{size}")
        if st.S_ISDIR(found.st_mode) and depth + 1 < most:
            tree(entry.path, depth + 1, most)


def count(source):
    total = lines = checksum = 0
    while piece := source.read(65536):
        total += len(piece)
        lines += piece.count(b"\n")
        for byte in piece:
            checksum = (checksum << 1 & 0xFFFFFFFF | checksum >> 31) ^ byte
    print(f"{lines} {total} {checksum:08x}")


def head(source, most):
    for _ in range(most):
        line = source.readline()
        if not line:
            break
        sys.stdout.buffer.write(line)


def patch(path, text, offset):
    with open(path, "r+b", buffering=0) as file:
        file.seek(offset)
        file.write(text.encode())
        end = file.seek(0, os.SEEK_END)
        file.seek(0)
        whole = file.read().decode().replace("\0", "\\u0000")
        print(f'{end} "{whole}"')
        args_of_error = "before the beginning"
        try:
            os.lseek(file.fileno(), -end - 1, os.SEEK_CUR)
        except OSError as error:
            error.filename = args_of_error
            raise


def fill(path, size):
    piece = bytes(i % 251 for i in range(65536))
    with open(sys.stdout.fileno() if path == "-" else path, "wb", buffering=0, closefd=path != "-") as out:
        try:
            for done in range(0, size, len(piece)):
                rest = piece[:size - done]
                while rest:
                    rest = rest[out.write(rest):]
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None


def show_stat(path, follow):
    found = os.stat(path, follow_symlinks=follow)
    print(f"{kind_of(found.st_mode)} {found.st_size} {found.st_mtime_ns // 10**9}.{found.st_mtime_ns % 10**9:09d}")


def remove_tree(path):
    for entry in list(os.scandir(path)):
        if entry.is_dir(follow_symlinks=False):
            remove_tree(entry.path)
        else:
            os.unlink(entry.path)
    os.rmdir(path)


def copy(source, target):
    with open(source, "rb") as read, open(target, "wb") as write:
        print(write.write(read.read()))


def symlink(target, path):
    try:
        os.symlink(target, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def write(path, text, options):
    with open(path, "a" if options.a else "x" if options.x else "w") as file:
        file.write(text)


COMMANDS = {
    "tree": lambda o: tree(o.path, 0, o.d),
    "write": lambda o: write(o.path, o.other, o),
    "patch": lambda o: patch(o.path, o.other, o.o),
    "size": lambda o: os.truncate(o.path, int(o.other)),
    "stat": lambda o: show_stat(o.path, True),
    "lstat": lambda o: show_stat(o.path, False),
    "touch": lambda o: os.utime(o.path, ns=(0, int(float(o.other) * 10**9))),
    "mkdir": lambda o: os.makedirs(o.path, exist_ok=True) if o.p else os.mkdir(o.path),
    "rm": lambda o: remove_tree(o.path) if o.r else os.unlink(o.path),
    "rmdir": lambda o: os.rmdir(o.path),
    "mv": lambda o: os.rename(o.path, o.other),
    "cp": lambda o: copy(o.path, o.other),
    "link": lambda o: os.link(o.path, o.other),
    "symlink": lambda o: symlink(o.path, o.other),
    "readlink": lambda o: print(os.readlink(o.path)),
    "fill": lambda o: fill(o.path, int(o.other)),
}


def make_parser():
    parser = Parser(prog="ft", add_help=False)
    for letter, otherwise in (("n", 10), ("d", 64), ("o", 0)):
        parser.add_argument(f"-{letter}", type=int, default=otherwise)
    for letter in "prax":
        parser.add_argument(f"-{letter}", action="store_true")
    parser.add_argument("path", nargs="?")
    parser.add_argument("other", nargs="?")
    return parser


# Made and used once while the component is built: what Python imports on first use is not to be found later.
PARSER = make_parser()
PARSER.parse_args(["-n", "1"])


def files(command, words):
    options = PARSER.parse_args(words)
    if command in ("head", "count"):
        source = open(options.path, "rb") if options.path else sys.stdin.buffer
        return count(source) if command == "count" else head(source, options.n)
    if command not in COMMANDS:
        raise Usage(f"unrecognized subcommand '{command}'")
    if options.path is None:
        raise Usage("a required argument was not provided")
    return COMMANDS[command](options)


def main(words):
    if not words:
        raise Usage("a subcommand is required")
    command, *rest = words
    if command == "args":
        for word in rest:
            print(f"[{word}]")
    elif command == "env":
        variables = dict(environment.get_environment())
        if not rest:
            for name, value in variables.items():
                print(f"{name}={value}")
        elif rest[0] in variables:
            print(variables[rest[0]])
        else:
            raise OSError(f"{rest[0]}: unset")
    elif command == "exit":
        sys.stdout.flush()
        wasi_exit.exit(wit_world.Ok(None) if rest[0] == "0" else wit_world.Err(None))
    elif command == "sleep":
        begin = time.monotonic_ns()
        time.sleep(int(rest[0]) / 1000)
        print("slept" if time.monotonic_ns() - begin >= int(rest[0]) * 10**6 else "too short")
    elif command == "panic":
        raise RuntimeError("on purpose")
    else:
        files(command, rest)


class Run(wit_world.exports.Run):
    def run(self):
        text = None
        try:
            main(environment.get_arguments()[1:])
        except Usage as error:
            text = str(error)
        except OSError as error:
            text = str(error)
            if error.errno is not None:
                text = f"{error.filename}: {NAMES.get(error.errno, f'errno {error.errno}')}"
        sys.stdout.flush()
        if text is not None:
            print(f"ft: {text}", file=sys.stderr, flush=True)
            raise wit_world.Err(None)
