import { describe, expect, it } from "vitest";
import { findInversion } from "../../../src/result/find-inversion.ts";
import type { ResultClass } from "../../../src/result/run-result.ts";
import { sampleResult } from "../../support/sample-result.ts";

const { totals } = sampleResult();

function block(kind: string, name: string, expected: number, lost: number, refused = 0): ResultClass {
  return { ...totals, class: { kind, name }, messages: { ...totals.messages, expected, lost, refused } };
}

describe("priorities that are upside down", () => {
  it("are told where more of what matters more is surely missing, on slow readers where there are some", () => {
    const classes = [
      block("priority", "critical", 1000, 0),
      block("priority", "bulk", 1000, 500),
      block("priority+reader", "critical+fast", 500, 0),
      block("priority+reader", "critical+slow", 488, 100, 37),
      block("priority+reader", "bulk+slow", 1954, 0),
    ];
    expect(findInversion({ classes })).toBe(
      "priorities are upside down: 137 of 488 critical, slow were lost or refused, 0 of 1,954 bulk, slow, which matters less",
    );
    expect(findInversion({ classes: classes.slice(0, 2) })).toBeNull();
  });

  it.each([
    ["what matters less is missing more", [1000, 5], [1000, 50]],
    ["the difference may be chance", [1000, 3], [1000, 0]],
    ["a class is not counted", [1000, 500], [0, 0]],
  ] as const)("are none where %s", (_, [expectedA, lostA], [expectedB, lostB]) => {
    const classes = [block("priority", "critical", expectedA, lostA), block("priority", "bulk", expectedB, lostB)];
    expect(findInversion({ classes })).toBeNull();
  });

  it("are none where messages have no classes", () => {
    expect(findInversion({})).toBeNull();
  });
});
