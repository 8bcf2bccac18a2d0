import { describe, expect, it } from "vitest";
import { backpressureSection } from "../../../src/report/backpressure-section.ts";
import { classHeads, classNotes, classRows } from "../../../src/report/class-section.ts";
import type { ResultBackpressure, ResultClass, RunResult } from "../../../src/result/run-result.ts";
import { streamNotes } from "../../../src/report/stream-section.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleResult } from "../../support/sample-result.ts";

const part = { windowMs: 10_000, perStreamPerSecond: 500, deliveryRatio: 1, samples: 5000, p50Us: 400, p99Us: 2000 };
const backpressure: ResultBackpressure = {
  ...{ slowStreams: 5, fastStreams: 20, reading: "at most 500,000 bytes a second" },
  before: part,
  during: { ...part, perStreamPerSecond: 495, p99Us: 5000 },
  isolation: {
    ...{ verdict: "isolated", reasons: ["fast streams brought 99% of what they did before"] },
    ...{ p99Ratio: 2.5, addedUs: 3000, rateRatio: 0.99, worst: { stream: 3, rateRatio: 0.97 } },
  },
  reaction: { noticed: 5, medianMs: 1234, maxMs: 2345 },
};

describe("the section on backpressure", () => {
  it("is none where nobody read slowly", () => {
    expect(backpressureSection(sampleResult(), 100)).toEqual([]);
  });

  it("puts fast streams before and during side by side, and says what follows", () => {
    const lines = backpressureSection({ ...sampleResult(), backpressure }, 100);
    expect(lines[0]).toBe("Backpressure  [PASS] fast streams are isolated from slow ones");
    const text = lines.join("\n").replace(/ +/g, " ");
    expect(text).toContain("fast, before 500 100% 400 us 2.000 ms");
    expect(text).toContain("fast, during 495 100% 400 us 5.000 ms");
    expect(text).toContain("during / before 99% - - 250%");
    expect(text).toContain("5 slow beside 20 fast: slow ones read at most 500,000 bytes a second");
    expect(text).toContain("the target noticed 5 of 5 slow streams, 1.23 s after their first pause");
  });

  it("has no median of reactions where results of several generators were merged, only the longest", () => {
    const merged = { ...backpressure, reaction: { noticed: 5, medianMs: null, maxMs: 2345 } };
    const text = backpressureSection({ ...sampleResult(), backpressure: merged }, 100)
      .join(" ")
      .replace(/\s+/g, " ");
    expect(text).toContain("noticed 5 of 5 slow streams, at most 2.35 s after their first pause;");
  });

  it("says which streams the slowest is one of, where others read slowly on purpose", () => {
    const streams = reportCases.push!.streams!;
    expect(streamNotes(streams, false)[0]).toMatch(/^slowest: stream 5 with 913 msg/);
    const besideSlow = { ...streams, seenPerSecond: { min: 80, median: 999, max: 1000 } };
    expect(streamNotes(besideSlow, true)[0]).toMatch(
      /^slowest of those that read at full speed: stream 5 with 913 msg/,
    );
  });

  it("shows no p99 of fewer than 1,000 messages", () => {
    const few = { ...backpressure, before: { ...part, samples: 999 } };
    const text = backpressureSection({ ...sampleResult(), backpressure: few }, 100)
      .join("\n")
      .replace(/ +/g, " ");
    expect(text).toContain("fast, before 500 100% 400 us -");
    expect(text).toContain("during / before 99% - - -");
  });

  it("says so where fast streams were held up, or the target told of no slow one", () => {
    const isolation = { ...backpressure.isolation, verdict: "not isolated", reasons: ["stream 3 starved"] } as const;
    const reaction = { noticed: 0, medianMs: null, maxMs: null };
    const text = backpressureSection(
      { ...sampleResult(), backpressure: { ...backpressure, isolation, reaction } },
      100,
    ).join("\n");
    expect(text).toContain("[FAIL] fast streams fared worse while others read slowly");
    expect(text).toContain("stream 3 starved");
    expect(text).toContain("whatever else became worse in between");
    expect(text).toContain("the target told of no slow stream that it noticed");
  });
});

describe("classes of messages in reports", () => {
  const { totals } = sampleResult();
  const block = (name: string, counts: Partial<ResultClass["messages"]>): ResultClass => ({
    ...totals,
    class: { kind: "priority", name },
    messages: { ...totals.messages, ...counts },
  });

  it("have a row each; one that cannot be counted has dashes, and the reason is told", () => {
    const classes = [
      block("critical+slow", { expected: 100, delivered: 90, refused: 8, lost: 2 }),
      block("bulk", { expected: 0 }),
    ];
    const rows = classRows({ ...sampleResult(), classes });
    expect(rows.map((row) => row.slice(0, 5))).toEqual([
      ["critical, slow", "100", "90", "8", "2"],
      ["bulk", "-", "-", "-", "-"],
    ]);
    const notes = classNotes({ ...sampleResult(), classes }).join("\n");
    expect(notes).toContain("refused = the target said that it gave them up");
    expect(notes).toContain("does not number the class by itself");
  });

  it("name the sizes of which messages were lost, and those of which none were", () => {
    const ofSize = (name: string, counts: Partial<ResultClass["messages"]>): ResultClass => ({
      ...block(name, counts),
      class: { kind: "size", name },
    });
    const classes = [
      ofSize("128", { sent: 60, expected: 60, delivered: 60, lost: 0 }),
      ofSize("1KiB", { sent: 30, expected: 30, delivered: 29, lost: 1, corrupted: 1 }),
      ofSize("16KiB", { sent: 1000, expected: 1000, delivered: 0, lost: 1000 }),
    ];
    const result: RunResult = {
      ...sampleResult(),
      classes,
      totals: { ...totals, messages: { ...totals.messages, offered: 1093, sent: 1090 } },
    };
    expect(classHeads(result).slice(0, 4)).toEqual(["sent", "delivered", "lost", "corrupted"]);
    expect(classRows(result).map((row) => row.slice(0, 5))).toEqual([
      ["128", "60", "60", "0", "0"],
      ["1KiB", "30", "29", "1", "1"],
      ["16KiB", "1,000", "0", "1,000", "0"],
    ]);
    expect(classNotes(result)).toEqual([
      "lost: 1 of 30 of size 1KiB; 1,000 of 1,000 of size 16KiB; none of 128",
      "of no size: 3 messages that were not sent",
    ]);
  });

  it("have the number sent alone where nothing comes back", () => {
    const sent = {
      ...block("64", { sent: 5, expected: 0, delivered: 0, lost: 0 }),
      class: { kind: "size", name: "64" },
    };
    const { config } = sampleResult();
    const result: RunResult = { ...sampleResult(), classes: [sent], config: { ...config, mode: "oneway" } };
    expect(classRows(result)[0]!.slice(0, 5)).toEqual(["64", "5", "-", "-", "-"]);
    expect(classNotes(result).join()).toContain("nobody tells in mode oneway");
  });
});
