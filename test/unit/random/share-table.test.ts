import { describe, expect, it } from "vitest";
import { ShareTable } from "../../../src/random/share-table.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";

describe("a table of shares", () => {
  it("gives each kind the part of the draws that is its share, the first kinds the low ones", () => {
    const table = new ShareTable([0.25, 0.5, 0.25]);
    expect([0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((draw) => table.indexOf(draw))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("never gives a kind without a share, and always one that there is", () => {
    const table = new ShareTable([0, 1 / 3, 0, 1 / 3, 1 / 3]);
    const random = new Xoshiro(3);
    const seen = new Set(Array.from({ length: 10_000 }, () => table.indexOf(random.f53())));
    expect([...seen].sort()).toEqual([1, 3, 4]);
    expect(new ShareTable([0.1, 0.2, 0.7 - 1e-9]).indexOf(1 - 1e-12)).toBe(2);
  });
});
