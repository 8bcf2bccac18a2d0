import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { markerDigits } from "../../src/wire/marker-digits.ts";
import type { ForeignServer } from "./foreign-servers.ts";

/** One copy on its way to a member; the defect of a chat decides what becomes of it. */
export interface ChatCopy {
  /** Of the receiver, as the load generator numbers it: known once it has published something itself, else -1. */
  readonly connection: number;
  /** The same of the publisher. */
  readonly from: number;
  /** Counts the copies to this receiver, from 1. */
  readonly number: number;
  readonly text: string;
  /** Sends the copy. */
  send(): void;
  /** The receiver, for a defect that does more than that. */
  readonly member: WebSocket;
}

export interface ChatServer extends ForeignServer {
  /** Copies that were sent, in all. */
  readonly sent: () => number;
  readonly members: (room: string) => readonly WebSocket[];
  /** Sends a copy to somebody it is not for. */
  relay(to: WebSocket, copy: ChatCopy): void;
}

/**
 * A small chat with rooms (`?room=r1`), as one would write it with the npm package `ws`: each text goes to all of the room
 * with words of its own around it. `deliver` stands between it and its members; the sound chat just sends.
 */
export async function startChat(deliver: (copy: ChatCopy) => void = (copy) => copy.send()): Promise<ChatServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  const rooms = new Map<string, { readonly socket: WebSocket; connection: number; copies: number }[]>();
  let sent = 0;
  server.on("connection", (socket, request) => {
    const room = new URL(request.url ?? "/", "ws://chat").searchParams.get("room") ?? "";
    const members = rooms.get(room) ?? [];
    rooms.set(room, members);
    const own = { socket, connection: -1, copies: 0 };
    members.push(own);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      members.splice(members.indexOf(own), 1);
    });
    socket.on("message", (data: Buffer) => {
      own.connection = connectionOf(data);
      const text = JSON.stringify({ event: "message", room, body: data.toString("utf8") });
      for (const member of members.filter(({ socket: { readyState } }) => readyState === WebSocket.OPEN)) {
        member.copies += 1;
        deliver({
          connection: member.connection,
          from: own.connection,
          number: member.copies,
          member: member.socket,
          text,
          send: () => {
            sent += 1;
            member.socket.send(text);
          },
        });
      }
    });
  });
  await once(server, "listening");
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?room={{room}}`,
    sent: () => sent,
    members: (room) => (rooms.get(room) ?? []).map(({ socket }) => socket),
    relay: (to, { text }) => {
      sent += 1;
      to.send(text);
    },
    close: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The number of the connection that published a message: the four digits behind the run id in its marker. */
function connectionOf(data: Buffer): number {
  const digits = /fg1\.[\w-]{11}\.([\w-]{4})/.exec(data.toString("latin1"))?.[1] ?? "";
  return Array.from(digits).reduce((number, digit) => number * 64 + markerDigits.indexOf(digit), 0);
}
