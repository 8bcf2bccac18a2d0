import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/result/run-result.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

/** 24 s of an even load against the mock; runs of several tests go on at the same time. */
const load = [
  "-c",
  "4",
  "-r",
  "100",
  "-d",
  "24s",
  "--warmup",
  "0s",
  "-w",
  "1",
  "--drain",
  "7s",
  "--mock-latency",
  "20ms",
];

type Outcome = RunResult["thresholds"][number]["outcome"];

/** What came of the thresholds and with what code the run ended; of a machine too busy to tell, that nothing was judged. */
function endOf(result: RunResult, exitCode: number | null): unknown {
  return { outcomes: askedOf(result).map(({ outcome }) => outcome), exitCode };
}

/** Without those of the quick profile. */
function askedOf({ thresholds }: RunResult): RunResult["thresholds"] {
  return thresholds.filter(({ source }) => source === "--threshold");
}

function endExpected({ generator }: RunResult, outcomes: readonly Outcome[], exitCode: number): unknown {
  const isLimited = generator.health === "limited";
  return isLimited ? { outcomes: outcomes.map(() => "not-evaluated"), exitCode: 96 } : { outcomes, exitCode };
}

describe.concurrent("how steady a run was", () => {
  it("is shown to be not at all when the target stalls, and a gate on lost messages fails", async () => {
    const gates = ["--threshold", "latency.offered.p99<1h", "--threshold", "latency.p99<1h"];
    const run = await runAndRead([...load, "--mock-stall", "6s@16s", "--mock-drop", "3%", ...gates]);
    const result = resultOf(run);
    const steady = result.phases[0]!.steady!;
    expect(steady.outcome).toBe("not-steady");
    expect(steady.sustained.outcome).toBe("fail");
    expect(steady.sustained.ratio!).toBeLessThan(0.9);
    expect(result.totals.latencyOfferedUs).toMatchObject({ undelivered: result.totals.messages.lost, p99: "lost" });
    expect(result.lossPeriods!.periods).toBeGreaterThan(0);
    expect(endOf(result, run.exitCode)).toEqual(endExpected(result, ["fail", "pass"], 99));
    expect(run.stdout).toContain("Steadiness  [WARN] not steady");
    expect(run.stdout).toContain("p99 lost");
  });

  it("is not claimed of half a minute, which can be sure of a percentile all the same", async () => {
    const gates = [
      "--threshold",
      "latency.p50<10s",
      "--threshold",
      "latency.max<1h",
      "--gate",
      "confident",
      "--strict",
    ];
    const run = await runAndRead([...load, "--threshold", "delivery.ratio>=0.9999999", ...gates]);
    const result = resultOf(run);
    const steady = result.phases[0]!.steady!;
    expect(steady.sustained.outcome).not.toBe("pass");
    expect(steady.outcome).not.toBe("steady");
    expect(endOf(result, run.exitCode)).toEqual(endExpected(result, ["uncertain", "pass", "pass"], 96));
    const { value, low, high } = askedOf(result)[1]!;
    expect(low!).toBeLessThanOrEqual(value!);
    expect(high!).toBeGreaterThanOrEqual(value!);
    expect(result.config.gate).toBe("confident");
  });
});
