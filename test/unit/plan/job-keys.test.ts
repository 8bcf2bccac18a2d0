import { describe, expect, it } from "vitest";
import { JobKeys, keyName, keyNames } from "../../../src/plan/job-keys.ts";

describe("the keys of jobs", () => {
  it("have names of one length", () => {
    expect(keyNames(3)).toEqual(["k1", "k2", "k3"]);
    expect([keyName(0, 10), keyName(9, 10)]).toEqual(["k01", "k10"]);
  });

  it("belong to one connection each, whose jobs go through them in turn", () => {
    const keys = new JobKeys(5, 2);
    expect([keys.countOf(0), keys.countOf(1)]).toEqual([3, 2]);
    expect([1, 2, 3, 4].map((job) => keys.keyOf(0, job))).toEqual([0, 2, 4, 0]);
    expect([1, 2, 3].map((job) => keys.keyOf(1, job))).toEqual([1, 3, 1]);
    expect([1, 3, 4, 7].map((job) => keys.positionOf(0, job))).toEqual([1, 1, 2, 3]);
  });

  it("are all used, by whatever number of connections", () => {
    for (const connections of [1, 3, 7]) {
      const keys = new JobKeys(7, connections);
      const used = Array.from({ length: connections }, (_, connection) =>
        Array.from({ length: keys.countOf(connection) }, (__, job) => keys.keyOf(connection, job + 1)),
      ).flat();
      expect(used.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });
});
