// npm run bench [-- <case>... --quick --rounds <n> --list --install-peers]: what floodgate costs on this machine, beside
// other generators in turns. Each file in bench/cases is a case; bench.js is what it is given; README.md how to read it.
// Ends with 0 even when a target is missed, as a busy machine misses some: the closing table says which.
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArguments, UsageError } from "./arguments.js";
import { createBench } from "./bench.js";
import { peersNamedIn } from "./find-peers.js";
import { printTable } from "./print-table.js";
import { endAllChildren } from "./run-child.js";

/** The first to run; cases not named here follow by name. */
const firstCases = [
  "saturation",
  "pacing",
  "mock",
  "overhead",
  "workers",
  "slow-paths",
  "start-up",
  "idle",
  "connections",
];
const casesFolder = new URL("./cases/", import.meta.url);
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

process.exitCode = await runBenchmarks(process.argv.slice(2)).catch((error) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  return 2;
});

async function runBenchmarks(words) {
  const asked = parseArguments(words, caseNames());
  if (asked.isInstall) return (await import("./install-peers.mjs")).installPeers();
  const cases = await Promise.all(
    asked.names.map(async (name) => ({ name, ...(await import(new URL(`${name}.js`, casesFolder))) })),
  );
  if (asked.isHelp) print("npm run bench -- [<case>...] [--quick] [--rounds <n>] [--list] [--install-peers]\n");
  if (asked.isList) return list(cases);
  if (process.platform !== "linux") throw new UsageError("CPU and memory are read from /proc: this needs Linux");
  // Before the first case, not minutes later.
  peersNamedIn(process.env.FLOODGATE_PEERS ?? "");
  if (!existsSync(main)) throw new UsageError("dist/main.js is missing: npm run build");

  const folder = await mkdtemp(join(tmpdir(), "floodgate-bench-"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop(folder));
  const bench = createBench({ ...asked, folder, main });
  print(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, Linux ${release()}`);
  print(`${asked.rounds} x ${asked.seconds} s for each figure; median (lowest - highest)`);
  let broken = 0;
  for (const one of cases) {
    print(`\n== ${one.name}: ${one.title}\n`);
    try {
      await one.run(bench);
    } catch (error) {
      broken++;
      await endAllChildren();
      bench.target({ what: `${one.name}: the whole case`, goal: "-", found: "broke off", isMet: null });
      bench.remark(`${one.name} broke off: ${error.stack ?? error}`);
    }
    bench.progress("");
    for (const remark of bench.takeRemarks()) print(`[WARN] ${remark}`);
  }
  await rm(folder, { recursive: true, force: true });
  printTargets(bench.targets);
  return broken === 0 ? 0 : 1;
}

function caseNames() {
  const names = readdirSync(casesFolder)
    .filter((file) => file.endsWith(".js"))
    .map((file) => file.slice(0, -".js".length));
  const place = (name) => (firstCases.includes(name) ? firstCases.indexOf(name) : firstCases.length);
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

function list(cases) {
  printTable(
    ["case", "what", "minutes"],
    cases.map(({ name, title, minutes }) => [name, title, String(minutes)]),
    { leftColumns: 2 },
  );
  return 0;
}

function printTargets(targets) {
  if (targets.length === 0) return;
  print("\n== targets\n");
  const words = new Map([
    [true, "met"],
    [false, "MISSED"],
    [null, "not measured"],
  ]);
  printTable(
    ["target", "goal", "found", ""],
    targets.map(({ what, goal, found, isMet }) => [what, goal, found, words.get(isMet)]),
    { leftColumns: 4 },
  );
  const count = (isMet) => targets.filter((one) => one.isMet === isMet).length;
  print(`${count(true)} met, ${count(false)} missed, ${count(null)} not measured, of ${targets.length} targets`);
}

async function stop(folder) {
  await endAllChildren();
  await rm(folder, { recursive: true, force: true });
  process.exit(130);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
