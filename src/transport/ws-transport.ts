import type { ClientRequest, IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type * as Ws from "ws";
import type { Failure } from "../errors/failure.ts";
import { closePayload } from "../wire/frame-writer.ts";
import { refusedUpgrade } from "../wire/handshake.ts";
import { ResponseHeadReader } from "../wire/response-head.ts";
import {
  abnormalFailure,
  closeFailure,
  closedEarlyFailure,
  errorFailure,
  timeoutFailure,
  type OpeningStep,
} from "./connection-failure.ts";
import { openSocket } from "./open-socket.ts";
import type { TransportContext } from "./transport-context.ts";
import type { OutgoingMessage, Transport, TransportListener } from "./transport.ts";

/** As in raw-transport.ts: the time a told socket may linger, and the unsent bytes above which pings are skipped. */
const lingerMs = 1000;
const pongLimitBytes = 64 * 1024;
/** How long the body of a refusal is waited for, and how much of it is read. */
const refusalWaitMs = 1000;
const bodyBytes = 200;

const require = createRequire(import.meta.url);

/** The package `ws`. Loading it takes 40 ms: the first call should not be within an attempt to connect. */
export function loadWs(): typeof Ws {
  return require("ws") as typeof Ws;
}

/** Starts a connection through the `ws` package, which offers compression (permessage-deflate). */
export function openWsTransport(
  listener: TransportListener,
  context: TransportContext,
  localAddress?: string,
  path?: string,
): Transport {
  return new WsTransport(listener, context, localAddress, path);
}

type State = "opening" | "open" | "closing" | "abandoned" | "ended";

/**
 * The same behaviour as RawTransport, on `ws`. The socket is ours (the `createConnection` option), so that bursts can be
 * corked and its errors seen without touching private fields of `ws`. Compressed messages leave one by one all the
 * same, since `ws` compresses each in the background. Every message is compressed, however short.
 */
class WsTransport implements Transport {
  readonly #listener: TransportListener;
  readonly #context: TransportContext;
  readonly #ws: Ws.WebSocket;
  readonly #startedMs: number;
  readonly #afterSend: () => void;
  #socket: Socket;
  #state: State = "opening";
  #step: OpeningStep = "tcp";
  #timer: NodeJS.Timeout | undefined;
  #wasOpened = false;
  #isCorked = false;
  #isBlocked = false;
  #isReadEndDue = false;
  #lastPing: Buffer | undefined;
  #socketError: Error | undefined;

  constructor(
    listener: TransportListener,
    context: TransportContext,
    localAddress: string | undefined,
    path: string | undefined,
  ) {
    this.#listener = listener;
    this.#context = context;
    this.#startedMs = context.nowMs();
    this.#afterSend = () => {
      if (this.#isBlocked && this.bufferedBytes === 0) this.#becameWritable();
    };
    this.#socket = this.#openSocket(localAddress);
    this.#ws = this.#openWebSocket(path);
    this.#startTimer(context.options.connect.timeoutMs, () => this.#failOpening(timeoutFailure(this.#step, context)));
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  get canSend(): boolean {
    return this.#state === "open" && this.#ws.readyState === this.#ws.OPEN;
  }

  beginBurst(): void {
    if (this.#isCorked || this.#state !== "open") return;
    this.#isCorked = true;
    this.#socket.cork();
  }

  writeMessage(message: OutgoingMessage): void {
    if (this.#state !== "open") return;
    // `ws` may keep the bytes until they are compressed or the socket takes them.
    this.#ws.send(Buffer.from(message.bytes), { binary: !message.isText }, this.#afterSend);
    if (!this.#isCorked) this.#isBlocked ||= this.bufferedBytes > 0;
  }

  endBurst(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
    this.#isBlocked ||= this.bufferedBytes > 0;
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#ws.resume();
    else if (this.#state === "open") this.#ws.pause();
  }

  close(code: number, reason: string): void {
    if (this.#state === "opening") this.destroy();
    if (this.#state !== "open") return;
    this.setReading(true);
    this.endBurst();
    this.#state = "closing";
    if (code === 1005) this.#ws.close();
    else this.#ws.close(code, closePayload(code, reason).subarray(2));
    this.#startTimer(this.#context.options.closeTimeoutMs, () => this.#ws.terminate());
  }

  destroy(): void {
    if (this.#state !== "ended") {
      this.#state = "abandoned";
      clearTimeout(this.#timer);
    }
    this.#ws.terminate();
  }

  #openSocket(localAddress: string | undefined): Socket {
    const socket = openSocket(this.#context, localAddress);
    socket.once("connect", () => (this.#step = this.#context.tls === undefined ? "upgrade" : "tls"));
    socket.once("secureConnect", () => (this.#step = "upgrade"));
    socket.on("error", (error) => (this.#socketError = error));
    return socket;
  }

  #openWebSocket(path: string | undefined): Ws.WebSocket {
    const { url, options } = this.#context;
    const target = path === undefined ? new URL(url) : new URL(path, url);
    target.hash = "";
    // The types of `ws` do not know `closeTimeout` yet.
    const clientOptions: Ws.ClientOptions & { readonly closeTimeout: number } = {
      createConnection: () => this.#socket,
      headers: headerRecord(options.connect.headers),
      perMessageDeflate: options.connect.compress ? { threshold: 0 } : false,
      maxPayload: options.limits.maxMessageBytes,
      autoPong: false,
      followRedirects: false,
      closeTimeout: options.closeTimeoutMs,
    };
    const { WebSocket } = loadWs();
    const ws = new WebSocket(target, [...options.connect.subprotocols], clientOptions);
    ws.on("open", () => this.#opened());
    ws.on("unexpected-response", (_request: ClientRequest, response: IncomingMessage) => this.#refused(response));
    ws.on("message", (data, isBinary) => this.#received(data as Buffer, isBinary));
    ws.on("ping", (data) => this.#answerPing(data));
    ws.on("error", (error) => this.#failed(error));
    ws.on("close", (code, reason) => this.#closed(code, reason));
    return ws;
  }

  #opened(): void {
    clearTimeout(this.#timer);
    this.#state = "open";
    this.#wasOpened = true;
    const connectUs = (this.#context.nowMs() - this.#startedMs) * 1000;
    const compression = this.#ws.extensions.includes("permessage-deflate");
    this.#listener.onOpen(connectUs, { compression, subprotocol: this.#ws.protocol });
  }

  #received(bytes: Buffer, isBinary: boolean): void {
    if (!this.#isHearing()) return;
    // Messages of one read come in one turn; compressed ones may come in several.
    if (!this.#isReadEndDue) {
      this.#isReadEndDue = true;
      process.nextTick(() => this.#endRead());
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#listener.takeKnownMessage(view, 0, bytes.length) || !this.#isHearing()) return;
    this.#listener.onMessage(bytes, 0, bytes.length, !isBinary);
  }

  #endRead(): void {
    if (!this.#isReadEndDue) return;
    this.#isReadEndDue = false;
    if (this.#isHearing()) this.#listener.onReadEnd();
  }

  #answerPing(payload: Buffer): void {
    if (this.#state !== "open") return;
    if (this.bufferedBytes > pongLimitBytes) this.#lastPing = Buffer.from(payload);
    else this.#ws.pong(payload, true);
  }

  #becameWritable(): void {
    this.#isBlocked = false;
    if (this.#lastPing !== undefined && this.#state === "open") this.#ws.pong(this.#lastPing, true);
    this.#lastPing = undefined;
    if (this.#isHearing()) this.#listener.onWritable();
  }

  #isHearing(): boolean {
    return this.#state === "open" || this.#state === "closing";
  }

  #refused(response: IncomingMessage): void {
    const headers = new Map(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
    const head = { status: response.statusCode ?? 0, reason: response.statusMessage ?? "", headers };
    const refuse = (body: string) => this.#failOpening({ phase: "handshake", ...refusedUpgrade(head, body) });
    response.once("data", (body: Buffer) => refuse(body.toString("utf8", 0, bodyBytes)));
    response.once("end", () => refuse(""));
    response.once("error", () => refuse(""));
    this.#startTimer(refusalWaitMs, () => refuse(""));
  }

  #failed(error: Error): void {
    if (this.#state === "opening") this.#failOpening(openingFailure(error, this.#step, this.#context));
    else if (this.#state === "open" || this.#state === "closing") {
      // `ws` has sent the close frame that answers a fault of the target.
      this.#endRead();
      if (!this.#isHearing()) return;
      const failure = errorFailure(error, true);
      this.#finish(1006, "", failure.phase === "protocol" || this.#state === "open" ? failure : undefined);
      this.#startTimer(Math.min(lingerMs, this.#context.options.closeTimeoutMs), () => this.#ws.terminate());
    }
  }

  #failOpening(failure: Failure): void {
    if (this.#state !== "opening") return;
    this.#finish(1006, "", failure);
    this.#ws.terminate();
  }

  #closed(code: number, reason: Buffer): void {
    clearTimeout(this.#timer);
    if (this.#isHearing()) this.#endRead();
    const text = reason.toString("utf8");
    if (this.#state === "opening") this.#finish(1006, "", closedEarlyFailure(this.#step, this.#context));
    else if (this.#state === "abandoned") this.#finish(1006, "", undefined);
    else this.#finish(code, text, this.#state === "open" ? this.#closeFailure(code, text) : undefined);
  }

  #closeFailure(code: number, reason: string): Failure {
    if (code !== 1006) return closeFailure(code, reason);
    return this.#socketError === undefined ? abnormalFailure() : errorFailure(this.#socketError, true);
  }

  #startTimer(delayMs: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delayMs);
  }

  #finish(closeCode: number, closeReason: string, failure: Failure | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#lastPing = undefined;
    this.#listener.onClosed({ opened: this.#wasOpened, closeCode, closeReason, failure });
  }
}

/** Node's parser says only that it was not HTTP; the bytes it choked on say more. */
function openingFailure(error: Error, step: OpeningStep, context: TransportContext): Failure {
  const failure = errorFailure(error, false);
  if (failure.kind === "closed") return closedEarlyFailure(step, context);
  const raw: unknown = "rawPacket" in error ? error.rawPacket : undefined;
  if (failure.kind !== "not-http" || !Buffer.isBuffer(raw)) return failure;
  const reading = new ResponseHeadReader().read(raw, 0, raw.length);
  return "example" in reading ? { ...failure, example: reading.example } : failure;
}

/** Repeated headers become lists, as node:http takes them; the types of `ws` leave lists out. */
function headerRecord(headers: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const earlier = record[name];
    record[name] = earlier === undefined ? value : [...(Array.isArray(earlier) ? earlier : [earlier]), value];
  }
  return record as Record<string, string>;
}
