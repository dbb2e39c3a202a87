"""The HTTP clients against a server on the loopback interface: what is granted arrives, what is not is refused."""
import contextlib
import http.server
import json
import threading
import time

from tool import Wrong, equal

BIG = bytes(n % 251 for n in range(1_000_000))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []

    def log_message(self, *_):
        pass

    def answer(self, status, body, *fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def do_GET(self):
        self.seen.append(f"{self.command} {self.path}")
        path = self.path.partition("?")[0]
        if path == "/hello":
            self.answer(200, "grüße\n".encode(), ("X-Kind", "greeting"))
        elif path == "/big":
            self.answer(200, BIG)
        elif path == "/missing":
            self.answer(404, b"not here\n")
        elif path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (b"one ", b"two ", b"three\n", b""):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                time.sleep(0.02)
        elif path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"only this")
            self.close_connection = True
        elif path == "/slow":
            time.sleep(5)
            self.answer(200, b"late\n")
        else:
            self.answer(500, b"?")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) if "Content-Length" in self.headers \
            else b"".join(self.chunks())
        self.seen.append(f"POST {self.path}")
        self.answer(201, b"%s %d %s\n" % (self.headers.get("X-A", "-").encode(), len(body), body[:20]))

    def chunks(self):
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that goes away is no news."""


class Server:
    """The server, and the flags that let a guest reach it."""

    def __init__(self):
        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.rule = ["--allowed-outbound-host", self.origin]
        self.open = [*self.rule, "--allow-network", "127.0.0.0/8"]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def says(tool, flags, words, out, code=0):
    done = tool.exec(flags, words)
    if (done.returncode, done.stdout.decode()) != (code, out) or (code == 0) != (done.stderr == b""):
        raise Wrong(f"{words}\n  must be {code} {out!r}\n  but was {done.returncode} {done.stdout!r} {done.stderr!r:.400}")
    return done


def denied(tool, server, flags, words):
    """The guest gets an error, and nothing reached the server."""
    before = len(Handler.seen)
    done = says(tool, flags, words, "", code=1)
    equal("asked the server", Handler.seen[before:], [])
    if not done.stderr or b"boxagnts: " in done.stderr:
        raise Wrong(f"no message of the guest's own: {done.stderr!r}")


def granted(tool, server):
    def get(path):
        return ["GET", server.origin + path]

    says(tool, server.open, get("/hello?q=1"), "200 greeting\ngrüße\n\n")
    says(tool, server.open, get("/missing"), "404 -\nnot here\n\n")
    says(tool, server.open, get("/chunks"), "200 -\none two three\n\n")
    says(tool, server.open, get("/big"), f"200 -\n{len(BIG)} bytes\n")
    says(tool, ["--allow", f"fetch:GET {server.origin}/hello", "--allow-network", "127.0.0.1"], get("/hello"),
         "200 greeting\ngrüße\n\n")


def posted(tool, server):
    says(tool, server.open, ["POST", server.origin + "/x", "a body", "x-a: one"], "201 -\none 6 a body\n\n")
    says(tool, server.open, ["POST", server.origin + "/x", "b" * 100_000], "201 -\n- 100000 bbbbbbbbbbbbbbbbbbbb\n\n")
    denied(tool, server, ["--allow", f"fetch:GET {server.origin}", "--allow-network", "127.0.0.1"],
           ["POST", server.origin + "/x", "a body"])


def not_granted(tool, server):
    hello = ["GET", server.origin + "/hello"]
    says(tool, server.open, hello, "200 greeting\ngrüße\n\n")
    denied(tool, server, [], hello)
    denied(tool, server, server.rule, hello)
    denied(tool, server, ["--allow-network", "127.0.0.0/8"], hello)
    denied(tool, server, ["--allow", f"fetch:{server.origin}/other/**", "--allow-network", "127.0.0.1"], hello)
    denied(tool, server, [*server.open, "--block-url", server.origin + "/hello"], hello)
    denied(tool, server, [*server.open, "--block-network", "private"], hello)
    denied(tool, server, ["--allowed-outbound-host", "http://127.0.0.1:1", "--allow-network", "127.0.0.0/8"], hello)
    denied(tool, server, server.open, ["GET", server.origin.replace("127.0.0.1", "localhost") + "/hello"])


def bounded(tool, server):
    done = tool.exec([*server.open, "--limit", "http_in=100KB"], ["GET", server.origin + "/big"])
    equal("over http_in", (done.returncode, b"1000000" in done.stdout), (1, False))
    found = json.loads(tool.exec(["--json", *server.open, "--wasm-timeout", "500ms"], ["GET", server.origin + "/slow"]).stdout)
    equal("slow server", (found["kind"], found["exit_code"], found["wall_us"] < 3_000_000), ("deadline", 124, True))
    done = tool.exec(server.open, ["GET", server.origin + "/short"])
    equal("a body that ends early", done.returncode, 1)


def recorded(tool, server):
    found = json.loads(tool.exec(["--json", *server.open], ["GET", server.origin + "/hello?key=secret"]).stdout)
    equal("requests", [(each["method"], each["url"], each["status"], each["allowed"]) for each in found["requests"]],
          [("GET", server.origin + "/hello?key=", 200, True)])
    found = json.loads(tool.exec(["--json", *server.rule], ["GET", server.origin + "/hello"]).stdout)
    equal("refused", [(each["status"], each["allowed"]) for each in found["requests"]], [(0, False)])


def run(tally, tool):
    with Server() as server:
        for case in (granted, posted, not_granted, bounded, recorded):
            tally.check(f"{tool.name}/{case.__name__}", lambda case=case: case(tool, server))
