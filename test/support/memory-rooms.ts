import type { OpenTransport } from "../../src/transport/open-transport.ts";
import { MemoryTransport } from "./memory-transport.ts";

/** A connection to the rooms, as the target sees it; instants are of the test's clock. */
export interface RoomGuest {
  /** In the order of opening, from 0. */
  readonly number: number;
  readonly room: string;
  readonly transport: MemoryTransport;
  readonly joinedMs: number;
  /** Null while it is there. */
  leftMs: number | null;
}

/** One message on its way to one guest. */
export interface RoomCopy {
  readonly from: RoomGuest;
  readonly to: RoomGuest;
  /** Of those published in the room, from 0. */
  readonly message: number;
}

/** A target without a network whose connections are in rooms (`/?room=r1`): what one publishes comes to all after 5 ms. */
export class MemoryRooms {
  readonly guests: RoomGuest[] = [];
  /** Every message of a room with the instant it was published. */
  readonly published: { readonly room: string; readonly atMs: number }[] = [];
  deliverAfterMs = 5;
  /** How many milliseconds after the others a copy comes, once for each copy; none for a lost one. */
  copiesOf: (copy: RoomCopy) => readonly number[] = () => [0];

  readonly open: OpenTransport = (listener, _localAddress, path = "/") => {
    const room = new URL(path, "ws://memory").searchParams.get("room") ?? "";
    let guest: RoomGuest | undefined;
    const transport = new MemoryTransport(listener, (burst) => {
      for (const message of burst) this.#publish(guest!, message);
    });
    setTimeout(() => {
      guest = { number: this.guests.length, room, transport, joinedMs: performance.now(), leftMs: null };
      this.guests.push(guest);
      transport.open();
    }, 1);
    return transport;
  };

  /** Ends a guest's connection now, as a server does that goes away. */
  dismiss(guest: RoomGuest): void {
    guest.leftMs = performance.now();
    guest.transport.end({ opened: true, closeCode: 1001, closeReason: "", failure: undefined });
  }

  #publish(from: RoomGuest, message: Buffer): void {
    const number = this.published.filter(({ room }) => room === from.room).length;
    this.published.push({ room: from.room, atMs: performance.now() });
    for (const to of this.guests) {
      if (to.room !== from.room || to.transport.isOver) continue;
      for (const laterMs of this.copiesOf({ from, to, message: number })) {
        setTimeout(() => {
          if (!to.transport.isOver) to.transport.receive(message);
        }, this.deliverAfterMs + laterMs);
      }
    }
  }
}
