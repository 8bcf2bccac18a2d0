import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CircuitBreaker } from "../../../src/engine/worker/circuit-breaker.ts";

const plan = { failures: 5, cooldownMs: 1000 };

function opened(): CircuitBreaker {
  const breaker = new CircuitBreaker(plan);
  for (let failure = 0; failure < 5; failure += 1) breaker.failed(100);
  return breaker;
}

describe("the circuit breaker", () => {
  it("opens after five failures in a row, and not before", () => {
    const breaker = new CircuitBreaker(plan);
    for (let failure = 0; failure < 4; failure += 1) breaker.failed(failure);
    expect([breaker.state, breaker.mayTry(10)]).toEqual(["closed", true]);
    breaker.failed(20);
    expect([breaker.state, breaker.mayTry(20), breaker.tryAgainAtMs]).toEqual(["open", false, 1020]);
  });

  it("begins to count anew with every success", () => {
    const breaker = new CircuitBreaker(plan);
    for (let failure = 0; failure < 4; failure += 1) breaker.failed(0);
    breaker.succeeded(0);
    for (let failure = 0; failure < 4; failure += 1) breaker.failed(0);
    expect(breaker.state).toBe("closed");
  });

  it("lets one attempt through when it has cooled down, and no second one", () => {
    const breaker = opened();
    expect(breaker.mayTry(1099)).toBe(false);
    expect(breaker.mayTry(1100)).toBe(true);
    expect([breaker.state, breaker.mayTry(1100)]).toEqual(["half-open", false]);
  });

  it("closes when that succeeds, and opens for another while when it fails", () => {
    const lucky = opened();
    lucky.mayTry(1100);
    lucky.succeeded(1150);
    expect([lucky.state, lucky.mayTry(1150)]).toEqual(["closed", true]);
    const unlucky = opened();
    unlucky.mayTry(1100);
    unlucky.failed(1200);
    expect([unlucky.state, unlucky.mayTry(2199), unlucky.mayTry(2200)]).toEqual(["open", false, true]);
  });

  it("lets another one through when this side has given up the one, without counting it as another change", () => {
    const breaker = opened();
    expect([breaker.mayTry(1100), breaker.letsOneThrough]).toEqual([true, false]);
    breaker.abandoned();
    expect(breaker.letsOneThrough).toBe(true);
    expect([breaker.mayTry(1100), breaker.mayTry(1100)]).toEqual([true, false]);
    breaker.failed(1200);
    expect([breaker.mayTry(2199), breaker.mayTry(2200)]).toEqual([false, true]);
    expect(breaker.record(2300, 0)).toMatchObject({ state: "half-open", opens: 2, halfOpens: 2 });
  });

  it("closes upon a success that was begun before it opened", () => {
    const breaker = opened();
    breaker.succeeded(200);
    expect(breaker.state).toBe("closed");
  });

  it("tells its changes and how long it was not closed", () => {
    const breaker = opened();
    breaker.mayTry(1100);
    breaker.failed(1200);
    breaker.mayTry(2200);
    breaker.succeeded(2300);
    expect(breaker.record(9000, 50)).toEqual({
      ...{ opens: 2, halfOpens: 2, closes: 1, openMs: 2200, state: "closed" },
      changes: [
        { tMs: 50, state: "open" },
        { tMs: 1050, state: "half-open" },
        { tMs: 1150, state: "open" },
        { tMs: 2150, state: "half-open" },
        { tMs: 2250, state: "closed" },
      ],
    });
    expect(opened().record(600, 0)).toMatchObject({ openMs: 500, state: "open" });
  });

  it("never lets two attempts through between two changes to open, whatever happens", () => {
    const event = fc.constantFrom("try", "succeed", "fail", "wait");
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const breaker = new CircuitBreaker(plan);
        let nowMs = 0;
        let letThrough = 0;
        for (const each of events) {
          nowMs += each === "wait" ? 700 : 1;
          const before = breaker.state;
          if (each === "try" && breaker.mayTry(nowMs) && before !== "closed") letThrough += 1;
          if (each === "succeed") breaker.succeeded(nowMs);
          if (each === "fail") breaker.failed(nowMs);
          if (breaker.state !== before && breaker.state !== "half-open") letThrough = 0;
          expect(letThrough).toBeLessThanOrEqual(1);
        }
        const { opens, halfOpens, closes, openMs } = breaker.record(nowMs, 0);
        expect(halfOpens).toBeLessThanOrEqual(opens);
        expect(closes).toBeLessThanOrEqual(opens);
        expect(openMs).toBeLessThanOrEqual(nowMs);
      }),
    );
  });
});
