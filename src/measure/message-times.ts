import type { Histogram } from "./histogram.ts";

/**
 * The three times of a message, in the unit of the instants: latency from the intended instant, service from the actual
 * send, slip between the two. latency = service + slip.
 */
export function messageTimes(
  intended: number,
  sent: number,
  received: number,
): { readonly latency: number; readonly service: number; readonly slip: number } {
  return { latency: received - intended, service: received - sent, slip: sent - intended };
}

/**
 * Records a value of a closed loop together with those the loop did not send while it waited: v, then v - I, v - 2I ...
 * while at least I. A repair for imported closed-loop data only: our own times start at the intended instant and hold
 * these waits already, so that filling in again would count every stall twice.
 */
export function recordBackFilled(histogram: Histogram, valueUs: number, expectedIntervalUs: number, times = 1): void {
  histogram.record(valueUs, times);
  for (let missing = valueUs - expectedIntervalUs; missing >= expectedIntervalUs; missing -= expectedIntervalUs) {
    histogram.record(missing, times);
  }
}

/**
 * Little's law as a check of the books: over a steady stretch the mean number in flight is rate times mean latency.
 * A relative error above 5 % means that the accounting is wrong.
 */
export function checkLittlesLaw(
  ratePerSecond: number,
  meanLatencySeconds: number,
  meanInFlight: number,
): { readonly expectedInFlight: number; readonly relativeError: number } {
  const expectedInFlight = ratePerSecond * meanLatencySeconds;
  return { expectedInFlight, relativeError: Math.abs(meanInFlight / expectedInFlight - 1) };
}
