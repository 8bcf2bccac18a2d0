import type { RunResult, ResultStreams } from "../result/run-result.ts";
import { countText, rateText, ratioText, timeText, wrap } from "./format.ts";
import { timesCells, timesHeads, unresolvedNotes } from "./message-sections.ts";
import { renderGrid, renderRow } from "./terminal-table.ts";

/** Mode push: what each stream gave, of what it promised, and how steadily. */
export function streamSection({ streams, backpressure }: RunResult, width: number): readonly string[] {
  if (streams === undefined) return [];
  const { interArrivalUs } = streams;
  const grid =
    interArrivalUs.count === 0
      ? []
      : renderGrid(["", ...timesHeads], [["interval", ...timesCells(interArrivalUs)]], width);
  return [
    "Streams",
    ...renderRow(streamFigures(streams), width),
    ...grid,
    ...streamNotes(streams, backpressure !== undefined).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Rates per stream, and what was missed, by name. */
export function streamFigures(streams: ResultStreams): readonly (readonly [name: string, value: string])[] {
  const { seenPerSecond, promisedPerSecond } = streams;
  return [
    ["streams", countText(streams.count)],
    ["promised/s", rateText(promisedPerSecond)],
    ["seen/s min", rateText(seenPerSecond?.min)],
    ["median", rateText(seenPerSecond?.median)],
    ["max", rateText(seenPerSecond?.max)],
    ["gaps", countText(streams.gaps)],
    ["longest gap", streams.gaps === 0 ? "-" : countText(streams.longestGapMessages)],
    ["longest silence", timeText(streams.longestSilenceMs === null ? null : streams.longestSilenceMs * 1000)],
    ["restarts", countText(streams.restarts)],
  ];
}

/**
 * What the figures do not say: which stream, how far the end is known, what was left out. With slow readers the slowest and the
 * most silent are those of the others: what reads slowly on purpose is no candidate.
 */
export function streamNotes(streams: ResultStreams, hasSlowReaders: boolean): readonly string[] {
  const { slowest, promisedPerSecond, outsideMessages, interArrivalUs } = streams;
  const share =
    slowest === null || promisedPerSecond === null
      ? ""
      : `, ${ratioText(slowest.seenPerSecond / promisedPerSecond)} of its promise`;
  const which = hasSlowReaders ? "slowest of those that read at full speed" : "slowest";
  const ofThem = hasSlowReaders ? "their longest silence" : "the longest silence";
  const silent =
    streams.longestSilenceStream === null ? "" : `; ${ofThem} was on stream ${streams.longestSilenceStream}`;
  return [
    ...(slowest === null
      ? []
      : [`${which}: stream ${slowest.stream} with ${rateText(slowest.seenPerSecond)} msg/s${share}${silent}`]),
    tailNote(streams),
    ...(outsideMessages === 0
      ? []
      : [`${countText(outsideMessages)} messages came before or after the load; they are in no count`]),
    ...unresolvedNotes([["interval", interArrivalUs]]),
    `interval = from one arrival on a stream to the next, none within one read; its standard deviation, the jitter: ${timeText(interArrivalUs.stdev)}`,
  ];
}

/** What may have been lost after the last message that was seen shows only where the target tells how far it came. */
function tailNote({ count, endsTold }: ResultStreams): string {
  if (endsTold >= count) return "the target told the last number of every stream, so a loss at the very end would show";
  const known =
    endsTold === 0
      ? "the target told no last number"
      : `the target told the last number of ${countText(endsTold)} of ${countText(count)} streams`;
  return `${known}: what it sent after the last message seen is not known`;
}
