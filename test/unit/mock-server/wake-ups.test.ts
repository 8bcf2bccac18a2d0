import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WakeUps } from "../../../src/mock-server/wake-ups.ts";
import { ManualTimers } from "../../support/manual-timers.ts";

describe("WakeUps", () => {
  it("wakes everyone in the order of their instants, none early, with one timer at a time", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 60 }), (instants) => {
        const timers = new ManualTimers();
        const wakeUps = new WakeUps(timers);
        const woken: number[] = [];
        for (const instant of instants) {
          wakeUps.wakeAt(instant, {
            wake: (nowMs) => {
              expect(nowMs).toBeGreaterThanOrEqual(instant);
              woken.push(instant);
            },
          });
          expect(timers.armed).toBe(1);
        }
        timers.advanceTo(1000);
        expect(woken).toEqual([...instants].sort((a, b) => a - b));
        expect(wakeUps.isArmed).toBe(false);
      }),
    );
  });

  it("serves an instant asked for while waking, and forgets all when stopped", () => {
    const timers = new ManualTimers();
    const wakeUps = new WakeUps(timers);
    const woken: string[] = [];
    const second = { wake: () => void woken.push("second") };
    wakeUps.wakeAt(10, {
      wake: () => {
        woken.push("first");
        wakeUps.wakeAt(15, second);
      },
    });
    timers.advanceTo(20);
    expect(woken).toEqual(["first", "second"]);
    wakeUps.wakeAt(30, second);
    wakeUps.stop();
    timers.advanceTo(40);
    expect(woken).toEqual(["first", "second"]);
    expect(timers.armed).toBe(0);
  });
});
