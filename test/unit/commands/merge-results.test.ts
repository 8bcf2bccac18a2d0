import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mergeResults } from "../../../src/commands/merge-results.ts";
import { readResultFile } from "../../../src/result/result-file.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { aCollectedPhase, aPhasePlan, startedAtEpochMs } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { sampleCheck } from "../../support/sample-result.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "floodgate-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Changes = NonNullable<Parameters<typeof aResult>[0]>;

async function saved(runId: string, changes: Changes = {}): Promise<string> {
  const path = join(directory, `${runId}.json`);
  await writeFile(path, resultText(aResult({ ...changes, plan: { runId, ...changes.plan } })));
  return path;
}

test("two results become one file that is a sound result and can be merged again", async () => {
  const out = join(directory, "all.json");
  const [a, b, c] = [await saved("a"), await saved("b"), await saved("c")];
  await mergeResults([a, b], out);
  expect((await readResultFile(out)).totals.messages.sent).toBe(2000);
  await mergeResults([out, c], out);
  expect((await readResultFile(out)).mergedFrom!.map((source) => source.id)).toEqual(["a", "b", "c"]);
});

test("thresholds are judged anew by whoever can", async () => {
  const verdict = { outcome: "fail", exitCode: 99, reasons: ["slow"] } as const;
  const merged = await mergeResults([await saved("a"), await saved("b")], join(directory, "judged.json"), (result) => {
    expect(result.totals.messages.sent).toBe(2000);
    return { thresholds: [sampleCheck({ outcome: "fail" })], verdict };
  });
  expect(merged.verdict).toEqual(verdict);
  expect((await readResultFile(join(directory, "judged.json"))).verdict).toEqual(verdict);
});

test("what does not belong together is refused with the reason", async () => {
  const a = await saved("a");
  const out = join(directory, "refused.json");
  const refusal = async (...files: readonly string[]) =>
    mergeResults(files, out).then(
      () => "merged",
      (error: unknown) => (error as Error).message,
    );
  const phase = (changes: Parameters<typeof aPhasePlan>[0]) => ({
    phases: [aCollectedPhase({ plan: aPhasePlan(changes) })],
  });
  expect(await refusal(a)).toMatch(/^merging takes at least two results/);
  expect(await refusal("nofile.json")).toContain(
    'there is no file "nofile.json", and merging takes at least two results',
  );
  expect(await refusal(a, a)).toContain(`${JSON.stringify(a)} is named twice (a); its messages would count twice`);
  const all = join(directory, "ab.json");
  await mergeResults([a, await saved("b")], all);
  expect(await refusal(all, a)).toContain("hold the same run (a)");
  expect(await refusal(a, await saved("oneway", { plan: { mode: "oneway" } }))).toContain("mode echo and mode oneway");
  expect(await refusal(a, await saved("other", phase({ name: "peak" })))).toContain(`phase 1 is "load" and "peak"`);
  expect(await refusal(a, await saved("longer", phase({ durationMs: 20_000 })))).toContain(
    `durationMs of phase "load" is 10000 and 20000`,
  );
  expect(
    await refusal(a, await saved("later", { collected: { startedAtEpochMs: startedAtEpochMs + 60_000 } })),
  ).toContain(`they did not run at the same time (phase "load": 50.0 s apart)`);
  await expect(readResultFile(out)).rejects.toThrow(/there is no result file/);
});

test("a damaged histogram of one second is found before anything is written", async () => {
  const path = await saved("damaged");
  const result = JSON.parse(resultText(aResult())) as { intervals: { latencyUs: { hdr: string } }[] };
  result.intervals[3]!.latencyUs.hdr = "AAAA";
  await writeFile(path, JSON.stringify(result));
  await expect(mergeResults([await saved("a"), path], join(directory, "none.json"))).rejects.toThrow(
    /damaged.json" was edited or damaged: interval at 3100 ms: latencyUs: /,
  );
});
