// Idle connections: what each costs in memory, and how fast they open.
import { fileURLToPath } from "node:url";

export const title = "memory per idle connection, and connections opened per second";
export const minutes = 5;

const goalBytes = 6.5 * 1024;
const goalPerSecond = 6_000;
const holdSeconds = 3;
const main = 5_000;
/** Memory grows between these two by what connections cost, whatever the process itself costs. */
const few = 2_500;
const many = 10_000;

const naive = fileURLToPath(new URL("../peers/naive-ws.js", import.meta.url));
const generators = [
  {
    name: "floodgate",
    run: (bench, url, connections) =>
      bench.floodgate(["run", url, "--mode", "connect", "-c", connections, "-d", `${holdSeconds}s`, "-w", 1]),
    opened: ({ output }) => output.totals.connections.opened,
  },
  {
    name: "ws, naive",
    run: (bench, url, connections) =>
      bench.node([naive, JSON.stringify({ url, connections, seconds: holdSeconds, size: 64, idle: true })]),
    // It ends with an error unless all are open.
    opened: ({ code }, connections) => (code === 0 ? connections : 0),
  },
];

export async function run(bench) {
  const found = new Map(generators.map((generator) => [generator, []]));
  for (let round = 1; round <= Math.min(3, bench.rounds); round++) {
    for (const generator of generators) {
      bench.progress(`round ${round}: ${generator.name}`);
      found.get(generator).push(await measure(bench, generator));
    }
  }
  bench.progress("");
  const range = (generator, field) => bench.withRange(found.get(generator).map((one) => one[field]));
  bench.print("Resident bytes of the whole process, largest seen, for each connection; opened by the server's clock.");
  bench.print("CPU is that of opening, holding and closing, on either side; the greater limits the rate.");
  bench.table(
    [
      "",
      `${count(main)} against 1`,
      `slope ${count(few)} - ${count(many)}`,
      "opened/s",
      "CPU us each",
      "target us each",
      "base MiB",
    ],
    generators.map((generator) => [
      generator.name,
      ...["bytes", "slopeBytes", "perSecond", "cpuUs", "serverUs", "baseMiB"].map((field) => range(generator, field)),
    ]),
  );
  const ours = (field) => found.get(generators[0]).map((one) => one[field]);
  bench.target({
    what: `${count(main)} idle connections: resident bytes each`,
    goal: `<= ${goalBytes} (6.5 KB)`,
    found: bench.withRange(ours("bytes")),
    isMet: bench.median(ours("bytes")) <= goalBytes,
  });
  bench.target({
    what: `${count(main)} connections: opened per second`,
    goal: `>= ${count(goalPerSecond)}/s`,
    found: bench.withRange(ours("perSecond")),
    isMet: bench.median(ours("perSecond")) >= goalPerSecond,
  });
}

async function measure(bench, generator) {
  const one = await open(bench, generator, 1);
  const all = await open(bench, generator, main);
  const [lower, upper] = [await open(bench, generator, few), await open(bench, generator, many)];
  return {
    bytes: (all.bytes - one.bytes) / (main - 1),
    slopeBytes: (upper.bytes - lower.bytes) / (many - few),
    perSecond: all.perSecond,
    cpuUs: ((all.cpuSeconds - one.cpuSeconds) / (main - 1)) * 1e6,
    serverUs: ((all.serverSeconds - one.serverSeconds) / (main - 1)) * 1e6,
    baseMiB: one.bytes / 1024 ** 2,
  };
}

/** A new server for each: its books say when the first and the last connection opened. */
async function open(bench, generator, connections) {
  const server = await bench.startEchoServer();
  try {
    const child = await generator.run(bench, server.url, connections);
    const opened = generator.opened(child, connections);
    if (opened !== connections) bench.remark(`${generator.name}: ${opened} of ${connections} connections opened`);
    const { firstOpenedAtMs, lastOpenedAtMs, cpuSeconds: serverSeconds } = await server.books();
    return {
      bytes: child.mostResidentBytes,
      cpuSeconds: child.cpuSeconds,
      serverSeconds,
      perSecond: ((connections - 1) * 1000) / (lastOpenedAtMs - firstOpenedAtMs),
    };
  } finally {
    await server.close();
  }
}

function count(number) {
  return number.toLocaleString("en");
}
