// Small things for the benchmarks' output.

export function median(values) {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `10.9 (9.03 - 13.4)`; only the one value when there is no other. */
export function withRange(values) {
  if (values.length === 0) return "-";
  if (values.length === 1) return short(values[0]);
  return `${short(median(values))} (${short(Math.min(...values))} - ${short(Math.max(...values))})`;
}

/** The first `leftColumns` columns (1) to the left, all others to the right, and an empty line after. */
export function printTable(header, rows, { leftColumns = 1 } = {}) {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const cell = (text, column) => (column < leftColumns ? text.padEnd(widths[column]) : text.padStart(widths[column]));
  const format = (line) => line.map(cell).join("  ").trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  process.stdout.write(`${[format(header), rule, ...rows.map(format)].join("\n")}\n\n`);
}

/** Three digits of it, as many as these figures are good for. `-` when there is none. */
export function short(value) {
  if (!Number.isFinite(value)) return "-";
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}
