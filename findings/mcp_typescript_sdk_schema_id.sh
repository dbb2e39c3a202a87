#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (the TypeScript SDK of the Model Context Protocol): a tool that changes while the client runs.
#
# A server says notifications/tools/list_changed, the client lists the tools anew, and one would expect results to be judged by
# the output schema that the list has now. What happens: so it is without "$id"; a schema with one is compiled the first
# time it is seen, and under the same "$id" the first goes on judging, as long as the client lives.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >client.mjs <<'JS'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";

async function ask(label, more) {
    let type = "integer", value = 1;
    const [near, far] = InMemoryTransport.createLinkedPair();
    const answers = {
        initialize: (p) => ({ protocolVersion: p.protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo: { name: "s", version: "1" } }),
        "tools/list": () => ({ tools: [{ name: "t", inputSchema: { type: "object" },
            outputSchema: { ...more, type: "object", properties: { a: { type } } } }] }),
        "tools/call": () => ({ content: [], structuredContent: { a: value } }),
    };
    far.onmessage = (m) => m.id !== undefined && far.send({ jsonrpc: "2.0", id: m.id, result: answers[m.method](m.params) });
    await far.start();
    const client = new Client({ name: "c", version: "1" });
    await client.connect(near);
    const once = async () => {
        await client.listTools();
        return client.callTool({ name: "t", arguments: {} }).then(() => "passes", () => "is refused");
    };
    const before = await once();
    type = "string";
    value = "one";
    await far.send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    console.log(`${label}: a number ${before}; after the change to text, text ${await once()}`);
}

await ask("without $id", {});
await ask("with $id", { $id: "https://example.com/result" });
JS
seen=$(node client.mjs 2>/dev/null)
expected='without $id: a number passes; after the change to text, text passes
with $id: a number passes; after the change to text, text is refused'
echo "@modelcontextprotocol/sdk 1.32.2; expected: passes, four times; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
