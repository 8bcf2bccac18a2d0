import { allocateFanOutCells } from "../measure/fan-out-cells.ts";
import { PublicationTable, publicationRingLength, type PublicationSize } from "../measure/publication-table.ts";
import { RoomRoster } from "../measure/room-roster.ts";
import { SpreadLog, spreadSlots, type SpreadSize } from "../measure/spread-log.ts";
import { arrivalsBefore } from "../plan/arrivals.ts";
import type { BroadcastPlan, Plan } from "../plan/plan.ts";
import { publishersOf, roomOf } from "../plan/rooms.ts";

/** What a worker of a broadcast shares with the others; `fanOut` is its own, for the main thread to read. */
export interface BroadcastMemory {
  readonly publications: SharedArrayBuffer;
  readonly roster: SharedArrayBuffer;
  /** Null where there are too many pairs to follow each message to its last receiver. */
  readonly spread: SharedArrayBuffer | null;
  readonly fanOut: SharedArrayBuffer;
}

/** What the shared memory of a plan has room for: the same on the main side and in every worker. */
export interface BroadcastSizes {
  readonly publications: PublicationSize;
  readonly spread: SpreadSize | null;
}

/** Random gaps may come to more messages than the rate says; by so much they practically never do. */
const poissonMargin = 1.2;

export function broadcastSizes(plan: Plan, broadcast: BroadcastPlan): BroadcastSizes {
  const publishers = publishersOf(broadcast);
  const perPublisher = mostMessages(plan) / publishers;
  const phases = plan.segments.reduce((sum, segment) => sum + segment.phases.length, 0);
  const ringLength = publicationRingLength(publishers, perPublisher);
  const spread = { publishers, workers: plan.workers, receivers: mostReceiversOfWorker(plan, broadcast.rooms) };
  const slots = spreadSlots(spread, Math.min(perPublisher, ringLength));
  return { publications: { publishers, phases, ringLength }, spread: slots === 0 ? null : { ...spread, slots } };
}

/** Memory for all workers of a plan; null when its mode is not broadcast. `runStartMs` as in their tasks. */
export function allocateBroadcastMemory(plan: Plan, runStartMs: number): readonly BroadcastMemory[] | null {
  const { broadcast } = plan;
  if (broadcast === null) return null;
  const sizes = broadcastSizes(plan, broadcast);
  const shared = {
    publications: new PublicationTable(sizes.publications).memory,
    roster: new RoomRoster(broadcast.rooms, runStartMs).memory,
    spread: sizes.spread === null ? null : new SpreadLog(sizes.spread, 0).memory,
  };
  return Array.from({ length: plan.workers }, () => ({
    ...shared,
    fanOut: allocateFanOutCells(sizes.publications.phases).memory,
  }));
}

function mostMessages({ segments }: Plan): number {
  const phases = segments.flatMap((segment) => segment.phases);
  return phases.reduce((sum, { load, durationMs, maxMessages }) => {
    const due = arrivalsBefore(load, durationMs, durationMs) ?? 0;
    const isRandom = "arrival" in load && load.arrival === "poisson";
    return sum + Math.min(maxMessages ?? Infinity, isRandom ? due * poissonMargin + 100 : due + 1);
  }, 0);
}

/** The most connections of one room that one worker has. */
function mostReceiversOfWorker({ segments, workers }: Plan, rooms: number): number {
  const counts = new Int32Array(rooms * workers);
  const connections = Math.max(...segments.map((segment) => segment.connections));
  for (let connection = 0; connection < connections; connection += 1) {
    counts[roomOf(connection, rooms) * workers + (connection % workers)]! += 1;
  }
  return counts.reduce((most, count) => Math.max(most, count), 0);
}
