import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { digitValues } from "../../src/wire/marker-digits.ts";
import type { ForeignServer } from "./foreign-servers.ts";

/** A message as the server read it: whose it was by its marker, and how it came. */
export interface SeenMessage {
  readonly connection: number;
  readonly sequence: number;
  readonly sizeBytes: number;
  readonly isBinary: boolean;
}

export interface MixedServerOptions {
  /** Given back in place of a message; null for nothing. @default the message itself */
  readonly answer?: (message: Buffer) => Buffer | null;
  readonly compress?: boolean;
  /** Messages of a connection are answered once so many wait, and the rest after a moment without any. @default 1 */
  readonly answersAtOnce?: number;
}

/** An echo server of the npm package `ws` that notes every message. */
export interface MixedServer extends ForeignServer {
  readonly seen: readonly SeenMessage[];
  /** The most that one connection had unanswered. */
  mostWaiting(): number;
}

export async function startMixedServer(options: MixedServerOptions = {}): Promise<MixedServer> {
  const { answer = (message: Buffer) => message, compress = false, answersAtOnce = 1 } = options;
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: compress ? { threshold: 0 } : false,
  });
  const seen: SeenMessage[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let most = 0;
  const serve = (socket: WebSocket): void => {
    const waiting: (readonly [Buffer, boolean])[] = [];
    let timer: NodeJS.Timeout | undefined;
    const answerAll = (): void => {
      for (const [message, binary] of waiting.splice(0)) {
        const given = answer(message);
        if (given !== null) socket.send(given, { binary });
      }
    };
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      seen.push({ ...identityOf(data), sizeBytes: data.length, isBinary });
      waiting.push([data, isBinary]);
      most = Math.max(most, waiting.length);
      if (waiting.length >= answersAtOnce) answerAll();
      clearTimeout(timer);
      timer = setTimeout(answerAll, 20);
      timers.add(timer);
    });
  };
  server.on("connection", serve);
  await once(server, "listening");
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    mostWaiting: () => most,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What the marker of a bare message says: four digits of the connection, six of the sequence. */
function identityOf(message: Buffer): Pick<SeenMessage, "connection" | "sequence"> {
  const digits = [...message.subarray(16, 26)].map((byte) => digitValues[byte]!);
  const number = (from: number, to: number): number =>
    digits.slice(from, to).reduce((value, digit) => value * 64 + digit, 0);
  return { connection: number(0, 4), sequence: number(4, 10) };
}
