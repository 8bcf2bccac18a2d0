import type { Failure } from "../errors/failure.ts";
import type { ConnectPlan, LimitPlan } from "../plan/plan.ts";

/**
 * One client WebSocket as the load engine sees it. Two implementations, one behaviour (the same conformance tests):
 * `RawTransport` (own RFC 6455 framing on the socket) and `WsTransport` (the `ws` package: compression).
 *
 * A burst is written as beginBurst, writeMessage ..., endBurst: all its frames leave in one write to the socket.
 */
export interface Transport {
  /** Bytes handed over that the kernel has not yet taken. */
  readonly bufferedBytes: number;
  /** False before it is open and as soon as its end has been seen, be it in the read that is being told. */
  readonly canSend: boolean;
  beginBurst(): void;
  /** Frames `message` into the burst. Its bytes may be overwritten as soon as this returns. */
  writeMessage(message: OutgoingMessage): void;
  endBurst(): void;
  /** False leaves what comes with the system, whose buffers fill; a connection that is being closed reads in any case. */
  setReading(isReading: boolean): void;
  /** Starts the closing handshake; the socket is destroyed when the peer has not answered after `closeTimeoutMs`. */
  close(code: number, reason: string): void;
  /** Ends the socket at once. `onClosed` still follows. */
  destroy(): void;
}

export interface OutgoingMessage {
  /** The message in whole 32-bit words, for fast masking; the last word is padded. */
  readonly words: Int32Array;
  /** The same memory as bytes, cut to the message. */
  readonly bytes: Buffer;
  readonly isText: boolean;
}

/** What a transport tells the engine. All calls are synchronous, in the order of the wire. */
export interface TransportListener {
  /** The handshake is done. `connectUs` is from the start of the attempt to this instant, in microseconds. */
  onOpen(connectUs: number, negotiated: Negotiated): void;
  /**
   * Hot path, called first for every whole message: true when the message was byte for byte one of ours and is dealt
   * with. The bytes are valid during the call only, `view` covers the buffer they lie in.
   */
  takeKnownMessage(view: DataView, start: number, end: number): boolean;
  /** Any other whole message; for text, valid UTF-8. The bytes are valid during the call only. */
  onMessage(bytes: Buffer, start: number, end: number, isText: boolean): void;
  /** After all frames of one read from the socket have been told; the moment to answer in one burst. */
  onReadEnd(): void;
  /** Everything buffered has left, after `bufferedBytes` had been above 0. */
  onWritable(): void;
  /** Exactly once per transport, opened or not; nothing follows it. */
  onClosed(end: ConnectionEnd): void;
}

/** What the target agreed to. */
export interface Negotiated {
  /** True when both sides may compress messages (permessage-deflate). */
  readonly compression: boolean;
  /** Empty when none was asked for. */
  readonly subprotocol: string;
}

export interface ConnectionEnd {
  readonly opened: boolean;
  /** From the peer's close frame; 1005 when it had none, 1006 when there was no close frame. */
  readonly closeCode: number;
  readonly closeReason: string;
  /** One failure at most, whatever events the socket gave; undefined for a close that we began, or a clean 1000/1001. */
  readonly failure: Failure | undefined;
}

/** Everything a transport needs beside its listener. */
export interface TransportOptions {
  readonly connect: ConnectPlan;
  readonly limits: LimitPlan;
  readonly closeTimeoutMs: number;
}
