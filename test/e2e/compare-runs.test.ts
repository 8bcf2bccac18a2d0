import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NoiseFloor } from "../../src/compare/noise-floor-record.ts";
import type { RunSeries } from "../../src/compare/series-record.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli, startCli, type CliEnd, type RunningCli } from "../support/run-cli.ts";

/** Answers so slow that what a busy machine adds to them is little: a limited run could not be compared. */
const [slowMs, slowerMs] = [400, 600];
/** A second of load: five such runs a side tell these servers apart, and tests that wait as long wait at the same time. */
const profile = "description: no gates\nconnections: 10\nrate: 100\nduration: 1s\ndrain: 1s\n";
const timeoutMs = 240_000;
const baselineFiles = [1, 2, 3, 4, 5].map((ordinal) => `main-${ordinal}.json`);

let folder: string;
let slow: { readonly server: RunningCli; readonly url: string };
let slower: typeof slow;

async function serve(latencyMs: number): Promise<typeof slow> {
  const server = startCli(["serve", "--latency", `${latencyMs}ms`], { timeoutMs: 900_000 });
  const [, url] = await server.waitFor("stdout", /(ws:\/\/\S+) /);
  return { server, url: url! };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-compare-"));
  await writeFile(join(folder, "plain.yaml"), profile);
  [slow, slower] = await Promise.all([serve(slowMs), serve(slowerMs)]);
  await makeBaseline();
}, timeoutMs);
afterAll(async () => {
  for (const { server } of [slow, slower]) server.sendSignal("SIGTERM");
  await Promise.all([slow.server.end, slower.server.end]);
  await rm(folder, { recursive: true, force: true });
});

const run = (...words: readonly string[]): Promise<CliEnd> =>
  runCli(["run", "./plain.yaml", ...words, "--no-progress"], { cwd: folder, timeoutMs });
const readJson = async <T>(name: string): Promise<T> => JSON.parse(await readFile(join(folder, name), "utf8")) as T;
const filesWith = async (start: string) => (await readdir(folder)).filter((name) => name.startsWith(start)).sort();

/** Five runs of the slow server that were not limited, however busy the machine is: `main-1.json` ... */
async function makeBaseline(): Promise<void> {
  const end = await run("-t", slow.url, "--repeat", "5", "-o", "main.json", "-q");
  expect(end.exitCode, end.stderr).toBe(0);
  for (const file of baselineFiles) {
    for (let made = 0; (await readJson<RunResult>(file)).generator.health === "limited"; made++) {
      if (made === 10) throw new Error("this machine is too busy for a single sound run");
      await run("-t", slow.url, "-o", file, "-q");
    }
  }
}

/** On a machine so busy that no attempt was sound there is nothing to compare, and that is said: 96 for a gate. */
function expectUnlessLimited(end: CliEnd, code: number): boolean {
  const isLimited = end.stdout.includes("the generator was limited") && end.stdout.includes("nothing was compared");
  expect(end.exitCode, end.stdout + end.stderr).toBe(isLimited ? 96 : code);
  return !isLimited;
}

// Each of these loads keeps a core busy for a few hundredths of its time; what they wait for are answers.
describe.concurrent("floodgate run --baseline", { timeout: timeoutMs }, () => {
  const against = ["--repeat", "5", "--baseline", "main-*.json", "--fail-on-regression"];

  it("finds a slower server by sets of five short runs: 98", async () => {
    const worse = await run("-t", slower.url, ...against, "-o", "worse.json");
    if (!expectUnlessLimited(worse, 98)) return;
    expect(worse.stdout).toMatch(/\[FAIL\] regression: latency\.p50 is worse: \+(4\d|5[0-4])\.\d%/);
    expect(worse.stdout).toMatch(/^\[FAIL\] exit code 98: regression: latency\.p50 is worse/m);
    const last = await readJson<RunResult>("worse-5.json");
    expect(last.verdict).toMatchObject({ outcome: "fail", exitCode: 98 });
    expect(last.comparison?.base.runs.map(({ name }) => name)).toEqual(baselineFiles);
    expect((await readJson<RunResult>("worse-4.json")).comparison).toBeUndefined();
    const again = await runCli(["report", "worse-5.json"], { cwd: folder });
    expect(again.stdout).toContain("[FAIL] regression: latency.p50 is worse");
  });

  it("calls the same server the same: 0", async () => {
    const same = await run("-t", slow.url, ...against, "-o", "same.json");
    if (!expectUnlessLimited(same, 0)) return;
    expect(same.stdout).not.toContain("[FAIL]");
    expect((await readJson<RunResult>("same-5.json")).verdict).toMatchObject({ outcome: "pass", exitCode: 0 });
  });

  it("tells a regression without the gate as a warning, in the summary of a single run too", async () => {
    const words = ["--threshold", "latency.p50<=base*1.10+5ms", "--baseline", "main-1.json"];
    const end = await run("-t", slower.url, ...words, "-o", "single.json");
    const single = await readJson<RunResult>("single.json");
    const isLimited = single.generator.health === "limited";
    expect(end.exitCode, end.stdout).toBe(isLimited ? 96 : 99);
    expect(single.comparison?.verdict.outcome).toBe(isLimited ? "not-comparable" : "inconclusive");
    expect(end.stdout).toContain("Comparison");
    if (isLimited) return;
    const detail = expect.stringContaining("base 40") as string;
    expect(single.thresholds[0]).toMatchObject({ outcome: "fail", detail });
    expect(single.thresholds[0]?.bound).toBeGreaterThan(0.44);
    // One run a side decides nothing by statistics, and is told so.
    expect(end.stdout).toContain("1 run a side");
  });
});

describe.concurrent("floodgate run --interleave", { timeout: timeoutMs }, () => {
  it("measures two servers in turns and finds the slower one: 98", async () => {
    const end = await run("-t", slow.url, "--interleave", slower.url, "--fail-on-regression", "-o", "turns.json");
    if (!expectUnlessLimited(end, 98)) return;
    const order = [...end.stdout.matchAll(/^\[\w+\] run \d+ of 10 \((\w+)\)/gm)].map(([, side]) => side);
    // A run that was limited was made again, in its place.
    const told = order.filter((side, i) => i === 0 || side !== order[i - 1] || order.length === 10);
    if (order.length === 10) expect(told.join(" ")).toBe("base new new base base new new base base new");
    expect(await filesWith("turns-")).toHaveLength(10);
    const results = await Promise.all((await filesWith("turns-new-")).map((name) => readJson<RunResult>(name)));
    expect(results.map(({ tags }) => tags.side)).toEqual(["new", "new", "new", "new", "new"]);
    expect(results.at(-1)?.comparison?.metrics[0]).toMatchObject({ name: "latency.p50", verdict: "worse" });
  });

  it("finds nothing between a server and itself, and prints all of it as one JSON document", async () => {
    const words = ["--interleave", slow.url, "--repeat", "3", "--fail-on-regression", "--json"];
    const end = await run("-t", slow.url, ...words, "-o", "twice.json");
    const series = JSON.parse(end.stdout) as RunSeries;
    expect(series.verdict.exitCode).toBe(end.exitCode);
    if (series.comparison === null) {
      expect(end.exitCode).toBe(96);
      return;
    }
    expect(series.runs).toHaveLength(6);
    expect(end.exitCode).toBe(0);
    // Of the primary ones: how the generator fared beside other tests is another matter.
    const primary = series.comparison.metrics.filter(({ isPrimary }) => isPrimary);
    expect(primary.filter(({ verdict }) => verdict === "worse")).toEqual([]);
    expect(series.spreads.map(({ side }) => side)).toEqual(["base", "new"]);
  });
});

describe.concurrent("floodgate calibrate", { timeout: timeoutMs }, () => {
  it("keeps how far runs of the same lie apart, with host and load", async () => {
    // In a folder of its own, as the comparisons that go on meanwhile would take the noise floor into account.
    const apart = join(folder, "apart");
    await mkdir(apart);
    const words = ["calibrate", "../plain.yaml", "-t", slow.url, "-n", "3", "--no-progress"];
    const end = await runCli(words, { cwd: apart, timeoutMs });
    const kept = await readdir(join(apart, "results/noise-floor")).catch(() => []);
    if (end.exitCode === 96) {
      expect(end.stderr).toContain("no noise floor: ");
      expect(kept).toEqual([]);
      return;
    }
    expect(end.exitCode, end.stderr).toBe(0);
    const floor = await readJson<NoiseFloor>(`apart/results/noise-floor/${kept[0]!}`);
    expect(floor.schema).toBe("floodgate.noise-floor/1");
    expect(floor.runs).toHaveLength(3);
    expect(floor.settings["load of main"]).toBe("100 msg/s");
    expect(floor.metrics.find(({ name }) => name === "latency.p50")?.values).toHaveLength(3);
    expect(kept[0]).toContain(floor.hostFingerprint);
    expect(end.stdout).toMatch(/latency\.p50 +\d+\.\d ms +[\d.]+%/);
  });

  it("keeps nothing of runs that failed", async () => {
    const load = ["-c", "1", "-r", "50", "-d", "1s", "--drain", "100ms", "--mock-drop", "100%"];
    const end = await runCli(["calibrate", "-n", "2", ...load, "-o", "floor.json", "-q"], { cwd: folder });
    expect(end.exitCode).toBe(97);
    expect(end.stderr).toContain("no noise floor: run 1 of 2: the run failed");
    expect(await filesWith("floor")).toEqual([]);
  });
});

describe("floodgate run --baseline, before anything is sent,", () => {
  it.each([
    ["another rate", ["-r", "200"], "is 100 msg/s there, and 200 msg/s here"],
    [
      "a bound that has no base",
      ["--threshold", "memory.target.growth<=base*2"],
      "the baseline has no memory.target.growth",
    ],
  ])("refuses %s", async (_, words, message) => {
    const before = await connectionsOf(slow.url);
    const end = await run("-t", slow.url, "--baseline", "main-1.json", ...words, "-o", "never.json");
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toContain(message);
    expect(end.stderr.trimEnd().split("\n")).toHaveLength(2);
    expect(await filesWith("never")).toEqual([]);
    expect(await connectionsOf(slow.url)).toBe(before);
  });
});

/** How many the server has accepted so far. */
async function connectionsOf(url: string): Promise<number> {
  const stats = await fetch(`${url.replace("ws:", "http:").replace(/\/$/, "")}/stats`);
  const { connectionsAccepted } = (await stats.json()) as { readonly connectionsAccepted: number };
  return connectionsAccepted;
}
