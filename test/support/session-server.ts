import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

/** What it has done, counted where it happens. */
export interface SessionBooks {
  /** Messages to be answered that were read. */
  received: number;
  /** Connections it has cut. */
  cut: number;
  resumed: number;
  refused: number;
  /** Answers sent once their session was resumed, and those that were gone by then. */
  sentLater: number;
  forgotten: number;
  /** Answers that nobody came back for. */
  readonly left: () => number;
}

export interface SessionServer extends ForeignServer {
  readonly books: SessionBooks;
}

/** `sound` keeps answers; `forgetful` says it does; `strict` has no session of old; `mute` says nothing about it. */
export type SessionHabit = "sound" | "forgetful" | "strict" | "mute";

interface Session {
  socket: { readonly send: (text: string) => void } | null;
  unsent: string[];
}

const answerAfterMs = 25;

/**
 * An echo server of the package `ws` with sessions and words of its own: OPEN is answered with `OK sid=<name>`, RESUME <name>
 * with RESUMED or GONE. It cuts each connection after so many messages, answers to come notwithstanding.
 */
export async function startSessionServer(habit: SessionHabit, cutAfter: number): Promise<SessionServer> {
  const sessions = new Map<string, Session>();
  const books: SessionBooks = {
    ...{ received: 0, cut: 0, resumed: 0, refused: 0, sentLater: 0, forgotten: 0 },
    left: () => [...sessions.values()].reduce((sum, session) => sum + session.unsent.length, 0),
  };
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (webSocket, request) => {
    // Cut by FIN, so that what was sent before arrives.
    const tcp: Socket = request.socket;
    let session: Session | null = null;
    let messages = 0;
    let isCut = false;
    webSocket.on("error", () => undefined);
    webSocket.on("close", () => {
      if (session?.socket === webSocket) session.socket = null;
    });
    webSocket.on("message", (data: Buffer) => {
      if (isCut) return;
      const text = data.toString();
      if (text.startsWith("LOGIN ")) return;
      if (text === "OPEN") {
        session = { socket: webSocket, unsent: [] };
        const name = `s-${sessions.size + 1}`;
        sessions.set(name, session);
        webSocket.send(`OK sid=${name}`);
      } else if (text.startsWith("RESUME ")) {
        const asked = sessions.get(text.slice("RESUME ".length));
        if (habit === "mute") return;
        if (asked === undefined || habit === "strict") {
          books.refused += 1;
          webSocket.send("GONE");
          return;
        }
        session = asked;
        session.socket = webSocket;
        books.resumed += 1;
        webSocket.send("RESUMED");
        const unsent = session.unsent.splice(0);
        if (habit === "forgetful") books.forgotten += unsent.length;
        else for (const answer of unsent) webSocket.send(answer);
        if (habit === "sound") books.sentLater += unsent.length;
      } else if (session !== null) {
        const own = session;
        books.received += 1;
        messages += 1;
        setTimeout(() => {
          if (own.socket === null) own.unsent.push(text);
          else own.socket.send(text);
        }, answerAfterMs);
        if (messages < cutAfter) return;
        isCut = true;
        own.socket = null;
        books.cut += 1;
        tcp.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    close: () => {
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
