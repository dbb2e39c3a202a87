"""The tools and programs in a page in Chromium (examples/browser) give the same bytes, and the page works."""
# only: release
# timeout: 600
import sys
import unittest

from support import TOOLS, root

sys.path.insert(0, str(root / "tests/portable"))
import runtimes  # noqa: E402
from compared import Alone, Compared, Shell  # noqa: E402
from runtimes import Case  # noqa: E402


class Browser(Alone, Shell, Compared, unittest.TestCase):
    runtime = runtimes.Browser

    def test_page(self):
        """What a person does: choose, run, look; nothing leaves the page, and its content policy is never broken."""
        page = self.here.chromium
        self.here.open()
        page.run("while (!document.body.dataset.ready) await new Promise((go) => setTimeout(go, 20));")
        press = """
            const [tool, json] = given;
            const at = (id) => document.getElementById(id);
            at('tool').value = tool;
            at('tool').dispatchEvent(new Event('change'));
            if (json) at('arguments').value = json;
            at('run').click();
            while (at('run').disabled) await new Promise((go) => setTimeout(go, 20));
            return [at('result').textContent, at('files').textContent, at('about').textContent];
        """
        result, files, about = page.run(press, "bash", "")
        self.assertIn("3 apple", result)
        self.assertIn("count.txt", files)
        self.assertIn("shell command", about)
        result, files, _ = page.run(press, "write", '{"path":"made/here.txt","content":"x\\n"}')
        self.assertIn("created /workspace/made/here.txt", result)
        self.assertIn("made/here.txt 2 bytes", files)
        self.assertIn("no such file", page.run(press, "read", '{"path":"nope"}')[0])
        self.assertIn("JSON", page.run(press, "read", "{")[0])
        self.assertEqual([line for line in page.log() if "favicon" not in line], [])
        loaded = page.run("return performance.getEntriesByType('resource').map(({ name }) => name);")
        self.assertEqual([url for url in loaded if not url.startswith(self.here.server.url)], [])
        blocked = page.run("try { await fetch('https://boxagnts.invalid/'); return 'sent'; } catch (e) { return 'blocked'; }")
        self.assertEqual(blocked, "blocked")
        self.assertTrue(any("Content Security Policy" in line for line in page.log()), "the control of the log")

    def test_script_api(self):
        text = self.here.chromium.run("""
            await toolbox.clear();
            await toolbox.put('a.txt', new TextEncoder().encode('alpha\\n'));
            return (await toolbox.call('read', { path: 'a.txt' })).text;
        """)
        case = Case("api", TOOLS / "read.wasm", b'{"path":"a.txt"}', {"a.txt": "alpha\n"})
        self.assertEqual(text.encode(), self.wanted(case).stdout)
        self.assertRaises(Exception, self.here.chromium.run, "await toolbox.call('nosuch', {});")


if __name__ == "__main__":
    unittest.main()
