import type { Socket } from "node:net";
import type { Failure } from "../errors/failure.ts";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";
import { FrameParser, type FrameListener } from "../wire/frame-parser.ts";
import { closePayload, firstByte, maskedFrameBytes, writeMaskedBytes, writeMaskedFrame } from "../wire/frame-writer.ts";
import type { ProtocolFault } from "../wire/protocol-fault.ts";
import { abnormalFailure, closeFailure, errorFailure, faultFailure } from "./connection-failure.ts";
import { openSocket } from "./open-socket.ts";
import type { OutboxOwner } from "./outbox.ts";
import { RawOpening, type OpeningListener } from "./raw-opening.ts";
import type { TransportContext } from "./transport-context.ts";
import type { OutgoingMessage, Transport, TransportListener } from "./transport.ts";

/** How long a socket may linger after its connection was told closed, so that the peer sees our close frame. */
const lingerMs = 1000;
/** Written behind a write that has to wait, for its callback. */
const nothing = Buffer.alloc(0);
/** With more than this unsent, of several pings only the last is answered (RFC 6455 section 5.5.3). */
const pongLimitBytes = 64 * 1024;

const state = {
  opening: 0,
  open: 1,
  /** Our close frame is out; the peer may still send. */
  closing: 2,
  /** The listener ended it; only `onClosed` is still to be told. */
  abandoned: 3,
  /** `onClosed` has been told; the socket may linger. */
  ended: 4,
} as const;

type State = (typeof state)[keyof typeof state];

interface PeerEnd {
  readonly closeCode: number;
  readonly closeReason: string;
  readonly failure: Failure | undefined;
  /** What to answer with; 1005 for an empty close frame. */
  readonly answerCode: number;
  /** The peer ends the connection; after a fault we do. */
  readonly peerCloses: boolean;
}

/** A socket that knows its transport, so that all of them share their event functions. */
interface OwnedSocket extends Socket {
  owner: RawTransport;
}

/** Starts a connection of our own framing. Nothing is told before this has returned. */
export function openRawTransport(
  listener: TransportListener,
  context: TransportContext,
  localAddress?: string,
  path?: string,
): Transport {
  return new RawTransport(listener, context, localAddress, path);
}

/** A client WebSocket without extensions, straight on the socket; the fast path. */
class RawTransport implements Transport, FrameListener, OpeningListener, OutboxOwner {
  readonly #listener: TransportListener;
  readonly #context: TransportContext;
  readonly #socket: Socket;
  readonly #parser: FrameParser;
  #state: State = state.opening;
  #opening: RawOpening | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isInBurst = false;
  #isBlocked = false;
  #wasOpened = false;
  #lastPing: Buffer | undefined;
  #peerEnd: PeerEnd | undefined;
  #afterWrite: (() => void) | undefined;

  constructor(
    listener: TransportListener,
    context: TransportContext,
    localAddress: string | undefined,
    path: string | undefined,
  ) {
    this.#listener = listener;
    this.#context = context;
    const { maxMessageBytes } = context.options.limits;
    this.#parser = new FrameParser(this, { role: "client", maxMessageBytes });
    const startedMs = context.nowMs();
    const socket = openSocket(context, localAddress, (bytes) => {
      this.#read(bytes);
      return true;
    });
    this.#socket = socket;
    this.#opening = new RawOpening(context, socket, startedMs, path, this);
    (socket as OwnedSocket).owner = this;
    socket.on("error", RawTransport.#onSocketError);
    socket.on("end", RawTransport.#onSocketEnd);
    socket.on("close", RawTransport.#onSocketClose);
  }

  get bufferedBytes(): number {
    const { outbox } = this.#context;
    return this.#socket.writableLength + (outbox.owner === this ? outbox.usedBytes : 0);
  }

  get canSend(): boolean {
    return this.#state === state.open && this.#peerEnd === undefined;
  }

  beginBurst(): void {
    this.#isInBurst = true;
  }

  writeMessage(message: OutgoingMessage): void {
    if (this.#state !== state.open) return;
    const { outbox, maskKeys } = this.#context;
    const payloadBytes = message.bytes.length;
    const frameBytes = maskedFrameBytes(payloadBytes);
    const first = message.isText ? firstByte.text : firstByte.binary;
    if (outbox.reserve(this, frameBytes)) {
      const { memory, usedBytes } = outbox;
      outbox.usedBytes = writeMaskedFrame(memory, usedBytes, first, message.words, payloadBytes, maskKeys.next());
      outbox.hasMessages = true;
      if (!this.#isInBurst) this.flushOutbox();
    } else {
      const memory = frameMemory(Buffer.allocUnsafeSlow(frameBytes));
      writeMaskedFrame(memory, 0, first, message.words, payloadBytes, maskKeys.next());
      this.#context.onWrite();
      this.#writeOwned(memory.bytes);
    }
  }

  endBurst(): void {
    this.#isInBurst = false;
    if (this.#context.outbox.owner === this) this.flushOutbox();
  }

  flushOutbox(): void {
    const { outbox } = this.#context;
    const { hasMessages } = outbox;
    const bytes = outbox.contents();
    outbox.clear();
    if (bytes.length === 0 || this.#state === state.abandoned) return;
    if (hasMessages) this.#context.onWrite();
    const socket = this.#socket;
    // What the kernel does not take at once stays with the socket. TLS keeps every write for a while; and a socket that
    // is waiting already gets a copy of the right size, not the whole outbox for each small burst.
    if (this.#context.tls !== undefined || socket.writableLength > 0) {
      this.#writeOwned(Buffer.from(bytes));
      return;
    }
    // No callback: Node would put off each one to a tick of its own, and only a write that has to wait needs one.
    socket.write(bytes);
    if (socket.writableLength > 0) {
      this.#isBlocked = true;
      socket.write(nothing, this.#whenWritten());
      outbox.replaceMemory();
    }
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else if (this.#state === state.open) this.#socket.pause();
  }

  close(code: number, reason: string): void {
    if (this.#state === state.opening) this.destroy();
    if (this.#state !== state.open) return;
    this.setReading(true);
    this.#writeControl(firstByte.close, closePayload(code, reason));
    this.flushOutbox();
    this.#state = state.closing;
    this.#startTimer(this.#context.options.closeTimeoutMs);
  }

  destroy(): void {
    if (this.#state !== state.ended) {
      this.#state = state.abandoned;
      this.#leave();
    }
    this.#socket.destroy();
  }

  takeKnownMessage(view: DataView, start: number, end: number): boolean {
    return this.#listener.takeKnownMessage(view, start, end);
  }

  onMessage(bytes: Buffer, start: number, end: number, isText: boolean): void {
    this.#listener.onMessage(bytes, start, end, isText);
  }

  onPing(bytes: Buffer, start: number, end: number): void {
    if (this.#state !== state.open) return;
    if (this.#socket.writableLength > pongLimitBytes) this.#lastPing = Buffer.from(bytes.subarray(start, end));
    else this.#writeControl(firstByte.pong, bytes.subarray(start, end));
  }

  onPong(): void {
    // Nobody asked; RFC 6455 section 5.5.3 lets a peer send them all the same.
  }

  onCloseFrame(closeCode: number, closeReason: string): void {
    const failure = this.#state === state.closing ? undefined : closeFailure(closeCode, closeReason);
    this.#peerEnd = { closeCode, closeReason, failure, answerCode: closeCode, peerCloses: true };
  }

  onProtocolFault(fault: ProtocolFault): void {
    const failure = faultFailure(fault);
    this.#peerEnd = { closeCode: 1006, closeReason: "", failure, answerCode: fault.closeCode, peerCloses: false };
  }

  onUpgraded(subprotocol: string, memory: FrameMemory, start: number, end: number): void {
    const connectUs = (this.#context.nowMs() - this.#opening!.startedMs) * 1000;
    this.#opening = undefined;
    this.#state = state.open;
    this.#wasOpened = true;
    this.#listener.onOpen(connectUs, { compression: false, subprotocol });
    if (start < end) this.#readFrames(memory, start, end);
  }

  onOpeningFailed(failure: Failure): void {
    this.#finish(1006, "", failure);
    this.#socket.destroy();
  }

  #read(bytes: number): void {
    const { readMemory } = this.#context;
    if (this.#opening !== undefined) this.#opening.read(readMemory, 0, bytes);
    else this.#readFrames(readMemory, 0, bytes);
  }

  #readFrames(memory: FrameMemory, start: number, end: number): void {
    if (!this.#isHearing()) return;
    this.#parser.feed(memory, start, end);
    // Before the end of the connection is told, so that the listener can settle what this read gave.
    if (this.#isHearing()) this.#listener.onReadEnd();
    if (!this.#isHearing()) return;
    if (this.#peerEnd !== undefined) this.#endByPeer(this.#peerEnd);
    else if (!this.#isInBurst && this.#context.outbox.owner === this) this.flushOutbox();
  }

  #isHearing(): boolean {
    return this.#state === state.open || this.#state === state.closing;
  }

  /** Answers the close frame or the fault that `end` is, then tells it; the socket lingers until the peer has seen it. */
  #endByPeer(end: PeerEnd): void {
    if (this.#state === state.open) {
      this.#writeControl(firstByte.close, closePayload(end.answerCode, ""));
      this.flushOutbox();
    }
    // A server should close first, and keep the TIME_WAIT (RFC 6455 section 7.1.1); after a fault we do not wait for it.
    if (!end.peerCloses) this.#socket.end();
    this.#finish(end.closeCode, end.closeReason, end.failure);
    this.#startTimer(Math.min(lingerMs, this.#context.options.closeTimeoutMs));
  }

  #writeControl(first: number, payload: Uint8Array): void {
    const { outbox, maskKeys } = this.#context;
    outbox.reserve(this, maskedFrameBytes(payload.length));
    outbox.usedBytes = writeMaskedBytes(outbox.memory, outbox.usedBytes, first, payload, maskKeys.next());
  }

  /** Writes bytes that nobody will overwrite. */
  #writeOwned(bytes: Buffer): void {
    this.#socket.write(bytes, this.#whenWritten());
    if (this.#socket.writableLength > 0) this.#isBlocked = true;
  }

  /** What a write that may have to wait is given to call; most connections never make one. */
  #whenWritten(): () => void {
    return (this.#afterWrite ??= () => {
      if (this.#isBlocked && this.#socket.writableLength === 0) this.#becameWritable();
    });
  }

  #becameWritable(): void {
    this.#isBlocked = false;
    if (this.#lastPing !== undefined && this.#state === state.open) {
      this.#writeControl(firstByte.pong, this.#lastPing);
      this.flushOutbox();
      this.#lastPing = undefined;
    }
    if (this.#isHearing()) this.#listener.onWritable();
  }

  #startTimer(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(RawTransport.#destroySocket, delayMs, this.#socket);
  }

  /** Nothing more is read into messages or written. */
  #leave(): void {
    clearTimeout(this.#timer);
    this.#opening?.stop();
    this.#opening = undefined;
    this.#parser.stop();
    this.#lastPing = undefined;
    if (this.#context.outbox.owner === this) this.#context.outbox.clear();
  }

  #finish(closeCode: number, closeReason: string, failure: Failure | undefined): void {
    if (this.#state === state.ended) return;
    this.#state = state.ended;
    this.#leave();
    this.#listener.onClosed({ opened: this.#wasOpened, closeCode, closeReason, failure });
  }

  /** The peer ended its side, or the socket is gone, and no close frame told why. */
  #endWithoutClose(): void {
    if (this.#opening !== undefined) this.#opening.ended();
    else if (this.#state === state.open) this.#finish(1006, "", abnormalFailure(this.#parser.isInsideMessage));
    else this.#finish(1006, "", undefined);
  }

  static readonly #destroySocket = (socket: Socket) => {
    socket.destroy();
  };

  static readonly #onSocketError = function (this: Socket, error: Error) {
    const transport = (this as OwnedSocket).owner;
    const wasBegunByUs = transport.#state === state.closing || transport.#state === state.abandoned;
    transport.#finish(1006, "", wasBegunByUs ? undefined : errorFailure(error, transport.#wasOpened));
  };

  static readonly #onSocketEnd = function (this: Socket) {
    const transport = (this as OwnedSocket).owner;
    if (transport.#state !== state.abandoned) transport.#endWithoutClose();
  };

  static readonly #onSocketClose = function (this: Socket) {
    const transport = (this as OwnedSocket).owner;
    transport.#endWithoutClose();
    clearTimeout(transport.#timer);
  };
}
