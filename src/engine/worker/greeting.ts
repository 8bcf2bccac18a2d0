import type { ConnectPlan } from "../../plan/plan.ts";
import { inRoom } from "../../plan/rooms.ts";
import type { OutgoingMessage, Transport } from "../../transport/transport.ts";
import { plainMessage } from "../../transport/plain-message.ts";

/** A sign as it is looked for: a text, or a pattern. */
type Sign = string | RegExp;

/** Whose greeting it is: `{{room}}` in it stands for this name; null where there are no rooms. */
export type RoomName = string | null;

/** What is said on each new connection, and what must come back before it counts as ready. */
export class Greeting {
  readonly #plan: Pick<ConnectPlan, "firstMessages" | "ready">;
  /** By room: a connection that comes again says the same again. */
  readonly #firstMessages = new Map<RoomName, readonly OutgoingMessage[]>();
  readonly #signs = new Map<RoomName, Sign>();

  constructor(plan: Pick<ConnectPlan, "firstMessages" | "ready">) {
    this.#plan = plan;
  }

  /** Whether a connection has to wait for a sign once it is open. */
  get asksForSign(): boolean {
    return this.#plan.ready !== null;
  }

  sendOn(transport: Transport, room: RoomName): void {
    if (this.#plan.firstMessages.length === 0) return;
    const messages = made(this.#firstMessages, room, () =>
      this.#plan.firstMessages.map((text) => plainMessage(forRoom(text, room))),
    );
    transport.beginBurst();
    for (const message of messages) transport.writeMessage(message);
    transport.endBurst();
  }

  isSign(text: string, room: RoomName): boolean {
    const { ready } = this.#plan;
    if (ready === null) return false;
    const sign = made(this.#signs, room, () => {
      const pattern = forRoom(ready.pattern, room);
      // A pattern that is global or sticky would remember where it last matched, from one connection to the next.
      return ready.kind === "text" ? pattern : new RegExp(pattern, ready.flags.replace(/[gy]/g, ""));
    });
    return typeof sign === "string" ? text.includes(sign) : sign.test(text);
  }
}

function made<T>(known: Map<RoomName, T>, room: RoomName, make: () => T): T {
  const value = known.get(room) ?? make();
  known.set(room, value);
  return value;
}

function forRoom(text: string, room: RoomName): string {
  return room === null ? text : inRoom(text, room);
}
