import type { MetricChange } from "../result/comparison.ts";
import type { ResultMemory, RunResult } from "../result/run-result.ts";
import type { MetricChoice } from "./metric-choice.ts";

/** Growth below this is no leak, whatever its share. */
export const levelFloorBytes: number = 10 * 1024 * 1024;

const signedStats = ["growth", "slope", "perMessage", "perConnection"];

/** A ratio has no meaning where values may be zero or negative: what is left is their difference. */
export function changeKindOf(choice: MetricChoice, values: readonly number[]): MetricChange["kind"] {
  const { metric, stat } = choice.selection;
  const isSigned = metric.startsWith("memory") && signedStats.includes(stat);
  return isSigned || values.some((value) => !(value > 0)) ? "difference" : "ratio";
}

/** What a growth of memory is to be seen against, bytes; null for any other metric. */
export function levelOf(result: RunResult, choice: MetricChoice): number | null {
  const { metric, stat } = choice.selection;
  if (!metric.startsWith("memory") || stat !== "growth") return null;
  const memory: ResultMemory | null = metric === "memory.target" ? result.memory.target : result.memory.generator;
  return memory?.startBytes ?? null;
}
