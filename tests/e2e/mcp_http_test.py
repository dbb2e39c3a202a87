"""`boxagnts mcp --http`: who may call, in which order things are checked, sessions, streams, and callers who mean ill.

Every attack has a control: the same request, meant well, is answered."""
import concurrent.futures
import http.client
import http.server
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from support import BOXAGNTS, SANITIZED

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}}
BOTH = "application/json, text/event-stream"
COUNTER = "while true; do echo x >> /workspace/ticks; sleep 0.02; done"
PATIENCE_S = 20


class Server:
    """A server of its own home and workspace, on a port that is free."""

    def __init__(self, *flags, home=None):
        self.dir = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(home or self.dir.name + "/home")
        self.workspace = pathlib.Path(self.dir.name, "workspace")
        self.workspace.mkdir()
        (self.workspace / "a.txt").write_text("hello\n")
        self.errors = open(pathlib.Path(self.dir.name, "errors"), "w+b")
        self.process = subprocess.Popen(
            [BOXAGNTS, "mcp", "--http", "127.0.0.1:0", "--workspace", str(self.workspace),
             *flags],
            stdout=subprocess.PIPE, stderr=self.errors, env=dict(os.environ, BOXAGNTS_HOME=str(self.home)))
        line = self.process.stdout.readline().decode()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/mcp\n", line)
        if not found:
            raise AssertionError(f"no URL: {line!r}, {self.said()!r}")
        self.port = int(found[1])
        token = self.home / "mcp-token"
        self.token = token.read_text().strip() if token.exists() else None

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def stop(self, sig=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        status = self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        self.errors.close()
        self.dir.cleanup()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- asking ----------------------------------------------------------------------------------

    def headers(self, message=None, **changes):
        """Those of a well-meant request; changes: name_with_underscores=value, None leaves it out."""
        h = {"Content-Type": "application/json", "Accept": BOTH}
        if self.token:
            h["Authorization"] = "Bearer " + self.token
        meta = (message or {}).get("params", {}).get("_meta", {}) if isinstance(message, dict) else {}
        if meta:
            h["MCP-Protocol-Version"] = MODERN
            h["Mcp-Method"] = message["method"]
            name = message["params"].get("name") or message["params"].get("uri")
            if name:
                h["Mcp-Name"] = name
        for key, value in changes.items():
            h[key.replace("_", "-")] = value
        return {k: v for k, v in h.items() if v is not None}

    def ask(self, message, method="POST", path="/mcp", **changes):
        """(status, headers, body) of one request on a connection of its own."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            h = self.headers(message, **changes)
            host = h.pop("Host", None)
            c.putrequest(method, path, skip_host=host is not None)
            if host is not None:
                c.putheader("Host", host)
            body = message if isinstance(message, (bytes, type(None))) else json.dumps(message).encode()
            for k, v in h.items():
                c.putheader(k, v)
            if body is not None:
                c.putheader("Content-Length", str(len(body)))
            c.endheaders(body)
            r = c.getresponse()
            text = r.read()
            return r.status, r.headers, text
        finally:
            c.close()

    def rpc(self, message, **changes):
        status, _, text = self.ask(message, **changes)
        return status, json.loads(text)

    def raw(self, data, timeout=PATIENCE_S):
        """All that comes back for these bytes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            try:
                s.sendall(data)
            except OSError:
                pass
            return drain(s)

    def head(self, length=None, extra="", auth=True):
        lines = ["POST /mcp HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Accept: {BOTH}"]
        if auth:
            lines.append("Authorization: Bearer " + (self.token or ""))
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode()


def drain(s):
    out = b""
    try:
        while piece := s.recv(65536):
            out += piece
    except OSError:
        pass
    return out


def modern(method, id_=1, **params):
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": {**params, "_meta": META}}


def call(name, arguments, id_=1):
    return modern("tools/call", id_, name=name, arguments=arguments)


def old(method, id_=1, **params):
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}


HELLO = old("initialize", protocolVersion=LEGACY, capabilities={}, clientInfo={"name": "test", "version": "1"})
DISCOVER = modern("server/discover")


class Shared(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def ok(self):
        status, answer = self.server.rpc(DISCOVER)
        self.assertEqual(status, 200)
        self.assertIn("supportedVersions", answer["result"])


class Answers(Shared):
    def test_discover_and_call(self):
        self.ok()
        status, answer = self.server.rpc(call("read", {"path": "a.txt"}))
        self.assertEqual(status, 200)
        self.assertIn("hello", answer["result"]["content"][0]["text"])

    def test_plain_json_where_nothing_streams(self):
        _, headers, _ = self.server.ask(call("read", {"path": "a.txt"}))
        self.assertEqual(headers["Content-Type"], "application/json")

    def test_notification(self):
        note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 9, "_meta": META}}
        self.assertEqual(self.server.ask(note)[::2], (202, b""))

    def test_one_connection_for_many(self):
        c = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        for i in range(50):
            message = call("read", {"path": "a.txt"}, i)
            c.request("POST", "/mcp", json.dumps(message), self.server.headers(message))
            self.assertEqual(json.loads(c.getresponse().read())["id"], i)
        c.close()

    def test_stream(self):
        """subscriptions/listen streams: its acknowledgement comes while the request is open."""
        message = modern("subscriptions/listen", 7, notifications={"toolsListChanged": True})
        c = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        c.request("POST", "/mcp", json.dumps(message), self.server.headers(message))
        r = c.getresponse()
        self.assertEqual(r.status, 200)
        self.assertEqual(r.headers["Content-Type"], "text/event-stream")
        self.assertEqual(r.headers["X-Accel-Buffering"], "no")
        self.assertEqual(r.headers["Cache-Control"], "no-cache")
        event = r.readline() + r.readline() + r.readline()
        self.assertRegex(event, rb"\Aevent: message\ndata: \{.*subscriptions/acknowledged.*\}\n\n\Z")
        c.close()
        self.ok()


class Order(Shared):
    """Of two things that are wrong the one that is checked first is the answer."""

    def test_order(self):
        token = "Bearer " + "x" * 43
        bad_meta = {"jsonrpc": "2.0", "id": 3, "method": "nope",
                    "params": {"_meta": {**META, "io.modelcontextprotocol/protocolVersion": "2099-01-01"}}}
        no_capabilities = modern("nope", 3)
        no_capabilities["params"]["_meta"] = {"io.modelcontextprotocol/protocolVersion": MODERN}
        cases = [
            (404, None, DISCOVER, {"path": "/other", "Authorization": None}),
            (403, -32600, DISCOVER, {"Host": "evil.example.com", "Authorization": None}),
            (403, -32600, DISCOVER, {"Origin": "http://evil.example.com", "Authorization": token}),
            (401, -32600, b"{", {"Authorization": token}),
            (405, -32600, DISCOVER, {"method": "PUT"}),
            (415, -32600, b"{", {"Content_Type": "text/plain"}),
            (406, -32600, b"{", {"Accept": "text/html"}),
            (400, -32700, b"{", {}),
            (400, -32602, old("nope", 3), {"MCP_Protocol_Version": MODERN}),
            (400, -32020, modern("nope", 3), {"MCP_Protocol_Version": None, "Mcp_Method": "x"}),
            (400, -32020, bad_meta, {"Mcp_Method": "x"}),
            (400, -32022, bad_meta, {"MCP_Protocol_Version": "2099-01-01", "Mcp_Method": "x"}),
            (400, -32602, no_capabilities, {"Mcp_Method": "x"}),
            (400, -32020, modern("nope", 3), {"Mcp_Method": "x"}),
            (400, -32020, modern("nope", 3), {"Mcp_Method": None}),
            (404, -32601, modern("nope", 3), {}),
            (404, -32601, modern("ping", 3), {}),
            (404, -32601, modern("initialize", 3), {}),
        ]
        for status, code, message, changes in cases:
            with self.subTest(status=status, code=code, changes=changes):
                got, _, text = self.server.ask(message, **changes)
                self.assertEqual(got, status, text)
                if code is not None:
                    self.assertEqual(json.loads(text)["error"]["code"], code)
                if code in (-32020, -32022, -32601, -32602):
                    self.assertEqual(json.loads(text)["id"], 3)

    def test_names_are_compared(self):
        message = call("read", {"path": "a.txt"})
        for changes, good in (({}, True), ({"Mcp_Name": "write"}, False), ({"Mcp_Name": None}, False),
                              ({"Mcp_Name": "READ"}, False), ({"Mcp_Name": "  read  "}, True),
                              ({"Mcp_Name": "=?base64?cmVhZA==?="}, True), ({"mcp_NAME": "read", "Mcp_Name": None}, True)):
            with self.subTest(changes=changes):
                status, answer = self.server.rpc(message, **changes)
                self.assertEqual(status, 200 if good else 400)
                self.assertEqual(answer.get("error", {}).get("code"), None if good else -32020)

    def test_modern_has_only_post(self):
        for method in ("GET", "DELETE"):
            status, headers, _ = self.server.ask(None, method=method, MCP_Protocol_Version=MODERN)
            self.assertEqual((status, headers["Allow"]), (405, "POST"))


class Callers(Shared):
    def test_host(self):
        port = self.server.port
        good = ["localhost", f"localhost:{port}", f"127.0.0.1:{port}", "[::1]:80", "LOCALHOST"]
        bad = ["evil.example.com", f"evil.example.com:{port}", "localhost.evil.example.com", "127.0.0.1.evil.example.com",
               "localhost@evil.example.com", "evil.example.com#localhost", "", "0.0.0.0", "127.0.0.1:", "localhost:8x",
               "[::1", "10.0.0.1"]
        for host in good:
            with self.subTest(good=host):
                self.assertEqual(self.server.ask(DISCOVER, Host=host)[0], 200)
        for host in bad:
            with self.subTest(bad=host):
                self.assertIn(self.server.ask(DISCOVER, Host=host)[0], (400, 403))

    def test_origin(self):
        good = [f"http://localhost:{self.server.port}", "http://127.0.0.1", "https://localhost:8443", "http://[::1]:3000"]
        bad = ["http://evil.example.com", "null", "http://localhost.evil.example.com", "http://evil.example.com:80",
               "file://", "http://localhost@evil.example.com", "http://127.0.0.1.nip.io", "chrome-extension://abc", ""]
        for origin in good:
            with self.subTest(good=origin):
                self.assertEqual(self.server.ask(DISCOVER, Origin=origin)[0], 200)
        for origin in bad:
            with self.subTest(bad=origin):
                self.assertEqual(self.server.ask(DISCOVER, Origin=origin)[0], 403)

    def test_origin_where_nobody_needs_a_token(self):
        """Any program of this machine could show the user a page of its own port."""
        with Server("--no-auth") as server:
            for origin, status in ((f"http://localhost:{server.port}", 200), (f"http://127.0.0.1:{server.port}", 200),
                                   (None, 200), ("http://localhost:3000", 403), ("http://localhost", 403),
                                   (f"http://localhost:{server.port}0", 403), ("null", 403)):
                self.assertEqual(server.ask(DISCOVER, Origin=origin)[0], status, origin)
        with Server("--no-auth", "--allow-origin", "http://localhost:3000") as server:
            self.assertEqual(server.ask(DISCOVER, Origin="http://localhost:3000")[0], 200)

    def test_a_page_cannot_call_without_asking(self):
        """What a page may send anywhere without a preflight is not taken, and a preflight is not answered."""
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None):
            self.assertEqual(self.server.ask(DISCOVER, Content_Type=kind)[0], 415)
        status, headers, _ = self.server.ask(None, method="OPTIONS", Origin="http://localhost:3000",
                                             Access_Control_Request_Method="POST", Authorization=None)
        self.assertEqual(status, 401)
        self.assertNotIn("Access-Control-Allow-Origin", headers)

    def test_tokens(self):
        t = self.server.token
        self.assertRegex(t, r"\A[A-Za-z0-9_-]{43}\Z")
        self.assertEqual(self.server.ask(DISCOVER)[0], 200)
        self.assertEqual(self.server.ask(DISCOVER, Authorization="bearer " + t)[0], 200)
        flipped = [t[:i] + ("A" if t[i] != "A" else "B") + t[i + 1:] for i in range(0, len(t), 6)]
        guesses = [f"Bearer {g}" for g in ("", t[:-1], t + "x", t.swapcase(), t[::-1], "null", *flipped)]
        for value in (None, "", t, "Basic " + t, "Bearer", "Bearer\t" + t, f"Bearer {t} {t}", f"Bearer {t},{t}", *guesses):
            with self.subTest(value=value):
                status, headers, _ = self.server.ask(DISCOVER, Authorization=value)
                self.assertEqual(status, 401)
                self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer "))
        self.assertEqual(self.server.ask(DISCOVER, path="/mcp?token=" + t, Authorization=None)[0], 401)

    def test_token_of_another_server(self):
        with Server() as other:
            self.assertNotEqual(other.token, self.server.token)
            self.assertEqual(self.server.ask(DISCOVER, Authorization="Bearer " + other.token)[0], 401)
            self.assertEqual(other.ask(DISCOVER)[0], 200)

    def test_said_twice(self):
        t = self.server.token
        body = json.dumps(DISCOVER).encode()
        method = f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: server/discover\r\n"
        self.assertIn(b" 200 ", self.server.raw(self.server.head(len(body), method + "Connection: close\r\n") + body))
        for extra in ("Host: evil.example.com\r\n", "Authorization: Bearer x\r\n", f"Authorization: Bearer {t}\r\n",
                      "Origin: http://localhost\r\nOrigin: http://evil.example.com\r\n", "Mcp-Method: tools/call\r\n",
                      "MCP-Protocol-Version: 2025-11-25\r\n", "Content-Type: text/plain\r\n"):
            with self.subTest(extra=extra):
                answer = self.server.raw(self.server.head(len(body), method + extra + "Connection: close\r\n") + body)
                self.assertIn(b" 400 ", answer.split(b"\r\n")[0])


class OwnPort(unittest.TestCase):
    """A guest that reached the server would speak to it with its operator's rights."""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    def test_no_guest_reaches_the_server(self):
        hosts = ("127.0.0.1", "127.0.0.2", "localhost")
        allowed = ", ".join(f"'web_fetch(domain:{host})'" for host in hosts)
        with tempfile.TemporaryDirectory() as top, http.server.HTTPServer(("127.0.0.1", 0), self.Other) as other:
            threading.Thread(target=other.serve_forever, daemon=True).start()
            self.addCleanup(other.shutdown)
            policy = pathlib.Path(top, "policy.yaml")
            policy.write_text(f"rules: {{allow: [{allowed}]}}\nnetwork: {{allow_networks: [127.0.0.0/8, '::1']}}\n")
            with Server("--policy", str(policy), "--no-auth") as server:
                def fetch(host, port):
                    _, answer = server.rpc(call("web_fetch", {"url": f"http://{host}:{port}/mcp"}))
                    return answer["result"]["structuredContent"]
                for host in hosts:
                    got = fetch(host, server.port)
                    self.assertIsNone(got["status"], got)
                    self.assertIn("destination-IP-prohibited", got["error"])
                self.assertEqual(fetch("127.0.0.1", other.server_port)["status"], 204)  # the control


class Settings(unittest.TestCase):
    def test_token_is_shown_once_and_kept_private(self):
        with tempfile.TemporaryDirectory() as dir_:
            home = pathlib.Path(dir_, "home")
            with Server(home=home) as first:
                token = first.token
                self.assertIn(token, first.said())
                self.assertEqual((home / "mcp-token").stat().st_mode & 0o777, 0o600)
            with Server(home=home) as second:
                self.assertEqual(second.token, token)
                self.assertNotIn(token, second.said())
                self.assertEqual(second.ask(DISCOVER)[0], 200)
            (home / "mcp-token").chmod(0o644)
            with self.assertRaisesRegex(AssertionError, "others could read it"):
                Server(home=home)

    def test_no_auth_is_for_loopback(self):
        with Server("--no-auth") as server:
            self.assertIsNone(server.token)
            self.assertEqual(server.ask(DISCOVER)[0], 200)
            self.assertEqual(server.ask(DISCOVER, Origin="http://evil.example.com")[0], 403)
        for address in ("0.0.0.0:0", "[::]:0", "10.1.2.3:0"):
            done = subprocess.run([BOXAGNTS, "mcp", "--http", address, "--no-auth"], capture_output=True, check=False)
            self.assertEqual(done.returncode, 126)
            self.assertIn(b"only on loopback", done.stderr)

    def test_allowed_names(self):
        with Server("--allow-host", "box.example.com", "--allow-origin", "https://app.example.com") as server:
            self.assertEqual(server.ask(DISCOVER, Host="box.example.com", Origin="https://app.example.com")[0], 200)
            self.assertEqual(server.ask(DISCOVER, Host="x.box.example.com")[0], 403)
            self.assertEqual(server.ask(DISCOVER, Origin="https://app.example.com.evil.org")[0], 403)

    def test_refused_settings(self):
        for flags, words in ((["--no-auth"], "are for --http"), (["--http=example.com:80"], "no address"),
                             (["--http", "127.0.0.1:99999"], "no address")):
            done = subprocess.run([BOXAGNTS, "mcp", *flags], capture_output=True, stdin=subprocess.DEVNULL, check=False)
            self.assertEqual(done.returncode, 125)
            self.assertIn(words, done.stderr.decode())

    def test_address_in_use(self):
        with Server() as server:
            done = subprocess.run([BOXAGNTS, "mcp", f"--http=127.0.0.1:{server.port}", "--no-auth"], capture_output=True,
                                  check=False)
            self.assertEqual(done.returncode, 125)
            self.assertIn(b"Address already in use", done.stderr)


class Sessions(Shared):
    def open(self):
        status, headers, text = self.server.ask(HELLO)
        self.assertEqual((status, json.loads(text)["result"]["protocolVersion"]), (200, LEGACY))
        self.assertRegex(headers["Mcp-Session-Id"], r"\A[!-~]{32,}\Z")
        return headers["Mcp-Session-Id"]

    def test_a_session(self):
        s = self.open()
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        self.assertEqual(self.server.ask(note, Mcp_Session_Id=s)[0], 202)
        self.assertEqual(self.server.rpc(old("ping"), Mcp_Session_Id=s), (200, {"jsonrpc": "2.0", "id": 1, "result": {}}))
        status, answer = self.server.rpc(old("tools/call", name="read", arguments={"path": "a.txt"}), Mcp_Session_Id=s,
                                         MCP_Protocol_Version=LEGACY)
        self.assertEqual(status, 200)
        self.assertIn("hello", answer["result"]["content"][0]["text"])
        self.assertEqual(self.server.ask(old("ping"), Mcp_Session_Id=s, MCP_Protocol_Version="1999-01-01")[0], 400)
        self.assertEqual(self.server.ask(old("ping"))[0], 400)
        self.assertEqual(self.server.ask(None, method="DELETE", Mcp_Session_Id=s)[0], 204)
        self.assertEqual(self.server.ask(old("ping"), Mcp_Session_Id=s)[0], 404)
        self.assertEqual(self.server.ask(None, method="DELETE", Mcp_Session_Id=s)[0], 404)

    def test_guessed_sessions(self):
        s = self.open()
        self.assertEqual(len({self.open() for _ in range(20)} | {s}), 21)
        for guess in ("", "0" * len(s), s[:-1], s + "0", s.upper() if s.upper() != s else "x", "../" + s):
            with self.subTest(guess=guess):
                self.assertEqual(self.server.ask(old("ping"), Mcp_Session_Id=guess)[0], 404)
        self.assertEqual(self.server.ask(old("ping"), Mcp_Session_Id=s, Authorization=None)[0], 401)
        self.assertEqual(self.server.ask(old("ping"), Mcp_Session_Id=s)[0], 200)

    def test_stream_of_a_session(self):
        s = self.open()
        self.assertEqual(self.server.ask(None, method="GET", Mcp_Session_Id=s, Accept="application/json")[0], 406)
        c = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        c.request("GET", "/mcp", headers=self.server.headers(Mcp_Session_Id=s, Content_Type=None))
        r = c.getresponse()
        self.assertEqual((r.status, r.headers["Content-Type"]), (200, "text/event-stream"))
        self.assertEqual(self.server.ask(None, method="DELETE", Mcp_Session_Id=s)[0], 204)
        self.assertEqual(r.read(), b"")  # ends with its session
        c.close()

    def test_many_sessions(self):
        """Who opens more and more of them loses the oldest, and nobody else is turned away."""
        with Server() as server:
            ids = [server.ask(HELLO)[1]["Mcp-Session-Id"] for _ in range(260)]
            self.assertEqual(server.ask(old("ping"), Mcp_Session_Id=ids[0])[0], 404)
            self.assertEqual(server.ask(old("ping"), Mcp_Session_Id=ids[-1])[0], 200)

    def test_modern_ignores_sessions(self):
        self.assertEqual(self.server.ask(DISCOVER, Mcp_Session_Id="made-up", Last_Event_ID="5")[0], 200)


class Bodies(Shared):
    def test_broken_json(self):
        deep = b"[" * 100000
        for body in (b"", b"{", b"nonsense", b"[]", b"1", b'"x"', deep, b'{"a":' * 5000, b"\xff\xfe", b'{"id":1,"id":2}',
                     json.dumps([DISCOVER, DISCOVER]).encode()):
            with self.subTest(body=body[:20]):
                status, answer = self.server.rpc(body, MCP_Protocol_Version=MODERN)
                self.assertEqual(status, 400)
                self.assertIn(answer["error"]["code"], (-32700, -32600))
        self.ok()

    def test_truncated(self):
        body = json.dumps(DISCOVER).encode()
        for n in (0, 1, len(body) - 1):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE_S) as s:
                s.sendall(self.server.head(len(body)) + body[:n])
                s.shutdown(socket.SHUT_WR)
                self.assertNotIn(b" 200 ", drain(s))
        for cut in (b"POST /mcp HT", b"POST /mcp HTTP/1.1\r\nHost: loc", self.server.head()[:-2]):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE_S) as s:
                s.sendall(cut)
                s.shutdown(socket.SHUT_WR)
                self.assertNotIn(b" 200 ", drain(s))
        self.ok()

    def test_two_lengths(self):
        """A request whose end two readers see at different places is refused, and what follows is not read."""
        inner = json.dumps(DISCOVER).encode()
        smuggled = self.server.head(len(inner), f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: server/discover\r\n") + inner
        self.assertIn(b" 200 ", self.server.raw(smuggled.replace(b"Host:", b"Connection: close\r\nHost:", 1)))
        for extra in ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
                      "Content-Length: 5\r\nContent-Length: 5\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                      "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Content-Length: -5\r\n",
                      "Content-Length: 5, 5\r\n", "Content-Length: 0x5\r\n"):
            with self.subTest(extra=extra):
                answer = self.server.raw(self.server.head(extra=extra) + b"0\r\n\r\n" + smuggled)
                self.assertIn(b" 400 ", answer.split(b"\r\n")[0])
                self.assertNotIn(b" 200 ", answer)
                self.assertNotIn(b"jsonrpc", answer.split(b"HTTP/1.1 ", 2)[-1])

    def test_too_large(self):
        answer = self.server.raw(self.server.head(100 << 20) + b"x" * 1000)
        self.assertIn(b" 413 ", answer)
        self.assertIn(b" 401 ", self.server.raw(self.server.head(100 << 20, auth=False) + b"x" * 1000))
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE_S) as s:
            s.sendall(self.server.head(extra="Transfer-Encoding: chunked\r\n"))
            chunk = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
            try:
                for _ in range(100):
                    s.sendall(chunk)
                s.sendall(b"0\r\n\r\n")
            except OSError:
                pass  # cut off
            self.assertNotIn(b" 200 ", drain(s))
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text())[1])
        if not SANITIZED:
            self.assertLess(peak, 400 << 10)
        self.ok()

    def test_large_heads(self):
        for extra in ("".join(f"X-{i}: 1\r\n" for i in range(200)), "X: " + "a" * 100000 + "\r\n"):
            answer = self.server.raw(self.server.head(0, extra))
            self.assertNotIn(b" 200 ", answer)
        self.assertNotIn(b" 200 ", self.server.raw(b"POST /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        self.ok()


class Crowds(Shared):
    def test_slow_clients(self):
        """Many who send a byte now and then hold up nobody."""
        slow = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(200)]
        head = self.server.head(1000)
        for i, s in enumerate(slow):
            s.sendall(head[:10 + i] if i % 2 else head + b"{")
        for _ in range(20):
            self.ok()
        for s in slow:
            s.close()

    def test_thousand_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        body = json.dumps(call("read", {"path": "a.txt"})).encode()
        request = self.server.head(len(body), f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\n"
                                   "Mcp-Name: read\r\nConnection: close\r\n") + body
        every = [socket.create_connection(("127.0.0.1", self.server.port), timeout=60) for _ in range(1000)]
        for s in every:
            s.sendall(request)
        answers = [drain(s) for s in every]
        for s in every:
            s.close()
        self.assertEqual(sum(b"hello" in a for a in answers), 1000)
        self.ok()


class Disconnects(unittest.TestCase):
    """The sandbox of a client that went away is stopped with 2026-07-28; an older one's goes on."""

    def leave_amid(self, server, message, **changes):
        ticks = server.workspace / "ticks"
        body = json.dumps(message).encode()
        c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        c.request("POST", "/mcp", body, server.headers(message, **changes))
        until = time.monotonic() + PATIENCE_S
        while not (ticks.exists() and ticks.stat().st_size > 2):
            self.assertLess(time.monotonic(), until, "the call does not begin")
            time.sleep(0.01)
        c.sock.close()
        c.close()

    def grows(self, server):
        ticks = server.workspace / "ticks"
        before = ticks.stat().st_size
        time.sleep(0.5)
        return ticks.stat().st_size > before

    def test_modern(self):
        with Server() as server:
            self.leave_amid(server, call("bash", {"command": COUNTER}))
            until = time.monotonic() + PATIENCE_S
            while self.grows(server):
                self.assertLess(time.monotonic(), until, "the call goes on")
            self.assertEqual(server.ask(DISCOVER)[0], 200)

    def test_legacy(self):
        with Server() as server:
            s = server.ask(HELLO)[1]["Mcp-Session-Id"]
            message = old("tools/call", 5, name="bash", arguments={"command": COUNTER})
            self.leave_amid(server, message, Mcp_Session_Id=s)
            time.sleep(0.5)
            self.assertTrue(self.grows(server))
            note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
            self.assertEqual(server.ask(note, Mcp_Session_Id=s)[0], 202)
            until = time.monotonic() + PATIENCE_S
            while self.grows(server):
                self.assertLess(time.monotonic(), until, "the call goes on")

    def test_many_leave(self):
        with Server() as server:
            body = json.dumps(call("bash", {"command": "sleep 25"})).encode()
            request = server.head(len(body), f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\n"
                                  "Mcp-Name: bash\r\n") + body
            every = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
            for s in every:
                s.sendall(request)
            time.sleep(0.3)
            for s in every:
                s.close()
            began = time.monotonic()
            self.assertEqual(server.rpc(call("read", {"path": "a.txt"}))[0], 200)
            self.assertLess(time.monotonic() - began, 15)  # and not behind forty sleeps


class Ends(unittest.TestCase):
    def test_what_runs_is_answered(self):
        server = Server()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(server.rpc, call("bash", {"command": "sleep 1; echo done"}))
            time.sleep(0.4)
            server.process.send_signal(signal.SIGTERM)
            status, result = answer.result(timeout=PATIENCE_S)
        self.assertEqual(status, 200)
        self.assertIn("done", result["result"]["content"][0]["text"])
        self.assertEqual(server.process.wait(timeout=PATIENCE_S), 0)
        server.stop()

    def test_open_streams(self):
        """Streams and idle connections do not keep it, and do not take it down."""
        server = Server()
        s = server.ask(HELLO)[1]["Mcp-Session-Id"]
        idle = socket.create_connection(("127.0.0.1", server.port))
        old_stream = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        old_stream.request("GET", "/mcp", headers=server.headers(Mcp_Session_Id=s, Content_Type=None))
        first = old_stream.getresponse()
        message = modern("subscriptions/listen", 7, notifications={"toolsListChanged": True})
        new_stream = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        new_stream.request("POST", "/mcp", json.dumps(message), server.headers(message))
        second = new_stream.getresponse()
        second.readline()
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(first.read(), b"")
        self.assertIn(b'"resultType":"complete"', second.read())
        self.assertEqual(server.process.wait(timeout=PATIENCE_S), 0)
        server.stop()
        for c in (idle, old_stream, new_stream):
            c.close()

    def test_long_call_is_cancelled(self):
        server = Server()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(server.ask, call("bash", {"command": "sleep 25"}))
            time.sleep(0.4)
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(timeout=15), 0)
            try:
                self.assertNotEqual(answer.result(timeout=PATIENCE_S)[0], 404)
            except (OSError, http.client.HTTPException):
                pass
        server.stop()


class Config(unittest.TestCase):
    CLIENTS = ("claude-code", "codex", "cursor", "vscode", "goose", "opencode", "gemini-cli", "qwen-code", "zed")

    def config(self, *arguments):
        return subprocess.run([BOXAGNTS, "mcp", "config", *arguments], capture_output=True, text=True, check=False)

    def test_every_client(self):
        for client in self.CLIENTS:
            for flags in ([], ["--workspace", "/tmp"], ["--http"], ["--http", "127.0.0.1:99"], ["--http", "--no-auth"]):
                with self.subTest(client=client, flags=flags):
                    done = self.config(client, *flags)
                    self.assertEqual((done.returncode, "@" in done.stdout, "?" in done.stdout), (0, False, False))
                    if done.stdout.startswith("{"):
                        json.loads(done.stdout)
                    http_ = "--http" in flags
                    self.assertEqual(os.path.realpath(BOXAGNTS) in done.stdout, not http_)
                    self.assertEqual('"--workspace", "/tmp"' in done.stdout, "--workspace" in flags)
                    self.assertEqual("http://127.0.0.1:" in done.stdout, http_)
                    self.assertEqual(re.search("token|bearer", done.stdout, re.I) is not None,
                                     http_ and "--no-auth" not in flags)

    def test_unknown(self):
        for arguments in (["nope"], []):
            done = self.config(*arguments)
            self.assertEqual(done.returncode, 125)
            for client in self.CLIENTS:
                self.assertIn(client, done.stderr)
        self.assertEqual(self.config("codex", "--no-auth").returncode, 125)
        self.assertEqual(self.config("codex", "--workspace", "/nowhere").returncode, 125)

    def test_what_is_printed_starts_a_server(self):
        with tempfile.TemporaryDirectory() as dir_:
            entry = json.loads(self.config("claude-code", "--workspace", dir_).stdout)["mcpServers"]["boxagnts"]
            done = subprocess.run([entry["command"], *entry["args"]], input=json.dumps(DISCOVER) + "\n", capture_output=True,
                                  text=True, check=False, timeout=60)
            self.assertIn("supportedVersions", done.stdout)


if __name__ == "__main__":
    unittest.main()
