import { counter } from "../../measure/worker-cells.ts";
import type { ReconnectPlan } from "../../plan/plan.ts";
import type { Xoshiro } from "../../random/xoshiro.ts";
import type { BreakerRecord } from "../collected-resilience.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { LoadConnection } from "./load-connection.ts";

export interface ReopeningParts {
  readonly plan: ReconnectPlan;
  readonly random: Xoshiro;
  readonly nowMs: () => number;
  readonly count: (which: number) => void;
  /** Whether the connection is away and wanted still. */
  readonly isWanted: (connection: LoadConnection) => boolean;
  readonly open: (connection: LoadConnection) => void;
  /** The connection is not tried again. */
  readonly gaveUp: (connection: LoadConnection) => void;
}

/**
 * When lost connections are tried again: after waits that grow, drawn from the whole of them (exponential backoff with full
 * jitter), and, where there is a breaker, not while others fail.
 */
export class Reopening {
  readonly #parts: ReopeningParts;
  readonly #breaker: CircuitBreaker | null;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Attempts whose time has come and which the breaker makes wait. */
  #held: LoadConnection[] = [];
  /** Whose attempt a breaker that is half open has let through; null while there is none. */
  #trial: LoadConnection | null = null;
  #breakerTimer: NodeJS.Timeout | undefined;

  constructor(parts: ReopeningParts) {
    this.#parts = parts;
    this.#breaker = parts.plan.breaker === null ? null : new CircuitBreaker(parts.plan.breaker);
  }

  /** The connection has ended, or an attempt has failed; it is tried again unless it was too often. */
  tryAgain(connection: LoadConnection): void {
    const { plan, random, count, gaveUp } = this.#parts;
    if (plan.maxAttempts !== null && connection.failedAttempts >= plan.maxAttempts) {
      count(counter.retriesGivenUp);
      gaveUp(connection);
      return;
    }
    const ceilingMs = Math.min(plan.maxMs, plan.baseMs * 2 ** Math.min(connection.failedAttempts, 30));
    this.#after(random.f53() * ceilingMs, () => this.#attempt(connection));
  }

  attemptSucceeded(): void {
    const breaker = this.#breaker;
    if (breaker === null) return;
    const wasClosed = breaker.state === "closed";
    this.#trial = null;
    breaker.succeeded(this.#parts.nowMs());
    if (!wasClosed) this.#releaseHeld();
  }

  attemptFailed(): void {
    const breaker = this.#breaker;
    if (breaker === null) return;
    breaker.failed(this.#parts.nowMs());
    if (breaker.state !== "open") return;
    this.#trial = null;
    this.#tryWhenCool(breaker);
  }

  /** This side has ended an attempt before it could succeed or fail. */
  attemptAbandoned(connection: LoadConnection): void {
    if (this.#breaker === null || this.#trial !== connection) return;
    this.#trial = null;
    this.#breaker.abandoned();
    this.#tryWhenCool(this.#breaker);
  }

  /** No further attempts; no timer is left behind. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#breakerTimer);
    this.#breakerTimer = undefined;
    this.#held = [];
    this.#trial = null;
  }

  /** Null where there is no breaker. */
  breakerRecord(originMs: number): Omit<BreakerRecord, "worker"> | null {
    return this.#breaker?.record(this.#parts.nowMs(), originMs) ?? null;
  }

  #attempt(connection: LoadConnection): void {
    const { plan, nowMs, count, isWanted, open } = this.#parts;
    if (!isWanted(connection)) return;
    if (this.#breaker?.mayTry(nowMs()) === false) {
      if (plan.breaker?.whileOpen === "fail-fast") {
        count(counter.breakerRejected);
        connection.failedAttempts += 1;
        this.tryAgain(connection);
      } else {
        count(counter.breakerHeld);
        this.#held.push(connection);
        this.#tryWhenCool(this.#breaker);
      }
      return;
    }
    if (this.#breaker?.state === "half-open") this.#trial = connection;
    count(counter.retries);
    connection.isRetry = true;
    open(connection);
  }

  /** A breaker that is not closed lets one through when its time has come: the first that waits. */
  #tryWhenCool(breaker: CircuitBreaker): void {
    if (!breaker.letsOneThrough || this.#breakerTimer !== undefined || this.#held.length === 0) return;
    this.#breakerTimer = setTimeout(
      () => {
        this.#breakerTimer = undefined;
        let next = this.#held.shift();
        while (next !== undefined && !this.#parts.isWanted(next)) next = this.#held.shift();
        if (next !== undefined) this.#attempt(next);
      },
      Math.max(0, Math.ceil(breaker.tryAgainAtMs - this.#parts.nowMs())),
    );
  }

  /** The target is back: those that waited come, not all in the same instant. */
  #releaseHeld(): void {
    const { plan, random } = this.#parts;
    const held = this.#held;
    this.#held = [];
    for (const connection of held) this.#after(random.f53() * plan.baseMs, () => this.#attempt(connection));
  }

  #after(waitMs: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, waitMs);
    this.#timers.add(timer);
  }
}
