import { describe, expect, it } from "vitest";
import { planSeries, type SeriesMember } from "../../../src/commands/plan-series.ts";
import { runSeries, type FinishedSeries, type SeriesMeans } from "../../../src/commands/run-series.ts";
import { StopRequests } from "../../../src/commands/stop-requests.ts";
import { runError } from "../../../src/errors/floodgate-error.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { comparedRun } from "../../support/compared-runs.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { limitedResult } from "../../support/limited-result.ts";
import { runRequest } from "../../support/parse-command.ts";

const sound = comparedRun("sound");
const limited = limitedResult(sound);
const failed: RunResult = {
  ...limited,
  verdict: { outcome: "failed", exitCode: 97, reasons: ["nothing came back"] },
};
const aborted: RunResult = { ...limited, end: { kind: "aborted", reason: "latency.p99<1ms" } };

interface Made {
  readonly series: FinishedSeries;
  /** Of every attempt, in their order: the run it was of, and the id and seed that it was made with. */
  readonly attempts: readonly { readonly ordinal: number; readonly runId: string; readonly seed: number }[];
  /** Ordinals of the runs that were saved, as often as they were. */
  readonly saved: readonly number[];
  readonly stderr: string;
}

/** A series whose attempts end with these results, one after the other. */
async function make(words: readonly string[], results: readonly (RunResult | Error)[], means = {}): Promise<Made> {
  const { host, stderr } = fakeHost();
  const request = await runRequest(["ws://127.0.0.1:9/", "--seed", "7", ...words]);
  // The random numbers of a fake host begin anew with it, those of a machine do not.
  for (let drawn = 0; drawn < 10; drawn++) host.randomSeed();
  const members = planSeries(request, host);
  const attempts: Made["attempts"][number][] = [];
  const saved: number[] = [];
  const series = await runSeries(members, {
    thresholds: [],
    stopping: new StopRequests(host),
    host,
    execute: ({ plan, output }) => {
      const result = results[attempts.length]!;
      attempts.push({ ordinal: Number(/\d+/.exec(output.file ?? "1")![0]), runId: plan.runId, seed: plan.seed });
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
    finish: (member: SeriesMember, result, place) => {
      saved.push(member.ordinal);
      return Promise.resolve({ run: { member, result, place, savedPath: place.path }, problems: [] });
    },
    ...means,
  } satisfies SeriesMeans);
  return { series, attempts, saved, stderr: stderr() };
}

const three = ["--repeat", "3", "-o", "run.json"];

describe("runSeries", () => {
  it("makes each run once where none was limited", async () => {
    const { series, attempts } = await make(three, [sound, sound, sound]);
    expect(attempts.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
    expect(series).toMatchObject({ problems: [], retries: [] });
  });

  it("makes a limited run again, in its place and under an id of its own, and says so", async () => {
    const { series, attempts, saved, stderr } = await make(three, [sound, limited, sound, sound]);
    expect(attempts.map(({ ordinal }) => ordinal)).toEqual([1, 2, 2, 3]);
    expect(new Set(attempts.map(({ runId }) => runId)).size).toBe(4);
    // A seed that was asked for is that of the attempts, too.
    expect(attempts.map(({ seed }) => seed)).toEqual([7, 7, 7, 7]);
    expect(saved).toEqual([1, 2, 2, 3]);
    expect(series.runs.map(({ result }) => result.generator.health)).toEqual(["ok", "ok", "ok"]);
    expect(series.retries).toEqual(["run 2 of 3 is made again, as the generator was limited (attempt 2 of 3)"]);
    expect(stderr).toContain(`[WARN] ${series.retries[0]!}\n`);
  });

  it("makes it again at most twice, and goes on with the last attempt", async () => {
    const { series, attempts } = await make(three, [limited, limited, limited, sound, sound]);
    expect(attempts.map(({ ordinal }) => ordinal)).toEqual([1, 1, 1, 2, 3]);
    expect(series.runs.map(({ result }) => result.generator.health)).toEqual(["limited", "ok", "ok"]);
    expect(series.retries).toHaveLength(2);
  });

  it("ends with a run that stayed limited, where every run is needed", async () => {
    const { series, attempts } = await make(three, [sound, limited, limited, limited], { needsEveryRun: true });
    expect(attempts.map(({ ordinal }) => ordinal)).toEqual([1, 2, 2, 2]);
    expect(series.runs).toHaveLength(2);
  });

  it("makes a single run once, whatever its generator was like", async () => {
    const { series, attempts } = await make(["-o", "1.json"], [limited]);
    expect(attempts).toHaveLength(1);
    expect(series).toMatchObject({ retries: [], problems: [] });
  });

  it.each([
    ["failed as such", failed],
    ["a threshold has cut off", aborted],
  ])("makes a run that %s not again, and none after it", async (_, result) => {
    const { series, attempts } = await make(three, [sound, result]);
    expect(attempts.map(({ ordinal }) => ordinal)).toEqual([1, 2]);
    expect(series.retries).toEqual([]);
  });

  it("makes none again after Ctrl-C, and says that the series was cut off between two runs", async () => {
    let stop = (): void => undefined;
    const { host } = fakeHost({
      onStopSignal: (heard) => {
        stop = () => heard("SIGINT");
        return () => undefined;
      },
    });
    const stopping = new StopRequests(host);
    const finish: SeriesMeans["finish"] = (member, result, place) => {
      stop();
      return Promise.resolve({ run: { member, result, place, savedPath: place.path }, problems: [] });
    };
    const { series, attempts } = await make(three, [limited], { stopping, finish });
    expect(attempts).toHaveLength(1);
    expect(series.problems).toEqual([{ exitCode: 130, reason: "interrupted after 1 of 3 runs" }]);
  });

  it("throws what the first run throws, and keeps what a later one does as a problem of the series", async () => {
    const gone = runError("the server ended", "look at its log");
    await expect(make(three, [gone])).rejects.toThrow("the server ended");
    const { series, stderr } = await make(three, [sound, gone]);
    expect(series.runs).toHaveLength(1);
    expect(series.problems).toEqual([{ exitCode: 97, reason: "run 2 of 3: the server ended" }]);
    expect(stderr).toContain("error: the server ended\nhint:  look at its log\n");
  });

  it("holds the base side of two targets to nothing: its thresholds are advisory", async () => {
    const words = ["--interleave", "ws://127.0.0.1:10/", "--repeat", "1", "-o", "1.json"];
    const { host } = fakeHost();
    const members = planSeries(await runRequest(["ws://127.0.0.1:9/", ...words]), host);
    const gates: (readonly [string, boolean])[] = [];
    await runSeries(members, {
      thresholds: [parseThreshold("latency.p99<1s", "--threshold")],
      stopping: new StopRequests(host),
      host,
      execute: ({ plan }, { thresholds }) => {
        gates.push([plan.connect.url, thresholds[0]!.isAdvisory]);
        return Promise.resolve(sound);
      },
      finish: (member, result, place) =>
        Promise.resolve({ run: { member, result, place, savedPath: place.path }, problems: [] }),
    });
    expect(gates).toEqual([
      ["ws://127.0.0.1:9/", true],
      ["ws://127.0.0.1:10/", false],
    ]);
  });
});
