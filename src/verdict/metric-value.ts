import type { Threshold } from "./threshold.ts";

/** What a result says of a threshold's metric, in the threshold's unit. */
export interface MeasuredValue {
  /** Null when there is nothing to judge; `detail` says why. */
  readonly value: number | null;
  /** Samples behind the value; null when it is no statistic of samples. */
  readonly samples: number | null;
  readonly detail?: string;
  /** The value is beyond every bound, and `value` null: a percentile falls on a message that was never delivered. */
  readonly isInfinite?: true;
  /** Why a value that would hold is no proof yet; `canFail` when one that does not hold is. */
  readonly undecided?: { readonly reason: string; readonly canFail: boolean };
}

/** A metric and its statistic, of the whole run or of the phase that is selected. */
export type AskedMetric = Pick<Threshold, "metric" | "stat" | "selectors">;
