import type { PriorityPlan } from "../../plan/plan.ts";
import { makeNumberField, type NumberField } from "../../wire/number-field.ts";
import { makeWordField, type WordField } from "../../wire/word-field.ts";

/**
 * What of a stream is numbered by itself: the whole stream is one lane of the ledger, or each of its classes is, where the
 * target numbers those apart. Lanes of a stream lie side by side.
 */
export class StreamLanes {
  /** Lanes of one stream. */
  readonly perStream: number;
  /** Classes that messages are told apart by; 1 for none. */
  readonly classes: number;
  readonly #word: WordField | null;
  readonly #ends: readonly NumberField[];
  readonly #givenUp: readonly NumberField[];
  /** By class, of the end read last. */
  readonly last: number[];
  readonly givenUp: number[];

  constructor(plan: PriorityPlan | null) {
    this.classes = plan?.names.length ?? 1;
    this.perStream = plan?.isNumbered === true ? plan.names.length : 1;
    this.#word = plan === null ? null : makeWordField(plan.place, plan.names);
    this.#ends = plan?.ends.map((place) => makeNumberField(place)) ?? [];
    this.#givenUp = plan?.givenUp.map((place) => makeNumberField(place)) ?? [];
    this.last = this.#ends.map(() => -1);
    this.givenUp = this.#ends.map(() => 0);
  }

  /** The class of a message, 0 where there are none; -1 for one that has none of those that are known. */
  classOf(view: DataView, start: number, end: number): number {
    return this.#word === null ? 0 : this.#word.read(view, start, end);
  }

  laneOf(stream: number, ofClass: number): number {
    return this.perStream === 1 ? stream : stream * this.perStream + ofClass;
  }

  /** The class that a lane is of; 0 where lanes are whole streams. */
  classOfLane(lane: number): number {
    return lane % this.perStream;
  }

  streamOfLane(lane: number): number {
    return Math.floor(lane / this.perStream);
  }

  /** Whether a message tells the last number of a class; then `last` (-1 for a class it does not name) and `givenUp` are its. */
  readEnds(view: DataView, start: number, end: number): boolean {
    let hasAny = false;
    for (let ofClass = 0; ofClass < this.#ends.length; ofClass += 1) {
      this.last[ofClass] = this.#ends[ofClass]!.read(view, start, end);
      if (this.last[ofClass]! >= 0) hasAny = true;
      this.givenUp[ofClass] = Math.max(0, this.#givenUp[ofClass]?.read(view, start, end) ?? 0);
    }
    return hasAny;
  }
}
