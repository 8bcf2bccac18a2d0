import { lowestRank, priorities } from "./stream-priorities.ts";

/** What became of a message that was offered to a queue, and of one that was in it. */
export type Admission =
  | { readonly kind: "queued" }
  /** It is in, and the oldest message of this rank is out. */
  | { readonly kind: "displaced"; readonly rank: number }
  /** It is not in. */
  | { readonly kind: "rejected" };

// One each, as a queue that is full answers thousands of times a second.
const queued: Admission = { kind: "queued" };
const rejected: Admission = { kind: "rejected" };
const displaced: readonly Admission[] = priorities.map((_, rank) => ({ kind: "displaced", rank }));

/**
 * What waits to be sent to one peer, `limit` messages at most. The highest class leaves first, within a class the oldest.
 *
 * When it is full, a message takes the place of the oldest of the lowest class that is below or equal to its own; so one of
 * its own class goes only where nothing lower waits, and what is higher never does. Of the lowest class (bulk) a message is
 * rejected, and so is any that finds only higher ones.
 */
export class OutboundQueue<T> {
  readonly #limit: number;
  readonly #classes: readonly WaitingLine<T>[] = priorities.map(() => new WaitingLine<T>());
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#length;
  }

  offer(rank: number, message: T): Admission {
    if (this.#length < this.#limit) {
      this.#classes[rank]!.push(message);
      this.#length += 1;
      return queued;
    }
    const victim = rank === lowestRank ? -1 : this.#lowestWaiting(rank);
    if (victim < 0) return rejected;
    this.#classes[victim]!.shift();
    this.#classes[rank]!.push(message);
    return displaced[victim]!;
  }

  /** Takes out what leaves next; undefined when nothing waits. */
  take(): T | undefined {
    if (this.#length === 0) return undefined;
    this.#length -= 1;
    return this.#classes.find(({ length }) => length > 0)!.shift();
  }

  /** The lowest class that waits and is not above `rank`; -1 for none. */
  #lowestWaiting(rank: number): number {
    for (let lowest = lowestRank; lowest >= rank; lowest -= 1) if (this.#classes[lowest]!.length > 0) return lowest;
    return -1;
  }
}

/** First in, first out; taking out costs no more the longer it is. */
class WaitingLine<T> {
  #messages: T[] = [];
  #first = 0;

  get length(): number {
    return this.#messages.length - this.#first;
  }

  push(message: T): void {
    this.#messages.push(message);
  }

  shift(): T {
    const message = this.#messages[this.#first]!;
    this.#first += 1;
    if (this.#first >= 64 && this.#first * 2 >= this.#messages.length) {
      this.#messages = this.#messages.slice(this.#first);
      this.#first = 0;
    }
    return message;
  }
}
