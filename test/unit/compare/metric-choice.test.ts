import { describe, expect, it } from "vitest";
import { defaultMetrics, readMetricChoices } from "../../../src/compare/metric-choice.ts";
import { comparedRun } from "../../support/compared-runs.ts";

const run = comparedRun("a");
const primaries = (result: typeof run) =>
  defaultMetrics([result]).flatMap(({ name, isPrimary }) => (isPrimary ? [name] : []));

describe("readMetricChoices", () => {
  it("reads names as thresholds do, phases and other spellings too", () => {
    expect(readMetricChoices("latency.p(99), latency{phase=peak}.p50,rate.delivered")).toMatchObject([
      { name: "latency.p99", unit: "s", sense: "lower", isPrimary: true },
      { name: "latency{phase=peak}.p50", selection: { selectors: { phase: "peak" } } },
      { name: "rate.delivered", unit: "/s", sense: "higher" },
    ]);
    expect(readMetricChoices("delivery.ratio")[0]?.sense).toBe("higher");
    expect(readMetricChoices("delivery{phase=peak}.ratio")[0]?.sense).toBe("higher");
    expect(
      readMetricChoices("delivery.lost,memory.target.growth,scaling.efficiency").map(({ sense }) => sense),
    ).toEqual(["lower", "lower", "higher"]);
  });

  it.each([
    ["latncy.p99", /"latncy.p99" is not a metric/, /did you mean latency/],
    ["latency.p101", /"p101" is no percentile/, /up to 100/],
    ["latency", /says what, but not which number/, /latency.p50/],
    ["", /it names no metric/, /with commas/],
    ["latency.p99,,latency.p50", /one of the names is empty/, /with commas/],
    ["latency.p99,latency.p(99)", /latency.p99 is named twice/, /once/],
  ])("refuses %j in one line with a hint", (text, message, hint) => {
    const read = () => readMetricChoices(text);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ exitCode: 2, hint: expect.stringMatching(hint) as string }));
  });
});

describe("defaultMetrics", () => {
  it("takes service times where there is no latency", () => {
    const closed = { ...run, totals: { ...run.totals, loop: "closed" as const } };
    expect(primaries(closed)).toEqual([
      ...["service.p50", "service.p99", "rate.delivered", "delivery.ratio", "memory.target.growth"],
    ]);
    expect(defaultMetrics([closed]).some(({ name }) => name.startsWith("latency"))).toBe(false);
  });

  it("takes the times of connecting where nothing is sent", () => {
    const connect = { ...run, config: { ...run.config, mode: "connect" as const } };
    expect(primaries(connect).slice(0, 2)).toEqual(["connect.p50", "connect.p99"]);
  });

  it("looks at every phase where there are several", () => {
    const [phase] = run.phases;
    const phases = [phase!, { ...phase!, name: "peak" }, { ...phase!, name: "odd{name}" }];
    const names = defaultMetrics([{ ...run, phases }]).map(({ name }) => name);
    expect(names).toContain("latency{phase=peak}.p99");
    expect(names.some((name) => name.includes("odd"))).toBe(false);
    expect(defaultMetrics([run]).some(({ name }) => name.includes("{"))).toBe(false);
  });
});
