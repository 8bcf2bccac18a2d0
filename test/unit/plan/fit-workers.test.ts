import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectionsPerProcess, fitWorkers, neededAddresses } from "../../../src/plan/fit-workers.ts";
import { ownedConnections } from "../../../src/plan/split-plan.ts";

const machine = (openFiles: number | null) => ({ openFiles, localPorts: null });
const chosen = (workers: number) => ({ workers, askedBy: null });
const asked = (workers: number) => ({ workers, askedBy: "--workers" });

describe("fitting workers", () => {
  it.each([
    [10, chosen(4), 1024, { workers: 4, workersAs: { kind: "threads" } }],
    [50_000, chosen(4), null, { workers: 4, workersAs: { kind: "threads" } }],
    [19_000, chosen(1), 20_000, { workers: 1, workersAs: { kind: "threads" } }],
    [20_000, chosen(1), 20_000, { workers: 2, workersAs: { kind: "processes", openFiles: 20_000 } }],
    [50_000, chosen(1), 20_000, { workers: 3, workersAs: { kind: "processes", openFiles: 20_000 } }],
    [50_000, chosen(4), 20_000, { workers: 4, workersAs: { kind: "processes", openFiles: 20_000 } }],
    [50_000, asked(3), 20_000, { workers: 3, workersAs: { kind: "processes", openFiles: 20_000 } }],
    [3, asked(8), 1024, { workers: 3, workersAs: { kind: "threads" } }],
  ])("%i connections, %j, %j open files", (connections, wanted, openFiles, expected) => {
    expect(fitWorkers(connections, wanted, machine(openFiles))).toEqual(expected);
  });

  it("refuses fewer workers than it takes when the user chose their number, and says how many it takes", () => {
    expect(() => fitWorkers(50_000, asked(2), machine(20_000))).toThrow(
      expect.objectContaining({
        message:
          "--workers 2 is too few for 50,000 connections: a process may open 20,000 files, room for 19,800 connections",
        hint: "use -w 3, or raise the limit of open files (ulimit -n)",
      }),
    );
  });

  it.each([10, 40, 41])("refuses a limit of %i files, which leaves too little room", (openFiles) => {
    expect(() => fitWorkers(300, chosen(1), machine(openFiles))).toThrow("300 connections do not fit: a process may");
  });

  it("starts no more processes than this one has files for: two each", () => {
    expect(fitWorkers(200, chosen(1), machine(60)).workers).toBe(10);
    expect(fitWorkers(30, chosen(16), machine(60)).workers).toBe(10);
    expect(() => fitWorkers(500, chosen(1), machine(60))).toThrow(
      expect.objectContaining({
        message:
          "500 connections do not fit into 10 processes: a process may open 60 files, room for 20 connections each",
        hint: "raise the limit of open files (ulimit -n)",
      }),
    );
    expect(() => fitWorkers(30, asked(11), machine(60))).toThrow(
      expect.objectContaining({
        message: "--workers 11 is too many: a process may open 60 files, room for 10 worker processes",
        hint: "use -w 10 or fewer, or raise the limit of open files (ulimit -n)",
      }),
    );
  });

  it("never puts more connections into a process than its limit leaves room for", () => {
    const cases = fc.record({
      connections: fc.integer({ min: 1, max: 1_000_000 }),
      workers: fc.integer({ min: 1, max: 256 }),
      openFiles: fc.integer({ min: 1, max: 100_000 }),
    });
    fc.assert(
      fc.property(cases, ({ connections, workers, openFiles }) => {
        const mostProcesses = Math.max(0, Math.min(256, Math.floor((openFiles - 40) / 2)));
        let fit;
        try {
          fit = fitWorkers(connections, chosen(workers), machine(openFiles));
        } catch {
          expect(connections).toBeGreaterThan(mostProcesses * connectionsPerProcess(openFiles));
          return;
        }
        const shares = Array.from({ length: fit.workers }, (_, w) => ownedConnections(connections, w, fit.workers));
        const most = fit.workersAs.kind === "threads" ? connections : Math.max(...shares);
        expect(most).toBeLessThanOrEqual(connectionsPerProcess(openFiles));
        if (fit.workersAs.kind === "processes") expect(fit.workers).toBeLessThanOrEqual(mostProcesses);
      }),
    );
  });
});

describe("local addresses that are needed", () => {
  it.each([
    [7058, 28_232, { least: 1, quick: 1 }],
    [28_232, 28_232, { least: 1, quick: 4 }],
    [28_233, 28_232, { least: 2, quick: 5 }],
    [50_000, 28_232, { least: 2, quick: 8 }],
    [3, 2, { least: 2, quick: 3 }],
    [50_000, null, null],
  ])("for %i connections from addresses with %j ports", (connections, localPorts, expected) => {
    expect(neededAddresses(connections, { openFiles: null, localPorts })).toEqual(expected);
  });
});
