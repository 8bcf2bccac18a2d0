import { StreamMessages } from "../../../src/mock-server/stream-message.ts";
import { describe, expect, it } from "vitest";
import { FaultPlan, type MessageFault } from "../../../src/mock-server/fault-plan.ts";
import { LeakedMemory } from "../../../src/mock-server/leaked-memory.ts";
import { MockBooks } from "../../../src/mock-server/mock-books.ts";
import {
  MockConnection,
  type Answer,
  type AnswerWire,
  type MockContext,
} from "../../../src/mock-server/mock-connection.ts";
import {
  defaultMockOptions,
  defaultSessions,
  type MockOptions,
  type SessionOptions,
} from "../../../src/mock-server/mock-options.ts";
import type { RoomBurst } from "../../../src/mock-server/rooms.ts";
import { SessionStore } from "../../../src/mock-server/session-store.ts";
import { WakeUps } from "../../../src/mock-server/wake-ups.ts";
import { ManualTimers } from "../../support/manual-timers.ts";

class MemoryWire implements AnswerWire {
  isWritable = true;
  bufferedBytes = 0;
  isReading = true;
  isCut = false;
  refusedWith: number | null = null;
  /** Flushed messages in order. */
  readonly sent: string[] = [];
  #burst: string[] = [];

  sendMessage(payload: Uint8Array): void {
    this.#burst.push(Buffer.from(payload).toString());
  }

  flush(): void {
    this.sent.push(...this.#burst);
    this.#burst = [];
  }

  sendFramed({ messages }: RoomBurst): void {
    this.sent.push(...messages.map(({ payload }) => payload.toString()));
  }

  cut(): void {
    this.isCut = true;
  }

  refuse(code: number): void {
    this.refusedWith = code;
  }

  setReading(isReading: boolean): void {
    this.isReading = isReading;
  }
}

/** The faults of a test in the order of its messages; `none` behind the end. */
class ListedFaults extends FaultPlan {
  readonly #faults: readonly MessageFault[];

  constructor(options: MockOptions, faults: readonly MessageFault[]) {
    super(options);
    this.#faults = faults;
  }

  override messageFault(_connection: number, message: number): MessageFault {
    return this.#faults[message - 1] ?? "none";
  }
}

class OddLatencies extends FaultPlan {
  override latencyMs(_connection: number, message: number): number {
    return message % 2 === 1 ? 30 : 10;
  }
}

function setUp(
  options: Partial<MockOptions> = {},
  faults: readonly MessageFault[] = [],
  plan?: (options: MockOptions) => FaultPlan,
) {
  const all = { ...defaultMockOptions, ...options };
  const timers = new ManualTimers();
  const books = new MockBooks();
  const wire = new MemoryWire();
  const connection = new MockConnection(1, wire, {
    options: all,
    plan: plan?.(all) ?? new ListedFaults(all, faults),
    books,
    leaked: new LeakedMemory(),
    wakeUps: new WakeUps(timers),
    streamMaker: new StreamMessages(128),
    queuedStreams: new Set(),
    clockOriginMs: 0,
    startedMs: 0,
  });
  const receive = (...messages: readonly string[]): void => {
    for (const message of messages) if (!connection.receive(Buffer.from(message), true, timers.nowMs())) return;
    connection.endRead();
  };
  return { timers, books, wire, connection, receive };
}

describe("MockConnection", () => {
  it("answers each message at once when nothing is planned", () => {
    const { wire, books, receive } = setUp();
    receive("a", "b", "c");
    expect(wire.sent).toEqual(["a", "b", "c"]);
    expect(books).toMatchObject({ messagesIn: 3, messagesOut: 3, payloadBytesIn: 3, payloadBytesOut: 3 });
  });

  it("takes in and never answers as a sink", () => {
    const { wire, books, receive } = setUp({ mode: "sink" }, ["drop", "duplicate"]);
    receive("a", "b", "c");
    expect(wire.sent).toEqual([]);
    expect(books).toMatchObject({ messagesIn: 3, messagesOut: 0, dropped: 0, duplicated: 0 });
  });

  it("closes a connection that sends too fast with 1008, once what it may send is answered", () => {
    const { wire, books, timers, receive } = setUp({ maxRatePerSecond: 2 });
    receive("a", "b");
    timers.advanceTo(1000);
    receive("c", "d");
    expect(wire.refusedWith).toBeNull();
    receive("e", "f");
    expect(wire.sent).toEqual(["a", "b", "c", "d"]);
    expect(wire.refusedWith).toBe(1008);
    expect(books).toMatchObject({
      messagesIn: 5,
      messagesOut: 4,
      connectionsRateLimited: 1,
      unansweredAtDisconnect: 1,
    });
  });

  it("drops, duplicates and corrupts as planned and counts each", () => {
    const { wire, books, receive } = setUp({}, ["drop", "duplicate", "corrupt"]);
    receive("aa", "bb", "cc", "dd");
    expect(wire.sent.slice(0, 2)).toEqual(["bb", "bb"]);
    expect(wire.sent[2]).toMatch(/^(c[abd-z]|[abd-z]c)$/);
    expect(wire.sent[3]).toBe("dd");
    expect(books).toMatchObject({ dropped: 1, duplicated: 1, corrupted: 1, messagesIn: 4, messagesOut: 4 });
  });

  it("lets a reordered answer leave right after the next one", () => {
    const { wire, books, receive } = setUp({}, ["reorder"]);
    receive("a");
    expect(wire.sent).toEqual([]);
    receive("b", "c");
    expect(wire.sent).toEqual(["b", "a", "c"]);
    expect(books).toMatchObject({ reordered: 1, reorderMissed: 0 });
  });

  it("holds one answer at a time: of two in a row, the second lets the first go", () => {
    const { wire, books, receive } = setUp({}, ["reorder", "reorder", "reorder", "reorder"]);
    receive("a", "b", "c", "d");
    expect(wire.sent).toEqual(["b", "a", "d", "c"]);
    expect(books.reordered).toBe(2);
  });

  it("does not count as reordered what only a corrupt or a dropped one overtook", () => {
    const { wire, books, receive, timers } = setUp({}, ["reorder", "corrupt", "drop"]);
    receive("a", "bb", "c");
    expect(wire.sent).toHaveLength(1);
    timers.advanceTo(50);
    expect(wire.sent[1]).toBe("a");
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1, corrupted: 1, dropped: 1 });
  });

  it("releases a held answer after 50 ms of silence, in order and uncounted", () => {
    const { wire, books, receive, timers } = setUp({}, ["none", "reorder"]);
    receive("a", "b");
    timers.advanceTo(49.9);
    expect(wire.sent).toEqual(["a"]);
    timers.advanceTo(50);
    expect(wire.sent).toEqual(["a", "b"]);
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1 });
  });

  it("releases a held answer when the peer closes", () => {
    const { wire, books, receive, connection } = setUp({}, ["reorder"]);
    receive("a");
    connection.onPeerClosing();
    expect(wire.sent).toEqual(["a"]);
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1, unansweredAtClose: 0 });
  });

  it("answers no earlier than the latency says, in the order of the messages", () => {
    const { wire, receive, timers, books } = setUp(
      { latency: { kind: "fixed", ms: 1 } },
      [],
      (options) => new OddLatencies(options),
    );
    receive("a", "b");
    timers.advanceTo(5);
    receive("c");
    timers.advanceTo(29.9);
    expect(wire.sent).toEqual([]);
    timers.advanceTo(30);
    expect(wire.sent).toEqual(["a", "b"]);
    timers.advanceTo(35);
    expect(wire.sent).toEqual(["a", "b", "c"]);
    expect(books).toMatchObject({ delayedAnswers: 3, answerDelaySumUs: 90_000, answerDelayMaxUs: 30_000 });
  });

  it("holds answers back during a stall and sends them at its end", () => {
    const { wire, receive, timers, books } = setUp({ stall: { durationMs: 200, everyMs: 1000 } });
    timers.advanceTo(999);
    receive("before");
    timers.advanceTo(1001);
    receive("during");
    timers.advanceTo(1199.9);
    expect(wire.sent).toEqual(["before"]);
    timers.advanceTo(1200);
    expect(wire.sent).toEqual(["before", "during"]);
    expect(books.stalledAnswers).toBe(1);
  });

  it("keeps messages behind a stalled one in order", () => {
    const { wire, receive, timers } = setUp({ stall: { durationMs: 200, everyMs: 1000 } });
    timers.advanceTo(1100);
    receive("a");
    timers.advanceTo(1150);
    receive("b");
    timers.advanceTo(1200);
    expect(wire.sent).toEqual(["a", "b"]);
  });

  it("is cut upon a message that is never answered, and counts what was waiting", () => {
    const { wire, books, receive, timers } = setUp({ latency: { kind: "fixed", ms: 10 } }, [
      "none",
      "none",
      "disconnect",
    ]);
    receive("a", "b", "c", "never read");
    expect(wire.isCut).toBe(true);
    timers.advanceTo(100);
    expect(wire.sent).toEqual([]);
    expect(books).toMatchObject({ connectionsCut: 1, messagesIn: 3, unansweredAtDisconnect: 3 });
  });

  it("is cut after so many messages, the last of them answered", () => {
    const { wire, books, receive } = setUp({ disconnectAfterMessages: 2 });
    receive("a", "b", "c");
    expect(wire.isCut).toBe(true);
    expect(wire.sent).toEqual(["a", "b"]);
    expect(books).toMatchObject({ connectionsCut: 1, messagesIn: 2, unansweredAtDisconnect: 0 });
  });

  it("stops reading while the peer does not read, and keeps its answers", () => {
    const { wire, receive, timers, connection } = setUp({ latency: { kind: "fixed", ms: 10 } });
    receive("a");
    wire.isWritable = false;
    connection.updateReading();
    expect(wire.isReading).toBe(false);
    timers.advanceTo(100);
    expect(wire.sent).toEqual([]);
    wire.isWritable = true;
    connection.onWritable();
    expect(wire.sent).toEqual(["a"]);
    expect(wire.isReading).toBe(true);
  });

  it("stops reading when more than 16 MiB wait for their time", () => {
    const { wire, receive, timers } = setUp({ latency: { kind: "fixed", ms: 10 } });
    const large = "x".repeat(1024 * 1024);
    for (let index = 0; index < 16; index++) receive(large);
    expect(wire.isReading).toBe(true);
    receive("y");
    expect(wire.isReading).toBe(false);
    timers.advanceTo(10);
    expect(wire.isReading).toBe(true);
    expect(wire.sent).toHaveLength(17);
  });

  it("flushes what is pending when asked, before its time", () => {
    const { wire, receive, connection, books } = setUp({ latency: { kind: "fixed", ms: 10 } }, ["none", "reorder"]);
    receive("a", "b");
    expect(connection.pendingAnswers).toBe(2);
    expect(connection.flushPending()).toBe(2);
    expect(wire.sent).toEqual(["a", "b"]);
    expect(connection.end()).toBe(0);
    expect(books.unansweredAtClose).toBe(0);
  });

  it("counts what it could not answer when the peer leaves", () => {
    const { receive, connection, books } = setUp({ latency: { kind: "fixed", ms: 10 } });
    receive("a", "b");
    expect(connection.end()).toBe(2);
    expect(books.unansweredAtClose).toBe(2);
  });

  it("keeps the leaked bytes of every message", () => {
    const { receive, books } = setUp({ leakBytesPerMessage: 1024 });
    receive("a", "b", "c");
    expect(books.leakedBytes).toBe(3072);
  });
});

describe("MockConnection with sessions", () => {
  /** Two connections of one server, the first with answers under way. */
  function setUpTwo(options: Partial<SessionOptions> = {}, faults: readonly MessageFault[] = []) {
    const all = { ...defaultMockOptions, latency: { kind: "fixed", ms: 50 } as const, seed: 3 };
    const sessions = { ...defaultSessions, ...options };
    const timers = new ManualTimers();
    const books = new MockBooks();
    const plan = new ListedFaults({ ...all, sessions }, faults);
    const context: MockContext = {
      ...{ options: { ...all, sessions }, plan, books, leaked: new LeakedMemory(), wakeUps: new WakeUps(timers) },
      sessions: new SessionStore<Answer>(sessions, plan, books),
      ...{ streamMaker: new StreamMessages(128), queuedStreams: new Set(), clockOriginMs: 0, startedMs: 0 },
    };
    const open = (number: number) => {
      const wire = new MemoryWire();
      const connection = new MockConnection(number, wire, context);
      connection.opened();
      const [hello = ""] = wire.sent.splice(0);
      const receive = (...messages: readonly string[]): void => {
        for (const message of messages) connection.receive(Buffer.from(message), true, timers.nowMs());
        connection.endRead();
      };
      return { wire, connection, receive, token: (JSON.parse(hello) as { readonly session: string }).session };
    };
    const first = open(1);
    first.receive("a", "b", "c");
    return { timers, books, first, second: open(2) };
  }
  const asks = (token: string) => `{"type":"resume","session":"${token}"}`;

  it("sends on another connection what a lost one had to answer, in order, and counts it there", () => {
    const { books, first, second } = setUpTwo();
    first.connection.end();
    second.receive(asks(first.token), "d");
    expect(second.wire.sent).toEqual([`{"type":"resumed","session":"${first.token}","kept":3}`, "a", "b", "c"]);
    expect(books).toMatchObject({ messagesIn: 4, messagesOut: 3, answersKept: 3, keptSent: 3, unansweredAtClose: 0 });
    expect(books).toMatchObject({ sessionsOpened: 2, sessionsResumed: 1, sessionsEnded: 1 });
  });

  it("answers nothing of a session that its client has closed in order", () => {
    const { books, first, second } = setUpTwo();
    first.connection.onPeerClosing();
    second.receive(asks(first.token));
    expect(second.wire.sent).toEqual([`{"type":"not-resumed","session":"${first.token}"}`]);
    expect(books).toMatchObject({ unansweredAtClose: 3, answersKept: 0, sessionsRefused: 1, sessionsEnded: 1 });
  });

  it("lets a session be taken over from a connection that is open still", () => {
    const { books, first, second } = setUpTwo();
    second.receive(asks(first.token));
    expect(first.wire.isCut).toBe(true);
    expect(second.wire.sent.slice(1)).toEqual(["a", "b", "c"]);
    expect(books).toMatchObject({ connectionsCut: 1, unansweredAtDisconnect: 0, keptSent: 3 });
  });

  it("sends one that was held out of turn first, which nothing overtakes any more", () => {
    const { timers, books, first, second } = setUpTwo({}, ["none", "none", "reorder"]);
    timers.advanceTo(50);
    first.receive("d");
    expect(first.wire.sent).toEqual(["a", "b"]);
    first.connection.cutOff();
    second.receive(asks(first.token));
    expect(second.wire.sent.slice(1)).toEqual(["c", "d"]);
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1, keptSent: 2 });
  });

  it("sends what was kept a second time where that is planned, but for what was planned otherwise", () => {
    const { books, first, second } = setUpTwo({ repeatRatio: 1 }, ["none", "duplicate"]);
    first.connection.end();
    second.receive(asks(first.token));
    expect(second.wire.sent.slice(1)).toEqual(["a", "a", "b", "b", "c", "c"]);
    expect(books).toMatchObject({ duplicated: 3, keptSent: 3, messagesOut: 6 });
  });
});

describe("LeakedMemory", () => {
  it("keeps exactly what it is given, across the ends of its slabs", () => {
    const leaked = new LeakedMemory();
    expect(leaked.keptBytes).toBe(0);
    leaked.keep(1);
    leaked.keep(3 * 1024 * 1024);
    leaked.keep(1023);
    expect(leaked.keptBytes).toBe(3 * 1024 * 1024 + 1024);
  });
});

describe("MockBooks", () => {
  it("counts open, peak and closed connections", () => {
    const books = new MockBooks();
    expect([books.open(), books.open()]).toEqual([1, 2]);
    books.close();
    expect(books.open()).toBe(3);
    expect(books.snapshot()).toMatchObject({
      connectionsAccepted: 3,
      connectionsOpen: 2,
      connectionsPeak: 2,
      connectionsClosed: 1,
    });
  });

  it("gives protocol errors by kind and in all", () => {
    const books = new MockBooks();
    books.protocolError("invalid-utf8");
    books.protocolError("invalid-utf8");
    books.protocolError("invalid-opcode");
    expect(books.snapshot()).toMatchObject({
      protocolErrors: 3,
      "protocolErrors.invalid-utf8": 2,
      "protocolErrors.invalid-opcode": 1,
    });
  });
});
