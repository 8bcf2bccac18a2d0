/**
 * What is seen of each key of a worker: whether its jobs start and are completed in the order in which they were handed in, and
 * how many run at a time. Order as RFC 4737 has it: a job is out of order when one that was handed in after it came before
 * it; gaps are none. Keys are 0 .. keys - 1 over all workers, jobs of a key have rising numbers. Allocates nothing.
 */
export class KeyOrder {
  /** Starts after that of a later job, by key. */
  readonly misorderedStarts: Float64Array;
  /** Completions after that of a later job, by key. */
  readonly overtaken: Float64Array;
  /** Starts with as many jobs running as may, by key. */
  readonly overLimit: Float64Array;
  /** The most that ran at a time, by key. */
  readonly mostRunning: Float64Array;
  readonly #latestStart: Float64Array;
  readonly #latestCompletion: Float64Array;
  readonly #running: Float64Array;
  readonly #limit: number;

  constructor(keys: number, limit: number) {
    const perKey = (): Float64Array => new Float64Array(keys);
    this.misorderedStarts = perKey();
    this.overtaken = perKey();
    this.overLimit = perKey();
    this.mostRunning = perKey();
    this.#latestStart = perKey();
    this.#latestCompletion = perKey();
    this.#running = perKey();
    this.#limit = limit;
  }

  /** A job has started; true when it is out of order. */
  started(key: number, job: number): boolean {
    this.ran(key);
    const isLate = job < this.#latestStart[key]!;
    if (isLate) this.misorderedStarts[key]! += 1;
    else this.#latestStart[key] = job;
    return isLate;
  }

  /** A job has started that should not run at all: no other is late for it. */
  ran(key: number): void {
    const running = this.#running[key]! + 1;
    this.#running[key] = running;
    if (running > this.mostRunning[key]!) this.mostRunning[key] = running;
    if (running > this.#limit) this.overLimit[key]! += 1;
  }

  /** A job has been completed; true when a later one was before it. */
  completed(key: number, job: number): boolean {
    const isLate = job < this.#latestCompletion[key]!;
    if (isLate) this.overtaken[key]! += 1;
    else this.#latestCompletion[key] = job;
    return isLate;
  }

  /** A job that had started runs no more. */
  stopped(key: number): void {
    this.#running[key] = Math.max(0, this.#running[key]! - 1);
  }

  /** Nothing more will be told of the jobs of a key that run. */
  forgetRunning(key: number): void {
    this.#running[key] = 0;
  }
}
