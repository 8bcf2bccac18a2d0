import { highestOfCell, type Histogram } from "./histogram.ts";

/** One row of an HdrHistogram percentile distribution (.hgrm). */
export interface PercentileRow {
  /** Microseconds. */
  readonly value: number;
  /** 0 .. 1. */
  readonly quantile: number;
  /** Values up to and including `value`. */
  readonly cumulativeCount: number;
}

/**
 * The rows HdrHistogram's percentile iterator gives: `ticksPerHalfDistance` steps for each halving of the distance to
 * 100 %. For plots on a logarithmic percentile axis. Empty for an empty histogram.
 */
export function percentileRows(histogram: Histogram, ticksPerHalfDistance = 5): readonly PercentileRow[] {
  const rows: PercentileRow[] = [];
  let cumulativeCount = 0;
  let level = 0;
  histogram.forEachCell((cell, count) => {
    const reached = cumulativeCount;
    cumulativeCount += count;
    const value = Math.min(highestOfCell(cell), histogram.max ?? Infinity);
    // The last value is left as soon as one row has been given for it; the row for 100 % follows below.
    const isLast = cumulativeCount === histogram.count;
    while ((100 * cumulativeCount) / histogram.count >= level) {
      rows.push({ value, quantile: level / 100, cumulativeCount });
      const halvings = Math.floor(Math.log2(100 / (100 - level))) + 1;
      level += 100 / (ticksPerHalfDistance * 2 ** halvings);
      if (isLast && reached < histogram.count) break;
    }
    if (isLast) rows.push({ value, quantile: 1, cumulativeCount });
  });
  return rows;
}

/** A row as HdrHistogram prints it: `%12.3f %2.12f %10d %14.2f`; the row for 100 % has no fourth column. */
export function hgrmLine(row: PercentileRow, scale: number): string {
  const columns = [
    (row.value / scale).toFixed(3).padStart(12),
    row.quantile.toFixed(12),
    String(row.cumulativeCount).padStart(10),
    ...(row.quantile < 1 ? [(1 / (1 - row.quantile)).toFixed(2).padStart(14)] : []),
  ];
  return columns.join(" ");
}
