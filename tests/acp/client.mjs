// client.mjs PACKAGES DIRECTORY COMMAND...: an editor made of the protocol's own library.  It has COMMAND work in DIRECTORY, allows what
// it is asked about once, and prints what it saw as JSON.
import { createRequire } from "node:module";
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

const [packages, cwd, ...command] = process.argv.slice(2);
const require = createRequire(packages + "/x.js");
const acp = await import(pathToFileURL(require.resolve("@agentclientprotocol/sdk")));

const seen = { updates: [], asked: [] };
const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
const stream = acp.ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout));
const { agent, client } = acp.methods;

await acp.client({ name: "client" })
    .onRequest(client.session.requestPermission, async ({ params }) => {
        seen.asked.push(params);
        const option = params.options.find((o) => o.kind === (seen.asked.length === 1 ? "allow_once" : "reject_once"));
        return { outcome: { outcome: "selected", optionId: option.optionId } };
    })
    .onNotification(client.session.update, async ({ params }) => { seen.updates.push(params.update); })
    .connectWith(stream, async (ctx) => {
        seen.initialize = await ctx.request(agent.initialize, { protocolVersion: acp.PROTOCOL_VERSION, clientCapabilities: { session: { notices: {} } } });
        const server = { name: "files", command: "/bin/false", args: [], env: [] };
        const opened = await ctx.request(agent.session.new, { cwd, mcpServers: [server] });
        const { sessionId } = opened;
        const prompt = async (text) => (await ctx.request(agent.session.prompt, { sessionId, prompt: [{ type: "text", text }] })).stopReason;
        seen.modes = opened.modes.availableModes.map((m) => m.id);
        seen.first = await prompt("work");
        await ctx.request(agent.session.setMode, { sessionId, modeId: "accept-edits" });
        seen.second = await prompt("more");
        seen.listed = (await ctx.request(agent.session.list, { cwd })).sessions;
        await ctx.request(agent.session.close, { sessionId });
        const before = seen.updates.length;
        await ctx.request(agent.session.load, { sessionId, cwd, mcpServers: [] });
        seen.told = seen.updates.slice(before).map((u) => u.sessionUpdate);
        await ctx.request(agent.session.close, { sessionId });
        await ctx.request(agent.session.resume, { sessionId, cwd, mcpServers: [] });
        const going = prompt("hang");
        await ctx.notify(agent.session.cancel, { sessionId });
        seen.cancelled = await going;
        try {
            await ctx.request(agent.session.load, { sessionId: "nope", cwd, mcpServers: [] });
        } catch (e) {
            seen.error = { code: e.code, message: e.message };
        }
    });
child.stdin.end();
await new Promise((done) => child.on("exit", (code) => { seen.exit = code; done(); }));
console.log(JSON.stringify(seen));
