// What the live view adds to the main thread, against a run with -q in turns.
import { measureThreads } from "../measure-threads.js";

export const title = "CPU of the live view, on a terminal and as plain lines, against -q";
export const minutes = 3;

const goalShare = 0.02;
const load = { connections: 50, ratePerSecond: 10_000, sizeBytes: 64 };

export async function run(bench) {
  bench.print(`${load.connections} connections, ${load.ratePerSecond.toLocaleString("en")} msg/s, 1 worker`);
  const server = await bench.startEchoServer();
  const words = ["run", server.url, "-c", load.connections, "-r", load.ratePerSecond, "-s", load.sizeBytes, "-w", 1];
  const timed = [...words, "-d", `${bench.seconds + 4}s`];
  const views = [
    { name: "-q", start: (options) => bench.floodgate(timed, options) },
    { name: "plain lines", start: (options) => bench.floodgate(timed, { ...options, isQuiet: false }) },
    { name: "terminal", start: (options) => onTerminal(bench, timed, options) },
  ];
  const found = new Map(views.map((view) => [view, []]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const view of views) {
      bench.progress(`round ${round}/${bench.rounds}: ${view.name}`);
      found.get(view).push(await measureThreads(server, view.start, bench.seconds));
    }
  }
  await server.close();
  const [quiet, ...seen] = views;
  const all = (view, field) => found.get(view).map((one) => one[field]);
  const quietMain = bench.median(all(quiet, "main"));
  const whole = bench.median(all(quiet, "all"));
  /** Each round's main thread against the quiet one's, as a share of what the whole quiet process uses. */
  const shares = (view) => all(view, "main").map((main) => (main - quietMain) / whole);
  bench.print("CPU milliseconds per second; the view is drawn by the main thread, and nothing else of it differs");
  bench.table(
    ["", "main thread", "whole process", "share of the view %"],
    views.map((view) => [
      view.name,
      bench.withRange(all(view, "main").map((seconds) => seconds * 1000)),
      bench.withRange(all(view, "all").map((seconds) => seconds * 1000)),
      view === quiet ? "-" : bench.withRange(shares(view).map((share) => share * 100)),
    ]),
  );
  for (const view of seen) {
    bench.target({
      what: `live view, ${view.name}: share of the CPU`,
      goal: `< ${goalShare * 100} %`,
      found: `${bench.withRange(shares(view).map((share) => share * 100))} %`,
      isMet: bench.median(shares(view)) < goalShare,
    });
  }
}

/** With a pseudo terminal for stdout and stderr, from util-linux. */
function onTerminal(bench, words, options) {
  const line = [process.execPath, bench.main, ...words, "-o", `${bench.folder}/live.json`].map(quoted).join(" ");
  // Without a size of its own the view would take 80 columns; COLUMNS is not looked at.
  return bench.command("script", ["-qec", `stty cols 120 rows 40; exec ${line}`, "/dev/null"], {
    ...options,
    isJson: false,
  });
}

function quoted(word) {
  return `'${String(word).replaceAll("'", "'\\''")}'`;
}
