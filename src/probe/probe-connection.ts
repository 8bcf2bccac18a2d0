import type { Socket } from "node:net";
import { openSocket } from "../transport/open-socket.ts";
import type { TransportContext } from "../transport/transport-context.ts";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";
import { FrameParser, type FrameListener } from "../wire/frame-parser.ts";
import { acceptKey } from "../wire/handshake.ts";
import { printableText } from "../wire/printable-text.ts";
import { ResponseHeadReader, type ResponseHead } from "../wire/response-head.ts";
import type { ChangedRequest } from "./changed-request.ts";

/** How the connection stands: not yet upgraded, open, or over. */
export type ProbeState =
  | { readonly kind: "opening" }
  | { readonly kind: "open" }
  | { readonly kind: "status"; readonly status: number; readonly reason: string }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  | { readonly kind: "end"; readonly how: "closed" | "reset" }
  | { readonly kind: "breach"; readonly what: string }
  | { readonly kind: "unreachable"; readonly why: string };

const maxMessageBytes = 64 * 1024 * 1024;
/** Characters of a message that are kept. */
const shownCharacters = 200;

/**
 * A connection that sends whatever bytes it is given and takes note of what comes back. It answers nothing by itself, no
 * ping and no close frame: what the target does must be the target's own.
 */
export class ProbeConnection implements FrameListener {
  state: ProbeState = { kind: "opening" };
  messages = 0;
  /** The first characters of the first message. */
  firstMessage = "";
  lastPong: string | null = null;
  /** Told each message. */
  onText: ((text: string) => void) | null = null;
  #isConnected = false;
  #error: string | null = null;
  #waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];
  readonly #socket: Socket;
  readonly #request: ChangedRequest;
  readonly #head = new ResponseHeadReader();
  readonly #parser = new FrameParser(this, { role: "client", maxMessageBytes });

  constructor(context: TransportContext, request: ChangedRequest) {
    this.#request = request;
    const socket = openSocket(context, undefined);
    this.#socket = socket;
    socket.once(context.tls === undefined ? "connect" : "secureConnect", () => {
      this.#isConnected = true;
      socket.write(request.head, "latin1");
    });
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", (error: NodeJS.ErrnoException) => (this.#error = error.code ?? error.message));
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#ended());
    socket.on("drain", () => this.#changed());
  }

  get isOpen(): boolean {
    return this.state.kind === "open";
  }

  /** Sends these bytes as they are. False while the target does not take them. */
  send(bytes: Buffer): boolean {
    return this.isOpen ? this.#socket.write(bytes) : true;
  }

  get hasRoom(): boolean {
    return !this.isOpen || !this.#socket.writableNeedDrain;
  }

  /** Resolves when `isTrue` holds, the connection is over, or so much time has passed. */
  until(isTrue: () => boolean, patienceMs: number): Promise<void> {
    const isDue = () => isTrue() || (this.state.kind !== "open" && this.state.kind !== "opening");
    if (isDue()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((each) => each !== waiter);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      const waiter = { isTrue: isDue, resolve: done };
      this.#waiting.push(waiter);
    });
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#parser.stop();
    this.#socket.destroy();
  }

  takeKnownMessage(): boolean {
    return false;
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    this.messages += 1;
    const text = bytes.toString("utf8", start, end);
    if (this.messages === 1) this.firstMessage = printableText(text.slice(0, shownCharacters));
    this.onText?.(text);
  }

  onPing(): void {
    // Not ours to answer.
  }

  onPong(bytes: Buffer, start: number, end: number): void {
    this.lastPong = bytes.toString("utf8", start, end);
  }

  onCloseFrame(code: number, reason: string): void {
    this.state = { kind: "close", code, reason: printableText(reason) };
    this.#socket.end();
  }

  onProtocolFault(fault: { readonly example: string }): void {
    this.state = { kind: "breach", what: fault.example };
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    if (this.state.kind === "opening") this.#readHead(bytes);
    else if (this.state.kind === "open") this.#readFrames(frameMemory(bytes), 0, bytes.length);
    this.#changed();
  }

  #readHead(bytes: Buffer): void {
    const reading = this.#head.read(bytes, 0, bytes.length);
    if (reading.kind === "more") return;
    if (reading.kind !== "head") {
      this.state = { kind: "unreachable", why: reading.example };
      this.#socket.destroy();
      return;
    }
    this.state = this.#stateAfter(reading.head);
    if (this.state.kind !== "open") this.#socket.destroy();
    else if (reading.bodyStart < bytes.length) this.#readFrames(frameMemory(bytes), reading.bodyStart, bytes.length);
  }

  #stateAfter({ status, reason, headers }: ResponseHead): ProbeState {
    // A request that should not be upgraded at all may have no key to check against.
    const isUpgrade = status === 101 && headers.get("sec-websocket-accept") !== undefined;
    if (!isUpgrade) return { kind: "status", status, reason: printableText(reason) };
    const isOurs = headers.get("sec-websocket-accept") === acceptKey(this.#request.key);
    return isOurs || !this.#request.head.includes(this.#request.key)
      ? { kind: "open" }
      : { kind: "breach", what: "HTTP 101 with the answer to another key" };
  }

  #readFrames(memory: FrameMemory, start: number, end: number): void {
    this.#parser.feed(memory, start, end);
  }

  #ended(): void {
    if (this.state.kind === "opening" && !this.#isConnected) {
      this.state = { kind: "unreachable", why: this.#error ?? "the connection ended" };
    } else if (this.state.kind === "opening" || this.state.kind === "open") {
      this.state = { kind: "end", how: this.#error === "ECONNRESET" || this.#error === "EPIPE" ? "reset" : "closed" };
    }
    this.#socket.destroy();
    this.#changed();
  }

  #changed(): void {
    for (const { isTrue, resolve } of [...this.#waiting]) if (isTrue()) resolve();
  }
}
