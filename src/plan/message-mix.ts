import { ShareTable } from "../random/share-table.ts";
import { deriveFrom, deriveSeed } from "../random/xoshiro.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatBytes, hasSizeUnit } from "../units/size.ts";
import type { MixPlan, NamedSize } from "./plan.ts";

/** Sets these draws apart from all others of a seed. */
const seedOfMixes = 27;
/** ... and that of the kind of frame from that of the size. */
const drawOfFrame = 1;

/**
 * Which size and kind of frame each message of a run has. Drawn from the run's seed, the number of the connection and the
 * message's own number on it, and from nothing else: so that whoever sees a message knows what it has to be, and the same
 * seed gives the same messages whenever they are sent. Allocates nothing.
 */
export class MessageMix {
  readonly #seed: number;
  readonly #sizes: ShareTable;
  readonly #binaryRatio: number;

  constructor({ sizes, binaryRatio }: MixPlan, seed: number) {
    this.#seed = deriveSeed(seed, seedOfMixes);
    this.#sizes = new ShareTable(sizes.map(({ share }) => share));
    this.#binaryRatio = binaryRatio;
  }

  /** The size of message `sequence` (from 1) of connection `connection` (over all workers), as its place in the plan's sizes. */
  sizeOf(connection: number, sequence: number): number {
    return this.#sizes.indexOf(this.#drawOf(connection, sequence) / 2 ** 32);
  }

  /** Whether that message is a binary frame. */
  isBinary(connection: number, sequence: number): boolean {
    return deriveFrom(this.#drawOf(connection, sequence), drawOfFrame) < this.#binaryRatio * 2 ** 32;
  }

  #drawOf(connection: number, sequence: number): number {
    return deriveFrom(deriveFrom(this.#seed, connection), sequence);
  }
}

/** Bytes of a message of a mix on average over many. */
export function meanBytes({ sizes }: Pick<MixPlan, "sizes">): number {
  return sizes.reduce((sum, { sizeBytes, share }) => sum + sizeBytes * share, 0);
}

/** For people: `60% of 128 B, 30% of 1KiB, 10% of 16KiB (1.98 KiB on average), 10% binary`. */
export function describeMix({ sizes, binaryRatio }: MixPlan): string {
  const frames = binaryRatio === 0 ? "" : binaryRatio === 1 ? ", binary" : `, ${formatRatio(binaryRatio)} binary`;
  if (sizes.length === 1) return `${nameOf(sizes[0]!)} each${frames}`;
  const shares = sizes.map((size) => `${formatRatio(size.share)} of ${nameOf(size)}`).join(", ");
  return `${shares} (${formatBytes(meanBytes({ sizes }))} on average)${frames}`;
}

function nameOf({ name }: NamedSize): string {
  return hasSizeUnit(name) ? name : `${name} B`;
}
