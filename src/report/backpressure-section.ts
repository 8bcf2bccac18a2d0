import type { ResultBackpressure, RunResult } from "../result/run-result.ts";
import { timesUndecided } from "../result/judge-isolation.ts";
import { isPercentileResolved } from "../statistics/percentile.ts";
import { countText, rateText, ratioText, timeText, wrap } from "./format.ts";
import { renderGrid } from "./terminal-table.ts";

/** Fast streams before and while others read slowly, side by side. */
export function backpressureSection({ backpressure }: RunResult, width: number): readonly string[] {
  if (backpressure === undefined) return [];
  return [
    `Backpressure  ${backpressureVerdict(backpressure)}`,
    ...renderGrid(["", ...backpressureHeads], backpressureRows(backpressure), width),
    ...backpressureNotes(backpressure).flatMap((note) => wrap(note, width, "  ")),
  ];
}

const markers = { isolated: "[PASS]", "not isolated": "[FAIL]", unknown: "[INFO]" } as const;

/** `[PASS] fast streams are isolated from slow ones`. */
export function backpressureVerdict({ isolation }: ResultBackpressure): string {
  const words = {
    isolated: "fast streams are isolated from slow ones",
    "not isolated": "fast streams fared worse while others read slowly",
    unknown: "whether fast streams are isolated from slow ones is not known",
  } as const;
  return `${markers[isolation.verdict]} ${words[isolation.verdict]}`;
}

/** Heads of the columns behind the name of a row. */
export const backpressureHeads = ["msg/s each", "delivery", "p50", "p99"] as const;

/** Fast streams before and during, and what lies between. */
export function backpressureRows({ before, during, isolation }: ResultBackpressure): readonly (readonly string[])[] {
  const part = (
    name: string,
    { perStreamPerSecond, deliveryRatio, samples, p50Us, p99Us }: ResultBackpressure["before"],
  ) => [
    name,
    rateText(perStreamPerSecond),
    ratioText(deliveryRatio),
    timeText(p50Us),
    timeText(isPercentileResolved(samples, 99) ? p99Us : null),
  ];
  const p99Change = timesUndecided({ before, during }) === null ? ratioText(isolation.p99Ratio) : "-";
  return [
    part("fast, before", before),
    part("fast, during", during),
    ["during / before", ratioText(isolation.rateRatio), "-", "-", p99Change],
  ];
}

/** What was done, what follows from the figures, and how soon the target noticed. */
export function backpressureNotes({
  slowStreams,
  fastStreams,
  reading,
  isolation,
  reaction,
}: ResultBackpressure): readonly string[] {
  const { medianMs, maxMs } = reaction;
  const most = `at most ${timeText((maxMs ?? 0) * 1000)}`;
  const after =
    medianMs === null
      ? `${most} after their first pause`
      : `${timeText(medianMs * 1000)} after their first pause (median; ${most})`;
  const noticed =
    reaction.noticed === 0
      ? "the target told of no slow stream that it noticed"
      : `the target noticed ${countText(reaction.noticed)} of ${countText(slowStreams)} slow streams, ${after}; what the systems' buffers took until then is in it`;
  return [
    `${countText(slowStreams)} slow beside ${countText(fastStreams)} fast: slow ones read ${reading}`,
    ...isolation.reasons,
    ...(isolation.verdict === "not isolated"
      ? ["before and during are two times of one run: whatever else became worse in between shows here, too"]
      : []),
    noticed,
  ];
}
