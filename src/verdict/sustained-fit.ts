import { isEvenLoad, type PlannedLoad } from "../result/even-load.ts";
import { sustainedNeedsSeconds } from "../result/sustained-delivery.ts";
import { thresholdName, type Threshold } from "./threshold.ts";

/** What of a plan decides whether a sustained rate can be told. A whole plan will do. */
export interface SustainedPlan {
  readonly segments: readonly {
    readonly phases: readonly (PlannedLoad & { readonly name: string; readonly measured: boolean })[];
  }[];
}

/** Why a threshold can have no answer, and what to do instead. */
export interface FitProblem {
  readonly reason: string;
  readonly hint: string;
}

/**
 * Why a run of this plan cannot say what `throughput...` asks: that is told of one phase of an even load, and that it held
 * of no less than a minute. Null when it can.
 */
export function whyNotSustained(threshold: Threshold, { segments }: SustainedPlan): FitProblem | null {
  const { metric, stat, selectors } = threshold;
  const name = thresholdName(threshold);
  const asked = segments
    .flatMap(({ phases }) => phases)
    .filter((phase) => phase.measured && (selectors.phase === undefined || phase.name === selectors.phase));
  const even = asked.filter(isEvenLoad);
  const [first, second] = even;
  if (first === undefined) {
    const none = asked.length === 1 ? "this is none" : "there is none";
    return {
      reason: `"${name}" is told of a load that is even throughout, and ${none}`,
      hint: "take rate.delivered, or name a phase of a constant rate",
    };
  }
  if (second !== undefined) {
    const names = even.map((phase) => phase.name).join(", ");
    return {
      reason: `"${name}" is told of one phase, and there are ${even.length} of an even load: ${names}`,
      hint: `name one: ${metric}{phase=${first.name}}.${stat}`,
    };
  }
  if (first.durationMs >= sustainedNeedsSeconds * 1000) return null;
  return {
    reason: `it takes ${sustainedNeedsSeconds} s of load to say that a rate is held, and phase "${first.name}" has ${first.durationMs / 1000} s`,
    hint: "make the load longer, or take rate.delivered>=... over 10s",
  };
}
