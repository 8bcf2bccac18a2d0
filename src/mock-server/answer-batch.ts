import type { Socket } from "node:net";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";
import { plainFrameBytes, writePlainHeader } from "../wire/frame-writer.ts";

const initialBytes = 64 * 1024;
/** A batch that has grown beyond this is sent before the burst is complete. */
const fullBytes = 256 * 1024;

/**
 * Frames of one burst on their way into one write. One batch serves all connections of a server, since a burst begins and
 * ends within one event.
 */
export class AnswerBatch {
  #memory: FrameMemory = freshMemory(initialBytes);
  #length = 0;

  /** Adds an unmasked frame; `first` is its first byte. */
  add(first: number, payload: Uint8Array): void {
    const needed = this.#length + plainFrameBytes(payload.length);
    if (needed > this.#memory.bytes.length) this.#grow(needed);
    this.#memory.bytes.set(payload, writePlainHeader(this.#memory, this.#length, first, payload.length));
    this.#length = needed;
  }

  /** True when it should leave although the burst may go on. */
  get isFull(): boolean {
    return this.#length >= fullBytes;
  }

  /** Writes everything to the socket, in one go. */
  flushTo(socket: Socket): void {
    if (this.#length === 0) return;
    const { bytes } = this.#memory;
    socket.write(bytes.subarray(0, this.#length));
    this.#length = 0;
    // What the kernel did not take at once is still in these bytes, and a large buffer is not worth keeping.
    if (socket.writableLength > 0 || bytes.length > fullBytes * 2) this.#memory = freshMemory(initialBytes);
  }

  #grow(needed: number): void {
    const larger = freshMemory(Math.max(needed, this.#memory.bytes.length * 2));
    this.#memory.bytes.copy(larger.bytes, 0, 0, this.#length);
    this.#memory = larger;
  }
}

function freshMemory(sizeBytes: number): FrameMemory {
  return frameMemory(Buffer.allocUnsafeSlow(sizeBytes));
}
