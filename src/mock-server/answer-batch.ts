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
  /** Bytes of the burst; what lies behind them is free. */
  usedBytes = 0;

  /** Where the burst lies. Another one after `reserve`, `add` or `flushTo`. */
  get memory(): FrameMemory {
    return this.#memory;
  }

  /** Makes room for so many bytes behind the burst. */
  reserve(bytes: number): void {
    const needed = this.usedBytes + bytes;
    if (needed > this.#memory.bytes.length) this.#grow(needed);
  }

  /** Adds an unmasked frame; `first` is its first byte. */
  add(first: number, payload: Uint8Array): void {
    const frameBytes = plainFrameBytes(payload.length);
    this.reserve(frameBytes);
    this.#memory.bytes.set(payload, writePlainHeader(this.#memory, this.usedBytes, first, payload.length));
    this.usedBytes += frameBytes;
  }

  /** True when it should leave although the burst may go on. */
  get isFull(): boolean {
    return this.usedBytes >= fullBytes;
  }

  /** Writes everything to the socket, in one go. */
  flushTo(socket: Socket): void {
    if (this.usedBytes === 0) return;
    const bytes = this.#memory.bytes.subarray(0, this.usedBytes);
    this.usedBytes = 0;
    // A socket that is waiting already gets a copy of the right size, not the whole batch for each small burst.
    if (socket.writableLength > 0) socket.write(Buffer.from(bytes));
    else {
      socket.write(bytes);
      // What the kernel did not take at once is still in these bytes.
      if (socket.writableLength > 0) this.#memory = freshMemory(initialBytes);
    }
    // A large memory is not worth keeping.
    if (this.#memory.bytes.length > fullBytes * 2) this.#memory = freshMemory(initialBytes);
  }

  #grow(needed: number): void {
    const larger = freshMemory(Math.max(needed, this.#memory.bytes.length * 2));
    this.#memory.bytes.copy(larger.bytes, 0, 0, this.usedBytes);
    this.#memory = larger;
  }
}

function freshMemory(sizeBytes: number): FrameMemory {
  return frameMemory(Buffer.allocUnsafeSlow(sizeBytes));
}
