import { describe, expect, it } from "vitest";
import { describeSides } from "../../../src/compare/describe-side.ts";
import { comparedRun } from "../../support/compared-runs.ts";

const named = (name: string, tags: Readonly<Record<string, string>> = {}) => ({
  name,
  result: { ...comparedRun(name), tags },
});

describe("describeSides", () => {
  it("calls a side by the tags that all its runs have and the other side has not", () => {
    const { base, new: changed } = describeSides(
      [named("a.json", { branch: "main", team: "x", n: "1" }), named("b.json", { branch: "main", team: "x", n: "2" })],
      [named("c.json", { branch: "pr-7", team: "x" })],
    );
    expect(base).toMatchObject({ label: "branch=main", tags: { branch: "main", team: "x" } });
    expect(changed.label).toBe("branch=pr-7");
    expect(base.runs.map(({ id, name }) => [id, name])).toEqual([
      ["a.json", "a.json"],
      ["b.json", "b.json"],
    ]);
  });

  it("else by its file, or what the names of its files have alike", () => {
    const { base, new: changed } = describeSides(
      [named("results/main-1.json"), named("results/main-27.json")],
      [named("new.json")],
    );
    expect(base.label).toBe("results/main-*.json");
    expect(changed.label).toBe("new.json");
    expect(describeSides([named("a"), named("a")], [named("b")]).base.label).toBe("a*");
  });

  it("and by its first file where the names of both sides have the same in common", () => {
    const { base, new: changed } = describeSides(
      [named("r1.json"), named("r2.json")],
      [named("r3.json"), named("r4.json")],
    );
    expect([base.label, changed.label]).toEqual(["r1.json and 1 more", "r3.json and 1 more"]);
  });
});
