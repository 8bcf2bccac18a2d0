import { usageError } from "../errors/floodgate-error.ts";
import type { RunResult } from "../result/run-result.ts";
import type { Threshold } from "./threshold.ts";

/** What a run of this mode cannot measure. */
export interface MeasuringMode {
  readonly mode: RunResult["config"]["mode"];
  /** oneway: the target's own books will tell what arrived. */
  readonly knowsDelivery: boolean;
}

export interface ApplicableThresholds {
  readonly thresholds: readonly Threshold[];
  /** One line for people per threshold of a profile that was left out. */
  readonly notes: readonly string[];
}

/**
 * Leaves out what a profile asks of messages when the mode has none, and says so. Asked for by a flag it is a usage
 * error: it could only ever have no data.
 */
export function applicableThresholds(
  thresholds: readonly Threshold[],
  measuring: MeasuringMode,
  isFromFlags: (threshold: Threshold) => boolean,
): ApplicableThresholds {
  const kept: Threshold[] = [];
  const notes: string[] = [];
  for (const threshold of thresholds) {
    const reason = whyNotMeasured(threshold.metric, measuring);
    if (reason === null) kept.push(threshold);
    else if (isFromFlags(threshold)) {
      throw usageError(
        `threshold "${threshold.text}" (${threshold.source}): ${reason}`,
        "leave it out, or take --mode echo",
      );
    } else notes.push(`threshold ${threshold.text} (${threshold.source}) is left out: ${reason}`);
  }
  return { thresholds: kept, notes };
}

function whyNotMeasured(metric: string, { mode, knowsDelivery }: MeasuringMode): string | null {
  const subject = metric.split(".")[0]!;
  if (mode === "connect" && ["latency", "service", "slip", "delivery", "rate"].includes(subject)) {
    return "mode connect sends no messages";
  }
  if (mode === "oneway" && ["latency", "service"].includes(subject)) return "mode oneway expects no answers";
  if (mode === "oneway" && subject === "delivery" && !knowsDelivery) {
    return "mode oneway cannot know what arrived, unless the target is the mock";
  }
  return null;
}
