import type { BroadcastPlan } from "./plan.ts";

/** The word in a URL, first message, ready sign or message template that stands for the room of a connection. */
export const roomPlaceholder = "{{room}}";
/** What becomes of it in the path of a parsed URL. */
const encodedPlaceholder = "%7B%7Broom%7D%7D";

/**
 * Which room a connection is in. Connections are dealt out in rows of one for each room, and each row is shifted by one
 * against the row before: so rooms differ by one connection at most, keep their connections when others are added, and
 * spread over all workers whatever the numbers (worker w has the connections w, w + W, w + 2W ...).
 */
export function roomOf(connection: number, rooms: number): number {
  return (connection + rowOf(connection, rooms)) % rooms;
}

/** In which of the rows of `roomOf` a connection is: its place among those of its room. */
export function rowOf(connection: number, rooms: number): number {
  return Math.floor(connection / rooms);
}

/** The connection of a room in row `row`. */
export function connectionAt(room: number, row: number, rooms: number): number {
  return row * rooms + ((((room - row) % rooms) + rooms) % rooms);
}

/** Connections that publish: the first rows, so that they are 0 .. count - 1. */
export function publishersOf({ rooms, publishersPerRoom }: Pick<BroadcastPlan, "rooms" | "publishersPerRoom">): number {
  return rooms * publishersPerRoom;
}

/** `r07`, the same length for all rooms of a run: so that a message with the room's name in it has one size. */
export function roomName(room: number, rooms: number): string {
  return `r${String(room + 1).padStart(String(rooms).length, "0")}`;
}

/** Names of all rooms, in order. */
export function roomNames(rooms: number): readonly string[] {
  return Array.from({ length: rooms }, (_, room) => roomName(room, rooms));
}

/** `text` for a room: every `{{room}}` is its name. */
export function inRoom(text: string, name: string): string {
  return text.replaceAll(roomPlaceholder, name);
}

/** Path and query of a URL for a room; undefined when the URL names no room. */
export function pathInRoom(url: string, name: string): string | undefined {
  if (!url.includes(roomPlaceholder) && !url.includes(encodedPlaceholder)) return undefined;
  const { pathname, search } = new URL(url);
  return inRoom(pathname + search, name).replaceAll(encodedPlaceholder, name);
}
