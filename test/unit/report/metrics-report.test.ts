import { describe, expect, it } from "vitest";
import { metricsReport } from "../../../src/report/metrics-report.ts";
import { parsePrometheus } from "../../../src/target/prometheus-text.ts";
import { aCollectedPhase, aPhasePlan } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

const warmup = aCollectedPhase(
  { plan: aPhasePlan({ name: "warm-up", measured: false, durationMs: 1000 }) },
  { sent: 50 },
);
const load = aCollectedPhase({ plan: aPhasePlan({ startMs: 1000 }) }, { sent: 1000, delivered: 990, lostMissing: 10 });
const result = aResult({ phases: [warmup, load] });

function read(stage = "load") {
  const text = metricsReport(result, { stage });
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

  it("has times in seconds, as summaries", () => {
    const { text, valueOf } = read();
    const { latencyUs } = result.phases[1]!;
    expect(valueOf("floodgate_latency_seconds", { phase: "load", quantile: "0.99" })).toBe(latencyUs.p99! / 1e6);
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
