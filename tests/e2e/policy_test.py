"""The policy file: `boxagnts policy …`, and tools that run under one.  What is denied is denied twice: by decision, and
by the capability that is not there; the controls show that either would be noticed if it were missing."""
# timeout: 120
import json
import os
import pathlib
import tempfile
import textwrap
import unittest

from http_server import Server
from support import box


def answer(request, file):
    if request.target == "/away":
        file.write(b"HTTP/1.1 302 Found\r\nLocation: http://localhost:%d/\r\nContent-Length: 0\r\n\r\n" % PORTS[0])
    else:
        file.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nserved")
    return True


PORTS = []


class PolicyTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = pathlib.Path(scratch.name)
        self.work, self.home = self.top / "work", self.top / "home"
        (self.work / "secrets").mkdir(parents=True)
        self.home.mkdir(mode=0o700)
        (self.work / "secrets/key").write_text("the key\n")
        (self.work / "a.txt").write_text("two\none\n")
        self.env = {"BOXAGNTS_HOME": str(self.home), "HOME": str(self.top)}

    def write(self, text, where="home"):
        path = (self.home if where == "home" else self.work) / "boxagnts.yaml"
        path.write_text(textwrap.dedent(text))
        path.chmod(0o600)
        return path

    def box(self, *words, **options):
        return box(*words, **{"cwd": self.work, "env": self.env, **options})

    def policy(self, *words, code=0):
        done = self.box("policy", *words)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode(), done.stderr.decode()

    def explain(self, tool, **arguments):
        out, _ = self.policy("explain", "--json", tool, json.dumps(arguments))
        return json.loads(out)

    def call(self, tool, *flags, **arguments):
        """Exit status and all that was said."""
        done = self.box("tool", "call", "--policy", "auto", *flags, tool, json.dumps(arguments))
        return done.returncode, (done.stdout + done.stderr).decode()

    def allowed(self, tool, *flags, says="", **arguments):
        code, text = self.call(tool, *flags, **arguments)
        self.assertEqual(code, 0, text)
        self.assertIn(says, text)

    def refused(self, tool, *flags, says="", **arguments):
        """By decision: the tool did not run."""
        code, text = self.call(tool, *flags, **arguments)
        self.assertEqual(code, 126, text)
        self.assertIn(says, text)

    def fails(self, tool, *flags, says="", **arguments):
        """It ran, and could not do what it was to do."""
        code, text = self.call(tool, *flags, **arguments)
        self.assertEqual(code, 1, text)
        self.assertIn(says, text)

    # ---- the commands

    def test_a_file_to_begin_with(self):
        out, _ = self.policy("init")
        self.assertEqual(out.strip(), str(self.home / "boxagnts.yaml"))
        self.assertEqual(self.policy("check"), ("ok: 3 rules deny, 1 ask, 2 allow; mode default; 3 examples\n", ""))
        out, _ = self.policy("test")
        self.assertEqual(out.count("ok: "), 3)
        self.policy("init", code=125)  # what is there stays
        self.policy("init", "--project")
        self.policy("check")

    def test_errors_have_file_line_and_column(self):
        path = self.write("rules:\n  denny: [bash]\n")
        self.assertEqual(self.policy("check", code=1)[1], f"boxagnts: {path}:2:3: no key 'denny': did you mean 'deny'?\n")
        self.write("rules:\n  deny:\n    - bash(a; b)\n")
        self.assertIn("boxagnts.yaml:3:7: 'bash(a; b)'", self.policy("check", code=1)[1])
        self.write("rules:\n\tdeny: []\n")
        self.assertIn("boxagnts.yaml:2:1: ", self.policy("check", code=1)[1])
        self.assertIn("boxagnts.yaml:2:1: ", self.call("read", path="a.txt")[1])  # and no tool runs

    def test_explain_says_which_line(self):
        self.write("""\
            rules:
              deny: ['bash(git push *)', 'bash(curl *)']
              allow:
                - bash(git *)
            """)
        told = self.explain("bash", command="git log && git push")
        self.assertEqual((told["decision"], told["rule"]["line"], told["rule"]["text"], told["grant"]),
                         ("deny", 2, "bash(git push *)", None))
        told = self.explain("bash", command="git log")
        self.assertEqual((told["decision"], told["rule"]["line"]), ("allow", 4))
        self.assertIn("deny:tool:curl", told["grant"]["capabilities"])
        self.assertNotIn("deny:tool:git", told["grant"]["capabilities"])
        told = self.explain("bash", command="make it")
        self.assertEqual((told["decision"], told["would_allow"]), ("ask", ["bash(make it)"]))
        out, _ = self.policy("explain", "bash", '{"command":"git push"}')
        self.assertTrue(out.startswith("deny\n"), out)
        self.policy("explain", "bash", "no json", code=125)

    def test_examples_are_run(self):
        self.write("""\
            rules: { deny: ['bash(git push *)'] }
            examples:
              - { tool: bash, arguments: { command: 'x=$(git push)' }, expect: deny }
              - { tool: read, arguments: { path: a }, expect: deny, says: nobody reads }
            """)
        out, _ = self.policy("test", code=1)
        self.assertIn("ok: ", out)
        self.assertIn("nobody reads: deny\n    it is allow: no rule: a tool of permission read may read the workspace", out)

    # ---- decisions and capabilities

    def test_a_path_is_denied_twice(self):
        self.write("rules: { allow: [bash, write] }")
        self.allowed("read", path="secrets/key", says="the key")
        self.allowed("bash", command="cat secrets/key", says="the key")
        self.allowed("bash", command="cat s*/k*", says="the key")
        self.write("rules: { allow: [bash, write], deny: ['read(./secrets/**)'] }")
        for path in ("secrets/key", "./a/../secrets/key", "/workspace/secrets/key"):
            self.refused("read", path=path, says="boxagnts.yaml:1: deny read(./secrets/**)")
        os.symlink("secrets", self.work / "link")
        self.fails("read", path="link/key")  # by the capability: the rule does not know the link
        self.fails("bash", command="cat s*/k*")
        self.fails("bash", command="cat link/key")
        self.assertNotIn("the key", self.call("grep", pattern="key", hidden=True)[1])

    def test_a_program_is_denied_twice(self):
        (self.work / "script").write_text("sort a.txt\n")
        self.write("rules: { allow: [bash] }")
        self.allowed("bash", command="sort a.txt", says="one\ntwo")
        self.allowed("bash", command="bash script", says="one\ntwo")
        self.write("rules: { allow: [bash, 'bash(bash *)'], deny: ['bash(sort *)'] }")
        self.refused("bash", command="cat a.txt | sort", says="deny bash(sort *)")
        self.fails("bash", command="bash script", says="sort")  # nothing of it is on the line
        self.allowed("bash", command="cat a.txt", says="two\none")
        self.refused("bash", command="x=sort; $x a.txt", says="may hold")

    def test_a_host_is_denied_twice(self):
        server = Server(answer)
        self.addCleanup(server.stop)
        PORTS[:] = [server.port]
        url = f"http://127.0.0.1:{server.port}/"
        net = "network: { allow_networks: [127.0.0.0/8, '::1'] }\n"
        bash = "tools: { bash: { allow: ['fetch:http://*:*'] } }\n"
        self.write(net)
        self.refused("web_fetch", url=url, says="- web_fetch(domain:127.0.0.1)")
        self.write(net + bash + "rules: { allow: [bash, 'web_fetch(domain:127.0.0.1)'] }")
        self.allowed("web_fetch", url=url, says="served")
        self.allowed("bash", command=f"curl -s {url}", says="served")
        server.forget()
        self.fails("web_fetch", url=url + "away")  # to a host that no rule allows
        self.assertEqual([r.target for r in server.seen], ["/away"])
        self.write(net + bash + "rules: { allow: [bash, web_fetch], deny: ['web_fetch(domain:127.0.0.1)'] }")
        server.forget()
        self.refused("web_fetch", url=url, says="deny web_fetch(domain:127.0.0.1)")
        self.fails("bash", command=f"curl -sS {url}")
        self.assertEqual(server.seen, [])

    def test_an_allowed_path_leads_nowhere_else(self):
        (self.work / "src").mkdir()
        os.symlink("../a.txt", self.work / "src/link")
        self.write("rules: { allow: ['write(./src/**)'] }")
        self.allowed("write", path="src/new", content="x")
        self.allowed("write", path="src/deep/er/new", content="x")
        self.refused("write", path="src/link", content="x", says="a link is on the way")
        os.symlink("secrets", self.work / "out")
        self.write("rules: { allow: ['write(./src/**)', 'write(./out/**)', 'write(./made/here/**)'] }")
        self.refused("write", path="out/new", content="x", says="a link is on the way")
        self.allowed("write", path="made/here/new", content="x")  # its directory is made
        self.refused("write", path="src/../a.txt", content="x", says="no rule allows this")
        self.assertEqual((self.work / "a.txt").read_text(), "two\none\n")
        self.write("rules: { allow: ['write'] }")
        self.allowed("write", path="src/link", content="x")
        self.assertEqual((self.work / "a.txt").read_text(), "x")

    def test_the_file_itself_is_out_of_reach(self):
        self.write("rules: { deny: ['read(./secrets/**)'] }", "work")
        self.write("rules: { allow: [bash, write] }")
        self.fails("write", path="boxagnts.yaml", content="rules: {}")
        self.fails("bash", command="echo > boxagnts.yaml")
        self.fails("bash", command="rm boxagnts.yaml")
        self.fails("write", path=".boxagnts/tools/x.tool.yaml", content="x")
        self.refused("read", path="secrets/key")

    def test_a_named_file_is_not_the_guests_to_write(self):
        named, link = self.work / "ci.yaml", self.work / "link.yaml"
        named.write_text("rules: { deny: ['read(./secrets/**)'], allow: [bash, write] }")
        link.symlink_to("ci.yaml")
        was = named.read_text()
        for command in ("echo > ci.yaml", "rm ci.yaml", "mv ci.yaml x", "rm link.yaml", "ln -sf other link.yaml"):
            box("tool", "call", "--workspace", self.work, "--policy", link, "bash", json.dumps({"command": command}), env=self.env)
            self.assertEqual(named.read_text(), was, command)
            self.assertEqual(os.readlink(link), "ci.yaml", command)
        box("tool", "call", "--workspace", self.work, "--policy", link, "bash", '{"command":"echo > other"}', env=self.env)
        self.assertEqual((self.work / "other").read_text(), "\n")                            # the control

    def test_modes(self):
        self.write("")
        self.refused("write", path="new", content="x", says="waits for an approval")
        self.allowed("write", "--mode", "accept-edits", path="new", content="x")
        self.refused("bash", "--mode", "accept-edits", command="ls")
        self.refused("write", "--mode", "plan", path="new", content="x", says="mode plan")
        self.allowed("read", "--mode", "plan", path="a.txt")
        self.refused("write", "--mode", "dont-ask", path="new", content="x", says="mode dont-ask")
        self.allowed("read", "--mode", "dont-ask", path="a.txt")

    def test_limits_and_lines_of_a_tool(self):
        self.write("rules: { allow: [bash] }\ntools: { bash: { limits: { wall: 300ms }, allow: ['read:/workspace'] } }")
        code, text = self.call("bash", command="while :; do :; done")
        self.assertEqual(code, 124, text)
        self.fails("bash", command="echo x > new")
        self.allowed("bash", command="cat a.txt")

    # ---- trust

    def test_a_project_only_narrows_until_it_is_trusted(self):
        self.write("""\
            rules:
              allow: [bash]
              deny: ['read(./secrets/**)']
            """, "work")
        self.refused("bash", command="ls", says="left out, for the file is not trusted")
        self.refused("read", path="secrets/key", says="boxagnts.yaml:3: deny")
        self.policy("trust")
        self.allowed("bash", command="ls")
        self.refused("read", path="secrets/key")
        path = self.work / "boxagnts.yaml"
        text = path.read_text()
        path.write_text(text + "# one line more\n")
        self.refused("bash", command="ls")
        path.write_text(text)
        self.allowed("bash", command="ls")
        moved = self.top / "moved"
        self.work.rename(moved)
        done = self.box("policy", "explain", "bash", '{"command":"ls"}', cwd=moved)
        self.assertTrue(done.stdout.startswith(b"ask"), done)
        moved.rename(self.work)
        self.policy("trust", "--forget")
        self.refused("bash", command="ls")

    def test_who_else_can_write_the_users_file(self):
        path = self.write("rules: { allow: [bash] }")
        self.allowed("bash", command="ls")
        path.chmod(0o620)
        self.assertIn("others can write to it", self.policy("check", code=1)[1])
        path.unlink()
        os.mkfifo(path)
        self.assertIn("no regular file", self.policy("check", code=1)[1])


if __name__ == "__main__":
    unittest.main()
