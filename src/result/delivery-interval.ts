import { designEffect } from "../statistics/dependence.ts";
import { clopperPearson } from "../statistics/ratio-interval.ts";
import { undeliveredOf } from "./lost-messages.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { ResultInterval } from "./run-result.ts";

interface RatioInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * 95 % interval of the delivery ratio of a block: what was refused counts against it as what was lost does. Null when nothing
 * was expected, and when there were losses but too few seconds to see how they cluster.
 */
export function deliveryRatioInterval(
  block: Pick<ResultBlock, "messages">,
  seconds: readonly ResultInterval[],
): RatioInterval | null {
  const missed = shareInterval(undeliveredOf(block), block.messages.expected, seconds);
  return missed === null ? null : { low: 1 - missed.high, high: 1 - missed.low };
}

/** The same of the loss alone: of what was expected and is decided. */
export function lossRatioInterval(
  { messages }: Pick<ResultBlock, "messages">,
  seconds: readonly ResultInterval[],
): RatioInterval | null {
  return shareInterval(messages.lost, messages.expected - messages.pending, seconds);
}

/**
 * Clopper and Pearson's interval of so many independent messages as tell as much as these, whose losses come in bursts (the
 * design effect of losses by the second, as surveys have it: Korn and Graubard 1998).
 */
function shareInterval(hits: number, of: number, seconds: readonly ResultInterval[]): RatioInterval | null {
  if (of <= 0) return null;
  const stretches = seconds.map(({ lost, latencyUs }) => ({ hits: lost, of: latencyUs.count + lost }));
  const effect = hits === 0 ? 1 : designEffect(stretches);
  return effect === null ? null : clopperPearson(hits / effect, of / effect);
}
