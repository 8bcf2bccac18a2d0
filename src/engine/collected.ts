import type { CollectedConnection, FaultyReceivers } from "./collected-connections.ts";
import type { CollectedGenerator, CollectedShutdown } from "./collected-generator.ts";
import type { CollectedInterval } from "./collected-interval.ts";
import type { CollectedClass, CollectedPhase } from "./collected-phase.ts";
import type { CollectedQueue } from "./collected-queue.ts";
import type { CollectedResilience } from "./collected-resilience.ts";
import type { CollectedStreams } from "./collected-streams.ts";
import type { CollectedTarget } from "./collected-target.ts";

/** All that was measured, merged over workers. The one input of result/build-result.ts; a live one grows each second. */
export interface Collected {
  readonly startedAtEpochMs: number;
  /** From the first connection attempt to now (live) or to the end of teardown. */
  readonly durationMs: number;
  readonly end: RunEnd;
  /** In plan order, over all segments; phases not reached are absent. */
  readonly phases: readonly CollectedPhase[];
  /** One per second of load in time order; the last of a segment may be partial. */
  readonly intervals: readonly CollectedInterval[];
  readonly failures: readonly FailureCount[];
  readonly generator: CollectedGenerator;
  readonly target: CollectedTarget;
  /** The first frame from the target that held no message of ours, cut to 200 characters; null when there was none. */
  readonly firstForeignFrame: string | null;
  /** False when compression was asked for and at least one connection was opened without it. */
  readonly compressionAgreed: boolean;
  /** As of the last drain; null in any other mode than broadcast. */
  readonly faultyReceivers: FaultyReceivers | null;
  /** Where messages have classes: of each, by `messageClasses` of the plan. */
  readonly classes: readonly CollectedClass[];
  /** Mode push: what was seen of its streams, once a load is over; null before, and in other modes. */
  readonly streams: CollectedStreams | null;
  /** Null where connections are not opened again. */
  readonly resilience: CollectedResilience | null;
  /** Mode queue: what was said of its jobs, once a load is over; null before, and in other modes. */
  readonly queue: CollectedQueue | null;
  /** In the order of their numbers; null where connections have no figures of their own. */
  readonly connections: readonly CollectedConnection[] | null;
  /** Null until everything is closed. */
  readonly shutdown: CollectedShutdown | null;
}

export type RunEnd =
  | { readonly kind: "running" }
  | { readonly kind: "completed" }
  /** Ctrl-C or SIGTERM. */
  | { readonly kind: "interrupted"; readonly signal: "SIGINT" | "SIGTERM" }
  /** A threshold with `--abort-on-fail`. */
  | { readonly kind: "aborted"; readonly reason: string }
  /** No connection could be opened, a worker died ... */
  | { readonly kind: "failed"; readonly reason: string };

export interface FailureCount {
  readonly code: string;
  readonly phase: string;
  readonly kind: string;
  readonly blame: "target" | "network" | "generator" | "config";
  readonly count: number;
  /** Since startedAtEpochMs. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly example: string;
}
