import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeSeries, type ClosedSeries } from "../../../src/commands/close-series.ts";
import type { ComparisonSetup } from "../../../src/commands/compare-runs.ts";
import { planFiles } from "../../../src/commands/finish-run.ts";
import { planSeries } from "../../../src/commands/plan-series.ts";
import type { FinishedRun } from "../../../src/commands/run-series.ts";
import type { RunSeries } from "../../../src/compare/series-record.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { readResultFile } from "../../../src/result/result-file.ts";
import { writeResult } from "../../../src/result/write-result.ts";
import { comparedRun, comparedRuns } from "../../support/compared-runs.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { limitedResult } from "../../support/limited-result.ts";
import { runRequest } from "../../support/parse-command.ts";

const alike = [1, 1.01, 0.99, 1.005, 0.995];
const slower = alike.map((factor) => factor * 1.3);
const setup: ComparisonSetup = { baseline: comparedRuns("base", alike), noiseFloor: null };

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-close-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Closes a series of five whose runs came to these results, each saved, and gives what was told as JSON. */
async function close(
  results: readonly RunResult[],
  words: readonly string[],
  changes: Partial<ClosedSeries> = {},
): Promise<{ readonly code: number; readonly series: RunSeries | null }> {
  const { host, stdout } = fakeHost({ cwd: folder });
  const series = ["--repeat", "5", "--baseline", "base.json", "-o", join(folder, "new.json"), "--json"];
  const request = await runRequest(["ws://127.0.0.1:9/", ...series, ...words]);
  const members = planSeries(request, host);
  const reports = await planFiles(members, host);
  const runs: FinishedRun[] = [];
  for (const [index, result] of results.entries()) {
    const member = members[index]!;
    const place = { path: member.request.output.file!, replace: true };
    await writeResult(place.path, result, place);
    runs.push({ member, result, place, savedPath: place.path });
  }
  const closed = { request, members, setup, reports, runs, problems: [], retries: [], awaited: members.at(-1) };
  const code = await closeSeries({ ...closed, ...changes }, host);
  return { code, series: stdout() === "" ? null : (JSON.parse(stdout()) as RunSeries) };
}

const runsOf = (factors: readonly number[]): readonly RunResult[] =>
  comparedRuns("new", factors).map(({ result }) => result);
const saved = (ordinal: number): Promise<RunResult> => readResultFile(join(folder, `new-${ordinal}.json`));

describe("closeSeries", () => {
  it("saves the comparison in the last result alone, which then says 98", async () => {
    const { code, series } = await close(runsOf(slower), ["--fail-on-regression"]);
    expect(code).toBe(98);
    expect(series?.verdict.reasons[0]).toMatch(/^regression: latency\.p50 is worse: \+30/);
    expect(await saved(5)).toMatchObject({
      verdict: { outcome: "fail", exitCode: 98 },
      comparison: { verdict: { outcome: "regression" } },
    });
    expect(await saved(4)).toMatchObject({ verdict: { outcome: "pass", exitCode: 0 } });
    expect((await saved(4)).comparison).toBeUndefined();
  });

  it("warns of a regression where nobody asked to fail, and ends with 0", async () => {
    const { code, series } = await close(runsOf(slower), []);
    expect(code).toBe(0);
    expect(series?.comparison?.verdict.outcome).toBe("regression");
    const last = await saved(5);
    expect(last.verdict).toMatchObject({ outcome: "pass", exitCode: 0 });
    expect(last.warnings.map(({ text }) => text).join()).toContain("regression: latency.p50 is worse");
  });

  it("ends with 0 where nothing has got worse", async () => {
    const { code, series } = await close(runsOf(alike), ["--fail-on-regression"]);
    expect([code, series?.comparison?.verdict.outcome]).toEqual([0, "pass"]);
  });

  it("writes the reports of the last run once they can say what all came to", async () => {
    const words = ["--fail-on-regression", "--junit", join(folder, "new.xml")];
    await close(runsOf(slower), words);
    expect(await readFile(join(folder, "new-5.xml"), "utf8")).toContain("regression: latency.p50 is worse");
    await expect(readFile(join(folder, "new-4.xml"), "utf8")).rejects.toThrow("ENOENT");
  });

  it("compares no half series: 96 where a regression was to fail, 0 and a warning otherwise", async () => {
    const half = runsOf(slower).slice(0, 3);
    const asked = await close(half, ["--fail-on-regression"]);
    expect(asked).toMatchObject({ code: 96, series: { comparison: null } });
    expect(asked.series?.verdict.reasons).toEqual(["nothing was compared: 3 of 5 runs were made"]);
    const unasked = await close(half, []);
    expect(unasked.code).toBe(0);
    expect(unasked.series?.warnings).toContain("nothing was compared: 3 of 5 runs were made");
  });

  it("says why when a run that stayed limited has ended it, and which were made again", async () => {
    const retries = ["run 2 of 5 is made again, as the generator was limited (attempt 2 of 3)"];
    const runs = [comparedRun("a"), limitedResult(comparedRun("b"))];
    const { code, series } = await close(runs, ["--fail-on-regression"], { retries });
    expect(code).toBe(96);
    expect(series?.warnings).toEqual([
      ...retries,
      "run 2 of 5 is not in the spread: the generator was limited",
      "nothing was compared: 2 of 5 runs were made",
    ]);
  });

  it("lets a run that could not be made weigh more than what could not be compared", async () => {
    const problems = [{ exitCode: 97, reason: "run 3 of 5: the server ended" } as const];
    const { code } = await close(runsOf(slower).slice(0, 2), ["--fail-on-regression"], { problems });
    expect(code).toBe(97);
  });

  it("compares nothing where that was not asked for", async () => {
    const { code, series } = await close(runsOf(slower), [], { setup: null, awaited: undefined });
    expect(code).toBe(0);
    expect(series).toMatchObject({ comparison: null, warnings: [] });
    expect((await saved(5)).comparison).toBeUndefined();
  });

  it("tells nothing of a series that was interrupted before there was a run", async () => {
    const problems = [{ exitCode: 130, reason: "interrupted after 0 of 5 runs" } as const];
    expect(await close([], [], { problems })).toEqual({ code: 130, series: null });
  });
});
