"""An agent that others made, opencode, with the lines that `boxagnts mcp config` prints, and a model that is a script: it calls one of our
tools, and the model gets what the tool found; and the official Python SDK in both eras of the protocol (`make mcp-clients` installs them)."""
# only: release
# timeout: 300
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

import support
from support import BOXAGNTS, box

CLIENTS = pathlib.Path(os.environ.get("BX_MCP_CLIENTS", support.root / "build/mcp-clients"))
OPENCODE = CLIENTS / "opencode"
PYTHON = CLIENTS / "python/bin/python"


class Model(http.server.BaseHTTPRequestHandler):
    """Chat completions: asked with our tool, it calls it; asked with a result, it repeats it."""
    protocol_version = "HTTP/1.1"
    asked = []                  # bodies

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        results = [m["content"] for m in body["messages"] if m["role"] == "tool"]
        tools = [t["function"]["name"] for t in body.get("tools", [])]
        if results:
            delta, why = {"role": "assistant", "content": "it says " + json.dumps(results[-1])}, "stop"
        elif "boxagnts_read" in tools:
            delta, why = {"role": "assistant", "tool_calls": [{
                "index": 0, "id": "call_1", "type": "function",
                "function": {"name": "boxagnts_read", "arguments": json.dumps({"path": "secret-of-the-test.txt"})}}]}, "tool_calls"
        else:
            delta, why = {"role": "assistant", "content": "a title"}, "stop"
        out = "".join(f"data: {json.dumps(piece)}\n\n" for piece in (
            self.chunk(body, delta, None), self.chunk(body, {}, why))) + "data: [DONE]\n\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(out.encode())))
        self.end_headers()
        self.wfile.write(out.encode())

    @staticmethod
    def chunk(body, delta, why):
        return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model"),
                "choices": [{"index": 0, "delta": delta, "finish_reason": why}],
                **({"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}} if why else {})}

    def log_message(self, *_):
        pass


@unittest.skipUnless(OPENCODE.exists(), "opencode is not installed: make mcp-clients")
class Opencode(unittest.TestCase):
    def test_it_calls_our_tool(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(scratch.cleanup)
        top = pathlib.Path(scratch.name).resolve()
        work = top / "work"
        work.mkdir()
        (work / "secret-of-the-test.txt").write_text("nightingale\n")
        snippet = box("mcp", "config", "opencode").stdout.decode()
        config = json.loads(snippet[snippet.index("{"):])                     # as it is printed
        self.assertEqual(config["mcp"]["boxagnts"]["command"][0], str(pathlib.Path(BOXAGNTS).resolve()))
        config.update({"model": "script/model", "small_model": "script/model", "autoupdate": False, "share": "disabled", "provider": {
            "script": {"npm": "@ai-sdk/openai-compatible", "name": "script", "models": {"model": {"name": "model"}}, "options": {
                "baseURL": f"http://127.0.0.1:{server.server_port}/v1", "apiKey": "none"}}}})
        (work / "opencode.json").write_text(json.dumps(config))
        env = {"HOME": str(top), "PATH": os.environ["PATH"], "BOXAGNTS_HOME": str(top / "home"), "TMPDIR": str(top),
               "OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"}
        done = subprocess.run([OPENCODE, "run", "what is in the file?"], cwd=work, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=240)
        said = done.stdout.decode(), done.stderr.decode()[-2000:]
        self.assertEqual(done.returncode, 0, said)
        results = [m["content"] for body in Model.asked for m in body["messages"] if m["role"] == "tool"]
        self.assertTrue(results, said)
        self.assertIn("nightingale", json.dumps(results))
        self.assertIn("nightingale", said[0])
        rows = box("audit", "list", env={"BOXAGNTS_HOME": str(top / "home")}).stdout.decode()
        self.assertIn("read", rows)


@unittest.skipUnless(PYTHON.exists(), "the Python SDK is not installed: make mcp-clients")
class PythonSdk(unittest.TestCase):
    def seen(self, mode):
        with tempfile.TemporaryDirectory() as top:
            work = pathlib.Path(top, "work")
            work.mkdir()
            (work / "a.txt").write_text("nightingale\n")
            env = {"HOME": top, "PATH": os.environ["PATH"], "TMPDIR": top}
            script = support.root / "tests/mcp/sdk_client.py"
            done = subprocess.run([PYTHON, script, mode, BOXAGNTS], cwd=work, env=env, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr.decode()[-2000:])
            return json.loads(done.stdout)

    def test_both_eras(self):
        for mode in ("legacy", "2026-07-28"):
            with self.subTest(mode):
                got = self.seen(mode)
                self.assertEqual(got["tools"], ["bash", "edit", "glob", "grep", "js", "read", "web_fetch", "write"])
                self.assertIn("nightingale", got["read"])
                self.assertEqual(got["wrong"][0], True)
                self.assertIn("/path: expected a string", got["wrong"][1])
                self.assertEqual((got["slow"], got["resource"]), ("done\n", "nightingale\n"))
                self.assertIn("running for ", got["progress"])
                self.assertNotIn("cancelled", got)
                self.assertEqual(got["files"], ["/workspace/a.txt"])        # what was given up did not go on


if __name__ == "__main__":
    unittest.main()
