import { designEffect } from "../statistics/dependence.ts";
import { clopperPearson } from "../statistics/ratio-interval.ts";
import { undeliveredOf } from "./lost-messages.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { ResultInterval } from "./run-result.ts";

/**
 * 95 % interval of the delivery ratio of a block: Clopper and Pearson's, of so many independent messages as tell as much
 * as these, whose losses come in bursts (the design effect of losses by the second, as surveys have it: Korn and Graubard
 * 1998). Null when nothing was expected, and when there were losses but too few seconds to see how they cluster.
 */
export function deliveryRatioInterval(
  block: Pick<ResultBlock, "messages">,
  seconds: readonly ResultInterval[],
): { readonly low: number; readonly high: number } | null {
  const { expected } = block.messages;
  const undelivered = undeliveredOf(block);
  if (expected === 0) return null;
  const stretches = seconds.map(({ lost, latencyUs }) => ({ hits: lost, of: latencyUs.count + lost }));
  const effect = undelivered === 0 ? 1 : designEffect(stretches);
  if (effect === null) return null;
  const { low, high } = clopperPearson(undelivered / effect, expected / effect);
  return { low: 1 - high, high: 1 - low };
}
