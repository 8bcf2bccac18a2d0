import type { DisturbPlan } from "../../plan/plan.ts";
import type { ConnectionSet } from "./connection-set.ts";

export interface DisturberParts {
  readonly plan: DisturbPlan;
  readonly workers: number;
  readonly workerIndex: number;
  readonly connections: ConnectionSet;
  readonly nowMs: () => number;
}

/** Ends connections of its own worker while the load runs, as the plan says: one after the other, or all at once. */
export class Disturber {
  readonly #parts: DisturberParts;
  #startMs = 0;
  #churned = 0;
  #next = 0;
  #wanted = 0;
  #churnTimer: NodeJS.Timeout | undefined;
  #dropTimer: NodeJS.Timeout | undefined;

  constructor(parts: DisturberParts) {
    this.#parts = parts;
  }

  /** The load over the first `wanted` connections begins at this instant. */
  loadStarts(atMs: number, wanted: number): void {
    const { plan, nowMs, connections } = this.#parts;
    this.#startMs = atMs;
    this.#churned = 0;
    this.#wanted = wanted;
    if (plan.churnPerSecond > 0 && wanted > 0) this.#churnLater();
    if (plan.dropAllAtMs === null) return;
    const waitMs = Math.max(0, atMs + plan.dropAllAtMs - nowMs());
    this.#dropTimer = setTimeout(() => connections.dropAll(), Math.ceil(waitMs));
  }

  loadEnded(): void {
    clearTimeout(this.#churnTimer);
    clearTimeout(this.#dropTimer);
  }

  #churnLater(): void {
    const waitMs = Math.max(1, Math.ceil(this.#dueMs() - this.#parts.nowMs()));
    this.#churnTimer = setTimeout(() => {
      while (this.#dueMs() <= this.#parts.nowMs()) {
        this.#churned += 1;
        this.#churnOne();
      }
      this.#churnLater();
    }, waitMs);
  }

  /** Number k of all workers is due (k + 1/2) / rate after the start; they take turns. */
  #dueMs(): number {
    const { plan, workers, workerIndex } = this.#parts;
    const number = this.#churned * workers + workerIndex;
    return this.#startMs + ((number + 0.5) / plan.churnPerSecond) * 1000;
  }

  /** The next that is ready; one that is away is passed over. */
  #churnOne(): void {
    const { connections } = this.#parts.connections;
    for (let looked = 0; looked < this.#wanted; looked += 1) {
      const connection = connections[this.#next]!;
      this.#next = (this.#next + 1) % this.#wanted;
      if (connection.state !== "ready") continue;
      this.#parts.connections.leave(connection);
      return;
    }
  }
}
