import { describe, expect, it } from "vitest";
import { metricsReport } from "../../../src/report/metrics-report.ts";
import { parsePrometheus } from "../../../src/target/prometheus-text.ts";
import { aCollectedPhase, aPhasePlan } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { hostileResult } from "../../support/hostile-text.ts";
import { reportCases } from "../../support/report-cases.ts";
import { expositionFaults } from "../../support/strict-exposition.ts";
import type { LiveConnection } from "../../../src/report/connection-metrics.ts";

const warmup = aCollectedPhase(
  { plan: aPhasePlan({ name: "warm-up", measured: false, durationMs: 1000 }) },
  { sent: 50 },
);
const load = aCollectedPhase({ plan: aPhasePlan({ startMs: 1000 }) }, { sent: 1000, delivered: 990, lostMissing: 10 });
const result = aResult({ phases: [warmup, load] });

function read(stage = "load") {
  const text = metricsReport(result, { stage, connections: [] });
  const samples = parsePrometheus(text);
  const valueOf = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    samples.find(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )?.value;
  return { text, samples, valueOf };
}

describe("the metrics of a run that goes on", () => {
  it("has the counts of each phase, as the result has them", () => {
    const { valueOf } = read();
    const counts = (phase: string, kind: string) => valueOf("floodgate_messages_total", { phase, kind });
    expect([counts("warm-up", "sent"), counts("load", "sent")]).toEqual([50, 1000]);
    expect([counts("load", "delivered"), counts("load", "lost")]).toEqual([990, 10]);
    expect(valueOf("floodgate_connections_total", { phase: "load", kind: "opened" })).toBe(10);
    expect(valueOf("floodgate_message_bytes_total", { phase: "load", direction: "sent" })).toBe(100_000);
  });

  it("has times in seconds, as summaries, without percentiles of too few samples", () => {
    const { text, valueOf } = read();
    const { latencyUs } = result.phases[1]!;
    expect(valueOf("floodgate_latency_seconds", { phase: "load", quantile: "0.95" })).toBe(latencyUs.p95! / 1e6);
    expect(valueOf("floodgate_latency_seconds", { phase: "load", quantile: "0.99" })).toBeUndefined();
    expect(valueOf("floodgate_latency_seconds_count", { phase: "load" })).toBe(990);
    expect(valueOf("floodgate_latency_seconds_sum", { phase: "load" })).toBe(latencyUs.sum / 1e6);
    expect(text).toContain("# TYPE floodgate_latency_seconds summary\n");
  });

  it("says what is going on, how the generator is doing and what memory is taken", () => {
    const { valueOf, samples } = read("draining");
    expect(samples.filter(({ name }) => name === "floodgate_run_stage").map(({ value }) => value)).toEqual([0, 0, 1]);
    expect(valueOf("floodgate_generator_health", { state: result.generator.health })).toBe(1);
    expect(valueOf("process_resident_memory_bytes")).toBe(80_000_000);
    expect(valueOf("floodgate_target_resident_memory_bytes")).toBe(60_000_000);
    expect(samples.find(({ name }) => name === "floodgate_run_info")?.labels).toMatchObject({
      run_id: "aRunId-0001",
      mode: "echo",
    });
  });

  it("tells no value twice, and none that is no number", () => {
    const { samples } = read();
    const keys = samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(samples.every(({ value }) => Number.isFinite(value))).toBe(true);
  });
});

/** One that lost 2 of 12 messages and came back once. */
const lossy: LiveConnection = {
  ...{ connection: 17, sent: 12, delivered: 10, lost: 2, refused: 0, duplicated: 1, reordered: 0 },
  latencyUs: { count: 10, mean: 2000, p50: null, p99: null, max: 9000 },
  ...{ opened: 2, ended: 1, readyMs: 8500, isReady: true, activeMs: 9000 },
};

describe("the metrics of single connections", () => {
  const text = metricsReport(reportCases["single-connections"]!, { stage: "load", connections: [lossy] });
  const samples = parsePrometheus(text);
  const valueOf = (name: string, kind?: string) =>
    samples.find((sample) => sample.name === name && sample.labels.connection === "17" && sample.labels.kind === kind)
      ?.value;

  it("name each by its number, with what happened on it", () => {
    const messages = (kind: string) => valueOf("floodgate_connection_messages_total", kind);
    expect([messages("sent"), messages("delivered"), messages("lost"), messages("duplicated")]).toEqual([12, 10, 2, 1]);
    expect(valueOf("floodgate_connection_changes_total", "ended")).toBe(1);
    expect(valueOf("floodgate_connection_ready_seconds_total")).toBe(8.5);
    expect(valueOf("floodgate_connection_latency_seconds_sum")).toBe(0.02);
    expect(text).toContain('floodgate_connection_latency_seconds{connection="17",quantile="1"} 0.009\n');
    expect(text).not.toContain('connection="17",quantile="0.5"');
  });

  it("tell how evenly all fare, and leave out what belongs to no connection", () => {
    expect(text).toContain("floodgate_connections_fairness_ratio 0.99874\n");
    expect(text).toContain("floodgate_connections_starved 2\n");
    const without = metricsReport(result, { stage: "load", connections: [] });
    expect(without).not.toContain("floodgate_connection_");
    expect(without).not.toContain("floodgate_connections_starved");
  });
});

describe("the metrics of lost connections", () => {
  it("tell retries, what waits and what the breakers do", () => {
    const text = metricsReport(reportCases.resilience!, { stage: "load", connections: [] });
    expect(text).toContain("floodgate_outages_total 30\n");
    expect(text).toContain("floodgate_retries_succeeded_total 28\n");
    expect(text).toContain("floodgate_buffer_waiting 20\n");
    expect(text).toContain("floodgate_buffer_overflows_total 12\n");
    expect(text).toContain('floodgate_breaker_changes_total{state="half-open"} 1\n');
    expect(text).toContain("floodgate_breakers_not_closed 1\n");
  });
});

describe("the exposition format", () => {
  it.each(Object.entries(reportCases))("holds to the letter for the run %s", (_, run) => {
    expect(expositionFaults(metricsReport(run, { stage: "load", connections: [lossy] }))).toEqual([]);
  });

  it("holds whatever a user has named things", () => {
    expect(expositionFaults(metricsReport(hostileResult(), { stage: "draining", connections: [] }))).toEqual([]);
  });

  it.each([
    ["a 1", "neither"],
    ["# HELP a_total A.\n# TYPE a_total counter\na_total -1\n", "a counter below 0"],
    ["# HELP a A.\n# TYPE a counter\na 1\n", "_total"],
    ["# HELP a A.\n# TYPE a gauge\na 1\nb 2\n", "another family"],
    ["# HELP a A.\n# TYPE a gauge\na 1\na 2\n", "a series twice"],
    ['# HELP a A.\n# TYPE a gauge\na{x="1",x="2"} 1\n', "a label twice"],
    ['# HELP a A.\n# TYPE a gauge\na{x="1\\t"} 1\n', "labels that cannot be read"],
    ["# HELP a A.\n# TYPE a gauge\na null\n", "no number of Go"],
    ["# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n", "no base unit"],
    ["# HELP a A.\n# TYPE a summary\na 1\n", "quantile"],
  ])("is not taken for held in %j", (text, fault) => {
    expect(fault === "neither" ? expositionFaults(text)[0] : expositionFaults(text).join("; ")).toContain(
      fault === "neither" ? "the last line has no end" : fault,
    );
  });
});
