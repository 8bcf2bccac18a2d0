import { failureKinds, isFailureKind } from "../errors/failure-kinds.ts";
import { nearestName } from "../errors/nearest-name.ts";

/** What a metric measures, and with it the units its bound may have. `slope` is a size per time. */
export type QuantityKind = "time" | "size" | "slope" | "rate" | "ratio" | "count";

/** A metric and its statistic as found in a threshold: `latency` and `p99`. */
export interface MetricName {
  readonly metric: string;
  readonly stat: string;
  readonly kind: QuantityKind;
}

/** Names that are not known, with what was probably meant. */
export interface NameFault {
  readonly faulty: string;
  readonly reason: string;
  readonly hint: string;
}

/** Percentiles count as a statistic of every metric that has this list. */
const distribution = ["min", "mean", "stdev", "max"];
const distributions = [
  "latency",
  "service",
  "slip",
  "connect",
  "latency.service",
  "latency.slip",
  "latency.offered",
  "recovery",
  "queue.wait",
  "queue.run",
];
const memoryStats: Readonly<Record<string, QuantityKind>> = {
  peak: "size",
  growth: "size",
  slope: "slope",
  perConnection: "size",
  perMessage: "size",
};
const errorStats: Readonly<Record<string, QuantityKind>> = { count: "count", rate: "ratio" };
const named: Readonly<Record<string, Readonly<Record<string, QuantityKind>>>> = {
  delivery: {
    ratio: "ratio",
    lost: "count",
    lostMissing: "count",
    lostClosed: "count",
    lostCorrupt: "count",
    refused: "count",
    duplicated: "count",
    reordered: "count",
    corrupted: "count",
    late: "count",
    unsolicited: "count",
  },
  rate: { offered: "rate", sent: "rate", delivered: "rate", achieved: "ratio" },
  errors: errorStats,
  memory: memoryStats,
  "memory.generator": memoryStats,
  "memory.client": memoryStats,
  "memory.target": memoryStats,
  "generator.lag": { p50: "time", p99: "time", max: "time" },
  generator: { cpu: "ratio" },
  scaling: { efficiency: "ratio" },
  connections: { returned: "ratio", away: "count", outages: "count" },
  herd: { allBack: "time" },
  retry: { attempts: "count", ratio: "ratio", givenUp: "count" },
  breaker: { opens: "count", notClosed: "count" },
  buffer: { overflowed: "count", highWater: "count" },
  sessions: {
    resumed: "ratio",
    lost: "count",
    unknown: "count",
    undecided: "count",
    unnamed: "count",
    unanswered: "count",
  },
  isolation: { added: "time", rate: "ratio", worst: "ratio" },
  reaction: { median: "time", max: "time" },
  queue: {
    misordered: "count",
    misorderedStarts: "count",
    overtaken: "count",
    overLimit: "count",
    mostRunning: "count",
    cancelled: "count",
    cancelledRan: "count",
    refusedRan: "count",
    startedAgain: "count",
    completedAgain: "count",
    neverStarted: "count",
    disagreements: "count",
  },
  throughput: { sustained: "rate", sustainRatio: "ratio" },
};
/** Of all other metrics less is better; comparisons go by it. */
const moreIsBetter: readonly string[] = [
  "delivery.ratio",
  "rate.offered",
  "rate.sent",
  "rate.delivered",
  "rate.achieved",
  "scaling.efficiency",
  "throughput.sustained",
  "throughput.sustainRatio",
];
const failurePhases = Object.keys(failureKinds) as (keyof typeof failureKinds)[];

/** Words of other tools for the same statistic. */
const otherWords: Readonly<Record<string, string>> = { sd: "stdev", avg: "mean", med: "p50", median: "p50" };

const metricNames = [...distributions, ...Object.keys(named)].sort((a, b) => b.length - a.length);

/** Finds the metric and its statistic in `path`, as `latency.service.p99.9`; k6's `latency.p(99)` is the same as `latency.p99`. */
export function findMetric(path: string): MetricName | NameFault {
  const plain = path.replace(/(^|\.)p\(\s*([\d.]+)\s*\)$/, "$1p$2");
  if (plain.startsWith("errors.")) return errorMetric(plain.slice("errors.".length));
  const metric = metricNames.find((name) => plain === name || plain.startsWith(`${name}.`));
  if (metric === undefined) return unknownMetric(plain);
  const word = plain.slice(metric.length + 1);
  const stat = otherWords[word] ?? word;
  const stats = named[metric];
  if (stats === undefined) return distributionMetric(metric, stat);
  const kind = Object.hasOwn(stats, stat) ? stats[stat] : undefined;
  return kind === undefined ? unknownStat(metric, stat, Object.keys(stats)) : { metric, stat, kind };
}

/** Whether a higher value of the metric is the better one. */
export function isMoreBetter({ metric, stat }: Pick<MetricName, "metric" | "stat">): boolean {
  return moreIsBetter.includes(`${metric}.${stat}`);
}

/** 99.9 for `p99.9`; undefined for a statistic that is not a percentile. */
export function percentileOf(stat: string): number | undefined {
  return /^p\d+(\.\d+)?$/.test(stat) ? Number(stat.slice(1)) : undefined;
}

/** `errors.count`, `errors.rate`, `errors.connect`, `errors.connect.refused`, `errors.handshake.status.503`. */
function errorMetric(rest: string): MetricName | NameFault {
  if (Object.hasOwn(errorStats, rest)) return { metric: "errors", stat: rest, kind: errorStats[rest]! };
  const dot = rest.indexOf(".");
  const word = dot === -1 ? rest : rest.slice(0, dot);
  const phase = failurePhases.find((known) => known === word);
  if (phase === undefined) return unknownStat("errors", word, [...Object.keys(errorStats), ...failurePhases]);
  if (dot === -1) return { metric: "errors", stat: phase, kind: "count" };
  const kind = rest.slice(dot + 1);
  if (!isFailureKind(phase, kind)) return unknownFailure(phase, kind);
  return { metric: `errors.${phase}`, stat: kind, kind: "count" };
}

/** A gate on an error that cannot be counted would hold whatever happened. */
function unknownFailure(phase: keyof typeof failureKinds, kind: string): NameFault {
  const known = [...failureKinds[phase], ...(phase === "handshake" ? ["status.<n>"] : [])];
  const nearest = nearestName(kind, known);
  const list = known.length === 0 ? `there is none of errors.${phase}` : `known: ${known.join(", ")}`;
  return {
    faulty: kind,
    reason: "is not a kind of error",
    hint: nearest === undefined ? list : `did you mean errors.${phase}.${nearest}? ${list}`,
  };
}

function distributionMetric(metric: string, stat: string): MetricName | NameFault {
  const percentile = percentileOf(stat);
  if (percentile !== undefined && percentile <= 100) return { metric, stat: `p${percentile}`, kind: "time" };
  if (percentile !== undefined) {
    return {
      faulty: stat,
      reason: "is no percentile",
      hint: `percentiles go up to 100: ${metric}.p99, ${metric}.p99.9`,
    };
  }
  // One that is infinitely late leaves no mean.
  if (metric === "latency.offered") return unknownStat(metric, stat, ["p50", "p99", "p99.9"]);
  if (distribution.includes(stat)) return { metric, stat, kind: "time" };
  return unknownStat(metric, stat, ["p50", "p99", ...distribution]);
}

function unknownStat(metric: string, stat: string, stats: readonly string[]): NameFault {
  if (stat === "") {
    return {
      faulty: metric,
      reason: "says what, but not which number of it",
      hint: `write one of ${listOf(metric, stats)}`,
    };
  }
  const nearest = nearestName(stat, stats);
  return {
    faulty: stat,
    reason: `is not known of ${metric}`,
    hint:
      nearest === undefined
        ? `write one of ${listOf(metric, stats)}`
        : `did you mean ${metric}.${nearest}? known: ${stats.join(", ")}`,
  };
}

function unknownMetric(path: string): NameFault {
  if (percentileOf(path) !== undefined || distribution.includes(path)) {
    return { faulty: path, reason: "does not say of what", hint: `write latency.${path}, or service, slip, connect` };
  }
  const [first = "", second] = path.split(".");
  const known = [...metricNames].sort();
  const nearest =
    (second === undefined ? undefined : nearestName(`${first}.${second}`, known)) ??
    nearestName(first, known) ??
    Object.entries(named).find(([, stats]) => Object.hasOwn(stats, first))?.[0];
  const list =
    "latency, service, slip, connect, delivery, rate, errors, memory, generator, scaling, throughput, recovery, connections, herd, retry, breaker, buffer, sessions, isolation, reaction, queue";
  return {
    faulty: path === "" ? "" : nearest !== undefined || second === undefined ? path : first,
    reason: path === "" ? "names no metric" : "is not a metric",
    hint:
      nearest === undefined
        ? `metrics: ${list}; for example latency.p99<50ms`
        : `did you mean ${nearest}? metrics: ${list}`,
  };
}

function listOf(metric: string, stats: readonly string[]): string {
  return stats.map((stat) => `${metric}.${stat}`).join(", ");
}
