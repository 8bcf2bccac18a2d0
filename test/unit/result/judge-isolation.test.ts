import { describe, expect, it } from "vitest";
import { fallsOf, judgeIsolation, type IsolationEvidence } from "../../../src/result/judge-isolation.ts";

const part = { windowMs: 10_000, perStreamPerSecond: 500, deliveryRatio: 1, samples: 5000, p50Us: 400, p99Us: 2000 };

function judged(changes: Partial<IsolationEvidence["during"]>, more: Partial<IsolationEvidence> = {}) {
  return judgeIsolation({
    before: part,
    during: { ...part, ...changes },
    falls: fallsOf([
      { stream: 0, before: 500, during: 500 },
      { stream: 3, before: 500, during: 495 },
    ]),
    ...{ lagUs: 500, spoiled: null },
    ...more,
  });
}

describe("whether fast streams are isolated from slow ones", () => {
  it("holds where they bring as much, lose no more and are hardly later", () => {
    expect(judged({ p99Us: 11_000, deliveryRatio: 0.9995 })).toEqual({
      verdict: "isolated",
      reasons: ["fast streams brought 100% of what they did before; p99 2.000 ms before, 11.00 ms during"],
      ...{ p99Ratio: 5.5, addedUs: 9000, rateRatio: 1, worst: { stream: 3, rateRatio: 0.99 }, starved: 0 },
    });
  });

  it("holds by rate and delivery alone where times are not known", () => {
    const untimed = { ...part, samples: 0, p50Us: null, p99Us: null };
    const { verdict, reasons, p99Ratio, addedUs } = judged(untimed, { before: untimed });
    expect([verdict, p99Ratio, addedUs]).toEqual(["isolated", null, null]);
    expect(reasons[0]).toContain("times are not known");
  });

  it("holds by rate and delivery alone where too few messages came to tell a p99, however it looks", () => {
    const { verdict, reasons } = judged({ p99Us: 900_000, samples: 999 });
    expect([verdict, reasons]).toEqual([
      "isolated",
      [
        "fast streams brought 100% of what they did before; p99 needs 1,000 messages before and during, there were 5,000 and 999",
      ],
    ]);
  });

  it("does not where a single stream is starved, which is named", () => {
    const rates = [
      { stream: 0, before: 500, during: 500 },
      { stream: 3, before: 500, during: 100 },
      { stream: 4, before: 0, during: 0 },
    ];
    const { verdict, reasons, worst } = judged({}, { falls: fallsOf(rates) });
    expect([verdict, worst]).toEqual(["not isolated", { stream: 3, rateRatio: 0.2 }]);
    expect(reasons).toEqual(["1 of 3 fast streams brought less while others read slowly, stream 3 20% of before"]);
  });

  it.each([
    ["they lose more", { deliveryRatio: 0.99 }, "fast streams lost more: 99% delivered, 100% before"],
    ["they are much later", { p99Us: 40_000 }, "p99 of fast streams rose from 2.000 ms to 40.00 ms"],
  ])("does not where %s", (_, changes, reason) => {
    expect(judged(changes)).toMatchObject({ verdict: "not isolated", reasons: [reason] });
  });

  it("forgives a p99 as much as the generator's own lag may have added, and no more", () => {
    const lagged = judged({ p99Us: 25_000 }, { lagUs: 15_000 });
    expect(lagged).toMatchObject({ verdict: "isolated", addedUs: 23_000 });
    expect(lagged.reasons[0]).toMatch(
      /p99 2\.000 ms before, 25\.00 ms during, of which the generator's own lag \(p99 15\.00 ms\) may be a part$/,
    );
    expect(judged({ p99Us: 25_000 }, { lagUs: null }).verdict).toBe("not isolated");
    expect(judged({ p99Us: 28_000 }, { lagUs: 15_000 }).verdict).toBe("not isolated");
  });

  it("is not known where the generator spoiled the run, or nothing came before", () => {
    const spoiled = "the generator was limited";
    expect(judged({ p99Us: 900_000 }, { spoiled })).toMatchObject({ verdict: "unknown", reasons: [spoiled] });
    expect(judged({}, { falls: fallsOf([{ stream: 0, before: 0, during: 500 }]) })).toMatchObject({
      verdict: "unknown",
    });
  });
});
