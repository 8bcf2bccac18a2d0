import type { Answer } from "./answer.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { JobDesk } from "./job-desk.ts";
import type { LeakedMemory } from "./leaked-memory.ts";
import type { MockBooks } from "./mock-books.ts";
import type { MockOptions } from "./mock-options.ts";
import type { Rooms } from "./rooms.ts";
import type { SessionStore } from "./session-store.ts";
import type { StreamMessages } from "./stream-message.ts";
import type { ToldStream } from "./stream-status.ts";
import type { WakeUps } from "./wake-ups.ts";

/** What all connections of one server share. */
export interface MockContext {
  readonly options: MockOptions;
  readonly plan: FaultPlan;
  readonly books: MockBooks;
  readonly leaked: LeakedMemory;
  readonly wakeUps: WakeUps;
  /** In mode broadcast. */
  readonly rooms?: Rooms;
  /** In mode queue. */
  readonly jobs?: JobDesk;
  /** Where sessions outlive their connections. */
  readonly sessions?: SessionStore<Answer>;
  /** Monotonic milliseconds at which the server began to listen; stalls count from here. */
  readonly startedMs: number;
  /** What is pushed in mode push. */
  readonly streamMaker: StreamMessages;
  /** Streams with a queue whose connection is open. */
  readonly queuedStreams: Set<ToldStream>;
  /** What instants of `wakeUps` are behind CLOCK_MONOTONIC, milliseconds. */
  readonly clockOriginMs: number;
}
