import type { ResultConnectionFigures, ResultConnectionRow, RunResult } from "../result/run-result.ts";
import type { Metric, MetricSample } from "../units/exposition-format.ts";

/** What is told of a single connection while a run goes on. */
export type LiveConnection = Omit<ResultConnectionRow, "worstBy" | "isStarved"> & { readonly isReady: boolean };

const messageKinds = ["sent", "delivered", "lost", "refused", "duplicated", "reordered"] as const;

/** Single connections, labelled by their number. Messages and times are of the measured load. */
export function singleConnectionMetrics(connections: readonly LiveConnection[]): readonly Metric[] {
  return [
    {
      name: "floodgate_connection_messages_total",
      help: "Messages of single connections in measured load, by what became of them.",
      type: "counter",
      samples: byConnection(connections, (each) =>
        messageKinds.map((kind) => ({ labels: { kind }, value: each[kind] })),
      ),
    },
    {
      name: "floodgate_connection_latency_seconds",
      help: "From the intended instant to receipt, of single connections; quantiles are at most 1/16 off.",
      type: "summary",
      samples: byConnection(connections, latencySamples),
    },
    {
      name: "floodgate_connection_changes_total",
      help: "Times that single connections became ready, and ended although they were wanted.",
      type: "counter",
      samples: byConnection(connections, ({ opened, ended }) => [
        { labels: { kind: "opened" }, value: opened },
        { labels: { kind: "ended" }, value: ended },
      ]),
    },
    {
      name: "floodgate_connection_ready",
      help: "1 for a connection that is open and ready.",
      type: "gauge",
      samples: byConnection(connections, ({ isReady }) => [{ value: isReady ? 1 : 0 }]),
    },
    {
      name: "floodgate_connection_ready_seconds_total",
      help: "Time in which single connections were ready.",
      type: "counter",
      samples: byConnection(connections, ({ readyMs }) => [{ value: readyMs / 1000 }]),
    },
  ];
}

/** How evenly all connections fare. */
export function evennessMetrics({ connectionFigures }: RunResult): readonly Metric[] {
  if (connectionFigures === undefined) return [];
  const { fairness, starved }: ResultConnectionFigures = connectionFigures;
  return [
    gaugeOf("floodgate_connections_fairness_ratio", "Jain's index of the messages delivered to connections.", fairness),
    gaugeOf("floodgate_connections_starved", "Connections that fare far worse than the middle one.", starved),
  ];
}

function latencySamples({ latencyUs }: LiveConnection): readonly MetricSample[] {
  const { count, mean, p50, p99, max } = latencyUs;
  const quantiles = [
    ["0.5", p50],
    ["0.99", p99],
    ["1", max],
  ] as const;
  return [
    ...quantiles.flatMap(([quantile, us]) => (us === null ? [] : [{ labels: { quantile }, value: us / 1e6 }])),
    { suffix: "_sum", value: ((mean ?? 0) * count) / 1e6 },
    { suffix: "_count", value: count },
  ];
}

function byConnection(
  connections: readonly LiveConnection[],
  samplesOf: (connection: LiveConnection) => readonly MetricSample[],
): readonly MetricSample[] {
  return connections.flatMap((each) =>
    samplesOf(each).map((sample) => ({
      ...sample,
      labels: { connection: String(each.connection), ...sample.labels },
    })),
  );
}

function gaugeOf(name: string, help: string, value: number | null): Metric {
  return { name, help, type: "gauge", samples: value === null ? [] : [{ value }] };
}
