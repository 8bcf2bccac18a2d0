import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NoiseFloor } from "../../src/compare/noise-floor-record.ts";
import type { RunSeries } from "../../src/compare/series-record.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli, startCli, type CliEnd, type RunningCli } from "../support/run-cli.ts";

/** Answers so slow that what a busy machine adds to them is little: a limited run could not be compared. */
const [slowMs, slowerMs] = [400, 600];
const profile = "description: no gates\nconnections: 10\nrate: 100\nduration: 2s\nwarmup: 1s\ndrain: 1s\n";

let folder: string;
let slow: { readonly server: RunningCli; readonly url: string };
let slower: typeof slow;

async function serve(latencyMs: number): Promise<typeof slow> {
  const server = startCli(["serve", "--latency", `${latencyMs}ms`], { timeoutMs: 600_000 });
  const [, url] = await server.waitFor("stdout", /(ws:\/\/\S+) /);
  return { server, url: url! };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-compare-"));
  await writeFile(join(folder, "plain.yaml"), profile);
  [slow, slower] = await Promise.all([serve(slowMs), serve(slowerMs)]);
});
afterAll(async () => {
  for (const { server } of [slow, slower]) server.sendSignal("SIGTERM");
  await Promise.all([slow.server.end, slower.server.end]);
  await rm(folder, { recursive: true, force: true });
});

const run = (...words: readonly string[]): Promise<CliEnd> =>
  runCli(["run", "./plain.yaml", ...words, "--no-progress"], { cwd: folder, timeoutMs: 300_000 });
const readJson = async <T>(name: string): Promise<T> => JSON.parse(await readFile(join(folder, name), "utf8")) as T;
const filesWith = async (start: string) => (await readdir(folder)).filter((name) => name.startsWith(start)).sort();

/** Saves so many runs of the slow server that were not limited, however busy the machine is: `main-1.json` ... */
async function runSound(name: string, count: number): Promise<void> {
  for (let sound = 0, made = 0; sound < count; made++) {
    if (made === count + 10) throw new Error("this machine is too busy for a single sound run");
    const file = `${name}-${sound + 1}.json`;
    const end = await run("-t", slow.url, "-o", file, "-q");
    expect(end.exitCode, end.stderr).toBe(0);
    if ((await readJson<RunResult>(file)).generator.health !== "limited") sound++;
    else await rm(join(folder, file));
  }
}

/** On a machine so busy that no attempt was sound there is nothing to compare, and that is said: 96 for a gate. */
function expectUnlessLimited(end: CliEnd, code: number): boolean {
  const isLimited = end.stdout.includes("the generator was limited") && end.stdout.includes("nothing was compared");
  expect(end.exitCode, end.stdout + end.stderr).toBe(isLimited ? 96 : code);
  return !isLimited;
}

describe("floodgate run --baseline", () => {
  it("finds a slower server by sets of five short runs: 98, and calls the same server the same: 0", async () => {
    await runSound("main", 5);
    const against = ["--repeat", "5", "--baseline", "main-*.json", "--fail-on-regression"];
    const worse = await run("-t", slower.url, ...against, "-o", "worse.json");
    if (expectUnlessLimited(worse, 98)) {
      expect(worse.stdout).toMatch(/\[FAIL\] regression: latency\.p50 is worse: \+4\d\.\d%/);
      expect(worse.stdout).toMatch(/^\[FAIL\] exit code 98: regression: latency\.p50 is worse/m);
      const last = await readJson<RunResult>("worse-5.json");
      expect(last.verdict).toMatchObject({ outcome: "fail", exitCode: 98 });
      expect(last.comparison?.base.runs.map(({ name }) => name)).toEqual(await filesWith("main-"));
      expect((await readJson<RunResult>("worse-4.json")).comparison).toBeUndefined();
      const again = await runCli(["report", "worse-5.json"], { cwd: folder });
      expect(again.stdout).toContain("[FAIL] regression: latency.p50 is worse");
    }
    const same = await run("-t", slow.url, ...against, "-o", "same.json");
    if (expectUnlessLimited(same, 0)) {
      expect(same.stdout).not.toContain("[FAIL]");
      expect((await readJson<RunResult>("same-5.json")).verdict).toMatchObject({ outcome: "pass", exitCode: 0 });
    }
  }, 240_000);

  it("tells a regression without the gate as a warning, in the summary of a single run too", async () => {
    const words = ["--threshold", "latency.p50<=base*1.10+5ms", "--baseline", "one-1.json"];
    await runSound("one", 1);
    const end = await run("-t", slower.url, ...words, "-o", "two.json");
    const two = await readJson<RunResult>("two.json");
    const isLimited = two.generator.health === "limited";
    expect(end.exitCode, end.stdout).toBe(isLimited ? 96 : 99);
    expect(two.comparison?.verdict.outcome).toBe(isLimited ? "not-comparable" : "inconclusive");
    expect(end.stdout).toContain("Comparison");
    if (isLimited) return;
    expect(two.thresholds[0]).toMatchObject({ outcome: "fail", detail: expect.stringContaining("base 40") as string });
    expect(two.thresholds[0]?.bound).toBeGreaterThan(0.44);
    // One run a side decides nothing by statistics, and is told so.
    expect(end.stdout).toContain("1 run a side");
  }, 60_000);

  it.each([
    ["another rate", ["-r", "200"], "is 100 msg/s there, and 200 msg/s here"],
    [
      "a bound that has no base",
      ["--threshold", "memory.target.growth<=base*2"],
      "the baseline has no memory.target.growth",
    ],
  ])(
    "refuses %s before anything is sent",
    async (_, words, message) => {
      await runSound("refusing", 1);
      const before = await statsOf(slow.url);
      const end = await run("-t", slow.url, "--baseline", "refusing-1.json", ...words, "-o", "never.json");
      expect(end.exitCode).toBe(2);
      expect(end.stderr).toContain(message);
      expect(end.stderr.trimEnd().split("\n")).toHaveLength(2);
      expect(await filesWith("never")).toEqual([]);
      expect(await statsOf(slow.url)).toEqual(before);
    },
    60_000,
  );
});

async function statsOf(url: string): Promise<unknown> {
  const stats = await fetch(`${url.replace("ws:", "http:").replace(/\/$/, "")}/stats`);
  const { connectionsAccepted } = (await stats.json()) as { readonly connectionsAccepted: number };
  return connectionsAccepted;
}

describe("floodgate run --interleave", () => {
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
  }, 240_000);

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
    expect(series.comparison.metrics.filter(({ verdict }) => verdict === "worse")).toEqual([]);
    expect(series.spreads.map(({ side }) => side)).toEqual(["base", "new"]);
  }, 240_000);
});

describe("floodgate calibrate", () => {
  it("keeps how far runs of the same lie apart, with host and load", async () => {
    const words = ["calibrate", "./plain.yaml", "-t", slow.url, "-n", "3", "--no-progress"];
    const end = await runCli(words, { cwd: folder, timeoutMs: 120_000 });
    const kept = await readdir(join(folder, "results/noise-floor")).catch(() => []);
    if (end.exitCode === 96) {
      expect(end.stderr).toContain("no noise floor: ");
      expect(kept).toEqual([]);
      return;
    }
    expect(end.exitCode, end.stderr).toBe(0);
    const floor = await readJson<NoiseFloor>(`results/noise-floor/${kept[0]!}`);
    expect(floor.schema).toBe("floodgate.noise-floor/1");
    expect(floor.runs).toHaveLength(3);
    expect(floor.settings["load of main"]).toBe("100 msg/s");
    expect(floor.metrics.find(({ name }) => name === "latency.p50")?.values).toHaveLength(3);
    expect(kept[0]).toContain(floor.hostFingerprint);
    expect(end.stdout).toMatch(/latency\.p50 +\d+\.\d ms +[\d.]+%/);
  }, 150_000);

  it("keeps nothing of runs that failed", async () => {
    const words = [
      "calibrate",
      "-n",
      "2",
      "-c",
      "1",
      "-r",
      "50",
      "-d",
      "1s",
      "--drain",
      "100ms",
      "--mock-drop",
      "100%",
    ];
    const end = await runCli([...words, "-o", "floor.json", "-q"], { cwd: folder });
    expect(end.exitCode).toBe(97);
    expect(end.stderr).toContain("no noise floor: run 1 of 2: the run failed");
    expect(await filesWith("floor")).toEqual([]);
  }, 60_000);
});
