import { readJobWish } from "./job-form.ts";
import { JobJournal } from "./job-journal.ts";
import { JobQueue, type Job, type JobEvents } from "./job-queue.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { MockBooks } from "./mock-books.ts";
import type { MockOptions } from "./mock-options.ts";
import type { WakeUps } from "./wake-ups.ts";

/** The connection a job came on, and on which it is told of. */
export interface JobOwner {
  /** A reply, with the faults planned for it; it may have been cut upon it. */
  reply(payload: Buffer, nowMs: number): void;
  flush(): void;
  /** Nobody listens any more. */
  readonly isGone: boolean;
}

export interface JobDeskParts {
  readonly options: MockOptions;
  readonly plan: FaultPlan;
  readonly books: MockBooks;
  readonly wakeUps: WakeUps;
}

/** Mode queue: takes jobs in, has them worked off, and tells their owners; keeps the statistics. */
export class JobDesk implements JobEvents<JobOwner> {
  readonly #parts: JobDeskParts;
  readonly #queue: JobQueue<JobOwner>;
  readonly #journal: JobJournal;
  /** Whose messages are being read: its replies leave with the end of that read. */
  #hearing: JobOwner | null = null;

  /** Throws a usage error when the journal cannot be had. */
  constructor(parts: JobDeskParts) {
    this.#parts = parts;
    const { options, plan, wakeUps } = parts;
    this.#journal = new JobJournal(options.queueJournal);
    this.#queue = new JobQueue(
      {
        concurrency: options.queueConcurrency,
        mostWaiting: options.queueLimit,
        workers: options.queueWorkers?.length ?? null,
        completesInOrder: options.queueInOrder,
      },
      plan,
      this,
      (worker, job, sleeper) => wakeUps.wakeAt(wakeUps.nowMs() + plan.jobTimeMs(worker, job.key, job.number), sleeper),
    );
  }

  /** A message of `owner`. Owes its replies to `owner` a flush. */
  heard(owner: JobOwner, payload: Buffer): void {
    const wish = readJobWish(payload);
    this.#hearing = owner;
    switch (wish?.kind) {
      case "submit":
        this.#submit(owner, wish.key, wish.id);
        break;
      case "cancel":
        this.#cancel(owner, wish.id);
        break;
      case "statistics":
        this.#tell(owner, { type: "statistics", ...this.statistics() });
        break;
      case undefined:
        this.#parts.books.jobsUnreadable += 1;
        this.#tell(owner, { type: "error", reason: "this is no message of a job queue" });
    }
    this.#hearing = null;
  }

  /** What is told to whoever asks: since the journal began, and how many jobs there are now. */
  statistics(): Readonly<Record<string, number>> {
    const { waiting, running } = this.#queue;
    return { ...this.#journal.sum(), waiting, running };
  }

  started(job: Job<JobOwner>, running: number): void {
    const { books } = this.#parts;
    books.jobsStarted += 1;
    books.jobsRunningPeak = Math.max(books.jobsRunningPeak, running);
    this.#journal.count(job.key, "started");
    this.#tell(job.owner, { type: "started", id: job.id });
  }

  completed(job: Job<JobOwner>): void {
    this.#parts.books.jobsCompleted += 1;
    this.#journal.count(job.key, "completed");
    if (this.#parts.plan.miscountsJob(job.key, job.number)) {
      this.#journal.count(job.key, "completed");
      this.#parts.books.jobsMiscounted += 1;
    }
    this.#tell(job.owner, { type: "completed", id: job.id });
  }

  cancelled(job: Job<JobOwner>): void {
    this.#parts.books.jobsCancelled += 1;
    this.#journal.count(job.key, "cancelled");
  }

  lost(): void {
    this.#parts.books.jobsLost += 1;
  }

  wasOvertaken(): void {
    this.#parts.books.jobsOvertaken += 1;
  }

  cancelledRan(): void {
    this.#parts.books.jobsCancelledRan += 1;
  }

  /** Nothing is worked off any more; the statistics are safe. */
  close(): void {
    this.#queue.stop();
    this.#journal.close();
  }

  #submit(owner: JobOwner, key: string, id: string): void {
    const { books, options } = this.#parts;
    books.jobsSubmitted += 1;
    this.#journal.count(key, "submitted");
    const answer = this.#queue.submit(id, key, owner);
    if (answer === "accepted") {
      books.jobsAccepted += 1;
      this.#journal.count(key, "accepted");
      this.#tell(owner, { type: "accepted", id });
      this.#queue.start();
      return;
    }
    books.jobsRefused += 1;
    this.#journal.count(key, "refused");
    const reason =
      answer === "full" ? `the queue is full: ${options.queueLimit} jobs wait` : "a job with this id is in the queue";
    this.#tell(owner, { type: "refused", id, reason });
  }

  #cancel(owner: JobOwner, id: string): void {
    const { books } = this.#parts;
    const answer = this.#queue.cancel(id);
    if (answer === "cancelled") {
      this.#tell(owner, { type: "cancelled", id });
      return;
    }
    books.jobsCancelTooLate += 1;
    const reason = answer === "running" ? "it is running" : "it is not in the queue";
    this.#tell(owner, { type: "not-cancelled", id, reason });
  }

  #tell(owner: JobOwner, reply: Readonly<Record<string, string | number>>): void {
    if (owner.isGone) {
      this.#parts.books.jobRepliesUnheard += 1;
      return;
    }
    owner.reply(Buffer.from(JSON.stringify(reply)), this.#parts.wakeUps.nowMs());
    if (owner !== this.#hearing) owner.flush();
  }
}
