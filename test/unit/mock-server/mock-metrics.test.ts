import { expect, it } from "vitest";
import { MockBooks } from "../../../src/mock-server/mock-books.ts";
import { mockMetrics } from "../../../src/mock-server/mock-metrics.ts";
import { parsePrometheus, pickMemoryGauge } from "../../../src/target/prometheus-text.ts";
import { expositionFaults } from "../../support/strict-exposition.ts";

it("tells every entry of the books once, counters as totals and times in seconds", () => {
  const books = new MockBooks();
  books.open();
  books.messagesIn = 7;
  books.delayed(2.5);
  books.protocolError("invalid-utf8");
  books.protocolError("invalid-utf8");
  books.protocolError("unmasked");
  const entries = { ...books.snapshot(), stalls: 1, uptimeMs: 1500, pid: 4, rssBytes: 2_000_000 };
  const text = mockMetrics(entries);
  const samples = parsePrometheus(text);
  const valueOf = (name: string, kind?: string) =>
    samples.find((sample) => sample.name === name && sample.labels.kind === kind)?.value;
  expect(valueOf("floodgate_mock_messages_in_total")).toBe(7);
  expect(valueOf("floodgate_mock_connections_open")).toBe(1);
  expect(valueOf("floodgate_mock_answer_delay_sum_seconds_total")).toBe(0.0025);
  expect(valueOf("floodgate_mock_answer_delay_max_seconds")).toBe(0.0025);
  expect(valueOf("floodgate_mock_uptime_seconds")).toBe(1.5);
  expect(valueOf("floodgate_mock_protocol_errors_total")).toBe(3);
  expect(valueOf("floodgate_mock_protocol_errors_by_kind_total", "invalid-utf8")).toBe(2);
  expect(valueOf("floodgate_mock_protocol_errors_by_kind_total", "unmasked")).toBe(1);
  // All but the process id.
  expect(samples).toHaveLength(Object.keys(entries).length - 1);
  expect(new Set(samples.map(({ name, labels }) => `${name} ${labels.kind}`)).size).toBe(samples.length);
  expect(expositionFaults(text)).toEqual([]);
  expect(text).toContain("# TYPE floodgate_mock_messages_in_total counter\n");
  expect(text).toContain("# TYPE floodgate_mock_connections_open gauge\n");
  // So that --target-metrics can read it there.
  expect(pickMemoryGauge(samples)).toEqual({ name: "process_resident_memory_bytes", bytes: 2_000_000 });
});
