import { viewFanOutCells } from "../../measure/fan-out-cells.ts";
import { PublicationTable } from "../../measure/publication-table.ts";
import { RoomRoster } from "../../measure/room-roster.ts";
import { SpreadLog } from "../../measure/spread-log.ts";
import { broadcastSizes } from "../broadcast-memory.ts";
import type { ShareTask } from "../worker-messages.ts";
import { BroadcastReceiver, type BroadcastReceiverParts } from "./broadcast-receiver.ts";
import { Publisher } from "./publisher.ts";

/** The two sides of a broadcast in one worker. */
export interface BroadcastSides {
  readonly publisher: Publisher;
  makeReceiver(
    parts: Pick<BroadcastReceiverParts, "codec" | "recorder" | "tally" | "notes" | "connections" | "nowMs">,
  ): BroadcastReceiver;
}

/** Null in any other mode. */
export function makeBroadcastSides({
  plan,
  workerIndex,
  runStartMs,
  broadcast: memory,
}: ShareTask): BroadcastSides | null {
  if (plan.broadcast === null) return null;
  if (memory === undefined) throw new Error("a worker of a broadcast shares no memory. This is a bug in floodgate.");
  const sizes = broadcastSizes(plan, plan.broadcast);
  const shared = {
    plan: plan.broadcast,
    table: new PublicationTable(sizes.publications, memory.publications),
    roster: new RoomRoster(plan.broadcast.rooms, runStartMs, memory.roster),
    spread:
      sizes.spread === null || memory.spread === null ? null : new SpreadLog(sizes.spread, workerIndex, memory.spread),
    cells: viewFanOutCells(memory.fanOut, sizes.publications.phases),
    workers: plan.workers,
    workerIndex,
  };
  return {
    publisher: new Publisher(shared),
    makeReceiver: (parts) => new BroadcastReceiver({ ...shared, ...parts }),
  };
}
