// What measuring costs: floodgate's closed loop beside the same transport with nothing measured.
import { fileURLToPath } from "node:url";
import { floodgate } from "../generators.js";
import { costTarget, printFigures } from "../load-table.js";
import { measureInTurns } from "../measure-load.js";

export const title = "ledger, histograms and clock against the bare transport";
export const minutes = 6;

const goalRatio = 1.35;
const bareFile = fileURLToPath(new URL("../peers/bare-transport.js", import.meta.url));
const loads = [1, 16, 64].map((inFlight) => ({
  name: `${inFlight} in flight`,
  inFlight,
  connections: 50,
  sizeBytes: 64,
}));

const bareTransport = bare("bare transport", "transport");
const bareCodec = bare("bare, own messages", "codec");

export async function run(bench) {
  bench.print("bare transport: one prepared message again and again; framing, masking, parsing, counting");
  bench.print("bare, own messages: each with connection, sequence and CRC, and each answer recognised byte for byte");
  bench.print("floodgate: these and ledger, latency histograms of phase and second, clock, window, counts\n");
  const server = await bench.startEchoServer();
  const found = await measureInTurns(bench, loads, [bareTransport, bareCodec, floodgate], server);
  await server.close();
  printFigures(bench, found);
  for (const load of loads) {
    costTarget(bench, found, { load, peer: bareTransport.name, atMost: goalRatio });
    costTarget(bench, found, { load, peer: bareCodec.name, atMost: goalRatio });
  }
}

function bare(name, level) {
  return {
    name,
    canDo: () => true,
    run(bench, { url, connections, sizeBytes, inFlight, warmSeconds, seconds }, options) {
      const settings = { url, connections, size: sizeBytes, inFlight, seconds: warmSeconds + seconds, level };
      return bench.node([bareFile, JSON.stringify(settings)], options);
    },
    read: ({ output }) => ({
      sent: output.sent,
      doubts: output.unknown === 0 ? [] : [`${output.unknown} answers were none of its messages`],
    }),
  };
}
