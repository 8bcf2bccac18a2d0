// Pushed streams: 8,000 messages a second on each, 100,000 in all; what one costs to take in, and that none is missing.
export const title = "8,000 msg/s on one stream, 100,000 msg/s over 12 and over 500: nothing missing, CPU per message";
export const minutes = 4;

const goalUs = 5;
const loads = [
  { name: "1 stream x 8,000", streams: 1, rate: 8_000 },
  { name: "12 streams x 8,333", streams: 12, rate: 8_334 },
  { name: "500 streams x 200", streams: 500, rate: 200 },
  { name: "12 streams x 8,333 of 1 KiB", streams: 12, rate: 8_334, sizeBytes: 1024 },
  // The same numbers found in other ways: what a target's own form costs.
  { name: "12 x 8,333, JSON path", streams: 12, rate: 8_334, form: ["--stream-sequence", "$.seq"] },
  { name: "12 x 8,333, a regex", streams: 12, rate: 8_334, form: ["--stream-sequence", '/se[q]":(?<sequence>\\d+)/'] },
];

export async function run(bench) {
  bench.print("the mock's messages, text; both sides on a core of their own, 1 worker");
  const rows = [];
  for (const load of bench.isQuick ? loads.map(smaller) : loads) {
    const found = [];
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${load.name}, round ${round}/${bench.rounds}`);
      found.push(await measure(bench, load));
    }
    bench.progress("");
    rows.push(rowOf(bench, load, found));
    judge(bench, load, found);
  }
  bench.table(["load", "seen/s", "of promise", "client us", "mock us", "one-way p50 ms", "p99 ms", "busy"], rows);
}

function smaller(load) {
  return { ...load, name: `${load.name}, a tenth`, rate: load.rate / 10 };
}

async function measure(bench, { streams, rate, sizeBytes = 128, form = [] }) {
  const seconds = bench.isQuick ? 2 : Math.max(5, bench.seconds);
  const server = await bench.startMock({
    args: ["--mode", "push", "--stream-rate", rate, "--stream-size", sizeBytes],
  });
  try {
    const before = await server.books();
    // A form of one's own says all of it again.
    const rest = [
      "--stream-subscribe",
      '{"type":"subscribe"}',
      "--stream-stop",
      '{"type":"stop"}',
      "--stream-first",
      1,
    ];
    const end = ["--stream-end", '"last":(?<last>\\d+)'];
    const { output } = await bench.floodgate([
      ...["run", "-t", server.url, "--mode", "push", "-c", streams, "-w", 1, "--stream-rate", rate],
      ...["-d", `${seconds}s`, "--warmup", "2s", ...(form.length > 0 ? [...form, ...rest, ...end] : [])],
    ]);
    const after = await server.books();
    const { totals, generator, phases } = output;
    const all = phases.reduce((sum, { messages }) => sum + messages.delivered, 0);
    return {
      totals,
      generator,
      clientUs: (generator.cpuSeconds / totals.messages.delivered) * 1e6,
      // The warm-up has its share of the messages, and of the server's time.
      serverUs: ((after.cpuSeconds - before.cpuSeconds) / all) * 1e6,
      isExact: after.stats.streamMessages === all && totals.messages.lost === 0,
    };
  } finally {
    await server.close();
  }
}

function rowOf(bench, load, found) {
  const range = (read) => bench.withRange(found.map(read));
  const times = ({ totals }, key) => (totals.latencyUs[key] ?? NaN) / 1000;
  return [
    load.name,
    range(({ totals }) => totals.rate.deliveredPerSecond),
    range(({ totals }) => totals.rate.achievedRatio),
    range(({ clientUs }) => clientUs),
    range(({ serverUs }) => serverUs),
    ...["p50", "p99"].map((key) => range((one) => times(one, key))),
    range(({ generator }) => generator.utilization ?? NaN),
  ];
}

function judge(bench, load, found) {
  for (const { generator } of found) {
    const { health, reasons } = generator;
    if (health !== "ok") bench.remark(`${load.name}: the generator was ${health}: ${reasons.join("; ")}`);
  }
  bench.target({
    what: `${load.name}: messages, by both sides' books`,
    goal: "all, and equal",
    found: found.map(({ totals }) => totals.messages.delivered.toLocaleString("en")).join(", "),
    isMet: found.every(({ isExact }) => isExact),
  });
  bench.target({
    what: `${load.name}: the rate promised`,
    goal: ">= 99 %",
    found: bench.withRange(found.map(({ totals }) => totals.rate.achievedRatio)),
    isMet: found.every(({ totals }) => totals.rate.achievedRatio >= 0.99),
  });
  // On one stream a read brings a millisecond's worth: the reads cost, not the messages.
  if (load.form !== undefined || load.streams === 1) return;
  bench.target({
    what: `${load.name}: CPU of the generator per message`,
    goal: `<= ${goalUs} us`,
    found: bench.withRange(found.map(({ clientUs }) => clientUs)),
    isMet: bench.median(found.map(({ clientUs }) => clientUs)) <= goalUs,
  });
}
