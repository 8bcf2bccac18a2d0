import { describe, expect, it } from "vitest";
import { RateAllowance } from "../../../src/mock-server/rate-allowance.ts";

/** How many of these messages are taken, each at its instant. */
const taken = (allowance: RateAllowance, instants: readonly number[]) =>
  instants.filter((atMs) => allowance.take(atMs)).length;
const at = (ms: number, count: number) => Array.from({ length: count }, () => ms);

describe("the allowance of a client", () => {
  it("is a second's worth of messages at once", () => {
    expect(taken(new RateAllowance(100, 0), at(0, 150))).toBe(100);
  });

  it("grows again as time passes, but not above that", () => {
    const allowance = new RateAllowance(100, 0);
    expect(taken(allowance, at(0, 100))).toBe(100);
    expect(taken(allowance, at(250, 50))).toBe(25);
    expect(taken(allowance, at(60_000, 500))).toBe(100);
  });

  it("lets a client go on for ever that keeps to the rate", () => {
    const steady = Array.from({ length: 10_000 }, (_, index) => index * 10);
    expect(taken(new RateAllowance(100, 0), steady)).toBe(10_000);
  });

  it("lets one message through where the rate is below one", () => {
    expect(taken(new RateAllowance(0.5, 0), [0, 500, 2000])).toBe(2);
  });
});
