// The reference server of the Model Context Protocol on standard input and output, with a tool that does nothing.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const of = createRequire(process.cwd() + "/build/bench.npm/");
const load = (name) => import(pathToFileURL(of.resolve(name)).href);
const { McpServer } = await load("@modelcontextprotocol/sdk/server/mcp.js");
const { StdioServerTransport } = await load("@modelcontextprotocol/sdk/server/stdio.js");
const server = new McpServer({ name: "bench", version: "1.0.0" });
server.registerTool("noop", { description: "Does nothing.", inputSchema: {} }, async () => ({
    content: [{ type: "text", text: "done" }],
}));
await server.connect(new StdioServerTransport());
