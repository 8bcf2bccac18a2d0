import { Histogram } from "../../measure/histogram.ts";
import { histogramStat, type HistogramCells } from "../../measure/worker-cells.ts";

/** The sum of histograms in shared memory, perhaps still being written. */
export function mergeHistograms(all: readonly HistogramCells[]): Histogram {
  const sum = Histogram.empty();
  for (const histogram of all) sum.add(readHistogram(histogram));
  return sum;
}

/** A copy of one of them. */
export function readHistogram({ cells, stats }: HistogramCells): Histogram {
  // Most are empty, and their cells are memory that was never touched.
  if (stats[histogramStat.min] === Infinity) return Histogram.empty();
  return Histogram.fromCells(cells, {
    sum: stats[histogramStat.sum]!,
    sumOfSquares: stats[histogramStat.sumOfSquares]!,
    min: stats[histogramStat.min]!,
    max: stats[histogramStat.max]!,
    overflow: stats[histogramStat.overflow]!,
  });
}
