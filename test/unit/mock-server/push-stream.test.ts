import { describe, expect, it } from "vitest";
import { FaultPlan } from "../../../src/mock-server/fault-plan.ts";
import { LeakedMemory } from "../../../src/mock-server/leaked-memory.ts";
import { MockBooks } from "../../../src/mock-server/mock-books.ts";
import { defaultMockOptions, type MockOptions } from "../../../src/mock-server/mock-options.ts";
import { PushStream } from "../../../src/mock-server/push-stream.ts";
import type { PushWire } from "../../../src/mock-server/push-wire.ts";
import { mockStreamForm } from "../../../src/mock-server/stream-form.ts";
import { StreamMessages } from "../../../src/mock-server/stream-message.ts";
import { WakeUps } from "../../../src/mock-server/wake-ups.ts";
import { ManualTimers } from "../../support/manual-timers.ts";

class MemoryPushWire implements PushWire {
  takesMore = true;
  readonly isBlocked = false;
  /** Numbers pushed, one list per flush. */
  readonly writes: number[][] = [];
  end: string | null = null;
  isCutAt = Infinity;
  #burst: number[] = [];

  push(payload: Buffer, _isText: boolean, sequence: number): boolean {
    expect(payload.toString()).toContain(`"seq":${sequence},`);
    this.#burst.push(sequence);
    return sequence < this.isCutAt;
  }

  pushEnd(payload: Buffer): void {
    this.end = payload.toString();
  }

  abandon(): void {
    throw new Error("nobody is given up");
  }

  flush(): void {
    if (this.#burst.length > 0) this.writes.push(this.#burst);
    this.#burst = [];
  }
}

function setUp(options: Partial<MockOptions>) {
  const all: MockOptions = { ...defaultMockOptions, mode: "push", ...options };
  const timers = new ManualTimers();
  const books = new MockBooks();
  const wire = new MemoryPushWire();
  const context = {
    options: all,
    plan: new FaultPlan(all),
    books,
    leaked: new LeakedMemory(),
    wakeUps: new WakeUps(timers),
    streamMaker: new StreamMessages(128),
    queuedStreams: new Set<never>(),
    clockOriginMs: 0,
    startedMs: 0,
  };
  const stream = new PushStream(wire, context, 1);
  return { timers, books, wire, stream };
}

const subscribe = Buffer.from(mockStreamForm.subscribe);
const stop = Buffer.from(mockStreamForm.stop);

describe("a pushed stream", () => {
  it("begins with the first message that comes, and counts up from 1 at its rate, many in a write", () => {
    const { timers, wire, stream, books } = setUp({ streamRatePerSecond: 8000 });
    stream.opened();
    timers.advanceTo(100);
    expect(wire.writes).toEqual([]);
    stream.heard(subscribe);
    timers.advanceTo(1100);
    expect(wire.writes.flat()).toEqual(Array.from({ length: 8000 }, (_, index) => index + 1));
    expect(wire.writes.length).toBeLessThanOrEqual(1001);
    expect(books).toMatchObject({ streamMessages: 8000, streamsStarted: 1 });
  });

  it("begins unasked where that is wanted", () => {
    const { timers, wire, stream } = setUp({ streamRatePerSecond: 10, streamStart: "open" });
    stream.opened();
    timers.advanceTo(1000);
    expect(wire.writes.flat()).toHaveLength(10);
  });

  it("asked to stop, tells the number of its last message and makes no more; asked again, begins anew", () => {
    const { timers, wire, stream, books } = setUp({ streamRatePerSecond: 100 });
    stream.heard(subscribe);
    timers.advanceTo(250);
    stream.heard(stop);
    expect(wire.end).toBe('{"end":true,"last":25}');
    timers.advanceTo(1000);
    expect(wire.writes.flat()).toHaveLength(25);
    stream.heard(subscribe);
    timers.advanceTo(1100);
    expect(wire.writes.flat().slice(25)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(books).toMatchObject({ streamsStarted: 2, streamsEnded: 1, streamUnsent: 0 });
  });

  it("ends by itself after so many messages", () => {
    const { timers, wire, stream, books } = setUp({ streamRatePerSecond: 1000, streamMessages: 5 });
    stream.heard(subscribe);
    timers.advanceTo(100);
    expect([wire.writes.flat(), wire.end]).toEqual([[1, 2, 3, 4, 5], '{"end":true,"last":5}']);
    expect(books.streamsEnded).toBe(1);
  });

  it("makes nothing while its peer does not read, catches up when it does, and counts what it could not send", () => {
    const { timers, wire, stream, books } = setUp({ streamRatePerSecond: 1000 });
    stream.heard(subscribe);
    timers.advanceTo(100);
    wire.takesMore = false;
    timers.advanceTo(300);
    expect(wire.writes.flat()).toHaveLength(100);
    wire.takesMore = true;
    stream.resume(timers.nowMs());
    expect(wire.writes.flat()).toHaveLength(300);
    wire.takesMore = false;
    timers.advanceTo(400);
    stream.stop();
    expect(books).toMatchObject({ streamMessages: 300, streamUnsent: 100, streamsEnded: 0 });
  });

  it("pushes as fast as its peer reads with rate max, a quarter of a megabyte at a time", () => {
    const { timers, wire, stream, books } = setUp({ streamRatePerSecond: "max" });
    stream.heard(subscribe);
    timers.advanceTo(1);
    expect(wire.writes.map((write) => write.length)).toEqual([2048, 2048]);
    stream.stop();
    expect(books.streamUnsent).toBe(0);
  });

  it("makes nothing more once its connection was cut", () => {
    const { timers, wire, stream } = setUp({ streamRatePerSecond: 1000 });
    wire.isCutAt = 7;
    stream.heard(subscribe);
    timers.advanceTo(7);
    stream.stop();
    timers.advanceTo(1000);
    wire.flush();
    expect(wire.writes.flat().at(-1)).toBe(7);
  });
});
