import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { ComparedCount, ComparedMetric, Comparison } from "../result/comparison.ts";
import { formatChange, formatLimit } from "../verdict/format-change.ts";
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
  const isOpen = ({ verdict }: { readonly verdict: string }): boolean => verdict === "inconclusive";
  const [openMetrics, openCounts] = [primary.filter(isOpen), counts.filter(isOpen)];
  if (openMetrics.length + openCounts.length > 0) {
    const parts = [
      ...(openMetrics.length === 0 ? [] : [`${openMetrics.length} of ${amount(primary.length, "primary metric")}`]),
      ...(openCounts.length === 0 ? [] : [amount(openCounts.length, "count")]),
    ];
    const first = `nothing is known to be worse, but ${parts.join(" and ")} cannot be told`;
    return {
      outcome: "inconclusive",
      exitCode: exitCode.ok,
      reasons: [first, ...groupedReasons([...openMetrics, ...openCounts])],
    };
  }
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

/** Each reason once, after the names of what it is said of. */
export function groupedReasons(rows: readonly { readonly name: string; readonly reason: string }[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of rows) {
    if (reason !== "") byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => `${names.join(", ")}: ${reason}`);
}

/** `latency.p99 is worse: +15.6% [+11.2, +19.8], beyond 5%`. */
function metricReason({ name, unit, change, limit, verdict, reason }: ComparedMetric): string {
  const moved = change === null ? "" : `: ${formatChange(change, unit)}`;
  const beyond = change === null || limit === null ? "" : `, beyond ${formatLimit(limit, change.kind, unit)}`;
  return `${name} is ${verdict}${moved}${beyond}${reason === "" ? "" : `; ${reason}`}`;
}

/** `lost is worse: 0 of 100,000 before, 512 of 100,000 now`. */
function countReason({ name, base, new: changed, verdict }: ComparedCount): string {
  const counted = `${formatCount(base.total)} of ${formatCount(base.of)} before, ${formatCount(changed.total)} of ${formatCount(changed.of)} now`;
  return `${name} is ${verdict}: ${counted}`;
}

function amount(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;
}
