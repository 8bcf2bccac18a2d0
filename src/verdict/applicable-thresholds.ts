import { usageError } from "../errors/floodgate-error.ts";
import type { RunResult } from "../result/run-result.ts";
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
}

/** Thresholds that can have data in this run. */
export interface ApplicableThresholds {
  readonly thresholds: readonly Threshold[];
  /** One line for people per threshold of a profile that was left out. */
  readonly notes: readonly string[];
}

/**
 * Leaves out what a profile asks of messages when the mode has none, or of a schedule when the load has none, and says
 * so. Asked for by a flag it is a usage error: it could only ever have no data.
 */
export function applicableThresholds(
  thresholds: readonly Threshold[],
  measuring: MeasuringMode,
  isFromFlags: (threshold: Threshold) => boolean,
): ApplicableThresholds {
  const kept: Threshold[] = [];
  const notes: string[] = [];
  for (const threshold of thresholds) {
    const reason = whyNotMeasured(threshold, measuring);
    if (reason === null) kept.push(threshold);
    else if (isFromFlags(threshold)) {
      throw usageError(
        `threshold "${threshold.text}" (${threshold.source}): ${reason}`,
        mends[reason] ?? "leave it out, or take --mode echo",
      );
    } else notes.push(`threshold ${threshold.text} (${threshold.source}) is left out: ${reason}`);
  }
  return { thresholds: kept, notes };
}

const noSchedule = "a closed loop has no schedule";
const noOneWay = "one-way latency is not measurable here";
const noPromise = "nothing is promised that could be achieved";
const mends: Readonly<Record<string, string>> = {
  [noSchedule]: "leave it out, or give a rate",
  [noOneWay]:
    "leave it out, or say where the target stamps its messages, and with which clock (--stream-sent, --stream-clock)",
  [noPromise]: "leave it out, or say what each stream promises with --stream-rate",
};

function whyNotPushed(
  { metric, stat }: Pick<Threshold, "metric" | "stat">,
  { knowsOneWay = true, isPromised = true }: MeasuringMode,
): string | null {
  if (["service", "slip", "latency.service", "latency.slip"].includes(metric)) return "mode push sends no messages";
  if (metric === "rate" && (stat === "offered" || stat === "sent")) return "mode push sends no messages";
  if (metric === "rate" && stat === "achieved" && !isPromised) return noPromise;
  return metric.split(".")[0] === "latency" && !knowsOneWay ? noOneWay : null;
}

function whyNotMeasured({ metric, stat }: Threshold, measuring: MeasuringMode): string | null {
  const { mode, knowsDelivery, isClosedLoop = false } = measuring;
  const subject = metric.split(".")[0]!;
  if (mode === "push") return whyNotPushed({ metric, stat }, measuring);
  if (mode === "connect" && ["latency", "service", "slip", "delivery", "rate"].includes(subject)) {
    return "mode connect sends no messages";
  }
  if (mode === "oneway" && ["latency", "service"].includes(subject)) return "mode oneway expects no answers";
  if (mode === "oneway" && subject === "delivery" && !knowsDelivery) {
    return "mode oneway cannot know what arrived, unless the target is the mock";
  }
  const asksOfSchedule =
    subject === "slip" || metric === "latency.slip" || (metric === "rate" && ["offered", "achieved"].includes(stat));
  return isClosedLoop && asksOfSchedule ? noSchedule : null;
}
