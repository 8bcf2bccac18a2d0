import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mergeAndJudge } from "../../../src/commands/merge-and-judge.ts";
import { readResultFile } from "../../../src/result/result-file.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { checkThresholds } from "../../../src/verdict/check-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { decideVerdict } from "../../../src/verdict/verdict.ts";
import { aResult } from "../../support/a-result.ts";
import { fakeHost } from "../../support/fake-host.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "floodgate-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function saved(runId: string, expressions: readonly string[], strict = false): Promise<string> {
  const result = aResult({ plan: { runId }, strict });
  const thresholds = checkThresholds(
    result,
    expressions.map((expression) => parseThreshold(expression, "--threshold")),
  );
  const verdict = decideVerdict(result, thresholds, { strict });
  const path = join(directory, `${runId}.json`);
  await writeFile(path, resultText({ ...result, thresholds, verdict }));
  return path;
}

async function judged(...files: readonly string[]) {
  const out = join(directory, "all.json");
  const code = await mergeAndJudge({ files, output: out, reports: [] }, fakeHost().host);
  const { thresholds, verdict, config } = await readResultFile(out);
  return { code, outcomes: thresholds.map((each) => `${each.expression} ${each.outcome}`), verdict, config };
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
  const strict = await saved("strict", ["latency.p99.9<1s"], true);
  expect(await judged(lax, other)).toMatchObject({ code: 0, outcomes: ["latency.p99.9<1s unresolved"] });
  expect(await judged(lax, strict)).toMatchObject({ code: 99, config: { strict: true } });
});
