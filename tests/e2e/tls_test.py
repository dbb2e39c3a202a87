"""HTTPS: certificates that are refused say why, and a grant may trust more of them."""
import json
import pathlib
import re
import socket
import ssl
import tempfile
import threading
import unittest

from support import TOOLS, box, root

HEADER = (root / "src/egress/test_certs.h").read_text()


def pem(name):
    """A certificate or key of the unit tests."""
    lines = re.search(rf"#define {name} \\\n((?:    \".*\n)+)", HEADER).group(1)
    return "\n".join(re.findall(r'"(.*)\\n"', lines)) + "\n"


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.dir.name)
        for name, text in (("ca", pem("TEST_CA")), ("good", pem("TEST_CERT") + pem("TEST_KEY")),
                           ("old", pem("TEST_EXPIRED") + pem("TEST_KEY")), ("key", pem("TEST_KEY"))):
            (cls.path / f"{name}.pem").write_text(text)
        cls.ports = {name: cls.serve(name) for name in ("good", "old")}

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    @classmethod
    def serve(cls, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.path / f"{name}.pem")
        listener = socket.create_server(("127.0.0.1", 0))

        def talk(connection):
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(65536)
                    tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nfine")
            except OSError:
                pass

        def accept():
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    def ask(self, url, *flags):
        done = box("exec", "--allow", "fetch:https://*:*", "--allow-network", "127.0.0.0/8", *flags,
                   TOOLS / "web_fetch.wasm", stdin=json.dumps({"url": url}).encode())
        return json.loads(done.stdout)["structuredContent"]

    def test_a_certificate_says_what_is_wrong_with_it(self):
        ca = ("--ca", self.path / "ca.pem")
        for url, flags, says in ((f"https://127.0.0.1:{self.ports['good']}/", (), "issuer is unknown"),
                                 (f"https://127.0.0.1:{self.ports['old']}/", ca, "another name|has expired"),
                                 (f"https://localhost:{self.ports['old']}/", ca, "has expired|another name"),
                                 (f"https://localhost:{self.ports['good']}/", ca, "another name")):
            with self.subTest(url):
                self.assertRegex(self.ask(url, *flags)["error"] or "", rf"^TLS-certificate-error: .*({says})")

    def test_a_grant_may_trust_more(self):
        url = f"https://127.0.0.1:{self.ports['good']}/"
        self.assertEqual(self.ask(url, "--ca", self.path / "ca.pem")["status"], 200)
        self.assertIsNone(self.ask(url)["status"])

    def test_files_that_will_not_do_are_refused_before_anything_runs(self):
        for name, says in (("key.pem", "no certificate"), ("none.pem", "none.pem"), (".", "regular file")):
            done = box("exec", "--ca", self.path / name, TOOLS / "web_fetch.wasm", stdin=b"{}")
            self.assertEqual((done.returncode, done.stdout), (125, b""), done)
            self.assertIn(says, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
