import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";
import { FrameParser, type FrameListener } from "../wire/frame-parser.ts";
import { closePayload, firstByte } from "../wire/frame-writer.ts";
import type { ProtocolFault } from "../wire/protocol-fault.ts";
import type { AnswerBatch } from "./answer-batch.ts";
import { acceptHandshake } from "./answer-handshake.ts";
import type { AnswerWire } from "./answer-wire.ts";
import { MockConnection } from "./mock-connection.ts";
import type { MockContext } from "./mock-context.ts";
import type { MockSession, SessionSettings } from "./mock-session.ts";
import { roomOfRequest, type RoomBurst } from "./rooms.ts";
import type { SharedRead, SharedReader } from "./shared-read.ts";
import { frameBytes, frameFound, type SmallFrames } from "./small-frames.ts";

/** After our close frame, or a cut, a peer that does not end its side is ended. */
const lingerMs = 1000;
const noBytes = Buffer.alloc(0);

/** Shared by all plain sessions of a server: their bursts never overlap in time. */
export interface PlainSettings extends SessionSettings {
  readonly batch: AnswerBatch;
  readonly sharedRead: SharedRead;
  readonly smallFrames: SmallFrames;
}

/** A socket that knows its session, so that all of them share their event functions. */
interface OwnedSocket extends Socket {
  owner: PlainSession;
}

/**
 * One WebSocket without extensions, over the socket itself. Nearly all frames take a fast path: whole in one read, they are
 * unmasked and, when no fault is planned, written as their own answers into the batch, which leaves in one write. Everything
 * else goes through the parser that clients use as well.
 */
export class PlainSession implements MockSession, AnswerWire, FrameListener, SharedReader {
  readonly #socket: Socket;
  readonly #context: MockContext;
  readonly #batch: AnswerBatch;
  readonly #smallFrames: SmallFrames;
  readonly #connection: MockConnection;
  readonly #parser: FrameParser;
  readonly #isQuietEcho: boolean;
  readonly #onEnded: (session: MockSession) => void;
  /** The beginning of a frame whose end had not come. */
  #carry: Buffer = noBytes;
  /** Bytes of the frame at hand that still belong to the parser. */
  #owedToParser = 0;
  #isInFragments = false;
  #isTaking = true;
  #isWritable = true;
  #isEndExpected = false;
  #nowMs = 0;
  #linger: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, accepted: Socket, head: Buffer, settings: PlainSettings) {
    this.#socket = settings.sharedRead.take(accepted, this);
    this.#context = settings.context;
    this.#batch = settings.batch;
    this.#smallFrames = settings.smallFrames;
    this.#connection = new MockConnection(settings.number, this, settings.context, roomOfRequest(request));
    this.#parser = new FrameParser(this, { role: "server", maxMessageBytes: settings.context.options.maxMessageBytes });
    this.#isQuietEcho = settings.context.plan.isQuiet && settings.context.options.mode === "echo";
    this.#onEnded = settings.onEnded;
    const socket = this.#socket;
    (socket as OwnedSocket).owner = this;
    socket.write(acceptHandshake(request), "latin1");
    socket.on("error", ignoreError);
    socket.on("drain", PlainSession.#onDrain);
    socket.on("end", PlainSession.#onPeerEnd);
    socket.on("close", PlainSession.#onClose);
    this.#connection.opened();
    if (head.length > 0) this.onRead(frameMemory(head), head.length);
  }

  get isWritable(): boolean {
    return this.#isWritable;
  }

  get pendingAnswers(): number {
    return this.#connection.pendingAnswers;
  }

  get bufferedBytes(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength;
  }

  sendMessage(payload: Uint8Array, isText: boolean): void {
    this.#batch.add(isText ? firstByte.text : firstByte.binary, payload);
    if (this.#batch.isFull) this.flush();
  }

  flush(): void {
    this.#batch.flushTo(this.#socket);
    this.#isWritable = !this.#socket.writableNeedDrain;
  }

  sendFramed({ frames }: RoomBurst): void {
    this.#socket.write(frames);
    this.#isWritable = !this.#socket.writableNeedDrain;
  }

  cut(): void {
    this.#endOwnSide();
  }

  refuse(code: number): void {
    this.#closeWith(code);
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  stopTaking(): void {
    this.#isTaking = false;
    this.#connection.stopPushing();
  }

  flushPending(): number {
    return this.#connection.flushPending();
  }

  close(code: number): number {
    this.#connection.endSession();
    const dropped = this.#connection.end();
    if (this.#linger === undefined) this.#closeWith(code);
    return dropped;
  }

  cutOff(): void {
    this.#connection.cutOff();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onRead(memory: FrameMemory, end: number): void {
    // The peer may go on until it has seen our end; none of that is taken in.
    if (!this.#mayTake()) return;
    // All of a read became visible at one instant. Reading the clock costs as much as answering a message.
    if (!this.#context.plan.isQuiet) this.#nowMs = this.#context.wakeUps.nowMs();
    if (this.#carry.length === 0) this.#takeFrames(memory, end);
    else {
      const whole = Buffer.concat([this.#carry, memory.bytes.subarray(0, end)]);
      this.#carry = noBytes;
      this.#takeFrames(frameMemory(whole), whole.length);
    }
    this.#connection.endRead();
  }

  #takeFrames(memory: FrameMemory, end: number): void {
    let at = this.#feedOwed(memory, 0, end);
    while (at < end && this.#mayTake()) {
      if (!this.#isInFragments)
        at = this.#isQuietEcho ? this.#echoSmallFrames(memory, at, end) : this.#takeSmallFrames(memory, at, end);
      if (at < end && this.#mayTake()) at = this.#feedFrame(memory, at, end);
    }
  }

  #mayTake(): boolean {
    return this.#isTaking;
  }

  /** The hot loop: questions become answers in the batch. Gives where it had to stop. */
  #echoSmallFrames(memory: FrameMemory, start: number, end: number): number {
    const frames = this.#smallFrames;
    const batch = this.#batch;
    batch.reserve(end - start);
    const answers = batch.memory;
    let answersEnd = batch.usedBytes;
    let at = start;
    let messages = 0;
    let payloadBytes = 0;
    let found: number = frameFound.message;
    while (at < end) {
      found = frames.readAndAnswer(memory, at, end, answers, answersEnd);
      if (found !== frameFound.message) break;
      at = frames.frameEnd;
      answersEnd = frames.payloadEnd;
      messages += 1;
      payloadBytes += frames.payloadEnd - frames.payloadStart;
    }
    batch.usedBytes = answersEnd;
    const { books } = this.#context;
    books.messagesIn += messages;
    books.messagesOut += messages;
    books.payloadBytesIn += payloadBytes;
    books.payloadBytesOut += payloadBytes;
    return this.#afterFast(memory.bytes, at, end, found);
  }

  /** The same where each message passes through its connection's faults. */
  #takeSmallFrames(memory: FrameMemory, start: number, end: number): number {
    const { bytes } = memory;
    const frames = this.#smallFrames;
    let at = start;
    let found: number = frameFound.message;
    while (at < end) {
      found = frames.read(memory, at, end);
      if (found !== frameFound.message) break;
      at = frames.frameEnd;
      const payload = bytes.subarray(frames.payloadStart, frames.payloadEnd);
      if (!this.#connection.receive(payload, frames.isText, this.#nowMs)) return end;
    }
    return this.#afterFast(bytes, at, end, found);
  }

  #afterFast(bytes: Buffer, at: number, end: number, found: number): number {
    if (found === frameFound.incomplete) {
      this.#carry = Buffer.from(bytes.subarray(at, end));
      return end;
    }
    if (found === frameFound.invalidUtf8) {
      this.#failWith("invalid-utf8", 1007);
      return end;
    }
    return at;
  }

  /** Gives the parser exactly the frame at `at`, so that what follows can take the fast path again. */
  #feedFrame(memory: FrameMemory, at: number, end: number): number {
    const { bytes } = memory;
    const size = frameBytes(bytes, at, end);
    if (size === 0) {
      this.#carry = Buffer.from(bytes.subarray(at, end));
      return end;
    }
    const opcode = bytes[at]! & 0x0f;
    if (opcode < 8) this.#isInFragments = (bytes[at]! & 0x80) === 0;
    this.#owedToParser = size;
    return this.#feedOwed(memory, at, end);
  }

  #feedOwed(memory: FrameMemory, at: number, end: number): number {
    if (this.#owedToParser === 0) return at;
    const frameEnd = Math.min(end, at + this.#owedToParser);
    this.#owedToParser -= frameEnd - at;
    this.#parser.feed(memory, at, frameEnd);
    return frameEnd;
  }

  takeKnownMessage(): boolean {
    return false;
  }

  onMessage(bytes: Buffer, start: number, end: number, isText: boolean): void {
    this.#connection.receive(bytes.subarray(start, end), isText, this.#nowMs);
  }

  onPing(bytes: Buffer, start: number, end: number): void {
    this.#context.books.pingsAnswered += 1;
    this.#batch.add(firstByte.pong, bytes.subarray(start, end));
  }

  onPong(): void {
    // Not asked for, but allowed (RFC 6455 section 5.5.3).
  }

  onCloseFrame(code: number): void {
    this.#isEndExpected = true;
    this.#connection.onPeerClosing();
    this.#closeWith(code);
  }

  onProtocolFault(fault: ProtocolFault): void {
    this.#failWith(fault.kind, fault.closeCode);
  }

  #failWith(kind: string, closeCode: number): void {
    this.#context.books.protocolError(kind);
    this.#isEndExpected = true;
    this.#connection.end();
    this.#closeWith(closeCode);
  }

  #closeWith(code: number): void {
    this.#batch.add(firstByte.close, closePayload(code, ""));
    this.flush();
    this.#endOwnSide();
  }

  /** FIN after everything written; reads on, so that no unread byte makes a reset that would overtake our last answers. */
  #endOwnSide(): void {
    this.#isTaking = false;
    this.#isEndExpected = true;
    this.#parser.stop();
    this.#socket.end();
    this.#socket.resume();
    this.#linger = setTimeout(() => this.#socket.destroy(), lingerMs);
  }

  /** The peer is gone without a close frame, unless the end was already dealt with. */
  #leaveUncleanly(): void {
    this.#isTaking = false;
    this.#connection.end();
    if (this.#isEndExpected) return;
    this.#isEndExpected = true;
    this.#context.books.connectionsLost += 1;
  }

  static readonly #onDrain = function (this: Socket) {
    const session = (this as OwnedSocket).owner;
    session.#isWritable = true;
    session.#connection.onWritable();
    session.#connection.updateReading();
  };

  static readonly #onPeerEnd = function (this: Socket) {
    (this as OwnedSocket).owner.#leaveUncleanly();
    this.end();
  };

  static readonly #onClose = function (this: Socket) {
    const session = (this as OwnedSocket).owner;
    clearTimeout(session.#linger);
    session.#leaveUncleanly();
    session.#onEnded(session);
  };
}

/** A peer that resets its connection is its own affair; the `close` event that follows does the counting. */
function ignoreError(): void {
  return;
}
