import { describe, expect, it, vi } from "vitest";
import { OpeningQueue } from "../../../src/engine/worker/opening-queue.ts";
import { useFakeTime } from "../../support/fake-time.ts";

/** A queue whose attempts end when the test says so. */
class Given {
  readonly opened: number[] = [];
  readonly lateMs: number[] = [];
  readonly startedMs = performance.now();
  underWay = 0;
  readonly queue: OpeningQueue;

  constructor(ratePerSecond: number | null, needsNone: (index: number) => boolean = () => false, shift = 0) {
    this.queue = new OpeningQueue({
      ratePerSecond,
      shift,
      nowMs: () => performance.now(),
      underWay: () => this.underWay,
      open: (index, lateMs) => {
        if (needsNone(index)) return false;
        this.lateMs.push(lateMs);
        this.opened.push(index);
        this.underWay += 1;
        return true;
      },
    });
  }

  end(attempts: number): void {
    for (let count = 0; count < attempts; count += 1) {
      this.underWay -= 1;
      this.queue.attemptEnded();
    }
  }
}

describe("the opening queue", () => {
  useFakeTime();

  it("begins eight in a turn, in order, until 64 are under way", async () => {
    const given = new Given(null);
    given.queue.start(1000);
    expect(given.opened).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await vi.advanceTimersByTimeAsync(20);
    expect(given.opened).toHaveLength(64);
    expect(given.opened.at(-1)).toBe(63);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("begins one for each that ended, in the next turn and not within the end of the other", async () => {
    const given = new Given(null);
    given.queue.start(1000);
    await vi.advanceTimersByTimeAsync(10);
    given.end(3);
    expect(given.opened).toHaveLength(64);
    await vi.advanceTimersByTimeAsync(10);
    expect(given.opened).toHaveLength(67);
  });

  it("opens all there are, and asks for no turn after that", async () => {
    const given = new Given(null);
    given.queue.start(11);
    await vi.advanceTimersByTimeAsync(10);
    given.end(11);
    expect(given.opened).toHaveLength(11);
    expect(vi.getTimerCount()).toBe(0);
    expect([given.queue.hasPassed(10), given.queue.hasPassed(11)]).toEqual([true, false]);
  });

  it("keeps the rate it was given, whatever is under way", async () => {
    const given = new Given(1000, undefined, 0.5);
    given.queue.start(1000);
    expect(given.opened).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(given.opened).toHaveLength(100);
    given.end(100);
    await vi.advanceTimersByTimeAsync(100);
    expect(given.opened).toHaveLength(200);
  });

  it("makes up for time in which it could not open, eight in a turn", async () => {
    const given = new Given(1000);
    given.queue.start(1000);
    await vi.advanceTimersByTimeAsync(10);
    const before = given.opened.length;
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 100);
    await vi.advanceTimersToNextTimerAsync();
    expect(given.opened).toHaveLength(before + 8);
    // Attempt k was due after k ms.
    const nowMs = performance.now();
    expect(given.lateMs.slice(before)).toEqual(given.opened.slice(before).map((due) => nowMs - given.startedMs - due));
    vi.restoreAllMocks();
  });

  it("passes over connections that need none, without waiting for their turn", async () => {
    const given = new Given(1000, (index) => index < 500);
    given.queue.start(510);
    await vi.advanceTimersByTimeAsync(5);
    expect(given.opened).toEqual([500, 501, 502, 503, 504, 505]);
  });

  it("begins none once stopped, and leaves no timer behind", async () => {
    for (const rate of [null, 1000]) {
      const given = new Given(rate);
      given.queue.start(1000);
      given.queue.stop();
      const begun = given.opened.length;
      given.end(1);
      expect(vi.getTimerCount()).toBe(0);
      await vi.advanceTimersByTimeAsync(100);
      expect(given.opened).toHaveLength(begun);
    }
  });

  it("begins anew when started again, on one timer", async () => {
    const given = new Given(10);
    given.queue.start(100);
    await vi.advanceTimersByTimeAsync(50);
    given.queue.start(100);
    expect(vi.getTimerCount()).toBe(1);
    expect(given.opened).toEqual([0, 0]);
  });
});
