import type { ResultInterval, RunResult } from "../../result/run-result.ts";
import { secondsIn } from "../../result/whole-seconds.ts";
import { amount, countText, ratioText, secondsText } from "../format.ts";
import { deliveryUnknown, lossSentence } from "../delivery-section.ts";
import { axis } from "./chart-spec.ts";
import { joinedSecondsNote } from "../joined-seconds.ts";
import { asSentence, type ChartFigure } from "./html-chart.ts";
import { lineOverTime, middleSeconds, phaseBands, timeAxis, timeCursor } from "./run-time.ts";

/** Seconds in a row in each of which messages due were lost; where seconds were put together, in some of which. */
export interface LossPeriod {
  /** Since the first connection attempt. */
  readonly startMs: number;
  readonly endMs: number;
  readonly lost: number;
  /** Messages due in these seconds that came back or were lost. */
  readonly decided: number;
}

/** The loss periods of a run in time order; whole seconds, as finer is not saved. */
export function lossPeriods(intervals: readonly ResultInterval[]): readonly LossPeriod[] {
  const periods: LossPeriod[] = [];
  let before: ResultInterval | null = null;
  for (const interval of intervals) {
    const { tMs, lengthMs, segment, lost } = interval;
    const isContinued = before !== null && before.lost > 0 && before.segment === segment;
    const endMs = tMs + lengthMs;
    const decided = decidedIn(interval);
    if (lost > 0 && isContinued) {
      const open = periods.at(-1)!;
      periods[periods.length - 1] = { ...open, endMs, lost: open.lost + lost, decided: open.decided + decided };
    } else if (lost > 0) periods.push({ startMs: tMs, endMs, lost, decided });
    before = interval;
  }
  return periods;
}

/** The share of messages lost in each second, by the instant they were due. */
export function deliveryChart(result: RunResult): ChartFigure {
  const title = "Loss over time";
  const { totals, config, intervals, phases, target } = result;
  const { messages } = totals;
  if (messages.expected === 0) return { title, summary: [asSentence(deliveryUnknown(result))], chart: null };
  const overall = `Delivered ${ratioText(totals.deliveryRatio)}: ${lossSentence(result)}.`;
  if (config.mode === "oneway" || target.deliveredFromBooks) {
    return { title, summary: [overall, "The mock's books tell how many came, but not when."], chart: null };
  }
  const periods = lossPeriods(intervals);
  if (periods.length === 0) {
    const when = messages.lost === 0 ? "No second lost any." : "In which seconds is not known.";
    return { title, summary: [overall, when], chart: null };
  }
  const seconds = intervals.map((interval) => ({ ...interval, atSeconds: middleSeconds(interval) }));
  return {
    title,
    summary: [
      overall,
      periodSentence(
        periods,
        intervals.reduce((sum, interval) => sum + secondsIn(interval), 0),
        phases.some(({ measured }) => !measured),
      ),
      ...joinedSecondsNote(result),
    ],
    chart: {
      x: timeAxis,
      y: axis("lost, of the messages due", "ratio", { hasZero: true }),
      series: [
        {
          ...{ label: "lost", colour: "red", shape: "bars" },
          ...lineOverTime(seconds, (second) => {
            const decided = decidedIn(second);
            return decided === 0 ? null : second.lost / decided;
          }),
        },
      ],
      bands: phaseBands(phases),
      marks: [],
      cursorGroup: timeCursor,
    },
  };
}

/** An outage and thin random loss can have equal ratios; this tells them apart. */
function periodSentence(periods: readonly LossPeriod[], seconds: number, hasWarmup: boolean): string {
  const longest = periods.reduce((best, period) => (lengthMs(period) > lengthMs(best) ? period : best));
  const worst = periods.reduce((best, period) => (period.lost > best.lost ? period : best));
  const start = `${amount(periods.length, "loss period")} in ${amount(seconds, "second")} of load${hasWarmup ? ", warm-up included" : ""}`;
  const most = `${countText(worst.lost)} lost from ${secondsText(worst.startMs)} to ${secondsText(worst.endMs)}`;
  return periods.length === 1
    ? `${start}: ${most}.`
    : `${start}; the longest is ${secondsText(lengthMs(longest))} long, from ${secondsText(longest.startMs)}; the one with most: ${most}.`;
}

function lengthMs({ startMs, endMs }: LossPeriod): number {
  return endMs - startMs;
}

/** What came back of the messages due in this second, and what was lost; those refused are in neither. */
function decidedIn({ latencyUs, lost }: ResultInterval): number {
  return latencyUs.count + lost;
}
