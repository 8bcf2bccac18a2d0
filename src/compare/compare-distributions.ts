import { Histogram, highestOfCell, histogramCells } from "../measure/histogram.ts";
import type { ComparedDistribution } from "../result/comparison.ts";
import type { RunResult } from "../result/run-result.ts";
import { sumOfTimes, timesOfHistogram } from "../result/times-of-histogram.ts";
import { shapeDistance } from "../statistics/shape-distance.ts";
import { timesWord } from "./metric-choice.ts";

/** All times of each side added up, and how far apart their shapes are; null when a side has none. */
export function compareDistributions(
  base: readonly RunResult[],
  changed: readonly RunResult[],
): ComparedDistribution | null {
  const metric = [...base, ...changed].every((run) => timesWord(run) === "latency") ? "latency" : "service";
  const sumOf = (runs: readonly RunResult[]): Histogram => sumOfTimes(runs.map(({ totals }) => totals[`${metric}Us`]));
  const [before, after] = [sumOf(base), sumOf(changed)];
  const distance = shapeDistance(cellsOf(before), cellsOf(after));
  if (distance === null) return null;
  return {
    metric,
    base: timesOfHistogram(before, true),
    new: timesOfHistogram(after, true),
    ksDistance: distance.distance,
    ksAtUs: highestOfCell(distance.cell),
  };
}

function cellsOf(histogram: Histogram): readonly number[] {
  const cells = new Array<number>(histogramCells).fill(0);
  histogram.forEachCell((cell, count) => {
    cells[cell] = count;
  });
  return cells;
}
