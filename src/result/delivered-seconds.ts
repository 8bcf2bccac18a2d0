import { autocorrelationTime, meanInterval, sampleVariance } from "../statistics/dependence.ts";
import type { ResultInterval } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { deliveredPerSecond } from "./whole-seconds.ts";

/** What was delivered in each of the seconds, at least one, and how sure its mean is. */
export function deliveredOf(seconds: readonly ResultInterval[]): NonNullable<SteadyState["delivered"]> {
  const rates = seconds.map(deliveredPerSecond);
  const meanPerSecond = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const interval = meanInterval(rates);
  const tauSeconds = autocorrelationTime(rates);
  return {
    meanPerSecond,
    // Centred on the mean of all seconds: that of the batches leaves out a remainder.
    lowPerSecond: interval === null ? null : Math.max(0, meanPerSecond - interval.half),
    highPerSecond: interval === null ? null : meanPerSecond + interval.half,
    minPerSecond: rates.reduce((least, rate) => Math.min(least, rate)),
    maxPerSecond: rates.reduce((most, rate) => Math.max(most, rate)),
    variationRatio: meanPerSecond === 0 ? null : Math.sqrt(sampleVariance(rates)) / meanPerSecond,
    tauSeconds,
    effectiveSeconds: rates.length / tauSeconds,
  };
}
