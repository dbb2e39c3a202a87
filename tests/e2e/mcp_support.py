"""A client of `boxagnts mcp` on standard input and output, in both eras."""
import itertools
import json
import subprocess
import threading

from support import BOXAGNTS

MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"


def modern(capabilities=None, **more):
    """What each request of 2026-07-28 carries in _meta."""
    return {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": capabilities or {},
            PREFIX + "clientInfo": {"name": "tests", "version": "1"}, **more}


class Client:
    """One server process.  Messages that answer no request of ours are in `heard`, in order."""

    def __init__(self, *flags, program=None, cwd=None, env=None):
        command = [*(program or [BOXAGNTS, "mcp"]), *map(str, flags)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        cwd=cwd, env=env)
        self.ids = itertools.count(1)
        self.answers = {}
        self.news = threading.Condition()
        self.heard = []
        self.over = False
        self.on_request = None      # (message) -> result, for what the server asks
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            with self.news:
                for one in message if isinstance(message, list) else [message]:
                    if "method" not in one:
                        self.answers[json.dumps(one["id"])] = one
                    else:
                        self.heard.append(one)
                self.news.notify_all()
            if "method" in message and "id" in message and self.on_request:
                self.send({"jsonrpc": "2.0", "id": message["id"], **self.on_request(message)})
        with self.news:
            self.over = True
            self.news.notify_all()

    def raw(self, text):
        self.process.stdin.write(text if isinstance(text, bytes) else text.encode())
        self.process.stdin.flush()

    def send(self, message):
        self.raw(json.dumps(message) + "\n")

    def begin(self, method, params=None, meta=None, at=None):
        """Send a request; its ID."""
        at = next(self.ids) if at is None else at
        params = dict(params or {})
        if meta is not None:
            params["_meta"] = meta
        self.send({"jsonrpc": "2.0", "id": at, "method": method, **({"params": params} if params else {})})
        return at

    def wait_for(self, test, timeout_s=60):
        with self.news:
            if not self.news.wait_for(lambda: test() or self.over, timeout_s) or not test():
                raise AssertionError(f"not heard; over: {self.over}; {self.heard[-3:]}")

    def finish(self, at, timeout_s=60):
        """The answer to the request of that ID."""
        key = json.dumps(at)
        self.wait_for(lambda: key in self.answers, timeout_s)
        return self.answers.pop(key)

    def ask(self, method, params=None, meta=None, at=None):
        return self.finish(self.begin(method, params, meta, at))

    def result(self, method, params=None, meta=None):
        got = self.ask(method, params, meta)
        if "error" in got:
            raise AssertionError(got["error"])
        return got["result"]

    def error(self, method, params=None, meta=None):
        return self.ask(method, params, meta)["error"]

    def call(self, name, arguments=None, meta=None):
        return self.result("tools/call", {"name": name, "arguments": arguments or {}}, meta)

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    def open(self, version="2025-11-25", capabilities=None, **client):
        got = self.result("initialize", {"protocolVersion": version, "capabilities": capabilities or {},
                                         "clientInfo": client or {"name": "tests", "version": "1"}})
        self.notify("notifications/initialized")
        return got

    def close(self):
        """End of input; the exit code, and what was written on standard error."""
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        code = self.process.wait(60)
        self.reader.join(60)
        words = self.process.stderr.read().decode() if not self.process.stderr.closed else ""
        self.process.stdout.close()
        self.process.stderr.close()
        return code, words


def text_of(result):
    return "".join(block["text"] for block in result["content"] if block["type"] == "text")
