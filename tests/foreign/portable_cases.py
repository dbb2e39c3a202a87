"""web_fetch, a component, in Node by `jco run`: the same bytes as from boxagnts (docs/portable.md)."""
import json
import os
import subprocess

import toolchains
from fetch_cases import Server
from tool import Wrong

CALLS = [{"url": "/hello"}, {"url": "/missing"}, {"url": "/chunks"}, {"url": "/hello", "as": "html"},
         {"url": "/big", "max_bytes": 1000}, {"url": "/post", "method": "POST", "body": "abc", "headers": {"X-A": "1"}}, {"url": "gopher://x/"}]


def output(words, stdin):
    return subprocess.run([str(word) for word in words], input=stdin, capture_output=True, timeout=120, check=False).stdout


def run(tally):
    jco = toolchains.NPM / ".bin/jco"
    tools = os.environ.get("BOXAGNTS_TOOLS", toolchains.ROOT / "build/tools")
    if not jco.exists():
        tally.skip("web_fetch-jco", "no npm package @bytecodealliance/jco")
        return
    module = f"{tools}/web_fetch.wasm"
    with Server() as server:
        for call in CALLS:
            url = call["url"]
            stdin = json.dumps({**call, "url": server.origin + url if url.startswith("/") else url}).encode()

            def test(stdin=stdin):
                wanted = output([toolchains.BOXAGNTS, "exec", *server.open, module], stdin)
                given = output([jco, "run", module], stdin)
                if wanted != given or not wanted:
                    raise Wrong(f"{stdin!r}\n  must be {wanted!r}\n  but was {given!r}")

            tally.check(f"web_fetch-jco/{url.strip('/')}{' as html' if 'as' in call else ''}", test)
