import { cellOf, highestOfCell, highestTrackableUs, lowestOfCell, type Histogram } from "../measure/histogram.ts";
import type { ResultTimes } from "./result-blocks.ts";

/** What is saved of the times of a second, or of a whole block. */
type SavedFigures = Partial<ResultTimes> & Pick<ResultTimes, "count">;

const percentiles = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 } as const;
const percentileNames = Object.keys(percentiles) as readonly (keyof typeof percentiles)[];
const figureNames = ["min", "mean", "stdev", ...percentileNames, "max"] as const;

/**
 * The first figure of a block of times that its own histogram contradicts, as a sentence; null when none is. Only
 * figures that are there are looked at. `histogram` is that of histogramOfTimes: its cells come from the file, its
 * extremes from the figures.
 */
export function brokenFigure(times: SavedFigures, histogram: Histogram): string | null {
  for (const name of figureNames) {
    if (times[name] === undefined || (times[name] === null) === (times.count === 0)) continue;
    return `${name} is ${times[name]}, its count is ${times.count}`;
  }
  if (times.count === 0) return null;
  return (
    brokenExtreme(times, histogram) ??
    brokenPercentile(times, histogram) ??
    brokenMoment(times, histogram) ??
    brokenUnresolved(times, histogram)
  );
}

function brokenPercentile(times: SavedFigures, histogram: Histogram): string | null {
  for (const name of percentileNames) {
    const given = times[name];
    if (given === undefined || given === null) continue;
    const due = histogram.percentile(percentiles[name]);
    if (given === due) continue;
    // No percentile is beyond the exact extremes: where those are not saved only its cell is known.
    if (times.max === undefined && due !== null && cellOf(Math.min(given, highestTrackableUs)) === cellOf(due))
      continue;
    return `${name} ${given} is not that of its histogram, ${due}`;
  }
  return null;
}

/** The exact extremes lie in the outermost cells; the last one holds everything beyond the range as well. */
function brokenExtreme({ min, max, overflow }: SavedFigures, histogram: Histogram): string | null {
  let [first, last] = [-1, -1];
  histogram.forEachCell((cell) => {
    if (first < 0) first = cell;
    last = cell;
  });
  const isIn = (value: number, cell: number) =>
    value >= lowestOfCell(cell) && (value <= highestOfCell(cell) || highestOfCell(cell) >= highestTrackableUs);
  if (typeof min === "number" && !isIn(min, first)) return `min ${min} is not in its histogram`;
  if (typeof max !== "number") return null;
  if (!isIn(max, last)) return `max ${max} is not in its histogram`;
  if (overflow === undefined || overflow > 0 === max > highestTrackableUs) return null;
  return `overflow ${overflow} does not go with max ${max}`;
}

/** The sum lies between what the ends of the cells come to; mean and deviation follow from the sums. */
function brokenMoment({ count, sum, sumOfSquares, mean, stdev }: SavedFigures, histogram: Histogram): string | null {
  if (typeof sum !== "number" || typeof mean !== "number") return null;
  let [least, most] = [0, 0];
  histogram.forEachCell((cell, cellCount) => {
    least += lowestOfCell(cell) * cellCount;
    most += highestOfCell(cell) * cellCount;
  });
  if (!isBetween(sum, least, histogram.overflow > 0 ? Infinity : most))
    return `sum ${sum} is not that of its histogram`;
  if (!isClose(mean, sum / count)) return `mean ${mean} is not sum ${sum} / count ${count}`;
  if (typeof sumOfSquares !== "number" || typeof stdev !== "number") return null;
  // A difference of large numbers is good to their last digits, not to its own.
  const isSame = Math.abs(stdev ** 2 - (sumOfSquares / count - mean ** 2)) <= 1e-9 * (sumOfSquares / count);
  return isSame ? null : `stdev ${stdev} does not follow from sumOfSquares ${sumOfSquares}`;
}

function brokenUnresolved({ unresolved }: SavedFigures, histogram: Histogram): string | null {
  if (unresolved === undefined) return null;
  const due = percentileNames.filter((name) => !histogram.isResolved(percentiles[name]));
  if (due.length === unresolved.length && due.every((name) => unresolved.includes(name))) return null;
  return `unresolved is [${unresolved.join(", ")}], by its count [${due.join(", ")}]`;
}

function isBetween(value: number, low: number, high: number): boolean {
  return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
