import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capacityBounds, nextStep, type CapacityBounds } from "../../../src/capacity/capacity-search.ts";
import type { SearchPlan, SearchTrial, TrialKind, TrialOutcome } from "../../../src/capacity/search-trial.ts";

const plan: SearchPlan = {
  start: 1000,
  floor: 1,
  ceiling: 1e7,
  width: 0.05,
  isWhole: false,
  searchSec: 10,
  finalSec: 30,
};

type Target = (load: number, kind: TrialKind, trials: readonly SearchTrial[]) => TrialOutcome;

const holdsUpTo =
  (capacity: number): Target =>
  (load) =>
    load <= capacity ? "held" : "failed";

function search(target: Target, changes: Partial<SearchPlan> = {}, mostTrials = 400) {
  const trials: SearchTrial[] = [];
  for (;;) {
    const step = nextStep(trials, { ...plan, ...changes });
    if (step.kind === "done") return { trials, bounds: step.bounds };
    expect(trials.length, "trials without an end").toBeLessThan(mostTrials);
    trials.push({ load: step.load, kind: step.trial, outcome: target(step.load, step.trial, trials) });
  }
}

const at = (trials: readonly SearchTrial[], load: number | null) =>
  trials.filter((trial) => trial.load === load).map(({ kind, outcome }) => `${kind} ${outcome}`);

/** Nothing that the bounds say is contradicted by a look at the trials themselves. */
function expectBorneOut({ lower, upper, limitedBy }: CapacityBounds, trials: readonly SearchTrial[]): void {
  const finals = (load: number, outcome: TrialOutcome) =>
    trials.filter((trial) => trial.load === load && trial.kind === "final" && trial.outcome === outcome).length;
  if (lower !== null) expect(finals(lower, "held")).toBeGreaterThan(finals(lower, "failed"));
  if (upper !== null) expect(finals(upper, "failed")).toBeGreaterThan(finals(upper, "held"));
  if (lower !== null && upper !== null) expect(lower).toBeLessThan(upper);
  if (limitedBy === "target") expect(upper).not.toBeNull();
  const refuted = trials.filter(({ load }) => finals(load, "failed") >= 2 && finals(load, "held") < 2);
  for (const { load } of refuted) expect(load).toBeGreaterThan(lower ?? 0);
}

describe("nextStep", () => {
  it("makes sure of both bounds at full length, and decides as soon as two trials agree", () => {
    const { trials, bounds } = search(holdsUpTo(7300));
    expect(bounds.lower).toBeCloseTo(7025.01, 2);
    expect(bounds.upper).toBeCloseTo(7336.03, 2);
    expect(bounds).toMatchObject({ isLowerConfirmed: true, isUpperConfirmed: true, limitedBy: "target" });
    expect(at(trials, bounds.lower)).toEqual(["search held", "final held", "final held"]);
    expect(at(trials, bounds.upper)).toEqual(["search failed", "final failed", "final failed"]);
  });

  it("gives up early when the generator spoils every trial that decides", () => {
    const { trials, bounds } = search((_, kind) => (kind === "final" ? "generator-limited" : "held"), {
      ceiling: 4000,
    });
    expect(bounds).toMatchObject({ isLowerConfirmed: false, upper: null, limitedBy: "generator" });
    expect(trials.length).toBeLessThan(20);
  });

  it("believes no short trial any more when they flatter at every load, and is down soon", () => {
    const leaking: Target = (load, kind) => (load <= (kind === "search" ? 7300 : 150) ? "held" : "failed");
    const { trials, bounds } = search(leaking);
    expect(bounds.lower! <= 150 && bounds.upper! > 150).toBe(true);
    expect(trials.length).toBeLessThan(40);
    expectBorneOut(bounds, trials);
  });

  it("believes no short trial any more when they slander at every load, and is up soon", () => {
    const warmingUp: Target = (load, kind) => (load <= (kind === "search" ? 500 : 7300) ? "held" : "failed");
    const { trials, bounds } = search(warmingUp);
    expect(bounds.lower! <= 7300 && bounds.upper! > 7300).toBe(true);
    expect(trials.length).toBeLessThan(40);
    expectBorneOut(bounds, trials);
  });

  it("steps down when a full-length trial refutes the lower bound", () => {
    const flattered: Target = (load, kind) => (load <= (kind === "search" ? 7300 : 6000) ? "held" : "failed");
    const { trials, bounds } = search(flattered);
    expect(bounds.lower!).toBeLessThanOrEqual(6000);
    expect(bounds.upper!).toBeGreaterThan(6000);
    expect(bounds.isLowerConfirmed && bounds.isUpperConfirmed).toBe(true);
    expectBorneOut(bounds, trials);
  });

  it("goes up again when full-length trials hold what a short one did not", () => {
    const slandered: Target = (load, kind) => (load <= (kind === "search" ? 5000 : 7300) ? "held" : "failed");
    const { trials, bounds } = search(slandered);
    expect(bounds.lower! <= 7300 && bounds.upper! > 7300).toBe(true);
    expectBorneOut(bounds, trials);
  });

  it("lets one of three final trials fail", () => {
    const once: Target = (load, kind, trials) => {
      const isFirst = !trials.some((trial) => trial.load === load && trial.kind === "final");
      return load > 7300 || (kind === "final" && isFirst && load > 7000) ? "failed" : "held";
    };
    const { trials, bounds } = search(once);
    expect(at(trials, bounds.lower)).toEqual(["search held", "final failed", "final held", "final held"]);
  });

  it("calls it the generator's limit only when it is seen twice in a row", () => {
    const generator: Target = (load) => (load > 3000 ? "generator-limited" : "held");
    const { trials, bounds } = search(generator);
    expect(bounds).toMatchObject({ upper: null, limitedBy: "generator", isLowerConfirmed: true });
    expect(bounds.lower!).toBeLessThanOrEqual(3000);
    expect(bounds.lower!).toBeGreaterThan(3000 * 0.94);
    expect(at(trials, 4000)).toEqual(["search generator-limited", "search generator-limited"]);
    const hiccup: Target = (load, _, all) =>
      all.length % 4 === 1 ? "generator-limited" : load <= 7300 ? "held" : "failed";
    expect(search(hiccup).bounds).toMatchObject({ limitedBy: "target", isLowerConfirmed: true });
  });

  it("has more patience where the generator has managed so much before", () => {
    const disturbed: Target = (load, kind, all) => {
      const own = all.filter((trial) => trial.load === load && trial.kind === "final");
      if (kind === "final" && own.length < 3) return "generator-limited";
      return load <= 7300 ? "held" : "failed";
    };
    const { trials, bounds } = search(disturbed, { width: 0.5 });
    expect(bounds).toMatchObject({ lower: 4000, upper: 8000, limitedBy: "target" });
    expect(at(trials, 4000).filter((what) => what === "final generator-limited")).toHaveLength(3);
  });

  it("looks below a start at which the generator is limited", () => {
    const { bounds } = search((load) => (load > 300 ? "generator-limited" : "held"));
    expect(bounds.lower! > 280 && bounds.lower! <= 300).toBe(true);
    const nowhere = search(() => "generator-limited");
    expect(nowhere.bounds).toMatchObject({ lower: null, upper: null, limitedBy: "generator" });
  });

  it("stops at the ceiling, and at the floor", () => {
    const { bounds, trials } = search(() => "held", { ceiling: 5000 });
    expect(bounds).toMatchObject({ lower: 5000, upper: null, limitedBy: "ceiling", isLowerConfirmed: true });
    expect(trials.map(({ load }) => load)).toEqual([1000, 2000, 4000, 5000, 5000, 5000]);
    const none = search(() => "failed", { floor: 300 });
    expect(none.bounds).toMatchObject({ lower: null, upper: 300, limitedBy: "target", isUpperConfirmed: true });
    expect(none.trials.map(({ load }) => load)).toEqual([1000, 500, 300, 300, 300]);
  });

  it("keeps connections whole", () => {
    const { trials, bounds } = search(holdsUpTo(20), { isWhole: true, start: 10, floor: 1 });
    expect(bounds).toMatchObject({ lower: 20, upper: 21 });
    expect(trials.every(({ load }) => Number.isInteger(load))).toBe(true);
    expect(search(holdsUpTo(1), { isWhole: true, start: 7, floor: 1 }).bounds).toMatchObject({ lower: 1, upper: 2 });
  });

  it("brackets the capacity of any target that holds what is less", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 9e6, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        fc.boolean(),
        (capacity, start, width, isWhole) => {
          const changes = { start: isWhole ? Math.floor(start) : start, width, isWhole };
          const { trials, bounds } = search(holdsUpTo(capacity), changes);
          expect(bounds.lower!).toBeLessThanOrEqual(capacity);
          expect(bounds.upper!).toBeGreaterThan(capacity);
          const gap = bounds.upper! - bounds.lower!;
          expect(gap / bounds.upper! <= width || (isWhole && gap === 1)).toBe(true);
          expectBorneOut(bounds, trials);
        },
      ),
    );
  });

  it("ends, and claims nothing that its trials contradict, whatever the target does", () => {
    const outcome = fc.constantFrom<TrialOutcome>("held", "failed", "generator-limited");
    fc.assert(
      fc.property(fc.infiniteStream(outcome), fc.boolean(), (outcomes, isWhole) => {
        const target: Target = () => outcomes.next().value as TrialOutcome;
        const { trials, bounds } = search(target, { floor: 10, ceiling: 100_000, isWhole }, 2000);
        if (bounds.lower !== null && !bounds.isLowerConfirmed) {
          // Trials that decide were spoiled again and again: then nothing is claimed, and the generator is named.
          expect(bounds.limitedBy).toBe("generator");
          return;
        }
        if (bounds.limitedBy === "target") expect(bounds.isUpperConfirmed).toBe(true);
        expectBorneOut(bounds, trials);
      }),
    );
  });

  it("does not take a load that holds beyond one that fails for the capacity", () => {
    const dip: Target = (load) => (load > 2500 && load < 3500 ? "failed" : load <= 9000 ? "held" : "failed");
    const { trials, bounds } = search(dip, { start: 700 });
    expectBorneOut(bounds, trials);
    const failed = trials.filter((trial) => trial.outcome === "failed").map(({ load }) => load);
    expect(bounds.upper).toBe(Math.min(...failed));
  });
});

describe("capacityBounds", () => {
  it("tells of a search that was stopped what was confirmed and what was not", () => {
    const { trials } = search(holdsUpTo(7300));
    expect(capacityBounds([], plan)).toMatchObject({ lower: null, upper: null, limitedBy: null });
    expect(capacityBounds(trials.slice(0, 3), plan)).toMatchObject({
      lower: 4000,
      isLowerConfirmed: false,
      upper: null,
      limitedBy: null,
    });
    expect(capacityBounds(trials.slice(0, 4), plan)).toMatchObject({ lower: 4000, upper: 8000, limitedBy: "target" });
  });

  it("judges no load of which there is only a trial that the generator spoiled", () => {
    const trials = [
      { load: 1000, kind: "search", outcome: "held" },
      { load: 2000, kind: "search", outcome: "generator-limited" },
    ] as const;
    expect(capacityBounds(trials, plan)).toMatchObject({ lower: 1000, upper: null, limitedBy: null });
  });
});
