"""A server on this machine that says what the tests tell it to, byte for byte, and remembers what it was asked."""
import socketserver
import threading


class Request:
    """One request as it arrived."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.line, self.body = lines[0], body
        self.method, self.target = (self.line.split(" ") + ["", ""])[:2]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    def values(self, field):
        return [value for name, value in self.headers if name.lower() == field.lower()]


class Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        self.server.connections += 1
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline(65536)
                if not line:
                    return
                head += line
            request = Request(head[:-4], b"")
            for length in request.values("content-length")[:1]:
                request.body = self.rfile.read(int(length))
            self.server.seen.append(request)
            if not self.server.answer(request, self.wfile):
                return


class Server(socketserver.ThreadingTCPServer):
    """answer(request, file) writes the answer; what it returns says whether the connection stays open."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, answer, address="127.0.0.1"):
        super().__init__((address, 0), Handler)
        self.answer, self.seen, self.connections = answer, [], 0
        self.port = self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def handle_error(self, *_):
        """Clients that go away in the middle are part of the tests."""

    def forget(self):
        self.seen.clear()
        self.connections = 0

    def stop(self):
        self.shutdown()
        self.server_close()


def ok(body=b"ok\n", *fields, status="200 OK"):
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *fields]
    if not any(field.lower().startswith("content-type") for field in fields):
        head.append("content-type: text/plain")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def redirect(to, status=302):
    return ok(b"", f"location: {to}", status=f"{status} Found")
