import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

/** What the server does with messages instead of giving each back as it came. */
export interface WsEchoOptions {
  /** `json`: as a string inside a JSON object, in a text frame. `prefix`: `echo: ` before it. */
  readonly wrap?: "json" | "prefix";
  /** So many messages of a connection are answered in one frame, one line each. */
  readonly joinMessages?: number;
  /** Each answer is sent so many times. */
  readonly copies?: number;
  /** The first message must be this one and is answered with `welcome`; anything else closes with 1008. */
  readonly login?: string;
  /** Between a message and its answer. */
  readonly delayMs?: number;
  /** Offers permessage-deflate, for messages of any size. */
  readonly compress?: boolean;
  /** Sent to every connection as soon as it is open. */
  readonly greeting?: string;
}

/** An echo server of the npm package `ws`, in this process. */
export async function startWsEcho(options: WsEchoOptions = {}): Promise<ForeignServer> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: options.compress === true ? { threshold: 0 } : false,
  });
  const timers = new Set<NodeJS.Timeout>();
  server.on("connection", (socket) => serve(socket, options, timers));
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function serve(socket: WebSocket, options: WsEchoOptions, timers: Set<NodeJS.Timeout>): void {
  let isLoggedIn = options.login === undefined;
  let waiting: Buffer[] = [];
  // A client that breaks the protocol is closed by ws; the error needs no more than not ending the process.
  socket.on("error", () => undefined);
  if (options.greeting !== undefined) socket.send(options.greeting);
  socket.on("message", (data: Buffer, isBinary) => {
    if (!isLoggedIn) {
      isLoggedIn = data.toString() === options.login;
      if (isLoggedIn) socket.send("welcome");
      else socket.close(1008, "log in first");
      return;
    }
    waiting.push(data);
    if (waiting.length < (options.joinMessages ?? 1)) return;
    const joined = Buffer.concat(waiting.flatMap((one, index) => (index === 0 ? [one] : [Buffer.from("\n"), one])));
    waiting = [];
    const answer = wrap(joined, options.wrap);
    const send = (): void => {
      for (let copy = 0; copy < (options.copies ?? 1); copy++) {
        socket.send(answer, { binary: isBinary && options.wrap === undefined });
      }
    };
    if (options.delayMs === undefined) {
      send();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, options.delayMs);
    timers.add(timer);
  });
}

function wrap(message: Buffer, how: WsEchoOptions["wrap"]): Buffer {
  switch (how) {
    case undefined:
      return message;
    case "json":
      return Buffer.from(JSON.stringify({ event: "message", from: "someone", text: message.toString() }));
    case "prefix":
      return Buffer.concat([Buffer.from("echo: "), message]);
  }
}
