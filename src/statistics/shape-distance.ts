/** How far apart two distributions are. */
export interface ShapeDistance {
  /** Largest difference of the cumulative shares, 0 .. 1 (Kolmogorov-Smirnov). */
  readonly distance: number;
  /** The cell at whose end that is. */
  readonly cell: number;
  /**
   * Asymptotic. Honest only when the counts are of independent values: of a million messages that queue behind each other
   * any distance is "significant".
   */
  readonly p: number;
}

/** Compares two histograms of the same cells; null when one is empty. */
export function shapeDistance(a: readonly number[], b: readonly number[]): ShapeDistance | null {
  const [countA, countB] = [sum(a), sum(b)];
  if (countA === 0 || countB === 0) return null;
  let [seenA, seenB, distance, at] = [0, 0, 0, 0];
  for (let cell = 0; cell < Math.max(a.length, b.length); cell++) {
    seenA += a[cell] ?? 0;
    seenB += b[cell] ?? 0;
    const here = Math.abs(seenA / countA - seenB / countB);
    if (here > distance) [distance, at] = [here, cell];
  }
  const lambda = Math.sqrt((countA * countB) / (countA + countB)) * distance;
  return { distance, cell: at, p: kolmogorovTail(lambda) };
}

/** P(K > x) of Kolmogorov's distribution: 2 (e^(-2 x^2) - e^(-8 x^2) + e^(-18 x^2) - ...). */
function kolmogorovTail(x: number): number {
  // Below this it is 1 to sixteen digits, and the series needs ever more terms.
  if (x < 0.2) return 1;
  let tail = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    tail += k % 2 === 1 ? term : -term;
    if (term < 1e-18) break;
  }
  return Math.min(1, Math.max(0, 2 * tail));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
