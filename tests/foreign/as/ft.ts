// ft: what the foreign tests' tool can do in AssemblyScript: the shim has arguments, variables, the clock, random
// numbers and the standard streams, but no files (docs/foreign.md has the contract).

function fail(code: i32, text: string): void {
  process.stderr.write("ft: " + text + "\n");
  process.exit(code);
}

function hex(value: u32): string {
  const text = value.toString(16);
  return "0".repeat(8 - text.length) + text;
}

function count(): void {
  const piece = new ArrayBuffer(65536);
  let bytes: i64 = 0, lines: i64 = 0;
  let sum: u32 = 0;
  for (;;) {
    const n = process.stdin.read(piece);
    if (n <= 0) break;
    bytes += n;
    for (let i = 0; i < n; i++) {
      const byte = load<u8>(changetype<usize>(piece) + i);
      if (byte == 10) lines++;
      sum = rotl<u32>(sum, 1) ^ byte;
    }
  }
  process.stdout.write(lines.toString() + " " + bytes.toString() + " " + hex(sum) + "\n");
}

const words = process.argv;
const command = words.length > 1 ? words[1] : "";
const first = words.length > 2 ? words[2] : "";
if (command == "args") {
  for (let i = 2; i < words.length; i++) process.stdout.write("[" + words[i] + "]\n");
} else if (command == "env") {
  if (process.env.has(first)) process.stdout.write(process.env.get(first) + "\n");
  else fail(1, first + ": unset");
} else if (command == "exit") {
  process.exit(I32.parseInt(first));
} else if (command == "count") {
  count();
} else if (command == "random") {
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes);
  let text = "";
  for (let i = 0; i < 16; i++) text += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16);
  process.stdout.write(text + "\n");
} else if (command == "now") {
  process.stdout.write((Date.now() / 1000).toString() + "\n");
} else if (command == "panic") {
  throw new Error("on purpose");
} else if (command == "") {
  fail(2, "a subcommand is required");
} else {
  fail(2, "unrecognized subcommand '" + command + "'");
}
