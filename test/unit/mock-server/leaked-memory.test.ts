import { describe, expect, it } from "vitest";
import { LeakedMemory } from "../../../src/mock-server/leaked-memory.ts";

describe("LeakedMemory", () => {
  it("keeps exactly what it is given, across the ends of its slabs", () => {
    const leaked = new LeakedMemory();
    expect(leaked.keptBytes).toBe(0);
    leaked.keep(1);
    leaked.keep(3 * 1024 * 1024);
    leaked.keep(1023);
    expect(leaked.keptBytes).toBe(3 * 1024 * 1024 + 1024);
  });
});
