// What the main thread does each second, collecting snapshots and reading memory, while the worker is at its limit.
import { measureThreads } from "../measure-threads.js";

export const title = "CPU of the main thread's watching, against the whole process at full load";
export const minutes = 2;

const goalShare = 0.01;
const loads = [
  { name: "64 in flight", rate: ["-r", "max", "--in-flight", 64] },
  { name: "1 in flight", rate: ["-r", "max", "--in-flight", 1] },
];

export async function run(bench) {
  bench.print("50 connections, 64 bytes, 1 worker, -q: nothing is drawn, every second is collected all the same");
  const server = await bench.startEchoServer();
  const found = new Map(loads.map((load) => [load, []]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const load of loads) {
      bench.progress(`round ${round}/${bench.rounds}: ${load.name}`);
      const words = ["run", server.url, "-c", 50, ...load.rate, "-s", 64, "-w", 1, "-d", `${bench.seconds + 4}s`];
      const start = (options) => bench.floodgate(words, options);
      found.get(load).push(await measureThreads(server, start, bench.seconds));
    }
  }
  await server.close();
  const shares = (load) => found.get(load).map(({ main, all }) => (main / all) * 100);
  const milliseconds = (load, field) => bench.withRange(found.get(load).map((one) => one[field] * 1000));
  bench.table(
    ["CPU ms per second", "main thread", "whole process", "share %"],
    loads.map((load) => [
      load.name,
      milliseconds(load, "main"),
      milliseconds(load, "all"),
      bench.withRange(shares(load)),
    ]),
  );
  for (const load of loads) {
    bench.target({
      what: `snapshots, ${load.name}: main thread's share of the CPU`,
      goal: `< ${goalShare * 100} %`,
      found: `${bench.withRange(shares(load))} %`,
      isMet: bench.median(shares(load)) < goalShare * 100,
    });
  }
}
