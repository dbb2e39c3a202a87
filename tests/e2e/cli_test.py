"""What surrounds exec: help, version, inspect, completion."""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import termios
import unittest

from support import BOXAGNTS, GUESTS, TOOLS, box, root

COMMANDS = ("exec", "inspect", "componentize", "doctor", "completion", "version")


def text(*arguments):
    done = box(*arguments)
    assert (done.returncode, done.stderr) == (0, b""), done
    return done.stdout.decode()


def commands():
    """The names of all, of one word or two."""
    return re.findall(r"^  ([a-z]+(?: [a-z]+)?) ", text("--help"), re.M)


class Help(unittest.TestCase):
    def test_every_command_explains_itself(self):
        overview = text("--help")
        for command in COMMANDS:
            self.assertIn(f"  {command} ", overview)
            help_text = text(command, "--help")
            self.assertTrue(help_text.startswith("usage: boxagnts " + command), help_text)
            self.assertEqual(help_text, text("help", command))

    def test_exec_lists_every_run_option(self):
        help_text = text("exec", "--help")
        for flag in ("work-dir", "map-dir", "env", "allowed-outbound-host", "block-url", "block-network", "wasm-timeout",
                     "wasm-max-memory-size", "wasm-max-wasm-stack", "wasm-fuel", "wasm-cache-dir", "wasm-cache-max", "mount", "allow",
                     "deny", "stdin", "limit", "json", "allow-network", "inject", "invoke"):
            self.assertIn(f"  --{flag}", help_text)

    def test_no_command_and_unknown_ones(self):
        for arguments in ((), ("fly",), ("help", "fly"), ("version", "--fast"), ("version", "-x")):
            self.assertEqual(box(*arguments).returncode, 125, arguments)
        self.assertIn(b"no command 'fly'", box("fly").stderr)
        self.assertIn(b"unknown flag '--fast'", box("version", "--fast").stderr)

    def test_what_was_meant(self):
        for arguments, says in ((("tol", "list"), "no command 'tol'; did you mean tool?"),
                                (("tool", "lst"), "no command 'tool lst'; did you mean list? There is call, list, "),
                                (("help", "polcy"), "no command 'polcy'; did you mean policy?"),
                                (("mcp", "confg"), "no command 'mcp confg'; did you mean config?"),
                                (("mcp", "config", "claude"), "no client 'claude'; did you mean claude-code?"),
                                (("exec", "--mapdir=a::b"), "exec: unknown flag '--mapdir=a::b'; did you mean --map-dir?"),
                                (("version", "--fast"), "version: unknown flag '--fast'; see boxagnts version --help"),
                                (("sh", "--login"), "behind -- stand those of the program")):
            done = box(*arguments)
            self.assertEqual((done.returncode, done.stdout), (125, b""), done)
            self.assertIn(says, done.stderr.decode())

    def test_groups_explain_themselves(self):
        for group in ("tool", "policy", "audit"):
            help_text = text(group, "--help")
            self.assertTrue(help_text.startswith(f"usage: boxagnts {group} COMMAND"), help_text)
            self.assertEqual(help_text, text("help", group))
            done = box(group)
            self.assertEqual((done.returncode, done.stdout, done.stderr.decode()), (125, b"", help_text))
        self.assertIn("  mcp config ", text("mcp", "--help"))

    def test_mcp_config_names_the_project(self):
        with tempfile.TemporaryDirectory() as top:
            top = os.path.realpath(top)
            for client, place in (("cursor", "${workspaceFolder}"), ("vscode", "${workspaceFolder}"), ("zed", top), ("claude-code", None)):
                done = box("mcp", "config", client, "--", "--deny", "a b", cwd=top)
                servers, = json.loads(done.stdout).values()
                self.assertEqual(servers["boxagnts"]["args"], ["mcp", *(["--workspace", place] if place else []), "--deny", "a b"])
            self.assertIn(f"claude mcp add boxagnts -- {pathlib.Path(BOXAGNTS).resolve()} mcp --deny 'a b'\n", done.stderr.decode())
            self.assertNotIn(b"mcp add", box("mcp", "config", "claude-code", "--http").stderr)

    def test_every_text_ends_its_last_line(self):
        for command in commands():
            help_text = text(*command.split(), "--help")
            self.assertTrue(help_text.endswith("\n") and not help_text.endswith("\n\n"), command)

    def test_version(self):
        self.assertRegex(text("version"), r"^boxagnts \d+\.\d+\.\d+ \(wasmtime \d+\.\d+\.\d+\)\n$")
        self.assertEqual(text("--version"), text("version"))


class Documents(unittest.TestCase):
    """What is told in docs/ and README.md is what the commands take, and the other way round."""

    @classmethod
    def setUpClass(cls):
        cls.told = {p.name: p.read_text() for p in (root / "README.md", *(root / "docs").glob("*.md"))}
        cls.flags = {c: set(re.findall(r"^  --([a-z0-9-]+)", text(*c.split(), "--help"), re.M)) for c in commands()}

    def test_every_flag_is_told(self):
        everything = "".join(self.told.values())
        short = {"output": "-o", "prompt": "-p"}
        for command, flags in self.flags.items():
            for flag in flags - {"help"}:
                found = re.search(rf"(?<![\w-])(--{flag}|{short.get(flag, '--' + flag)})(?![\w-])", everything)
                self.assertTrue(found, f"{command} --{flag}")

    def test_every_command_is_told(self):
        rows = self.told["commands.md"]
        for command in commands():
            self.assertRegex(rows, rf"`{command.split()[0]}\b")
            self.assertRegex(rows, rf"\b{command.split()[-1]}\b")

    def lines(self):
        """(page, line, command, what follows) for each example."""
        for page, told in self.told.items():
            for block in re.findall(r"^```sh\n(.*?)^```", told, re.M | re.S):
                for line in block.replace("\\\n", " ").splitlines():
                    for part in re.findall(r"(?:^|[ /|&;(])boxagnts ([a-z].*)", line):
                        words = part.split()
                        name = " ".join(words[:2]) if " ".join(words[:2]) in self.flags else words[0]
                        yield page, line, name, part[len(name):]

    def wrong(self, name, rest):
        """The first flag of an example that its command has not."""
        if name not in self.flags:
            return name
        rest = re.split(r" -- | #|[|&;]", re.sub(r"'[^']*'|\"[^\"]*\"", "''", rest))[0]
        given = re.findall(r"(?<!\S)--([a-z][a-z0-9-]*)", rest.split(" -c ")[0].split(" -p ''")[0])
        return next((flag for flag in given if flag not in self.flags[name]), None)

    def test_the_outcome_is_as_told(self):
        told = json.loads(re.search(r"```json\n(.*?)```", self.told["outcome.md"], re.S)[1].replace("…", ""))
        made = json.loads(box("exec", "--json", TOOLS / "read.wasm").stdout)
        self.assertEqual((list(told), list(told["bytes"])), (list(made), list(made["bytes"])))
        with tempfile.TemporaryDirectory() as top:
            pathlib.Path(top, "f").write_text("x")
            made = json.loads(box("exec", "--json", "--map-dir", f"{top}::/workspace:ro", TOOLS / "read.wasm", stdin='{"path":"f"}').stdout)
        self.assertEqual(set(made["files"][0]), set(told["files"][0]))

    def test_examples_use_what_there_is(self):
        n = 0
        for page, line, name, rest in self.lines():
            self.assertIsNone(self.wrong(name, rest), f"{page}: {line}")
            n += 1
        self.assertGreater(n, 60)
        self.assertEqual([self.wrong("exec", " --mapdir a x.wasm"), self.wrong("fly", ""), self.wrong("exec", " --env A x -- --b")],
                         ["mapdir", "fly", None])  # the control


class Output(unittest.TestCase):
    """Where results go, and what happens when they cannot."""
    COMMANDS = (("--help",), ("help", "exec"), ("tool", "--help"), ("version",), ("tool", "list"), ("tool", "list", "--json"),
                ("tool", "show", "read"), ("completion", "zsh"), ("policy", "show"), ("mcp", "config", "codex"),
                ("inspect", "--json", TOOLS / "read.wasm"), ("approvals", "list"), ("sh", "-c", "echo x"), ("sh", "--json", "-c", "echo x"))

    def run_into(self, command, to, home):
        return subprocess.run([BOXAGNTS, *map(str, command)], stdin=subprocess.DEVNULL, stdout=to, stderr=subprocess.PIPE,
                              env=dict(os.environ, BOXAGNTS_HOME=home), timeout=60, check=False)

    def test_a_full_disk_is_told(self):
        with tempfile.TemporaryDirectory() as home, open("/dev/full", "wb") as full:
            for command in self.COMMANDS:
                with self.subTest(command):
                    done = self.run_into(command, full, home)
                    self.assertIn(done.returncode, (1, 125), done)
                    self.assertRegex(done.stderr, b"write|^$" if done.returncode == 1 else b"write")  # 1: the shell's own
                    self.assertEqual(self.run_into(command, subprocess.DEVNULL, home).returncode, 0)  # the control

    def test_nobody_reads(self):
        for command in (("--help",), ("version",), ("completion", "zsh")):
            r, w = os.pipe()
            os.close(r)
            with os.fdopen(w, "wb") as nobody:
                done = self.run_into(command, nobody, "/nonexistent")
            self.assertEqual((done.returncode, done.stderr), (-signal.SIGPIPE, b""))

    def test_json_is_json(self):
        with tempfile.TemporaryDirectory() as home:
            for command in (("exec", "--json", "/nonexistent.wasm"), ("sh", "--json", "-c", "exit 3"), ("js", "--json", "-p", "1"),
                            ("tool", "call", "--json", "read", "{"), ("tool", "call", "--json", "nope", "{}"), ("tool", "list", "--json"),
                            ("tool", "show", "--json", "js"), ("approvals", "list", "--json"), ("audit", "list", "--json"),
                            ("audit", "verify", "--json"), ("policy", "explain", "--json", "read", "{}"),
                            ("inspect", "--json", TOOLS / "web_fetch.wasm"), ("models", "--json", "--wait", "50ms", "lmstudio")):
                done = box(*command, env={"BOXAGNTS_HOME": home})
                try:
                    json.loads(done.stdout)
                except ValueError:
                    self.fail(done)


class Words(unittest.TestCase):
    def test_two_dashes_end_the_flags(self):
        with tempfile.TemporaryDirectory() as top:
            shutil.copy(TOOLS / "read.wasm", pathlib.Path(top, "-x.wasm"))
            self.assertEqual(json.loads(box("inspect", "--json", "--", "-x.wasm", cwd=top).stdout)["kind"], "core")
            self.assertEqual(box("inspect", "-x.wasm", cwd=top).returncode, 125)
            done = box("exec", "--", "-x.wasm", cwd=top)
            self.assertIn(b"which file? it stands before '--'", done.stderr)
            self.assertEqual(box("exec", "./-x.wasm", "--", "--json", cwd=top).returncode, 0)

    def test_words_nobody_takes(self):
        for command in ("version", "doctor", "sessions list", "policy show", "policy init", "acp"):
            done = box(*command.split(), "x")
            self.assertEqual((done.returncode, done.stdout), (125, b""))
            self.assertIn(f"{command}: takes no arguments, and not 'x'", done.stderr.decode())

    def test_what_would_have_no_effect(self):
        with tempfile.TemporaryDirectory() as top:
            pathlib.Path(top, "s.yaml").write_text("turns: [{text: done}]\n")
            run = ("run", "--model", f"script:{top}/s.yaml", "--workspace", top)
            for command, says in (((*run, "-p", "x", "--wall", "0"), "--wall 0 leaves no time"),
                                  ((*run, "-p", "x", "--delegate", "read:/workspace"), "without --managed there are no executors"),
                                  ((*run, "-p", "x", "--max-executors", "2"), "without --managed there are no executors"),
                                  ((*run, "-p", ""), "the prompt is empty"),
                                  ((*run, "--workspace", f"{top}/s.yaml", "-p", "x"), "no directory"),
                                  (("acp", "--workspace", top), "unknown flag"),
                                  (("audit", "verify", "--key", "x"), "name one with --head"),
                                  (("sessions", "list", "--all", "--workspace", top), "name one"),
                                  (("tool", "list", "--workspace", f"{top}/none"), "workspace"),
                                  (("js", "none.js"), "none.js: No such file"),
                                  (("tool", "call", "--workspace", top, "--deny", "/srv/project/.env", "read", "{}"), "it would deny nothing"),
                                  (("tool", "call", "--workspace", top, "--allow", "read:/srv/project", "read", "{}"), "paths are those that tools see, as /workspace"),
                                  ((*run, "-p", "x", "--deny", "/srv/project/*.yaml"), "it would deny nothing"),
                                  (("exec", "--map-dir", f"{top}::/d", "--deny", "/srv/x", TOOLS / "read.wasm"), "it would deny nothing"),
                                  (("sh", "--workspace", top, "--deny", "/srv/x", "-c", ":"), "it would deny nothing"),
                                  (("tool", "call", "--allow", "https://a.example", "read", "{}"), "'fetch:https://HOST'"),
                                  (("mcp", "config", "codex", "--http", "port"), "not 'port' as well")):
                done = box(*command, env={"BOXAGNTS_HOME": f"{top}/home"})
                self.assertEqual((done.returncode, done.stdout), (125, b""), done)
                self.assertIn(says, done.stderr.decode())
            self.assertEqual(box(*run, "-p", "x", env={"BOXAGNTS_HOME": f"{top}/home"}).stdout, b"done\n")  # the control

    def test_a_home_that_cannot_be_made(self):
        for command in (("tool", "call", "read", '{"path":"/"}'), ("mcp",), ("run", "-p", "x", "--model", "script:/dev/null")):
            done = box(*command, env={"BOXAGNTS_HOME": "/proc/none"})
            self.assertEqual((done.returncode, done.stdout), (125, b""), done)
            self.assertIn(b"($BOXAGNTS_HOME names another place): make directory '/proc/none'", done.stderr)

    def test_nothing_is_left_of_what_failed(self):
        with tempfile.TemporaryDirectory() as top:
            env = {"BOXAGNTS_HOME": f"{top}/home"}
            limited = 'ulimit -f 0; trap "" XFSZ; exec "$@"'
            for command, name in ((("policy", "init"), "boxagnts.yaml"), (("tool", "keygen", "--no-password"), "keys/tools.key")):
                done = subprocess.run(["sh", "-c", limited, "sh", BOXAGNTS, *command], capture_output=True, timeout=60, check=False,
                                      env=dict(os.environ, **env))
                self.assertEqual(done.returncode, 125, done)
                self.assertFalse(pathlib.Path(top, "home", name).exists())
                self.assertEqual(box(*command, env=env).returncode, 0)
                again = box(*command, env=env)
                self.assertEqual(again.returncode, 125)
                self.assertIn(b"is there already, and is left as it is", again.stderr)

    def test_a_directory_with_a_tool_is_added_by_its_name(self):
        with tempfile.TemporaryDirectory() as top:
            env = {"BOXAGNTS_HOME": f"{top}/home"}
            for command in (("tool", "new", "hello", "--lang", "js"), ("tool", "build", "hello/hello.js", "-o", "hello/hello.wasm"),
                            ("tool", "add", "hello", "--yes")):
                done = box(*command, env=env, cwd=top)
                self.assertEqual(done.returncode, 0, done)
            self.assertIn("hello ", box("tool", "list", env=env).stdout.decode())


class AtTerminal(unittest.TestCase):
    def run_at(self, command, *steps, **env):
        """(status, all that was shown, whether the terminal echoes afterwards); a step is what has to be shown before, and what
        is typed then."""
        master, slave = pty.openpty()
        process = subprocess.Popen([BOXAGNTS, *command], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env=dict(os.environ, **env))
        shown = b""
        try:
            for until, typed in steps:
                while until not in shown:
                    shown += os.read(master, 65536)
                os.write(master, typed)
            status = process.wait(timeout=60)
            echoes = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
            os.close(slave)
            try:
                while piece := os.read(master, 65536):
                    shown += piece
            except OSError:  # the end of a terminal
                pass
            return status, shown, echoes
        finally:
            process.kill()
            process.wait()
            os.close(master)

    def test_ctrl_c_at_a_password(self):
        with tempfile.TemporaryDirectory() as top:
            command = ("tool", "keygen", "--out", f"{top}/k")
            status, shown, echoes = self.run_at(command, (b"password for the key: ", b"\x03"))
            self.assertEqual((status, echoes), (125, True), shown)
            self.assertIn(b"no password was given", shown)
            status, shown, echoes = self.run_at(command, (b"password for the key: ", b"word\n"), (b"once more: ", b"word\n"))  # the control
            self.assertEqual((status, echoes, os.path.exists(f"{top}/k.key")), (0, True, True), shown)
            self.assertNotIn(b"word\r\n", shown)

    def test_styles_are_left_out_where_they_are_not_wanted(self):
        with tempfile.TemporaryDirectory() as top:
            pathlib.Path(top, "s.yaml").write_text("turns: [{text: 'a **strong** word'}]\n")
            command = ("chat", "--model", f"script:{top}/s.yaml", "--workspace", top)
            for env, styled in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": ""}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                ({"TERM": "dumb"}, False)):
                status, shown, _ = self.run_at(command, (b"/help lists", b"hi\n/exit\n"), BOXAGNTS_HOME=f"{top}/home", **env)
                self.assertEqual((status, b"\x1b[1mstrong" in shown, b"**strong**" in shown), (0, styled, not styled), (env, shown))

    def test_arguments_that_are_waited_for(self):
        status, shown, _ = self.run_at(("tool", "call", "--no-audit", "read"), (b"Ctrl-D ends them", b"{}\n\x04"))
        self.assertEqual(status, 1, shown)


class Header(unittest.TestCase):
    def test_it_is_c11_and_cxx17(self):
        source = '#include <boxagnts.h>\nint main() { boxagnts_call c = {}; c.struct_size = sizeof c; return (int)c.n_args; }\n'
        for compiler, flags, text_of in (("cc", "-xc -std=c11", source.replace("{};", "{0};").replace("main()", "main(void)")),
                                         ("c++", "-xc++ -std=c++17", source)):
            if not shutil.which(compiler):
                self.skipTest(f"no {compiler}")
            done = subprocess.run([compiler, *flags.split(), "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
                                   f"-I{root}/include", "-"], input=text_of.encode(), capture_output=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""))


class Inspect(unittest.TestCase):
    def test_a_module(self):
        about = json.loads(text("inspect", "--json", TOOLS / "read.wasm"))
        self.assertEqual((about["kind"], {i["module"] for i in about["imports"]}), ("core", {"wasi_snapshot_preview1"}))
        self.assertIn("_start", [e["name"] for e in about["exports"]])
        human = text("inspect", TOOLS / "read.wasm")
        for part in ("memory", "wasi_snapshot_preview1.fd_read", "_start", "files: --map-dir"):
            self.assertIn(part, human)

    def test_a_component(self):
        human = text("inspect", TOOLS / "web_fetch.wasm")
        for part in ("component", "wasi:http/outgoing-handler@0.2", "wasi:cli/run@0.2", "network: --allow fetch:"):
            self.assertIn(part, human)

    def test_what_it_does_not_need_is_not_named(self):
        self.assertNotIn("network:", text("inspect", GUESTS / "sb_ends.wasm"))

    def test_refusals(self):
        for path, says in (("/nonexistent", b"no such file"), ("/tmp", b"a directory"), (__file__, b"not a WebAssembly")):
            done = box("inspect", path)
            self.assertEqual((done.returncode, done.stdout), (125, b""))
            self.assertIn(says, done.stderr)
        self.assertEqual(box("inspect").returncode, 125)


class Completion(unittest.TestCase):
    def test_names_commands_and_flags(self):
        for shell in ("bash", "zsh", "fish"):
            script = text("completion", shell)
            for word in (*COMMANDS, "map-dir", "wasm-timeout"):
                self.assertIn(word, script, shell)

    def test_bash_completes(self):
        if not shutil.which("bash"):
            self.skipTest("no bash")
        script = ('eval "$("$1" completion bash)"; COMP_WORDS=(boxagnts exec --map); COMP_CWORD=2; _boxagnts; '
                  'echo "${COMPREPLY[*]}"; COMP_WORDS=(boxagnts comp); COMP_CWORD=1; _boxagnts; echo "${COMPREPLY[*]}"')
        done = subprocess.run(["bash", "-c", script, "bash", BOXAGNTS], capture_output=True, timeout=60, check=False)
        self.assertEqual((done.stdout, done.stderr), (b"--map-dir\ncomponentize completion\n", b""))

    def test_bash_completes_tools(self):
        if not shutil.which("bash"):
            self.skipTest("no bash")
        script = ('eval "$("$1" completion bash)"; show() { COMP_WORDS=(boxagnts "$@"); COMP_CWORD=$#; _boxagnts; echo "${COMPREPLY[*]}"; }; '
                  'show to; show tool s; show tool call re; show tool show --ma; show tool call --wo')
        done = subprocess.run(["bash", "-c", script, "bash", BOXAGNTS], capture_output=True, timeout=60, check=False)
        self.assertEqual((done.stdout, done.stderr), (b"tool\nshow sign\nread\n--markdown\n--workspace\n", b""))

    def test_unknown_shell(self):
        for arguments in ((), ("tcsh",), ("bash", "zsh")):
            self.assertEqual(box("completion", *arguments).returncode, 125)


if __name__ == "__main__":
    unittest.main()
