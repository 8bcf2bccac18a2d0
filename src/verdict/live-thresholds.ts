import type { RunResult } from "../result/run-result.ts";
import { checkThreshold } from "./check-thresholds.ts";
import { hasTooFewSamples } from "./evaluate-threshold.ts";
import { formatCheck } from "./format-check.ts";
import type { Threshold } from "./threshold.ts";

/** Messages arrive after the second they were due in, and change its figures: so long a window is looked at again. */
const settleMs = 5000;
/** Metrics of whole phases. */
const atTheEnd: readonly string[] = ["scaling", "throughput"];

/**
 * The thresholds of a run that goes on, for `--abort-on-fail`. Asked each second with the result so far; silent before
 * `delayMs` of measured load. Only a plain failure ends a run: what has no data or few samples yet may still get them.
 */
export class LiveThresholds {
  readonly #thresholds: readonly Threshold[];
  readonly #delayMs: number;

  constructor(thresholds: readonly Threshold[], delayMs: number) {
    // What is known when a phase is over, not before.
    this.#thresholds = thresholds.filter(({ isAdvisory, metric }) => !isAdvisory && !atTheEnd.includes(metric));
    this.#delayMs = delayMs;
  }

  /** The first failed threshold in words, as `latency.p99<50ms: 61.20 ms`; undefined while all is well. */
  firstFailure(result: RunResult): string | undefined {
    const measured = result.phases.filter((phase) => phase.measured);
    const loadMs = measured.reduce((sum, phase) => sum + phase.endMs - phase.startMs, 0);
    const last = measured.at(-1);
    if (last === undefined || loadMs < this.#delayMs) return undefined;
    for (const threshold of this.#thresholds) {
      const check = checkThreshold(result, threshold, last.endMs - settleMs);
      if (check.outcome === "fail" && !hasTooFewSamples(threshold.stat, check.samples)) return formatCheck(check);
    }
    return undefined;
  }
}
