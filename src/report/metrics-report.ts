import type { ResultBlock, ResultTimes } from "../result/result-blocks.ts";
import type { ResultPhase, RunResult } from "../result/run-result.ts";
import { evennessMetrics, singleConnectionMetrics, type LiveConnection } from "./connection-metrics.ts";
import { resilienceMetrics } from "./resilience-metrics.ts";
import { expositionText, type Metric, type MetricSample } from "../units/exposition-format.ts";

/** What a run tells of itself beside the result so far. */
export interface RunningFacts {
  /** `connecting`, `load`, `draining`. */
  readonly stage: string;
  /** Those to tell of one by one; none where connections have no figures of their own. */
  readonly connections: readonly LiveConnection[];
}

const quantiles = { p50: "0.5", p90: "0.9", p95: "0.95", p99: "0.99", p999: "0.999" } as const;
const healthLevels = ["ok", "degraded", "limited"] as const;
const messageCounters = [
  ...(["offered", "sent", "skipped", "unsendable", "expected", "delivered", "lost", "refused"] as const),
  ...(["duplicated", "reordered", "corrupted", "late", "unsolicited"] as const),
];

/**
 * A run while it goes on, as Prometheus reads it: counts and times by phase, so that no counter ever falls. Times are
 * since the phase began, as in the result.
 */
export function metricsReport(result: RunResult, facts: RunningFacts): string {
  return expositionText([
    {
      name: "floodgate_run_info",
      help: "What is running, in its labels.",
      type: "gauge",
      samples: [
        {
          labels: {
            run_id: result.config.runId,
            profile: result.config.profile,
            mode: result.config.mode,
            target: result.target.url,
            version: result.tool.version,
          },
          value: 1,
        },
      ],
    },
    stageMetric(facts.stage),
    gauge("floodgate_run_seconds", "Since the first connection attempt.", result.durationMs / 1000),
    ...messageMetrics(result),
    ...timesMetrics(result),
    ...connectionMetrics(result),
    ...resilienceMetrics(result),
    ...evennessMetrics(result),
    ...singleConnectionMetrics(facts.connections),
    ...generatorMetrics(result),
  ]);
}

function stageMetric(stage: string): Metric {
  const stages = ["connecting", "load", "draining"];
  return {
    name: "floodgate_run_stage",
    help: "1 for what is being done now.",
    type: "gauge",
    samples: stages.map((each) => ({ labels: { stage: each }, value: each === stage ? 1 : 0 })),
  };
}

function messageMetrics({ phases }: RunResult): readonly Metric[] {
  return [
    {
      name: "floodgate_messages_total",
      help: "Messages by what became of them; the words are those of the result.",
      type: "counter",
      samples: byPhase(phases, ({ messages }) =>
        messageCounters.map((kind) => ({ labels: { kind }, value: messages[kind] })),
      ),
    },
    {
      name: "floodgate_messages_pending",
      help: "Sent, and not decided yet.",
      type: "gauge",
      samples: byPhase(phases, ({ messages }) => [{ value: messages.pending }]),
    },
    {
      name: "floodgate_message_bytes_total",
      help: "Message bytes, without frame headers.",
      type: "counter",
      samples: byPhase(phases, ({ bytes }) => [
        { labels: { direction: "sent" }, value: bytes.sent },
        { labels: { direction: "received" }, value: bytes.received },
      ]),
    },
  ];
}

function timesMetrics({ phases }: RunResult): readonly Metric[] {
  const summary = (name: string, help: string, read: (block: ResultBlock) => ResultTimes): Metric => ({
    name: `floodgate_${name}_seconds`,
    help,
    type: "summary",
    samples: byPhase(phases, (phase) => summarySamples(read(phase))),
  });
  return [
    summary("latency", "From the intended instant to receipt.", ({ latencyUs }) => latencyUs),
    summary("service", "From sending to receipt.", ({ serviceUs }) => serviceUs),
    summary("slip", "From the intended instant to sending.", ({ slipUs }) => slipUs),
    summary("connect", "From the attempt to ready.", ({ connections }) => connections.connectUs),
  ];
}

function summarySamples(times: ResultTimes): readonly MetricSample[] {
  const values = Object.entries(quantiles).flatMap(([key, quantile]) => {
    const us = times[key as keyof typeof quantiles];
    // A percentile of too few samples is told nowhere.
    return us === null || times.unresolved.includes(key) ? [] : [{ labels: { quantile }, value: us / 1e6 }];
  });
  return [...values, { suffix: "_sum", value: times.sum / 1e6 }, { suffix: "_count", value: times.count }];
}

function connectionMetrics({ phases, totals, failures }: RunResult): readonly Metric[] {
  const kinds = ["attempted", "opened", "failed", "closed", "reconnects"] as const;
  return [
    gauge("floodgate_connections_open", "Open now.", totals.connections.openAtEnd),
    {
      name: "floodgate_connections_total",
      help: "Connections by what became of them; the words are those of the result.",
      type: "counter",
      samples: byPhase(phases, ({ connections }) =>
        kinds.map((kind) => ({ labels: { kind }, value: connections[kind] })),
      ),
    },
    {
      name: "floodgate_failures_total",
      help: "Failures by code, and whose they are.",
      type: "counter",
      samples: failures.map(({ code, blame, count }) => ({ labels: { code, blame }, value: count })),
    },
  ];
}

function generatorMetrics({ generator, intervals }: RunResult): readonly Metric[] {
  const newest = intervals.findLast(({ generatorRssBytes }) => generatorRssBytes !== null);
  const target = intervals.findLast(({ targetRssBytes }) => targetRssBytes !== null)?.targetRssBytes ?? null;
  const { lagUs } = generator;
  return [
    {
      name: "floodgate_generator_health",
      help: "1 for how the generator is doing; limited: it spoils the numbers itself.",
      type: "gauge",
      samples: healthLevels.map((state) => ({ labels: { state }, value: state === generator.health ? 1 : 0 })),
    },
    {
      name: "floodgate_generator_lag_seconds",
      help: "Event-loop lag of the worst worker.",
      type: "gauge",
      samples:
        lagUs === null
          ? []
          : [
              { labels: { statistic: "p50" }, value: lagUs.p50 / 1e6 },
              { labels: { statistic: "p99" }, value: lagUs.p99 / 1e6 },
              { labels: { statistic: "max" }, value: lagUs.max / 1e6 },
            ],
    },
    {
      name: "floodgate_generator_cpu_seconds_total",
      help: "Over the measured load.",
      type: "counter",
      samples: [{ value: generator.cpuSeconds }],
    },
    gauge("process_resident_memory_bytes", "Of the generator.", newest?.generatorRssBytes ?? null),
    gauge("floodgate_target_resident_memory_bytes", "Of the target, where it can be read.", target),
  ];
}

/** Null has no sample. */
function gauge(name: string, help: string, value: number | null): Metric {
  return { name, help, type: "gauge", samples: value === null ? [] : [{ value }] };
}

function byPhase(
  phases: readonly ResultPhase[],
  samplesOf: (phase: ResultPhase) => readonly MetricSample[],
): readonly MetricSample[] {
  return phases.flatMap((phase) =>
    samplesOf(phase).map((sample) => ({ ...sample, labels: { phase: phase.name, ...sample.labels } })),
  );
}
