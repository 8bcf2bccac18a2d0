import { frameMemory, type FrameMemory } from "./frame-memory.ts";
import { copyBytes } from "./frame-writer.ts";

const smallestBytes = 1024;
const largestSpareBytes = 1024 * 1024;

/** One spare buffer per power of two up to 1 MiB, for all connections of a thread: they are needed for instants only. */
const spares = new Map<number, FrameMemory>();

/**
 * A message that did not arrive in one piece. Grows by doubling as bytes arrive, never ahead of them: a peer that
 * announces much and sends little costs little. At most twice the bytes received, 1 KiB at least.
 */
export class MessageAssembly {
  #memory: FrameMemory | undefined;
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds `source[start, end)`; gives the offset at which it now lies in `memory`. */
  append(source: FrameMemory, start: number, end: number): number {
    const at = this.#sizeBytes;
    this.#sizeBytes = at + end - start;
    const memory = this.#reserve(at, this.#sizeBytes);
    copyBytes(source, start, end, memory, at);
    return at;
  }

  /** What has been gathered lies in [0, sizeBytes). Not to be kept: the next append may move it. */
  memory(): FrameMemory {
    return this.#reserve(this.#sizeBytes, this.#sizeBytes);
  }

  /** Empties it and gives the memory back. */
  release(): void {
    const memory = this.#memory;
    this.#memory = undefined;
    this.#sizeBytes = 0;
    if (memory !== undefined && memory.bytes.length <= largestSpareBytes) spares.set(memory.bytes.length, memory);
  }

  #reserve(keptBytes: number, neededBytes: number): FrameMemory {
    const current = this.#memory;
    if (current !== undefined && current.bytes.length >= neededBytes) return current;
    let size = smallestBytes;
    while (size < neededBytes) size *= 2;
    const grown = takeSpare(size);
    this.#memory = grown;
    if (current !== undefined) {
      current.bytes.copy(grown.bytes, 0, 0, keptBytes);
      if (current.bytes.length <= largestSpareBytes) spares.set(current.bytes.length, current);
    }
    return grown;
  }
}

function takeSpare(sizeBytes: number): FrameMemory {
  const spare = spares.get(sizeBytes);
  if (spare === undefined) return frameMemory(Buffer.allocUnsafeSlow(sizeBytes));
  spares.delete(sizeBytes);
  return spare;
}
