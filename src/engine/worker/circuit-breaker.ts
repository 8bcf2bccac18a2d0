import type { BreakerPlan } from "../../plan/plan.ts";
import type { BreakerRecord, BreakerState } from "../collected-resilience.ts";

/** Changes that are kept; the counts go on. */
const keptChanges = 100;

/**
 * Closed: every attempt may be made. After so many failures in a row it opens: none may, for a while. Then it is half open:
 * one may, and its outcome closes it or opens it again (Nygard, "Release It!"). Knows no clock and no timer of its own.
 */
export class CircuitBreaker {
  readonly #plan: Pick<BreakerPlan, "failures" | "cooldownMs">;
  readonly #changes: { readonly atMs: number; readonly state: BreakerState }[] = [];
  #state: BreakerState = "closed";
  #failures = 0;
  #openedAtMs = 0;
  /** Since when it has not been closed. */
  #leftClosedAtMs = 0;
  #openMs = 0;
  /** Half open: the one attempt that it lets through is under way. */
  #isTrying = false;
  #opens = 0;
  #halfOpens = 0;
  #closes = 0;

  constructor(plan: Pick<BreakerPlan, "failures" | "cooldownMs">) {
    this.#plan = plan;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether an attempt may be made now. Of a breaker whose cool-down is over the first that asks is the one. */
  mayTry(nowMs: number): boolean {
    if (this.#state === "closed") return true;
    if (!this.letsOneThrough || nowMs < this.tryAgainAtMs) return false;
    this.#isTrying = true;
    if (this.#state === "half-open") return true;
    this.#halfOpens += 1;
    this.#enter("half-open", nowMs);
    return true;
  }

  /** Whether it is not closed and waits for the one attempt, and not for the outcome of one. */
  get letsOneThrough(): boolean {
    return this.#state === "open" || (this.#state === "half-open" && !this.#isTrying);
  }

  /** This side has given up the one attempt, which says nothing of the target: the next that asks is the one. */
  abandoned(): void {
    this.#isTrying = false;
  }

  /** When one that is not closed lets the next attempt through. */
  get tryAgainAtMs(): number {
    return this.#openedAtMs + this.#plan.cooldownMs;
  }

  succeeded(nowMs: number): void {
    this.#failures = 0;
    // What was begun before it opened says as much of the target as the one attempt it has let through.
    if (this.#state === "closed") return;
    this.#closes += 1;
    this.#openMs += nowMs - this.#leftClosedAtMs;
    this.#enter("closed", nowMs);
  }

  failed(nowMs: number): void {
    this.#failures += 1;
    if (this.#state === "open") return;
    if (this.#state === "closed" && this.#failures < this.#plan.failures) return;
    if (this.#state === "closed") this.#leftClosedAtMs = nowMs;
    this.#opens += 1;
    this.#openedAtMs = nowMs;
    this.#enter("open", nowMs);
  }

  /** All of it so far; instants count from `originMs`. */
  record(nowMs: number, originMs: number): Omit<BreakerRecord, "worker"> {
    const openNowMs = this.#state === "closed" ? 0 : nowMs - this.#leftClosedAtMs;
    return {
      opens: this.#opens,
      halfOpens: this.#halfOpens,
      closes: this.#closes,
      openMs: this.#openMs + openNowMs,
      state: this.#state,
      changes: this.#changes.map(({ atMs, state }) => ({ tMs: atMs - originMs, state })),
    };
  }

  #enter(state: BreakerState, atMs: number): void {
    this.#state = state;
    if (this.#changes.length < keptChanges) this.#changes.push({ atMs, state });
  }
}
