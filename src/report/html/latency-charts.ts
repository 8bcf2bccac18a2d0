import { percentileRows } from "../../measure/percentile-rows.ts";
import type { ResultTimes } from "../../result/result-blocks.ts";
import type { RunResult } from "../../result/run-result.ts";
import { histogramOfTimes } from "../../result/times-of-histogram.ts";
import { countText, timeText } from "../format.ts";
import { axis, type ChartAxis, type ChartSeries } from "./chart-spec.ts";
import { joinedSecondsNote } from "../joined-seconds.ts";
import { oneWayUnknown } from "../../verdict/measured-value.ts";
import { asSentence, hasData, type ChartFigure } from "./html-chart.ts";
import { percentileOverTime, samplesFor } from "./percentile-windows.ts";
import { lineOverTime, middleSeconds, phaseBands, timeAxis, timeCursor } from "./run-time.ts";

/** Histograms count whole microseconds; nothing below has a place on a logarithmic axis. */
const leastUs = 1;

export const timesAxis = (label: string): ChartAxis => axis(label, "microseconds", { isLogarithmic: true });

/** What the time from message to answer is called: a closed loop has no latency. */
export function timeName({ totals, config }: RunResult): string {
  if (config.mode === "push") return "one-way latency";
  return totals.loop === "closed" ? "service time (closed loop)" : "latency";
}

/** Percentiles of latency over the run, by the instant messages were due. */
export function latencyOverTimeChart(result: RunResult): ChartFigure {
  const { totals } = result;
  const name = timeName(result);
  const title = `Percentiles of ${name} over time`;
  const percentile = (percent: 50 | 95 | 99, colour: ChartSeries["colour"]): ChartSeries => ({
    ...{ label: `p${percent}`, colour, shape: "line" },
    ...lineOverTime(percentileOverTime(result, percent), ({ value }) => drawable(value)),
  });
  const seconds = result.intervals.map((interval) => ({
    ...{ segment: interval.segment, atSeconds: middleSeconds(interval), max: interval.latencyUs.max },
  }));
  const max: ChartSeries = {
    ...{ label: "max", colour: "red", shape: "dashed" },
    ...lineOverTime(seconds, (second) => drawable(second.max)),
  };
  const series = [percentile(50, "blue"), percentile(95, "teal"), percentile(99, "orange"), max].filter((each) =>
    hasData([each]),
  );
  if (series.length === 0) return { title, summary: [noAnswers(result)], chart: null };
  const { p50, p99, max: largest, unresolved } = timesOf(result);
  const told = [
    `p50 ${unresolved.includes("p50") ? "-" : timeText(p50)}`,
    `p99 ${unresolved.includes("p99") ? "-" : timeText(p99)}`,
    `largest ${timeText(largest)}`,
  ];
  return {
    title,
    summary: [
      `Of the whole measured time: ${told.join(", ")}.`,
      `Each message counts in the second it was ${totals.loop === "closed" || result.config.mode === "push" ? "sent" : "due"}, so a standstill shows where it began. A point covers as many seconds as its percentile needs (p95 ${countText(samplesFor(95))} answers, p99 ${countText(samplesFor(99))}); max is of each second, so a percentile of several can lie above it.`,
      ...joinedSecondsNote(result),
    ],
    chart: {
      x: timeAxis,
      y: timesAxis(name),
      series,
      bands: phaseBands(result.phases),
      marks: [],
      cursorGroup: timeCursor,
    },
  };
}

/** Latency against service at every percentile, on an axis that gives each further nine the same room. */
export function distributionChart(result: RunResult): ChartFigure {
  const name = timeName(result);
  const title = `Distribution of ${name}`;
  const { totals } = result;
  const isClosed = totals.loop === "closed";
  const series = [
    ...(isClosed ? [] : [distributionLine(name, "blue", totals.latencyUs)]),
    distributionLine(isClosed ? name : "service", "green", totals.serviceUs),
  ].filter((each) => hasData([each]));
  if (series.length === 0) {
    const { count } = timesOf(result);
    return { title, summary: [count === 0 ? noAnswers(result) : "The result holds no histogram."], chart: null };
  }
  const { count } = timesOf(result);
  return {
    title,
    summary: [
      result.config.mode === "push"
        ? `One-way latency is ${result.streams?.oneWay.note ?? "from the target's stamp to receipt"}.`
        : isClosed
          ? "Service time is from sending to the answer. Without a schedule there is no latency at a given rate."
          : "Latency is from the instant a message was due, service from the instant it was sent; what lies between them is the generator's own lateness and the wait for a connection that took no more.",
      `${countText(count)} answers. In the shaded part fewer than 10 of them remain: read it as single messages.`,
    ],
    chart: {
      x: axis("percentile", "percentile", { isLogarithmic: true }),
      y: timesAxis(isClosed ? name : "time"),
      series,
      bands: [{ from: Math.max(1, count / 10), to: 10 * Math.max(1, count), label: "", kind: "pale" }],
      marks: [],
      cursorGroup: null,
    },
  };
}

/** The values of a saved histogram over 1 / (1 - quantile); the largest at the place of the last of `count`. */
export function distributionLine(label: string, colour: ChartSeries["colour"], times: ResultTimes): ChartSeries {
  const rows = times.hdr === null ? [] : percentileRows(histogramOfTimes(times));
  const points = rows
    .filter(({ quantile }) => quantile < 1 && 1 / (1 - quantile) < times.count)
    .map(({ quantile, value }) => ({ x: 1 / (1 - quantile), y: Math.max(leastUs, value) }));
  const last = times.max === null || rows.length === 0 ? [] : [{ x: times.count, y: Math.max(leastUs, times.max) }];
  const all = [...points, ...last];
  return { label, colour, shape: "line", xs: all.map(({ x }) => x), ys: all.map(({ y }) => y) };
}

function timesOf({ totals }: RunResult): ResultTimes {
  return totals.loop === "closed" ? totals.serviceUs : totals.latencyUs;
}

function drawable(us: number | null): number | null {
  return us === null ? null : Math.max(leastUs, us);
}

function noAnswers(result: RunResult): string {
  const { config, totals } = result;
  if (config.mode === "push") return asSentence(oneWayUnknown(result));
  if (config.mode === "oneway") return "Unknown: in mode oneway nothing comes back.";
  return totals.messages.sent === 0 ? "Nothing was sent." : "No answer came back in the measured time.";
}
