import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { ComparedCount, ComparedMetric, Comparison } from "../result/comparison.ts";
import { formatChange, formatChangeInterval, formatLimit } from "../verdict/format-change.ts";
import { formatCount } from "../units/count.ts";

/** What became of a comparison. */
export interface ComparisonVerdict {
  readonly outcome: Comparison["verdict"]["outcome"];
  readonly exitCode: ExitCode;
  readonly reasons: readonly string[];
}

/** Any primary metric or count that is worse is a regression, whatever else got better. */
export function comparisonVerdict(
  metrics: readonly ComparedMetric[],
  counts: readonly ComparedCount[],
): ComparisonVerdict {
  const primary = metrics.filter(({ isPrimary }) => isPrimary);
  const worse = [
    ...primary.filter(({ verdict }) => verdict === "worse").map(metricReason),
    ...counts.filter(({ verdict }) => verdict === "worse").map(countReason),
  ];
  if (worse.length > 0) return { outcome: "regression", exitCode: exitCode.regression, reasons: worse };
  const undecided = [
    ...primary.filter(({ verdict }) => verdict === "inconclusive").map(metricReason),
    ...counts.filter(({ verdict }) => verdict === "inconclusive").map(countReason),
  ];
  if (undecided.length > 0) return { outcome: "inconclusive", exitCode: exitCode.ok, reasons: undecided };
  if (primary.length === 0) {
    return { outcome: "inconclusive", exitCode: exitCode.ok, reasons: ["no metric has a value on both sides"] };
  }
  const better = primary.filter(({ verdict }) => verdict === "better");
  return {
    outcome: "pass",
    exitCode: exitCode.ok,
    reasons: [`none of ${amount(primary.length, "primary metric")} is worse`, ...better.map(metricReason)],
  };
}

/** `latency.p99 is worse: +15.6 % (+11.2 .. +19.8 %), beyond 5 %`. */
function metricReason({ name, unit, change, limit, verdict, reason }: ComparedMetric): string {
  const interval = change === null ? null : formatChangeInterval(change, unit);
  const moved = change === null ? "" : `: ${formatChange(change, unit)}${interval === null ? "" : ` (${interval})`}`;
  const beyond =
    change === null || limit === null || verdict === "inconclusive"
      ? ""
      : `, beyond ${formatLimit(limit, change.kind, unit)}`;
  const why = reason === "" ? "" : `; ${reason}`;
  return `${name} is ${verdict}${moved}${beyond}${why}`;
}

/** `lost is worse: 0 of 100,000 before, 512 of 100,000 now`. */
function countReason({ name, base, new: changed, verdict, reason }: ComparedCount): string {
  const counted = `${formatCount(base.total)} of ${formatCount(base.of)} before, ${formatCount(changed.total)} of ${formatCount(changed.of)} now`;
  return `${name} is ${verdict}: ${counted}${verdict === "worse" || reason === "" ? "" : `; ${reason}`}`;
}

function amount(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;
}
