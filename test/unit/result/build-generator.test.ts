import { expect, test } from "vitest";
import { aCollected, aCollectedPhase, aHistogram, aPhasePlan, aWorker } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

const generator = (changes: Partial<ReturnType<typeof aCollected>["generator"]>) => ({
  collected: { generator: { ...aCollected().generator, ...changes } },
});

test("a generator with little to do is ok; lag and utilization are those of its worst worker", () => {
  const result = aResult(
    generator({ workers: [aWorker(0), aWorker(1, { lagUs: { p50: 80, p99: 7000, max: 1900 }, utilization: 0.5 })] }),
  );
  expect(result.generator).toMatchObject({
    health: "ok",
    reasons: [],
    utilization: 0.5,
    lagUs: { p50: 80, p99: 7000, max: 1900 },
  });
  expect(result.generator.cpuSecondsPerMillionMessages).toBeCloseTo(1600);
  expect(result.generator.workers.map((worker) => worker.index)).toEqual([0, 1]);
});

test("without workers the lag is null, never 0", () => {
  expect(aResult(generator({ workers: [] })).generator).toMatchObject({ lagUs: null, utilization: null });
});

test("messages left unsent because the generator was late limit it; because the target did not read, they do not", () => {
  const of = (counts: object) =>
    aResult({ phases: [aCollectedPhase({}, { offered: 1020, ...counts })] }).generator.health;
  expect(of({ unsentLate: 20 })).toBe("limited");
  expect(of({ unsentBlocked: 20 })).toBe("ok");
  expect(of({ unsendable: 20 })).toBe("ok");
  expect(of({ skipped: 20 })).toBe("limited");
  expect(of({ skipped: 20, skippedBlocked: 20 })).toBe("ok");
  expect(of({ skipped: 20, skippedBlocked: 1, unsentBlocked: 0 })).toBe("limited");
});

test("its own slip counts, slip upon a blocked connection does not", () => {
  const slow = aHistogram(Array.from({ length: 1000 }, () => 30_000));
  const latencyUs = aHistogram(Array.from({ length: 1000 }, () => 40_000));
  const serviceUs = aHistogram(Array.from({ length: 1000 }, () => 10_000));
  const own = aCollectedPhase({ latencyUs, serviceUs, slipUs: slow, ownSlipUs: slow });
  expect(aResult({ phases: [own] }).generator.health).toBe("limited");
  expect(aResult({ phases: [{ ...own, ownSlipUs: aHistogram([20]) }] }).generator.health).toBe("ok");
});

test("a busy loop limits an open loop and is what a closed one is for", () => {
  const busy = generator({ workers: [aWorker(0, { utilization: 0.99 })] });
  expect(aResult(busy).generator.health).toBe("limited");
  const plan = aPhasePlan({ load: { kind: "max", inFlight: 1 } });
  expect(aResult({ ...busy, phases: [aCollectedPhase({ plan })] }).generator.health).toBe("ok");
});

test("failures of the generator's own machine limit it", () => {
  const failure = {
    code: "connect/no-files",
    phase: "connect",
    kind: "no-files",
    blame: "generator" as const,
    count: 3,
    firstMs: 1,
    lastMs: 2,
    example: "EMFILE",
  };
  const result = aResult({ collected: { failures: [failure] } });
  expect(result.generator.health).toBe("limited");
  expect(result.generator.reasons).toEqual(["3 x connect/no-files on this machine (EMFILE)"]);
});

test("one limited step is named and the others stand; a limited warm-up voids nothing", () => {
  const step = (name: string, late: number, measured = true) =>
    aCollectedPhase({ plan: aPhasePlan({ name, measured }) }, { offered: 1000 + late, unsentLate: late });
  const result = aResult({ phases: [step("100/s", 0), step("200/s", 0), step("9000/s", 500)] });
  expect(result.phases.map((phase) => phase.generatorHealth)).toEqual(["ok", "ok", "limited"]);
  expect(result.generator.health).toBe("limited");
  expect(result.generator.reasons).toEqual([
    expect.stringMatching(/^phase "9000\/s": /),
    "the numbers of the other 2 phases stand",
  ]);
  expect(aResult({ phases: [step("warm-up", 500, false), step("load", 0)] }).generator.health).toBe("ok");
});

test("tells how many messages shared a write, over the measured phases; null when no write was told", () => {
  const phase = (changes: object, name: string, measured: boolean) =>
    aCollectedPhase({ plan: aPhasePlan({ name, measured }), ...changes });
  const phases = [
    phase({ writesInWindow: 1000 }, "warm-up", false),
    phase({ writesInWindow: 100 }, "one", true),
    phase({ writesInWindow: 400 }, "two", true),
  ];
  expect(aResult({ phases }).generator).toMatchObject({ writes: 500, framesPerWrite: 4 });
  expect(aResult({}).generator).toMatchObject({ writes: null, framesPerWrite: null });
});

test("a lost worker limits the generator, and is called by the number that people count by", () => {
  const result = aResult(generator({ lostWorkers: [{ index: 1, reason: "out of memory" }] }));
  const { health, reasons } = result.generator;
  expect({ health, reasons }).toEqual({ health: "limited", reasons: ["worker 2 was lost: out of memory"] });
});

test("standstills of a long drain are held against load and drain, those of the load against the load alone", () => {
  const none = { loadMs: 0, drainMs: 0, longestLoadMs: 40, connectingMs: 0, longestConnectingMs: 0 };
  const standing = (loadMs: number, drainStalledMs: number, drainMs: number) => {
    const worker = aWorker(0, { stalls: { ...none, loadMs, drainMs: drainStalledMs }, drainMs });
    return aResult(generator({ workers: [worker] })).generator.reasons;
  };
  const share = (percent: string): unknown[] => [
    expect.stringMatching(new RegExp(`^the generator stood still for ${percent}% of`)),
  ];
  // The load takes 10 s.
  expect(standing(33_620, 32_000, 40_000)).toEqual(share("67.24"));
  expect(standing(5000, 0, 40_000)).toEqual(share("50"));
  expect(standing(10_040, 0, 0)).toEqual(share("100"));
  expect(standing(90, 0, 0)).toEqual([]);
});
