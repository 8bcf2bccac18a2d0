import { healthCell } from "../../measure/worker-cells.ts";

const everyMs = 10;
/** Longer than this is a standstill; shorter ones are the business of lag and slip. */
const stallMs = 20;

/** What the worker is doing, as far as a standstill in it matters. */
export type WatchedStage = "connecting" | "load" | "drain" | "none";

/**
 * Sees the loop of this thread stand still, by a timer that comes late, and adds up for how long. Node's own monitor of
 * the loop's delay gives percentiles over wake-ups: a stop of half a second is one of hundreds there.
 */
export class StandstillWatch {
  readonly #cells: Float64Array;
  readonly #nowMs: () => number;
  #stage: WatchedStage = "none";
  #lastMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(cells: Float64Array, nowMs: () => number) {
    this.#cells = cells;
    this.#nowMs = nowMs;
  }

  /** From now on time belongs to `stage`; a standstill that has just ended still to the one before. */
  enter(stage: WatchedStage): void {
    if (this.#stage === stage) return;
    this.#look();
    this.#stage = stage;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (stage === "none") return;
    this.#lastMs = this.#nowMs();
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  #look(): void {
    if (this.#stage === "none") return;
    const nowMs = this.#nowMs();
    const passedMs = nowMs - this.#lastMs;
    const lateMs = passedMs - everyMs;
    this.#lastMs = nowMs;
    if (this.#stage === "drain") this.#cells[healthCell.drainMs]! += passedMs;
    if (lateMs <= stallMs) return;
    const isConnecting = this.#stage === "connecting";
    const longest = isConnecting ? healthCell.connectLongestStallMs : healthCell.longestStallMs;
    this.#cells[isConnecting ? healthCell.connectStalledMs : healthCell.stalledMs]! += lateMs;
    if (this.#stage === "drain") this.#cells[healthCell.drainStalledMs]! += lateMs;
    if (lateMs > this.#cells[longest]!) this.#cells[longest] = lateMs;
  }
}
