import { describe, expect, it, vi } from "vitest";
import { DrainWatch } from "../../../src/engine/worker/drain-watch.ts";
import { useFakeTime } from "../../support/fake-time.ts";

describe("DrainWatch", () => {
  useFakeTime();

  function watching(forMs: number) {
    const seen = { bytes: 0, isSettled: false, endedAtMs: null as number | null, jumpMs: 0 };
    const startMs = performance.now();
    const nowMs = (): number => performance.now() - startMs + seen.jumpMs;
    const watch = new DrainWatch({
      nowMs,
      bytesReceived: () => seen.bytes,
      isSettled: () => seen.isSettled,
      ended: () => (seen.endedAtMs = nowMs()),
    });
    watch.start(forMs);
    return { seen, watch };
  }

  it("is over after 250 ms of silence once nothing is waited for", async () => {
    const { seen } = watching(5000);
    await vi.advanceTimersByTimeAsync(1000);
    seen.bytes = 1;
    seen.isSettled = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.endedAtMs).toBe(1275);
  });

  it("is over at its deadline, whatever is missing", async () => {
    const { seen } = watching(1010);
    await vi.advanceTimersByTimeAsync(2000);
    expect(seen.endedAtMs).toBe(1010);
  });

  it("waits on for what may lie unread when this thread stood still at the deadline", async () => {
    const { seen } = watching(1000);
    await vi.advanceTimersByTimeAsync(500);
    seen.jumpMs = 800;
    await vi.advanceTimersByTimeAsync(2000);
    expect(seen.endedAtMs).toBe(1325 + 250);
  });

  it("waits no more once it is stopped", async () => {
    const { seen, watch } = watching(1000);
    watch.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect([seen.endedAtMs, vi.getTimerCount()]).toEqual([null, 0]);
  });
});
