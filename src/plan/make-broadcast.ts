import { usageError } from "../errors/floodgate-error.ts";
import type { Settings } from "../profile/settings.ts";
import { formatCount } from "../units/count.ts";
import type { BroadcastPlan, Segment, WorkersAs } from "./plan.ts";
import { rowOf } from "./rooms.ts";

/** Pairs of a publisher and a receiver that are kept account of: 8 bytes each. */
const mostPairs = 20_000_000;

/** Who publishes to whom; null in any other mode than broadcast. Throws a usage error for what cannot be. */
export function makeBroadcast(
  settings: Settings,
  segments: readonly Segment[],
  workersAs: WorkersAs,
): BroadcastPlan | null {
  const { broadcast } = settings;
  if (broadcast === null) return null;
  const { rooms, excludesPublisher, guardMs } = broadcast;
  const fewest = Math.min(...segments.map(({ connections }) => connections));
  const most = Math.max(...segments.map(({ connections }) => connections));
  const perRoom = rowOf(fewest, rooms);
  if (perRoom === 0) {
    throw usageError(
      `${formatCount(fewest)} connections do not fill ${formatCount(rooms)} rooms (${settings.nameOf("broadcast.rooms")})`,
      `give ${formatCount(2 * rooms)} connections or more: each room wants one that publishes and one that listens`,
    );
  }
  const publishersPerRoom = publishersOfRoom(broadcast.publishers, perRoom);
  const listeners = excludesPublisher ? perRoom - 1 : perRoom;
  if (publishersPerRoom > perRoom || listeners === 0) {
    const needed = Math.max(publishersPerRoom, 2) * rooms;
    throw usageError(
      `rooms of ${formatCount(perRoom)} connections are too small for ${formatCount(publishersPerRoom)} that publish${excludesPublisher ? " and do not hear themselves" : ""}`,
      `give ${formatCount(needed)} connections or more, or fewer publishers or rooms`,
    );
  }
  const pairs = most * publishersPerRoom;
  if (pairs > mostPairs) {
    throw usageError(
      `${formatCount(publishersPerRoom)} publishers in each room make ${formatCount(pairs)} pairs of publisher and receiver, more than the ${formatCount(mostPairs)} that are kept account of`,
      "take fewer publishers, or more rooms",
    );
  }
  if (workersAs.kind === "processes") {
    throw usageError(
      "mode broadcast needs workers that share memory, but so many connections take several processes",
      `raise the limit of open files (ulimit -n), which is ${formatCount(workersAs.openFiles)}, or take fewer connections`,
    );
  }
  return { rooms, publishersPerRoom, excludesPublisher, guardMs };
}

function publishersOfRoom(asked: NonNullable<Settings["broadcast"]>["publishers"], perRoom: number): number {
  if (asked.kind === "count") return asked.count;
  return Math.max(1, Math.round(asked.ratio * perRoom));
}
