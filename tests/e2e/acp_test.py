"""`boxagnts acp`: the Agent Client Protocol, version 1, on standard input and output."""
# timeout: 120
import json
import os
import pathlib
import queue
import subprocess
import threading
import unittest

from run_test import RunTest, call
from support import BOXAGNTS

YES, NO = {"outcome": "selected", "optionId": "allow_once"}, {"outcome": "selected", "optionId": "reject_once"}


class Acp(RunTest):
    def start(self, script, *flags):
        self.process = subprocess.Popen([BOXAGNTS, "acp", "--model", self.script(script), *flags], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ, **self.env))
        self.addCleanup(self.process.kill)
        self.queue, self.last_id, self.updates, self.asked = queue.Queue(), 0, [], []
        threading.Thread(target=lambda: [self.queue.put(json.loads(line)) for line in self.process.stdout], daemon=True).start()

    def send(self, message):
        self.send_bytes(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def next_of(self, wanted):
        """The next message that `wanted` says yes to; updates on the way are in self.updates."""
        while True:
            message = self.queue.get(timeout=60)
            if message.get("method") == "session/update":
                self.updates.append(message["params"]["update"])
            if wanted(message):
                return message

    def request(self, method, answers=(), **params):
        """The answer; what came before it is in self.updates.  `answers`: to requests for permission, in order."""
        self.last_id += 1
        wanted, answers = self.last_id, list(answers)
        self.send({"id": wanted, "method": method, "params": params})
        while True:
            message = self.next_of(lambda m: m.get("method") == "session/request_permission" or m.get("id") == wanted)
            if "method" not in message:
                return message
            self.asked.append(message["params"])
            self.send({"id": message["id"], "result": {"outcome": answers.pop(0)}})

    def open(self, script, *flags, servers=(), **capabilities):
        self.start(script, *flags)
        hello = self.request("initialize", protocolVersion=1, clientCapabilities=capabilities)
        self.assertEqual(hello["result"]["protocolVersion"], 1)
        self.capabilities = hello["result"]["agentCapabilities"]
        self.opened = self.request("session/new", cwd=str(self.work), mcpServers=list(servers))["result"]
        return self.opened["sessionId"]

    def begin(self, session, text="go"):
        """Send a prompt; its ID."""
        self.last_id += 1
        self.send({"id": self.last_id, "method": "session/prompt",
                   "params": {"sessionId": session, "prompt": [{"type": "text", "text": text}]}})
        return self.last_id

    def prompt(self, session, text="go", answers=()):
        self.updates = []
        return self.request("session/prompt", answers, sessionId=session, prompt=[{"type": "text", "text": text}])

    def of(self, kind):
        return [u for u in self.updates if u["sessionUpdate"] == kind]

    def said(self):
        return "".join(u["content"]["text"] for u in self.of("agent_message_chunk"))

    def error(self, method, **params):
        return self.request(method, **params)["error"]["code"]

    def end(self):
        self.process.stdin.close()
        self.assertEqual(self.process.wait(60), 0)
        self.process.stdout.close()


class Sessions(Acp):
    def test_a_prompt(self):
        session = self.open([{"text": "I look.", "thinking": "hm", "call": call("read", path="f.txt", offset=2)},
                             {"text": "{{result}}", "pieces": 3}])
        self.assertEqual(self.prompt(session, "look at it\nnow")["result"], {"stopReason": "end_turn"})
        self.assertIn("beta", self.said())
        self.assertEqual([u["content"]["text"] for u in self.of("agent_thought_chunk")], ["hm"])
        begin, = self.of("tool_call")
        end, = self.of("tool_call_update")
        self.assertEqual((begin["kind"], begin["status"], begin["name"], begin["title"]),
                         ("read", "in_progress", "read", "read f.txt"))
        self.assertEqual(begin["rawInput"], {"path": "f.txt", "offset": 2})
        self.assertEqual(begin["locations"], [{"path": str(self.work / "f.txt"), "line": 2}])
        self.assertEqual((end["toolCallId"], end["status"]), (begin["toolCallId"], "completed"))
        info, = self.of("session_info_update")
        self.assertEqual(info["title"], "look at it")
        usage, = self.of("usage_update")
        self.assertTrue(0 < usage["used"] < usage["size"])
        self.assertNotIn("cost", usage)                          # a script without prices: not known, and not nothing
        self.end()

    def test_cost(self):
        session = self.open({"price": {"input": 1, "output": 1}, "turns": [{"text": "x", "usage": {"input": 1000, "output": 500}},
                                                                         {"text": "y", "usage": {"input": 2000, "output": 500}}]})
        costs = []
        for _ in range(2):
            self.prompt(session)
            costs.append(self.of("usage_update")[0]["cost"])
        self.assertEqual(costs, [{"amount": 0.0015, "currency": "USD"}, {"amount": 0.004, "currency": "USD"}])
        self.end()

    def test_what_a_prompt_may_hold(self):
        session = self.open([{"text": "{{prompt}}"}] * 2)
        inside, outside = (self.work / "a b.txt").as_uri(), (self.top / "outside.txt").as_uri()
        done = self.request("session/prompt", sessionId=session, prompt=[
            {"type": "resource_link", "uri": inside, "name": "x"}, {"type": "resource_link", "uri": outside, "name": "y"},
            {"type": "resource", "resource": {"uri": inside, "text": "its text"}}])
        self.assertEqual(done["result"]["stopReason"], "end_turn")
        self.assertEqual(self.said(), f"/workspace/a b.txt\n{outside}\n/workspace/a b.txt:\nits text")
        for block in ({"type": "image", "data": "", "mimeType": "image/png"}, {"type": "x"}, {}, 1):
            self.assertEqual(self.error("session/prompt", sessionId=session, prompt=[block]), -32602)
        self.assertFalse(self.capabilities["promptCapabilities"]["image"])
        self.end()

    def test_a_session_is_taken_up(self):
        script = [{"text": "one", "call": call("read", path="f.txt")}, {"text": "two"}, {"text": "three"}, {"text": "four"}]
        session = self.open(script)
        self.prompt(session)
        self.end()
        self.open(script)
        self.assertLessEqual({"list", "resume", "close"}, self.capabilities["sessionCapabilities"].keys())
        listed = self.request("session/list", cwd=str(self.work))["result"]["sessions"]
        self.assertEqual([(s["sessionId"], s["cwd"], s["title"]) for s in listed], [(session, str(self.work), "go")])
        self.assertEqual(self.request("session/list", cwd="/nowhere")["result"]["sessions"], [])
        self.updates = []
        loaded = self.request("session/load", sessionId=session, cwd=str(self.work), mcpServers=[])
        self.assertEqual(loaded["result"]["modes"]["currentModeId"], "default")
        told = [u["sessionUpdate"] for u in self.updates if u["sessionUpdate"] != "available_commands_update"]
        self.assertEqual(told, ["user_message_chunk", "agent_message_chunk", "tool_call", "tool_call_update", "agent_message_chunk"])
        self.prompt(session, "more")
        self.assertEqual(self.said(), "three")
        self.assertEqual(self.request("session/close", sessionId=session)["result"], {})
        self.assertEqual(self.error("session/prompt", sessionId=session, prompt=[{"type": "text", "text": "x"}]), -32002)
        self.updates = []
        self.assertIn("modes", self.request("session/resume", sessionId=session, cwd=str(self.work))["result"])
        self.assertFalse(self.of("user_message_chunk") + self.of("agent_message_chunk") + self.of("tool_call"))
        self.prompt(session, "again")
        self.assertEqual(self.said(), "four")
        for other in (self.top, pathlib.Path("/nowhere")):        # its words are of one workspace
            self.assertIn(self.error("session/load", sessionId=session, cwd=str(other), mcpServers=[]), (-32602, -32002))
        self.assertEqual(self.error("session/load", sessionId=session[:10], cwd=str(self.work), mcpServers=[]), -32002)
        self.end()

    def test_pages_of_a_list(self):
        for _ in range(3):
            self.assertEqual(self.run_agent([{"text": "x"}]).returncode, 0)
        self.start([])
        ids = [s["sessionId"] for s in self.request("session/list")["result"]["sessions"]]
        self.assertEqual(len(set(ids)), 3)
        rest = self.request("session/list", cursor=ids[0])["result"]
        self.assertEqual(([s["sessionId"] for s in rest["sessions"]], "nextCursor" in rest), (ids[1:], False))
        self.assertEqual(self.error("session/list", cursor="nonsense"), -32602)
        self.end()

    def test_many_sessions_one_after_the_other(self):
        session = self.open([{"text": "x"}])
        for _ in range(20):                                       # more than may be open at once
            self.request("session/close", sessionId=session)
            session = self.request("session/new", cwd=str(self.work), mcpServers=[])["result"]["sessionId"]
        self.assertEqual(self.prompt(session)["result"]["stopReason"], "end_turn")
        self.end()

    def test_commands(self):
        session = self.open([{"text": "{{turn}} {{last}}"}] * 3)
        self.prompt(session, "one")
        commands, = self.of("available_commands_update") or [None]
        if commands:
            self.assertEqual([c["name"] for c in commands["availableCommands"]], ["compact", "undo", "tools"])
        self.prompt(session, "/undo")
        self.assertIn("taken back", self.said())
        self.prompt(session, "/tools")
        self.assertIn("read", self.said())
        self.prompt(session, "/compact the names")
        self.assertIn("too little", self.said())
        self.prompt(session, "/etc is no command")
        self.assertEqual(self.said(), "1 /etc is no command")
        self.end()

    def test_tool_servers_are_told_not_used(self):
        server = {"name": "files", "command": "/bin/false", "args": [], "env": []}
        session = self.open([{"text": "ok"}] * 2, servers=[server])
        self.prompt(session)
        self.assertIn("Not used: the MCP servers files.", self.said())
        self.prompt(session)
        self.assertEqual(self.said(), "ok")                       # once
        self.end()
        session = self.open([{"text": "ok"}], servers=[server, dict(server, name="more")], session={"notices": {}})
        notice = self.next_of(lambda m: m.get("params", {}).get("update", {}).get("sessionUpdate") == "notice")
        self.assertIn("files, more", notice["params"]["update"]["description"])
        self.prompt(session)
        self.assertEqual(self.said(), "ok")
        self.end()

    def test_nothing_is_kept(self):
        session = self.open([{"text": "ok"}], "--no-session")
        self.assertFalse(self.capabilities["loadSession"])
        self.assertNotIn("list", self.capabilities["sessionCapabilities"])
        self.prompt(session)
        self.assertEqual(self.error("session/list"), -32601)
        self.end()


class Rights(Acp):
    def test_questions(self):
        writes = [{"call": call("write", path=f"{i}.txt", content="x")} for i in range(4)]
        session = self.open(writes + [{"text": "end"}])
        self.prompt(session, "go", [NO, YES, {"outcome": "cancelled"}, {"outcome": "selected", "optionId": "nonsense"}])
        self.assertEqual(sorted(p.name for p in self.work.glob("?.txt")), ["1.txt", "f.txt"])
        ids = [u["toolCallId"] for u in self.of("tool_call")]
        self.assertEqual([a["toolCall"]["toolCallId"] for a in self.asked], ids)
        self.assertEqual(self.asked[0]["sessionId"], session)
        self.end()

    def test_changes_are_shown(self):
        script = [{"call": call("write", path="f.txt", content="new\n")}, {"call": call("edit", path="/workspace/f.txt", old_string="new", new_string="newer")},
                  {"call": call("write", path="g.txt", content="g")}, {"call": call("edit", path="g.txt", insert_line=1, text="h")}, {"text": "end"}]
        session = self.open(script)
        self.prompt(session, "go", [YES] * 4)
        diffs = [[c for c in u["content"] if c["type"] == "diff"] for u in self.of("tool_call_update")]
        f, g = str(self.work / "f.txt"), str(self.work / "g.txt")
        self.assertEqual([d[0] for d in diffs],
                         [{"type": "diff", "path": f, "oldText": "alpha\nbeta\n", "newText": "new\n"},
                          {"type": "diff", "path": f, "oldText": "new\n", "newText": "newer\n"},
                          {"type": "diff", "path": g, "newText": "g"},
                          {"type": "diff", "path": g, "oldText": "g", "newText": (self.work / "g.txt").read_text()}])
        asked = [[c for c in a["toolCall"]["content"] if c["type"] == "diff"] for a in self.asked]
        self.assertEqual(asked[:3], [diffs[0], [{"type": "diff", "path": f, "oldText": "new", "newText": "newer"}], diffs[2]])
        self.assertIn("no rule allows this", self.asked[0]["toolCall"]["content"][0]["content"]["text"])
        self.end()

    def test_all_of_a_call_is_shown(self):
        """A title has one line, and an editor need not show the input."""
        lines = [{"command": "ls # \u202e\n```\nrm -r f.txt"}, {"command": "f", "functions": {"f": "rm f.txt"}}, {"command": "ls"}]
        script = [{"call": call("bash", **line)} for line in lines] + [{"call": call("edit", path="f.txt", old_string="alpha", new_string="b", replace_all=True)}, {"text": "end"}]
        session = self.open(script)
        self.prompt(session, "go", [NO] * 4)
        texts = ["".join(c["content"]["text"] for c in a["toolCall"]["content"][1:] if c["type"] == "content") for a in self.asked]
        self.assertEqual(texts[0], "````sh\nls # \\u{202e}\n```\nrm -r f.txt\n````\n")
        self.assertIn("rm f.txt", texts[1])
        self.assertEqual(texts[2], "```sh\nls\n```\n")
        self.assertIn("replace_all", texts[3])
        self.assertEqual([a["toolCall"]["title"] for a in self.asked[:3]], ["bash ls # \\u{202e}…", "bash f", "bash ls"])
        self.end()

    def test_what_is_carved_out_is_not_shown(self):
        (self.work / ".env").write_text("secret")
        (self.work / "link").symlink_to(self.top / "outside.txt")
        script = [{"calls": [call("write", path=path, content="x") for path in (".env", "link", "../outside.txt", "f.txt")]}, {"text": "end"}]
        session = self.open(script, "--deny", "**/.env")
        self.prompt(session, "go", [YES] * 4)
        self.assertNotIn("secret", json.dumps([self.updates, self.asked]))
        self.assertIn("alpha", json.dumps(self.asked))            # the control: what may be read is shown
        self.assertEqual((self.work / ".env").read_text(), "secret")
        self.end()

    def test_a_mode_changes_while_it_works(self):
        session = self.open([{"call": call("write", path="{{turn}}.txt", content="x")} for _ in range(2)] + [{"text": "end"}])
        self.assertEqual([m["id"] for m in self.opened["modes"]["availableModes"]], ["default", "accept-edits", "plan", "dont-ask"])
        self.assertEqual(self.opened["modes"]["currentModeId"], "default")
        prompt = self.begin(session)
        question = self.next_of(lambda m: m.get("method") == "session/request_permission")
        self.assertEqual(self.request("session/set_mode", sessionId=session, modeId="plan")["result"], {})
        self.send({"id": question["id"], "result": {"outcome": YES}})                    # what was asked about runs, the next call is refused
        done = self.next_of(lambda m: m.get("id") == prompt and "method" not in m)
        self.assertEqual(done["result"]["stopReason"], "end_turn")
        self.assertEqual([p.name for p in self.work.glob("[0-9]*.txt")], ["1.txt"])
        self.assertEqual(self.of("current_mode_update")[-1]["currentModeId"], "plan")
        self.assertIn("only tools that read", self.of("tool_call_update")[-1]["content"][0]["content"]["text"])
        self.end()

    def test_modes_between_prompts(self):
        session = self.open({"conversations": [{"prompt": "go", "repeat": True, "turns": [
            {"call": call("write", path="{{turn}}.txt", content="x")}, {"text": "end"}]}]}, "--permission-mode", "plan")
        self.assertEqual(self.opened["modes"]["currentModeId"], "plan")
        seen = []
        for mode in ("plan", "accept-edits", "dont-ask", "default"):
            self.request("session/set_mode", sessionId=session, modeId=mode)
            before, self.asked = set(self.work.iterdir()), []
            self.prompt(session, "go", [NO])
            seen.append((mode, len(self.asked), len(set(self.work.iterdir()) - before)))
        self.assertEqual(seen, [("plan", 0, 0), ("accept-edits", 0, 1), ("dont-ask", 0, 0), ("default", 1, 0)])
        for wrong in ({"modeId": "root"}, {"modeId": 1}, {}):
            self.assertEqual(self.error("session/set_mode", sessionId=session, **wrong), -32602)
        self.assertEqual(self.error("session/set_mode", sessionId="nope", modeId="plan"), -32002)
        self.end()

    def test_a_mode_is_of_one_session(self):
        session = self.open([{"call": call("write", path="x.txt", content="x")}, {"text": "end"}])
        other = self.request("session/new", cwd=str(self.work), mcpServers=[])["result"]["sessionId"]
        self.request("session/set_mode", sessionId=session, modeId="accept-edits")
        self.prompt(other, "go", [NO])
        self.assertEqual((len(self.asked), (self.work / "x.txt").exists()), (1, False))
        self.prompt(session)
        self.assertEqual((len(self.asked), (self.work / "x.txt").exists()), (1, True))
        self.end()

    def test_plan(self):
        tasks = [{"text": "a", "state": "done"}, {"text": "b", "state": "doing"}, {"text": "c", "state": "open"}]
        session = self.open([{"call": call("tasks", tasks=tasks)}, {"call": call("tasks", tasks=[{"text": "x", "state": "wrong"}])}, {"text": "end"}])
        self.prompt(session)
        plan, = self.of("plan")                                   # what was refused is no plan
        self.assertEqual([(e["content"], e["status"]) for e in plan["entries"]],
                         [("a", "completed"), ("b", "in_progress"), ("c", "pending")])
        self.end()


class BadInput(Acp):
    def test_cancel(self):
        session = self.open([{"text": "x", "call": call("bash", command="sleep 30")}] * 3, "--permission-mode", "accept-edits")
        for how in ({"method": "session/cancel", "params": {"sessionId": session}}, None):
            prompt = self.begin(session)
            question = self.next_of(lambda m: m.get("method") == "session/request_permission")
            self.send({"id": question["id"], "result": {"outcome": YES}})
            self.send({"method": "$/cancel_request", "params": {"requestId": str(prompt)}})     # another one's
            self.send(how or {"method": "$/cancel_request", "params": {"requestId": prompt}})
            done = self.next_of(lambda m: m.get("id") == prompt and "method" not in m)
            self.assertEqual(done["result"], {"stopReason": "cancelled"})
        self.end()

    def test_a_question_ends_with_its_prompt(self):
        session = self.open([{"call": call("write", path="x.txt", content="x")}, {"text": "end"}])
        prompt = self.begin(session)
        question = self.next_of(lambda m: m.get("method") == "session/request_permission")
        for _ in range(200):
            self.send({"method": "session/cancel", "params": {"sessionId": session}})
        done = self.next_of(lambda m: m.get("id") == prompt and "method" not in m)
        self.assertEqual(done["result"], {"stopReason": "cancelled"})
        self.send({"id": question["id"], "result": {"outcome": YES}})                     # too late
        self.assertEqual(self.prompt(session, "more", [NO])["result"]["stopReason"], "end_turn")
        self.assertFalse((self.work / "x.txt").exists())
        self.end()

    def test_close_ends_what_runs(self):
        session = self.open([{"text": "x", "hang": True}])
        prompt = self.begin(session)
        self.next_of(lambda m: m.get("method") == "session/update")
        self.assertEqual(self.error("session/prompt", sessionId=session, prompt=[{"type": "text", "text": "y"}]), -32600)
        self.assertEqual(self.error("session/load", sessionId=session, cwd=str(self.work), mcpServers=[]), -32600)
        self.last_id += 1
        self.send({"id": self.last_id, "method": "session/close", "params": {"sessionId": session}})
        ends = [self.next_of(lambda m: "method" not in m) for _ in range(2)]
        self.assertEqual([(m["id"], m["result"]) for m in ends], [(prompt, {"stopReason": "cancelled"}), (self.last_id, {})])
        self.end()

    def test_the_other_side_goes_away(self):
        for hangs in (True, False):
            session = self.open([{"text": "x", "hang": True}] if hangs else [{"call": call("write", path="x.txt", content="x")}])
            self.begin(session)
            self.next_of(lambda m: m.get("method") in ("session/update", "session/request_permission"))
            self.send_bytes(b'{"jsonrpc":"2.0","id":9,"method":"session/pro')             # and broken off
            self.end()
        self.assertFalse((self.work / "x.txt").exists())

    def test_what_is_no_message(self):
        session = self.open([{"text": "ok"}])
        lines = [b"no json", b"", b"[1]", b"[]", b"1", b'"x"', b'{"id":5}', b'{"id":{},"method":"x"}', b'{"id":1.5,"method":"x"}',
                 b'{"id":7,"method":"session/list","method":"x"}', b"\xff\xfe", b"[" * 1000, b'{"a":"' + b"x" * (17 << 20) + b'"}',
                 b'{"id":6,"method":5}', b'{"id":"%s","method":"x"}' % (b"i" * 10000)]
        self.send_bytes(b"\n".join(lines) + b"\r\n")
        got = [self.next_of(lambda m: "error" in m) for _ in range(len(lines) - 1)]
        self.assertEqual([m["error"]["code"] for m in got],
                         [-32700, *[-32600] * 7, -32700, -32700, -32700, -32600, -32600, -32601])
        self.assertEqual([m["id"] for m in got if m["id"] is not None], [5, 6, "i" * 10000])
        self.assertEqual(self.prompt(session)["result"]["stopReason"], "end_turn")
        self.end()

    def test_answers_nobody_asked_for(self):
        session = self.open([{"call": call("write", path="x.txt", content="x")}, {"text": "end"}])
        for id in (1, 2, 3, 4, 10 ** 30, -1, "1", None, True):                             # before it is asked, too
            self.send({"id": id, "result": {"outcome": YES}})
        prompt = self.begin(session)
        question = self.next_of(lambda m: m.get("method") == "session/request_permission")
        for id in (question["id"] + 1, str(question["id"])):
            self.send({"id": id, "result": {"outcome": YES}})
        self.send({"id": question["id"], "error": {"code": 1, "message": "no"}, "result": {"outcome": NO}})
        self.send({"id": question["id"], "result": {"outcome": YES}})                      # the second answer to one question
        done = self.next_of(lambda m: m.get("id") == prompt and "result" in m and "stopReason" in m["result"])
        self.assertEqual(done["result"]["stopReason"], "end_turn")
        self.assertFalse((self.work / "x.txt").exists())
        self.end()

    def test_wrong_parameters(self):
        session = self.open([{"text": "ok"}])
        work = str(self.work)
        for method, params, code in (
                ("nope", {}, -32601), ("authenticate", {"methodId": "x"}, -32601), ("session/delete", {"sessionId": session}, -32601),
                ("session/prompt", {"sessionId": "nope"}, -32002), ("session/prompt", {"sessionId": ""}, -32002), ("session/close", {}, -32002),
                ("session/prompt", {"sessionId": session, "prompt": []}, -32602), ("session/prompt", {"sessionId": session, "prompt": "x"}, -32602),
                ("session/new", {"cwd": "relative"}, -32602), ("session/new", {}, -32602), ("session/new", {"cwd": "/x\0y"}, -32602),
                ("session/new", {"cwd": str(self.top / "nowhere")}, -32002), ("session/new", {"cwd": str(self.work / "f.txt")}, -32002),
                ("session/new", {"cwd": work, "additionalDirectories": ["/etc"]}, -32602),
                ("session/load", {"cwd": work, "sessionId": "nope"}, -32002), ("session/load", {"cwd": work}, -32002),
                ("session/resume", {"cwd": work, "sessionId": 5}, -32002), ("session/list", {"cwd": "x"}, -32602)):
            self.assertEqual(self.error(method, **params), code, (method, params))
        self.assertEqual(self.prompt(session)["result"]["stopReason"], "end_turn")
        self.end()


if __name__ == "__main__":
    unittest.main()
