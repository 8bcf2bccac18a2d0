import type { ConnectPlan } from "../../plan/plan.ts";
import { pathInRoom, roomNames } from "../../plan/rooms.ts";
import type { LoadConnection } from "./load-connection.ts";

/** Where connections go, and where from: their rooms, the paths to ask for, the local addresses. */
export class ConnectionPlaces {
  readonly #plan: ConnectPlan;
  /** Empty where there are none. */
  readonly #roomNames: readonly string[];

  /** `rooms`: over how many of them all connections are dealt out; null where there are none. */
  constructor(plan: ConnectPlan, rooms: number | null) {
    this.#plan = plan;
    this.#roomNames = rooms === null ? [] : roomNames(rooms);
  }

  /** Null where there are no rooms. */
  roomNameOf({ room }: LoadConnection): string | null {
    return this.#roomNames[room] ?? null;
  }

  /** The path to ask for where the URL names the room. */
  pathOf(connection: LoadConnection): string | undefined {
    const name = this.roomNameOf(connection);
    return name === null ? undefined : pathInRoom(this.#plan.url, name);
  }

  /** By the number over all workers, so that it stays the same whatever their count; undefined where none was chosen. */
  localAddressOf({ global }: LoadConnection): string | undefined {
    const { localAddresses } = this.#plan;
    return localAddresses[global % localAddresses.length];
  }
}
