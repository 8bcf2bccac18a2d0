// From the start of the process to the first message at the target, and what a run costs that sends next to nothing.
import { naiveWs } from "../generators.js";

export const title = "time from process start to the first message, and CPU and memory of a small run";
export const minutes = 2;

const goalMs = 400;
const load = { connections: 10, ratePerSecond: 100, sizeBytes: 64, warmSeconds: 0, seconds: 1 };
const words = ["run", "-c", load.connections, "-r", load.ratePerSecond, "-d", `${load.seconds}s`, "-w", 1];

const naive = (bench, url) => naiveWs.run(bench, { ...load, url }, {});
const ours = (bench, url) => bench.floodgate([...words, url]);

export async function run(bench) {
  bench.print(`${load.connections} connections, ${load.ratePerSecond} msg/s, ${load.seconds} s, 1 worker`);
  const found = { floodgate: [], ws: [], mock: [] };
  for (let round = 1; round <= bench.rounds * 2; round++) {
    bench.progress(`round ${round}/${bench.rounds * 2}`);
    found.floodgate.push(await againstServer(bench, ours));
    found.ws.push(await againstServer(bench, naive));
    found.mock.push(await againstOwnMock(bench));
  }
  bench.progress("");
  const row = (name, runs) => {
    const range = (field) => bench.withRange(runs.map((one) => one[field]));
    return [
      name,
      runs[0].firstOpenedMs === null ? "-" : range("firstOpenedMs"),
      range("firstMessageMs"),
      range("cpuSeconds"),
      range("mostMiB"),
    ];
  };
  bench.print("Milliseconds from process start, by the target's clock; with the mock by the result's own instants");
  bench.table(
    ["", "first connection ms", "first message ms", "CPU s, start to end", "most MiB"],
    [
      row("floodgate, running server", found.floodgate),
      row("ws, naive, running server", found.ws),
      row("floodgate, built-in mock, both cores", found.mock),
    ],
  );
  const target = (what, runs) => {
    const ms = runs.map((one) => one.firstMessageMs);
    const isMet = bench.median(ms) < goalMs;
    bench.target({ what, goal: `< ${goalMs} ms`, found: `${bench.withRange(ms)} ms`, isMet });
  };
  target("start to first message, running server", found.floodgate);
  target("start to first message, built-in mock", found.mock);
}

/** A new server for each run: its books say when the first of all came. */
async function againstServer(bench, generator) {
  const server = await bench.startEchoServer();
  try {
    const startedMs = epochMs();
    const child = await generator(bench, server.url);
    const { firstOpenedAtMs, firstMessageAtMs, messages } = await server.books();
    if (messages === 0) throw new Error("no message reached the server");
    return figures(child, firstOpenedAtMs - startedMs, firstMessageAtMs - startedMs);
  } finally {
    await server.close();
  }
}

/**
 * The mock keeps no instants. The start of the load in the result is that of the first message, but for a wake-up of a
 * millisecond: the first message of the schedule is due then.
 */
async function againstOwnMock(bench) {
  const startedMs = epochMs();
  const child = await bench.floodgate([...words, "--warmup", "0s"], { core: null });
  const { startedAt, phases } = child.output;
  return figures(child, null, Date.parse(startedAt) + phases[0].startMs - startedMs);
}

function figures({ cpuSeconds, mostResidentBytes }, firstOpenedMs, firstMessageMs) {
  return { firstOpenedMs, firstMessageMs, cpuSeconds, mostMiB: mostResidentBytes / 1024 ** 2 };
}

function epochMs() {
  return performance.timeOrigin + performance.now();
}
