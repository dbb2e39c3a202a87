"""boxagnts mcp while it serves: tools, skills, policy files and resources that change, and who hears of it without asking."""
import json
import os
import pathlib
import tempfile
import unittest

from mcp_support import PREFIX, Client, modern
from registry_test import ARGS, GUESTS
from support import box

HEADERS = {"type": "object", "properties": {"args": {"type": "array", "items": {"type": "string"}},
                                            "stdin": {"type": "string", "x-mcp-header": "Input"}}}


class Live(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        top = pathlib.Path(scratch.name).resolve()
        self.work, self.home = top / "work", top / "home"
        self.work.mkdir()
        self.home.mkdir(mode=0o700)
        (self.work / "a.txt").write_text("alpha\n")
        self.env = {"BOXAGNTS_HOME": str(self.home), "HOME": str(top)}
        self.top = top

    def client(self, *flags):
        client = Client("--workspace", self.work, *flags, env=dict(os.environ, **self.env))
        self.addCleanup(client.close)
        return client

    def put(self, path, text):
        """As editors do it: never half."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        new.write_text(text)
        new.chmod(0o600)
        new.rename(path)

    def policy(self, rules):
        self.put(self.home / "boxagnts.yaml", f"version: 1\nrules:\n{rules}")

    def tool(self, name, where=None, **manifest):
        where = where or self.home / "tools"
        where.mkdir(exist_ok=True, parents=True)
        (where / f"{name}.wasm").write_bytes((GUESTS / "exec_do.wasm").read_bytes())
        (where / f"{name}.tool.yaml").write_text(json.dumps({"name": name, "version": "1.0.0", **ARGS, **manifest}))

    def heard(self, client, method, n=1):
        client.wait_for(lambda: sum(m["method"] == method for m in list(client.heard)) >= n)

    def names(self, client, meta=None):
        return [t["name"] for t in client.result("tools/list", meta=meta)["tools"]]

    def test_tools(self):
        client = self.client()
        client.open()
        self.assertNotIn("added", self.names(client))
        self.tool("added")                                          # nobody asks anything
        self.heard(client, "notifications/tools/list_changed")
        self.assertIn("added", self.names(client))
        (self.home / "tools/added.wasm").unlink()
        self.heard(client, "notifications/tools/list_changed", 2)
        self.assertNotIn("added", self.names(client))
        (self.home / "other").write_text("nobody's")                # the control
        self.assertEqual(client.result("ping"), {})
        self.assertEqual(len([m for m in client.heard if m["method"].endswith("tools/list_changed")]), 2)

    def test_schemas_that_clients_cannot_compile(self):
        """One such output schema hides every tool from some clients; it is told of none."""
        for name, pattern in {"plain": "^[a-z]+$", "letters": "^\\p{L}+$"}.items():
            self.tool(name, call="json", input_schema={"type": "object"}, output_schema={
                "type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}})
        client = self.client()
        client.open()
        told = {t["name"]: "outputSchema" in t for t in client.result("tools/list")["tools"]}
        self.assertEqual((told["plain"], told["letters"]), (True, False))

    def test_listeners_of_2026(self):
        (self.home / "tools").mkdir()
        client = self.client()
        at = client.begin("subscriptions/listen", {"notifications": {"toolsListChanged": True, "resourceSubscriptions": [
            "file:///workspace/a.txt", "file:///workspace/none", "file:///etc/passwd"]}}, modern())
        self.heard(client, "notifications/subscriptions/acknowledged")
        self.assertEqual(client.heard[0]["params"]["notifications"],
                         {"toolsListChanged": True, "resourceSubscriptions": ["file:///workspace/a.txt"]})
        self.tool("added")
        self.heard(client, "notifications/tools/list_changed")
        client.call("write", {"path": "a.txt", "content": "beta\n"}, modern())
        self.heard(client, "notifications/resources/updated")
        for message in client.heard:
            self.assertEqual(message["params"]["_meta"][PREFIX + "subscriptionId"], at)
        self.assertEqual(client.heard[-1]["params"]["uri"], "file:///workspace/a.txt")

    def test_skills(self):
        client = self.client()
        client.open()
        self.put(self.top / ".agents/skills/sing/SKILL.md", "---\nname: sing\ndescription: Sings.\n---\nla\n")
        self.heard(client, "notifications/prompts/list_changed")
        self.assertEqual([p["name"] for p in client.result("prompts/list")["prompts"]], ["sing"])

    def test_skills_of_the_project(self):
        def names():
            return [p["name"] for p in client.result("prompts/list")["prompts"]]

        def trust():
            done = box("trust", str(self.work), env=self.env)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.said(client, "read anew")

        skill = self.work / ".agents/skills/dance/SKILL.md"
        self.put(skill, "---\nname: dance\ndescription: Dances.\n---\nla\n")
        self.policy("  allow: [read, glob]\n")
        client = self.client()
        client.open()
        self.assertEqual(names(), [])
        trust()
        self.heard(client, "notifications/prompts/list_changed")
        self.assertEqual(names(), ["dance"])
        self.put(skill, "---\nname: dance\ndescription: Sends keys away.\n---\nla\n")
        self.assertEqual(names(), [])                               # not what was trusted
        trust()
        self.assertEqual(names(), ["dance"])
        self.policy("  allow: [read, glob]\n  deny: ['read(.agents/**)']\n")
        self.said(client, "read anew")
        self.assertEqual(names(), [])
        self.policy("  allow: [read, glob]\n")
        self.said(client, "read anew")
        self.assertEqual(names(), ["dance"])

    def test_resources(self):
        (self.work / ".env").write_text("secret\n")
        (self.work / "same").symlink_to(".")                        # where a link leads to may change
        client = self.client("--deny", "**/.env")
        self.assertTrue(client.open()["capabilities"]["resources"]["subscribe"])
        for uri in ("file:///workspace/.env", "file:///workspace/none", "file:///etc/passwd", "file:///workspace/same/a.txt", "file:///workspace/a.txt\0b", "x:y", 5):
            self.assertEqual(client.error("resources/subscribe", {"uri": uri})["code"], -32602, uri)
        client.call("read", {"path": "a.txt"})
        self.assertEqual(client.heard, [])
        client.call("write", {"path": "b.txt", "content": "made\n"})
        self.heard(client, "notifications/resources/list_changed")
        (self.work / "c.txt").write_text("no call made it\n")
        self.heard(client, "notifications/resources/list_changed", 2)
        self.assertIn("file:///workspace/c.txt", [r["uri"] for r in client.result("resources/list")["resources"]])
        (self.work / "c.txt").write_text("another text\n")            # the controls: the same list
        client.call("edit", {"path": "c.txt", "old_string": "another", "new_string": "a third"})
        uri = {"uri": "file:///workspace/a.txt"}
        client.result("resources/subscribe", uri)
        client.result("resources/subscribe", uri)
        (self.work / "a.txt").write_text("beta\n")
        self.heard(client, "notifications/resources/updated")
        self.assertEqual([m["method"] for m in client.heard].count("notifications/resources/list_changed"), 2)
        (self.work / "a.txt").unlink()
        self.heard(client, "notifications/resources/updated", 2)
        self.heard(client, "notifications/resources/list_changed", 3)
        client.result("resources/unsubscribe", uri)
        n = len(client.heard)
        (self.work / "b.txt").write_text("gamma\n")
        self.tool("added")                                          # which is heard after what was before it
        self.heard(client, "notifications/tools/list_changed")
        self.assertEqual({m["method"] for m in client.heard[n:]}, {"notifications/tools/list_changed"})

    def said(self, client, words):
        self.assertIn(words, client.process.stderr.readline().decode())

    def reads(self, client):
        """Whether the file is read; else nothing of it is told."""
        got = client.ask("tools/call", {"name": "read", "arguments": {"path": "a.txt"}})
        yes = not got.get("result", {"isError": True})["isError"]
        self.assertEqual("alpha" in json.dumps(got), yes)
        return yes

    def test_policy(self):
        self.policy("  allow: [read, glob, write]\n")
        client = self.client()
        client.open()
        uri = {"uri": "file:///workspace/a.txt"}
        self.assertTrue(self.reads(client))
        self.policy("  allow: [read, glob]\n  deny: [read(a.txt)]\n")
        self.said(client, "read anew")
        self.assertFalse(self.reads(client))
        self.assertIn("error", client.ask("resources/read", uri))
        self.policy("  deny: [read]\n")
        self.heard(client, "notifications/tools/list_changed")
        self.said(client, "read anew")
        self.assertFalse(self.reads(client))
        self.assertNotIn("read", self.names(client))
        self.policy("  allow: [read, glob]\n")                      # the control: it is the file that says so
        self.said(client, "read anew")
        self.assertTrue(self.reads(client))
        self.assertIn("result", client.ask("resources/read", uri))

    def test_what_may_not_be_read_any_more_is_not_told(self):
        client = self.client()
        client.open()
        client.result("resources/subscribe", {"uri": "file:///workspace/a.txt"})
        for n, rules in enumerate(("  deny: [read(a.txt)]\n", "  allow: [read]\n")):     # the second is the control
            self.policy(rules)
            self.said(client, "read anew")
            self.put(self.work / "a.txt", f"{n}\n")
            self.tool(f"added{n}")                                  # which is heard after what was before it
            self.heard(client, "notifications/tools/list_changed", n + 1)
            self.assertEqual(sum(m["method"] == "notifications/resources/updated" for m in client.heard), n)

    def test_what_cannot_be_read_changes_nothing(self):
        self.policy("  allow: [glob]\n  deny: [read]\n")
        client = self.client()
        client.open()
        for spoil in (lambda: self.put(self.home / "boxagnts.yaml", "version: 1\nrules: ["),
                      lambda: (self.home / "boxagnts.yaml").unlink()):
            spoil()
            self.said(client, "the policy stays what it was")
            self.assertFalse(self.reads(client))
        self.policy("  allow: [read, glob]\n")
        self.said(client, "read anew")
        self.assertTrue(self.reads(client))

    def test_a_policy_where_there_was_none(self):
        client = self.client()
        client.open()
        self.assertTrue(self.reads(client))
        self.put(self.work / "boxagnts.yaml", "version: 1\nrules:\n  deny: [read]\n")
        self.said(client, "read anew")
        self.assertFalse(self.reads(client))
        done = box("audit", "verify", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)


class Headers(unittest.TestCase):
    """Arguments that come as headers of HTTP, too: x-mcp-header in a tool's manifest."""

    def test_they_say_the_same(self):
        from mcp_http_test import Server, call
        with tempfile.TemporaryDirectory() as scratch:
            home = pathlib.Path(scratch, "home")
            (home / "tools").mkdir(parents=True)
            home.chmod(0o700)
            (home / "tools/echo.wasm").write_bytes((GUESTS / "exec_do.wasm").read_bytes())
            (home / "tools/echo.tool.yaml").write_text(json.dumps(
                {"name": "echo", "version": "1.0.0", **ARGS, "input_schema": HEADERS}))
            with Server(home=home) as server:
                ask = call("echo", {"args": ["out", "x"], "stdin": "é"})
                good = {"Mcp_Param_Input": "=?base64?w6k=?="}
                status, got = server.rpc(ask, **good)
                self.assertEqual((status, "result" in got), (200, True), got)
                for bad in ({}, {"Mcp_Param_Input": "e"}, {"Mcp_Param_Input": "=?base64?!?="}, {"Mcp_Param_Input": "\xe9"}):
                    status, got = server.rpc(ask, **bad)
                    self.assertEqual((status, got["error"]["code"]), (400, -32020), bad)
                status, got = server.rpc(call("echo", {"args": ["out", "x"]}), **good)
                self.assertEqual((status, got["error"]["code"]), (400, -32020))
                self.assertEqual(server.rpc(call("echo", {"args": ["out", "x"]}))[0], 200)
                bare = json.dumps(ask).encode()
                twice = server.head(len(bare), "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"
                                    "Mcp-Param-Input: =?base64?w6k=?=\r\nMCP-PARAM-INPUT: e\r\nConnection: close\r\n")
                self.assertIn(b" 400 ", server.raw(twice + bare).split(b"\r\n")[0])


if __name__ == "__main__":
    os.environ.setdefault("BOXAGNTS_HOME", tempfile.mkdtemp())
    unittest.main()
