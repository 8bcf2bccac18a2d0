import type { OneWayPlan, StreamClock } from "../../plan/plan.ts";
import { makeNumberField } from "../../wire/number-field.ts";

/** Reads how long a message was under way, from the stamp its target gave it. */
export interface StampReader {
  /** From the stamp to the read at `nowMs` of the monotonic clock; NaN when there is no stamp. Below 0 when the clocks disagree. */
  latencyMs(view: DataView, start: number, end: number, nowMs: number): number;
}

/** Units of a clock in a millisecond. */
const perMs: Readonly<Record<StreamClock, number>> = {
  "epoch-s": 1e-3,
  "epoch-ms": 1,
  "epoch-us": 1e3,
  "monotonic-us": 1e3,
};

/**
 * `epochMs` is the wall clock, which knows whole milliseconds: against it stamps are cut to those as well. Of two clocks that are
 * stated to be near each other a stamp may be ahead by as much as that: no time at all is then what is known.
 */
export function makeStampReader(
  { sent, clock, clockBoundMs }: Extract<OneWayPlan, { kind: "measured" }>,
  epochMs: () => number = Date.now,
): StampReader {
  const field = makeNumberField(sent, clock === "epoch-s");
  const units = perMs[clock];
  if (clock === "monotonic-us") {
    return {
      latencyMs(view, start, end, nowMs) {
        const stamp = field.read(view, start, end);
        return stamp < 0 ? NaN : nowMs - stamp / units;
      },
    };
  }
  return {
    latencyMs(view, start, end) {
      const stamp = field.read(view, start, end);
      if (stamp < 0) return NaN;
      const latencyMs = epochMs() - Math.floor(stamp / units);
      return latencyMs < 0 && clockBoundMs !== null && -latencyMs <= clockBoundMs ? 0 : latencyMs;
    },
  };
}
