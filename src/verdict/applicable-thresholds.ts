import { usageError } from "../errors/floodgate-error.ts";
import type { RunResult } from "../result/run-result.ts";
import { whyNotSustained, type FitProblem, type SustainedPlan } from "./sustained-fit.ts";
import { isOfResilience } from "./resilience-value.ts";
import type { Threshold } from "./threshold.ts";

/** What a run of this mode cannot measure. */
export interface MeasuringMode {
  readonly mode: RunResult["config"]["mode"];
  /** oneway: the target's own books will tell what arrived. */
  readonly knowsDelivery: boolean;
  /** Mode push: whether the time from the target's stamp can be told; and whether a rate is promised. @default true */
  readonly knowsOneWay?: boolean;
  readonly isPromised?: boolean;
  /** Every load of the run is a closed loop: there is no schedule to be early or late on. @default false */
  readonly isClosedLoop?: boolean;
  /** Lost connections are opened again. @default true */
  readonly isReopened?: boolean;
  /** What is planned; without it sustained rates are taken to be told. */
  readonly plan?: SustainedPlan;
}

/** Thresholds that can have data in this run. */
export interface ApplicableThresholds {
  readonly thresholds: readonly Threshold[];
  /** One line for people per threshold of a profile that was left out. */
  readonly notes: readonly string[];
}

/**
 * Leaves out what a profile asks of messages when the mode has none, of a schedule when the load has none, or of an even
 * load of a minute where that is not planned, and says so. Asked for by a flag it is a usage error: it could never hold.
 */
export function applicableThresholds(
  thresholds: readonly Threshold[],
  measuring: MeasuringMode,
  isFromFlags: (threshold: Threshold) => boolean,
): ApplicableThresholds {
  const kept: Threshold[] = [];
  const notes: string[] = [];
  for (const threshold of thresholds) {
    const problem = whyNotMeasured(threshold, measuring);
    if (problem === null) kept.push(threshold);
    else if (isFromFlags(threshold)) {
      throw usageError(`threshold "${threshold.text}" (${threshold.source}): ${problem.reason}`, problem.hint);
    } else notes.push(`threshold ${threshold.text} (${threshold.source}) is left out: ${problem.reason}`);
  }
  return { thresholds: kept, notes };
}

/** Mode push sends nothing, and knows of the target's times and rates what the target tells. */
function whyNotPushed(
  { metric, stat }: Pick<Threshold, "metric" | "stat">,
  { knowsOneWay = true, isPromised = true }: MeasuringMode,
): FitProblem | null {
  const isOfSending =
    ["service", "slip", "latency.service", "latency.slip"].includes(metric) ||
    (metric === "rate" && (stat === "offered" || stat === "sent"));
  if (isOfSending) return { reason: "mode push sends no messages", hint: "leave it out, or take --mode echo" };
  if (metric === "rate" && stat === "achieved" && !isPromised) {
    return {
      reason: "nothing is promised that could be achieved",
      hint: "leave it out, or say what each stream promises with --stream-rate",
    };
  }
  if (metric.split(".")[0] !== "latency" || knowsOneWay) return null;
  return {
    reason: "one-way latency is not measurable here",
    hint: "leave it out, or say where the target stamps its messages, and with which clock (--stream-sent, --stream-clock)",
  };
}

function whyNotMeasured(threshold: Threshold, measuring: MeasuringMode): FitProblem | null {
  const { metric, stat } = threshold;
  const { mode, knowsDelivery, isClosedLoop = false, plan } = measuring;
  const subject = metric.split(".")[0]!;
  if (isOfResilience(metric) && measuring.isReopened === false) {
    return { reason: "lost connections are not opened again here", hint: "add --reconnect, or leave it out" };
  }
  if (isOfResilience(metric) && Object.keys(threshold.selectors).length > 0) {
    return { reason: "outages are counted over the whole run", hint: "leave out what stands in braces" };
  }
  if (subject === "queue" && mode !== "queue") {
    return { reason: `mode ${mode} hands in no jobs`, hint: "leave it out, or take --mode queue" };
  }
  const ofMode = (reason: string): FitProblem => ({ reason, hint: "leave it out, or take --mode echo" });
  if (mode === "push" && subject !== "throughput") return whyNotPushed(threshold, measuring);
  if (mode === "connect" && ["latency", "service", "slip", "delivery", "rate", "throughput"].includes(subject)) {
    return ofMode("mode connect sends no messages");
  }
  if (mode === "oneway" && ["latency", "service", "throughput"].includes(subject)) {
    return ofMode("mode oneway expects no answers");
  }
  if (mode === "oneway" && subject === "delivery" && !knowsDelivery) {
    return ofMode("mode oneway cannot know what arrived, unless the target is the mock");
  }
  const asksOfSchedule =
    subject === "slip" || metric === "latency.slip" || (metric === "rate" && ["offered", "achieved"].includes(stat));
  if (isClosedLoop && asksOfSchedule) {
    return { reason: "a closed loop has no schedule", hint: "leave it out, or give a rate" };
  }
  return subject === "throughput" && plan !== undefined ? whyNotSustained(threshold, plan) : null;
}
