import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

export interface PushServerOptions {
  /** The message with this number. */
  readonly line: (number: number) => string;
  /** Messages a second of each stream. */
  readonly perSecond: number;
  /** Pushes once this was said; without it, as soon as a connection is open. */
  readonly subscribe?: string;
  /** Which numbers are really sent when `number` is due; several, others or none for a server that misbehaves. */
  readonly numbersFor?: (number: number) => readonly number[];
  /** Each stream has so many; then it is silent. */
  readonly total?: number;
  /** Ends each connection after so many, with code 1001. */
  readonly closeAfter?: number;
  /** One count for all connections, which runs on while there is none. */
  readonly isShared?: boolean;
}

/** A push server of the npm package `ws`, in this process, which numbers its messages from 1. */
export async function startPushServer(
  options: PushServerOptions,
): Promise<ForeignServer & { readonly sent: number[] }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  const sent: number[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const startedMs = performance.now();
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    const begin = (): void =>
      void timers.add(push(socket, options, sent, options.isShared === true ? startedMs : null));
    if (options.subscribe === undefined) begin();
    else socket.on("message", (data: Buffer) => data.toString() === options.subscribe && begin());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    close: () => {
      for (const timer of timers) clearInterval(timer);
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function push(
  socket: WebSocket,
  { line, perSecond, numbersFor, total = Infinity, closeAfter = Infinity }: PushServerOptions,
  sent: number[],
  sharedSinceMs: number | null,
): NodeJS.Timeout {
  const startedMs = sharedSinceMs ?? performance.now();
  const dueNow = (): number => Math.floor(((performance.now() - startedMs) * perSecond) / 1000);
  const first = sharedSinceMs === null ? 0 : dueNow();
  let number = first;
  const timer = setInterval(() => {
    const due = Math.min(dueNow(), total, first + closeAfter);
    while (number < due && socket.readyState === socket.OPEN) {
      number += 1;
      for (const each of numbersFor?.(number) ?? [number]) {
        sent.push(each);
        socket.send(line(each));
      }
    }
    if (number === first + closeAfter) socket.close(1001);
    if (socket.readyState !== socket.OPEN) clearInterval(timer);
  }, 5);
  return timer;
}
