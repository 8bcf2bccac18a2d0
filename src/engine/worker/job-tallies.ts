import type { KeyOrder } from "../../measure/key-order.ts";
import { mostExamples } from "../job-counts.ts";
import type { CollectedQueue, JobFault, JobFaultExample } from "../collected-queue.ts";

/** Counts what was said of the jobs of one worker, over all its load, and what of it should not have been. */
export class JobTallies {
  sent = 0;
  /** Jobs of which this was said, whatever became of them. */
  accepted = 0;
  started = 0;
  completed = 0;
  refused = 0;
  cancelled = 0;
  tooLate = 0;
  /** How jobs ended: each in one way, the first that was told. */
  endedCompleted = 0;
  endedRefused = 0;
  endedCancelled = 0;
  lost = 0;
  cancelAsked = 0;
  /** Part of `endedCancelled`: they had begun. */
  cancelledRunning = 0;
  cancelledUnasked = 0;
  /** Completed without having started, as far as was told. */
  neverStarted = 0;
  startedAgain = 0;
  completedAgain = 0;
  /** Any other reply that came again. */
  repeated = 0;
  /** Said of jobs that had been given up as lost. */
  afterLoss = 0;
  misordered = 0;
  cancelledRan = 0;
  refusedRan = 0;
  readonly #examples: JobFaultExample[] = [];

  /** A fault of the job at `position` of a key. */
  note(fault: JobFault, key: number, position: number): void {
    if (this.#examples.length < mostExamples) this.#examples.push({ fault, key, position });
  }

  told(order: KeyOrder): Omit<CollectedQueue, "statistics"> {
    const sum = (perKey: Float64Array): number => perKey.reduce((total, count) => total + count, 0);
    const mostRunning = order.mostRunning.reduce((most, running) => Math.max(most, running), 0);
    return {
      sent: this.sent,
      said: {
        accepted: this.accepted,
        started: this.started,
        completed: this.completed,
        refused: this.refused,
        cancelled: this.cancelled,
        tooLate: this.tooLate,
      },
      ended: {
        completed: this.endedCompleted,
        refused: this.endedRefused,
        cancelled: this.endedCancelled,
        lost: this.lost,
      },
      cancelAsked: this.cancelAsked,
      cancelledRunning: this.cancelledRunning,
      cancelledUnasked: this.cancelledUnasked,
      neverStarted: this.neverStarted,
      startedAgain: this.startedAgain,
      completedAgain: this.completedAgain,
      repeated: this.repeated,
      afterLoss: this.afterLoss,
      misordered: this.misordered,
      misorderedStarts: sum(order.misorderedStarts),
      overtaken: sum(order.overtaken),
      overLimit: sum(order.overLimit),
      mostRunning,
      mostRunningKey: mostRunning === 0 ? null : order.mostRunning.indexOf(mostRunning),
      cancelledRan: this.cancelledRan,
      refusedRan: this.refusedRan,
      examples: [...this.#examples],
    };
  }
}
