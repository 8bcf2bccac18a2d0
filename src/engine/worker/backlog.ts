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
  }

  #writeSome(connection: LoadConnection): void {
    const { recorder, connections, pacing, messageBytes, nowMs } = this.#parts;
    const transport = connection.transport!;
    connections.codec.useValue(connection.room);
    const sentMs = nowMs();
    for (let bytes = 0; connection.backlogLength > 0 && bytes < burstBytes; bytes += messageBytes) {
      const intendedMs = connection.backlog![connection.backlogHead]!;
      connection.backlogHead += 1;
      connection.backlogLength -= 1;
      this.#waiting -= 1;
      const phase = this.#owner.phaseAt(intendedMs);
      if (isTooLate(sentMs - intendedMs, pacing)) {
        recorder.count(phase, counter.skipped);
        recorder.count(phase, counter.skippedBlocked);
        continue;
      }
      const sequence = recorder.recordSent(connection.local, intendedMs, sentMs, phase, messageBytes, true);
      transport.writeMessage(connections.codec.encode(connection.global, sequence));
    }
  }
}
