// Small things for the benchmarks' output.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `10.9 (9.0 - 13.4)`; only the one value when there is no other. */
export function withRange(values) {
  if (values.length === 1) return short(values[0]);
  return `${short(median(values))} (${short(Math.min(...values))} - ${short(Math.max(...values))})`;
}

/** First column to the left, all others to the right, and an empty line after. */
export function printTable(header, rows) {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const format = (line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  process.stdout.write(`${format(header)}\n${"-".repeat(format(header).length)}\n`);
  process.stdout.write(`${rows.map((row) => `${format(row)}\n`).join("")}\n`);
}

function short(value) {
  if (Number.isNaN(value)) return "-";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
