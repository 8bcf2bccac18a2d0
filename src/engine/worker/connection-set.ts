import type { Failure } from "../../errors/failure.ts";
import type { ConnectionTally } from "../../measure/connection-tally.ts";
import { control, counter, lateAttemptMs } from "../../measure/worker-cells.ts";
import type { ConnectPlan } from "../../plan/plan.ts";
import { roomOf } from "../../plan/rooms.ts";
import type { Xoshiro } from "../../random/xoshiro.ts";
import type { OpenTransport } from "../../transport/open-transport.ts";
import type { ConnectionEnd } from "../../transport/transport.ts";
import type { Codec } from "../../wire/message-codec.ts";
import { ConnectionPlaces } from "./connection-places.ts";
import { Greeting } from "./greeting.ts";
import { LeaveTaking } from "./leave-taking.ts";
import { LoadConnection, type ConnectionOwner } from "./load-connection.ts";
import type { MessageRecorder } from "./message-recorder.ts";
import { OpeningQueue } from "./opening-queue.ts";
import type { OutageBook } from "./outage-book.ts";
import { Reopening } from "./reopening.ts";
import type { Receiver } from "./receiver.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { Settling } from "./settling.ts";
import type { NoteBook } from "./worker-notes.ts";

/** Close frames sent in one turn of the event loop at the end of a run. */
const closedPerTurn = 64;

export interface ConnectionSetParts {
  readonly plan: ConnectPlan;
  readonly workers: number;
  readonly workerIndex: number;
  /** How many connections this worker has at most, over all segments. */
  readonly capacity: number;
  /** Over how many rooms all connections are dealt out; null in any other mode than broadcast. */
  readonly rooms: number | null;
  readonly codec: Codec;
  readonly recorder: MessageRecorder;
  readonly tally: ConnectionTally;
  readonly receiver: Receiver;
  readonly notes: NoteBook;
  readonly outages: OutageBook;
  readonly random: Xoshiro;
  readonly openTransport: OpenTransport;
  readonly nowMs: () => number;
  /** The worker's control cells: how many are open and ready is told there. */
  readonly control: Int32Array;
}

/** What the set asks of the sender. */
export interface SendSide {
  readEnded(connection: LoadConnection): void;
  becameWritable(connection: LoadConnection): void;
  becameReady(connection: LoadConnection): void;
  lost(connection: LoadConnection): void;
}

/** Opens, watches, reopens and closes the connections of one worker. */
export class ConnectionSet implements ConnectionOwner {
  readonly codec: Codec;
  readonly recorder: MessageRecorder;
  readonly receiver: Receiver;
  readonly connections: readonly LoadConnection[];
  ready = 0;
  #wanted = 0;
  /** Attempts that are not ready yet. */
  #opening = 0;
  /** Transports that have not told their end. */
  #live = 0;
  #sweepTimer: NodeJS.Timeout | undefined;
  #readInstantMs = 0;
  /** False once the run is being stopped or left: nothing is opened any more. */
  #mayOpen = true;
  #whenAllClosed: (() => void) | null = null;
  #sender: SendSide | null = null;
  readonly #parts: ConnectionSetParts;
  /** Ended by this side, as they were not ready in time. */
  readonly #overdue = new Set<LoadConnection>();
  readonly #queue: OpeningQueue;
  readonly #settling = new Settling();
  readonly #greeting: Greeting;
  readonly #places: ConnectionPlaces;
  /** Null where lost connections stay lost. */
  readonly #reopening: Reopening | null;
  /** Null where a connection that comes again is a new client. */
  readonly #sessions: SessionKeeper | null;
  readonly #leaveTaking: LeaveTaking;

  constructor(parts: ConnectionSetParts) {
    this.#parts = parts;
    this.codec = parts.codec;
    this.recorder = parts.recorder;
    this.receiver = parts.receiver;
    this.connections = Array.from({ length: parts.capacity }, (_, local) => {
      const global = local * parts.workers + parts.workerIndex;
      return new LoadConnection(local, global, parts.rooms === null ? 0 : roomOf(global, parts.rooms), this);
    });
    this.#places = new ConnectionPlaces(parts.plan, parts.rooms);
    const { ratePerSecond } = parts.plan;
    this.#queue = new OpeningQueue({
      ratePerSecond: ratePerSecond === null ? null : ratePerSecond / parts.workers,
      shift: parts.workerIndex / parts.workers,
      nowMs: parts.nowMs,
      underWay: () => this.#opening,
      open: (local, lateMs) => {
        const connection = this.connections[local]!;
        if (connection.state !== "idle") return false;
        this.#openOne(connection);
        if (lateMs > lateAttemptMs) this.recorder.count(this.recorder.eventPhase, counter.attemptedLate);
        return true;
      },
    });
    this.#greeting = new Greeting(parts.plan);
    this.#reopening = this.#makeReopening();
    const resume = parts.plan.reconnect?.resume ?? null;
    const { ledger } = parts.recorder;
    const isOwed = ({ local }: LoadConnection): boolean => ledger.outstandingOf(local) > 0;
    this.#leaveTaking = new LeaveTaking({ nowMs: parts.nowMs, isOwed });
    const count = (phase: number, which: number, times: number): void => parts.recorder.count(phase, which, times);
    this.#sessions = resume === null ? null : new SessionKeeper(resume, ledger, count);
  }

  attachSender(sender: SendSide): void {
    this.#sender = sender;
  }

  /** Opens (or closes down to) the first `count` connections; resolves when each is ready or has failed for good. */
  async openUpTo(count: number): Promise<void> {
    this.#wanted = count;
    this.#mayOpen = true;
    for (const connection of this.connections.slice(count)) this.#closeOne(connection);
    this.#sweepTimer ??= setInterval(() => this.#sweep(), 100);
    const settled = this.#settling.begin(this.connections.slice(0, count));
    if (settled === null) {
      this.#queue.stop();
      return;
    }
    this.#queue.start(count);
    await settled;
  }

  /** Closes everything with 1000 and resolves when nothing is left, sockets and timers included. */
  async closeAll(): Promise<void> {
    this.#stopOpening();
    clearInterval(this.#sweepTimer);
    const closed = new Promise<void>((resolve) => (this.#whenAllClosed = resolve));
    this.#closeInTurns(this.connections.filter((connection) => this.#beginToClose(connection)));
    this.#checkAllClosed();
    await closed;
  }

  /** No further attempts, for a run that is being stopped. */
  stopOpening(): void {
    this.#stopOpening();
    this.#settling.giveUp();
  }

  /** Closes a ready connection once it is answered, and opens it again at once, as a client would that comes anew. */
  leave(connection: LoadConnection): void {
    const { outages, recorder, nowMs } = this.#parts;
    connection.state = "leaving";
    this.#setReady(this.ready - 1);
    outages.lost(connection, recorder.eventPhase, nowMs(), this.ready, true);
    this.#leaveTaking.closeWhenAnswered(connection);
  }

  /** Ends all ready connections at once, without a close frame; they come back as lost ones do. */
  dropAll(): void {
    const { outages, recorder, nowMs } = this.#parts;
    const atMs = nowMs();
    for (const connection of this.connections) {
      if (connection.state !== "ready") continue;
      this.#setReady(this.ready - 1);
      outages.lost(connection, recorder.eventPhase, atMs, this.ready, true);
      connection.state = "leaving";
      connection.transport?.destroy();
    }
  }

  /** The drain has ended: what sessions were to answer still is lost. Before the receiver settles the rest. */
  settleSessions(): void {
    this.#sessions?.settle();
  }

  /** How the breaker has behaved; null where there is none. */
  breakerRecord(originMs: number): ReturnType<Reopening["breakerRecord"]> {
    return this.#reopening?.breakerRecord(originMs) ?? null;
  }

  /** One instant for all messages of a read: they became visible together. */
  readInstant(): number {
    if (this.#readInstantMs === 0) {
      this.#readInstantMs = this.#parts.nowMs();
      this.recorder.advance(this.#readInstantMs);
    }
    return this.#readInstantMs;
  }

  readEnded(connection: LoadConnection): void {
    this.receiver.readEnded(connection);
    this.#readInstantMs = 0;
    this.#sender?.readEnded(connection);
  }

  becameWritable(connection: LoadConnection): void {
    this.#sender?.becameWritable(connection);
  }

  opened(connection: LoadConnection, connectUs: number, isCompressed: boolean): void {
    if (connection.state !== "opening") {
      this.#closeOne(connection);
      return;
    }
    connection.openedAtMs = this.#parts.nowMs();
    if (this.#parts.plan.compress && !isCompressed) {
      this.#parts.notes.compressionAgreed = false;
      this.#parts.notes.changed = true;
    }
    connection.state = "waiting";
    const { transport } = connection;
    // Where the session is asked for, the target's answer tells how it goes on.
    if (transport !== null && this.#sessions?.opened(connection, transport) === true) return;
    this.#greet(connection, connectUs);
  }

  /** The slow path of receiving: what the receiver does not take at once. */
  receivedUnknown(connection: LoadConnection, bytes: Buffer, start: number, end: number, isText: boolean): void {
    const openMs = this.readInstant() - connection.attemptedAtMs;
    const word = this.#sessions?.hear(connection, bytes, start, end) ?? null;
    const isWaiting = connection.state === "waiting";
    if (isWaiting && word === "resumed") this.#becomeReady(connection, openMs * 1000);
    if (isWaiting && word === "refused") this.#greet(connection, openMs * 1000);
    const isSign =
      connection.state === "waiting" &&
      this.#sessions?.isAsked(connection) !== true &&
      this.#greeting.isSign(bytes.toString("utf8", start, end), this.#places.roomNameOf(connection));
    if (isSign) this.#becomeReady(connection, openMs * 1000);
    if (this.receiver.receive(connection, bytes, start, end, isText) || isSign || word !== null) return;
    // What comes between opening and the sign is the answer to what was said first.
    if (isWaiting) this.recorder.count(this.recorder.eventPhase, counter.bytesReceived, end - start);
    else this.recorder.recordUnsolicited(end - start);
    this.#parts.notes.noteForeignFrame(bytes, start, end, isText);
  }

  ended(connection: LoadConnection, end: ConnectionEnd): void {
    const { recorder, notes } = this.#parts;
    const wasReady = connection.state === "ready";
    const wasClosing = connection.state === "closing";
    const wasDropped = connection.state === "leaving";
    const nowMs = this.#parts.nowMs();
    const phase = recorder.eventPhase;
    if (connection.state === "opening" || connection.state === "waiting") this.#opening -= 1;
    connection.state = "idle";
    connection.transport = null;
    // A connection destroyed in the middle of a read gets no end of that read.
    this.receiver.readEnded(connection);
    this.#readInstantMs = 0;
    this.#live -= 1;
    connection.windowUsed = 0;
    if (wasReady) this.#setReady(this.ready - 1);
    if (wasReady || wasDropped) this.#parts.tally.ended(connection.local, nowMs, true);
    if (wasClosing) {
      // Closed for a segment that wanted fewer, and wanted again by the next one before it was gone.
      const isMissed = this.#queue.hasPassed(connection.local) && connection.local < this.#wanted;
      if (this.#mayOpen && isMissed && !connection.isSettled) this.#openOne(connection);
      this.#checkAllClosed();
      return;
    }
    const wasAsked = this.#sessions?.isAsked(connection) === true;
    const isLeft = wasDropped && connection.leftInOrder;
    const isHeld = this.#sessions?.ended(connection, { phase, end, wasReady: wasReady || wasDropped, isLeft });
    if (isHeld !== true) this.receiver.ended(connection);
    if (wasReady || wasDropped) this.#sender?.lost(connection);
    if (wasDropped) {
      this.#comeAgain(connection);
      return;
    }
    if (wasReady) this.#parts.outages.lost(connection, phase, nowMs, this.ready, false);
    else this.#reopening?.attemptFailed();
    if (wasReady) {
      recorder.count(phase, counter.closed);
      notes.noteClose(end.closeCode, phase, nowMs - connection.openedAtMs);
    } else {
      recorder.count(phase, counter.failed);
    }
    const isOverdue = this.#overdue.delete(connection);
    const failure = end.failure ?? (wasReady ? undefined : this.#closedBeforeReady(end, wasAsked, isOverdue));
    if (failure !== undefined) notes.noteFailure(failure, phase, nowMs);
    this.#afterEnd(connection);
  }

  /** One that the run itself has ended: after `leave` at once, after `dropAll` as after any loss. */
  #comeAgain(connection: LoadConnection): void {
    const isWanted = this.#mayOpen && connection.local < this.#wanted;
    const isChurned = connection.leftInOrder;
    connection.leftInOrder = false;
    if (isWanted && isChurned) this.#openOne(connection);
    else if (isWanted) this.#reopening?.tryAgain(connection);
    this.#checkAllClosed();
  }

  #makeReopening(): Reopening | null {
    const { plan, random, recorder, nowMs } = this.#parts;
    if (plan.reconnect === null) return null;
    return new Reopening({
      plan: plan.reconnect,
      random,
      nowMs,
      count: (which) => recorder.count(recorder.eventPhase, which),
      isWanted: ({ state, local }) => this.#mayOpen && local < this.#wanted && state === "idle",
      open: (connection) => this.#openOne(connection),
      gaveUp: (connection) => this.#sessions?.dropped(connection),
    });
  }

  /** Says the first messages; ready now, or once the sign has come. */
  #greet(connection: LoadConnection, connectUs: number): void {
    if (connection.transport !== null) this.#greeting.sendOn(connection.transport, this.#places.roomNameOf(connection));
    if (!this.#greeting.asksForSign) this.#becomeReady(connection, connectUs);
  }

  #afterEnd(connection: LoadConnection): void {
    connection.isRetry = false;
    if (this.#mayOpen) this.#reopening?.tryAgain(connection);
    this.#settling.settle(connection);
    this.#checkAllClosed();
    this.#queue.attemptEnded();
  }

  #openOne(connection: LoadConnection): void {
    const { recorder } = this.#parts;
    connection.state = "opening";
    connection.attemptedAtMs = this.#parts.nowMs();
    this.#opening += 1;
    recorder.count(recorder.eventPhase, counter.attempted);
    connection.failedAttempts += 1;
    this.#live += 1;
    const from = this.#places.localAddressOf(connection);
    connection.transport = this.#parts.openTransport(connection, from, this.#places.pathOf(connection));
  }

  #becomeReady(connection: LoadConnection, connectUs: number): void {
    const { recorder } = this.#parts;
    connection.state = "ready";
    if (connection.hasBeenReady) recorder.count(recorder.eventPhase, counter.reconnects);
    connection.hasBeenReady = true;
    connection.failedAttempts = 0;
    if (connection.isRetry) recorder.count(recorder.eventPhase, counter.retriesSucceeded);
    connection.isRetry = false;
    this.#reopening?.attemptSucceeded();
    this.#parts.outages.ready(connection, this.#parts.nowMs());
    this.#parts.tally.ready(connection.local, this.#parts.nowMs());
    this.#opening -= 1;
    recorder.count(recorder.eventPhase, counter.opened);
    recorder.recordConnected(connectUs);
    this.#setReady(this.ready + 1);
    this.#settling.settle(connection);
    this.receiver.becameReady(connection);
    this.#sender?.becameReady(connection);
    this.#queue.attemptEnded();
  }

  /** Attempts that are open but never became ready within the time allowed. */
  #sweep(): void {
    if (!this.#greeting.asksForSign && this.#sessions === null) return;
    const oldestMs = this.#parts.nowMs() - this.#parts.plan.timeoutMs;
    for (const connection of this.connections) {
      if (connection.state !== "waiting" || connection.attemptedAtMs >= oldestMs) continue;
      this.#sessions?.overdue(connection);
      this.#overdue.add(connection);
      connection.transport?.destroy();
    }
  }

  #closeOne(connection: LoadConnection): void {
    if (this.#beginToClose(connection)) connection.transport?.close(1000, "");
  }

  /** A few in each turn, so that what one took while it closed serves the next. */
  #closeInTurns(connections: readonly LoadConnection[]): void {
    for (const connection of connections.slice(0, closedPerTurn)) connection.transport?.close(1000, "");
    const rest = connections.slice(closedPerTurn);
    if (rest.length > 0 && this.#live > 0) setImmediate(() => this.#closeInTurns(rest));
  }

  /** From now on its end is ours. True when it is open, and so is to be told. */
  #beginToClose(connection: LoadConnection): boolean {
    if (connection.state === "idle" || connection.state === "closing") return false;
    this.#sessions?.dropped(connection);
    const wasOpening = connection.state === "opening";
    if (connection.state === "ready") {
      this.#setReady(this.ready - 1);
      this.receiver.closing(connection);
    } else if (connection.state !== "leaving") {
      this.#opening -= 1;
      this.#reopening?.attemptAbandoned(connection);
    }
    connection.state = "closing";
    connection.hasBeenReady = false;
    connection.awaySinceMs = null;
    if (wasOpening) connection.transport?.destroy();
    return !wasOpening;
  }

  #setReady(ready: number): void {
    this.ready = ready;
    const cells = this.#parts.control;
    cells[control.openConnections] = ready;
    if (ready > cells[control.mostConnections]!) cells[control.mostConnections] = ready;
  }

  #stopOpening(): void {
    this.#mayOpen = false;
    this.#reopening?.stop();
    this.#leaveTaking.stop();
    this.#queue.stop();
  }

  /** `wasAsked`: the target had been asked for a session, and has said nothing of it. `isOverdue`: we ended it for that. */
  #closedBeforeReady({ closeCode, closeReason }: ConnectionEnd, wasAsked: boolean, isOverdue: boolean): Failure {
    const wanted = wasAsked ? "a word on its session" : "the ready sign";
    const ended = closeCode === 1006 ? "the connection ended" : `close code ${closeCode} ${closeReason}`.trim();
    const seen = isOverdue
      ? `${wanted} was not seen within ${this.#parts.plan.timeoutMs / 1000} s`
      : `${ended} before ${wanted} was seen`;
    const said = this.#parts.notes.firstForeignFrame;
    return {
      phase: "open",
      kind: wasAsked ? "session-unknown" : "not-ready",
      blame: "target",
      example: said === null ? seen : `${seen}; the first thing it said: ${said}`,
    };
  }

  #checkAllClosed(): void {
    if (this.#whenAllClosed === null || this.#live > 0) return;
    this.#whenAllClosed();
    this.#whenAllClosed = null;
  }
}
