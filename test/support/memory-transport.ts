import type { ConnectionEnd, OutgoingMessage, Transport, TransportListener } from "../../src/transport/transport.ts";

/** A transport without a network: the test decides what comes back, and when. */
export class MemoryTransport implements Transport {
  bufferedBytes = 0;
  canSend = true;
  /** Whole messages as they were written, one list per burst. */
  readonly bursts: Buffer[][] = [];
  isOver = false;
  isReading = true;
  readonly listener: TransportListener;
  readonly #onBurst: (burst: readonly Buffer[]) => void;
  #burst: Buffer[] = [];

  /** `onBurst` is told of each burst when it leaves. */
  constructor(listener: TransportListener, onBurst: (burst: readonly Buffer[]) => void = () => undefined) {
    this.listener = listener;
    this.#onBurst = onBurst;
  }

  open(connectUs = 100): void {
    this.listener.onOpen(connectUs, { compression: false, subprotocol: "" });
  }

  setReading(isReading: boolean): void {
    this.isReading = isReading;
  }

  beginBurst(): void {
    this.#burst = [];
  }

  writeMessage(message: OutgoingMessage): void {
    this.#burst.push(Buffer.from(message.bytes));
  }

  endBurst(): void {
    this.bursts.push(this.#burst);
    this.#onBurst(this.#burst);
  }

  get messages(): readonly Buffer[] {
    return this.bursts.flat();
  }

  /** Gives frames to the listener as one read from the socket. */
  receive(...frames: readonly Buffer[]): void {
    for (const frame of frames) {
      const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
      if (!this.listener.takeKnownMessage(view, 0, frame.length)) this.listener.onMessage(frame, 0, frame.length, true);
    }
    this.listener.onReadEnd();
  }

  close(): void {
    this.end({ opened: true, closeCode: 1000, closeReason: "", failure: undefined });
  }

  destroy(): void {
    this.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
  }

  end(end: ConnectionEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    this.listener.onClosed(end);
  }
}
