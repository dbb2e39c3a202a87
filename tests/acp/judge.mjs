// judge.mjs PACKAGES: lines of {"method", "message"} on standard input, messages of an agent and the methods they belong to.  Prints what
// of them the protocol's JSON Schema does not allow, a line each, and at the end how many it judged.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/x.js");
const Ajv = require("ajv/dist/2020.js").default;
const schema = JSON.parse(readFileSync(require.resolve("@agentclientprotocol/sdk/schema/v1/schema.json")));
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: "acp", $defs: schema.$defs });

const judges = {};
for (const [name, type] of Object.entries(schema.$defs)) {
    if (!type["x-method"])
        continue;
    const kind = name.endsWith("Response") ? "result" : "params";
    judges[`${type["x-method"]} ${kind}`] = ajv.compile({ $ref: `acp#/$defs/${name}` });
}
const error = ajv.compile({ $ref: "acp#/$defs/Error" });

let judged = 0;
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const { method, message } = JSON.parse(line);
    const part = "error" in message ? "error" : "result" in message ? "result" : "params";
    const judge = part === "error" ? error : judges[`${method} ${part}`];
    judged++;
    if (message.jsonrpc !== "2.0" || !judge)
        console.log(`${method}: no ${part} of the protocol: ${JSON.stringify(message)}`);
    else if (!judge(message[part]))
        console.log(`${method} ${part}: ${ajv.errorsText(judge.errors)}: ${JSON.stringify(message[part])}`);
}
console.log(`judged ${judged}`);
