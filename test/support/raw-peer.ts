import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { frameMemory } from "../../src/wire/frame-memory.ts";
import { FrameParser } from "../../src/wire/frame-parser.ts";
import { upgradeResponse } from "./upgrade-response.ts";

/** The server's end of one connection, and what came over it. */
export interface PeerConnection {
  readonly socket: Socket;
  /** The head of the upgrade request. */
  readonly request: string;
  /** Frames of the client: `text "abc"`, `ping "x"`, `close 1000 "bye"`, `fault ...`. */
  readonly events: string[];
  /** Resolves when `isTrue` holds after some bytes came, or does so already. */
  until(isTrue: () => boolean): Promise<void>;
  /** Begins to read, for a peer that was deaf. */
  listen(): void;
  /** The client ended its side, or cut it. */
  readonly gone: Promise<void>;
}

export interface RawPeer {
  readonly url: string;
  readonly port: number;
  /** The next connection whose request head is whole. */
  next(): Promise<PeerConnection>;
  stop(): Promise<void>;
}

export interface RawPeerOptions {
  /** What answers the upgrade; by default a right 101. Undefined answers nothing. */
  readonly answer?: (key: string, request: string) => Buffer | string | undefined;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Do not read what comes after the request. */
  readonly deaf?: boolean;
}

/** A server that does exactly what a test tells it to, right or wrong. */
export async function startRawPeer(options: RawPeerOptions = {}): Promise<RawPeer> {
  const sockets = new Set<Socket>();
  const ready: PeerConnection[] = [];
  const waiting: ((connection: PeerConnection) => void)[] = [];
  const accept = (socket: Socket) => {
    socket.on("error", () => undefined);
    readRequest(socket, options, (connection) => {
      const waiter = waiting.shift();
      if (waiter === undefined) ready.push(connection);
      else waiter(connection);
    });
  };
  const settings = { allowHalfOpen: true };
  const server: Server =
    options.tls === undefined
      ? createServer(settings, accept)
      : createTlsServer({ ...settings, ...options.tls }, accept);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${options.tls === undefined ? "ws" : "wss"}://127.0.0.1:${port}/`,
    next: () => {
      const connection = ready.shift();
      return connection === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(connection);
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readRequest(socket: Socket, options: RawPeerOptions, then: (connection: PeerConnection) => void): void {
  let head = "";
  const onData = (chunk: Buffer) => {
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", onData);
    socket.pause();
    const key = /^Sec-WebSocket-Key: (.*)\r$/m.exec(head)?.[1] ?? "";
    const connection = peerConnection(socket, head.slice(0, end));
    const answer = options.answer === undefined ? upgradeResponse(key) : options.answer(key, head);
    if (answer !== undefined) socket.write(answer);
    if (options.deaf !== true) connection.listen();
    then(connection);
  };
  socket.on("data", onData);
}

function peerConnection(socket: Socket, request: string): PeerConnection {
  const events: string[] = [];
  let waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];
  const show = (bytes: Buffer, start: number, end: number) => JSON.stringify(bytes.toString("utf8", start, end));
  const parser = new FrameParser(
    {
      takeKnownMessage: () => false,
      onMessage: (bytes, start, end, isText) => events.push(`${isText ? "text" : "binary"} ${show(bytes, start, end)}`),
      onPing: (bytes, start, end) => events.push(`ping ${show(bytes, start, end)}`),
      onPong: (bytes, start, end) => events.push(`pong ${show(bytes, start, end)}`),
      onCloseFrame: (code, reason) => events.push(`close ${code} ${JSON.stringify(reason)}`),
      onProtocolFault: (fault) => events.push(`fault ${fault.kind}`),
    },
    { role: "server", maxMessageBytes: 64 * 1024 * 1024 },
  );
  const check = () => {
    const ready = waiting.filter(({ isTrue }) => isTrue());
    waiting = waiting.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  };
  const listen = () => {
    socket.on("data", (chunk: Buffer) => {
      parser.feed(frameMemory(chunk), 0, chunk.length);
      check();
    });
    socket.resume();
  };
  const gone = new Promise<void>((resolve) => {
    socket.on("end", resolve);
    socket.on("close", () => resolve());
  });
  const until = (isTrue: () => boolean) =>
    isTrue() ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ isTrue, resolve }));
  return { socket, request, events, until, listen, gone };
}
