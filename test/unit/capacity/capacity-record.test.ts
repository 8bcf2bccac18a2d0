import { describe, expect, it } from "vitest";
import { capacityRecord, capacityVerdict, type SearchEnd } from "../../../src/capacity/capacity-record.ts";
import type { SearchPlan } from "../../../src/capacity/search-trial.ts";
import type { ResultTrial } from "../../../src/result/capacity-schema.ts";
import { sampleTrial } from "../../support/sample-capacity.ts";

const plan: SearchPlan = {
  ...{ start: 1000, floor: 100, ceiling: 8000, width: 0.2, isWhole: false, searchSec: 10, finalSec: 30 },
};
const question = {
  condition: "latency.p99<50ms",
  over: "rate",
  perConnectionPerSecond: null,
  widthRatio: 0.2,
  lossRatio: 0,
} as const;

type Short = readonly [load: number, kind: ResultTrial["kind"], outcome: ResultTrial["outcome"]];
const trialsOf = (...all: readonly Short[]) => all.map(([load, kind, outcome]) => sampleTrial({ load, kind, outcome }));

function find(trials: readonly Short[], end: SearchEnd = { kind: "complete" }, changes: object = {}) {
  const capacity = capacityRecord({ ...question, ...changes }, trialsOf(...trials), plan, end);
  return { capacity, verdict: capacityVerdict(capacity, end) };
}

const bothBounds: readonly Short[] = [
  [1000, "search", "held"],
  [1200, "search", "failed"],
  [1000, "final", "held"],
  [1000, "final", "failed"],
  [1000, "final", "held"],
  [1200, "final", "failed"],
  [1200, "final", "failed"],
];

describe("capacityRecord", () => {
  it("names both bounds, the condition, and how many final trials held", () => {
    const { capacity, verdict } = find(bothBounds);
    expect(capacity).toMatchObject({ lower: 1000, upper: 1200, limitedBy: "target", unit: "msg/s", isComplete: true });
    expect(capacity.statement).toBe("capacity: 1,000 to 1,200 msg/s (latency.p99<50ms), 2 of 3 final trials held");
    expect(verdict).toEqual({ outcome: "pass", exitCode: 0, reasons: [capacity.statement] });
  });

  it("says at least where the generator or the ceiling was the limit", () => {
    const limited: readonly Short[] = [
      [1000, "search", "held"],
      [2000, "search", "generator-limited"],
      [2000, "search", "generator-limited"],
      [1000, "final", "held"],
      [1000, "final", "held"],
    ];
    const { capacity, verdict } = find(limited);
    expect(capacity).toMatchObject({ lower: 1000, upper: null, limitedBy: "generator" });
    expect(capacity.statement).toBe(
      "capacity: at least 1,000 msg/s (latency.p99<50ms), limited by the generator; 2 of 2 final trials held",
    );
    expect(verdict.exitCode).toBe(0);
    const high = find([
      [8000, "search", "held"],
      [8000, "final", "held"],
      [8000, "final", "held"],
    ]);
    expect(high.capacity.statement).toContain("at least 8,000 msg/s");
    expect(high.capacity.statement).toContain("--max");
  });

  it("says of connections which number held and which did not", () => {
    const counted = bothBounds.map(([load, ...rest]): Short => [load === 1000 ? 20 : 21, ...rest]);
    const { capacity } = find(counted, { kind: "complete" }, { over: "connections", perConnectionPerSecond: 1 });
    expect(capacity.unit).toBe("connections");
    expect(capacity.statement).toBe(
      "capacity: 20 connections (latency.p99<50ms), 2 of 3 final trials held; 21 connections did not hold",
    );
  });

  it("ends with 99 where nothing holds, and with 96 where nothing could be judged", () => {
    const none = find([
      [100, "search", "failed"],
      [100, "final", "failed"],
      [100, "final", "failed"],
    ]);
    expect(none.capacity).toMatchObject({ lower: null, upper: 100 });
    expect(none.verdict).toMatchObject({ outcome: "fail", exitCode: 99 });
    expect(none.capacity.statement).toBe(
      "no capacity (latency.p99<50ms): not even 100 msg/s holds, the lowest load that was tried",
    );
    const lossy = [sampleTrial({ load: 100, kind: "final", outcome: "failed", reasons: ["9 lost of 201"] })];
    expect(
      capacityRecord(question, [...lossy, ...lossy], { ...plan, start: 100 }, { kind: "complete" }).statement,
    ).toMatch(/not even 100 msg\/s holds, the lowest load that was tried: 9 lost of 201$/);
    const unknown = find([
      [100, "search", "generator-limited"],
      [100, "search", "generator-limited"],
    ]);
    expect(unknown.verdict).toMatchObject({ outcome: "inconclusive", exitCode: 96 });
    const spoiled = [4000, 3000, 2000].flatMap((load): readonly Short[] => [
      [load, "search", "held"],
      ...Array.from({ length: 4 }, (): Short => [load, "final", "generator-limited"]),
    ]);
    const undecided = find([[1000, "search", "held"], ...spoiled]);
    expect(undecided.verdict.exitCode).toBe(96);
    expect(undecided.capacity).toMatchObject({ lower: null, upper: null, limitedBy: "generator" });
    expect(undecided.capacity.statement).toMatch(/in the trials that decide; 4,000 msg\/s held in single trials only/);
  });

  it("does not say that nothing holds where loads held until one broke the target", () => {
    const broken = find([
      [1000, "search", "held"],
      [2000, "search", "held"],
      [4000, "search", "held"],
      [8000, "search", "failed"],
      [5657, "search", "failed"],
      [4757, "search", "failed"],
      [4000, "final", "failed"],
      [4000, "final", "failed"],
      [1000, "final", "failed"],
      [1000, "final", "failed"],
      [100, "final", "failed"],
      [100, "final", "failed"],
    ]);
    expect(broken.capacity).toMatchObject({ lower: null });
    expect(broken.capacity.statement).toBe(
      "no capacity: up to 4,000 msg/s held at first, but from the trial at 8,000 msg/s on nothing held any more, " +
        "not even 100 msg/s: the target seems not to have recovered; start it anew and search below with --max",
    );
    expect(broken.verdict.exitCode).toBe(99);
  });

  it("claims of a search that was broken off no bound that was not confirmed", () => {
    const end = { kind: "interrupted", signal: "SIGTERM" } as const;
    const { capacity, verdict } = find([...bothBounds.slice(0, 2), [1000, "final", "interrupted"]], end);
    expect(capacity).toMatchObject({ lower: null, upper: null, isComplete: false });
    expect(capacity.trials).toHaveLength(3);
    expect(capacity.statement).toBe(
      "interrupted by SIGTERM; after 2 trials: 1,000 msg/s held in short trials only, 1,200 msg/s did not in short trials only",
    );
    expect(verdict).toMatchObject({ outcome: "interrupted", exitCode: 143 });
    expect(find([], end).capacity.statement).toBe("interrupted by SIGTERM; no trial had ended");
  });

  it("says that a target is not there, or that it is no longer there", () => {
    const reason = "none of 10 connection attempts succeeded";
    const never = find([[1000, "search", "failed"]], { kind: "dead", reason });
    expect(never.capacity.statement).toBe(reason);
    expect(never.verdict).toMatchObject({ outcome: "failed", exitCode: 97 });
    const gone = find(
      [
        [1000, "search", "held"],
        [2000, "search", "failed"],
        [1500, "search", "failed"],
      ],
      { kind: "dead", reason },
    );
    expect(gone.capacity.statement).toMatch(/^the target no longer answers: .*1,000 msg\/s held in short trials only/);
  });
});
