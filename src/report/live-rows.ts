import type { ResultResilience, RunResult } from "../result/run-result.ts";
import { changeText, countText, ratioText, timeText } from "./format.ts";
import { sparkline } from "./sparkline.ts";

/** A line of the live view: what it is about, and figures under names of their own. */
export function row(label: string, ...figures: readonly (readonly [name: string, text: string])[]): string {
  return label.padEnd(9) + figures.map(([name, text]) => `${`${name} ${text}`.padEnd(17)} `).join("");
}

/** So many seconds of it, and no chart of fewer. */
const mostCharted = 60;
const leastCharted = 5;

/** p99 of the seconds before now, one character each, and what lies between the lowest and the highest of them. */
export function latencyChart({ intervals }: RunResult, width: number): readonly string[] {
  const room = Math.min(mostCharted, width - 40);
  const shown = intervals.slice(-room).map(({ latencyUs }) => latencyUs.p99);
  const known = shown.filter((p99) => p99 !== null);
  if (known.length < leastCharted || room < leastCharted) return [];
  const span = `${timeText(Math.min(...known))} to ${timeText(Math.max(...known))}`;
  return [`${"p99".padEnd(9)}${sparkline(shown)}  ${span}`];
}

/** Connections that come back, what waits for them, and whether attempts may go out; none where there is no such thing. */
export function resilienceRows(resilience: ResultResilience | undefined): readonly string[] {
  if (resilience === undefined) return [];
  const { outages, returned, retry, buffer, breaker } = resilience;
  const states: readonly (readonly [string, string])[] =
    breaker === null
      ? []
      : [["breaker", breaker.notClosedAtEnd === 0 ? "closed" : `not closed x ${countText(breaker.notClosedAtEnd)}`]];
  return [
    row(
      "outages",
      ["away", countText(outages - returned)],
      ["of", countText(outages)],
      ["retries ok", ratioText(retry.successRatio)],
      ...states,
    ),
    ...(buffer === null
      ? []
      : [
          row(
            "buffer",
            ["waiting", countText(buffer.buffered - buffer.sentLater)],
            ["most", `${countText(buffer.highWater)} of ${countText(buffer.limit)}`],
            ["overflowed", countText(buffer.overflowed)],
          ),
        ]),
  ];
}

const trendMs = 60_000;

/** By how much memory differs from what it was a minute ago, or at the first reading since; none before there are two. */
export function memoryTrend({ intervals }: RunResult): readonly string[] {
  const changes = [
    ["generator", memoryChange(intervals, "generatorRssBytes")],
    ["target", memoryChange(intervals, "targetRssBytes")],
  ] as const;
  const known = changes.filter(([, change]) => change !== null);
  if (known.length === 0) return [];
  return [row("last min", ...known.map(([name, change]) => [name, changeText(change)] as const))];
}

function memoryChange(intervals: RunResult["intervals"], side: "generatorRssBytes" | "targetRssBytes"): number | null {
  const readings = intervals.filter((interval) => interval[side] !== null);
  const newest = readings.at(-1);
  if (newest === undefined) return null;
  const earlier = readings.find(({ tMs }) => tMs >= newest.tMs - trendMs);
  return earlier === undefined || earlier === newest ? null : newest[side]! - earlier[side]!;
}
