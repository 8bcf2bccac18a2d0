import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/mock-server/answer.ts";
import type { MessageFault } from "../../../src/mock-server/fault-plan.ts";
import { MockConnection } from "../../../src/mock-server/mock-connection.ts";
import type { MockContext } from "../../../src/mock-server/mock-context.ts";
import {
  defaultMockOptions,
  defaultSessions,
  type MockOptions,
  type SessionOptions,
} from "../../../src/mock-server/mock-options.ts";
import { SessionStore } from "../../../src/mock-server/session-store.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { ListedFaults, MemoryWire, mockContext } from "../../support/memory-wire.ts";

function setUp(options: Partial<MockOptions> = {}, faults: readonly MessageFault[] = []) {
  const all = { ...defaultMockOptions, ...options };
  const timers = new ManualTimers();
  const wire = new MemoryWire();
  const context = mockContext(all, new ListedFaults(all, faults), timers);
  const connection = new MockConnection(1, wire, context);
  const receive = (...messages: readonly string[]): void => {
    for (const message of messages) if (!connection.receive(Buffer.from(message), true, timers.nowMs())) return;
    connection.endRead();
  };
  return { timers, books: context.books, wire, connection, receive };
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

  it("releases a held answer when the peer closes", () => {
    const { wire, books, receive, connection } = setUp({}, ["reorder"]);
    receive("a");
    connection.onPeerClosing();
    expect(wire.sent).toEqual(["a"]);
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1, unansweredAtClose: 0 });
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
    const sessions = { ...defaultSessions, ...options };
    const all = { ...defaultMockOptions, latency: { kind: "fixed", ms: 50 } as const, seed: 3, sessions };
    const timers = new ManualTimers();
    const plan = new ListedFaults(all, faults);
    const shared = mockContext(all, plan, timers);
    const { books } = shared;
    const context: MockContext = { ...shared, sessions: new SessionStore<Answer>(sessions, plan, books) };
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
