import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import { parseThreshold, type Threshold } from "../../../src/verdict/threshold.ts";
import { methodVector } from "../../support/method-vectors.ts";
import { printThreshold } from "../../support/print-threshold.ts";

const parse = (text: string) => parseThreshold(text, "--threshold");

function faultOf(text: string): FloodgateError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof FloodgateError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
}

function boundOf(threshold: Threshold): number {
  if (threshold.bound.kind !== "value") throw new Error("no plain bound");
  return threshold.bound.value;
}

describe("parseThreshold", () => {
  it("reads the vectors threshold.parse.ok", () => {
    const vector = methodVector("threshold.parse.ok");
    const expected = vector.expected as { metric: string; stat: string; op: string; value: number; unit: string }[];
    for (const [index, text] of (vector.input as string[]).entries()) {
      const threshold = parse(text);
      const { value, ...words } = expected[index]!;
      expect(threshold, text).toMatchObject(words);
      expect(Math.abs(boundOf(threshold) - value), text).toBeLessThanOrEqual(value * 1e-12);
    }
    expect(expected).toHaveLength(11);
  });

  it("refuses the vectors threshold.parse.bad", () => {
    const texts = methodVector("threshold.parse.bad").input as string[];
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(faultOf(text).exitCode, text).toBe(2);
  });

  it.each<[string, Partial<Threshold> & { value?: number }]>([
    ["latency.p(99)<50ms", { metric: "latency", stat: "p99", value: 0.05 }],
    ["latency.p(99.9) < 50ms", { stat: "p99.9" }],
    ["latency.avg<1s", { stat: "mean", value: 1 }],
    ["latency.med<1s", { stat: "p50" }],
    ["slip.sd<=100us", { metric: "slip", stat: "stdev", value: 0.0001 }],
    ["connect.max<2m", { metric: "connect", stat: "max", value: 120 }],
    ["latency{phase=peak}.p99<50ms", { metric: "latency", selectors: { phase: "peak" } }],
    ["delivery{priority=critical}.ratio==1", { selectors: { priority: "critical" }, op: "==", value: 1 }],
    ["rate.achieved>=99%", { metric: "rate", stat: "achieved", kind: "ratio", value: 0.99 }],
    ["rate.sent>=10k/s", { kind: "rate", unit: "1/s", value: 10_000 }],
    ["rate.sent>=10,000 msg/s", { value: 10_000 }],
    ["errors.count==0", { metric: "errors", stat: "count", kind: "count", value: 0 }],
    ["errors.rate<1%", { metric: "errors", stat: "rate", kind: "ratio", value: 0.01 }],
    ["errors.connect==0", { metric: "errors", stat: "connect", kind: "count" }],
    ["errors.handshake.status.503<1k", { metric: "errors.handshake", stat: "status.503", value: 1000 }],
    ["memory.target.slope<=1KiB/s", { metric: "memory.target", stat: "slope", unit: "B/s", value: 1024 }],
    ["memory.generator.perConnection<10KB", { stat: "perConnection", value: 10_000 }],
    ["generator.lag.p99<20ms", { metric: "generator.lag", stat: "p99", value: 0.02 }],
    ["generator.cpu<80%", { metric: "generator", stat: "cpu", value: 0.8 }],
    ["scaling.efficiency>=0.9", { metric: "scaling", stat: "efficiency", value: 0.9 }],
    ["latency.p99<2s over 10s", { overSeconds: 10, isAdvisory: false }],
    ["latency.p99<2s over 1m warn", { overSeconds: 60, isAdvisory: true }],
    ["delivery.lost==0 warn", { isAdvisory: true, value: 0 }],
  ])("reads %s", (text, { value, ...expected }) => {
    const threshold = parse(text);
    expect(threshold).toMatchObject(expected);
    if (value !== undefined) expect(boundOf(threshold)).toBeCloseTo(value, 12);
  });

  it.each([
    ["latency.p99<=base*1.10+5ms", { factor: 1.1, offset: 0.005 }],
    ["latency.p99<=baseline+5%", { factor: 1.05, offset: 0 }],
    ["rate.delivered>=baseline-5%", { factor: 0.95, offset: 0 }],
    ["memory.growth<=base", { factor: 1, offset: 0 }],
  ])("reads the bound against a baseline in %s", (text, bound) => {
    expect(parse(text).bound).toEqual({ kind: "baseline", ...bound });
  });

  it.each([
    ["latency.p99<500", '"500" has no unit', "500ms"],
    ["latency.p99<", "it has no bound", "500ms"],
    ["latency.p99", "it has no comparison", "latency.p99<50ms"],
    ["", "it has no comparison", "latency.p99<50ms"],
    ["latency.p101<5ms", '"p101" is no percentile', "100"],
    ["latency.p99=<5ms", '"=<" is not an operator', "<="],
    ["latency.p99===5ms", '"===" is not an operator', "=="],
    ["latncy.p99<5ms", '"latncy.p99" is not a metric', "did you mean latency?"],
    ["p99<5ms", '"p99" does not say of what', "latency.p99"],
    ["latency<5ms", '"latency" says what, but not which number of it', "latency.p99"],
    ["latency.p<5ms", '"p" is not known of latency', "latency."],
    ["delivery.rato>=0.9", '"rato" is not known of delivery', "delivery.ratio"],
    ["lost==0", '"lost" is not a metric', "delivery"],
    ["errors.conect.refused==0", '"conect" is not known of errors', "errors.connect"],
    ["delivery.ratio>=1.2", '"1.2" is more than 1', "for example 99.9%"],
    ["delivery.ratio>=95", '"95" is more than 1', "for example 95%"],
    ["delivery.ratio>=120%", '"120%" is more than 1', "99.9%"],
    ["latency.p99<5MB", '"5MB" is a size, but this metric is a time', "500ms"],
    ["latency.p99<5x", '"5x" is not a time', "ns us ms s m h"],
    ["latency.p99<-1ms", '"-1ms" is negative', "500ms"],
    ["delivery.ratio>=99.9%%", '"99.9%%" is not a ratio', "99.9%"],
    ["memory.growth<=200", '"200" has no unit', "200MB"],
    ["rate.sent>=5000", '"5000" has no unit', "5000/s"],
    ["delivery.lost<=0.1%", '"0.1%" is a ratio, but this metric is a count', "none"],
    ["delivery.lost<=0.5", '"0.5" is not a whole number', "delivery.ratio"],
    ["latency.p99==5ms", '"==5ms" asks for equality', "<="],
    ["delivery.ratio==0.999", '"==0.999" asks for equality', ">="],
    ["latency.p99<5ms over 100ms", '"100ms" is not a window', "over 10s"],
    ["latency.p99<5ms over", '"over" is not a window', "over 10s"],
    ["memory.growth<5MB over 10s", '"memory.growth" is not known second by second', "over works with"],
    ["memory{phase=peak}.growth<5MB", '"memory.growth" belongs to the whole run', "without"],
    ["latency{phase=peak.p99<5ms", '"{phase=peak.p99" is not closed', "}"],
    ["latency{phase=peak", '"{phase=peak" is not closed', "}"],
    ["latency{peak}.p99<5ms", '"peak" does not say which part', "{phase="],
    ["latency{phase=a,phase=b}.p99<5ms", '"phase" is given twice', "{phase="],
    ["errors.connect.refussed==0", '"refussed" is not a kind of error', "did you mean errors.connect.refused?"],
    ["errors.handshake.status==0", '"status" is not a kind of error', "status.<n>"],
    ["errors.close.normal==0", '"normal" is not a kind of error', "unexpected-normal"],
    ["errors.message.odd==0", '"odd" is not a kind of error', "there is none of errors.message"],
    ["latency.p99<=base*2+5%", "has a factor and a percentage", "base*1.10"],
  ])("refuses %s in the user's words and says the mend", (text, message, hint) => {
    const fault = faultOf(text);
    expect(fault.exitCode).toBe(2);
    expect(fault.message).toContain(`threshold "${text}" (--threshold): `);
    expect(fault.message).toContain(message);
    expect(fault.hint).toContain(hint);
  });
});

describe("any threshold", () => {
  const bounds = {
    time: fc.tuple(fc.integer({ min: 0, max: 1e7 }), fc.constantFrom("ns", "us", "ms", "s", "m")),
    size: fc.tuple(fc.integer({ min: 0, max: 1e7 }), fc.constantFrom("B", "KB", "KiB", "MB", "GiB")),
    rate: fc.tuple(fc.integer({ min: 0, max: 1e7 }), fc.constantFrom("/s", "/min", " msg/s", "k/s")),
    count: fc.tuple(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom("", "k")),
    ratio: fc.tuple(
      fc.integer({ min: 0, max: 1000 }).map((n) => n / 10),
      fc.constant("%"),
    ),
  };
  const boundText = (kind: keyof typeof bounds) => bounds[kind].map(([n, unit]) => `${n}${unit}`);
  const texts = fc
    .tuple(
      fc.oneof(
        fc.tuple(
          fc.constantFrom(
            "latency.p99",
            "latency{phase=peak 1}.p99.9",
            "latency.service.sd",
            "slip.max",
            "latency.p(50)",
          ),
          boundText("time"),
        ),
        fc.tuple(fc.constantFrom("memory.growth", "memory.target.peak"), boundText("size")),
        fc.tuple(fc.constantFrom("rate.sent", "rate{phase=x}.delivered"), boundText("rate")),
        fc.tuple(fc.constantFrom("delivery.lost", "errors.connect.refused"), boundText("count")),
        fc.tuple(fc.constantFrom("delivery.ratio", "scaling.efficiency"), boundText("ratio")),
        fc.tuple(fc.constant("latency.p95"), fc.constantFrom("base*1.10+5ms", "baseline+5%", "base-3us")),
      ),
      fc.constantFrom("<", "<=", ">", ">="),
      fc.constantFrom("", " warn"),
    )
    .map(([[name, bound], op, ending]) => `${name} ${op} ${bound}${ending}`);

  it("reads the same from every text that says it", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const threshold = parse(text);
        const again = parse(printThreshold(threshold));
        const { bound, ...rest } = threshold;
        const { bound: boundAgain, ...restAgain } = again;
        expect({ ...restAgain, text: "" }).toEqual({ ...rest, text: "" });
        const numbers = (from: Threshold["bound"]) =>
          from.kind === "value" ? [from.value] : [from.factor, from.offset];
        for (const [index, value] of numbers(bound).entries()) {
          expect(Math.abs(numbers(boundAgain)[index]! - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-12);
        }
      }),
    );
  });
});
