import { describe, expect, it, vi } from "vitest";
import type { WorkerCommand, WorkerEvent, WorkerNotes } from "../../../src/engine/worker-messages.ts";
import { runShare } from "../../../src/engine/worker/run-share.ts";
import { allocateWorkerCells, control, counter, stopRequest } from "../../../src/measure/worker-cells.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { MemoryTarget } from "../../support/memory-target.ts";

/** The share of one worker that has it all: 4 connections, 100 messages a second for 2 s unless the plan says otherwise. */
class OneShare {
  readonly target = new MemoryTarget();
  readonly events: WorkerEvent[] = [];
  readonly cells;
  readonly ended: Promise<void>;
  /** How far the clock is ahead of the timers: each standstill adds to it. */
  #stoodStillMs = 0;
  isClosed = false;
  #obey: (command: WorkerCommand) => void = () => undefined;

  constructor(changes: Partial<Plan> = {}, phases = [aPhasePlan({ durationMs: 2000 })]) {
    const plan = aPlan({ workers: 1, segments: [{ connections: 4, phases }], ...changes });
    this.cells = allocateWorkerCells(plan.segments.flatMap((segment) => segment.phases).length);
    const link = {
      tell: (event: WorkerEvent) => void this.events.push(structuredClone(event)),
      onCommand: (obey: (command: WorkerCommand) => void) => void (this.#obey = obey),
      close: () => void (this.isClosed = true),
    };
    const surroundings = { nowMs: () => this.nowMs(), makeOpener: () => this.target.open, link };
    this.ended = runShare(
      { plan, workerIndex: 0, cells: this.cells.memory, runStartMs: performance.now() },
      surroundings,
    );
  }

  nowMs(): number {
    return performance.now() + this.#stoodStillMs;
  }

  /** The clock goes on, and no timer fires. */
  standStill(ms: number): void {
    this.#stoodStillMs += ms;
  }

  tell(command: WorkerCommand): void {
    this.#obey(command);
  }

  /** Gives the order, and lets so much time pass. */
  async after(command: WorkerCommand, ms: number): Promise<void> {
    this.tell(command);
    await vi.advanceTimersByTimeAsync(ms);
  }

  async connected(): Promise<void> {
    await this.after({ kind: "connect", segment: 0 }, 100);
  }

  /** Connects, and lets the load run for so long. */
  async loading(ms: number): Promise<void> {
    await this.connected();
    await this.after({ kind: "startLoad", segment: 0, atMs: performance.now(), firstInterval: 0 }, ms);
  }

  kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind).filter((kind) => kind !== "notes");
  }

  last<Kind extends WorkerEvent["kind"]>(kind: Kind): Extract<WorkerEvent, { kind: Kind }> | undefined {
    return this.events.findLast((event): event is Extract<WorkerEvent, { kind: Kind }> => event.kind === kind);
  }

  notes(): WorkerNotes {
    return this.last("notes")!.notes;
  }

  count(which: number, phase = 0): number {
    return this.cells.phases[phase]!.counts[which]!;
  }

  stop(): void {
    this.cells.control[control.stop] = stopRequest.stopSending;
  }
}

describe("a worker's share", () => {
  useFakeTime();

  it("obeys step by step, and leaves no socket and no timer behind", async () => {
    const share = new OneShare();
    await share.loading(2200);
    await share.after({ kind: "drain", untilMs: performance.now() + 5000 }, 400);
    await share.after({ kind: "finish" }, 10);
    await share.ended;
    expect(share.kinds()).toEqual(["started", "connected", "loadEnded", "drained"]);
    expect(share.last("connected")).toMatchObject({ ready: 4, wanted: 4 });
    expect(share.last("drained")?.outstanding).toBe(0);
    expect([counter.sent, counter.delivered].map((which) => share.count(which))).toEqual([200, 200]);
    expect(share.isClosed).toBe(true);
    expect(share.target.transports.every(({ isOver }) => isOver)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits in a drain for what is missing, and for late copies when nothing is", async () => {
    const share = new OneShare();
    share.target.answerAfterMs = 700;
    await share.loading(2010);
    await share.after({ kind: "drain", untilMs: performance.now() + 5000 }, 650);
    expect(share.count(counter.delivered)).toBeLessThan(200);
    expect(share.last("drained")).toBe(undefined);
    await vi.advanceTimersByTimeAsync(280);
    expect(share.count(counter.delivered)).toBe(200);
    expect(share.last("drained")).toBe(undefined);
    await vi.advanceTimersByTimeAsync(60);
    expect(share.last("drained")?.outstanding).toBe(0);
    expect(share.count(counter.late)).toBeGreaterThan(0);
  });

  it("gives up at the end of a drain what never came, and tells in which second it was due", async () => {
    const share = new OneShare();
    share.target.copiesOf = (number) => (number % 10 === 0 ? 0 : 1);
    await share.loading(2200);
    const untilMs = performance.now() + 3000;
    await share.after({ kind: "drain", untilMs }, 2990);
    expect(share.last("drained")).toBe(undefined);
    await vi.advanceTimersByTimeAsync(10);
    expect(share.last("drained")?.outstanding).toBe(20);
    expect(share.count(counter.lostMissing)).toBe(20);
    expect([...share.notes().lost]).toEqual([
      [0, 10],
      [1, 10],
    ]);
    const order = share.events.map(({ kind }) => kind);
    expect(order.lastIndexOf("notes")).toBeLessThan(order.lastIndexOf("drained"));
  });

  it.each([
    { drainMs: 500, mostMs: 2000 },
    { drainMs: 4000, mostMs: 4000 },
    { drainMs: 20_000, mostMs: 10_000 },
  ])("ends a drain of $drainMs ms $mostMs ms late at most, however often it stands still", async (lengths) => {
    const share = new OneShare();
    share.target.copiesOf = (number) => (number % 10 === 0 ? 0 : 1);
    await share.loading(2200);
    const untilMs = share.nowMs() + lengths.drainMs;
    share.tell({ kind: "drain", untilMs });
    let looks = 0;
    while (share.last("drained") === undefined && looks < 1000) {
      share.standStill(60);
      await vi.advanceTimersByTimeAsync(25);
      looks += 1;
    }
    const lateMs = share.nowMs() - untilMs;
    expect(lateMs).toBeGreaterThan(lengths.mostMs);
    // The last standstill still gets the 250 ms in which what came is read.
    expect(lateMs).toBeLessThan(lengths.mostMs + 500);
    expect(share.last("drained")?.outstanding).toBe(20);
    expect([counter.lostMissing, counter.lostClosed].map((which) => share.count(which))).toEqual([20, 0]);
  });

  it("sends nothing when the order to stop overtakes the order to start", async () => {
    const share = new OneShare();
    await share.connected();
    share.stop();
    const atMs = performance.now() + 20;
    await share.after({ kind: "startLoad", segment: 0, atMs, firstInterval: 0 }, 3000);
    expect(share.last("loadEnded")).toEqual({ kind: "loadEnded", endedMs: atMs });
    expect(share.count(counter.sent)).toBe(0);
  });

  it("ends its load early when told to look at the stop request, and never without one", async () => {
    const share = new OneShare();
    await share.loading(500);
    await share.after({ kind: "lookAtStop" }, 10);
    expect(share.last("loadEnded")).toBe(undefined);
    share.stop();
    await share.after({ kind: "lookAtStop" }, 0);
    expect(share.last("loadEnded")).toBeDefined();
    const sent = share.count(counter.sent);
    await vi.advanceTimersByTimeAsync(2000);
    expect(share.count(counter.sent)).toBe(sent);
    expect(share.count(counter.offered)).toBe(sent);
  });

  it("says at once how many are ready when it is stopped while connecting", async () => {
    const plan = aPlan();
    const share = new OneShare({ connect: { ...plan.connect, ratePerSecond: 10 } });
    await share.after({ kind: "connect", segment: 0 }, 120);
    share.stop();
    await share.after({ kind: "lookAtStop" }, 0);
    expect(share.last("connected")).toMatchObject({ ready: 2, wanted: 4 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(share.target.transports).toHaveLength(2);
  });

  it("tells notes once a second when there is something new, and not otherwise", async () => {
    const share = new OneShare();
    await share.loading(1);
    const before = share.events.length;
    await vi.advanceTimersByTimeAsync(1500);
    expect(share.events.length).toBe(before);
    share.target.transports[0]!.end({ opened: true, closeCode: 1011, closeReason: "", failure: undefined });
    expect(share.events.length).toBe(before);
    await vi.advanceTimersByTimeAsync(1000);
    expect(share.notes().closeCodesByPhase[0]).toEqual({ 1011: 1 });
  });

  it("tells notes each second where connections come back, as a breaker closes without anything to note", async () => {
    const reconnect = {
      baseMs: 100,
      maxMs: 1000,
      maxAttempts: null,
      bufferMessages: null,
      breaker: null,
      resume: null,
    };
    const share = new OneShare({ connect: { ...aPlan().connect, reconnect } });
    await share.loading(500);
    const before = share.events.filter(({ kind }) => kind === "notes").length;
    await vi.advanceTimersByTimeAsync(3000);
    expect(share.events.filter(({ kind }) => kind === "notes").length).toBeGreaterThanOrEqual(before + 3);
    await share.after({ kind: "finish" }, 2000);
  });

  it("closes and settles everything when it is finished in the middle of its load", async () => {
    const share = new OneShare();
    share.target.copiesOf = () => 0;
    await share.loading(505);
    await share.after({ kind: "finish" }, 0);
    await share.ended;
    const lost = share.count(counter.lostMissing) + share.count(counter.lostClosed);
    expect(share.count(counter.sent)).toBeGreaterThan(0);
    expect(lost).toBe(share.count(counter.sent));
    expect([...share.notes().lost.values()]).toEqual([lost]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("counts oneway as accepted what has left its buffers by the end of the drain", async () => {
    const share = new OneShare({ mode: "oneway" });
    share.target.copiesOf = () => 0;
    await share.loading(2200);
    share.target.transports[0]!.bufferedBytes = 250;
    await share.after({ kind: "drain", untilMs: performance.now() + 1000 }, 990);
    expect(share.last("drained")).toBe(undefined);
    await vi.advanceTimersByTimeAsync(20);
    expect(share.count(counter.bytesSent)).toBe(20_000);
    expect(share.count(counter.bytesAccepted)).toBe(19_750);
    expect(share.last("drained")?.outstanding).toBe(0);
  });

  it("keeps the connections of one segment for the next, and opens what that has more", async () => {
    const phase = aPhasePlan({ durationMs: 1000 });
    const share = new OneShare({
      segments: [
        { connections: 2, phases: [phase] },
        { connections: 5, phases: [phase] },
      ],
    });
    await share.loading(1200);
    await share.after({ kind: "connect", segment: 1 }, 50);
    await share.after({ kind: "startLoad", segment: 1, atMs: performance.now(), firstInterval: 1 }, 1200);
    expect(share.last("connected")).toMatchObject({ ready: 5, wanted: 5 });
    expect([0, 1].map((index) => share.count(counter.attempted, index))).toEqual([2, 3]);
    expect([0, 1].map((index) => share.count(counter.sent, index))).toEqual([100, 100]);
  });

  it("ends with the error when obeying fails, so that the main side can tell it", async () => {
    const share = new OneShare();
    const ended = expect(share.ended).rejects.toThrow(TypeError);
    await share.after({ kind: "connect", segment: 7 }, 10);
    await ended;
    expect(share.isClosed).toBe(false);
  });
});
