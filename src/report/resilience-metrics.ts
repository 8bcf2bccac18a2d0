import type { ResultResilience, RunResult } from "../result/run-result.ts";
import type { Metric } from "../units/exposition-format.ts";

/** Connections that were lost and came back, as Prometheus reads them; none where connections are not opened again. */
export function resilienceMetrics({ resilience }: RunResult): readonly Metric[] {
  if (resilience === undefined) return [];
  const { outages, returned, retry } = resilience;
  return [
    counterOf("floodgate_outages_total", "Ends of ready connections that were wanted.", outages),
    counterOf("floodgate_outages_returned_total", "Part of them: ready again.", returned),
    counterOf("floodgate_retries_total", "Attempts to connect after an end or a failed attempt.", retry.attempts),
    counterOf("floodgate_retries_succeeded_total", "Part of them: became ready.", retry.successes),
    counterOf("floodgate_retries_given_up_total", "Connections given up after too many attempts.", retry.givenUp),
    ...bufferMetrics(resilience),
    ...breakerMetrics(resilience),
  ];
}

/** Messages that wait for a connection that is away. */
function bufferMetrics({ buffer }: ResultResilience): readonly Metric[] {
  if (buffer === null) return [];
  const { buffered, sentLater, overflowed, highWater, limit } = buffer;
  return [
    counterOf("floodgate_buffer_messages_total", "Messages kept while their connection was away.", buffered),
    counterOf("floodgate_buffer_sent_total", "Part of them: sent once it was back.", sentLater),
    counterOf("floodgate_buffer_overflows_total", "Messages too many to keep.", overflowed),
    gaugeOf("floodgate_buffer_waiting", "Kept messages that have not been sent.", buffered - sentLater),
    gaugeOf("floodgate_buffer_high_water", "The most that waited for one connection.", highWater),
    gaugeOf("floodgate_buffer_limit", "The most that may wait for one connection.", limit),
  ];
}

/** All workers together, of which each has a breaker. */
function breakerMetrics({ breaker }: ResultResilience): readonly Metric[] {
  if (breaker === null) return [];
  const { opens, halfOpens, closes, openMs, held, rejected, notClosedAtEnd } = breaker;
  return [
    {
      name: "floodgate_breaker_changes_total",
      help: "Times that a circuit breaker changed to this state.",
      type: "counter",
      samples: [
        { labels: { state: "open" }, value: opens },
        { labels: { state: "half-open" }, value: halfOpens },
        { labels: { state: "closed" }, value: closes },
      ],
    },
    gaugeOf("floodgate_breakers_not_closed", "Circuit breakers that are open or half-open now.", notClosedAtEnd),
    counterOf("floodgate_breaker_open_seconds_total", "Time in which they were not closed.", openMs / 1000),
    counterOf("floodgate_breaker_held_total", "Attempts that waited for a breaker.", held),
    counterOf("floodgate_breaker_rejected_total", "Attempts that a breaker failed at once.", rejected),
  ];
}

function counterOf(name: string, help: string, value: number): Metric {
  return { name, help, type: "counter", samples: [{ value }] };
}

function gaugeOf(name: string, help: string, value: number): Metric {
  return { name, help, type: "gauge", samples: [{ value }] };
}
