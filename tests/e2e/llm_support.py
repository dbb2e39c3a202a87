"""What the tests of models share: one turn with tests/tools/llm_drive.c, and streams as providers send them."""
import json
import os
import pathlib
import subprocess
import time
import unittest

import http_server
import support

DRIVE = pathlib.Path(support.BOXAGNTS).parent / "tests/llm_drive"
PROTOCOLS = ("openai-chat", "openai-responses", "anthropic", "gemini")
TOOLS = [{"name": "get_weather", "description": "the weather of a city",
          "schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]


def model(protocol, port, name="m1"):
    base = {"anthropic": "", "gemini": "/v1beta"}.get(protocol, "/v1")
    return f"{protocol}@http://127.0.0.1:{port}{base}#{name}"


def user(text):
    return [{"role": "user", "content": [{"type": "text", "text": text}]}]


class Turn:
    """The events of one turn, and how it ended."""

    def __init__(self, lines):
        self.events, self.end = lines[:-1], lines[-1]
        self.text = "".join(e.get("text", "") for e in self.events if e["event"] == "text")
        self.content = self.end["message"]["content"]

    def named(self, event):
        return [e for e in self.events if e["event"] == event]


def drive(name, transcript=None, key=None, timeout_s=60, **request):
    """The turns asked for (one, unless `turns` says more), each a Turn."""
    request["transcript"] = transcript or user("hello")
    env = dict(os.environ)
    for variable in list(env):
        if variable.endswith("_API_KEY") or variable.endswith("_BASE_URL"):
            del env[variable]
    if key:
        env["BOXAGNTS_MODEL_KEY"] = key
    done = subprocess.run([DRIVE, name], input=json.dumps(request).encode(), capture_output=True, env=env,
                          timeout=timeout_s, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if not lines:
        raise AssertionError(f"status {done.returncode}: {done.stderr!r}")
    turns, at = [], 0
    for i, line in enumerate(lines):
        if line["event"] == "end":
            turns.append(Turn(lines[at:i + 1]))
            at = i + 1
    return turns


def turn(name, transcript=None, **request):
    return drive(name, transcript, **request)[0]


# ---- streams -------------------------------------------------------------------------------------

def data(value):
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def event(kind, **rest):
    return b"event: " + kind.encode() + b"\n" + data({"type": kind, **rest})


def chat(text):
    return [data({"choices": [{"index": 0, "delta": {"content": piece}}]}) for piece in text] + [
        data({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}), b"data: [DONE]\n\n"]


def responses(text):
    return [event("response.output_text.delta", output_index=0, delta=piece) for piece in text] + [
        event("response.completed", response={"status": "completed"})]


def anthropic(text):
    return [event("message_start", message={"usage": {"input_tokens": 3, "output_tokens": 1}}),
            event("content_block_start", index=0, content_block={"type": "text", "text": ""})] + [
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece}) for piece in text] + [
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 5}), event("message_stop")]


def gemini(text):
    return [data({"candidates": [{"content": {"parts": [{"text": piece}]}}]}) for piece in text] + [
        data({"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]})]


STREAMS = {"openai-chat": chat, "openai-responses": responses, "anthropic": anthropic, "gemini": gemini}
ERRORS = {                                          # an error in a stream that began well
    "openai-chat": data({"error": {"message": "busy", "code": "server_is_overloaded"}}),
    "openai-responses": event("response.failed", response={"error": {"code": "server_error", "message": "busy"}}),
    "anthropic": event("error", error={"type": "overloaded_error", "message": "busy"}),
    "gemini": data({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}),
}


# ---- answers -------------------------------------------------------------------------------------

def begin(file, status="200 OK", kind="text/event-stream", fields=()):
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Transfer-Encoding: chunked", *fields]
    file.write("\r\n".join(head).encode() + b"\r\n\r\n")


def chunk(file, piece):
    file.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    file.flush()


def finish(file):
    file.write(b"0\r\n\r\n")
    file.flush()


def stream(file, pieces, fields=()):
    begin(file, fields=fields)
    for piece in pieces:
        chunk(file, piece)
    finish(file)
    return True


def refuse(file, status, body=b"", fields=()):
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *fields]
    file.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    file.flush()
    return True


# ---- servers --------------------------------------------------------------------------------------

@unittest.skipUnless(DRIVE.exists(), "tests/llm_drive is not built")
class Case(unittest.TestCase):
    def serve(self, *answers):
        """A server that gives its answers one after the other, the last one for ever: functions of (request, file)."""
        asked = self.asked = []

        def answer(request, file):
            asked.append((time.monotonic(), request))
            return answers[min(len(asked), len(answers)) - 1](request, file)
        server = http_server.Server(answer)
        self.addCleanup(server.stop)
        return server


def says(protocol, text):
    return lambda request, file: stream(file, STREAMS[protocol](text))


def fails(status, error=None, *fields):
    body = json.dumps({"error": error or {"message": "no"}}).encode()
    return lambda request, file: refuse(file, status, body, fields)
