"""The web_fetch tool, through `boxagnts exec`, against a server on this machine: pages, codings, redirects, files, and
what must not work."""
# timeout: 300
import gzip
import http.server
import json
import pathlib
import tempfile
import threading
import time
import unittest

from support import TOOLS, box

TOOL = TOOLS / "web_fetch.wasm"
PAGE = ("<!DOCTYPE html><title>A &amp; B</title><nav>menu</nav><main><h1>Head</h1><p>Some <b>text</b> with a "
        "<a href='x?a=1'>link</a>.<ul><li>one<li>two</ul>" + "<p>Words and words and more words.</p>" * 5 + "</main>")
MARKDOWN_HEAD = "menu\n\n# Head\n\nSome **text** with a [link](http://127.0.0.1:{port}/x?a=1).\n\n- one\n- two\n\nWords and"
BROTLI = bytes([27, 26, 0, 248, 141, 148, 110, 222, 68, 9, 82, 134, 214, 10, 44, 108, 111, 114, 16, 69, 228, 169, 4, 80, 56,
                87, 139, 1])


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, body, kind="text/plain", status=200, **headers):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def endless(self, pause):
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("content-length", str(10**9))
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" if pause else b"0123456789abcde\n" * 1024)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            self.close_connection = True

    def do_GET(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        path = self.path.split("?")[0]
        if path == "/page":
            self.reply(PAGE.encode(), "text/html; charset=utf-8")
        elif path == "/gzip":
            self.reply(gzip.compress(PAGE.encode()), "text/html", content_encoding="gzip")
        elif path == "/br":
            self.reply(BROTLI, content_encoding="br")
        elif path == "/bomb":
            self.reply(gzip.compress(bytes(64 << 20)), "application/x-thing", content_encoding="gzip")
        elif path == "/gbk":
            self.reply("<meta charset=gbk><p>你好".encode("gbk"), "text/html")
        elif path == "/sjis":
            self.reply("日本語".encode("shift_jis"), "text/plain; charset=Shift_JIS")
        elif path == "/sum":
            self.reply(gzip.compress(PAGE.encode())[:-8] + bytes(8), "text/html", content_encoding="gzip")
        elif path == "/none":
            self.reply(b"as it is", "text/plain", content_encoding="none")
        elif path == "/nul":
            self.reply(b"<p>one \0 stray byte in a page of text</p>", "text/html")
        elif path == "/f.tar.gz":
            self.reply(gzip.compress(b"tar", mtime=0), "application/gzip", content_encoding="x-gzip")
        elif path == "/away":
            self.reply(b"<meta http-equiv=refresh content='0;url=there'>", "text/html")
        elif path == "/json":
            self.reply(b'{"a":[1,2]}', "application/json")
        elif path == "/png":
            self.reply(b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png")
        elif path == "/404":
            self.reply(b"<p>no such page", "text/html", 404)
        elif path == "/to":
            self.reply(b"", status=302, location=self.path.split("?", 1)[1])
        elif path == "/loop":
            self.reply(b"", status=302, location="/loop")
        elif path == "/endless":
            self.endless(0)
        elif path == "/drip":
            self.endless(0.1)
        elif path == "/cut":
            self.send_response(200)
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"only this")
            self.close_connection = True
        else:
            self.reply(b"plain\n")

    do_HEAD = do_GET

    def do_POST(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/to":
            self.reply(b"", status=303, location="/after")
        else:
            self.reply(f"{len(body)} bytes, {body[:20].decode()}".encode())


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Server)
        self.seen = []

    def handle_error(self, *_):
        """Clients that go away in the middle are part of these tests."""


class WebFetchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = QuietServer()
        cls.port = cls.server.server_address[1]
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        self.server.seen.clear()
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.workspace = pathlib.Path(scratch.name)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def grant(self):
        return ("--allow", f"fetch:http://127.0.0.1:{self.port}", "--allow-network", "127.0.0.1")

    def raw(self, arguments, *flags):
        done = box("exec", *flags, TOOL, stdin=json.dumps(arguments))
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        result = json.loads(done.stdout)
        self.assertEqual([block["type"] for block in result["content"]], ["text"])
        return result

    def fetch(self, path, *flags, error=False, **arguments):
        """Text and structured part of a fetch from the server."""
        result = self.raw({"url": self.url(path), **arguments}, *self.grant(), *flags)
        self.assertIs(result["isError"], error, result)
        return result["content"][0]["text"], result["structuredContent"]

    def body(self, text):
        return text.split("\n\n", 1)[1]


class Pages(WebFetchTest):
    def test_html_becomes_markdown(self):
        text, about = self.fetch("/page")
        self.assertTrue(text.startswith(f"URL: {self.url('/page')}\nStatus: 200\nContent-Type: text/html; charset=utf-8\n"
                                        "Title: A & B\n\n" + MARKDOWN_HEAD.format(port=self.port)), text)
        self.assertEqual({k: about[k] for k in ("url", "final_url", "status", "content_type", "charset", "title",
                                                "redirects", "bytes", "next_offset", "truncated", "saved_to", "error")},
                         {"url": self.url("/page"), "final_url": self.url("/page"), "status": 200,
                          "content_type": "text/html; charset=utf-8", "charset": "utf-8", "title": "A & B",
                          "redirects": [], "bytes": len(PAGE), "next_offset": None, "truncated": False,
                          "saved_to": None, "error": None})

    def test_main_content(self):
        text, _ = self.fetch("/page", main_content=True)
        self.assertTrue(self.body(text).startswith("# Head\n"), text)

    def test_html_as_it_is(self):
        self.assertEqual(self.body(self.fetch("/page", **{"as": "html"})[0]), PAGE)

    def test_pages_of_a_text_join_to_the_whole(self):
        whole = self.body(self.fetch("/page")[0])
        parts, offset = "", 0
        while offset is not None:
            text, about = self.fetch("/page", max_chars=60, offset=offset)
            parts += self.body(text).split("\n[characters ")[0]
            offset = about["next_offset"]
        self.assertEqual(parts, whole)
        self.assertEqual(about["chars_total"], len(whole))

    def test_status_is_information(self):
        text, about = self.fetch("/404")
        self.assertEqual((self.body(text), about["status"]), ("no such page\n", 404))

    def test_json(self):
        self.assertEqual(self.body(self.fetch("/json")[0]), '{\n  "a": [\n    1,\n    2\n  ]\n}\n')

    def test_codings(self):
        self.assertEqual(self.body(self.fetch("/gzip")[0]), self.body(self.fetch("/page")[0]))
        self.assertEqual(self.body(self.fetch("/br")[0]), "hello, hello, hello, world\n")

    def test_encodings(self):
        text, about = self.fetch("/gbk")
        self.assertEqual((self.body(text), about["charset"]), ("你好\n", "gbk"))
        text, about = self.fetch("/sjis")
        self.assertEqual((self.body(text), about["charset"]), ("日本語", "shift_jis"))

    def test_binary_is_described(self):
        text, about = self.fetch("/png")
        self.assertEqual(self.body(text), "Binary data, not shown: PNG image, image/png, 108 bytes."
                                          " To keep it, fetch it with save_to.\n")

    def test_post(self):
        text, _ = self.fetch("/post", method="POST", body="x" * 100000, headers={"X-A": "b"})
        self.assertEqual(self.body(text), "100000 bytes, " + "x" * 20)
        self.assertEqual(self.server.seen[0][2]["x-a"], "b")

    def test_head(self):
        text, about = self.fetch("/page", method="HEAD")
        self.assertEqual((self.body(text), about["bytes"], about["status"]), ("", 0, 200))
        self.assertIn(f"Note: a GET would bring {len(PAGE)} bytes\n", text)

    def test_answers_as_servers_write_them(self):
        text, _ = self.fetch("/sum")
        self.assertIn("Note: the check sum of the compressed body is wrong", text)
        self.assertIn("# Head", text)
        self.assertEqual(self.body(self.fetch("/none")[0]), "as it is")
        self.assertIn("stray byte", self.body(self.fetch("/nul")[0]))
        self.assertIn(f"Note: the page sends its readers on to {self.url('/there')}\n", self.fetch("/away")[0])
        for path, sent in (("/50%off?q=100%", "/50%off?q=100%"), ("/100%", "/100%"), ("/%%41", "/%25A"), ("/%u0041", "/%25u0041")):
            self.fetch(path)
            self.assertEqual(self.server.seen[-1][1], sent)

    def test_names_and_passwords_are_not_told_back(self):
        result = self.raw({"url": "http://user:secret@127.0.0.1/"}, *self.grant())
        self.assertTrue(result["isError"])
        self.assertNotIn("secret", json.dumps(result))

    def test_international_host(self):
        result = self.raw({"url": "http://b\u00fccher.example/"}, *self.grant())
        self.assertIn("xn--bcher-kva.example", result["structuredContent"]["error"])


class Redirects(WebFetchTest):
    def test_followed_and_reported(self):
        text, about = self.fetch("/to?/to?/plain")
        self.assertEqual(about["final_url"], self.url("/plain"))
        self.assertEqual(about["redirects"], [
            {"status": 302, "from": self.url("/to?/to?/plain"), "to": self.url("/to?/plain")},
            {"status": 302, "from": self.url("/to?/plain"), "to": self.url("/plain")}])
        self.assertIn(f"Redirect: 302 {self.url('/to?/plain')} -> {self.url('/plain')}\n", text)

    def test_post_becomes_get(self):
        self.fetch("/to", method="POST", body="x")
        self.assertEqual([seen[:2] for seen in self.server.seen], [("POST", "/to"), ("GET", "/after")])

    def test_each_hop_is_judged(self):
        other = QuietServer()
        self.addCleanup(other.server_close)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        self.addCleanup(other.shutdown)
        target = f"http://127.0.0.1:{other.server_address[1]}/plain"
        text, about = self.fetch(f"/to?{target}", error=True)
        self.assertIn("HTTP-request-denied", about["error"])
        self.assertEqual(other.seen, [])
        # the control: granted as well, it is reached
        self.fetch(f"/to?{target}", "--allow", f"fetch:http://127.0.0.1:{other.server_address[1]}")
        self.assertEqual(len(other.seen), 1)

    def test_other_schemes_and_loops(self):
        self.assertIn("no http or https URL", self.fetch("/to?file:///etc/passwd", error=True)[1]["error"])
        self.assertIn("redirect loop", self.fetch("/loop", error=True)[1]["error"])
        self.assertEqual(self.fetch("/to?/x", follow_redirects=False)[1]["status"], 302)


class Refused(WebFetchTest):
    def test_without_a_grant(self):
        result = self.raw({"url": self.url("/page")})
        self.assertIs(result["isError"], True)
        self.assertIn("HTTP-request-denied", result["content"][0]["text"])
        self.assertIsNone(result["structuredContent"]["status"])
        self.assertEqual(self.server.seen, [])

    def test_blocked_network(self):
        result = self.raw({"url": self.url("/page")}, "--allow", f"fetch:http://127.0.0.1:{self.port}")
        self.assertIn("destination-IP-prohibited", result["structuredContent"]["error"])
        self.assertEqual(self.server.seen, [])

    def test_headers(self):
        for name, value in (("x", "a\r\nb: c"), ("a b", "c"), ("Host", "evil"), ("Transfer-Encoding", "chunked")):
            result = self.raw({"url": self.url("/page"), "headers": {name: value}}, *self.grant())
            self.assertIs(result["isError"], True, name)
        self.assertEqual(self.server.seen, [])

    def test_arguments(self):
        for arguments, says in (({}, 'argument "url": missing'), ({"url": "ftp://h/"}, "expected an absolute"),
                                ({"url": "http://h/", "what": 1}, 'unknown argument "what"')):
            result = self.raw(arguments)
            self.assertIs(result["isError"], True)
            self.assertIn(says, result["content"][0]["text"])


class Bounds(WebFetchTest):
    def test_endless_body(self):
        text, about = self.fetch("/endless", max_bytes=100000)
        self.assertEqual((about["bytes"], about["truncated"]), (100000, True))
        self.assertIn("Note: the body is longer than max_bytes (100000) and was cut there\n", text)

    def test_dripping_body(self):
        text, about = self.fetch("/drip", error=True, timeout_ms=1000)
        self.assertIn("timeout_ms", about["error"])
        self.assertRegex(self.body(text), "^x+$")

    def test_body_shorter_than_it_says(self):
        text, about = self.fetch("/cut", error=True)
        self.assertEqual(self.body(text), "only this")

    def test_bomb(self):
        out = self.workspace / "f"
        text, about = self.fetch("/bomb", "--map-dir", f"{self.workspace}::/workspace", save_to="f", max_bytes=1000000)
        self.assertEqual((about["bytes"], about["truncated"], out.stat().st_size), (1000000, True, 1000000))

    def test_not_connected(self):
        result = self.raw({"url": "http://127.0.0.1:1/"}, "--allow", "fetch:http://127.0.0.1:1", "--allow-network",
                          "127.0.0.1")
        self.assertIn("connection-refused", result["structuredContent"]["error"])


class Files(WebFetchTest):
    def test_saved(self):
        text, about = self.fetch("/gzip", "--map-dir", f"{self.workspace}::/workspace", save_to="page.html")
        self.assertEqual(about["saved_to"], "/workspace/page.html")
        self.assertEqual((self.workspace / "page.html").read_text(), PAGE)
        self.assertEqual([p.name for p in self.workspace.iterdir()], ["page.html"])

    def test_kept_as_published(self):
        self.fetch("/f.tar.gz", "--map-dir", f"{self.workspace}::/workspace", save_to="f.tar.gz")
        self.assertEqual((self.workspace / "f.tar.gz").read_bytes(), gzip.compress(b"tar", mtime=0))

    def test_a_file_that_is_there_is_replaced_as_a_whole(self):
        old, other, link, part = (self.workspace / name for name in ("old", "other", "link", "old.part"))
        before = "much longer than what comes, " * 1000
        old.write_text(before)
        old.chmod(0o640)
        other.hardlink_to(old)
        link.symlink_to("old")
        part.write_text("mine")
        with old.open() as reader:
            self.fetch("/gzip", "--map-dir", f"{self.workspace}::/workspace", save_to="link")
            self.assertEqual((reader.read(), other.read_text()), (before, before))
        self.assertEqual((old.read_text(), part.read_text(), old.stat().st_mode & 0o777), (PAGE, "mine", 0o640))
        self.assertTrue(link.is_symlink())
        self.assertEqual(len(list(self.workspace.iterdir())), 4)

    def test_long_names(self):
        name = "n" * 255
        self.fetch("/gzip", "--map-dir", f"{self.workspace}::/workspace", save_to=name)
        self.assertEqual((self.workspace / name).read_text(), PAGE)

    def test_not_without_a_grant(self):
        _, about = self.fetch("/gzip", "--map-dir", f"{self.workspace}::/workspace:ro", save_to="page.html", error=True)
        self.assertIn("no write grant", about["error"])
        self.assertEqual(list(self.workspace.iterdir()), [])

    def test_error_page_is_shown_instead(self):
        text, about = self.fetch("/404", "--map-dir", f"{self.workspace}::/workspace", save_to="f")
        self.assertIn("Note: not saved: the status is 404\n", text)
        self.assertEqual(list(self.workspace.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
