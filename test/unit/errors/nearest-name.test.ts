import { describe, expect, it } from "vitest";
import { nearestName } from "../../../src/errors/nearest-name.ts";

describe("nearestName", () => {
  it.each([
    ["latncy", ["service", "latency"], "latency"],
    ["Duration", ["connections", "duration"], "duration"],
    ["p9", ["p99", "mean"], "p99"],
    ["zzzzzz", ["latency", "service"], undefined],
    ["latency", [], undefined],
  ])("takes %s among %j for %s", (word, names, expected) => {
    expect(nearestName(word, names)).toBe(expected);
  });
});
