import { counter } from "../../measure/worker-cells.ts";
import { isTooLate } from "../../plan/late-policy.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { SendParts } from "./send-parts.ts";

/** Intended instants one worker keeps for messages that wait on a target that does not read: 32 MB. */
const mostWaiting = 4_000_000;
/** What waited leaves in writes of about this size. */
const burstBytes = 256 * 1024;

/** What the backlog asks of the schedule. */
export interface BacklogOwner {
  /** The phase that an instant of the schedule belongs to. */
  phaseAt(intendedMs: number): number;
  /** False once nothing is to be sent any more. */
  readonly isSending: boolean;
}

/** Messages of the schedule that were due while their connection's target did not read. They leave in order, late. */
export class Backlog {
  readonly #parts: SendParts;
  readonly #owner: BacklogOwner;
  /** Over all connections. */
  #waiting = 0;
  /** The most that one connection has had waiting because it was away. */
  bufferHighWater = 0;

  constructor(parts: SendParts, owner: BacklogOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  add(connection: LoadConnection, intendedMs: number, phase: number): void {
    if (this.#waiting >= mostWaiting) {
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
    this.#waiting += 1;
  }

  /** A message that is due while its connection is away: kept as far as there is room, else it cannot be sent. */
  addWhileAway(connection: LoadConnection, intendedMs: number, phase: number): void {
    const { recorder, bufferMessages } = this.#parts;
    if (bufferMessages === null || connection.awaySinceMs === null) {
      recorder.count(phase, counter.unsendable);
    } else if (connection.backlogLength >= bufferMessages || this.#waiting >= mostWaiting) {
      recorder.count(phase, counter.unsendable);
      recorder.count(phase, counter.bufferOverflowed);
    } else {
      this.add(connection, intendedMs, phase);
      recorder.count(phase, counter.buffered);
      this.#noteBuffered(connection, 1);
    }
  }

  /** The connection is lost: what waited for it goes on waiting where it may, and cannot be sent where it may not. */
  lost(connection: LoadConnection): void {
    const { recorder, bufferMessages } = this.#parts;
    if (bufferMessages === null || connection.awaySinceMs === null) {
      this.drop(connection, counter.unsendable);
      return;
    }
    while (connection.backlogLength > bufferMessages) {
      connection.backlogLength -= 1;
      this.#waiting -= 1;
      const phase = this.#phaseAt(connection, connection.backlogLength);
      recorder.count(phase, counter.unsendable);
      recorder.count(phase, counter.bufferOverflowed);
    }
    connection.bufferedLeft = Math.min(connection.bufferedLeft, connection.backlogLength);
    for (let index = connection.bufferedLeft; index < connection.backlogLength; index += 1) {
      recorder.count(this.#phaseAt(connection, index), counter.buffered);
    }
    this.#noteBuffered(connection, connection.backlogLength - connection.bufferedLeft);
  }

  /** The target reads again: what waited leaves, oldest first. */
  flush(connection: LoadConnection): void {
    const { recorder, maxBufferedBytes, nowMs } = this.#parts;
    const transport = connection.transport;
    recorder.advance(nowMs());
    while (connection.backlogLength > 0 && transport !== null && connection.transport === transport) {
      if (transport.bufferedBytes > maxBufferedBytes || !this.#owner.isSending) return;
      transport.beginBurst();
      this.#writeSome(connection);
      transport.endBurst();
    }
    if (connection.backlogLength === 0) connection.backlog = null;
  }

  /** Nothing of it will be sent any more; each message counts as `which`. */
  drop(connection: LoadConnection, which: number): void {
    for (let index = 0; index < connection.backlogLength; index += 1) {
      const intendedMs = connection.backlog![connection.backlogHead + index]!;
      this.#parts.recorder.count(this.#owner.phaseAt(intendedMs), which);
    }
    this.#waiting -= connection.backlogLength;
    connection.backlog = null;
    connection.backlogHead = 0;
    connection.backlogLength = 0;
    connection.bufferedLeft = 0;
  }

  #noteBuffered(connection: LoadConnection, more: number): void {
    connection.bufferedLeft += more;
    if (connection.bufferedLeft > this.bufferHighWater) this.bufferHighWater = connection.bufferedLeft;
  }

  #phaseAt(connection: LoadConnection, index: number): number {
    return this.#owner.phaseAt(connection.backlog![connection.backlogHead + index]!);
  }

  #writeSome(connection: LoadConnection): void {
    const { recorder, connections, pacing, nowMs } = this.#parts;
    const transport = connection.transport!;
    connections.codec.useValue(connection.room);
    const sentMs = nowMs();
    let bytes = 0;
    while (connection.backlogLength > 0 && bytes < burstBytes) {
      const intendedMs = connection.backlog![connection.backlogHead]!;
      connection.backlogHead += 1;
      connection.backlogLength -= 1;
      this.#waiting -= 1;
      const phase = this.#owner.phaseAt(intendedMs);
      const wasBuffered = connection.bufferedLeft > 0;
      if (wasBuffered) connection.bufferedLeft -= 1;
      if (isTooLate(sentMs - intendedMs, pacing)) {
        recorder.count(phase, counter.skipped);
        recorder.count(phase, counter.skippedBlocked);
        continue;
      }
      if (wasBuffered) recorder.count(phase, counter.bufferSent);
      const sequence = recorder.recordSent(connection.local, intendedMs, sentMs, phase, true);
      const message = connections.codec.encode(connection.global, sequence);
      transport.writeMessage(message);
      bytes += message.bytes.length;
    }
  }
}
