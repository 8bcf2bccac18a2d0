import type { IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type * as Ws from "ws";
import type { AnswerWire } from "./answer-wire.ts";
import { MockConnection } from "./mock-connection.ts";
import type { MockContext } from "./mock-context.ts";
import { roomOfRequest, type RoomBurst } from "./rooms.ts";
import type { MockSession, SessionSettings } from "./mock-session.ts";

/** With more than this unsent, the peer is not read from. */
const maxBufferedBytes = 256 * 1024;
const lingerMs = 1000;

/** Sessions with peers that offer permessage-deflate, through the `ws` package. Same faults, same books as the plain ones. */
export class CompressedSessions {
  readonly #maxMessageBytes: number;
  #server: Ws.WebSocketServer | undefined;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Accepts a checked upgrade request. */
  open(request: IncomingMessage, socket: Socket, head: Buffer, settings: SessionSettings): MockSession {
    let session: CompressedSession | undefined;
    // Completes before it returns: the request has been checked already.
    this.#server ??= makeServer(this.#maxMessageBytes);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      session = new CompressedSession(webSocket, socket, roomOfRequest(request), settings);
    });
    if (session === undefined) {
      // An offer of extensions that `ws` cannot parse: it has answered with 400 and ends the socket.
      return new RefusedSession(socket, settings);
    }
    return session;
  }
}

/** Loads `ws` for the first peer that asks for compression: a mock without one listens 40 ms sooner. */
function makeServer(maxMessageBytes: number): Ws.WebSocketServer {
  const { WebSocketServer } = createRequire(import.meta.url)("ws") as typeof Ws;
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    // Threshold 0: a peer that asked for compression wants to see what it costs, whatever the size.
    perMessageDeflate: { threshold: 0 },
  });
}

class CompressedSession implements MockSession, AnswerWire {
  readonly #webSocket: Ws.WebSocket;
  readonly #socket: Socket;
  readonly #context: MockContext;
  readonly #connection: MockConnection;
  #isTaking = true;
  #isWritable = true;
  #isEndExpected = false;
  /** Messages given to `ws` that it has not written: it compresses in the background. */
  #unwritten = 0;
  #isCut = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(webSocket: Ws.WebSocket, socket: Socket, room: string, settings: SessionSettings) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#context = settings.context;
    this.#connection = new MockConnection(settings.number, this, settings.context, room);
    webSocket.on("message", (data: Buffer, isBinary) => this.#onMessage(data, !isBinary));
    webSocket.on("ping", () => (this.#context.books.pingsAnswered += 1));
    webSocket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
    webSocket.once("close", (code) => {
      clearTimeout(this.#linger);
      if (code !== 1006 && !this.#isEndExpected) this.#connection.endSession();
      this.#connection.end();
      if (code === 1006 && !this.#isEndExpected) this.#context.books.connectionsLost += 1;
      settings.onEnded(this);
    });
    this.#connection.opened();
  }

  get isWritable(): boolean {
    return this.#isWritable;
  }

  get pendingAnswers(): number {
    return this.#connection.pendingAnswers;
  }

  get bufferedBytes(): number {
    return this.#webSocket.readyState === this.#webSocket.OPEN ? this.#webSocket.bufferedAmount : 0;
  }

  sendMessage(payload: Uint8Array, isText: boolean): void {
    this.#unwritten += 1;
    // A copy, because `ws` reads it only when the compressor has time.
    this.#webSocket.send(Buffer.from(payload), { binary: !isText }, () => this.#onWritten());
    this.#isWritable = this.#webSocket.bufferedAmount <= maxBufferedBytes;
  }

  sendFramed({ messages }: RoomBurst): void {
    // Each connection compresses with a memory of its own.
    for (const { payload, isText } of messages) this.sendMessage(payload, isText);
  }

  flush(): void {
    // `ws` sends by itself.
  }

  cut(): void {
    this.#isTaking = false;
    this.#isEndExpected = true;
    this.#isCut = true;
    if (this.#unwritten === 0) this.#endSocket();
  }

  refuse(code: number): void {
    this.#isTaking = false;
    this.#isEndExpected = true;
    this.#webSocket.close(code);
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#webSocket.resume();
    else this.#webSocket.pause();
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
    this.#isEndExpected = true;
    this.#webSocket.close(code);
    return dropped;
  }

  cutOff(): void {
    this.#connection.cutOff();
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  #onMessage(data: Buffer, isText: boolean): void {
    if (!this.#isTaking) return;
    this.#connection.receive(data, isText, this.#context.wakeUps.nowMs());
    this.#connection.endRead();
  }

  #onWritten(): void {
    this.#unwritten -= 1;
    if (this.#isCut && this.#unwritten === 0) this.#endSocket();
    if (this.#isWritable || this.#webSocket.bufferedAmount > maxBufferedBytes / 2) return;
    this.#isWritable = true;
    this.#connection.onWritable();
    this.#connection.updateReading();
  }

  /** `ws` has sent the close frame that the breach calls for, and ends the connection. */
  #onError(error: NodeJS.ErrnoException): void {
    const kind = error.code === undefined ? undefined : faultKinds[error.code];
    if (kind === undefined) return;
    this.#isEndExpected = true;
    this.#context.books.protocolError(kind);
  }

  #endSocket(): void {
    this.#socket.end();
    this.#linger = setTimeout(() => this.#webSocket.terminate(), lingerMs);
  }
}

/** A connection that was counted as open, but ended within its handshake. */
class RefusedSession implements MockSession {
  readonly pendingAnswers = 0;
  readonly bufferedBytes = 0;
  readonly #socket: Socket;

  constructor(socket: Socket, settings: SessionSettings) {
    this.#socket = socket;
    settings.context.books.protocolError("invalid-extensions");
    socket.once("close", () => settings.onEnded(this));
  }

  stopTaking(): void {
    return;
  }

  flushPending(): number {
    return 0;
  }

  close(): number {
    this.#socket.destroy();
    return 0;
  }

  cutOff(): void {
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** The names of wire/protocol-fault.ts for the codes of `ws`. */
const faultKinds: Readonly<Record<string, string>> = {
  WS_ERR_EXPECTED_FIN: "invalid-control-frame",
  WS_ERR_EXPECTED_MASK: "expected-mask",
  WS_ERR_INVALID_CLOSE_CODE: "invalid-close-code",
  WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH: "invalid-control-frame",
  WS_ERR_INVALID_OPCODE: "invalid-opcode",
  WS_ERR_INVALID_UTF8: "invalid-utf8",
  WS_ERR_UNEXPECTED_RSV_1: "unexpected-rsv",
  WS_ERR_UNEXPECTED_RSV_2_3: "unexpected-rsv",
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: "invalid-length",
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: "message-too-big",
  Z_DATA_ERROR: "invalid-compression",
};
