import type { JobCount } from "../plan/plan.ts";

/** Over all load, warm-up included. */
export interface CollectedQueue {
  readonly sent: number;
  /** Jobs of which the target said this, whatever became of them. */
  readonly said: {
    readonly accepted: number;
    readonly started: number;
    readonly completed: number;
    readonly refused: number;
    readonly cancelled: number;
    readonly tooLate: number;
  };
  /** How jobs ended: each in one way, the first that was told. Together `sent`. */
  readonly ended: {
    readonly completed: number;
    readonly refused: number;
    readonly cancelled: number;
    readonly lost: number;
  };
  readonly cancelAsked: number;
  /** Part of the cancelled ones: they had begun. */
  readonly cancelledRunning: number;
  readonly cancelledUnasked: number;
  /** Completed without having started, as far as was told. */
  readonly neverStarted: number;
  readonly startedAgain: number;
  readonly completedAgain: number;
  /** Replies other than of starts and completions that came again. */
  readonly repeated: number;
  /** Said of jobs that had been given up as lost. */
  readonly afterLoss: number;
  /** Jobs out of order; where completions have an order, by their start or their completion. */
  readonly misordered: number;
  readonly misorderedStarts: number;
  /** Completions after that of a later job of the key. */
  readonly overtaken: number;
  /** Starts while as many of the key ran as may. */
  readonly overLimit: number;
  /** The most of one key that ran at a time, and of which key; null when none did. */
  readonly mostRunning: number;
  readonly mostRunningKey: number | null;
  readonly cancelledRan: number;
  readonly refusedRan: number;
  /** A few of the faults, one by one. */
  readonly examples: readonly JobFaultExample[];
  /** Null where the target is not asked. */
  readonly statistics: CollectedJobStatistics | null;
}

export type JobFault = "misordered" | "cancelled-ran" | "refused-ran" | "never-started" | "cancelled-unasked";

export interface JobFaultExample {
  readonly fault: JobFault;
  /** Over all connections, from 0. */
  readonly key: number;
  /** Among the jobs of the key, from 1. */
  readonly position: number;
}

/** What the target told of itself before the first job and after the last. */
export interface CollectedJobStatistics {
  readonly before: ToldJobCounts;
  readonly after: ToldJobCounts;
}

export type ToldJobCounts =
  | { readonly kind: "not-asked" }
  | { readonly kind: "unanswered"; readonly reason: string }
  | { readonly kind: "told"; readonly counts: Partial<Readonly<Record<JobCount, number>>> };
