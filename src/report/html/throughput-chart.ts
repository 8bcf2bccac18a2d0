import { offeredOverTime } from "../../result/offered-in-second.ts";
import type { RunResult } from "../../result/run-result.ts";
import { rateText, ratioText } from "../format.ts";
import { joinedSecondsNote } from "../joined-seconds.ts";
import { judgedPhases } from "../steadiness-section.ts";
import { axis, type ChartMark, type ChartSeries } from "./chart-spec.ts";
import type { ChartFigure } from "./html-chart.ts";
import { lineOverTime, middleSeconds, phaseBands, timeAxis, timeCursor } from "./run-time.ts";

/** Counts over less than this would make rates that jump. */
const shortestMs = 250;

/** One stretch of time, usually a second, with its counts. */
interface CountedSecond {
  readonly segment: number;
  readonly atSeconds: number;
  readonly lengthMs: number;
  readonly sent: number;
  readonly delivered: number;
  /** Messages due, in mode push those promised; null without a schedule or a promise. */
  readonly offered: number | null;
}

/** Offered, sent and delivered messages per second over the run. */
export function throughputChart(result: RunResult): ChartFigure {
  const title = "Messages per second";
  const { config, totals } = result;
  const seconds = countedSeconds(result);
  if (seconds.length === 0) return { title, summary: ["No second of load was recorded."], chart: null };
  const series = (config.mode === "push" ? pushedLines(seconds) : sentLines(seconds, config.mode)).filter(({ ys }) =>
    ys.some((y) => y !== null),
  );
  return {
    title,
    summary: [
      ...(config.mode === "push" ? pushedSummary(totals) : sentSummary(totals, config.mode)),
      ...joinedSecondsNote(result),
    ],
    chart: {
      x: timeAxis,
      y: axis("messages per second", "perSecond", { hasZero: true }),
      series,
      bands: phaseBands(result.phases),
      marks: steadyMarks(result),
      cursorGroup: timeCursor,
    },
  };
}

type Mode = RunResult["config"]["mode"];

function sentLines(seconds: readonly CountedSecond[], mode: Mode): readonly ChartSeries[] {
  return [
    rateLine("offered", "grey", "dashed", seconds, ({ offered }) => offered),
    rateLine("sent", "blue", "line", seconds, ({ sent }) => sent),
    // Where nothing comes back, none is no figure.
    ...(mode === "oneway" ? [] : [rateLine("delivered", "green", "line", seconds, ({ delivered }) => delivered)]),
  ];
}

function pushedLines(seconds: readonly CountedSecond[]): readonly ChartSeries[] {
  return [
    rateLine("promised", "grey", "dashed", seconds, ({ offered }) => offered),
    rateLine("seen", "green", "line", seconds, ({ delivered }) => delivered),
  ];
}

function sentSummary({ rate, loop }: RunResult["totals"], mode: Mode): readonly string[] {
  const { offeredPerSecond, sentPerSecond, deliveredPerSecond, achievedRatio } = rate;
  const isClosed = loop === "closed";
  const measured = [
    ...(isClosed ? [] : [`offered ${rateText(offeredPerSecond)}`]),
    `sent ${rateText(sentPerSecond)}`,
    ...(mode === "oneway" ? [] : [`delivered ${rateText(deliveredPerSecond)}`]),
  ];
  return [
    `On average over the measured time, per second: ${measured.join(", ")}${isClosed ? "" : ` (sent/offered ${ratioText(achievedRatio)})`}.`,
    isClosed
      ? "A closed loop has no schedule: messages were sent when answers came."
      : "Offered is what the schedule asked for. Sent and delivered count when they happened, so answers held back by a standstill show as a dip and a peak.",
  ];
}

function pushedSummary({ rate }: RunResult["totals"]): readonly string[] {
  const { promisedPerSecond, deliveredPerSecond, achievedRatio } = rate;
  const seen = `On average over the measured time, per second: seen ${rateText(deliveredPerSecond)}`;
  if (promisedPerSecond == null) return [`${seen}. Nothing was promised.`];
  return [`${seen} of ${rateText(promisedPerSecond)} promised (${ratioText(achievedRatio)}).`];
}

/** Where the steady part of a phase begins, if later than the phase. */
function steadyMarks(result: RunResult): readonly ChartMark[] {
  return judgedPhases(result).flatMap(({ startMs, steady }) =>
    steady.outcome === "steady" && steady.fromMs > startMs
      ? [{ at: steady.fromMs / 1000, label: "steady", colour: "teal" } as const]
      : [],
  );
}

function rateLine(
  label: string,
  colour: ChartSeries["colour"],
  shape: ChartSeries["shape"],
  seconds: readonly CountedSecond[],
  count: (second: CountedSecond) => number | null,
): ChartSeries {
  const perSecond = (second: CountedSecond) => {
    const messages = count(second);
    return messages === null ? null : (messages * 1000) / second.lengthMs;
  };
  return { label, colour, shape, ...lineOverTime(seconds, perSecond) };
}

/** The seconds of the run; what is left at the end of a segment is added to the second before when it is very short. */
function countedSeconds(result: RunResult): readonly CountedSecond[] {
  const offered = offeredOverTime(result);
  const seconds: CountedSecond[] = [];
  result.intervals.forEach((interval, index) => {
    const perSecond = offered[index] ?? null;
    const { segment, lengthMs, sent, delivered } = interval;
    const due = perSecond === null ? null : (perSecond * lengthMs) / 1000;
    const before = seconds.at(-1);
    if (lengthMs < shortestMs && before?.segment === segment) {
      seconds[seconds.length - 1] = {
        ...before,
        lengthMs: before.lengthMs + lengthMs,
        sent: before.sent + sent,
        delivered: before.delivered + delivered,
        offered: before.offered === null || due === null ? null : before.offered + due,
      };
    } else if (lengthMs > 0) {
      seconds.push({ segment, atSeconds: middleSeconds(interval), lengthMs, sent, delivered, offered: due });
    }
  });
  return seconds;
}
