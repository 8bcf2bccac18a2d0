import type { MessageFault } from "./fault-plan.ts";

/** What is to be sent yet on a connection. */
export interface Answer {
  /** Number of the connection whose message it answers. */
  readonly publisher: number;
  readonly payload: Buffer;
  readonly isText: boolean;
  readonly message: number;
  readonly fault: MessageFault;
  readonly receivedMs: number;
  readonly dueMs: number;
  /** The last word of a stream, and none of its messages. */
  readonly isEnd?: true;
}
