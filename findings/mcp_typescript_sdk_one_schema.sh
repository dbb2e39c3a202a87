#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (the TypeScript SDK of the Model Context Protocol): a client that lists the tools of a
# server.
#
# One would expect a tool whose output schema the client cannot use to be listed without it, or to be left out. What happens:
# listTools() compiles the output schemas of all tools, and one that Ajv cannot compile makes the whole of it fail: the client
# has no tool of that server. The schemas here are valid: a reference to the meta-schema of the dialect that the protocol names
# as its default (2020-12), and a pattern with a modifier of ECMA-262 2025, which the RegExp of older engines does not know.
# A call of the very tool works then, and nothing judges its result.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >client.mjs <<'JS'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";

async function ask(label, schema) {
    const tool = (name, more) => ({ name, inputSchema: { type: "object" }, ...more });
    const tools = [tool("one", { outputSchema: { type: "object", properties: { a: schema } } }), tool("two")];
    const [near, far] = InMemoryTransport.createLinkedPair();
    const answers = {
        initialize: (p) => ({ protocolVersion: p.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }),
        "tools/list": () => ({ tools }),
        "tools/call": () => ({ content: [], structuredContent: { a: 1 } }),
    };
    far.onmessage = (m) => m.id !== undefined && far.send({ jsonrpc: "2.0", id: m.id, result: answers[m.method](m.params) });
    await far.start();
    const client = new Client({ name: "c", version: "1" });
    await client.connect(near);
    const list = await client.listTools().then((l) => l.tools.length + " tools", () => "no list");
    const call = await client.callTool({ name: "one", arguments: {} }).then(() => "an answer", () => "an error");
    console.log(`${label}: ${list}, then ${call}`);
}

await ask("a schema it knows", { type: "integer" });
await ask("a meta-schema", { $ref: "https://json-schema.org/draft/2020-12/schema" });
if (process.versions.node.split(".")[0] < 23) await ask("a modifier", { type: "string", pattern: "^(?i:yes|no)$" });
JS
seen=$(node client.mjs 2>/dev/null)
expected='a schema it knows: 2 tools, then an answer
a meta-schema: no list, then an answer
a modifier: no list, then an answer'
[ "$(node -p 'process.versions.node.split(".")[0] < 23')" = true ] || expected=$(echo "$expected" | head -2)
echo "@modelcontextprotocol/sdk 1.32.2, node $(node --version); expected: 2 tools each time; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
