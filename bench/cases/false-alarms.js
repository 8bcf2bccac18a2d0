// How often `run --interleave` calls equal servers different, and how often it finds a service time planted longer.
import { startGusts } from "../disturbances.js";

export const title =
  "40 comparisons of equal servers, 10 with +20 % service time: false alarms and finds, among gusts of load";
export const minutes = 30;

const runsASide = 5;
const seconds = 2;
const ratePerSecond = 500;
const mostFalseAlarms = 2;
const leastFound = 9;

const service = (ms) => ["--latency", `lognormal(${ms}ms,0.3)`];
const kinds = [
  { name: "equal, answering at once", base: [], changed: [], count: 20 },
  { name: "equal, 2 ms", base: service(2), changed: service(2), count: 20 },
  { name: "2 ms against 2.4 ms", base: service(2), changed: service(2.4), count: 10, isPlanted: true },
];

export async function run(bench) {
  bench.print(
    `${runsASide} runs a side in turns, ${seconds} s each, ${ratePerSecond} msg/s over 10 connections; a neighbour that takes ` +
      "either core for 0 to 1 s, every 0 to 4 s",
  );
  const found = [];
  for (const kind of kinds) {
    const count = bench.isQuick ? 1 : kind.count;
    for (let i = 0; i < count; i++) {
      bench.progress(`${kind.name}, ${i + 1}/${count}`);
      found.push({ kind, ...(await compare(bench, kind, found.length)) });
    }
    bench.progress("");
  }
  report(bench, found);
}

/** Servers of their own for each comparison, with other seeds: equal ones are equal in distribution only. */
async function compare(bench, { base, changed }, index) {
  const serve = (words, seed) => bench.startMock({ core: null, args: [...words, "--seed", seed] });
  const servers = [await serve(base, 2 * index + 1), await serve(changed, 2 * index + 2)];
  const endGusts = startGusts(index + 1);
  try {
    const [before, after] = servers.map(({ url }) => url);
    const words = ["run", "--mode", "echo", "-t", before, "--interleave", after, "--repeat", runsASide];
    const load = ["-c", 10, "-r", ratePerSecond, "-d", `${seconds}s`, "--warmup", "500ms", "--fail-on-regression"];
    const { output, code } = await bench.floodgate([...words, ...load], { core: null, timeoutMs: 300_000 });
    const { comparison, runs } = output;
    const changes = (comparison?.metrics ?? []).filter(({ isPrimary }) => isPrimary);
    const counts = comparison?.counts ?? [];
    const named = (verdict) => [...changes, ...counts].filter((one) => one.verdict === verdict).map(({ name }) => name);
    return { code, isCompared: comparison !== null, worse: named("worse"), better: named("better"), runs: runs.length };
  } finally {
    await endGusts();
    await Promise.all(servers.map((server) => server.close()));
  }
}

function report(bench, found) {
  const rows = kinds.map((kind) => {
    const own = found.filter((one) => one.kind === kind);
    const named = own.flatMap(({ worse, better }) => [
      ...worse.map((n) => `${n} worse`),
      ...better.map((n) => `${n} better`),
    ]);
    const times = [...new Set(named)].map((name) => `${named.filter((other) => other === name).length} x ${name}`);
    return [
      kind.name,
      String(own.length),
      String(own.filter(({ isCompared }) => !isCompared).length),
      String(own.filter(({ code }) => code === 98).length),
      times.join(", ") || "none",
    ];
  });
  bench.table(["servers", "comparisons", "not comparable", "exit 98", "metrics told apart"], rows);

  const equal = found.filter(({ kind }) => !kind.isPlanted);
  const planted = found.filter(({ kind }) => kind.isPlanted);
  const compared = equal.filter(({ isCompared }) => isCompared);
  const alarms = compared.filter(({ worse }) => worse.length > 0).length;
  const judged = planted.filter(({ isCompared }) => isCompared);
  const hits = judged.filter(({ worse }) => worse.some((name) => name.startsWith("latency."))).length;
  // Where the generator was limited nothing is compared, and that is neither an alarm nor a find missed.
  const isWhole = !bench.isQuick && compared.length >= 0.9 * equal.length && judged.length === planted.length;
  if (!bench.isQuick && !isWhole)
    bench.remark("too many comparisons came to nothing: this machine is too busy for them");
  bench.target({
    what: "equal servers called worse",
    goal: `at most ${mostFalseAlarms} of 40`,
    found: `${alarms} of ${compared.length} compared`,
    isMet: isWhole ? alarms <= mostFalseAlarms : null,
  });
  bench.target({
    what: "+20 % service time found",
    goal: `at least ${leastFound} of 10`,
    found: `${hits} of ${judged.length} compared`,
    isMet: isWhole ? hits >= leastFound : null,
  });
}
