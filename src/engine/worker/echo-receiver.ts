import { counter } from "../../measure/worker-cells.ts";
import type { Codec } from "../../wire/message-codec.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { MessageRecorder } from "./message-recorder.ts";
import type { Receiver } from "./receiver.ts";
import type { NoteBook } from "./worker-notes.ts";

/** Knows the messages of this run again, on the connection they were sent on. */
export class EchoReceiver implements Receiver {
  readonly #codec: Codec;
  readonly #recorder: MessageRecorder;
  readonly #notes: NoteBook;

  constructor(codec: Codec, recorder: MessageRecorder, notes: NoteBook) {
    this.#codec = codec;
    this.#recorder = recorder;
    this.#notes = notes;
  }

  take(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    const sequence = this.#codec.matchKnown(view, start, end, connection.global);
    if (sequence === 0) return false;
    const isWindowFreed = this.#recorder.recordReceived(
      connection.local,
      sequence,
      connection.readInstant(),
      end - start,
    );
    if (isWindowFreed) connection.windowUsed -= 1;
    return true;
  }

  /** A frame that is not byte for byte one of our messages: wrapped, several in one, damaged. */
  receive(connection: LoadConnection, bytes: Buffer, start: number, end: number, isText: boolean): boolean {
    const nowMs = connection.readInstant();
    const recorder = this.#recorder;
    let found = 0;
    this.#codec.scan(bytes, start, end, (message) => {
      found += 1;
      const isOwn = message.connectionId === connection.global;
      if (message.kind === "corrupt") recorder.recordCorrupt(connection.local, isOwn ? message.sequence : -1);
      else if (!isOwn) {
        recorder.recordUnsolicited(0);
        this.#notes.noteForeignFrame(bytes, start, end, isText);
      } else if (recorder.recordReceived(connection.local, message.sequence, nowMs, 0)) connection.windowUsed -= 1;
    });
    if (found > 0) recorder.count(recorder.eventPhase, counter.bytesReceived, end - start);
    return found > 0;
  }

  readEnded(): void {
    this.#recorder.settleRun();
  }

  becameReady(): void {
    // Sending is the sender's affair.
  }

  ended(connection: LoadConnection): void {
    this.#recorder.ledger.closeConnection(connection.local);
  }

  closing(): void {
    // What is in flight on it may still come, and is settled by the end of the drain before.
  }

  hasOutstanding(): boolean {
    return this.#recorder.ledger.outstanding > 0;
  }

  get givenUp(): number {
    return this.#recorder.ledger.givenUp;
  }

  everySecond(): void {
    // Nothing grows old here.
  }

  settle(): void {
    this.#recorder.ledger.finish();
  }
}
