import { Socket, type OnReadOpts, type SocketConstructorOpts } from "node:net";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";

/** As much as Node itself offers the kernel for one read. */
const readBytes = 64 * 1024;

/** Who reads a socket. */
export interface SharedReader {
  /** A read brought `memory[0, end)`, valid during the call only. */
  onRead(memory: FrameMemory, end: number): void;
}

/** What a socket of Node hides, and its constructor takes although its types do not say so. */
interface HandleOwner {
  _handle: { readonly useUserBuffer?: unknown } | null;
}
interface HandleOptions extends SocketConstructorOpts {
  readonly handle: unknown;
  readonly onread: OnReadOpts;
}

/**
 * Lets accepted sockets read into one shared memory, as `onread` does for sockets that connect. Node offers that to nobody
 * who accepts, so a second socket is made around the handle of the first (docs/decisions/0011-accepted-sockets.md).
 */
export class SharedRead {
  readonly #memory: FrameMemory = frameMemory(Buffer.allocUnsafeSlow(readBytes));

  /**
   * Gives the socket to use from now on, half-open as those of an HTTP server: a new one, upon which the old one is closed
   * but not its connection; or the old one where Node has changed and the new way is shut. Nothing may have been read from
   * the old one that was not taken, and it may have no listeners that are still needed.
   */
  take(accepted: Socket, reader: SharedReader): Socket {
    const memory = this.#memory;
    const owner = accepted as unknown as HandleOwner;
    const handle = owner._handle;
    if (typeof handle?.useUserBuffer === "function") {
      const callback = (bytes: number): boolean => {
        reader.onRead(memory, bytes);
        return true;
      };
      const options: HandleOptions = { handle, allowHalfOpen: true, onread: { buffer: memory.bytes, callback } };
      const socket = new Socket(options);
      if ((socket as unknown as HandleOwner)._handle === handle) {
        owner._handle = null;
        accepted.destroy();
        return socket;
      }
    }
    accepted.on("data", (chunk: Buffer) => reader.onRead(frameMemory(chunk), chunk.length));
    return accepted;
  }
}
