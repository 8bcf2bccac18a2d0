// As fast as it goes: each connection keeps a number of messages unanswered, and sends the next when one comes back.
import { findPeers } from "../find-peers.js";
import { floodgate } from "../generators.js";
import { besidePeers, figuresOf, printFigures, ratioTarget } from "../load-table.js";
import { measureInTurns } from "../measure-load.js";

export const title = "CPU per message at full speed with 1, 16, 64 and 1,000 messages in flight, beside peers";
export const minutes = 13;

const loads = [1, 16, 64, 1_000].map((inFlight) => ({
  name: `${inFlight.toLocaleString("en")} in flight`,
  inFlight,
  connections: 50,
  sizeBytes: 64,
}));
const [one, sixteen, sixtyFour, thousand] = loads;

export async function run(bench) {
  bench.print("50 connections, 64 bytes, text, 1 worker; target: bench/echo-server.js on a core of its own");
  const generators = [floodgate, ...findPeers(bench)];
  const server = await bench.startEchoServer();
  const found = await measureInTurns(bench, loads, generators, server);
  await server.close();
  printFigures(bench, found);

  const middle = (load, field) => bench.median(figuresOf(found, load, "floodgate", field));
  const cpuTarget = (load, goalUs) =>
    bench.target({
      what: `${load.name}: CPU per message`,
      goal: `<= ${goalUs} us`,
      found: besidePeers(bench, found, load),
      isMet: middle(load, "cpuUs") <= goalUs,
    });
  cpuTarget(sixtyFour, 0.33);
  const rate = middle(sixtyFour, "ratePerSecond");
  bench.target({
    what: `${sixtyFour.name}: rate`,
    goal: ">= 2.5 M msg/s",
    found: `${(rate / 1e6).toFixed(2)} M msg/s`,
    isMet: rate >= 2.5e6,
  });
  ratioTarget(bench, found, { load: sixtyFour, peer: "tcpkali, marker", atLeast: 1 });
  ratioTarget(bench, found, { load: thousand, peer: "tcpkali, marker", atLeast: 1 });
  cpuTarget(sixteen, 0.8);
  ratioTarget(bench, found, { load: one, peer: "ws, naive", atLeast: 1.6 });
}
