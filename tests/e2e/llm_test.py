"""Models over the network: streams and retries, from a server on this machine that misbehaves as providers do."""
import json
import os
import socket
import threading
import time
import unittest
import unittest.mock

import llm_support as llm
from llm_support import Case, fails, says

MS = 1000


class Streams(Case):
    def test_every_protocol_byte_by_byte(self):
        text = "Grüße, 世界 😀!"
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                whole = b"".join(llm.STREAMS[protocol](text))
                server = self.serve(lambda request, file: llm.stream(file, [bytes([b]) for b in whole]))
                turn = llm.turn(llm.model(protocol, server.port))
                self.assertEqual((turn.end["code"], turn.end["stop"], turn.text), ("BX_OK", "end", text))
                self.assertEqual(turn.content, [{"type": "text", "text": text}])

    def test_an_event_goes_out_before_the_next_is_there(self):
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                held = threading.Event()
                pieces = llm.STREAMS[protocol]("ab")

                def answer(request, file):
                    llm.begin(file)
                    for piece in pieces[:-1]:
                        llm.chunk(file, piece)
                    held.wait(0.3)
                    llm.chunk(file, pieces[-1])
                    llm.finish(file)
                    return True
                turn = llm.turn(llm.model(protocol, self.serve(answer).port))
                self.assertLess(turn.named("text")[0]["us"] + 200 * MS, turn.end["total_us"])

    def test_answers_that_are_not_streamed(self):
        bodies = {
            "openai-chat": {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]},
            "openai-responses": {"status": "completed", "output": [
                {"type": "message", "content": [{"type": "output_text", "text": "x"}]}]},
            "anthropic": {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn"},
            "gemini": {"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}]},
        }
        for protocol, body in bodies.items():
            with self.subTest(protocol):
                server = self.serve(lambda request, file: llm.refuse(file, "200 OK", json.dumps(body).encode()))
                self.assertEqual(llm.turn(llm.model(protocol, server.port)).text, "x")

    def test_a_stream_without_chunks_ends_with_its_connection(self):
        def answer(request, file):
            file.write(b"HTTP/1.0 200 OK\r\n\r\n" + b"".join(llm.chat("abc")))
            return False
        self.assertEqual(llm.turn(llm.model("openai-chat", self.serve(answer).port)).text, "abc")

    def test_an_answer_that_is_whole_does_not_wait_for_its_connection(self):
        def answer(request, file):
            llm.begin(file)
            for piece in llm.chat("abc"):
                llm.chunk(file, piece)
            time.sleep(5)
            return False
        turn = llm.turn(llm.model("openai-chat", self.serve(answer).port))
        self.assertEqual((turn.end["code"], turn.text), ("BX_OK", "abc"))
        self.assertLess(turn.end["total_us"], 3000 * MS)

    def test_turns_share_a_connection(self):
        server = self.serve(says("anthropic", "ok"))
        turns = llm.drive(llm.model("anthropic", server.port), turns=4)
        self.assertEqual([t.text for t in turns], ["ok"] * 4)
        self.assertEqual(server.connections, 1)

    def test_a_long_transcript_arrives_whole(self):
        text = "0123456789abcdef" * 100_000
        server = self.serve(says("openai-chat", "ok"))
        llm.turn(llm.model("openai-chat", server.port), llm.user(text))
        self.assertEqual(json.loads(self.asked[0][1].body)["messages"][0]["content"], text)

    def test_an_answer_has_a_largest_size(self):
        piece = llm.data({"choices": [{"index": 0, "delta": {"content": "x" * 1_000_000}}]})

        def answer(request, file):
            return llm.stream(file, [piece] * 70)
        turn = llm.turn(llm.model("openai-chat", self.serve(answer).port), quiet=True)
        self.assertEqual(turn.end["code"], "BX_ELIMIT")


class Retries(Case):
    def test_429_until_it_goes(self):
        busy = fails("429 Too Many Requests", None, "Retry-After: 60", "retry-after-ms: 30")
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                turn = llm.turn(llm.model(protocol, self.serve(busy, busy, busy, says(protocol, "ok")).port))
                self.assertEqual((turn.text, turn.end["attempts"]), ("ok", 4))
                self.assertEqual([e["wait_ms"] for e in turn.named("retry")], [30] * 3)
                waits = [b - a for (a, _), (b, _) in zip(self.asked, self.asked[1:])]
                self.assertTrue(all(w >= 0.03 for w in waits), waits)
                self.assertEqual(len({r.body for _, r in self.asked}), 1)

    def test_529_for_ever(self):
        server = self.serve(fails("529 ", {"type": "overloaded_error", "message": "Overloaded"}, "retry-after: 0"))
        turn = llm.turn(llm.model("anthropic", server.port), retries=5)
        self.assertEqual((turn.end["failure"], turn.end["attempts"], len(self.asked)), ("server", 6, 6))
        self.assertIn("HTTP 529: Overloaded", turn.end["error"])

    def test_what_is_final_is_asked_once(self):
        for status, error, failure in (
                ("429 Too Many Requests", {"code": "insufficient_quota", "message": "pay"}, "quota"),
                ("429 Too Many Requests", {"type": "billing_hard_limit_reached", "message": "pay"}, "quota"),
                ("402 Payment Required", {"type": "billing_error", "message": "pay"}, "quota"),
                ("401 Unauthorized", {"code": "invalid_api_key", "message": "key"}, "auth"),
                ("400 Bad Request", {"code": "context_length_exceeded", "message": "long"}, "context"),
                ("404 Not Found", {"code": "model_not_found", "message": "who"}, "model"),
                ("400 Bad Request", {"message": "what"}, "request")):
            with self.subTest(status=status, failure=failure):
                server = self.serve(fails(status, error, "retry-after: 0"))
                turn = llm.turn(llm.model("openai-chat", server.port))
                self.assertEqual((turn.end["failure"], len(self.asked)), (failure, 1))

    def test_the_server_may_say_whether(self):
        server = self.serve(fails("500 Oops", None, "x-should-retry: false"))
        self.assertEqual(llm.turn(llm.model("openai-chat", server.port)).end["attempts"], 1)
        server = self.serve(fails("400 Oops", None, "x-should-retry: true", "retry-after: 0"), says("openai-chat", "ok"))
        self.assertEqual(llm.turn(llm.model("openai-chat", server.port)).end["attempts"], 2)

    def test_a_long_wait_is_not_waited_for(self):
        server = self.serve(fails("429 Too Many Requests", None, "retry-after: 3600"))
        turn = llm.turn(llm.model("openai-chat", server.port))
        self.assertEqual((turn.end["failure"], turn.end["attempts"]), ("rate", 1))

    def test_nor_one_beyond_the_deadline(self):
        server = self.serve(fails("429 Too Many Requests", None, "retry-after: 30"))
        turn = llm.turn(llm.model("openai-chat", server.port), deadline_ms=20_000)
        self.assertEqual((turn.end["failure"], turn.end["attempts"]), ("rate", 1))

    def test_pages_that_are_no_json(self):
        def answer(request, file):
            return llm.refuse(file, "502 Bad Gateway", b"<html>bad gateway</html>", ("retry-after: 0",))
        turn = llm.turn(llm.model("gemini", self.serve(answer, says("gemini", "ok")).port))
        self.assertEqual((turn.text, turn.end["attempts"]), ("ok", 2))

    def test_an_error_after_200_before_the_first_token(self):
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                server = self.serve(lambda request, file: llm.stream(file, [llm.ERRORS[protocol]]),
                                    says(protocol, "ok"))
                turn = llm.turn(llm.model(protocol, server.port))
                self.assertEqual((turn.text, turn.end["attempts"]), ("ok", 2))

    def test_an_error_after_the_first_token(self):
        for protocol in llm.PROTOCOLS:
            for name, last in (("error", [llm.ERRORS[protocol]]), ("broken off", [])):
                with self.subTest(protocol=protocol, how=name):
                    part = llm.STREAMS[protocol]("ab")
                    keep = 4 if protocol == "anthropic" else 2
                    bad = lambda request, file: llm.stream(file, part[:keep] + last)     # noqa: E731
                    turn = llm.turn(llm.model(protocol, self.serve(bad).port))
                    self.assertEqual((turn.text, len(self.asked)), ("ab", 1))
                    self.assertEqual(turn.end["failure"], "server" if last else "network")
                    turn = llm.turn(llm.model(protocol, self.serve(bad, says(protocol, "ok")).port), restart=True)
                    self.assertEqual((len(turn.named("restart")), turn.end["code"]), (1, "BX_OK"))
                    self.assertEqual(turn.content, [{"type": "text", "text": "ok"}])

    def test_what_broke_off_is_billed(self):
        part = llm.anthropic("ab")
        server = self.serve(lambda request, file: llm.stream(file, part[:1] + [llm.ERRORS["anthropic"]]),
                            lambda request, file: llm.stream(file, part[:3]), says("anthropic", "ok"))
        turn = llm.turn(llm.model("anthropic", server.port), restart=True)
        self.assertEqual((turn.end["attempts"], turn.end["usage"]["input"]), (3, 9))
        self.assertNotIn("cost", turn.end)                # the second attempt wrote more than it said
        turn = llm.turn(llm.model("anthropic", self.serve(says("anthropic", "ok")).port))
        self.assertEqual(turn.end["usage"]["input"], 3)
        self.assertNotIn("cost", turn.end)                # a server here may be a proxy: its price is not known
        usage = llm.data({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}})
        local = self.serve(lambda request, file: llm.stream(file, llm.chat("ok")[:-1] + [usage, b"data: [DONE]\n\n"]))
        with unittest.mock.patch.dict(os.environ, {"OLLAMA_HOST": f"127.0.0.1:{local.port}"}):
            self.assertEqual(llm.turn("ollama/m").end["cost"], 0)

    def test_a_connection_that_is_cut(self):
        def cut(request, file):
            llm.begin(file)
            file.write(b"ff\r\ndata: {")
            return False
        turn = llm.turn(llm.model("openai-chat", self.serve(cut, cut, says("openai-chat", "ok")).port))
        self.assertEqual((turn.text, turn.end["attempts"]), ("ok", 3))

    def test_nobody_there(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            turn = llm.turn(llm.model("openai-chat", s.getsockname()[1]), retries=0)
        self.assertEqual((turn.end["failure"], turn.end["code"]), ("network", "BX_EIO"))


if __name__ == "__main__":
    unittest.main()
