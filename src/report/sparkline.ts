/** From low to high; a blank is no value. */
const levels = "_.-=+*#";

/** One character for each value, the lowest to the highest of them over all levels; ASCII, so coarse. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const lowest = Math.min(...known);
  const range = Math.max(...known) - lowest;
  return values
    .map((value) => {
      if (value === null) return " ";
      const level = range === 0 ? 0 : Math.round(((value - lowest) / range) * (levels.length - 1));
      return levels[level]!;
    })
    .join("");
}
