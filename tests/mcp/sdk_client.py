"""The official Python SDK of MCP against a server of ours: sdk_client.py MODE BOXAGNTS, in the workspace.

Prints one JSON object of what it saw.  Run by tests/e2e/mcp_client_test.py with the Python of `make mcp-clients`.
"""
import json
import sys

import anyio
from mcp import Client, StdioServerParameters


async def look(client, seen):
    seen["tools"] = sorted(t.name for t in (await client.list_tools()).tools)
    seen["read"] = (await client.call_tool("read", {"path": "a.txt"})).content[0].text
    wrong = await client.call_tool("read", {"path": 5})
    seen["wrong"] = [wrong.is_error, wrong.content[0].text]

    async def progress(done, total, message):
        seen["progress"] = message

    slow = await client.call_tool("bash", {"command": "sleep 3; echo done"}, progress_callback=progress)
    seen["slow"] = slow.structured_content["stdout"]
    seen["resource"] = (await client.read_resource("file:///workspace/a.txt")).contents[0].text
    with anyio.move_on_after(1):
        await client.call_tool("bash", {"command": "sleep 4; echo late > late.txt"})
        seen["cancelled"] = "no"
    await anyio.sleep(4)
    seen["files"] = (await client.call_tool("glob", {"pattern": "*"})).content[0].text.split()


async def main(mode, program):
    seen = {}
    async with Client(StdioServerParameters(command=program, args=["mcp"], env=None), mode=mode) as client:
        await look(client, seen)
    print(json.dumps(seen))


anyio.run(main, *sys.argv[1:])
