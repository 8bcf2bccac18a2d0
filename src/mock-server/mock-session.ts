import type { MockContext } from "./mock-context.ts";

/** One open connection as the server sees it, whatever its wire. */
export interface MockSession {
  /** Answers that have not left. */
  readonly pendingAnswers: number;
  /** Bytes sent that the peer's kernel has not taken. */
  readonly bufferedBytes: number;
  /** Takes no more messages; those that still come are not counted. */
  stopTaking(): void;
  /** Sends what is pending at once, as far as the peer takes it; gives the number of answers sent. */
  flushPending(): number;
  /** Drops what is pending and closes with this code; gives the number of answers dropped. */
  close(code: number): number;
  /** Ends it as a fault does: without a close frame, after everything sent. */
  cutOff(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/** What every session is made with. */
export interface SessionSettings {
  /** Counts accepted connections from 1; with the seed it settles the faults. */
  readonly number: number;
  readonly context: MockContext;
  /** Called once, when the socket is closed. */
  readonly onEnded: (session: MockSession) => void;
}
