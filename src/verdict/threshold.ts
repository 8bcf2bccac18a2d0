import { usageError } from "../errors/floodgate-error.ts";
import { canonicalUnit, parseBound, parseQuantity, type BoundFault, type ThresholdBound } from "./threshold-bound.ts";
import { findMetric, type NameFault, type QuantityKind } from "./threshold-metrics.ts";

/** A condition on a result: `latency{phase=peak}.p99<50ms over 10s warn`. Plain data; the saved form is `ResultThreshold`. */
export interface Threshold {
  /** As the user wrote it, trimmed. */
  readonly text: string;
  /** Where it was written: `--threshold`, a profile's file and line, `default`. */
  readonly source: string;
  /** `latency`, `latency.service`, `errors.connect` ... */
  readonly metric: string;
  /** `p99.9`, `ratio`, `refused` ... */
  readonly stat: string;
  readonly kind: QuantityKind;
  /** The unit of every number here: `s`, `B`, `B/s`, `1/s`, or `1`. */
  readonly unit: string;
  /** Which part of the run is meant: `{phase=peak}`; empty for the whole. */
  readonly selectors: Readonly<Record<string, string>>;
  readonly op: ThresholdOp;
  readonly bound: ThresholdBound;
  /** Every rolling window of this length must hold, in whole seconds; null for the whole run. */
  readonly overSeconds: number | null;
  /** Reported, without a say in the exit code. */
  readonly isAdvisory: boolean;
}

export type ThresholdOp = (typeof operators)[number];

const operators = ["<=", ">=", "==", "!=", "<", ">"] as const;
const otherOperators: Readonly<Record<string, string>> = {
  "=<": "<=",
  "=>": ">=",
  "=": "==",
  "===": "==",
  "!==": "!=",
  "<>": "!=",
};
/** What saved intervals hold, and windows can therefore be judged by. */
const rollingMetrics =
  /^((latency|slip)\..+|rate\.(sent|delivered)|delivery\.(lost|ratio)|memory\.(generator|client|target)\.peak|memory\.peak|generator\.lag\.max)$/;
const wholeRunMetrics = /^(memory|generator|isolation|reaction)/;

/**
 * Reads one threshold: `metric[{key=value,...}].statistic operator bound [over <time>] [warn]`.
 * Throws a usage error that quotes the faulty part and says what to write. Whether phases and classes of
 * that name exist is asked by `checkThresholdNames`.
 */
export function parseThreshold(text: string, source: string): Threshold {
  const whole = text.trim();
  const refuse = (fault: NameFault | BoundFault): never => {
    const part = fault.faulty === "" ? "it" : `"${fault.faulty}"`;
    throw usageError(`threshold "${whole}" (${source}): ${part} ${fault.reason}`, fault.hint);
  };
  const open = /\{(?![^}]*\})[^<>=!]*(?:=[^<>=!]*)?/.exec(whole)?.[0].trim();
  if (open !== undefined) {
    const hint = "close it with }, for example latency{phase=peak}.p99<50ms";
    return refuse({ faulty: open, reason: "is not closed", hint });
  }
  const parts = /^([^{<>=!]*)(\{[^}]*\})?([^<>=!]*)([<>=!]*)(.*)$/.exec(whole);
  const [, head = "", selectorText = "", tail = "", opText = "", boundText = ""] = parts ?? [];
  const path = `${head.trim()}${tail.trim()}`;
  const op = parseOperator(opText, path);
  if (typeof op !== "string") return refuse(op);
  const name = findMetric(path);
  if ("faulty" in name) return refuse(name);
  const selectors = parseSelectors(selectorText);
  if ("faulty" in selectors) return refuse(selectors);
  const rest = splitEnding(boundText);
  if ("faulty" in rest) return refuse(rest);
  const bound = parseBound(rest.bound, name.kind);
  if ("faulty" in bound) return refuse(bound);
  const { overSeconds, isAdvisory } = rest;
  const { metric, stat, kind } = name;
  const unit = canonicalUnit[kind];
  const threshold = {
    text: whole,
    source,
    metric,
    stat,
    kind,
    unit,
    selectors: selectors.pairs,
    op,
    bound,
    overSeconds,
    isAdvisory,
  };
  const senseless = checkSense(threshold, rest.bound);
  return senseless === undefined ? threshold : refuse(senseless);
}

/** A metric without a condition: what a threshold says before its operator. */
export type MetricPath = Pick<Threshold, "metric" | "stat" | "selectors" | "kind">;

/** Reads `latency.p99`, `latency{phase=peak}.p99` or `delivery.lost`; a fault says which part is not known and what is. */
export function parseMetricPath(text: string): MetricPath | NameFault {
  const [, head = "", selectorText = "", tail = ""] = /^([^{]*)(\{[^}]*\})?(.*)$/s.exec(text.trim()) ?? [];
  const name = findMetric(`${head.trim()}${tail.trim()}`);
  if ("faulty" in name) return name;
  const selectors = parseSelectors(selectorText);
  return "faulty" in selectors ? selectors : { ...name, selectors: selectors.pairs };
}

/** What is measured, without the condition: `latency{phase=peak}.p99`. */
export function thresholdName({ metric, stat, selectors }: Pick<Threshold, "metric" | "stat" | "selectors">): string {
  const pairs = Object.entries(selectors).map(([key, value]) => `${key}=${value}`);
  return `${metric}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`}.${stat}`;
}

function parseOperator(text: string, path: string): ThresholdOp | NameFault {
  const known = operators.find((operator) => operator === text);
  if (known !== undefined) return known;
  const hint = `write one of < <= > >= == !=, for example ${path === "" ? "latency.p99" : path} <= ...`;
  if (text === "")
    return {
      faulty: "",
      reason: "has no comparison",
      hint: `write metric.statistic, operator and bound, for example latency.p99<50ms`,
    };
  const meant = otherOperators[text];
  return { faulty: text, reason: "is not an operator", hint: meant === undefined ? hint : `did you mean ${meant}?` };
}

function parseSelectors(text: string): { readonly pairs: Readonly<Record<string, string>> } | NameFault {
  if (text === "") return { pairs: {} };
  const selectors: Record<string, string> = {};
  for (const pair of text.slice(1, -1).split(",")) {
    const equals = pair.indexOf("=");
    const key = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    const hint = "write {phase=<name>}, for example latency{phase=peak}.p99<50ms";
    if (equals === -1 || value === "" || !/^\w+$/.test(key)) {
      return {
        faulty: pair.trim() === "" ? text : pair.trim(),
        reason: "does not say which part of the run is meant",
        hint,
      };
    }
    if (Object.hasOwn(selectors, key)) return { faulty: key, reason: "is given twice", hint };
    selectors[key] = value;
  }
  return { pairs: selectors };
}

interface Ending {
  readonly bound: string;
  readonly overSeconds: number | null;
  readonly isAdvisory: boolean;
}

function splitEnding(text: string): Ending | BoundFault {
  const advisory = /^(.*\S)\s+warn$/.exec(text.trim());
  const isAdvisory = advisory !== null;
  const condition = (advisory?.[1] ?? text).trim();
  const over = /^(.*?)(?:^|\s+)over(?:\s+(.*))?$/.exec(condition);
  if (over === null) return { bound: condition, overSeconds: null, isAdvisory };
  const windowText = (over[2] ?? "").trim();
  const seconds = parseQuantity(windowText, "time");
  if (typeof seconds !== "number" || seconds < 1 || !Number.isInteger(seconds)) {
    const faulty = windowText === "" ? "over" : windowText;
    return { faulty, reason: "is not a window", hint: "a window is a time of whole seconds, for example over 10s" };
  }
  return { bound: (over[1] ?? "").trim(), overSeconds: seconds, isAdvisory };
}

/** What reads well but can mean nothing. */
function checkSense(threshold: Threshold, boundText: string): BoundFault | undefined {
  const { kind, op, bound, metric, stat } = threshold;
  const plainName = `${metric}.${stat}`;
  const isEquality = op === "==" || op === "!=";
  if (bound.kind === "value" && kind === "count" && !Number.isInteger(bound.value)) {
    return {
      faulty: boundText,
      reason: "is not a whole number",
      hint: `${plainName} counts; for a share take a ratio, for example delivery.ratio>=99.9%`,
    };
  }
  const exact = kind === "count" || (kind === "ratio" && (bound.kind === "baseline" || Number.isInteger(bound.value)));
  if (isEquality && !exact) {
    const hint = `${plainName} is measured, not counted: write ${op === "==" ? `<= or >=` : "< or >"}`;
    return { faulty: `${op}${boundText}`, reason: "asks for equality to a fraction", hint };
  }
  if (threshold.overSeconds !== null && !rollingMetrics.test(plainName)) {
    const hint =
      "over works with latency, slip, rate.sent, rate.delivered, delivery.lost, delivery.ratio, memory.*.peak and generator.lag.max";
    return { faulty: plainName, reason: "is not known second by second", hint };
  }
  if (Object.keys(threshold.selectors).length > 0 && wholeRunMetrics.test(metric)) {
    return {
      faulty: plainName,
      reason: "belongs to the whole run, not to a part of it",
      hint: `write ${plainName} without {...}`,
    };
  }
  return undefined;
}
