#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (the TypeScript SDK of the Model Context Protocol): results that do not fit a tool's output
# schema.
#
# The protocol says (since 2025-11-25, "JSON Schema Usage") that a schema without "$schema" is one of draft 2020-12, and its
# client refuses results that do not fit. What happens: the client's validator knows draft 7, in a mode that passes over
# keywords it does not know, also where "$schema" names 2020-12: what prefixItems, dependentRequired or unevaluatedProperties
# forbid is let through, while draft 7's keywords beside them are enforced.
set -eu
command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
cat >client.mjs <<'JS'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";

async function ask(label, schema, structuredContent) {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const outputSchema = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", ...schema };
    const answers = {
        initialize: (p) => ({ protocolVersion: p.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }),
        "tools/list": () => ({ tools: [{ name: "t", inputSchema: { type: "object" }, outputSchema }] }),
        "tools/call": () => ({ content: [], structuredContent }),
    };
    far.onmessage = (m) => m.id !== undefined && far.send({ jsonrpc: "2.0", id: m.id, result: answers[m.method](m.params) });
    await far.start();
    const client = new Client({ name: "c", version: "1" });
    await client.connect(near);
    await client.listTools();
    console.log(label, await client.callTool({ name: "t", arguments: {} }).then(() => "passes", () => "is refused"));
}

await ask("a number where prefixItems says string", { properties: { a: { prefixItems: [{ type: "string" }] } } }, { a: [1] });
await ask("what dependentRequired demands is missing:", { dependentRequired: { a: ["b"] } }, { a: 1 });
await ask("more than unevaluatedProperties lets in", { properties: { a: {} }, unevaluatedProperties: false }, { a: 1, b: 2 });
await ask("a number where properties says string", { properties: { a: { type: "string" } } }, { a: 1 });
JS
seen=$(node client.mjs 2>/dev/null)
expected='a number where prefixItems says string passes
what dependentRequired demands is missing: passes
more than unevaluatedProperties lets in passes
a number where properties says string is refused'
echo "@modelcontextprotocol/sdk 1.32.2; expected: all four refused; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
