// Whether memory stays flat: 50 million messages through one run.
export const title = "memory of one run over 50 million messages";
export const minutes = 1;

const load = { connections: 50, inFlight: 64, sizeBytes: 64 };
const allMessages = 50_000_000;
const quickMessages = 12_000_000;
const mostGrowthBytes = 10e6;
/** With fewer readings the test says next to nothing. */
const fewestSeconds = 10;
const significant = 0.05;

export async function run(bench) {
  const messages = bench.isQuick ? quickMessages : allMessages;
  bench.print(`${messages.toLocaleString("en")} messages, ${load.connections} connections, ${load.inFlight} in flight`);
  const server = await bench.startEchoServer();
  const rate = ["-r", "max", "--in-flight", load.inFlight, "-n", messages];
  const { output } = await bench.floodgate(
    ["run", server.url, "-c", load.connections, ...rate, "-s", load.sizeBytes, "-w", 1],
    { timeoutMs: 200_000 },
  );
  await server.close();
  const { delivered, lost } = output.totals.messages;
  if (delivered !== messages || lost !== 0) bench.remark(`delivered ${delivered} of ${messages}, lost ${lost}`);

  const { startBytes, peakBytes, endBytes } = output.memory.generator;
  // The first second compiles the hot code and fills the buffers.
  const levels = output.intervals.slice(1).flatMap(({ generatorRssBytes: bytes }) => (bytes === null ? [] : [bytes]));
  const growth = levels.at(-1) - levels[0];
  const { slope, p } = await trendOf(levels);
  const slopeText = `${megabytes(slope)}/s, p ${p.toFixed(2)}`;
  bench.table(
    ["memory of the generator", ""],
    [
      ["start, most, end", [startBytes, peakBytes, endBytes].map(megabytes).join(", ")],
      ["growth after the first second", `${megabytes(growth)} in ${levels.length} s`],
      ["slope after the first second", slopeText],
    ],
  );
  const what = `${messages / 1e6} million messages: memory after the first second`;
  const isMet = growth <= mostGrowthBytes;
  bench.target({ what, goal: `grows <= ${megabytes(mostGrowthBytes)}`, found: megabytes(growth), isMet });
  bench.target({
    what,
    goal: "slope not significant",
    found: slopeText,
    isMet: levels.length < fewestSeconds ? null : slope <= 0 || p >= significant,
  });
}

/** The result gives a slope from a minute on; its own test on the readings of each second says more about 20 s. */
async function trendOf(levels) {
  const { hamedRaoFactor, mannKendall, theilSen } = await import("../../dist/statistics/trend.js");
  const seconds = levels.map((_, index) => index);
  const slope = theilSen(seconds, levels)?.slope ?? 0;
  return { slope, p: mannKendall(levels, hamedRaoFactor(seconds, levels)).pIncreasing };
}

function megabytes(bytes) {
  return bytes === null ? "-" : `${(bytes / 1e6).toFixed(2)} MB`;
}
