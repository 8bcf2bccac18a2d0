import { connect as connectTcp, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { Failure } from "../errors/failure.ts";
import type { FrameMemory } from "../wire/frame-memory.ts";
import { checkAcceptance, refusedUpgrade, upgradeKey, type HandshakeFault } from "../wire/handshake.ts";
import { ResponseHeadReader, type ResponseHead } from "../wire/response-head.ts";
import type { TransportContext } from "./transport-context.ts";

/** How long the body of a refusal is waited for, milliseconds; its first words often say why. */
const refusalWaitMs = 1000;
const bodyBytes = 200;
/** A TCP attempt to one of several addresses gets this share of the whole time before the next address is tried. */
const addressShare = 0.25;

/** What an opening comes to; exactly one of the two, once. */
export interface OpeningListener {
  /** The rest of the chunk, `memory[start, end)`, holds frames. */
  onUpgraded(subprotocol: string, memory: FrameMemory, start: number, end: number): void;
  onOpeningFailed(failure: Failure): void;
}

/** Begins a connection; `onRead` is called with the number of bytes that lie in the context's read memory. */
export function openSocket(context: TransportContext, onRead: (bytes: number) => boolean): Socket {
  const { host, port, tls, options } = context;
  const onread = { buffer: context.readMemory.bytes, callback: onRead };
  const autoSelectFamilyAttemptTimeout = Math.max(250, Math.floor(options.connect.timeoutMs * addressShare));
  if (tls === undefined) return connectTcp({ host, port, noDelay: true, onread, autoSelectFamilyAttemptTimeout });
  const { secureContext, servername, rejectUnauthorized } = tls;
  // `onread` is honoured by TLS sockets too; the types leave it out.
  const secure: ConnectionOptions & { readonly onread: OnReadOpts } = {
    host,
    port,
    secureContext,
    rejectUnauthorized,
    ...(servername === undefined ? {} : { servername }),
    ALPNProtocols: ["http/1.1"],
    onread,
    autoSelectFamilyAttemptTimeout,
  };
  const socket = connectTls(secure);
  socket.setNoDelay(true);
  return socket;
}

/** A connection from its first packet to the answered upgrade. Dropped once open, so that an idle one is small. */
export class RawOpening {
  readonly startedMs: number;
  readonly #context: TransportContext;
  readonly #socket: Socket;
  readonly #listener: OpeningListener;
  readonly #key = upgradeKey();
  #timer: NodeJS.Timeout;
  #reader = new ResponseHeadReader();
  #refusal: ResponseHead | undefined;
  #step: "tcp" | "tls" | "upgrade" = "tcp";

  constructor(context: TransportContext, socket: Socket, listener: OpeningListener) {
    this.#context = context;
    this.#socket = socket;
    this.#listener = listener;
    this.startedMs = context.nowMs();
    this.#timer = setTimeout(() => this.#timedOut(), context.options.connect.timeoutMs);
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
    else this.#fail({ kind: "closed", blame: "target", example: this.#closedExample() });
  }

  #sendRequest(): void {
    this.#step = "upgrade";
    this.#socket.write(this.#context.request(this.#key), "latin1");
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

  #timedOut(): void {
    const { host, port, options } = this.#context;
    const within = `within ${options.connect.timeoutMs} ms`;
    if (this.#step === "tcp") {
      const example = `no TCP connection to ${host} port ${port} ${within}`;
      this.#tell({ phase: "connect", kind: "timeout", blame: "network", example });
    } else {
      const missing = this.#step === "tls" ? "no end of the TLS handshake" : "no answer to the upgrade request";
      this.#fail({ kind: "timeout", blame: "target", example: `${missing} ${within}` });
    }
  }

  #closedExample(): string {
    const during = {
      tcp: "while connecting",
      tls: "during the TLS handshake",
      upgrade: "before it answered the upgrade",
    };
    return `the target closed the connection ${during[this.#step]}`;
  }

  #fail(fault: HandshakeFault): void {
    this.#tell({ phase: "handshake", ...fault });
  }

  #tell(failure: Failure): void {
    this.stop();
    this.#listener.onOpeningFailed(failure);
  }
}
