import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

export interface PriorityServerOptions {
  /** Messages a second of each stream. */
  readonly perSecond: number;
  /** Class of the message `number`. */
  readonly levelOf: (number: number) => string;
  /** What lies behind its numbers. */
  readonly payload?: string;
  /** Whether the message is not sent, and not told as given up either. */
  readonly loses?: (level: string, number: number) => boolean;
  /** Sends nothing to anybody while somebody has so many bytes to read. */
  readonly waitsForBytes?: number;
}

/**
 * A push server of the npm package `ws`, in this process: `{"level":"error","n":3,"t":<epoch ms>}`, numbered by level; upon
 * `bye` tells `{"last":{"error":3,...}}`.
 */
export async function startPriorityServer(options: PriorityServerOptions): Promise<ForeignServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  const streams = new Map<WebSocket, { startedMs: number; made: number; readonly last: Record<string, number> }>();
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.on("close", () => streams.delete(socket));
    socket.on("message", (data: Buffer) => {
      if (data.toString() === "tail") streams.set(socket, { startedMs: performance.now(), made: 0, last: {} });
      else {
        socket.send(JSON.stringify({ last: streams.get(socket)?.last ?? {} }));
        streams.delete(socket);
      }
    });
  });
  const timer = setInterval(() => {
    const limit = options.waitsForBytes ?? Infinity;
    if ([...streams.keys()].some((socket) => socket.bufferedAmount >= limit)) {
      // What was due meanwhile is not made up for.
      for (const stream of streams.values())
        stream.startedMs = performance.now() - (stream.made * 1000) / options.perSecond;
      return;
    }
    for (const [socket, stream] of streams) {
      const due = Math.floor(((performance.now() - stream.startedMs) * options.perSecond) / 1000);
      while (stream.made < due) {
        stream.made += 1;
        const level = options.levelOf(stream.made);
        const number = (stream.last[level] ?? 0) + 1;
        stream.last[level] = number;
        if (options.loses?.(level, number) === true) continue;
        socket.send(JSON.stringify({ level, n: number, t: Date.now(), text: options.payload ?? "" }));
      }
    }
  }, 5);
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      clearInterval(timer);
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
