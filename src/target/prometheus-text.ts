/** One line of a Prometheus exposition. */
export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite. */
  readonly value: number;
  readonly timestampMs?: number;
}

const linePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+(-?\d+))?\s*$/s;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"/gs;

/** The samples of a text in the Prometheus exposition format 0.0.4, in order. Lines that are none are skipped. */
export function parsePrometheus(text: string): readonly PrometheusSample[] {
  const samples: PrometheusSample[] = [];
  for (const line of text.split("\n")) {
    const match = line.startsWith("#") ? null : linePattern.exec(line.trim());
    if (match === null) continue;
    const sample = { name: match[1]!, labels: parseLabels(match[2] ?? ""), value: parseValue(match[3]!) };
    samples.push(match[4] === undefined ? sample : { ...sample, timestampMs: Number(match[4]) });
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const match of text.matchAll(labelPattern)) labels[match[1]!] = unescapeLabel(match[2]!);
  return labels;
}

function unescapeLabel(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
}

function parseValue(text: string): number {
  if (text === "+Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  return Number(text);
}

/** The gauges that tell memory, best first: what the host pays, then what the program keeps. */
const memoryGauges = [
  "process_resident_memory_bytes",
  "nodejs_heap_size_used_bytes",
  "go_memstats_heap_inuse_bytes",
  "jvm_memory_used_bytes",
] as const;

/** The first known memory gauge that is there, added up over its labels (pools, areas, processes); null when there is none. */
export function pickMemoryGauge(
  samples: readonly PrometheusSample[],
): { readonly name: string; readonly bytes: number } | null {
  for (const name of memoryGauges) {
    const found = samples.filter((sample) => sample.name === name && Number.isFinite(sample.value));
    if (found.length > 0) return { name, bytes: found.reduce((sum, sample) => sum + sample.value, 0) };
  }
  return null;
}
