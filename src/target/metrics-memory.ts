import type { Clock } from "../host/host.ts";
import { parsePrometheus, pickMemoryGauge } from "./prometheus-text.ts";
import type { MemoryReading } from "../engine/memory-source.ts";
import type { TargetMemory } from "./target-memory.ts";

/** A scrape costs the target time that it should spend on the load. */
const scrapeIntervalMs = 5000;
const timeoutMs = 2000;

/** Places in a JSON document, best first; a dot goes one level down. All are bytes. */
export const jsonMemoryPaths = [
  "rssBytes",
  "rss_bytes",
  "rss",
  "memory.rssBytes",
  "memory.rss_bytes",
  "memory.rss",
  "memoryUsage.rss",
  "process.memory.rss",
  "process_resident_memory_bytes",
] as const;

/**
 * The memory a target tells of itself over HTTP, as Prometheus text or JSON. Scraped at most every 5 s; between two
 * scrapes `read` gives null with `unavailable` null.
 */
export function metricsMemory(url: string, clock: Clock): TargetMemory {
  return new MetricsMemory(url, clock);
}

class MetricsMemory implements TargetMemory {
  readonly #url: string;
  readonly #clock: Clock;
  #lastScrapeMs = -Infinity;
  #metric: string | undefined;
  unavailable: string | null = null;

  constructor(url: string, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
  }

  get source(): string {
    return this.#metric === undefined ? this.#url : `${this.#url} ${this.#metric}`;
  }

  async read(): Promise<MemoryReading | null> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastScrapeMs < scrapeIntervalMs) return null;
    this.#lastScrapeMs = nowMs;
    try {
      const response = await fetch(this.#url, {
        signal: AbortSignal.timeout(timeoutMs),
        headers: { accept: "application/json, text/plain" },
      });
      const text = await response.text();
      if (!response.ok) return this.#fail(`${this.#url} answered with status ${response.status}`);
      const found = findMemory(text);
      if (found === null)
        return this.#fail(
          `${this.#url} tells no memory that is known here, such as process_resident_memory_bytes or "rssBytes"`,
        );
      this.#metric = found.name;
      this.unavailable = null;
      return { bytes: found.bytes };
    } catch (error) {
      return this.#fail(`${this.#url} cannot be read: ${describe(error)}`);
    }
  }

  #fail(reason: string): null {
    this.unavailable = reason;
    return null;
  }
}

/** The memory told by a document in either format, and under which name; null when there is none. */
export function findMemory(text: string): { readonly name: string; readonly bytes: number } | null {
  if (!text.trimStart().startsWith("{")) return pickMemoryGauge(parsePrometheus(text));
  const document = parseJson(text);
  for (const path of jsonMemoryPaths) {
    const value = valueAt(document, path);
    if (typeof value === "number" && Number.isFinite(value)) return { name: path, bytes: value };
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON after all: nothing is found in it
  }
}

function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
