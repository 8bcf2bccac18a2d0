import { describe, expect, it } from "vitest";
import { AnswerLine } from "../../../src/mock-server/answer-line.ts";
import { FaultPlan, type MessageFault } from "../../../src/mock-server/fault-plan.ts";
import { defaultMockOptions, type MockOptions } from "../../../src/mock-server/mock-options.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { ListedFaults, MemoryWire, mockContext } from "../../support/memory-wire.ts";

class OddLatencies extends FaultPlan {
  override latencyMs(_connection: number, message: number): number {
    return message % 2 === 1 ? 30 : 10;
  }
}

function setUp(
  options: Partial<MockOptions> = {},
  faults: readonly MessageFault[] = [],
  plan: (options: MockOptions) => FaultPlan = (all) => new ListedFaults(all, faults),
) {
  const all = { ...defaultMockOptions, ...options };
  const timers = new ManualTimers();
  const wire = new MemoryWire();
  const context = mockContext(all, plan(all), timers);
  const line: AnswerLine = new AnswerLine(1, wire, context, {
    wake(nowMs) {
      line.sendDue(nowMs);
      wire.flush();
    },
  });
  let count = 0;
  const answer = (...messages: readonly string[]): void => {
    for (const message of messages) {
      const fault = context.plan.messageFault(1, ++count);
      if (fault !== "drop") line.answer(1, Buffer.from(message), true, count, fault, timers.nowMs());
    }
    wire.flush();
  };
  return { timers, wire, line, answer, books: context.books };
}

describe("AnswerLine", () => {
  it("lets a reordered answer leave right after the next one", () => {
    const { wire, books, answer } = setUp({}, ["reorder"]);
    answer("a");
    expect(wire.sent).toEqual([]);
    answer("b", "c");
    expect(wire.sent).toEqual(["b", "a", "c"]);
    expect(books).toMatchObject({ reordered: 1, reorderMissed: 0 });
  });

  it("holds one answer at a time: of two in a row, the second lets the first go", () => {
    const { wire, books, answer } = setUp({}, ["reorder", "reorder", "reorder", "reorder"]);
    answer("a", "b", "c", "d");
    expect(wire.sent).toEqual(["b", "a", "d", "c"]);
    expect(books.reordered).toBe(2);
  });

  it("does not count as reordered what only a corrupt or a dropped one overtook", () => {
    const { wire, books, answer, timers } = setUp({}, ["reorder", "corrupt", "drop"]);
    answer("a", "bb", "c");
    expect(wire.sent).toHaveLength(1);
    timers.advanceTo(50);
    expect(wire.sent[1]).toBe("a");
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1, corrupted: 1 });
  });

  it("releases a held answer after 50 ms of silence, in order and uncounted", () => {
    const { wire, books, answer, timers } = setUp({}, ["none", "reorder"]);
    answer("a", "b");
    timers.advanceTo(49.9);
    expect(wire.sent).toEqual(["a"]);
    timers.advanceTo(50);
    expect(wire.sent).toEqual(["a", "b"]);
    expect(books).toMatchObject({ reordered: 0, reorderMissed: 1 });
  });

  it("answers no earlier than the latency says, in the order of the messages", () => {
    const { wire, answer, timers, books } = setUp(
      { latency: { kind: "fixed", ms: 1 } },
      [],
      (options) => new OddLatencies(options),
    );
    answer("a", "b");
    timers.advanceTo(5);
    answer("c");
    timers.advanceTo(29.9);
    expect(wire.sent).toEqual([]);
    timers.advanceTo(30);
    expect(wire.sent).toEqual(["a", "b"]);
    timers.advanceTo(35);
    expect(wire.sent).toEqual(["a", "b", "c"]);
    expect(books).toMatchObject({ delayedAnswers: 3, answerDelaySumUs: 90_000, answerDelayMaxUs: 30_000 });
  });

  it("holds answers back during a stall and sends them at its end", () => {
    const { wire, answer, timers, books } = setUp({ stall: { durationMs: 200, everyMs: 1000 } });
    timers.advanceTo(999);
    answer("before");
    timers.advanceTo(1001);
    answer("during");
    timers.advanceTo(1199.9);
    expect(wire.sent).toEqual(["before"]);
    timers.advanceTo(1200);
    expect(wire.sent).toEqual(["before", "during"]);
    expect(books.stalledAnswers).toBe(1);
  });

  it("keeps messages behind a stalled one in order", () => {
    const { wire, answer, timers } = setUp({ stall: { durationMs: 200, everyMs: 1000 } });
    timers.advanceTo(1100);
    answer("a");
    timers.advanceTo(1150);
    answer("b");
    timers.advanceTo(1200);
    expect(wire.sent).toEqual(["a", "b"]);
  });

  it("counts and weighs what waits, and sends it in order before its time when asked", () => {
    const { wire, line, answer } = setUp({ latency: { kind: "fixed", ms: 10 } });
    answer("aa", "b");
    expect([line.length, line.pendingBytes]).toEqual([2, 3]);
    line.sendAll(5);
    expect(wire.sent).toEqual(["aa", "b"]);
    expect([line.length, line.pendingBytes]).toEqual([0, 0]);
  });

  it("sends nothing while the peer does not read, and all that has become due once it does", () => {
    const { wire, line, answer, timers } = setUp({ latency: { kind: "fixed", ms: 10 } });
    answer("a");
    timers.advanceTo(5);
    answer("b");
    wire.isWritable = false;
    timers.advanceTo(12);
    expect(line.sendDue(12)).toBe(false);
    wire.isWritable = true;
    expect(line.sendDue(12)).toBe(true);
    wire.flush();
    expect(wire.sent).toEqual(["a"]);
    timers.advanceTo(15);
    expect(wire.sent).toEqual(["a", "b"]);
  });

  it("lets the last word of a stream leave behind everything, and counts it as no answer", () => {
    const { wire, line, answer, timers, books } = setUp({ latency: { kind: "fixed", ms: 10 } }, ["none", "reorder"]);
    answer("a", "b");
    line.answerEnd(Buffer.from("end"), 0);
    expect(line.length).toBe(2);
    timers.advanceTo(10);
    expect(wire.sent).toEqual(["a", "b", "end"]);
    expect(books).toMatchObject({ messagesOut: 2, reorderMissed: 1 });
  });

  it("gives what is unsent in order, the held one first and without its fault, and forgets it", () => {
    const { line, answer, timers, books } = setUp({ latency: { kind: "fixed", ms: 10 } }, ["reorder", "duplicate"]);
    answer("a");
    timers.advanceTo(10);
    answer("b");
    expect(line.takeUnsent()).toMatchObject([
      { payload: Buffer.from("a"), fault: "none" },
      { payload: Buffer.from("b"), fault: "duplicate" },
    ]);
    expect(line.length).toBe(0);
    expect(books.reorderMissed).toBe(1);
  });

  it("harms a copy where the bytes are those of others too", () => {
    const shared = Buffer.from("xx");
    const { wire, line } = setUp({ mode: "broadcast" });
    line.answer(1, shared, true, 1, "corrupt", 0);
    wire.flush();
    expect(wire.sent[0]).not.toBe("xx");
    expect(shared.toString()).toBe("xx");
  });
});
