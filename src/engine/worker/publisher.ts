import { fanOutCounter, type FanOutCells } from "../../measure/fan-out-cells.ts";
import type { PublicationTable } from "../../measure/publication-table.ts";
import type { RoomRoster } from "../../measure/room-roster.ts";
import type { SpreadLog } from "../../measure/spread-log.ts";
import type { BroadcastPlan } from "../../plan/plan.ts";
import { roomOf } from "../../plan/rooms.ts";
import type { SentRegister } from "./message-recorder.ts";

export interface PublisherParts {
  readonly plan: BroadcastPlan;
  readonly table: PublicationTable;
  readonly roster: RoomRoster;
  /** Null where spreads are not measured. */
  readonly spread: SpreadLog | null;
  readonly cells: FanOutCells;
  readonly workers: number;
  readonly workerIndex: number;
}

/** The sending side of a broadcast in one worker: tells all workers of each message before it leaves. */
export class Publisher implements SentRegister {
  readonly burst = null;
  readonly #parts: PublisherParts;
  /** By publisher. */
  readonly #rooms: Int32Array;
  /** By publisher: the latest sequence, for those of this worker. */
  readonly #latest: Float64Array;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    const { publishers } = parts.table.size;
    this.#rooms = Int32Array.from({ length: publishers }, (_, publisher) => roomOf(publisher, parts.plan.rooms));
    this.#latest = new Float64Array(publishers);
  }

  enterSent(local: number, intendedMs: number, sentMs: number, phase: number): number {
    const { table, roster, spread, cells, plan } = this.#parts;
    const publisher = local * this.#parts.workers + this.#parts.workerIndex;
    const room = this.#rooms[publisher]!;
    const counts = cells.phases[phase]!.counts;
    const changes = roster.changesOf(room);
    const receivers = roster.presentIn(room) - (plan.excludesPublisher ? 1 : 0);
    const isSettled = !roster.isUnsettled(room, sentMs);
    const sequence = this.#latest[publisher]! + 1;
    this.#latest[publisher] = sequence;
    counts[fanOutCounter.presentAtSend]! += receivers;
    if (spread?.open(publisher, sequence, isSettled ? receivers : 0) === true) {
      this.#countIncomplete(publisher, sequence - spread.size.slots);
    }
    table.publish(publisher, intendedMs, sentMs, phase);
    if (spread === null) return sequence;
    // Someone who left meanwhile may have been counted in, and would be waited for.
    const isOut = !isSettled || (roster.changesOf(room) !== changes && spread.dismiss(publisher, sequence));
    if (isOut) counts[fanOutCounter.unsettled]! += 1;
    return sequence;
  }

  /** No worker takes anything more of what was sent until now: what has not reached everybody will not. */
  giveUpIncomplete(): void {
    const { spread, workers, workerIndex } = this.#parts;
    for (let publisher = workerIndex; publisher < this.#rooms.length; publisher += workers) {
      spread?.giveUp(publisher, this.#latest[publisher]!, (sequence) => this.#countIncomplete(publisher, sequence));
    }
  }

  #countIncomplete(publisher: number, sequence: number): void {
    const phase = this.#parts.table.phaseOf(publisher, sequence);
    this.#parts.cells.phases[phase]!.counts[fanOutCounter.incomplete]! += 1;
  }
}
