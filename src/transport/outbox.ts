import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";

const sizeBytes = 64 * 1024;
/** How many different lengths of what was written are kept ready, a power of two. */
const keptContents = 64;

/** A transport with frames in the outbox. */
export interface OutboxOwner {
  /** Writes the outbox to the socket and leaves it empty, without owner. */
  flushOutbox(): void;
}

/**
 * Where all transports of one thread frame what they send: one buffer, because a buffer per connection would cost more
 * than the connection itself. It holds frames of one transport at a time; another that wants it flushes the first.
 */
export class Outbox {
  memory: FrameMemory = frameMemory(Buffer.allocUnsafeSlow(sizeBytes));
  usedBytes = 0;
  /** Messages are in it, not control frames alone. */
  hasMessages = false;
  owner: OutboxOwner | undefined;
  /** Views of the memory's start, by length: writes have few lengths, and a view costs more than the frame in it. */
  readonly #contents = new Array<Buffer | undefined>(keptContents).fill(undefined);

  /**
   * Makes room for `neededBytes` of `owner`'s, flushing what stands in the way. False when a frame that large never
   * fits; the outbox is then empty.
   */
  reserve(owner: OutboxOwner, neededBytes: number): boolean {
    if (this.owner === owner) {
      if (this.usedBytes + neededBytes <= sizeBytes) return true;
      owner.flushOutbox();
    } else if (this.owner !== undefined) {
      this.owner.flushOutbox();
    }
    if (neededBytes > sizeBytes) return false;
    this.owner = owner;
    return true;
  }

  /** What it holds. The bytes are good until it is used again, or for ever once its memory is replaced. */
  contents(): Buffer {
    const { usedBytes } = this;
    const place = usedBytes & (keptContents - 1);
    const kept = this.#contents[place];
    if (kept?.length === usedBytes) return kept;
    return (this.#contents[place] = this.memory.bytes.subarray(0, usedBytes));
  }

  /** Empties it, whatever it holds. */
  clear(): void {
    this.usedBytes = 0;
    this.hasMessages = false;
    this.owner = undefined;
  }

  /** The kernel has not taken all of a write: its buffer stays with the socket, and the next burst gets a new one. */
  replaceMemory(): void {
    this.memory = frameMemory(Buffer.allocUnsafeSlow(sizeBytes));
    this.#contents.fill(undefined);
  }
}
