import type { RunResult } from "../result/run-result.ts";
import { secondsToEach } from "../result/whole-seconds.ts";

/** What to know of a long run's figures over time, as one sentence; empty where every second stands for itself. */
export function joinedSecondsNote({ intervals }: Pick<RunResult, "intervals">): readonly string[] {
  const most = secondsToEach(intervals);
  return most === 1
    ? []
    : [`In so long a run up to ${most} seconds in a row are put together, counts and times added.`];
}
