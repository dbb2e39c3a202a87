"""boxagnts mcp under a policy: what is denied, what the person is asked through the client, what is recorded."""
import json
import os
import pathlib
import tempfile
import textwrap
import unittest

from mcp_support import Client, modern, text_of
from support import box

ASKABLE = {"elicitation": {}}


class Policy(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        top = pathlib.Path(scratch.name)
        self.work, self.home = top / "work", top / "home"
        self.work.mkdir()
        self.home.mkdir(mode=0o700)
        (self.work / "a.txt").write_text("alpha\n")
        (self.work / ".env").write_text("secret\n")
        self.env = {"BOXAGNTS_HOME": str(self.home), "HOME": str(top)}
        policy = self.home / "boxagnts.yaml"
        policy.write_text(textwrap.dedent("""\
            version: 1
            rules:
              deny: [read(.env), web_fetch]
              ask: [bash(echo asked *), write]
              allow: [read, glob, bash(echo *)]
            """))
        policy.chmod(0o600)

    def client(self, *flags, **answer):
        client = Client("--workspace", self.work, *flags, env=dict(os.environ, **self.env))
        self.addCleanup(client.close)
        self.asked = []

        def on_request(message):
            self.asked.append(message)
            return {"result": answer}
        client.on_request = on_request
        return client

    def audit(self):
        done = box("audit", "export", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def test_denied(self):
        client = self.client()
        self.assertNotIn("web_fetch", [t["name"] for t in client.result("tools/list")["tools"]])
        got = client.call("read", {"path": ".env"})
        self.assertTrue(got["isError"])
        self.assertNotIn("secret", text_of(got))
        self.assertEqual(text_of(client.call("read", {"path": "a.txt"})), "     1\talpha\n")       # the control
        # Neither is it a resource.
        self.assertEqual(client.error("resources/read", {"uri": "file:///workspace/.env"}, modern())["code"], -32602)
        got, = client.result("resources/read", {"uri": "file:///workspace/a.txt"}, modern())["contents"]
        self.assertEqual(got["text"], "alpha\n")

    def test_asked_of_an_older_client(self):
        for answer, runs in (({"action": "accept", "content": {"decision": "once"}}, True),
                             ({"action": "accept", "content": {"decision": "no"}}, False),
                             ({"action": "decline"}, False), ({"action": "cancel"}, False), ({}, False)):
            client = self.client(**answer)
            client.open(capabilities=ASKABLE)
            got = client.call("bash", {"command": "echo asked \u202e; echo"})
            self.assertEqual(not got["isError"], runs, (answer, got))
            question, = self.asked
            self.assertEqual(question["method"], "elicitation/create")
            self.assertIn("Run bash\n    | echo asked \\u{202e}; echo\n", question["params"]["message"])
            self.assertNotIn("\u202e", question["params"]["message"])

    def test_asked_of_a_modern_client(self):
        client = self.client()
        params = {"name": "bash", "arguments": {"command": "echo asked twice"}}
        first = client.result("tools/call", params, modern(ASKABLE))
        self.assertEqual((first["resultType"], list(first["inputRequests"])), ("input_required", ["decision"]))
        self.assertNotIn("content", first)
        answer = {"decision": {"action": "accept", "content": {"decision": "once"}}}
        again = {**params, "inputResponses": answer, "requestState": first["requestState"]}
        self.assertEqual(text_of(client.result("tools/call", again, modern(ASKABLE))), "asked twice\n")
        forged = client.result("tools/call", {**params, "inputResponses": answer}, modern(ASKABLE))
        self.assertEqual(forged["resultType"], "input_required")
        other = {**again, "arguments": {"command": "echo asked something else"}}
        self.assertEqual(client.error("tools/call", other, modern(ASKABLE))["code"], -32602)

    def test_the_question_of_who_cannot_be_asked_waits(self):
        client = self.client()
        client.open()
        for meta in (None, modern()):
            got = client.call("bash", {"command": "echo asked x"}, meta)
            self.assertTrue(got["isError"])
            self.assertIn("boxagnts approvals allow", text_of(got))
            self.assertFalse(client.call("bash", {"command": "echo not"}, meta)["isError"])
        self.assertEqual(self.asked, [])

    def test_recorded(self):
        client = self.client()
        client.result("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                     "clientInfo": {"name": "recorder", "version": "7"}})
        client.call("read", {"path": "a.txt"})
        client.call("read", {"path": ".env"})
        client.close()
        lines = [json.loads(line) for line in self.audit().splitlines()]
        begun = [line["body"] for line in lines if line["kind"] == "begin"]
        self.assertEqual([(b["client"], b["fate"]) for b in begun],
                         [("mcp recorder 7", "runs"), ("mcp recorder 7", "denied")])
        self.assertEqual(box("audit", "verify", env=self.env).returncode, 0)
        before = len(lines)
        client = self.client("--no-audit")
        client.call("read", {"path": "a.txt"})
        client.close()
        self.assertEqual(len(self.audit().splitlines()), before)

    def test_mode(self):
        client = self.client("--permission-mode", "plan")
        names = [t["name"] for t in client.result("tools/list")["tools"]]
        self.assertIn("read", names)
        self.assertNotIn("write", names)
        done = box("mcp", "--permission-mode", "whatever", env=self.env)
        self.assertEqual((done.returncode, done.stdout), (125, b""))


if __name__ == "__main__":
    unittest.main()
