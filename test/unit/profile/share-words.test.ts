import { describe, expect, it } from "vitest";
import { readSetting } from "../../../src/profile/setting-kinds.ts";
import { readPriorityShares } from "../../../src/profile/share-words.ts";

describe("shares of classes", () => {
  it("are read in any order; a class that is not named has none", () => {
    expect(readPriorityShares("bulk:60%, important:0.3,control:1%,critical:9%")).toEqual({
      kind: "value",
      value: [0.01, 0.09, 0.3, 0.6],
    });
    expect(readPriorityShares("critical:50%,bulk:50%")).toMatchObject({ value: [0, 0.5, 0, 0.5] });
  });

  it("may be a little off 100% together, as thirds are", () => {
    const reading = readPriorityShares("control:33.3%,critical:33.3%,bulk:33.3%");
    expect(reading.kind === "value" && reading.value.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it.each([
    ["bulk:60%", "adds up to 60%"],
    ["bulk:60%,bulk:40%", "has bulk twice"],
    ["bulk", 'has a part "bulk" that is no share'],
    ["bulk:60%,", 'has a part "" that is no share'],
    ["bulk:60%,urgent:40%", "has no such class: urgent"],
  ])("refuses %s", (text, problem) => {
    expect(readPriorityShares(text)).toMatchObject({ kind: "problem", problem });
  });
});

describe("sizes of messages", () => {
  it("are one size, or several with their shares", () => {
    expect(readSetting("sizes", 128)).toMatchObject({ value: [{ sizeBytes: 128, share: 1 }] });
    expect(readSetting("sizes", "200B:75%,1KiB:25%")).toMatchObject({
      value: [
        { sizeBytes: 200, share: 0.75 },
        { sizeBytes: 1024, share: 0.25 },
      ],
    });
  });

  it.each([
    ["large", "is not a size"],
    ["128:50%,large:50%", 'has a size "large" that is not a size'],
    ["128:50%,1KiB:20%", "adds up to 70%"],
  ])("refuses %s", (text, problem) => {
    expect(readSetting("sizes", text)).toMatchObject({
      kind: "problem",
      problem: expect.stringContaining(problem) as string,
    });
  });
});
