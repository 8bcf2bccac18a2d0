import type { RunResult } from "../../src/result/run-result.ts";

/** The same run on a machine that could not keep the schedule. */
export function limitedResult(result: RunResult): RunResult {
  return {
    ...result,
    generator: { ...result.generator, health: "limited", reasons: ["event-loop lag p99 40 ms (limit 20 ms)"] },
  };
}
