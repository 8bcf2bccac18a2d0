import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";
import { FrameParser, type FrameListener } from "../wire/frame-parser.ts";
import { closePayload, firstByte } from "../wire/frame-writer.ts";
import type { ProtocolFault } from "../wire/protocol-fault.ts";
import type { AnswerBatch } from "./answer-batch.ts";
import { acceptHandshake } from "./answer-handshake.ts";
import { MockConnection, type AnswerWire, type MockContext } from "./mock-connection.ts";
import type { MockSession, SessionSettings } from "./mock-session.ts";
import { frameBytes, frameFound, type SmallFrames } from "./small-frames.ts";

/** After our close frame, or a cut, a peer that does not end its side is ended. */
const lingerMs = 1000;
const noBytes = Buffer.alloc(0);

/** Shared by all plain sessions of a server: their bursts never overlap in time. */
export interface PlainSettings extends SessionSettings {
  readonly batch: AnswerBatch;
  readonly smallFrames: SmallFrames;
}

/**
 * One WebSocket without extensions, over the socket itself. Nearly all frames take a fast path: whole in one chunk, they are
 * unmasked and, when no fault is planned, rewritten as their own answers in the memory they came in, which then leaves in
 * one write. Everything else goes through the parser that clients use as well.
 */
export class PlainSession implements MockSession, AnswerWire, FrameListener {
  readonly #socket: Socket;
  readonly #context: MockContext;
  readonly #batch: AnswerBatch;
  readonly #smallFrames: SmallFrames;
  readonly #connection: MockConnection;
  readonly #parser: FrameParser;
  readonly #isQuietEcho: boolean;
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

  constructor(request: IncomingMessage, socket: Socket, head: Buffer, settings: PlainSettings) {
    this.#socket = socket;
    this.#context = settings.context;
    this.#batch = settings.batch;
    this.#smallFrames = settings.smallFrames;
    this.#connection = new MockConnection(settings.number, this, settings.context);
    this.#parser = new FrameParser(this, { role: "server", maxMessageBytes: settings.context.options.maxMessageBytes });
    this.#isQuietEcho = settings.context.plan.isQuiet && settings.context.options.mode === "echo";
    socket.write(acceptHandshake(request), "latin1");
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onPeerEnd());
    socket.once("close", () => {
      clearTimeout(this.#linger);
      this.#leaveUncleanly();
      settings.onEnded(this);
    });
    if (head.length > 0) this.#read(head);
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

  cut(): void {
    this.#endOwnSide();
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  stopTaking(): void {
    this.#isTaking = false;
  }

  flushPending(): number {
    return this.#connection.flushPending();
  }

  close(code: number): number {
    const dropped = this.#connection.end();
    if (this.#linger === undefined) this.#closeWith(code);
    return dropped;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    // The peer may go on until it has seen our end; none of that is taken in.
    if (!this.#mayTake()) return;
    let bytes = chunk;
    if (this.#carry.length > 0) {
      bytes = Buffer.concat([this.#carry, chunk]);
      this.#carry = noBytes;
    }
    const memory = frameMemory(bytes);
    // All of a chunk became visible at one instant. Reading the clock costs as much as answering a message.
    if (!this.#context.plan.isQuiet) this.#nowMs = this.#context.wakeUps.nowMs();
    let at = this.#feedOwed(memory);
    while (at < bytes.length && this.#mayTake()) {
      if (!this.#isInFragments)
        at = this.#isQuietEcho ? this.#echoInPlace(memory, at) : this.#takeSmallFrames(memory, at);
      if (at < bytes.length && this.#mayTake()) at = this.#feedFrame(memory, at);
    }
    this.#connection.endRead();
  }

  #mayTake(): boolean {
    return this.#isTaking;
  }

  /** The hot loop: answers in the memory of the questions, in one write. Gives where it had to stop. */
  #echoInPlace(memory: FrameMemory, start: number): number {
    const { bytes, view } = memory;
    const frames = this.#smallFrames;
    let at = start;
    let answersEnd = start;
    let messages = 0;
    let payloadBytes = 0;
    let found: number = frameFound.message;
    while (at < bytes.length) {
      found = frames.read(bytes, view, at, answersEnd);
      if (found !== frameFound.message) break;
      at = frames.frameEnd;
      answersEnd = frames.payloadEnd;
      messages += 1;
      payloadBytes += frames.payloadEnd - frames.payloadStart;
    }
    if (messages > 0) {
      const { books } = this.#context;
      books.messagesIn += messages;
      books.messagesOut += messages;
      books.payloadBytesIn += payloadBytes;
      books.payloadBytesOut += payloadBytes;
      this.#batch.flushTo(this.#socket);
      this.#isWritable = this.#socket.write(bytes.subarray(start, answersEnd));
    }
    return this.#afterFast(bytes, at, found);
  }

  /** The same where each message passes through its connection's faults. */
  #takeSmallFrames(memory: FrameMemory, start: number): number {
    const { bytes, view } = memory;
    const frames = this.#smallFrames;
    let at = start;
    let found: number = frameFound.message;
    while (at < bytes.length) {
      found = frames.read(bytes, view, at, -1);
      if (found !== frameFound.message) break;
      at = frames.frameEnd;
      const payload = bytes.subarray(frames.payloadStart, frames.payloadEnd);
      if (!this.#connection.receive(payload, frames.isText, this.#nowMs)) return bytes.length;
    }
    return this.#afterFast(bytes, at, found);
  }

  #afterFast(bytes: Buffer, at: number, found: number): number {
    if (found === frameFound.incomplete) {
      this.#carry = Buffer.from(bytes.subarray(at));
      return bytes.length;
    }
    if (found === frameFound.invalidUtf8) {
      this.#failWith("invalid-utf8", 1007);
      return bytes.length;
    }
    return at;
  }

  /** Gives the parser exactly the frame at `at`, so that what follows can take the fast path again. */
  #feedFrame(memory: FrameMemory, at: number): number {
    const { bytes } = memory;
    const size = frameBytes(bytes, at);
    if (size === 0) {
      this.#carry = Buffer.from(bytes.subarray(at));
      return bytes.length;
    }
    const opcode = bytes[at]! & 0x0f;
    if (opcode < 8) this.#isInFragments = (bytes[at]! & 0x80) === 0;
    this.#owedToParser = size;
    return this.#feedOwed(memory, at);
  }

  #feedOwed(memory: FrameMemory, at = 0): number {
    if (this.#owedToParser === 0) return at;
    const end = Math.min(memory.bytes.length, at + this.#owedToParser);
    this.#owedToParser -= end - at;
    this.#parser.feed(memory, at, end);
    return end;
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

  #onDrain(): void {
    this.#isWritable = true;
    this.#connection.onWritable();
    this.#connection.updateReading();
  }

  #onPeerEnd(): void {
    this.#leaveUncleanly();
    this.#socket.end();
  }

  /** The peer is gone without a close frame, unless the end was already dealt with. */
  #leaveUncleanly(): void {
    this.#isTaking = false;
    this.#connection.end();
    if (this.#isEndExpected) return;
    this.#isEndExpected = true;
    this.#context.books.connectionsLost += 1;
  }
}
