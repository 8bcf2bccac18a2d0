import { describe, expect, it } from "vitest";
import { allProbes, type ProbeScope } from "../../../src/probe/all-probes.ts";
import { probeGroups } from "../../../src/probe/probe.ts";

const scope: ProbeScope = {
  hasCredentials: true,
  badMessages: ["{}", "nosuch"],
  refusalSign: "error",
  messageLimitBytes: 1000,
  oversizeBytes: 5000,
  floodMessages: 10,
  floodConnections: 5,
};

describe("the probes", () => {
  it("have names of their own, and each group has some", () => {
    const probes = allProbes(scope);
    expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
    expect(new Set(probes.map(({ group }) => group))).toEqual(new Set(probeGroups));
  });

  it("come in an order in which one that may kill a target costs few others", () => {
    const names = allProbes(scope).map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["ping", "close"]);
    expect(names.at(-1)).toBe("oversize");
  });

  it("say why they are not made where the target has told too little", () => {
    const untold = { ...scope, hasCredentials: false, messageLimitBytes: null, badMessages: [] };
    const left = allProbes(untold).filter(({ act }) => act.kind === "none");
    expect(left.map(({ name }) => name)).toEqual([
      ...["no-credentials", "wrong-credentials", "largest-message", "one-byte-over"],
    ]);
    expect(allProbes(scope).filter(({ act }) => act.kind === "none")).toEqual([]);
  });

  it("go one byte over the limit that they are told", () => {
    const acts = allProbes(scope).flatMap(({ act }) => (act.kind === "oversize" ? [act.declaredBytes] : []));
    expect(acts).toEqual([1000, 1001, 2 ** 31]);
  });
});
