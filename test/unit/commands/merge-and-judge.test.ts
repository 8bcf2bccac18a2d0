import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mergeAndJudge } from "../../../src/commands/merge-and-judge.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { readResultFile } from "../../../src/result/result-file.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { resolveBaselineBounds } from "../../../src/verdict/baseline-bounds.ts";
import { checkThresholds } from "../../../src/verdict/check-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { decideVerdict } from "../../../src/verdict/verdict.ts";
import { aCollectedPhase, aHistogram, plausibleTimes } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { fakeHost } from "../../support/fake-host.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "floodgate-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Judging {
  readonly strict?: boolean;
  /** What bounds such as `base*1.10` are of. */
  readonly baseline?: readonly RunResult[];
}

async function saved(runId: string, expressions: readonly string[], judging: Judging = {}): Promise<string> {
  const { strict = false, baseline = [] } = judging;
  const result = aResult({ plan: { runId }, strict });
  const asked = expressions.map((expression) => parseThreshold(expression, "--threshold"));
  const thresholds = checkThresholds(result, resolveBaselineBounds(asked, baseline));
  const verdict = decideVerdict(result, thresholds, { strict });
  const path = join(directory, `${runId}.json`);
  await writeFile(path, resultText({ ...result, thresholds, verdict }));
  return path;
}

async function judged(...files: readonly string[]) {
  const out = join(directory, "all.json");
  const code = await mergeAndJudge({ files, output: out, reports: [] }, fakeHost().host);
  const { thresholds, verdict, config } = await readResultFile(out);
  const outcomes = thresholds.map((each) => `${each.expression} ${each.outcome}`);
  return { code, outcomes, thresholds, verdict, config };
}

test("the sum is judged by the thresholds of its parts, each once", async () => {
  const a = await saved("a", ["delivery.ratio==1", "rate.sent<150/s"]);
  const b = await saved("b", ["rate.sent<150/s", "errors.count==0"]);
  const { code, outcomes } = await judged(a, b);
  // Each sent 100/s: only together they break the bound.
  expect(outcomes).toEqual(["delivery.ratio==1 pass", "rate.sent<150/s fail", "errors.count==0 pass"]);
  expect(code).toBe(99);
});

test("too few samples fail the sum when one of its parts was run with --strict", async () => {
  const lax = await saved("lax", ["latency.p99.9<1s"]);
  const other = await saved("other", ["latency.p99.9<1s"]);
  const strict = await saved("strict", ["latency.p99.9<1s"], { strict: true });
  expect(await judged(lax, other)).toMatchObject({ code: 0, outcomes: ["latency.p99.9<1s unresolved"] });
  expect(await judged(lax, strict)).toMatchObject({ code: 99, config: { strict: true } });
});

test("a bound against a baseline is the number that it came to when each part was judged", async () => {
  const expression = "latency.p99<=base*1.10";
  const own = aResult();
  const faster = aResult({ phases: [aCollectedPhase({ latencyUs: aHistogram(plausibleTimes(1000, 300)) })] });
  const bounds = (of: RunResult) => 1.1 * of.totals.latencyUs.p99!;
  const one = await saved("one", [expression], { baseline: [own] });
  const other = await saved("other", [expression], { baseline: [own] });
  const alike = await judged(one, other);
  expect(alike).toMatchObject({ code: 0, outcomes: [`${expression} pass`] });
  expect(alike.thresholds[0]?.bound).toBeCloseTo(bounds(own) / 1e6, 9);
  // Where the parts had different baselines, the sum is held to both.
  const stricter = await saved("stricter", [expression], { baseline: [faster] });
  const unlike = await judged(one, stricter);
  expect(unlike).toMatchObject({ code: 99, outcomes: [`${expression} pass`, `${expression} fail`] });
  expect(unlike.thresholds[1]?.bound).toBeCloseTo(bounds(faster) / 1e6, 9);
});
