#!/usr/bin/env bash
# mcp 2.3.0 (the Python SDK of the Model Context Protocol): the result of a tool whose output schema has a pattern.
#
# JSON Schema's patterns are regular expressions of ECMA-262 with Unicode (2020-12 core, section 6.4), and \p{L} is one. One would
# expect the client to judge the result by it, or to leave it unjudged. What happens: the tool is listed, the call is sent and
# the server does what was asked; then the answer, which fits, is thrown away, because the pattern is none in Python.
set -eu
command -v python3 >/dev/null || { echo "there is no python3 here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v >/dev/null 2>&1 && v/bin/pip install -q mcp==2.3.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >server.py <<'PY'
import json, sys

pattern = sys.argv[1]
for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m:
        continue
    r = {"initialize": {"protocolVersion": m.get("params", {}).get("protocolVersion"), "capabilities": {"tools": {}},
                        "serverInfo": {"name": "s", "version": "1"}},
         "tools/list": {"tools": [{"name": "t", "inputSchema": {"type": "object"}, "outputSchema": {
             "type": "object", "properties": {"word": {"type": "string", "pattern": pattern}}}}]},
         "tools/call": {"content": [], "structuredContent": {"word": "abc"}}}[m["method"]]
    if m["method"] == "tools/call":
        open("done", "w").close()
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
PY
cat >client.py <<'PY'
import os, sys

import anyio
from mcp import ClientSession, StdioServerParameters, stdio_client


async def ask(pattern):
    if os.path.exists("done"):
        os.remove("done")
    async with stdio_client(StdioServerParameters(command=sys.executable, args=["server.py", pattern])) as (r, w):
        async with ClientSession(r, w) as client:
            await client.initialize()
            tools = len((await client.list_tools()).tools)
            try:
                got = (await client.call_tool("t", {})).structured_content
            except RuntimeError as e:
                got = "an error: " + str(e).split("\n")[0]
            print(f"{pattern}: {tools} tool, called: {os.path.exists('done')}, result: {got}")


for p in (r"^[a-z]+$", r"^\p{L}+$"):
    anyio.run(ask, p)
PY
seen=$(v/bin/python client.py 2>/dev/null)
expected=$(cat <<'TEXT'
^[a-z]+$: 1 tool, called: True, result: {'word': 'abc'}
^\p{L}+$: 1 tool, called: True, result: an error: Invalid schema for tool t: '^\\p{L}+$' is not a 'regex'
TEXT
)
echo "mcp 2.3.0; expected: the same result twice; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
