import type { Sleeper } from "./wake-ups.ts";

/** One job, from the moment it is accepted. */
export interface Job<Owner> {
  readonly id: string;
  readonly key: string;
  /** Of the accepted jobs of its key, from 1. */
  readonly number: number;
  /** Who is told of it. */
  readonly owner: Owner;
}

/** What the queue tells, in the order in which it happens. */
export interface JobEvents<Owner> {
  /** `running`: jobs of its key that run now, this one among them. */
  started(job: Job<Owner>, running: number): void;
  completed(job: Job<Owner>): void;
  /** It waited, and will not run. */
  cancelled(job: Job<Owner>): void;
  /** A planned fault: it was accepted, and will not be heard of again. */
  lost(job: Job<Owner>): void;
  /** A planned fault: it starts although a later one of its key has started before it. */
  wasOvertaken(job: Job<Owner>): void;
  /** A planned fault: it starts although its cancellation was confirmed. */
  cancelledRan(job: Job<Owner>): void;
}

export interface JobQueueSettings {
  /** Jobs of one key that run at a time. */
  readonly concurrency: number;
  /** Jobs of one key that may wait; a further one is refused. Null for any number. */
  readonly mostWaiting: number | null;
  /** Workers of all keys together; null for as many as there is work for. */
  readonly workers: number | null;
  /** A job is not completed before all of its key that started before it. */
  readonly completesInOrder: boolean;
}

/** Which jobs a planned fault befalls, by their key and number. */
export interface JobFaults {
  losesJob(key: string, number: number): boolean;
  /** The job behind this one starts first. */
  overtakesJob(key: string, number: number): boolean;
  /** Its cancellation is confirmed, and it runs all the same. */
  runsCancelled(key: string, number: number): boolean;
}

export type SubmitAnswer = "accepted" | "full" | "known";
export type CancelAnswer = "cancelled" | "running" | "unknown";

interface QueuedJob<Owner> extends Job<Owner> {
  /** Of all accepted jobs, from 1: the oldest of any key starts first. */
  readonly arrival: number;
  state: "waiting" | "running" | "done";
  isCancelled: boolean;
  isOvertaken: boolean;
}

interface KeyQueue<Owner> {
  accepted: number;
  /** Those that wait begin at `first`; cancelled ones have left. */
  waiting: QueuedJob<Owner>[];
  /** In the order of their starts. */
  running: QueuedJob<Owner>[];
}

/**
 * Queues of jobs, one for each key: jobs start in the order in which they were accepted, so many at a time for each key, as
 * workers are free. Exact but for its planned faults. Knows no clock: `runJob` says how long a job takes.
 */
export class JobQueue<Owner> {
  readonly #settings: JobQueueSettings;
  readonly #faults: JobFaults;
  readonly #events: JobEvents<Owner>;
  /** A worker takes a job: `sleeper` wants to be woken when it is done. */
  readonly #runJob: (worker: number, job: Job<Owner>, sleeper: Sleeper) => void;
  readonly #keys = new Map<string, KeyQueue<Owner>>();
  /** Waiting or running. */
  readonly #jobs = new Map<string, QueuedJob<Owner>>();
  readonly #isBusy: boolean[];
  #arrivals = 0;
  #running = 0;

  constructor(
    settings: JobQueueSettings,
    faults: JobFaults,
    events: JobEvents<Owner>,
    runJob: (worker: number, job: Job<Owner>, sleeper: Sleeper) => void,
  ) {
    this.#settings = settings;
    this.#faults = faults;
    this.#events = events;
    this.#runJob = runJob;
    this.#isBusy = Array.from({ length: settings.workers ?? 0 }, () => false);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#jobs.size - this.#running;
  }

  /** Takes a job in, unless its key has no place. It begins with the next `start`, so that this can be told before. */
  submit(id: string, key: string, owner: Owner): SubmitAnswer {
    if (this.#jobs.has(id)) return "known";
    const queue = this.#queueOf(key);
    if (queue.waiting.length >= (this.#settings.mostWaiting ?? Infinity)) return "full";
    queue.accepted += 1;
    this.#arrivals += 1;
    const job: QueuedJob<Owner> = {
      id,
      key,
      owner,
      number: queue.accepted,
      arrival: this.#arrivals,
      state: "waiting",
      isCancelled: false,
      isOvertaken: false,
    };
    queue.waiting.push(job);
    this.#jobs.set(id, job);
    return "accepted";
  }

  /** Takes a waiting job out. */
  cancel(id: string): CancelAnswer {
    const job = this.#jobs.get(id);
    if (job === undefined || job.isCancelled) return "unknown";
    if (job.state !== "waiting") return "running";
    if (this.#faults.runsCancelled(job.key, job.number)) {
      job.isCancelled = true;
    } else {
      const { waiting } = this.#queueOf(job.key);
      waiting.splice(waiting.indexOf(job), 1);
      this.#jobs.delete(id);
    }
    this.#events.cancelled(job);
    return "cancelled";
  }

  /** Starts what may start now. */
  start(): void {
    for (;;) {
      const worker = this.#freeWorker();
      const queue = worker === null ? null : this.#nextQueue();
      if (worker === null || queue === null) return;
      const job = this.#takeNext(queue);
      if (job !== null) this.#startJob(job, queue, worker);
    }
  }

  /** Nothing starts or ends any more. */
  stop(): void {
    this.#keys.clear();
    this.#jobs.clear();
    this.#running = 0;
  }

  #queueOf(key: string): KeyQueue<Owner> {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const queue: KeyQueue<Owner> = { accepted: 0, waiting: [], running: [] };
    this.#keys.set(key, queue);
    return queue;
  }

  /** Its number, 0 where there are as many as there is work for; null when all are busy. */
  #freeWorker(): number | null {
    if (this.#settings.workers === null) return 0;
    const worker = this.#isBusy.indexOf(false);
    return worker < 0 ? null : worker;
  }

  /** The one whose next job was accepted first, of those that may start one; null when there is none. */
  #nextQueue(): KeyQueue<Owner> | null {
    let next: KeyQueue<Owner> | null = null;
    for (const queue of this.#keys.values()) {
      const [head] = queue.waiting;
      if (head === undefined || queue.running.length >= this.#settings.concurrency) continue;
      if (next === null || head.arrival < next.waiting[0]!.arrival) next = queue;
    }
    return next;
  }

  /** Null when the job at hand was lost. */
  #takeNext(queue: KeyQueue<Owner>): QueuedJob<Owner> | null {
    const [head, second] = queue.waiting;
    if (head === undefined) return null;
    if (this.#faults.losesJob(head.key, head.number)) {
      queue.waiting.shift();
      this.#jobs.delete(head.id);
      this.#events.lost(head);
      return null;
    }
    const isOvertaken = !head.isOvertaken && second !== undefined && this.#faults.overtakesJob(head.key, head.number);
    if (!isOvertaken || this.#faults.losesJob(second.key, second.number)) return queue.waiting.shift()!;
    head.isOvertaken = true;
    queue.waiting.splice(1, 1);
    return second;
  }

  #startJob(job: QueuedJob<Owner>, queue: KeyQueue<Owner>, worker: number): void {
    job.state = "running";
    queue.running.push(job);
    this.#running += 1;
    if (this.#settings.workers !== null) this.#isBusy[worker] = true;
    if (job.isOvertaken) this.#events.wasOvertaken(job);
    if (job.isCancelled) this.#events.cancelledRan(job);
    this.#events.started(job, queue.running.length);
    this.#runJob(worker, job, { wake: () => this.#finish(job, queue, worker) });
  }

  #finish(job: QueuedJob<Owner>, queue: KeyQueue<Owner>, worker: number): void {
    if (this.#jobs.get(job.id) !== job) return;
    job.state = "done";
    if (this.#settings.workers !== null) this.#isBusy[worker] = false;
    if (this.#settings.completesInOrder) {
      while (queue.running[0]?.state === "done") this.#complete(queue.running.shift()!);
    } else {
      queue.running.splice(queue.running.indexOf(job), 1);
      this.#complete(job);
    }
    this.start();
  }

  #complete(job: QueuedJob<Owner>): void {
    this.#jobs.delete(job.id);
    this.#running -= 1;
    this.#events.completed(job);
  }
}
