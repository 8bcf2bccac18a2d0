import { expositionText, type Metric } from "../units/exposition-format.ts";
import { isBookCounter } from "./mock-books.ts";

const kindPrefix = "protocolErrors.";
/** Of the operating system's view of the process, under the names every Prometheus client gives them. */
const processMetrics: Readonly<Record<string, string>> = { rssBytes: "process_resident_memory_bytes" };
/** No quantity. */
const leftOut: ReadonlySet<string> = new Set(["pid"]);

/**
 * The books of the mock (MockServer.books) as Prometheus reads them: counters as `floodgate_mock_messages_in_total`, levels
 * without `_total`, protocol errors by their kind. Microseconds and milliseconds become seconds.
 */
export function mockMetrics(books: Readonly<Record<string, number>>): string {
  const byKind = Object.entries(books).filter(([key]) => key.startsWith(kindPrefix));
  const plain = Object.entries(books).filter(([key]) => !key.startsWith(kindPrefix) && !leftOut.has(key));
  return expositionText([
    ...plain.map(([key, value]) => metricOf(key, value)),
    {
      name: "floodgate_mock_protocol_errors_by_kind_total",
      help: "Breaches of RFC 6455 by clients.",
      type: "counter",
      samples: byKind.map(([key, value]) => ({ labels: { kind: key.slice(kindPrefix.length) }, value })),
    },
  ]);
}

function metricOf(key: string, value: number): Metric {
  const isCounter = isBookCounter(key);
  const perSecond = key.endsWith("Us") ? 1e6 : key.endsWith("Ms") ? 1e3 : 1;
  const base = perSecond === 1 ? key : `${key.slice(0, -2)}Seconds`;
  const snake = base.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return {
    name: processMetrics[key] ?? `floodgate_mock_${snake}${isCounter ? "_total" : ""}`,
    help: `${key} of GET /stats${perSecond === 1 ? "" : ", in seconds"}.`,
    type: isCounter ? "counter" : "gauge",
    samples: [{ value: value / perSecond }],
  };
}
