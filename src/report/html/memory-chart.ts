import { endOfWarmupMs } from "../../measure/memory-growth.ts";
import type { ResultMemory, RunResult } from "../../result/run-result.ts";
import { bytesText, changeText } from "../format.ts";
import { axis, type ChartSeries } from "./chart-spec.ts";
import { hasData, type ChartFigure } from "./html-chart.ts";
import { lineOverTime, phaseBands, timeAxis, timeCursor } from "./run-time.ts";

/** Memory of generator and target over the run, each with the slope fitted to it. */
export function memoryChart(result: RunResult): ChartFigure {
  const title = "Memory over time";
  const { memory, intervals } = result;
  const seconds = intervals.map((interval) => ({ ...interval, atSeconds: interval.tMs / 1000 }));
  const lines: readonly ChartSeries[] = [
    {
      ...{ label: "generator", colour: "blue", shape: "line" },
      ...lineOverTime(seconds, ({ generatorRssBytes }) => generatorRssBytes),
    },
    {
      ...{ label: "target", colour: "green", shape: "line" },
      ...lineOverTime(seconds, ({ targetRssBytes }) => targetRssBytes),
    },
  ];
  const fits = [
    slopeLine("generator, fitted", "blue", memory.generator, result),
    slopeLine("target, fitted", "green", memory.target, result),
  ].flatMap((line) => (line === null ? [] : [line]));
  const series = [...lines.filter((line) => hasData([line])), ...fits];
  const summary = [
    sentenceOf("Generator", memory.generator, memory.generatorReason),
    sentenceOf("Target", memory.target, memory.targetReason),
  ];
  return {
    title,
    summary,
    chart:
      series.length === 0
        ? null
        : {
            x: timeAxis,
            y: axis("resident memory", "bytes"),
            series,
            bands: phaseBands(result.phases),
            marks: [],
            cursorGroup: timeCursor,
          },
  };
}

function sentenceOf(name: string, memory: ResultMemory | null, reason: string | null): string {
  if (memory === null) return `${name}: unknown; ${reason ?? "not measured"}.`;
  const { startBytes, endBytes, peakBytes, growthBytes, slopeBytesPerSecond, verdict, verdictReason } = memory;
  const levels = `${bytesText(startBytes)} to ${bytesText(endBytes)} (${changeText(growthBytes)}), peak ${bytesText(peakBytes)}`;
  const slope =
    slopeBytesPerSecond === null ? "no slope fitted" : `fitted slope ${changeText(slopeBytesPerSecond * 60)} a minute`;
  return `${name}: ${levels}; ${slope}; ${verdict}: ${verdictReason}.`;
}

/** The fitted slope over the steady part of the load, from the level at its start; null when there is none. */
function slopeLine(
  label: string,
  colour: ChartSeries["colour"],
  memory: ResultMemory | null,
  { phases }: RunResult,
): ChartSeries | null {
  const measured = phases.filter((phase) => phase.measured);
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined || typeof memory?.slopeBytesPerSecond !== "number") return null;
  const [from, to] = [endOfWarmupMs(first.startMs, last.endMs) / 1000, last.endMs / 1000];
  const ys = [memory.startBytes, memory.startBytes + memory.slopeBytesPerSecond * (to - from)];
  return { label, colour, shape: "dashed", xs: [from, to], ys };
}
