import { ShareTable } from "../random/share-table.ts";
import { deriveSeed, Xoshiro } from "../random/xoshiro.ts";
import type { MockOptions } from "./mock-options.ts";
import type { MessageShape } from "./stream-message.ts";
import { priorities } from "./stream-priorities.ts";

/** Sets the draws of streams apart from all others of a seed. */
const seedOfMixes = 24;

/**
 * Which class, size and kind each message of one stream has: drawn from the mock's seed and the number of its connection, so
 * that the same seed gives the same stream. The record is used anew for each message.
 */
export class StreamMix implements MessageShape {
  rank = -1;
  rankSequence = 0;
  size = 0;
  isBinary = false;
  /** By rank: messages so far. */
  readonly made = priorities.map(() => 0);
  readonly #random: Xoshiro;
  readonly #ranks: ShareTable | null;
  readonly #sizes: ShareTable | null;
  readonly #binaryRatio: number;

  constructor(options: MockOptions, connection: number) {
    const { streamQueue, streamSizes, streamBinaryRatio } = options;
    this.#random = new Xoshiro(deriveSeed(options.seed, seedOfMixes, connection));
    this.#ranks = streamQueue === null ? null : new ShareTable(streamQueue.shares);
    this.#sizes = streamSizes.length === 1 ? null : new ShareTable(streamSizes.map(({ share }) => share));
    this.#binaryRatio = streamBinaryRatio;
  }

  /** The stream begins, again perhaps. */
  restart(): void {
    this.made.fill(0);
  }

  /** Becomes what the next message is. */
  next(): void {
    if (this.#ranks !== null) {
      this.rank = this.#ranks.indexOf(this.#random.f53());
      this.rankSequence = ++this.made[this.rank]!;
    }
    if (this.#sizes !== null) this.size = this.#sizes.indexOf(this.#random.f53());
    if (this.#binaryRatio > 0) this.isBinary = this.#random.f53() < this.#binaryRatio;
  }
}
