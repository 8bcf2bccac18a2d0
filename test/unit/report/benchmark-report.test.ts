import { describe, expect, it } from "vitest";
import { renderBenchmarkBigger, renderBenchmarkSmaller } from "../../../src/report/benchmark-report.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { reportCases } from "../../support/report-cases.ts";
import { noTimes, sampleBlock, sampleResult, sampleTimes } from "../../support/sample-result.ts";

interface Entry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly extra: string;
}

const read = (text: string) => JSON.parse(text) as readonly Entry[];
const smaller = (result: RunResult) => read(renderBenchmarkSmaller(result));
const bigger = (result: RunResult) => read(renderBenchmarkBigger(result));
const named = (entries: readonly Entry[]) => Object.fromEntries(entries.map(({ name, value }) => [name, value]));

describe("the reports for github-action-benchmark", () => {
  it("have the shape that it reads: a list of name, unit, value and extra", () => {
    for (const entry of [...smaller(sampleResult()), ...bigger(sampleResult())]) {
      expect(entry).toEqual({
        name: expect.stringMatching(/^steady load: /) as string,
        unit: expect.stringMatching(/./) as string,
        value: expect.any(Number) as number,
        extra: "verdict: pass\nresult: 20260102T030405Z-abcdefghijk",
      });
    }
  });

  it("keep figures of which less is better apart from those of which more is", () => {
    expect(named(smaller(sampleResult()))).toEqual({
      "steady load: latency p50": 1020,
      "steady load: latency p95": 1836,
      "steady load: latency p99": 3162,
      "steady load: service p50": 1000,
      "steady load: service p95": 1800,
      "steady load: service p99": 3100,
      "steady load: lost": 0,
      "steady load: errors": 0,
      "steady load: memory of the target: growth": 2 * 2 ** 20,
      "steady load: memory of the target: peak": 93 * 2 ** 20,
      "steady load: generator: CPU per million messages": 266.7,
    });
    expect(named(bigger(sampleResult()))).toEqual({
      "steady load: sent": 1000,
      "steady load: delivered": 1000,
      "steady load: delivery ratio": 1,
    });
  });

  it("hold the capacity that a search has found, in its own unit", () => {
    const found = reportCases.capacity!;
    expect(bigger(found).at(-1)).toMatchObject({ name: "steady load: capacity", unit: "messages/s", value: 1000 });
    const none = { ...found, capacity: { ...found.capacity!, lower: null } };
    expect(bigger(none).map(({ name }) => name)).not.toContain("steady load: capacity");
  });

  it("leave out what has no value, and call a closed loop's time service", () => {
    const failed = reportCases["nothing-delivered"]!;
    expect(named(smaller(failed))).toEqual({
      "steady load: errors": 10,
      "steady load: generator: CPU per million messages": 266.7,
    });
    expect(bigger(failed)).toEqual([]);
    expect(bigger(reportCases["oneway-unknown"]!).map(({ name }) => name)).toEqual(["steady load: sent"]);
    const closed = smaller(reportCases["closed-loop"]!).map(({ name }) => name);
    expect(closed.filter((name) => name.includes("latency"))).toEqual([]);
    expect(closed).toContain("steady load: service p99");
  });

  it("say with the figure what weakens it", () => {
    const few = sampleBlock(100, 10, { latencyUs: sampleTimes(100, 1000), serviceUs: noTimes });
    const { generator } = sampleResult();
    const entries = smaller(sampleResult({ totals: few, generator: { ...generator, health: "limited" } }));
    const p99 = entries.find(({ name }) => name.endsWith("latency p99"));
    expect(p99?.extra).toContain("generator: limited\ntoo few samples for p99: 100\n");
  });
});
