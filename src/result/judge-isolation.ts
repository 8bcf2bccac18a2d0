import { isPercentileResolved } from "../statistics/percentile.ts";
import { formatCount } from "../units/count.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatMicroseconds } from "../units/time.ts";
import type { ResultBackpressure } from "./run-result.ts";

/** A p99 may grow to so many times what it was, and by so much, before others are to blame: short runs are that noisy. */
export const isolationLimits = { p99Ratio: 2, addedUs: 10_000, leastRateRatio: 0.9, mostRatioLost: 0.001 } as const;

/** Messages a second on one fast stream. */
export interface FastRate {
  readonly stream: number;
  readonly before: number;
  readonly during: number;
}

/** How fast streams, each by itself, brought less while others read slowly. */
export interface RateFalls {
  readonly fastStreams: number;
  /** Those that brought less than `leastRateRatio` of what they did before. */
  readonly starved: number;
  /** Null where none brought anything before. */
  readonly worst: ResultBackpressure["isolation"]["worst"];
}

export interface IsolationEvidence {
  readonly before: ResultBackpressure["before"];
  readonly during: ResultBackpressure["during"];
  readonly falls: RateFalls;
  /** p99 of the generator's own event-loop lag, microseconds; null while unknown. So much of a time may be its own. */
  readonly lagUs: number | null;
  /** Why nothing may be judged; null when it may. */
  readonly spoiled: string | null;
}

/** Why the p99 of before and during cannot be held against each other although there is one; null where they can. */
export function timesUndecided({ before, during }: Pick<ResultBackpressure, "before" | "during">): string | null {
  const [early, late] = [before.samples, during.samples];
  if (isPercentileResolved(Math.min(early, late), 99)) return null;
  return `p99 needs 1,000 messages before and during, there were ${formatCount(early)} and ${formatCount(late)}`;
}

/**
 * Whether fast streams fared while others read slowly as they did before: they brought as much, lost no more, and were not
 * later by more than twice and 10 ms and what the generator's own lag may be, where enough messages tell a p99. A proposed
 * rule; the figures are there for a stricter one.
 */
export function judgeIsolation({
  before,
  during,
  falls,
  lagUs,
  spoiled,
}: IsolationEvidence): ResultBackpressure["isolation"] {
  const [early, late] = [before.p99Us, during.p99Us];
  const hasTimes = early !== null && late !== null;
  const undecided = hasTimes ? timesUndecided({ before, during }) : null;
  const p99Ratio = hasTimes && early > 0 ? late / early : null;
  const addedUs = hasTimes ? late - early : null;
  const rateRatio = ratioOf(during.perStreamPerSecond, before.perStreamPerSecond);
  const { fastStreams, starved, worst } = falls;
  const figures = { p99Ratio, addedUs, rateRatio, worst, starved };
  if (spoiled !== null) return { verdict: "unknown", reasons: [spoiled], ...figures };
  if (worst === null) return { verdict: "unknown", reasons: ["no fast stream brought anything before"], ...figures };
  const lost = (before.deliveryRatio ?? 1) - (during.deliveryRatio ?? 1);
  const reasons = [
    ...(starved === 0
      ? []
      : [
          `${starved} of ${fastStreams} fast streams brought less while others read slowly, stream ${worst.stream}${worst.runId === undefined ? "" : ` of run ${worst.runId}`} ${formatRatio(worst.rateRatio)} of before`,
        ]),
    ...(lost > isolationLimits.mostRatioLost
      ? [
          `fast streams lost more: ${formatRatio(during.deliveryRatio ?? 0)} delivered, ${formatRatio(before.deliveryRatio ?? 0)} before`,
        ]
      : []),
    ...(hasTimes &&
    undecided === null &&
    late > Math.max(early * isolationLimits.p99Ratio, early + isolationLimits.addedUs + (lagUs ?? 0))
      ? [`p99 of fast streams rose from ${formatMicroseconds(early)} to ${formatMicroseconds(late)}`]
      : []),
  ];
  if (reasons.length > 0) return { verdict: "not isolated", reasons, ...figures };
  const times = !hasTimes
    ? "times are not known"
    : (undecided ??
      `p99 ${formatMicroseconds(early)} before, ${formatMicroseconds(late)} during${lagNote(late - early, lagUs)}`);
  return {
    verdict: "isolated",
    reasons: [`fast streams brought ${formatRatio(rateRatio ?? 1)} of what they did before; ${times}`],
    ...figures,
  };
}

/** Said where only the generator's own lag makes so much of a rise tolerable. */
function lagNote(risenUs: number, lagUs: number | null): string {
  if (lagUs === null || risenUs <= isolationLimits.addedUs) return "";
  return `, of which the generator's own lag (p99 ${formatMicroseconds(lagUs)}) may be a part`;
}

/** Each stream held against itself. */
export function fallsOf(rates: readonly FastRate[]): RateFalls {
  const falls = rates
    .filter((rate) => rate.before > 0)
    .map((rate) => ({ stream: rate.stream, rateRatio: rate.during / rate.before }))
    .sort((a, b) => a.rateRatio - b.rateRatio);
  return {
    fastStreams: rates.length,
    starved: falls.filter(({ rateRatio }) => rateRatio < isolationLimits.leastRateRatio).length,
    worst: falls[0] ?? null,
  };
}

function ratioOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
