import { counter } from "../../measure/worker-cells.ts";
import { choosesJob } from "../../plan/job-choice.ts";
import { isAscii } from "../../wire/byte-search.ts";
import type { Codec } from "../../wire/message-codec.ts";
import type { CollectedQueue } from "../collected-queue.ts";
import type { JobCodec } from "./job-codec.ts";
import { JobFollower, type JobFollowerParts } from "./job-follower.ts";
import { JobReplies } from "./job-replies.ts";
import { JobStatistics } from "./job-statistics.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { SentRegister } from "./message-recorder.ts";
import type { Receiver } from "./receiver.ts";

export interface JobReceiverParts extends Omit<JobFollowerParts, "onAccepted"> {
  readonly seed: number;
  readonly workerIndex: number;
  readonly codec: Codec;
  /** Null where jobs cannot be taken back. */
  readonly cancelCodec: JobCodec | null;
}

/** Mode queue: reads what the target says of jobs, and takes back those that are to be. */
export class JobReceiver implements Receiver, SentRegister {
  readonly #parts: JobReceiverParts;
  readonly #follower: JobFollower;
  readonly #replies: JobReplies;
  readonly #statistics: JobStatistics | null;
  #connections: readonly LoadConnection[] = [];
  /** On which jobs are taken back upon the read at hand. */
  #bursting: LoadConnection | null = null;
  #view: DataView | null = null;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(parts: JobReceiverParts) {
    const { plan, seed, workerIndex } = parts;
    this.#parts = parts;
    this.#follower = new JobFollower({
      ...parts,
      onAccepted: (connection, sequence, key, position) => {
        if (choosesJob(plan.cancel, seed, key, position)) this.#takeBack(connection, sequence);
      },
    });
    this.#replies = new JobReplies(plan.form);
    this.#statistics = plan.statistics === null || workerIndex !== 0 ? null : new JobStatistics(plan.statistics);
  }

  /** The connections of the worker, by their local number; before any of them opens. */
  attach(connections: readonly LoadConnection[]): void {
    this.#connections = connections;
  }

  /** The target's own statistics, before the first job; of the first worker, for all. */
  async askBefore(): Promise<void> {
    await this.#statistics?.askBefore(this.#connections);
  }

  /** And after the last. */
  async askAfter(): Promise<void> {
    await this.#statistics?.askAfter(this.#connections);
  }

  get burst(): JobFollower {
    return this.#follower;
  }

  enterSent(connection: number, intendedMs: number, sentMs: number, phase: number): number {
    return this.#follower.enter(connection, intendedMs, sentMs, phase);
  }

  take(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    // What waits for its ready sign, and text that may be no UTF-8, takes the longer way.
    if (connection.state === "waiting" || !isAscii(view, start, end)) return false;
    return this.#takeReply(connection, view, start, end);
  }

  receive(connection: LoadConnection, bytes: Buffer, start: number, end: number): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    return this.#takeReply(connection, view, 0, end - start);
  }

  readEnded(): void {
    if (this.#bursting !== null) this.#bursting.transport?.endBurst();
    this.#bursting = null;
    this.#parts.recorder.settleRun();
  }

  becameReady(): void {
    // Handing in is the sender's affair.
  }

  ended(connection: LoadConnection): void {
    this.#follower.connectionEnded(connection);
  }

  closing(): void {
    // Its jobs were settled by the end of the drain before.
  }

  everySecond(): void {
    // Nothing grows old here.
  }

  hasOutstanding(): boolean {
    return this.#follower.outstanding > 0;
  }

  settle(): void {
    this.#follower.settle();
  }

  get givenUp(): number {
    return this.#follower.givenUp;
  }

  tallies(): CollectedQueue {
    return { ...this.#follower.told(), statistics: this.#statistics?.told ?? null };
  }

  /** False when the message speaks of no job of ours in a way that is known. */
  #takeReply(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    if (this.#statistics?.take(view, start, end) === true) return true;
    const said = this.#replies.read(view, start, end);
    if (said === null) return false;
    const nowMs = connection.readInstant();
    let bytes = end - start;
    let latest = 0;
    this.#parts.codec.scan(this.#bytesOf(view), start, end, ({ kind, connectionId, sequence }) => {
      const isOwn = connectionId === connection.global || kind === "corrupt";
      // An id may stand in a message more than once.
      if (!isOwn || sequence === latest) return;
      latest = sequence;
      if (kind === "valid") this.#follower.hear(connection, sequence, said, nowMs, bytes);
      else this.#hearCorrupt(connection, sequence, bytes);
      bytes = 0;
    });
    return latest !== 0;
  }

  /** All that is to be taken back of one read leaves in one write. */
  #takeBack(connection: LoadConnection, sequence: number): void {
    const { transport } = connection;
    const { cancelCodec } = this.#parts;
    if (transport === null || cancelCodec === null) return;
    if (this.#bursting === null) transport.beginBurst();
    this.#bursting = connection;
    transport.writeMessage(cancelCodec.encode(connection.global, sequence));
    this.#follower.noteCancelAsked(connection.local, sequence);
  }

  /** A reply about a job that was damaged on its way. Sequence -1 when nobody can tell which job. */
  #hearCorrupt(connection: LoadConnection, sequence: number, bytes: number): void {
    const { recorder } = this.#parts;
    recorder.count(recorder.eventPhase, counter.corrupted);
    recorder.count(recorder.eventPhase, counter.bytesReceived, bytes);
    if (sequence > 0) this.#follower.noteCorrupt(connection.local, sequence);
  }

  #bytesOf(view: DataView): Buffer {
    if (view !== this.#view) {
      this.#view = view;
      this.#bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    }
    return this.#bytes;
  }
}
