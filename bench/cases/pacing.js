// On a schedule: what each message costs at a given rate, and how late it leaves.
import { findPeers } from "../find-peers.js";
import { floodgate } from "../generators.js";
import { besidePeers, figuresOf, printFigures, printSlip } from "../load-table.js";
import { measureInTurns } from "../measure-load.js";

export const title = "CPU per message and slip at fixed rates, by timer and precise, beside peers";
export const minutes = 15;

const atRate = (ratePerSecond) => ({
  name: `${ratePerSecond.toLocaleString("en")} msg/s`,
  ratePerSecond,
  connections: 50,
  sizeBytes: 64,
});
const tenThousand = atRate(10_000);
const precise = { ...tenThousand, name: `${tenThousand.name}, precise`, pacing: "precise" };
const fourHundredThousand = atRate(400_000);
const loads = [atRate(1_000), tenThousand, precise, atRate(50_000), fourHundredThousand];

export async function run(bench) {
  bench.print("50 connections, 64 bytes, text, 1 worker; target: bench/echo-server.js on a core of its own");
  const generators = [floodgate, ...findPeers(bench)];
  const server = await bench.startEchoServer();
  const found = await measureInTurns(bench, loads, generators, server);
  await server.close();
  printFigures(bench, found);
  printSlip(bench, found);

  const ours = (load, field) => figuresOf(found, load, "floodgate", field);
  const cpuTarget = (load, goalUs) =>
    bench.target({
      what: `${load.name}: CPU per message`,
      goal: `<= ${goalUs} us`,
      found: besidePeers(bench, found, load),
      isMet: bench.median(ours(load, "cpuUs")) <= goalUs,
    });
  const slipTarget = (load, goalMs) => {
    const p99Ms = ours(load, "slipUs").map((slip) => slip.p99 / 1000);
    bench.target({
      what: `${load.name}: slip p99`,
      goal: `<= ${goalMs} ms`,
      found: `${bench.withRange(p99Ms)} ms`,
      isMet: bench.median(p99Ms) <= goalMs,
    });
  };
  cpuTarget(tenThousand, 15);
  slipTarget(tenThousand, 1.2);
  slipTarget(precise, 0.2);
  cpuTarget(fourHundredThousand, 1.6);
  const rate = bench.median(ours(fourHundredThousand, "ratePerSecond"));
  const offBy = Math.abs(rate / fourHundredThousand.ratePerSecond - 1);
  bench.target({
    what: `${fourHundredThousand.name}: rate`,
    goal: "within 0.5 %",
    found: `${rate.toFixed(0)} msg/s, off by ${(offBy * 100).toFixed(2)} %`,
    isMet: offBy <= 0.005,
  });
}
