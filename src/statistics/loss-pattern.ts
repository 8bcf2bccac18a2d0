/** How the losses of one stream lie in it (RFC 3357): one outage and thin random loss have equal ratios. */
export interface LossPattern {
  /** Per lost message: its distance from the lost one before; 0 for the first. */
  readonly distances: readonly number[];
  /** Per message: the number (from 1) of the loss period it belongs to; 0 for one that arrived. */
  readonly periods: readonly number[];
  readonly periodTotal: number;
  readonly periodLengths: readonly number[];
  /** Per period: the distance of its first loss from the last one of the period before; 0 for the first period. */
  readonly interLossPeriodLengths: readonly number[];
  /** Share of losses within `delta` of the one before; null without losses. */
  readonly noticeableRate: number | null;
  /** Messages in the longest period; 0 without losses. */
  readonly maxPeriod: number;
}

/** The pattern of one stream in sequence order; `lost[i]` tells whether message i was lost. */
export function lossPattern(lost: readonly boolean[], delta: number): LossPattern {
  const distances: number[] = [];
  const periods: number[] = [];
  const periodLengths: number[] = [];
  const interLossPeriodLengths: number[] = [];
  let previous: number | null = null;
  lost.forEach((isLost, i) => {
    if (!isLost) {
      periods.push(0);
      return;
    }
    const distance = previous === null ? 0 : i - previous;
    if (distance === 1) periodLengths[periodLengths.length - 1]!++;
    else {
      periodLengths.push(1);
      interLossPeriodLengths.push(distance);
    }
    distances.push(distance);
    periods.push(periodLengths.length);
    previous = i;
  });
  const noticeable = distances.filter((distance) => distance > 0 && distance <= delta).length;
  return {
    distances,
    periods,
    periodTotal: periodLengths.length,
    periodLengths,
    interLossPeriodLengths,
    noticeableRate: distances.length === 0 ? null : noticeable / distances.length,
    maxPeriod: periodLengths.reduce((longest, length) => Math.max(longest, length), 0),
  };
}
