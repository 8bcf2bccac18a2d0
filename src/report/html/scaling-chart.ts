import type { ResultPhase, RunResult } from "../../result/run-result.ts";
import type { ResultScalability } from "../../result/scalability-schema.ts";
import { predictThroughput } from "../../statistics/scalability-law.ts";
import { rateText, ratioText } from "../format.ts";
import { scalabilityLines } from "../scalability-section.ts";
import { axis, type ChartMark, type ChartSeries } from "./chart-spec.ts";
import { asSentence, type ChartFigure } from "./html-chart.ts";

/** A phase of a scaling profile: how much was put in, how much came out. */
interface ScalingPoint {
  readonly load: number;
  readonly deliveredPerSecond: number;
  readonly phase: ResultPhase;
}

const placesOfCurve = 80;
/** The ideal is drawn up to so many times what was reached: further up it would leave no room for that. */
const highestIdeal = 1.5;

/** Delivered messages per second against what was scaled, with the fitted law; null when nothing was scaled. */
export function scalingChart({ phases, config, scalability }: RunResult): ChartFigure | null {
  const { scaling } = config;
  if (scaling === null || (config.mode !== "echo" && config.mode !== "push")) return null;
  const title = scaling === "rate" ? "Delivered against offered" : "Delivered against connections";
  const points = pointsOf(phases, scaling);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    return { title, summary: ["A curve takes at least two phases with a load; there were fewer."], chart: null };
  }
  const perLoad = scaling === "rate" ? 1 : first.deliveredPerSecond / first.load;
  const most = points.reduce((largest, point) => Math.max(largest, point.deliveredPerSecond), 0);
  const ends = [first.load, Math.max(first.load, Math.min(last.load, (highestIdeal * most) / perLoad))];
  const ideal: ChartSeries = {
    ...{ label: scaling === "rate" ? "all that was offered" : "in proportion", colour: "grey", shape: "dashed" },
    xs: ends,
    ys: ends.map((load) => load * perLoad),
  };
  const [sound, doubtful] = [false, true].map((isLimited) =>
    points.filter(({ phase }) => (phase.generatorHealth === "limited") === isLimited),
  ) as [ScalingPoint[], ScalingPoint[]];
  return {
    title,
    summary: [
      stepsSentence(points, last),
      ...(scalability === undefined ? [] : scalabilityLines(scalability).map(asSentence)),
    ],
    chart: {
      x:
        scaling === "rate"
          ? axis("offered per second", "perSecond", { hasZero: true })
          : axis("connections", "count", { hasZero: true }),
      y: axis("delivered per second", "perSecond", { hasZero: true }),
      series: [
        ideal,
        ...(scalability === undefined ? [] : fittedCurve(scalability)),
        measuredSeries("delivered", "green", sound),
        ...(doubtful.length === 0 ? [] : [measuredSeries("delivered, generator limited", "red", doubtful)]),
      ],
      bands: [],
      marks: scalability === undefined ? [] : marksOf(scalability),
      cursorGroup: null,
    },
  };
}

function pointsOf(phases: RunResult["phases"], scaling: "rate" | "connections"): readonly ScalingPoint[] {
  return phases
    .flatMap((phase): readonly ScalingPoint[] => {
      const load = scaling === "rate" ? phase.rate.offeredPerSecond : phase.connections.planned;
      const { deliveredPerSecond } = phase.rate;
      return phase.measured && load !== null && load > 0 && deliveredPerSecond !== null
        ? [{ load, deliveredPerSecond, phase }]
        : [];
    })
    .sort((a, b) => a.load - b.load);
}

function stepsSentence(points: readonly ScalingPoint[], last: ScalingPoint): string {
  const efficiency = ({ phase }: ScalingPoint) => phase.scalingEfficiency ?? Infinity;
  const worst = points.reduce((least, point) => (efficiency(point) < efficiency(least) ? point : least));
  return `At the last step (${last.phase.name}) ${rateText(last.deliveredPerSecond)} msg/s were delivered; the lowest efficiency is ${ratioText(worst.phase.scalingEfficiency)} (${worst.phase.name}).`;
}

/** The fitted law over the measured range, and as far as its peak where that is told. */
function fittedCurve({ fit, levels, peak }: ResultScalability): readonly ChartSeries[] {
  if (fit === null || levels.length === 0) return [];
  const ns = levels.map(({ n }) => n);
  const [from, to] = [Math.min(...ns), Math.max(...ns, (peak?.n ?? 0) * 1.1)];
  const xs = Array.from({ length: placesOfCurve }, (_, i) => from + ((to - from) * i) / (placesOfCurve - 1));
  return [{ label: "fitted law", colour: "purple", shape: "line", xs, ys: xs.map((n) => predictThroughput(fit, n)) }];
}

function marksOf({ knee, peak }: ResultScalability): readonly ChartMark[] {
  return [
    ...(knee?.isInside === true ? [{ at: knee.n, label: "knee", colour: "orange" } as const] : []),
    ...(peak === null ? [] : [{ at: peak.n, label: "peak", colour: "purple" } as const]),
  ];
}

function measuredSeries(label: string, colour: ChartSeries["colour"], points: readonly ScalingPoint[]): ChartSeries {
  return {
    ...{ label, colour, shape: "points" },
    xs: points.map(({ load }) => load),
    ys: points.map(({ deliveredPerSecond }) => deliveredPerSecond),
  };
}
