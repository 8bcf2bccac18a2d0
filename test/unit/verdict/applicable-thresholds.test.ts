import { describe, expect, it } from "vitest";
import type { PlannedLoad } from "../../../src/result/even-load.ts";
import { applicableThresholds, type MeasuringMode } from "../../../src/verdict/applicable-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";

const echo: MeasuringMode = { mode: "echo", knowsDelivery: true };
const keep = (measuring: MeasuringMode, source: string, ...texts: string[]) =>
  applicableThresholds(
    texts.map((text) => parseThreshold(text, source)),
    measuring,
    (threshold) => threshold.source === "--threshold",
  );

describe("applicableThresholds", () => {
  it("leaves out what a profile asks of the schedule of a closed loop, and says so", () => {
    const { thresholds, notes } = keep(
      { ...echo, isClosedLoop: true },
      "ci.yaml:3",
      ...["rate.achieved>=0.95", "slip.p99<5ms", "rate.delivered>=1/s"],
    );
    expect(thresholds.map(({ text }) => text)).toEqual(["rate.delivered>=1/s"]);
    expect(notes).toEqual([
      "threshold rate.achieved>=0.95 (ci.yaml:3) is left out: a closed loop has no schedule",
      "threshold slip.p99<5ms (ci.yaml:3) is left out: a closed loop has no schedule",
    ]);
  });

  it("refuses the same when a flag asks for it", () => {
    expect(() => keep({ ...echo, isClosedLoop: true }, "--threshold", "rate.achieved>=0.95")).toThrow(
      "a closed loop has no schedule",
    );
    expect(() => keep(echo, "--threshold", "rate.achieved>=0.95")).not.toThrow();
  });

  it("leaves out of mode push what only a sender has, a latency that nobody can measure, and a promise that nobody gave", () => {
    const push: MeasuringMode = { mode: "push", knowsDelivery: true, knowsOneWay: false, isPromised: false };
    const asked = ["service.p99<1s", "slip.p99<1s", "rate.sent>1/s", "latency.p99<1s", "rate.achieved>0.9"];
    const kept = ["delivery.lost==0", "rate.delivered>1/s"];
    expect(keep(push, "ci.yaml:3", ...asked, ...kept).thresholds.map(({ text }) => text)).toEqual(kept);
    const knowing = { ...push, knowsOneWay: true, isPromised: true };
    expect(keep(knowing, "ci.yaml:3", ...asked).thresholds.map(({ text }) => text)).toEqual(asked.slice(3));
    expect(() => keep(push, "--threshold", "latency.p99<1s")).toThrow("one-way latency is not measurable here");
    expect(() => keep(push, "--threshold", "rate.achieved>0.9")).toThrow("nothing is promised");
  });

  it("leaves out what mode connect cannot measure", () => {
    expect(
      keep({ ...echo, mode: "connect" }, "ci.yaml:3", "rate.achieved>=0.95", "connect.p99<1s").thresholds,
    ).toHaveLength(1);
  });

  describe("of what was sustained", () => {
    const even = { kind: "constant", ratePerSecond: 100 };
    const phase = (
      name: string,
      durationMs: number,
      changes: { readonly measured?: boolean; readonly load?: PlannedLoad["load"] } = {},
    ) => ({
      ...{ name, durationMs, measured: true, load: even, maxMessages: null },
      ...changes,
    });
    const ramp = phase("up", 90_000, { load: { kind: "ramp" } });
    const warmup = phase("warmup", 90_000, { measured: false });
    const minute = phase("flat", 60_000);
    const more = phase("more", 90_000);
    const of = (text: string, ...phases: ReturnType<typeof phase>[]) =>
      keep({ ...echo, plan: { segments: [{ phases }] } }, "--threshold", text).thresholds.length;

    it("takes one phase of an even load that lasts a minute", () => {
      expect(of("throughput.sustained>=90/s", warmup, ramp, minute)).toBe(1);
      expect(of("throughput{phase=flat}.sustainRatio>=0.9", minute, more)).toBe(1);
    });

    it("refuses several phases, none, and one that is no even load or too short", () => {
      expect(() => of("throughput.sustained>=9/s", minute, more)).toThrow(
        '"throughput.sustained" is told of one phase, and there are 2 of an even load: flat, more',
      );
      expect(() => of("throughput.sustained>=9/s", ramp)).toThrow("even throughout, and this is none");
      expect(() => of("throughput{phase=up}.sustained>=9/s", ramp, minute)).toThrow("this is none");
      expect(() => of("throughput.sustained>=9/s", phase("short", 59_000))).toThrow(
        'it takes 60 s of load to say that a rate is held, and phase "short" has 59 s',
      );
    });

    it("leaves out what a profile asks, as a shorter run of it is still a run of it", () => {
      const plan = { segments: [{ phases: [phase("short", 20_000)] }] };
      const { thresholds, notes } = keep({ ...echo, plan }, "soak.yaml:14", "throughput.sustainRatio>=0.9");
      expect(thresholds).toEqual([]);
      expect(notes[0]).toMatch(/^threshold throughput.sustainRatio>=0.9 \(soak.yaml:14\) is left out: it takes 60 s/);
    });
  });

  it("leaves out what is asked of outages where nothing is opened again, or of a part of a run", () => {
    const thresholds = ["connections.returned==100%", "recovery{phase=main}.p50<1s"].map((text) =>
      parseThreshold(text, "profiles/a.yaml:1"),
    );
    const measuring = { mode: "echo", knowsDelivery: true } as const;
    const kept = (isReopened: boolean) => applicableThresholds(thresholds, { ...measuring, isReopened }, () => false);
    expect(kept(false).thresholds).toEqual([]);
    expect(kept(false).notes[0]).toContain("lost connections are not opened again here");
    expect(kept(true).thresholds).toEqual([thresholds[0]]);
    expect(kept(true).notes).toEqual([expect.stringContaining("outages are counted over the whole run")]);
  });
});
