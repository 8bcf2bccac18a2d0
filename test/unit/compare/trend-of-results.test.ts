import { describe, expect, it } from "vitest";
import { trendOfResults } from "../../../src/compare/trend-of-results.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { history, noise, trendCases } from "../../support/trend-cases.ts";

const changed = (
  runs: ReturnType<typeof history>,
  changes: (result: RunResult) => Partial<RunResult>,
  name = "results/x",
) => runs.map(({ result }, index) => ({ name: `${name}-${index}.json`, result: { ...result, ...changes(result) } }));

describe("trendOfResults", () => {
  it("puts runs in the order of their time, whatever the order of their files", () => {
    const { series } = trendOfResults([...history([1, 1.1, 1.2])].reverse(), null);
    expect(series).toHaveLength(1);
    expect(series[0]!.runs.map(({ label }) => label)).toEqual(["c0ffee1", "c0ffee2", "c0ffee3"]);
    expect(series[0]!.metrics[0]!.values.map((value) => value! > 0)).toEqual([true, true, true]);
  });

  it("marks where a level changed", () => {
    const [series] = trendCases.change!.series;
    const changes = series!.metrics.flatMap(({ name, changes: own }) =>
      own.map(({ at, verdict }) => [name, at, verdict]),
    );
    expect(changes).toEqual([
      ["latency.p50", 10, "worse"],
      ["latency.p99", 10, "worse"],
    ]);
  });

  it("has the primary metrics, or those that are asked for", () => {
    const [primary] = trendOfResults(history([1]), null).series;
    expect(primary!.metrics.map(({ name }) => name)).toEqual([
      ...["latency.p50", "latency.p99", "rate.delivered", "delivery.ratio", "memory.target.growth"],
    ]);
    const [asked] = trendOfResults(history([1]), "service.p90").series;
    expect(asked!.metrics).toMatchObject([{ name: "service.p90", unit: "s", sense: "lower" }]);
    expect(() => trendOfResults(history([1]), "latency.p9x")).toThrow(/--metrics "latency.p9x"/);
  });

  it("keeps runs of another host or another load apart, and says what tells them apart", () => {
    const { series } = trendCases.mixed!;
    expect(series.map(({ runs }) => runs.length)).toEqual([16, 2]);
    expect(series[0]!.load).toMatch(/; cores 2; host fingerprint 0123456789abcdef$/);
    expect(series[1]!.load).toMatch(/; cores 8; host fingerprint fedcba9876543210$/);
    const strict = changed(history([1]), ({ id, config }) => ({
      id: `${id}-binary`,
      config: { ...config, plan: { ...(config.plan as object), pacing: { mode: "precise", onLate: "catch-up" } } },
    }));
    const loads = trendOfResults([...history([1]), ...strict], null).series.map(({ load }) => load);
    expect(loads[0]).toMatch(/; pacing timer$/);
    expect(loads[1]).toMatch(/; pacing precise$/);
  });

  it("leaves out, by name, runs that cannot be held against others, and a run that is there twice", () => {
    const runs = history([1, 1.1]);
    const limited = changed(
      history([1]),
      ({ id, generator }) => ({
        id: `${id}-limited`,
        generator: { ...generator, health: "limited" },
      }),
      "results/limited",
    );
    const { series, leftOut } = trendOfResults(
      [...runs, ...limited, { name: "copy.json", result: runs[0]!.result }],
      null,
    );
    expect(series[0]!.runs).toHaveLength(2);
    expect(leftOut).toEqual([
      { name: "results/limited-0.json", reason: "the generator was limited" },
      { name: "copy.json", reason: 'it holds the same run as "results/01.json"' },
    ]);
    expect(trendCases.mixed!.leftOut).toEqual([{ name: "results/partial.json", reason: "it was interrupted" }]);
  });

  it("names runs by the most telling tag, and by their time without one", () => {
    const released = changed(history([1, 1.1]), ({ id, tags }) => ({
      tags: { ...tags, version: `1.${id.slice(-1)}` },
    }));
    expect(trendOfResults(released, null).series[0]!.runs.map(({ label }) => label)).toEqual(["1.1", "1.2"]);
    const bare = changed(history([1, 1.1]), () => ({ tags: { branch: "main" } }));
    expect(trendOfResults(bare, null).series[0]!.runs.map(({ label }) => label)).toEqual([
      "2026-01-02 03:04",
      "2026-01-03 03:04",
    ]);
    const soon = changed(history([1, 1.1]), ({ id }) => ({
      tags: {},
      startedAt: `2026-01-02T03:04:0${id.slice(-1)}.000Z`,
    }));
    expect(trendOfResults(soon, null).series[0]!.runs.map(({ label }) => label)).toEqual([
      "2026-01-02 03:04:01",
      "2026-01-02 03:04:02",
    ]);
  });

  it("leaves out a metric that no run has", () => {
    const { series } = trendOfResults(history(noise, { targetGrowthMiB: null }), null);
    expect(series[0]!.metrics.map(({ name }) => name)).not.toContain("memory.target.growth");
  });
});
