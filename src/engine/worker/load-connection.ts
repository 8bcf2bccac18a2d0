import type { ConnectionEnd, Transport, TransportListener } from "../../transport/transport.ts";

/** `leaving`: to be closed by the run itself once what is under way on it has come; nothing more is sent. */
export type ConnectionState = "idle" | "opening" | "waiting" | "ready" | "leaving" | "closing";

/** Whoever has connections, and is told what happens on them. */
export interface ConnectionOwner {
  /** Takes messages without a detour; false for one that `receivedUnknown` is to be told of. */
  readonly receiver: { take(connection: LoadConnection, view: DataView, start: number, end: number): boolean };
  opened(connection: LoadConnection, connectUs: number, isCompressed: boolean): void;
  receivedUnknown(connection: LoadConnection, bytes: Buffer, start: number, end: number, isText: boolean): void;
  /** One instant for all messages of a read. */
  readInstant(): number;
  readEnded(connection: LoadConnection): void;
  becameWritable(connection: LoadConnection): void;
  ended(connection: LoadConnection, end: ConnectionEnd): void;
}

/** One connection of the load: its transport, and what waits to be sent on it. */
export class LoadConnection implements TransportListener {
  /** Within the worker, 0 .. own connections - 1. */
  readonly local: number;
  /** Over all workers; travels in every message. */
  readonly global: number;
  /** In mode broadcast; 0 in any other. */
  readonly room: number;
  state: ConnectionState = "idle";
  transport: Transport | null = null;
  openedAtMs = 0;
  /** Start of the attempt. */
  attemptedAtMs = 0;
  /** Attempts since it was last ready. */
  failedAttempts = 0;
  hasBeenReady = false;
  /** Since when it is away though it was ready and is wanted; null while it is not. `awayPhase`: in which phase that was. */
  awaySinceMs: number | null = null;
  awayPhase = 0;
  /** When it was back from its last outage; null before that, and while it is away. */
  backSinceMs: number | null = null;
  /** The attempt under way is one after another that failed, or after an end. */
  isRetry = false;
  /** The run itself has closed it in order, to open it again at once. */
  leftInOrder = false;
  /** Ready, or failed once, since the segment asked for it. */
  isSettled = false;
  /** Intended instants of messages that wait because the target does not read; null while there are none. */
  backlog: Float64Array | null = null;
  backlogHead = 0;
  backlogLength = 0;
  /** How many at its head came into it because the connection was away. */
  bufferedLeft = 0;
  /** Closed loop: messages sent and not yet answered or given up. */
  windowUsed = 0;
  readonly #owner: ConnectionOwner;

  constructor(local: number, global: number, room: number, owner: ConnectionOwner) {
    this.local = local;
    this.global = global;
    this.room = room;
    this.#owner = owner;
  }

  onOpen(connectUs: number, negotiated: { readonly compression: boolean }): void {
    this.#owner.opened(this, connectUs, negotiated.compression);
  }

  takeKnownMessage(view: DataView, start: number, end: number): boolean {
    return this.#owner.receiver.take(this, view, start, end);
  }

  /** One instant for all messages of a read: they became visible together. */
  readInstant(): number {
    return this.#owner.readInstant();
  }

  onMessage(bytes: Buffer, start: number, end: number, isText: boolean): void {
    this.#owner.receivedUnknown(this, bytes, start, end, isText);
  }

  onReadEnd(): void {
    this.#owner.readEnded(this);
  }

  onWritable(): void {
    this.#owner.becameWritable(this);
  }

  onClosed(end: ConnectionEnd): void {
    this.#owner.ended(this, end);
  }
}
