"""What stands between `python3` of BoxAgnts and the interpreter: CPython's command line, the paths of modules, and words for
what a sandbox of one thread cannot do.  The interpreter begins from a snapshot, in which none of that has happened."""
import os
import sys

import _reactor

ALONE = "bBdEiIOPqRsSuvx"           # options of one letter, as CPython 3.15 has them
IN_WORDS = {
    "thread": "this Python is a sandbox with one thread; asyncio works",
    "process": "this Python starts no processes; run programs from the shell (bash), beside it",
    "socket": "this Python has no sockets; fetch with curl from the shell, where the network is granted",
}
USAGE = """usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...
options that have an effect here:
-c cmd : run the text
-m mod : run a module of the library, or of PYTHONPATH, as a script
-i     : go on with a prompt after the script
-I     : as -E -P: no variables, and not the script's directory
-E     : look at no PYTHON* variables
-P     : do not put the script's directory, or the current one, before the library
-u     : write out and err as it comes
-W arg : what to do with warnings; also PYTHONWARNINGS
-V     : the version (-VV: with how it was built)
-b -B -d -O -OO -q -s -S -v -X opt : taken, without effect
Variables: PYTHONPATH, PYTHONSAFEPATH, PYTHONUNBUFFERED, PYTHONWARNINGS."""


def refuse(text):
    print(text, file=sys.stderr)
    print("Try 'python3 -h' for more information.", file=sys.stderr)
    return 2


class Options:
    """A command line, read as CPython's getopt does: letters together, a value beside or behind its letter."""

    def __init__(self, args):
        self.letters, self.warnings, self.run, self.wrong = "", [], ["-"], None
        self.at, self.args = 0, args
        self.explicit = False
        while self.at < len(args) and self.wrong is None and not self.explicit:
            word = args[self.at]
            if not word.startswith("-") or word == "-":
                self.begin([word])
            elif word.startswith("--"):
                self.long(word)
            else:
                self.short(word)

    def begin(self, run):
        """What is run; the words that follow are its own."""
        self.run = run + self.args[self.at + 1:]
        self.explicit = True

    def long(self, word):
        self.at += 1
        if word in ("--help", "--help-all"):
            self.letters += "h"
        elif word == "--version":
            self.letters += "V"
        elif word == "--":
            if self.at < len(self.args):
                self.begin([self.args[self.at]])
        else:
            self.wrong = f"unknown option {word}"

    def value(self, word, k):
        """Of the option word[k]; None when there is none."""
        if k + 1 < len(word):
            return word[k + 1:]
        self.at += 1
        if self.at < len(self.args):
            return self.args[self.at]
        self.wrong = f"Argument expected for the -{word[k]} option"
        return None

    def short(self, word):
        for k in range(1, len(word)):
            letter = word[k]
            if letter in "cmWX":
                value = self.value(word, k)
                if letter == "W" and value is not None:
                    self.warnings.append(value)
                if letter in "cm" and value is not None:
                    self.begin([f"-{letter}", value])
                break
            if letter not in ALONE and letter not in "hV?":
                self.wrong = f"Unknown option: -{letter}"
                break
            self.letters += letter
        if not self.explicit:
            self.at += 1


def set_paths(options, environ):
    """Where modules come from: the directory of what is run, PYTHONPATH, the library."""
    path = []
    if environ:
        path = [p for p in environ.get("PYTHONPATH", "").split(":") if p]
    if not set("IP") & set(options.letters) and not environ.get("PYTHONSAFEPATH"):
        kind = options.run[0]
        if kind == "-m":
            path.insert(0, os.getcwd())
        elif kind in ("-c", "-"):
            path.insert(0, "")
        elif not os.path.isdir(kind):
            path.insert(0, os.path.dirname(os.path.realpath(kind)))
    sys.path[:0] = path


def set_warnings(options, environ):
    given = [w for w in environ.get("PYTHONWARNINGS", "").split(",") if w] + options.warnings
    if given:
        import warnings
        sys.warnoptions[:] = given
        warnings._processoptions(given)


# ---- what a sandbox cannot do --------------------------------------------------------------------


def cannot(what, kind=OSError):
    def refused(*args, **kwargs):
        if kind is OSError:
            raise OSError(58, IN_WORDS[what])                # ENOTSUP
        raise kind(IN_WORDS[what])
    return refused


def no_thread(*args, **kwargs):
    raise RuntimeError("can't start new thread: " + IN_WORDS["thread"])


def of_socket(module):
    module.socket.__init__ = cannot("socket")
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo", "create_connection",
                 "create_server", "socketpair", "fromfd"):
        setattr(module, name, cannot("socket"))


def of_subprocess(module):
    module.Popen.__init__ = cannot("process")
    module.Popen._child_created = False                    # asked for by Popen.__del__


def of_multiprocessing(module):
    module.BaseProcess.start = cannot("process")


def of_selector_events(module):
    """A loop is woken from other threads through a pair of sockets.  There are neither."""
    loop = module.BaseSelectorEventLoop

    def make(self):
        self._ssock = self._csock = None

    def close(self):
        pass

    loop._make_self_pipe, loop._close_self_pipe = make, close
    loop._write_to_self = lambda self: None
    loop._add_reader = loop._add_writer = cannot("socket")


def of_selectors(module):
    """select() refuses to wait for nothing but a time, which is all that is waited for here."""
    import time

    class OnlyTime(module.SelectSelector):
        def select(self, timeout=None):
            if self.get_map():
                return super().select(timeout)
            if timeout is None:
                raise RuntimeError("nothing is left that could ever happen: every task waits for another")
            if timeout > 0:
                time.sleep(timeout)
            return []

    module.DefaultSelector = OnlyTime


WHEN_LOADED = {
    "socket": of_socket,
    "subprocess": of_subprocess,
    "multiprocessing.process": of_multiprocessing,
    "asyncio.selector_events": of_selector_events,
    "selectors": of_selectors,
}


class Finder:
    """Loads a module as others would, and then has its words put in."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        after = WHEN_LOADED.get(name)
        if after is None:
            return None
        for other in sys.meta_path:
            spec = None if other is cls else other.find_spec(name, path, target)
            if spec is not None:
                spec.loader = Loader(spec.loader, after)
                return spec
        return None


class Loader:
    def __init__(self, real, after):
        self.real, self.after = real, after

    def __getattr__(self, name):
        return getattr(self.real, name)

    def create_module(self, spec):
        return self.real.create_module(spec)

    def exec_module(self, module):
        self.real.exec_module(module)
        self.after(module)


def put_words_in():
    import _thread
    _thread.start_new_thread = _thread.start_new = _thread.start_joinable_thread = no_thread
    os.system = cannot("process")
    sys.meta_path.insert(0, Finder)
    for name, after in WHEN_LOADED.items():
        if name in sys.modules:
            after(sys.modules[name])


# ---- the whole -----------------------------------------------------------------------------------


def prompt(banner):
    import code
    main = sys.modules["__main__"].__dict__
    try:
        code.interact(banner=banner, local=main, exitmsg="")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


def begin_counting():
    """What the snapshot holds is never garbage: neither a collection nor the end looks at it again."""
    import gc
    gc.freeze()
    return set(sys.modules)


def end(code, known):
    """What the interpreter's own end does that anybody can see (functions of atexit, `__del__`, files closed and with that
    written), without taking apart all that the snapshot held, which takes longer than most programs run."""
    import atexit
    import gc
    atexit._run_exitfuncs()
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except (AttributeError, OSError, ValueError):
            code = code or (120 if name == "stdout" else 0)
    sys.modules["__main__"].__dict__.clear()
    for name in [name for name in sys.modules if name not in known]:
        space = getattr(sys.modules.pop(name), "__dict__", None)
        if isinstance(space, dict) and str(space.get("__file__")).startswith("/usr/local/lib/"):
            continue
        if isinstance(space, dict):
            space.clear()
    gc.collect()
    for stream in (sys.stdout, sys.stderr):                # what a __del__ has printed
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass
    os._exit(code & 255)


def main():
    known = begin_counting()
    end(run() or 0, known)


def run():
    """The exit code."""
    options = Options(sys.argv[1:])
    if options.wrong:
        return refuse(options.wrong)
    if set("h?") & set(options.letters):
        print(USAGE)
        return 0
    if "V" in options.letters:
        print("Python " + (sys.version if options.letters.count("V") > 1 else sys.version.split()[0]))
        return 0
    try:
        os.chdir(os.environ.get("PWD", "/"))
    except OSError:
        pass
    environ = {} if set("IE") & set(options.letters) else os.environ
    sys.executable = "/bin/python3"
    set_paths(options, environ)
    set_warnings(options, environ)
    put_words_in()
    flags = ["-u"] if "u" in options.letters or environ.get("PYTHONUNBUFFERED") else []
    if not options.explicit and sys.stdin.isatty():
        return prompt(None)
    code = _reactor.run(["python3", *flags, *options.run], dict(os.environ))
    return prompt("") if "i" in options.letters and sys.stdin.isatty() else code
