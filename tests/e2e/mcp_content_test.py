"""Resources, prompts, completion, tasks and progress of boxagnts mcp."""
import base64
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from mcp_support import PREFIX, Client, modern, text_of
from mcp_fixtures_test import EVERYTHING, PROGRAM, accept
from support import BOXAGNTS

TASKS = {**EVERYTHING, "extensions": {PREFIX + "tasks": {}}}


class Workspace(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.dir = pathlib.Path(made.name, "ws")
        for name, data in {"a b.md": b"# A\n", "src/main.c": b"int main;\r\n", "src/mega.c": b"x", "raw.bin": b"\0\xff",
                           ".gitignore": b"ignored\n", "ignored": b"x", ".env": b"secret\n"}.items():
            path = self.dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        pathlib.Path(made.name, "outside").write_text("outside\n")
        (self.dir / "link").symlink_to("../outside")

    def client(self, *flags):
        client = Client("--workspace", self.dir, *flags)
        self.addCleanup(client.close)
        return client

    def test_list(self):
        client = self.client()
        for meta in (None, modern()):
            got = client.result("resources/list", meta=meta)
            self.assertEqual([(r["uri"], r["name"], r["mimeType"]) for r in got["resources"]],
                             [("file:///workspace/a%20b.md", "a b.md", "text/markdown"),
                              ("file:///workspace/raw.bin", "raw.bin", "text/plain"),
                              ("file:///workspace/src/main.c", "src/main.c", "text/plain"),
                              ("file:///workspace/src/mega.c", "src/mega.c", "text/plain")])
            self.assertNotIn("nextCursor", got)
            self.assertEqual(client.result("resources/templates/list", meta=meta)["resourceTemplates"][0]["uriTemplate"],
                             "file:///workspace/{path}")
            self.assertEqual(client.error("resources/list", {"cursor": "x"}, meta)["code"], -32602)

    def test_pages(self):
        for i in range(450):
            (self.dir / f"n{i:03}").write_text("")
        client, names, cursor = self.client(), [], None
        for _ in range(5):
            got = client.result("resources/list", {"cursor": cursor} if cursor else {})
            names += [r["name"] for r in got["resources"]]
            cursor = got.get("nextCursor")
            if not cursor:
                break
        self.assertEqual((len(names), len(set(names)), names), (454, 454, sorted(names)))

    def test_read(self):
        client = self.client()
        for meta in (None, modern()):
            def read(name):
                got, = client.result("resources/read", {"uri": "file:///workspace/" + name}, meta)["contents"]
                return got
            self.assertEqual(read("a%20b.md"), {"uri": "file:///workspace/a%20b.md", "mimeType": "text/markdown",
                                                "text": "# A\n"})
            self.assertEqual(read("src/main.c")["text"], "int main;\r\n")
            raw = read("raw.bin")
            self.assertEqual((base64.b64decode(raw["blob"]), raw["mimeType"]), (b"\0\xff", "application/octet-stream"))

    def test_what_is_none(self):
        client = self.client()
        for name in ("nope", "src", "", "../outside", "%2e%2e/outside", "link", "src/../.env", "/etc/passwd", "a%00",
                     "src//main.c"):
            for meta, code in ((None, -32002), (modern(), -32602)):
                error = client.error("resources/read", {"uri": "file:///workspace/" + name}, meta)
                self.assertEqual((error["code"], error["data"]["uri"]), (code, "file:///workspace/" + name))
        self.assertEqual(client.error("resources/read", {"uri": "file:///etc/passwd"}, modern())["code"], -32602)
        self.assertEqual(client.error("resources/read", {}, modern())["code"], -32602)

    def test_rights_hold(self):
        def visible(client):
            names = [r["name"] for r in client.result("resources/list")["resources"]]
            env = client.ask("resources/read", {"uri": "file:///workspace/.env"})
            return names, "result" in env
        self.assertTrue(visible(self.client())[1])                                          # the control
        self.assertFalse(visible(self.client("--deny", "**/.env"))[1])
        names, env = visible(self.client("--allow", "read:/workspace/src"))
        self.assertEqual(env, False)
        self.assertLessEqual(set(names), {"src/main.c", "src/mega.c"})

    def test_completion(self):
        client = self.client()

        def complete(value, name="path", uri="file:///workspace/{path}"):
            return client.ask("completion/complete", {"ref": {"type": "ref/resource", "uri": uri},
                                                      "argument": {"name": name, "value": value}})
        self.assertEqual(complete("src/m")["result"]["completion"],
                         {"values": ["src/main.c", "src/mega.c"], "total": 2, "hasMore": False})
        self.assertEqual(complete("a")["result"]["completion"]["values"], ["a b.md"])
        self.assertEqual(complete("zz")["result"]["completion"]["values"], [])
        self.assertEqual(complete("[*")["result"]["completion"]["values"], [])
        self.assertEqual(complete("a", uri="other")["error"]["code"], -32602)
        self.assertEqual(client.error("completion/complete", {"ref": {"type": "x"}})["code"], -32602)


class Skills(unittest.TestCase):
    def test_prompts(self):
        with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as workspace:
            for root, name, text in ((workspace, ".boxagnts/skills/review", "of the project"),
                                     (home, ".boxagnts/skills/review", "mine"),
                                     (home, "own/skills/kept", "beside the record"),
                                     (home, ".agents/skills/other", "other")):
                path = pathlib.Path(root, name, "SKILL.md")
                path.parent.mkdir(parents=True)
                path.write_text(f"---\nname: {path.parent.name}\ndescription: {text}\n---\nLook at $ARGUMENTS.\n")
            env = dict(os.environ, HOME=home, BOXAGNTS_HOME=f"{home}/own")
            stranger = Client("--workspace", workspace, env=env)
            self.addCleanup(stranger.close)  # of a project nobody trusts the words are not the person's
            self.assertEqual([(p["name"], p["description"]) for p in stranger.result("prompts/list")["prompts"]],
                             [("kept", "beside the record"), ("other", "other"), ("review", "mine")])
            subprocess.run([BOXAGNTS, "trust", workspace], env=env, check=True, capture_output=True)
            client = Client("--workspace", workspace, env=env)
            self.addCleanup(client.close)
            for meta in (None, modern()):
                self.assertEqual([(p["name"], p["description"], p["arguments"][0]["name"])
                                  for p in client.result("prompts/list", meta=meta)["prompts"]],
                                 [("kept", "beside the record", "arguments"), ("other", "other", "arguments"),
                                  ("review", "of the project", "arguments")])
                got = client.result("prompts/get", {"name": "review", "arguments": {"arguments": "it"}}, meta)
                self.assertEqual(got["messages"], [{"role": "user", "content": {
                    "type": "text", "text": "The files of this skill are in /workspace/.boxagnts/skills/review\n\n"
                                            "Look at it.\n"}}])
                self.assertEqual(client.error("prompts/get", {"name": "nope"}, meta)["code"], -32602)
                self.assertEqual(client.error("prompts/get", {"name": "review", "arguments": {"arguments": 5}},
                                              meta)["code"], -32602)


class Long(unittest.TestCase):
    """Calls that take long."""

    def test_who_asked_hears_that_it_runs(self):
        with Client() as client:
            client.open()
            got = client.begin("tools/call", {"name": "bash", "arguments": {"command": "sleep 2.3"}},
                               {"progressToken": "p"})
            silent = client.begin("tools/call", {"name": "bash", "arguments": {"command": "sleep 2.3"}})
            client.finish(got)
            client.finish(silent)
            said = [m["params"] for m in client.heard if m["method"] == "notifications/progress"]
            self.assertGreaterEqual(len(said), 1)
            self.assertEqual({p["progressToken"] for p in said}, {"p"})
            numbers = [p["progress"] for p in said]
            self.assertEqual(numbers, sorted(set(numbers)))
            self.assertIn("running for", said[0]["message"])

    def test_a_long_call_becomes_a_task(self):
        with Client() as client:
            meta = modern(TASKS)
            got = client.result("tools/call", {"name": "bash", "arguments": {
                "command": "until [ -e go ]; do sleep 0.05; done; rm go; echo done"}}, meta)
            self.assertEqual((got["resultType"], got["status"]), ("task", "working"))
            self.assertNotIn("content", got)
            task = {"taskId": got["taskId"]}
            self.assertEqual(client.result("tasks/get", task, meta)["status"], "working")
            self.assertFalse(client.call("write", {"path": "go", "content": "x"}, meta)["isError"])
            done = self.over(client, task)
            self.assertEqual((done["status"], text_of(done["result"])), ("completed", "done\n"))

    def over(self, client, task):
        for _ in range(400):
            got = client.result("tasks/get", task, modern(TASKS))
            if got["status"] in ("completed", "failed", "cancelled"):
                return got
            time.sleep(0.05)
        raise AssertionError(got)

    def test_tasks(self):
        with Client(program=PROGRAM) as client:
            meta = modern(TASKS)

            def call(tool, **arguments):
                return client.ask("tools/call", {"name": tool, "arguments": arguments}, meta)

            def begin(tool, **arguments):
                got = call(tool, **arguments)["result"]
                self.assertEqual(got["resultType"], "task")
                self.assertEqual((got["ttlMs"], got["pollIntervalMs"]), (3600000, 500))
                return {"taskId": got["taskId"]}
            self.assertEqual(call("greet", name="A")["result"]["resultType"], "complete")
            self.assertEqual(text_of(call("slow_compute", seconds=0)["result"]), "computed")
            task = begin("slow_compute", seconds=60)
            self.assertEqual(client.result("tasks/get", task, meta)["status"], "working")
            self.assertEqual(set(client.result("tasks/cancel", task, meta)), {"resultType", "_meta"})
            self.assertEqual(self.over(client, task)["status"], "cancelled")
            self.assertEqual(set(client.result("tasks/cancel", task, meta)), {"resultType", "_meta"})
            failed = self.over(client, begin("failing_job"))
            self.assertEqual((failed["status"], text_of(failed["result"])), ("completed", "the job failed"))
            broken = self.over(client, begin("protocol_error_job"))
            self.assertEqual((broken["status"], broken["error"]["code"]), ("failed", -32602))
            # Questions.
            task = begin("confirm_delete", filename="x")
            while client.result("tasks/get", task, meta)["status"] == "working":
                time.sleep(0.01)
            asked = client.result("tasks/get", task, meta)
            self.assertEqual((asked["status"], list(asked["inputRequests"])), ("input_required", ["confirm"]))
            client.result("tasks/update", {**task, "inputResponses": {"confirm": accept(confirm=True)}}, meta)
            self.assertEqual(text_of(self.over(client, task)["result"]), "deleted x")
            task = begin("multi_input")
            while client.result("tasks/get", task, meta)["status"] == "working":
                time.sleep(0.01)
            client.result("tasks/update", {**task, "inputResponses": {"second": accept(name="2"), "other": 5}}, meta)
            self.assertEqual(list(client.result("tasks/get", task, meta)["inputRequests"]), ["first"])
            client.result("tasks/update", {**task, "inputResponses": {"first": accept(name="1")}}, meta)
            self.assertEqual(text_of(self.over(client, task)["result"]), "both: 1, 2")
            self.streams_of_tasks(client, meta, begin)
            # Without the extension there are none, and nobody guesses one.
            for method in ("tasks/get", "tasks/cancel", "tasks/update"):
                error = client.error(method, task, modern())
                self.assertEqual((error["code"], error["data"]["requiredCapabilities"]),
                                 (-32021, {"extensions": {PREFIX + "tasks": {}}}))
                self.assertEqual(client.error(method, {"taskId": "0" * 32}, meta)["code"], -32602)
            self.assertEqual(client.error("tools/call", {"name": "failing_job"}, modern())["code"], -32021)
            for method in ("tasks/list", "tasks/result"):
                self.assertEqual(client.error(method, {}, meta)["code"], -32601)

    def streams_of_tasks(self, client, meta, begin):
        """Who listens to a task hears of it unasked."""
        def listen(task, meta=meta):
            n = len(client.heard)
            at = client.begin("subscriptions/listen", {"notifications": {"taskIds": [task["taskId"], "0" * 32, 5]}}, meta)
            client.wait_for(lambda: len(client.heard) > n)
            return at, n, client.heard[n]["params"]["notifications"]

        def heard(n, count):
            client.wait_for(lambda: len(client.heard) > n + count)
            return [m["params"] for m in client.heard[n + 1:n + 1 + count]]

        task = begin("confirm_delete", filename="y")
        while client.result("tasks/get", task, meta)["status"] == "working":
            time.sleep(0.01)
        at, n, got = listen(task)
        self.assertEqual(got, {"taskIds": [task["taskId"]]})
        asked = heard(n, 1)[0]
        self.assertEqual((asked["taskId"], asked["status"], list(asked["inputRequests"])),
                         (task["taskId"], "input_required", ["confirm"]))
        self.assertEqual(asked["_meta"][PREFIX + "subscriptionId"], at)
        self.assertEqual({m["method"] for m in client.heard[n + 1:]}, {"notifications/tasks"})
        client.result("tasks/update", {**task, "inputResponses": {"confirm": accept(confirm=True)}}, meta)
        working, done = heard(n, 3)[1:]
        self.assertEqual((working["status"], done["status"], text_of(done["result"])), ("working", "completed", "deleted y"))
        self.assertEqual(heard(listen(task)[1], 1)[0]["status"], "completed")   # that it is over is heard at once
        self.assertEqual(listen(task, modern())[2], {})
        task = begin("slow_compute", seconds=60)
        n = listen(task)[1]
        client.result("tasks/cancel", task, meta)
        self.assertEqual(heard(n, 1)[0]["status"], "cancelled")

    def test_the_end_of_input_ends_a_task(self):
        client = Client(program=PROGRAM)
        client.result("tools/call", {"name": "slow_compute", "arguments": {"seconds": 60}}, modern(TASKS))
        self.assertEqual(client.close(), (0, ""))


if __name__ == "__main__":
    unittest.main()
