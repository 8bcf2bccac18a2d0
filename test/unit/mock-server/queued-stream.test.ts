import { describe, expect, it } from "vitest";
import { FaultPlan } from "../../../src/mock-server/fault-plan.ts";
import { LeakedMemory } from "../../../src/mock-server/leaked-memory.ts";
import { MockBooks } from "../../../src/mock-server/mock-books.ts";
import type { MockContext } from "../../../src/mock-server/mock-context.ts";
import {
  defaultMockOptions,
  defaultStreamQueue,
  type MockOptions,
  type StreamQueueOptions,
} from "../../../src/mock-server/mock-options.ts";
import type { PushWire } from "../../../src/mock-server/push-wire.ts";
import { QueuedStream } from "../../../src/mock-server/queued-stream.ts";
import { mockStreamForm } from "../../../src/mock-server/stream-form.ts";
import { StreamMessages } from "../../../src/mock-server/stream-message.ts";
import { priorities } from "../../../src/mock-server/stream-priorities.ts";
import { WakeUps } from "../../../src/mock-server/wake-ups.ts";
import { ManualTimers } from "../../support/manual-timers.ts";

interface Pushed {
  readonly seq: number;
  readonly priority: string;
  readonly prioritySeq: number;
  readonly sentUs: number;
}

interface Ended {
  readonly last: number;
  readonly state: string;
  readonly blockedUs: number;
  readonly givenUpUs: number;
  readonly [priority: string]: unknown;
}

class QueueWire implements PushWire {
  readonly takesMore = true;
  isBlocked = false;
  readonly pushed: Pushed[] = [];
  end: Ended | null = null;
  isAbandoned = false;
  onAbandoned: () => void = () => undefined;

  push(payload: Buffer): boolean {
    this.pushed.push(JSON.parse(payload.toString()) as Pushed);
    return true;
  }

  pushEnd(payload: Buffer): void {
    this.end = JSON.parse(payload.toString()) as Ended;
  }

  flush(): void {
    return;
  }

  abandon(): void {
    this.isAbandoned = true;
    this.onAbandoned();
  }
}

function setUp(queue: Partial<StreamQueueOptions> = {}, options: Partial<MockOptions> = {}) {
  const streamQueue = { ...defaultStreamQueue, ...queue };
  const all: MockOptions = { ...defaultMockOptions, mode: "push", streamQueue, ...options };
  const timers = new ManualTimers();
  const [books, wire] = [new MockBooks(), new QueueWire()];
  const context: MockContext = {
    options: all,
    plan: new FaultPlan(all),
    books,
    leaked: new LeakedMemory(),
    wakeUps: new WakeUps(timers),
    streamMaker: new StreamMessages(...all.streamSizes.map(({ sizeBytes }) => sizeBytes)),
    queuedStreams: new Set(),
    clockOriginMs: 0,
    startedMs: 0,
  };
  const stream = new QueuedStream(wire, context, 1, streamQueue);
  wire.onAbandoned = () => stream.ended();
  stream.opened();
  stream.heard(Buffer.from(mockStreamForm.subscribe));
  const block = (fromMs: number, untilMs: number): void => {
    timers.advanceTo(fromMs);
    wire.isBlocked = true;
    timers.advanceTo(untilMs);
    wire.isBlocked = false;
    stream.resume(timers.nowMs());
  };
  return { timers, books, wire, stream, context, block };
}

const stop = Buffer.from(mockStreamForm.stop);

/** Of a class: how many the stream's end tells as made and as given up. */
function told(end: Ended | null): readonly (readonly [last: number, givenUp: number])[] {
  return priorities.map((name) => {
    const { last, givenUp } = end![name] as { readonly last: number; readonly givenUp: number };
    return [last, givenUp] as const;
  });
}

describe("a stream with a queue", () => {
  it("sends at once while its peer reads: each message with its class and its number in it", () => {
    const { timers, wire, books } = setUp();
    timers.advanceTo(1000);
    expect(wire.pushed.map(({ seq }) => seq)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    for (const name of priorities) {
      const own = wire.pushed.filter(({ priority }) => priority === name).map(({ prioritySeq }) => prioritySeq);
      expect(own).toEqual(own.map((_, index) => index + 1));
    }
    const made = books.streamPriorities.map((counts) => counts.made);
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(made[3]! > made[2]! && made[2]! > made[1]! && made[1]! > made[0]!).toBe(true);
    expect(books).toMatchObject({ streamQueued: 0, streamQueuePeak: 0, streamsBlocked: 0 });
  });

  it("is the same for the same seed, and another on another connection", () => {
    const classes = (seed: number) => {
      const { timers, wire } = setUp({}, { seed });
      timers.advanceTo(200);
      return wire.pushed.map(({ priority }) => priority).join(" ");
    };
    expect(classes(5)).toBe(classes(5));
    expect(classes(5)).not.toBe(classes(6));
  });

  it("goes on while its peer does not read, keeps as many as its limit, and sends those by their class", () => {
    const { wire, books, block } = setUp({ limit: 50 });
    block(100, 400);
    expect(wire.pushed).toHaveLength(150);
    const waited = wire.pushed.slice(100).map(({ priority }) => priorities.findIndex((name) => name === priority));
    expect(waited).toEqual([...waited].sort((a, b) => a - b));
    // Stamped when they were due, and not when they left.
    expect(wire.pushed.slice(100).every(({ sentUs }) => sentUs < 400_000)).toBe(true);
    const given = books.streamPriorities.reduce((sum, { displaced, rejected }) => sum + displaced + rejected, 0);
    expect(books).toMatchObject({ streamMessages: 400, streamQueuePeak: 50 });
    expect(given).toBe(250);
    expect(books.streamPriorities[1]).toMatchObject({ displaced: 0, rejected: 0 });
    expect(books.streamPriorities[0]).toMatchObject({ displaced: 0, rejected: 0 });
  });

  it("tells at its end, after all that waits, what it made and gave up of each class, and since when", () => {
    const { timers, wire, stream, books, block } = setUp({ limit: 50 });
    block(100, 400);
    wire.isBlocked = true;
    timers.advanceTo(420);
    stream.heard(stop);
    expect(wire.end).toBeNull();
    expect(stream.queued).toBe(20);
    wire.isBlocked = false;
    stream.resume(timers.nowMs());
    expect(stream.queued).toBe(0);
    expect(wire.end).toMatchObject({ last: 420, state: "ok" });
    const [own, counted] = [told(wire.end), books.streamPriorities];
    expect(own).toEqual(counted.map(({ made, displaced, rejected }) => [made, displaced + rejected]));
    expect(own.reduce((sum, [last, givenUp]) => sum + last - givenUp, 0)).toBe(wire.pushed.length);
    expect([wire.end!.blockedUs, wire.end!.givenUpUs].map((us) => Math.floor(us / 5000))).toEqual([20, 30]);
    timers.advanceTo(1000);
    expect(wire.pushed).toHaveLength(170);
  });

  it("says in its end that nothing was given up, by stamps of 0", () => {
    const { timers, wire, stream } = setUp();
    timers.advanceTo(100);
    stream.heard(stop);
    expect(wire.end).toMatchObject({ last: 100, blockedUs: 0, givenUpUs: 0 });
  });

  it("is slow once more than five sends took more than half a second, and stays so", () => {
    const { books, stream, block, wire } = setUp();
    for (let send = 0; send < 5; send += 1) block(send * 1000 + 100, send * 1000 + 700);
    block(5100, 5500);
    expect([books.slowSends, books.streamsSlow, stream.status.state]).toEqual([5, 0, "ok"]);
    block(6100, 6700);
    expect([books.slowSends, books.streamsSlow, stream.status.state]).toEqual([6, 1, "slow"]);
    block(7100, 7700);
    expect([books.slowSends, books.streamsSlow, books.streamsBlocked]).toEqual([7, 1, 0]);
    stream.heard(stop);
    expect(wire.end).toMatchObject({ state: "slow" });
  });

  it("shows its status while it runs", () => {
    const { timers, wire, stream, context, books } = setUp({ limit: 50 });
    timers.advanceTo(100);
    wire.isBlocked = true;
    timers.advanceTo(200);
    expect(stream.status).toMatchObject({ connection: 1, state: "blocked", queued: 50, slowSends: 0 });
    expect(Object.keys(stream.status.givenUp)).toEqual([...priorities]);
    expect(books.streamsBlocked).toBe(1);
    stream.ended();
    expect([books.streamsBlocked, context.queuedStreams.size, stream.queued]).toEqual([0, 0, 0]);
  });

  it("gives a peer up that takes nothing for the time limit, and not a moment sooner", () => {
    const { timers, wire, books } = setUp({ timeoutMs: 2000 });
    timers.advanceTo(100);
    wire.isBlocked = true;
    timers.advanceTo(2090);
    expect(wire.isAbandoned).toBe(false);
    timers.advanceTo(2110);
    expect([wire.isAbandoned, books.sendTimeouts]).toEqual([true, 1]);
  });

  it("ends by itself after so many messages, and begins anew from 1 when asked again", () => {
    const { timers, wire, stream } = setUp({}, { streamMessages: 5 });
    timers.advanceTo(100);
    expect(wire.end).toMatchObject({ last: 5 });
    stream.heard(Buffer.from(mockStreamForm.subscribe));
    timers.advanceTo(200);
    expect(wire.pushed.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    expect(told(wire.end).reduce((sum, [last]) => sum + last, 0)).toBe(5);
  });
});
