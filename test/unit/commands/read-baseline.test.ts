import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plannedResult } from "../../../src/commands/planned-result.ts";
import { readBaseline } from "../../../src/commands/read-baseline.ts";
import { resultText } from "../../../src/result/write-result.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aResult } from "../../support/a-result.ts";
import { aPhasePlan, aCollectedPhase } from "../../support/a-collected.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { runRequest } from "../../support/parse-command.ts";

const folder = mkdtempSync(join(tmpdir(), "floodgate-baseline-"));
const url = "ws://127.0.0.1:8080/";
/** The load of `aResult`: 100 a second over 10 connections for 10 s, 100 bytes. */
const load = [url, "-r", "100", "-d", "10s", "-c", "10", "-s", "100"];

async function asked(...more: string[]) {
  const { host } = fakeHost();
  const request = await runRequest([...load, ...more]);
  return { request, host };
}

/** A run of that load on the machine of the tests. */
async function saved(name: string, changes: Partial<RunResult> = {}): Promise<string> {
  const { request, host } = await asked();
  const { environment } = plannedResult(request, host);
  const phases = [aCollectedPhase({ plan: aPhasePlan({ name: "main" }) })];
  const result = aResult({ phases, plan: { runId: name, connect: request.plan.connect }, environment });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, resultText({ ...result, ...changes }));
  return path;
}

const read = async (...more: string[]) => {
  const { request, host } = await asked(...more);
  return readBaseline(request, host);
};

describe("readBaseline", () => {
  it("reads the files that are named and those of a pattern, with their names", async () => {
    const [a, b] = [await saved("main-1"), await saved("main-2")];
    const other = await saved("single");
    const baseline = await read("--baseline", join(folder, "main-*.json"), "--baseline", other);
    expect(baseline.map(({ name }) => name)).toEqual([a, b, other]);
    expect(baseline.map(({ result }) => result.id)).toEqual(["main-1", "main-2", "single"]);
  });

  it("is empty when none is asked for", async () => {
    expect(await read()).toEqual([]);
  });

  it.each([
    [["-r", "200"], "load of main is 100 msg/s there, and 200 msg/s here"],
    [["-c", "20"], "connections is 10 there, and 20 here"],
    [["--mode", "oneway"], "mode is echo there, and oneway here"],
    [["-s", "64"], "message size is 100 B there, and 64 B here"],
  ])("refuses a run with %j, whose numbers would be of something else", async (words, difference) => {
    const path = await saved(`other-load${words[0]!}`);
    const { host } = fakeHost();
    const request = await runRequest([...without(load, words[0]!), ...words, "--baseline", path]);
    await expect(readBaseline(request, host)).rejects.toThrow(
      `this run cannot be compared with the baseline: ${difference}`,
    );
  });

  it("refuses results of another host, unless forced", async () => {
    const { request, host } = await asked();
    const { environment } = plannedResult(request, host);
    const path = await saved("elsewhere", { environment: { ...environment, cpuModel: "Another CPU" } });
    await expect(read("--baseline", path)).rejects.toThrow("CPU model is Another CPU there");
    expect(await read("--baseline", path, "--force")).toHaveLength(1);
  });

  it("refuses runs that are no side of a comparison", async () => {
    const path = await saved("cut-off", { end: { kind: "interrupted", reason: "SIGINT" } });
    await expect(read("--baseline", path)).rejects.toThrow(
      /the baseline cannot be compared with: ".*cut-off\.json" is partial/,
    );
    const twice = await saved("twice");
    await expect(read("--baseline", twice, "--baseline", twice)).rejects.toThrow("is twice on the base side");
  });

  it("refuses files that are missing, damaged or none of ours, as bad usage", async () => {
    const damaged = join(folder, "damaged.json");
    writeFileSync(damaged, "{");
    for (const [pattern, message] of [
      [join(folder, "none.json"), "there is no result file"],
      [join(folder, "none-*.json"), "matches no file"],
      [damaged, "is cut off"],
    ] as const) {
      await expect(read("--baseline", pattern)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(message) as string,
      });
    }
  });
});

function without(words: readonly string[], flag: string): readonly string[] {
  const at = words.indexOf(flag);
  return at === -1 ? words : words.filter((_, i) => i !== at && i !== at + 1);
}
