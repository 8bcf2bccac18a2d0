import type { LoadConnection } from "./load-connection.ts";

/** What a mode makes of the messages that come. One for all connections of a worker. */
export interface Receiver {
  /**
   * The hot path, asked first for every whole message: true when it is dealt with. Text has not been checked for UTF-8 yet;
   * the bytes are valid during the call only.
   */
  take(connection: LoadConnection, view: DataView, start: number, end: number): boolean;
  /** Any other whole message; false when it holds nothing that the mode waits for. */
  receive(connection: LoadConnection, bytes: Buffer, start: number, end: number, isText: boolean): boolean;
  /** All messages of one read have been told. */
  readEnded(connection: LoadConnection): void;
  /** The connection has become ready, for the first time or again. */
  becameReady(connection: LoadConnection): void;
  /** The connection has ended although it was wanted; it may never have become ready. */
  ended(connection: LoadConnection): void;
  /** A ready connection is being closed because it is not wanted any more. */
  closing(connection: LoadConnection): void;
  /** Whether something is owed that has not come. Asked again and again during a drain. */
  hasOutstanding(): boolean;
  /** The drain has ended, or the run: what has not come is lost. */
  settle(): void;
  /** What was settled as lost before that, as too much was outstanding. */
  readonly givenUp: number;
  /** Called about once a second. */
  everySecond(nowMs: number): void;
}
