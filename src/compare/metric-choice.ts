import { usageError } from "../errors/floodgate-error.ts";
import type { RunResult } from "../result/run-result.ts";
import { savedUnits } from "../verdict/check-thresholds.ts";
import { measuredValue } from "../verdict/measured-value.ts";
import type { AskedMetric } from "../verdict/metric-value.ts";
import { isMoreBetter } from "../verdict/threshold-metrics.ts";
import { parseMetricPath, thresholdName } from "../verdict/threshold.ts";
import type { Sense } from "./judge-change.ts";

/** A metric to be compared. */
export interface MetricChoice {
  readonly name: string;
  readonly selection: AskedMetric;
  readonly unit: string;
  readonly sense: Sense;
  /** A change for the worse is a regression. */
  readonly isPrimary: boolean;
}

/** More than this many gates raise too many false alarms. */
export const mostPrimaries = 5;

/** Of `--metrics`: all primary. Throws a usage error that names the unknown one and what was probably meant. */
export function readMetricChoices(text: string): readonly MetricChoice[] {
  const words = text.split(/,(?![^{]*\})/).map((word) => word.trim());
  if (words.includes("")) {
    throw usageError(
      `--metrics "${text}": ${words.length === 1 ? "it names no metric" : "one of the names is empty"}`,
      "write names as in thresholds, with commas between them: latency.p99,rate.delivered",
    );
  }
  const choices = words.map((word) => readMetric(word, true));
  const twice = choices.find((choice, i) => choices.findIndex(({ name }) => name === choice.name) < i);
  if (twice !== undefined)
    throw usageError(`--metrics "${text}": ${twice.name} is named twice`, "name each metric once");
  return choices;
}

/**
 * What is compared when nothing is chosen: what results of this mode and loop have. The sustained rate only where every
 * run was long enough for one, else the plain rate. Metrics without any value are left out later.
 */
export function defaultMetrics(results: readonly RunResult[]): readonly MetricChoice[] {
  const [first] = results;
  if (first?.config.mode === "connect") {
    return choose(
      ["connect.p50", "connect.p99", "memory.target.perConnection", "memory.target.growth"],
      ["connect.mean", "memory.target.peak", "memory.generator.peak", "generator.lag.p99"],
    );
  }
  const times = first === undefined ? "latency" : timesWord(first);
  const rate = first?.config.mode === "oneway" ? "rate.sent" : "rate.delivered";
  const sustained = readMetric("throughput.sustained", true).selection;
  const throughput = results.every((result) => measuredValue(result, sustained).value !== null)
    ? "throughput.sustained"
    : rate;
  const others = times === "latency" && first?.config.mode !== "push" ? ["service.p50", "service.p99", "slip.p99"] : [];
  return choose(
    [`${times}.p50`, `${times}.p99`, throughput, "delivery.ratio", "memory.target.growth"],
    [
      ...[`${times}.mean`, `${times}.p90`, `${times}.p99.9`, ...others, rate, ...phaseMetrics(first, times)],
      ...["connect.p50", "memory.target.peak", "memory.generator.growth", "generator.cpu", "generator.lag.p99"],
    ],
  );
}

/** The name that the times of a run may go by: those of a closed loop are service times, and of a run of both kinds no others are of one kind. */
export function timesWord({ totals, config }: RunResult): "latency" | "service" {
  return totals.loop === "open" || config.mode === "push" ? "latency" : "service";
}

/** Totals of many loads thin out what happens under one of them. */
function phaseMetrics(result: RunResult | undefined, times: string): readonly string[] {
  const measured = (result?.phases ?? []).filter((phase) => phase.measured);
  // A name that a selector cannot hold cannot be asked for either.
  const named = measured.filter(({ name }) => /^[^{},=]+$/.test(name));
  return measured.length < 2 ? [] : named.map(({ name }) => `${times}{phase=${name}}.p99`);
}

function choose(primary: readonly string[], others: readonly string[]): readonly MetricChoice[] {
  const rest = [...new Set(others)].filter((name) => !primary.includes(name));
  return [...primary.map((name) => readMetric(name, true)), ...rest.map((name) => readMetric(name, false))];
}

function readMetric(word: string, isPrimary: boolean): MetricChoice {
  const path = parseMetricPath(word);
  if ("faulty" in path) {
    throw usageError(`--metrics "${word}": "${path.faulty}" ${path.reason}`, path.hint);
  }
  const { metric, stat, selectors, kind } = path;
  return {
    name: thresholdName(path),
    selection: { metric, stat, selectors },
    unit: savedUnits[kind],
    sense: isMoreBetter(path) ? "higher" : "lower",
    isPrimary,
  };
}
