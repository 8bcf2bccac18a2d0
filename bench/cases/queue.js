// A work queue: the two sizes that have to hold, and how many jobs a second two processes exchange at all; CPU per job.
export const title =
  "1,000 jobs 5 at a time, 10,000 jobs 10 at a time, and as fast as they end: order, jobs/s, CPU per job";
export const minutes = 3;

const loads = [
  // What the sizes promise: over 100 and over 300 jobs a second, at 20 ms a job.
  { name: "1,000 jobs, 5 at a time, 20 ms", jobs: 1000, concurrency: 5, jobTime: "20ms", goalPerSecond: 100 },
  { name: "10,000 jobs, 10 at a time, 20 ms", jobs: 10_000, concurrency: 10, jobTime: "20ms", goalPerSecond: 300 },
  // Nothing to wait for: what following a job costs.
  { name: "100,000 jobs, 16 at a time, 1 ms", jobs: 100_000, concurrency: 16, jobTime: "1ms", connections: 16 },
];

export async function run(bench) {
  bench.print(
    "--rate max, twice as many in flight as may run; the mock and the generator on a core of their own, 1 worker",
  );
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
  bench.table(
    ["load", "jobs/s", "client us", "mock us", "wait p50 ms", "run p50 ms", "client MiB grown", "busy"],
    rows,
  );
}

function smaller(load) {
  return { ...load, name: `${load.name}, a tenth of them`, jobs: load.jobs / 10 };
}

async function measure(bench, { jobs, concurrency, jobTime, connections = 1 }) {
  const server = await bench.startMock({
    args: ["--mode", "queue", "--queue-concurrency", concurrency, "--queue-time", jobTime],
  });
  try {
    const before = await server.books();
    const { output } = await bench.floodgate([
      ...["run", "-t", server.url, "--mode", "queue", "-c", connections, "-w", 1, "--concurrency", concurrency],
      ...["--rate", "max", "--in-flight", 2 * concurrency, "-n", jobs, "-d", "5m", "--cancel", "1%"],
    ]);
    const after = await server.books();
    const { totals, generator, queue, memory } = output;
    return {
      ...{ totals, generator, queue },
      grownMiB: (memory.generator?.growthBytes ?? NaN) / 2 ** 20,
      clientUs: (generator.cpuSeconds / queue.sent) * 1e6,
      serverUs: ((after.cpuSeconds - before.cpuSeconds) / queue.sent) * 1e6,
      isExact: isKept(queue, jobs) && after.stats.jobsCompleted === queue.completed,
    };
  } finally {
    await server.close();
  }
}

/** Every job had its end, in order, and the queue's own numbers say so too. */
function isKept({ sent, lost, misordered, overLimit, cancelledRan, completedAgain, statistics }, jobs) {
  const faults = lost + misordered + overLimit + cancelledRan + completedAgain;
  return sent === jobs && faults === 0 && statistics?.disagreements === 0;
}

function rowOf(bench, load, found) {
  const range = (read) => bench.withRange(found.map(read));
  return [
    load.name,
    range(({ totals }) => totals.rate.deliveredPerSecond),
    range(({ clientUs }) => clientUs),
    range(({ serverUs }) => serverUs),
    range(({ queue }) => (queue.waitUs.p50 ?? NaN) / 1000),
    range(({ queue }) => (queue.runUs.p50 ?? NaN) / 1000),
    range(({ grownMiB }) => grownMiB),
    range(({ generator }) => generator.utilization ?? NaN),
  ];
}

function judge(bench, load, found) {
  for (const { generator } of found) {
    const { health, reasons } = generator;
    if (health !== "ok") bench.remark(`${load.name}: the generator was ${health}: ${reasons.join("; ")}`);
  }
  bench.target({
    what: `${load.name}: order, limit, ends and statistics`,
    goal: "kept, and equal",
    found: found.map(({ queue }) => `${queue.completed + queue.cancelled} ended`).join(", "),
    isMet: found.every(({ isExact }) => isExact),
  });
  if (load.goalPerSecond === undefined) return;
  const perSecond = found.map(({ totals }) => totals.rate.deliveredPerSecond);
  // A tenth of the jobs spends a larger part of its time on the way in and out.
  bench.target({
    what: `${load.name}: jobs a second`,
    goal: `> ${load.goalPerSecond}`,
    found: bench.withRange(perSecond),
    isMet: perSecond.every((each) => each > load.goalPerSecond),
  });
}
