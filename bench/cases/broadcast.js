// Broadcast: one publisher to 5,000 receivers, and 200 rooms of 20; what a delivery costs, and that none is missing.
export const title = "1 publisher to 5,000 receivers, and 200 rooms of 20: nothing missing, CPU per delivery";
export const minutes = 4;

const goalUs = 8;
const loads = [
  { name: "1 to 5,000", connections: 5_000, rooms: 1, rate: 8 },
  { name: "200 rooms of 20", connections: 4_000, rooms: 200, rate: 2_000 },
];
const quickConnections = 500;

export async function run(bench) {
  bench.print("64 bytes, text, against the mock; both sides on a core of their own, so two workers share one");
  for (const load of bench.isQuick ? loads.map(smaller) : loads) {
    const found = [];
    for (const workers of [1, 2]) {
      for (let round = 1; round <= bench.rounds; round++) {
        bench.progress(`${load.name}, ${workers} workers, round ${round}/${bench.rounds}`);
        found.push({ workers, ...(await measure(bench, load, workers)) });
      }
    }
    bench.progress("");
    report(bench, load, found);
  }
}

function smaller(load) {
  const rooms = Math.ceil((load.rooms * quickConnections) / load.connections);
  return { ...load, name: `${load.name}, a tenth`, connections: quickConnections, rooms, rate: load.rate / 2 };
}

/** A server of its own for each: what it took to connect is what a run without messages takes. */
async function measure(bench, { connections, rooms, rate }, workers) {
  const seconds = bench.isQuick ? 3 : Math.max(5, bench.seconds);
  const connecting = (url) => ["--mode", "connect", "-t", url, "-c", connections, "-d", "1s"];
  const connectOnly = await serve(bench, connecting, workers);
  const words = (url) => [
    ...["--mode", "broadcast", "-t", `${url}/?room={{room}}`, "-c", connections, "--rooms", rooms, "-r", rate],
    ...["-d", `${seconds}s`, "--warmup", "2s", "--drain", "10s"],
  ];
  const { output, serverSeconds, stats } = await serve(bench, words, workers);
  const { totals, generator, phases } = output;
  const deliveries = totals.messages.delivered;
  // The warm-up has its share of the copies, and of the server's time.
  const all = phases.reduce((sum, { messages }) => sum + messages.delivered, 0);
  return {
    totals,
    health: generator.health,
    reasons: generator.reasons,
    clientUs: (generator.cpuSeconds / deliveries) * 1e6,
    serverUs: ((serverSeconds - connectOnly.serverSeconds) / all) * 1e6,
    isExact: stats.copies === all && stats.messagesOut === all && totals.messages.lost === 0,
  };
}

async function serve(bench, words, workers) {
  const server = await bench.startMock({ args: ["--mode", "broadcast"] });
  try {
    const before = await server.books();
    const { output } = await bench.floodgate(["run", "-w", workers, ...words(server.url)]);
    const after = await server.books();
    return { output, serverSeconds: after.cpuSeconds - before.cpuSeconds, stats: after.stats };
  } finally {
    await server.close();
  }
}

function report(bench, load, found) {
  for (const { health, reasons } of found) {
    if (health !== "ok") bench.remark(`${load.name}: the generator was ${health}: ${reasons.join("; ")}`);
  }
  const rows = [1, 2].map((workers) => {
    const own = found.filter((one) => one.workers === workers);
    const range = (read) => bench.withRange(own.map(read));
    const ms = (key) => range(({ totals }) => totals.fanOut[key].p50 / 1000);
    return [
      String(workers),
      range(({ totals }) => totals.rate.deliveredPerSecond),
      range(({ clientUs }) => clientUs),
      range(({ serverUs }) => serverUs),
      ...["firstUs", "medianUs", "lastUs", "spreadUs"].map(ms),
    ];
  });
  bench.table(
    [`${load.name}, workers`, "delivered/s", "client us", "mock us", "first ms", "half ms", "last ms", "spread ms"],
    rows,
  );
  const sum = (read) => found.reduce((total, one) => total + read(one), 0);
  bench.target({
    what: `${load.name}: deliveries, by both sides' books`,
    goal: "all, and equal",
    found: `${count(sum(({ totals }) => totals.messages.delivered))} of ${count(sum(({ totals }) => totals.messages.expected))}`,
    isMet: found.every(({ isExact }) => isExact),
  });
  const single = found.filter(({ workers }) => workers === 1).map(({ clientUs }) => clientUs);
  bench.target({
    what: `${load.name}: CPU of the generator per delivery`,
    goal: `<= ${goalUs} us`,
    found: bench.withRange(single),
    isMet: bench.median(single) <= goalUs,
  });
}

function count(number) {
  return number.toLocaleString("en");
}
