/** Nearest rank (RFC 2330 s.11.3): the smallest value with at least p percent (0 .. 100) at or below it; null for none. */
export function percentileNearestRank(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  // A hair less than p: 0.55 * 100 is 55.00000000000001 in doubles.
  const rank = Math.max(1, Math.ceil(((p * sorted.length) / 100) * (1 - 1e-15)));
  return sorted[rank - 1] ?? null;
}

/** The median with the two middle values averaged, as the rank trends need it; null for none. */
export function median(values: readonly number[]): number | null {
  return medianOfSorted(Float64Array.from(values).sort());
}

/** The median of values already in rising order; null for none. */
export function medianOfSorted(sorted: ArrayLike<number>): number | null {
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** So many samples must lie beyond a percentile before it is told. */
const samplesBeyond = 10;

/** Whether n samples can tell a percentile (0 .. 100): at least ten lie above it (RFC 2330 s.11.3: nothing finer than 1/n). */
export function isPercentileResolved(n: number, p: number): boolean {
  // The shares are not exact in binary; ten parts in 10^12 below ten still is ten.
  return (n * (100 - p)) / 100 >= samplesBeyond * (1 - 1e-12);
}
