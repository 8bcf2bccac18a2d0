import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { counter, histogramStat } from "../../../src/measure/worker-cells.ts";
import type { ConnectPlan, ReconnectPlan, ResumePlan } from "../../../src/plan/plan.ts";
import type { ConnectionEnd } from "../../../src/transport/transport.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import type { MemoryTransport } from "../../support/memory-transport.ts";
import { constantLoad, SendingWorker } from "../../support/sending-worker.ts";

const resume: ResumePlan = {
  session: { kind: "text", before: "session ", after: "" },
  firstMessages: ["resume {{session}}"],
  resumed: { kind: "text", pattern: "resumed", flags: "" },
  refused: { kind: "regex", pattern: "^gone", flags: "" },
};
const reconnect: ReconnectPlan = {
  ...{ baseMs: 1, maxMs: 1, maxAttempts: null, bufferMessages: null, breaker: null },
  resume,
};
const lost: ConnectionEnd = { opened: true, closeCode: 1006, closeReason: "", failure: undefined };
const says = (text: string) => Buffer.from(text);

/** A worker whose first connection has its session named, and has sent some messages of which the first is answered. */
async function interrupted(changes: Partial<ConnectPlan> = {}, sent = 4): Promise<SendingWorker> {
  const worker = new SendingWorker({ connections: 1, connect: { reconnect, ...changes } });
  const opened = worker.connections.openUpTo(1);
  await vi.advanceTimersByTimeAsync(5);
  worker.transports[0]!.receive(says("session A"));
  if (changes.ready != null) worker.transports[0]!.receive(says("welcome"));
  await opened;
  void worker.start([constantLoad(sent * 100)], 10);
  await vi.advanceTimersByTimeAsync(21);
  worker.transports[0]!.receive(messagesOf(worker.transports[0]!)[0]!);
  worker.transports[0]!.end(lost);
  await vi.advanceTimersByTimeAsync(5);
  return worker;
}

/** Those of the load that were written on it. */
function messagesOf(transport: MemoryTransport): readonly Buffer[] {
  return transport.messages.filter((bytes) => bytes.length === 64);
}

function textsOf(transport: MemoryTransport): readonly string[] {
  return transport.messages.filter((bytes) => bytes.length !== 64).map(String);
}

const sessionCounters = [
  ...[counter.sessionsInterrupted, counter.sessionsResumed, counter.sessionsLost, counter.sessionsUnknown],
  ...[counter.heldAnswered, counter.heldLostResumed, counter.heldLostWithSession],
];
const countsOf = (worker: SendingWorker) => sessionCounters.map((which) => worker.count(which));
const messageCounters = [counter.sent, counter.delivered, counter.lostClosed, counter.lostMissing];
const messageCountsOf = (worker: SendingWorker) => {
  worker.recorder.settleRun();
  return messageCounters.map((which) => worker.count(which));
};

function settle(worker: SendingWorker): void {
  worker.connections.settleSessions();
  worker.recorder.ledger.finish();
}

describe("the session of a connection that was lost", () => {
  useFakeTime();

  it("is asked for in place of the first messages, and what was in flight counts as delivered when it comes", async () => {
    const worker = await interrupted({ firstMessages: ["login"] });
    const [first, second] = worker.transports;
    expect(textsOf(first!)).toEqual(["login"]);
    expect(textsOf(second!)).toEqual(["resume A"]);
    expect(worker.connections.ready).toBe(0);
    const inFlight = messagesOf(first!).slice(1);
    second!.receive(says("resumed"), ...inFlight);
    expect(worker.connections.ready).toBe(1);
    settle(worker);
    expect(countsOf(worker)).toEqual([1, 1, 0, 0, 3, 0, 0]);
    expect(messageCountsOf(worker)).toEqual([4, 4, 0, 0]);
    expect(worker.count(counter.reordered)).toBe(0);
    expect(worker.cells.phases[0]!.latency.stats[histogramStat.max]).toBeGreaterThan(10_000);
  });

  it("is found to have lost what it was resumed for", async () => {
    const worker = await interrupted();
    worker.transports[1]!.receive(says("resumed"), messagesOf(worker.transports[0]!)[2]!);
    expect(messageCountsOf(worker)).toEqual([4, 2, 0, 0]);
    settle(worker);
    expect(countsOf(worker)).toEqual([1, 1, 0, 0, 1, 2, 0]);
    expect(messageCountsOf(worker)).toEqual([4, 2, 2, 0]);
  });

  it("is over when the target says so: what was in flight is lost at once, and the client begins anew", async () => {
    const ready = { kind: "text", pattern: "welcome", flags: "" } as const;
    const worker = await interrupted({ firstMessages: ["login"], ready });
    const second = worker.transports[1]!;
    // The sign of a new client means nothing as long as nothing is said of the session.
    second.receive(says("session B, welcome"));
    expect(worker.connections.ready).toBe(0);
    second.receive(says("gone"));
    expect(textsOf(second)).toEqual(["resume A", "login"]);
    expect([worker.connections.ready, ...countsOf(worker)]).toEqual([0, 1, 0, 1, 0, 0, 0, 3]);
    expect(messageCountsOf(worker)).toEqual([4, 1, 3, 0]);
    second.receive(says("welcome"));
    expect(worker.connections.ready).toBe(1);
    second.end(lost);
    await vi.advanceTimersByTimeAsync(5);
    expect(textsOf(worker.transports[2]!)).toEqual(["resume B"]);
    expect(worker.count(counter.unsolicited)).toBe(0);
  });

  it("is unknown when nothing is said in the time to become ready, and is asked for no more", async () => {
    const worker = await interrupted();
    await vi.advanceTimersByTimeAsync(1200);
    expect(worker.transports[1]!.isOver).toBe(true);
    expect(textsOf(worker.transports[2]!)).toEqual([]);
    expect(worker.connections.ready).toBe(1);
    expect(countsOf(worker)).toEqual([1, 0, 0, 1, 0, 0, 3]);
    expect(messageCountsOf(worker)).toEqual([4, 1, 3, 0]);
  });

  it("is asked for again after an attempt that came to nothing, and given up where a close code speaks of it", async () => {
    const worker = await interrupted();
    worker.transports[1]!.end(lost);
    await vi.advanceTimersByTimeAsync(5);
    worker.transports[2]!.end({ ...lost, closeCode: 1012 });
    await vi.advanceTimersByTimeAsync(5);
    expect(textsOf(worker.transports[3]!)).toEqual(["resume A"]);
    expect(countsOf(worker)).toEqual([1, 0, 0, 0, 0, 0, 0]);
    worker.transports[3]!.end({ ...lost, closeCode: 4404 });
    await vi.advanceTimersByTimeAsync(5);
    expect(textsOf(worker.transports[4]!)).toEqual([]);
    expect(countsOf(worker)).toEqual([1, 0, 1, 0, 0, 0, 3]);
  });

  it("carries over what is not answered yet when it is interrupted again, and counts each message once", async () => {
    const worker = await interrupted();
    const inFlight = messagesOf(worker.transports[0]!).slice(1);
    worker.transports[1]!.receive(says("resumed"), inFlight[0]!);
    worker.transports[1]!.end(lost);
    await vi.advanceTimersByTimeAsync(5);
    worker.transports[2]!.receive(says("resumed"), inFlight[1]!, inFlight[0]!);
    settle(worker);
    expect(countsOf(worker)).toEqual([2, 2, 0, 0, 2, 1, 0]);
    expect(messageCountsOf(worker)).toEqual([4, 3, 1, 0]);
    expect(worker.count(counter.duplicated)).toBe(1);
  });

  it("is lost to the run when the drain ends before it is known, without being decided", async () => {
    const worker = await interrupted();
    settle(worker);
    expect(countsOf(worker)).toEqual([1, 0, 0, 0, 0, 0, 3]);
    worker.transports[1]!.receive(says("resumed"), ...messagesOf(worker.transports[0]!).slice(1));
    expect(countsOf(worker)).toEqual([1, 1, 0, 0, 0, 0, 3]);
    expect(messageCountsOf(worker)).toEqual([4, 1, 3, 0]);
  });

  it("is not asked for where the target has named none: nothing is held open then", async () => {
    const worker = new SendingWorker({ connections: 1, connect: { reconnect } });
    await worker.open();
    void worker.start([constantLoad(400)], 10);
    await vi.advanceTimersByTimeAsync(21);
    worker.transports[0]!.end(lost);
    await vi.advanceTimersByTimeAsync(5);
    expect(worker.connections.ready).toBe(1);
    expect(textsOf(worker.transports[1]!)).toEqual([]);
    expect([worker.count(counter.sessionsUnnamed), ...countsOf(worker)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    expect(messageCountsOf(worker)).toEqual([4, 0, 4, 0]);
  });

  it("is not asked for by a client that left in order", async () => {
    const worker = new SendingWorker({ connections: 1, connect: { reconnect } });
    await worker.open();
    worker.transports[0]!.receive(says("session A"));
    worker.connections.leave(worker.connections.connections[0]!);
    await vi.advanceTimersByTimeAsync(50);
    expect(worker.transports).toHaveLength(2);
    expect(textsOf(worker.transports[1]!)).toEqual([]);
    expect([worker.count(counter.sessionsUnnamed), ...countsOf(worker)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("is given up with its connection after too many attempts", async () => {
    const worker = await interrupted({ reconnect: { ...reconnect, maxAttempts: 2 } });
    for (const number of [1, 2]) {
      worker.transports[number]!.end(lost);
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(worker.count(counter.retriesGivenUp)).toBe(1);
    expect(countsOf(worker)).toEqual([1, 0, 0, 0, 0, 0, 3]);
    expect(messageCountsOf(worker)).toEqual([4, 1, 3, 0]);
  });

  it("gives the places of a closed loop back once, however late the answers come", async () => {
    const worker = new SendingWorker({ connections: 1, connect: { reconnect } });
    await worker.open();
    worker.transports[0]!.receive(says("session A"));
    void worker.start([{ kind: "max", inFlight: 4 }], 5000, 3);
    await vi.advanceTimersByTimeAsync(20);
    const [connection] = worker.connections.connections;
    const inFlight = messagesOf(worker.transports[0]!);
    expect([inFlight.length, connection!.windowUsed]).toEqual([4, 4]);
    worker.transports[0]!.end(lost);
    expect(connection!.windowUsed).toBe(0);
    await vi.advanceTimersByTimeAsync(5);
    worker.transports[1]!.receive(says("resumed"));
    expect([messagesOf(worker.transports[1]!).length, connection!.windowUsed]).toEqual([4, 4]);
    worker.transports[1]!.receive(...inFlight);
    // The old answers free nothing: the four of the new connection are out still.
    expect([messagesOf(worker.transports[1]!).length, connection!.windowUsed]).toEqual([4, 4]);
    worker.transports[1]!.receive(...messagesOf(worker.transports[1]!));
    expect([messagesOf(worker.transports[1]!).length, connection!.windowUsed]).toEqual([8, 4]);
    expect(worker.count(counter.windowTimeouts, 3)).toBe(0);
    expect(worker.count(counter.duplicated, 3)).toBe(0);
  });

  it("is asked for in the name that the target last gave it", async () => {
    const worker = await interrupted();
    worker.transports[1]!.receive(says("resumed, now session B"));
    worker.transports[1]!.end(lost);
    await vi.advanceTimersByTimeAsync(5);
    expect(textsOf(worker.transports[2]!)).toEqual(["resume B"]);
  });
});

const acts = ["send", "answer", "end", "name", "resumed", "gone"] as const;

/** What should become of messages, kept apart from everything that is tested here. */
class Expected {
  readonly worker = new SendingWorker({ connections: 1, connect: { reconnect } });
  readonly sent: Buffer[] = [];
  readonly pending = new Set<Buffer>();
  readonly lost = new Set<Buffer>();
  delivered = 0;
  duplicated = 0;
  isNamed = false;
  isAtStake = false;
  /** In flight at the last interruption, and not answered since. */
  held = new Set<Buffer>();
  heldAnswered = 0;

  async do(act: (typeof acts)[number], which: number): Promise<void> {
    const [connection] = this.worker.connections.connections;
    const transport = this.worker.transports.at(-1)!;
    const isReady = connection!.state === "ready";
    if (act === "send" && isReady) this.#send();
    else if (act === "answer" && this.sent.length > 0) this.#answer(transport, this.sent[which % this.sent.length]!);
    else if (act === "end") {
      transport.end(lost);
      if (isReady) this.#interrupt();
      await vi.advanceTimersByTimeAsync(5);
    } else if (act === "name") {
      transport.receive(says("session A"));
      if (!this.isAtStake) this.isNamed = true;
    } else if (act === "resumed" && this.isAtStake) {
      transport.receive(says("resumed"));
      this.isAtStake = false;
    } else if (act === "gone" && this.isAtStake) {
      transport.receive(says("gone, session B"));
      this.isAtStake = false;
      this.lose();
    }
  }

  lose(): void {
    for (const message of this.pending) this.lost.add(message);
    this.pending.clear();
    this.held.clear();
  }

  #send(): void {
    const { recorder, codec } = this.worker;
    const sequence = recorder.recordSent(0, performance.now(), performance.now(), 0, false);
    const message = Buffer.from(codec.encode(0, sequence).bytes);
    this.sent.push(message);
    this.pending.add(message);
  }

  #answer(transport: MemoryTransport, message: Buffer): void {
    transport.receive(message);
    if (this.pending.delete(message)) this.delivered += 1;
    else if (!this.lost.has(message)) this.duplicated += 1;
    if (this.held.delete(message)) this.heldAnswered += 1;
  }

  #interrupt(): void {
    if (!this.isNamed) {
      this.lose();
      return;
    }
    this.isAtStake = true;
    this.held = new Set(this.pending);
  }
}

describe("sessions and the account of messages", () => {
  useFakeTime();

  it("agree whatever happens in whatever order", async () => {
    const step = fc.tuple(fc.constantFrom(...acts, "send" as const, "answer" as const), fc.nat(50));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const expected = new Expected();
        const { worker } = expected;
        await worker.open();
        for (const [act, which] of steps) await expected.do(act, which);
        const unanswered = expected.held.size;
        expected.lose();
        settle(worker);
        const [sent, delivered, lostClosed, lostMissing] = messageCountsOf(worker);
        expect([sent, delivered]).toEqual([expected.sent.length, expected.delivered]);
        expect(lostClosed! + lostMissing!).toBe(expected.lost.size);
        expect(lostClosed).toBeGreaterThanOrEqual(unanswered);
        expect(worker.count(counter.duplicated)).toBe(expected.duplicated);
        expect(worker.count(counter.heldAnswered)).toBe(expected.heldAnswered);
        expect(worker.recorder.ledger.outstanding).toBe(0);
        await worker.connections.closeAll();
      }),
      { numRuns: 60 },
    );
  });
});
