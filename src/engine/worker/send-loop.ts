import { counter } from "../../measure/worker-cells.ts";
import { countArrivals, makeArrivals, type Arrivals } from "../../plan/arrivals.ts";
import type { Load, PhasePlan } from "../../plan/plan.ts";
import { isTooLate } from "../../plan/late-policy.ts";
import { ownedArrivals, ownedConnections } from "../../plan/split-plan.ts";
import { Backlog, type BacklogOwner } from "./backlog.ts";
import { ClosedLoop } from "./closed-loop.ts";
import type { SendSide } from "./connection-set.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { PhaseWindow } from "./message-recorder.ts";
import type { SendParts } from "./send-parts.ts";

/** Messages taken from the schedule at a time when a connection gets several of them, to share a write. */
const largestBatch = 4096;
/** ... and when each goes to a connection of its own: about a millisecond of writes. */
const writesPerBatch = 128;
/** Longest time spent sending before answers get their turn. */
const sendSliceMs = 1;
/** How long after the planned end overdue messages may still leave. */
const graceMs = 100;

interface RunningPhase {
  readonly phase: number;
  readonly measured: boolean;
  readonly load: Load;
  readonly startMs: number;
  readonly endMs: number;
  readonly maxMessages: number | null;
  readonly arrivals: Arrivals | null;
  /** Arrivals of all workers; null when only drawing tells. */
  readonly arrivalCount: number | null;
}

/** Sends what is due, when it is due; leaves phases without a schedule to the closed loop. */
export class SendLoop implements SendSide, BacklogOwner {
  readonly #parts: SendParts;
  readonly #backlog: Backlog;
  readonly #closedLoop: ClosedLoop;
  readonly #due = new Float64Array(largestBatch);
  #phases: readonly RunningPhase[] = [];
  #index = 0;
  #totalConnections = 0;
  #ownConnections = 0;
  /** Position in the round over own connections, and how many rounds are behind. */
  #position = 0;
  #round = 0;
  #nextDueMs = Infinity;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #whenEnded: ((endedMs: number) => void) | null = null;

  constructor(parts: SendParts) {
    this.#parts = parts;
    this.#backlog = new Backlog(parts, this);
    this.#closedLoop = new ClosedLoop(parts, (endedMs) => {
      if (this.#isRunning && this.#index === this.#phases.length - 1) this.#end(endedMs);
    });
  }

  get isSending(): boolean {
    return this.#isRunning;
  }

  /** Runs a segment's phases from `startMs`; resolves with the instant at which sending ended. */
  async run(phases: readonly PhasePlan[], firstPhase: number, connections: number, startMs: number): Promise<number> {
    const { workers, workerIndex, seed } = this.#parts;
    this.#totalConnections = connections;
    this.#ownConnections = ownedConnections(connections, workerIndex, workers);
    this.#phases = phases.map((plan, index) => {
      const paced = plan.load.kind !== "max" && plan.load.kind !== "idle";
      const phaseSeed = (seed + Math.imul(firstPhase + index, 0x9e3779b1)) >>> 0;
      return {
        phase: firstPhase + index,
        measured: plan.measured,
        load: plan.load,
        startMs: startMs + plan.startMs,
        endMs: startMs + plan.startMs + plan.durationMs,
        maxMessages: plan.maxMessages,
        arrivals: paced ? makeArrivals(plan.load, plan.durationMs, plan.maxMessages, phaseSeed) : null,
        arrivalCount: paced ? countArrivals(plan.load, plan.durationMs, plan.maxMessages) : null,
      };
    });
    const windows: PhaseWindow[] = this.#phases.map(({ phase, startMs: from, endMs }) => ({
      phase,
      startMs: from,
      endMs,
    }));
    this.#parts.recorder.startWindows(windows);
    this.#isRunning = true;
    this.#index = -1;
    const ended = new Promise<number>((resolve) => (this.#whenEnded = resolve));
    this.#wakeAt(startMs, this.#parts.nowMs());
    return ended;
  }

  /** Ends the load now: nothing more is due after this instant. */
  stop(): void {
    // What became due since the last turn of the loop is no arrears.
    if (this.#isRunning) this.#end(this.#parts.nowMs(), graceMs);
  }

  readEnded(connection: LoadConnection): void {
    if (this.#closedLoop.isRunning) this.#closedLoop.answered(connection);
  }

  becameReady(connection: LoadConnection): void {
    if (this.#isRunning && connection.backlogLength > 0) this.#backlog.flush(connection);
    if (this.#closedLoop.isRunning) this.#closedLoop.refill(connection);
  }

  /** The most that waited for one connection that was away. */
  get bufferHighWater(): number {
    return this.#backlog.bufferHighWater;
  }

  becameWritable(connection: LoadConnection): void {
    if (!this.#isRunning) return;
    if (connection.backlogLength > 0) this.#backlog.flush(connection);
    if (this.#closedLoop.isRunning) this.#closedLoop.refill(connection);
  }

  /** What waited for a connection that is gone waits until it is back, or had no connection at its time. */
  lost(connection: LoadConnection): void {
    this.#backlog.lost(connection);
  }

  readonly #tick = (): void => {
    if (!this.#isRunning) return;
    const { recorder, nowMs } = this.#parts;
    const startedMs = nowMs();
    recorder.advance(startedMs);
    let isBehind = false;
    this.#abandonWarmup(startedMs);
    for (;;) {
      this.#enterPhase(startedMs);
      if (this.#nextDueMs > startedMs) break;
      this.#sendBatch(startedMs);
      if (nowMs() - startedMs > sendSliceMs) {
        isBehind = this.#nextDueMs <= startedMs;
        break;
      }
    }
    const last = this.#phases[this.#phases.length - 1]!;
    if (startedMs >= last.endMs && (!isBehind || startedMs >= last.endMs + graceMs)) {
      this.#end(last.endMs);
      return;
    }
    const loop = this.#closedLoop;
    if (loop.isRunning && startedMs >= loop.nextCheckMs) loop.check(startedMs);
    if (loop.isRunning && !this.#parts.expectsAnswers) isBehind = loop.fillSockets();
    if (isBehind) this.#immediate = setImmediate(this.#tick);
    else this.#wakeAt(this.#nextEventMs(startedMs), nowMs());
  };

  /** Moves to the phase of this instant, once what was due in the one before is out. */
  #enterPhase(atMs: number): void {
    while (this.#nextDueMs === Infinity) {
      const next = this.#phases[this.#index + 1];
      if (next === undefined || atMs < next.startMs) return;
      this.#index += 1;
      this.#round = 0;
      this.#position = 0;
      const keepsWindows = this.#closedLoop.isRunning;
      this.#closedLoop.stop();
      if (next.load.kind === "max") {
        this.#closedLoop.start(next, next.load.inFlight, keepsWindows);
        return;
      }
      if (next.load.kind === "idle" || this.#ownConnections === 0) return;
      this.#nextDueMs = this.#dueOf(next);
    }
  }

  /** What a warm-up could not send in time must not spoil the measured phase after it. */
  #abandonWarmup(atMs: number): void {
    const running = this.#phases[this.#index];
    const isLast = this.#index === this.#phases.length - 1;
    if (running === undefined || running.measured || isLast || atMs < running.endMs + graceMs) return;
    if (this.#nextDueMs === Infinity) return;
    const unsent = this.#remainingOf(running, running.endMs);
    this.#parts.recorder.count(running.phase, counter.offered, unsent);
    this.#parts.recorder.count(running.phase, counter.unsentLate, unsent);
    this.#nextDueMs = Infinity;
  }

  #sendBatch(untilMs: number): void {
    const running = this.#phases[this.#index]!;
    const own = this.#ownConnections;
    const first = this.#position;
    const limit = own <= writesPerBatch ? largestBatch : writesPerBatch;
    let taken = 0;
    while (taken < limit && this.#nextDueMs <= untilMs) {
      this.#due[taken] = this.#nextDueMs;
      taken += 1;
      this.#position += 1;
      if (this.#position === own) {
        this.#position = 0;
        this.#round += 1;
      }
      this.#nextDueMs = this.#dueOf(running);
    }
    this.#parts.recorder.count(running.phase, counter.offered, taken);
    const connections = this.#parts.connections.connections;
    for (let offset = 0; offset < own && offset < taken; offset += 1) {
      this.#sendDue(connections[(first + offset) % own]!, offset, taken, running.phase);
    }
  }

  /** Sends due[first], due[first + own], ... on one connection, in one write when the target reads. */
  #sendDue(connection: LoadConnection, first: number, taken: number, phase: number): void {
    const { recorder, connections, pacing, maxBufferedBytes, nowMs } = this.#parts;
    const step = this.#ownConnections;
    const transport = connection.transport;
    if (connection.state !== "ready" || transport === null) {
      for (let index = first; index < taken; index += step) {
        this.#backlog.addWhileAway(connection, this.#due[index]!, phase);
      }
      return;
    }
    if (connection.backlogLength > 0 || transport.bufferedBytes > maxBufferedBytes) {
      for (let index = first; index < taken; index += step) this.#backlog.add(connection, this.#due[index]!, phase);
      return;
    }
    const codec = connections.codec;
    codec.useValue(connection.room);
    let sentMs = nowMs();
    let burstBytes = 0;
    transport.beginBurst();
    for (let index = first; index < taken; index += step) {
      const intendedMs = this.#due[index]!;
      if (isTooLate(sentMs - intendedMs, pacing)) {
        recorder.count(phase, counter.skipped);
        continue;
      }
      if (burstBytes > maxBufferedBytes) {
        transport.endBurst();
        burstBytes = 0;
        if (transport.bufferedBytes > maxBufferedBytes || connection.transport !== transport) {
          for (; index < taken; index += step) this.#backlog.add(connection, this.#due[index]!, phase);
          if (connection.transport !== transport) this.lost(connection);
          return;
        }
        sentMs = nowMs();
        transport.beginBurst();
      }
      const sequence = recorder.recordSent(connection.local, intendedMs, sentMs, phase, false);
      const message = codec.encode(connection.global, sequence);
      transport.writeMessage(message);
      burstBytes += message.bytes.length;
    }
    transport.endBurst();
  }

  #dueOf(running: RunningPhase): number {
    const { workers, workerIndex } = this.#parts;
    const arrival = this.#round * this.#totalConnections + workerIndex + this.#position * workers;
    return running.startMs + running.arrivals!.atMs(arrival);
  }

  phaseAt(intendedMs: number): number {
    let found = this.#phases[0]!;
    for (const running of this.#phases) if (running.startMs <= intendedMs) found = running;
    return found.phase;
  }

  #nextEventMs(nowMs: number): number {
    let eventMs = this.#nextDueMs;
    const boundaryMs = this.#phases[this.#index + 1]?.startMs ?? this.#phases[this.#index]!.endMs;
    // A phase that has begun without us, as the last messages of the one before took this whole turn, cannot wait either.
    if (nowMs < boundaryMs || eventMs === Infinity) eventMs = Math.min(eventMs, boundaryMs);
    if (this.#closedLoop.isRunning) eventMs = Math.min(eventMs, this.#closedLoop.nextCheckMs);
    return eventMs;
  }

  #wakeAt(eventMs: number, nowMs: number): void {
    const waitMs = eventMs - nowMs;
    if (this.#parts.pacing.mode === "precise" && !this.#closedLoop.isRunning) {
      if (waitMs > 2) this.#timer = setTimeout(this.#tick, Math.min(Math.floor(waitMs - 1), 250));
      else this.#immediate = setImmediate(this.#tick);
      return;
    }
    this.#timer = setTimeout(this.#tick, Math.max(1, Math.min(Math.floor(waitMs), 250)));
  }

  #end(endMs: number, forgivenMs = 0): void {
    this.#isRunning = false;
    this.#closedLoop.stop();
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#countUnsent(endMs - forgivenMs);
    for (const connection of this.#parts.connections.connections) {
      const isAway = connection.awaySinceMs !== null;
      if (connection.backlogLength > 0) {
        this.#backlog.drop(connection, isAway ? counter.unsendable : counter.unsentBlocked);
      }
    }
    this.#parts.recorder.endWindows();
    this.#whenEnded?.(endMs);
    this.#whenEnded = null;
  }

  /** What the schedule asked for until `endMs` and the worker did not get to. */
  #countUnsent(endMs: number): void {
    const { recorder } = this.#parts;
    for (;;) {
      const running = this.#phases[this.#index];
      if (running !== undefined && this.#nextDueMs < endMs) {
        const unsent = this.#remainingOf(running, endMs);
        recorder.count(running.phase, counter.offered, unsent);
        recorder.count(running.phase, counter.unsentLate, unsent);
      }
      this.#nextDueMs = Infinity;
      const next = this.#phases[this.#index + 1];
      if (next === undefined || next.startMs >= endMs) return;
      this.#index += 1;
      this.#round = 0;
      this.#position = 0;
      if (next.arrivals !== null && this.#ownConnections > 0) this.#nextDueMs = this.#dueOf(next);
    }
  }

  #remainingOf(running: RunningPhase, endMs: number): number {
    const own = this.#ownConnections;
    const { workers, workerIndex } = this.#parts;
    if (running.arrivalCount !== null && endMs >= running.endMs) {
      const total = ownedArrivals(running.arrivalCount, this.#totalConnections, workerIndex, workers);
      return Math.max(0, total - (this.#round * own + this.#position));
    }
    let count = 0;
    while (this.#nextDueMs < endMs) {
      count += 1;
      this.#position += 1;
      if (this.#position === own) {
        this.#position = 0;
        this.#round += 1;
      }
      this.#nextDueMs = this.#dueOf(running);
    }
    return count;
  }
}
