import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noLimits } from "../../../src/plan/fit-workers.ts";
import { makePlan } from "../../../src/plan/make-plan.ts";
import type { Load } from "../../../src/plan/plan.ts";
import type { Settings, StageSettings } from "../../../src/profile/settings.ts";
import { aPlan } from "../../support/a-collected.ts";

const steady: Load = { kind: "constant", arrival: "constant", ratePerSecond: 100 };

function aStage(changes: Partial<StageSettings> = {}): StageSettings {
  return { name: "main", durationMs: 1000, load: steady, connections: 10, maxMessages: null, ...changes };
}

function someSettings(changes: Partial<Settings> = {}): Settings {
  const { connect, pacing, limits, drain, environment } = aPlan();
  return {
    profile: "p",
    title: "t",
    tags: {},
    environment,
    mode: "echo",
    seed: 1,
    workers: 2,
    message: { sizeBytes: 64, frameType: "text", template: { prefix: "", suffix: "" }, mix: null },
    stream: null,
    connect,
    pacing,
    limits,
    drain,
    warmupMs: 0,
    stages: [aStage()],
    scaling: null,
    broadcast: null,
    queue: null,
    connectionRows: null,
    nameOf: (setting) => `--${setting}`,
    isDefault: () => false,
    ...changes,
  };
}

const random32 = () => {
  let state = 7;
  return () => (state = Math.imul(state, 48_271) >>> 0);
};

describe("making a plan", () => {
  it("keeps times of single connections up to 10,000 of them, and refuses figures of connections with different loads", () => {
    const planned = (...connections: readonly number[]) => {
      const stages = connections.map((count, index) => aStage({ name: `s${index}`, connections: count }));
      return makePlan(someSettings({ stages, connectionRows: 5 }), random32(), noLimits).plan.connectionFigures;
    };
    expect(planned(10_000, 10_000)).toEqual({ rows: 5, hasTimes: true });
    expect(planned(10_001)).toEqual({ rows: 5, hasTimes: false });
    expect(() => planned(10, 20)).toThrow(
      "--connectionFigures needs one number of connections: here it changes from stage to stage",
    );
    expect(makePlan(someSettings(), random32(), noLimits).plan.connectionFigures).toBeNull();
  });

  it("begins a new segment where the number of connections changes, and warms up in each", () => {
    const stages = [
      aStage({ name: "a" }),
      aStage({ name: "b", durationMs: 500 }),
      aStage({ name: "c", connections: 20 }),
      aStage({ name: "d" }),
    ];
    const { plan } = makePlan(someSettings({ stages, warmupMs: 300 }), random32(), noLimits);
    expect(
      plan.segments.map(({ connections, phases }) => [
        connections,
        ...phases.map(({ name, startMs }) => `${name}@${startMs}`),
      ]),
    ).toEqual([
      [10, "warmup@0", "a@300", "b@1300"],
      [20, "warmup-2@0", "c@300"],
      [10, "warmup-3@0", "d@300"],
    ]);
  });

  it.each<[Load, Load]>([
    [steady, steady],
    [
      { kind: "burst", size: 5, everyMs: 100 },
      { kind: "burst", size: 5, everyMs: 100 },
    ],
    [
      { kind: "max", inFlight: 4 },
      { kind: "max", inFlight: 4 },
    ],
    [
      { kind: "ramp", arrival: "poisson", fromPerSecond: 50, toPerSecond: 500 },
      { kind: "constant", arrival: "poisson", ratePerSecond: 50 },
    ],
    [{ kind: "ramp", arrival: "constant", fromPerSecond: 0, toPerSecond: 500 }, { kind: "idle" }],
  ])("warms up for %j with %j", (load, expected) => {
    const { plan } = makePlan(
      someSettings({ stages: [aStage({ load, maxMessages: 5 })], warmupMs: 100 }),
      random32(),
      noLimits,
    );
    expect(plan.segments[0]!.phases[0]).toEqual({
      name: "warmup",
      measured: false,
      startMs: 0,
      durationMs: 100,
      load: expected,
      maxMessages: null,
    });
  });

  it("keeps phases gapless and their times whole, whatever the stages", () => {
    const anyStage = fc.record({
      durationMs: fc.integer({ min: 1, max: 1e6 }),
      connections: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyStage, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 5000 }),
        (rows, warmupMs) => {
          const { plan } = makePlan(
            someSettings({ stages: rows.map((row, i) => aStage({ ...row, name: `s${i}` })), warmupMs }),
            random32(),
            noLimits,
          );
          const phases = plan.segments.flatMap((segment) => segment.phases);
          expect(phases.filter((phase) => phase.measured).map(({ durationMs }) => durationMs)).toEqual(
            rows.map(({ durationMs }) => durationMs),
          );
          for (const segment of plan.segments) {
            let endMs = 0;
            for (const phase of segment.phases) {
              expect(phase.startMs).toBe(endMs);
              endMs += phase.durationMs;
            }
          }
          plan.segments
            .slice(1)
            .forEach((segment, index) => expect(segment.connections).not.toBe(plan.segments[index]!.connections));
        },
      ),
    );
  });

  it("never uses more workers than there are connections at once", () => {
    const stages = [aStage({ connections: 1 }), aStage({ connections: 3 })];
    const { plan, notes } = makePlan(someSettings({ workers: 8, stages }), random32(), noLimits);
    expect(plan.workers).toBe(3);
    expect(notes).toHaveLength(1);
  });

  it("makes workers processes where one may not open enough files, and says why", () => {
    const machine = { openFiles: 120, localPorts: null };
    const chosen = someSettings({ stages: [aStage({ connections: 300 })], isDefault: () => true });
    const { plan, notes } = makePlan(chosen, random32(), machine);
    expect([plan.workers, plan.workersAs]).toEqual([4, { kind: "processes", openFiles: 120 }]);
    expect(notes).toEqual(["workers are processes: each may open 120 files, too few for 300 connections"]);
    expect(makePlan(someSettings(), random32(), machine).plan.workersAs).toEqual({ kind: "threads" });
    // Who set it counts, not what it is called.
    const written = { ...chosen, nameOf: () => "defaults.yaml:3: workers", isDefault: () => false };
    expect(() => makePlan(written, random32(), machine)).toThrow("defaults.yaml:3: workers 2 is too few");
  });

  it("refuses what one local address cannot hold, but only warns where a name may stand for several targets", () => {
    const stages = [aStage({ connections: 300 })];
    const machine = { openFiles: null, localPorts: 100 };
    const from = (url: string, localAddresses: readonly string[] = []) => {
      const { connect } = someSettings();
      return () =>
        makePlan(someSettings({ stages, connect: { ...connect, url, localAddresses } }), random32(), machine);
    };
    expect(from("ws://10.0.0.1/")).toThrow(
      "300 connections need more ports than 1 local address can have to one target: 100 each",
    );
    expect(from("ws://[::1]/", ["::1", "::2"])).toThrow("2 local addresses");
    expect(from("ws://10.0.0.1/", Array.from("abcdefghijkl"))().notes).toEqual([]);
    expect(from("ws://10.0.0.1/", ["a", "b", "c"])().notes).toEqual([
      "opening 300 connections from 3 local addresses is slow; 12 would be quick",
    ]);
    expect(from("ws://example.com/")().notes[0]).toContain(
      "name 12 addresses of this machine with --local-address; 3 would do, slowly",
    );
  });

  it("names the run anew each time, and draws a seed only when none was given", () => {
    const random = random32();
    const [first, second] = [
      makePlan(someSettings({ seed: null }), random, noLimits).plan,
      makePlan(someSettings({ seed: 5 }), random, noLimits).plan,
    ];
    for (const { runId } of [first, second]) expect(runId).toMatch(/^[0-9A-Za-z_-]{11}$/);
    expect(first.runId).not.toBe(second.runId);
    expect(first.seed).toBeGreaterThanOrEqual(0);
    expect(second.seed).toBe(5);
  });

  it("refuses a size that the template and the marker do not fit in, and says the smallest that does", () => {
    const template = { prefix: "12345", suffix: "12345" };
    const message = { sizeBytes: 41, frameType: "text", template, mix: null } as const;
    expect(() => makePlan(someSettings({ message }), random32(), noLimits)).toThrow(
      '--size "41" is too small: the template takes 10 bytes and the marker 32',
    );
    expect(() =>
      makePlan(someSettings({ message: { ...message, sizeBytes: 42 } }), random32(), noLimits),
    ).not.toThrow();
    expect(() => makePlan(someSettings({ message, mode: "connect" }), random32(), noLimits)).not.toThrow();
  });
});
