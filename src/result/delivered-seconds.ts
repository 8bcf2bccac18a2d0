import { autocorrelationTime, meanInterval, sampleVariance } from "../statistics/dependence.ts";
import type { ResultInterval } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { deliveredPerSecond, secondsToEach } from "./whole-seconds.ts";

/**
 * What was delivered in each of the seconds, at least one, and how sure its mean is. Where they were put together the
 * variation is that of the stretches; the worst and the best second are known all the same, unless results were merged.
 */
export function deliveredOf(seconds: readonly ResultInterval[]): NonNullable<SteadyState["delivered"]> {
  const rates = seconds.map(deliveredPerSecond);
  const meanPerSecond = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const interval = meanInterval(rates);
  const tau = autocorrelationTime(rates);
  return {
    meanPerSecond,
    // Centred on the mean of all seconds: that of the batches leaves out a remainder.
    lowPerSecond: interval === null ? null : Math.max(0, meanPerSecond - interval.half),
    highPerSecond: interval === null ? null : meanPerSecond + interval.half,
    minPerSecond: seconds.reduce(
      (least, second) => Math.min(least, second.deliveredExtremes?.leastInSecond ?? deliveredPerSecond(second)),
      Infinity,
    ),
    maxPerSecond: seconds.reduce(
      (most, second) => Math.max(most, second.deliveredExtremes?.mostInSecond ?? deliveredPerSecond(second)),
      0,
    ),
    variationRatio: meanPerSecond === 0 ? null : Math.sqrt(sampleVariance(rates)) / meanPerSecond,
    tauSeconds: tau * secondsToEach(seconds),
    effectiveSeconds: rates.length / tau,
  };
}
