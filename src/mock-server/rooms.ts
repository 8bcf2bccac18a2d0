import type { IncomingMessage } from "node:http";
import { frameMemory } from "../wire/frame-memory.ts";
import { firstByte, plainFrameBytes, writePlainHeader } from "../wire/frame-writer.ts";
import type { MockBooks } from "./mock-books.ts";

/** The room of whoever names none. */
export const commonRoom = "";

/** One message on its way to a room. Its bytes are nobody else's and stay as they are. */
export interface RoomMessage {
  readonly payload: Buffer;
  readonly isText: boolean;
}

/** What came of one publisher in one read. */
export interface RoomBurst {
  /** Number of the connection it came from. */
  readonly publisher: number;
  readonly messages: readonly RoomMessage[];
  /** All of them as unmasked frames, one after the other: made once, whatever the number of receivers. */
  readonly frames: Buffer;
}

/** A connection as its room sees it. */
export interface RoomMember {
  readonly number: number;
  takeBurst(burst: RoomBurst): void;
}

/** Mode broadcast: who is in which room. What comes of one member goes to all of its room. */
export class Rooms {
  readonly #rooms = new Map<string, Set<RoomMember>>();
  readonly #roomOf = new Map<RoomMember, string>();
  readonly #excludesPublisher: boolean;
  readonly #books: MockBooks;
  /** Published in the read that is going on; all of one member. */
  #gathered: RoomMessage[] = [];

  constructor(excludesPublisher: boolean, books: MockBooks) {
    this.#excludesPublisher = excludesPublisher;
    this.#books = books;
  }

  /** Enters a member into a room; it leaves the one it was in. */
  join(member: RoomMember, room: string): void {
    this.leave(member);
    const members = this.#rooms.get(room) ?? new Set();
    members.add(member);
    this.#rooms.set(room, members);
    this.#roomOf.set(member, room);
    this.#books.joins += 1;
  }

  leave(member: RoomMember): void {
    const room = this.#roomOf.get(member);
    if (room === undefined) return;
    const members = this.#rooms.get(room)!;
    members.delete(member);
    if (members.size === 0) this.#rooms.delete(room);
    this.#roomOf.delete(member);
    this.#books.leaves += 1;
  }

  /** Gathers a message of the member whose read is going on. Copies its bytes. */
  publish(payload: Buffer, isText: boolean): void {
    this.#gathered.push({ payload: Buffer.from(payload), isText });
  }

  /** Sends what was gathered from `publisher` to its room. To be called at the end of its read, and before it leaves. */
  deliver(publisher: RoomMember): void {
    if (this.#gathered.length === 0) return;
    const messages = this.#gathered;
    this.#gathered = [];
    const room = this.#roomOf.get(publisher);
    const members = room === undefined ? undefined : this.#rooms.get(room);
    if (members === undefined) return;
    const burst: RoomBurst = { publisher: publisher.number, messages, frames: framesOf(messages) };
    this.#books.copies += messages.length * (members.size - (this.#excludesPublisher ? 1 : 0));
    for (const member of members) {
      if (member === publisher && this.#excludesPublisher) continue;
      member.takeBurst(burst);
    }
  }
}

/** The room that an upgrade request asks for: `?room=r1`, or the path `/r1`. */
export function roomOfRequest({ url = "/" }: Pick<IncomingMessage, "url">): string {
  if (url === "/" || !URL.canParse(url, base)) return commonRoom;
  const { pathname, searchParams } = new URL(url, base);
  return searchParams.get("room") ?? pathname.slice(1);
}

const base = "ws://mock/";

/** The room that a message asks to be let into, `{"type":"join","room":"r1"}`; undefined for any other message. */
export function roomJoinedBy(payload: Buffer): string | undefined {
  // Nearly all messages are none: a parser for each would cost more than sending it.
  if (payload[0] !== openingBrace || !payload.subarray(0, 64).includes('"join"')) return undefined;
  try {
    const { type, room } = JSON.parse(payload.toString()) as { readonly type?: unknown; readonly room?: unknown };
    return type === "join" && typeof room === "string" ? room : undefined;
  } catch {
    return undefined;
  }
}

const openingBrace = 0x7b;

function framesOf(messages: readonly RoomMessage[]): Buffer {
  const size = messages.reduce((sum, { payload }) => sum + plainFrameBytes(payload.length), 0);
  const memory = frameMemory(Buffer.allocUnsafeSlow(size));
  let at = 0;
  for (const { payload, isText } of messages) {
    at = writePlainHeader(memory, at, isText ? firstByte.text : firstByte.binary, payload.length);
    at += payload.copy(memory.bytes, at);
  }
  return memory.bytes;
}
