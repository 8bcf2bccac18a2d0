import { counter } from "../../measure/worker-cells.ts";
import { countArrivals, makeArrivals, type Arrivals } from "../../plan/arrivals.ts";
import type { Load, PacingPlan, PhasePlan } from "../../plan/plan.ts";
import { isTooLate } from "../../plan/late-policy.ts";
import { evenShare, ownedArrivals, ownedConnections } from "../../plan/split-plan.ts";
import type { ConnectionSet, SendSide } from "./connection-set.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { MessageRecorder, PhaseWindow } from "./message-recorder.ts";

/** Messages taken from the schedule at a time when a connection gets several of them, to share a write. */
const largestBatch = 4096;
/** ... and when each goes to a connection of its own: about a millisecond of writes. */
const writesPerBatch = 128;
/** Longest time spent sending before answers get their turn. */
const sendSliceMs = 1;
/** How long after the planned end overdue messages may still leave. */
const graceMs = 100;
/** Closed loop: a message unanswered for so long no longer holds a place in the window. */
const windowTimeoutMs = 2000;
const windowCheckMs = 250;
/** Intended instants one worker keeps for messages that wait on a target that does not read: 32 MB. */
const largestBacklog = 4_000_000;
/** A backlog leaves in writes of about this size. */
const backlogBurstBytes = 256 * 1024;

export interface SendLoopParts {
  readonly connections: ConnectionSet;
  readonly recorder: MessageRecorder;
  readonly pacing: PacingPlan;
  readonly seed: number;
  readonly workers: number;
  readonly workerIndex: number;
  readonly messageBytes: number;
  readonly maxBufferedBytes: number;
  /** oneway: nothing comes back, so a closed loop keeps the socket's buffer full instead of a window. */
  readonly expectsAnswers: boolean;
  readonly nowMs: () => number;
}

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

/** Sends what is due, when it is due; keeps windows full in a closed loop. */
export class SendLoop implements SendSide {
  readonly #parts: SendLoopParts;
  readonly #due = new Float64Array(largestBatch);
  #phases: readonly RunningPhase[] = [];
  #index = 0;
  #totalConnections = 0;
  #ownConnections = 0;
  /** Position in the round over own connections, and how many rounds are behind. */
  #position = 0;
  #round = 0;
  #nextDueMs = Infinity;
  /** More than 0 while a closed loop runs. */
  #inFlight = 0;
  #closedLoopLeft = Infinity;
  #lastAnswerMs = 0;
  #nextWindowCheckMs = 0;
  #backlogTotal = 0;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #whenEnded: ((endedMs: number) => void) | null = null;

  constructor(parts: SendLoopParts) {
    this.#parts = parts;
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
    if (this.#inFlight === 0) return;
    this.#refillWindow(connection);
    if (this.#closedLoopLeft > 0) return;
    this.#lastAnswerMs = this.#parts.nowMs();
    this.#endWhenAllAnswered();
  }

  becameReady(connection: LoadConnection): void {
    if (this.#inFlight > 0) this.#refillWindow(connection);
  }

  becameWritable(connection: LoadConnection): void {
    if (!this.#isRunning) return;
    if (connection.backlogLength > 0) this.#flushBacklog(connection);
    if (this.#inFlight > 0) this.#refillWindow(connection);
  }

  /** What waited for a connection that is gone had no connection at its time. */
  lost(connection: LoadConnection): void {
    this.#dropBacklog(connection, counter.unsendable);
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
    if (this.#inFlight > 0 && startedMs >= this.#nextWindowCheckMs) this.#releaseOldWindows(startedMs);
    if (this.#inFlight > 0 && !this.#parts.expectsAnswers) isBehind = this.#fillSockets();
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
      this.#inFlight = 0;
      if (next.load.kind === "max") {
        this.#startClosedLoop(next, next.load.inFlight);
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
    const { recorder, connections, pacing, messageBytes, maxBufferedBytes, nowMs } = this.#parts;
    const step = this.#ownConnections;
    const transport = connection.transport;
    if (connection.state !== "ready" || transport === null) {
      recorder.count(phase, counter.unsendable, Math.ceil((taken - first) / step));
      return;
    }
    if (connection.backlogLength > 0 || transport.bufferedBytes > maxBufferedBytes) {
      for (let index = first; index < taken; index += step) this.#enqueue(connection, this.#due[index]!, phase);
      return;
    }
    const codec = connections.codec;
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
          for (; index < taken; index += step) this.#enqueue(connection, this.#due[index]!, phase);
          if (connection.transport !== transport) this.lost(connection);
          return;
        }
        sentMs = nowMs();
        transport.beginBurst();
      }
      const sequence = recorder.recordSent(connection.local, intendedMs, sentMs, phase, messageBytes, false);
      transport.writeMessage(codec.encode(connection.global, sequence));
      burstBytes += messageBytes;
    }
    transport.endBurst();
  }

  #enqueue(connection: LoadConnection, intendedMs: number, phase: number): void {
    if (this.#backlogTotal >= largestBacklog) {
      this.#parts.recorder.count(phase, counter.unsentBlocked);
      return;
    }
    let backlog = connection.backlog;
    if (backlog === null || connection.backlogHead + connection.backlogLength === backlog.length) {
      const wanted = new Float64Array(Math.max(64, connection.backlogLength * 2));
      if (backlog !== null) wanted.set(backlog.subarray(connection.backlogHead, backlog.length));
      backlog = connection.backlog = wanted;
      connection.backlogHead = 0;
    }
    backlog[connection.backlogHead + connection.backlogLength] = intendedMs;
    connection.backlogLength += 1;
    this.#backlogTotal += 1;
  }

  /** The target reads again: what waited leaves, oldest first. */
  #flushBacklog(connection: LoadConnection): void {
    const { recorder, connections, pacing, messageBytes, maxBufferedBytes, nowMs } = this.#parts;
    const transport = connection.transport;
    const startedMs = nowMs();
    recorder.advance(startedMs);
    while (connection.backlogLength > 0 && transport !== null && connection.transport === transport) {
      if (transport.bufferedBytes > maxBufferedBytes || !this.#isRunning) return;
      const sentMs = nowMs();
      transport.beginBurst();
      for (let bytes = 0; connection.backlogLength > 0 && bytes < backlogBurstBytes; bytes += messageBytes) {
        const intendedMs = connection.backlog![connection.backlogHead]!;
        connection.backlogHead += 1;
        connection.backlogLength -= 1;
        this.#backlogTotal -= 1;
        const phase = this.#phaseAt(intendedMs);
        if (isTooLate(sentMs - intendedMs, pacing)) {
          recorder.count(phase, counter.skipped);
          recorder.count(phase, counter.skippedBlocked);
          continue;
        }
        const sequence = recorder.recordSent(connection.local, intendedMs, sentMs, phase, messageBytes, true);
        transport.writeMessage(connections.codec.encode(connection.global, sequence));
      }
      transport.endBurst();
    }
    if (connection.backlogLength === 0) connection.backlog = null;
  }

  #dropBacklog(connection: LoadConnection, which: number): void {
    for (let index = 0; index < connection.backlogLength; index += 1) {
      this.#parts.recorder.count(this.#phaseAt(connection.backlog![connection.backlogHead + index]!), which);
    }
    this.#backlogTotal -= connection.backlogLength;
    connection.backlog = null;
    connection.backlogHead = 0;
    connection.backlogLength = 0;
  }

  #startClosedLoop(running: RunningPhase, inFlight: number): void {
    const { workers, workerIndex, connections, nowMs } = this.#parts;
    this.#inFlight = inFlight;
    this.#closedLoopLeft =
      running.maxMessages === null ? Infinity : evenShare(running.maxMessages, workers, workerIndex);
    this.#nextWindowCheckMs = nowMs() + windowCheckMs;
    this.#lastAnswerMs = nowMs();
    for (const connection of connections.connections) this.#refillWindow(connection);
    if (this.#closedLoopLeft === 0) this.#endWhenAllAnswered();
  }

  /** Sends until `inFlight` messages are out on the connection. The hot path of a closed loop. */
  #refillWindow(connection: LoadConnection): void {
    const transport = connection.transport;
    if (connection.state !== "ready" || transport === null) return;
    const { recorder, connections, messageBytes, maxBufferedBytes, nowMs, expectsAnswers } = this.#parts;
    let room = this.#inFlight - connection.windowUsed;
    if (room > this.#closedLoopLeft) room = this.#closedLoopLeft;
    if (room <= 0 || transport.bufferedBytes > maxBufferedBytes) return;
    const running = this.#phases[this.#index]!;
    const sentMs = nowMs();
    if (sentMs >= running.endMs) return;
    this.#closedLoopLeft -= room;
    recorder.advance(sentMs);
    const { codec } = connections;
    const { local, global } = connection;
    transport.beginBurst();
    for (let index = 0; index < room; index += 1) {
      const sequence = recorder.recordSentNow(local, sentMs, running.phase, messageBytes);
      transport.writeMessage(codec.encode(global, sequence));
    }
    if (expectsAnswers) connection.windowUsed += room;
    if (recorder.ledger.windowsFreedBySpill > 0) this.#takeBackWindows(connection, running.phase);
    transport.endBurst();
  }

  /** oneway without a schedule: no answer asks for more, so each turn of the loop does. False when all are full. */
  #fillSockets(): boolean {
    const { connections, maxBufferedBytes } = this.#parts;
    let hasRoom = false;
    for (const connection of connections.connections) {
      this.#refillWindow(connection);
      if (connection.transport !== null && connection.transport.bufferedBytes <= maxBufferedBytes) hasRoom = true;
    }
    return hasRoom && this.#closedLoopLeft > 0;
  }

  /** Every message of a limited closed loop is out, and answered or given up: no reason to wait for the planned end. */
  #endWhenAllAnswered(): void {
    if (this.#index < this.#phases.length - 1 || !this.#isRunning) return;
    const waits = this.#parts.connections.connections.some((connection) => connection.windowUsed > 0);
    if (!waits) this.#end(this.#parts.nowMs());
  }

  /** What has not been answered by now is the drain's to wait for; the load ended with the last answer. */
  #endWhenSilent(atMs: number): void {
    if (this.#index < this.#phases.length - 1 || atMs - this.#lastAnswerMs < windowCheckMs) return;
    this.#end(this.#lastAnswerMs);
  }

  /** Only sends of this connection just made can have freed them. */
  #takeBackWindows(connection: LoadConnection, phase: number): void {
    const { recorder } = this.#parts;
    const freed = recorder.ledger.windowsFreedBySpill;
    recorder.ledger.windowsFreedBySpill = 0;
    connection.windowUsed -= freed;
    recorder.count(phase, counter.windowTimeouts, freed);
  }

  #releaseOldWindows(atMs: number): void {
    const { recorder, connections } = this.#parts;
    this.#nextWindowCheckMs = atMs + windowCheckMs;
    for (const connection of connections.connections) {
      if (connection.windowUsed > 0) {
        const released = recorder.ledger.releaseOlder(connection.local, atMs - windowTimeoutMs);
        connection.windowUsed -= released;
        if (released > 0) recorder.count(this.#phases[this.#index]!.phase, counter.windowTimeouts, released);
      }
      this.#refillWindow(connection);
    }
    if (this.#closedLoopLeft === 0) this.#endWhenSilent(atMs);
  }

  #dueOf(running: RunningPhase): number {
    const { workers, workerIndex } = this.#parts;
    const arrival = this.#round * this.#totalConnections + workerIndex + this.#position * workers;
    return running.startMs + running.arrivals!.atMs(arrival);
  }

  #phaseAt(instantMs: number): number {
    let found = this.#phases[0]!;
    for (const running of this.#phases) if (running.startMs <= instantMs) found = running;
    return found.phase;
  }

  #nextEventMs(nowMs: number): number {
    let eventMs = this.#nextDueMs;
    const current = this.#phases[this.#index];
    const boundaryMs = current?.endMs ?? this.#phases[0]!.startMs;
    if (nowMs < boundaryMs) eventMs = Math.min(eventMs, boundaryMs);
    if (this.#inFlight > 0) eventMs = Math.min(eventMs, this.#nextWindowCheckMs);
    return eventMs;
  }

  #wakeAt(eventMs: number, nowMs: number): void {
    const waitMs = eventMs - nowMs;
    if (this.#parts.pacing.mode === "precise" && this.#inFlight === 0) {
      if (waitMs > 2) this.#timer = setTimeout(this.#tick, Math.min(Math.floor(waitMs - 1), 250));
      else this.#immediate = setImmediate(this.#tick);
      return;
    }
    this.#timer = setTimeout(this.#tick, Math.max(1, Math.min(Math.floor(waitMs), 250)));
  }

  #end(endMs: number, forgivenMs = 0): void {
    this.#isRunning = false;
    this.#inFlight = 0;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#countUnsent(endMs - forgivenMs);
    for (const connection of this.#parts.connections.connections) {
      if (connection.backlogLength > 0) this.#dropBacklog(connection, counter.unsentBlocked);
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
