import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LoadConnection } from "../../../src/engine/worker/load-connection.ts";
import { SlowReaders } from "../../../src/engine/worker/slow-readers.ts";
import type { SlowPlan } from "../../../src/plan/plan.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** Three connections, of which the one in the middle is slow from 1000 ms on; `reads` of each by its local number. */
function setUp(reading: SlowPlan["reading"]) {
  const reads = [true, true, true];
  const connections = reads.map(
    (_, local) =>
      ({
        local,
        transport: { setReading: (isReading: boolean) => (reads[local] = isReading) },
      }) as unknown as LoadConnection,
  );
  const slow = new SlowReaders(reading, Uint8Array.of(0, 1, 0), () => Date.now());
  slow.attach(connections);
  slow.begin(1000);
  const at = (ms: number): boolean => {
    vi.advanceTimersByTime(ms - Date.now());
    return reads[1]!;
  };
  return { slow, reads, at, connections };
}

describe("connections that read slowly", () => {
  it("stop for good, once they have been slow for so long, and read on when the load is over", () => {
    const { slow, reads, at } = setUp({ kind: "stop", afterMs: 500 });
    expect([at(1499), at(1500), at(60_000)]).toEqual([true, false, false]);
    expect(reads).toEqual([true, false, true]);
    expect(slow.firstPausedMs[1]).toBe(1500);
    expect(slow.firstPausedMs[0]).toBeNaN();
    slow.end();
    expect(reads).toEqual([true, true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("pause at intervals", () => {
    const { slow, at } = setUp({ kind: "pause", durationMs: 200, everyMs: 500 });
    expect([999, 1000, 1199, 1200, 1499, 1500, 1700, 2000].map(at)).toEqual([
      ...[true, false, false, true],
      ...[true, false, true, false],
    ]);
    slow.end();
    expect(at(5000)).toBe(true);
  });

  it("read so many bytes a second: what one read brought is waited for", () => {
    const { slow, at, connections } = setUp({ kind: "rate", unit: "bytes", perSecond: 1000 });
    slow.read(connections[1]!, 500, 1);
    expect(at(1000)).toBe(true);
    slow.read(connections[0]!, 5000, 1);
    slow.read(connections[1]!, 300, 1);
    expect([at(1299), at(1300)]).toEqual([false, true]);
    slow.read(connections[1]!, 100, 1);
    slow.read(connections[1]!, 100, 1);
    expect([at(1499), at(1500)]).toEqual([false, true]);
    expect(slow.firstPausedMs[1]).toBe(1000);
  });

  it("read so many messages a second", () => {
    const { slow, at, connections } = setUp({ kind: "rate", unit: "messages", perSecond: 10 });
    at(1000);
    slow.read(connections[1]!, 1_000_000, 3);
    expect([at(1299), at(1300)]).toEqual([false, true]);
  });

  it("are paused again where they were when they are opened anew", () => {
    const { slow, reads, at, connections } = setUp({ kind: "stop", afterMs: 0 });
    at(1001);
    reads[1] = true;
    slow.opened(connections[1]!);
    slow.opened(connections[2]!);
    expect(reads).toEqual([true, false, true]);
  });
});
