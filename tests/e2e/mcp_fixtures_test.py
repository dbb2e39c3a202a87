"""The fixtures of the conformance suite, word by word: some of its scenarios pass on any text."""
import pathlib
import unittest

from mcp_support import PREFIX, Client, modern, text_of
from support import BOXAGNTS

PROGRAM = [str(pathlib.Path(BOXAGNTS).parent / "mcp/mcp_everything")]
EVERYTHING = {"elicitation": {}, "sampling": {}, "roots": {}}
CHANGED = "notifications/tools/list_changed"


def accept(**content):
    return {"action": "accept", "content": content}


class Texts(unittest.TestCase):
    """In both eras the same."""

    @classmethod
    def setUpClass(cls):
        cls.client = Client(program=PROGRAM)
        cls.client.open()

    @classmethod
    def tearDownClass(cls):
        code, words = cls.client.close()
        assert (code, words) == (0, ""), (code, words)

    def both(self, method, params):
        old = self.client.result(method, params)
        new = self.client.result(method, params, modern())
        self.assertEqual(new.pop("resultType"), "complete")
        self.assertEqual(new.pop("_meta")[PREFIX + "serverInfo"]["name"], "boxagnts-everything")
        for key in ("ttlMs", "cacheScope"):
            self.assertEqual(key in new, method in ("resources/read", "resources/list"))
            new.pop(key, None)
        self.assertEqual(old, new)
        return old

    def tool(self, name, arguments=None):
        return self.both("tools/call", {"name": name, "arguments": arguments or {}})

    def test_texts(self):
        self.assertEqual(self.tool("test_simple_text"),
                         {"content": [{"type": "text", "text": "This is a simple text response for testing."}],
                          "isError": False})
        self.assertEqual(self.tool("test_error_handling"),
                         {"content": [{"type": "text", "text": "This tool intentionally returns an error for testing"}],
                          "isError": True})
        self.assertEqual(text_of(self.tool("greet", {"name": "Ada"})), "Hello, Ada!")

    def test_kinds_of_content(self):
        image, = self.tool("test_image_content")["content"]
        self.assertEqual((image["type"], image["mimeType"]), ("image", "image/png"))
        audio, = self.tool("test_audio_content")["content"]
        self.assertEqual((audio["type"], audio["mimeType"]), ("audio", "audio/wav"))
        self.assertEqual(self.tool("test_embedded_resource")["content"], [
            {"type": "resource", "resource": {"uri": "test://embedded-resource", "mimeType": "text/plain",
                                              "text": "This is an embedded resource content."}}])
        text, picture, resource = self.tool("test_multiple_content_types")["content"]
        self.assertEqual((text["text"], picture["type"]), ("Multiple content types test:", "image"))
        self.assertEqual(resource["resource"], {"uri": "test://mixed-content-resource", "mimeType": "application/json",
                                                "text": '{"test":"data","value":123}'})

    def test_resources(self):
        def read(uri):
            return self.both("resources/read", {"uri": uri})["contents"]
        self.assertEqual(read("test://static-text"), [{"uri": "test://static-text", "mimeType": "text/plain",
                                                       "text": "This is the content of the static text resource."}])
        self.assertEqual(read("test://static-binary")[0]["mimeType"], "image/png")
        self.assertEqual(read("test://template/123/data")[0]["text"],
                         '{"id":"123","templateTest":true,"data":"Data for ID: 123"}')
        self.assertEqual([r["uri"] for r in self.both("resources/list", {})["resources"]],
                         ["test://static-text", "test://static-binary", "test://watched-resource"])
        for meta, code in ((modern(), -32602), (None, -32002)):
            error = self.client.error("resources/read", {"uri": "test://nope"}, meta)
            self.assertEqual((error["code"], error["data"]), (code, {"uri": "test://nope"}))

    def test_prompts(self):
        def get(name, **arguments):
            return self.both("prompts/get", {"name": name, "arguments": arguments})["messages"]
        self.assertEqual(get("test_simple_prompt")[0]["content"]["text"], "This is a simple prompt for testing.")
        self.assertEqual(get("test_prompt_with_arguments", arg1="hello", arg2="world")[0]["content"]["text"],
                         "Prompt with arguments: arg1='hello', arg2='world'")
        resource, text = get("test_prompt_with_embedded_resource", resourceUri="test://x")
        self.assertEqual(resource["content"]["resource"], {"uri": "test://x", "mimeType": "text/plain",
                                                           "text": "Embedded resource content for testing."})
        self.assertEqual(text["content"]["text"], "Please process the embedded resource above.")
        image, text = get("test_prompt_with_image")
        self.assertEqual((image["content"]["type"], text["content"]["text"]),
                         ("image", "Please analyze the image above."))
        self.assertEqual(self.client.error("prompts/get", {"name": "nope"}, modern())["code"], -32602)

    def test_completion(self):
        got = self.both("completion/complete", {"ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
                                                "argument": {"name": "arg1", "value": "a"}})
        self.assertEqual(got, {"completion": {"values": [], "total": 0, "hasMore": False}})

    def test_progress(self):
        for meta in (modern(progressToken="p-new"), {"progressToken": "p-old"}):
            self.assertEqual(text_of(self.client.call("test_tool_with_progress", meta=meta)),
                             "Tool with progress executed.")
            token = meta["progressToken"]
            heard = [m["params"] for m in self.client.heard if m["method"] == "notifications/progress" and
                     m["params"]["progressToken"] == token]
            self.assertEqual(heard, [{"progressToken": token, "progress": p, "total": 100} for p in (0, 50, 100)])
        before = len(self.client.heard)
        self.client.call("test_tool_with_progress")
        self.assertEqual([m for m in self.client.heard[before:] if m["method"] == "notifications/progress"], [])

    def test_schema_is_kept(self):
        tools = {t["name"]: t for t in self.client.result("tools/list")["tools"]}
        self.assertEqual(list(tools), sorted(tools))
        schema = tools["json_schema_2020_12_tool"]["inputSchema"]
        self.assertEqual(list(schema), ["$schema", "type", "$defs", "properties", "allOf", "if", "then", "else",
                                        "additionalProperties"])
        self.assertEqual(schema["$defs"]["address"]["$anchor"], "addressDef")

    def test_missing_capability(self):
        error = self.client.error("tools/call", {"name": "test_missing_capability"}, modern())
        self.assertEqual((error["code"], error["data"]), (-32021, {"requiredCapabilities": {"sampling": {}}}))
        self.assertEqual(text_of(self.client.call("test_missing_capability", meta=modern({"sampling": {}}))),
                         "The client can sample.")

    def test_long_texts_are_cut_and_linked(self):
        whole = "".join(f"line {i} é\n" for i in range(10000))
        text, link = self.client.call("test_long_text")["content"]
        self.assertLess(len(text["text"].encode()), 50 << 10)
        self.assertTrue(text["text"].startswith(whole[:30000]))
        self.assertTrue(text["text"].endswith(whole[-7000:]))
        self.assertIn(f"of {len(whole.encode())} bytes not shown; the whole text is the resource {link['uri']}]",
                      text["text"])
        self.assertEqual((link["type"], link["size"]), ("resource_link", len(whole.encode())))
        for meta in (None, modern()):
            got, = self.client.result("resources/read", {"uri": link["uri"]}, meta)["contents"]
            self.assertEqual((got["uri"], got["text"]), (link["uri"], whole))
        guess = link["uri"][:-1] + ("0" if link["uri"][-1] != "0" else "1")
        self.assertEqual(self.client.error("resources/read", {"uri": guess}, modern())["code"], -32602)


class Logging(unittest.TestCase):
    def test_levels(self):
        with Client(program=PROGRAM) as client:
            client.open()

            def logged(meta=None):
                before = len(client.heard)
                client.call("test_tool_with_logging", meta=meta)
                return [m["params"]["data"] for m in client.heard[before:] if m["method"] == "notifications/message"]
            words = ["Tool execution started", "Tool processing data", "Tool execution completed"]
            self.assertEqual(logged(), words)
            client.result("logging/setLevel", {"level": "warning"})
            self.assertEqual(logged(), [])
            client.result("logging/setLevel", {"level": "debug"})
            self.assertEqual(logged(), words)
            self.assertEqual(client.error("logging/setLevel", {"level": "loud"})["code"], -32602)
            self.assertEqual(logged(modern()), [])
            self.assertEqual(logged(modern(**{PREFIX + "logLevel": "info"})), words)
            self.assertEqual(logged(modern(**{PREFIX + "logLevel": "error"})), [])


class Asking(unittest.TestCase):
    def setUp(self):
        self.client = Client(program=PROGRAM)
        self.addCleanup(self.client.close)

    def call(self, name, capabilities=None, **more):
        return self.client.ask("tools/call", {"name": "test_" + name, "arguments": {}, **more},
                               modern(EVERYTHING if capabilities is None else capabilities))

    def test_elicitation_now(self):
        first = self.call("input_required_result_elicitation")["result"]
        self.assertEqual(first["resultType"], "input_required")
        self.assertEqual(first["inputRequests"], {"user_name": {"method": "elicitation/create", "params": {
            "message": "What is your name?", "requestedSchema": {
                "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}}})
        second = self.call("input_required_result_elicitation", inputResponses={"user_name": accept(name="Alice")},
                           requestState=first["requestState"])["result"]
        self.assertEqual((text_of(second), second["resultType"]), ("Hello, Alice!", "complete"))

    def test_wrong_answers(self):
        for responses, code in (({"user_name": 12345}, -32602), (None, -32602), ([], -32602)):
            got = self.call("input_required_result_elicitation", inputResponses=responses)
            self.assertEqual(got["error"]["code"], code)
        again = self.call("input_required_result_elicitation", inputResponses={"other": accept()})["result"]
        self.assertEqual(list(again["inputRequests"]), ["user_name"])

    def test_only_what_the_client_can(self):
        got = self.call("input_required_result_capabilities", {"sampling": {}})["result"]
        self.assertEqual([q["method"] for q in got["inputRequests"].values()], ["sampling/createMessage"])
        got = self.call("input_required_result_elicitation", {})["result"]
        self.assertEqual((got["resultType"], got["isError"]), ("complete", True))

    def test_state(self):
        name = "input_required_result_request_state"
        first = self.call(name)["result"]
        state, answer = first["requestState"], {"confirm": accept(ok=True)}
        self.assertEqual(text_of(self.call(name, inputResponses=answer, requestState=state)["result"]), "state-ok")
        flipped = ("A" if state[50] != "A" else "B")
        for bad in (state[:50] + flipped + state[51:], state[:-4], "x", "", state + "AAAA"):
            self.assertEqual(self.call(name, inputResponses=answer, requestState=bad)["error"]["code"], -32602)
        # Of another tool, and of the same with other arguments.
        self.assertEqual(self.call("input_required_result_tampered_state", inputResponses=answer,
                                   requestState=state)["error"]["code"], -32602)
        got = self.client.ask("tools/call", {"name": "test_" + name, "arguments": {"x": 1}, "inputResponses": answer,
                                             "requestState": state}, modern(EVERYTHING))
        self.assertEqual(got["error"]["code"], -32602)
        with Client(program=PROGRAM) as other:              # another process has another key
            got = other.ask("tools/call", {"name": "test_" + name, "arguments": {}, "inputResponses": answer,
                                           "requestState": state}, modern(EVERYTHING))
            self.assertEqual(got["error"]["code"], -32602)

    def test_several_and_rounds(self):
        name = "input_required_result_multiple_inputs"
        first = self.call(name)["result"]
        self.assertEqual(list(first["inputRequests"]), ["user_name", "greeting", "client_roots"])
        answers = {"user_name": accept(name="Bob"), "client_roots": {"roots": []},
                   "greeting": {"role": "assistant", "content": {"type": "text", "text": "hi"}, "model": "m"}}
        self.assertEqual(text_of(self.call(name, inputResponses=answers, requestState=first["requestState"])["result"]),
                         "Hello, Bob!")
        name = "input_required_result_multi_round"
        first = self.call(name)["result"]
        second = self.call(name, inputResponses={"step1": accept(name="Alice")},
                           requestState=first["requestState"])["result"]
        self.assertEqual(list(second["inputRequests"]), ["step2"])
        self.assertNotEqual(first["requestState"], second["requestState"])
        third = self.call(name, inputResponses={"step2": accept(color="blue")},
                          requestState=second["requestState"])["result"]
        self.assertEqual(text_of(third), "Alice likes blue")

    def test_an_approval_must_have_been_asked_for(self):
        forged = self.call("approval", inputResponses={"decision": accept(decision="allow")})["result"]
        self.assertEqual(forged["resultType"], "input_required")
        params = forged["inputRequests"]["decision"]["params"]
        self.assertEqual(params["message"], "May it run?")
        for answer, words in ((accept(decision="allow"), "chosen: allow"), (accept(decision="deny"), "chosen: deny"),
                              (accept(), "chosen: nothing"), (accept(decision="yes"), "chosen: nothing"),
                              ({"action": "decline"}, "chosen: nothing"), ({"action": "cancel"}, "chosen: nothing")):
            got = self.call("approval", inputResponses={"decision": answer}, requestState=forged["requestState"])
            self.assertEqual(text_of(got["result"]), words)

    def test_the_older_era_is_asked_meanwhile(self):
        asked = []

        def answer(message):
            asked.append(message)
            if message["method"] == "sampling/createMessage":
                return {"result": {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "m"}}
            return {"result": accept(username="u", email="e@x", decision="allow")}
        self.client.on_request = answer
        self.client.open(capabilities=EVERYTHING)
        self.assertEqual(text_of(self.client.call("test_sampling", {"prompt": "capital?"})), "LLM response: Paris")
        self.assertEqual(asked[0]["params"]["messages"][0]["content"]["text"], "capital?")
        self.assertEqual(text_of(self.client.call("test_elicitation", {"message": "Who?"})),
                         'User response: action=accept, content={"username":"u","email":"e@x","decision":"allow"}')
        self.client.call("test_elicitation_sep1034_defaults")
        properties = asked[2]["params"]["requestedSchema"]["properties"]
        self.assertEqual([p["default"] for p in properties.values()], ["John Doe", 30, 95.5, "active", True])
        self.client.call("test_elicitation_sep1330_enums")
        self.assertEqual(list(asked[3]["params"]["requestedSchema"]["properties"]),
                         ["untitledSingle", "titledSingle", "legacyEnum", "untitledMulti", "titledMulti"])
        self.assertEqual(text_of(self.client.call("test_approval")), "chosen: allow")

    def test_an_older_client_that_cannot_be_asked(self):
        self.client.open()
        got = self.client.call("test_elicitation", {"message": "Who?"})
        self.assertEqual((got["isError"], text_of(got)), (True, "The client cannot be asked that."))
        self.assertEqual([m for m in self.client.heard if "id" in m], [])

    def test_an_error_as_answer(self):
        self.client.on_request = lambda message: {"error": {"code": -1, "message": "no"}}
        self.client.open(capabilities=EVERYTHING)
        self.assertEqual(text_of(self.client.call("test_elicitation", {"message": "Who?"})), "There is no answer.")

    def test_waiting_for_a_client_holds_no_slot(self):
        self.client.open(capabilities=EVERYTHING)
        waiting = [self.client.begin("tools/call", {"name": "test_elicitation", "arguments": {"message": "?"}})
                   for _ in range(16)]          # as many as run at once
        self.client.wait_for(lambda: sum("id" in m for m in self.client.heard) == 16)
        self.client.call("test_simple_text")
        for at in waiting:
            self.client.notify("notifications/cancelled", {"requestId": at})
        self.client.call("test_simple_text")


class Streams(unittest.TestCase):
    def setUp(self):
        self.client = Client(program=PROGRAM)
        self.addCleanup(self.client.close)

    def listen(self, **what):
        before = len(self.client.heard)
        at = self.client.begin("subscriptions/listen", {"notifications": what}, modern())
        self.client.wait_for(lambda: len(self.client.heard) > before)
        first = self.client.heard[before]
        self.assertEqual(first["method"], "notifications/subscriptions/acknowledged")
        self.assertEqual(first["params"]["_meta"], {PREFIX + "subscriptionId": at})
        return at, first["params"]["notifications"]

    def test_only_what_was_asked_for(self):
        tools, granted = self.listen(toolsListChanged=True)
        self.assertEqual(granted, {"toolsListChanged": True})
        prompts, _ = self.listen(promptsListChanged=True)
        watched, granted = self.listen(resourceSubscriptions=["test://watched-resource"])
        self.assertEqual(granted, {"resourceSubscriptions": ["test://watched-resource"]})
        for name in ("tool_change", "prompt_change", "resource_update"):
            self.client.call("test_trigger_" + name, meta=modern())
        self.assertEqual([(m["method"], m["params"]["_meta"][PREFIX + "subscriptionId"])
                          for m in self.client.heard[3:]],
                         [(CHANGED, tools), ("notifications/prompts/list_changed", prompts),
                          ("notifications/resources/updated", watched)])

    def test_a_cancelled_stream_is_silent(self):
        at, _ = self.listen(toolsListChanged=True)
        self.client.notify("notifications/cancelled", {"requestId": at})
        self.client.call("test_trigger_tool_change", meta=modern())
        self.assertEqual([m["method"] for m in self.client.heard[1:]], [])

    def test_the_older_era_hears_by_its_session(self):
        self.client.open()
        self.client.call("test_trigger_tool_change")
        self.client.call("test_trigger_resource_update")
        self.assertEqual([m["method"] for m in self.client.heard], [CHANGED])
        self.client.result("resources/subscribe", {"uri": "test://watched-resource"})
        self.client.call("test_trigger_resource_update")
        self.assertEqual(self.client.heard[1], {"jsonrpc": "2.0", "method": "notifications/resources/updated",
                                                "params": {"uri": "test://watched-resource"}})
        self.client.result("resources/unsubscribe", {"uri": "test://watched-resource"})
        self.client.call("test_trigger_resource_update")
        self.assertEqual(len(self.client.heard), 2)

    def test_streams_end_in_words(self):
        at, _ = self.listen(toolsListChanged=True)
        self.client.process.stdin.close()
        self.client.wait_for(lambda: len(self.client.heard) > 1)
        self.assertEqual((self.client.heard[1]["method"], self.client.heard[1]["params"]["requestId"]),
                         ("notifications/cancelled", at))
        self.assertEqual(self.client.finish(at)["result"],
                         {"resultType": "complete", "_meta": {PREFIX + "subscriptionId": at}})


class Ends(unittest.TestCase):
    def test_cancel(self):
        with Client(program=PROGRAM) as client:
            client.open()
            for meta in (None, modern()):
                at = client.begin("tools/call", {"name": "test_sleep"}, meta)
                client.notify("notifications/cancelled", {"requestId": at, "reason": "enough"})
                client.call("test_simple_text")
                self.assertNotIn(str(at), client.answers)

    def test_all_slots_taken(self):
        with Client(program=PROGRAM) as client:
            client.open()
            sleeping = [client.begin("tools/call", {"name": "test_sleep"}) for _ in range(16)]
            waits = client.begin("tools/call", {"name": "test_simple_text"})
            client.result("ping")
            self.assertNotIn(str(waits), client.answers)
            client.notify("notifications/cancelled", {"requestId": sleeping[7]})
            self.assertEqual(text_of(client.finish(waits)["result"]), "This is a simple text response for testing.")


if __name__ == "__main__":
    unittest.main()
