"""Every protocol against an independent server, @copilotkit/aimock (`make aimock` installs it): what it sends we read,
and what we send it understands."""
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

import llm_support as llm
import support

LLMOCK = pathlib.Path(os.environ.get("BX_AIMOCK", support.root / "build/aimock")) / "node_modules/.bin/llmock"
FIXTURES = {"fixtures": [
    {"match": {"userMessage": "hello"}, "response": {"content": "Grüße 😀, world 👩‍👩‍👧!"}},
    {"match": {"userMessage": "weather", "hasToolResult": True}, "response": {"content": "It is sunny."}},
    {"match": {"userMessage": "weather"}, "response": {"toolCalls": [
        {"name": "get_weather", "arguments": json.dumps({"city": "Köln 😀"}, ensure_ascii=False)},
        {"name": "get_time", "arguments": "{}"}]}},
    {"match": {"userMessage": "think", "hasToolResult": True}, "response": {"content": "Thought."}},
    {"match": {"userMessage": "think"}, "response": {"reasoning": "Hm, 😀.", "toolCalls": [{"name": "get_time", "arguments": "{}"}]}},
    {"match": {"userMessage": "quota"}, "response": {
        "error": {"message": "pay", "type": "insufficient_quota", "code": "insufficient_quota"}, "status": 429}},
    {"match": {"userMessage": "busy"}, "response": {
        "error": {"message": "slow", "type": "rate_limit_error"}, "status": 429}},
]}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@unittest.skipUnless(LLMOCK.exists(), "aimock is not installed: make aimock")
@unittest.skipUnless(llm.DRIVE.exists(), "tests/llm_drive is not built")
class Aimock(unittest.TestCase):
    def serve(self, *options):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        fixtures = pathlib.Path(scratch.name) / "fixtures.json"
        fixtures.write_text(json.dumps(FIXTURES), encoding="utf-8")
        port = free_port()
        server = subprocess.Popen([LLMOCK, "-p", str(port), "-f", fixtures, *options], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return port
            except OSError:
                time.sleep(0.05)
        return self.fail("aimock does not listen")

    def test_text_cut_small(self):
        for size in ("1", "3"):
            port = self.serve("--chunk-size", size)
            for protocol in llm.PROTOCOLS:
                with self.subTest(protocol=protocol, size=size):
                    turn = llm.turn(llm.model(protocol, port))
                    self.assertEqual((turn.text, turn.end["stop"]), ("Grüße 😀, world 👩‍👩‍👧!", "end"))

    def test_calls_and_results(self):
        port = self.serve("--chunk-size", "2")
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                asked = llm.user("weather")
                turn = llm.turn(llm.model(protocol, port), asked, system="Be good.", tools=llm.TOOLS)
                calls = [b for b in turn.content if b["type"] == "tool_call"]
                self.assertEqual([(c["name"], json.loads(c["arguments"])) for c in calls],
                                 [("get_weather", {"city": "Köln 😀"}), ("get_time", {})])
                self.assertEqual(turn.end["stop"], "tools")
                results = [{"type": "tool_result", "id": c["id"], "name": c["name"], "text": "sun"} for c in calls]
                asked += [turn.end["message"], {"role": "user", "content": results}]
                turn = llm.turn(llm.model(protocol, port), asked, system="Be good.", tools=llm.TOOLS)
                self.assertEqual((turn.text, turn.end["stop"]), ("It is sunny.", "end"))
        self.assertEqual(len(self.journal(port)), 8)

    def journal(self, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/__aimock/journal", timeout=10) as answer:
            journal = json.load(answer)
        return journal["entries"] if isinstance(journal, dict) else journal

    def test_thoughts_come_back(self):
        port = self.serve("--chunk-size", "2")
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                asked = llm.user("think")
                turn = llm.turn(llm.model(protocol, port), asked, tools=llm.TOOLS)
                self.assertEqual([(b["type"], b.get("text") or b["name"]) for b in turn.content],
                                 [("thinking", "Hm, 😀."), ("tool_call", "get_time")])
                results = [{"type": "tool_result", "id": turn.content[1]["id"], "name": "get_time", "text": "noon"}]
                asked += [turn.end["message"], {"role": "user", "content": results}]
                turn = llm.turn(llm.model(protocol, port), asked, tools=llm.TOOLS)
                self.assertEqual(turn.text, "Thought.")
                if protocol == "anthropic":
                    self.assertEqual(asked[1]["content"][0]["opaque"], '"aimock-placeholder-signature"')
                if protocol == "openai-chat":           # of the others the journal keeps what it makes of them
                    self.assertEqual(self.journal(port)[-1]["body"]["messages"][1]["reasoning_content"], "Hm, 😀.")

    def test_images_arrive(self):
        port, pixel = self.serve(), "iVBORw0KGgo="
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                asked = [{"role": "user", "content": [{"type": "text", "text": "hello"}, {"type": "image", "media_type": "image/png", "data": pixel}]}]
                self.assertIn("Grüße", llm.turn(llm.model(protocol, port), asked).text)
                self.assertEqual(pixel in json.dumps(self.journal(port)[-1]), protocol == "openai-chat")

    def test_errors(self):
        port = self.serve()
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                turn = llm.turn(llm.model(protocol, port), llm.user("quota"))
                self.assertEqual((turn.end["failure"], turn.end["attempts"]), ("quota", 1))
                turn = llm.turn(llm.model(protocol, port), llm.user("busy"), retries=1)
                self.assertEqual((turn.end["failure"], turn.end["attempts"]), ("rate", 2))

    def test_chaos(self):
        for option, failure in (("--chaos-malformed", "answer"), ("--chaos-disconnect", "network"),
                                ("--chaos-ratelimit", "rate")):
            port = self.serve(option, "1")
            for protocol in llm.PROTOCOLS:
                with self.subTest(option=option, protocol=protocol):
                    turn = llm.turn(llm.model(protocol, port), retries=0)
                    self.assertEqual((turn.end["failure"], turn.end["attempts"]), (failure, 1))


if __name__ == "__main__":
    unittest.main()
