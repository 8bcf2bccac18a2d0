import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noiseFloorPath } from "../../src/commands/noise-floor-files.ts";
import { makeNoiseFloor } from "../../src/compare/noise-floor.ts";
import { comparisonSchemaName, type Comparison } from "../../src/result/comparison.ts";
import { resultText } from "../../src/result/write-result.ts";
import { comparedRun, comparedRuns, type RunChanges } from "../support/compared-runs.ts";
import { runCli, type CliEnd } from "../support/run-cli.ts";

const alike = [1, 1.01, 0.99, 1.005, 0.995];
let folder = "";

async function save(side: string, slower: readonly number[], changes: Omit<RunChanges, "slower"> = {}): Promise<void> {
  for (const { name, result } of comparedRuns(side, slower, changes)) {
    await writeFile(join(folder, name), resultText(result));
  }
}

const compare = (...args: readonly string[]): Promise<CliEnd> => runCli(["compare", ...args], { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-compare-"));
  await save("base", alike);
  await save(
    "slow",
    alike.map((value) => value * 1.3),
  );
  await save(
    "same",
    alike.map((value) => value * 1.002),
  );
  await save("lossy", [1], { messages: { lostMissing: 50 } });
  const whole = resultText(comparedRun("whole"));
  const fewer = { messages: { lostMissing: 50 } };
  const bad: Readonly<Record<string, string>> = {
    "cut.json": whole.slice(0, 3000),
    "empty.json": "",
    "foreign.json": '{"hello":1}',
    "newer.json": whole.replace("floodgate.result/1", "floodgate.result/7"),
    "edited.json": whole.replace('"delivered": 10000', '"delivered": 9999'),
    // Sound in themselves, and not together: what all phases sent is not what the run sent.
    "unequal.json": resultText({ ...comparedRun("unequal"), totals: comparedRun("fewer", fewer).totals }),
    // The seconds say that less came back than the whole.
    "seconds.json": resultText({ ...comparedRun("seconds"), intervals: comparedRun("fewer", fewer).intervals }),
    "verdict.json": whole.replace('"outcome": "pass"', '"outcome": "fail"'),
    "text.json": '"floodgate.result/1"',
    "partial.json": resultText(comparedRun("partial", { result: { end: { kind: "interrupted", reason: "SIGINT" } } })),
  };
  for (const [name, text] of Object.entries(bad)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, "folder"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("floodgate compare", () => {
  it("ends with 98 for a regression, told in the last line", async () => {
    const { exitCode, stdout, stderr } = await compare("base-*.json", "--to", "slow-*.json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 98, stderr: "" });
    expect(stdout).toMatch(/\[FAIL\] {2}latency\.p99 .* worse /);
    expect(stdout).toMatch(/\n\[FAIL\] exit code 98: regression: latency\.p50 is worse: \+30\.\d% .*\n$/);
  });

  it("ends with 0 when nothing is worse", async () => {
    const { exitCode, stdout } = await compare("base-*.json", "--to", "same-*.json");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\n\[PASS\] exit code 0: none of 5 primary metrics is worse\n$/);
  });

  it("never calls times of one run a side worse, but finds messages that are missing", async () => {
    const slow = await compare("base-1.json", "slow-1.json");
    expect(slow.exitCode).toBe(0);
    expect(slow.stdout).toMatch(/1 run a side: a verdict takes 3/);
    const lossy = await compare("base-1.json", "lossy-1.json");
    expect(lossy.exitCode).toBe(98);
    expect(lossy.stdout).toMatch(/lost is worse: 0 of 10,000 before, 50 of 10,000 now/);
  });

  it("takes the noise floor that was kept for this load and host", async () => {
    const record = makeNoiseFloor(
      comparedRuns("aa", [1, 1.03, 0.99, 1.02, 1, 1.01]).map(({ result }) => result),
      { createdAt: new Date().toISOString(), toolVersion: "0.1.0" },
    );
    const path = join(folder, noiseFloorPath(comparedRun("any")));
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, resultText(record));
    try {
      const { exitCode, stdout } = await compare("base-1.json", "slow-1.json");
      expect(exitCode).toBe(98);
      expect(stdout).toMatch(/judged against the noise floor alone/);
    } finally {
      await rm(join(folder, "results"), { recursive: true });
    }
  });

  it("gives the whole comparison as JSON", async () => {
    const { exitCode, stdout } = await compare(
      "base-*.json",
      "--to",
      "slow-*.json",
      "--json",
      "--metrics",
      "latency.p99",
    );
    expect(exitCode).toBe(98);
    const comparison = JSON.parse(stdout) as Comparison;
    expect(comparison.schema).toBe(comparisonSchemaName);
    expect(comparison.metrics.map(({ name, verdict }) => [name, verdict])).toEqual([["latency.p99", "worse"]]);
    expect(comparison.new.runs.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((i) => `slow-${i}.json`));
  });

  it("ends with 2 and all reasons when results are not comparable", async () => {
    const { exitCode, stdout } = await compare("base-1.json", "partial.json");
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/\n\[FAIL\] exit code 2: not comparable: "partial.json" is partial: .*interrupted.*\n$/);
    expect(stdout).not.toMatch(/Metrics/);
  });

  it.each([
    ["cut.json", /"cut.json" is cut off/],
    ["empty.json", /"empty.json" is empty/],
    ["foreign.json", /"foreign.json" is not a floodgate result/],
    ["newer.json", /"newer.json" was made by a newer floodgate/],
    ["edited.json", /"edited.json" was edited or damaged: totals: delivered/],
    [
      "unequal.json",
      /"unequal.json" was edited or damaged: totals: delivered 9950 is not the sum of the phases, 10000/,
    ],
    ["seconds.json", /"seconds.json" was edited or damaged: intervals: their latencyUs.count adds up to 9950/],
    ["verdict.json", /"verdict.json" was edited or damaged: verdict: fail does not end with exit code 0/],
    ["text.json", /"text.json" is not a floodgate result/],
    ["folder", /"folder" is a directory/],
    ["missing.json", /there is no result file "missing.json"/],
    ["none-*.json", /"none-\*.json" matches no file/],
    ["base-1.json", /"base-1.json" is on both sides/],
  ])("says what is wrong with %s in one line, and ends with 2", async (name, message) => {
    const { exitCode, stdout, stderr } = await compare("base-1.json", name);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\n(hint: {2}[^\n]+\n)?$/);
  });

  it("says the same of the base side, and of one file among many", async () => {
    const base = await compare("edited.json", "base-1.json");
    expect(base).toMatchObject({ exitCode: 2, stdout: "" });
    expect(base.stderr).toContain('"edited.json" was edited or damaged');
    const many = await compare("base-*.json", "--to", "same-1.json", "cut.json", "same-2.json");
    expect(many).toMatchObject({ exitCode: 2, stdout: "" });
    expect(many.stderr).toContain('"cut.json" is cut off');
  });

  it("refuses a run that is twice on one side, and a metric it does not know", async () => {
    const twice = await compare("base-1.json", "--to", "same-1.json", "same-1.json");
    expect(twice).toMatchObject({ exitCode: 2, stdout: "" });
    expect(twice.stderr).toMatch(/"same-1.json" is twice on the new side/);
    const unknown = await compare("base-1.json", "same-1.json", "--metrics", "latency.p99,rate.deliverd");
    expect(unknown).toMatchObject({ exitCode: 2, stdout: "" });
    expect(unknown.stderr).toMatch(/"deliverd" is not known of rate\nhint: {2}did you mean rate.delivered\?/);
  });
});
