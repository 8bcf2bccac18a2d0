import { afterEach, beforeEach, vi } from "vitest";

/**
 * Within a `describe`: timers, immediates and the monotonic clock stand still until `vi.advanceTimersByTimeAsync` moves
 * them. Ticks and promises stay real.
 */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        "setTimeout",
        "clearTimeout",
        "setInterval",
        "clearInterval",
        "setImmediate",
        "clearImmediate",
        "performance",
      ],
    });
  });
  afterEach(() => vi.useRealTimers());
}
