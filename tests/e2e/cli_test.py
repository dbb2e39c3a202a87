"""What surrounds exec: help, version, inspect, completion."""
import json
import shutil
import subprocess
import unittest

from support import BOXAGNTS, GUESTS, TOOLS, box

COMMANDS = ("exec", "inspect", "componentize", "doctor", "completion", "version")


def text(*arguments):
    done = box(*arguments)
    assert (done.returncode, done.stderr) == (0, b""), done
    return done.stdout.decode()


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

    def test_version(self):
        self.assertRegex(text("version"), r"^boxagnts \d+\.\d+\.\d+ \(wasmtime \d+\.\d+\.\d+\)\n$")
        self.assertEqual(text("--version"), text("version"))


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
