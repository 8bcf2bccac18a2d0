import type { RoomBurst } from "./rooms.ts";

/** The wire of one connection, as its behaviour sees it: own framing on a socket, or the `ws` package. */
export interface AnswerWire {
  /** False while the peer has not taken what was sent before. */
  readonly isWritable: boolean;
  /** Bytes sent that the peer's kernel has not taken. */
  readonly bufferedBytes: number;
  /** Adds one message to the burst; a long burst leaves in parts. Its bytes may be overwritten as soon as this returns. */
  sendMessage(payload: Uint8Array, isText: boolean): void;
  /** Sends the burst. */
  flush(): void;
  /** Sends messages that are framed already; there is no burst meanwhile. */
  sendFramed(burst: RoomBurst): void;
  /** Ends the connection without a close frame, after everything sent; nothing more is read. */
  cut(): void;
  /** The same with a close frame of this code. */
  refuse(code: number): void;
  setReading(isReading: boolean): void;
}
