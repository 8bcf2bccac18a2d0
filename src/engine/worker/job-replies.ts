import { jobSaid, type JobSaid } from "../../measure/job-ledger.ts";
import type { JobForm } from "../../plan/plan.ts";
import { makeTextPattern, type TextPattern } from "../../wire/text-pattern.ts";

/** Tells what a message of the target says of the jobs in it. */
export class JobReplies {
  /** The most frequent first. */
  readonly #patterns: readonly (readonly [said: JobSaid, pattern: TextPattern])[];

  constructor(form: JobForm) {
    const words = [
      [jobSaid.started, form.started],
      [jobSaid.completed, form.completed],
      [jobSaid.accepted, form.accepted],
      [jobSaid.refused, form.refused],
      [jobSaid.tooLate, form.tooLate],
      [jobSaid.cancelled, form.cancelled],
    ] as const;
    this.#patterns = words.flatMap(([said, pattern]) =>
      pattern === null ? [] : [[said, makeTextPattern(pattern)] as const],
    );
  }

  /** Null when it says nothing that is known. */
  read(view: DataView, start: number, end: number): JobSaid | null {
    for (const [said, pattern] of this.#patterns) if (pattern.test(view, start, end)) return said;
    return null;
  }
}
