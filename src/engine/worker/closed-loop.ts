import { counter } from "../../measure/worker-cells.ts";
import { evenShare } from "../../plan/split-plan.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { SendParts } from "./send-parts.ts";

const windowCheckMs = 250;

/** A phase without a schedule, as far as the loop must know it. */
export interface ClosedLoopPhase {
  readonly phase: number;
  readonly endMs: number;
  /** Over all workers; null without limit. */
  readonly maxMessages: number | null;
}

/** Keeps a number of messages unanswered on each connection: as one is answered, the next leaves. */
export class ClosedLoop {
  readonly #parts: SendParts;
  /** A loop with a limit on its messages is over; the load ended at this instant. */
  readonly #whenDone: (endedMs: number) => void;
  #phase: ClosedLoopPhase = { phase: 0, endMs: 0, maxMessages: null };
  /** More than 0 while it runs. */
  #inFlight = 0;
  #left = Infinity;
  /** -Infinity before the first. */
  #lastAnswerMs = -Infinity;
  #lastSentMs = 0;
  #nextCheckMs = 0;

  constructor(parts: SendParts, whenDone: (endedMs: number) => void) {
    this.#parts = parts;
    this.#whenDone = whenDone;
  }

  get isRunning(): boolean {
    return this.#inFlight > 0;
  }

  /** When `check` wants to be called next. */
  get nextCheckMs(): number {
    return this.#nextCheckMs;
  }

  /** `keepsWindows`: the phase before was a closed loop too, so that what is in flight goes on holding its places. */
  start(phase: ClosedLoopPhase, inFlight: number, keepsWindows: boolean): void {
    const { workers, workerIndex, connections, nowMs } = this.#parts;
    if (!keepsWindows) this.#releaseAll();
    this.#phase = phase;
    this.#inFlight = inFlight;
    this.#left = phase.maxMessages === null ? Infinity : evenShare(phase.maxMessages, workers, workerIndex);
    this.#lastAnswerMs = -Infinity;
    this.#lastSentMs = nowMs();
    this.#nextCheckMs = this.#lastSentMs + windowCheckMs;
    for (const connection of connections.connections) this.refill(connection);
    if (this.#left === 0) this.#endWhenAllAnswered();
  }

  stop(): void {
    this.#inFlight = 0;
  }

  /** Answers of the connection have been taken. The hot path of a closed loop. */
  answered(connection: LoadConnection): void {
    this.refill(connection);
    if (this.#left > 0) return;
    this.#lastAnswerMs = this.#parts.nowMs();
    this.#endWhenAllAnswered();
  }

  /** Sends until the connection's window is full, in one burst. */
  refill(connection: LoadConnection): void {
    const transport = connection.transport;
    if (connection.state !== "ready" || !transport?.canSend) return;
    const { recorder, connections, maxBufferedBytes, nowMs, expectsAnswers } = this.#parts;
    let room = this.#inFlight - connection.windowUsed;
    if (room > this.#left) room = this.#left;
    if (room <= 0 || transport.bufferedBytes > maxBufferedBytes) return;
    const { phase, endMs } = this.#phase;
    const sentMs = nowMs();
    if (sentMs >= endMs) return;
    this.#left -= room;
    this.#lastSentMs = sentMs;
    recorder.advance(sentMs);
    const { codec } = connections;
    const { local, global } = connection;
    const first = recorder.recordBurst(local, room, sentMs, phase);
    transport.beginBurst();
    for (let sequence = first; sequence < first + room; sequence += 1) {
      transport.writeMessage(codec.encode(global, sequence));
    }
    if (expectsAnswers) connection.windowUsed += room;
    if (recorder.places.windowsFreedBySpill > 0) this.#takeBackWindows(connection);
    transport.endBurst();
  }

  /** oneway: no answer asks for more, so each turn of the event loop does. False when all sockets are full. */
  fillSockets(): boolean {
    const { connections, maxBufferedBytes } = this.#parts;
    let hasRoom = false;
    for (const connection of connections.connections) {
      this.refill(connection);
      if (connection.transport !== null && connection.transport.bufferedBytes <= maxBufferedBytes) hasRoom = true;
    }
    return hasRoom && this.#left > 0;
  }

  /** Releases window places held for too long; ends a loop whose last answers do not come. */
  check(atMs: number): void {
    const { recorder, connections } = this.#parts;
    const { places } = recorder;
    this.#nextCheckMs = atMs + windowCheckMs;
    for (const connection of connections.connections) {
      if (connection.windowUsed > 0) {
        const released = places.releaseOlder(connection.local, atMs - places.patienceMs);
        connection.windowUsed -= released;
        if (released > 0) recorder.count(this.#phase.phase, counter.windowTimeouts, released);
      }
      this.refill(connection);
    }
    if (this.#left === 0) this.#endWhenSilent(atMs);
  }

  /**
   * What holds no place in a window any more is the drain's to wait for: the load ended with the last answer. Where none
   * came at all, it lasted as long as it was waited for.
   */
  #endWhenSilent(atMs: number): void {
    const lastMs = Math.max(this.#lastAnswerMs, this.#lastSentMs);
    if (atMs - lastMs < this.#parts.recorder.places.patienceMs) return;
    this.#whenDone(this.#lastAnswerMs === -Infinity ? atMs : lastMs);
  }

  /** Places of an earlier loop: what held them was lost, or answered while nobody counted. */
  #releaseAll(): void {
    const { connections, recorder } = this.#parts;
    recorder.places.releaseAll();
    for (const connection of connections.connections) connection.windowUsed = 0;
  }

  /** Every message of a limited loop is out, and answered or given up: no reason to wait for the planned end. */
  #endWhenAllAnswered(): void {
    const waits = this.#parts.connections.connections.some((connection) => connection.windowUsed > 0);
    if (!waits) this.#whenDone(this.#parts.nowMs());
  }

  /** Only sends of this connection just made can have freed them. */
  #takeBackWindows(connection: LoadConnection): void {
    const { recorder } = this.#parts;
    const freed = recorder.places.windowsFreedBySpill;
    recorder.places.windowsFreedBySpill = 0;
    connection.windowUsed -= freed;
    recorder.count(this.#phase.phase, counter.windowTimeouts, freed);
  }
}
