import { usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { Threshold } from "./threshold.ts";

/**
 * Refuses, before anything is sent, thresholds that this version cannot evaluate on a run of these phases:
 * an unknown phase, a class of messages. Throws a usage error for the first one.
 */
export function checkThresholdNames(thresholds: readonly Threshold[], phaseNames: readonly string[]): void {
  for (const threshold of thresholds) {
    const refuse = (faulty: string, reason: string, hint: string) =>
      usageError(`threshold "${threshold.text}" (${threshold.source}): "${faulty}" ${reason}`, hint);
    for (const [key, value] of Object.entries(threshold.selectors)) {
      if (key !== "phase") {
        throw refuse(
          `${key}=${value}`,
          "names a class of messages; messages have no classes in this version",
          "only {phase=<name>} is known",
        );
      }
      if (!phaseNames.includes(value)) {
        const nearest = nearestName(value, phaseNames);
        const known = `phases of this run: ${phaseNames.join(", ")}`;
        throw refuse(
          value,
          "is no phase of this run",
          nearest === undefined ? known : `did you mean ${nearest}? ${known}`,
        );
      }
    }
  }
}
