"""`boxagnts acp`: the Agent Client Protocol, version 1, on standard input and output."""
# timeout: 120
import json
import os
import subprocess
import threading
import queue
import unittest

from run_test import RunTest, call
from support import BOXAGNTS


class Acp(RunTest):
    def start(self, script, *flags):
        self.process = subprocess.Popen([BOXAGNTS, "acp", "--model", self.script(script), *flags], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=dict(os.environ, **self.env))
        self.addCleanup(self.process.kill)
        self.queue, self.last_id, self.updates = queue.Queue(), 0, []
        threading.Thread(target=lambda: [self.queue.put(json.loads(line)) for line in self.process.stdout], daemon=True).start()

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method, answers=(), **params):
        """The answer; what came before it is in self.updates.  `answers`: to requests for permission, in order."""
        self.last_id += 1
        answers = list(answers)
        self.send({"id": self.last_id, "method": method, "params": params})
        while True:
            message = self.queue.get(timeout=20)
            if message.get("method") == "session/request_permission":
                self.asked.append(message["params"])
                self.send({"id": message["id"], "result": {"outcome": answers.pop(0)}})
            elif "method" in message:
                self.updates.append(message["params"]["update"])
            elif message.get("id") == self.last_id:
                return message

    def open(self, script, *flags):
        self.asked = []
        self.start(script, *flags)
        hello = self.request("initialize", protocolVersion=1, clientCapabilities={})
        self.assertEqual(hello["result"]["protocolVersion"], 1)
        return self.request("session/new", cwd=str(self.work), mcpServers=[])["result"]["sessionId"]

    def prompt(self, session, text, answers=()):
        self.updates = []
        return self.request("session/prompt", answers, sessionId=session, prompt=[{"type": "text", "text": text}])

    def said(self):
        return "".join(u["content"]["text"] for u in self.updates if u["sessionUpdate"] == "agent_message_chunk")

    def end(self):
        self.process.stdin.close()
        self.assertEqual(self.process.wait(20), 0)
        self.process.stdout.close()

    def test_a_prompt(self):
        session = self.open([{"text": "I look.", "call": call("read", path="f.txt")}, {"text": "{{result}}", "pieces": 3}])
        self.assertEqual(self.prompt(session, "go")["result"], {"stopReason": "end_turn"})
        self.assertIn("alpha", self.said())
        begin, = [u for u in self.updates if u["sessionUpdate"] == "tool_call"]
        end, = [u for u in self.updates if u["sessionUpdate"] == "tool_call_update"]
        self.assertEqual((begin["kind"], begin["status"], begin["rawInput"]), ("read", "in_progress", {"path": "f.txt"}))
        self.assertEqual((end["toolCallId"], end["status"]), (begin["toolCallId"], "completed"))
        self.end()

    def test_questions(self):
        yes, no = {"outcome": "selected", "optionId": "allow_once"}, {"outcome": "selected", "optionId": "reject_once"}
        writes = [{"call": call("write", path=f"{i}.txt", content="x")} for i in range(4)]
        session = self.open(writes + [{"text": "end"}])
        self.prompt(session, "go", [no, yes, {"outcome": "cancelled"}, {"outcome": "selected", "optionId": "nonsense"}])
        self.assertEqual(sorted(p.name for p in self.work.glob("?.txt")), ["1.txt", "f.txt"])
        ids = [u["toolCallId"] for u in self.updates if u["sessionUpdate"] == "tool_call"]
        self.assertEqual([a["toolCall"]["toolCallId"] for a in self.asked], ids)
        self.assertEqual(self.asked[0]["sessionId"], session)
        self.end()

    def test_cancel(self):
        session = self.open([{"text": "x", "call": call("bash", command="sleep 30")}], "--permission-mode", "accept-edits")
        self.updates, self.last_id = [], 100
        self.send({"id": 100, "method": "session/prompt", "params": {"sessionId": session, "prompt": [{"type": "text", "text": "go"}]}})
        while True:
            message = self.queue.get(timeout=20)
            if message.get("method") == "session/request_permission":
                self.send({"id": message["id"], "result": {"outcome": {"outcome": "selected", "optionId": "allow_once"}}})
            if message.get("params", {}).get("update", {}).get("sessionUpdate") == "tool_call":
                self.send({"method": "session/cancel", "params": {"sessionId": session}})
            if message.get("id") == 100:
                break
        self.assertEqual(message["result"], {"stopReason": "cancelled"})
        self.end()

    def test_a_session_is_taken_up(self):
        script = [{"text": "one", "call": call("read", path="f.txt")}, {"text": "two"}, {"text": "three"}]
        session = self.open(script)
        self.prompt(session, "go")
        self.end()
        self.open(script)
        self.updates = []
        self.assertIn("result", self.request("session/load", sessionId=session, cwd=str(self.work), mcpServers=[]))
        self.assertEqual([u["sessionUpdate"] for u in self.updates],
                         ["user_message_chunk", "agent_message_chunk", "tool_call", "tool_call_update", "agent_message_chunk"])
        self.prompt(session, "more")
        self.assertEqual(self.said(), "three")
        self.end()

    def test_bad_input(self):
        session = self.open([{"text": "ok"}])
        self.process.stdin.write(b"no json\n\n[1]\n{\"id\":5}\n")
        self.process.stdin.flush()
        codes = [self.queue.get(timeout=20)["error"]["code"] for _ in range(2)]
        self.assertEqual(codes, [-32700, -32600])
        for method, params in (("nope", {}), ("session/prompt", {"sessionId": "nope"}), ("session/new", {"cwd": "relative"}),
                               ("session/new", {}), ("session/load", {"cwd": "/", "sessionId": "nope"}),
                               ("session/prompt", {"sessionId": session, "prompt": []})):
            self.assertIn("error", self.request(method, **params), method)
        self.assertEqual(self.prompt(session, "go")["result"]["stopReason"], "end_turn")
        self.end()


if __name__ == "__main__":
    unittest.main()
