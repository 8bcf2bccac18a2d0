import { formatCount } from "../units/count.ts";
import type { RunResult } from "./run-result.ts";

/** Mode push: what it means that stamps of the target were still to come when they were read; null where none was. */
export function stampsAhead({ config, totals }: Pick<RunResult, "config" | "totals">): string | null {
  const { clockErrors, delivered } = totals.messages;
  if (config.mode !== "push" || clockErrors === 0) return null;
  return `stamps of the target were ahead of this machine's clock in ${formatCount(clockErrors)} of ${formatCount(delivered)} messages: the clocks disagree, so that no time is to be relied on`;
}
