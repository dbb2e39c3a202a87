"""Hooks: what they see, stop and change, what they can reach, and that they never widen anything."""
# timeout: 300
import json
import shutil
import unittest

from managed_test import ManagedTest, delegate, executor, task
from run_test import call
from support import GUESTS, TOOLS, box


class HooksTest(ManagedTest):
    def setUp(self):
        super().setUp()
        (self.top / "home").mkdir(mode=0o700)

    def policy(self, hooks, **rest):
        """The user's file; JSON is YAML."""
        text = json.dumps({"rules": {"allow": ["*"]}, **rest, "hooks": {
            event: [group if "hooks" in group else {"hooks": [group]} for group in groups] for event, groups in hooks.items()}})
        (self.top / "home/boxagnts.yaml").write_text(text)

    def hooked(self, events):
        return [e for e in events if e["type"] == "hook"]

    def audit(self):
        done = box("audit", "list", "--json", "--limit", "100", env=self.env)
        self.assertEqual(box("audit", "verify", env=self.env).returncode, 0)
        return json.loads(done.stdout)


def on(matcher, command, **rest):
    return {"matcher": matcher, "hooks": [{"command": command, **rest}]}


READ = [{"call": call("read", path="f.txt")}, {"text": "{{result}}"}]
WRITE = [{"call": call("write", path="g.txt", content="new")}, {"text": "{{result}}"}]


def says(**members):
    return "printf '%s' '" + json.dumps(members) + "'"


def specific(**members):
    return says(hookSpecificOutput=members)


class Calls(HooksTest):
    def test_block(self):
        self.policy({"PreToolUse": [on("write|edit", "echo not now >&2; exit 2")]})
        events = self.events(WRITE)
        self.assertIn("not now", events[-1]["result"])
        self.assertFalse((self.work / "g.txt").exists())
        hook, = self.hooked(events)
        self.assertEqual((hook["event"], hook["subject"], hook["says"], hook["ran"]), ("PreToolUse", "write", "block", 1))
        rows = self.audit()
        self.assertEqual([(r["tool"], r["begin"]["fate"]) for r in rows], [("write", "denied"), ("bash", "runs")])
        self.assertRegex(rows[1]["begin"]["client"], r"^hook PreToolUse .*boxagnts.yaml:1$")
        self.assertIn("alpha", self.end(READ)["result"])                                    # another tool
        self.policy({"PreToolUse": [on("write|edit", "exit 1")]})                           # the control: an error is no block
        self.end(WRITE)
        self.assertTrue((self.work / "g.txt").exists())

    def test_it_is_told_what_is_to_happen(self):
        self.policy({"PreToolUse": [on("", "cat > /workspace/docs/seen", allow=["rw:/workspace/docs"])],
                     "PostToolUse": [on("Read", "cat > /workspace/docs/after", allow=["rw:/workspace/docs"])]})
        session = self.end(READ)["session_id"]
        seen = json.loads((self.work / "docs/seen").read_text())
        self.assertEqual((seen["hook_event_name"], seen["session_id"], seen["cwd"], seen["tool_name"], seen["tool_input"], seen["agent"]),
                         ("PreToolUse", session, "/workspace", "read", {"path": "f.txt"}, "agent"))
        after = json.loads((self.work / "docs/after").read_text())
        self.assertEqual((after["hook_event_name"], after["tool_response"]["is_error"]), ("PostToolUse", False))
        self.assertIn("alpha", after["tool_response"]["text"])

    def test_other_arguments_pass_schema_and_policy(self):
        cases = [({"path": "docs/d.txt"}, "in docs"), ({"path": 7}, "schema"), ({"path": "/etc/passwd"}, ""), ({"path": "b/x"}, "denied")]
        (self.work / "b/x").write_text("hidden")
        for arguments, told in cases:
            self.policy({"PreToolUse": [on("read", specific(updatedInput=arguments))]}, rules={"allow": ["*"], "deny": ["read(b/x)"]})
            result = self.end(READ)["result"]
            self.assertIn(told, result, arguments)
            for bad in ("alpha", "root:", "hidden"):
                self.assertNotIn(bad, result, arguments)
        self.policy({"PreToolUse": [on("read", specific(updatedInput={"path": "no"})),       # each has what the one before left
                                    on("read", "jq -c '{hookSpecificOutput: {updatedInput: {path: (.tool_input.path + \"pe\")}}}'")]})
        self.assertIn("nope", self.end(READ)["result"])

    def test_it_never_allows(self):
        allow = specific(permissionDecision="allow")
        self.policy({"PreToolUse": [on("*", allow)], "PermissionRequest": [on("*", specific(decision={"behavior": "allow"}))]},
                    rules={"deny": ["read(f.txt)"], "ask": ["write"]})
        self.assertNotIn("alpha", self.end(READ)["result"])
        self.assertIn("waits for an approval", self.end(WRITE)["result"])
        self.assertFalse((self.work / "g.txt").exists())

    def test_it_can_want_a_person_asked(self):
        self.policy({"PreToolUse": [on("write", specific(permissionDecision="ask", permissionDecisionReason="it is Friday"))],
                     "Notification": [on("permission_waits", "jq -r .message > /workspace/docs/m", allow=["rw:/workspace/docs"])]})
        result = self.end(WRITE)["result"]
        self.assertIn("it is Friday", result)
        self.assertIn("waits for an approval", result)
        self.assertIn("boxagnts approvals allow", (self.work / "docs/m").read_text())
        self.policy({"PermissionRequest": [on("write", "echo never >&2; exit 2")]}, rules={"ask": ["write"]})
        self.assertIn("never", self.end(WRITE)["result"])
        self.assertFalse((self.work / "g.txt").exists())

    def test_words_for_the_model(self):
        self.policy({"PreToolUse": [on("read", specific(additionalContext="BEFORE"))],
                     "PostToolUse": [on("read", specific(additionalContext="AFTER"))],
                     "PostToolUseFailure": [on("*", "echo FAILED >&2; exit 2")]})
        result = self.end(READ)["result"]
        for words in ("alpha", "BEFORE", "AFTER"):
            self.assertIn(words, result)
        self.assertNotIn("FAILED", result)
        self.assertIn("FAILED", self.end([{"call": call("read", path="nope")}, {"text": "{{result}}"}])["result"])

    def test_calls_that_guests_make_pass_it_too(self):
        script = [{"calls": [call("js", code="const r = await tools.read({path: 'f.txt'}); r"),
                             call("bash", command="call read '{\"path\": \"f.txt\"}'")]}, {"text": "{{result}}"}]
        self.policy({"Stop": [on("", "true")]})
        self.assertEqual(self.end(script)["result"].count("alpha"), 2)                        # the control
        for command in ("echo no >&2; exit 2", specific(updatedInput={"path": "f.txt"})):
            self.policy({"PreToolUse": [on("read", command)]})
            self.assertNotIn("alpha", self.end(script)["result"])

    def test_arguments_it_cannot_be_told(self):
        deep = "[" * 63 + "]" * 63                              # with the object around it as deep as JSON may be
        script = [{"call": {"tool": "tasks", "arguments": '{"tasks":' + deep + "}"}}, {"text": "{{result}}"}]
        self.policy({"PreToolUse": [on("tasks", "true")]})
        events = self.events(script)
        self.assertIn("tasks was denied: hooks cannot be told", events[-1]["result"])
        self.assertEqual(self.hooked(events)[0]["says"], "block")

    def test_a_tool_of_the_agent_itself(self):
        self.policy({"PreToolUse": [on("tasks", "exit 2")]})
        script = [{"call": call("tasks", tasks=[{"text": "x", "state": "open"}])}, {"text": "{{result}}"}]
        self.assertIn("tasks was denied", self.end(script)["result"])


class Tools(HooksTest):
    def add(self, name, wasm, **manifest):
        folder = self.top / name
        folder.mkdir()
        shutil.copy(wasm, folder / f"{name}.wasm")
        (folder / f"{name}.tool.yaml").write_text(json.dumps({
            "name": name, "version": "1.0.0", "description": "A guard.", "permission": "read", "needs": ["read:/workspace"],
            "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}, **manifest}))
        done = box("tool", "add", "--yes", folder / f"{name}.wasm", env=self.env)
        self.assertEqual(done.returncode, 0, done)
        self.policy({"PreToolUse": [{"matcher": "read", "hooks": [{"type": "tool", "tool": name, "timeout": 60, "allow": ["read:/workspace"]}]}]})

    def test_a_program(self):
        """What it prints counts as that of a line of the shell: here a file of the workspace, for it may read that."""
        self.add("guard", GUESTS / "exec_do.wasm", call="argv", args=["cat", "/workspace/docs/says"])
        for text, told in ((json.dumps({"decision": "block", "reason": "so it says"}), "so it says"), ("{", "came to no answer"), ("", "alpha")):
            (self.work / "docs/says").write_text(text)
            self.assertIn(told, self.end(READ)["result"])

    def test_a_tool_that_takes_the_event(self):
        self.add("guard", TOOLS / "read.wasm", call="json", input_schema={"type": "object"})      # it knows none of these arguments
        result = self.end(READ)["result"]
        self.assertIn("read was denied: hook", result)
        self.assertNotIn("alpha", result)


class Guards(HooksTest):
    def test_one_that_comes_to_no_answer_is_no_yes(self):
        for command, rest in (("while :; do :; done", {"timeout": "300ms"}), ("python3 guard.py", {}), ("/workspace/guard", {}),
                              ("echo '{\"a'", {}), ("a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done", {})):
            self.policy({"PreToolUse": [on("write", command, **rest)]})
            self.assertIn("came to no answer", self.end(WRITE)["result"], command)
            self.assertFalse((self.work / "g.txt").exists(), command)
            self.policy({"PostToolUse": [on("write", command, **rest)]})                     # after the fact it stops nothing
            events = self.events(WRITE)
            self.assertTrue((self.work / "g.txt").exists(), command)
            self.assertIn("came to no answer", self.hooked(events)[0]["notes"])
            (self.work / "g.txt").unlink()

    def test_it_reaches_what_stands_beside_it_and_no_more(self):
        look = "(cat /workspace/f.txt; cat /etc/passwd; ls /; echo x > /workspace/docs/x; env; cat /workspace/docs/d.txt; " \
               "curl -s https://example.com) >&2; exit 2"
        self.policy({"PreToolUse": [on("read", look)]})
        result = self.end(READ, "--allow", "rw:/workspace", "--allow", "fetch:https://example.com")["result"]
        self.assertIn("hook", result)
        for bad in ("alpha", "root:", "in docs", "BOXAGNTS"):
            self.assertNotIn(bad, result)
        self.assertFalse((self.work / "docs/x").exists())
        self.policy({"PreToolUse": [on("read", look, allow=["rw:/workspace"])]})            # the control
        result = self.end(READ)["result"]
        self.assertIn("alpha", result)
        self.assertTrue((self.work / "docs/x").exists())

    def test_what_rules_deny_is_out_of_its_reach(self):
        cat = "cat /workspace/f.txt /workspace/docs/d.txt >&2; exit 2"
        self.policy({"PreToolUse": [on("read", cat, allow=["read:/workspace"])]}, rules={"allow": ["*"], "deny": ["read(f.txt)"]})
        result = self.end([{"call": call("read", path="docs/d.txt")}, {"text": "{{result}}"}])["result"]
        self.assertIn("in docs", result)
        self.assertNotIn("alpha", result)

    def test_of_a_workspace_nobody_vouched_for(self):
        hooks = {"hooks": {"PreToolUse": [on("*", "echo theirs >&2; exit 2", allow=["rw:/workspace"])]}}
        (self.work / "boxagnts.yaml").write_text(json.dumps(hooks))
        done = self.run_agent(READ, "--permission-mode", "accept-edits")
        self.assertIn(b"alpha", done.stdout)
        self.assertIn(b"left out, for the file is not trusted: a hook", done.stderr)
        self.assertEqual(box("policy", "trust", self.work, env=self.env).returncode, 0)
        self.assertIn("theirs", self.end(READ, "--permission-mode", "accept-edits")["result"])  # the control

    def test_files_that_are_wrong(self):
        for hooks, words in (({"PreTolUse": []}, "did you mean 'PreToolUse'"), ({"Stop": [{"matcher": "x", "hooks": []}]}, "nothing a matcher"),
                             ({"PreToolUse": [{"matcher": "a.*", "hooks": []}]}, "a matcher is names"),
                             ({"PreToolUse": [{"hooks": [{"allow": []}]}]}, "a command or a tool"),
                             ({"PreToolUse": [{"hooks": [{"command": "x", "tool": "y"}]}]}, "a command or a tool"),
                             ({"PreToolUse": [{"hooks": [{"command": "x", "timeout": 601}]}]}, "up to 600 s"),
                             ({"PreToolUse": [{"hooks": [{"command": "x", "allow": ["rea:/"]}]}]}, "rea:/"),
                             ({"PreToolUse": [{"hooks": [{"command": "x", "allow": ["read:/etc"]}]}]}, "/etc"),
                             ({"PreToolUse": [{"hooks": [{"tool": "nope"}]}]}, "nope"),
                             ({"PreToolUse": [{"hooks": [{"type": "prompt", "command": "x"}]}]}, "command or tool")):
            (self.top / "home/boxagnts.yaml").write_text(json.dumps({"hooks": hooks}))
            done = self.run_agent(READ)
            self.assertEqual((done.returncode, done.stdout), (125, b""), hooks)
            self.assertIn(words.encode(), done.stderr, hooks)


class Runs(HooksTest):
    def test_a_prompt(self):
        self.policy({"UserPromptSubmit": [on("", "if jq -r .prompt | grep -q secret; then echo say no secrets >&2; exit 2; fi; echo HINT")],
                     "SessionStart": [on("startup", "echo WELCOME"), on("resume", "echo BACK")]})
        end = self.end([{"text": "never"}], prompt="a secret word", code=1)
        self.assertEqual((end["status"], end["num_turns"], end["result"]), ("blocked", 0, ""))
        self.assertIn("say no secrets", end["why"])
        end = self.end([{"text": "{{last}}"}, {"text": "{{last}}"}], prompt="hello")
        for words in ("hello", "WELCOME", "HINT"):
            self.assertIn(words, end["result"])
        self.assertNotIn("BACK", end["result"])
        again = self.end([{"text": "{{last}}"}, {"text": "{{last}}"}], "--resume", end["session_id"], prompt="more")
        self.assertIn("BACK", again["result"])

    def test_the_end_is_put_off(self):
        self.policy({"Stop": [on("", "if jq -e '.stop_hook_active | not' > /dev/null; then echo test it first >&2; exit 2; fi")],
                     "SessionEnd": [on("", "cat > /workspace/docs/end", allow=["rw:/workspace/docs"])]})
        end = self.end([{"text": "one"}, {"text": "two: {{last}}"}])
        self.assertEqual(end["num_turns"], 2)
        self.assertIn("test it first", end["result"])
        self.assertEqual(json.loads((self.work / "docs/end").read_text())["reason"], "done")
        self.policy({"Stop": [on("", "exit 2")]})                                            # not for ever
        self.assertEqual(self.end({"turns": [{"text": "again", "repeat": 0}]})["num_turns"], 9)

    def test_one_can_end_the_run(self):
        self.policy({"PostToolUse": [on("*", says(**{"continue": False, "stopReason": "enough"}))]})
        end = self.end(READ, code=1)
        self.assertEqual((end["status"], end["num_turns"]), ("blocked", 1))
        self.assertIn("enough", end["why"])

    def test_executors(self):
        self.policy({"SubagentStart": [on("exec-1", "echo not this one >&2; exit 2"), on("exec-2", specific(additionalContext="TOLD"))],
                     "SubagentStop": [on("exec-*", "if jq -e '.stop_hook_active | not' > /dev/null; then echo more >&2; exit 2; fi")],
                     "PreToolUse": [on("read", "exit 2")]})
        got = self.managed(delegate(task("one"), task("two", "read:/workspace")), executor("one", {"text": "x"}),
                           executor("two", {"call": call("read", path="f.txt")}, {"text": "{{result}}"}, {"text": "third: {{last}}"}))
        self.assertEqual(got["one"]["status"], "not_started")
        self.assertIn("not this one", got["one"]["why"])
        self.assertEqual(got["two"]["status"], "done")
        self.assertIn("third: ", got["two"]["result"])
        self.assertIn("more", got["two"]["result"])

    def test_a_conversation_is_not_shortened(self):
        turns = [{"call": call("read", path="f.txt", offset=i + 1), "usage": {"input": 200000 if i == 9 else 1000, "output": 10}}
                 for i in range(10)]
        script = {"turns": turns + [{"when": {"last": "Sum up this"}, "text": "SUMMARY"}, {"when": {"last": "offset 10 is"}, "text": "end"}]}
        for hook, n in (("exit 2", 0), ("exit 0", 1)):
            self.policy({"PreCompact": [on("auto", hook)]})
            self.assertEqual(len([e for e in self.events(script) if e["type"] == "compaction"]), n)


if __name__ == "__main__":
    unittest.main()
