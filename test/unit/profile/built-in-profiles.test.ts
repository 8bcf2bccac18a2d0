import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PhasePlan } from "../../../src/plan/plan.ts";
import { environmentNames } from "../../../src/profile/choose-environment.ts";
import { builtInProfiles } from "../../../src/profile/read-profile.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { runRequest } from "../../support/parse-command.ts";

const every = builtInProfiles().flatMap((name) => environmentNames.map((environment) => [name, environment] as const));
const measured = async (name: string, environment: string): Promise<readonly PhasePlan[]> => {
  const { plan } = await runRequest([name, "--env", environment]);
  return plan.segments.flatMap(({ phases }) => phases.filter((phase) => phase.measured));
};
const seconds = (phases: readonly PhasePlan[]) => phases.reduce((sum, phase) => sum + phase.durationMs, 0) / 1000;
const rates = (phases: readonly PhasePlan[]) =>
  phases.map(({ load }) => (load.kind === "constant" ? load.ratePerSecond : load.kind));

describe("the built-in profiles", () => {
  it("are those that this version has", () => {
    const names =
      "backpressure broadcast burst chaos ci connection-scaling dev fifo fifo-full fifo-workers linear-scaling peak push quick resilience soak stress sustained";
    expect(builtInProfiles().join(" ")).toBe(names);
  });

  it.each(every)("%s makes a plan and thresholds that parse in environment %s", async (name, environment) => {
    const { plan, thresholds } = await runRequest([name, "--env", environment]);
    expect(plan.environment).toEqual({ name: environment, reason: `--env ${environment}` });
    expect(thresholds.length).toBeGreaterThan(3);
    for (const { text, source } of thresholds) {
      expect(() => parseThreshold(text, source)).not.toThrow();
      const [, file, line] = /^(.*):(\d+)$/.exec(source)!;
      expect(readFileSync(file!, "utf8").split("\n")[Number(line) - 1]).toContain(text);
    }
    expect(seconds(await measured(name, "quick"))).toBeLessThanOrEqual(20);
  });

  it("open with a comment that says what they find out", () => {
    for (const name of builtInProfiles())
      expect(readFileSync(`profiles/${name}.yaml`, "utf8")).toMatch(/^# Finds out /);
  });

  it.each([
    ["full", [100, 500, 1000, 2500, 5000, 7500, 10_000], 500],
    ["dev", [100, 250, 500, 1000, 2000], 50],
    ["ci", [100, 250, 500], 10],
  ])("linear-scaling climbs through the rates of %s", async (environment, expected, connections) => {
    const { plan } = await runRequest(["linear-scaling", "--env", environment]);
    expect(rates(await measured("linear-scaling", environment))).toEqual(expected);
    expect(plan.scaling).toBe("rate");
    expect(plan.segments.map((segment) => segment.connections)).toEqual([connections]);
  });

  it.each([
    ["full", [1, 5, 10, 25, 50, 100, 250, 500]],
    ["dev", [1, 5, 10, 25, 50]],
    ["ci", [1, 5, 10]],
  ])("connection-scaling keeps 20 msg/s for each of the connections of %s", async (environment, expected) => {
    const { plan } = await runRequest(["connection-scaling", "--env", environment]);
    expect(plan.segments.map((segment) => segment.connections)).toEqual(expected);
    for (const { connections, phases } of plan.segments) {
      expect(phases.at(-1)!.load).toMatchObject({ kind: "constant", ratePerSecond: connections * 20 });
    }
  });

  it.each([
    ["sustained", "full", 5000, 300],
    ["sustained", "dev", 1000, 15],
    ["sustained", "ci", 200, 20],
    ["peak", "full", 10_000, 60],
    ["peak", "dev", 2000, 15],
    ["soak", "full", 5000, 1800],
    ["ci", "full", 200, 20],
    ["dev", "full", 1000, 15],
    ["quick", "full", 1000, 3],
  ])("%s in %s holds %d msg/s for %d s", async (name, environment, rate, duration) => {
    const phases = await measured(name, environment);
    expect([rates(phases), seconds(phases)]).toEqual([[rate], duration]);
  });

  it.each([
    ["full", 10, 200, 10_000],
    ["dev", 5, 100, 1000],
    ["ci", 2, 40, 200],
  ])(
    "broadcast in %s has %d rooms, %d msg/s and %d deliveries a second",
    async (environment, rooms, rate, deliveries) => {
      const { plan } = await runRequest(["broadcast", "--env", environment]);
      expect(plan.broadcast).toMatchObject({ rooms, excludesPublisher: false, guardMs: 200 });
      expect(rates(await measured("broadcast", environment))).toEqual([rate]);
      expect((rate * plan.segments[0]!.connections) / rooms).toBe(deliveries);
    },
  );

  it.each([
    ["burst", "full", 60],
    ["burst", "dev", 30],
    ["stress", "full", 300],
    ["stress", "dev", 60],
    ["stress", "ci", 20],
    ["linear-scaling", "full", 210],
  ])("%s in %s takes %d s", async (name, environment, duration) => {
    expect(seconds(await measured(name, environment))).toBe(duration);
  });

  it.each([
    ["full", 12, 8000, 60],
    ["dev", 10, 200, 15],
    ["ci", 10, 50, 20],
    ["quick", 10, 100, 2],
  ])("push in %s listens to %d streams of %d msg/s for %d s", async (environment, streams, rate, duration) => {
    const { plan } = await runRequest(["push", "--env", environment]);
    expect([plan.mode, plan.segments[0]!.connections, plan.stream!.promisedPerSecond]).toEqual(["push", streams, rate]);
    expect(seconds(await measured("push", environment))).toBe(duration);
  });

  it("quick is over within seconds", async () => {
    const { plan } = await runRequest(["quick"]);
    expect(seconds(plan.segments.flatMap((segment) => segment.phases))).toBeLessThan(4);
  });

  it("is strict at full scale, relaxed elsewhere, and stricter about memory under sustained load", async () => {
    const texts = async (name: string, env: string) =>
      (await runRequest([name, "--env", env])).thresholds.map(({ text }) => text);
    const share = (delivery: number, rate: number) => [`delivery.ratio>=${delivery}`, `rate.achieved>=${rate}`];
    const strict = ["latency.p50<50ms", "latency.p95<200ms", "latency.p99<500ms", ...share(0.999, 0.99)];
    const relaxed = ["latency.p50<100ms", "latency.p95<500ms", "latency.p99<1000ms", ...share(0.95, 0.95)];
    const memory = (limit: number) => [`memory.generator.growth<${limit}MB`, `memory.target.growth<${limit}MB`];
    expect(await texts("peak", "full")).toEqual([...strict, ...memory(200)]);
    expect(await texts("peak", "dev")).toEqual([...relaxed, ...memory(100)]);
    expect(await texts("sustained", "full")).toEqual([...strict, "throughput.sustainRatio>=0.9", ...memory(50)]);
    expect(await texts("sustained", "ci")).toEqual([...relaxed, ...memory(50)]);
  });
});
