import type { Socket } from "node:net";
import type { Failure } from "../errors/failure.ts";
import type { FrameMemory } from "../wire/frame-memory.ts";
import { checkAcceptance, refusedUpgrade, upgradeKey, type HandshakeFault } from "../wire/handshake.ts";
import { ResponseHeadReader, type ResponseHead } from "../wire/response-head.ts";
import { closedEarlyFailure, timeoutFailure, type OpeningStep } from "./connection-failure.ts";
import type { TransportContext } from "./transport-context.ts";

/** How long the body of a refusal is waited for, milliseconds; its first words often say why. */
const refusalWaitMs = 1000;
const bodyBytes = 200;

/** What an opening comes to; exactly one of the two, once. */
export interface OpeningListener {
  /** The rest of the chunk, `memory[start, end)`, holds frames. */
  onUpgraded(subprotocol: string, memory: FrameMemory, start: number, end: number): void;
  onOpeningFailed(failure: Failure): void;
}

/** A connection from its first packet to the answered upgrade. Dropped once open, so that an idle one is small. */
export class RawOpening {
  readonly startedMs: number;
  readonly #context: TransportContext;
  readonly #socket: Socket;
  readonly #listener: OpeningListener;
  readonly #path: string | undefined;
  readonly #key = upgradeKey();
  #timer: NodeJS.Timeout;
  #reader = new ResponseHeadReader();
  #refusal: ResponseHead | undefined;
  #step: OpeningStep = "tcp";

  /**
   * `startedMs` is the instant before the socket was opened, of the context's clock; `path` what is asked for in place of
   * the URL's own.
   */
  constructor(
    context: TransportContext,
    socket: Socket,
    startedMs: number,
    path: string | undefined,
    listener: OpeningListener,
  ) {
    this.#context = context;
    this.#path = path;
    this.#socket = socket;
    this.#listener = listener;
    this.startedMs = startedMs;
    this.#timer = setTimeout(() => this.#tell(timeoutFailure(this.#step, context)), context.options.connect.timeoutMs);
    socket.once("connect", () => {
      if (context.tls === undefined) this.#sendRequest();
      else this.#step = "tls";
    });
    if (context.tls !== undefined) socket.once("secureConnect", () => this.#sendRequest());
  }

  /** No time limit any more, and nothing will be told. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The socket gave `memory[start, end)`. */
  read(memory: FrameMemory, start: number, end: number): void {
    if (this.#refusal !== undefined) {
      this.#refuse(this.#refusal, memory.bytes, start, end);
      return;
    }
    const reading = this.#reader.read(memory.bytes, start, end);
    switch (reading.kind) {
      case "more":
        return;
      case "not-http":
        this.#fail({ kind: "not-http", blame: "target", example: reading.example });
        return;
      case "too-big":
        this.#fail({ kind: "head-too-big", blame: "target", example: reading.example });
        return;
      case "head":
        this.#takeHead(reading.head, memory, reading.bodyStart, end);
    }
  }

  /** The target ended its side without having upgraded. */
  ended(): void {
    if (this.#refusal !== undefined) this.#refuse(this.#refusal, Buffer.alloc(0), 0, 0);
    else this.#tell(closedEarlyFailure(this.#step, this.#context));
  }

  #sendRequest(): void {
    this.#step = "upgrade";
    this.#socket.write(this.#context.request(this.#key, this.#path), "latin1");
  }

  #takeHead(head: ResponseHead, memory: FrameMemory, start: number, end: number): void {
    if (head.status === 101) {
      const fault = checkAcceptance(head, this.#key, this.#context.options.connect.subprotocols);
      if (fault !== undefined) {
        this.#fail(fault);
        return;
      }
      this.stop();
      this.#listener.onUpgraded(head.headers.get("sec-websocket-protocol") ?? "", memory, start, end);
    } else if (head.status < 200) {
      // 100 Continue, 103 Early Hints ...: the real answer follows.
      this.#reader = new ResponseHeadReader();
      if (start < end) this.read(memory, start, end);
    } else if (start < end || head.headers.get("content-length") === "0") {
      this.#refuse(head, memory.bytes, start, end);
    } else {
      this.#refusal = head;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#refuse(head, Buffer.alloc(0), 0, 0), refusalWaitMs);
    }
  }

  #refuse(head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    this.#fail(refusedUpgrade(head, bytes.toString("utf8", start, Math.min(end, start + bodyBytes))));
  }

  #fail(fault: HandshakeFault): void {
    this.#tell({ phase: "handshake", ...fault });
  }

  #tell(failure: Failure): void {
    this.stop();
    this.#listener.onOpeningFailed(failure);
  }
}
