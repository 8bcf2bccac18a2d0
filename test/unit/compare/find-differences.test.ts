import { describe, expect, it } from "vitest";
import { loadWords } from "../../../src/compare/comparable-settings.ts";
import { findDifferences } from "../../../src/compare/find-differences.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { comparedRun } from "../../support/compared-runs.ts";

const base = comparedRun("base");

/** The same run with another value at a path of its plan. */
function planned(path: readonly (string | number)[], value: unknown): RunResult {
  const plan = structuredClone(base.config.plan) as Record<string, unknown>;
  let at: Record<string | number, unknown> = plan;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1)!] = value;
  return { ...base, config: { ...base.config, plan } };
}

const phase = ["segments", 0, "phases", 0];

/** A share of 64 bytes, the rest of a kilobyte. */
function mixOf(share: number, binaryRatio = 0): Plan["message"]["mix"] {
  const small = { name: "64", sizeBytes: 64, share };
  const large = { name: "1KiB", sizeBytes: 1024, share: Number((1 - share).toFixed(5)) };
  return { sizes: share === 1 ? [small] : [small, large], binaryRatio };
}

describe("findDifferences", () => {
  it("finds none between runs of one load on one host, whatever seed, title, tags and port they have", () => {
    const other: RunResult = {
      ...base,
      ...{ title: "another", tags: { commit: "2" }, startedAt: "2026-02-02T03:04:05.000Z" },
      config: { ...base.config, seed: 99, runId: "zzzzzzzzzzz", profile: "(flags)" },
      target: { ...base.target, url: "ws://127.0.0.1:9999/" },
    };
    expect(findDifferences([base], [other], { force: false })).toEqual([]);
  });

  it.each([
    ["connections", ["segments", 0, "connections"], 20, "10", "20"],
    ["load of steady", [...phase, "load", "ratePerSecond"], 1500, "1,000 msg/s", "1,500 msg/s"],
    ["load of steady", [...phase, "load", "arrival"], "poisson", "1,000 msg/s", "1,000 msg/s, poisson gaps"],
    ["length of steady", [...phase, "durationMs"], 30_000, "10 s", "30 s"],
    ["load of steady", [...phase, "load", "ratePerSecond"], 1000.4, "1,000 msg/s", "1000.4 msg/s"],
    ["message size", ["message", "sizeBytes"], 2048, "64 B", "2 KiB"],
    ["message size", ["message", "sizeBytes"], 1025, "64 B", "1025 B"],
    ["message size", ["message", "mix"], mixOf(0.6), "64 B", "60% of 64 B, 40% of 1 KiB"],
    ["message size", ["message", "mix"], mixOf(0.60004), "64 B", "0.60004 of 64 B, 0.39996 of 1 KiB"],
    ["frame type", ["message", "mix"], mixOf(1, 0.1), "text", "10% binary, else text"],
    ["message", ["message", "templatePrefix"], '{"a":', "{{payload}}", '{"a":{{payload}}'],
    ["frame type", ["message", "frameType"], "binary", "text", "binary"],
    ["compression", ["connect", "compress"], true, "no", "yes"],
    ["connect rate", ["connect", "ratePerSecond"], 50, "no limit", "50 conn/s"],
    ["closed and opened again", ["connect", "disturb"], { churnPerSecond: 5, dropAllAtMs: null }, "none", "5 conn/s"],
    ["dropped all at once", ["connect", "disturb"], { churnPerSecond: 0, dropAllAtMs: 1000 }, "never", "after 1 s"],
    ["pacing", ["pacing", "mode"], "precise", "timer", "precise"],
    ["late messages", ["pacing", "onLate"], "skip", "catch-up", "skipped after 100 ms"],
  ])("refuses another %s", (what, path, value, before, after) => {
    expect(findDifferences([base], [planned(path, value)], { force: true })).toEqual([
      { what, of: "load", base: before, new: after, severity: "refuse" },
    ]);
  });

  it("refuses another mode and another kind of loop", () => {
    const other: RunResult = { ...base, config: { ...base.config, mode: "oneway", model: "closed" } };
    const found = findDifferences([base], [other], { force: false });
    expect(found.map(({ what, severity }) => [what, severity])).toEqual([
      ["mode", "refuse"],
      ["loop", "refuse"],
    ]);
  });

  it("refuses other numbers of messages that wait for a connection, and warns of other ways to open it again", () => {
    const reconnect = { baseMs: 100, maxMs: 10_000, maxAttempts: null, bufferMessages: null, breaker: null };
    const one = planned(["connect", "reconnect"], reconnect);
    const breaker = { failures: 5, cooldownMs: 1000, whileOpen: "queue" };
    const other = planned(["connect", "reconnect"], { ...reconnect, bufferMessages: 20, maxMs: 500, breaker });
    expect(findDifferences([one], [other], { force: true })).toEqual([
      {
        ...{ what: "kept while a connection is away", of: "load", severity: "refuse" },
        ...{ base: "none", new: "20 messages" },
      },
      {
        ...{ what: "reconnect", of: "surroundings", severity: "warn" },
        ...{ base: "after 100 ms to 10 s", new: "after 100 ms to 500 ms" },
      },
      {
        ...{ what: "circuit breaker", of: "surroundings", severity: "warn" },
        ...{ base: "none", new: "after 5 failures, open for 1 s, queue" },
      },
    ]);
  });

  it("takes a side whose runs differ among themselves as different too", () => {
    const other = planned(["segments", 0, "connections"], 20);
    expect(findDifferences([base, other], [base], { force: false })).toMatchObject([
      { what: "connections", base: "10 and 20", new: "10", severity: "refuse" },
    ]);
  });

  it("names what makes hosts different, which force turns into warnings", () => {
    const environment = { ...base.environment, kernel: "6.2.0", node: "v22.0.0", hostFingerprint: "ffff" };
    const other: RunResult = { ...base, environment };
    const words = (force: boolean) =>
      findDifferences([base], [other], { force }).map(({ what, severity }) => [what, severity]);
    expect(words(false)).toEqual([
      ["kernel", "refuse"],
      ["Node version", "refuse"],
    ]);
    expect(words(true)).toEqual([
      ["kernel", "warn"],
      ["Node version", "warn"],
    ]);
  });

  it("warns of what explains a change without being one of the target, after all that is refused", () => {
    const other: RunResult = {
      ...planned(["workers"], 3),
      tool: { ...base.tool, version: "0.2.0" },
      environment: { ...base.environment, kernel: "6.2.0", hostFingerprint: "ffff" },
    };
    const mocked = { ...other, config: { ...other.config, settings: { mock: { latency: "5ms" } } } };
    expect(findDifferences([base], [mocked], { force: false }).map(({ what, severity }) => [what, severity])).toEqual([
      ["kernel", "refuse"],
      ["workers", "warn"],
      ["floodgate version", "warn"],
      ["mock latency", "warn"],
    ]);
  });

  it("keeps equal names in several sets of connections apart", () => {
    const plan = base.config.plan as { readonly segments: readonly unknown[] };
    const twice = {
      ...base,
      config: { ...base.config, plan: { ...plan, segments: [plan.segments[0], plan.segments[0]] } },
    };
    const other = JSON.parse(JSON.stringify(twice)) as RunResult;
    (other.config.plan as { segments: { phases: { durationMs: number }[] }[] }).segments[1]!.phases[0]!.durationMs = 1;
    expect(findDifferences([twice], [other], { force: false })).toMatchObject([
      { what: "length of steady, segment 2", base: "10 s", new: "1 ms" },
    ]);
  });

  it("falls back on what the phases say where a saved plan cannot be read", () => {
    const unread: RunResult = { ...base, config: { ...base.config, plan: {} } };
    expect(findDifferences([unread], [unread], { force: false })).toEqual([]);
    const phases = unread.phases.map((each) => ({ ...each, connections: { ...each.connections, planned: 20 } }));
    expect(findDifferences([unread], [{ ...unread, phases }], { force: false })).toMatchObject([
      { what: "connections of steady", base: "10", new: "20", severity: "refuse" },
    ]);
  });
});

describe("what a plan holds", () => {
  const broadcast = { rooms: 2, publishersPerRoom: 1, excludesPublisher: false, guardMs: 200 };
  /** What becomes of a difference in each of its parts; the compiler asks for a word on a new one. */
  const parts: Readonly<Record<keyof Plan, "refused" | "noticed" | "no matter">> = {
    message: "refused",
    stream: "refused",
    broadcast: "refused",
    queue: "refused",
    connect: "refused",
    pacing: "refused",
    segments: "refused",
    workers: "noticed",
    workersAs: "noticed",
    limits: "noticed",
    drain: "noticed",
    connectionFigures: "noticed",
    // What it is called, and what chance makes of it.
    title: "no matter",
    tags: "no matter",
    profile: "no matter",
    environment: "no matter",
    seed: "no matter",
    runId: "no matter",
    // Compared as the result has them, outside of its plan.
    mode: "no matter",
    scaling: "no matter",
  };
  const changed: Readonly<Record<string, unknown>> = {
    message: { sizeBytes: 65 },
    stream: { promisedPerSecond: 5 },
    broadcast,
    queue: { keys: 3 },
    connect: { compress: true },
    pacing: { mode: "precise" },
    segments: [],
    workers: 7,
    workersAs: { kind: "processes", openFiles: 1 },
    limits: { maxBufferedBytes: 1 },
    drain: { kind: "fixed", durationMs: 1 },
  };

  it.each(Object.entries(parts))("has another %s %s", (part, fate) => {
    const severities = findDifferences([base], [planned([part], changed[part] ?? "another")], { force: false }).map(
      ({ severity }) => severity,
    );
    if (fate === "no matter") expect(severities).toEqual([]);
    else expect(severities).toContain(fate === "refused" ? "refuse" : "warn");
  });

  it.each([
    ["rooms", { rooms: 4 }, "2", "4"],
    ["publishers a room", { publishersPerRoom: 3 }, "1", "3"],
    ["publishers hear themselves", { excludesPublisher: true }, "yes", "no"],
    ["guard at joins and leaves", { guardMs: 0 }, "200 ms", "0 s"],
  ])("refuses a broadcast with other %s", (what, change, before, after) => {
    const [two, other] = [broadcast, { ...broadcast, ...change }].map((value) => planned(["broadcast"], value));
    expect(findDifferences([two!], [other!], { force: true })).toEqual([
      { what, of: "load", base: before, new: after, severity: "refuse" },
    ]);
  });

  it("tells the rooms of a broadcast with its load", () => {
    const run = planned(["broadcast"], broadcast);
    expect(loadWords({ ...run, config: { ...run.config, mode: "broadcast" } })).toBe(
      "broadcast, open loop, 1,000 msg/s, 10 connections in 2 rooms, 64 B messages, 10 s",
    );
  });
});

describe("loadWords", () => {
  it("says what a target has promised to push", () => {
    const pushed = planned(["stream"], { promisedPerSecond: 100, first: 0 });
    const push: RunResult = { ...pushed, config: { ...pushed.config, mode: "push", model: "none" } };
    expect(loadWords(push)).toBe("push, promised 100 msg/s a stream, 10 connections, 10 s");
    const other = planned(["stream"], { promisedPerSecond: null, first: 1 });
    const less: RunResult = { ...other, config: { ...other.config, mode: "push", model: "none" } };
    expect(findDifferences([push], [less], { force: false })).toMatchObject([
      { what: "promised per stream", base: "100 msg/s", new: "nothing", severity: "refuse" },
      { what: "streams", base: '{"first":0}', new: '{"first":1}', severity: "refuse" },
    ]);
  });

  it("says a closed loop and connections alone in their own words", () => {
    const closed = planned([...phase, "load"], { kind: "max", inFlight: 16 });
    expect(loadWords({ ...closed, config: { ...closed.config, model: "closed" } })).toBe(
      "echo, closed loop, as fast as answers come, 16 in flight, 10 connections, 64 B messages, 10 s",
    );
    const idle = planned([...phase, "load"], { kind: "idle" });
    expect(loadWords({ ...idle, config: { ...idle.config, mode: "connect", model: "none" } })).toBe(
      "connect, 10 connections, 10 s",
    );
  });
});
