"""Models over the network: what ends a turn, where the key goes, and the command `models`."""
import json
import os
import pathlib
import re
import tempfile
import threading
import time
import unittest

import llm_support as llm
import support
from llm_support import Case, fails, says

MS = 1000


class Ends(Case):
    def hang(self, *pieces):
        """A server that sends these and then nothing, and says when the client went away."""
        self.gone = threading.Event()

        def answer(request, file):
            llm.begin(file)
            for piece in pieces:
                llm.chunk(file, piece)
            try:
                for _ in range(600):
                    time.sleep(0.05)
                    llm.chunk(file, b": ping\n\n")
            except OSError:
                self.gone.set()
            return False
        return self.serve(answer)

    def test_no_first_token(self):
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                server = self.hang()
                turn = llm.turn(llm.model(protocol, server.port), first_token_ms=300, retries=0)
                self.assertEqual((turn.end["failure"], turn.end["code"]), ("timeout", "BX_ETIMEOUT"))
                self.assertTrue(self.gone.wait(5))

    def test_no_answer_at_all(self):
        server = self.serve(lambda request, file: time.sleep(3))
        turn = llm.turn(llm.model("openai-chat", server.port), first_token_ms=300, retries=0)
        self.assertEqual(turn.end["failure"], "timeout")

    def test_a_stall(self):
        def answer(request, file):
            llm.begin(file)
            llm.chunk(file, llm.chat("a")[0])
            time.sleep(3)
            return False
        turn = llm.turn(llm.model("openai-chat", self.serve(answer).port), stall_ms=300)
        self.assertEqual((turn.text, turn.end["failure"], turn.end["attempts"]), ("a", "timeout", 1))

    def test_pings_alone_do_not_keep_a_turn_alive(self):
        server = self.hang(llm.chat("a")[0])
        turn = llm.turn(llm.model("openai-chat", server.port), stall_ms=100)
        self.assertEqual((turn.text, turn.end["failure"]), ("a", "timeout"))

    def test_a_cancel_ends_the_transfer(self):
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                pieces = llm.STREAMS[protocol]("ab")
                server = self.hang(*pieces[:3])
                turn = llm.turn(llm.model(protocol, server.port), cancel_ms=300)
                self.assertEqual((turn.end["failure"], turn.end["code"]), ("stopped", "BX_ECANCELLED"))
                self.assertLess(turn.end["total_us"], 2000 * MS)
                self.assertTrue(self.gone.wait(5))

    def test_a_cancel_ends_a_wait_between_attempts(self):
        server = self.serve(fails("429 Too Many Requests", None, "retry-after: 50"))
        turn = llm.turn(llm.model("openai-chat", server.port), cancel_ms=200)
        self.assertEqual((turn.end["failure"], len(self.asked)), ("stopped", 1))

    def test_the_deadline(self):
        server = self.hang()
        turn = llm.turn(llm.model("anthropic", server.port), deadline_ms=300)
        self.assertEqual((turn.end["failure"], turn.end["code"]), ("stopped", "BX_ETIMEOUT"))


class Credentials(Case):
    FIELD = {"openai-chat": ("authorization", "Bearer k-123"), "openai-responses": ("authorization", "Bearer k-123"),
             "anthropic": ("x-api-key", "k-123"), "gemini": ("x-goog-api-key", "k-123")}

    def test_the_key_is_where_it_belongs(self):
        for protocol in llm.PROTOCOLS:
            with self.subTest(protocol):
                server = self.serve(says(protocol, "ok"))
                llm.turn(llm.model(protocol, server.port), key="k-123")
                request = self.asked[0][1]
                name, value = self.FIELD[protocol]
                self.assertEqual(request.values(name), [value])
                self.assertNotIn("k-123", request.target + request.body.decode())

    def test_no_key_no_field(self):
        for protocol in llm.PROTOCOLS:
            server = self.serve(says(protocol, "ok"))
            llm.turn(llm.model(protocol, server.port))
            self.assertEqual(self.asked[0][1].values(self.FIELD[protocol][0]), [])

    def test_a_redirect_takes_neither_key_nor_words_elsewhere(self):
        thief = self.serve(says("openai-chat", "stolen"))
        stolen = self.asked
        for status in ("301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
            server = self.serve(lambda request, file: llm.refuse(
                file, status, b"", (f"Location: http://127.0.0.1:{thief.port}/v1/chat/completions",)))
            turn = llm.turn(llm.model("openai-chat", server.port), key="k-123")
            self.assertEqual((turn.end["failure"], len(self.asked)), ("request", 1))
        self.assertEqual(stolen, [])
        llm.turn(llm.model("openai-chat", thief.port), key="k-123")       # the control: it can be reached
        self.assertEqual(len(stolen), 1)

    def test_a_key_that_is_no_field_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "control") as caught:
            llm.turn("openai-chat@http://127.0.0.1:1/v1#m", key="secret\n123")
        self.assertNotIn("secret", str(caught.exception))


class Commands(Case):
    def box(self, *arguments, env, **options):
        clean = {name: "" for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL", "_HOST"))}
        for local in ("OLLAMA", "LLAMACPP", "LMSTUDIO", "VLLM"):
            clean[f"{local}_BASE_URL"] = "http://127.0.0.1:1/v1"
        return support.box(*arguments, env={**clean, **env}, **options)

    def models(self, *arguments, **env):
        return self.box("models", *arguments, env=env)

    def lists(self, *names):
        body = json.dumps({"data": [{"id": name} for name in names]}).encode()
        return self.serve(lambda request, file: llm.refuse(file, "200 OK", body))

    def test_lists_what_answers(self):
        server = self.lists("gpt-4.1", "evil\x1b[2Jname")
        done = self.models(OPENAI_API_KEY="k-1", OPENAI_BASE_URL=f"http://127.0.0.1:{server.port}/v1")
        self.assertEqual(done.stdout.decode().splitlines(), [
            "openai/gpt-4.1  $2.00 in, $8.00 out per million tokens  1000k tokens of context", "openai/evil\\u{1b}[2Jname"])
        self.assertEqual([r.target for _, r in self.asked], ["/v1/models"])
        self.assertEqual(self.asked[0][1].values("authorization"), ["Bearer k-1"])

    def test_json(self):
        server = self.lists("qwen3:8b")
        done = self.models("--json", LMSTUDIO_BASE_URL=f"http://127.0.0.1:{server.port}/v1")
        rows = {row["provider"]: row for row in json.loads(done.stdout)}
        self.assertEqual(rows["lmstudio"]["models"], [{"name": "lmstudio/qwen3:8b"}])
        self.assertTrue(rows["lmstudio"]["answers"])
        self.assertFalse(rows["ollama"]["answers"])
        self.assertEqual(rows["anthropic"]["error"], "no key: set ANTHROPIC_API_KEY")

    def test_a_server_where_its_own_variable_says(self):
        server = self.lists("qwen3:8b")
        done = self.models("ollama", OLLAMA_BASE_URL="", OLLAMA_HOST=f"0.0.0.0:{server.port}")
        self.assertEqual((done.returncode, done.stdout), (0, b"ollama/qwen3:8b\n"))
        done = self.models(OLLAMA_BASE_URL="", OLLAMA_HOST="127.0.0.1:1")                 # one that was named is told of
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"ollama: ", done.stderr)

    def test_a_key_in_the_environment_is_enough(self):
        def answer(request, file):
            if request.target.endswith("/models"):
                body = {"data": [{"id": n} for n in ("gpt-4", "gpt-5.5", "gpt-5.5-mini", "tts-9")]}
                return llm.refuse(file, "200 OK", json.dumps(body).encode())
            return says("openai-responses", "hello")(request, file)
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        env = {"OPENAI_API_KEY": "k-1", "OPENAI_BASE_URL": f"http://127.0.0.1:{self.serve(answer).port}/v1",
               "BOXAGNTS_HOME": home.name, "BOXAGNTS_MODEL": ""}
        for command, options in ((("run", "-p", "hi"), {}), (("chat",), {"stdin": b"hi\n"})):
            done = self.box(*command, "--workspace", home.name, env=env, **options)
            self.assertEqual(done.returncode, 0, done)
            self.assertIn(b"hello", done.stdout)
            self.assertIn(b"the model is openai/gpt-5.5;", done.stderr)
            self.assertEqual(json.loads(self.asked[-1][1].body)["model"], "gpt-5.5")
        done = self.box("run", "-p", "hi", "--workspace", home.name, env={**env, "OPENAI_API_KEY": ""})
        self.assertIn(b"No key is in the environment (ANTHROPIC_API_KEY", done.stderr)
        self.assertNotEqual(done.returncode, 0)

    def test_a_key_that_is_refused_is_told(self):
        server = self.serve(fails("401 Unauthorized"))
        done = self.models(ANTHROPIC_API_KEY="k", ANTHROPIC_BASE_URL=f"http://127.0.0.1:{server.port}")
        self.assertIn(b"anthropic: HTTP 401", done.stderr)
        self.assertEqual((done.returncode, self.asked[0][1].target), (1, "/v1/models"))

    def test_a_key_and_a_url_that_are_wrong(self):
        url = f"http://127.0.0.1:{self.serve(fails('401 Unauthorized')).port}/v1"
        for env, why in (({"OPENAI_API_KEY": "k-1\n"}, "the key in OPENAI_API_KEY has white space"),
                         ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "h:1"}, "OPENAI_BASE_URL: the URL does not begin"),
                         ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": url}, "HTTP 401: no; the key is that of OPENAI_API_KEY"),
                         ({"OPENAI_BASE_URL": url}, "HTTP 401: no; no key was sent: set OPENAI_API_KEY")):
            with self.subTest(why):
                self.assertIn(why, self.models("--ask", "openai/m", "hi", **env).stderr.decode())

    def test_what_is_no_server_of_models(self):
        def page(status):
            return lambda request, file: llm.refuse(file, status, b"<html>hello</html>")
        for status, why in (("200 OK", "the answer is a web page: is the URL right? "),
                            ("404 Not Found", "HTTP 404: no reason given; is the URL right? ")):
            url = f"http://127.0.0.1:{self.serve(page(status)).port}/v1"
            self.assertIn(why + url, self.models("--ask", f"openai-chat@{url}#m", "hi").stderr.decode())
            self.assertEqual(len(self.asked), 1)                                         # nothing gets better by asking again
            self.assertIn(url, self.models("openai", OPENAI_API_KEY="k", OPENAI_BASE_URL=url).stderr.decode())

    def test_ask(self):
        server = self.serve(says("openai-chat", "Hällo"))
        done = self.models("--ask", f"openai-chat@http://127.0.0.1:{server.port}/v1#m", "how", "are you?")
        self.assertEqual((done.returncode, done.stdout.decode()), (0, "Hällo\n"))
        self.assertEqual(json.loads(self.asked[0][1].body)["messages"], [{"role": "user", "content": "how are you?"}])

    def test_scripts_of_the_documentation(self):
        text = (support.root / "docs/models.md").read_text(encoding="utf-8")
        scripts = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)
        self.assertEqual(len(scripts), 3)
        for script in scripts:
            with tempfile.TemporaryDirectory() as scratch:
                path = pathlib.Path(scratch) / "s.yaml"
                (path.parent / "README.md").write_text("# Title\n")
                path.write_text(script, encoding="utf-8")
                done = self.box("run", "-p", "how does it begin?", "--model", f"script:{path}", "--workspace", scratch,
                                env={"BOXAGNTS_HOME": f"{scratch}/home"})
                if script is scripts[1]:                                                 # its conversations are others'
                    self.assertIn(b"no turn 1 for agent 'agent'", done.stderr)
                    continue
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertIn({scripts[0]: b"It begins so:      1\t# Title", scripts[2]: b"That was all."}[script], done.stdout)
                path.write_text(script.replace("tool:", "path:", 1).replace("role:", "rule:", 1), encoding="utf-8")
                done = self.models("--ask", f"script:{path}", "hi")
                self.assertIn(b"s.yaml: line 2, column ", done.stderr)

    def test_refused(self):
        for arguments, why in ((("nobody",), "no provider 'nobody'"), (("--ask", "x"), "needs words"),
                               (("--ask", "x", "hi"), "no model"), (("--ask", "openai/x", "hi"), "set OPENAI_API_KEY"),
                               (("--wait", "0", "ollama"), "leaves no time"), (("a", "b"), "one provider"),
                               (("--ask", "antropic/x", "hi"), "no provider 'antropic'; did you mean anthropic? There is anthropic, "),
                               (("--ask", "claude-sonnet-5", "hi"), "as in anthropic/claude-sonnet-5"),
                               (("--ask", "ollama", "hi"), "which model of ollama?"),
                               (("--ask", "http://h/v1", "hi"), "openai-chat@URL#MODEL"),
                               (("--ask", "smtp@http://h#m", "hi"), "no protocol 'smtp'"),
                               (("--ask", "openai-chat@http://h", "hi"), "a model is missing"),
                               (("--ask", "openai-chat@ftp://h#m", "hi"), "http://"),
                               (("--ask", "script:/nowhere", "hi"), "/nowhere")):
            with self.subTest(arguments):
                done = self.models(*arguments)
                self.assertEqual(done.returncode, 125)
                self.assertIn(why, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
