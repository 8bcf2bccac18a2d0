import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** Asserts that `actual` is what test/golden/`name` holds. With UPDATE_GOLDEN=1 in the environment it is written instead. */
export function expectGolden(name: string, actual: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, "utf8"));
}
