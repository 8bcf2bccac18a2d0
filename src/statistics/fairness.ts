/**
 * How evenly something is shared out: (sum x)^2 / (n sum x^2), 1 where all have the same, 1/n where one has everything
 * (Jain, Chiu and Hawe 1984, "A Quantitative Measure of Fairness and Discrimination", DEC-TR-301). Null where there is
 * nothing to share.
 */
export function fairnessIndex(shares: readonly number[]): number | null {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (sum === 0) return null;
  const sumOfSquares = shares.reduce((total, share) => total + share * share, 0);
  return (sum * sum) / (shares.length * sumOfSquares);
}
