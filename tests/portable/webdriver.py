"""A page in headless Chromium, through chromedriver's HTTP protocol (W3C WebDriver), and a server of static files on loopback."""
import functools
import http.client
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time


class Refused(Exception):
    """What WebDriver answered instead of a value."""


class Files(http.server.SimpleHTTPRequestHandler):
    """The files of one folder, and a list of what was asked for."""
    asked = None
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, *arguments):
        if self.asked is not None:
            self.asked.append(self.path)


class Server:
    def __init__(self, folder):
        self.asked = []
        handler = type("Handler", (Files,), {"asked": self.asked})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Chromium:
    """One session; close() ends browser and driver."""

    def __init__(self):
        driver, browser = shutil.which("chromedriver"), shutil.which("chromium")
        if not driver or not browser:
            raise FileNotFoundError("no chromium and chromedriver here: apt-get install chromium chromium-driver")
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        log = pathlib.Path(self.profile.name, "driver.log")
        with open(log, "wb") as out:
            self.process = subprocess.Popen([driver, "--port=0"], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                            env=dict(os.environ, HOME=self.profile.name), start_new_session=True)
        self.session = None
        try:
            self.port = self.wait_for_port(log)
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to sandbox as root; the pages are our own
            options = {"binary": browser, "args": ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", *sandbox,
                                                   f"--user-data-dir={self.profile.name}/profile"]}
            value = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options, "timeouts": {"script": 120000, "pageLoad": 60000},
                "goog:loggingPrefs": {"browser": "ALL"}}}})
        except BaseException:
            self.close()
            raise
        self.session = value["sessionId"]
        self.version = f"{value['capabilities']['browserName']} {value['capabilities']['browserVersion']}"

    def wait_for_port(self, log):
        for _ in range(200):
            for line in log.read_text(errors="replace").splitlines():
                if "started successfully on port" in line:
                    return int(line.rstrip(".").split()[-1])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise Refused(f"chromedriver did not begin: {log.read_text(errors='replace')[-500:]}")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=180)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise Refused(f"{value['error']}: {value.get('message', '')[:2000]}")
        return value

    def go(self, url):
        self.ask("POST", f"/session/{self.session}/url", {"url": url})

    def run(self, body, *arguments):
        """What the body of an asynchronous function of the list `given` returns, in the page."""
        script = ("const done = arguments[arguments.length - 1];"
                  f"(async (...given) => {{ {body}\n }})(...Array.from(arguments).slice(0, -1))"
                  ".then((value) => done({ value }), (error) => done({ error: String(error && error.stack || error) }));")
        answer = self.ask("POST", f"/session/{self.session}/execute/async", {"script": script, "args": list(arguments)})
        if "error" in answer:
            raise Refused(answer["error"])
        return answer.get("value")

    def log(self):
        """What the console of the page has said since the last time."""
        return [entry["message"] for entry in self.ask("POST", f"/session/{self.session}/se/log", {"type": "browser"})]

    def close(self):
        if self.session:
            try:
                self.ask("DELETE", f"/session/{self.session}")
            except (OSError, Refused, ValueError):
                pass
        self.process.terminate()
        self.process.wait(20)
        self.profile.cleanup()
