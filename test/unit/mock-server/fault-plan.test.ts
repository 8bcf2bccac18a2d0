import { describe, expect, it } from "vitest";
import { FaultPlan, stallRemainderMs, stallsBegun, type MessageFault } from "../../../src/mock-server/fault-plan.ts";
import { defaultMockOptions, type MockOptions } from "../../../src/mock-server/mock-options.ts";

function planOf(options: Partial<MockOptions>): FaultPlan {
  return new FaultPlan({ ...defaultMockOptions, ...options });
}

function countFaults(plan: FaultPlan, connections: number, messages: number): Partial<Record<MessageFault, number>> {
  const counts: Partial<Record<MessageFault, number>> = {};
  for (let connection = 1; connection <= connections; connection++) {
    for (let message = 1; message <= messages; message++) {
      const fault = plan.messageFault(connection, message);
      counts[fault] = (counts[fault] ?? 0) + 1;
    }
  }
  return counts;
}

const everyFault: Partial<MockOptions> = {
  disconnectRatio: 0.001,
  dropRatio: 0.01,
  corruptRatio: 0.02,
  duplicateRatio: 0.03,
  reorderRatio: 0.04,
};

describe("FaultPlan", () => {
  it("gives every message the same fate whatever the order in which it is asked", () => {
    const forward = planOf(everyFault);
    const backward = planOf(everyFault);
    const fates = Array.from({ length: 500 }, (_, index) => forward.messageFault(3, index + 1));
    const reversed = Array.from({ length: 500 }, (_, index) => backward.messageFault(3, 500 - index));
    expect(reversed.reverse()).toEqual(fates);
  });

  it("injects exactly these counts for these seeds, in every version", () => {
    expect(countFaults(planOf({ ...everyFault, seed: 1 }), 10, 1000)).toMatchInlineSnapshot(`
      {
        "corrupt": 192,
        "disconnect": 11,
        "drop": 95,
        "duplicate": 307,
        "none": 9029,
        "reorder": 366,
      }
    `);
    expect(countFaults(planOf({ ...everyFault, seed: 4_294_967_295 }), 10, 1000)).toMatchInlineSnapshot(`
      {
        "corrupt": 171,
        "disconnect": 7,
        "drop": 93,
        "duplicate": 274,
        "none": 9062,
        "reorder": 393,
      }
    `);
  });

  it("comes near the asked shares over many messages", () => {
    const counts = countFaults(planOf(everyFault), 100, 2000);
    for (const [fault, ratio] of [
      ["disconnect", 0.001],
      ["drop", 0.01],
      ["corrupt", 0.02],
      ["duplicate", 0.03],
      ["reorder", 0.04],
    ] as const) {
      // Six standard deviations, and up to a tenth less because an earlier fault takes precedence.
      const expected = 200_000 * ratio;
      expect(counts[fault]!).toBeGreaterThan(expected * 0.9 - 6 * Math.sqrt(expected));
      expect(counts[fault]!).toBeLessThan(expected + 6 * Math.sqrt(expected));
    }
  });

  it("never hits with share 0 and always with share 1", () => {
    expect(countFaults(planOf({}), 2, 500)).toEqual({ none: 1000 });
    expect(countFaults(planOf({ dropRatio: 1 }), 2, 500)).toEqual({ drop: 1000 });
    expect(countFaults(planOf({ reorderRatio: 1, duplicateRatio: 1 }), 2, 500)).toEqual({ duplicate: 1000 });
    expect(planOf({ refuseRatio: 1 }).refuses(7)).toBe(true);
    expect(planOf({ refuseRatio: 0 }).refuses(7)).toBe(false);
  });

  it("draws other faults for another seed and another connection", () => {
    const half = { dropRatio: 0.5 };
    const fates = (seed: number, connection: number): string =>
      Array.from({ length: 64 }, (_, index) => planOf({ ...half, seed }).messageFault(connection, index + 1)).join();
    expect(new Set([fates(1, 1), fates(2, 1), fates(1, 2), fates(2, 2)]).size).toBe(4);
  });

  it("is quiet only when nothing at all was asked for", () => {
    expect(planOf({}).isQuiet).toBe(true);
    expect(planOf({ dropRatio: 1e-9 }).isQuiet).toBe(false);
    expect(planOf({ latency: { kind: "fixed", ms: 1 } }).isQuiet).toBe(false);
    expect(planOf({ leakBytesPerMessage: 1 }).isQuiet).toBe(false);
    expect(planOf({ disconnectAfterMessages: 5 }).isQuiet).toBe(false);
    expect(planOf({ stall: { durationMs: 1, everyMs: 2 } }).isQuiet).toBe(false);
  });

  it("cuts after the given number of messages and not before", () => {
    const plan = planOf({ disconnectAfterMessages: 3 });
    expect([1, 2, 3, 4].map((message) => plan.cutsAfter(message))).toEqual([false, false, true, true]);
  });
});

describe("latency", () => {
  const draws = (latency: MockOptions["latency"]): number[] => {
    const plan = planOf({ latency });
    return Array.from({ length: 20_000 }, (_, index) => plan.latencyMs(1 + (index % 20), 1 + Math.floor(index / 20)));
  };

  it("is the same for every message when fixed", () => {
    expect(new Set(draws({ kind: "fixed", ms: 12.5 }))).toEqual(new Set([12.5]));
  });

  it("has the mean and the spread of the normal distribution, and none below 0", () => {
    const values = draws({ kind: "normal", meanMs: 20, stdevMs: 5 });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(20, 0);
    expect(Math.sqrt(variance)).toBeCloseTo(5, 0);
    expect(Math.min(...draws({ kind: "normal", meanMs: 1, stdevMs: 5 }))).toBe(0);
  });

  it("has the median of the lognormal distribution", () => {
    const values = draws({ kind: "lognormal", medianMs: 8, sigma: 0.5 }).sort((a, b) => a - b);
    expect(values[10_000]! / 8).toBeCloseTo(1, 1);
    expect(values[Math.floor(20_000 * 0.8413)]! / (8 * Math.exp(0.5))).toBeCloseTo(1, 1);
  });
});

describe("stalls", () => {
  const stall = { durationMs: 200, everyMs: 1000 };

  it.each([
    [0, 0],
    [999, 0],
    [1000, 200],
    [1150, 50],
    [1200, 0],
    [1999, 0],
    [2000, 200],
  ])("%d ms after the start, the stall lasts %d ms more", (elapsedMs, remainderMs) => {
    expect(stallRemainderMs(stall, elapsedMs)).toBe(remainderMs);
  });

  it("begin after the first interval, one per interval", () => {
    expect([0, 999, 1000, 1999, 5000].map((elapsedMs) => stallsBegun(stall, elapsedMs))).toEqual([0, 0, 1, 1, 5]);
    expect(stallsBegun(null, 5000)).toBe(0);
    expect(stallRemainderMs(null, 5000)).toBe(0);
  });
});
