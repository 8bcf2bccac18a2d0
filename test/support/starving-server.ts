import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { markerDigits } from "../../src/wire/marker-digits.ts";
import type { ForeignServer } from "./foreign-servers.ts";

/** What the server did with the messages of one connection. */
export interface ServedConnection {
  received: number;
  answered: number;
}

/** An echo server that treats one connection otherwise than all others, and keeps count of each. */
export interface StarvingServer extends ForeignServer {
  /** By the number of the connection, as it stands in its messages. */
  readonly served: ReadonlyMap<number, ServedConnection>;
}

/** What becomes of the messages of the starved connection: answered so late, or only every so manieth, or twice. */
export type Starving =
  | { readonly kind: "late"; readonly delayMs: number }
  | { readonly kind: "dropped"; readonly answersEvery: number }
  | { readonly kind: "none" };

/** An echo server of the package `ws`. */
export async function startStarvingServer(connection: number, starving: Starving): Promise<StarvingServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  const served = new Map<number, ServedConnection>();
  const timers = new Set<NodeJS.Timeout>();
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      const number = connectionIn(data);
      const books = served.get(number) ?? { received: 0, answered: 0 };
      served.set(number, books);
      books.received += 1;
      const answer = (): void => {
        books.answered += 1;
        socket.send(data, { binary: isBinary });
      };
      if (number !== connection || starving.kind === "none") answer();
      else if (starving.kind === "dropped") {
        if (books.received % starving.answersEvery === 0) answer();
      } else {
        const timer = setTimeout(() => {
          timers.delete(timer);
          answer();
        }, starving.delayMs);
        timers.add(timer);
      }
    });
  });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Characters 16 to 19 of a marker are the connection, in base 64. */
function connectionIn(message: Buffer): number {
  const digits = Array.from(message.subarray(16, 20), (byte) => markerDigits.indexOf(String.fromCharCode(byte)));
  return digits.reduce((number, digit) => number * 64 + digit, 0);
}
