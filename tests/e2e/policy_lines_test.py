"""Lines of shell, put together at random: what the policy lets through for certain is run by the shell, and must not
do what a rule denies.  Both read the same text; where they read it differently, a rule could be got past."""
# timeout: 120
import concurrent.futures
import json
import os
import pathlib
import random
import re
import tempfile
import unittest

from support import SANITIZED, box

PIECES = [
    "touch hit", "touch", "hit", " ", "\n", ";", "&&", "||", "|", "&", "(", ")", "{ ", "; }", "$(", "`", "'", '"', "\\", "\\\n", "#",
    " #", "<<E\n", "\nE\n", "<<'E'\n", "<<-E\n", "<<<", "<", "> o", "2>", "case x in x)", ";;", " esac", "for i in a b;", " do ", " done",
    "if ", "then ", " fi", "while ", "f()", "function g", "{", "}", "[[ ", "]]", "((", "))", "$((", "${x", "${x:-", "$x", "$'", '$"', "! ",
    "time ", "eval ", "exec ", "env ", "xargs ", "cat", "ls", "echo ", "x=1 ", "x=(", "+=", "a[0]=", "*", "?", "~", "{a,b}", "\r", "\v",
    "|&", ">(", "<(", "coproc ", "trap ", "sh -c ", "source ", "alias ", "&>", ">|", "5>", "@(", "\\'", "$", "\u00e9", "export ", "return", " # '\n", "=(", "[[ a &&\n", "for x\n", " -- ", "env - ", "xargs -iX "]
WHOLE = [
    "touch hit", "x=$(touch hit)", "cat <<E\n$(touch hit)\nE", "case a in b) ls;; *) touch hit;; esac", "f() { touch hit; }; f",
    'echo "$(touch hit)"', "echo `touch hit`", "[[ -n $(touch hit) ]]", "for i in 1 2; do touch hit; done", "cat <<'E' | sh\ntouch hit\nE",
    "echo ${x:-$(touch hit)}", "((x=$(touch hit)1))", "eval 'touch hit'", "echo 'a' # 'b\ntouch hit", "cat <(touch hit)",
    "if ls; then touch hit; fi", "{ touch hit; }", "ls && (touch hit)", 'echo "${x:-"$(touch hit)"}"', "a=(1 $(touch hit))",
    "touch \\\nhit", "ls |& touch hit", "cat << E; touch hit\nx\nE", "function g { touch hit; }\ng"]


# Each runs `touch hit` where the text does not look like it.
HIDDEN = [
    "for i in a # '\ndo touch hit; done # '", "cat <<E | for x\nE\nin a; do :; done\ntouch hit\nE", "cat <<E | [[ a &&\nE\nb ]]\ntouch hit\nE",
    "cat <<E; a=(\nE\n)\ntouch hit\nE", "env - touch hit", "env -iS'touch hit'", "env a.b=c touch hit", "trap -- 'touch hit' EXIT", "eval -- touch hit",
    "env 'BASH_FUNC_ls%%=() { touch hit; }' bash -c ls", "bash -c -- 'touch hit'", "bash -c -e 'touch hit'", "bash -rcfile x -c 'touch hit'",
    "compgen -C 'touch hit'", "echo 'touch hit' | xargs --replace=X sh -c X", "xargs -eI touch hit", "history -s touch hit; fc -s",
    "set -o histexpand; set -o history\necho touch hit\n!!:1*", "PS4=$(printf '\\044(touch hit)'); set -x; :",
    "echo touch hit >f; BASH_ENV=f bash -c ls", "echo touch hit >f; ./f", "echo touch hit >f; PATH=.:$PATH\nf", "awk -W posix 'BEGIN{system(\"touch hit\")}'"]


def line(dice):
    text = dice.choice(WHOLE)
    for _ in range(dice.randint(1, 3)):
        at = dice.randint(0, len(text))
        if dice.random() < 0.8:
            text = text[:at] + dice.choice(PIECES) + text[at:]
        else:
            text = text[:at] + text[at + dice.randint(1, 3):]
    return text


class LinesTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.env = {"BOXAGNTS_HOME": str(self.top / "home")}

    def allowed(self, lines):
        """Those that no rule denies or asks about."""
        examples = [{"tool": "bash", "arguments": {"command": text}, "expect": "allow"} for text in lines]
        policy = {"rules": {"deny": ["bash(touch *)"], "allow": ["bash"]}, "examples": examples}
        path = self.top / "policy.yaml"
        path.write_text(json.dumps(policy))     # JSON is YAML
        out = box("policy", "test", "--policy", path, env=self.env, cwd=self.top).stdout.decode()
        marks = [row.split(":")[0] for row in out.splitlines() if not row.startswith(" ")]
        self.assertEqual(len(marks), len(lines), out[:2000])
        return {text for text, mark in zip(lines, marks) if mark == "ok"}

    def test_data_is_no_command(self):
        """Of a line that no rule denies nothing runs that stands in a file or a variable."""
        get = "read -r x <data; "
        lines = [get + rest for rest in (
            "echo $((x))", "echo $(($x))", "[[ x -eq 1 ]]", "[[ 1 -eq $x ]]", 'test -v "$x"', "y=(1); echo ${y[x]}", 'echo "${x@P}"',
            'read "$x" <data', 'printf -v "$x" 1', 'unset "$x"', 'declare -n r="$x"; echo $r', "echo ${!x}", "let x+=1", "((x))",
            "for ((i=x;i<2;i++)); do :; done", "echo ${x:x}", "a=(); a[x]=1", 'declare "$x=1"', "declare -i n=x", "declare -i n; n=$x",
            'typeset -A m; m[$x]=1; echo ${m[$x]}', 'wait -p "$x"', 'getopts a "$x"')]
        for text in lines + ["echo a[$(touch hit)]"]:               # the last is the control
            with self.subTest(text), tempfile.TemporaryDirectory(dir=self.top) as work:
                (pathlib.Path(work) / "data").write_text("a[$(touch hit)]\n")
                box("sh", "--workspace", work, "-c", text, env=self.env, timeout_s=60)
                self.assertEqual((pathlib.Path(work) / "hit").exists(), text not in lines)

    def makes_the_file(self, text):
        with tempfile.TemporaryDirectory(dir=self.top) as work:
            box("sh", "--workspace", work, "-c", text, env=self.env, timeout_s=60)
            return "hit" in os.listdir(work)

    def run_all(self, lines):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return [text for text, hit in zip(lines, pool.map(self.makes_the_file, lines)) if hit]

    def test_what_hides_is_not_allowed(self):
        self.assertEqual(self.allowed(HIDDEN + ["ls hit"]), {"ls hit"})
        self.assertEqual(self.run_all(HIDDEN), HIDDEN)      # the control: they do it

    def test_a_name_of_a_function_is_no_text(self):
        with tempfile.TemporaryDirectory(dir=self.top) as work:
            for name, makes in (("touch hit; f", False), ("f", True)):
                call = json.dumps({"command": "f", "functions": {name: "touch hit"}})
                box("tool", "call", "--workspace", work, "--allow", "rw:/workspace", "--allow", "tool:*", "bash", call, env=self.env)
                self.assertEqual("hit" in os.listdir(work), makes)

    def test_arithmetic_finds_no_programs(self):
        lines = ["((PATH=0))", "y=PATH; : $(($y=0))", "y='PATH=0'; : $((y))", "[[ 1 -eq PATH=0 ]]", "a[PATH=0]=1", "for ((PATH=0;0;)); do :; done",
                 "((PATH++))", "x=aaa; : ${x:PATH=0}", "PATH=0"]      # the last is the control
        made = "mkdir 0 1; echo '/bin/touch hit' | tee 0/prog >1/prog; "
        self.assertEqual(self.run_all([f"{made}{text}; prog" for text in lines]), [f"{made}{lines[-1]}; prog"])

    def test_what_is_allowed_does_nothing_denied(self):
        dice = random.Random(20)
        lines = sorted({line(dice) for _ in range(200 if SANITIZED else 800)})
        lines = [text for text in lines if "\0" not in text and not re.search(r"[>|&](\s|\\\n)*\W?hit", text)]
        allowed = self.allowed(lines)
        self.assertEqual(self.run_all(sorted(allowed)), [])
        # The control: among those that are not allowed are many that do it.
        rest = [text for text in lines if text not in allowed][:100]
        self.assertGreater(len(self.run_all(rest)), 10)


if __name__ == "__main__":
    unittest.main()
