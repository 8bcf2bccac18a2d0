import { usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import { isNamed } from "./selected-block.ts";
import type { Threshold } from "./threshold.ts";

/** What parts of a run a threshold may name. */
export interface RunParts {
  readonly phases: readonly string[];
  /** Classes of messages; none when they are all of one kind. @default [] */
  readonly classes?: readonly { readonly kind: string; readonly name: string }[];
}

/** Metrics that are counted for each class of messages. */
const metricsOfClasses = /^(latency|delivery|rate)$/;

/**
 * Refuses, before anything is sent, thresholds that cannot be evaluated on a run of these parts: an unknown phase or class,
 * or a metric that is not counted by class. Throws a usage error for the first one.
 */
export function checkThresholdNames(thresholds: readonly Threshold[], { phases, classes = [] }: RunParts): void {
  for (const threshold of thresholds) {
    const refuse = (faulty: string, reason: string, hint: string) =>
      usageError(`threshold "${threshold.text}" (${threshold.source}): "${faulty}" ${reason}`, hint);
    const { phase, ...others } = threshold.selectors;
    if (phase !== undefined && !phases.includes(phase)) {
      const nearest = nearestName(phase, phases);
      const known = `phases of this run: ${phases.join(", ")}`;
      const hint = nearest === undefined ? known : `did you mean ${nearest}? ${known}`;
      throw refuse(phase, "is no phase of this run", hint);
    }
    const pairs = Object.entries(others);
    const named = pairs.map(([key, value]) => `${key}=${value}`).join(",");
    if (pairs.length === 0) continue;
    if (!classes.some((known) => isNamed(known, pairs))) {
      throw refuse(named, "names no class of messages of this run", knownClasses(classes));
    }
    if (phase !== undefined) {
      throw refuse(named, "is counted over the whole run", `leave out phase=${phase}, or ${named}`);
    }
    if (!metricsOfClasses.test(threshold.metric) || threshold.overSeconds !== null) {
      throw refuse(named, "has latency, delivery and rate of its own, and no more", `leave out {${named}}`);
    }
  }
}

function knownClasses(classes: NonNullable<RunParts["classes"]>): string {
  if (classes.length === 0) return "messages of this run have no classes; only {phase=<name>} is known";
  const shown = classes.map(({ kind, name }) => {
    const names = name.split("+");
    return `{${kind
      .split("+")
      .map((key, index) => `${key}=${names[index]!}`)
      .join(",")}}`;
  });
  return `classes of this run: ${shown.join(" ")}`;
}
